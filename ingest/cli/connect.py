"""`ingest connect`: how other programs open the store."""

from __future__ import annotations

import json
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingest.cli.options import open_configured, store_option

if TYPE_CHECKING:
    from ingest.store.reader import Store

_CLIENTS = ["duckdb", "python", "jdbc"]
_TO_KNOW = (
    "Open it read-only: another ingest replaces the file that you would write to.",
    "A connection keeps the state that it opened. Open it again to see newer loads.",
    "Secrets are not masked there, as ingest sql does it.",
    "DuckDB 1.5 and 2.0 are tested. The catalog names its Parquet files by their full paths.",
)


@click.command(short_help="Show how other programs open the store.")
@store_option
@click.option("--client", type=click.Choice(_CLIENTS), help="Print only what this client needs.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "init", "json"]),
    default="text",
    show_default=True,
    help="init: a start-up script for the duckdb program.",
)
def connect(store: str, client: str | None, format_: str) -> None:
    """Show how to open the store with the duckdb program, with Python, and with JDBC clients such as DBeaver.

    \b
      ingest connect
      duckdb -init <(ingest connect --format init)
      eval "$(ingest connect --client duckdb)"

    The init script opens the store read-only and sets the thresholds and the price of ingest.toml.

    For a store on object storage it prints the statements for a client with DuckDB's extension for that storage; they
    name the current catalog. Run it again to see newer loads.
    """
    if client is not None and format_ == "init":
        raise click.UsageError("the init script is for duckdb; leave --client out.")
    with open_configured(store) as opened:
        if opened.layout.url is not None:
            _print(_remote(opened, client, format_))
            return
        ways = _Ways(opened.layout.root, opened.layout.catalog)
        if format_ == "init":
            click.echo(_init_script(opened, ways), nl=False)
        elif format_ == "json":
            click.echo(json.dumps(ways.told(client), indent=2, ensure_ascii=False))
        elif client is not None:
            _print("\n".join(ways.lines(client)))
        else:
            jobs = opened.rows("SELECT count(*) AS jobs FROM jobs")[0]["jobs"]
            _print(_page(ways, jobs))


@dataclass(frozen=True, slots=True)
class _Ways:
    """The ways into a store."""

    root: Path
    catalog: Path

    def lines(self, client: str) -> list[str]:
        """What a client is given."""
        if client == "duckdb":
            return [f"duckdb -readonly {shlex.quote(str(self.catalog))}"]
        if client == "python":
            return ["import duckdb", "", f"connection = duckdb.connect({str(self.catalog)!r}, read_only=True)"]
        return [f"jdbc:duckdb:{self.catalog}"]

    def told(self, client: str | None) -> dict[str, object]:
        """The same for programs."""
        ways: dict[str, object] = {
            "duckdb": {"command": self.lines("duckdb")[0]},
            "python": {"database": str(self.catalog), "read_only": True},
            "jdbc": {"url": self.lines("jdbc")[0], "properties": {"duckdb.read_only": "true"}},
        }
        chosen = ways if client is None else {client: ways[client]}
        return {"store": str(self.root), "catalog": str(self.catalog), **chosen}


def _page(ways: _Ways, jobs: int) -> str:
    init = f"ingest connect --store {shlex.quote(str(ways.root))} --format init"
    sections = {
        "duckdb": [
            *ways.lines("duckdb"),
            "",
            "or, with the thresholds of ingest.toml (bash, zsh):",
            f"duckdb -init <({init})",
        ],
        "Python": [
            *ways.lines("python"),
            "",
            "or, with ingest installed:",
            "from ingest import open_store",
            f"store = open_store({str(ways.root)!r})",
        ],
        "JDBC (DBeaver, ...)": [
            f"URL              {ways.lines('jdbc')[0]}",
            "driver property  duckdb.read_only = true",
        ],
        "to know": [f"* {line}" for line in _TO_KNOW],
    }
    lines = [f"{ways.root}: {jobs:,} {'job' if jobs == 1 else 'jobs'}"]
    for name, text in sections.items():
        lines += ["", name, *(f"  {line}".rstrip() for line in text)]
    return "\n".join(lines)


def _remote(store: Store, client: str | None, format_: str) -> str:
    """The same for a store on object storage: statements, or a page around them."""
    from ingest.store.remote.connect import first_statements, remote_catalog

    catalog = remote_catalog(store.layout)
    statements = [*first_statements(catalog), *_settings(store)]
    if format_ == "json":
        told = {"store": str(store.layout), "catalog": catalog.url, "statements": [*first_statements(catalog)]}
        return json.dumps(told, indent=2, ensure_ascii=False)
    if format_ == "init":
        return "\n".join(["-- Made by `ingest connect --format init`.", *statements])
    if client == "python":
        script = "\n".join(f"connection.execute({one!r})" for one in first_statements(catalog))
        return f"import duckdb\n\nconnection = duckdb.connect()\n{script}"
    if client is not None:
        return "\n".join(statements)
    jobs = store.rows("SELECT count(*) AS jobs FROM jobs")[0]["jobs"]
    lines = [f"{store.layout}: {jobs:,} {'job' if jobs == 1 else 'jobs'}", "", "DuckDB 1.5, any client of it"]
    lines += [f"  {line}" for line in statements]
    lines += ["", "Python, with ingest installed", "  from ingest import open_store", ""]
    lines[-1:] = [f"  store = open_store({str(store.layout)!r})", "", "to know", *(f"  * {line}" for line in _REMOTE)]
    return "\n".join(lines)


_REMOTE = (
    "The statements name the catalog that counts now, which never changes. Ask again to see newer loads.",
    "A catalog is kept for a day at least after the next one was published.",
    "DuckDB 2.0 cannot install these extensions from PyPI yet; open_store needs none.",
    "Views that read many log records come range by range: open_store keeps files on this machine.",
    "Secrets are not masked there, as ingest sql does it.",
)


def _init_script(store: Store, ways: _Ways) -> str:
    """What the duckdb program is to run first."""
    from ingest.quoting import quoted_path

    lines = [
        "-- Made by `ingest connect --format init`.",
        f"ATTACH {quoted_path(ways.catalog)} AS catalog (READ_ONLY);",
        "USE catalog;",
        *_settings(store),
    ]
    return "\n".join(lines) + "\n"


def _settings(store: Store) -> list[str]:
    """Statements that set what ingest.toml sets."""
    from ingest.quoting import literal

    changed = store.rows("SELECT name, value FROM thresholds WHERE value <> default_value ORDER BY name")
    price = store.rows("SELECT getvariable('price_per_node_hour') AS price")[0]["price"]
    pairs = ", ".join(f"{literal(row['name'])}: {row['value']!r}" for row in changed)
    lines = [
        "-- What the checks compare with, if it is not the default; all: FROM thresholds;",
        f"SET VARIABLE thresholds = MAP {{{pairs}}}::MAP(VARCHAR, DOUBLE);",
    ]
    if price is not None:
        lines.append(f"SET VARIABLE price_per_node_hour = {float(price)!r}::DOUBLE;")
    return lines


def _print(text: str) -> None:
    """On a terminal, without what steers it: a path may hold anything. A pipe gets it exactly."""
    from ingest.output import is_terminal, visible_lines

    click.echo(visible_lines(text) if is_terminal(sys.stdout) else text)
