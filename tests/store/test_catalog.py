"""The catalog: any DuckDB client reads it, a moved or damaged one is told as such, replaced rows do not show."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from ingest.errors import StoreError
from ingest.plugin.registry import PluginOptions
from ingest.store.catalog import FORMAT
from tests.conftest import VIEWS

ALL_CHECKS = {"check_rows", "findings", "diagnosis"}
"""Views of the rows of all checks, which a client that does not answer them step by step plans for ten seconds."""

WITHOUT_RECORDS = {
    *("check_heads", "checks", "threshold_heads", "thresholds", "comparison_rules"),
    *("jobs", "job_groups", "job_comparisons"),
    *("job_summary", "job_facts", "job_measures", "coverage"),
}
"""Views of what there is to ask, and those with a row for each job."""

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Keep, Logs, Run, StoreUnderTest, Tree, Write


@pytest.fixture
def folder(tree: Tree, logs: Logs) -> Path:
    """A job."""
    return tree(logs.job(), "a")


@pytest.fixture
def filled(store: StoreUnderTest, folder: Path, logs: Logs) -> StoreUnderTest:
    """A store with a job, of which a file was replaced and another, in the same Parquet file, was not."""
    store.load(folder)
    (folder / logs.worker).write_text(logs.records(2, "later"))
    store.load(folder)
    return store


@pytest.fixture(scope="module")
def shared(kept: Keep, logs: Logs) -> StoreUnderTest:
    """The same, for tests that leave it as it is."""
    store, folder = kept(logs.job())
    (folder / logs.worker).write_text(logs.records(2, "later"))
    store.load(folder)
    return store


def test_plain_duckdb(shared: StoreUnderTest) -> None:
    """`duckdb.connect(catalog, read_only=True)` shows tables and views, without us."""
    with duckdb.connect(str(shared.path / "catalog.duckdb"), read_only=True) as connection:
        assert connection.sql("SELECT count(*) FROM log_records").fetchall() == [(7,)]
        assert connection.sql("SELECT count(*) FROM files").fetchall() == [(5,)]
        views = {view for (view,) in connection.sql(VIEWS).fetchall()}
        assert views > ALL_CHECKS
        for view in views - ALL_CHECKS:
            connection.execute(f'SELECT * FROM "{view}"').fetchall()
        connection.execute("SELECT * FROM diagnosis").fetchall()  # which rests on the others


def test_under_another_name(shared: StoreUnderTest) -> None:
    """Attached to somebody's own database, under a name of their choice, beside another store."""
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{shared.path}/catalog.duckdb' AS jobs_of_monday (READ_ONLY)")
        assert connection.sql("SELECT count(*) FROM jobs_of_monday.log_records").fetchall() == [(7,)]
        views = connection.sql("SELECT view_name FROM duckdb_views() WHERE database_name = 'jobs_of_monday'").fetchall()
        assert len(views) > 15
        for (view,) in views:
            connection.execute(f'DESCRIBE jobs_of_monday."{view}"').fetchall()
        for (view,) in views[::5]:  # each takes its time to plan; all of them are asked above
            connection.execute(f'SELECT * FROM jobs_of_monday."{view}"').fetchall()
        assert connection.sql("SELECT job_id FROM jobs_of_monday.job_summary").fetchall() == [("a",)]


def test_every_table_exists_when_empty(tree: Tree, store: StoreUnderTest) -> None:
    """In a store without any record every table has its columns and no row, and every view can be asked."""
    from ingest.model import RECORD_TABLES

    store.load(tree({"logs/mine/x.txt": ""}, "a"))
    for table in RECORD_TABLES:
        assert store.rows(f"SELECT * FROM {table.name}") == []
        columns = [name for name, *_ in store.rows(f"DESCRIBE {table.name}")]
        assert columns == [column.name for column in table.columns]
    answers = store.answers()
    assert {view for view, rows in answers.items() if rows} == WITHOUT_RECORDS
    assert answers.keys() > ALL_CHECKS


