"""Finds jobs in folders. An argument may be an artifact root, a download, a prefix of blobs, or a folder of any of
these.

An artifact root is a folder that holds `logs/`, `azureml-logs/`, `user_logs/` or `system_logs/` (formats.md §2).
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingest.artifact_root import DOWNLOAD_OUTPUTS, DOWNLOAD_ROOT, ROOT_MARKS, is_root
from ingest.errors import IngestError, InputError
from ingest.sources.directory import NOT_LISTED, Entry, printable, walk

_RUN_PREFIX = re.compile(r"^dcid\.(?P<run_id>.+)$")
_PREDICTIONS = re.compile(r"(^|/)(predictions\.csv|parallel_run_step\.txt|score)(/|$)")


@dataclass(frozen=True, slots=True)
class JobTree:
    """A job found on disk: its files by path below the artifact root."""

    job_id: str
    source: str
    run_id: str | None
    entries: Sequence[Entry]
    named: bool = False
    """Its id was given by the user."""


@dataclass(slots=True)
class Discovery:
    """All that some arguments hold."""

    jobs: list[JobTree] = field(default_factory=list)
    files_outside_jobs: list[Entry] = field(default_factory=list)
    """Files outside any job tree; paths are absolute."""
    problems: list[InputError] = field(default_factory=list)
    """Arguments that hold no job, the others are read all the same."""


def discover(arguments: Sequence[str], job_ids: Mapping[str, str] | None = None) -> Discovery:
    """The jobs in some folders, sorted by id. `job_ids`: folder → id, from `--job-id`; the key `""` names an only job.

    Raises `IngestError` if two folders would give one id to two jobs.
    """
    found = Discovery()
    names = {str(Path(folder).resolve()): name for folder, name in (job_ids or {}).items() if folder}
    only = (job_ids or {}).get("")
    for argument in dict.fromkeys(arguments):
        before = len(found.jobs)
        _discover_one(argument, names, found)
        if only and len(found.jobs) - before > 1:
            raise IngestError(
                f"--job-id {only} names one job, but {argument} holds {len(found.jobs) - before}",
                "Name each: --job-id FOLDER=NAME.",
            )
    if only and len(found.jobs) > 1:
        raise IngestError(
            f"--job-id {only} names one job, but {len(found.jobs)} were found", "Name each: --job-id FOLDER=NAME."
        )
    if only:
        found.jobs = [JobTree(only, job.source, job.run_id, job.entries, named=True) for job in found.jobs]
    _check_names(found.jobs, names)
    found.jobs.sort(key=lambda job: job.job_id)
    return found


def _discover_one(argument: str, names: Mapping[str, str], found: Discovery) -> None:
    """Adds what one argument holds."""
    path = Path(argument)
    try:
        there, is_folder, top = path.exists(), path.is_dir(), path.resolve()
    except (OSError, RuntimeError) as error:  # RuntimeError: a link to itself, before Python 3.13
        wrong = f"{argument[:200]}: cannot be looked at: {getattr(error, 'strerror', None) or error}"
        found.problems.append(InputError(wrong, "Check the path and its permissions."))
        return
    if not there:
        found.problems.append(
            InputError(f"{argument}: no such folder", "Check the path; give folders of downloaded logs.")
        )
        return
    if not is_folder:
        found.problems.append(
            InputError(
                f"{argument}: is a file, but a folder is wanted", "Give the job's folder, the one that holds logs/."
            )
        )
        return
    seen = {job.source for job in found.jobs}
    jobs: list[JobTree] = []
    files_outside_jobs: list[Entry] = []
    _search(top, names, jobs, files_outside_jobs)
    unlisted = [
        entry
        for entries in (files_outside_jobs, *(job.entries for job in jobs))
        for entry in entries
        if _is_unlisted(entry)
    ]
    if unlisted:
        found.problems.append(_not_listed(argument, top, unlisted))
    if not jobs and unlisted:
        found.files_outside_jobs += [stray for stray in files_outside_jobs if stray not in found.files_outside_jobs]
        return
    if not jobs:
        found.problems.append(_no_logs(argument, top, files_outside_jobs))
        return
    found.jobs += [job for job in jobs if job.source not in seen]
    known = set(found.files_outside_jobs)
    found.files_outside_jobs += [stray for stray in files_outside_jobs if stray not in known]


def _search(folder: Path, names: Mapping[str, str], jobs: list[JobTree], files_outside_jobs: list[Entry]) -> None:
    """Looks for jobs in a folder and, where it is none, in the folders below."""
    try:
        with os.scandir(folder) as listing:
            children = sorted(listing, key=lambda one: one.name)
    except OSError as error:
        files_outside_jobs.append(Entry(str(folder), str(folder), problem=f"{NOT_LISTED}{error.strerror}"))
        return
    folders = {one.name for one in children if one.is_dir(follow_symlinks=False)}
    if folders.intersection(ROOT_MARKS):
        jobs.append(_job(folder, folder, names, walk(str(folder))))
        return
    if DOWNLOAD_ROOT in folders and is_root(folder / DOWNLOAD_ROOT) and not _has_other_jobs(folder, folders):
        entries = walk(str(folder / DOWNLOAD_ROOT))
        for one in children:
            if one.name != DOWNLOAD_ROOT and one.name in folders:
                beside = f"{one.name}/" if one.name in DOWNLOAD_OUTPUTS else f"../{printable(one.name)}/"
                entries += walk(one.path, beside)
        files_outside_jobs += walk(str(folder), f"{folder}/", deep=False)
        jobs.append(_job(folder, folder / DOWNLOAD_ROOT, names, entries))
        return
    files_outside_jobs += walk(str(folder), f"{folder}/", deep=False)
    for one in children:
        if one.name in folders:
            _search(Path(one.path), names, jobs, files_outside_jobs)


def _has_other_jobs(folder: Path, folders: set[str]) -> bool:
    """Whether beside `artifacts` there are jobs: then it is one of them, though its name is that of a download."""
    beside = (folder / name for name in folders if name != DOWNLOAD_ROOT and name not in DOWNLOAD_OUTPUTS)
    return any(is_root(one) or is_root(one / DOWNLOAD_ROOT) or _RUN_PREFIX.match(one.name) for one in beside)


def _is_among_jobs(folder: Path) -> bool:
    """Whether jobs lie beside a folder."""
    try:
        with os.scandir(folder.parent) as listing:
            return _has_other_jobs(folder.parent, {one.name for one in listing if one.is_dir(follow_symlinks=False)})
    except OSError:
        return False


def _job(folder: Path, root: Path, names: Mapping[str, str], entries: list[Entry]) -> JobTree:
    """Gives a job its id: as told, else its run id, else the folder's name."""
    named = folder
    if folder == root and folder.name == DOWNLOAD_ROOT and not _is_among_jobs(folder):  # `artifacts` itself was given
        named = folder.parent
    run = _RUN_PREFIX.match(named.name)
    run_id = run["run_id"] if run else None
    told = names.get(str(folder)) or names.get(str(named)) or names.get(str(root))
    job_id = told or run_id or printable(named.name)
    return JobTree(job_id, printable(str(named)), run_id, entries, named=told is not None)


