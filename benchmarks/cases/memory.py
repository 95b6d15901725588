"""Peak memory at two sizes of input: it must not grow with it."""

from __future__ import annotations

from pathlib import Path

from benchmarks import inputs, timing
from benchmarks.bench import Bench, ingest, load
from benchmarks.figures import Figures, Limit
from benchmarks.sides import Side, in_turn
from benchmarks.timing import Timing

NAME = "memory"

_LIMIT = "< 600"
_COMMANDS = {
    "jobs": ("jobs",),
    "diagnose": ("diagnose",),
    "timeline": ("timeline", "job-00000"),
    "report": ("report", "--output", "{target}.html"),
    "rebuild": ("rebuild",),
    "attempts": ("sql", "SELECT * FROM attempts", "--format", "parquet", "--output", "{target}.parquet"),
}


def run(bench: Bench) -> Figures:
    """Few large logs, and one large table, each at a size and four times of it."""
    logs, table = bench.size(300, 30), bench.size(100, 10)
    with bench.place(NAME) as folder:
        sides: list[Side] = []
        sizes: dict[str, int] = {}
        for kind, mb in (("log_mb", logs), ("log_mb", 4 * logs), ("csv_mb", table), ("csv_mb", 4 * table)):
            tree = folder / f"{kind}-{mb}"
            sizes[f"bytes, {_named(kind, mb)}"] = inputs.tree(tree, nodes=1, processes=4, **{kind: mb})["bytes"]
            sizes[f"largest file, {_named(kind, mb)}"] = max(path.stat().st_size for path in tree.rglob("*.*"))
            for workers in (1, 2):
                told = f"{_named(kind, mb)}, {workers} worker{'s' if workers > 1 else ''}"
                sides.append(Side(told, ingest(tree, workers).command))
            store = folder / f"{kind}-{mb}-store"
            timing.run(load(tree, store))
            sides += [_asking(command, store, _named(kind, mb)) for command in _COMMANDS]
        runs = in_turn(sides, folder, bench.repeats)
    peaks = {name: Timing.median(of_side).peak_mb for name, of_side in runs.items()}
    return Figures(
        name=NAME,
        title="Memory",
        compared=(
            "Peak resident memory of the largest process of a run, for a few large logs and for one large table,"
            " each at two sizes: of the load, and of commands over the resulting store. Memory that processes share"
            " (libraries) is counted in each."
        ),
        sizes=sizes,
        runs=runs,
        limits=[Limit(name, peak, "MB", _LIMIT) for name, peak in peaks.items()],
    )


def _asking(command: str, store: Path, size: str) -> Side:
    """A command that answers from a store of one job."""
    asked = ("-m", "ingest", *_COMMANDS[command], "--store", str(store))
    return Side(f"{size}, {command}", lambda target: timing.python(*(part.format(target=target) for part in asked)))


def _named(kind: str, mb: int) -> str:
    return f"{mb} MB of {'logs' if kind == 'log_mb' else 'table'}"
