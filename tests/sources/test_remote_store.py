"""Stores on object storage, on servers that speak as Azure's and Amazon's do: the answers of a folder, whoever writes.

moto's "create" lets two win of many who try at once, its swap by etag one; so stores there exist before two write.
"""

from __future__ import annotations

import json
import os
import signal
import stat
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest import open_store
from ingest.model import RECORD_TABLES
from ingest.store.copying import copy_store
from ingest.store.paths import Layout
from tests.conftest import StoreUnderTest, write_tree
from tests.sources.emulators import Fill, signature, through

pytest.importorskip("obstore", reason="the extra `cloud` is not installed")
pytest.importorskip("fsspec", reason="the extra `cloud` is not installed")
pytestmark = pytest.mark.usefixtures("only_loopback", "own_cache")

if TYPE_CHECKING:
    from ingest.plugin.registry import Registry
    from ingest.store.reader import Store
    from ingest.store.remote.backend import RemoteBackend
    from tests.conftest import Begin, Logs, Run, Start, Tree
    from tests.sources.proxy import FaultyProxy


class RemoteUnderTest(StoreUnderTest):
    """A store at an URL."""

    def __init__(self, url: str) -> None:
        super().__init__(Path("nowhere"))
        self.path = url  # type: ignore[assignment]

    def opened(self) -> Store:
        """The store as it is now."""
        self.close()
        store = open_store(str(self.path))
        self._opened = (None, store)
        return store

    @property
    def backend(self) -> RemoteBackend:
        """What keeps its objects."""
        from ingest.store.remote.backend import RemoteBackend

        return RemoteBackend(Layout.of(str(self.path)))

    def objects(self) -> dict[str, int]:
        """Its objects: names and sizes."""
        return {one.name: one.size for one in self.backend.objects.listed()}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The user's cache folder, of these tests alone."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def own_cache(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That is the one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))


WORDS = ("first", "mine", "other", "ant", "bee", "cat", "dog")


class Jobs:
    """A job for each word, and a store in a folder with all of them."""

    def __init__(self, top: Path, logs: Logs, store: StoreUnderTest) -> None:
        self.top, self.store = top, store
        self.folders = {word: write_tree(top / word, logs.job(word)) for word in WORDS}
        store.load(top)

    def __getitem__(self, word: str) -> Path:
        """The folder of a job."""
        return self.folders[word]

    def rows(self, store: StoreUnderTest | None = None, words: Sequence[str] = WORDS) -> dict[str, list[str]]:
        """Every row of some jobs in every table and view that has jobs, less when and under which name it was loaded."""
        opened = (store or self.store).opened().connection
        columns: dict[str, list[str]] = {}
        for name, column in opened.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = 'catalog' AND schema_name = 'main'"
        ).fetchall():
            columns.setdefault(name, []).append(column)
        these = f"job_id IN {(*words, '')}"
        skipped = ("loaded_at", "load_id", "slice", "derivation")
        return {
            name: sorted(
                map(repr, opened.execute(
                    f"SELECT {', '.join(one for one in found if one not in skipped)} FROM {name} WHERE {these}"
                ).fetchall())
            )
            for name, found in columns.items()
            if "job_id" in found and name in TABLES
        }  # fmt: skip


TABLES = {
    *(table.name for table in RECORD_TABLES),
    "files",
    "jobs",
    "job_summary",
    "diagnosis",
    "node_summary",
    "attempts",
}


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory, logs: Logs, begin: Begin) -> Jobs:
    """Jobs, which the tests leave as they are."""
    top = tmp_path_factory.mktemp("jobs")
    return Jobs(top / "jobs", logs, begin(top / "store"))


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory, jobs: Jobs, begin: Begin) -> StoreUnderTest:
    """A store with the first job."""
    store = begin(tmp_path_factory.mktemp("seed") / "store")
    store.load(jobs["first"])
    return store


@pytest.fixture
def remote(blobs: Fill, seed: StoreUnderTest, registry: Registry) -> RemoteUnderTest:
    """A store on Azurite, with the first job."""
    return copied(seed, f"{blobs({})}/team/store", registry)


