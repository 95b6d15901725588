"""`ingest timeline`: the picture of a job, and its parts."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest.cards.time_axis import axis
from ingest.cards.timeline import By, Line, Timeline
from ingest.cards.timeline_picture import BLOCKS, PLAIN, draw, glyphs_for
from tests.conftest import ROOT

if TYPE_CHECKING:
    from tests.conftest import Begin, Run, StoreUnderTest, Tree

SAMPLES = ROOT / "data" / "jobs"
MIDNIGHT_US = 1_709_251_200_000_000


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory, begin: Begin) -> Path:
    """A store of three sample jobs."""
    store = tmp_path_factory.mktemp("drawn") / "store"
    begin(store).load(*(SAMPLES / name for name in ("init-failure-42", "memory-growth", "still-running")))
    return store


def cell(state: str, **more: Any) -> dict[str, Any]:
    """A row of `timeline_bins`: ten seconds of a worker."""
    row = {"state": state, "there_s": 10.0, "busy_s": 10.0, "restarts": 0, "failed_attempts": 0, "failed_inits": 0}
    return {**row, "workers": 2, "highest_memory_percent": None, "memory_samples": None, **more}


def picture(*lines: Line, bins: int = 30) -> list[str]:
    """The lines of a picture as text."""
    timeline = Timeline(lines, By.PROCESS, bins, MIDNIGHT_US, 10e6)
    return [line.plain.rstrip() for line in draw(timeline, BLOCKS)]


def test_every_state_has_its_own_character() -> None:
    """So that it reads without colour, in blocks and in ASCII."""
    for glyphs in (BLOCKS, PLAIN):
        signs = [*glyphs.levels, *glyphs.states.values(), glyphs.restart, " "]
        assert len(set(signs)) == len(signs)
    assert all(character.isascii() for character in f"{PLAIN}")


def test_a_line_of_cells() -> None:
    """A character per cell: the share of the time, or what went wrong; blank where it is not there; totals behind it."""
    worker = Line("0", "process000")
    worker.cells = {
        0: cell("starting", busy_s=0.0),
        1: cell("busy"),
        2: cell("busy", busy_s=1.0),
        4: cell("few failed", failed_attempts=1),
        5: cell("some failed"),
        6: cell("failed", failed_attempts=2),
        7: cell("timed out"),
        8: cell("open"),
        9: cell("waiting", busy_s=0.0),
    }
    line = picture(worker)[1]
    assert line[:25] == "  process000   s█▁ ░▒×T»·"
    assert line[25:].split() == ["68%", "3"]


def test_a_node_and_its_memory() -> None:
    """Two workers of which one works are half; memory is drawn where there is a sample, and its highest is told."""
    node = Line("10.0.0.4", None)
    node.cells = {number: cell("busy") for number in range(4)}
    node.cells[1] |= {"highest_memory_percent": 24.0, "memory_samples": 1}
    node.cells[3] |= {"highest_memory_percent": 100.0, "memory_samples": 2, "restarts": 1}
    assert picture(node)[1:3] == [
        "node 10.0.0.4  ▅▅▅↻                             50%               1",
        "  memory        ▂ █                            100% of 3 samples",
    ]


def test_a_restart_in_a_failure() -> None:
    """A replacement that fails at once is marked all the same; in the sum of a node the failure is shown."""
    worker, node = Line("0", "process002", {0: cell("failed", restarts=1)}), Line("0", None)
    node.cells = {0: cell("failed", restarts=1)}
    assert picture(worker)[1][15] == "↻"
    assert picture(node)[1][15] == "×"


def test_names_fit_their_column() -> None:
    """Long and hostile names are cut and made visible; the cells stay in line."""
    for name, shown in (("a" * 40, "a" * 13 + "…"), ("\x1b[31m", r"node \x1b[31m"), (None, "node unknown")):
        line = picture(Line(name, None, {0: cell("busy", busy_s=20.0)}))[1]
        assert line[:16] == f"{shown:<15}█"


def test_the_axis() -> None:
    """Ticks at round times with room for their labels, whatever a cell is; hostile times do not matter."""
    assert axis(MIDNIGHT_US + 5_000_000, 10e6, 40) == "           |00:02      |00:04           "
    for seconds in (0.5, 1, 60, 3_600, 86_400, 4e9):
        line = axis(MIDNIGHT_US, seconds * 1e6, 64)
        assert len(line) == 64
        assert 2 <= line.count("|") <= 12
    assert len(axis(-62_135_596_800_000_000, 5e15, 64)) == 64


def test_what_an_encoding_can_show() -> None:
    """ASCII where blocks would be question marks."""
    assert glyphs_for("utf-8") is BLOCKS
    assert glyphs_for("ascii") is glyphs_for("latin-1") is glyphs_for("no-such") is glyphs_for(None) is PLAIN


def test_sample_jobs(run: Run, samples: Path) -> None:
    """A line per node, memory and worker in 100 columns; the node that did nothing waits; restarts and open tries show."""
    done = run("timeline", "init", "--store", samples, PYTHONIOENCODING="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[:2] == ["init-failure-42: failed; a cell is 1.1 s", "2024-08-07 15:04:32 to 15:05:41 UTC (1 min 9 s)"]
    assert max(map(len, lines)) <= 100
    assert [line.split()[0] for line in lines if line.startswith(("node", "  process"))].count("process005") == 2
    (idle,) = (line for line in lines if line.startswith("node 2"))
    assert set(idle[15:79]) == {" ", "·"}
    running = run("timeline", "still-running", "--store", samples, PYTHONIOENCODING="utf-8").stdout
    assert "»   99%" in running
    assert "» in an attempt without an end yet" in running
    assert "timeouts" not in running
    grown = run("timeline", "memory-growth", "--store", samples, PYTHONIOENCODING="utf-8").stdout.splitlines()
    assert sum(line.startswith("  process") and "↻" in line for line in grown) == 16


def test_by_node_width_and_ascii(run_apart: Run, samples: Path) -> None:
    """As asked for: a line per node, narrower, in characters that the encoding has."""
    done = run_apart("timeline", "memory", "--by", "node", "--width", 60, "--store", samples, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines[3:7]] == ["node", "memory", "node", "memory"]
    assert max(map(len, lines[:7])) <= 60


def test_data(run: Run, samples: Path) -> None:
    """The bins behind the picture, from one time to another."""
    window = ("--from", "03:04", "--to", "2022-09-20T03:06", "--store", samples)
    told = json.loads(run("timeline", "memory-growth", "--format", "json", *window).stdout)
    assert {row["from_at"] for row in told} >= {"2022-09-20T03:04:00"}
    assert sum(row["restarts"] for row in told if row["process"] is not None) == 8
    rows = list(csv.DictReader(StringIO(run("timeline", "memory", "--by", "node", "--format", "csv", *window).stdout)))
    assert len(rows) == 2 * 63
    assert sum(int(row["failed_attempts"]) for row in rows) == 8


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nothing"], "no such job"),
        (["*"], "fits 3 jobs"),
        (["memory", "--from", "soon"], "soon: not a time"),
        (["memory", "--from", "25:00"], "25:00: not a time"),
        (["memory", "--from", "03:05", "--to", "03:04"], "--to is not later than --from"),
    ],
)
def test_wrong_questions(run: Run, samples: Path, arguments: list[str], told: str) -> None:
    """A line that says what is wrong, one that says what to do."""
    done = run("timeline", *arguments, "--store", samples)
    assert done.returncode in (2, 3)
    assert done.stdout == ""
    assert told in done.stderr
    assert "\n  → " in done.stderr


def test_a_job_without_a_time(run: Run, tree: Tree, store: StoreUnderTest) -> None:
    """Nothing to draw is said, and is no error."""
    store.load(tree({"logs/mine/notes.txt": "x"}, "a"))
    done = run("timeline", "a", "--store", store.path)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "a: no node or worker left a record with a time\n"


def test_a_large_job_is_drawn_by_node(run: Run, tree: Tree, store: StoreUnderTest) -> None:
    """More than sixty lines: a line is a node, and that is said; `--by process` draws all."""
    record = "2021-04-13 03:{:02}:00,649|INFO|334|Got task {}.\n"
    files = {
        f"logs/sys/node/{node}/process{process:03}.txt": record.format(node, node * 9 + process)
        for node in range(9)
        for process in range(9)
    }
    store.load(tree(files, "a"))
    done = run("timeline", "a", "--store", store.path, PYTHONIOENCODING="utf-8")
    assert done.stderr == "many workers, so a line is a node: --by process draws each\n"
    assert sum(line.startswith("node") for line in done.stdout.splitlines()) == 9
    assert "process" not in done.stdout
    done = run("timeline", "a", "--by", "process", "--store", store.path, PYTHONIOENCODING="utf-8")
    assert done.stderr == ""
    assert done.stdout.count("  process") == 81
