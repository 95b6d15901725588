"""The kit finds what it is there to find, and says what to do: each broken parser fails with the right words."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest.testing import check_parser, read

if TYPE_CHECKING:
    from tests.conftest import Start

    RunPytest = Callable[..., tuple[int, str]]

FILE = Path(__file__).with_name("notes.py")
NOTES = runpy.run_path(str(FILE))
GOOD = NOTES["Notes"]

WORDS = {
    "LosesARecord": "the sample says that it holds 3 records, but 2 were understood and 0 rejected",
    "HidesWhatItCannotRead": "holds 2 records, but 1 were understood and 0 rejected. Each record must become rows or a reject",
    "WrongType": "table notes: the column 'number' is string, declared as BIGINT. Cast it to int64",
    "UndeclaredColumn": "table notes: the column 'txt' is not declared, and so would be dropped",
    "UndeclaredTable": "it gives rows of 'remarks', but declares only notes",
    "RaisesOnCut": "cut after byte 1, parse() raises ValueError('no note here'). It must not raise for any content",
    "RaisesOnBadBytes": "put in at byte",
    "DependsOnTheBatch": "alone and with the others, it gives in notes",
    "Remembers": "parse() must depend on nothing but its batch",
    "NumbersTheLastLine": "line_no must be the number of the record's first line",
    "ForgetsWhereAPieceStarts": "whole and in windows of 40 bytes, it gives in notes",
    "CutsRecordsInTwo": "cut() must give the start of the last record",
    "CutsLinesInTwo": "which is in the middle of a line",
    "KeepsCarriageReturns": "A carriage return before a line break belongs to no value",
    "GivesUp": "What stands before the damage must be read as it was",
    "ClaimsAnothersFile": "logs/sys/error.txt is claimed by azureml.master_level, whose pattern",
    "MissesItsOwnSample": "does not match the path of its sample, logs/note.txt",
    "HasNoSample": "give a list of at least one Sample",
    "SamplesCountWrong": "if the sample's `records` is wrong, change that",
}


def test_a_good_parser_passes() -> None:
    """A parser of a stranger's, written without `LineParser`, that keeps to the contract has no problems."""
    assert check_parser(GOOD()) == []


@pytest.mark.parametrize("name", WORDS)
def test_a_broken_parser_is_told(name: str) -> None:
    """What is wrong is said, with what to do."""
    problems = check_parser(NOTES[name]())
    assert any(WORDS[name] in problem for problem in problems), problems


def test_every_broken_parser_is_tried() -> None:
    """None of them was forgotten above."""
    broken = {name for name, value in NOTES.items() if isinstance(value, type) and issubclass(value, GOOD)}
    assert broken - {"Notes"} == set(WORDS)


def test_reading_a_few_bytes() -> None:
    """`read` gives rows and rejects as they would be stored, of each file."""
    first, second = read(GOOD(), "1 one\nwhat?\n", b"")
    assert first.of("notes") == [{"line_no": 1, "cut": False, "number": 1, "text": "one"}]
    assert [(reject["line_no"], reject["text"], reject["reason"]) for reject in first.rejects] == [
        (2, "what?", "no note")
    ]
    assert first.records == 1
    assert (second.rows, second.rejects, second.records) == ({}, [], 0)


@pytest.fixture
def run_pytest(start: Start) -> RunPytest:
    """Runs pytest in an empty folder, as an author does: gives its exit code and all that it prints."""

    def call(*arguments: str) -> tuple[int, str]:
        is_installed = any(one.value == "ingest.testing.pytest_plugin" for one in entry_points(group="pytest11"))
        ours = () if is_installed else ("-p", "ingest.testing.pytest_plugin")
        process = start("-m", "pytest", "-v", "-p", "no:cacheprovider", *ours, *arguments)
        told, error = process.communicate(timeout=120)
        return process.returncode, told + error

    return call


def outcomes(printed: str) -> dict[str, str]:
    """Test → PASSED, FAILED, of a run with -v."""
    lines = [line.split() for line in printed.splitlines() if "::test_" in line and "%]" in line]
    return {words[0].rpartition("::")[2]: words[1] for words in lines}


PLUGIN = """{source}
from ingest import hookimpl

@hookimpl
def ingest_parsers():
    yield {name}()
"""


def test_class_in_a_test_file(run_pytest: RunPytest, tmp_path: Path) -> None:
    """An author's two lines: a test for each check and parser, the failing one with what is wrong and no traceback."""
    (tmp_path / "mine.py").write_text(PLUGIN.format(source=FILE.read_text("utf-8"), name="WrongType"))
    test = """
from mine import ingest_parsers
from ingest.testing import ParserConformance

class TestMine(ParserConformance):
    parsers = ingest_parsers()
"""
    (tmp_path / "test_mine.py").write_text(test)
    code, printed = run_pytest("test_mine.py")
    assert code == 1, printed
    found = outcomes(printed)
    assert [name for name, outcome in found.items() if outcome == "FAILED"] == [
        "test_keeps_to_its_tables[strange.notes]"
    ]
    assert len(found) == 12
    assert WORDS["WrongType"] in printed
    assert "conformance.py" not in printed


def test_option_without_a_test_file(run_pytest: RunPytest, tmp_path: Path) -> None:
    """`pytest --ingest-plugin FILE` tests a plugin of one file; nothing else has to be written."""
    (tmp_path / "mine.py").write_text(PLUGIN.format(source=FILE.read_text("utf-8"), name="Notes"))
    code, printed = run_pytest("--ingest-plugin", "mine.py")
    assert code == 0, printed
    assert list(outcomes(printed).values()) == ["PASSED"] * 12


def test_setting_for_whole_runs(run_pytest: RunPytest, tmp_path: Path) -> None:
    """`ingest_plugins` in the settings adds the tests to each run of everything, not to that of one file."""
    (tmp_path / "mine.py").write_text(PLUGIN.format(source=FILE.read_text("utf-8"), name="LosesARecord"))
    (tmp_path / "pytest.ini").write_text("[pytest]\ningest_plugins = mine.py\n")
    (tmp_path / "test_other.py").write_text("def test_other():\n    pass\n")
    code, printed = run_pytest()
    assert code == 1, printed
    assert WORDS["LosesARecord"] in printed
    assert outcomes(printed)["test_other"] == "PASSED"
    assert outcomes(run_pytest("test_other.py")[1]) == {"test_other": "PASSED"}


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("absent.py", "no such file"),
        ("nobody", "no plugin 'nobody' offers parsers; there are"),
        ("empty.py", "plugin empty: "),
    ],
)
def test_option_with_no_plugin(run_pytest: RunPytest, tmp_path: Path, argument: str, words: str) -> None:
    """What cannot be used is said in a line, not in a traceback."""
    (tmp_path / "empty.py").touch()
    code, printed = run_pytest("--ingest-plugin", argument)
    assert code != 0
    assert words in printed
    assert "Traceback" not in printed


def test_pytest_starts_as_fast_as_before(start: Start) -> None:
    """The plugin is imported in every run of pytest where `ingest` is installed: it brings nothing heavy along."""
    code = "import json, sys, ingest.testing.pytest_plugin; print(json.dumps(list(sys.modules)))"
    modules = json.loads(start("-c", code).communicate(timeout=30)[0])
    assert not {"numpy", "pyarrow", "duckdb", "ingest.plugin.registry"} & set(modules)
