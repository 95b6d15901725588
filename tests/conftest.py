"""What the tests share: folders of logs, a store, the command line as a process, plugins of one file."""

from __future__ import annotations

import importlib.util
import io
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
if importlib.util.find_spec("ingest") is None:  # a bare checkout, and pytest was not called as `python -m pytest`
    sys.path.insert(0, str(ROOT))

settings.register_profile("no clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no clock")  # no test asserts a time: a busy machine is no reason to fail

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # tests run in the background: processes that they start would
    signal.signal(signal.SIGINT, signal.default_int_handler)  # inherit it, and could not be interrupted

if TYPE_CHECKING:
    from ingest.load.pipeline import LoadReport
    from ingest.plugin.registry import Registry
    from ingest.store.reader import Store

    Files = Mapping[str, str | bytes]
    Begin = Callable[[Path], "StoreUnderTest"]
    Keep = Callable[[Files], tuple["StoreUnderTest", Path]]
    Tree = Callable[..., Path]
    Write = Callable[[str, str], str]
    Done = subprocess.CompletedProcess[str]
    Process = subprocess.Popen[str]
    Run = Callable[..., Done]
    Start = Callable[..., Process]

WORKER = "logs/sys/node/0/process000.txt"
"""A path that the worker parser claims."""


VIEWS = "SELECT view_name FROM duckdb_views() WHERE database_name = 'catalog' AND schema_name = 'main' AND NOT internal"
"""Names of the tables and views that a store's reader asks."""


SLOW_FIXTURES = {"begin", "db", "new_store", "run_apart", "start"}
"""Those behind every store, every process and every database of hand-made rows: a second and more for each test."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what needs one of them as slow: `pytest -m "not slow"` is what to run at every step of one's work."""
    for item in items:
        if SLOW_FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("slow")


class Logs:
    """Texts of logs, each in the form that the parser of its path reads."""

    worker = WORKER
    master = "logs/sys/master_role.2021041303.txt"
    overview = "logs/job_progress_overview.2021041303.txt"
    job_error = "logs/job_error.txt"
    unknown = "logs/mine/notes.txt"

    @staticmethod
    def records(count: int, word: str = "task", first: int = 0) -> str:
        """Records of a worker's log; `word` tells one test's records from another's."""
        return "".join(
            f"2021-04-13 03:{i // 60 % 60:02}:{i % 60:02},649|INFO|334|Got {word} {i}.\n"
            for i in range(first, first + count)
        )

    @staticmethod
    def progress(count: int) -> str:
        """Records of a progress overview."""
        return "".join(
            f"2021-04-13T03:{i // 60 % 60:02}:{i % 60:02}.000001 Processed {i} of {count} mini batches in 0:00:{i % 60:02}. "
            "Estimate remaining 0:10:00.\n"
            for i in range(count)
        )

    @staticmethod
    def error(message: str = "ValueError: No", line: int = 9) -> str:
        """A record of an error with a traceback of one frame."""
        return (
            '2021-04-13 03:23:05,649|ERROR|334|Failed to process {"id": 3} with error No. Detail: '
            "Traceback (most recent call last):\n"
            f'  File "/mnt/user/score.py", line {line}, in run\n    go()\n{message}\n'
        )

    def job(self, word: str = "task") -> dict[str, str]:
        """The files of a small job: a worker with an error, a second worker, a master, an overview, and an unknown file."""
        return {
            self.worker: self.records(5, word) + self.error(),
            "logs/sys/node/1/process000.txt": self.records(3, word),
            self.master: self.records(2, word),
            self.overview: self.progress(4),
            self.unknown: word,
        }


