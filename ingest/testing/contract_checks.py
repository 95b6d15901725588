"""What a parser says of itself is true: its name, its tables with their types, and which files are its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pyarrow as pa

from ingest.hookspecs import Ignored, Parser
from ingest.model import Table
from ingest.parsing.batch import Batch
from ingest.plugin.registry import Registry, load_registry
from ingest.plugin.validation import fault_of
from ingest.testing.damage_checks import files_of
from ingest.testing.reading import source_file


def described(parser: Parser) -> Iterator[str]:
    """It has all parts that a parser has, a valid pattern, tables whose names are free, and samples."""
    others = {name: one for name, one in load_registry().parsers.items() if one != parser}
    if fault := fault_of(parser, others):
        yield fault
    elif parser.version < 1:
        yield f"its version is {parser.version}; the first one is 1"


def claimed(parser: Parser, beside: Sequence[object] = ()) -> Iterator[str]:
    """Every sample is claimed by this parser: among all built-in and installed ones, and those `beside` it."""
    registry = registry_with([parser, *beside])
    for sample in parser.samples:
        claims = list(registry.claims(sample.path))
        if not any(claim.parser == parser for claim in claims):
            yield f"its own pattern {parser.path} does not match the path of its sample, {sample.path}"
        elif claims[0].parser != parser:
            winner = claims[0].claimant
            name = winner.name if isinstance(winner, Parser) else f"the note to ignore files of kind {winner.kind!r}"
            yield (
                f"{sample.path} is claimed by {name}, whose pattern {winner.path} spells out more of the path than "
                f"{parser.path} does. Make this one spell out more, or claim other paths."
            )


def registry_with(offered: Sequence[object]) -> Registry:
    """Everything built in and installed, and what a plugin that may not be installed offers."""
    registry = load_registry()
    parsers = {one.name: one for one in offered if isinstance(one, Parser)}
    ignored = [one for one in offered if isinstance(one, Ignored) and not isinstance(one, Parser)]
    new = [one for one in ignored if one not in registry.ignored]
    return replace(registry, parsers={**registry.parsers, **parsers}, ignored=[*registry.ignored, *new])


def typed(parser: Parser) -> Iterator[str]:
    """It gives the tables that it declares, with their columns and types, and rows in the order of the batch."""
    declared = {table.name: table for table in parser.tables}
    batch = Batch.of(*((source_file(parser, path), content) for path, content in files_of(parser)))
    for name, rows in parser.parse(batch).tables.items():
        if name not in declared:
            yield f"it gives rows of {name!r}, but declares only {', '.join(declared)}. Add the table to `tables`."
        else:
            yield from (f"table {name}: {fault}" for fault in _table_faults(declared[name], rows, len(batch.pieces)))


def _table_faults(table: Table, rows: pa.Table, pieces: int) -> Iterator[str]:
    own = {column.name: column for column in table.own}
    for name in ("piece", "line_no"):
        if name not in rows.column_names or not pa.types.is_integer(rows.schema.field(name).type):
            yield f"it has no column {name!r} of integers, which tells where each row is from"
            return
    if unknown := [name for name in rows.column_names if name not in own and name not in ("piece", "line_no")]:
        yield f"the column {unknown[0]!r} is not declared, and so would be dropped. Declare it, or leave it out."
    for name, column in own.items():
        if name in rows.column_names and not _fits(rows.schema.field(name).type, column.type.arrow):
            yield (
                f"the column {name!r} is {rows.schema.field(name).type}, declared as {column.type.value}. "
                f"Cast it to {column.type.arrow}, or declare it as what it is."
            )
    piece = rows.column("piece").to_pylist()
    if piece != sorted(piece) or any(not 0 <= one < pieces for one in piece):
        yield "its rows are not in the order of the batch: `piece` must ascend, from 0 to one less than the pieces"


def _fits(given: pa.DataType, declared: pa.DataType) -> bool:
    """Whether a column of a type can be stored as declared whatever it holds: a dictionary is, and so are narrower numbers."""
    if pa.types.is_dictionary(given):
        given = given.value_type
    if pa.types.is_null(given) or given == declared:
        return True
    same_kind = (pa.types.is_integer, pa.types.is_floating, pa.types.is_string, pa.types.is_large_string)
    return any(kind(given) and kind(declared) for kind in same_kind) and not pa.types.is_uint64(given)
