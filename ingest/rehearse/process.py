"""A worker process of a rehearsal, as its driver sees it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

from ingest.errors import InputError
from ingest.rehearse import worker
from ingest.rehearse.plan import MiniBatch, Settings
from ingest.rehearse.tree import Tree, now


@dataclass
class Process:
    """A worker: which one it is, what it does, and the pipes to it."""

    node: str
    number: int
    popen: subprocess.Popen[bytes]
    results: int
    """The file descriptor that its events come from."""
    rows_file: Path
    started: datetime = field(default_factory=now)
    since: float = field(default_factory=monotonic)
    """When it began what it does now."""
    stage: str = "load"
    """load, init, idle, run, stop."""
    task: MiniBatch | None = None
    picked: datetime | None = None
    done: int = 0
    killed: str | None = None
    """Why the driver killed it."""
    buffer: bytes = b""

    @property
    def name(self) -> str:
        """As in the names of its logs."""
        return f"process{self.number:03}"

    @property
    def pid(self) -> int:
        """Also its group's number."""
        return self.popen.pid

    def waits_for(self, event: dict[str, Any]) -> bool:
        """Whether an event can be this process's next: the script may write into the pipe, too."""
        if self.killed or "writes" not in event:
            return False
        if event.get("event") in {"run_done", "run_failed"}:
            return self.task is not None and (event.get("id"), event.get("pick")) == (self.task.id, self.task.picked)
        return event.get("event") in {"load": {"loaded", "load_failed"}, "init": {"init_done", "init_failed"}}.get(
            self.stage, ()
        )

    def give(self, task: MiniBatch) -> None:
        """Hands out a mini-batch; a worker that is gone is noticed by its pipe."""
        task.picked += 1
        self.task, self.stage, self.since, self.picked = task, "run", monotonic(), now()
        self._send({"id": task.id, "pick": task.picked, "items": task.items, "paths": task.paths, "table": task.table})

    def _send(self, message: dict[str, Any]) -> None:
        assert self.popen.stdin is not None
        with suppress(BrokenPipeError):
            self.popen.stdin.write(json.dumps(message).encode() + b"\n")
            self.popen.stdin.flush()

    def read(self) -> list[dict[str, Any]] | None:
        """The events that have come; None at the end of the pipe."""
        data = os.read(self.results, 1 << 16)
        if not data:
            return None
        *lines, self.buffer = (self.buffer + data).split(b"\n")
        events = []
        for line in lines:
            with suppress(ValueError):  # what a script writes into all its files is no event
                events.append(json.loads(line))
        return [event for event in events if isinstance(event, dict)]

    def stop(self) -> None:
        """Lets it end by itself."""
        self.stage = "stop"
        assert self.popen.stdin is not None
        with suppress(BrokenPipeError):
            self.popen.stdin.close()

    def kill(self) -> None:
        """Ends it and the children that it left."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


def start_process(settings: Settings, tree: Tree, run_id: str, node: str, number: int) -> Process:
    """Starts a worker in a process group of its own."""
    name = f"process{number:03}"
    read, write = os.pipe()
    os.set_blocking(read, False)
    streams = [
        tree.path(f"logs/user/{stream}/{node}/{name}.{stream}.txt").open("ab") for stream in ("stdout", "stderr")
    ]
    rows_file = settings.output / "parts" / f"{node}-{name}.rows"
    rows_file.parent.mkdir(exist_ok=True)
    try:
        popen = subprocess.Popen(
            [settings.python, worker.__file__, str(write), str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=streams[0],
            stderr=streams[1],
            pass_fds=[write],
            cwd=settings.code,
            env=_environment(settings, run_id, node),
            start_new_session=True,
        )
    except OSError as error:
        os.close(read)
        raise InputError(
            f"{settings.python}: cannot be run: {error.strerror}", "Name an interpreter: --python"
        ) from None
    finally:
        os.close(write)
        for stream in streams:
            stream.close()
    process = Process(node, number, popen, read, rows_file)
    entry_log = tree.path(f"logs/user/entry_script_log/{node}/{name}.log.txt")
    process._send(
        {
            "name": name,
            "script": str(settings.script),
            "code": str(settings.code),
            "arguments": _arguments(settings),
            "logging_level": settings.logging_level,
            "memory_limit": settings.memory_limit,
            "append_row": settings.append_row,
            "tables": settings.tables,
            "rows_file": str(rows_file),
            "output": str(outputs(settings)),
            "entry_log": str(entry_log),
            "entry_log_dir": str(entry_log.parent),
            "may_write": [str(settings.output)],
        }
    )
    return process


def outputs(settings: Settings) -> Path:
    """The folder of the job's output `score`."""
    return settings.output / "named-outputs" / "score"


def _environment(settings: Settings, run_id: str, node: str) -> dict[str, str]:
    more = {
        "AZUREML_RUN_ID": run_id,
        "AZUREML_ROOT_RUN_ID": f"{run_id}-root",
        "AZUREML_EXPERIMENT_NAME": "rehearsal",
        "AZUREML_BI_OUTPUT_PATH": str(outputs(settings)),
        "AZ_BATCH_NODE_ID": f"rehearsal-{node}",
        "AZ_BATCH_IS_CURRENT_NODE_MASTER": "true" if node == "0" else "false",
        "PYTHONUNBUFFERED": "1",
    }
    if settings.model:
        more["AZUREML_MODEL_DIR"] = str(settings.model.absolute())
    return {**os.environ, **more, **settings.environment}


def _arguments(settings: Settings) -> list[str]:
    """Those of the user, and those that the batch driver adds."""
    model = ["--model", str(settings.model.absolute())] if settings.model else []
    job_data = ["--input_asset_job_data_path", str(settings.inputs[0].absolute())]
    return [*settings.arguments, *model, "--batch_endpoint_enabled", "True", *job_data]


def new_run_id() -> str:
    """As those of the platform."""
    return str(uuid.uuid4())
