"""Why a file is read the way it is: who claims it, who else would, and what could not be understood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.discover import DOWNLOAD_ROOT, ROOT_MARKS, discover
from ingest.errors import InputError
from ingest.parsing.batch import Batch, SourceFile
from ingest.parsing.text import as_utf8
from ingest.registry import Registry

_READ_AT_MOST = 64 << 20
"""Bytes of a file that are tried; enough to see what a parser makes of it."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """A record that the parser could not understand."""

    line_no: int
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What becomes of one file."""

    path: str
    """Below the artifact root."""
    parser: str | None
    kind: str | None
    pattern: str | None
    groups: dict[str, str]
    """What the path says."""
    others: list[str]
    """Parsers whose pattern matches too, but less specifically."""
    ignored: str | None
    """Why the file is not read, if it is known and left alone."""
    records: int
    rows: dict[str, int]
    """Rows by table."""
    misfits: list[Misfit]
    """The first records that were not understood."""
    rejects: int


def explain_file(location: Path, path: str, registry: Registry, most: int = 5) -> Explanation:
    """What becomes of a file if it lies at `path` below an artifact root. Raises `InputError` if it cannot be read."""
    claims = list(registry.claims(path))
    if not claims:
        return Explanation(path, None, None, None, {}, [], None, 0, {}, [], 0)
    claim, others = claims[0], claims[1:]
    names = [one.parser.name if one.parser else "ignored" for one in others]
    parser = claim.parser
    if parser is None:
        assert claim.ignored is not None
        ignored = claim.ignored
        return Explanation(path, None, ignored.kind, ignored.path, {}, names, ignored.reason, 0, {}, [], 0)
    try:
        with location.open("rb") as handle:
            content = as_utf8(handle.read(_READ_AT_MOST))
    except OSError as error:
        raise InputError(f"{location}: cannot be read: {error.strerror}", "Check the file's permissions.") from error
    batch = Batch.of((SourceFile(path, claim.groups), content))
    parsed = parser.parse(batch)
    rows = {name: table.num_rows for name, table in parsed.tables.items() if table.num_rows}
    records = int(parsed.records.sum()) if parsed.records is not None else sum(rows.values())
    misfits = [
        Misfit(
            content.count(b"\n", 0, reject.start) + 1,
            reject.reason,
            content[reject.start : min(reject.end, reject.start + 200)].decode("utf-8", "replace"),
        )
        for reject in parsed.rejects[:most]
    ]
    groups = dict(claim.groups)
    return Explanation(
        path, parser.name, parser.kind, parser.path, groups, names, None, records, rows, misfits, len(parsed.rejects)
    )


def explain(target: str, registry: Registry, as_path: str | None = None) -> Iterator[Explanation]:
    """Explains a file, or each file of the jobs in a folder. `as_path`: where the file would lie below a root."""
    location = Path(target)
    if not location.exists():
        raise InputError(f"{target}: no such file or folder", "Check the path.")
    if location.is_dir():
        found = discover([target])
        for problem in found.problems:
            raise problem
        for job in found.jobs:
            for entry in job.entries:
                if entry.problem is None:
                    yield explain_file(Path(entry.location), entry.path, registry)
        return
    path = as_path or _path_in_job(location.resolve())
    if path is None:
        marks = ", ".join(f"{mark}/" for mark in ROOT_MARKS)
        raise InputError(
            f"{target}: lies in no job (no folder above it holds {marks})",
            f"Say where it would lie: --as logs/{location.name}",
        )
    yield explain_file(location, path, registry)


def _path_in_job(location: Path) -> str | None:
    """A file's path below the artifact root that it lies in."""
    for folder in location.parents:
        inside = location.relative_to(folder)
        if inside.parts[0] in ROOT_MARKS:
            return inside.as_posix()
        if (folder / DOWNLOAD_ROOT).is_dir() and inside.parts[0] != DOWNLOAD_ROOT:
            return inside.as_posix()
    return None
