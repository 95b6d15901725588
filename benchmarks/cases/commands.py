"""What people ask of a store of many jobs, each by a new process."""

from __future__ import annotations

from benchmarks import inputs, timing
from benchmarks.bench import Bench, asking, load
from benchmarks.figures import Figures
from benchmarks.sides import Side, in_turn, ratio

NAME = "commands"

_COMMANDS = {
    "jobs": ("jobs",),
    "diagnose one job": ("diagnose", "job-00007"),
    "timeline of one job": ("timeline", "job-00007"),
    "story of a mini-batch": ("story", "job-00007", "3"),
}


def run(bench: Bench) -> Figures:
    """Five thousand small jobs."""
    with bench.place(NAME) as folder:
        tree, store = folder / "tree", folder / "store"
        made = inputs.tree(tree, jobs=bench.size(5_000, 20), nodes=2, processes=2, mini_batches=40)
        timing.run(load(tree, store))

        sides = [asking(name, store, *command, "--format", "json") for name, command in _COMMANDS.items()]
        bare = Side("import duckdb", lambda _: timing.python("-c", "import duckdb"))
        runs = in_turn([bare, *sides], folder, bench.repeats)
    return Figures(
        name=NAME,
        title="Commands over five thousand jobs",
        compared=(
            "`python -m ingest … --format json`, in a new process each time, against `python -c 'import duckdb'`:"
            " the list of all jobs, and what there is to know of one of them."
        ),
        sizes={name: made[name] for name in ("jobs", "files", "bytes")},
        runs=runs,
        ratios=[ratio(runs, name, bare.name, "< 4") for name in _COMMANDS],
    )