class StoreUnderTest:
    """A store, what a load in this process does to it, and what is in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._opened: tuple[object, Store | None] = (None, None)

    def opened(self) -> Store:
        """The store as it is now, to ask; it stays open until it is another."""
        from ingest.store.reader import open_store

        catalog = self.path / "catalog.duckdb"
        now = (self.path, catalog.exists() and (catalog.stat().st_ino, catalog.stat().st_mtime_ns))
        before, store = self._opened
        if store is None or before != now:
            self.close()
            store = open_store(self.path)
            self._opened = (now, store)
        return store

    def close(self) -> None:
        """Gives the file back: the database lets nobody else of this process write to one that is open."""
        _, store = self._opened
        if store is not None:
            store.close()
        self._opened = (None, None)

    def load(self, *folders: Path, **options: Any) -> LoadReport:
        """Loads folders, in this process."""
        from ingest.load.pipeline import ingest_jobs

        return ingest_jobs(folders, self.path, **{"strict": False, "progress": False, **options})

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The result of a query."""
        return self.opened().sql(query).fetchall()

    def one(self, query: str) -> Any:
        """The only value that a query gives."""
        ((value,),) = self.rows(query)
        return value

    def tables(self) -> dict[str, list[str]]:
        """Every record table as a sorted list of rows, and the ledger less what differs from load to load."""
        from ingest.model import RECORD_TABLES

        queries = {table.name: f"SELECT * FROM {table.name}" for table in RECORD_TABLES}
        queries["files"] = "SELECT * EXCLUDE (load_id, slice) FROM files"
        queries["jobs"] = "SELECT * EXCLUDE (loaded_at) FROM jobs"
        return {name: sorted(map(repr, self.rows(query))) for name, query in queries.items()}

    def answers(self) -> dict[str, list[tuple[Any, ...]]]:
        """The rows of every table and view."""
        store = self.opened()
        names = [name for (name,) in store.sql(VIEWS).fetchall()]
        return {name: store.connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}

    def digest(self) -> dict[str, tuple[Any, ...]]:
        """The same for many rows: their number and the sum of their hashes."""
        from ingest.model import RECORD_TABLES

        tables = [table.name for table in RECORD_TABLES] + ["(SELECT * EXCLUDE (load_id, slice) FROM files)"]
        return {name: self.rows(f"SELECT count(*), sum(hash(t)) FROM {name} t")[0] for name in tables}

    def parquet(self) -> set[Path]:
        """The Parquet files that lie in it, listed or not."""
        return set(self.path.glob("data/*/*.parquet"))

    def state(self) -> dict[Path, tuple[int, int, int]]:
        """Every file of it with inode, size and time: equal if nothing was written."""
        found = [path for path in self.path.rglob("*") if path.is_file() and not path.name.startswith("writer.")]
        return {path: ((stat := path.stat()).st_ino, stat.st_size, stat.st_mtime_ns) for path in found}


def put_rows(connection: Any, relation: str, *rows: Mapping[str, Any]) -> None:
    """Puts rows into a derived relation of a catalog, in place of those of the same job, as if they had been derived."""
    place = f'parts."{relation}_put"'
    put = "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'parts' AND table_name = ?"
    if not connection.execute(put, [f"{relation}_put"]).fetchall():
        connection.execute(f'CREATE TABLE {place} AS SELECT * FROM "{relation}"')
        connection.execute(f'CREATE OR REPLACE VIEW parts."{relation}" AS SELECT * FROM {place}')
    for row in rows:
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        connection.execute(f"DELETE FROM {place} WHERE job_id = ?", [row["job_id"]])
        connection.execute(f"INSERT INTO {place} ({names}) VALUES ({marks})", list(row.values()))


def environment(pythonpath: Path | None = None, **more: str) -> dict[str, str]:
    """The environment of a process that can import `ingest`, wherever it is started, and what lies in one further folder."""
    import ingest

    folders = [str(Path(ingest.__file__).absolute().parent.parent), *([str(pythonpath)] if pythonpath else [])]
    kept = {key: value for key, value in os.environ.items() if not key.startswith("INGEST_")}
    return kept | {"PYTHONPATH": os.pathsep.join(folders)} | more


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folders for the user's own settings and confirmations, so that those of whoever runs the tests play no part."""
    top = tmp_path_factory.mktemp("own")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(top / "config"))
        patch.setenv("XDG_STATE_HOME", str(top / "state"))
        yield top


@pytest.fixture(scope="session")
def logs() -> Logs:
    """Texts of logs."""
    return Logs()