def copied(store: StoreUnderTest, url: str, registry: Registry) -> RemoteUnderTest:
    """A copy of a store at an URL."""
    store.close()
    copy_store(Layout.of(store.path), Layout.of(url), registry)
    return RemoteUnderTest(url)


@pytest.mark.parametrize("kind", ["blobs", "bucket"])
def test_answers_of_a_folder(kind: str, request: pytest.FixtureRequest, jobs: Jobs, run: Run) -> None:
    """Tables and views answer as in a folder, the diagnosis reads the same; a second load reads and writes nothing."""
    store = RemoteUnderTest(f"{request.getfixturevalue(kind)({})}/store")
    assert store.load(jobs.top).rows
    assert jobs.rows(store) == jobs.rows()
    before = store.objects()
    assert {name.partition("/")[0] for name in before} == {"data", "catalogs", "head.json"}
    assert store.load(jobs.top).rows == 0
    assert store.objects() == before
    local, there = (run("diagnose", "--notes", "--store", one.path).stdout for one in (jobs.store, store))
    assert there == local


def test_every_command(remote: RemoteUnderTest, jobs: Jobs, logs: Logs, run: Run, tmp_path: Path) -> None:
    """All commands that read or keep house work by the URL, and leave a store that the doctor finds whole."""
    for arguments in (
        [jobs["ant"], jobs["bee"]],
        ["diagnose", "ant"],
        ["jobs"],
        ["nodes", "ant"],
        ["timeline", "ant"],
        ["report", "-o", tmp_path / "r.html"],
        ["show", f"ant:{logs.worker}:1"],
        ["forget", "bee", "--for-good"],
        ["compact"],
        ["rebuild"],
        ["nightly", jobs["ant"], "-q"],
        ["connect"],
        ["doctor", "--thorough"],
    ):
        done = run(*arguments, "--store", remote.path)
        assert done.returncode == 0, (arguments, done.stderr, done.stdout)
    assert remote.rows("SELECT job_id FROM jobs ORDER BY 1") == [("ant",), ("first",)]
    assert remote.one("SELECT count(DISTINCT slice) FROM ledger.parts WHERE slice LIKE '%-m0000'") == 1
    told = json.loads(run("connect", "--store", remote.path, "--format", "json").stdout)
    head = json.loads(remote.backend.objects.get("head.json")[0])
    assert (
        told["catalog"]
        == f"az://{str(remote.path).rpartition('/team')[0].rpartition('/')[2]}/team/store/catalogs/{head['catalog']}"
    )
    assert "devstoreaccount1" in " ".join(told["statements"])


