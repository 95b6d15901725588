"""Parquet: the types kept, zstd, a row group at a time, to a file or to a pipe.

What Parquet has no type for (INTERVAL, UNION, BIT, UHUGEINT, times with zone) is stored as text; HUGEINT as
DECIMAL(38,0), ENUM and UUID as text.
"""

from __future__ import annotations

from typing import Any, BinaryIO

from ingest.output.redact import Redactor
from ingest.output.result import Result

_ROWS_PER_GROUP = 122_880
_BYTES_PER_GROUP = 32 << 20


def write_parquet(result: Result, sink: BinaryIO, redactor: Redactor | None, limit: int | None) -> int:
    """Write the result's rows, at most `limit`; return how many."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from ingest.output.key_lines import KeyLines
    from ingest.output.redact_arrow import redact_batch

    reader = result.arrow()
    schema = pa.schema([field.with_name(name) for field, name in zip(reader.schema, result.names, strict=True)])
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        rows = 0
        keys: dict[int, KeyLines] = {}
        group: list[Any] = []
        for batch in _first(reader, limit):
            named = pa.RecordBatch.from_arrays(batch.columns, schema=schema)
            rows += len(batch)
            group.append(redact_batch(named, redactor, keys) if redactor else named)
            if sum(map(len, group)) >= _ROWS_PER_GROUP or sum(part.nbytes for part in group) >= _BYTES_PER_GROUP:
                writer.write_table(pa.Table.from_batches(group))
                group = []
        if group:
            writer.write_table(pa.Table.from_batches(group))
    return rows


def _first(reader: Any, limit: int | None) -> Any:
    for batch in reader:
        if limit is None:
            yield batch
        elif limit > 0:
            yield batch.slice(0, limit)
            limit -= len(batch)
        else:
            return
