"""A load on a cluster: the same tables as one on this machine, whoever is killed; nothing twice, nothing of other versions."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from ingest.errors import ClusterError
from ingest.load import plan
from ingest.load.agreement import is_in_agreement, own_terms, shown_file
from ingest.load.pipeline import ingest_jobs
from ingest.load.tasks import Slice, WorkFile
from ingest.load.worker import parse_slice
from ingest.plugin.registry import DEFAULT_PLUGINS, PluginOptions
from ingest.store.reader import open_store
from ingest.store.remote.address import Address
from ingest.store.remote.objects import Objects
from tests.conftest import environment, write_tree
from tests.sources.servers import DIRECT, free_port, moto_program, running

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Begin, Logs, Run, Start, StoreUnderTest

distributed = pytest.importorskip("distributed")

PLUGIN = r"""
# Of logs/mine/*.txt: over WAIT the worker tells its process id and waits until it may go on; over DIE it dies.
import os, signal, time
from pathlib import Path
from ingest import LineParser, Sample, hookimpl
from ingest.model import LOG_RECORDS

HERE = Path(__file__).parent

class Mine(LineParser):
    def parse(self, batch):
        if b"DIE" in batch.data:
            os.kill(os.getpid(), signal.SIGKILL)
        while b"WAIT" in batch.data and not (HERE / "go").exists():
            (HERE / f"{os.getpid()}.waits").touch()
            time.sleep(0.02)
        return super().parse(batch)

@hookimpl
def ingest_parsers():
    return [Mine(name="mine.mine", kind="mine", path=r"^logs/mine/[^/]+\.txt$", head=r"^(?P<message>.+)$",
                 table=LOG_RECORDS, samples=[Sample("logs/mine/a.txt", "a\n", 1)])]
"""


@dataclass
class Cluster:
    """A scheduler, two workers with their nannies, and a plugin through which tests know where a worker is."""

    address: str
    scheduler: subprocess.Popen[bytes]
    plugin: Path

    @property
    def options(self) -> PluginOptions:
        """The plugin."""
        return PluginOptions((str(self.plugin),), installed=False)

    def hold(self) -> None:
        """From now on parsers wait."""
        for path in self.plugin.parent.glob("*.waits"):
            path.unlink()
        (self.plugin.parent / "go").unlink(missing_ok=True)

    def waiting(self) -> int:
        """The process that waits; there is one soon."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            for path in self.plugin.parent.glob("*.waits"):
                return int(path.stem)
            time.sleep(0.02)
        raise AssertionError("no parser waits")

    def go(self) -> None:
        """Lets them go on."""
        (self.plugin.parent / "go").touch()

    @contextmanager
    def when_one_waits(self, what: Callable[[int], object]) -> Iterator[None]:
        """Does something beside what is done within, once a parser waits; then lets it go on."""
        self.hold()

        def wait() -> None:
            what(self.waiting())
            self.go()

        thread = Thread(target=wait)
        thread.start()
        try:
            yield
        finally:
            thread.join()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One for all tests; a worker may die twice of a task, not four times, which takes as long again."""
    top = tmp_path_factory.mktemp("cluster")
    (top / "mine.py").write_text(PLUGIN)
    deaths = environment(DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="1")
    given: dict[str, Any] = {"cwd": top, "env": deaths, "stderr": subprocess.DEVNULL}
    dask = [sys.executable, "-m", "dask"]
    file = ["--scheduler-file", str(top / "scheduler.json"), "--no-dashboard"]
    scheduler = subprocess.Popen([*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", *file], **given)
    workers = subprocess.Popen([*dask, "worker", *file, "--nworkers", "2", "--nthreads", "1"], **given)
    try:
        with distributed.Client(scheduler_file=str(top / "scheduler.json"), set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
            address = client.scheduler.address
        yield Cluster(address, scheduler, top / "mine.py")
    finally:
        workers.send_signal(signal.SIGINT)
        workers.wait(30)
        scheduler.kill()
        scheduler.wait()


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory, logs: Logs) -> Path:
    """Two jobs; a worker waits over one file of the second."""
    top = tmp_path_factory.mktemp("jobs")
    write_tree(top / "a", logs.job("a"))
    write_tree(top / "b", {**logs.job("b"), "logs/mine/one.txt": "WAIT\nb\n", "logs/mine/two.txt": "c\n"})
    return top


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory, begin: Begin, cluster: Cluster, jobs: Path) -> StoreUnderTest:
    """The jobs, loaded by this process."""
    cluster.go()
    store = begin(tmp_path_factory.mktemp("local") / "store")
    store.load(jobs, plugins=cluster.options, workers=1)
    return store


@pytest.fixture(autouse=True)
def _small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two files each, so that there are several."""
    monkeypatch.setattr(plan, "_SLICE_FILES", 2)


def listed(store: StoreUnderTest) -> list[Path]:
    """The Parquet files that the catalog lists, each as often as it does."""
    rows = store.rows("SELECT name, slice FROM ledger.parts ORDER BY ALL")
    return [store.path / "data" / name / f"{slice_}.parquet" for name, slice_ in rows]


