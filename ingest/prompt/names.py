"""The names that a query may use: tables and views with their columns, macros, functions, words of SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.store.reader import Store

KEYWORDS = (
    *("ALL", "AND", "ANTI JOIN", "AS", "ASC", "ASOF JOIN", "BETWEEN", "BY NAME", "CASE", "CAST", "CROSS JOIN"),
    *("DESC", "DESCRIBE", "DISTINCT", "ELSE", "END", "EXCEPT", "EXCLUDE", "EXISTS", "EXPLAIN", "EXPLAIN ANALYZE"),
    *("FALSE", "FILTER", "FROM", "FULL JOIN", "GROUP BY", "GROUP BY ALL", "HAVING", "ILIKE", "IN", "INTERSECT"),
    *("IS NOT NULL", "IS NULL", "JOIN", "LEFT JOIN", "LIKE", "LIMIT", "MAP", "NOT", "NULL", "NULLS LAST", "OFFSET"),
    *("ON", "OR", "ORDER BY", "ORDER BY ALL", "OVER", "PARTITION BY", "PIVOT", "QUALIFY", "REPLACE", "RESET"),
    *("RIGHT JOIN", "SELECT", "SEMI JOIN", "SET VARIABLE", "SUMMARIZE", "THEN", "TRUE", "TRY_CAST", "UNION ALL"),
    *("UNION", "UNPIVOT", "USING", "VALUES", "WHEN", "WHERE", "WINDOW", "WITH"),
)


@dataclass(frozen=True, slots=True)
class Names:
    """What there is in a store. Columns are by the name of their table, as {name: type}."""

    relations: Mapping[str, str]
    """What each table and view is: `table`, or a view's question."""
    columns: Mapping[str, Mapping[str, str]]
    macros: Mapping[str, str]
    """Our macros that stand where a value stands, with their parameters; those that stand in FROM are in `tables`."""
    table_macros: Mapping[str, str]
    functions: Sequence[str]
    reserved: frozenset[str]
    """Words that must be quoted to be a name."""

    def quoted(self, name: str) -> str:
        """A name as SQL wants it: quoted if it is a word of the language, or no plain word."""
        if name.isascii() and name.isidentifier() and name == name.lower() and name not in self.reserved:
            return name
        return '"' + name.replace('"', '""') + '"'


def names_of(store: Store) -> Names:
    """Reads them from the catalog."""
    relations: dict[str, str] = {}
    columns: dict[str, dict[str, str]] = {}
    for row in store.rows(_RELATIONS):
        relations[row["name"]] = row["question"] or "table"
    for row in store.rows(_COLUMNS):
        columns.setdefault(row["table_name"], {})[row["column_name"]] = row["data_type"]
    functions = store.rows(_FUNCTIONS)
    ours = [row for row in functions if row["ours"]]
    return Names(
        relations,
        columns,
        {row["name"]: row["parameters"] for row in ours if row["kind"] == "macro"},
        {row["name"]: row["parameters"] for row in ours if row["kind"] == "table_macro"},
        sorted({row["name"] for row in functions if not row["ours"]}),
        frozenset(row["word"] for row in store.rows(_RESERVED)),
    )


_RELATIONS = """
SELECT view_name AS name, split_part(comment, chr(10), 1) AS question
FROM duckdb_views() WHERE database_name = 'catalog' AND schema_name = 'main' AND NOT internal
UNION ALL
SELECT table_name, NULL FROM duckdb_tables() WHERE database_name = 'catalog' AND schema_name = 'main'
ORDER BY name
"""

_COLUMNS = """
SELECT table_name, column_name, data_type
FROM duckdb_columns() WHERE database_name = 'catalog' AND schema_name = 'main'
ORDER BY table_name, column_index
"""

_FUNCTIONS = """
SELECT DISTINCT
    function_name AS name,
    function_type AS kind,
    array_to_string(parameters, ', ') AS parameters,
    database_name = 'catalog' AS ours
FROM duckdb_functions()
WHERE function_type IN ('scalar', 'aggregate', 'macro', 'table_macro') AND regexp_full_match(function_name, '[a-z]\\w*')
ORDER BY name
"""

_RESERVED = "SELECT keyword_name AS word FROM duckdb_keywords() WHERE keyword_category IN ('reserved', 'type_function')"
