"""What it costs to derive what follows from the records of a job, beside reading them."""

from __future__ import annotations

from pathlib import Path

from benchmarks import inputs, timing
from benchmarks.bench import Bench, load
from benchmarks.figures import Figures, Limit
from benchmarks.sides import Side, in_turn, ratio
from benchmarks.timing import Timing

NAME = "derive"


def run(bench: Bench) -> Figures:
    """Many small files, few large logs, and one small job."""
    with bench.place(NAME) as folder:
        made = {
            "small files": inputs.tree(
                folder / "small", jobs=bench.size(200, 10), nodes=1, processes=4, small_files=bench.size(20_000, 500)
            ),
            "large logs": inputs.tree(folder / "large", nodes=2, processes=5, log_mb=bench.size(150, 5)),
            "one small job": inputs.tree(folder / "one", nodes=2, processes=2, mini_batches=40),
        }
        sides: dict[str, tuple[Side, Side]] = {}
        for kind, name in (("small files", "small"), ("large logs", "large"), ("one small job", "one")):
            tree, store = folder / name, folder / f"{name}-store"
            timing.run(load(tree, store))
            sides[kind] = _load_of(kind, tree), _rebuild_of(kind, store)
        runs = in_turn([side for pair in sides.values() for side in pair], folder, bench.repeats)
    one = Timing.median(runs[sides["one small job"][1].name])
    return Figures(
        name=NAME,
        title="What derive costs",
        compared=(
            "`ingest rebuild`, which derives all jobs of a store again and creates its views, against the whole"
            " load of the same jobs into a new store with one worker. *rebuild / load* is more than the share of"
            " deriving in a load: a rebuild has its own start-up, and creates the views, which a load takes from a"
            " template."
        ),
        sizes={f"{name}, {kind}": sizes[name] for kind, sizes in made.items() for name in ("files", "bytes")},
        runs=runs,
        ratios=[ratio(runs, again.name, whole.name) for whole, again in sides.values()],
        limits=[Limit("rebuild of one small job, processor time", one.cpu_s * 1000, "ms")],
    )


def _load_of(kind: str, tree: Path) -> Side:
    return Side(f"load, {kind}", lambda store: load(tree, store, "--jobs", "1"))


def _rebuild_of(kind: str, store: Path) -> Side:
    return Side(f"rebuild, {kind}", lambda _: timing.python("-m", "ingest", "rebuild", "--store", str(store)))
