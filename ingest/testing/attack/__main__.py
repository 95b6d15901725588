"""`python -m ingest.testing.attack`: one attack after the other until the time is up, then a report."""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from ingest.testing.attack.attacks import ATTACKS, IS_SUPPORTED
from ingest.testing.attack.forked import Commands
from ingest.testing.attack.ground import Ground, Outcome


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line: 0 if nothing was found, 1 if something was."""
    parser = argparse.ArgumentParser(prog="python -m ingest.testing.attack", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, help="how long (default: 5)")
    parser.add_argument("--only", action="append", choices=list(ATTACKS), default=[], help="only these attacks")
    parser.add_argument("--seed", default="", help="as printed by an earlier run; instants still differ")
    options = parser.parse_args(arguments)
    if not IS_SUPPORTED:
        print("attacks need a POSIX system", file=sys.stderr)
        return 2
    chosen = options.only or list(ATTACKS)
    seed = options.seed or secrets.token_hex(4)
    done = {name: Outcome() for name in chosen}
    spent = dict.fromkeys(chosen, 0.0)
    started = time.monotonic()
    with TemporaryDirectory(prefix="ingest-attack-") as folder, Commands() as commands:
        ground = Ground(Path(folder), commands)
        number = 0
        while number < len(chosen) or time.monotonic() - started < options.minutes * 60:
            name = min(spent, key=lambda one: spent[one] / ATTACKS[one][1])  # each gets its share of the time
            began = time.monotonic()
            outcome = ATTACKS[name][0](ground, Random(f"{seed}:{name}:{number}"))
            spent[name] += time.monotonic() - began
            done[name].tries += outcome.tries
            done[name].findings += outcome.findings
            for finding in outcome.findings:
                print(f"{name} (seed {seed}, number {number}): {finding}", file=sys.stderr, flush=True)
            number += 1
        megabytes = commands.megabytes
    return _report(done, seed, time.monotonic() - started, megabytes)


def _report(done: dict[str, Outcome], seed: str, seconds: float, megabytes: float) -> int:
    print(f"{'attack':<22}{'tries':>8}{'findings':>10}")
    for name, outcome in done.items():
        print(f"{name:<22}{outcome.tries:>8,}{len(outcome.findings):>10,}")
    found = sum(len(outcome.findings) for outcome in done.values())
    print(f"\n{seconds / 60:.1f} minutes, seed {seed}, at most {megabytes:.0f} MB: {found} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