def test_readable_by_older_clients(shared: StoreUnderTest) -> None:
    """The catalog's storage format is one that DuckDB 1.2 reads (bytes 12 to 19 of the file tell it)."""
    header = (shared.path / "catalog.duckdb").read_bytes()[:20]
    assert header[8:12] == b"DUCK"
    assert int.from_bytes(header[12:], "little") <= 65


def test_nothing_else_lies_about(shared: StoreUnderTest) -> None:
    """No write-ahead log, no draft, nothing but the catalog, the rows and the lock."""
    assert {path.name for path in shared.path.iterdir()} == {"catalog.duckdb", "data", "writer.lock", "writer.pid"}


def test_catalog_does_not_grow(filled: StoreUnderTest, folder: Path, logs: Logs) -> None:
    """A file replaced again and again does not make the catalog larger each time."""
    sizes = []
    for turn in range(6):
        (folder / logs.worker).write_text(logs.records(2, f"turn-{turn}"))
        filled.load(folder)
        sizes.append((filled.path / "catalog.duckdb").stat().st_size)
    assert sizes[-1] < 1.5 * sizes[0]  # it goes up and down by a few blocks


def test_store_named_in_another_way(shared: StoreUnderTest, run: Run, tmp_path: Path) -> None:
    """The same store by a relative path, through `..`, and through a link is the same store."""
    (tmp_path / "link").symlink_to(shared.path)
    for store in (os.path.relpath(shared.path, tmp_path / "cwd"), shared.path / "../store/", tmp_path / "link"):
        done = run("sql", "--store", store, "SELECT count(*) AS n FROM log_records")
        assert (done.returncode, done.stdout, done.stderr) == (0, "n\n7\n", "")


def test_store_in_an_odd_place(store: StoreUnderTest, folder: Path) -> None:
    """Quotes, blanks, brackets, stars and other scripts in the store's path are just its name."""
    store.path = store.path / 'quo\'te "two" [1] *{a,b} %41 größer\n'
    store.load(folder)
    assert store.one("SELECT count(*) FROM log_records") == 11


@pytest.mark.parametrize("name", ["question?mark", os.fsdecode(b"caf\xe9")])
def test_store_that_the_database_cannot_name(store: StoreUnderTest, folder: Path, name: str) -> None:
    """A path that DuckDB does not understand works all the same, or is refused in words."""
    store.path = store.path / name
    refused = None
    try:
        store.load(folder)
    except StoreError as error:
        refused = error
    assert refused.remedy if refused else store.one("SELECT count(*) FROM log_records") == 11


def test_moved(filled: StoreUnderTest, run: Run) -> None:
    """A moved store says where it was and how to mend it; mended, it is as before."""
    tables, old = filled.tables(), filled.path
    filled.path = old.with_name("elsewhere")
    old.rename(filled.path)
    with pytest.raises(StoreError, match=f"moved here from {old}") as error:
        filled.tables()
    assert f"ingest rebuild --store {filled.path}" in error.value.remedy
    done = run("sql", "--store", filled.path, "SELECT 1")
    assert (done.returncode, done.stdout) == (4, "")
    assert "ingest rebuild" in done.stderr
    assert run("rebuild", "--store", filled.path).returncode == 0
    assert filled.tables() == tables


@pytest.mark.parametrize("changed", [True, False])
def test_loading_into_a_moved_store(filled: StoreUnderTest, folder: Path, logs: Logs, changed: bool) -> None:
    """A load mends a moved store, also if there is nothing new."""
    tables, old = filled.tables(), filled.path
    filled.path = old.with_name("elsewhere")
    old.rename(filled.path)
    if changed:
        (folder / logs.worker).write_text(logs.records(6, "moved"))
    assert filled.load(folder).rows == (6 if changed else 0)
    assert (filled.tables() == tables) is not changed
    assert filled.one("SELECT count(*) FROM log_records") == (11 if changed else 7)


