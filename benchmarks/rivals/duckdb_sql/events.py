"""Events as SQL: a `CASE` over the forms of message, each tried only on messages that start with its literal text."""

from __future__ import annotations

from collections.abc import Iterator

from ingest import Event, LineParser
from ingest.model import LOG_RECORDS
from ingest_azureml.system import MASTER, WORKER

_COLUMNS = {column.name for column in LOG_RECORDS.own}


def number() -> str:
    """Which form a message has, counted over all parsers; NULL if none."""
    return _case("", ((f"{_may_be(parser, event)} AND {_matches(event)}", str(i)) for i, parser, event in _forms()))


def name() -> str:
    """The event's name."""
    return _case("form", ((str(i), _text(event.name)) for i, _, event in _forms()))


def node() -> str:
    """The node that a message names."""
    return _case("form", ((str(i), f"{_facts(event)}.node") for i, _, event in _forms() if "node" in event.groups))


def fields() -> str:
    """The other facts as a JSON object, those left out that an optional part of the form did not give."""
    forms = ((i, event, [group for group in event.groups if group not in _COLUMNS]) for i, _, event in _forms())
    return _case("form", ((str(i), _json(event, groups)) for i, event, groups in forms if groups))


def _forms() -> Iterator[tuple[int, LineParser, Event]]:
    pairs = [(parser, event) for parser in (MASTER, WORKER) for event in parser.events]
    for i, (parser, event) in enumerate(pairs):
        yield i, parser, event


def _case(what: str, branches: Iterator[tuple[str, str]]) -> str:
    return f"CASE {what} " + " ".join(f"WHEN {condition} THEN {value}" for condition, value in branches) + " END"


def _may_be(parser: LineParser, event: Event) -> str:
    source = f"source = {_text(parser.constants['source'])}"
    if event.prefix:
        return f"{source} AND starts_with(message, {_text(event.prefix)})"
    return f"{source} AND contains(message, {_text(event.contains)})" if event.contains else source


def _matches(event: Event) -> str:
    return f"regexp_matches(message, {_text(event.pattern)})"


def _facts(event: Event) -> str:
    names = ", ".join(_text(group) for group in event.groups)
    return f"regexp_extract(message, {_text(event.pattern)}, [{names}])"


def _json(event: Event, groups: list[str]) -> str:
    """One expression for a form that gives all its facts always, else a list without the empty ones."""
    members = [f"'{_quoted(group)}: ' || to_json(facts.{group})" for group in groups]
    optional = (
        "?" in event.pattern.replace("(?P<", "").replace("(?:", "(") or "|" in event.pattern or "*" in event.pattern
    )
    if optional:
        members = [
            f"CASE WHEN facts.{group} <> '' THEN {member} END" for group, member in zip(groups, members, strict=True)
        ]
    joined = f"concat_ws(', ', {', '.join(members)})"
    return f"list_transform([{_facts(event)}], lambda facts: '{{' || {joined} || '}}')[1]"


def _quoted(text: str) -> str:
    return f'"{text}"'


def _text(text: str) -> str:
    escaped = text.replace("'", "''")
    return f"'{escaped}'"