def assert_equal(store: StoreUnderTest, local: StoreUnderTest) -> None:
    """Records, ledger and all answers are those of the local load; nothing is listed twice."""
    assert store.tables() == local.tables()
    for name in ("job_summary", "diagnosis", "mini_batches"):
        query = f"SELECT * FROM {name}"
        assert sorted(map(repr, store.rows(query))) == sorted(map(repr, local.rows(query))), name
    assert len(listed(store)) == len(set(listed(store)))
    assert set(listed(store)) <= store.parquet()


def test_a_worker_is_killed(cluster: Cluster, jobs: Path, local: StoreUnderTest, store: StoreUnderTest) -> None:
    """SIGKILL of a worker that parses: another does its work again, and the tables are those of a local load.

    What was written twice is deleted by the next load.
    """
    killed: list[int] = []

    def kill(process: int) -> None:
        killed.append(process)
        os.kill(process, signal.SIGKILL)

    with cluster.when_one_waits(kill):
        report = store.load(jobs, plugins=cluster.options, cluster=cluster.address)
    assert killed
    assert not report.failed_files
    assert_equal(store, local)
    assert store.load(jobs, plugins=cluster.options, cluster=cluster.address).unchanged == report.files
    assert store.parquet() == set(listed(store))  # Dask also does again what a dead worker had finished


def test_a_file_that_kills_workers(cluster: Cluster, store: StoreUnderTest, tmp_path: Path) -> None:
    """It alone is failed, though it shares its slice with another."""
    cluster.go()
    write_tree(tmp_path / "c", {"logs/mine/bad.txt": "DIE\n", "logs/mine/good.txt": "good\n"})
    report = store.load(tmp_path / "c", plugins=cluster.options, cluster=cluster.address)
    assert report.failed_files == ["c: logs/mine/bad.txt: the process that parsed it died"]
    assert store.rows("SELECT path, rows FROM files WHERE job_id = 'c' AND status = 'parsed'") == [
        ("logs/mine/good.txt", 1)
    ]
    assert store.one("SELECT count(*) FROM log_records") == 1


def test_the_client_is_killed(
    cluster: Cluster, jobs: Path, local: StoreUnderTest, new_store: StoreUnderTest, start: Start
) -> None:
    """Before the commit: nothing is published. The next load is right, and the one after has collected what was left."""
    cluster.hold()
    given = ("--store", new_store.path, "--no-verdict", "--no-plugins", "--plugin", cluster.plugin)
    process = start("-m", "ingest", jobs, *given, "--cluster", cluster.address)
    cluster.waiting()
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (new_store.path / "catalog.duckdb").exists()
    cluster.go()
    new_store.load(jobs, plugins=cluster.options, cluster=cluster.address)
    assert_equal(new_store, local)
    orphans = new_store.parquet() - set(listed(new_store))
    new_store.load(jobs, plugins=cluster.options, reparse=True)
    assert not orphans & new_store.parquet()


def test_each_try_has_files_of_its_own(jobs: Path, store: StoreUnderTest, local: StoreUnderTest) -> None:
    """A slice that is done twice: only one try is listed, and the next command that writes deletes the files of the other."""
    path = jobs / "a" / "logs/sys/node/1/process000.txt"
    given = local.rows("SELECT job_id, path, parser, bytes FROM files WHERE job_id = 'a' AND path LIKE '%node/1%'")
    ((job_id, name, parser, size),) = given
    file = WorkFile(job_id, name, str(path), size, parser, {"node": "1", "process": "000"})
    tries = [parse_slice(Slice("one", [file]), str(store.path), DEFAULT_PLUGINS) for _ in range(2)]
    assert tries[0].name != tries[1].name
    assert [one.rows for one in tries[0].files] == [one.rows for one in tries[1].files]
    assert {path.stem for path in store.parquet()} == {one.name for one in tries}
    store.load(jobs / "a", workers=1)
    assert store.parquet() == set(listed(store))


