"""A large log that grew by one percent: what a look of `ingest watch`, or a night, has to do."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from benchmarks import inputs, timing
from benchmarks.bench import Bench, load
from benchmarks.figures import Figures, Limit
from benchmarks.sides import Side, in_turn, ratio

NAME = "grown-log"

_LOG = r"logs/sys/node/.*/process000\.txt$"


def run(bench: Bench) -> Figures:
    """One log of 100 MB."""
    with bench.place(NAME) as folder:
        tree, store, kept = (folder / name for name in ("tree", "store", "kept"))
        inputs.tree(tree, jobs=1, nodes=1, processes=1, mini_batches=40, log_mb=bench.size(112, 30))
        whole = inputs.keep_only(tree, _LOG)["bytes"]
        (log,) = tree.rglob("process000.txt")
        content = log.read_bytes()
        log.write_bytes(content[: whole - whole // 100])
        timing.run(load(tree, store))
        store.rename(kept)

        def look(*options: str) -> list[str]:
            """In the place where the store was made: one that was moved has its views made anew."""
            shutil.rmtree(store, ignore_errors=True)
            shutil.copytree(kept, store)
            return load(tree, store, *options)

        same = Side("nothing new", lambda _: look())
        runs = dict(in_turn([same], folder, bench.repeats))
        log.write_bytes(content)
        del content
        on, anew = Side("new part read", lambda _: look()), Side("read in full", lambda _: look("--reparse"))
        runs |= in_turn([on, anew], folder, bench.repeats)
        read = [_read(store, look(*options)) for options in ((), ("--reparse",))]
    return Figures(
        name=NAME,
        title="A log that grew",
        compared=(
            "A load after a log of 100 MB grew by 1 %, against the same load with `--reparse`, which reads all of"
            " it. *new part read* hashes the known part and parses what follows the last record that starts in a"
            " full window of 8 MiB. Both derive the whole job again, which takes most of the time, and publish a"
            " catalog. *nothing new* is the cost of starting and checking for changes."
        ),
        sizes={"bytes": whole, "bytes, new": whole // 100},
        runs=runs,
        ratios=[
            ratio(runs, on.name, anew.name),
            ratio(runs, on.name, same.name),
        ],
        limits=[
            Limit("parsed of the log that grew", read[0] / 1e6, "MB", "<= 17"),
            Limit("parsed when read in full", read[1] / 1e6, "MB"),
        ],
    )


def _read(store: Path, command: Sequence[str]) -> int:
    """How many bytes a load parsed, by what it says itself."""
    timing.run(command)
    last = "SELECT bytes FROM loads ORDER BY started_at DESC LIMIT 1"
    _, told = timing.run(timing.python("-m", "ingest", "sql", last, "--store", str(store), "--format", "csv"))
    return int(told.split()[-1])
