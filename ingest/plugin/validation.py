"""What may be wrong with what a plugin offers, said so that its author can mend it."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ingest.errors import PluginError
from ingest.hookspecs import Ignored, Parser
from ingest.known_problems import CONFIDENCES, KnownProblem, any_of
from ingest.model import CATALOG_TABLES, RECORD_TABLES, Column, Table, Type
from ingest.parsing.sample import Sample
from ingest.sources.protocol import SourceScheme
from ingest.views.files import list_views

_TEXTS = ("name", "kind", "path", "reason")


def as_list(hook: str, given: Any) -> list[Any]:
    """What a hook gave, as a list. Raises `PluginError` if it is none."""
    if isinstance(given, str | bytes | Path) or not isinstance(given, Iterable):
        hint = "is a `return` missing?" if given is None else "give a list, or `yield` each"
        raise PluginError(f"{hook}() gave {_shown(given)}, not a list: {hint}")
    return list(given)


def fault_of(one: Any, others: Mapping[str, Parser]) -> str | None:
    """What is wrong with something offered as a parser, beside the other parsers by their names; None if nothing is."""
    try:
        return _fault(one, others)
    except (Exception, SystemExit) as error:  # a part may be a property, which may raise anything
        return f"offers a {type(one).__name__} that raised {error!r} when it was looked at"


def _fault(one: Any, others: Mapping[str, Parser]) -> str | None:
    if isinstance(one, type):
        return f"offers the class {one.__name__}, not an object of it"
    contract = Ignored if hasattr(one, "reason") else Parser
    missing = [part for part in vars(contract) if not part.startswith("_") and not hasattr(one, part)]
    if missing:
        return f"offers {_shown(one)}, which is no parser: it has no {', '.join(missing)}"
    who = getattr(one, "name", None) or one.kind
    for part in _TEXTS:
        if not isinstance(text := getattr(one, part, "-"), str) or not text:
            return f"{who}: its {part} is {_shown(text)}, not a text"
    try:
        re.compile(one.path)
    except re.error as error:
        return f"{who}: the path pattern {one.path!r} is no regular expression: {error}"
    return _parser_fault(one, others) if contract is Parser else None


def _parser_fault(one: Parser, others: Mapping[str, Parser]) -> str | None:
    """The same for what only parsers have."""
    if one.name in others:
        return f"a parser named {one.name!r} exists already"
    if not isinstance(one.version, int):
        return f"{one.name}: its version is {_shown(one.version)}, not a whole number"
    for part, kind in (("samples", Sample), ("tables", Table)):
        given = getattr(one, part)
        if not isinstance(given, Sequence) or isinstance(given, str) or not given:
            return f"{one.name}: its {part} are {_shown(given)}; give a list of at least one {kind.__name__}"
        for each in given:
            if not isinstance(each, kind):
                return f"{one.name}: its {part} hold {_shown(each)}, which is no {kind.__name__}"
    known = {table.name: table for parser in others.values() for table in parser.tables}
    known |= {table.name: table for table in RECORD_TABLES}
    for table in one.tables:
        if fault := _table_fault(table):
            return f"{one.name}: {fault}"
        if table.name in known and _stored(known[table.name]) != _stored(table):
            return f"{one.name}: the table {table.name!r} exists with other columns"
    return None


def _table_fault(table: Table) -> str | None:
    """What is wrong with a table that a plugin declares."""
    if table in RECORD_TABLES:
        return None
    if not isinstance(table.own, tuple):
        return f"table {table.name!r}: its columns are {_shown(table.own)}, not a tuple"
    for column in table.own:
        if not isinstance(column, Column) or not isinstance(column.type, Type):
            return f"table {table.name!r}: {_shown(column)} is no Column with a Type"
    names = [column.name for column in table.columns]
    for name in (table.name, *names):
        if not isinstance(name, str) or not re.fullmatch(r"[a-z_][a-z0-9_]*", name):
            return f"the name {name!r} is not of small letters, digits and underscores"
    if table.name in _taken():
        return f"a table or view named {table.name!r} exists"
    twice = next((name for name in names if names.count(name) > 1), None)
    return f"table {table.name!r} has two columns {twice!r}" if twice else None


@cache
def _taken() -> frozenset[str]:
    """Names of ours that are no record tables."""
    return frozenset(CATALOG_TABLES.keys() | {view.name for view in list_views()})


def problem_fault(one: Any, others: Container[str]) -> str | None:
    """What is wrong with something offered as a known problem, beside those with these ids; None if nothing is."""
    if not isinstance(one, KnownProblem):
        return f"ingest_known_problems() gives {_shown(one)}, which is no KnownProblem"
    if not isinstance(one.id, str) or not re.fullmatch(r"[a-z_][a-z0-9_]*(\.[a-z0-9_]+)*", one.id):
        return f"the id {_shown(one.id)} of a known problem is not of small letters, digits and underscores"
    for part in ("cause", "fix", "reference"):
        if not _is_text(text := getattr(one, part)) or not text.strip():
            return f"{one.id}: its {part} is {_shown(text)}, not a text"
    for part, kind in (("generic", bool), ("before", str)):
        if not isinstance(value := getattr(one, part), kind):
            return f"{one.id}: its {part} is {_shown(value)}, not a {kind.__name__}"
    if one.id in others:
        return f"a known problem {one.id!r} exists already"
    if one.before and one.before not in others:
        return f"{one.id}: there is no known problem {one.before!r} that it could stand before"
    if one.confidence not in CONFIDENCES:
        return f"{one.id}: its confidence is {_shown(one.confidence)}; give one of {', '.join(CONFIDENCES)}"
    return _pattern_fault(one)


def scheme_fault(one: Any, others: Container[str]) -> str | None:
    """What is wrong with something offered as a kind of source, beside those of these schemes; None if nothing is."""
    try:
        if not isinstance(one, SourceScheme):
            return f"ingest_sources() gives {_shown(one)}, which has not scheme, source() and opening()"
        scheme = one.scheme
    except (Exception, SystemExit) as error:  # a part may be a property, which may raise anything
        return f"offers a {type(one).__name__} that raised {error!r} when it was looked at"
    if not isinstance(scheme, str) or not re.fullmatch(r"[a-z][a-z0-9+.-]+", scheme):
        return f"the scheme {_shown(scheme)} is not of small letters and digits, at least two"
    return f"a source of the scheme {scheme!r} exists already" if scheme in others else None


def _pattern_fault(one: KnownProblem) -> str | None:
    """What is wrong with its pattern, in the words of the library that the database uses too."""
    if not _is_text(one.pattern):
        return f"{one.id}: its pattern is {_shown(one.pattern)}, not a text"
    try:
        if one.pattern and _matches_nothing(any_of([one])):
            return f"{one.id}: the pattern {_shown(one.pattern)} matches every text"
    except ValueError as error:
        return f"{one.id}: the pattern {_shown(one.pattern)} is no regular expression of RE2: {error}"
    return None


def patterns_fault(problems: Iterable[KnownProblem]) -> str | None:
    """What is wrong with their patterns together, which the database seeks as one."""
    try:
        _matches_nothing(any_of(problems))
    except ValueError:
        return "the patterns of its known problems are too large beside those that are there"
    return None


def _is_text(value: Any) -> bool:
    """Whether it is a text that a database takes: neither half a character nor a NUL in it."""
    return isinstance(value, str) and value.encode(errors="replace").decode() == value and "\0" not in value


def _matches_nothing(pattern: str) -> bool:
    """Whether a pattern matches the empty text. Raises `ValueError` if RE2 refuses the pattern."""
    import pyarrow as pa
    import pyarrow.compute as pc

    matched: list[bool] = pc.match_substring_regex(pa.array([""]), pattern, ignore_case=True).to_pylist()
    return matched[0]


def _stored(table: Table) -> list[tuple[str, Type, bool]]:
    """What of a table's columns shows in the files."""
    return [(column.name, column.type, column.dictionary) for column in table.columns]


def _shown(value: Any) -> str:
    """A value in a message; some are long."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
