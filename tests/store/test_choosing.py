"""What is to be changed is chosen while nobody else can change it."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

import ingest.store.lock
from ingest.nightly import run as night
from ingest.plugin.registry import load_registry
from ingest.store.forget import forget
from ingest.store.lock import writer_lock
from ingest.store.maintenance import maintenance
from ingest.store.paths import Layout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from tests.conftest import Logs, Run, StoreUnderTest, Tree

    First = Callable[[Callable[[], object]], None]


@pytest.fixture
def first(monkeypatch: pytest.MonkeyPatch) -> First:
    """Lets another writer change the store while a command waits for the lock."""

    def arrange(change: Callable[[], object]) -> None:
        @contextmanager
        def lock(*given: Any) -> Iterator[None]:
            monkeypatch.setattr(ingest.store.lock, "writer_lock", writer_lock)
            change()
            with writer_lock(*given):
                yield

        monkeypatch.setattr(ingest.store.lock, "writer_lock", lock)

    return arrange


def drop(store: StoreUnderTest, *jobs: str, **options: Any) -> None:
    """Forgets jobs, in this process."""
    with maintenance(Layout.of(store.path), load_registry()) as held:
        forget(held, jobs, **options)


def test_forgetting_twice(tree: Tree, logs: Logs, store: StoreUnderTest, first: First, run: Run) -> None:
    """Two `forget --for-good` at once: the one that comes second forgets nothing, also not that the jobs were forgotten."""
    folder = tree({logs.worker: logs.records(2)}, "a").parent
    tree({logs.worker: logs.records(2)}, "b")
    store.load(folder)
    first(lambda: drop(store, "a", "b", for_good="the first"))
    done = run("forget", "*", "--for-good", "--store", store.path)
    assert (done.returncode, done.stdout.strip()) == (3, "")
    assert store.rows("SELECT job_id, reason FROM forgotten_jobs ORDER BY 1") == [
        ("a", "the first"),
        ("b", "the first"),
    ]
    assert store.load(folder).forgotten == ["a", "b"]


def test_ids_that_are_gone(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """Forgetting by id what was forgotten for good changes nothing."""
    folder = tree({logs.worker: logs.records(2)}, "a")
    store.load(folder)
    drop(store, "a", for_good="the first")
    drop(store, "a", for_good="the second")
    drop(store, "a", also_history=True)
    assert store.rows("SELECT job_id, reason FROM forgotten_jobs") == [("a", "the first")]


def test_a_job_that_was_loaded_meanwhile(tree: Tree, logs: Logs, store: StoreUnderTest, first: First, run: Run) -> None:
    """`forget` drops, and lists, what fits when it has the lock; with `--dry-run` it waits for nobody."""
    store.load(tree({logs.worker: logs.records(2)}, "a"))
    later = tree({logs.worker: logs.records(2)}, "b")
    assert "1 job would be" in run("forget", "*", "--dry-run", "--store", store.path).stderr
    first(lambda: store.load(later))
    done = run("forget", "*", "--store", store.path, "--format", "csv")
    assert [line.split(",")[0] for line in done.stdout.split()] == ["job_id", "a", "b"]
    assert "2 jobs forgotten" in done.stderr
    assert not store.rows("SELECT job_id FROM jobs")


def test_retention_of_a_night(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """A night drops what is too old when it has the lock: a job that grew meanwhile is not."""
    folder = tree({logs.worker: logs.records(2)}, "a")
    store.load(folder)
    before = maintenance

    @contextmanager
    def grown(*given: Any) -> Iterator[Any]:
        if not (folder / "later").exists():
            (folder / "later").touch()
            with (folder / logs.worker).open("a") as log:
                log.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S},000|INFO|334|Got task 9.\n")
            store.load(folder)
        with before(*given) as held:
            yield held

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.nightly.aggregates.is_stale", lambda _connection: False)
        patch.setattr(night._Night, "_change", lambda *_given: None)
        patch.setattr(night, "maintenance", grown)
        summary = night.run_night(night.NightlyOptions([], str(store.path), raw_days=30, small_files=10**6))
    assert not summary.house
    assert store.one("SELECT count(*) FROM log_records") == 3
