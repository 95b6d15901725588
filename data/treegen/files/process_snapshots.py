"""``ps aux`` snapshots below the perf folder (formats.md §10.4)."""

from __future__ import annotations

from dataclasses import dataclass

from treegen.files.job import Job
from treegen.files.manager_logs import MANAGER_PID
from treegen.files.tree import Tree
from treegen.model import identity
from treegen.model.history import Node
from treegen.model.resources import ProcessSample

_HEADER = "USER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND"
_DRIVER = "prs_prod/bin/python"
_WORKER = "/azureml-envs/azureml_da3e97fcb51801118b8e80207f3e01ad/bin/python"


@dataclass(frozen=True)
class _Process:
    pid: int
    cpu: float
    memory: float
    vsz: int
    rss: int
    state: str
    seconds: float
    command: str

    def line(self, start: str) -> str:
        """Wide VSZ and RSS push the row right, as in real files (trap 15)."""
        minutes, seconds = divmod(int(self.seconds), 60)
        tty = "pts/0" if self.pid == 1 else "?"
        return (
            f"root     {self.pid:>5} {self.cpu:>4.1f} {self.memory:>4.1f} {self.vsz:>6}"
            f" {self.rss:>5} {tty:<8} {self.state:<4} {start} {minutes:>3}:{seconds:02d}"
            f" {self.command}"
        )


def write_process_snapshots(job: Job, tree: Tree) -> None:
    """A few snapshots per node, spread over the job; V1 writes two sorted files each."""
    if not job.plan.extras:
        return
    for node in job.history.nodes:
        checks = job.samples.processes.get(node.name, [])
        wanted = min(job.plan.snapshots, len(checks))
        written: set[str] = set()
        for check in (checks[i * len(checks) // wanted] for i in range(wanted)):
            at = job.at(check[0].at)
            for path in job.paths.snapshots(node.name, at):
                if path not in written:
                    written.add(path)
                    tree.text(path, _snapshot(job, node, check, path))


def _snapshot(job: Job, node: Node, check: list[ProcessSample], path: str) -> str:
    start = f"{job.at(node.started_at):%H:%M}"
    by_memory = "/memory_" in path
    sort = "%mem" if by_memory else "%cpu"
    processes = [*_workers(job, check), *_system(job, sort)]
    processes.sort(key=lambda p: -p.memory if by_memory else -p.cpu)
    return "\n".join([_HEADER, *(p.line(start) for p in processes)]) + "\n"


def _workers(job: Job, check: list[ProcessSample]) -> list[_Process]:
    work_dir = identity.work_dir(job.plan)
    found: list[_Process] = []
    for sample in check:
        rss = int(sample.memory_mb * 1024)
        seconds = sample.user_s + sample.system_s
        manager = sample.name == "manager"
        python = f"{work_dir}/{_DRIVER}" if manager else _WORKER
        module = "boot_node" if manager else "boot_process"
        script = f"{work_dir}/driver/azureml_user/parallel_run/{module}.py"
        found.append(
            _Process(
                MANAGER_PID if manager else sample.pid,
                18.7 if manager else sample.cpu_percent,
                round(sample.memory_percent, 1),
                rss + (1 << 20 if sample.memory_mb > 400 else 190_000),
                rss,
                "Sl" if manager else "RNl",
                seconds,
                f"{python} {script}",
            )
        )
        if not manager and sample.busy_s:
            # the data engine of a worker: a child, not counted for it (formats.md §10.3)
            engine = "dotnet /root/.dataprep/bin/Microsoft.DPrep.Execution.EngineHost.dll"
            found.append(_Process(sample.pid + 3, 2.4, 0.8, 12_046_092, 61_440, "SNl", seconds / 9, engine))
    return found


def _system(job: Job, sort: str) -> list[_Process]:
    work_dir = identity.work_dir(job.plan)
    commands = (
        (1, 20_248, 3_844, "Ss+", "bash"),
        (46, 59_472, 5_748, "Ss", "/usr/sbin/sshd -D -p 23"),
        (102, 198_452, 8_312, "Sl", "/mnt/batch/tasks/startup/wd/hosttools -task=runTaskLet"),
        (
            110,
            11_628,
            3_096,
            "S",
            "bash -c if [ -f ~/.bashrc ]; then PS1_back=$PS1; PS1='$'; . ~/.bashrc; fi;"
            f"PATH=$PATH:$AZ_BATCH_NODE_STARTUP_DIR/wd/;cd {work_dir}",
        ),
        (975, 4_544, 884, "S", f"/bin/sh -c ps aux --sort=-{sort} > {work_dir}/snapshot"),
        (978, 34_144, 3_276, "R", f"ps aux --sort=-{sort}"),
    )
    return [_Process(pid, 0.0, 0.0, vsz, rss, st, 0.4, text) for pid, vsz, rss, st, text in commands]
