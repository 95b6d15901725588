"""Measures how often cases of real form are concluded right, by kind: `python -m tests.real_cases.measure [PAGE]`.

Prints a table, or writes it into a page between `<!-- measured: python -m tests.real_cases.measure -->` and `<!-- end -->`.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.fault_cases import test_fault_cases as faults
from tests.real_cases.concluding import mistakes
from tests.real_cases.scoring import verdicts
from tests.real_cases.variations import VARIATIONS, write

_KINDS = {
    "K1": "errors that were caught",
    "K2": "ends of jobs",
    "K3": "errors in JSON of the service",
    "K4": "failures without a traceback",
    "K5": "prefixed lines",
    "K6": "noise and causes",
    "K7": "modules, exit codes",
    "K8": "image builds",
    "K9": "times and levels",
    "K10": "cut and introduced tracebacks",
    "K11": "disk and memory",
    "K12": "sweeps and others",
}
_REGION = re.compile(r"(<!-- measured: python -m tests\.real_cases\.measure -->\n).*?(<!-- end -->)", re.DOTALL)


Row = tuple[str, int, int, int, int, int]
"""A kind; cases right, partly, wrong; variations, and right ones of them."""


def table() -> str:
    """A row per kind of case, and the sums; then the fault cases."""
    rows = [*_rows()]
    sums = [sum(row[i] for row in rows) for i in range(1, 6)]  # type: ignore[misc]
    lines = [
        "| kind | right | partly | wrong | variations right |",
        "|---|---|---|---|---|",
        *(_line(*row) for row in rows),
        _line("all", *sums),
        "",
        "{} of {} fault cases (a fault that is easily taken for another) are right.".format(*_fault_cases()),
        "",
    ]
    return "\n".join(lines)


def _line(kind: str, right: int, partly: int, wrong: int, variations: int, variations_right: int) -> str:
    tried = f"{variations_right} of {variations}" if variations else ""
    return f"| {kind} | {right} | {partly} | {wrong} | {tried} |"


def _rows() -> Iterator[Row]:
    cases = Counter((case.kind if case.kind in _KINDS else "others", case.verdict) for case in verdicts())
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / "jobs")
        wrong = mistakes(Path(folder) / "jobs", Path(folder) / "store")
    tried = Counter(one.kind for one in VARIATIONS)
    good = Counter(one.kind for one in VARIATIONS if one.id not in wrong)
    for kind in (*_KINDS, "others"):
        right, partly, bad = (cases[kind, verdict] for verdict in ("right", "partly", "wrong"))
        yield (
            f"{kind}: {_KINDS[kind]}" if kind in _KINDS else "other forms",
            right,
            partly,
            bad,
            tried[kind],
            good[kind],
        )


def _fault_cases() -> tuple[int, int]:
    with tempfile.TemporaryDirectory() as folder:
        wrong, cases = faults.wrong_cases(Path(folder))
    return cases - len(wrong), cases


def main(arguments: list[str]) -> None:
    """Prints the table or writes it into a page."""
    text = table()
    if not arguments:
        sys.stdout.write(text)
        return
    page = Path(arguments[0])
    page.write_text(_REGION.sub(lambda match: f"{match[1]}\n{text}\n{match[2]}", page.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
