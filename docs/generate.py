"""Writes the generated parts of the documentation, or checks them (`--check`).

Two kinds of part are generated, so that neither can differ from the program:

* regions of the reference pages, between `<!-- generated: NAME -->` and `<!-- end -->`, from the code;
* the outputs of the examples, `<!-- output -->`, by running the `<!-- runnable -->` blocks above them.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Sequence
from pathlib import Path

from making.examples import with_outputs
from making.regions import with_regions

DOCS = Path(__file__).resolve().parent
REPOSITORY = DOCS.parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 1 if `--check` found a page that is not as it would be written."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", type=Path, help="pages to do; default: README.md and all of docs/")
    parser.add_argument("--check", action="store_true", help="write nothing; show what would change and exit with 1")
    parser.add_argument("--no-examples", action="store_true", help="leave the examples alone (they take some seconds)")
    options = parser.parse_args(arguments)
    changed = 0
    for page in [page.resolve() for page in options.pages] or all_pages():
        before = page.read_text(encoding="utf-8")
        name = page.relative_to(REPOSITORY).as_posix()
        try:
            after = with_regions(before)
            if not options.no_examples:
                after = with_outputs(after, REPOSITORY)
        except ValueError as error:
            print(f"{name}: {error}", file=sys.stderr)
            changed += 1
            continue
        if after == before:
            continue
        changed += 1
        if options.check:
            lines = difflib.unified_diff(
                before.splitlines(), after.splitlines(), name, f"{name} as it would be", lineterm=""
            )
            print("\n".join(lines))
        else:
            page.write_text(after, encoding="utf-8")
            print(f"{name}: written", file=sys.stderr)
    if options.check and changed:
        print(f"{changed} page(s) differ; write them anew: python docs/generate.py", file=sys.stderr)
        return 1
    return 0


def all_pages() -> list[Path]:
    """The README and every page below `docs/`."""
    return [REPOSITORY / "README.md", *sorted(DOCS.rglob("*.md"))]


if __name__ == "__main__":
    sys.exit(main())
