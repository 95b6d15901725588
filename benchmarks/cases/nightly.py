"""A nightly run over new jobs: should cost what the new jobs cost, not what the store holds."""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks import inputs, timing
from benchmarks.bench import Bench, load
from benchmarks.figures import Figures, Limit
from benchmarks.sides import Side, in_turn, ratio
from benchmarks.timing import Timing

NAME = "nightly"


def run(bench: Bench) -> Figures:
    """200 new jobs beside 5,000."""
    return measured(bench, bench.size(5_000, 60), bench.size(200, 10))


def measured(bench: Bench, held: int, fresh: int) -> Figures:
    """The same new jobs, put into an empty store and into one of many jobs."""
    with bench.place(NAME) as folder:
        old, new, full, kept = (folder / name for name in ("old", "new", "full", "kept"))
        settings = folder / "ingest.toml"
        settings.write_text('[nightly]\nfail_on = ["never"]\n')  # what generated jobs look like is no matter here
        inputs.tree(old, jobs=held, nodes=2, processes=2, mini_batches=40)
        made = inputs.tree(new, jobs=fresh, nodes=2, processes=2, mini_batches=40, seed=2)
        for job in sorted(new.iterdir()):
            job.rename(job.with_name(f"new-{job.name}"))

        def night(tree: Path, store: Path, *options: str) -> list[str]:
            arguments = ("nightly", str(tree), "--store", str(store), "--config", str(settings), "--quiet", *options)
            return timing.python("-m", "ingest", *arguments)

        def beside(tree: Path, *options: str) -> list[str]:
            """In the place where the large store was made: a store that was moved has its views made anew."""
            shutil.rmtree(full, ignore_errors=True)
            shutil.copytree(kept, full)
            return night(tree, full, *options)

        timing.run(load(old, full))
        timing.run(night(old, full))
        full.rename(kept)
        report = folder / "report.html"
        empty = Side("run into an empty store", lambda store: night(new, store))
        onto = Side(f"run into a store of {held:,} jobs", lambda _: beside(new))
        reported = Side("the same with report", lambda _: beside(new, "--report", str(report)))
        again = Side(f"run over the {held:,} jobs, none new", lambda _: beside(old))
        runs = in_turn([empty, onto, reported, again], folder, bench.repeats)
        sizes = {name: made[name] for name in ("jobs", "files", "bytes")}
        sizes |= {"report_bytes": report.stat().st_size, "jobs in the store": held}
    return Figures(
        name=NAME,
        title="A nightly run over new jobs",
        compared=(
            "`ingest nightly` over the same new jobs, into an empty store and into one that holds many jobs with"
            " all their aggregates: the cost of a nightly run should not grow with the store. *the same with report*"
            " also writes the HTML report. *none new*: over the many jobs, all of which are loaded already: their"
            " trees are checked, and the summary of the last run, which covered all of them, is repeated. Setting up"
            " the large store for each run is not counted."
        ),
        sizes=sizes,
        runs=runs,
        ratios=[ratio(runs, onto.name, empty.name, "<= 2"), ratio(runs, reported.name, onto.name)],
        limits=[Limit(f"{again.name}, processor time", Timing.median(runs[again.name]).cpu_s, "s", "< 2")],
    )