def _check_names(jobs: Sequence[JobTree], names: Mapping[str, str]) -> None:
    """Two folders must not give one id to two jobs, and each `--job-id FOLDER=` must be one."""
    by_id: dict[str, JobTree] = {}
    for job in jobs:
        other = by_id.setdefault(job.job_id, job)
        if other is not job:
            raise IngestError(
                f"two folders would both be job {job.job_id!r}: {other.source} and {job.source}",
                f"Name one of them: --job-id '{job.source}=ANOTHER-NAME', or give only one.",
            )
    known = {job.source for job in jobs if job.named}
    for folder, name in names.items():
        if folder not in known and str(Path(folder).parent) not in known:
            raise IngestError(
                f"--job-id {folder}={name}: no job was found in that folder",
                "Give the folder that holds logs/ (or artifacts/), and give it as an argument too.",
            )


def _is_unlisted(entry: Entry) -> bool:
    return entry.problem is not None and entry.problem.startswith(NOT_LISTED)


def _not_listed(argument: str, top: Path, unlisted: Sequence[Entry]) -> InputError:
    """What to say of folders that cannot be listed: what is in them counts as not read."""
    first = unlisted[0]
    reason = (first.problem or "").removeprefix(NOT_LISTED)
    where = argument if first.location == str(top) else first.location
    others = f" (and {len(unlisted) - 1} more folders)" if len(unlisted) > 1 else ""
    return InputError(
        f"{where}: the folder cannot be listed, nothing in it was read: {reason}{others}",
        "Give yourself the right to list and read it, then load again.",
    )


def _no_logs(argument: str, top: Path, files_outside_jobs: Sequence[Entry]) -> InputError:
    """Why a folder holds no job: say what was looked for, and know the two usual mistakes."""
    if top.name in ROOT_MARKS:
        return InputError(f"{argument}: this is a job's {top.name}/ folder itself", f"Give its parent: {top.parent}")
    if any(_PREDICTIONS.search(entry.path.removeprefix(f"{top}/")) for entry in files_outside_jobs):
        return InputError(
            f"{argument}: predictions, but no logs: a download of the batch endpoint's parent job has none",
            "The logs belong to its child run 'batchscoring': az ml job download --name <child run> --all",
        )
    packed = [entry.path for entry in files_outside_jobs if entry.path.lower().endswith(".zip")]
    if packed:
        return InputError(
            f"{argument}: no job found, but {packed[0].removeprefix(f'{top}/')}: logs in a zip file are not read",
            "Unpack it (unzip), and give the folder that it makes.",
        )
    marks = ", ".join(f"{mark}/" for mark in ROOT_MARKS)
    return InputError(
        f"{argument}: no job found; looked for a folder that holds {marks} at any depth"
        f" ({len(files_outside_jobs)} other files)",
        "Give the folder made by: az ml job download --name <run> --all --download-path <folder>",
    )
