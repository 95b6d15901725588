"""Write the sample job trees, or trees of any size for benchmarks. See README.md beside this file."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from treegen.model.plan import Generation
from treegen.samples import write_samples
from treegen.scale.writing import ScaleRequest, write_scale

HERE = Path(__file__).resolve().parent


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; stdout is data, stderr is narration."""
    options = _parser().parse_args(arguments)
    if options.command == "samples":
        print(write_samples(options.out))
        return 0
    try:
        request = ScaleRequest(
            jobs=options.jobs,
            nodes=options.nodes,
            processes=options.processes,
            mini_batches=options.mini_batches,
            log_mb=options.log_mb,
            small_files=options.small_files,
            small_file_kb=options.small_file_kb,
            csv_mb=options.csv_mb,
            seed=options.seed,
            generation=Generation(options.generation),
        )
        started = time.perf_counter()
        summary = write_scale(options.out, request)
    except (ValueError, FileExistsError) as error:
        print(f"generate: {error}", file=sys.stderr)
        return 2
    seconds = time.perf_counter() - started
    rate = summary.bytes / 1e6 / seconds
    print(f"{summary.bytes / 1e6:.1f} MB in {seconds:.1f} s, {rate:.0f} MB/s", file=sys.stderr)
    print(json.dumps(summary.as_json()))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="generate.py", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    samples = commands.add_parser("samples", help="rewrite the sample trees and expected.json")
    samples.add_argument("--out", type=Path, default=HERE / "jobs", help="default: %(default)s")
    scale = commands.add_parser(
        "scale",
        help="write trees for benchmarks; prints counts as JSON",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    scale.add_argument("--out", type=Path, required=True, help="folder that gets the jobs")
    scale.add_argument("--jobs", type=int, default=1)
    scale.add_argument("--nodes", type=int, default=2, help="nodes of each job")
    scale.add_argument("--processes", type=int, default=4, help="worker processes of each node")
    scale.add_argument("--mini-batches", type=int, default=100, help="mini-batches of each job")
    scale.add_argument("--log-mb", type=float, default=0, help="worker and master logs, all jobs")
    scale.add_argument("--small-files", type=int, default=0, help="small files, all jobs")
    scale.add_argument("--small-file-kb", type=float, default=4, help="size of a small file")
    scale.add_argument("--csv-mb", type=float, default=0, help="mini-batch tables, all jobs")
    scale.add_argument("--seed", type=int, default=1)
    scale.add_argument("--generation", choices=[g.value for g in Generation], default="V4")
    return parser


if __name__ == "__main__":
    sys.exit(main())
