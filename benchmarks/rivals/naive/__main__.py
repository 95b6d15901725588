"""`python -m benchmarks.rivals.naive TREE STORE`: reads the jobs in a folder; the row counts go to stdout as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks.rivals.naive.logs import read_log
from benchmarks.rivals.naive.sink import Sink
from benchmarks.rivals.naive.tables import read_table, table_kind
from benchmarks.rivals.trees import log_kind, tree_files


def main(tree: str, store: str) -> None:
    """Reads all files of the kinds that it knows."""
    sink = Sink(Path(store))
    for file in tree_files(tree):
        if log := log_kind(file.path):
            read_log(file, *log, sink)
        elif table := table_kind(file.path):
            read_table(file, *table, sink)
    print(json.dumps(sink.close()))


if __name__ == "__main__":
    main(*sys.argv[1:])
