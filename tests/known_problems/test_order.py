"""The order in which known problems are asked."""

from __future__ import annotations

from ingest import KnownProblem
from ingest.known_problems import first_step, in_order


def known(id_: str, *, generic: bool = False, before: str = "") -> KnownProblem:
    """A known problem of which only the place matters."""
    return KnownProblem(id_, id_, "c", "r", "s", generic=generic, before=before)


def test_as_they_come_and_generic_ones_last() -> None:
    """Plugins come in the order in which they were loaded; a generic problem of the first one is behind all of them."""
    listed = in_order([(known("any", generic=True), "ours"), (known("b"), "ours"), (known("a"), "theirs")])
    assert [(one.rank, one.problem.id, one.plugin) for one in listed] == [
        (1, "b", "ours"),
        (2, "a", "theirs"),
        (3, "any", "ours"),
    ]


def test_before() -> None:
    """One that names another stands right before it; of several that name the same one the later is nearer to it."""
    offered = [known("a"), known("b"), known("x", before="b"), known("y", before="b"), known("z", before="nobody")]
    assert [one.problem.id for one in in_order((one, "p") for one in offered)] == ["a", "x", "y", "b", "z"]


def test_first_step() -> None:
    """The first sentence, without its full stop."""
    assert first_step("Raise the timeout. Then wait.") == "Raise the timeout"
    assert first_step("Raise `a.b`.") == "Raise `a.b`"
