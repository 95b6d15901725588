"""`ingest sql`: from where a question comes, in which form the answer goes, and that nothing can be changed."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest import open_store

if TYPE_CHECKING:
    from tests.conftest import Keep, Logs, Run, Start, StoreUnderTest

QUERY = "SELECT job_id, count(*) AS n FROM log_records GROUP BY job_id"


@pytest.fixture(scope="module")
def shared(kept: Keep, logs: Logs) -> StoreUnderTest:
    """A store with a job of nine records."""
    return kept({logs.worker: logs.records(9)})[0]


@pytest.fixture
def sql(run: Run, shared: StoreUnderTest) -> Run:
    """`ingest sql ...` on that store."""
    return lambda *arguments, **more: run("sql", "--store", shared.path, *arguments, **more)


def test_from_argument_file_and_stdin(sql: Run, tmp_path: Path) -> None:
    """The same question from an argument, a file, `-`, and a pipe gives the same answer."""
    (tmp_path / "q.sql").write_text(f"-- how many?\n{QUERY};\n")
    for done in (sql(QUERY), sql("-f", tmp_path / "q.sql"), sql("-", stdin=QUERY), sql(stdin=QUERY)):
        assert (done.returncode, done.stdout, done.stderr) == (0, "job_id,n\na,9\n", "")


@pytest.mark.parametrize(
    ("format_", "expected"),
    [
        ("csv", "job_id,n\na,9\n"),
        ("json", [{"job_id": "a", "n": 9}]),
        ("markdown", "| job_id |"),
        ("table", "job_id"),
    ],
)
def test_formats(sql: Run, format_: str, expected: object) -> None:
    """Each form of an answer, on stdout and nothing else there."""
    done = sql(QUERY, "--format", format_)
    assert (done.returncode, done.stderr) == (0, "")
    if isinstance(expected, str):
        assert expected in done.stdout
    else:
        assert json.loads(done.stdout) == expected


def test_parquet_to_a_file(sql: Run, tmp_path: Path) -> None:
    """Parquet goes to a file, and is what was asked for."""
    import pyarrow.parquet as pq

    done = sql(QUERY, "--format", "parquet", "-o", tmp_path / "out.parquet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == [{"job_id": "a", "n": 9}]


@pytest.mark.parametrize(
    "query",
    [
        "INSERT INTO jobs (job_id) VALUES ('x')",
        "UPDATE files SET path = 'x'",
        "CREATE TABLE t AS SELECT 1",
        "CREATE VIEW v AS SELECT 1",
        "SELECT 1; DROP TABLE jobs",
    ],
)
def test_nothing_can_be_changed(sql: Run, shared: StoreUnderTest, query: str) -> None:
    """Whatever writes is refused in words, with exit code 2; the store is untouched."""
    before = shared.state()
    done = sql(query)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    assert "read-only" in done.stderr or "read only" in done.stderr or "one" in done.stderr
    assert shared.state() == before


def test_unknown_column(sql: Run) -> None:
    """The answer to a slip names the slip, and what there is instead."""
    done = sql("SELECT mesage FROM log_records")
    assert (done.returncode, done.stdout) == (2, "")
    assert "mesage" in done.stderr
    assert "message" in done.stderr
    assert "ingest views" in done.stderr


def test_unknown_table(sql: Run) -> None:
    """The same for a table."""
    done = sql("SELECT * FROM log_record")
    assert done.returncode == 2
    assert "log_records" in done.stderr


def test_time_without_quotes(sql: Run) -> None:
    """The most usual column is no word of SQL."""
    done = sql("SELECT time FROM log_records WHERE time > TIMESTAMP '2000-01-01' ORDER BY time LIMIT 1")
    assert done.returncode == 0
    assert done.stdout.startswith("time\n")


def test_error_while_rows_come(sql: Run) -> None:
    """An error in the middle of a result is told like any other."""
    done = sql("SELECT CASE WHEN range > 150000 THEN error('too far') ELSE range END FROM range(200000)")
    assert done.returncode == 2
    assert "too far" in done.stderr or "Interrupted" in done.stderr  # DuckDB 1.5 says no more than that
    assert "Traceback" not in done.stderr


def test_views(shared: StoreUnderTest, run: Run) -> None:
    """`ingest views` lists each view with its question, as text and as JSON, and the store answers every one."""
    told = json.loads(run("views", "--format", "json").stdout)
    names = {row["name"] for row in told}
    assert {"mini_batches", "failed_items_by_node", "job_summary", "files", "log_records", "rejects"} <= names
    assert all(row["says"] for row in told)
    text = run("views")
    assert (text.returncode, text.stderr) == (0, "")
    assert all(name in text.stdout for name in names)
    with open_store(shared.path) as store:
        for row in told:
            if row["kind"] != "macro":
                assert store.rows(f'SELECT count(*) AS n FROM "{row["name"]}"')[0]["n"] >= 0, row["name"]


def test_one_view(run: Run) -> None:
    """`ingest views NAME` tells what each column means, without a store; a name that there is not gets the nearest ones."""
    text = run("views", "failed_items_by_node")
    assert (text.returncode, text.stderr) == (0, "")
    assert "On which nodes did items fail?" in text.stdout
    assert re.search(r"^ +failure_rate +DOUBLE +failed items / items", text.stdout, re.MULTILINE)
    told = json.loads(run("views", "errors", "--format", "json").stdout)
    assert {"name": "line_no", "type": "BIGINT"}.items() <= next(
        c for c in told["columns"] if c["name"] == "line_no"
    ).items()
    macro = run("views", "mini_batch_story")
    assert macro.stdout.startswith("mini_batch_story(")
    wrong = run("views", "nodesummary")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "node_summary" in wrong.stderr


def test_every_column_has_a_meaning(shared: StoreUnderTest) -> None:
    """Nobody has to guess what a column is: any client shows the comment of each."""
    with open_store(shared.path) as store:
        without = store.rows(
            "SELECT table_name, column_name FROM duckdb_columns()"
            " WHERE database_name = 'catalog' AND schema_name = 'main' AND NOT internal AND coalesce(comment, '') = ''"
        )
    assert without == []


def test_ids_are_masked_when_asked(sql: Run) -> None:
    """Whose subscription and workspace it was stays in the house (formats.md §16, trap 21); the wrong pair is refused."""
    query = "SELECT '/subscriptions/0a1b2c3d-0a2b-4c3d-8e9f-0123456789ab/resourceGroups/secret-group/x' AS url"
    assert "secret-group" in sql(query).stdout
    masked = sql(query, "--mask-ids")
    assert masked.returncode == 0
    assert "secret-group" not in masked.stdout
    assert "0a1b2c3d" not in masked.stdout
    assert sql(query, "--mask-ids", "--show-secrets").returncode == 2


def test_several_statements(sql: Run, tmp_path: Path) -> None:
    """Statements before the last may set variables; a second result is refused before anything runs, not dropped."""
    (tmp_path / "q.sql").write_text("SET VARIABLE n = 4; -- first\nSELECT getvariable('n') AS n; -- then\n;")
    done = sql("-f", tmp_path / "q.sql")
    assert (done.returncode, done.stdout, done.stderr) == (0, "n\n4\n", "")
    done = sql("SELECT 1 AS a; SELECT 2 AS b")
    assert (done.returncode, done.stdout) == (2, "")
    assert "only one can be written" in done.stderr
    assert sql("SET VARIABLE n = 4").stdout == ""


def test_secrets_in_errors(sql: Run) -> None:
    """An error that repeats a value masks it as a result would, and is not as long as the value."""
    query = "SELECT ('https://x/?sig=' || repeat('q1w2e3r4', 5) || repeat(' x', 100000))::INT"
    done = sql(query)
    assert done.returncode == 2
    assert "sig=***" in done.stderr
    assert "q1w2e3r4q1w2e3r4" not in done.stderr
    assert len(done.stderr) < 4_000
    assert "q1w2e3r4q1w2e3r4" in sql(query, "--show-secrets").stderr


def test_ctrl_c(start: Start, shared: StoreUnderTest) -> None:
    """Ctrl-C ends a long query, though DuckDB's own threads are at work: exit code 130, no traceback."""
    query = "SELECT count(*) FROM range(100000000000) t(i) WHERE i % 7 = 3"
    process = start("-m", "ingest", "sql", "--store", shared.path, query)
    time.sleep(2)  # it may be at any point, of its start or of its query
    for _ in range(100):
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.6)
            break
    _, error = process.communicate(timeout=10)
    assert process.returncode in (130, -signal.SIGINT), error
    if process.returncode == 130:
        assert "interrupted" in error
        assert "bug" not in error


