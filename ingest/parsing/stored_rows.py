"""From what a parser gives to rows as they are stored: where each came from, all columns, the declared types."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from ingest.model import REJECTS, Column, Table
from ingest.parsing.batch import Batch, Parsed, Reject
from ingest.parsing.columns import repeated
from ingest.parsing.scan import Flags, Positions

_REJECT_TEXT = 4_096
"""Bytes of a reject's text that are kept; the whole is in the file, at its byte offset."""


def finished(
    parsed: Parsed, batch: Batch, tables: Sequence[Table], job_ids: Sequence[str], file_ids: Sequence[int], cut: Flags
) -> Iterator[tuple[Table, pa.Table, Positions]]:
    """Each table with its rows and the piece that each row came from.

    `job_ids`, `file_ids` and `cut` (its file ends without a line break, in this piece) have one value per piece.
    """
    last_lines = _last_lines(parsed, batch, cut)
    for table in tables:
        rows = parsed.tables.get(table.name)
        if rows is None or not rows.num_rows:
            continue
        piece = rows.column("piece").to_numpy().astype(np.int64)
        line_no = rows.column("line_no").to_numpy()
        arrays = {
            "job_id": repeated(job_ids, piece),
            "file_id": pa.array(np.array(file_ids, np.int64)[piece]),
            "line_no": rows.column("line_no"),
            "cut": pa.array(line_no == last_lines[piece]),
        }
        groups = {name for one in batch.pieces for name in one.file.groups}
        for column in table.own:
            if column.name in rows.column_names:
                arrays[column.name] = rows.column(column.name)
            elif column.name in groups:
                told = [one.file.groups.get(column.name) for one in batch.pieces]
                arrays[column.name] = repeated(told, piece)
        yield table, _with_all_columns(table.columns, arrays, rows.num_rows), piece


def reject_rows(
    rejects: Sequence[Reject], batch: Batch, parser: str, job_ids: Sequence[str], file_ids: Sequence[int], cut: Flags
) -> tuple[pa.Table, Positions]:
    """The rows of `rejects`, and the piece of each."""
    starts = np.array([reject.start for reject in rejects], np.int64)
    piece = batch.piece_at(starts)
    sizes = [reject.end - reject.start for reject in rejects]
    offsets = starts - batch.starts[piece] + np.array([one.byte_offset for one in batch.pieces], np.int64)[piece]
    texts = [
        batch.data[reject.start : min(reject.end, reject.start + _REJECT_TEXT)].decode("utf-8", "replace")
        for reject in rejects
    ]
    at_end = np.array([reject.end for reject in rejects], np.int64) >= batch.ends[piece]
    arrays = {
        "job_id": repeated(job_ids, piece),
        "file_id": pa.array(np.array(file_ids, np.int64)[piece]),
        "line_no": pa.array(batch.line_numbers(starts)),
        "cut": pa.array(at_end & cut[piece]),
        "byte_offset": pa.array(offsets),
        "bytes": pa.array(sizes, pa.int64()),
        "parser": repeated([parser], np.zeros(len(rejects), np.int64)),
        "reason": pa.array([reject.reason for reject in rejects], pa.string()),
        "text": pa.array(texts, pa.string()),
    }
    return _with_all_columns(REJECTS.columns, arrays, len(rejects)), piece


def _with_all_columns(columns: Sequence[Column], arrays: dict[str, pa.Array], count: int) -> pa.Table:
    """A table of the declared columns and types; NULL where no value was given."""
    fields, values = [], []
    for column in columns:
        array = arrays.get(column.name)
        if array is None:
            array = pa.nulls(count, column.arrow)
        elif array.type != column.arrow:
            if pa.types.is_dictionary(array.type):
                array = array.cast(array.type.value_type)
            array = array.cast(column.arrow)
        fields.append((column.name, column.arrow))
        values.append(array)
    return pa.table(values, schema=pa.schema(fields))


def _last_lines(parsed: Parsed, batch: Batch, cut: Flags) -> Positions:
    """Per piece, the line of the last record if its file is cut there, else -1; rejects count as records too."""
    last = np.full(len(batch.pieces), -1, np.int64)
    if not cut.any():
        return last
    for rows in parsed.tables.values():
        if rows.num_rows:
            np.maximum.at(last, rows.column("piece").to_numpy(), rows.column("line_no").to_numpy())
    for reject in parsed.rejects:
        position = np.array([reject.start], np.int64)
        piece = int(batch.piece_at(position)[0])
        if cut[piece] and int(batch.line_numbers(position)[0]) > last[piece]:
            last[piece] = -1
    return np.where(cut, last, -1)
