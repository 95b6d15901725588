"""`ingest nightly`: one command that may be run at any time, and again; what is wrong is told and stops nothing else."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest.errors import ExitCode
from ingest.nightly.reading import read_roots
from ingest.nightly.run import NightlyOptions, run_night

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ingest.nightly.summary import Summary
    from tests.conftest import Run, Start, StoreUnderTest, Tree

    Night = Callable[..., Summary]

DONE = "Succeeded.\n"
TABLES = ("job_measures", "duration_measures", "input_measures", "pool_measures", "daily_groups", "daily_pools")


def batches(day: int, count: int, run_s: float = 1.0) -> str:
    """A table of mini-batches of one day in March 2024, all done."""
    head = (
        "Mini-batch ID,Node ID,Process Name,PID,Start Time,Total,Succeeded,Failed,Elapsed Seconds,Process Seconds,"
        "Run Method Seconds,Status,Picked Count,Mini-batch Detail,Error category,Error\n"
    )
    rows = (
        f"{i},0,process000,11,2024-03-{day:02}T02:{i // 60:02}:{i % 60:02}.000001,10,10,0,{run_s},{run_s},{run_s},RUN_DONE,1,"
        '"{""id"": %d}",,\n' % i
        for i in range(count)
    )
    return head + "".join(rows)


@pytest.fixture
def job(tree: Tree) -> Callable[..., Path]:
    """Writes a job of a day; one that is not done runs still."""

    def write(name: str, day: int = 1, *, done: bool = True, count: int = 12, **more: str) -> Path:
        files = {"logs/sys/job_report/processed_mini-batches.csv": batches(day, count)}
        if done:
            files["logs/job_result.txt"] = DONE
        return tree(files | more, name)

    return write


@pytest.fixture
def night(store: StoreUnderTest, tmp_path: Path) -> Night:
    """Does a night over all jobs that were written."""

    def run(*roots: Path, **more: Any) -> Summary:
        wishes = NightlyOptions(
            [str(root) for root in roots or (tmp_path / "jobs",)], str(store.path), lock_timeout_s=0
        )
        return run_night(replace(wishes, **more))

    return run


def kept(store: StoreUnderTest) -> dict[str, list[tuple[Any, ...]]]:
    """All that nights leave in the catalog."""
    return {name: store.rows(f"SELECT * FROM {name} ORDER BY ALL") for name in (*TABLES, "nights")}


def test_a_night(job: Callable[..., Path], night: Night, store: StoreUnderTest) -> None:
    """Everything is read, measured and put on its day, and the night is written down."""
    job("a")
    job("b", 2)
    summary = night()
    assert (summary.exit_code, summary.outcome, summary.news) == (ExitCode.OK, "fine", True)
    assert (summary.jobs, summary.jobs_new, summary.jobs_changed) == (["a", "b"], 2, 0)
    assert summary.days == ["2024-03-01", "2024-03-02"]
    assert store.rows("SELECT day::VARCHAR, jobs, items FROM daily_groups WHERE group_kind = 'all' ORDER BY day") == [
        ("2024-03-01", 1, 120),
        ("2024-03-02", 1, 120),
    ]
    assert store.rows("SELECT night, jobs_new, jobs_changed, exit_code FROM nights") == [(summary.started_at, 2, 0, 0)]


def test_twice_changes_nothing(job: Callable[..., Path], night: Night, store: StoreUnderTest) -> None:
    """No file of the store is written again; the summary says that nothing is new, and since when; the rest is the same."""
    job("a")
    first = night()
    files, tables = store.state(), kept(store)
    again = night()
    assert store.state() == files
    assert kept(store) == tables
    assert (again.news, again.night, again.jobs, again.jobs_new) == (False, first.started_at, ["a"], 0)
    assert again.exit_code == first.exit_code
    assert (again.regressions, again.findings) == (first.regressions, first.findings)
    assert (first.days, list(again.days)) == (["2024-03-01"], [])


def test_only_what_is_new(job: Callable[..., Path], night: Night) -> None:
    """The second night is about the job that came, and makes its day only."""
    job("a")
    night()
    job("b", 5)
    summary = night()
    assert (summary.jobs, summary.jobs_new, summary.days) == (["b"], 1, ["2024-03-05"])


def test_a_running_job_is_replaced(job: Callable[..., Path], night: Night, store: StoreUnderTest) -> None:
    """It is partial and counts for nothing but itself; the night after its end it is a changed job of its day."""
    job("a")
    folder = job("b", done=False)
    assert (first := night()).jobs_partial == 1
    assert first.days == ["2024-03-01"]
    query = "SELECT jobs, partial_jobs, items, partial FROM daily_groups WHERE group_kind = 'all'"
    assert store.rows(query) == [(2, 1, 120, True)]
    (folder / "logs/job_result.txt").write_text(DONE)
    summary = night()
    assert (summary.jobs, summary.jobs_new, summary.jobs_changed, summary.jobs_partial) == (["b"], 0, 1, 0)
    assert store.rows(query) == [(2, 0, 240, False)]


def test_a_missed_night_is_made_up(
    job: Callable[..., Path], night: Night, store: StoreUnderTest, other_store: StoreUnderTest, tmp_path: Path
) -> None:
    """Jobs of two days in one night stand where nights of their own would have put them."""
    for day in (1, 2, 3):
        job(f"job{day}", day)
    night()
    together = store.rows("SELECT * FROM daily_groups ORDER BY ALL")
    for folder in sorted((tmp_path / "jobs").iterdir()):
        assert night(folder, store=str(other_store.path)).exit_code == 0
    assert other_store.rows("SELECT * FROM daily_groups ORDER BY ALL") == together


def test_jobs_loaded_by_hand_are_told_too(job: Callable[..., Path], night: Night, store: StoreUnderTest) -> None:
    """Who loaded a job during the day does not keep it from the night's news; moved folders are no news."""
    folder = job("a", count=12)
    store.load(folder)
    assert night().jobs == ["a"]
    other = shutil.copytree(folder, folder.parent.parent / "elsewhere" / "dcid.x")
    assert night(other).jobs == ["x"]
    moved = shutil.move(other, folder.parent.parent / "moved" / "dcid.x")
    assert night(Path(moved)).news is False


