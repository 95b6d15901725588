"""The rows of all files of a batch as one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from ingest.model import Table
from ingest.parsing.batch import Batch
from ingest.parsing.columns import Array, repeated
from ingest.parsing.csv.files import CsvFiles
from ingest.parsing.csv.header import own_type
from ingest.parsing.csv.rows import Rows
from ingest.parsing.csv.values import values_of
from ingest.parsing.scan import Positions


def as_table(
    files: CsvFiles, breaks: Positions, parts: Sequence[Rows], table: Table, names: Sequence[str], nulls: Sequence[str]
) -> pa.Table:
    """All rows in the order of the batch, with `piece`, `line_no` and the columns that any part or `names` has.

    Where files differ, a column that one lacks is filled from its path if a group bears the column's name, else with
    null: the engine does that only for columns that no file has.
    """
    types = {name: own_type(table, name).arrow for name in names}
    types |= {name: values.type for part in parts for name, values in part.columns.items()}
    tables = []
    for part in parts:
        pieces = part.records.pieces
        columns = {
            "piece": pa.array(pieces.astype(np.int32)),
            "line_no": pa.array(files.line_numbers(part.records, breaks)),
        }
        for name in types:
            column = part.columns.get(name)
            columns[name] = _from_path(files.bodies.batch, pieces, table, name, nulls) if column is None else column
        tables.append(pa.table(columns))
    empty = {"piece": pa.int32(), "line_no": pa.int64(), **types}
    rows = pa.concat_tables(tables) if tables else pa.schema(list(empty.items())).empty_table()
    starts = np.concatenate([part.records.starts for part in parts]) if parts else np.zeros(0, np.int64)
    if (np.diff(starts) < 0).any():
        rows = rows.take(pa.array(np.argsort(starts, kind="stable")))
    return rows


def with_constants(rows: pa.Table, constants: Mapping[str, str]) -> pa.Table:
    """The rows with further columns of one value each; columns of the files go before."""
    every = np.zeros(rows.num_rows, np.int64)
    for name, value in constants.items():
        if name not in rows.column_names:
            rows = rows.append_column(name, repeated([value], every))
    return rows


def _from_path(batch: Batch, pieces: Positions, table: Table, name: str, nulls: Sequence[str]) -> Array:
    type_ = own_type(table, name)
    if not any(name in batch.pieces[piece].file.groups for piece in np.unique(pieces).tolist()):
        return pa.nulls(len(pieces), type_.arrow)
    texts = repeated([piece.file.groups.get(name) for piece in batch.pieces], pieces).cast(pa.string())
    return values_of(texts, type_, 1.0, nulls)[0]
