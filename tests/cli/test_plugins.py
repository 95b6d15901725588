"""`ingest plugins`, and plugins that do not work: named on stderr, while the rest does."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ingest.plugin.registry import Registry
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


WRONG = {
    "misspelt": ("def ingest_parser():\n    return [parser()]", "there is no hook ingest_parser()"),
    "argument": ("def ingest_parsers(config):\n    return [parser()]", "ingest_parsers(config)"),
    "forgotten_return": ("def ingest_parsers():\n    [parser()]", "gave None, not a list: is a `return` missing?"),
    "single": ("def ingest_parsers():\n    return parser()", "not a list: give a list, or `yield` each"),
    "none_at_all": ("def ingest_parsers():\n    return []", "offers no parser and no view"),
    "class_": ("def ingest_parsers():\n    return [LineParser]", "offers the class LineParser"),
    "lacking": (
        "def ingest_parsers():\n    return [Sample('logs/a.txt', '', 0)]",
        "it has no name, version, kind, tables",
    ),
    "raising": (
        "def ingest_parsers():\n    class Raising(LineParser):\n        tables = property(lambda self: 1 / 0)\n"
        "    return [parser(of=Raising)]",
        "offers a Raising that raised ZeroDivisionError('division by zero') when it was looked at",
    ),
    "path": (
        "def ingest_parsers():\n    return [parser(path=Path('logs'))]",
        "its path is PosixPath('logs'), not a text",
    ),
    "version": ("def ingest_parsers():\n    return [parser(version='1')]", "its version is '1', not a whole number"),
    "no_samples": ("def ingest_parsers():\n    return [parser(samples=[])]", "its samples are []"),
    "samples": ("def ingest_parsers():\n    return [parser(samples=['x'])]", "hold 'x', which is no Sample"),
    "tables": ("def ingest_parsers():\n    return [parser(table='t')]", "hold 't', which is no Table"),
    "columns": (
        "def ingest_parsers():\n    return [parser(table=Table('t', 'x', []))]",
        "its columns are [], not a tuple",
    ),
    "column": (
        "def ingest_parsers():\n    return [parser(table=Table('t', 'x', ('at',)))]",
        "'at' is no Column with a Type",
    ),
    "other_columns": (
        "def ingest_parsers():\n    return [parser(table=Table('errors', 'x', ()))]",
        "the table 'errors' exists with other columns",
    ),
    "text_of_views": ("def ingest_views():\n    return 'views'", "gave 'views', not a list"),
    "folder": ("def ingest_views():\n    return [Path('/nowhere/at/all')]", "which is no folder"),
}
"""What authors get wrong, and what they are told."""

HEAD = r"""
from pathlib import Path
from ingest import LineParser, Sample, Table, hookimpl
from ingest.model import LOG_RECORDS

def parser(of=LineParser, **other):
    parts = dict(name="mine.notes", kind="notes", path=r"^logs/mine/", head=r"^(?P<message>.+)$", table=LOG_RECORDS,
                 samples=[Sample("logs/mine/a.txt", "b\n", 1)])
    return of(**(parts | other))

