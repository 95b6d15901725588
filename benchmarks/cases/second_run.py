"""A second run over files that did not change: nothing should be done but look at them."""

from __future__ import annotations

from pathlib import Path

from benchmarks import inputs, timing
from benchmarks.bench import Bench, load
from benchmarks.figures import Figures
from benchmarks.sides import Side, in_turn, ratio

NAME = "second-run"

_WALK = str(Path(__file__).parents[1] / "rivals" / "walk.py")


def run(bench: Bench) -> Figures:
    """The trees of many jobs, ingested before."""
    with bench.place(NAME) as folder:
        tree, store = folder / "tree", folder / "store"
        made = inputs.tree(tree, jobs=bench.size(200, 20), nodes=1, processes=4, small_files=bench.size(20_000, 2_000))
        command = load(tree, store)
        timing.run(command)
        again = Side("second run", lambda _: command)
        asking = Side("second run with verdict", lambda _: [part for part in command if part != "--no-verdict"])
        bare = Side("walk", lambda _: timing.python(_WALK, str(tree)))
        started = Side("walk and import duckdb", lambda _: timing.python(_WALK, str(tree), "--with-duckdb"))
        runs = in_turn([again, asking, bare, started], folder, bench.repeats)
    return Figures(
        name=NAME,
        title="Second run over unchanged files",
        compared=(
            "`ingest` over trees that the store already holds, against a script of a dozen lines that lists the"
            " same trees with `os.scandir` and `stat`. *walk* is that script including the start of Python; *walk"
            " and import duckdb* also imports the database, without which no store can be queried. *with verdict*"
            " includes the summary that `ingest` ends with."
        ),
        sizes={name: made[name] for name in ("jobs", "files", "bytes")},
        runs=runs,
        ratios=[
            ratio(runs, again.name, started.name, "<= 5"),
            ratio(runs, again.name, bare.name, "<= 5"),
            ratio(runs, asking.name, started.name),
            ratio(runs, asking.name, bare.name),
            ratio(runs, asking.name, again.name, "<= 1.5"),
        ],
    )
