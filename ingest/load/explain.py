"""Why a file is read the way it is: who claims it, who else would, what it gives, and what could not be understood."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ingest.artifact_root import DOWNLOAD_OUTPUTS, DOWNLOAD_ROOT, ROOT_MARKS, is_root
from ingest.errors import InputError
from ingest.hookspecs import Parser
from ingest.load.discover import Discovery, discover
from ingest.model import PROVENANCE_COLUMNS
from ingest.parsing.batch import Batch, Parsed, SourceFile
from ingest.parsing.decoding import as_utf8
from ingest.parsing.stored_rows import finished
from ingest.plugin.registry import Claim, Registry
from ingest.sources.archive.source import kind_of
from ingest.sources.content import Content
from ingest.sources.directory import walk
from ingest.sources.kinds import Files, url_scheme
from ingest.sources.protocol import ALL, Entry, SourceOptions

_READ_AT_MOST = 64 << 20
"""Bytes of a file that are tried; enough to see what a parser makes of it."""

_ENGINE_COLUMNS = frozenset(column.name for column in PROVENANCE_COLUMNS)


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody else whose pattern matches the path too."""

    parser: str | None
    """None: a note that such files are not read."""
    pattern: str
    specificity: int


@dataclass(frozen=True, slots=True)
class RejectedRecord:
    """A record that the parser could not understand."""

    line_no: int
    reason: str
    text: str


