"""The rows of a table as other engines take them: secrets masked, times in UTC with their zone, types that all of them have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from ingest.output.key_lines import KeyLines
from ingest.output.redact_arrow import redact_batch
from ingest.output.result import select_result
from ingest.quoting import is_one_of, quoted

if TYPE_CHECKING:
    from ingest.output.redact import Redactor
    from ingest.store.reader import Store

_SIGNED = {8: pa.int16(), 16: pa.int32(), 32: pa.int64(), 64: pa.decimal128(20, 0)}


def portable(kind: pa.DataType) -> pa.DataType:
    """The Arrow type that a column has in an export."""
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", "UTC")
    if pa.types.is_dictionary(kind):
        return portable(kind.value_type)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return pa.list_(portable(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(one.name, portable(one.type)) for one in kind])
    if pa.types.is_map(kind):
        return pa.map_(portable(kind.key_type), portable(kind.item_type))
    if pa.types.is_unsigned_integer(kind):
        return _SIGNED[kind.bit_width]
    if (
        pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_time(kind)
        or pa.types.is_null(kind)
    ):
        return pa.string()
    return kind


class Rows:
    """The tables of a store, a table and some jobs at a time."""

    def __init__(self, store: Store, redactor: Redactor, jobs: Mapping[str, Sequence[str]]) -> None:
        """`jobs`: the masked id of each, with the ids that look so."""
        self._store = store
        self._redactor = redactor
        self._ids = jobs
        self._schemas: dict[str, pa.Schema] = {}
        self._masked = {job_id: masked for masked, ids in jobs.items() for job_id in ids}

    def schema(self, table: str) -> pa.Schema:
        """The columns of a table in an export."""
        if table not in self._schemas:
            self._schemas[table] = self._schema(table)
        return self._schemas[table]

    def _schema(self, table: str) -> pa.Schema:
        result = select_result(self._store.connection, f"SELECT * FROM {quoted(table)} WHERE false")
        reader = result.arrow()
        for _ in reader:  # the connection is busy until it is at its end
            pass
        return pa.schema(
            [pa.field(name, portable(one.type)) for name, one in zip(result.names, reader.schema, strict=True)]
        )

    def of(self, table: str, jobs: Sequence[str]) -> pa.RecordBatchReader:
        """The rows of some jobs, given by their masked ids. To be read to its end before another is asked for."""
        schema = self.schema(table)
        return pa.RecordBatchReader.from_batches(schema, self._batches(table, jobs, schema))

    def _batches(self, table: str, jobs: Sequence[str], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        ids = [job_id for job in jobs for job_id in self._ids[job]]
        if not ids:
            return
        rows = f"SELECT * FROM {quoted(table)} WHERE {is_one_of('job_id', ids)}"
        keys: dict[int, KeyLines] = {}
        at = schema.names.index("job_id")
        for batch in select_result(self._store.connection, rows).arrow():
            named = pa.RecordBatch.from_arrays(batch.columns, names=schema.names)
            masked = redact_batch(named, self._redactor, keys)
            ids_here = pa.array([self._masked[one] for one in named.column(at).to_pylist()], pa.string())
            columns = [
                ids_here if number == at else column.cast(field.type)
                for number, (column, field) in enumerate(zip(masked.columns, schema, strict=True))
            ]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)
