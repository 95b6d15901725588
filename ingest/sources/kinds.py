"""Which kind of source an argument or a location is, and what opens it. What is not needed is not imported."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ingest.errors import InputError
from ingest.sources.archive.members import INSIDE
from ingest.sources.content import Content
from ingest.sources.directory import Directory
from ingest.sources.opening import Opener
from ingest.sources.protocol import ALL, Behind, Opening, ReadsOn, Source, SourceOptions, SourceScheme

_CLOUD = frozenset({"az", "abfs", "abfss", "https", "http", "azureml", "s3", "gs"})
BUILT_IN_SCHEMES = _CLOUD | {"zip", "tar", "blob", "file"}
"""Schemes that no plugin may take."""

EMPTY = "Is a variable of the shell not set? Write . for the current folder."
"""What to say of an empty argument, which would mean the current folder."""

_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]+):")
_MEMBERS = ("zip", "tar")
_RUN_ID = re.compile(r"[A-Za-z0-9_.-]{1,255}")


def scheme_of(text: str) -> str | None:
    """`abc` of `abc:...`; None of a path. One letter is a drive."""
    found = _SCHEME.match(text)
    return found[1] if found else None


def url_scheme(argument: str) -> str | None:
    """`abc` of `abc://...`; None of what is no URL."""
    return scheme_of(argument) if "://" in argument else None


def without_secret(argument: str) -> str:
    """An argument as it may be shown and stored: an URL without what follows its `?`."""
    return argument.partition("?")[0] if "://" in argument else argument


def source_of(argument: str, wanted: SourceOptions = ALL, schemes: Iterable[SourceScheme] = ()) -> Source:
    """The source that an argument names. Raises `InputError` if there is none."""
    if not argument:
        raise InputError("a path is empty", EMPTY)
    scheme = url_scheme(argument)
    if scheme is not None and not os.path.lexists(argument):
        return _by_scheme(argument, scheme, wanted, {one.scheme: one for one in schemes})
    path = Path(argument)
    try:
        there, is_folder, top = path.exists(), path.is_dir(), path.resolve()
    except (OSError, RuntimeError) as error:  # RuntimeError: a link to itself, before Python 3.13
        wrong = f"{argument[:200]}: cannot be looked at: {getattr(error, 'strerror', None) or error}"
        raise InputError(wrong, "Check the path and its permissions.") from error
    if not there and wanted.workspace and _RUN_ID.fullmatch(argument):
        from ingest.sources.cloud.source import run_source

        return run_source(argument, wanted)
    outer, mark, inside = argument.partition(INSIDE)
    if not there and mark and Path(outer).is_file():
        from ingest.sources.archive.source import Archive

        return Archive(Path(outer).resolve(), wanted.limits, inside)
    if not there:
        is_run_id = _RUN_ID.fullmatch(argument) and "." not in argument and not wanted.workspace
        run = " A run id needs --workspace." if is_run_id else ""
        raise InputError(f"{argument}: no such folder", f"Check the path; give folders of downloaded logs.{run}")
    if is_folder:
        return Directory(top)
    if not top.is_file():
        raise InputError(
            f"{argument}: is neither a folder nor a regular file", "Give a job's folder or an archive of it."
        )
    from ingest.sources.archive.source import Archive

    return Archive(top, wanted.limits)


def _by_scheme(argument: str, scheme: str, wanted: SourceOptions, schemes: Mapping[str, SourceScheme]) -> Source:
    if scheme in schemes:
        return schemes[scheme].source(argument, wanted)
    if scheme in _CLOUD:
        from ingest.sources.cloud.source import cloud_source

        return cloud_source(argument, wanted)
    known = ", ".join(f"{one}://" for one in sorted({*schemes, *_CLOUD}))
    raise InputError(f"{scheme}://: no source of this kind is known", f"Give a folder, an archive, or one of {known}.")


def inner_source(text: str) -> str | None:
    """What to list to find the entries of a job again, by its source in the store; None if that is a folder."""
    if url_scheme(text) is not None:
        return text
    if Path(text).is_dir():
        return None
    archive = text.partition(INSIDE)[0]
    return archive if Path(archive).is_file() else None


class Files:
    """Opens entries of any kind of source by their locations; one for each worker."""

    def __init__(self, schemes: Iterable[SourceScheme] = ()) -> None:
        self._opener = Opener()
        self._schemes = {one.scheme: one for one in schemes}
        self._others: dict[str, Opening] = {}

    def open(self, location: str, behind: Behind | None = None) -> Content:
        """What is there now. Raises `OSError`, with the reason in words.

        With `behind` the content may leave out what was read before, if the source knows that it stands.
        """
        if not location.startswith("/") and (scheme := scheme_of(location)) is not None:
            opening = self._other(scheme)
            if behind is not None and isinstance(opening, ReadsOn):
                return opening.open_behind(location, behind)
            return opening.open(location)
        return Content.of_file(self._opener.open(location))  # a file object costs three times the read

    def ahead(self, locations: Sequence[tuple[str, int]]) -> None:
        """These will be opened next, in this order, each of about so many bytes: what is far may be fetched at once."""
        far: dict[str, list[tuple[str, int]]] = {}
        for location, size in locations:
            if not location.startswith("/") and (scheme := scheme_of(location)) is not None:
                far.setdefault(scheme, []).append((location, size))
        for scheme, some in far.items():
            self._other(scheme).ahead(some)

    def close(self) -> None:
        """Gives back what is held open."""
        self._opener.close()
        for one in self._others.values():
            one.close()
        self._others.clear()

    def _other(self, scheme: str) -> Opening:
        if scheme not in self._others:
            self._others[scheme] = self._made(scheme)
        return self._others[scheme]

    def _made(self, scheme: str) -> Opening:
        if scheme in self._schemes:
            return self._schemes[scheme].opening()
        if scheme in _MEMBERS:
            from ingest.sources.archive.reading import ArchiveOpening

            return ArchiveOpening()
        if scheme == "blob":
            from ingest.sources.cloud.reading import BlobOpening

            return BlobOpening()
        raise OSError(None, f"no source of the kind {scheme}: is known here")
