"""From a row back to its file, wherever it lies: the source that the job came from is asked for it again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.artifact_root import DOWNLOAD_ROOT
from ingest.errors import InputError
from ingest.load.discover import discover
from ingest.sources.content import Content
from ingest.sources.kinds import Files, inner_source
from ingest.sources.opening import Opener
from ingest.sources.protocol import Version, is_same_version

if TYPE_CHECKING:
    from ingest.sources.protocol import SourceScheme
    from ingest.store.raw_lines import FileLine


@contextmanager
def reopened(place: FileLine, schemes: Sequence[SourceScheme]) -> Iterator[tuple[Content, bool]]:
    """The file of a place as it is now, and whether it is another one than was read.

    Raises `InputError` if it is not there any more or cannot be read.
    """
    name = f"{place.file['source'] or ''}: {place.file['path']}"
    try:
        with _opened(place, schemes) as content:
            file = place.file
            read = Version(file["bytes"], file["modified_ns"], file["etag"])
            yield content, not is_same_version(content, read)
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror or error}", "Check its permissions.") from error


@contextmanager
def _opened(place: FileLine, schemes: Sequence[SourceScheme]) -> Iterator[Content]:
    """Its content, from the folder or through the listing of its source."""
    source, path = str(place.file["source"] or "/"), str(place.file["path"])
    if (outer := inner_source(source)) is None:
        handle = Opener(source).open(str(_path_of(place, Path(source), path)))
        with closing(Content.of_file(handle)) as content:
            yield content
        return
    found = discover([outer], schemes=schemes)  # kept to the end: what it had to unpack is read from
    entries = [entry for job in found.jobs if job.source == source for entry in job.entries]
    entry = next((entry for entry in entries if entry.path == path and entry.problem is None), None)
    if entry is None:
        raise found.problems[0] if found.problems and not found.jobs else _gone(place, f"{source}: {path}")
    with closing(Files(schemes)) as files, closing(files.open(entry.location)) as content:
        yield content
    found.sources.clear()


def _path_of(place: FileLine, source: Path, path: str) -> Path:
    """Where the file lies. Raises `InputError` if it is not there any more."""
    for candidate in (source / DOWNLOAD_ROOT / path, source / path, source / path.removeprefix("../")):
        if candidate.is_file() and not candidate.is_symlink():
            return candidate
    raise _gone(place, str(source / path))


def _gone(place: FileLine, where: str) -> InputError:
    return InputError(
        f"{where}: the file is gone; the store keeps what was read of it",
        f"If the job was moved, load it from where it is now: ingest FOLDER --job-id '{place.file['job_id']}'",
    )