def test_copied(filled: StoreUnderTest, folder: Path, logs: Logs) -> None:
    """A copy goes its own way; the original does not notice."""
    tables = filled.tables()
    copy = type(filled)(filled.path.with_name("copy"))
    shutil.copytree(filled.path, copy.path)
    (folder / logs.worker).write_text("")
    copy.load(folder)
    shutil.rmtree(copy.path)
    assert filled.tables() == tables


def test_rebuild_without_a_store(run: Run, tmp_path: Path) -> None:
    """There is nothing to rebuild."""
    for command in (("rebuild",), ("sql", "SELECT 1")):
        done = run(*command, "--store", tmp_path / "nothing")
        assert (done.returncode, done.stdout) == (4, "")
        assert "no store there" in done.stderr
    assert not (tmp_path / "nothing").exists()


def damage_cut(catalog: Path) -> None:
    """Cuts it in the middle."""
    catalog.write_bytes(catalog.read_bytes()[: catalog.stat().st_size // 2])


def damage_empty(catalog: Path) -> None:
    """Empties it."""
    catalog.write_bytes(b"")


def damage_text(catalog: Path) -> None:
    """Writes something else there."""
    catalog.write_text("this is no database\n" * 1_000)


def damage_middle(catalog: Path) -> None:
    """Overwrites all blocks but the headers."""
    size = catalog.stat().st_size
    catalog.write_bytes(catalog.read_bytes()[:12_288] + b"\xa5" * (size - 12_288))


def damage_foreign(catalog: Path) -> None:
    """Puts somebody else's database there."""
    catalog.unlink()
    with duckdb.connect(str(catalog)) as connection:
        connection.execute("CREATE TABLE t AS SELECT 1")


@pytest.fixture
def damaged(shared: StoreUnderTest, request: pytest.FixtureRequest) -> Iterator[StoreUnderTest]:
    """A store with a damaged catalog."""
    catalog = shared.path / "catalog.duckdb"
    content = catalog.read_bytes()
    request.param(catalog)
    yield shared
    catalog.write_bytes(content)


EVERY_DAMAGE = [damage_cut, damage_empty, damage_text, damage_middle, damage_foreign]


@pytest.mark.parametrize("damaged", EVERY_DAMAGE, indirect=True)
def test_damaged(damaged: StoreUnderTest, folder: Path) -> None:
    """A damaged catalog is told as such to readers and writers, and is not written over."""
    catalog = damaged.path / "catalog.duckdb"
    content = catalog.read_bytes()
    for action in (damaged.tables, lambda: damaged.load(folder, job_ids={"": "b"})):
        with pytest.raises(StoreError, match=str(catalog)) as error:
            action()
        assert error.value.remedy
    assert catalog.read_bytes() == content


@pytest.mark.parametrize("damaged", [damage_middle], indirect=True)
def test_damaged_on_the_command_line(damaged: StoreUnderTest, folder: Path, run: Run) -> None:
    """Exit code 4 and two lines, whatever was asked."""
    for command in (("sql", "SELECT count(*) FROM files"), ("--job-id", "b", folder), ("rebuild",)):
        done = run(*command, "--store", damaged.path)
        assert (done.returncode, done.stdout) == (4, ""), done.stderr
        assert len(done.stderr.splitlines()) == 2


def damage_format(catalog: Path) -> None:
    """Says that a later version wrote it."""
    with duckdb.connect(str(catalog)) as connection:
        connection.execute("UPDATE ledger.meta SET value = '99' WHERE key = 'format'")


@pytest.mark.parametrize("damaged", [damage_format], indirect=True)
def test_store_of_another_format(damaged: StoreUnderTest, folder: Path) -> None:
    """A store of a later format is refused, with both formats named."""
    for action in (damaged.tables, lambda: damaged.load(folder, job_ids={"": "b"})):
        with pytest.raises(StoreError, match=f"store of format 99, this version of ingest reads {FORMAT}"):
            action()


def test_store_that_knows_no_problems(filled: StoreUnderTest, folder: Path, run: Run) -> None:
    """One that an older version made gets the list and the views that need it, with a load or with `ingest rebuild`."""
    for mend in (("load", folder, "--no-verdict"), ("rebuild",)):
        filled.close()
        with duckdb.connect(str(filled.path / "catalog.duckdb")) as connection:
            connection.execute("DROP VIEW first_error; DROP TABLE known_problems; DROP MACRO known_problem_of")
            connection.execute("UPDATE ledger.meta SET value = 'older' WHERE key IN ('views', 'registry')")
        done = run(*mend, "--store", filled.path)
        assert done.returncode == 0, done.stderr
        assert filled.one("SELECT count(*) FROM known_problems") > 30
        filled.rows("SELECT problem FROM first_error")


def test_lost_parquet_file(shared: StoreUnderTest, run: Run, tmp_path: Path) -> None:
    """If rows were deleted by hand, a question that needs them says which file is missing; it is no bug of ours."""
    lost = sorted(shared.path.glob("data/log_records/*.parquet"))[0]
    shutil.move(lost, tmp_path / "kept")
    done = run("sql", "--store", shared.path, "SELECT count(*), max(message) FROM log_records")
    shutil.move(tmp_path / "kept", lost)
    assert done.returncode in (2, 4)
    assert lost.name in done.stderr
    assert "Traceback" not in done.stderr


def test_place_that_cannot_be_a_store(folder: Path, run: Run, tmp_path: Path) -> None:
    """A file where the store should be, or a folder of a file, is told, with a remedy."""
    (tmp_path / "file").write_text("x")
    for store, codes in ((tmp_path / "file", (2,)), (tmp_path / "file" / "store", (4,))):
        done = run(folder, "--store", store)
        assert done.returncode in codes
        assert "Traceback" not in done.stderr
        assert str(store) in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="gives up privileges in the way of Linux")
def test_store_that_may_only_be_read(filled: StoreUnderTest, folder: Path, run_unprivileged: Run) -> None:
    """Without the right to write, questions are answered, and a load says that it cannot write."""
    for path in (filled.path, *filled.path.rglob("*")):
        path.chmod(path.stat().st_mode & ~0o222)
    done = run_unprivileged("sql", "--store", filled.path, "SELECT count(*) AS n FROM log_records")
    assert (done.returncode, done.stdout, done.stderr) == (0, "n\n7\n", "")
    done = run_unprivileged(folder, "--store", filled.path)
    assert (done.returncode, done.stdout) == (4, "")
    assert "cannot be written" in done.stderr


def test_dead_rows_and_slices(store: StoreUnderTest, tree: Tree, logs: Logs) -> None:
    """Rows of a replaced file do not show; its Parquet files go from the list as soon as nothing in them lives."""
    folder = tree({logs.worker: logs.records(3), logs.master: logs.records(2)}, "a")
    parts = "SELECT count(*) FROM ledger.parts WHERE name = 'log_records'"
    dead = "SELECT count(*) FROM ledger.dead_files"
    store.load(folder)
    first = store.parquet()
    (folder / logs.worker).write_text(logs.records(4, "later"))
    store.load(folder)
    assert (store.one(parts), store.one(dead)) == (2, 1)
    assert store.one("SELECT count(*) FROM log_records") == 6
    (folder / logs.master).write_text(logs.records(1, "later"))
    store.load(folder)
    assert (store.one(parts), store.one(dead)) == (2, 0)
    assert store.one("SELECT count(*) FROM log_records WHERE message LIKE 'Got later%'") == 5
    assert first < store.parquet()  # dropped, but kept for readers for a while


def test_dropped_files_go_after_a_while(store: StoreUnderTest, tree: Tree, logs: Logs) -> None:
    """A Parquet file that no catalog lists any more is deleted an hour after it was dropped, by a later load."""
    folder = tree({logs.worker: logs.records(3)}, "a")
    store.load(folder)
    first = store.parquet()
    (folder / logs.worker).write_text(logs.records(4))
    store.load(folder)
    assert first <= store.parquet()
    with duckdb.connect(str(store.path / "catalog.duckdb")) as connection:  # an hour passes
        connection.execute("UPDATE ledger.dropped_slices SET dropped_at = dropped_at - 3700")
    (folder / logs.worker).write_text(logs.records(5))
    store.load(folder)
    assert not first & store.parquet()
    assert store.one("SELECT count(*) FROM log_records") == 5


NOTES = """
from pathlib import Path
from ingest import Column, LineParser, Sample, Table, Type, hookimpl

TABLE = Table("notes", "a note", (Column("who", Type.TEXT, "", dictionary=True), {more}Column("text", Type.TEXT)))

@hookimpl
def ingest_parsers():
    return [LineParser(name="mine.notes", kind="notes", path=r"^logs/mine/[^/]+\\.txt$", text="text",
                       head=r"^(?P<who>\\w+) (?P<points>\\d+): (?P<text>.*)$", table=TABLE,
                       samples=[Sample("logs/mine/a.txt", "me 1: b\\n", 1)])]

@hookimpl
def ingest_views():
    return [Path(__file__).parent / "sql"]
"""


@pytest.fixture
def versions(plugin: Write, tmp_path: Path) -> list[PluginOptions]:
    """Two versions of a plugin with a table of its own and a view over it; the second one has a further column."""
    more = 'Column("points", Type.INT), '
    (tmp_path / "plugins/sql").mkdir(parents=True)
    (tmp_path / "plugins/sql/all_notes.sql").write_text(
        "-- What was noted?\nSELECT * FROM notes ORDER BY job_id, line_no\n"
    )
    return [PluginOptions((plugin(f"notes{i}", NOTES.format(more=text)),)) for i, text in enumerate(("", more))]


def test_table_of_a_plugin(tree: Tree, store: StoreUnderTest, versions: list[PluginOptions]) -> None:
    """A plugin's own table and view are there like ours."""
    store.load(tree({"logs/mine/a.txt": "me 3: x\ny\n"}, "a"), plugins=versions[0])
    assert store.rows("SELECT who, text FROM notes") == [("me", "x\ny")]
    assert store.rows("SELECT who, text FROM all_notes") == [("me", "x\ny")]
    assert store.rows("SELECT kind, parser, rows FROM files") == [("notes", "mine.notes", 1)]


def test_table_that_got_a_column(tree: Tree, store: StoreUnderTest, versions: list[PluginOptions]) -> None:
    """Rows written before a table got a further column show NULL there, and views over the table go on working."""
    old, new = tree({"logs/mine/a.txt": "me 3: x\n"}, "a"), tree({"logs/mine/a.txt": "you 4: y\n"}, "b")
    store.load(old, plugins=versions[0])
    store.load(new, plugins=versions[1])
    for name in ("notes", "all_notes"):
        assert store.rows(f"SELECT job_id, who, points, text FROM {name} ORDER BY ALL") == [
            ("a", "me", None, "x"),
            ("b", "you", 4, "y"),
        ]
    old.joinpath("logs/mine/a.txt").write_text("me 5: z\n")
    store.load(old, plugins=versions[1])
    assert store.rows("SELECT points FROM all_notes") == [(5,), (4,)]


def test_table_of_a_plugin_that_is_gone(tree: Tree, store: StoreUnderTest, versions: list[PluginOptions]) -> None:
    """Without the plugin its file is unclaimed again, and no rows of it are shown as if they still counted."""
    folder = tree({"logs/mine/a.txt": "me 3: x\n"}, "a")
    store.load(folder, plugins=versions[0])
    store.load(folder)
    assert store.rows("SELECT status, parser FROM files") == [("unclaimed", None)]
    names = {name for (name,) in store.rows("SELECT view_name FROM duckdb_views()")}
    assert "notes" not in names or store.rows("SELECT * FROM notes") == []
    assert "all_notes" not in names or store.rows("SELECT * FROM all_notes") == []
