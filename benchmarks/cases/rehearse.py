"""What a rehearsal costs beside the script: handing out mini-batches, writing logs."""

from __future__ import annotations

from benchmarks import timing
from benchmarks.bench import Bench
from benchmarks.figures import Figures, Limit
from benchmarks.sides import Runs, Side, in_turn, ratio
from benchmarks.timing import Timing

NAME = "rehearse"

_FEW = 20
_MILLISECONDS = 5


def run(bench: Bench) -> Figures:
    """Mini-batches of a script that does nothing, on two processes."""
    count = bench.size(5_000, 200)
    with bench.place(NAME) as folder:
        for name, files in (("many", count), ("few", _FEW)):
            (folder / name).mkdir()
            for number in range(files):
                (folder / name / f"{number:06}.txt").write_text("")

        def side(name: str, way: str, inputs: str) -> Side:
            rival = ("-m", "benchmarks.rivals.rehearsal", way, str(folder / inputs))
            return Side(name, lambda output: timing.python(*rival, str(output)))

        sides = [
            side("rehearsal", "driver", "many"),
            side("multiprocessing.Pool", "pool", "many"),
            side("rehearsal, few", "driver", "few"),
            side("multiprocessing.Pool, few", "pool", "few"),
        ]
        runs = in_turn(sides, folder, bench.repeats)
    return Figures(
        name=NAME,
        title="Overhead of a rehearsal",
        compared=(
            "The driver of `ingest rehearse`, without loading its logs, against a bare `multiprocessing.Pool`"
            " (spawn, `imap`, rows appended to a file) with a scoring script that returns its paths; both with two"
            f" processes and one empty file per mini-batch. *few* are {_FEW} mini-batches: the start of the processes,"
            " which is subtracted in the figures per mini-batch. Meanwhile the driver writes the logs of a job"
            " (about a dozen lines and a row per mini-batch, each written through to the system at once), enforces"
            " time limits and takes samples."
        ),
        sizes={"mini-batches": count},
        runs=runs,
        ratios=[ratio(runs, "rehearsal", "multiprocessing.Pool")],
        limits=[
            Limit("rehearsal, per mini-batch", _each(runs, "rehearsal", count), "µs", f"< {_MILLISECONDS * 1000}"),
            Limit("multiprocessing.Pool, per mini-batch", _each(runs, "multiprocessing.Pool", count), "µs"),
        ],
    )


def _each(runs: Runs, name: str, count: int) -> float:
    """Microseconds for one more mini-batch."""
    many, few = Timing.median(runs[name]), Timing.median(runs[f"{name}, few"])
    return 1e6 * (many.wall_s - few.wall_s) / (count - _FEW)
