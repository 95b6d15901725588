"""What Tab offers, at a `|` in a query."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ingest.errors import StoreError

if TYPE_CHECKING:
    from ingest.prompt.session import Session


def offered(session: Session, text: str) -> list[str]:
    """The texts that Tab offers where the `|` stands."""
    from prompt_toolkit.completion import CompleteEvent
    from prompt_toolkit.document import Document

    from ingest.prompt.commands import may_follow
    from ingest.prompt.completion import SqlCompleter

    completer = SqlCompleter(lambda: session.names, lambda command, typed: may_follow(session, command, typed))
    document = Document(text.replace("|", ""), text.index("|"))
    return [one.text for one in completer.get_completions(document, CompleteEvent())]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT * FROM failed_it|", ["failed_items_by_node"]),
        ("SELECT * FROM jobs, mini_batch|", ["mini_batches", "mini_batch_story("]),
        ("SELECT * FROM jobs j JOIN job_summ| USING (job_id)", ["job_summary"]),
        ("DESCRIBE retr|", ["retries"]),
        ("WITH mine AS (SELECT 1) SELECT * FROM mi|", ["mine", "mini_batches", "mini_batch_story("]),
        ("SELECT exception_| FROM errors", ["exception_type", "exception_message"]),
        ("FROM errors SELECT exception_t|", ["exception_type"]),
        ("SELECT e.| FROM thresholds AS e", ["name", "value", "default_value", "unit", "meaning", "used_by"]),
        ("SELECT thresholds.u| FROM thresholds", ["unit", "used_by"]),
        ("SELECT e.ti| FROM errors e", ["time"]),
        ('SELECT e."ti| FROM errors e', ["time"]),
        ("SELECT 1; SELECT exception_t| FROM errors; SELECT 2", ["exception_type"]),
        ("SEL|", ["SELECT"]),
        ("sel|", ["select"]),
        ("SELECT * FROM jobs WHER|", ["WHERE"]),
        ("SELECT quantile_con|", ["quantile_cont("]),
        ("SELECT job_ver|", ["job_verdict("]),
        ("SELECT 'job_|", []),
        ("SELECT 1 -- FROM job|", []),
        ("SELECT /* FROM job| */ 1", []),
        ("SELECT 12|", []),
        ("SELECT (SELECT max(x) FROM jobs), job_verd|", ["job_verdict("]),
        (".sch|", [".schema"]),
        (".format js|", ["json", "jsonl"]),
        (".schema job_summ|", ["job_summary"]),
        (".mask o|", ["off"]),
        (".nope x|", []),
        ("x.y.|", []),
        ("|", None),
        (". |", None),
        ("FROM |", None),
        ('FROM "|', None),
        (")),(|", None),
        ("SELECT\x00\x1b 'é\U0001f600 ; \" |", None),
    ],
)
def test_offered(session: Session, text: str, expected: list[str] | None) -> None:
    """Names where names stand, the columns of the tables that the query reads, words of SQL as they are typed."""
    found = offered(session, text)
    assert expected is None or [one for one in found if one in expected or len(found) < 20] == expected


def test_files(session: Session, tmp_path: object) -> None:
    """After `.read` and `.output`, files."""
    (tmp_path / "question.sql").touch()  # type: ignore[operator]
    assert offered(session, f".read {tmp_path}/quest|") == ["ion.sql"]


def test_what_is_offered_can_be_asked(session: Session) -> None:
    """Every table and view that is offered, with all its columns, in a query."""
    for name in offered(session, "FROM |"):
        if not name.endswith("("):
            columns = ", ".join(session.names.quoted(column) for column in session.names.columns[name])
            session.store.sql(f"SELECT {columns} FROM {session.names.quoted(name)}")


def test_tab_never_fails() -> None:
    """Names that cannot be read are no names."""
    from ingest.output import Format
    from ingest.prompt.session import Session

    def fails() -> object:
        raise StoreError("gone")

    assert offered(Session(fails, Format.TABLE), "FROM |") == []  # type: ignore[arg-type]
