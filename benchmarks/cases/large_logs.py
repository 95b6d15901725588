"""Large logs: the whole path against a regular expression per line, against SQL, and two workers against one."""

from __future__ import annotations

from benchmarks import inputs
from benchmarks.bench import Bench, check_rows, ingest, naive, sql
from benchmarks.figures import Figures
from benchmarks.sides import in_turn, ratio

NAME = "large-logs"


def run(bench: Bench) -> Figures:
    """Worker and master logs of one job."""
    with bench.place(NAME) as folder:
        tree = folder / "tree"
        made = inputs.tree(tree, nodes=4, processes=4, log_mb=bench.size(320, 30))
        sizes = inputs.keep_only(tree, r"^logs/sys/master_role", r"^logs/sys/node/")
        sizes |= {"records": made["log_records"], "tracebacks": made["log_tracebacks"]}
        ours, two = ingest(tree), ingest(tree, workers=2)
        larger = folder / "larger"
        inputs.tree(larger, nodes=4, processes=4, log_mb=bench.size(960, 60))
        of_larger = inputs.keep_only(larger, r"^logs/sys/master_role", r"^logs/sys/node/")
        sizes["bytes, larger"] = of_larger["bytes"]
        one_larger, two_larger = (
            ingest(larger, name="ingest, larger"),
            ingest(larger, workers=2, name="ingest, 2 workers, larger"),
        )
        regex = naive(tree, "regex per line")
        windows, marks = sql(tree, "by_windows", "DuckDB windows"), sql(tree, "by_marks", "DuckDB marks")
        checked = [check_rows(folder, ours, regex)]
        checked += [check_rows(folder, ours, query) for query in (windows, marks)]
        runs = in_turn([ours, regex, windows, marks, two, one_larger, two_larger], folder, bench.repeats)
    return Figures(
        name=NAME,
        title="Large logs",
        compared=(
            "A complete load, from the tree to a published store, against three ways to write the same Parquet"
            " without ledger and catalog. *regex per line*: plain Python, one compiled expression per line, values"
            " converted by Arrow, the same parsing of tracebacks, the same Parquet writer. *DuckDB*: SQL with one"
            " thread, `log_records` with its events only, no errors derived from the records; *windows* splits the"
            " text into lines and joins continuation lines with window functions, *marks* inserts a mark before"
            " every record with one regular expression and splits there. All sides read only the worker and master"
            " logs; 2 % of the records contain a traceback."
        ),
        checked=" ".join(checked),
        sizes=sizes,
        runs=runs,
        rates=("bytes",),
        ratios=[
            ratio(runs, regex.name, ours.name, ">= 2"),
            ratio(runs, windows.name, ours.name, ">= 3"),
            ratio(runs, marks.name, ours.name, ">= 3"),
            ratio(runs, ours.name, two.name, ">= 1.7"),
            ratio(runs, one_larger.name, two_larger.name, ">= 1.7"),
        ],
    )
