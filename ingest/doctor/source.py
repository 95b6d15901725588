"""What `ingest doctor --source` says: what a source is, who asks for it, and whether it can be listed and read."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.doctor.installation import Health, Status
from ingest.errors import InputError
from ingest.output.wording import plural
from ingest.plugin.registry import Registry
from ingest.sources.cloud.client import ASK_DOCTOR, credential_of
from ingest.sources.cloud.places import place_of
from ingest.sources.kinds import Files, source_of, url_scheme
from ingest.sources.protocol import Entry, Source, SourceOptions

_DEPTH = 12
"""How far below the top a file is looked for, to try reading it."""

_FOLDER_BY_FOLDER = "/".join(["*"] * (_DEPTH + 2))
"""A `match` of so many parts: of an object store only the folders that are looked at are listed."""


def examine_source(argument: str, registry: Registry, wanted: SourceOptions) -> Iterator[Health]:
    """What it is, the identity that is used, and what is directly in it."""
    try:
        source = source_of(
            argument, SourceOptions(_FOLDER_BY_FOLDER, None, wanted.limits, wanted.workspace), registry.schemes
        )
    except InputError as error:
        yield from _identity(argument)
        yield Health("source", Status.PROBLEM, error.wrong, error.remedy.replace(ASK_DOCTOR, ""))
        return
    yield from _identity(source.text(""))
    try:
        folders, files = source.folders(""), source.entries("", deep=False)
    except OSError as error:
        yield Health("source", Status.PROBLEM, f"{source.text('')}: cannot be listed: {error.strerror}", "See above.")
        return
    held = f"{len(folders)} folder{plural(len(folders))} and {len(files)} file{plural(len(files))} directly in it"
    yield Health("source", Status.OK, f"{source.text('')}: {held}")
    for notice in source.notices:
        yield Health("source", Status.NOTE, notice)
    yield from _reading(source, registry)


def _reading(source: Source, registry: Registry) -> Iterator[Health]:
    """Whether a file can be read: the right to list is not the right to read."""
    entry = _some_file(source)
    if entry is None:
        yield Health("reading", Status.NOTE, "not tried: no file was found where one was looked for")
        return
    opened = Files(registry.schemes)
    try:
        opened.open(entry.location).close()
    except OSError as error:
        remedy = getattr(error, "remedy", "Give yourself the right to read it.").replace(ASK_DOCTOR, "")
        yield Health("reading", Status.PROBLEM, f"{entry.path}: cannot be read: {error.strerror}", remedy)
    else:
        yield Health("reading", Status.OK, f"tried with {entry.path}")
    finally:
        opened.close()


def _some_file(source: Source) -> Entry | None:
    """The smallest file of the first folder that has one, on the way down."""
    folder = ""
    for _ in range(_DEPTH):
        try:
            files = [
                one for one in source.entries(folder, f"{folder}/" if folder else "", deep=False) if not one.problem
            ]
            folders = source.folders(folder)
        except OSError:
            return None
        if files or not folders:
            return min(files, key=lambda one: one.size, default=None)
        folder = f"{folder}/{folders[0]}" if folder else folders[0]
    return None


def _identity(text: str) -> Iterator[Health]:
    """Who would ask an object store."""
    if url_scheme(text) in (None, "azureml"):
        return
    try:
        place = place_of(text)
    except InputError:
        return
    bucket = place.bucket
    words = "the signature in the URL" if place.signature is not None else credential_of(bucket).words
    account = f"account {bucket.account}, container {bucket.name}" if bucket.account else f"bucket {bucket.name}"
    yield Health("identity", Status.OK, f"{account}: asked for by {words}")
