"""Real files differ from made ones: other line ends, lost indentation, cut lines. Our samples, changed in these ways.

Whatever was done to a file, it is claimed and none of its lines is lost. Changes that take nothing away change no
answer; the others leave what can still be read.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.coverage.accounting import unexplained

if TYPE_CHECKING:
    from tests.conftest import Begin, StoreUnderTest

JOBS = Path(__file__).resolve().parents[2] / "data" / "jobs"
TREES = ("era-2020-05", "exceptions-one-node", "init-failure-42")

Answers = dict[str, list[tuple[Any, ...]]]

QUESTIONS = {
    "jobs": "SELECT job_id, state, mini_batches, items, failed_items, attempts, retries, timeouts, exceptions, poisoned,"
    " restarts, highest_memory_percent, memory_samples FROM job_summary",
    "progress": "SELECT job_id, source, event, count(*), max(processed), max(total), max(items) FROM progress GROUP BY ALL",
    "records": "SELECT job_id, source, level, count(l.time) FROM log_records AS l WHERE level IS NOT NULL GROUP BY ALL",
    "events": "SELECT job_id, source, event, count(*) FROM log_records WHERE event IS NOT NULL GROUP BY ALL",
    "output": "SELECT job_id, source, level, logger, count(*) FROM output_lines GROUP BY ALL",
    "processes": "SELECT job_id, count(*), sum(rss_kb), sum(cpu_percent) FROM os_processes GROUP BY ALL",
    "exceptions": "SELECT job_id, source, exception_type, count(*) FROM errors"
    " WHERE exception_type IS NOT NULL GROUP BY ALL",
    "errors": "SELECT job_id, source, phase, frame, fingerprint, mini_batch_id, sum(occurrences) FROM errors GROUP BY ALL",
    "rejects": "SELECT job_id, count(*) FROM rejects GROUP BY ALL",
}
TABLES_ONLY = {"jobs", "processes"}
"""Answers that come from tables and snapshots: a change of the text logs leaves them alone."""


class Variation(NamedTuple):
    """What happens to files on their way to us."""

    name: str
    change: Callable[[bytes], bytes]
    kept: set[str]
    """The answers that stay the same."""
    logs_only: bool = True
    """Spare the tables."""


def _truncated(content: bytes) -> bytes:
    """Lines cut at 160 characters by a page, with an ellipsis."""
    return re.sub(rb"(?m)^([^\r\n]{160})[^\r\n]+", lambda line: line[1] + "…".encode(), content)


def _escaped(content: bytes) -> bytes:
    """HTML entities in place of the characters, as stored copies of pages have them."""
    for plain, entity in ((b"&", b"&amp;"), (b"<", b"&lt;"), (b">", b"&gt;"), (b'"', b"&quot;"), (b"'", b"&#39;")):
        content = content.replace(plain, entity)
    return content


def _tabs(content: bytes) -> bytes:
    """Two blanks at the start of a line are a tab, an odd one stays."""
    return re.sub(rb"(?m)^ +", lambda blanks: b"\t" * (len(blanks[0]) // 2) + b" " * (len(blanks[0]) % 2), content)


ALL = set(QUESTIONS)
VARIATIONS = (
    Variation("CRLF everywhere", lambda b: b.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), ALL, logs_only=False),
    Variation("LF everywhere", lambda b: b.replace(b"\r\n", b"\n"), ALL, logs_only=False),
    Variation("byte order mark", lambda b: b"\xef\xbb\xbf" + b, ALL, logs_only=False),
    Variation("no line break at the end", lambda b: b.rstrip(b"\r\n"), ALL, logs_only=False),
    Variation("blank lines between the lines", lambda b: b.replace(b"\n", b"\n\n"), ALL),
    Variation("tabs", _tabs, ALL),
    Variation(
        "no indentation",  # an item of a list of errors then is a line of its own
        lambda b: re.sub(rb"(?m)^[ \t]+", b"", b),
        ALL - {"errors"},
    ),
    Variation("blanks at the end of lines", lambda b: re.sub(rb"([^\r\n])(\r?\n)", rb"\1  \2", b), ALL),
    Variation(
        "no fraction of seconds",
        lambda b: re.sub(rb"(\d\dT\d\d:\d\d:\d\d)\.\d+(?!Z)\b", rb"\1", b),
        {"progress", "records", "output", "exceptions"},
        logs_only=False,
    ),
    Variation(
        "HTML entities", _escaped, TABLES_ONLY | {"progress", "records"}
    ),  # rules know some messages by their quotes
    Variation("lines cut with an ellipsis", _truncated, TABLES_ONLY | {"records"}),
    Variation("the first line lost its head", lambda b: b[len(b.partition(b"\n")[0]) // 2 :], set()),
)


UTF_16 = Variation("UTF-16", lambda b: b.decode("utf-8", "replace").encode("utf-16"), ALL, logs_only=False)
UNCHANGED = Variation("unchanged", lambda b: b, ALL)


class Varied(NamedTuple):
    """Every variation of the trees in one store: what one says must not depend on the others beside it."""

    store: StoreUnderTest
    roots: dict[str, dict[str, Path]]
    """Artifact roots by variation and job."""
    answers: dict[str, Answers]
    """By variation; jobs by the names of the trees."""


def _write(folder: Path, variation: Variation) -> dict[str, Path]:
    """The trees, changed, as jobs of their own; their artifact roots by job."""
    roots = {}
    for tree in TREES:
        job = Path(shutil.copytree(JOBS / tree, folder / f"{tree} {variation.name}"))
        roots[job.name] = job / "artifacts" if (job / "artifacts").is_dir() else job
        for file in job.rglob("*"):
            is_text = file.is_file() and file.suffix != ".profile"
            if is_text and not (variation.logs_only and file.suffix == ".csv"):
                file.write_bytes(variation.change(file.read_bytes()))
    return roots


@pytest.fixture(scope="module")
def varied(begin: Begin, tmp_path_factory: pytest.TempPathFactory) -> Varied:
    """All of them, loaded and asked at once."""
    top = tmp_path_factory.mktemp("varied")
    variations = (UNCHANGED, UTF_16, *VARIATIONS)
    roots = {variation.name: _write(top / "jobs", variation) for variation in variations}
    store = begin(top / "store")
    store.load(top / "jobs")
    answers: dict[str, Answers] = {variation.name: {name: [] for name in QUESTIONS} for variation in variations}
    for name, query in QUESTIONS.items():
        for job, *row in store.rows(f"SELECT * FROM ({query}) ORDER BY ALL"):
            tree, _, variation = job.partition(" ")
            answers[variation][name].append((tree, *row))
    return Varied(store, roots, answers)


@pytest.mark.parametrize("variation", VARIATIONS, ids=lambda variation: variation.name)
def test_variation(varied: Varied, variation: Variation) -> None:
    """Claimed, no line lost, and the answers that the change cannot touch are the same."""
    path, roots = varied.store.path, varied.roots[variation.name]
    strange = varied.store.rows("SELECT job_id, path FROM files WHERE status NOT IN ('parsed', 'ignored')")
    assert [(job, file) for job, file in strange if job in roots] == []
    assert unexplained(path, roots) == []
    told, usual = varied.answers[variation.name], varied.answers[UNCHANGED.name]
    assert {name: told[name] for name in variation.kept} == {name: usual[name] for name in variation.kept}
    assert [name for name, rows in usual.items() if not rows] == ["rejects"]


def test_what_is_left_of_a_log_without_its_first_head(varied: Varied) -> None:
    """Each log lost half of its first line: that text is a record without a time, all later records are whole."""
    jobs = f"job_id LIKE '% {VARIATIONS[-1].name}'"
    told = varied.store.rows(
        f"SELECT line_no, count(*) FROM log_records AS l WHERE {jobs} AND source = 'worker' AND l.time IS NULL GROUP BY 1"
    )
    workers = varied.store.one(f"SELECT count(*) FROM files WHERE {jobs} AND kind = 'worker' AND records > 0")
    assert told == [(1, workers)]


def test_utf_16(varied: Varied) -> None:
    """Windows tools save text in UTF-16 with a byte order mark: it says the same."""
    assert varied.answers[UTF_16.name] == varied.answers[UNCHANGED.name]
