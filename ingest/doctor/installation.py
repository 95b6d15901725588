"""What `ingest doctor` says: a line for each thing looked at. The installation is here, the store in `ingest.doctor.store`."""

from __future__ import annotations

import importlib.metadata
import platform
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from ingest.errors import first_line

if TYPE_CHECKING:
    from ingest.config import Configuration
    from ingest.plugin.registry import Registry


class Status(StrEnum):
    """How a thing is."""

    OK = "ok"
    NOTE = "note"
    """Nothing is wrong, but one may want to know or do something."""
    PROBLEM = "problem"
    """Something does not work, or soon will not; the store is whole."""
    DAMAGED = "damaged"
    """Something that was stored is lost or wrong."""


@dataclass(frozen=True, slots=True)
class Health:
    """One thing that was looked at."""

    subject: str
    status: Status
    finding: str
    remedy: str = ""


def installation(registry: Registry, configuration: Configuration) -> Iterator[Health]:
    """Versions, plugins, settings, time zone."""
    yield _versions()
    yield _extensions()
    if registry.problems:
        for problem in registry.problems:
            told = f"{problem.plugin}: {problem.reason}"
            yield Health("plugins", Status.PROBLEM, told, "Mend or uninstall it; the others work: ingest plugins")
    else:
        names = ", ".join(plugin.name for plugin in registry.plugins)
        yield Health("plugins", Status.OK, f"{len(registry.parsers)} parsers of {names}")
    where = f"{configuration.file}" if configuration.file else "no ingest.toml here"
    if configuration.notes:
        for note in configuration.notes:
            yield Health("settings", Status.NOTE, note, "ingest config --show")
    else:
        yield Health("settings", Status.OK, f"{where}; {len(configuration.origins)} set")
    offset = -(time.altzone if time.localtime().tm_isdst else time.timezone) / 3600
    yield Health("time zone", Status.OK, f"times in the store are UTC; this machine is at UTC{offset:+g} h")


def _versions() -> Health:
    """The versions that run, against those that the package asks for."""
    from ingest.version import __version__

    told = [f"ingest {__version__}", f"Python {platform.python_version()}"]
    old = []
    for name, least in _asked_for().items():
        try:
            version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            version = "?"
        told.append(f"{name} {version}")
        if version != "?" and _numbers(version) < _numbers(least):
            old.append(f"{name} {version} is older than {least}")
    if old:
        return Health("versions", Status.PROBLEM, "; ".join(old), "Install ingest again, with its dependencies.")
    return Health("versions", Status.OK, ", ".join(told))


def _asked_for() -> dict[str, str]:
    """The least versions of what reads and writes stores."""
    try:
        asked = importlib.metadata.requires("ingest-batch-logs") or []
    except importlib.metadata.PackageNotFoundError:  # a bare checkout
        asked = []
    found = (re.match(r"(duckdb|pyarrow|numpy)>=([\d.]+)", one) for one in asked)
    return {one[1]: one[2] for one in found if one} or {"duckdb": "1.5", "pyarrow": "18", "numpy": "1.26"}


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _extensions() -> Health:
    """What the views need of the database, which a build may lack."""
    import duckdb

    try:
        with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
            connection.execute("SELECT json_extract('{\"a\": 1}', '$.a'), timezone('UTC', now())").fetchall()
            connection.execute("SELECT * FROM duckdb_functions() WHERE function_name = 'read_parquet'").fetchall()
    except duckdb.Error as error:
        wrong = f"DuckDB lacks what views need: {first_line(error)}"
        return Health("database", Status.PROBLEM, wrong, "Install duckdb from PyPI.")
    return Health("database", Status.OK, "DuckDB has JSON, Parquet and time zones built in")
