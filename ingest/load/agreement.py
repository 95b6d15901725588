"""Whether a worker elsewhere is what this process is: the same versions, the same plugins, the same files.

A worker of another version would write other rows under the same names, and nobody would see it. So it is asked first, and
compares again before each task: one that joins later was not asked.
"""

from __future__ import annotations

import platform
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from threading import Lock
from typing import TypeVar

from ingest.errors import ClusterError, IngestError, StoreError
from ingest.plugin.registry import PluginOptions, load_registry
from ingest.store.paths import Layout
from ingest.version import __version__

Result = TypeVar("Result")

_COMPARED = ("duckdb", "pyarrow", "numpy", "distributed")
_LOADING = Lock()


@dataclass(frozen=True, slots=True)
class Terms:
    """What a worker must have. Names of packages and plugins, never a secret: it travels with each task."""

    options: PluginOptions
    versions: tuple[tuple[str, str], ...]
    """ingest, Python (without its last part), and the libraries that rows go through."""
    plugins: tuple[tuple[str, str], ...]
    digest: str
    """Of all that the plugins offer."""


def own_terms(options: PluginOptions) -> Terms:
    """What this process has."""
    with _LOADING:  # a worker may do several tasks in threads
        registry = load_registry(options)
        digest = registry.digest
    python = ".".join(platform.python_version_tuple()[:2])
    versions = [("ingest", __version__), ("Python", python), *((name, _version(name)) for name in _COMPARED)]
    plugins = tuple((plugin.name, plugin.version or "without a version") for plugin in registry.plugins)
    return Terms(options, tuple(versions), plugins, digest)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


@lru_cache(maxsize=8)
def _difference(terms: Terms) -> str | None:
    """What this worker has else, in words; None if it has the same."""
    try:
        own = own_terms(terms.options)
    except IngestError as error:  # a plugin's file that is not there
        return f"cannot load the plugins: {error.wrong}"
    for kind, here, there in (("", own.versions, terms.versions), ("plugin ", own.plugins, terms.plugins)):
        has, wanted = dict(here), dict(there)
        for name in dict.fromkeys([*wanted, *has]):
            if has.get(name) != wanted.get(name):
                mine, yours = (one.get(name, "none") for one in (has, wanted))
                return f"has {kind}{name} {mine}, the machine that loads {yours}"
    if own.digest != terms.digest:
        return "has plugins of the same versions that read or derive other things than those of the machine that loads"
    return None


def agreed(terms: Terms, function: Callable[..., Result], *given: object) -> Result:
    """Does a task, if this worker has what it must. Raises ClusterError if not."""
    if (wrong := _difference(terms)) is not None:
        raise ClusterError(
            f"worker {socket.gethostname()} {wrong}",
            "Install the same versions of ingest, its plugins and libraries on all machines.",
        )
    return function(*given)


@contextmanager
def shown_file(place: str) -> Iterator[str]:
    """A file in the store by which a worker can tell that it is the same store; gives its name."""
    layout = Layout.of(place)
    if layout.url is not None:
        from ingest.store.remote.shared import shown_object

        with shown_object(layout) as token:
            yield token
        return
    token = f".seen-{secrets.token_hex(8)}"
    path = layout.root / token
    try:
        path.write_text(token)
    except OSError as error:
        raise StoreError(
            f"{place}: cannot be written: {error.strerror}", "Choose another place: --store PATH."
        ) from error
    try:
        yield token
    finally:
        path.unlink(missing_ok=True)


def is_in_agreement(terms: Terms, place: str, token: str, locations: tuple[str, ...]) -> bool:
    """In a worker: whether it has the same versions, the store and these files. Raises ClusterError if not."""
    return agreed(terms, _sees, terms.options, place, token, locations)


def _sees(options: PluginOptions, place: str, token: str, locations: tuple[str, ...]) -> bool:
    from ingest.sources.archive.spool import sweep_spools
    from ingest.sources.kinds import Files, without_secret

    sweep_spools()
    here = f"worker {socket.gethostname()}"
    layout = Layout.of(place)
    if layout.url is not None:
        from ingest.store.remote.shared import sees

        if (wrong := sees(layout, token)) is not None:
            raise ClusterError(f"{here} {wrong}", "Give it the right to read and write there, in its own environment.")
    else:
        _sees_folder(here, layout.root, token)
    files = Files(load_registry(options).schemes)
    try:
        for location in locations:
            try:
                files.open(location).close()
            except (OSError, IngestError) as error:
                reason = error.wrong if isinstance(error, IngestError) else error.strerror
                raise ClusterError(
                    f"{here} cannot read {without_secret(location)}: {reason}",
                    "Workers need the files at the same path, or rights to the object store in their own environment.",
                ) from error
    finally:
        with suppress(OSError):
            files.close()
    return True


def _sees_folder(here: str, root: Path, token: str) -> None:
    try:
        there = (root / token).read_text()
    except OSError:
        there = ""
    if there != token:
        raise ClusterError(
            f"{here} does not see the store: {root}",
            "All workers must mount the store's folder at the same path.",
        )
    mine = root / f"{token}-{secrets.token_hex(4)}"
    try:
        mine.touch()
        mine.unlink()
    except OSError as error:
        raise ClusterError(
            f"{here} cannot write to the store: {root}: {error.strerror}", "Give its user the right to write there."
        ) from error
