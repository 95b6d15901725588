"""Where plugins come from: built in, installed with an entry point in the group `ingest`, or one Python file."""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from ingest.errors import PluginError

BUILT_INS = ("ingest_azureml",)
ENTRY_POINTS = "ingest"


class Origin(StrEnum):
    """Where a plugin comes from, the nearest to the user first."""

    FILE = "file"
    INSTALLED = "installed"
    BUILT_IN = "built-in"

    @property
    def distance(self) -> int:
        """How far from the user: among equals the nearer one gets a file."""
        return list(Origin).index(self)


@dataclass(frozen=True, slots=True)
class PluginSource:
    """A plugin that is there, not loaded yet."""

    name: str
    origin: Origin
    load: Callable[[], Any]
    """Imports it. A stranger's code: may raise anything, print, and take its time."""
    distribution: str | None = None
    version: str | None = None
    file: str | None = None


def built_ins() -> Iterator[PluginSource]:
    """The plugins that come with `ingest`."""
    from ingest.version import __version__

    for name in BUILT_INS:
        yield PluginSource(name, Origin.BUILT_IN, partial(_built_in, name), "ingest", __version__)


def installed() -> Iterator[PluginSource]:
    """The plugins of installed distributions, by name; a distribution whose list cannot be read is one that fails."""
    try:
        found = list(importlib.metadata.entry_points(group=ENTRY_POINTS))
    except Exception:  # one damaged distribution spoils the list of all, so ask each alone
        found = []
        for distribution in importlib.metadata.distributions():
            try:
                found += distribution.entry_points.select(group=ENTRY_POINTS)
            except Exception as error:
                yield PluginSource(str(distribution.metadata["Name"]), Origin.INSTALLED, _raiser(error))
    for one in sorted(found, key=lambda one: (one.name, one.value)):
        name, version = (one.dist.name, one.dist.version) if one.dist else (None, None)
        yield PluginSource(one.name, Origin.INSTALLED, one.load, name, version)


def one_file(file: str) -> PluginSource:
    """The plugin in a Python file."""
    path = Path(file).resolve()
    return PluginSource(path.stem, Origin.FILE, partial(_load_file, path), file=str(path))


def _raiser(error: Exception) -> Callable[[], Any]:
    def fail() -> Any:
        raise error

    return fail


def _built_in(name: str) -> ModuleType:
    """A built-in plugin; in a bare checkout its source root is `plugins/` beside the package."""
    if importlib.util.find_spec(name) is None:
        sys.path.append(str(Path(__file__).resolve().parent.parent.parent / "plugins"))
        importlib.invalidate_caches()
    return importlib.import_module(name)


def _load_file(path: Path) -> ModuleType:
    """Runs a Python file as a module of its own. Raises `PluginError` if it cannot be run to its end."""
    if not path.is_file():
        raise PluginError("is a folder, not a Python file" if path.is_dir() else "no such file")
    name = f"ingest_plugin_{path.stem}_{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise PluginError("not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickle look modules up by name
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise PluginError(f"cannot be loaded: {_where(error, path)}{error!r}") from error
    return module


def _where(error: BaseException, path: Path) -> str:
    """`line 7: ` of the file, where its traceback tells one."""
    trace, line = error.__traceback__, None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return f"line {line}: " if line else ""
