"""What every benchmark is given: a place to write, how often to run, and how large the inputs are."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.sides import Side
from benchmarks.timing import python, run


@dataclass(frozen=True)
class Bench:
    """The conditions of a measurement."""

    scratch: Path
    repeats: int
    quick: bool
    """Small inputs, to see whether everything works; the figures say nothing."""

    def size(self, whole: int, quick: int) -> int:
        """One of two sizes."""
        return quick if self.quick else whole

    @contextmanager
    def place(self, name: str) -> Iterator[Path]:
        """A new folder, deleted afterwards."""
        folder = self.scratch / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def load(tree: Path | str, store: Path, *options: str) -> list[str]:
    """The command that reads a tree, or whatever source, into a store, without asking anything of it afterwards."""
    return python("-m", "ingest", str(tree), "--store", str(store), "--quiet", "--no-verdict", *options)


def ingest(tree: Path, workers: int = 1, name: str = "") -> Side:
    """`ingest` as a side of a comparison, into a new store each time."""
    usual = "ingest" if workers == 1 else f"ingest, {workers} workers"
    return Side(name or usual, lambda store: load(tree, store, "--jobs", str(workers)))


def asking(name: str, store: Path, *arguments: str) -> Side:
    """A command over a store, in a new process."""
    return Side(name, lambda _: python("-m", "ingest", *arguments, "--store", str(store)))


def naive(tree: Path, name: str) -> Side:
    """The naive parser."""
    return Side(name, lambda store: python("-m", "benchmarks.rivals.naive", str(tree), str(store)))


def sql(tree: Path, way: str, name: str) -> Side:
    """DuckDB alone; `way`: `by_windows` or `by_marks`."""
    return Side(name, lambda store: python("-m", "benchmarks.rivals.duckdb_sql", way, str(tree), str(store)))


def check_rows(folder: Path, ours: Side, theirs: Side, left_out: Sequence[str] = ()) -> str:
    """Runs both sides once and compares what they wrote; `left_out` are columns that the other side does not fill.

    Raises `RunError` if the tables that the other side wrote differ in any row or cell. Returns a sentence about it.
    """
    print(f"  same rows? {theirs.name}", file=sys.stderr, flush=True)
    for side, name in ((ours, "ours"), (theirs, "theirs")):
        run(side.command(folder / name))
    _, told = run(python("-m", "benchmarks.same_rows", str(folder / "ours"), str(folder / "theirs"), *left_out))
    shutil.rmtree(folder / "ours")
    shutil.rmtree(folder / "theirs")
    rows = ", ".join(f"{count:,} of {table}" for table, count in json.loads(told).items())
    besides = f" (without the columns {', '.join(left_out)})" if left_out else ""
    return f"{theirs.name}: the same rows{besides}: {rows}."