def write_tree(folder: Path, files: Files) -> Path:
    """Writes files, {path: text or bytes}, below a folder and gives the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Writes a job: files, {path: text or bytes}, into a folder below `jobs/`; gives the folder."""
    return lambda files, name="job": write_tree(tmp_path / "jobs" / name, files)


@pytest.fixture(scope="session")
def begin(tmp_path_factory: pytest.TempPathFactory, registry: Registry) -> Begin:
    """Makes a store to load into, as a copy of an empty one: making its views takes a second.

    Before it is loaded it is a store that was moved.
    """
    from ingest.derive.run import bring_up_to_date
    from ingest.derive.task import derive
    from ingest.store.catalog import Draft
    from ingest.store.commit import set_meta
    from ingest.store.paths import Layout

    blank, definition = Layout.of(tmp_path_factory.mktemp("blank")), registry.definition()
    draft = Draft(blank, definition)
    bring_up_to_date(
        draft, definition, [], "blank", lambda tasks, file: [derive(one, blank, definition, file) for one in tasks]
    )
    draft.publish(lambda catalog: set_meta(catalog, {"registry": "nothing was read"}))

    def copy(path: Path) -> StoreUnderTest:
        path.mkdir(parents=True)
        shutil.copyfile(blank.catalog, Layout.of(path).catalog)
        return StoreUnderTest(path)

    return copy


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, begin: Begin) -> Keep:
    """Loads a job `a` into a store that the tests of a module share, which therefore must leave it as it is."""

    def load(files: Files) -> tuple[StoreUnderTest, Path]:
        top = tmp_path_factory.mktemp("kept")
        store, folder = begin(top / "store"), write_tree(top / "a", files)
        store.load(folder)
        return store, folder

    return load


@pytest.fixture(scope="session")
def sample_jobs(tmp_path_factory: pytest.TempPathFactory, begin: Begin) -> StoreUnderTest:
    """A store of all sample jobs, for tests that leave it as it is."""
    store = begin(tmp_path_factory.mktemp("samples") / "store")
    store.load(ROOT / "data" / "jobs")
    return store


@pytest.fixture
def store(tmp_path: Path, begin: Begin) -> StoreUnderTest:
    """A store that nothing was loaded into."""
    return begin(tmp_path / "store")


@pytest.fixture
def other_store(tmp_path: Path, begin: Begin) -> StoreUnderTest:
    """A second store, to compare with."""
    return begin(tmp_path / "other-store")


@pytest.fixture
def new_store(tmp_path: Path) -> StoreUnderTest:
    """A store that does not exist yet."""
    return StoreUnderTest(tmp_path / "new-store")


@pytest.fixture
def run(tmp_path: Path, run_apart: Run) -> Run:
    """Runs `ingest ...` in an empty folder, in this process: one of its own takes longer to start than to do its work.

    With a `pythonpath` it is run apart.
    """
    from ingest import logs
    from ingest.cli import main
    from ingest.load import progress

    def call(*arguments: object, stdin: str | None = None, cwd: Path | None = None, **more: Any) -> Done:
        if "pythonpath" in more:
            return run_apart(*arguments, stdin=stdin, cwd=cwd, **more)
        given = io.TextIOWrapper(io.BytesIO((stdin or "").encode()), encoding="utf-8")
        told, error = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        with pytest.MonkeyPatch.context() as patch:
            for name in [name for name in os.environ if name.startswith("INGEST_")]:
                patch.delenv(name)
            for name, value in more.items():
                patch.setenv(name, value)
            patch.chdir(cwd or tmp_path / "cwd")
            patch.setattr(sys, "argv", ["ingest", *map(str, arguments)])
            patch.setattr(progress, "_LOG_EVERY_S", 600.0)  # a busy machine says how far it is, which no test asks for
            for name, stream in (("stdin", given), ("stdout", told), ("stderr", error)):
                patch.setattr(sys, name, stream)
            logs.configure("info", None)
            with pytest.raises(SystemExit) as ended:
                main()
        logs.configure("info", None)
        for stream in (told, error):
            stream.seek(0)
        code = int(str(ended.value.code))
        return subprocess.CompletedProcess(["ingest", *map(str, arguments)], code, told.read(), error.read())

    return call


