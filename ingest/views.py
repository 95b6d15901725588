"""The views: `.sql` files, each with one question, made into views of a database in the order that they need each other.

A file holds one SELECT; its name is the view's name. The comment at its head says the question that it answers (first
line) and what to know about the answer (the rest). Files in a folder `macros` hold a whole CREATE OR REPLACE MACRO.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

from ingest import checks
from ingest.errors import IngestError
from ingest.model import CATALOG_TABLES, RECORD_TABLES
from ingest.store.quoting import literal

if TYPE_CHECKING:
    import duckdb

_NOT_SQL = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)
_KEY = re.compile(r"(remedy|reference|query|explains|unless|scope|threshold|example): ")
_MACRO = re.compile(r"create or replace macro (\w+\([^)]*\)) as\s+(table\b)?", re.IGNORECASE)
_READ = re.compile(r'\b(?:from|join)\s+"?(\w+)|\b(\w+)\s*\(', re.IGNORECASE)
_REMEDY = "The installation is damaged: install it again."
_WITHOUT_COMMENT = "SELECT view_name FROM duckdb_views() WHERE comment IS NULL AND NOT internal"
"""Views that were not made here: tables of plugins."""
_TABLES = frozenset({table.name for table in RECORD_TABLES} | CATALOG_TABLES.keys())


class ViewError(IngestError):
    """A file of ours that gives no view."""


@dataclass(frozen=True, slots=True)
class ViewProblem:
    """Why a file of a plugin gives no view."""

    file: Path
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.reason}"


@dataclass(frozen=True)
class View:
    """A view, or a macro, as written in its file."""

    file: Path
    text: str

    @property
    def name(self) -> str:
        """The view's name: that of its file."""
        return self.file.stem

    @property
    def folder(self) -> str:
        """The folder that it stands in, which says what it is for: base, answers, quality."""
        return self.file.parent.name

    @property
    def is_macro(self) -> bool:
        """Whether the file makes a macro, not a view."""
        return self.folder == "macros"

    @cached_property
    def call(self) -> str:
        """A macro with its parameters."""
        found = _MACRO.search(self.text)
        return found[1] if found else self.name

    @cached_property
    def is_table_macro(self) -> bool:
        """Whether it is a macro that is asked like a table."""
        found = _MACRO.search(self.text) if self.is_macro else None
        return found is not None and found[2] is not None

    @cached_property
    def comment(self) -> tuple[str, ...]:
        """The lines of the comment at the head of the file, without the dashes."""
        head = re.match(r"(?:[ \t]*--[^\n]*\n?)*", self.text.lstrip())
        return tuple(line.strip().removeprefix("--").strip() for line in head[0].splitlines()) if head else ()

    @property
    def question(self) -> str:
        """What the view answers."""
        return self.comment[0] if self.comment else ""

    @property
    def caveat(self) -> str:
        """What to know about the answer."""
        return "\n".join(line for line in self.comment[1 : self._keys_from])

    @cached_property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """What the head says behind a key, such as `remedy: ...`; each on one line, in the order of the file."""
        found: list[tuple[str, str]] = []
        for line in self.comment[self._keys_from :]:
            if key := _KEY.match(line):
                found.append((key[1], line[key.end() :].strip()))
            else:
                found[-1] = (found[-1][0], f"{found[-1][1]} {line}".strip())
        return tuple(found)

    @cached_property
    def _keys_from(self) -> int:
        """The first line of the comment that has a key; all lines behind it belong to keys."""
        return next((i for i, line in enumerate(self.comment) if i and _KEY.match(line)), len(self.comment))

    @cached_property
    def reads(self) -> frozenset[str]:
        """Every name, in lower case, that the text reads FROM, JOINs or calls; of other files or not."""
        return frozenset(name.lower() for pair in _READ.findall(_NOT_SQL.sub(" ", self.text)) for name in pair if name)


def list_views(extra_folders: Sequence[Path] = ()) -> list[View]:
    """Every view of ours and of further folders, by folder and name; macros are no views, unreadable files neither."""
    views = [*_read(_own_folder()), *_read_extra(extra_folders, [])]
    return [view for view in views if not view.is_macro]


def list_macros(extra_folders: Sequence[Path] = ()) -> list[View]:
    """Every macro, by name."""
    return [view for view in [*_read(_own_folder()), *_read_extra(extra_folders, [])] if view.is_macro]


