"""`python -m benchmarks.derive_share TREE STORE`: loads a tree with one worker, and tells what deriving took of it.

Processor time; the whole process counts, from the start of Python. JSON: `derive_s` and `load_s`, seconds.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from ingest.load import pool
from ingest.load.pipeline import ingest_jobs


def share(tree: str, store: str) -> dict[str, float]:
    """The processor times of one load into a new store."""
    derive, taken = vars(pool)["derive"], 0.0

    def timed(*given: Any) -> Any:
        nonlocal taken
        began = time.process_time()
        try:
            return derive(*given)
        finally:
            taken += time.process_time() - began

    vars(pool)["derive"] = timed
    ingest_jobs([tree], store, workers=1, progress=False)
    return {"derive_s": taken, "load_s": time.process_time()}


if __name__ == "__main__":
    print(json.dumps(share(*sys.argv[1:3])))
