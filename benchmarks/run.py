"""`python benchmarks/run.py`: measures `ingest` against other ways to do the same. `--help` says the rest."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> int:
    """Makes the repository and its generator importable, installed or not, and hands over."""
    repository = Path(__file__).resolve().parents[1]
    sys.path[:0] = [str(repository), str(repository / "data")]
    from benchmarks.command import main as command

    return command()


if __name__ == "__main__":
    sys.exit(main())
