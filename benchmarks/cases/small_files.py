"""Many small files: work per file is what counts."""

from __future__ import annotations

from benchmarks import inputs
from benchmarks.bench import Bench, check_rows, ingest, naive
from benchmarks.figures import Figures
from benchmarks.sides import in_turn, ratio

NAME = "small-files"

_LOGS = r"^logs/sys/node/"
_SAMPLES = r"^logs/perf/[^/]+/(?:node|processes)_resource_usage\.csv$"
_ERRORS = (r"^logs/sys/error/", r"^logs/user/error/")


def run(bench: Bench) -> Figures:
    """Files of 4 KB in many jobs, with and without files that hold only errors."""
    jobs, files = bench.size(200, 20), bench.size(24_000, 2_400)
    with bench.place(NAME) as folder:
        mixed, calm = folder / "mixed", folder / "calm"
        inputs.tree(mixed, jobs=jobs, nodes=1, processes=4, small_files=files)
        sizes = inputs.keep_only(mixed, _LOGS, _SAMPLES, *_ERRORS)
        inputs.tree(calm, jobs=jobs, nodes=1, processes=4, small_files=files * 5 // 2)
        of_calm = inputs.keep_only(calm, _LOGS, _SAMPLES)
        sizes |= {f"{name}, calm": size for name, size in of_calm.items()}
        sides = [ingest(mixed), naive(mixed, "file at a time"), ingest(mixed, workers=2)]
        sides += [ingest(calm, name="ingest, calm"), naive(calm, "file at a time, calm")]
        sides += [ingest(calm, workers=2, name="ingest, 2 workers, calm")]
        checked = " ".join([check_rows(folder, sides[0], sides[1]), check_rows(folder, sides[3], sides[4])])
        runs = in_turn(sides, folder, bench.repeats)
    return Figures(
        name=NAME,
        title="Many small files",
        compared=(
            "A complete load against plain Python that reads one file after the other: the regular expression per"
            " line of *large-logs* for worker logs and errors, the `csv` module for node and process samples, rows"
            " collected over all files and written by the same Parquet writer. The trees contain only files that"
            " both sides read. In the first tree every process also has error files, 4 KB each, that contain only"
            " tracebacks: more than half of all files, and both sides parse a traceback with the same function."
            " *calm* is without them. `ingest` runs with one worker, and with two, its default on two processors."
        ),
        checked=checked,
        sizes=sizes,
        runs=runs,
        rates=("files", "bytes"),
        ratios=[
            ratio(runs, "file at a time", "ingest", ">= 3"),
            ratio(runs, "file at a time, calm", "ingest, calm", ">= 3"),
            ratio(runs, "file at a time", "ingest, 2 workers", ">= 3"),
            ratio(runs, "file at a time, calm", "ingest, 2 workers, calm", ">= 3"),
        ],
    )
