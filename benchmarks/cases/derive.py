"""What it costs to derive what follows from the records of a job, beside reading them."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from statistics import median

from benchmarks import inputs, timing
from benchmarks.bench import Bench
from benchmarks.figures import Figures, Limit
from benchmarks.timing import Timing

NAME = "derive"


def run(bench: Bench) -> Figures:
    """Many small files, few large logs, and one small job."""
    with bench.place(NAME) as folder:
        made = {
            "small files": inputs.tree(
                folder / "small files",
                jobs=bench.size(200, 10),
                nodes=1,
                processes=4,
                small_files=bench.size(20_000, 500),
            ),
            "large logs": inputs.tree(folder / "large logs", nodes=2, processes=5, log_mb=bench.size(150, 5)),
            "one small job": inputs.tree(folder / "one small job", nodes=2, processes=2, mini_batches=40),
        }
        timings: dict[str, list[Timing]] = {f"load, {kind}": [] for kind in made}
        told: dict[str, list[dict[str, float]]] = {kind: [] for kind in made}
        for turn in range(bench.repeats):
            for kind in made:
                one, said = _load(folder / kind, folder / "store")
                timings[f"load, {kind}"].append(one)
                told[kind].append(json.loads(said))
                print(f"  {turn + 1}/{bench.repeats} {kind}: {said.strip()}", file=sys.stderr, flush=True)
    shares = {kind: median(100 * one["derive_s"] / one["load_s"] for one in of_kind) for kind, of_kind in told.items()}
    small = median(one["derive_s"] for one in told["one small job"])
    return Figures(
        name=NAME,
        title="What derive costs",
        compared=(
            "The processor time of the stage that works out answers, within a whole load into a new store with one"
            " worker, from the start of Python."
        ),
        sizes={f"{name}, {kind}": sizes[name] for kind, sizes in made.items() for name in ("files", "bytes")},
        runs=timings,
        limits=[
            Limit("share of a load, small files", shares["small files"], "%", "<= 25"),
            Limit("share of a load, large logs", shares["large logs"], "%", "<= 15"),
            Limit("one small job, processor time", small * 1000, "ms", "<= 600"),
        ],
    )


def _load(tree: Path, store: Path) -> tuple[Timing, str]:
    shutil.rmtree(store, ignore_errors=True)
    return timing.run(timing.python("-m", "benchmarks.derive_share", str(tree), str(store)))
