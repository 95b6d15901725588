"""Finds jobs in sources. An argument may be an artifact root, a download, a prefix of blobs, or a folder of any of these,
on disk, in an archive or in an object store.

An artifact root is a folder that holds `logs/`, `azureml-logs/`, `user_logs/` or `system_logs/` (formats.md §2).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from ingest.artifact_root import DOWNLOAD_OUTPUTS, DOWNLOAD_ROOT, ROOT_MARKS
from ingest.errors import IngestError, InputError
from ingest.sources.directory import Directory, printable
from ingest.sources.kinds import source_of, without_secret
from ingest.sources.protocol import ALL, NOT_LISTED, SYMBOLIC_LINK, Entry, Source, SourceOptions, SourceScheme

_RUN_PREFIX = re.compile(r"^dcid\.(?P<run_id>.+)$")
_NAMED = 3
_PACKED = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.zst")
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
    schemes: Sequence[SourceScheme] = ()
    sources: list[Source] = field(default_factory=list)
    """Kept while entries are read: what some had to unpack is there as long as they are."""


def discover(
    arguments: Sequence[str],
    job_ids: Mapping[str, str] | None = None,
    *,
    wanted: SourceOptions = ALL,
    schemes: Sequence[SourceScheme] = (),
) -> Discovery:
    """The jobs in some sources, sorted by id. `job_ids`: folder → id, from `--job-id`; the key `""` names an only job.

    `schemes` are the kinds of sources that are known beside folders and archives.
    Raises `IngestError` if two folders would give one id to two jobs.
    """
    found = Discovery(schemes=schemes)
    names = {_full(folder): name for folder, name in (job_ids or {}).items() if folder}
    only = (job_ids or {}).get("")
    for argument in dict.fromkeys(arguments):
        before = len(found.jobs)
        _discover_one(argument, names, found, wanted)
        if only and len(found.jobs) - before > 1:
            raise IngestError(
                f"--job-id {only} names one job, but {without_secret(argument)} holds {len(found.jobs) - before}",
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


def _full(folder: str) -> str:
    """A folder of `--job-id` as sources name it: a path from the root on, an URL as it is."""
    return without_secret(folder).rstrip("/") if "://" in folder else str(Path(folder).resolve())


def _discover_one(argument: str, names: Mapping[str, str], found: Discovery, wanted: SourceOptions) -> None:
    """Adds what one argument holds."""
    try:
        source = source_of(argument, wanted, found.schemes)
    except InputError as error:
        found.problems.append(error)
        return
    found.sources.append(source)
    seen = {job.source for job in found.jobs}
    search = _Search(source, names, wanted)
    search.look("", 0)
    jobs, files_outside_jobs = search.jobs, search.files_outside_jobs
    found.problems += [
        InputError(f"{source.text('')}: {notice}", "The rest of it was read.") for notice in source.notices
    ]
    unlisted = [
        entry
        for entries in (files_outside_jobs, *(job.entries for job in jobs))
        for entry in entries
        if _is_unlisted(entry)
    ]
    if unlisted:
        found.problems.append(_not_listed(argument, source, unlisted))
    if not jobs and unlisted:
        found.files_outside_jobs += [stray for stray in files_outside_jobs if stray not in found.files_outside_jobs]
        return
    if not jobs:
        found.problems.append(_no_logs(argument, source, files_outside_jobs, left_out=search.left_out))
        return
    found.jobs += [job for job in jobs if job.source not in seen]
    known = set(found.files_outside_jobs)
    found.files_outside_jobs += [stray for stray in files_outside_jobs if stray not in known]


class _Search:
    """Looks for jobs in a source: in a folder and, where it is none, in the folders below."""

    def __init__(self, source: Source, names: Mapping[str, str], wanted: SourceOptions) -> None:
        self._source = source
        self._names = names
        self._match = wanted.match.strip("/").split("/") if wanted.match else []
        self._since_ns = wanted.since_ns
        self.jobs: list[JobTree] = []
        self.files_outside_jobs: list[Entry] = []
        self.left_out = 0
        """Folders that do not match, and jobs in which nothing is new enough."""

    def look(self, folder: str, depth: int) -> None:
        """Adds what a folder holds."""
        source = self._source
        try:
            folders = source.folders(folder)
        except OSError as error:
            text = source.text(folder)
            self.files_outside_jobs.append(Entry(text, text, problem=f"{NOT_LISTED}{error.strerror}"))
            return
        below = f"{folder}/" if folder else ""
        if set(folders).intersection(ROOT_MARKS):
            self._add(folder, folder, source.entries(folder))
            return
        outside = f"{source.text(folder)}/"
        if DOWNLOAD_ROOT in folders and self._is_root(below + DOWNLOAD_ROOT) and not self._has_jobs(below, folders):
            entries = source.entries(below + DOWNLOAD_ROOT)
            for name in folders:
                if name != DOWNLOAD_ROOT:
                    beside = f"{name}/" if name in DOWNLOAD_OUTPUTS else f"../{printable(name)}/"
                    entries += source.entries(below + name, beside)
            self.files_outside_jobs += source.entries(folder, outside, deep=False)
            self._add(folder, below + DOWNLOAD_ROOT, entries)
            return
        self.files_outside_jobs += source.entries(folder, outside, deep=False)
        for name in folders:
            if depth < len(self._match) and not fnmatchcase(name, self._match[depth]):
                self.left_out += 1
            else:
                self.look(below + name, depth + 1)

    def _is_root(self, folder: str) -> bool:
        """Whether a folder is an artifact root."""
        try:
            return bool(set(self._source.folders(folder)).intersection(ROOT_MARKS))
        except OSError:
            return False

    def _has_jobs(self, below: str, folders: Sequence[str]) -> bool:
        """Whether beside `artifacts` there are jobs: then it is one of them, though its name is that of a download."""
        beside = [name for name in folders if name != DOWNLOAD_ROOT and name not in DOWNLOAD_OUTPUTS]
        return any(
            self._is_root(below + name) or self._is_root(f"{below}{name}/{DOWNLOAD_ROOT}") or _RUN_PREFIX.match(name)
            for name in beside
        )

    def _add(self, folder: str, root: str, entries: list[Entry]) -> None:
        """Adds a job: its id is as told, else its run id, else the folder's name."""
        since = self._since_ns
        if since is not None and all(entry.modified_ns < since for entry in entries if entry.problem is None):
            self.left_out += 1
            return
        source = self._source
        name, text = source.name(folder), source.text(folder)
        if not folder and root == folder and name == DOWNLOAD_ROOT and isinstance(source, Directory):
            above = source.top.parent
            if not _Search(Directory(above), {}, ALL)._is_among_jobs():  # `artifacts` itself was given
                name, text = printable(above.name), printable(str(above))
        run = _RUN_PREFIX.match(name)
        run_id = run["run_id"] if run else None
        told = self._names.get(source.text(folder)) or self._names.get(text) or self._names.get(source.text(root))
        self.jobs.append(JobTree(told or run_id or name, text, run_id, entries, named=told is not None))

    def _is_among_jobs(self) -> bool:
        """Whether jobs lie beside `artifacts` in the source's top."""
        try:
            return self._has_jobs("", self._source.folders(""))
        except OSError:
            return False


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


