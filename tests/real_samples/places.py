"""Where each real sample stood in its job, and who reads it there. The samples lie outside of the repository."""

from __future__ import annotations

import re
import shutil
from os import environ
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = Path(environ.get("INGEST_REAL_SAMPLES") or ROOT.parent / "shared" / "real-samples")
"""A folder of `NAME.txt` with `NAME.source` beside it, and of whole trees."""

TREES = {"command_job_2023": 10}
"""Folders that are whole artifact roots, and how many files they hold."""


class Place(NamedTuple):
    """A path below the artifact root and the parser that must claim it."""

    path: str
    parser: str


_PERF = "logs/sys/perf/10.0.0.10"
_NODE = "tvmps_" + "0a" * 32 + "_d"

PLACES = {
    "access_error_2022-12_azuredocs102446": Place("user_logs/std_log_0.txt", "azureml.driver"),
    "dataset_mount_error_azuredocs58012": Place("azureml-logs/70_driver_log_0.txt", "azureml.driver"),
    "driver_70_2020-10_examples204": Place("azureml-logs/70_driver_log.txt", "azureml.driver"),
    "executionlogs_2019-11_issue606": Place("logs/azureml/executionlogs.txt", "azureml.control"),
    "job_error_2023-02_azuredocs105903": Place("logs/job_error.txt", "azureml.job_error"),
    "job_post_75_2020-06_dp100_37": Place(f"azureml-logs/75_job_post-{_NODE}.txt", "azureml.platform"),
    "job_progress_overview_2021-04_issue1429": Place("logs/job_progress_overview.2021041522.txt", "azureml.overview"),
    "master_role_2020-10_tuning_guide": Place("logs/sys/master_role.2020100901.txt", "azureml.master"),
    "mlflow_batch_stdout_docs": Place("logs/user/stdout/0/process000.stdout.txt", "azureml.user_stream"),
    "node_disk_usage_2020-10_screenshot": Place(f"{_PERF}/node_disk_usage.csv", "azureml.node_disk"),
    "node_resource_usage_2020-10_screenshot": Place(f"{_PERF}/node_resource_usage.csv", "azureml.node_resource"),
    "parallel_task_exception_2023-04_examples2221": Place("user_logs/std_log_0.txt", "azureml.driver"),
    "processes_resource_usage_2020-10_screenshot": Place(
        f"{_PERF}/processes_resource_usage.csv", "azureml.process_resource"
    ),
    "ps_cpu_28_2020-10_screenshot": Place(f"{_PERF}/processes_cpu_memory_usage/2020101910/cpu_28", "azureml.snapshot"),
    "run_error_message_2023-02_azuredocs105903": Place("user_logs/std_log_0.txt", "azureml.driver"),
    "std_log_0_2024-01_issue31839": Place("user_logs/std_log_0.txt", "azureml.driver"),
    "std_log_0_2024-08_examples3343": Place("user_logs/std_log_0.txt", "azureml.driver"),
    "sys_error_main_2021-04_issue1429": Place("logs/sys/error/10.0.0.4/_main.txt", "azureml.worker_level"),
    "sys_error_main_headless_2021-04_issue1429": Place("logs/sys/error/10.0.0.4/_main", "azureml.worker_level"),
    "sys_error_process_2021-04_issue1429": Place("logs/sys/error/10.0.0.4/process000.txt", "azureml.worker_level"),
    "task_csv_2020-05_issue957": Place("logs/sys/worker/10.0.0.4/Process-1.task.csv", "azureml.task_csv"),
    "user_stdout_logging_2025": Place("logs/user/stdout/0/process000.stdout.txt", "azureml.user_stream"),
}

_PATH = re.compile(r"(?:logs|azureml-logs|user_logs|system_logs)/[\w./<>*-]+")


def place_by_source(source: str) -> str:
    """The path of a sample that is not listed above, as its `.source` tells it: `logs/sys/error/<node>/_main.txt`."""
    if found := _PATH.search(source):
        path = found[0].rstrip(".").replace("tvmps_<node>", _NODE)
        path = re.sub(r"<(?:node|ip|node_id)>", "10.0.0.4", path).replace("<proc>", "process000")
        return (
            re.sub(r"\.?(?:\*|<\w+>)", "", path).replace("processNNN", "process000").replace("Process-N", "Process-1")
        )
    return "user_logs/std_log_0.txt"


def lay_out(folder: Path) -> dict[str, Path]:
    """Copies each sample to its place in a job of its own; gives the artifact roots by job."""
    roots = {}
    for sample in sorted(SAMPLES.glob("*.txt")):
        known = PLACES.get(sample.stem)
        path = known.path if known else place_by_source(sample.with_suffix(".source").read_text())
        roots[sample.stem] = folder / sample.stem
        target = roots[sample.stem] / path
        target.parent.mkdir(parents=True)
        shutil.copyfile(sample, target)
    for tree in sorted(path for path in SAMPLES.iterdir() if path.is_dir()):
        roots[tree.name] = Path(shutil.copytree(tree, folder / tree.name, copy_function=shutil.copyfile))
    return roots
