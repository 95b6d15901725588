"""What `ingest doctor --source` says: what a source is, who asks for it, and whether it can be listed."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.doctor.installation import Health, Status
from ingest.errors import InputError
from ingest.plugin.registry import Registry
from ingest.sources.kinds import source_of, url_scheme
from ingest.sources.protocol import SourceOptions

_TOP_ONLY = "*/*"
"""A `match` of two parts: of an object store only the top is listed, to which the first one belongs."""


def examine_source(argument: str, registry: Registry, wanted: SourceOptions) -> Iterator[Health]:
    """What it is, the identity that is used, and what is directly in it."""
    try:
        source = source_of(argument, SourceOptions(_TOP_ONLY, None, wanted.limits, wanted.workspace), registry.schemes)
    except InputError as error:
        yield from _identity(argument)
        yield Health("source", Status.PROBLEM, error.wrong, error.remedy)
        return
    yield from _identity(source.text(""))
    try:
        folders, files = source.folders(""), source.entries("", deep=False)
    except OSError as error:
        yield Health("source", Status.PROBLEM, f"{source.text('')}: cannot be listed: {error.strerror}", "See above.")
        return
    yield Health(
        "source", Status.OK, f"{source.text('')}: {len(folders)} folders and {len(files)} files directly in it"
    )
    for notice in source.notices:
        yield Health("source", Status.NOTE, notice)


def _identity(text: str) -> Iterator[Health]:
    """Who would ask an object store."""
    if url_scheme(text) in (None, "azureml"):
        return
    from ingest.sources.cloud.client import credential_of
    from ingest.sources.cloud.places import place_of

    try:
        bucket = place_of(text).bucket
    except InputError:
        return
    account = f"account {bucket.account}, container {bucket.name}" if bucket.account else f"bucket {bucket.name}"
    yield Health("identity", Status.OK, f"{account}: asked for by {credential_of(bucket).words}")
