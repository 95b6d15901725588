"""All the SQL that a store is made with: ours, then that of plugins, in the order in which it can be made."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from ingest.model import CATALOG_TABLES, RECORD_TABLES
from ingest.views import checks
from ingest.views.files import CHECKS, NOT_SQL, REMEDY, View, ViewError, ViewProblem, read_extra, read_own

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_RECORDS = frozenset(table.name for table in RECORD_TABLES)
_TABLES = _RECORDS | CATALOG_TABLES.keys()
_OF_NO_RECORD = {"jobs", "loaded_jobs", "files", "checks", "thresholds", "known_problems", *checks.HEADS}


@dataclass(frozen=True)
class Library:
    """Files of SQL by name, ours and those of plugins that fit beside them."""

    files: Mapping[str, View]
    own: frozenset[str]
    """The names of ours: one of these that is wrong is an error, one of a plugin's a problem."""
    settings: Mapping[str, float] = field(default_factory=dict)
    """Thresholds of the store that are not the default."""
    problems: Sequence[ViewProblem] = ()
    tables: frozenset[str] = frozenset()
    """The tables of plugins."""
    _sources: dict[str, frozenset[str]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def _tables(self) -> frozenset[str]:
        return _RECORDS | self.tables

    @cached_property
    def relations(self) -> Mapping[str, View]:
        """All files, and what is made from their heads. Raises ValueError for a head that is wrong."""
        made = checks.heads(self.files.values(), self.settings)
        found = [name for name, view in self.files.items() if view.folder == CHECKS]
        made[checks.ROWS] = checks.all_rows(sorted(found))
        texts = {name: f"-- What do the heads of views say?\n{made[name]}" for name in checks.HEADS}
        texts[checks.ROWS] = f"-- {_FOUND}\n{made[checks.ROWS]}"
        folders = {**dict.fromkeys(checks.HEADS, "answers"), checks.ROWS: "derive"}
        return {**self.files, **{name: View(Path(folders[name], f"{name}.sql"), text) for name, text in texts.items()}}

    @cached_property
    def derivation(self) -> tuple[View, ...]:
        """What is worked out for each job and what that rests on, in order: macros, relations, and views among them."""
        wanted = [name for name, view in self.relations.items() if view.is_derived]
        return tuple(in_order(self.relations, self.below(wanted)))

    @cached_property
    def views(self) -> tuple[View, ...]:
        """The macros and views of a catalog in order, derived relations left out; checks are rows of `check_rows`."""
        found = {}
        for name, view in self.relations.items():
            if view.folder == CHECKS:
                found[name] = View(view.file, f"{_head(view)}{checks.rows_of_one(name)}")
            elif not view.is_derived:
                found[name] = view
        return tuple(in_order(found, found.keys()))

    @cached_property
    def thresholds(self) -> Mapping[str, float]:
        """What the checks of the store compare with: the defaults, and what was set instead."""
        named = [one for view in self.files.values() for one in checks.thresholds_of(view)]
        return {one.name: self.settings.get(one.name, one.value) for one in named}

    @cached_property
    def version(self) -> str:
        """Changes when what is derived of a job would: with its SQL and with the thresholds of the store."""
        digest = hashlib.sha256()
        for view in self.derivation:
            digest.update(f"{view.name}\0{view.text}\0".encode())
        return digest.hexdigest()[:16]

    @cached_property
    def digest(self) -> str:
        """Changes when a view of a catalog would."""
        digest = hashlib.sha256(self.version.encode())
        for view in self.views:
            digest.update(f"{view.name}\0{view.text}\0".encode())
        return digest.hexdigest()[:16]

    def is_of_plugin(self, view: View) -> bool:
        """Whether a relation comes from a file that is not ours."""
        return view.name in self.files and view.name not in self.own

    def sources(self, view: View) -> frozenset[str]:
        """What a derived relation has its rows from: tables of records and derived relations, also through views.

        Not the relations that have a row for each job or file, or none of any job.
        """
        if view.name not in self._sources:
            found: set[str] = set()
            for name in view.reads - _OF_NO_RECORD - {view.name}:
                other = self.relations.get(name)
                if other is None:
                    found |= {name} & self._tables
                elif other.is_derived:
                    found.add(name)
                else:
                    found |= self.sources(other)
            self._sources[view.name] = frozenset(found)
        return self._sources[view.name]

    def without(self, problems: Sequence[ViewProblem]) -> Library:
        """The same less files of plugins of which something turned out to be wrong."""
        wrong = {problem.file for problem in problems}
        files = {name: view for name, view in self.files.items() if view.file not in wrong}
        return Library(files, self.own, self.settings, self.problems, self.tables)

    def below(self, names: Collection[str]) -> set[str]:
        """These and all that they rest on."""
        found, waiting = set(names), list(names)
        while waiting:
            new = (self.relations[waiting.pop()].reads & self.relations.keys()) - found
            found |= new
            waiting += new
        return found


_FOUND = """What did each check find, those included that give way to others?
-- One row per job and check, as the checks give them; `findings` has what is left, with what can be done about it."""


def in_order(views: Mapping[str, View], names: Collection[str]) -> Iterator[View]:
    """These views, each after those of them that it reads; macros as early as they can be. Raises CycleError for a circle."""
    ordered = sorted(names, key=lambda name: (not views[name].is_macro, name))
    needs = {name: sorted((views[name].reads & set(names)) - {name}) for name in ordered}
    return (views[name] for name in TopologicalSorter(needs).static_order())


@lru_cache(maxsize=8)
def load_library(
    extra_folders: tuple[Path, ...] = (),
    settings: tuple[tuple[str, float], ...] = (),
    tables: frozenset[str] = frozenset(),
) -> Library:
    """Reads all files. `tables`: names that are taken by tables of plugins. Raises ViewError for a broken file of ours.

    What is wrong with a file of a plugin is in `problems`; it is left out, and what needs it.
    """
    files: dict[str, View] = {}
    for view in read_own():
        if view.name in files:
            raise ViewError(f"{view.file}: there is another view of this name", REMEDY)
        files[view.name] = view
    own = Library(dict(files), frozenset(files), dict(settings))
    try:
        list(in_order(own.relations, own.relations.keys()))
    except CycleError as error:
        raise ViewError(f"views need each other in a circle: {' -> '.join(error.args[1])}", REMEDY) from error
    except ValueError as error:
        raise ViewError(str(error), REMEDY) from error
    problems: list[ViewProblem] = []
    for view in read_extra(extra_folders, problems):
        if view.name in _TABLES | tables or view.name in files:
            problems.append(ViewProblem(view.file, f"there is another table or view named {view.name}"))
        elif (wrong := _wrong_with(view)) is not None:
            problems.append(ViewProblem(view.file, wrong))
        else:
            files[view.name] = view
    _leave_out_circles(files, problems)
    fitting = [view for view in files.values() if view.name in own.own]
    for view in [view for view in files.values() if view.name not in own.own]:
        try:
            checks.heads([*fitting, view], {})
            fitting.append(view)
        except ValueError as error:
            problems.append(ViewProblem(files.pop(view.name).file, str(error).removeprefix(f"{view.file}: ")))
    return Library(files, own.own, dict(settings), tuple(problems), tables)


def _wrong_with(view: View) -> str | None:
    """Why a file of a plugin cannot be a relation, so far as its text alone says."""
    if not _NAME.fullmatch(view.name):
        return "the name of a view has lower-case letters, digits and _ only"
    if not view.is_macro and ";" in NOT_SQL.sub("", view.text).strip().rstrip(";"):
        return "a file holds one SELECT"
    if view.is_derived and ("scope", "all jobs") in view.keys:
        return "what is derived looks at one job at a time"
    return None


def _leave_out_circles(files: dict[str, View], problems: list[ViewProblem]) -> None:
    """Takes files away that need each other in a circle."""
    while True:
        try:
            list(in_order(files, files.keys()))
            return
        except CycleError as error:
            circle = " -> ".join(error.args[1])
            for name in sorted(set(error.args[1])):
                problems.append(ViewProblem(files.pop(name).file, f"needs itself: {circle}"))


def _head(view: View) -> str:
    """The comment at the head of a file."""
    return "".join(f"-- {line}\n" for line in view.comment)
