"""Trees to measure with, from the generator in `data/`."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from benchmarks.timing import REPOSITORY, python, run


def tree(folder: Path, **sizes: float) -> dict[str, int]:
    """Writes job trees into a new folder; `sizes` are options of `data/generate.py scale`. Returns what they hold."""
    options = [text for name, value in sizes.items() for text in (f"--{name.replace('_', '-')}", f"{value:g}")]
    _, told = run(python(str(REPOSITORY / "data" / "generate.py"), "scale", "--out", str(folder), *options))
    counts: dict[str, int] = {name: count for name, count in json.loads(told).items() if count}
    return counts


def keep_only(folder: Path, *patterns: str) -> dict[str, int]:
    """Deletes all files whose path below their job matches none of the patterns, and folders that hold none then.

    Returns what is left.
    """
    wanted = re.compile("|".join(patterns))
    files = size = 0
    for job in sorted(folder.iterdir()):
        for place, _, names in os.walk(job, topdown=False):
            for name in names:
                path = Path(place, name)
                if wanted.search(path.relative_to(job).as_posix()):
                    files += 1
                    size += path.stat().st_size
                else:
                    path.unlink()
            if not any(Path(place).iterdir()):
                Path(place).rmdir()
    return {"jobs": sum(1 for _ in folder.iterdir()), "files": files, "bytes": size}
