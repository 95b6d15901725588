"""``user_logs/`` and ``system_logs/`` of V4's common runtime (formats.md §§2.2, 11)."""

from __future__ import annotations

from collections.abc import Callable

from treegen.files.clock import bracket_time, log_time, rust_time
from treegen.files.control_plane import AMLBI_TRACEBACK
from treegen.files.job import Job
from treegen.files.tree import Tree
from treegen.model import identity
from treegen.model.history import State
from treegen.model.plan import Generation

Line = Callable[[float, str, str], str]


def write_common_runtime(job: Job, tree: Tree) -> None:
    """One launcher log per node, and the capabilities' logs."""
    if job.generation is not Generation.V4 or not job.plan.extras:
        return
    for node in job.history.nodes:
        tree.text(f"user_logs/std_log_{node.index}.txt", _std_log(job, node.index))
    _write_rust_logs(job, tree)
    _write_python_logs(job, tree)


def _std_log(job: Job, index: int) -> str:
    """Only one line has a time; a failed job ends in SystemExit: 42 (formats.md §11.1)."""
    lines = [
        "Azure Machine Learning Batch Inference Start",
        f"{bracket_time(job.at(1.441773))} No started flag set. Skip creating started flag.",
    ]
    if job.history.running:
        return "\n".join(lines) + "\n"
    lines += [
        "Azure Machine Learning Batch Inference End",
        "Cleaning up all outstanding Run operations, waiting 300.0 seconds",
        "2 items cleaning up...",
        f"Cleanup took 0.{19039106369018555 + 7 * index} seconds",
    ]
    if job.history.state is State.FAILED and index == 0:
        lines.append(AMLBI_TRACEBACK)
    return "\n".join(lines) + "\n"


def _rust(job: Job) -> Line:
    def line(seconds: float, level: str, text: str) -> str:
        return f"{rust_time(job.at(seconds))} {level:>5} {text}\n"

    return line


def _write_rust_logs(job: Job, tree: Tree) -> None:
    line, ended = _rust(job), job.history.ended_at
    failed = job.history.state is State.FAILED
    init = "telemetry: job_telemetry_init artifact_type=installed branch=origin/0000000"
    cr = f"/mnt/azureml/cr/j/{job.rng('cr').getrandbits(128):032x}"
    code = 42 if failed else 0
    status = "Failed" if failed else "Succeeded"
    wrapper = "run_execution_wrapper: execution_wrapper"
    outcome = f"exit_capabilities{{cap_type=Operation job_result=JobResult {{ job_status: {status}"
    logs: dict[str, list[str]] = {
        "lifecycler/lifecycler.log": [
            line(-20.0, "INFO", init),
            line(-19.9, "INFO", f"load_config: lifecycler::config: Resolved {cr}/.grpc/l:0"),
            line(-19.5, "WARN", "grpc_utils::span: failed to inject span context to grpc request"),
            line(ended + 1, "INFO", f"run_lifecycler:{outcome}, error: None }}}}: close"),
        ],
        "lifecycler/execution-wrapper.log": [
            line(-18.0, "INFO", init),
            line(-17.9, "INFO", f"{wrapper}: Successfully dumped bootstrapping environment"),
            line(
                ended + 0.5,
                "INFO",
                "Execution::wait_for_completion: Gathered execution result for rank 0"
                f' process_rank=0 exit_code={code} stderr_path=Some("user_logs/std_log_0.txt")',
            ),
        ],
        "lifecycler/vm-bootstrapper.log": [
            line(-25.0, "INFO", init),
            line(-24.9, "INFO", "vm_bootstrapper: The amlcompute is Dedicated, skip polling"),
        ],
        "hosttools_capability/hosttools-capability.log": [
            line(-15.0, "INFO", init),
            line(
                -14.8,
                "INFO",
                "hosttools_capability::hosttools: stderr: start watching directory"
                f" {cr}/cap/hosttools/wd/user_logs, streamable: true",
            ),
            line(
                -14.2,
                "INFO",
                "hosttools_capability::upload: PUT artifact url=https://example0storage.blob.core"
                f".windows.net/azureml/ExperimentRun/dcid.{identity.run_id(job.plan)}/user_logs/"
                f"std_log_0.txt?{identity.FAKE_SAS}",
            ),
        ],
        "metrics_capability/metrics-capability.log": [
            line(-15.0, "INFO", init),
            line(-14.0, "INFO", "metrics_capability: metrics cap config polling_interval_sec=15"),
        ],
        "snapshot_capability/snapshot-capability.log": [
            line(-15.0, "INFO", init),
            line(-13.0, "INFO", "snapshot_capability::fetch_snapshot: close time.busy=1.2ms"),
        ],
        f"data_capability/rslex.log.{job.at(-12):%Y-%m-%d-%H}": [
            line(-12.0, "INFO", "rslex: [init_environment()] initializing Environment"),
            line(-11.9, "INFO", f"rslex_fuse::fuse_fs: filesystem mounted mount_point={cr}/in"),
        ],
    }
    for name, lines in logs.items():
        if job.history.running:
            lines = lines[:-1] if name.startswith("lifecycler/") else lines
        tree.text(f"system_logs/{name}", "".join(lines))


def _write_python_logs(job: Job, tree: Tree) -> None:
    """Records with a Python dict full of ids to mask (trap 21); one is multi-line (§11.2)."""
    plan = job.plan
    ids = {
        "artifact_type": "installed",
        "subscription_id": identity.SUBSCRIPTION,
        "resource_group": identity.RESOURCE_GROUP,
        "workspace_name": identity.WORKSPACE,
        "experiment_name": plan.experiment,
        "node_id": job.history.nodes[0].batch_name,
        "root_run_id": identity.parent_run_id(plan),
        "run_id": identity.run_id(plan),
    }

    def line(seconds: float, place: str, text: str, level: str = "INFO") -> str:
        return f"{level} {log_time(job.at(seconds))} {place} [14] - {text}\n"

    message = f"job_telemetry_init {ids}"
    mounted = (
        f'mount settings: {{\n  "access_mode": "ro",\n  "path": "daily_input"\n}} {{\'run_id\': \'{ids["run_id"]}\'}}'
    )
    tree.text(
        "system_logs/cs_capability/cs-capability.log",
        line(-16, "initializer.py:59", message)
        + line(-15.4, "cs_server.py:41", f"serving {{'run_id': '{ids['run_id']}'}}"),
    )
    tree.text(
        "system_logs/data_capability/data-capability.log",
        line(-13, "initializer.py:55", message)
        + line(-12.5, "data_sessions.py:80", mounted)
        + line(-12.1, "sdk_logger.py:44", "Cannot find cached workspace {'retry': 1}", "WARNING"),
    )
