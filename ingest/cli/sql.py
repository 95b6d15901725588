"""`ingest sql`: ask the store."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from ingest.cli.options import chosen_output, format_option, open_configured, output_option, store_option
from ingest.cli.paging import unpaged
from ingest.errors import IngestError, InputError

if TYPE_CHECKING:
    from ingest.output import Format


@click.command(short_help="Query the store with SQL.")
@click.argument("query", required=False)
@store_option
@click.option("-f", "--file", "file", type=click.Path(dir_okay=False), help="Read the query from a file.")
@format_option()
@output_option
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
    """Query the store with SQL, read-only.

    \b
      ingest sql                                    a prompt, on a terminal
      ingest sql "SELECT * FROM failed_items_by_node"
      ingest sql -f question.sql --format json
      echo "SELECT * FROM job_summary" | ingest sql -

    Tables and views: ingest views. The dialect is DuckDB's. Signatures, keys and tokens in the logs are masked. Several
    statements, separated by ; may set variables (SET VARIABLE a = 1); the last one returns the result.
    """
    from ingest.output import Format

    if show_secrets and mask_ids:
        raise click.UsageError("--show-secrets and --mask-ids ask for the opposite of each other; give one.")
    if query is None and file is None and _is_at_terminal():
        if output is not None or format_ == Format.PARQUET:
            raise click.UsageError(
                "a prompt writes to the screen; there, .output FILE writes the next result to a file."
            )
        with unpaged():
            _prompt(store, chosen_output(format_, None)[0], limit, show_secrets, mask_ids)
        return
    text = _query_text(query, file)
    wanted, target = chosen_output(format_, output)
    _answer(store, text, wanted, target, limit, show_secrets, mask_ids)


def _answer(
    store: str, text: str, wanted: Format, target: TextIO | Path, limit: int | None, show_secrets: bool, mask_ids: bool
) -> None:
    """Runs the statements and writes the result of the last."""
    from ingest.errors import QueryError
    from ingest.output import Redactor, statement_result, write_result
    from ingest.prompt.allowed import check_allowed, no_result
    from ingest.prompt.interrupts import CtrlC
    from ingest.prompt.messages import masked
    from ingest.prompt.statements import has_result, split
    from ingest.store.reader import in_words

    redact = not show_secrets
    with open_configured(store) as opened, CtrlC() as ctrl_c, ctrl_c.wanted():
        try:
            with in_words(text):
                *settings, last = split(text) or [text]
                if any(has_result(opened.connection, statement) for statement in settings):
                    raise IngestError(
                        "more than one statement gives a result, and only one can be written",
                        "Ask one at a time, or in the prompt: ingest sql, then .read FILE",
                    )
                for statement in (*settings, last):
                    check_allowed(opened.connection, statement, masked=redact)
                for statement in settings:
                    opened.connection.execute(statement)
                if not has_result(opened.connection, last):
                    opened.connection.execute(last)  # its own error says more
                    raise no_result(last)
                if result := statement_result(opened.connection, last):
                    write_result(result, wanted, target, redact=redact, ids=mask_ids, limit=limit)
        except QueryError as error:
            raise masked(error, Redactor(ids=mask_ids) if redact else None) from error
        except OSError as error:
            if not isinstance(target, Path):
                raise
            raise InputError(
                f"{target}: cannot be written: {error.strerror or error}", "Give another --output."
            ) from error


def _prompt(store: str, format_: Format, limit: int | None, show_secrets: bool, mask_ids: bool) -> None:
    """Answers what is typed."""
    from ingest.prompt.loop import run_prompt
    from ingest.prompt.session import Masking, Session

    masking = Masking.OFF if show_secrets else Masking.IDS if mask_ids else Masking.SECRETS
    run_prompt(Session(lambda: open_configured(store), format_, limit, masking))


def _is_at_terminal() -> bool:
    """Whether somebody can be asked: stdin is a terminal, and so is what a prompt can be written to."""
    from ingest.output import is_terminal

    return is_terminal(sys.stdin) and (is_terminal(sys.stdout) or is_terminal(sys.stderr))


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
