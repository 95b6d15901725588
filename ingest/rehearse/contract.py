"""The contract between a scoring script and a batch endpoint: what is checked, by name, and what a rehearsal saw of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ingest.rehearse.driver import Outcome

_CHECKS = {
    "loads": ("severe", "the script can be imported"),
    "functions": ("severe", "the script has init() and run()"),
    "arity": ("severe", "init() takes no argument, run() takes one"),
    "init_raises": ("severe", "init() returns"),
    "return_type": ("severe", "run() returns a list, an array or a DataFrame"),
    "fewer_results": ("severe", "run() returns one element for each item that succeeded; the others count as failed"),
    "more_results": ("warning", "run() returns no more elements than items: more of them hide failed items"),
    "unpicklable": ("warning", "results can be pickled"),
    "ragged": ("warning", "all rows of a result have the same number of values"),
    "unmapped": ("warning", "results name their inputs: a file name, or a column without duplicates"),
    "writes_outside": ("warning", "files are written to the output folder or a temporary folder only"),
    "globals": ("note", "run() changes no globals"),
    "import_work": ("note", "work is done in init(), not at import"),
}
_OF_RUN = {"return_type", "fewer_results", "more_results", "unpicklable", "ragged", "unmapped", "globals"}
_EXAMPLES = 3


@dataclass(frozen=True)
class Clause:
    """One check of the contract."""

    name: str
    says: str
    holds: bool | None
    """None: run() never returned, so nothing is known."""
    severity: str
    times: int
    examples: tuple[str, ...]


def contract(outcome: Outcome) -> list[Clause]:
    """All checks, in the order in which a script meets them."""
    return list(_clauses(outcome))


def is_kept(clauses: list[Clause]) -> bool:
    """Whether nothing severe is broken."""
    return all(clause.holds is not False or clause.severity != "severe" for clause in clauses)


def _clauses(outcome: Outcome) -> Iterator[Clause]:
    returned = any(one.status == "RUN_DONE" for one in outcome.tries)
    for name, (severity, says) in _CHECKS.items():
        seen: Mapping[str, int] = outcome.breaches.get(name, {})
        times = outcome.unmapped if name == "unmapped" else sum(seen.values())
        examples = tuple(text for text, _ in sorted(seen.items(), key=lambda pair: -pair[1])[:_EXAMPLES])
        unknown = not times and ((name in _OF_RUN and not returned) or (name == "init_raises" and not outcome.init_s))
        yield Clause(name, says, None if unknown else not times, severity, times, examples)
