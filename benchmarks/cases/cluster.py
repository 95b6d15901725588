"""What it costs to let a cluster do the work: the same tasks by this machine's own processes, and by Dask's."""

from __future__ import annotations

from pathlib import Path

from benchmarks import inputs
from benchmarks.bench import Bench, load
from benchmarks.figures import Figures, Limit
from benchmarks.sides import Side, in_turn, ratio
from benchmarks.timing import Timing

NAME = "cluster"


def run(bench: Bench) -> Figures:
    """Large logs in tasks of 48 MB, two workers on either side; and 12 MB, nearly all of which is starting."""
    with bench.place(NAME) as folder:
        large, small = folder / "large", folder / "small"
        sizes = inputs.tree(large, jobs=8, nodes=2, processes=4, log_mb=bench.size(400, 10))
        of_small = inputs.tree(small, jobs=8, nodes=1, processes=2, log_mb=12)  # enough for two processes
        sides = [
            _side("processes", large),
            _side("Dask", large, "--cluster", "local"),
            _side("processes, 12 MB", small),
            _side("Dask, 12 MB", small, "--cluster", "local"),
        ]
        runs = in_turn(sides, folder, bench.repeats)
    cpu = {name: Timing.median(timings).cpu_s for name, timings in runs.items()}
    starting = cpu["Dask, 12 MB"] - cpu["processes, 12 MB"]
    ours, theirs = cpu["processes"], cpu["Dask"]
    return Figures(
        name=NAME,
        title="A cluster instead of processes",
        compared=(
            "A load into a new store with the two worker processes that `ingest` starts by default, and with two"
            " Dask workers and their scheduler (`--cluster local`), in tasks of at most 48 MB. The difference for"
            " *12 MB* is the one-time cost of starting a scheduler and workers; a cluster that is already running"
            " does not have it."
        ),
        sizes=sizes | {f"{name}, 12 MB": size for name, size in of_small.items()},
        runs=runs,
        rates=("bytes",),
        ratios=[ratio(runs, "Dask", "processes", of="cpu")],
        limits=[
            Limit("starting Dask, processor time", starting * 1000, "ms"),
            Limit("more than processes, without starting", 100 * (theirs - starting - ours) / ours, "%", "<= 10"),
        ],
    )


def _side(name: str, tree: Path, *more: str) -> Side:
    return Side(name, lambda store: load(tree, store, "--jobs", "2", *more))
