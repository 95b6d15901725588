"""How `.sql` files become views: their order, their heads, and what a broken one does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest.views import files
from ingest.views.checks import HEADS, ROWS
from ingest.views.create import create_views
from ingest.views.files import ViewError, list_views

if TYPE_CHECKING:
    from tests.views.conftest import Database


def write(folder: Path, **texts: str) -> Path:
    """Writes `name="text"` as files `name.sql`; `macros__name` into the folder `macros`."""
    for name, text in texts.items():
        file = folder / f"{name.replace('__', '/')}.sql"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


def test_a_plugin_adds_views(db: Database, tmp_path: Path) -> None:
    """Its views may read ours, and each other in any order; its macros may be called by views and may read them."""
    folder = write(
        tmp_path,
        a="-- How many, doubled?\n-- Not exact.\nselect twice(tries) as tries from b",
        b="-- How many?\nselect count(*) as tries from attempts;\n",
        macros__twice="create or replace macro twice(x) as 2 * x;",
        macros__tries_of="create or replace macro tries_of(job) as table select * from a where job = job",
    )
    assert db.add_views(folder) == []
    db.attempt(0, "done", "10:00:00")
    assert db.rows("SELECT tries FROM a") == [(2,)]
    assert db.rows("SELECT * FROM tries_of('job')") == [(2,)]
    (view,) = (view for view in list_views([folder]) if view.name == "a")
    assert (view.question, view.caveat, view.folder) == ("How many, doubled?", "Not exact.", tmp_path.name)


def test_names_in_comments_texts_and_columns_are_no_need(db: Database, tmp_path: Path) -> None:
    """`x` names `y` in its comment, in a text and as a column; `y` reads `x`: that is no circle."""
    folder = write(tmp_path, x="-- Or from y?\nselect 'from y' as y /* join y */", y="-- What?\nselect y from x")
    assert db.add_views(folder) == []
    assert db.rows("SELECT y FROM y") == [("from y",)]


def test_a_broken_view_of_a_plugin_is_left_out(db: Database, tmp_path: Path) -> None:
    """Each is told with its file and reason; ours and the good ones are there."""
    folder = write(
        tmp_path,
        good="-- Good?\nselect 1 as one",
        syntax="-- Is it?\nselect from where",
        column="-- Which?\nselect no_such_column from attempts",
        needs="-- Needs?\nselect * from syntax",
        several="-- Two?\nselect 1; drop table jobs",
        jobs="-- Mine?\nselect 1 as job_id",
        attempts="-- Mine?\nselect 1 as job_id",
    )
    (folder / "Bad-Name.sql").write_text("select 1")
    (folder / "latin.sql").write_bytes(b"-- \xe4?\nselect 1")
    problems = {problem.file.stem: problem.reason for problem in db.add_views(folder, tmp_path / "none")}
    assert problems.keys() == {
        "syntax",
        "column",
        "needs",
        "several",
        "jobs",
        "attempts",
        "Bad-Name",
        "latin",
        "none",
    }
    assert problems["attempts"] == "there is another table or view named attempts"
    assert "syntax error" in problems["syntax"]
    assert "no_such_column" in problems["column"]
    assert "lower-case" in problems["Bad-Name"]
    assert db.rows("SELECT one FROM good") == [(1,)]
    assert db.rows("SELECT * FROM jobs") == db.rows("SELECT * FROM attempts") == []


def test_a_circle_in_a_plugin(db: Database, tmp_path: Path) -> None:
    """Views that need each other are left out, with those that need them; the rest is made."""
    folder = write(
        tmp_path,
        one="-- 1?\nselect * from two",
        two="-- 2?\nselect * from one",
        after_them="-- 3?\nselect * from two",
        good="-- 4?\nselect 1 as a",
        better="-- 5?\nselect a from good",
    )
    assert {problem.file.stem for problem in db.add_views(folder)} == {"one", "two", "after_them"}
    assert db.rows("SELECT a FROM better") == [(1,)]


def test_a_broken_file_of_ours_raises(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the file, or the files of the circle."""
    monkeypatch.setattr(files, "own_folder", lambda: write(tmp_path / "a", bad="-- ?\nselect from"))
    with pytest.raises(ViewError, match=r"bad\.sql: .*syntax error"):
        db.add_views()
    monkeypatch.setattr(files, "own_folder", lambda: tmp_path / "c")
    with pytest.raises(ViewError, match="no views"):
        db.add_views()
    monkeypatch.setattr(files, "own_folder", lambda: write(tmp_path / "b", x="select * from y", y="select * from x"))
    with pytest.raises(ViewError, match=r"circle: (x -> y -> x|y -> x -> y)$"):
        db.add_views()


def test_views_can_be_made_again(db: Database) -> None:
    """Making them over those that are there changes nothing."""
    db.attempt(0, "done", "10:00:00")
    assert create_views(db.connection, db.library) == []
    assert db.rows("SELECT count(*) FROM attempts") == [(1,)]


def test_macros_are_not_listed(db: Database) -> None:
    """`list_views` names what can be asked, in the order of folders and names."""
    listed = [(view.folder, view.name) for view in list_views()]
    assert listed == sorted(listed)
    assert {folder for folder, _ in listed} >= {"answers", "checks", "derive", "history", "quality"}
    made = {
        name for (name,) in db.rows("SELECT view_name FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal")
    }
    assert {name for _, name in listed} == made - {*HEADS, ROWS}


def test_the_module_is_cheap_to_import() -> None:
    """Listing views needs no database."""
    code = "import sys; from ingest.views.files import list_views; list_views(); sys.exit('duckdb' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(files.__file__).parent.parent.parent)
