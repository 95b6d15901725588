"""What a load has to do: which files are new or changed, who reads each, and how the work is cut into slices."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ingest.errors import IngestError
from ingest.load.discover import Discovery, JobTree, is_packed
from ingest.load.tasks import Slice, WorkFile, file_id
from ingest.plugin.registry import Registry
from ingest.sources.protocol import Entry, is_same_version
from ingest.store.known_files import Forgotten, KnownFile, Ledger

_ARCHIVE = "an archive: read only if it is named as an argument"

_SLICE_BYTES = (4 << 20, 48 << 20)
"""Smallest and largest slice: small ones keep all workers busy to the end, large ones make fewer Parquet files."""

_SLICES_PER_WORKER = 4
_SLICE_FILES = 8_192


@dataclass(frozen=True, slots=True)
class UnreadFile:
    """A file that is not read: a row for the ledger."""

    job_id: str | None
    entry: Entry
    kind: str | None
    status: str
    reason: str

    @property
    def file_id(self) -> int:
        """As for a file that is read."""
        entry = self.entry
        return file_id(self.job_id or "", entry.path, entry.size, entry.modified_ns, entry.etag)


@dataclass(slots=True)
class Plan:
    """The work of a load."""

    jobs: list[JobTree] = field(default_factory=list)
    """Jobs with something new."""
    work: list[WorkFile] = field(default_factory=list)
    """Files to read, sorted by job, then path."""
    notes: list[UnreadFile] = field(default_factory=list)
    labels: dict[str, str | None] = field(default_factory=dict)
    """Job id → its labels as a JSON object."""
    files: int = 0
    unchanged: int = 0
    relabelled: set[str] = field(default_factory=set)
    """Jobs that are new, or have other labels or another folder than before."""
    forgotten: list[str] = field(default_factory=list)
    """Jobs that were forgotten for good, and have not changed since."""
    archives: list[str] = field(default_factory=list)
    """Archives beside the jobs that were not there before; nobody asked for them to be opened."""


def make_plan(
    found: Discovery, ledger: Ledger, registry: Registry, *, reparse: bool = False, labels: Mapping[str, str]
) -> Plan:
    """Compares what was found with what the store knows. `reparse`: read all files again, of forgotten jobs too.

    `labels` are put on every job, beside those that it has; an empty text takes one away.

    Raises `IngestError` if a job of the same id, but from another folder, is in the store.
    """
    plan = Plan()
    for job in found.jobs:
        forgotten = ledger.forgotten.get(job.job_id)
        if forgotten is not None and not reparse and _is_as_it_was(job, forgotten):
            plan.forgotten.append(job.job_id)
            continue
        _check_identity(job, ledger)
        before = len(plan.work) + len(plan.notes)
        for entry in job.entries:
            _plan_file(plan, job.job_id, entry, ledger, registry, reparse)
        told = ledger.labels.get(job.job_id)
        plan.labels[job.job_id] = _labelled(told, labels)
        if plan.labels[job.job_id] != told or ledger.sources.get(job.job_id) != job.source:
            plan.relabelled.add(job.job_id)
        if len(plan.work) + len(plan.notes) > before or job.job_id in plan.relabelled:
            plan.jobs.append(job)
    for entry in found.files_outside_jobs:
        plan.files += 1
        known = ledger.files.get((None, entry.path))
        if known is not None and is_same_version(known, entry):
            plan.unchanged += 1
            continue
        if entry.problem is None and is_packed(entry.path):
            plan.archives.append(entry.path)
            plan.notes.append(UnreadFile(None, entry, None, "unclaimed", _ARCHIVE))
        else:
            plan.notes.append(UnreadFile(None, entry, None, "unclaimed", entry.problem or "outside any job's tree"))
    plan.work.sort(key=lambda file: (file.job_id, file.path))
    return plan


def _labelled(told: str | None, labels: Mapping[str, str]) -> str | None:
    """A job's labels, with further ones."""
    if not labels:
        return told
    merged = {**(json.loads(told) if told else {}), **labels}
    left = {key: merged[key] for key in sorted(merged) if merged[key]}
    return json.dumps(left, ensure_ascii=False) if left else None


def _is_as_it_was(job: JobTree, forgotten: Forgotten) -> bool:
    """Whether a job's folder is the one that was forgotten, and no log in it was written since."""
    return (
        job.source == forgotten.source
        and (len(job.entries), sum(entry.size for entry in job.entries)) == (forgotten.files, forgotten.bytes)
        and all(entry.modified_ns <= forgotten.at_ns for entry in job.entries)
    )


def _check_identity(job: JobTree, ledger: Ledger) -> None:
    """Two different jobs never merge in silence."""
    source = ledger.sources.get(job.job_id)
    if source is None or source == job.source or job.run_id == job.job_id or job.named:
        return
    raise IngestError(
        f"job {job.job_id!r} is in the store already, read from {source}; now the name comes from {job.source}",
        f"Another job: --job-id '{job.source}=NEW-NAME'. The same job, moved: --job-id '{job.source}={job.job_id}'.",
    )


def _plan_file(plan: Plan, job_id: str, entry: Entry, ledger: Ledger, registry: Registry, reparse: bool) -> None:
    """Decides about one file: unchanged, to read, or to note."""
    plan.files += 1
    known = ledger.files.get((job_id, entry.path))
    same_claims = registry.digest == ledger.digest
    if known is not None and not reparse and _stands(known, entry) and same_claims:
        plan.unchanged += 1
        return
    if entry.problem is not None:
        note = UnreadFile(job_id, entry, None, "ignored", entry.problem)
    else:
        claim = registry.claim(entry.path)
        if claim is not None and (parser := claim.parser) is not None:
            read_by = (parser.name, parser.version)
            if known is not None and not reparse and (known.parser, known.parser_version) == read_by:
                if _stands(known, entry):
                    plan.unchanged += 1
                    return
                known_hash = known.content_hash if known.size == entry.size and known.status == "parsed" else None
                front = known.front if entry.size > known.size and known.status == "parsed" else None
            else:
                known_hash = front = None
            plan.work.append(
                WorkFile(
                    job_id,
                    entry.path,
                    entry.location,
                    entry.size,
                    parser.name,
                    claim.groups,
                    known_hash,
                    entry.modified_ns,
                    front,
                )
            )
            return
        if claim is not None and claim.ignored is not None:
            note = UnreadFile(job_id, entry, claim.ignored.kind, "ignored", claim.ignored.reason)
        else:
            note = UnreadFile(job_id, entry, None, "unclaimed", "no parser knows a file at this path")
    if known is not None and _stands(known, entry) and known.status == note.status:
        plan.unchanged += 1
        return
    plan.notes.append(note)


def _stands(known: KnownFile, entry: Entry) -> bool:
    """Whether a file is as it was; one that could not be read is tried again."""
    return is_same_version(known, entry) and known.status != "failed"


def slices(work: Sequence[WorkFile], load_id: str, workers: int) -> Iterator[Slice]:
    """Files of consecutive jobs, cut where a slice is full; a large file is a slice of its own."""
    total = sum(file.size for file in work)
    full = min(max(total // (workers * _SLICES_PER_WORKER), _SLICE_BYTES[0]), _SLICE_BYTES[1])
    held: list[WorkFile] = []
    held_bytes = number = 0
    for file in work:
        if held and (held_bytes + file.size > full or len(held) >= _SLICE_FILES):
            yield Slice(f"{load_id}-{number:05d}", held)
            held, held_bytes, number = [], 0, number + 1
        held.append(file)
        held_bytes += file.size
    if held:
        yield Slice(f"{load_id}-{number:05d}", held)
