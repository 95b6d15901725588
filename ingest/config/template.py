"""An `ingest.toml` to begin with: every setting, commented out, with what it is for."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from ingest.config.settings import Setting, all_settings, section_docs

_WIDTH = 100


def template() -> str:
    """The text of the file. It changes nothing until a line's `#` is taken away."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Settings of ingest. Environment variables override it, options override both: ingest config --show"
    section = ""
    for setting in sorted(all_settings().values(), key=_place):
        if setting.section != section:
            section = setting.section
            yield from ("", f"[{section}]  # {section_docs()[section]}")
        elif not section:
            yield ""
        yield from textwrap.wrap(setting.doc, _WIDTH, initial_indent="# ", subsequent_indent="# ")
        if setting.kind.expected.startswith(("one of", "a list of some")):
            yield f"# {setting.kind.expected}"
        if _is_table(setting):
            yield from (f"#[{setting.name}]", f"#{setting.kind.example.strip('{ }')}")
        else:
            yield f"#{setting.name} = {setting.kind.example}"


def _place(setting: Setting) -> tuple[bool, bool]:
    """What stands before any table has to stand first, a table of its own last of it."""
    return setting.section != "", _is_table(setting)


def _is_table(setting: Setting) -> bool:
    """Whether it is a section by itself."""
    return not setting.section and setting.kind.example.startswith("{")