def test_output_that_cannot_be_written(sql: Run, tmp_path: Path) -> None:
    """A folder that is not there is told in two lines."""
    done = sql(QUERY, "-o", tmp_path / "nowhere" / "x.csv")
    assert done.returncode == 3
    assert "cannot be written: No such file or directory" in done.stderr
    assert "Traceback" not in done.stderr


IMPORTED = """
# Becomes `ingest sql ...`, then says on stderr which heavy modules it imported.
import sys
from ingest.cli import main
try:
    main()
except SystemExit:
    pass
print(sorted({"numpy", "pyarrow", "rich", "structlog"} & set(sys.modules)), file=sys.stderr)
"""


def test_text_needs_no_arrow(start: Start, shared: StoreUnderTest) -> None:
    """An answer as CSV is there before Arrow would have been imported."""
    process = start("-c", IMPORTED, "sql", "--store", shared.path, "--format", "csv", QUERY)
    told, imported = process.communicate(timeout=60)
    assert (told, imported) == ("job_id,n\na,9\n", "[]\n")


@pytest.mark.parametrize(
    "query",
    [
        "COPY (SELECT 'x' AS a) TO '{file}'",
        "copy jobs to '{file}'",
        "EXPORT DATABASE '{file}'",
        "ATTACH '{file}' AS other; CREATE TABLE other.t AS SELECT 1; SELECT 1",
        "EXPLAIN ANALYZE COPY jobs TO '{file}'",
        "EXPLAIN /* x */ COPY jobs TO '{file}'",
        "/* x */ EXPLAIN ANALYZE COPY jobs TO '{file}'",
        "PREPARE p AS COPY jobs TO '{file}'; EXECUTE p",
        "SELECT 1; COPY jobs TO '{file}'",
        "SET log_query_path = '{file}'; SELECT 1",
        "PRAGMA log_query_path='{file}'",
        "SET profiling_output TO '{file}.json'; SELECT 1",
        "CALL enable_logging(storage = 'file', storage_path = '{file}')",
        "SELECT * FROM \"enable_logging\"(storage='file', storage_config={{'path': '{file}'}})",
    ],
)
def test_what_writes_around_the_mask(query: str, run: Run, shared: StoreUnderTest, tmp_path: Path) -> None:
    """Refused with a sentence, and nothing is written; with `--show-secrets` the user wants it so."""
    file = tmp_path / "written"
    done = run("sql", "--store", shared.path, query.format(file=file))
    assert (done.returncode, done.stdout) == (2, "")
    assert "is refused: it would write without masking" in done.stderr or "more than one statement" in done.stderr
    assert not file.exists()


