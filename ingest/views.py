"""The views: `.sql` files, each with one question, made into views of a database in the order that they need each other.

A file holds one SELECT; its name is the view's name. The comment at its head says the question that it answers (first
line) and what to know about the answer (the rest). Files in a folder `macros` hold a whole CREATE OR REPLACE MACRO.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import IngestError
from ingest.model import RECORD_TABLES

if TYPE_CHECKING:
    import duckdb

_NOT_SQL = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)
_READ = re.compile(r'\b(?:from|join)\s+"?(\w+)|\b(\w+)\s*\(', re.IGNORECASE)
_TABLES = frozenset({table.name for table in RECORD_TABLES} | {"jobs", "loads", "files"})


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
        return "\n".join(self.comment[1:])

    @cached_property
    def reads(self) -> frozenset[str]:
        """Every name, in lower case, that the text reads FROM, JOINs or calls; of other files or not."""
        return frozenset(name.lower() for pair in _READ.findall(_NOT_SQL.sub(" ", self.text)) for name in pair if name)


def list_views(extra_folders: Sequence[Path] = ()) -> list[View]:
    """Every view of ours and of further folders, by folder and name; macros are no views."""
    found = [*_read(_own_folder()), *(view for folder in extra_folders for view in _read(folder))]
    return [view for view in found if not view.is_macro]


def views_digest(extra_folders: Sequence[Path] = ()) -> str:
    """Changes when any file of ours or of further folders does: then the views of a catalog are to be made anew."""
    digest = hashlib.sha256()
    for folder in (_own_folder(), *extra_folders):
        for file in sorted(folder.rglob("*.sql")):
            digest.update(f"{file.name}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def create_views(connection: duckdb.DuckDBPyConnection, extra_folders: Sequence[Path] = ()) -> list[ViewProblem]:
    """Makes all views in the database, which has every table of `ingest.model`; those that are there are replaced.

    Returns what is wrong with files of further folders; such views are left out, and those that need them.
    Raises ViewError for a broken file of ours.
    """
    own = {view.name: view for view in _read(_own_folder())}
    for view in _in_order(own.values()):
        try:
            _create(connection, view)
        except Exception as error:
            raise ViewError(f"{view.file}: {_reason(error)}", "The installation is damaged: install it again.") from error
    extra: dict[str, View] = {}
    problems: list[ViewProblem] = []
    for folder in extra_folders:
        try:
            for view in _read(folder):
                if view.name in _TABLES or view.name in own or view.name in extra:
                    problems.append(ViewProblem(view.file, f"there is another table or view named {view.name}"))
                else:
                    extra[view.name] = view
        except Exception as error:
            problems.append(ViewProblem(folder, _reason(error)))
    try:
        ordered = list(_in_order(extra.values()))
    except ViewError:
        ordered = list(extra.values())  # each member of the circle will fail, and say why
    for view in ordered:
        try:
            _create(connection, view)
        except Exception as error:  # a stranger's file may be wrong in any way
            problems.append(ViewProblem(view.file, _reason(error)))
    return problems


def _own_folder() -> Path:
    """Our `.sql` files: in the package if it is installed, else beside it."""
    inside = Path(__file__).parent / "sql"
    return inside if inside.is_dir() else inside.parent.parent / "sql"


def _read(folder: Path) -> Iterator[View]:
    """The files of a folder and the folders in it."""
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is no folder")
    for file in sorted(folder.rglob("*.sql")):
        yield View(file, file.read_text(encoding="utf-8-sig"))


def _in_order(views: Iterable[View]) -> Iterator[View]:
    """The views, each after those that it reads; macros as early as they can be."""
    by_name = {view.name.lower(): view for view in sorted(views, key=lambda view: (not view.is_macro, view.name))}
    sorter = TopologicalSorter({name: sorted((view.reads & by_name.keys()) - {name}) for name, view in by_name.items()})
    try:
        for name in sorter.static_order():
            yield by_name[name]
    except CycleError as error:
        files = " -> ".join(str(by_name[name].file) for name in error.args[1])
        raise ViewError(f"views need each other in a circle: {files}") from error


def _create(connection: duckdb.DuckDBPyConnection, view: View) -> None:
    """Makes one view, or macro, with its question as the database's comment."""
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", view.name):
        raise ValueError("the name of a view has lower-case letters, digits and _ only")
    if view.is_macro:
        connection.execute(view.text)
        return
    if len(connection.extract_statements(view.text)) != 1:
        raise ValueError("a file holds one SELECT")
    connection.execute(f"CREATE OR REPLACE VIEW {view.name} AS {view.text}")
    comment = "\n".join(view.comment).replace("'", "''")
    connection.execute(f"COMMENT ON VIEW {view.name} IS '{comment}'")


def _reason(error: Exception) -> str:
    """The first line of what went wrong."""
    return str(error).partition("\n")[0] or repr(error)