def test_a_bad_root_stops_nothing(job: Callable[..., Path], night: Night, tmp_path: Path) -> None:
    """5: what is missing is told, everything else is read."""
    job("a")
    summary = night(tmp_path / "nowhere", tmp_path / "jobs")
    assert (summary.exit_code, summary.jobs) == (ExitCode.PARTLY_FAILED, ["a"])
    assert [(one.step, one.wrong) for one in summary.troubles] == [("read", f"{tmp_path}/nowhere: no such folder")]


def test_two_jobs_of_one_name_stop_nothing(job: Callable[..., Path], night: Night, tmp_path: Path) -> None:
    """A load of all would fail; so only the one that cannot be told apart is left out."""
    folder = job("a")
    job("b")
    shutil.copytree(folder, tmp_path / "jobs" / "more" / "a")
    summary = night()
    assert (summary.exit_code, summary.jobs) == (ExitCode.PARTLY_FAILED, ["a", "b"])
    (trouble,) = summary.troubles
    assert "job 'a' is in the store already" in trouble.wrong


def test_a_bug_that_one_job_wakes() -> None:
    """Of eight folders the one that breaks a load is found by halves; the others are read."""
    from ingest.load.pipeline import LoadReport

    loads: list[list[str]] = []

    def load(folders: Sequence[str]) -> LoadReport:
        loads.append(list(folders))
        if "f" in folders:
            raise ZeroDivisionError("no")
        return LoadReport(jobs=len(folders))

    reading = read_roots(list("abcdefgh"), load)
    assert reading.total()["jobs"] == 7
    assert [trouble.wrong for trouble in reading.troubles] == ["a bug in ingest: ZeroDivisionError: no"]
    assert len(loads) == 7


def test_nothing_to_read_at_all(night: Night, tmp_path: Path) -> None:
    """6: without any store there is nothing to report on."""
    summary = night(tmp_path / "nowhere", store=str(tmp_path / "new"))
    assert summary.exit_code == ExitCode.NIGHT_FAILED
    assert [one.step for one in summary.troubles] == ["read", "store"]


def test_a_root_that_became_empty(job: Callable[..., Path], night: Night, tmp_path: Path) -> None:
    """It is told; the history stands."""
    job("b")
    assert night().jobs == ["b"]
    shutil.rmtree(tmp_path / "jobs")
    (tmp_path / "jobs").mkdir()
    summary = night()
    assert (summary.exit_code, summary.news, summary.jobs) == (ExitCode.PARTLY_FAILED, False, ["b"])


def test_another_night_goes_on(job: Callable[..., Path], night: Night, store: StoreUnderTest) -> None:
    """6: the lock is told, and nothing is written."""
    from filelock import FileLock

    job("a")
    with FileLock(store.path / "nightly.lock"):
        summary = night()
    assert summary.exit_code == ExitCode.NIGHT_FAILED
    assert "another night is going on" in summary.troubles[0].wrong
    assert not store.parquet()
    assert night().exit_code == ExitCode.OK


