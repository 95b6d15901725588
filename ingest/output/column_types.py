"""The shape of a column: what its values are in Python, and how DuckDB must cast them so that they get there whole.

Fetched as they are, DuckDB's values lose something in Python or cannot be fetched at all: INTERVAL loses its months,
TIMESTAMP_NS its nanoseconds, infinite dates become the year 9999, TIMESTAMPTZ needs `pytz`, a MAP with lists as keys
has no dict. So these are cast to text by DuckDB, at any depth of LIST, STRUCT and MAP; the rest is fetched natively.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duckdb.sqltypes import DuckDBPyType


class Kind(Enum):
    """What a value is once fetched; in brackets its Python type."""

    INTEGER = auto()  # any width up to HUGEINT [int]
    FLOAT = auto()  # DOUBLE [float]
    SINGLE = auto()  # FLOAT, by its own digits: 0.1, not 0.10000000149011612 [str]
    NUMBER = auto()  # DECIMAL, BIGNUM: exact [str]
    BOOLEAN = auto()  # [bool]
    TEXT = auto()  # VARCHAR, ENUM, and what has no better form: UNION, VARIANT [str]
    PLAIN = auto()  # DATE, TIME, INTERVAL, UUID, BIT: no log text, holds no secret [str]
    TIMESTAMP = auto()  # with or without zone, as DuckDB prints it [str]
    BLOB = auto()  # [bytes]
    JSON = auto()  # [str]
    LIST = auto()  # LIST and ARRAY [list]
    STRUCT = auto()  # [dict]
    MAP = auto()  # keys as text [dict]
    ANY = auto()  # values that do not come from DuckDB


_NATIVE = {
    **dict.fromkeys(("tinyint", "smallint", "integer", "bigint", "hugeint"), Kind.INTEGER),
    **dict.fromkeys(("utinyint", "usmallint", "uinteger", "ubigint", "uhugeint"), Kind.INTEGER),
    "double": Kind.FLOAT,
    "boolean": Kind.BOOLEAN,
    "varchar": Kind.TEXT,
    "blob": Kind.BLOB,
}
_AS_TEXT = {
    "float": Kind.SINGLE,
    **dict.fromkeys(("decimal", "bignum", "varint"), Kind.NUMBER),
    **dict.fromkeys(("date", "time", "time_ns", "time with time zone", "interval", "uuid", "bit"), Kind.PLAIN),
    **dict.fromkeys(("timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns"), Kind.TIMESTAMP),
    "timestamp with time zone": Kind.TIMESTAMP,
}
# Arrow or Parquet has no type for these, or stores them wrongly (the upper half of UHUGEINT as negative numbers)
_NOT_IN_PARQUET = frozenset(("interval", "bit", "bignum", "varint", "uhugeint", "time with time zone"))
_IN_PARQUET = (frozenset(_NATIVE) | frozenset(_AS_TEXT)) - _NOT_IN_PARQUET


@dataclass(frozen=True, slots=True)
class Shape:
    """The kind of a column or of a part of one; `fields` are the named parts (one unnamed for LIST and MAP)."""

    kind: Kind
    fields: tuple[tuple[str, Shape], ...] = ()

    def holds(self, *kinds: Kind) -> bool:
        """Whether values of one of these kinds stand anywhere in it."""
        return self.kind in kinds or any(part.holds(*kinds) for _, part in self.fields)


def shape_of(type_: DuckDBPyType) -> Shape:
    """Return the shape that values of a DuckDB type have after the cast to `fetchable(type_)`."""
    name = type_.id
    if name in ("list", "array"):
        return Shape(Kind.LIST, (("", shape_of(_parts(type_)[0][1])),))
    if name == "map":
        return Shape(Kind.MAP, (("", shape_of(_parts(type_)[1][1])),))
    if _is_named_struct(type_):
        return Shape(Kind.STRUCT, tuple((field, shape_of(part)) for field, part in _parts(type_)))
    if str(type_) == "JSON":
        return Shape(Kind.JSON)
    return Shape(_NATIVE.get(name) or _AS_TEXT.get(name) or Kind.TEXT)


def fetchable(type_: DuckDBPyType) -> str:
    """Return the SQL type to cast a column to so that Python gets its values whole: what is delicate becomes text."""
    return _recast(type_, frozenset(_NATIVE))


def storable(type_: DuckDBPyType) -> str:
    """Return the SQL type to cast a column to so that Arrow and Parquet can hold it."""
    return _recast(type_, _IN_PARQUET, keep_keys=True)


def _recast(type_: DuckDBPyType, native: frozenset[str], *, keep_keys: bool = False) -> str:
    parts = _parts(type_)
    if type_.id in ("list", "array"):
        return _recast(parts[0][1], native, keep_keys=keep_keys) + "[]"
    if type_.id == "map":
        key, value = (_recast(part, native, keep_keys=keep_keys) for _, part in parts)
        return f"MAP({key if keep_keys else 'VARCHAR'}, {value})"
    if _is_named_struct(type_):
        fields = (f"{_quoted(name)} {_recast(part, native, keep_keys=keep_keys)}" for name, part in parts)
        return f"STRUCT({', '.join(fields)})"
    return str(type_) if type_.id in native else "VARCHAR"


def _parts(type_: DuckDBPyType) -> list[tuple[str, Any]]:
    return type_.children if type_.id in ("list", "array", "map", "struct") else []


def _is_named_struct(type_: DuckDBPyType) -> bool:
    return type_.id == "struct" and all(name for name, _ in _parts(type_))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names with repeated ones numbered, as DuckDB does it: `a`, `a_1`. Case counts, as it does in JSON."""
    names = list(names)
    taken, result = set(names), []
    seen: set[str] = set()
    for name in names:
        new, number = name, 0
        while new in seen or (number and new in taken):
            number += 1
            new = f"{name}_{number}"
        seen.add(new)
        result.append(new)
    return tuple(result)