def is_packed(path: str) -> bool:
    """Whether a file's name is that of an archive."""
    return path.lower().endswith(_PACKED)


def _is_unlisted(entry: Entry) -> bool:
    return entry.problem is not None and entry.problem.startswith(NOT_LISTED)


def _not_listed(argument: str, source: Source, unlisted: Sequence[Entry]) -> InputError:
    """What to say of folders that cannot be listed: what is in them counts as not read."""
    first = unlisted[0]
    reason = (first.problem or "").removeprefix(NOT_LISTED)
    where = argument if first.location == source.text("") and isinstance(source, Directory) else first.location
    others = f" (and {len(unlisted) - 1} more folders)" if len(unlisted) > 1 else ""
    return InputError(
        f"{where}: the folder cannot be listed, nothing in it was read: {reason}{others}",
        "Give yourself the right to list and read it, then load again.",
    )


def _no_logs(argument: str, source: Source, files_outside_jobs: Sequence[Entry], *, left_out: int) -> InputError:
    """Why a source holds no job: say what was looked for, and know the usual mistakes."""
    top = source.text("")
    where = argument if isinstance(source, Directory) else top
    if left_out:
        return InputError(
            f"{where}: no job found that `--match` and `--since` let through,"
            f" {left_out} {'was' if left_out == 1 else 'were'} left out",
            "`--match` has a glob for each folder below the argument, as in 'ExperimentRun/dcid.2024*';"
            " `--since` leaves out jobs of which no file was written since then.",
        )
    if isinstance(source, Directory) and source.top.name in ROOT_MARKS:
        return InputError(
            f"{where}: this is a job's {source.top.name}/ folder itself", f"Give its parent: {source.top.parent}"
        )
    if any(_PREDICTIONS.search(entry.path.removeprefix(f"{top}/")) for entry in files_outside_jobs):
        return InputError(
            f"{where}: predictions, but no logs: a download of the batch endpoint's parent job has none",
            "The logs belong to its child run 'batchscoring': az ml job download --name <child run> --all",
        )
    packed = [entry.path for entry in files_outside_jobs if is_packed(entry.path)]
    if packed:
        from ingest.output.wording import some

        names = some([path.removeprefix(f"{top}/") for path in packed], _NAMED)
        one = len(packed) == 1
        return InputError(
            f"{where}: no job found, but {names}: {'an archive is' if one else 'archives are'} read only if named",
            f"Give {'it as an argument' if one else 'each as an argument'}: {packed[0]}",
        )
    links = sum(entry.problem == SYMBOLIC_LINK for entry in files_outside_jobs)
    if links and links == len(files_outside_jobs):
        what = "1 symbolic link, which is" if links == 1 else f"{links:,} symbolic links, which are"
        return InputError(
            f"{where}: no job found, but {what} not followed", f"Give the links as arguments: ingest {where}/*"
        )
    marks = ", ".join(f"{mark}/" for mark in ROOT_MARKS)
    others = len(files_outside_jobs)
    return InputError(
        f"{where}: no job found; looked for a folder that holds {marks} at any depth"
        f" ({others:,} other file{'' if others == 1 else 's'})",
        "Give the folder made by: az ml job download --name <run> --all --download-path <folder>",
    )
