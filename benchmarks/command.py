"""The command line: which benchmarks, how large, where to."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks import page
from benchmarks.bench import Bench
from benchmarks.cases import (
    cluster,
    commands,
    derive,
    diagnosis,
    grown_log,
    large_logs,
    memory,
    mini_batch_csv,
    nightly,
    questions,
    rehearse,
    second_run,
    small_files,
    sources,
    views,
)
from benchmarks.figures import Figures, keep
from benchmarks.timing import REPOSITORY, RunError

CASES: Mapping[str, Callable[[Bench], Figures]] = {
    case.NAME: case.run
    for case in (
        large_logs,
        small_files,
        mini_batch_csv,
        derive,
        second_run,
        grown_log,
        sources,
        cluster,
        commands,
        questions,
        views,
        diagnosis,
        nightly,
        memory,
        rehearse,
    )
}

_FIGURES = REPOSITORY / "benchmarks" / "figures.json"
_PAGE = REPOSITORY / "docs" / "explanation" / "benchmarks.md"
_REPEATS = 5


def main(arguments: list[str] | None = None) -> int:
    """Measures, keeps the figures and writes the page; 1 if a run failed or a target was missed."""
    options = _parser().parse_args(arguments)
    if options.render:
        _write_page(json.loads(_FIGURES.read_text()))
        return 0
    with tempfile.TemporaryDirectory(prefix="ingest-bench-", dir=options.scratch) as scratch:
        bench = Bench(Path(scratch).absolute(), options.repeats or (1 if options.quick else _REPEATS), options.quick)
        measured: list[Figures] = []
        failed: list[str] = []
        for name in options.only or CASES:
            print(name, file=sys.stderr, flush=True)
            try:
                measured.append(CASES[name](bench))
            except RunError as failure:
                print(f"{name}: {failure}", file=sys.stderr)
                failed.append(name)
                continue
            if not options.quick:  # kept at once: the rest may take long
                _write_page(keep(_FIGURES, measured))
        shown = {"benchmarks": {figures.name: figures.as_json() for figures in measured}}
        print("\n\n".join(page.section(name, figures) for name, figures in shown["benchmarks"].items()))
    if options.quick:
        print(
            "quick: it works or not; start-up is most of what was measured, so the figures say nothing", file=sys.stderr
        )
    missed = [name for figures in measured for name in figures.missed]
    if missed and not options.quick:
        print(f"missed: {'; '.join(missed)}", file=sys.stderr)
    return 1 if failed or (missed and not options.quick) else 0


def _write_page(kept: Mapping[str, Any]) -> None:
    _PAGE.parent.mkdir(parents=True, exist_ok=True)
    _PAGE.write_text(page.page(kept, list(CASES)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks/run.py", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small inputs, one run each, nothing kept: does it work?")
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=list(CASES), help=f"some of: {', '.join(CASES)}")
    parser.add_argument(
        "--scratch", type=Path, metavar="FOLDER", help="where inputs and stores go for the time [temporary]"
    )
    parser.add_argument("--repeats", type=int, metavar="N", help=f"runs of each side [{_REPEATS}, with --quick 1]")
    parser.add_argument("--render", action="store_true", help="only write the page anew from the kept figures")
    return parser
