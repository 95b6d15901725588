"""Questions to a store of many jobs, each asked by a new process."""

from __future__ import annotations

from benchmarks import inputs, timing
from benchmarks.bench import Bench, asking, load
from benchmarks.figures import Figures
from benchmarks.sides import Side, in_turn, ratio

NAME = "questions"

_QUESTIONS = {
    "failed items by node": "SELECT * FROM failed_items_by_node",
    "ten slowest mini-batches": "SELECT * FROM slowest_mini_batches ORDER BY elapsed_s DESC LIMIT 10",
    "ten highest memory samples": "SELECT * FROM memory_peaks ORDER BY highest_percent DESC LIMIT 10",
}


def run(bench: Bench) -> Figures:
    """A thousand small jobs."""
    with bench.place(NAME) as folder:
        tree, store = folder / "tree", folder / "store"
        made = inputs.tree(tree, jobs=bench.size(1_000, 50), nodes=2, processes=2)
        timing.run(load(tree, store))

        sides = [asking(name, store, "sql", question, "--format", "csv") for name, question in _QUESTIONS.items()]
        bare = Side("import duckdb", lambda _: timing.python("-c", "import duckdb"))
        runs = in_turn([bare, *sides], folder, bench.repeats)
    return Figures(
        name=NAME,
        title="Queries to a store of a thousand jobs",
        compared=(
            "`python -m ingest sql … --format csv`, in a new process for each query, against `python -c 'import duckdb'`."
            " The store's files are in the operating system's cache. The queries: "
            + "; ".join(f"`{sql}`" for sql in _QUESTIONS.values())
            + "."
        ),
        sizes={name: made[name] for name in ("jobs", "files", "bytes")},
        runs=runs,
        ratios=[ratio(runs, name, bare.name, "< 5") for name in _QUESTIONS],
    )
