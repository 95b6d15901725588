"""The plugins: built-in ones, installed ones, one-file ones; and which parser claims a file.

Plugins are loaded one by one, so that a broken one is named and the rest works.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import importlib.util
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from ingest import hookspecs
from ingest.errors import PluginError
from ingest.hookspecs import Ignored, Parser
from ingest.model import RECORD_TABLES, Table
from ingest.views import list_views

BUILT_INS = ("ingest_azureml",)
ENTRY_POINTS = "ingest"


@dataclass(frozen=True, slots=True)
class PluginOptions:
    """Which plugins to load; small and picklable, since every worker process loads them too."""

    files: tuple[str, ...] = ()
    """`--plugin FILE`: one-file plugins."""
    installed: bool = True
    """False with `--no-plugins`: built-in ones only."""


DEFAULT_PLUGINS = PluginOptions()
"""Built-in and installed plugins."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A plugin, or a part of one, that is left out, and why."""

    plugin: str
    reason: str


@dataclass(frozen=True, slots=True)
class Claim:
    """The one parser (or note to ignore) for a path, and what the path says."""

    parser: Parser | None
    ignored: Ignored | None
    groups: Mapping[str, str]


@dataclass(frozen=True)
class Registry:
    """All that the loaded plugins offer."""

    parsers: Mapping[str, Parser]
    ignored: Sequence[Ignored]
    view_folders: Sequence[Path]
    plugin_of: Mapping[str, str]
    """Parser name → plugin name."""
    problems: Sequence[Problem] = field(default=())

    @cached_property
    def _claimants(self) -> list[tuple[re.Pattern[str], Parser | None, Ignored | None]]:
        """Patterns, the more specific first: the one with more literal characters in it."""
        everyone: list[tuple[re.Pattern[str], Parser | None, Ignored | None]] = [
            *((re.compile(parser.path), parser, None) for parser in self.parsers.values()),
            *((re.compile(ignored.path), None, ignored) for ignored in self.ignored),
        ]
        return sorted(everyone, key=lambda one: (-_literal_length(one[0].pattern), one[0].pattern))

    def claim(self, path: str) -> Claim | None:
        """Who reads the file at this path below the artifact root; None if nobody knows it."""
        return next(self.claims(path), None)

    def claims(self, path: str) -> Iterator[Claim]:
        """Everyone whose pattern matches, the one that gets the file first."""
        for pattern, parser, ignored in self._claimants:
            if found := pattern.search(path):
                groups = {key: value for key, value in found.groupdict().items() if value is not None}
                yield Claim(parser, ignored, groups)

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """The tables of the data model and those that plugins add."""
        named = {table.name: table for table in RECORD_TABLES}
        for parser in self.parsers.values():
            for table in parser.tables:
                named.setdefault(table.name, table)
        return tuple(named.values())

    @cached_property
    def digest(self) -> str:
        """Changes when another parser, or another version of one, may claim a file."""
        parts = [f"{p.name} {p.version} {p.kind} {p.path}" for p in self.parsers.values()]
        parts += [f"{i.kind} {i.path} {i.reason}" for i in self.ignored]
        return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()[:16]


def _literal_length(pattern: str) -> int:
    """Number of characters that a pattern wants literally: a rough, stable measure of how specific it is."""
    text = re.sub(r"\[[^\]]*\]|\(\?P<\w+>|\(\?[:!=]|\\[dwsDWS]|\{[^}]*\}", "", pattern)
    return len(re.findall(r"[\w/.\- ]", text.replace("\\", "")))


@lru_cache(maxsize=4)
def load_registry(options: PluginOptions = DEFAULT_PLUGINS) -> Registry:
    """Loads the plugins. A broken one becomes a `Problem`; a `--plugin` file that cannot be loaded is an error."""
    manager = pluggy.PluginManager("ingest")
    manager.add_hookspecs(hookspecs)
    problems: list[Problem] = []
    for name in BUILT_INS:
        manager.register(_built_in(name), name=name)
    if options.installed:
        for entry_point in sorted(importlib.metadata.entry_points(group=ENTRY_POINTS), key=lambda e: e.name):
            try:
                manager.register(entry_point.load(), name=entry_point.name)
            except (Exception, SystemExit) as error:  # a stranger's code may raise anything
                problems.append(Problem(entry_point.name, f"cannot be loaded: {error!r}"))
    for path in dict.fromkeys(Path(file).resolve() for file in options.files):
        name = path.stem if not manager.has_plugin(path.stem) else str(path)
        manager.register(_load_file(path), name=name)
    return _collected(manager, problems)


