"""`ingest story`: what happened to one mini-batch, to read and as data."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest.cards.story import story_lines
from tests.conftest import ROOT

if TYPE_CHECKING:
    from tests.conftest import Begin, Run

SAMPLES = ROOT / "data" / "jobs"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory, begin: Begin) -> Path:
    """A store of two sample jobs."""
    store = tmp_path_factory.mktemp("told") / "store"
    begin(store).load(*(SAMPLES / name for name in ("memory-growth", "exceptions-one-node")))
    return store


def row(what: str, text: str, **more: Any) -> dict[str, Any]:
    """A row of `mini_batch_story`."""
    told = {"time": datetime(2024, 3, 1, 10), "what": what, "attempt_no": 1, "node": "0", "process": "process000"}
    return {**told, "text": text, "placed": "time", "reports": 1, "file_id": 7, "line_no": 12, **more}


def lines(*rows: dict[str, Any], **more: Any) -> list[str]:
    """The story of mini-batch 7 as text."""
    mini_batch = {"job_id": "job", "mini_batch_id": 7, "outcome": "done", "attempts": 1, "failed_items": 0, "items": 10}
    return list(
        story_lines({**mini_batch, "wasted_worker_s": 0.0, "inputs": None, **more}, rows, {7: "logs/a.txt"}, 100)
    )


def test_to_read(run: Run, samples: Path) -> None:
    """Both tries with what happened in them, the kill and the replacement too, and where each stands, in 100 columns."""
    done = run("story", "memory", 47, "--format", "text", "--store", samples)
    assert (done.returncode, done.stderr) == (0, "")
    told = done.stdout.splitlines()
    assert max(map(len, told)) <= 100
    assert told[:2] == [
        "mini-batch 47 of memory-growth: done after 2 attempts, 0 of 10 items failed, 27.3 s wasted",
        "10 inputs: part-00470.csv to part-00479.csv",
    ]
    heads = [line for line in told if line.startswith("attempt ")]
    assert heads == ["attempt 1: node 1, process001, 2022-09-20", "attempt 2: node 1, process005, 2022-09-20"]
    (highest,) = (line for line in told if "92.9" in line)
    assert highest.split("  ")[1:3] == ["03:04:26.492", "node sample"]
    assert any("process001 with pid 260 exited" in line for line in told)
    assert any(line.endswith("  logs/sys/node/1/process001.txt") for line in told[-12:])


def test_a_place_leads_to_the_line(run: Run, samples: Path) -> None:
    """`ingest show` with the file's id and the line that stand there shows what was told."""
    rows = csv.DictReader(StringIO(run("story", "memory-growth", 47, "--store", samples).stdout))
    (killed,) = (one for one in rows if one["what"] == "process exited")
    shown = run("show", f"{killed['file_id']}:{killed['line_no']}", "-C", 0, "--store", samples).stdout
    assert "The process process001 with pid 260 exited with code -9." in shown


def test_data(run: Run, samples: Path) -> None:
    """All formats that `ingest sql` has, with the columns of the macro; CSV where nobody reads."""
    told = json.loads(run("story", "exc", 3, "--format", "json", "--store", samples).stdout)
    errors = [(one["attempt_no"], one["reports"]) for one in told if one["what"] == "error" and one["time"]]
    assert errors == [(1, 4), (2, 4), (3, 4)]
    assert run("story", "exc", 3, "--store", samples).stdout.startswith(
        "time,what,attempt_no,node,process,text,placed,"
    )


def test_long_texts_are_cut_and_hostile_ones_made_visible() -> None:
    """A row has a few lines at most; secrets are masked; escapes are seen."""
    url = "https://a.blob.core.windows.net/c?sv=2021&sig=AbCdEf123456AbCdEf123456%3D&se=2022"
    told = lines(row("attempt started", "attempt 1"), row("log", "word " * 5_000), row("output", f"\x1b[31m {url}"))
    assert max(map(len, told)) <= 100
    assert len(told) == 13
    assert told[7].rstrip().endswith("…")
    text = "\n".join(told)
    assert "\x1b" not in text
    assert r"\x1b[31m" in text
    assert "AbCdEf" not in text


def test_what_is_of_no_try_stands_apart() -> None:
    """Rows without a try come last, with the worker that wrote them; how often a thing is told is said."""
    told = lines(
        row("attempt started", "attempt 1"),
        row("error", "ValueError: no\nat /very/" + "long/" * 30 + "score.py:4 in run", reports=3),
        row("untimed lines", "4 lines in out.txt", time=None, attempt_no=None),
    )
    assert [line.rstrip() for line in told] == [
        "mini-batch 7 of job: done after 1 attempt, 0 of 10 items failed",
        "",
        "attempt 1: node 0, process000, 2024-03-01",
        f"{'  10:00:00.000  attempt started  attempt 1':<94}[1]:12",
        f"{'  10:00:00.000  error            ValueError: no':<94}[1]:12",
        " " * 33 + "at …long/long/long/long/long/long/long/score.py:4 in run",
        " " * 33 + "(logged 3 times)",
        "",
        "not tied to one attempt: what names the mini-batch, and lines of these workers without a time",
        f"{'                untimed lines    process000 on 0: 4 lines in out.txt':<94}[1]:12",
        "",
        "[1] 7  logs/a.txt",
        "a line with those around it: ingest show 7:LINE",
    ]


def test_an_open_mini_batch_without_a_process() -> None:
    """Nothing is claimed of what is not known."""
    told = lines(
        row("attempt started", "", node=None, process=None, time=None),
        outcome="open",
        failed_items=None,
        inputs=["\x1ba", "b"],
    )
    assert told[:2] == ["mini-batch 7 of job: open after 1 attempt", r"2 inputs: \x1ba to b"]
    assert told[3] == "attempt 1: worker not recorded"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["memory", "500"], 3, "the job has no mini-batch 500\n  → It has 0 to 119."),
        (["none", "1"], 3, "no such job"),
        (["*", "1"], 3, "fits 2 jobs"),
        (["memory", "first"], 2, "not a valid integer"),
    ],
)
def test_wrong_questions(run: Run, samples: Path, arguments: list[str], code: int, told: str) -> None:
    """What is wrong, and what there is."""
    done = run("story", *arguments, "--store", samples)
    assert (done.returncode, done.stdout) == (code, "")
    assert told in done.stderr
