"""From a plan to a tree on disk and the truth about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from treegen.files.common_runtime import write_common_runtime
from treegen.files.control_plane import write_control_plane
from treegen.files.cuts import cuts_of
from treegen.files.fixed_files import write_fixed_files
from treegen.files.job import Job
from treegen.files.job_outcome import write_job_outcome
from treegen.files.manager_logs import write_manager_logs
from treegen.files.master_2020 import write_master_logs_2020
from treegen.files.master_logs import write_master_logs
from treegen.files.mini_batch_table import write_mini_batch_table
from treegen.files.overview import write_overview
from treegen.files.paths import Paths
from treegen.files.platform_classic import write_platform_classic
from treegen.files.process_snapshots import write_process_snapshots
from treegen.files.progress_csv import write_progress_csv
from treegen.files.resource_csvs import write_resource_csvs
from treegen.files.resource_csvs_2020 import write_resource_csvs_2020
from treegen.files.task_tables import write_task_tables
from treegen.files.tree import Tree, job_folder
from treegen.files.user_output import write_user_output
from treegen.files.worker_logs import write_worker_logs
from treegen.model.plan import JobPlan
from treegen.model.resources import sample_resources
from treegen.model.simulation import simulate
from treegen.model.truth import Truth, truth_of

_WRITERS: tuple[Callable[[Job, Tree], None], ...] = (
    write_fixed_files,
    write_overview,
    write_master_logs,
    write_master_logs_2020,
    write_manager_logs,
    write_worker_logs,
    write_mini_batch_table,
    write_task_tables,
    write_progress_csv,
    write_job_outcome,
    write_user_output,
    write_resource_csvs,
    write_resource_csvs_2020,
    write_process_snapshots,
    write_control_plane,
    write_platform_classic,
    write_common_runtime,
)


def write_job(root: Path, plan: JobPlan) -> Truth:
    """Play ``plan``, write its tree below ``root``, and say what a reader should find.

    The folder is ``<root>/<name>``, or ``<root>/ExperimentRun/dcid.<name>`` with ``Layout.BLOB``.

    :raises FileExistsError: if that folder is there already; a job is never mixed into another.
    """
    folder = job_folder(root, plan)
    if folder.exists():
        raise FileExistsError(f"{folder} exists already")
    history = simulate(plan)
    job = Job(history, sample_resources(history), Paths(plan.generation))
    tree = Tree(root, plan)
    tree.cuts.update(cuts_of(job))
    for write in _WRITERS:
        write(job, tree)
    return truth_of(history, job.samples)
