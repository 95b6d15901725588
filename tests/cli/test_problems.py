"""`ingest problems`, and known problems of plugins: good ones are asked, wrong ones are named and spoil nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Logs, Run, StoreUnderTest, Tree, Write

OURS = """
from ingest import KnownProblem, hookimpl

def known(id="ours.quota", pattern=r"Quota of \\w+ is used up", cause="No quota is left.", fix="Ask for more. Or wait.",
          reference="our wiki", **more):
    return KnownProblem(id, pattern, cause, fix, reference, **more)

@hookimpl
def ingest_known_problems():
    return [{}]
"""


def test_list(run: Run) -> None:
    """All of them, those without a text too, readable in 100 columns; JSON has all that is known of each."""
    done = run("problems")
    assert (done.returncode, done.stderr) == (0, "")
    for word in ("missing_code_or_env", "progress_timeout", "exit_42", "fix", "https://"):
        assert word in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 110  # an address is not broken
    told = json.loads(run("problems", "--format", "json").stdout)
    assert [one["rank"] for one in told] == list(range(1, len(told) + 1))
    assert told[0].keys() == {
        *("rank", "id", "pattern", "cause", "fix", "reference", "confidence", "generic", "before", "plugin")
    }


def test_one(run: Run) -> None:
    """One whole: its pattern, how sure a match is, its plugin. An unknown one is told as such."""
    done = run("problems", "exit_42")
    assert "SystemExit: 42" in done.stdout
    assert "generic" in done.stdout
    assert "ingest_azureml" in done.stdout
    assert "leaves no text" in run("problems", "limits").stdout
    assert json.loads(run("problems", "limits", "--format", "json").stdout)["id"] == "limits"
    done = run("problems", "nonsense")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no known problem has this id" in done.stderr


def test_problem_of_a_plugin(run: Run, plugin: Write, tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """It is asked, its remedy stands in the verdict; a store that was there before gets it with the next load."""
    folder = tree({logs.worker: logs.error("QuotaError: Quota of disk is used up")}, "a")
    assert "Ask for more" not in run(folder, "--store", store.path).stdout
    assert store.rows("SELECT problem FROM first_error") == [(None,)]
    file = plugin("ours", OURS.format("known()"))
    done = run(folder, "--store", store.path, "--plugin", file)
    assert (done.returncode, done.stderr) == (0, "")
    assert "→ Ask for more\n" in done.stdout
    assert store.rows("SELECT job_id, problem, reference FROM known_problems_seen") == [("a", "ours.quota", "our wiki")]
    assert store.rows("SELECT plugin, generic FROM known_problems WHERE id = 'ours.quota'") == [("ours", False)]
    assert run("rebuild", "--store", store.path).returncode == 0
    assert store.rows("SELECT problem FROM first_error") == [(None,)]
    assert run("rebuild", "--store", store.path, "--plugin", file).returncode == 0
    assert store.rows("SELECT problem FROM first_error") == [("ours.quota",)]


def test_before_one_of_ours(run_apart: Run, plugin: Write, tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """A more specific problem names the one that it stands before; without that ours is asked first."""
    folder = tree({logs.worker: logs.error("ModuleNotFoundError: No module named 'pandas'")}, "a")
    for more, told in (("", "no_module_pandas"), (", before='no_module_pandas'", "ours.pandas")):
        file = plugin("ours", OURS.format(f"known(id='ours.pandas', pattern='pandas'{more})"))
        assert run_apart(folder, "--store", store.path, "--plugin", file).returncode == 0
        assert store.rows("SELECT problem FROM first_error") == [(told,)]


WRONG = {
    "'x'": "gives 'x', which is no KnownProblem",
    "known(id='Quota!')": "the id 'Quota!' of a known problem is not of small letters",
    "known(fix='')": "ours.quota: its fix is '', not a text",
    "known(pattern=r'(?!x)y')": "is no regular expression of RE2",
    "known(pattern=r'\\Qx')": "is no regular expression of RE2",
    "known(pattern=7)": "its pattern is 7, not a text",
    "known(pattern='a\\0b')": "its pattern is 'a\\x00b', not a text",
    "known(cause='\\udc80')": "its cause is '\\udc80', not a text",
    "known(generic='yes')": "its generic is 'yes', not a bool",
    "known(before=7)": "its before is 7, not a str",
    "known(pattern='a|')": "matches every text",
    "known(id='exit_42')": "a known problem 'exit_42' exists already",
    "known(before='nobody')": "there is no known problem 'nobody' that it could stand before",
    "known(confidence='sure')": "its confidence is 'sure'; give one of high, medium, low",
}


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_ones(run: Run, plugin: Write, wrong: str) -> None:
    """Each is named on stderr in one line, and the good one beside it is there."""
    file = plugin("ours", OURS.format(f"known(id='ours.good'), {wrong}"))
    done = run("problems", "ours.good", "--plugin", file)
    assert done.returncode == 0, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("ingest: plugin ours: ")
    assert WRONG[wrong] in line
    assert line.endswith("; left out")


def test_patterns_that_are_too_large_together(run: Run, plugin: Write) -> None:
    """Patterns that the database could not seek as one leave their plugin's problems out, not everybody's."""
    large = r"known(id=f'ours.large_{i}', pattern=r'(?:\w{200}\W{200}){2}' + str(i))"
    file = plugin("ours", OURS.format(f"*({large} for i in range(40))"))
    done = run("problems", "exit_42", "--plugin", file)
    assert done.returncode == 0
    assert "the patterns of its known problems are too large" in done.stderr


def test_no_other_view_may_bear_its_name(run: Run, plugin: Write, tree: Tree, store: StoreUnderTest) -> None:
    """A view of a plugin named `known_problems` is refused, as that of any other table."""
    views = tree({"known_problems.sql": "-- What?\nSELECT 1 AS a\n"}, "views")
    source = "from ingest import hookimpl\n\n@hookimpl\ndef ingest_views():\n"
    source += f"    import pathlib\n    return [pathlib.Path({str(views)!r})]\n"
    done = run(tree({"logs/mine/x.txt": ""}, "a"), "--store", store.path, "--plugin", plugin("ours", source))
    assert "another table or view named known_problems" in done.stderr
    assert store.one("SELECT count(*) FROM known_problems") > 30
