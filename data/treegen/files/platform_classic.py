"""``azureml-logs/``: launcher and platform around the driver up to V3 (formats.md §§2.2, 11)."""

from __future__ import annotations

import json

from treegen.files.clock import bracket_time
from treegen.files.job import Job
from treegen.files.tree import Record, Tree
from treegen.model import identity
from treegen.model.history import State
from treegen.model.plan import Generation

_MODULES = "prs_prod/lib/python3.8/site-packages/azureml_sys/parallel_run"


def write_platform_classic(job: Job, tree: Tree) -> None:
    """Nothing for V4, whose platform is the common runtime."""
    if job.generation is Generation.V4 or not job.plan.extras:
        return
    if job.generation is Generation.V2:
        tree.text("azureml-logs/20_image_build_log.txt", _image_build(job))
        tree.text("azureml-logs/70_mpi_log.txt", "mpirun: 1 of 1 daemons reported\n")
    for node in job.history.nodes:
        tree.text(f"azureml-logs/55_azureml-execution-{node.batch_name}.txt", _execution(job))
        tree.text(f"azureml-logs/65_job_prep-{node.batch_name}.txt", _preparation(job))
        if not job.history.running and node.gone_at > job.history.ended_at:
            tree.text(f"azureml-logs/75_job_post-{node.batch_name}.txt", _release(job))
    many = job.generation.number >= 2 and job.plan.nodes > 1
    for index, node in enumerate(job.history.nodes):
        if index and not many:
            break
        name = f"70_driver_log_{index}.txt" if many else "70_driver_log.txt"
        until = job.history.horizon(node)
        tree.log(f"azureml-logs/{name}", _driver(job, index), until)
    _write_process_files(job, tree)


def _driver(job: Job, index: int) -> list[Record]:
    """stdout and stderr of the launcher: several line forms in one file (formats.md §11.1)."""
    history = job.history

    def at(seconds: float) -> str:
        return bracket_time(job.at(seconds).replace(microsecond=919906 % 10**6))

    host = history.nodes[index].ip
    go = f"{job.at(0.1):%Y/%m/%d %H:%M:%S}"
    run = identity.run_id(job.plan)
    lines: list[Record] = [
        (
            0.1,
            f"{go} logger.go:297: Attempt 1 of http call to http://{host}:16384/sendlogstoartifacts",
        ),
        (0.2, f"{at(0.2)} Entering context manager injector."),
        (0.3, "Initialize DatasetContextManager."),
        (
            0.4,
            f"Set Dataset daily_input's target path to {identity.data_dir(job.plan)}?{identity.FAKE_SAS}",
        ),
        (
            0.5,
            "SDK version: azureml-core==1.15.0 azureml-dataprep==2.3.0."
            f" Session id: {identity.guid(job.plan, 'session')}. Run id: {run}.",
        ),
        (0.6, "Processing 'daily_input'."),
        (
            0.7,
            "driver/amlbi_main.py --client_sdk_version 1.15.0 --scoring_module_name score.py"
            f" --mini_batch_size {job.plan.items} --error_threshold {job.plan.error_threshold}"
            " --output_action append_row --logging_level INFO"
            f" --run_invocation_timeout {job.plan.run_timeout}"
            f" --run_max_try {job.plan.max_attempts}"
            f" --process_count_per_node {job.plan.processes}"
            " --append_row_file_name parallel_run_step.txt --input_fds_0 daily_input",
        ),
    ]
    if history.running:
        return lines
    ended = history.ended_at
    if history.state is State.FAILED:
        lines += [(ended - 0.2 + i * 0.001, line) for i, line in enumerate(_tail(job))]
    elif index == 0:
        lines.append((ended - 0.3, "The run is completed successfully. Starting the cleanup."))
    lines.append((ended - 0.1, f"{at(ended - 0.1)} The experiment is finalizing."))
    return lines


def _tail(job: Job) -> list[str]:
    folder = f"{identity.work_dir(job.plan)}/{_MODULES}"
    reason = job.history.stop_reasons[0]
    cls = "ErrorThresholdExceeded" if "threshold" in reason else "DriverException"
    return [
        "Traceback (most recent call last):",
        f'  File "{folder}/job_starter.py", line 215, in run',
        "    self.master.start()",
        f'  File "{folder}/master_role.py", line 410, in start',
        "    raise exc",
        f"azureml_common.parallel_run.exception.{cls}: {reason}",
    ]


def _image_build(job: Job) -> str:
    tag = "azureml/azureml_da3e97fcb51801118b8e80207f3e01ad"
    return (
        f"{job.at(-400):%Y/%m/%d %H:%M:%S} Downloading source code...\n"
        "Step 1/9 : FROM mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu20.04\n"
        "Step 9/9 : RUN rm -rf /tmp/conda\n"
        f"Successfully tagged {tag}:latest\n"
    )


def _execution(job: Job) -> str:
    stamp = f"{job.at(-70):%Y-%m-%dT%H:%M:%S}Z"
    return (
        f"{stamp} Starting output-watcher...\n"
        f"{stamp} IsDedicatedCompute == True, won't poll for Low Pri Preemption\n"
        "Login Succeeded\n"
        "Using default tag: latest\n"
        "Status: Image is up to date\n"
    )


def _preparation(job: Job) -> str:
    entered, done = (job.at(s).isoformat() for s in (-40.123457, -31.5))
    return (
        f"Entering job preparation. Current time:{entered}\n"
        f"Starting job preparation. Current time:{entered}\n"
        "Extracting the control code.\n"
        f"Job preparation is complete. Current time:{done}\n"
    )


def _release(job: Job) -> str:
    ended = job.history.ended_at
    entered, begun, done = (job.at(ended + s).isoformat() for s in (2.1, 3.706, 5.168))
    return (
        f"Entering job release. Current time:{entered}\n"
        f"Starting job release. Current time:{begun}\n"
        "Logging experiment finalizing status in history service.\n"
        f"Job release is complete. Current time:{done}\n"
    )


def _write_process_files(job: Job, tree: Tree) -> None:
    """Their schema was not seen by anybody (formats.md §17.7): a plausible small one."""
    names = [node.batch_name for node in job.history.nodes]
    info = {"processes": [{"rank": i, "node": name, "pid": 100 + i} for i, name in enumerate(names)]}
    status = "running" if job.history.running else "completed"
    statuses = {"processes": [{"rank": i, "status": status} for i in range(len(names))]}
    tree.text("azureml-logs/process_info.json", json.dumps(info, indent=2) + "\n")
    tree.text("azureml-logs/process_status.json", json.dumps(statuses, indent=2) + "\n")
