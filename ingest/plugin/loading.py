"""Loads plugins one by one and asks each for what it offers: what is wrong with one is named and spoils no other."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import pluggy

from ingest import hookspecs
from ingest.errors import PluginError
from ingest.hookspecs import Ignored, Parser
from ingest.known_problems import KnownProblem
from ingest.plugin.sources import Origin, PluginSource
from ingest.plugin.validation import as_list, fault_of, patterns_fault, problem_fault, scheme_fault
from ingest.sources.kinds import BUILT_IN_SCHEMES
from ingest.sources.protocol import SourceScheme

_SLOW_S = 1.0
"""A plugin that takes longer is named: every start of `ingest`, and of each of its workers, waits for it."""

_HOOKS = ("ingest_parsers", "ingest_views", "ingest_known_problems", "ingest_sources")
_REMEDY = "Give the path of a Python file that defines ingest_parsers() with @hookimpl."


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a plugin, or with a part of it, and what becomes of that."""

    plugin: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plugin that was loaded: where it comes from and what it offers."""

    name: str
    origin: Origin
    distribution: str | None
    version: str | None
    """The distribution's; a file has none."""
    file: str | None
    parsers: Sequence[Parser]
    ignored: Sequence[Ignored]
    view_folders: Sequence[Path]
    known_problems: Sequence[KnownProblem]
    schemes: Sequence[SourceScheme] = ()


class PluginLoader:
    """Loads plugins; `plugins` and `problems` grow with each."""

    def __init__(self) -> None:
        self.plugins: list[Plugin] = []
        self.problems: list[Problem] = []
        self._parsers: dict[str, Parser] = {}
        self._known_problems: dict[str, KnownProblem] = {}
        self._schemes: set[str] = set(BUILT_IN_SCHEMES)
        self._manager = pluggy.PluginManager("ingest")
        self._manager.add_hookspecs(hookspecs)

    def load(self, source: PluginSource, *, must: bool = False) -> None:
        """Adds a plugin. Raises `PluginError` if it `must` be there and cannot be imported."""
        name = self._free_name(source)
        started = time.perf_counter()
        try:
            with redirect_stdout(sys.stderr):  # stdout is data, whatever a plugin prints
                plugin = source.load()
        except (Exception, SystemExit) as error:  # a stranger's code may raise anything
            reason = _reason(error, "cannot be loaded:")
            if must:
                raise PluginError(f"--plugin {source.file}: {reason}", _REMEDY) from error
            if source.origin is Origin.BUILT_IN:
                raise
            self._leave_out(source.file or name, reason)
            return
        try:
            with redirect_stdout(sys.stderr):
                self._ask(plugin, name, source)
        except (Exception, SystemExit) as error:
            self._leave_out(name, _reason(error, "raised"))
        if (seconds := time.perf_counter() - started) > _SLOW_S and source.origin is not Origin.BUILT_IN:
            self.problems.append(Problem(name, f"took {seconds:.1f} s to load; every start of ingest waits for it"))

    def _free_name(self, source: PluginSource) -> str:
        """Its name; with where it is from, if there is another one of that name."""
        if not self._manager.has_plugin(source.name):
            return source.name
        return source.file or f"{source.name} ({source.distribution})"

    def _leave_out(self, name: str, reason: str) -> None:
        self.problems.append(Problem(name, f"{reason}; left out"))

    def _ask(self, plugin: Any, name: str, source: PluginSource) -> None:
        """Takes what a plugin offers, less what is wrong."""
        self._manager.register(plugin, name=name)
        hooks = list(self._hooks(plugin, name))
        offered, folders, remedies, sources = (
            [one for hook, call in hooks if hook == wanted for one in as_list(hook, call())] for wanted in _HOOKS
        )
        if hooks and not (offered or folders or remedies or sources):
            self._leave_out(name, "offers no parser and no view and no known problem and no source")
        parsers: list[Parser] = []
        ignored: list[Ignored] = []
        views: list[Path] = []
        for one in offered:
            if fault := fault_of(one, self._parsers):
                self._leave_out(name, fault)
            elif isinstance(one, Parser):
                parsers.append(one)
                self._parsers[one.name] = one
            else:
                ignored.append(one)
        for folder in folders:
            if isinstance(folder, str | PathLike) and Path(folder).is_dir():
                views.append(Path(folder))
            else:
                self._leave_out(name, f"ingest_views() names {folder}, which is no folder")
        schemes: list[SourceScheme] = []
        for one in sources:
            if fault := scheme_fault(one, self._schemes):
                self._leave_out(name, fault)
            else:
                schemes.append(one)
                self._schemes.add(one.scheme)
        about = (source.origin, source.distribution, source.version, source.file)
        problems = self._problems(name, remedies)
        self.plugins.append(Plugin(name, *about, parsers, ignored, views, problems, schemes))

    def _problems(self, name: str, offered: Sequence[Any]) -> list[KnownProblem]:
        """The known problems that a plugin offers, less what is wrong."""
        known = dict(self._known_problems)
        for one in offered:
            if fault := problem_fault(one, known):
                self._leave_out(name, fault)
            else:
                known[one.id] = one
        if fault := patterns_fault(known.values()):
            self._leave_out(name, fault)
            return []
        new = [one for id_, one in known.items() if id_ not in self._known_problems]
        self._known_problems = known
        return new

    def _hooks(self, plugin: Any, name: str) -> Iterator[tuple[str, Callable[[], Any]]]:
        """The hooks that a plugin implements; what was meant as one and is none is told."""
        callers = {caller.name: caller for caller in self._manager.get_hookcallers(plugin) or ()}
        for hook, caller in callers.items():
            for implementation in caller.get_hookimpls():
                if implementation.plugin is not plugin:
                    continue
                if caller.has_spec():
                    yield hook, implementation.function
                elif not implementation.optionalhook:  # the author's word that an older `ingest` may lack it
                    self._leave_out(name, f"there is no hook {hook}(); there are {' and '.join(_HOOKS)}")
        unmarked = [hook for hook in _HOOKS if hook not in callers and hasattr(plugin, hook)]
        if unmarked:
            self._leave_out(name, f"{unmarked[0]}() is not marked with @hookimpl")
        elif not callers:
            self._leave_out(name, "implements no hook: write ingest_parsers() and mark it with @hookimpl")


def _reason(error: BaseException, verb: str) -> str:
    """What went wrong, in one line: in our words if it was found by us."""
    if isinstance(error, PluginError):
        return error.wrong
    if isinstance(error, pluggy.PluginValidationError):
        return " ".join(str(error).partition("\n")[2].split())
    return f"{verb} {error!r}"
