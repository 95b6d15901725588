"""Lists of pages: a new page is listed because it is there."""

from __future__ import annotations

from pathlib import Path

_DOCS = Path(__file__).resolve().parent.parent


def explanations() -> str:
    """The pages that explain, by their titles and their first sentences."""
    return "\n".join(
        f"* [{_title(page)}](explanation/{page.name}): {_first_sentence(page)}"
        for page in sorted((_DOCS / "explanation").glob("*.md"))
    )


def decisions() -> str:
    """The decisions in their order."""
    return "\n".join(f"* [{_title(page)}]({page.name})" for page in sorted((_DOCS / "adr").glob("[0-9]*.md")))


def _title(page: Path) -> str:
    return page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")


def _first_sentence(page: Path) -> str:
    """The first sentence of a page's text, comments and headings left out."""
    paragraphs = page.read_text(encoding="utf-8").split("\n\n")
    text = next(one for one in paragraphs if one.strip() and not one.startswith(("#", "<!--")))
    return " ".join(text.split()).partition(". ")[0].rstrip(".") + "."
