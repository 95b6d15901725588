"""`ingest plugins`, and plugins that do not work: named on stderr, while the rest does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Logs, Run, StoreUnderTest, Tree, Write

NOTES = r"""
from ingest import LineParser, Sample, hookimpl
from ingest.model import LOG_RECORDS

@hookimpl
def ingest_parsers():
    return [LineParser(name="{name}", kind="notes", path=r"{path}", head=r"^(?P<message>.+)$", table=LOG_RECORDS,
                       samples=[Sample("logs/mine/a.txt", "b\n", 1)])]
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder of installed distributions."""
    folder = tmp_path / "site"
    folder.mkdir()
    return folder


def install(site: Path, name: str, source: str) -> None:
    """Installs a distribution with an entry point of its name, as pip does."""
    (site / f"{name}.py").write_text(source)
    info = site / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[ingest]\n{name} = {name}\n")


def test_list(run: Run) -> None:
    """Parsers with version, kind and tables, and what is known and not read."""
    done = run("plugins")
    assert (done.returncode, done.stderr) == (0, "")
    assert "azureml.worker" in done.stdout
    told = json.loads(run("plugins", "--format", "json").stdout)
    worker = next(row for row in told["parsers"] if row["parser"] == "azureml.worker")
    assert worker["plugin"] == "ingest_azureml"
    assert worker["kind"] == "worker"
    assert worker["tables"] == ["log_records", "errors"]
    assert told["ignored"]
    assert told["problems"] == []


def test_one_file(run: Run, plugin: Write) -> None:
    """`--plugin FILE`, and `INGEST_PLUGINS`, add a plugin of one file."""
    path = plugin("notes", NOTES.format(name="mine.notes", path=r"^logs/mine/"))
    for done in (
        run("plugins", "--format", "json", "--plugin", path),
        run("plugins", "--format", "json", INGEST_PLUGINS=path),
    ):
        told = json.loads(done.stdout)
        assert [row["plugin"] for row in told["parsers"] if row["parser"] == "mine.notes"] == ["notes"]


def test_two_files_of_one_name(run: Run, tree: Tree) -> None:
    """Two plugins in files of one name, and one given twice, work."""
    paths = [
        tree({"p.py": NOTES.format(name=f"mine.{name}", path=f"^logs/{name}/")}, name) / "p.py"
        for name in ("one", "two")
    ]
    options = [option for path in (*paths, paths[0]) for option in ("--plugin", path)]
    done = run("plugins", "--format", "json", *options)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert {"mine.one", "mine.two"} <= {row["parser"] for row in told["parsers"]}
    assert told["problems"] == []


def test_installed(site: Path, tree: Tree, run: Run, store: StoreUnderTest) -> None:
    """An installed plugin is found by its entry point, works in a load, and is left out by `--no-plugins`."""
    install(site, "notes_of_mine", NOTES.format(name="mine.notes", path=r"^logs/mine/"))
    folder = tree({"logs/mine/a.txt": "x\ny\n"}, "a")
    done = run(folder, "--store", store.path, "--no-verdict", pythonpath=site)
    assert (done.returncode, done.stderr) == (0, "")
    assert store.one("SELECT count(*) FROM log_records") == 2
    told = json.loads(run("plugins", "--format", "json", "--no-plugins", pythonpath=site).stdout)
    assert "mine.notes" not in {row["parser"] for row in told["parsers"]}


BROKEN = {
    "broken_import": "import a_module_that_is_not_there",
    "broken_syntax": "def (",
    "broken_hook": "from ingest import hookimpl\n@hookimpl\ndef ingest_parsers():\n    raise ValueError('no parsers today')\n",
    "broken_offer": "from ingest import hookimpl\n@hookimpl\ndef ingest_parsers():\n    return [42]\n",
    "broken_pattern": NOTES.format(name="mine.pattern", path="^logs/("),
    "broken_name": NOTES.format(name="azureml.worker", path="^logs/mine/"),
    "broken_exit": "raise SystemExit(3)",
}


def test_broken_ones(site: Path, tree: Tree, logs: Logs, run: Run, store: StoreUnderTest) -> None:
    """Each broken plugin is named on stderr, with the reason; the others, and the load, go on; exit code 0."""
    for name, source in BROKEN.items():
        install(site, name, source)
    install(site, "good", NOTES.format(name="mine.notes", path=r"^logs/mine/"))
    folder = tree({"logs/mine/a.txt": "x\n", logs.worker: logs.records(2)}, "a")
    done = run(folder, "--store", store.path, "--no-verdict", pythonpath=site)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    for name in BROKEN:
        assert f"plugin {name}:" in done.stderr, name
    for reason in ("a_module_that_is_not_there", "no parsers today", "42", "regular expression", "exists already"):
        assert reason in done.stderr, reason
    assert store.rows("SELECT source, count(*) FROM log_records GROUP BY ALL ORDER BY ALL") == [
        ("worker", 2),
        (None, 1),
    ]
    listed = run("plugins", pythonpath=site)
    assert listed.returncode == 0
    assert all(f"plugin {name}:" in listed.stderr for name in BROKEN)
    told = json.loads(run("plugins", "--format", "json", pythonpath=site).stdout)
    assert {one["plugin"] for one in told["problems"]} == set(BROKEN)


TABLE = r"""
from ingest import Column, LineParser, Sample, Table, Type, hookimpl