def views_digest(extra_folders: Sequence[Path] = (), names: Collection[str] | None = None) -> str:
    """Changes when any file of ours or of further folders does: then the views of a catalog are to be made anew.

    `names`: of these views and macros only.
    """
    digest = hashlib.sha256()
    for folder in (_own_folder(), *extra_folders):
        for file in sorted(folder.rglob("*.sql")):
            if names is not None and file.stem not in names:
                continue
            digest.update(f"{file.name}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def create_views(connection: duckdb.DuckDBPyConnection, extra_folders: Sequence[Path] = ()) -> list[ViewProblem]:
    """Makes all views in the database, which has every table of `ingest.model`; those that are there are replaced.

    Returns what is wrong with files of further folders; such views are left out, and those that need them.
    Raises ViewError for a broken file of ours.
    """
    taken = _TABLES | {name for (name,) in connection.execute(_WITHOUT_COMMENT).fetchall()}
    files = list(_read(_own_folder()))
    own = {view.name: view for view in files}
    if len(own) < len(files):
        twice = sorted(str(view.file) for view in files if own[view.name] is not view)
        raise ViewError(f"{twice[0]}: there is another view of this name", _REMEDY)
    if not own:
        raise ViewError(f"{_own_folder()}: no views", _REMEDY)
    try:
        ordered = _in_order(own | _grounds(own.values()))
    except CycleError as error:
        raise ViewError(f"views need each other in a circle: {' -> '.join(error.args[1])}", _REMEDY) from error
    except ValueError as error:
        raise ViewError(str(error), _REMEDY) from error
    stand_ins: list[str] = []
    try:
        for view in ordered:
            try:
                _create(connection, view, stand_ins)
            except Exception as error:
                raise ViewError(f"{view.file}: {_reason(error)}", _REMEDY) from error
        return _create_extra(connection, extra_folders, own, taken, stand_ins)
    finally:
        for name in stand_ins:
            connection.execute(f'DROP TABLE temp."{name}"')


def _create_extra(
    connection: duckdb.DuckDBPyConnection,
    extra_folders: Sequence[Path],
    own: dict[str, View],
    taken: Set[str],
    stand_ins: list[str],
) -> list[ViewProblem]:
    """Makes the views of plugins over ours; returns what is wrong with them."""
    problems: list[ViewProblem] = []
    extra: dict[str, View] = {}
    for view in _read_extra(extra_folders, problems):
        if view.name in taken or view.name in own or view.name in extra:
            problems.append(ViewProblem(view.file, f"there is another table or view named {view.name}"))
        else:
            extra[view.name] = view
    for view in _in_order_without_circles(extra, problems):
        try:
            _create(connection, view, stand_ins)
            if view.folder == checks.FOLDER:
                connection.execute(f"{checks.rows_of(view.name)} LIMIT 0")
            _grounds([*own.values(), view])
        except Exception as error:  # a stranger's file may be wrong in any way
            _drop_stand_in(connection, view.name, stand_ins)
            connection.execute(f'DROP VIEW IF EXISTS "{view.name}"')
            problems.append(ViewProblem(view.file, _reason(error)))
        else:
            own[view.name] = view
    if own.keys() & extra.keys():
        for ground in _grounds(own.values()).values():
            _drop_stand_in(connection, ground.name, stand_ins)
            _create(connection, ground, stand_ins)
    return problems


def _grounds(own: Iterable[View]) -> dict[str, View]:
    """The views that are made from the heads of all others."""
    made = checks.relations(own)
    return {name: View(Path(f"{name}.sql"), f"-- What do the heads of views tell?\n{made[name]}") for name in made}


def _own_folder() -> Path:
    """Our `.sql` files: in the package if it is installed, else beside it."""
    inside = Path(__file__).parent / "sql"
    return inside if inside.is_dir() else inside.parent.parent / "sql"


def _read(folder: Path) -> Iterator[View]:
    """The files of a folder and the folders in it."""
    for file in sorted(folder.rglob("*.sql")):
        yield View(file, file.read_text(encoding="utf-8-sig"))


def _read_extra(folders: Iterable[Path], problems: list[ViewProblem]) -> Iterator[View]:
    """The files of plugins, less those that cannot be read."""
    for folder in folders:
        if not folder.is_dir():
            problems.append(ViewProblem(folder, "not a folder"))
        for file in sorted(folder.rglob("*.sql")):
            try:
                yield View(file, file.read_text(encoding="utf-8-sig"))
            except (OSError, UnicodeError) as error:
                problems.append(ViewProblem(file, _reason(error)))


def _in_order(views: Mapping[str, View]) -> list[View]:
    """The views, each after those that it reads; macros as early as they can be. Raises CycleError for a circle."""
    names = sorted(views, key=lambda name: (not views[name].is_macro, name))
    needs = {name: sorted((views[name].reads & views.keys()) - {name}) for name in names}
    return [views[name] for name in TopologicalSorter(needs).static_order()]


def _in_order_without_circles(views: dict[str, View], problems: list[ViewProblem]) -> list[View]:
    """The same, less the views that need each other in a circle."""
    while True:
        try:
            return _in_order(views)
        except CycleError as error:
            circle = " -> ".join(error.args[1])
            for name in sorted(set(error.args[1])):
                problems.append(ViewProblem(views.pop(name).file, f"needs itself: {circle}"))


def _create(connection: duckdb.DuckDBPyConnection, view: View, stand_ins: list[str]) -> None:
    """Makes one view, or macro, with its question as the database's comment.

    And an empty temporary table in its place, which goes before it: a view over views over views would be taken apart down to
    the ground for each one above it, which takes seconds.
    """
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", view.name):
        raise ValueError("the name of a view has lower-case letters, digits and _ only")
    if view.is_macro:
        connection.execute(view.text)
        return
    if ";" in _NOT_SQL.sub("", view.text) and len(connection.extract_statements(view.text)) != 1:
        raise ValueError("a file holds one SELECT")
    connection.execute(f'CREATE OR REPLACE VIEW "{view.name}" AS {view.text}')
    comment = literal(f"{view.question}\n{view.caveat}")
    connection.execute(f'COMMENT ON VIEW "{view.name}" IS {comment}')  # tells it from a view over the rows of a table
    columns = connection.execute(f'DESCRIBE "{view.name}"').fetchall()
    definition = ", ".join(f'"{name}" {type_}' for name, type_, *_ in columns)
    connection.execute(f'CREATE TEMP TABLE "{view.name}" ({definition})')
    stand_ins.append(view.name)


def _drop_stand_in(connection: duckdb.DuckDBPyConnection, name: str, stand_ins: list[str]) -> None:
    """Lets the view of a name be reached again, if there is a stand-in for it."""
    if name in stand_ins:
        stand_ins.remove(name)
        connection.execute(f'DROP TABLE temp."{name}"')


def _reason(error: Exception) -> str:
    """The first line of what went wrong."""
    return str(error).partition("\n")[0] or repr(error)