"""


def test_wrongly_typed_ones(run: Run, site: Path) -> None:
    """Each is named in one line that says what is wrong, and one good plugin among them works."""
    for name, (source, _) in WRONG.items():
        install(site, f"a_{name}", f"{HEAD}\n@hookimpl\n{source}\n")
    install(site, "b_unmarked", f"{HEAD}\ndef ingest_parsers():\n    return [parser()]\n")
    install(site, "b_empty", "a = 1\n")
    install(site, "c_good", f"{HEAD}\n@hookimpl\ndef ingest_parsers():\n    return [parser()]\n")
    done = run("plugins", "--format", "json", pythonpath=site)
    assert done.returncode == 0, done.stderr
    told = done.stderr.splitlines()
    for name, (_, reason) in WRONG.items():
        (line,) = [line for line in told if line.startswith(f"ingest: plugin a_{name}: ")]
        assert reason in line
        assert line.endswith("; left out")
    assert "ingest: plugin b_unmarked: ingest_parsers() is not marked with @hookimpl; left out" in told
    assert any(line.startswith("ingest: plugin b_empty: implements no hook") for line in told)
    assert len(told) == len(WRONG) + 2
    assert [row["plugin"] for row in json.loads(done.stdout)["parsers"] if row["parser"] == "mine.notes"] == ["c_good"]


def test_table_of_another_plugin(run: Run, site: Path) -> None:
    """Two plugins may fill one table if its columns are the same; else the second one is left out."""
    table = 'Table("notes", "a note", (Column("message", Type.{}, "{}"),))'
    for name, type_, doc in (("a", "TEXT", "what"), ("b", "TEXT", "what it says"), ("c", "INT", "what")):
        source = HEAD + "from ingest import Column, Type\n@hookimpl\ndef ingest_parsers():\n"
        source += f"    return [parser(name='mine.{name}', path=r'^logs/{name}/', table={table.format(type_, doc)})]\n"
        install(site, name, source)
    done = run("plugins", "--format", "json", pythonpath=site)
    assert done.stderr == "ingest: plugin c: mine.c: the table 'notes' exists with other columns; left out\n"
    assert {"mine.a", "mine.b"} < {row["parser"] for row in json.loads(done.stdout)["parsers"]}


def test_slow_one(run: Run, plugin: Write) -> None:
    """One that takes long to import is named with the seconds and works; what it prints does not come between data."""
    path = plugin(
        "slow", "import time\ntime.sleep(1.1)\nprint('good morning')\n" + NOTES.format(name="mine.n", path="^logs/n/")
    )
    done = run("plugins", "--format", "json", "--plugin", path)
    assert "good morning" in done.stderr
    assert any(
        line.startswith("ingest: plugin slow: took 1.") and " s to load" in line for line in done.stderr.splitlines()
    )
    assert "mine.n" in {row["parser"] for row in json.loads(done.stdout)["parsers"]}


def test_conflict(tree: Tree, run: Run, site: Path, plugin: Write, store: StoreUnderTest) -> None:
    """Two parsers of one file, neither more specific: both are named, and the one nearer to the user gets it."""
    install(site, "a_installed", NOTES.format(name="mine.a", path=r"^logs/mine/"))
    file = plugin("z_file", NOTES.format(name="mine.z", path=r"^logs/mine/"))
    folder = tree({"logs/mine/a.txt": "x\n"}, "a")
    done = run(folder, "--store", store.path, "--no-verdict", "--plugin", file, pythonpath=site)
    assert done.returncode == 0
    assert done.stderr == (
        "ingest: plugin a_installed: mine.a and mine.z (plugin z_file) claim ^logs/mine/, neither more specifically; "
        "mine.z gets such files\n"
    )
    assert store.one("SELECT parser FROM files") == "mine.z"


def test_conflict_with_ours(run: Run, plugin: Write, registry: Registry) -> None:
    """A parser that claims what a built-in one claims, just as specifically, is told so and gets it."""
    ours = registry.parsers["azureml.worker"]
    path = plugin("mine", NOTES.format(name="mine.worker", path=ours.path))
    done = run("explain", "--as", ours.samples[0].path, "--plugin", path, path, "--format", "json")
    assert "azureml.worker and mine.worker (plugin mine) claim " in done.stderr
    (told,) = json.loads(done.stdout)
    assert told["parser"] == "mine.worker"


def test_two_of_one_name(run: Run, site: Path, tree: Tree) -> None:
    """Two distributions may give their entry points one name."""
    install(site, "notes", NOTES.format(name="mine.one", path=r"^logs/one/"))
    other = tree({"other_notes.py": NOTES.format(name="mine.two", path=r"^logs/two/")}, "other")
    info = other / "other_notes-2.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: other-notes\nVersion: 2.0\n")
    (info / "entry_points.txt").write_text("[ingest]\nnotes = other_notes\n")
    done = run("plugins", "--format", "json", pythonpath=f"{site}{os.pathsep}{other}")
    assert done.stderr == ""
    found = {one["name"]: one for one in json.loads(done.stdout)["plugins"]}
    assert (found["notes"]["distribution"], found["notes"]["version"], found["notes"]["origin"]) == (
        "notes",
        "1.0",
        "installed",
    )
    assert found["notes (other-notes)"]["parsers"] == ["mine.two"]


def test_damaged_distribution(run: Run, site: Path) -> None:
    """A distribution whose list of entry points cannot be read, ours or not, hides no other one."""
    install(site, "good", NOTES.format(name="mine.notes", path=r"^logs/mine/"))
    install(site, "damaged", "")
    (site / "damaged-1.0.dist-info" / "entry_points.txt").write_text("[ingest]\njust words\n")
    done = run("plugins", "--format", "json", pythonpath=site)
    assert done.returncode == 0
    assert done.stderr.startswith("ingest: plugin damaged: cannot be loaded: ")
    assert "mine.notes" in {row["parser"] for row in json.loads(done.stdout)["parsers"]}


def test_listed_in_the_environment(run: Run, plugin: Write, tmp_path: Path) -> None:
    """INGEST_PLUGINS: each file works beside `--plugin`; a broken one is named by its path; `--no-plugins` leaves all out."""
    names = ("one", "two", "three")
    one, two, three = (plugin(name, NOTES.format(name=f"mine.{name}", path=f"^logs/{name}/")) for name in names)
    broken, nowhere = plugin("broken", "\n\nimport a_module_that_is_not_there\n"), str(tmp_path / "nowhere.py")
    listed = os.pathsep.join([one, broken, nowhere, "", two, one])
    done = run("plugins", "--format", "json", "--plugin", three, INGEST_PLUGINS=listed)
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        f"ingest: plugin {broken}: cannot be loaded: line 3: "
        "ModuleNotFoundError(\"No module named 'a_module_that_is_not_there'\"); left out",
        f"ingest: plugin {nowhere}: no such file; left out",
    ]
    told = [row["parser"] for row in json.loads(done.stdout)["parsers"]]
    assert told[-3:] == ["mine.one", "mine.two", "mine.three"]
    done = run("plugins", "--format", "json", "--plugin", three, "--no-plugins", INGEST_PLUGINS=listed)
    told = [row["parser"] for row in json.loads(done.stdout)["parsers"]]
    assert (done.stderr, told[-1]) == ("", "mine.three")
    assert "mine.one" not in told


def test_list_for_people(run: Run, plugin: Write, tree: Tree) -> None:
    """A paragraph for each plugin, no line longer than 100 characters, with its views and what it leaves alone."""
    views = tree({"busy_notes.sql": "-- Which notes?\nSELECT * FROM log_records"}, "views")
    source = NOTES.format(name="mine.notes", path=r"^logs/mine/")
    source += f"    + []\n\n@hookimpl\ndef ingest_views():\n    return [{str(views)!r}]\n"
    done = run("plugins", "--plugin", plugin("notes", source))
    assert done.stderr == ""
    assert max(map(len, done.stdout.splitlines())) <= 100
    assert done.stdout.startswith("ingest_azureml (built-in: ingest ")
    assert "  known and not read: readme (the driver's own description of its log layout)\n" in done.stdout
    notes = done.stdout.partition("\nnotes (file: ")[2].splitlines()
    assert notes[1:] == ["  mine.notes  v1  notes  → log_records", "  views: busy_notes"]


OWN_TABLE = TABLE.replace("{name}", "notes")


def test_tables_and_views_before_the_first_row(
    tree: Tree, logs: Logs, run_apart: Run, store: StoreUnderTest, plugin: Write
) -> None:
    """What a plugin declares is there at once, empty; what it changes is there after the next load, of the same files too."""
    folder = tree({logs.worker: logs.records(2)}, "a")
    views = tree(
        {"long_notes.sql": "-- Which notes are long?\nSELECT * FROM notes WHERE length(message) > 10"}, "views"
    )
    store.load(folder)
    path = plugin("notes", f"{OWN_TABLE}\n@hookimpl\ndef ingest_views():\n    return [{str(views)!r}]\n")
    for _ in range(2):
        assert run_apart(folder, "--store", store.path, "--plugin", path).returncode == 0
        for name in ("notes", "long_notes"):
            done = run_apart("sql", f"SELECT * FROM {name}", "--store", store.path, "--format", "csv")
            assert (done.returncode, done.stdout) == (0, "job_id,file_id,line_no,cut,message\n"), done.stderr
    (views / "long_notes.sql").write_text("-- Which notes are long?\nSELECT message FROM notes")
    assert run_apart(folder, "--store", store.path, "--plugin", path).returncode == 0
    assert run_apart("sql", "SELECT * FROM long_notes", "--store", store.path).stdout == "message\n"
    (folder / "logs" / "mine").mkdir()
    (folder / "logs" / "mine" / "a.txt").write_text("b\n")
    assert run_apart(folder, "--store", store.path, "--plugin", path).returncode == 0
    assert store.rows("SELECT message, line_no FROM notes") == [("b", 1)]
