"""A large log that grew by one percent: what a look of `ingest watch`, or a night, has to do."""

from __future__ import annotations

import shutil

from benchmarks import inputs, timing
from benchmarks.bench import Bench, load
from benchmarks.figures import Figures
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
        on, anew = Side("read on", lambda _: look()), Side("read anew", lambda _: look("--reparse"))
        runs |= in_turn([on, anew], folder, bench.repeats)
    return Figures(
        name=NAME,
        title="A log that grew",
        compared=(
            "A load, after a log of 100 MB grew by 1 %, against the same load with `--reparse`, which reads all of it."
            " *read on* hashes what is known and parses what is behind the last record that starts in a whole window of 8 MiB."
            " Both derive the whole job again and publish a catalog; *nothing new* is what starting and looking costs."
        ),
        sizes={"bytes": whole, "bytes, new": whole // 100},
        runs=runs,
        ratios=[
            ratio(runs, on.name, anew.name, "<= 0.7", "cpu"),
            ratio(runs, on.name, same.name),
        ],
    )
