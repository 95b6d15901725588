"""The registry: what all plugins offer, and which parser claims a file.

Built-in plugins come first, then installed ones by name, then files; a name that is taken is refused to those that come
later. Which of several parsers gets a file is told in `ingest.plugin.claims`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from ingest.hookspecs import Ignored, Parser
from ingest.known_problems import ListedProblem, in_order
from ingest.model import RECORD_TABLES, Table
from ingest.plugin.claims import Claim, Claims
from ingest.plugin.loading import Plugin, PluginLoader, Problem
from ingest.plugin.sources import Origin, built_ins, installed, one_file
from ingest.sources.protocol import SourceScheme
from ingest.views.definition import Definition
from ingest.views.library import load_library

__all__ = ["DEFAULT_PLUGINS", "Claim", "Plugin", "PluginOptions", "Problem", "Registry", "load_registry"]


@dataclass(frozen=True, slots=True)
class PluginOptions:
    """Which plugins to load; small and picklable, since every worker process loads them too."""

    files: tuple[str, ...] = ()
    """`--plugin FILE`: one-file plugins. They were asked for: one that cannot be loaded is an error."""
    installed: bool = True
    """False with `--no-plugins`: only the built-in ones, and `files`."""
    standing_files: tuple[str, ...] = ()
    """`INGEST_PLUGINS`: further one-file plugins. One that cannot be loaded is a `Problem`, as with installed ones."""


DEFAULT_PLUGINS = PluginOptions()
"""Built-in and installed plugins."""


@dataclass(frozen=True)
class Registry:
    """All that the loaded plugins offer."""

    parsers: Mapping[str, Parser]
    ignored: Sequence[Ignored]
    view_folders: Sequence[Path]
    plugin_of: Mapping[str, str]
    """Parser name → plugin name."""
    problems: Sequence[Problem] = ()
    plugins: Sequence[Plugin] = field(default=())
    """In the order in which they were loaded."""
    schemes: Sequence[SourceScheme] = ()
    """Kinds of sources beside folders and archives."""

    @cached_property
    def _claims(self) -> Claims:
        distance = {parser.name: plugin.origin.distance for plugin in self.plugins for parser in plugin.parsers}
        return Claims(list(self.parsers.values()), self.ignored, distance)

    def claim(self, path: str) -> Claim | None:
        """Who reads the file at this path below the artifact root; None if nobody knows it."""
        return self._first(path)

    @cached_property
    def _first(self) -> Callable[[str], Claim | None]:
        """Remembers what was asked lately: jobs of one kind have the same paths."""
        return lru_cache(maxsize=1 << 15)(lambda path: next(self.claims(path), None))

    def claims(self, path: str) -> Iterator[Claim]:
        """Everyone whose pattern matches, the one that gets the file first."""
        return self._claims.of(path)

    def ties(self) -> Iterator[tuple[Parser, Parser, str]]:
        """Pairs of parsers that claim the same files alike, the one that gets them first, and an example."""
        return self._claims.ties()

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """The tables of the data model and those that plugins add."""
        named = {table.name: table for table in RECORD_TABLES}
        for parser in self.parsers.values():
            for table in parser.tables:
                named.setdefault(table.name, table)
        return tuple(named.values())

    @cached_property
    def known_problems(self) -> tuple[ListedProblem, ...]:
        """Those of all plugins, in the order in which they are asked."""
        return in_order((one, plugin.name) for plugin in self.plugins for one in plugin.known_problems)

    def definition(self, thresholds: Mapping[str, float] | None = None) -> Definition:
        """What a store is made with; `thresholds` are those that its checks compare with, where not the default."""
        named = frozenset(table.name for table in self.tables)
        library = load_library(tuple(self.view_folders), tuple(sorted((thresholds or {}).items())), named)
        return Definition(self.tables, library, self.known_problems)

    @cached_property
    def digest(self) -> str:
        """Changes when another parser may claim a file, or a store would have other tables or views."""
        parts = [f"{p.name} {p.version} {p.kind} {p.path}" for p in self.parsers.values()]
        parts += [f"{i.kind} {i.path} {i.reason}" for i in self.ignored]
        parts += [f"{t.name} {[(column.name, column.type.value) for column in t.columns]}" for t in self.tables]
        parts.append(self.definition().digest)
        parts += [repr(listed) for listed in self.known_problems]
        return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()[:16]


@lru_cache(maxsize=4)
def load_registry(options: PluginOptions = DEFAULT_PLUGINS) -> Registry:
    """Loads the plugins. A broken one becomes a `Problem`; a file of `options.files` that cannot be loaded is an error."""
    loader = PluginLoader()
    for source in built_ins():
        loader.load(source)
    for source in installed() if options.installed else ():
        loader.load(source)
    files = {source.file: source for source in map(one_file, (*options.standing_files, *options.files))}
    asked_for = {one_file(file).file for file in options.files}
    for file, source in files.items():
        loader.load(source, must=file in asked_for)
    plugins = loader.plugins
    registry = Registry(
        parsers={parser.name: parser for plugin in plugins for parser in plugin.parsers},
        ignored=[one for plugin in plugins for one in plugin.ignored],
        view_folders=[folder for plugin in plugins for folder in plugin.view_folders],
        plugin_of={parser.name: plugin.name for plugin in plugins for parser in plugin.parsers},
        problems=loader.problems,
        plugins=plugins,
        schemes=[scheme for plugin in plugins for scheme in plugin.schemes],
    )
    loader.problems += _conflicts(registry)
    return registry


def _conflicts(registry: Registry) -> Iterator[Problem]:
    """Files that two parsers claim alike, one of them of a stranger's plugin."""
    origins = {parser.name: plugin.origin for plugin in registry.plugins for parser in plugin.parsers}
    told: set[tuple[str, str]] = set()
    for winner, loser, where in registry.ties():
        pair = (winner.name, loser.name)
        if pair not in told and {origins[name] for name in pair} != {Origin.BUILT_IN}:
            told.add(pair)
            yield Problem(
                registry.plugin_of[loser.name],
                f"{loser.name} and {winner.name} (plugin {registry.plugin_of[winner.name]}) claim {where}, neither more "
                f"specifically; {winner.name} gets such files",
            )
