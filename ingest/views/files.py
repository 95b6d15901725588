"""Files of SQL: each holds one SELECT, the relation that bears the file's name, or one macro.

The comment at the head of a file says the question that it answers (first line), what to know about the answer, and behind
keys (`example: ...`) what else is to be known. The folder says what becomes of it: `macros` hold a whole CREATE OR REPLACE
MACRO, `derive` and `checks` are worked out once for each job when its logs change, all others are views.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ingest.errors import IngestError

DERIVED = "derive"
"""Folders of relations that are worked out once for each job."""

CHECKS = "checks"
"""Folders of relations that look for one thing that goes wrong; they are worked out with the derived ones."""

MACROS = "macros"

REMEDY = "The installation is damaged: install it again."
NOT_SQL = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)
_KEY = re.compile(r"(fix|reference|query|explains|unless|scope|threshold|order|keep|of|when|example): ")
_MACRO = re.compile(r"create or replace macro (\w+\([^)]*\)) as\s+(table\b)?", re.IGNORECASE)
_READ = re.compile(r'\b(?:from|join)\s+"?(\w+)|\b(\w+)\s*\(', re.IGNORECASE)


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
        """The folder that it is in, which says what becomes of it."""
        return self.file.parent.name

    @property
    def is_macro(self) -> bool:
        """Whether the file makes a macro, not a view."""
        return self.folder == MACROS

    @property
    def is_derived(self) -> bool:
        """Whether it is worked out once for each job, when its logs change."""
        return self.folder in (DERIVED, CHECKS)

    @property
    def is_step(self) -> bool:
        """Whether it only serves other derived relations, and is not stored; a check is stored as rows of `check_rows`."""
        return self.folder == CHECKS or ("keep", "step") in self.keys

    @property
    def is_history(self) -> bool:
        """Whether its rows stay when their job is forgotten."""
        return ("keep", "history") in self.keys

    @property
    def is_of_every_job(self) -> bool:
        """Whether a derived relation may have rows of a job of which no record is known."""
        return ("of", "every job") in self.keys

    @cached_property
    def order(self) -> str:
        """By what the rows of a derived relation are ordered when all of them are asked; empty for no order."""
        return dict(self.keys).get("order", "")

    @cached_property
    def when(self) -> str:
        """What must hold if a derived relation has any row: a condition that is quicker to ask; empty if none is told."""
        return dict(self.keys).get("when", "")

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
        """What the head says behind a key, such as `fix: ...`; each on one line, in the order of the file."""
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
        text = NOT_SQL.sub(" ", f"{self.text} {self.when}")
        return frozenset(name.lower() for pair in _READ.findall(text) for name in pair if name)


def list_views(extra_folders: Sequence[Path] = ()) -> list[View]:
    """Every relation that people can query, of ours and of further folders, by folder and name."""
    views = [*read_own(), *read_extra(extra_folders, [])]
    return [view for view in views if not view.is_macro and ("keep", "step") not in view.keys]


def list_macros(extra_folders: Sequence[Path] = ()) -> list[View]:
    """Every macro, by name."""
    return [view for view in [*read_own(), *read_extra(extra_folders, [])] if view.is_macro]


def views_digest(extra_folders: Sequence[Path] = (), names: Collection[str] | None = None) -> str:
    """Changes when any file of ours or of further folders does: then the views of a catalog are to be made anew.

    `names`: of these views and macros only.
    """
    digest = hashlib.sha256()
    for folder in (own_folder(), *extra_folders):
        for file in sorted(folder.rglob("*.sql")):
            if names is not None and file.stem not in names:
                continue
            digest.update(f"{file.name}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def own_folder() -> Path:
    """Our `.sql` files: in the package if it is installed, else beside it."""
    inside = Path(__file__).parent.parent / "sql"
    return inside if inside.is_dir() else inside.parent.parent / "sql"


def read_own() -> Iterator[View]:
    """The files of ours, by folder and name. Raises ViewError if there are none."""
    views = list(_read(own_folder()))
    if not views:
        raise ViewError(f"{own_folder()}: no views", REMEDY)
    yield from views


def _read(folder: Path) -> Iterator[View]:
    """The files of a folder and the folders in it."""
    for file in sorted(folder.rglob("*.sql")):
        yield View(file, file.read_text(encoding="utf-8-sig"))


def read_extra(folders: Iterable[Path], problems: list[ViewProblem]) -> Iterator[View]:
    """The files of plugins, less those that cannot be read."""
    for folder in folders:
        if not folder.is_dir():
            problems.append(ViewProblem(folder, "not a folder"))
        for file in sorted(folder.rglob("*.sql")):
            try:
                yield View(file, file.read_text(encoding="utf-8-sig"))
            except (OSError, UnicodeError) as error:
                problems.append(ViewProblem(file, str(error)))
