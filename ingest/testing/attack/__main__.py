"""`python -m ingest.testing.attack`: one attack after the other until the time is up, then a report."""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from ingest.testing.attack.attacks import ATTACKS, IS_SUPPORTED
from ingest.testing.attack.forked import Commands
from ingest.testing.attack.ground import Ground, Outcome

_WRITERS = 3
_NICENESS = 6
"""Of the writers beside readers: so that these have most of the processor, and read much."""
_ROUND_S = 25.0
_RENEWED_S = 900.0
"""After how long the ground is renewed."""


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
    started = renewed = time.monotonic()
    with TemporaryDirectory(prefix="ingest-attack-") as folder, ExitStack() as stack:
        commands, *writers = (stack.enter_context(Commands(niceness)) for niceness in (0, *[_NICENESS] * _WRITERS))
        round_s = min(_ROUND_S, options.minutes * 60 / len(chosen))
        ground = Ground(Path(folder), commands, writers, Random(seed), round_s)
        number = 0
        with suppress(KeyboardInterrupt):  # what was done until then is told
            while number < len(chosen) or time.monotonic() - started < options.minutes * 60:
                name = min(spent, key=lambda one: spent[one] / ATTACKS[one][1])  # each gets its share of the time
                began = time.monotonic()
                if began - renewed > _RENEWED_S:
                    ground.renew(Random(f"{seed}:{number}"))
                    renewed = began
                outcome = ATTACKS[name][0](ground, Random(f"{seed}:{name}:{number}"))
                spent[name] += time.monotonic() - began
                done[name].tries += outcome.tries
                done[name].states += outcome.states
                done[name].findings += outcome.findings
                for finding in outcome.findings:
                    print(f"{name} (seed {seed}, number {number}): {finding}", file=sys.stderr, flush=True)
                number += 1
        megabytes = max(one.megabytes for one in (commands, *writers))
    _report(done, spent)
    found = sum(len(outcome.findings) for outcome in done.values())
    minutes = (time.monotonic() - started) / 60
    used, here = _used()
    print(f"\n{minutes:.1f} minutes, {used / 60:.1f} of processor time, seed {seed}: {found} findings")
    print(f"a command took at most {megabytes:.0f} MB, this program, which reads and damages files, {here:.0f} MB")
    return 1 if found else 0


def _used() -> tuple[float, float]:
    """Seconds of processor time of this process and of those that have ended; the most megabytes that this one had."""
    import resource

    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both), both[0].ru_maxrss / 1024


def _report(done: dict[str, Outcome], spent: dict[str, float]) -> None:
    print(f"{'attack':<22}{'tries':>10}{'findings':>10}{'minutes':>10}{'a minute':>10}")
    for name, outcome in done.items():
        minutes = spent[name] / 60
        rate = outcome.tries / minutes if minutes else 0
        print(f"{name:<22}{outcome.tries:>10,}{len(outcome.findings):>10,}{minutes:>10.1f}{rate:>10,.0f}")
    for name, outcome in done.items():
        if outcome.states:
            print(f"{name}: {outcome.states:,} different states were seen")


if __name__ == "__main__":
    sys.exit(main())
