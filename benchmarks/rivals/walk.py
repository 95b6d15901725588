"""`python benchmarks/rivals/walk.py TREE`: lists a tree with the size and time of every file, and nothing else."""

import os
import sys


def walk(folder: str) -> int:
    """How many files there are."""
    count = 0
    with os.scandir(folder) as listing:
        for entry in listing:
            if entry.is_dir(follow_symlinks=False):
                count += walk(entry.path)
            else:
                status = entry.stat()
                count += status.st_size >= 0 and status.st_mtime_ns >= 0
    return count


if __name__ == "__main__":
    if "--with-duckdb" in sys.argv:
        import duckdb  # noqa: F401  # its start-up is what is wanted
    print(walk(sys.argv[1]))
