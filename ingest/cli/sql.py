"""`ingest sql`: ask the store."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ingest.cli.options import open_configured, store_option
from ingest.errors import IngestError

_FORMATS = ["table", "csv", "json", "jsonl", "markdown", "parquet"]


@click.command(short_help="Ask the store with SQL.")
@click.argument("query", required=False)
@store_option
@click.option("-f", "--file", "file", type=click.Path(dir_okay=False), help="Read the query from a file.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(_FORMATS),
    help="Form of the result.  [default: table on a terminal, else csv]",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write to a file instead of stdout.")
@click.option("--limit", type=click.IntRange(1), help="Rows at most.  [default: 1000 in a table, else all]")
@click.option("--show-secrets", is_flag=True, help="Do not mask signatures, keys and tokens in the result.")
@click.option("--mask-ids", is_flag=True, help="Mask subscriptions, tenants, resource groups and workspaces too.")
def sql(
    query: str | None,
    store: str,
    file: str | None,
    format_: str | None,
    output: str | None,
    limit: int | None,
    show_secrets: bool,
    mask_ids: bool,
) -> None:
    """Ask the store with SQL, read-only.

    \b
      ingest sql "SELECT * FROM failed_items_by_node"
      ingest sql -f questions.sql --format json
      echo "SELECT * FROM job_summary" | ingest sql -

    Tables and views: ingest views. The dialect is DuckDB's. Signatures, keys and tokens in the logs are masked.
    """
    import duckdb

    from ingest.output import Format, default_format, query_result, write_result
    from ingest.store.reading import query_error
    from ingest.store.step_by_step import make_ready

    if show_secrets and mask_ids:
        raise click.UsageError("--show-secrets and --mask-ids ask for the opposite of each other; give one.")
    text = _query_text(query, file)
    target = Path(output) if output else sys.stdout
    wanted = Format(format_) if format_ else Format.CSV if output else default_format(sys.stdout)
    with open_configured(store) as opened:
        try:
            make_ready(opened.connection, text)
            result = query_result(opened.connection, text)
            if result is not None:
                write_result(result, wanted, target, redact=not show_secrets, ids=mask_ids, limit=limit)
        except duckdb.Error as error:
            raise query_error(text, error) from error


def _query_text(query: str | None, file: str | None) -> str:
    """The query as given, from a file, or from stdin (`-`, or nothing given and stdin is no terminal)."""
    if file is not None:
        if query is not None:
            raise IngestError("both a query and --file were given", "Give one of them.")
        try:
            text = Path(file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise IngestError(f"{file}: cannot be read: {error}", "Give a text file with one query.") from error
    elif query is None and sys.stdin.isatty():
        raise IngestError("no query", 'Example: ingest sql "SELECT * FROM job_summary"')
    else:
        text = sys.stdin.read() if query in (None, "-") else query or ""
    if not text.strip():
        raise IngestError("the query is empty", 'Example: ingest sql "SELECT * FROM job_summary"')
    return text
