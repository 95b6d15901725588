"""Builds the documentation as a site, strictly: a link that leads nowhere, or to a heading that is not there, fails.

The pages are collected with the folders that they have in the repository, and with the files that they link to, so that links
are the same on the site, on a forge and on a disk: `python docs/site.py`, then open build/site/html/index.html.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
SITE = REPOSITORY / "build" / "site"
SECTIONS = {
    "Tutorials": "docs/tutorial",
    "How-to": "docs/how-to",
    "Reference": "docs/reference",
    "Views": "docs/reference/views",
    "Explanation": "docs/explanation",
    "Decisions": "docs/adr",
}
_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^()\s#]+)[^()\s]*\)")


def main() -> int:
    """Collects, then builds; the exit code of mkdocs."""
    shutil.rmtree(SITE, ignore_errors=True)
    pages = SITE / "pages"
    for file in collected():
        there = pages / file.relative_to(REPOSITORY)
        there.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, there)
    settings = SITE / "mkdocs.yml"
    settings.write_text(
        "\n".join(["INHERIT: ../../mkdocs.yml", "docs_dir: pages", "site_dir: html", *navigation()]) + "\n"
    )
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file", str(settings)]
    quiet = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(command, cwd=REPOSITORY, env=quiet, check=False).returncode


def collected() -> list[Path]:
    """Every page, and every file of the repository that a page links to."""
    pages = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md"), REPOSITORY / "data" / "README.md"])
    linked = {target for page in pages for target in _targets(page)}
    return [*pages, *sorted(linked - set(pages))]


def _targets(page: Path) -> Iterator[Path]:
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for found in _LINK.finditer(text):
        target = (page.parent / found["target"]).resolve()
        if ":" not in found["target"] and target.is_file() and target.is_relative_to(REPOSITORY):
            yield target


def navigation() -> Iterator[str]:
    """The `nav` of mkdocs.yml: the README, the overview of the documentation, each folder by its titles, the rest."""
    yield "nav:"
    yield "  - Home: README.md"
    yield "  - Documentation: docs/README.md"
    for title, folder in SECTIONS.items():
        yield f"  - {title}:"
        pages = sorted((REPOSITORY / folder).glob("*.md"), key=lambda page: (page.name != "README.md", page.name))
        yield from (f"      - {page.relative_to(REPOSITORY).as_posix()}" for page in pages)
    yield "  - Project:"
    yield from (f"      - {page.name}" for page in sorted(REPOSITORY.glob("*.md")) if page.name != "README.md")
    yield "      - data/README.md"


if __name__ == "__main__":
    sys.exit(main())
