"""Known problems: what a message means, why it comes, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

Confidence = Literal["high", "medium", "low"]
CONFIDENCES: tuple[str, ...] = get_args(Confidence)


@dataclass(frozen=True, slots=True)
class KnownProblem:
    """A problem that people have met before: how to recognise it, its cause and its fix.

    A problem whose `pattern` is empty leaves no text in a log; it is listed for people who look for it.
    """

    id: str
    """Unique, of small letters, digits and underscores, dots between; stands in views and on the command line."""
    pattern: str
    """RE2 (so without look-around), sought anywhere in an error's type, message and headline, whatever the case."""
    cause: str
    """Why it happens, in a sentence."""
    fix: str
    """What to do. Its first sentence stands alone where there is room for one line."""
    reference: str
    """Who says so: the address of a page or thread, or the name of a source."""
    confidence: Confidence = "high"
    """How sure a match is: high if the text says just this, medium if it is the usual cause, low if it is a hint."""
    generic: bool = False
    """True if the text only says that something failed: asked after all others."""
    before: str = ""
    """The id of a less specific problem that is to be asked after this one; else this one is asked after all before it."""


def first_step(fix: str) -> str:
    """The first sentence of a fix."""
    return fix.partition(". ")[0].rstrip(".")


class ListedProblem(NamedTuple):
    """A known problem in its place: the first one, by rank, that matches an error is told."""

    rank: int
    problem: KnownProblem
    plugin: str


def any_of(problems: Iterable[KnownProblem]) -> str:
    """One pattern that matches what any of them matches; empty if none has a pattern."""
    return "|".join(f"(?:{one.pattern})" for one in problems if one.pattern)


def in_order(offered: Iterable[tuple[KnownProblem, str]]) -> tuple[ListedProblem, ...]:
    """Problems and their plugins in the order in which they are asked, from rank 1.

    As they come, but for those that name one that they stand before; generic ones last.
    """
    ordered: list[tuple[KnownProblem, str]] = []
    for one in offered:
        places = [place for place, (other, _) in enumerate(ordered) if other.id == one[0].before]
        ordered.insert(places[0] if places else len(ordered), one)
    ordered.sort(key=lambda one: one[0].generic)
    return tuple(ListedProblem(rank, problem, plugin) for rank, (problem, plugin) in enumerate(ordered, 1))
