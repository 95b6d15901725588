"""`python -m benchmarks.rivals.naive TREE STORE`: reads the jobs in a folder; the row counts go to stdout as JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.rivals.naive.logs import LOG_KINDS, read_log
from benchmarks.rivals.naive.sink import Sink


def main(tree: str, store: str) -> None:
    """Reads all files of the kinds that it knows, by the order of their paths."""
    sink = Sink(Path(store))
    for job in sorted(os.listdir(tree)):  # noqa: PTH208  # names are wanted
        root = f"{tree}/{job}/"
        for path in _files(root):
            name = path.removeprefix(root)
            for kind in LOG_KINDS:
                if found := kind.path.match(name):
                    read_log(Path(path), job, name, found.groupdict(), kind, sink)
                    break
    print(json.dumps(sink.close()))


def _files(root: str) -> Iterator[str]:
    for folder, folders, names in os.walk(root):
        folders.sort()
        yield from (f"{folder.rstrip('/')}/{name}" for name in sorted(names))


if __name__ == "__main__":
    main(*sys.argv[1:])
