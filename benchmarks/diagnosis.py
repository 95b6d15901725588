"""`python benchmarks/diagnosis.py`: how often the diagnosis is right, on jobs of the independent simulator or on real runs.

Makes jobs with known causes, reads them with `ingest` as anybody would, and compares. `--write NAME` keeps the figures in
`benchmarks/diagnosis.json` (of real runs in `real_runs.json`) and writes their table into the page about the diagnosis.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]


def main(arguments: list[str] | None = None) -> int:
    """Measures and prints; 0 whatever the figures are."""
    sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "data")]
    from benchmarks import accuracy, real_runs

    options = _parser().parse_args(arguments)
    if options.render:
        accuracy.write_page()
        return 0
    with tempfile.TemporaryDirectory(prefix="ingest-bed-", dir=options.scratch) as scratch:
        if options.real:
            scores = real_runs.measure(Path(scratch))
        else:
            scores = accuracy.measure(Path(scratch), options.jobs, options.seed)
    figures = accuracy.figures_of(scores, 0 if options.real else options.seed)
    if options.write:
        accuracy.keep(options.write, figures, real=options.real)
        accuracy.write_page()
    if options.format == "json":
        print(json.dumps({**figures, "misses": accuracy.misses(scores)}, indent=2))
    else:
        print(accuracy.as_text(figures, scores if options.misses else []))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks/diagnosis.py", description=__doc__)
    parser.add_argument("--jobs", type=int, default=400, metavar="N", help="how many jobs [400]")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="other jobs for another seed [1]")
    parser.add_argument(
        "--real", action="store_true", help="rehearsals of the scripts in data/scripts, in place of jobs"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="[text]")
    parser.add_argument("--misses", action="store_true", help="also list what was missed, false or unequal")
    parser.add_argument("--write", metavar="NAME", help="keep the figures under this name, and write the page's table")
    parser.add_argument("--render", action="store_true", help="only write the table anew from the kept figures")
    parser.add_argument(
        "--scratch", type=Path, metavar="FOLDER", help="where jobs and store go for the time [temporary]"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
