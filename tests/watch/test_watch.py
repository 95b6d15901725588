"""A job that runs is looked at until it ends: what is new is read, what goes wrong is told, and nothing is waited for twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import InputError
from ingest.load.pipeline import ingest_jobs
from ingest.store.known_files import Ledger, read_ledger
from ingest.store.paths import Layout
from ingest.watch.estimate import estimate
from ingest.watch.loop import Snapshot, WatchOptions, watch

if TYPE_CHECKING:
    from ingest.load.pipeline import LoadReport
    from tests.conftest import Logs, Run, StoreUnderTest, Tree

NOW = datetime.now(UTC).replace(microsecond=0, tzinfo=None)


def overview(done: int, of: int) -> str:
    """A progress overview of a job that began ten minutes ago."""
    return "".join(
        f"{NOW - timedelta(minutes=10) + timedelta(seconds=20 * i):%Y-%m-%dT%H:%M:%S}.000001 "
        f"Processed {i} of {of} mini batches in 0:00:{i % 60:02}. Estimate remaining 0:10:00.\n"
        for i in range(done + 1)
    )


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, a look takes no time."""
    monkeypatch.setattr("ingest.watch.loop._REST", 0.0)


def snapshots(
    folder: Path, store: StoreUnderTest, steps: Sequence[Callable[[], object]], **options: object
) -> tuple[list[Snapshot], list[float]]:
    """All looks at a folder, in which a step is done after each, and the pauses between them."""
    pauses: list[float] = []
    waiting = list(steps)

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if waiting:
            waiting.pop(0)()

    return list(watch(WatchOptions([str(folder)], str(store.path), **options), sleep)), pauses  # type: ignore[arg-type]


