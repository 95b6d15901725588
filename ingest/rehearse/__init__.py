"""Rehearsals: a scoring script is run here as a batch endpoint would run it, and leaves the logs that it would leave there.

`driver` hands mini-batches to worker processes (`worker`, a file of its own that needs nothing but Python), `tree` writes what
happens in today's layout of logs, `contract` and `advice` say what only a rehearsal can tell. Reading the logs
is left to a load.
"""
