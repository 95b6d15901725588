"""Every view of a store, asked by DuckDB alone: what any client of the store waits for."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks import inputs, timing
from benchmarks.bench import Bench, load
from benchmarks.figures import Figures, Limit
from benchmarks.sides import Runs, Side, in_turn, ratio
from benchmarks.timing import Timing

NAME = "views"

_WHOLE = 3
_OF_JOB = 2

_LIST = """
import duckdb, sys
with duckdb.connect(sys.argv[1], read_only=True) as store:
    print(*(name for (name,) in store.execute(sys.argv[2]).fetchall()))
"""
_VIEWS = "SELECT view_name FROM duckdb_views() WHERE NOT internal AND schema_name = 'main' ORDER BY 1"
_WITH_JOB = f"""
SELECT table_name FROM duckdb_columns() WHERE schema_name = 'main' AND column_name = 'job_id' AND table_name IN ({_VIEWS})
ORDER BY 1
"""
_ASK = """
import duckdb, sys
duckdb.connect(sys.argv[1], read_only=True).execute(f"CREATE TEMP TABLE rows AS SELECT * FROM {sys.argv[2]}")
"""


def run(bench: Bench) -> Figures:
    """A thousand small jobs; each view whole, and of one job."""
    with bench.place(NAME) as folder:
        tree, store = folder / "tree", folder / "store"
        made = inputs.tree(tree, jobs=bench.size(1_000, 20), nodes=2, processes=2)
        timing.run(load(tree, store))
        catalog = str(store / "catalog.duckdb")
        bare = Side("import duckdb", lambda _: timing.python("-c", "import duckdb"))
        whole = [_asking(catalog, name, f'"{name}"') for name in _listed(catalog, _VIEWS)]
        job = min(path.name for path in tree.iterdir())
        of_job = [
            _asking(catalog, f"{name}, one job", f"\"{name}\" WHERE job_id = '{job}'")
            for name in _listed(catalog, _WITH_JOB)
        ]
        runs = in_turn([bare, *whole, *of_job], folder, bench.repeats)
    return Figures(
        name=NAME,
        title="Every view, queried by DuckDB alone",
        compared=(
            "`python -c 'import duckdb …; CREATE TEMP TABLE rows AS SELECT * FROM VIEW'`, in a new process for each"
            " view, against `python -c 'import duckdb'`: the time that a notebook or dashboard waits, including the"
            " start of Python and DuckDB. *one job*: with a filter on `job_id`. The limits are in processor time,"
            " since DuckDB uses all processors."
        ),
        sizes={name: made[name] for name in ("jobs", "files", "bytes")},
        runs=runs,
        ratios=[ratio(runs, side.name, bare.name) for side in (*whole, *of_job)],
        limits=[
            _above(runs, whole, bare, _WHOLE, f"whole views above {_WHOLE}x `import duckdb`"),
            _above(runs, of_job, bare, _OF_JOB, f"views of one job above {_OF_JOB}x `import duckdb`"),
        ],
    )


def _above(runs: Runs, sides: Sequence[Side], bare: Side, times: int, name: str) -> Limit:
    """How many sides take more processor time than so many times the bare import."""
    most = times * Timing.median(runs[bare.name]).cpu_s
    return Limit(name, sum(Timing.median(runs[side.name]).cpu_s > most for side in sides), "views", "<= 0")


def _asking(catalog: str, name: str, relation: str) -> Side:
    return Side(name, lambda _: timing.python("-c", _ASK, catalog, relation))


def _listed(catalog: str, names: str) -> list[str]:
    """The names that a query gives, asked in another process: this one must stay small."""
    return timing.run(timing.python("-c", _LIST, catalog, names))[1].split()