def test_until_the_job_ends(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """Each look reads what is new; with the job's end one more look is taken, since the last logs come late."""
    folder = tree({logs.overview: overview(2, 6), logs.worker: logs.records(2)}, "a")
    looks, pauses = snapshots(
        folder,
        store,
        [
            lambda: (folder / logs.overview).write_text(overview(4, 6)),
            lambda: None,
            lambda: (folder / logs.overview).write_text(overview(6, 6)),
            lambda: (folder / logs.job_error).write_text(logs.error()),
        ],
    )
    assert [(look.jobs[0].state, look.files_read, look.ended) for look in looks] == [
        ("running", 2, None),
        ("running", 1, None),
        ("running", 0, None),
        ("completed", 1, None),
        ("completed", 1, "jobs ended"),
    ]
    assert pauses == [10, 10, 15, 10]
    assert [look.jobs[0].scheduled for look in looks] == [6] * 5
    assert looks[-1].jobs[0].is_over
    assert "ValueError: No" in looks[-1].jobs[0].errors[0].text


def test_looks_become_rarer(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """While nothing happens a look costs less and less; something new makes them frequent again."""
    folder = tree({logs.overview: overview(2, 6)}, "a")
    nothing = [lambda: None] * 6
    looks, pauses = snapshots(
        folder,
        store,
        [*nothing, lambda: (folder / logs.overview).write_text(overview(6, 6))],
        every_s=2.0,
    )
    assert pauses == [2.0, 3.0, 4.5, 6.75, 10.125, 12.0, 12.0, 2.0]
    assert looks[-1].ended == "jobs ended"


def test_large_logs_are_looked_at_less_often(
    tree: Tree, logs: Logs, store: StoreUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look that takes a minute is not repeated after ten seconds."""
    from ingest.watch import loop

    def slow(*given: object, **more: object) -> object:
        report = loop_load(*given, **more)
        report.seconds = 60.0
        return report

    loop_load: Callable[..., LoadReport] = ingest_jobs
    monkeypatch.setattr(loop, "ingest_jobs", slow)
    monkeypatch.setattr(loop, "_REST", 4.0)
    folder = tree({logs.overview: overview(2, 6)}, "a")
    _, pauses = snapshots(folder, store, [lambda: (folder / logs.overview).write_text(overview(6, 6))])
    assert pauses == [240.0, 240.0]


def test_job_that_ended_before(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """A job that is over is looked at once."""
    looks, pauses = snapshots(tree({logs.overview: overview(6, 6)}, "a"), store, [])
    assert ([look.ended for look in looks], pauses) == (["jobs ended"], [])
    old = tree({logs.worker: logs.records(3)}, "b")  # of 2021, without an end
    looks, pauses = snapshots(old, store, [])
    assert (looks[0].jobs[0].state, looks[0].ended, pauses) == ("unknown", "jobs ended", [])


def test_source_that_is_gone_for_a_while(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """What cannot be read at a look is told and tried again; without a job at the first look there is nothing to watch."""
    folder = tree({logs.overview: overview(2, 6)}, "a")
    away = folder.with_name("away")
    looks, _ = snapshots(
        folder,
        store,
        [
            lambda: folder.rename(away),
            lambda: away.rename(folder),
            lambda: (folder / logs.overview).write_text(overview(6, 6)),
        ],
    )
    assert [bool(look.problems) for look in looks] == [False, True, False, False, False]
    assert looks[1].jobs[0].state == "running"
    with pytest.raises(InputError, match="no such folder"):
        snapshots(away, store, [])


def test_throughput_of_the_last_minutes(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """Before the table of mini-batches is there the driver's own count says how fast the job is, and how long it takes."""
    look = next(
        watch(WatchOptions([str(tree({logs.overview: overview(20, 60)}, "a"))], str(store.path)), lambda _: None)
    )
    job = look.jobs[0]
    assert (job.done, job.scheduled) == (20, 60)
    assert len(job.per_minute) in (5, 6)  # of seven or eight minutes: the first and the last are no whole ones
    assert set(job.per_minute) == {3}
    assert job.left is not None
    assert job.left.seconds == pytest.approx(800)
    assert job.left.soonest_s < 800 < (job.left.latest_s or 0)


def test_until_a_finding(run: Run, store: StoreUnderTest) -> None:
    """The first severe finding ends it with exit code 1; without a terminal each change is a line of JSON."""
    sample = Path(__file__).resolve().parents[2] / "data" / "jobs" / "init-failure-42"
    done = run("watch", sample, "--store", store.path, "--until-finding", "severe")
    assert done.returncode == 1, done.stderr
    (line,) = done.stdout.splitlines()
    told = json.loads(line)
    assert told["ended"] == "finding"
    assert {finding["severity"] for finding in told["jobs"][0]["findings"]} >= {"severe"}


def test_exit_codes_and_screen(run: Run, tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """The end is the verdict, and the job's state the exit code."""
    done = run("watch", tree({logs.overview: overview(6, 6)}, "a"), "--store", store.path, "--format", "text")
    assert done.returncode == 0, done.stderr
    assert "a    completed" in done.stdout
    assert run("watch", tree({}, "nothing"), "--store", store.path).returncode == 3


def test_screen_shows_what_matters(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """Progress, throughput, nodes and errors; texts of logs cannot steer the terminal, and secrets are masked."""
    from rich.console import Console

    from ingest.cards.watch import as_json, screen

    text = f"{NOW:%Y-%m-%d %H:%M:%S},649|INFO|334|Got task 1.\n"
    error = logs.error("ValueError: \x1b[2Jhttps://a.blob.core.windows.net/c?sv=1&sig=AbCdEf123456%3D&se=2")
    files = {
        logs.overview: overview(2, 6),
        logs.worker: text + error.replace("2021-04-13 03:23:05", f"{NOW:%Y-%m-%d %H:%M:%S}"),
    }
    seen: list[Snapshot] = []
    for look in watch(WatchOptions([str(tree(files, "a"))], str(store.path)), lambda _: None):
        seen.append(look)
        break
    console = Console(width=100, record=True, file=open("/dev/null", "w", encoding="utf-8"), force_terminal=True)  # noqa: SIM115, PTH123
    with console.file:
        console.print(screen(seen[0]))
    shown = console.export_text()
    assert "a  running" in shown
    assert "2 of 6 mini-batches (33 %)" in shown
    assert "\x1b[2J" not in shown
    assert "AbCdEf" not in shown + as_json(seen[0])
    assert "ValueError" in shown
    assert "next look in 10 s" in shown


@given(left=st.integers(1, 10**6), counts=st.lists(st.integers(0, 10_000), max_size=30))
def test_estimates_are_ordered(left: int, counts: list[int]) -> None:
    """The soonest end is not later than the likely one, nor that than the latest."""
    made = estimate(left, counts)
    assert (made is None) == (len(counts) < 3 or not any(counts))
    if made is not None:
        assert 0 < made.soonest_s <= made.seconds
        assert made.latest_s is None or made.latest_s >= made.seconds


def test_what_is_known_is_asked_once(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """A look without news opens no catalog; a running job is silent for too long when its time has come, all the same."""
    folder = tree({logs.overview: overview(2, 6), logs.worker: logs.records(2)}, "a")
    store.load(folder)
    layout = Layout.of(store.path)
    ledger = read_ledger(layout, ["a"])
    assert read_ledger(layout, ["a"]) is ledger
    ((last,),) = store.rows("SELECT last_record_at FROM jobs")
    assert (ledger.ages_at, ledger.aged) == ({"a": last + timedelta(days=1)}, [])
    assert Ledger(ages_at={"a": NOW - timedelta(days=1), "b": NOW + timedelta(days=1)}).aged == ["a"]
    folder.joinpath(logs.overview).write_text(overview(3, 6))
    store.load(folder)
    assert read_ledger(layout, ["a"]).files != ledger.files
