"""What is written when the driver never gets to its first mini-batch (formats.md §18.2, §18.5, §18.6)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from simulator.world import World


@dataclass(frozen=True)
class Setup:
    """The same failure as each file tells it; empty: that file does not tell of it."""

    launcher: str = ""
    build_log: str = ""
    control: str = ""
    tail: str = ""
    """The tail of the user process's stderr, as the control plane quotes it."""
    exit_code: int = 1
    in_driver: bool = False
    """The driver had started when it happened."""


_BUILDER = (
    "Traceback (most recent call last):\n"
    '  File "/docker_utilities.py", line 246, in <module>\n'
    "    check_call(build)\n"
    "SystemExit: 1"
)
_BUILDS = {
    "pip": (
        "#9 12.3 Collecting pandas==1.5.3\n#9 14.9 ERROR: Could not find a version that satisfies the requirement fastscore==9.9 (from versions: none)\n"
        "#9 14.9 ERROR: No matching distribution found for fastscore==9.9\n"
        '#9 ERROR: process "/bin/sh -c pip install -r requirements.txt" did not complete successfully: exit code: 1'
    ),
    "conda": (
        "#8 2.1 Collecting package metadata (repodata.json): ...working... done\n#8 9.4 Solving environment: ...working... failed\n#8 9.4 \n"
        "#8 9.4 ResolvePackageNotFound: \n#8 9.4   - cudatoolkit=12.9\n"
        '#8 ERROR: process "/bin/sh -c conda env create -f environment.yml" did not complete successfully: exit code: 1'
    ),
    "apt": (
        "#7 1.2 Reading package lists...\n#7 1.9 Building dependency tree...\n#7 2.0 E: Unable to locate package libgl1-mesa-glx2\n"
        '#7 ERROR: process "/bin/sh -c apt-get install -y libgl1-mesa-glx2" did not complete successfully: exit code: 100'
    ),
    "base": (
        "#3 [internal] load metadata for registry.example/images/base:2021-missing\n"
        "#3 ERROR: registry.example/images/base:2021-missing: not found\n"
        "ERROR: failed to solve: registry.example/images/base:2021-missing: failed to resolve source metadata: not found"
    ),
}
_RSLEX = (
    "Error Code: ScriptExecution.StreamAccess.{code}\nNative Error: error in streaming from input data sources\n"
    "\tStreamError({variant})\n=> {reason}\n\t{variant}\nError Message: {message}| session_id=l_4f1d"
)
_MOUNTS = {
    "rights": _RSLEX.format(
        code="Authentication",
        variant='PermissionDenied(Some("AuthorizationFailure"))',
        reason="stream access was denied",
        message="Authentication failed when trying to access the stream. Make sure the correct credentials have been provided.",
    ),
    "missing": _RSLEX.format(
        code="NotFound",
        variant="NotFound",
        reason="stream not found",
        message="The requested stream was not found. Please make sure the request uri is correct.",
    ),
    "throttled": _RSLEX.format(
        code="Throttling",
        variant="ServerBusy",
        reason="server is busy",
        message="The storage account is throttling requests: server busy.",
    ),
}
_COMMANDS = {
    "shell": ("/bin/bash: line 1: scoreall: command not found", 127),
    "argparse": (
        "usage: batch_main.py [-h] [--model MODEL]\nbatch_main.py: error: unrecognized arguments: --mini-batch 10",
        2,
    ),
    "module": ("/azureml-envs/azureml_7d/bin/python: No module named scoring.batch", 1),
    "killed": ("/bin/bash: line 1:    37 Killed                  python batch_main.py", 137),
}
_TABLES = (
    "The master role failed. [AccessError(\"Failed to create table 'prsa8cb79c6job' due to authorization failure. If your workspace locates inside a "
    "private network, make sure to configure private endpoints for the storage account with 'table' and 'queue' subresources.\")]"
)


def failed_setup(world: World) -> Setup | None:
    """The failure of this job, as far as its files tell it; None if its driver ran."""
    if not world.setup_failure:
        return None
    kind, _, what = world.setup_failure.partition(" ")
    return _reduced(_whole(kind, what), str(world.traits.get("setup_detail", "all")))


def _whole(kind: str, what: str) -> Setup:
    if kind == "image":
        return Setup(
            build_log=f"{_BUILDS[what]}\n------\n{_BUILDER}",
            control="Image build failed. For more details, check log file azureml-logs/20_image_build_log.txt.",
        )
    if kind == "mount":
        return Setup(launcher=_MOUNTS[what], tail=_MOUNTS[what])
    if kind == "command":
        text, code = _COMMANDS[what]
        return Setup(launcher=text, tail=text, exit_code=code)
    trace = f'Traceback (most recent call last):\n  File "driver/amlbi_main.py", line 226, in main\n    job.start()\nazureml_common.parallel_run.exception.DriverException: {_TABLES}'
    return Setup(launcher=trace, tail=_TABLES, exit_code=42, in_driver=True)


def _reduced(setup: Setup, detail: str) -> Setup:
    if detail == "launcher":
        return replace(setup, tail="")
    if detail == "control":
        return replace(setup, launcher="")
    return setup
