"""Files whose content does not depend on what happened: the readme, profiles, predictions."""

from __future__ import annotations

import marshal

from treegen.files.job import Job
from treegen.files.tree import Tree
from treegen.model import identity
from treegen.model.history import Outcome
from treegen.model.plan import Generation, Layout

_README = """\
This folder holds the logs of one parallel job.
  user/      what the entry script printed and logged, and the errors it raised
  sys/       logs of the job itself: the master, one folder per node, reports
  {perf}      resource usage of nodes and processes
The progress of the job is in {overview}.
"""


def write_fixed_files(job: Job, tree: Tree) -> None:
    """The layout help comes with every job, the rest only with extras."""
    old = job.generation.number <= 1
    overview = job.paths.overview(job.plan.start).removeprefix("logs/")
    perf = "sys/perf/" if old else "perf/"
    tree.text("logs/readme.txt", _README.format(perf=perf, overview=overview))
    if not job.plan.extras:
        return
    _write_profiles(job, tree)
    if job.plan.layout is Layout.DOWNLOAD and not job.history.running:
        _write_predictions(job, tree)


def _write_profiles(job: Job, tree: Tree) -> None:
    """``marshal`` of cProfile's table, as ``pstats`` reads it; binary, to be skipped (§2.1)."""
    for worker in job.history.workers:
        done = [a for a in worker.attempts if a.outcome is Outcome.DONE]
        if not done or worker.number or job.history.running:
            continue
        script = f"{identity.work_dir(job.plan)}/score.py"
        calls, run_s = len(done), sum(a.run_s for a in done)
        caller = ("entry_script_helper.py", 168, "_call_run")
        table = {
            caller: (calls, calls, 0.01, run_s + 0.01, {}),
            (script, 30, "run"): (
                calls,
                calls,
                run_s * 0.4,
                run_s,
                {caller: (calls, calls, run_s * 0.4, run_s)},
            ),
            ("~", 0, "<built-in method io.open>"): (calls, calls, run_s * 0.1, run_s * 0.1, {}),
        }
        # marshal version 2 has no reference flags, so the bytes do not depend on the interpreter's
        # reference counts
        content = marshal.dumps(table, 2)
        tree.binary(job.paths.profile(worker.node.name, worker.name), content)
        if job.generation is Generation.V0 and worker.node.index == 0:
            tree.binary("logs/sys/master.profile", content)


def _write_predictions(job: Job, tree: Tree) -> None:
    """The output of a batch endpoint lies beside the logs and is no log (formats.md §11.3)."""
    rng = job.rng("predictions")
    lines: list[str] = []
    for mini_batch_id, final in job.history.finals().items():
        for item in range(final.succeeded):
            name = identity.input_file(job.plan, mini_batch_id, item)
            lines.append(f"{name},{rng.random():.6f}\n")
    tree.beside("named-outputs/score/predictions.csv", "".join(lines))