@pytest.fixture
def run_apart(tmp_path: Path) -> Run:
    """Runs `python -m ingest ...` in an empty folder and waits for its end."""
    (tmp_path / "cwd").mkdir()

    def call(*arguments: object, stdin: str | None = None, cwd: Path | None = None, **more: Any) -> Done:
        return subprocess.run(
            [sys.executable, "-m", "ingest", *map(str, arguments)],
            cwd=cwd or tmp_path / "cwd",
            env=environment(**more),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            timeout=60,
        )

    return call


WITHOUT_PRIVILEGES = """
# Gives up root's right to read and write what it may not, then becomes `python -m ingest ...`.
import ctypes, os, sys
drop, dac_override, dac_read_search = 24, 1, 2
for capability in (dac_override, dac_read_search):
    ctypes.CDLL(None).prctl(drop, capability, 0, 0, 0)
os.execv(sys.executable, [sys.executable, "-m", "ingest", *sys.argv[1:]])
"""


@pytest.fixture
def run_unprivileged(start: Start) -> Run:
    """Runs `python -m ingest ...` as somebody whom permissions bind, also if the tests are run by root (Linux)."""

    def call(*arguments: object) -> Done:
        process = start("-c", WITHOUT_PRIVILEGES, *arguments)
        told, error = process.communicate(timeout=60)
        return subprocess.CompletedProcess(process.args, process.returncode, told, error)

    return call


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a Python process that can import `ingest`, in a session of its own: `start("-m", "ingest", ...)`."""
    started: list[Process] = []

    def call(
        *arguments: object, stdin: int = subprocess.DEVNULL, stderr: int = subprocess.PIPE, **more: Any
    ) -> Process:
        process = subprocess.Popen(
            [sys.executable, *map(str, arguments)],
            cwd=tmp_path,
            env=environment(**more),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield call
    for process in started:
        with suppress(ProcessLookupError):  # its workers too, whatever a test left behind
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture
def plugin(tmp_path: Path) -> Write:
    """Writes a plugin of one file, name and source, and gives its path."""

    def write(name: str, source: str) -> str:
        path = tmp_path / "plugins" / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(source)
        return str(path)

    return write


SLOW = r"""
import os, time
from pathlib import Path
from ingest import LineParser, Sample, hookimpl
from ingest.model import LOG_RECORDS

class Slow(LineParser):
    def parse(self, batch):
        Path(os.environ["HERE"]).touch()
        while not Path(os.environ["GO"]).exists():
            time.sleep(0.01)
        return super().parse(batch)

@hookimpl
def ingest_parsers():
    return [Slow(name="mine.slow", kind="slow", path=r"^logs/slow\.txt$", head=r"^(?P<message>.+)$", table=LOG_RECORDS,
                 samples=[Sample("logs/slow.txt", "a\n", 1)])]
"""


class SlowWriter:
    """A process in the middle of a load of the job `slow`, that waits until it is let go."""

    def __init__(self, process: Process, here: Path, go: Path) -> None:
        self.process = process
        self._go = go
        until = time.monotonic() + 30
        while not here.exists() and process.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
        assert here.exists(), process.communicate()

    def let_go(self) -> int:
        """Lets it finish, waits for that, and gives its exit code."""
        self._go.touch()
        self.process.communicate(timeout=30)
        return self.process.returncode


@pytest.fixture
def slow_writer(tree: Tree, start: Start, new_store: StoreUnderTest, plugin: Write, tmp_path: Path) -> SlowWriter:
    """A process that is writing to the new store."""
    here, go = tmp_path / "here", tmp_path / "go"
    folder = tree({"logs/slow.txt": "a\nb\n"}, "slow")
    arguments = ("--store", new_store.path, "--no-verdict", "--plugin", plugin("slow", SLOW), folder)
    return SlowWriter(start("-m", "ingest", *arguments, HERE=str(here), GO=str(go)), here, go)


@pytest.fixture(scope="session")
def registry() -> Registry:
    """The built-in parsers."""
    from ingest.plugin.registry import PluginOptions, load_registry

    return load_registry(PluginOptions(installed=False))
