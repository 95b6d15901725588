"""A no-op scoring script on two processes: `python -m benchmarks.rivals.rehearsal driver|pool INPUTS OUTPUT`.

`driver` is the driver of `ingest rehearse`, without the load of its logs; `pool` is a bare `multiprocessing.Pool`, which
calls run() for each mini-batch and appends the results to a file.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable
from pathlib import Path

_SCRIPT = Path(__file__).with_name("no_op.py")
_PROCESSES = 2


def main() -> None:
    """One mini-batch for each file of the inputs."""
    way, inputs, output = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    output.mkdir()
    _WAYS[way](inputs, output)


def _driver(inputs: Path, output: Path) -> None:
    from ingest.rehearse.driver import Driver
    from ingest.rehearse.plan import Settings, mini_batches

    settings = Settings(
        _SCRIPT, _SCRIPT.parent, (inputs,), output, mini_batch_size=1, processes=_PROCESSES, python=sys.executable
    )
    outcome = Driver(settings, mini_batches(settings)[0]).run()
    assert {one.status for one in outcome.tries} == {"RUN_DONE"}


def _pool(inputs: Path, output: Path) -> None:
    from benchmarks.rivals import no_op

    batches = [[str(file)] for file in sorted(inputs.iterdir())]
    with multiprocessing.get_context("spawn").Pool(_PROCESSES, no_op.init) as pool, (output / "rows").open("w") as rows:
        for result in pool.imap(no_op.run, batches):
            rows.writelines(f"{row}\n" for row in result)


_WAYS: dict[str, Callable[[Path, Path], None]] = {"driver": _driver, "pool": _pool}

if __name__ == "__main__":
    main()
