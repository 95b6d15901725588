"""What a table of the data model is: a name and typed columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


class Type(StrEnum):
    """The column types of the data model, each with one spelling in Arrow and one in DuckDB."""

    TEXT = "VARCHAR"
    INT = "BIGINT"
    FLOAT = "DOUBLE"
    BOOL = "BOOLEAN"
    TIME = "TIMESTAMP"
    DATE = "DATE"
    TEXTS = "VARCHAR[]"

    @property
    def arrow(self) -> pa.DataType:
        """The Arrow type; times are microseconds without a zone (UTC by rule, not by type)."""
        import pyarrow as pa  # late: reading a store needs the names of the types, not Arrow

        arrow_types: dict[Type, pa.DataType] = {
            Type.TEXT: pa.string(),
            Type.INT: pa.int64(),
            Type.FLOAT: pa.float64(),
            Type.BOOL: pa.bool_(),
            Type.TIME: pa.timestamp("us"),
            Type.DATE: pa.date32(),
            Type.TEXTS: pa.list_(pa.string()),
        }
        return arrow_types[self]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, type, and what it says (shown by `ingest views` and in the reference)."""

    name: str
    type: Type
    doc: str = ""
    dictionary: bool = False
    """Few distinct values, many rows: kept as a dictionary, in memory and in Parquet."""

    @property
    def arrow(self) -> pa.DataType:
        """The Arrow type that it is stored with."""
        import pyarrow as pa

        if self.dictionary and self.type is Type.TEXT:
            return pa.dictionary(pa.int32(), pa.string())
        return self.type.arrow


PROVENANCE_COLUMNS = (
    Column("job_id", Type.TEXT, "the job: its run id if known, else its folder's name", dictionary=True),
    Column("file_id", Type.INT, "the file this was read from, see `files`", dictionary=True),
    Column("line_no", Type.INT, "1-based line of the record's first line in that file"),
    Column("cut", Type.BOOL, "true if the file ends inside this record (no final line break)", dictionary=True),
)
"""What the engine adds to every record, so that it can be found again in its file."""

WORKER_COLUMNS = (
    Column("node", Type.TEXT, "IP address in older logs, node id in newer ones", dictionary=True),
    Column("process", Type.TEXT, "`process003`, `_main`, `manager`; V0: `Process-3`", dictionary=True),
    Column("pid", Type.INT, "operating system's process id, unique only per node and moment", dictionary=True),
)
"""Which node and process a record belongs to, where it belongs to one."""


@dataclass(frozen=True)
class Table:
    """A record table: a row per thing said in a log, with `PROVENANCE_COLUMNS` put before its own columns."""

    name: str
    doc: str
    own: tuple[Column, ...] = field(repr=False)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """All columns in their stored order."""
        return PROVENANCE_COLUMNS + self.own

    @cached_property
    def schema(self) -> pa.Schema:
        """The Arrow schema of a stored Parquet file."""
        import pyarrow as pa

        return pa.schema([(column.name, column.arrow) for column in self.columns])
