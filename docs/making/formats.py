"""What the built-in parsers read: from the registry, without installed plugins."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.hookspecs import Parser
from ingest.plugin.registry import PluginOptions, Registry, load_registry
from making.tables import cell


def _registry() -> Registry:
    return load_registry(PluginOptions(installed=False))


def kinds() -> str:
    """One line per kind: an example of its path, the tables that it fills."""
    rows = ["| kind | for example | fills |", "|---|---|---|"]
    for kind, parsers in _by_kind().items():
        tables = dict.fromkeys(table.name for parser in parsers for table in parser.tables)
        example = parsers[0].samples[0].path
        rows.append(f"| [`{kind}`](#{kind}) | `{example}` | {', '.join(f'`{name}`' for name in tables)} |")
    return "\n".join(rows)


def kinds_in_full() -> str:
    """Per kind: the parsers, the patterns of their paths, and a sample of each."""
    return "\n\n".join(_kind(kind, parsers) for kind, parsers in _by_kind().items())


def kinds_left_alone() -> str:
    """Files that are known and not read, and why."""
    rows = ["| kind | path | why |", "|---|---|---|"]
    rows += [f"| `{one.kind}` | `{cell(one.path)}` | {cell(one.reason)} |" for one in _registry().ignored]
    return "\n".join(rows)


def _by_kind() -> dict[str, list[Parser]]:
    found: dict[str, list[Parser]] = {}
    for parser in _registry().parsers.values():
        found.setdefault(parser.kind, []).append(parser)
    return found


def _kind(kind: str, parsers: Sequence[Parser]) -> str:
    parts = [f"#### {kind}"]
    for parser in parsers:
        parts.append(f"Parser `{parser.name}`, version {parser.version}. Path: `{parser.path}`")
        if events := dict.fromkeys(f"`{event.name}`" for event in getattr(parser, "events", ())):
            parts.append(f"Events that it knows: {', '.join(events)}.")
        for sample in parser.samples:
            lines = sample.text.replace("\r\n", "\n").rstrip("\n")
            parts.append(f"`{sample.path}`:\n\n```text\n{lines}\n```")
    return "\n\n".join(parts)