def during_the_swap(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> list[int]:
    """Lets something happen once, when a catalog is about to be published; the list has how many tries there were."""
    from ingest.store.remote.backend import RemoteBackend

    swap, tries = RemoteBackend.swap_head, [0]

    def late(self: RemoteBackend, *given: Any) -> None:
        tries[0] += 1
        if tries[0] == 1:
            monkeypatch.setattr(RemoteBackend, "swap_head", swap)
            act()
            monkeypatch.setattr(RemoteBackend, "swap_head", late)
        swap(self, *given)

    monkeypatch.setattr(RemoteBackend, "swap_head", late)
    return tries


def test_who_loses_applies_its_commit_again(
    remote: RemoteUnderTest, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two load different jobs at once: what the loser has read and derived is not read again, and both are there."""
    from ingest.derive.task import derive
    from ingest.load import pool

    derived: list[str] = []

    def watched(task: Any, *given: Any) -> Any:
        derived.extend(task.job_ids)
        return derive(task, *given)

    monkeypatch.setattr(pool, "derive", watched)
    tries = during_the_swap(monkeypatch, lambda: remote.load(jobs["other"]))
    assert remote.load(jobs["mine"]).rows
    assert (tries[0], Counter(derived)) == (2, Counter(["mine", "other"]))
    assert jobs.rows(remote) == jobs.rows(words=("first", "mine", "other"))
    assert len([name for name in remote.objects() if name.startswith("catalogs/")]) == 3


def test_two_load_the_same_job(remote: RemoteUnderTest, jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """The loser plans anew, and finds that nothing is left to be read; nothing is there twice."""
    tries = during_the_swap(monkeypatch, lambda: remote.load(jobs["mine"]))
    report = remote.load(jobs["mine"])
    assert (tries[0], report.unchanged, report.rows) == (1, report.files, 0)
    assert jobs.rows(remote) == jobs.rows(words=("first", "mine"))
    assert remote.one("SELECT count(*) FROM loads") == 2


def test_merging_beside_a_load(
    remote: RemoteUnderTest, tree: Tree, logs: Logs, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is merged while a load replaces rows in the same slices is left for the next time: no row comes back."""
    folder = tree(logs.job(), "a")
    remote.load(folder)

    def load_anew() -> None:
        tree(logs.job("tusk"), "a")
        remote.load(folder)

    during_the_swap(monkeypatch, load_anew)
    done = run("compact", "--store", remote.path)
    assert done.returncode == 0, done.stderr
    assert "not merged" in done.stderr
    assert run("compact", "--store", remote.path).returncode == 0
    assert remote.one("SELECT count(*) FROM log_records WHERE job_id = 'a' AND message LIKE '%task%'") == 0
    assert remote.one("SELECT count(*) FROM log_records") == 22
    assert run("doctor", "--store", remote.path).returncode == 0


def test_answers_that_are_lost(remote: RemoteUnderTest, proxy: FaultyProxy, jobs: Jobs, run: Run) -> None:
    """The swap is done, its answer does not come: the writer finds out that it has won. A busy store is asked again."""
    store = RemoteUnderTest(through(proxy, str(remote.path)))
    proxy.methods, proxy.only = {"PUT"}, "/data/"
    proxy.faults.extend(["lost", "503", "reset"])
    store.load(jobs["ant"])
    assert not proxy.faults
    proxy.only = "head.json"
    proxy.faults.extend(["lost", "503"])
    assert run("forget", "first", "--store", store.path).returncode == 0
    assert not proxy.faults
    assert jobs.rows(remote) == jobs.rows(words=("ant",))
    assert json.loads(remote.backend.objects.get("head.json")[0])["n"] == 3
    assert remote.one("SELECT count(*) FROM loads") == 2


def test_head_is_lost(remote: RemoteUnderTest, run: Run) -> None:
    """Without its head a store is read by its newest catalog, and the next writer makes a head again."""
    remote.backend.objects.delete("head.json")
    assert remote.one("SELECT count(*) FROM jobs") == 1
    assert "head.json is lost" in " ".join(run("doctor", "--store", remote.path).stdout.split())
    assert run("forget", "first", "--store", remote.path).returncode == 0
    assert remote.one("SELECT count(*) FROM jobs") == 0
    assert "catalog 2 counts" in run("doctor", "--store", remote.path).stdout
    remote.backend.objects.put("head.json", b"{")
    done = run("jobs", "--store", remote.path)
    assert (done.returncode, "head.json is damaged" in done.stderr) == (4, True)


def test_garbage_is_collected(remote: RemoteUnderTest, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What no catalog lists goes a day later, old catalogs too; what is listed, or was a moment ago, stays."""
    from ingest.store.remote import sweep

    remote.backend.objects.put("data/errors/20200101T000000-aaaaaa-0000-bbbbbb.parquet", b"left by who was killed")
    assert run("forget", "first", "--store", remote.path).returncode == 0
    monkeypatch.setattr(sweep, "_EVERY_S", -1)
    assert sweep.sweep_remote(Layout.of(str(remote.path))) == 0
    monkeypatch.setattr(sweep, "KEPT", timedelta(seconds=-2))
    monkeypatch.setattr(sweep, "_KEPT_CATALOGS", 1)
    assert sweep.sweep_remote(Layout.of(str(remote.path))) > 1
    assert remote.one("SELECT count(*) FROM job_measures") == 1
    listed = {f"data/{name}/{slice_}.parquet" for name, slice_ in remote.rows("SELECT name, slice FROM ledger.parts")}
    head = json.loads(remote.backend.objects.get("head.json")[0])
    assert set(remote.objects()) == {*listed, "head.json", f"catalogs/{head['catalog']}"}


def test_copies(blobs: Fill, bucket: Fill, jobs: Jobs, run: Run, tmp_path: Path) -> None:
    """From here to there, from there to another, and back: the same rows. A place that is not empty is refused."""
    jobs.store.close()
    az, s3 = RemoteUnderTest(f"{blobs({})}/x"), RemoteUnderTest(f"{bucket({})}/x/y")
    back = StoreUnderTest(tmp_path / "back")
    for source, target in ((jobs.store, az), (az, s3), (s3, back)):
        done = run("copy", source.path, target.path)
        assert done.returncode == 0, done.stderr
        assert jobs.rows(target) == jobs.rows()
        target.close()
        jobs.store.close()
    done = run("copy", az.path, s3.path)
    assert (done.returncode, "there is a store already" in done.stderr) == (4, True)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    assert run("copy", s3.path, tmp_path / "full").returncode == 4


def test_large_files_come_in_ranges(
    remote: RemoteUnderTest, proxy: FaultyProxy, tree: Tree, logs: Logs, monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    """Of a large Parquet file only what a question needs is fetched, by several threads at once; or all of it, and kept."""
    from ingest.store.caching import Caching, set_caching
    from ingest.store.remote import filesystem

    remote.load(tree({logs.worker: logs.records(100_000)}, "a"))
    store = RemoteUnderTest(through(proxy, str(remote.path)))  # nothing of it is kept here
    monkeypatch.setattr(filesystem, "_WHOLE", 0)
    connection = store.opened().connection
    connection.execute("SET threads = 4; SET enable_external_file_cache = false")
    question = "SELECT count(*), sum(line_no), count(DISTINCT message) FROM log_records WHERE job_id = 'a'"
    for _ in range(4):
        assert connection.execute(question).fetchall() == [(100_000, 100_000 * 100_001 // 2, 100_000)]
    assert proxy.gets("/data/log_records/") > 4
    kept = cache / "ingest" / "stores" / Layout.of(str(store.path)).root.name / "parts"
    assert not kept.exists()
    try:
        set_caching(Caching(whole=True))
        proxy.seen.clear()
        assert store.one("SELECT count(*) FROM log_records WHERE job_id = 'a'") == 100_000
        assert store.one("SELECT count(*) FROM log_records WHERE job_id = 'a'") == 100_000
        assert proxy.gets("/data/log_records/") == 2
    finally:
        set_caching(Caching())
    assert stat.S_IMODE((cache / "ingest" / "stores").stat().st_mode) == 0o700


def test_cache_is_bounded(blobs: Fill, jobs: Jobs, cache: Path, registry: Registry) -> None:
    """What was used longest ago makes room; what does not fit at all is answered nevertheless."""
    from ingest.store.caching import Caching, set_caching

    def kept() -> int:
        return sum(path.stat().st_size for path in cache.glob("ingest/stores/*/parts/data/*/*"))

    try:
        set_caching(Caching(bytes=40_000))
        remote = copied(jobs.store, f"{blobs({})}/store", registry)
        assert jobs.rows(remote) == jobs.rows()
        assert kept() <= 40_000
        set_caching(Caching(bytes=0))
        assert jobs.rows(remote) == jobs.rows()
    finally:
        set_caching(Caching())


def test_who_may_not_write(remote: RemoteUnderTest, jobs: Jobs, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A signature to read is enough to ask; writing with it is refused in words, without the signature."""
    signed = signature(str(remote.path).removesuffix("/team/store"))
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_KEY")
    done = run("jobs", "--store", f"{remote.path}?{signed}", "--format", "csv")
    assert done.returncode == 0, done.stderr
    done = run(jobs["ant"], "--store", f"{remote.path}?{signed}")
    assert done.returncode == 4
    assert "Storage Blob Data Contributor" in done.stderr
    assert signed.rpartition("sig=")[2] not in done.stderr


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:9/devstoreaccount1/none/x", "the connection failed"),
        ("az://c/x*y", "must be of letters"),
        ("ftp://c/x", "no store can be there"),
        ("azureml://datastores/a/paths/b", "no store can be there"),
    ],
)
def test_places_that_are_none(url: str, words: str, run: Run, blobs: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no place for a store is told, with exit code 4."""
    from ingest.sources.cloud import client

    monkeypatch.setattr(client, "_TRIES", 1)
    monkeypatch.setitem(client._RETRIES, "max_retries", 0)
    blobs({})
    done = run("jobs", "--store", url)
    assert (done.returncode, words in done.stderr) == (4, True), done.stderr


def test_rows_that_are_gone(remote: RemoteUnderTest, run: Run) -> None:
    """A Parquet file that is not there any more is named, with exit code 4; the doctor lists it."""
    ((slice_,),) = remote.rows("SELECT slice FROM ledger.parts WHERE name = 'job_summary'") or [("",)]
    name = f"data/job_summary/{slice_}.parquet"
    remote.backend.objects.delete(name)
    for path in Layout.of(str(remote.path)).root.glob("parts/data/job_summary/*"):
        path.unlink()
    done = run("jobs", "--store", remote.path)
    assert (done.returncode, name in done.stderr) == (4, True), done.stderr
    done = run("doctor", "--store", remote.path)
    assert f"{name}: it is gone" in " ".join(done.stdout.split())


def test_place_of_something_else(blobs: Fill, tree: Tree, logs: Logs, run: Run) -> None:
    """A prefix with other blobs is no place for a new store; one without a store is told as such."""
    url = blobs({"data.csv": "x", "empty/y/z": "x"})
    assert "no store there" in run("jobs", "--store", f"{url}/nothing").stderr
    done = run(tree(logs.job(), "a"), "--store", url)
    assert (done.returncode, "not a store, and not empty" in done.stderr) == (4, True)


def test_swaps_of_many(bucket: Fill) -> None:
    """Of many who swap an object at once one wins each time."""
    from ingest.store.remote.address import Address
    from ingest.store.remote.objects import Objects

    objects = Objects(Address.of(f"{bucket({'x/n': '0'})}/x"))

    def count() -> None:
        for _ in range(10):
            while True:
                data, meta = objects.get("n")
                if objects.swap("n", str(int(data) + 1).encode(), meta["e_tag"], None):
                    break

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert objects.get("n")[0] == b"40"


def test_many_at_once(remote: RemoteUnderTest, proxy: FaultyProxy, jobs: Jobs, start: Start) -> None:
    """Four processes write through a network that fails, one of them is killed, and readers look on: whole states only."""
    url = through(proxy, str(remote.path))
    seen: list[int] = []
    wrong: list[str] = []
    ended = threading.Event()

    def read() -> None:
        last = 0
        while not ended.is_set():
            try:
                with open_store(str(remote.path)) as store:
                    found = dict(store.sql("SELECT job_id, count(*) FROM log_records GROUP BY ALL").fetchall())
                    known = {row["job_id"] for row in store.rows("SELECT job_id FROM job_summary")}
            except Exception as error:
                wrong.append(repr(error))
                return
            if set(found.values()) != {11} or set(found) != known or len(found) < last:
                wrong.append(f"{found} {known} after {last}")
            last = len(found)
            seen.append(last)
            time.sleep(0.2)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    words = ("ant", "bee", "cat")
    proxy.methods = {"GET", "PUT"}
    proxy.faults.extend(["503", "reset", "lost", "cut"] * 4)
    killed = threading.Event()
    doomed = start("-m", "ingest", jobs["dog"], "--store", url, "--no-verdict", "-q")

    def kill() -> None:
        os.killpg(doomed.pid, signal.SIGKILL)
        killed.set()

    proxy.before["/data/"] = kill
    assert killed.wait(60)
    writers = [start("-m", "ingest", jobs[word], "--store", url, "--no-verdict", "-q") for word in words]
    for writer in writers:
        told, error = writer.communicate(timeout=120)
        assert writer.returncode == 0, (told, error)
    assert remote.load(jobs["dog"]).rows
    ended.set()
    for reader in readers:
        reader.join()
    assert not wrong
    assert (len(seen) > 3, seen[0], remote.one("SELECT count(*) FROM jobs")) == (True, 1, 5)
    assert jobs.rows(remote) == jobs.rows(words=("first", *words, "dog"))