def test_other_versions(
    cluster: Cluster, jobs: Path, store: StoreUnderTest, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker with another version does nothing; one line says what it has, and exit code 7."""
    terms = own_terms(cluster.options)
    others = tuple((name, "1.0" if name == "pyarrow" else version) for name, version in terms.versions)
    monkeypatch.setattr("ingest.load.dask.own_terms", lambda _: replace(terms, versions=others))
    given = ("--store", store.path, "--no-plugins", "--plugin", cluster.plugin, "--cluster", cluster.address)
    before = store.state()
    done = run(jobs, *given)
    assert done.returncode == 7
    wrong, remedy = done.stderr.splitlines()
    assert "has pyarrow" in wrong
    assert wrong.endswith("the machine that loads 1.0")
    assert remedy == "  → Install the same versions of ingest, its plugins and libraries on all machines."
    assert store.state() == before


def test_what_a_worker_must_see(tmp_path: Path) -> None:
    """The store's folder, the right to write there, the files; else a sentence says which it does not."""
    terms = own_terms(DEFAULT_PLUGINS)
    (tmp_path / "log.txt").touch()
    with shown_file(str(tmp_path)) as token:
        assert is_in_agreement(terms, str(tmp_path), token, (str(tmp_path / "log.txt"),))
        with pytest.raises(ClusterError, match=r"does not see the store: .*/elsewhere$"):
            is_in_agreement(terms, str(tmp_path / "elsewhere"), token, ())
        with pytest.raises(ClusterError, match=r"cannot read .*/no\.txt: No such file"):
            is_in_agreement(terms, str(tmp_path), token, (str(tmp_path / "no.txt"),))
    assert {path.name for path in tmp_path.iterdir()} == {"log.txt"}
    with pytest.raises(ClusterError, match=r"has plugin more none, the machine that loads 2"):
        is_in_agreement(replace(terms, plugins=(*terms.plugins, ("more", "2"))), str(tmp_path), token, ())


def test_executors_of_others(
    jobs: Path, local: StoreUnderTest, cluster: Cluster, store: StoreUnderTest, other_store: StoreUnderTest
) -> None:
    """What a function returns, and an executor that is given, which then goes on living."""
    cluster.go()
    store.load(jobs, plugins=cluster.options, cluster="concurrent.futures:ThreadPoolExecutor")
    assert_equal(store, local)
    with ThreadPoolExecutor(2) as given:
        assert other_store.load(jobs / "a", plugins=cluster.options, cluster=given).rows
        assert given.submit(int, "1").result() == 1


@pytest.mark.parametrize(
    ("cluster", "wrong"),
    [
        ("nowhere", "nowhere: not a cluster"),
        ("tcp://127.0.0.1:1", "tcp://127.0.0.1:1: no Dask scheduler answers there"),
        ("evil:make", "evil:make: cannot be imported: No module named 'evil'"),
        ("os:sep", "os:sep: not a function"),
        ("builtins:dict", "dict: not an executor"),
    ],
)
def test_no_cluster(
    cluster: str,
    wrong: str,
    jobs: Path,
    run: Run,
    store: StoreUnderTest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exit code 7 and what is wrong; a module of the working directory is never imported."""
    monkeypatch.setattr("ingest.load.dask._ANSWER_S", 1)
    monkeypatch.syspath_prepend("")
    (tmp_path / "cwd" / "evil.py").write_text(f"open({str(tmp_path / 'mark')!r}, 'w')")
    done = run(jobs, "--store", store.path, "--cluster", cluster)
    assert (done.returncode, done.stdout) == (7, "")
    assert wrong in done.stderr
    assert not (tmp_path / "mark").exists()


def test_a_store_on_object_storage(
    jobs: Path, local: StoreUnderTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cluster: Cluster
) -> None:
    """Workers sign in by themselves; parts, and the catalog in the making, go through the store. Nothing else is left there."""
    program = moto_program()
    if program is None:
        pytest.skip("moto's server is not installed: pip install 'moto[server]'")
    cluster.go()
    port = free_port()
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": "us-east-1"}
    with running([program, "-H", "127.0.0.1", "-p", str(port)], port, tmp_path) as address:
        for name, value in {**keys, "AWS_ENDPOINT_URL": address, "XDG_CACHE_HOME": str(tmp_path / "cache")}.items():
            monkeypatch.setenv(name, value)
        DIRECT.open(urllib.request.Request(f"{address}/bucket", method="PUT", data=b"")).close()
        url = "s3://bucket/store"
        ingest_jobs([jobs], url, plugins=cluster.options, cluster="local", workers=2, progress=False)
        with open_store(url) as store:
            for table in ("log_records", "errors", "job_summary", "diagnosis"):
                rows = sorted(map(repr, store.sql(f"SELECT * FROM {table}").fetchall()))
                assert rows == sorted(map(repr, local.rows(f"SELECT * FROM {table}"))), table
        objects = Objects(Address.of(url)).listed()
        assert [one.name for one in objects if "/." in one.name] == []


def test_the_scheduler_is_killed(
    cluster: Cluster, jobs: Path, local: StoreUnderTest, store: StoreUnderTest, run: Run
) -> None:
    """Nothing is published, exit code 7 and what to do; a local load then is right. The last test: the cluster is gone."""
    given = ("--store", store.path, "--no-verdict", "--no-plugins", "--plugin", cluster.plugin)
    before = store.state()
    with cluster.when_one_waits(lambda _: cluster.scheduler.kill()):
        done = run(jobs, *given, "--cluster", cluster.address)
    assert done.returncode == 7, done.stderr
    assert "the connection to the cluster was lost" in done.stderr
    assert "Traceback" not in done.stderr
    assert {path: value for path, value in store.state().items() if "/data/" not in str(path)} == before
    assert run(jobs, *given).returncode == 0
    assert_equal(store, local)
