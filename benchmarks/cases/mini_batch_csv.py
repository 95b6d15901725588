"""A large mini-batch table with line breaks in its cells."""

from __future__ import annotations

from benchmarks import inputs
from benchmarks.bench import Bench, check_rows, ingest, naive
from benchmarks.figures import Figures
from benchmarks.sides import in_turn, ratio

NAME = "mini-batch-csv"


def run(bench: Bench) -> Figures:
    """One table."""
    with bench.place(NAME) as folder:
        tree = folder / "tree"
        made = inputs.tree(tree, nodes=4, processes=4, csv_mb=bench.size(200, 10))
        sizes = inputs.keep_only(tree, r"^logs/sys/job_report/processed_mini-batches\.csv$")
        sizes |= {"rows": made["csv_rows"]}
        ours, plain = ingest(tree), naive(tree, "Python's csv")
        checked = check_rows(folder, ours, plain)
        runs = in_turn([ours, plain], folder, bench.repeats)
    return Figures(
        name=NAME,
        title="Mini-batch table",
        compared=(
            "A complete load against the `csv` module: cells converted to the same types (by Arrow, a hundred"
            " thousand rows at a time, which is faster than calling `int()`, `float()` and `datetime` for each), the"
            " JSON in the last column parsed for the names of the inputs, the same Parquet writer. Error messages"
            " contain quoted line breaks."
        ),
        checked=checked,
        sizes=sizes,
        runs=runs,
        rates=("bytes",),
        ratios=[ratio(runs, plain.name, ours.name, ">= 2.5")],
    )
