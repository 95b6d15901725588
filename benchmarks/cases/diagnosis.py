"""The diagnosis of many jobs, and of one among them."""

from __future__ import annotations

import json

from benchmarks import timing
from benchmarks.bench import Bench, load
from benchmarks.figures import Figures, Limit
from benchmarks.sides import Side, in_turn, ratio
from benchmarks.timing import Timing
from treegen import write_job
from treegen.stories import stories

NAME = "diagnosis"

_SECONDS = 1


def run(bench: Bench) -> Figures:
    """A thousand jobs, four of five with a planted cause."""
    count = bench.size(1_000, 50)
    with bench.place(NAME) as folder:
        tree, store = folder / "tree", folder / "store"
        told = list(stories(count))
        for story in told:
            write_job(tree, story.plan)
        timing.run(load(tree, store))

        def diagnosing(name: str, *arguments: str) -> Side:
            asked = ("-m", "ingest", "diagnose", *arguments, "--store", str(store), "--format", "json")
            return Side(name, lambda _: timing.python(*asked))

        everything, one = diagnosing("all jobs"), diagnosing("one job", told[0].plan.name)
        bare = Side("import duckdb", lambda _: timing.python("-c", "import duckdb"))
        found = json.loads(timing.run(everything.command(folder / "output"))[1])
        runs = in_turn([bare, everything, one], folder, bench.repeats)
    return Figures(
        name=NAME,
        title="Diagnosis of a thousand jobs",
        compared=(
            "`ingest diagnose --format json` for all jobs of a store, and for one of them, in a new process each"
            " time, against `python -c 'import duckdb'`. The jobs are those of `data/treegen/stories.py`, in which"
            " every check has something to find."
        ),
        sizes={"jobs": count, "mini-batches": sum(s.plan.mini_batches for s in told), "findings": len(found)},
        runs=runs,
        ratios=[ratio(runs, side.name, bare.name) for side in (everything, one)],
        limits=[Limit("all jobs, processor time", Timing.median(runs[everything.name]).cpu_s, "s", f"< {_SECONDS}")],
    )