@dataclass(slots=True)
class Explanation:
    """What becomes of one file."""

    path: str
    """Below the artifact root."""
    job: str | None = None
    """The job's id, if a whole tree is explained."""
    parser: str | None = None
    version: int | None = None
    plugin: str | None = None
    kind: str | None = None
    pattern: str | None = None
    specificity: int | None = None
    """How many characters the pattern spells out, see `ingest.plugin.claims`."""
    groups: dict[str, str] = field(default_factory=dict)
    """What the path says."""
    others: list[Other] = field(default_factory=list)
    """Who else claims it; the more specific first."""
    ignored: str | None = None
    """Why the file is known and not read."""
    problem: str | None = None
    """Why the file cannot be read: no permission, a symbolic link, a parser that raises."""
    records: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    """Rows by table."""
    first_rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The first row of each table, without the columns that every record starts with."""
    rejects: int = 0
    misfits: list[RejectedRecord] = field(default_factory=list)
    """The first records that were not understood."""
    bytes_left: int = 0
    """What of a very large file was not looked at."""


def explain(
    target: str, registry: Registry, as_path: str | None = None, wanted: SourceOptions = ALL
) -> Iterator[Explanation]:
    """Explains a file, or each file of a folder, an archive or an URL. `as_path`: where the file would lie below a job's root.

    Raises `InputError` if there is nothing that could be explained.
    """
    if url_scheme(target) is not None:
        yield from _explain_all(target, registry, wanted)
        return
    location = Path(os.path.abspath(target))  # noqa: PTH100  # Path.resolve would follow symbolic links
    if location.is_dir():
        if as_path is not None:
            raise InputError(f"{target}: is a folder, and --as names one file", "Give the file.")
        yield from _explain_folder(target, location, registry, wanted)
        return
    if not os.path.lexists(location):
        raise InputError(f"{target}: no such file or folder", "Check the path.")
    path = as_path or _path_in_job(location)
    if path is None and location.is_file() and kind_of(location) is not None:
        yield from _explain_all(target, registry, wanted)
        return
    if path is None:
        marks = ", ".join(f"{mark}/" for mark in ROOT_MARKS)
        raise InputError(
            f"{target}: lies in no job (no folder above it holds {marks})",
            f"Say where it would lie: --as logs/{location.name}",
        )
    yield _explain_file(partial(_file_content, location), path, registry)


def _explain_file(opened: Callable[[], Content], path: str, registry: Registry, job: str | None = None) -> Explanation:
    """What becomes of a file if it lies at `path` below an artifact root."""
    told = Explanation(path, job)
    claims = list(registry.claims(path))
    if not claims:
        return told
    claim = claims[0]
    told.others = [_other(one) for one in claims[1:]]
    told.groups, told.specificity = dict(claim.groups), claim.specificity
    if claim.ignored is not None:
        told.kind, told.pattern, told.ignored = claim.ignored.kind, claim.ignored.path, claim.ignored.reason
    if (parser := claim.parser) is None:
        return told
    told.parser, told.version, told.plugin = parser.name, parser.version, registry.plugin_of.get(parser.name)
    told.kind, told.pattern = parser.kind, parser.path
    try:
        content = _content(opened, parser, told)
        batch = Batch.of((SourceFile(path, claim.groups), content))
        _tell_parsed(told, parser, parser.parse(batch), batch)
    except OSError as error:
        told.problem = f"cannot be read: {error.strerror or error}"
    except (Exception, SystemExit) as error:  # a stranger's parser may raise anything
        told.problem = f"the parser raised {error!r}"
    return told


def closest(path: str, registry: Registry) -> tuple[str, Parser] | None:
    """The sample most like a path that nobody claims, and whose it is: for typing errors, in a path or in a pattern."""
    samples = {sample.path: parser for parser in registry.parsers.values() for sample in parser.samples}
    found = get_close_matches(path, samples, n=1)
    return (found[0], samples[found[0]]) if found else None


def _other(claim: Claim) -> Other:
    return Other(claim.parser.name if claim.parser else None, claim.claimant.path, claim.specificity)


def _file_content(location: Path) -> Content:
    """A file that was named, whatever links lead to its folder."""
    return Files().open(str(location.parent.resolve() / location.name))


def _content(opened: Callable[[], Content], parser: Parser, told: Explanation) -> bytes:
    """The file as a load would give it to the parser; of a very large one the whole records at its start."""
    with closing(opened()) as file:
        read = next(file.windows(_READ_AT_MOST), b"")
        content = as_utf8(read)
        told.bytes_left = file.size - len(read)
    return content[: parser.cut(content) or None] if told.bytes_left else content


def _tell_parsed(told: Explanation, parser: Parser, parsed: Parsed, batch: Batch) -> None:
    """Adds what the parser made of the file."""
    for table, rows, _ in finished(parsed, batch, parser.tables, [""], [0], np.zeros(1, np.bool_)):
        told.rows[table.name] = rows.num_rows
        first = rows.slice(0, 1).to_pylist()[0]
        told.first_rows[table.name] = {name: value for name, value in first.items() if name not in _ENGINE_COLUMNS}
    told.records = int(parsed.records.sum()) if parsed.records is not None else sum(told.rows.values())
    told.rejects = len(parsed.rejects)
    for reject in sorted(parsed.rejects, key=lambda one: one.start)[:5]:
        text = batch.data[reject.start : min(reject.end, reject.start + 200)].decode("utf-8", "replace")
        (line_no,) = batch.line_numbers(np.array([reject.start])).tolist()
        told.misfits.append(RejectedRecord(line_no, reject.reason, text))


def _explain_all(target: str, registry: Registry, wanted: SourceOptions) -> Iterator[Explanation]:
    """The files of the jobs in an archive or at an URL."""
    found = discover([target], wanted=wanted, schemes=registry.schemes)
    if not found.jobs and not found.files_outside_jobs:
        for problem in found.problems:
            raise problem
    yield from _explain_found(found, registry)


def _explain_folder(target: str, folder: Path, registry: Registry, wanted: SourceOptions) -> Iterator[Explanation]:
    """The files of the jobs in a folder, or of a folder within a job."""
    found = discover([target], wanted=wanted)
    inside = None if found.jobs else _path_in_job(folder)
    if inside is not None:
        with closing(Files()) as files:
            for entry in walk(str(folder.resolve()), f"{inside}/"):
                yield _explain_entry(files, entry, registry, None)
        return
    for problem in found.problems:
        raise problem
    yield from _explain_found(found, registry)


def _explain_found(found: Discovery, registry: Registry) -> Iterator[Explanation]:
    with closing(Files(registry.schemes)) as files:
        for job in found.jobs:
            for entry in job.entries:
                yield _explain_entry(files, entry, registry, job.job_id)
    for stray in found.files_outside_jobs:
        yield Explanation(stray.path, problem=stray.problem or "lies outside any job")


def _explain_entry(files: Files, entry: Entry, registry: Registry, job: str | None) -> Explanation:
    """A file as a load would find it: what is no file it does not open."""
    if entry.problem is not None:
        return Explanation(entry.path, job, problem=entry.problem)
    return _explain_file(partial(files.open, entry.location), entry.path, registry, job)


def _path_in_job(location: Path) -> str | None:
    """A path below the artifact root that it lies in; the nearest one, if there are several around it."""
    for folder in location.parents:
        inside = location.relative_to(folder)
        if is_root(folder):
            return inside.as_posix()
        if is_root(folder / DOWNLOAD_ROOT):
            return inside.as_posix() if inside.parts[0] in DOWNLOAD_OUTPUTS else f"../{inside.as_posix()}"
    return None