@hookimpl
def ingest_parsers():
    table = Table("{name}", "something", (Column("message", Type.TEXT),))
    return [LineParser(name="mine.own", kind="own", path=r"^logs/mine/", head=r"^(?P<message>.+)$", table=table,
                       samples=[Sample("logs/mine/a.txt", "b\n", 1)])]
"""


def test_names_of_tables(tree: Tree, logs: Logs, run: Run, store: StoreUnderTest, plugin: Write) -> None:
    """A table with the name of one of ours, of a view, or that is no name in SQL, is refused, and named; the load goes on."""
    folder = tree({"logs/mine/a.txt": "x\n", logs.worker: logs.records(2)}, "a")
    names = ("files", "job_summary", "Notes-2", "a b")
    options = [one for i, name in enumerate(names) for one in ("--plugin", plugin(f"p{i}", TABLE.format(name=name)))]
    done = run(folder, "--store", store.path, *options)
    assert done.returncode == 0, done.stderr
    for i, name in enumerate(names):
        assert f"plugin p{i}:" in done.stderr
        assert name in done.stderr
    assert store.one("SELECT count(*) FROM log_records") == 2


def test_table_named_by_a_word_of_sql(tree: Tree, run: Run, store: StoreUnderTest, plugin: Write) -> None:
    """A word of SQL as a table's name works, in quotes, or is refused; it does not end the load."""
    folder = tree({"logs/mine/a.txt": "x\n"}, "a")
    done = run(folder, "--store", store.path, "--plugin", plugin("words", TABLE.format(name="order")))
    assert done.returncode == 0, done.stderr
    assert "plugin words:" in done.stderr or store.one('SELECT count(*) FROM "order"') == 1


def test_file_that_was_asked_for(run: Run, plugin: Write, tmp_path: Path) -> None:
    """A `--plugin` file that cannot be loaded was asked for: exit code 2, its name and the reason."""
    for path, reason in (
        (plugin("broken", BROKEN["broken_import"]), "a_module_that_is_not_there"),
        (plugin("exits", BROKEN["broken_exit"]), "SystemExit"),
        (str(tmp_path / "nowhere.py"), "no such file"),
    ):
        done = run("plugins", "--plugin", path)
        assert (done.returncode, done.stdout) == (2, "")
        assert path in done.stderr
        assert reason in done.stderr
        assert "Traceback" not in done.stderr


def test_hook_of_a_file_that_raises(run: Run, plugin: Write) -> None:
    """A `--plugin` file that loads, but whose hook raises, is named; the rest works."""
    done = run("plugins", "--plugin", plugin("hooked", BROKEN["broken_hook"]))
    assert done.returncode == 0
    assert "plugin hooked: raised ValueError('no parsers today')" in done.stderr
    assert "azureml.worker" in done.stdout