def test_the_command(job: Callable[..., Path], run: Run, store: StoreUnderTest, tmp_path: Path) -> None:
    """A card on stdout, the summary in its file and on the stdin of the command, log lines in theirs, one of them each."""
    job("a", **{"logs/sys/node/0/process000.txt": "2021-04-13 03:00:00,649|INFO|334|sig=abcdefgh12345678\x1b[2J\n"})
    copy = [sys.executable, "-c", f"import sys; open({str(tmp_path / 'told')!r}, 'w').write(sys.stdin.read())"]
    arguments = [
        "--store",
        store.path,
        "--summary",
        tmp_path / "s" / "summary.json",
        "--log-file",
        tmp_path / "log.jsonl",
    ]
    done = run("nightly", tmp_path / "jobs", *arguments, "--quiet", "--notify-command", shell_words(copy))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0].endswith("UTC: fine")
    assert max(len(line) for line in done.stdout.splitlines() if str(store.path) not in line) <= 100
    summary = json.loads((tmp_path / "s" / "summary.json").read_text())
    assert (summary["outcome"], summary["exit_code"], summary["jobs"]) == ("fine", 0, ["a"])
    assert json.loads((tmp_path / "told").read_text())["jobs"] == ["a"]
    events = [json.loads(line)["event"] for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert (events[0], events[-1]) == ("night begins", "night ends")
    assert [path.name for path in (tmp_path / "s").iterdir()] == ["summary.json"]


def shell_words(words: Sequence[str]) -> str:
    """Words as one command line."""
    import shlex

    return shlex.join(words)


@pytest.mark.parametrize(
    ("command", "more", "told"),
    [
        ("no-such-command-here", {}, "cannot be run"),
        ("'unclosed", {}, "cannot be run"),
        ("", {}, None),
        (
            shell_words([sys.executable, "-c", "import sys; print('no mail', file=sys.stderr); sys.exit(3)"]),
            {},
            "ended with 3: no mail",
        ),
        (
            shell_words([sys.executable, "-c", "import time; time.sleep(60)"]),
            {"notify_timeout_s": 0.3},
            "did not end within 0.3 s",
        ),
        ("echo $HOME | grep -q /", {"notify_shell": True}, None),
        ("true; false", {"notify_shell": True}, "ended with 1"),
    ],
    ids=["not there", "unclosed", "none", "fails", "hangs", "shell", "shell fails"],
)
def test_notifying_fails(
    job: Callable[..., Path], night: Night, command: str, more: dict[str, Any], told: str | None
) -> None:
    """It is told, and changes no exit code; a shell is used only if asked for."""
    job("a")
    summary = night(notify_command=command, **more)
    assert summary.exit_code == ExitCode.OK
    assert [told in one.wrong for one in summary.troubles if told] == [True] * (told is not None)
    assert bool(summary.troubles) == (told is not None)


def test_summary_cannot_be_written(job: Callable[..., Path], night: Night, tmp_path: Path) -> None:
    """The night is done all the same; 5, since somebody waits for that file."""
    job("a")
    (tmp_path / "file").write_text("")
    summary = night(summary=tmp_path / "file" / "summary.json")
    assert summary.exit_code == ExitCode.PARTLY_FAILED
    assert summary.troubles[0].step == "summary"


def test_dry_run(job: Callable[..., Path], run: Run, store: StoreUnderTest, tmp_path: Path) -> None:
    """It says what would be read and told; nothing is made."""
    job("a")
    done = run("nightly", tmp_path / "jobs", "--store", tmp_path / "new", "--dry-run", "--format", "json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["jobs_to_read"], told["files_to_read"]) == (0, ["a"], 2)
    assert not (tmp_path / "new").exists()
    store.load(tmp_path / "jobs" / "a")
    files = store.state()
    told = json.loads(run("nightly", tmp_path / "jobs", "--store", store.path, "--dry-run", "--format", "json").stdout)
    assert (told["jobs_to_read"], told["jobs_not_told_of_yet"]) == ([], ["a"])
    assert store.state() == files


def test_no_roots(run: Run, store: StoreUnderTest) -> None:
    """2: neither the command line nor ingest.toml names any."""
    done = run("nightly", "--store", store.path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[0] == "ingest: no folders to read"


def test_roots_of_the_settings(job: Callable[..., Path], run: Run, store: StoreUnderTest, tmp_path: Path) -> None:
    """`[nightly] roots` and `summary` of ingest.toml stand in for arguments."""
    job("a")
    settings = tmp_path / "ingest.toml"
    settings.write_text(
        f'store = "{store.path}"\n[nightly]\nroots = ["{tmp_path}/jobs"]\n'
        f'summary = "{tmp_path}/s.json"\nlabels = {{ team = "x" }}\n'
    )
    done = run("nightly", "--config", settings, "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads((tmp_path / "s.json").read_text())["jobs"] == ["a"]
    assert store.rows("SELECT group_name FROM daily_groups WHERE group_kind = 'label'") == [("team=x",)]


def test_old_records_go(job: Callable[..., Path], night: Night, store: StoreUnderTest) -> None:
    """With `raw_days`, records of older jobs are dropped once and not read again; what was measured of them stays."""
    job("a")
    summary = night(raw_days=30)
    assert (summary.exit_code, summary.house, summary.jobs) == (ExitCode.OK, {"jobs_dropped": 1}, ["a"])
    assert store.one("SELECT count(*) FROM attempt_reports") == 0
    assert store.rows("SELECT jobs, items FROM daily_groups WHERE group_kind = 'all'") == [(1, 120)]
    files = store.state()
    again = night(raw_days=30)
    assert (again.news, again.house, again.jobs) == (False, {}, ["a"])
    assert store.state() == files


def test_small_files_are_merged(job: Callable[..., Path], night: Night, store: StoreUnderTest) -> None:
    """Above `small_files` Parquet files that are small, a night merges them; then there is nothing to merge."""
    for name in ("a", "b"):
        job(name)
        assert night(small_files=60).house == {}
    job("c")
    assert night(small_files=60).house["files_merged"] > 60  # of records and derived rows
    assert store.one("SELECT count(*) FROM attempt_reports") == 36
    assert night(small_files=60).house == {}


KILLED = """
# Does a night, and dies at the moment that argument 1 names: at the n-th rename of a catalog, or before the report.
import os, signal, sys
import ingest.nightly.run as nights

point, roots, store = sys.argv[1:]
renames = 0

def die(event, arguments):
    global renames
    if event == "os.rename" and str(arguments[0]).endswith("catalog.duckdb"):
        renames += 1
        if point == f"rename {renames}":
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(die)
if point == "told":
    nights.record_night = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
print(nights.run_night(nights.NightlyOptions([roots], store)).outcome)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs SIGKILL")
@pytest.mark.parametrize("point", ["rename 1", "rename 2", "told"])
def test_killed(job: Callable[..., Path], night: Night, store: StoreUnderTest, start: Start, point: str) -> None:
    """Whenever it is killed, the next night finishes the work, tells all that this one would have told, and is not held up."""
    job("a")
    job("b", 2, done=False)
    process = start("-c", KILLED, point, store.path.parent / "jobs", store.path)
    told, error = process.communicate(timeout=60)
    assert (process.returncode, told) == (-9, ""), error
    summary = night()
    assert (summary.exit_code, summary.news, summary.jobs) == (ExitCode.OK, True, ["a", "b"])
    assert store.rows("SELECT day::VARCHAR, jobs, partial FROM daily_groups WHERE group_kind = 'all' ORDER BY day") == [
        ("2024-03-01", 1, False),
        ("2024-03-02", 1, True),
    ]
    assert store.one("SELECT count(*) FROM nights") == 1
    assert night().news is False


FULL = """
# Does a night with a limit on the size of files, argument 1.
import resource, sys
from pathlib import Path
import ingest.nightly.run as nights

limit, roots, store, summary = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
done = nights.run_night(nights.NightlyOptions([roots], store, summary=Path(summary)))
print(int(done.exit_code))
"""


@pytest.mark.parametrize("limit", [1_000, 600_000], ids=["while rows are written", "while the catalog is made"])
def test_disk_is_full(
    job: Callable[..., Path], night: Night, store: StoreUnderTest, start: Start, tmp_path: Path, limit: int
) -> None:
    """6: the last good state stands, it is said what is the matter, and with room the next night finishes."""
    pytest.importorskip("resource", reason="limits of processes are set so on POSIX systems only")
    job("a")
    night()
    tables = kept(store)
    job("b", 2, count=300)
    process = start("-c", FULL, limit, tmp_path / "jobs", store.path, tmp_path / "summary.json")
    told, error = process.communicate(timeout=60)
    assert told.strip() == "6", error
    assert "Traceback" not in error
    # A limit of 1,000 bytes is met by the summary too, which is then told on standard error only.
    assert "disk is full" in (error if limit < 2_000 else (tmp_path / "summary.json").read_text())
    assert kept(store) == tables
    assert night().jobs == ["b"]