def _built_in(name: str) -> ModuleType:
    """A built-in plugin; in a bare checkout its source root is `plugins/` beside the package."""
    if importlib.util.find_spec(name) is None:
        sys.path.append(str(Path(__file__).resolve().parent.parent / "plugins"))
        importlib.invalidate_caches()
    return importlib.import_module(name)


def _load_file(path: Path) -> ModuleType:
    """A plugin that is one Python file."""
    remedy = "Give the path of a Python file that defines ingest_parsers() with @hookimpl."
    if not path.is_file():
        raise PluginError(f"--plugin {path}: no such file", remedy)
    spec = importlib.util.spec_from_file_location(f"ingest_plugin_{path.stem}_{abs(hash(path)):x}", path)
    if spec is None or spec.loader is None:
        raise PluginError(f"--plugin {path}: not a Python file", remedy)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses and pickle look modules up by name
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # a stranger's code may raise anything
        raise PluginError(f"--plugin {path}: {error!r}", remedy) from error
    return module


def _collected(manager: pluggy.PluginManager, problems: list[Problem]) -> Registry:
    """Asks each plugin alone, so that one that raises spoils nobody else's."""
    parsers: dict[str, Parser] = {}
    ignored: list[Ignored] = []
    folders: list[Path] = []
    plugin_of: dict[str, str] = {}
    for name, plugin in manager.list_name_plugin():
        try:
            offered = [one for hook in _calls(plugin, "ingest_parsers") for one in hook]
            folders += [Path(folder) for hook in _calls(plugin, "ingest_views") for folder in hook]
        except (Exception, SystemExit) as error:  # a stranger's code may raise anything
            problems.append(Problem(name, f"raised {error!r}"))
            continue
        for one in offered:
            problem = _fault(one, parsers)
            if problem:
                problems.append(Problem(name, problem))
            elif isinstance(one, Parser):
                parsers[one.name] = one
                plugin_of[one.name] = name
            else:
                ignored.append(one)
    return Registry(parsers, ignored, folders, plugin_of, problems)


def _calls(plugin: Any, hook: str) -> Iterator[Sequence[Any]]:
    """What one plugin's implementation of a hook gives, if it has one."""
    implementation = getattr(plugin, hook, None)
    if implementation is not None and hasattr(implementation, "ingest_impl"):
        yield list(implementation())


def _fault(one: Any, parsers: Mapping[str, Parser]) -> str | None:
    """What is wrong with something that a plugin offers as a parser."""
    if not isinstance(one, Parser | Ignored):
        return f"offers {one!r}, which is no parser"
    try:
        re.compile(one.path)
    except re.error as error:
        return f"{one.kind}: the path pattern {one.path!r} is no regular expression: {error}"
    if isinstance(one, Parser):
        if one.name in parsers:
            return f"a parser named {one.name!r} exists already"
        known = {table.name: table for parser in parsers.values() for table in parser.tables}
        known |= {table.name: table for table in RECORD_TABLES}
        for table in one.tables:
            if fault := _table_fault(table):
                return f"{one.name}: {fault}"
            if table.name in known and known[table.name].columns != table.columns:
                return f"{one.name}: the table {table.name!r} exists with other columns"
    return None


def _table_fault(table: Table) -> str | None:
    """What is wrong with the names that a plugin gives to a table and its columns."""
    names = [column.name for column in table.columns]
    for name in (table.name, *names):
        if not re.fullmatch(r"[a-z_][a-z0-9_]*", name):
            return f"the name {name!r} is not of small letters, digits and underscores"
    taken = {"jobs", "loads", "files"} | {view.name for view in list_views()}
    if table.name in taken:
        return f"a table or view named {table.name!r} exists"
    twice = next((name for name in names if names.count(name) > 1), None)
    return f"table {table.name!r} has two columns {twice!r}" if twice else None
