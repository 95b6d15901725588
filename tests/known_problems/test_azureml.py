"""The known problems of Azure ML: each is found in the messages that show it, and not in those that nearly do."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from ingest.known_problems import first_step
from ingest.plugin.registry import Registry
from ingest.store.known_problems import write_known_problems
from tests.known_problems.messages import MESSAGES, WITHOUT_TEXT

SHOWN = [(problem, text) for problem, (shown_by, _) in MESSAGES.items() for text in shown_by]
NOT_SHOWN = [(problem, text) for problem, (_, not_shown_by) in MESSAGES.items() for text in not_shown_by]
FIRST_PAGE = [
    "missing_code_or_env",
    "immutable_endpoint",
    "resource_not_found",
    "unsupported_input",
    "endpoint_name_taken",
    "output_exists",
]


@pytest.fixture(scope="module")
def database(registry: Registry) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with the known problems, as a store has them."""
    with duckdb.connect() as connection:
        write_known_problems(connection, registry.known_problems)
        yield connection


def shown(database: duckdb.DuckDBPyConnection, text: str) -> str | None:
    """The known problem that a text shows."""
    ((problem,),) = database.execute("SELECT known_problem_of(?)", [text]).fetchall()
    return problem  # type: ignore[no-any-return]


def test_each_has_a_match_and_a_near_miss(registry: Registry) -> None:
    """No problem without messages, and no messages without a problem."""
    with_text = {one.id for _, one, _ in registry.known_problems if one.pattern}
    assert with_text == {problem for problem, (yes, no) in MESSAGES.items() if yes and no}
    assert {one.id for _, one, _ in registry.known_problems} - with_text == WITHOUT_TEXT


@pytest.mark.parametrize(("problem", "text"), SHOWN, ids=[f"{problem}-{text[:40]}" for problem, text in SHOWN])
def test_match(database: duckdb.DuckDBPyConnection, problem: str, text: str) -> None:
    """The message shows this problem, and no other is told before it; in capitals too, and above a headline."""
    assert shown(database, text) == problem
    assert shown(database, text.upper()) == problem
    assert shown(database, f"{text}\nThe process000 on node 0 failed with error: Traceback") == problem


@pytest.mark.parametrize(("problem", "text"), NOT_SHOWN, ids=[f"{problem}-{text[:40]}" for problem, text in NOT_SHOWN])
def test_near_miss(database: duckdb.DuckDBPyConnection, problem: str, text: str) -> None:
    """The message nearly shows this problem, and does not."""
    assert shown(database, text) != problem


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "EntryScriptException: Entry script error. No progress update in 9 seconds.\nExit code: 42",
            "progress_timeout",
        ),
        ("The run() function in the entry script had raised exception for 3 times.\nSystemExit: 42", "run_exceptions"),
        (
            "No module named 'pandas'\nThe run() function in the entry script had raised exception for 3 times.",
            "no_module_pandas",
        ),
        ("ValueError: could not convert string to float: '--'", None),
        ("MemoryError", "memory_error"),
        ("", None),
        (None, None),
    ],
)
def test_specific_before_general(database: duckdb.DuckDBPyConnection, text: str, problem: str | None) -> None:
    """What says why it failed wins over what says that it failed; most errors are nobody's known problem."""
    assert shown(database, text) == problem


def test_the_first_page_comes_first(registry: Registry) -> None:
    """The six problems of the first troubleshooting page, in its order; generic ones are last."""
    listed = registry.known_problems
    assert [one.problem.id for one in listed[:6]] == FIRST_PAGE
    assert [one.problem.id for one in listed if one.problem.generic] == [one.problem.id for one in listed[-4:]]
    assert listed[-1].problem.id == "exit_code"
    assert len(listed) == 84


def test_words(registry: Registry) -> None:
    """Whole sentences, of which the first step fits into a line of the verdict; each says where it is from."""
    for _, one, _ in registry.known_problems:
        assert one.cause.endswith("."), one.id
        assert one.fix.endswith("."), one.id
        assert len(first_step(one.fix)) <= 78, one.id
        assert one.reference.startswith(("https://", "what the parallel driver writes: docs/", "reported by users")), (
            one.id
        )
