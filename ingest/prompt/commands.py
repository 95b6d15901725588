"""The commands of the prompt: what begins with a dot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from ingest.errors import IngestError, InputError
from ingest.model import CATALOG_TABLES, RECORD_TABLES
from ingest.output import Format, rows_result, select_result
from ingest.prompt.messages import say
from ingest.prompt.session import ALL_ROWS, Masking, Session
from ingest.quoting import literal

_JOBS = """
SELECT job_id, state, started_at, duration_s, mini_batches, items, failed_items, nodes
FROM job_summary ORDER BY started_at NULLS LAST, job_id
"""


class Leave(Exception):  # noqa: N818  # no error
    """The user wants to go."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its argument as help shows it, what it does, and what does it."""

    argument: str
    does: str
    run: Callable[[Session, str], None]


def obey(session: Session, line: str) -> None:
    """Does what a line that begins with a dot says. Raises Leave for `.quit`."""
    name, _, argument = line.strip().rstrip(";").partition(" ")
    command = COMMANDS.get(name.lower())
    if command is None:
        near = get_close_matches(name.lower(), COMMANDS, n=1)
        raise IngestError(f"{name}: no such command", f"Did you mean: {near[0]}" if near else "All of them: .help")
    argument = argument.strip()
    if not argument and command.argument and not command.argument.startswith("["):
        raise IngestError(f"{name}: {command.argument} is missing", f"{name} {command.argument}: {command.does}")
    command.run(session, argument)


def may_follow(session: Session, command: str, typed: str) -> Iterable[tuple[str, str]] | None:
    """What may be typed after a command, or, without one, as a command; None for a file's path."""
    if not command:
        return [(name, one.does) for name, one in COMMANDS.items()]
    if command in (".read", ".output"):
        return None
    if command == ".schema":
        return [*session.names.relations.items(), *session.names.table_macros.items()]
    known: dict[str, Sequence[str]] = {".format": list(Format), ".mask": list(Masking), ".limit": ["all"]}
    return [(str(word), "") for word in known.get(command, ()) if word.startswith(typed)]


def _help(session: Session, argument: str) -> None:
    del session, argument
    width = max(len(f"{name} {one.argument}") for name, one in COMMANDS.items())
    for name, one in COMMANDS.items():
        say(f"  {f'{name} {one.argument}':<{width}}  {one.does}")
    say(
        "SQL ends with ; and may run over lines. Tab completes, Ctrl-C clears the line or stops a query, Ctrl-D leaves."
    )


def _tables(session: Session, word: str) -> None:
    docs = {table.name: table.doc for table in RECORD_TABLES} | {name: doc for name, (doc, _) in CATALOG_TABLES.items()}
    tables = [name for name, question in session.names.relations.items() if question == "table"]
    _list(session, ("table", "one row per"), [(name, docs.get(name)) for name in tables], word)


def _views(session: Session, word: str) -> None:
    rows = session.store.views().project("name, question").fetchall()
    _list(session, ("view", "answers"), rows, word)


def _list(session: Session, header: Sequence[str], rows: Sequence[Sequence[str | None]], word: str) -> None:
    """Shows the rows in which a word stands, all of them."""
    found = [row for row in rows if any(word.lower() in (text or "").lower() for text in row)]
    session.show(rows_result(header, found), limit=ALL_ROWS)


def _schema(session: Session, name: str) -> None:
    names = session.names
    name = name.strip('"').lower()
    if parameters := {**names.macros, **names.table_macros}.get(name):
        say(f"{'FROM ' if name in names.table_macros else ''}{name}({parameters})")
        return
    columns = names.columns.get(name)
    if columns is None:
        near = get_close_matches(name, [*names.columns, *names.macros, *names.table_macros], n=3)
        raise IngestError(
            f"{name}: no such table or view", f"Did you mean: {', '.join(near)}" if near else "All: .tables .views"
        )
    for (told,) in session.store.sql(
        f"SELECT comment FROM duckdb_views() WHERE view_name = {literal(name)}"
    ).fetchall():
        if told:
            say(told)
    meanings = dict(
        session.store.sql(
            "SELECT column_name, comment FROM duckdb_columns()"
            f" WHERE database_name = 'catalog' AND schema_name = 'main' AND table_name = {literal(name)}"
        ).fetchall()
    )
    rows = [(column, type_, meanings.get(column)) for column, type_ in columns.items()]
    session.show(rows_result(("column", "type", "meaning"), rows), limit=ALL_ROWS)


def _format(session: Session, name: str) -> None:
    if name not in list(Format) or name == Format.PARQUET:
        screen = ", ".join(one for one in Format if one is not Format.PARQUET)
        raise IngestError(f"{name}: no form for the screen", f"One of: {screen}. Parquet: .output FILE.parquet")
    session.format = Format(name)


def _output(session: Session, file: str) -> None:
    session.target = Path(file).expanduser()


def _limit(session: Session, number: str) -> None:
    if number == "all":
        session.limit = ALL_ROWS
    elif number.isascii() and number.isdigit() and 0 < int(number) <= ALL_ROWS:
        session.limit = int(number)
    else:
        raise IngestError(f"{number}: not a number of rows", "A number from 1, or: .limit all")


def _read(session: Session, file: str) -> None:
    try:
        text = Path(file).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: cannot be read: {error}", "Give a text file with SQL.") from error
    session.ask(text)


def _mask(session: Session, what: str) -> None:
    if what not in list(Masking):
        raise IngestError(f"{what}: nothing that can be masked", f"One of: {', '.join(Masking)}")
    session.masking = Masking(what)
    if session.masking is Masking.OFF:
        say("signatures, keys and tokens are shown from here on; .mask secrets hides them again")


def _jobs(session: Session, argument: str) -> None:
    del argument
    result = select_result(session.store.connection, _JOBS)
    session.show(result)


def _reload(session: Session, argument: str) -> None:
    del argument
    session.open()
    jobs = session.store.rows("SELECT count(*) AS jobs FROM jobs")[0]["jobs"]
    say(f"opened anew: {jobs:,} {'job' if jobs == 1 else 'jobs'}")


def _quit(session: Session, argument: str) -> None:
    del session, argument
    raise Leave


COMMANDS = {
    ".help": Command("", "show this", _help),
    ".jobs": Command("", "the jobs of the store", _jobs),
    ".views": Command("[WORD]", "what can be asked, or what of it speaks of WORD", _views),
    ".tables": Command("[WORD]", "what the views are made from", _tables),
    ".schema": Command("NAME", "the question and the columns of a view or table", _schema),
    ".format": Command("FORM", "how results are shown: table, csv, json, jsonl, markdown", _format),
    ".limit": Command("N", "rows at most on the screen, or all; at first 40 in a table", _limit),
    ".output": Command("FILE", "write the next result to a file: .csv .json .jsonl .md .txt .parquet", _output),
    ".read": Command("FILE", "run the SQL of a file", _read),
    ".mask": Command("WHAT", "hide secrets (always so at first), ids too, or off", _mask),
    ".reload": Command("", "open the newest state of the store", _reload),
    ".quit": Command("", "leave, as Ctrl-D does", _quit),
}
