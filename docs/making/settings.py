"""The settings of `ingest.toml`, section by section."""

from __future__ import annotations

from ingest.config.settings import Setting, all_settings, section_docs
from making.tables import cell


def settings() -> str:
    """A table for each section."""
    sections = {"": "Before the first section of the file; `[thresholds]` is a section of its own.", **section_docs()}
    tables = {section: [one for one in all_settings().values() if one.section == section] for section in sections}
    return "\n\n".join(_section(section, sections[section], own) for section, own in tables.items())


def example() -> str:
    """What `ingest config --example` writes."""
    from ingest.config.template import template

    return f"```toml\n{template()}```"


def _section(name: str, doc: str, own: list[Setting]) -> str:
    rows = [
        f"| `{one.name}` | {cell(one.doc)} | {cell(one.kind.expected)} | {_default(one)} | `{one.variable}` |"
        for one in own
    ]
    head = f"### {f'[{name}]' if name else 'At the top'}\n\n{doc}"
    return "\n".join(
        [head, "", "| setting | what it does | value | default | variable |", "|---|---|---|---|---|", *rows]
    )


def _default(one: Setting) -> str:
    if one.default is None or one.default in ({}, ()):
        return "not set"
    value = one.default
    text = (
        ", ".join(map(str, value)) if isinstance(value, tuple) else f"{value:g}" if isinstance(value, float) else value
    )
    return f"`{text}`"