def test_copy_with_secrets_shown(run: Run, shared: StoreUnderTest, tmp_path: Path) -> None:
    """Who asks for secrets may write them."""
    file = tmp_path / "written.csv"
    done = run("sql", "--show-secrets", "--store", shared.path, f"COPY (SELECT 1 AS a) TO '{file}'")
    assert done.returncode == 0, done.stderr
    assert file.read_text() == "a\n1\n"


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("DROP VIEW jobs", "DROP changes nothing"),
        ("ALTER TABLE jobs ADD COLUMN x INTEGER", "ALTER changes nothing"),
        ("COMMENT ON VIEW jobs IS 'x'", "ALTER changes nothing"),
        ("LOAD json", "LOAD changes nothing"),
        ("INSERT INTO jobs VALUES (1)", "INSERT changes nothing"),
        ("DELETE FROM jobs", "DELETE changes nothing"),
        ("CHECKPOINT; VACUUM", "VACUUM changes nothing"),
        ("SET VARIABLE a = 1", "SET gives no result"),
        ("CREATE TEMP TABLE t AS SELECT 1", "CREATE gives no result"),
    ],
)
def test_what_does_nothing_says_so(query: str, word: str, run: Run, shared: StoreUnderTest) -> None:
    """A statement without effect or result is no success."""
    done = run("sql", "--store", shared.path, query)
    assert (done.returncode, done.stdout) == (2, "")
    assert word in done.stderr or "more than one statement" in done.stderr


def test_what_reads_is_allowed(run: Run, shared: StoreUnderTest) -> None:
    """Variables, temporary tables and plans of queries go on to work."""
    query = "SET VARIABLE a = 1; CREATE TEMP TABLE t AS SELECT 2 AS b; SELECT getvariable('a') + b AS c FROM t"
    done = run("sql", "--store", shared.path, query, "--format", "csv")
    assert (done.returncode, done.stdout) == (0, "c\n3\n"), done.stderr
    assert run("sql", "--store", shared.path, "EXPLAIN SELECT * FROM jobs").returncode == 0
    assert run("sql", "--store", shared.path, "EXPLAIN ANALYZE (SELECT 1)").returncode == 0


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("SELECT * FROM nothing", "→ Tables and views: ingest views"),
        ("SELECT nothing FROM jobs", "→ Columns of a view: ingest views NAME"),
        ("SELECT 1 / 'a'", ""),
        ("SELEC 1", ""),
    ],
)
def test_hints_fit_the_error(run: Run, sample_jobs: StoreUnderTest, query: str, hint: str) -> None:
    """What a hint offers helps with the error at hand; where none does, there is none."""
    done = run("sql", query, "--store", sample_jobs.path)
    assert done.returncode == 2
    assert hint in done.stderr
    assert ("→" in done.stderr) == bool(hint)
