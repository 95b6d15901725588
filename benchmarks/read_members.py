"""`python -m benchmarks.read_members FILE`: reads every member of an archive as a load does, and does nothing with it."""

import sys

from ingest.sources.kinds import Files, source_of

if __name__ == "__main__":
    source, files, total = source_of(sys.argv[1]), Files(), 0
    for entry in source.entries(""):
        content = files.open(entry.location)
        total += len(content.read())
        content.close()
    print(total)
