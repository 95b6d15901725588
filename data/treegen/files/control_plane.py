"""``logs/azureml/``: what the service says about the run, and SDK logs (formats.md §11.2)."""

from __future__ import annotations

import json

from treegen.files.clock import control_time, log_time
from treegen.files.job import Job
from treegen.files.tree import Record, Tree
from treegen.model import identity
from treegen.model.history import State
from treegen.model.plan import Generation

AMLBI_TRACEBACK = """\
Traceback (most recent call last):
  File "driver/amlbi_main.py", line 275, in <module>
    main()
  File "driver/amlbi_main.py", line 226, in main
    sys.exit(exitcode_candidate)
SystemExit: 42"""
"""Says "failed, look elsewhere" and nothing more (formats.md §11.1)."""


def write_control_plane(job: Job, tree: Tree) -> None:
    """Queue time, run ids, and the error of a failed run."""
    if not job.plan.extras:
        return
    ended = job.history.ended_at
    lines = [(at, f"{control_time(job.at(at))} {text}") for at, text in _execution(job)]
    tree.log("logs/azureml/executionlogs.txt", lines, ended + 60)
    failed = job.history.state is State.FAILED
    if failed:
        run = identity.run_id(job.plan)
        at = job.at(ended + 9)
        error = json.dumps(_error(job))
        text = f"{control_time(at)} Job failed, job RunId is {run}. Error: {error}\n"
        tree.text("logs/azureml/stderrlogs.txt", text)
    elif not job.history.running:
        tree.text("logs/azureml/stdoutlogs.txt", f"{control_time(job.at(ended + 9))} Finished.\n")
    if job.generation is not Generation.V4:
        stamp = log_time(job.at(-38.2))
        sdk_log = (
            f"{stamp}|azureml|DEBUG|Inputs:: kwargs: {{}}, track_folders: None\n"
            f"{stamp}|azureml._base_sdk_common|DEBUG|Adding to the user agent: job_prep\n"
        )
        tree.text("logs/azureml/job_prep_azureml.log", sdk_log)


def _execution(job: Job) -> list[Record]:
    run, parent = identity.run_id(job.plan), identity.parent_run_id(job.plan)
    lines: list[Record] = [
        (-190.0, f"Experiment: {job.plan.experiment}"),
        (-190.0, f"Run Id:     {run}"),
        (-190.0, f"Run target: {identity.CLUSTER}"),
        (-189.0, "Starting run in Execution Service"),
        (-188.0, f"RunId:[{run}] ParentRunId:[{parent}] ComputeTarget:[AmlCompute]"),
    ]
    words: list[tuple[float, str]]
    queued, runs = -1.0 - job.plan.queue_seconds, -1.0
    if job.generation is Generation.V4:
        form = "Job is in progress. Execution status: {}."
        words = [(-180.0, "Preparing"), (queued, "Queued"), (runs, "Running")]
        if not job.history.running:
            words.append((job.history.ended_at + 3, "Finalizing"))
    else:
        form = "Job is running, job runstatus is {}"
        words = [(queued, "Queued"), (-65.0, "Queued"), (runs, "Running")]
    return [*lines, *((at, form.format(word)) for at, word in words)]


def _error(job: Job) -> dict[str, object]:
    """The message carries only the tail of a traceback (formats.md §11.2)."""
    python = "/azureml-envs/azureml_da3e97fcb51801118b8e80207f3e01ad/bin/python"
    if job.generation is Generation.V4:
        message = (
            f"Execution failed. User process '{python}' exited with status code 42. Please check"
            " log file 'user_logs/std_log_0.txt' for error details. Error: "
            + "\n".join(AMLBI_TRACEBACK.splitlines()[1:])
        )
    else:
        message = "User program failed with Exception: Run failed, please check logs for details."
    return {"Error": {"Code": "UserError", "Severity": None, "Message": message}}
