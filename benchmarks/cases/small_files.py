"""Many small files: work per file is what counts."""

from __future__ import annotations

from benchmarks import inputs
from benchmarks.bench import Bench, check_rows, ingest, naive
from benchmarks.figures import Figures
from benchmarks.sides import in_turn, ratio

NAME = "small-files"

_KINDS = (
    r"^logs/sys/(?:node|error)/",
    r"^logs/user/error/",
    r"^logs/perf/[^/]+/(?:node|processes)_resource_usage\.csv$",
)


def run(bench: Bench) -> Figures:
    """Files of 4 KB of five kinds in many jobs."""
    with bench.place(NAME) as folder:
        tree = folder / "tree"
        inputs.tree(tree, jobs=bench.size(200, 20), nodes=1, processes=4, small_files=bench.size(24_000, 2_400))
        sizes = inputs.keep_only(tree, *_KINDS)
        ours, one_by_one = ingest(tree), naive(tree, "file at a time")
        two = ingest(tree, workers=2)
        checked = check_rows(folder, ours, one_by_one)
        runs = in_turn([ours, one_by_one, two], folder, bench.repeats)
    return Figures(
        name=NAME,
        title="Many small files",
        compared=(
            "The whole path against plain Python that reads one file after the other: the regular expression per line of"
            " *large-logs* for worker logs and errors, the `csv` module for node and process samples, rows collected over all"
            " files and written by the same Parquet writer. The tree holds only these five kinds of files."
        ),
        checked=checked,
        sizes=sizes,
        runs=runs,
        rates=("files", "bytes"),
        ratios=[ratio(runs, one_by_one.name, ours.name, ">= 3"), ratio(runs, ours.name, two.name)],
    )
