"""Damaged files of every kind, a few in each run of the tests; for a long run: python -m ingest.testing.fuzz data/jobs/*

Nothing raises, what stands before the damage is told as before, and counts agree with what is stored.
"""

from __future__ import annotations

import runpy
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import Batch, Parsed, Reject
from ingest.plugin.registry import PluginOptions, load_registry
from ingest.testing import read
from ingest.testing.damage import BAD_BYTES
from ingest.testing.damage_checks import lost
from ingest.testing.fuzz.corpus import Corpus, corpus_of
from ingest.testing.fuzz.growth import growth, growth_of_shapes
from ingest.testing.fuzz.rounds import Damaged, check, fuzz_round

if TYPE_CHECKING:
    from tests.conftest import Start

JOBS = Path(__file__).resolve().parents[2] / "data" / "jobs"
NOTES = Path(__file__).resolve().parents[1] / "conformance" / "notes.py"
OPTIONS = PluginOptions(installed=False)
PARSERS = load_registry(OPTIONS).parsers


@cache
def corpus() -> Corpus:
    """Files of the sample jobs, and all samples."""
    return corpus_of(
        load_registry(OPTIONS), [str(path) for path in sorted(JOBS.iterdir()) if path.name != "ExperimentRun"]
    )


@pytest.mark.parametrize("name", PARSERS)
def test_a_round(name: str) -> None:
    """Twenty files of each kind, damaged the same way in every run, through the slices of a load."""
    outcome = fuzz_round(PARSERS[name], corpus()[name], f"tests:{name}", OPTIONS, count=20)
    assert outcome.files == 20
    assert [finding.problem for finding in outcome.findings] == []


EDITS = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.one_of(st.sampled_from(BAD_BYTES), st.binary(max_size=8), st.just(b"")),
        st.sampled_from((0, 0, 1, 3, 40, 100_000)),
    ),
    min_size=1,
    max_size=3,
)
"""Where in a file (as a share of it), what is put in there, and how many bytes it takes the place of."""


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=12, deadline=None)
@given(data=st.data(), edits=EDITS)
def test_edits(name: str, data: st.DataObject, edits: list[tuple[float, bytes, int]]) -> None:
    """Edits that hypothesis thinks up, and makes smaller until the least that fails is left."""
    parser = PARSERS[name]
    path, whole = data.draw(st.sampled_from(sorted(corpus()[name], key=lambda file: len(file[1]))[:6]))
    edited, until = whole, len(whole)
    for place, put_in, gone in edits:
        at = int(place * (len(edited) + 1))
        edited, until = edited[:at] + put_in + edited[at + gone :], min(until, at)
    before, after, again = read(parser, whole, edited, edited, path=path)
    assert lost(whole, before, until, after) is None
    assert after == again


def test_fuzzing_finds_what_is_broken(start: Start, tmp_path: Path) -> None:
    """A parser that raises on bytes that are no UTF-8 is found, told in the report, and the files are kept for a look."""
    source = NOTES.read_text(encoding="utf-8")
    hook = "\nfrom ingest import hookimpl\n\n@hookimpl\ndef ingest_parsers():\n    return [RaisesOnBadBytes()]\n"
    (tmp_path / "notes.py").write_text(source + hook, encoding="utf-8")
    command = ("-m", "ingest.testing.fuzz", "--plugin", "notes.py", "--parser", "strange.notes", "--minutes", "0.02")
    process = start(*command, "--seed", "1", "--no-growth")
    report, notes = process.communicate(timeout=60)
    assert process.returncode == 1, report + notes
    assert "strange.notes (seed 1): parser raised UnicodeDecodeError" in notes
    assert "damaged files in 0.0 minutes, seed 1:" in report
    found = sorted((tmp_path / "fuzz-findings").iterdir())
    assert found[0].name == "strange.notes-00"
    assert "ingest explain" in found[1].read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("name", PARSERS)
def test_time_grows_as_the_file_does(name: str) -> None:
    """Four times as many names, cells, lines or brackets take about four times as long, not sixteen: in processor time."""
    assert list(growth_of_shapes(PARSERS[name])) == []


def test_growth_finds_what_is_quadratic() -> None:
    """A parser that looks at all lines for each line is found by how its time grows."""
    notes = runpy.run_path(str(NOTES))["Notes"]

    class Quadratic(notes):  # type: ignore[misc, valid-type]
        def parse(self, batch: Batch) -> Parsed:
            for _ in range(batch.data.count(b"\n") // 5):
                batch.data.count(b"\n")
            return Parsed({}, [Reject(piece.start, piece.end, "not read") for piece in batch.pieces])

    found = next(growth(Quadratic(), [("logs/notes.txt", b"1 one\n")]))
    assert " s for 64 KiB of " in found.problem


def test_damage_in_a_window() -> None:
    """A file that comes in windows, as large ones do, is held to the same: here one that is cut and one with a stray quote."""
    name = "azureml.node_resource"
    path, whole = max(corpus()[name], key=lambda file: len(file[1]))
    middle = whole.find(b"\n", len(whole) // 2) + 1
    damaged = [
        Damaged(path, whole, at, whole[:at] + put_in)
        for at, put_in in ((middle + 3, b""), (middle, b'"' + whole[middle:]))
    ]
    assert len(whole) > 1_500
    assert check(PARSERS[name], damaged, OPTIONS, 500).findings == []
