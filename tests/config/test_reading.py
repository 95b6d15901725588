"""Settings: which file is read, what weighs more, and what is said of mistakes."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest.config import read_configuration
from ingest.config.settings import Settings, all_settings
from ingest.config.template import template
from ingest.errors import IngestError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Logs, Run, StoreUnderTest, Tree

    Toml = Callable[[str], Path]


ROOT = Path(__file__).parents[2]


@pytest.fixture
def toml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Toml:
    """Writes an `ingest.toml` into the working directory, where no variable of ours is set."""
    import os

    for name in [name for name in os.environ if name.startswith("INGEST_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "home" / "mine"  # deep, for the job trees of other tests lie beside `tmp_path`
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)

    def write(text: str) -> Path:
        file = folder / "ingest.toml"
        file.write_text(text)
        return file

    return write


@pytest.mark.usefixtures("toml")
def test_nothing_is_set() -> None:
    """Without a file and variables all is as by default."""
    found = read_configuration()
    assert (found.settings, found.origins, found.file) == (Settings(), {}, None)
    assert found.settings.store == "ingest-store"
    assert found.settings.load.lock_timeout == 60.0


def test_each_source_weighs_more_than_the_next(toml: Toml, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable wins over the file, the file over the default; each value says where it came from."""
    toml("store = 'here'\n\n[load]\njobs = 3\nlock_timeout = 5\n")
    monkeypatch.setenv("INGEST_LOAD_JOBS", "7")
    found = read_configuration().checked()
    assert (found.settings.store, found.settings.load.jobs, found.settings.load.lock_timeout) == ("here", 7, 5.0)
    assert found.origins == {
        "store": "ingest.toml:1",
        "load.jobs": "INGEST_LOAD_JOBS",
        "load.lock_timeout": "ingest.toml:5",
    }


@pytest.mark.usefixtures("toml")
def test_variables_of_lists_and_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths as in PATH, tables as KEY=VALUE with commas, words with commas."""
    monkeypatch.setenv("INGEST_PLUGINS", "/a.py:/b.py")
    monkeypatch.setenv("INGEST_THRESHOLDS", "a=1.5, b=-2")
    monkeypatch.setenv("INGEST_LOAD_LABELS", "team=risk,site=")
    settings = read_configuration().checked().settings
    assert settings.plugins == ("/a.py", "/b.py")
    assert settings.thresholds == {"a": 1.5, "b": -2.0}
    assert settings.load.labels == {"team": "risk", "site": ""}


def test_only_the_working_directory_is_searched(toml: Toml, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file further up is not found; named by `INGEST_CONFIG` it is, and its paths are meant from its folder."""
    file = toml("store = 'mine'\nplugins = ['~/a.py', '/b.py']\n")
    (file.parent / "below").mkdir()
    monkeypatch.chdir(file.parent / "below")
    monkeypatch.setenv("HOME", "/home/me")
    assert read_configuration().file is None
    monkeypatch.setenv("INGEST_CONFIG", str(file))
    found = read_configuration()
    assert found.settings.store == str(file.parent / "mine")
    assert found.settings.plugins == ("/home/me/a.py", "/b.py")
    assert read_configuration(file.parent / "below" / ".." / "ingest.toml").file != file  # --config weighs more


@pytest.mark.parametrize(
    ("text", "wrong", "remedy"),
    [
        (
            "[load]\njobs = 'many'",
            'ingest.toml:2: load.jobs is "many" (text), expected a whole number from 1',
            "jobs = 4",
        ),
        ("[load]\njobs = true", "load.jobs is true (true or false), expected", ""),
        ("[load]\njobs = 0", "load.jobs is 0 (a whole number), expected a whole number from 1", ""),
        ("[load]\n\njob = 1", "ingest.toml:3: there is no setting load.job", "Did you mean load.jobs?"),
        ("jobs = 1", "ingest.toml:1: there is no setting jobs", "Did you mean load.jobs?"),
        ("[lod]\njobs = 1", "ingest.toml:1: there is no setting lod", "Did you mean load"),
        ("load = 3", "ingest.toml:1: load is a section, not 3", "[load]"),
        ("store = 1979-05-27", "store is 1979-05-27 (a date), expected a path", 'store = "ingest-store"'),
        ("[thresholds]\na = 'x'", 'ingest.toml:1: thresholds is a: "x" (text), expected', ""),
        ("[cost]\nprice_per_node_hour = nan", "nan (a number), expected a number from 0", ""),
        ("[load]\nlabels = { 'a b' = 'x' }", "no key of a label", ""),
        ("[log]\nformat = 'xml'", '"xml" (text), expected one of console, json', ""),
        ("a.b.c.d = 1", "ingest.toml:1: there is no setting a", ""),
        ("\nstore = x\n", "ingest.toml:2: not TOML: Invalid value", ""),
        ("a = " + "[" * 5000, "ingest.toml", ""),
    ],
)
def test_mistakes(toml: Toml, text: str, wrong: str, remedy: str) -> None:
    """Each mistake is told with file and line, what was expected, and what may have been meant."""
    toml(text)
    with pytest.raises(IngestError) as error:
        read_configuration().checked()
    assert wrong in error.value.wrong
    assert remedy in error.value.remedy


@pytest.mark.usefixtures("toml")
def test_wrong_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable's mistake names the variable; one that is near to a setting's is noted."""
    monkeypatch.setenv("INGEST_LOAD_JOBS", "x")
    monkeypatch.setenv("INGEST_STOER", "x")
    found = read_configuration()
    assert [problem.wrong for problem in found.problems] == [
        'INGEST_LOAD_JOBS: load.jobs is "x", expected a whole number from 1'
    ]
    assert found.notes == ["INGEST_STOER is no setting; did you mean INGEST_STORE?"]


def test_file_that_cannot_be_read(toml: Toml, tmp_path: Path) -> None:
    """A file that was named and is not there, a folder, or no text, is told."""
    for given in (tmp_path / "nothing.toml", tmp_path):
        with pytest.raises(InputError):
            read_configuration(given)
    toml("").write_bytes(b"store = '\xff'")
    with pytest.raises(IngestError, match="not UTF-8"):
        read_configuration()


def test_template(toml: Toml) -> None:
    """The template names every setting and changes nothing; with each `#key` line made real it is good."""
    text = template()
    toml(text)
    assert read_configuration().checked().origins == {}
    real = "\n".join(line[1:] if line.startswith("#") and line[1] != " " else line for line in text.splitlines())
    tomllib.loads(real)
    file = toml(real)
    assert read_configuration(file).checked().origins.keys() == all_settings().keys()


def test_every_setting_has_its_words() -> None:
    """Each has a sentence, a kind, a variable of its own, and a default that it would take itself."""
    variables = {setting.variable for setting in all_settings().values()}
    assert len(variables) == len(all_settings())
    for setting in all_settings().values():
        assert setting.doc.endswith(".")
        if setting.default not in (None, {}):
            given = list(setting.default) if isinstance(setting.default, tuple) else setting.default
            assert setting.kind.take(given) == setting.default


def test_commands_take_their_defaults_from_it(tree: Tree, logs: Logs, run: Run, tmp_path: Path) -> None:
    """The store of `ingest.toml` is written and asked; a variable weighs more, a flag most."""
    folder = tree({logs.worker: logs.records(3) + "x\n"}, "a")
    (tmp_path / "cwd/ingest.toml").write_text("store = 'mine'\n[load]\nmax_rejects = 0\nlabels = { team = 'risk' }\n")
    done = run(folder, "--no-verdict")
    assert done.returncode == 0, done.stderr
    asked = run("sql", "SELECT labels FROM jobs", "--format", "json")
    assert json.loads(json.loads(asked.stdout)[0]["labels"]) == {"team": "risk"}
    assert (tmp_path / "cwd/mine/catalog.duckdb").exists()
    run(folder, "--no-verdict", INGEST_STORE="other")
    assert (tmp_path / "cwd/other").exists()
    run(folder, "--no-verdict", "--store", "third", INGEST_STORE="other")
    assert (tmp_path / "cwd/third").exists()


def test_show(run: Run, tmp_path: Path) -> None:
    """`ingest config` tells each value and where it came from; secrets are masked; mistakes end with 2."""
    file = tmp_path / "elsewhere.toml"
    file.write_text(
        "store = 'x'\n[nightly]\nnotify_command = 'curl https://x.blob.core.windows.net/a?sig=abcdefghijklmnop0123456789%3D'\n"
    )
    done = run("config", "--config", file, "--store", "flagged", "--format", "json", INGEST_LOAD_JOBS="2")
    assert done.returncode == 0, done.stderr
    rows = {row["setting"]: row for row in json.loads(done.stdout)}
    assert rows.keys() == all_settings().keys()
    assert (rows["store"]["value"], rows["store"]["from"]) == ("flagged", "--store")
    assert (rows["load.jobs"]["value"], rows["load.jobs"]["from"]) == (2, "INGEST_LOAD_JOBS")
    assert rows["nightly.notify_command"]["from"] == f"{file}:3"
    assert "abcdefghijklmnop" not in done.stdout
    file.write_text("stoer = 'x'\nload = 1\n")
    done = run("config", "--check", "--config", file)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{file}:1: there is no setting stoer" in done.stderr
    assert f"{file}:2: load is a section" in done.stderr
    done = run("sql", "--config", file, "SELECT 1")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 2)
    assert "1 more: ingest config --check" in done.stderr


def test_example_checks_as_good(run: Run, tmp_path: Path) -> None:
    """What `--example` writes is a file that `--check` takes."""
    (tmp_path / "cwd/ingest.toml").write_text(run("config", "--example").stdout)
    done = run("config", "--check")
    assert (done.returncode, done.stdout) == (0, "")
    assert "all good" in done.stderr


def labels_of(store: StoreUnderTest) -> dict[str, dict[str, str] | None]:
    """The labels of each job."""
    return {job: text and json.loads(text) for job, text in store.rows("SELECT job_id, labels FROM jobs")}


def test_labels(tree: Tree, logs: Logs, store: StoreUnderTest) -> None:
    """Labels stand in `jobs`; a later load without any keeps them, one with others adds, an empty one takes away."""
    a, b = tree({logs.worker: logs.records(1)}, "a"), tree({logs.worker: logs.records(1)}, "b")
    store.load(a, labels={"team": "risk", "site": "west"})
    store.load(a, b)
    assert labels_of(store) == {"a": {"team": "risk", "site": "west"}, "b": None}
    (a / logs.worker).write_text(logs.records(2))
    store.load(a, b)
    assert labels_of(store)["a"] == {"team": "risk", "site": "west"}
    assert store.load(a, labels={"team": "ops"}).unchanged == 1  # nothing is read again for it
    assert labels_of(store) == {"a": {"team": "ops", "site": "west"}, "b": None}
    store.load(a, labels={"team": "", "site": ""})
    assert labels_of(store)["a"] is None
    state = store.state()
    store.load(a, b, labels={"team": ""})
    assert store.state() == state


def test_labels_on_the_command_line(tree: Tree, logs: Logs, run: Run, store: StoreUnderTest) -> None:
    """`--label` may be given several times; what is no KEY=VALUE is refused; they can be grouped by."""
    folder = tree({logs.worker: logs.records(1)}, "a")
    done = run(folder, "--store", store.path, "--no-verdict", "--label", "team=a=b", "--label", "größe=ä 'x'")
    assert done.returncode == 0, done.stderr
    assert labels_of(store) == {"a": {"team": "a=b", "größe": "ä 'x'"}}
    assert store.rows("SELECT labels->>'team', count(*) FROM jobs GROUP BY 1") == [("a=b", 1)]
    for wrong in ("team", "=x", "a b=c", "a=\udcff"):
        done = run(folder, "--store", store.path, "--label", wrong)
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        assert len(done.stderr.splitlines()) == 2


def test_reference_page() -> None:
    """The reference page tells of every setting: its name, what it does and its variable."""
    page = (ROOT / "docs/reference/configuration.md").read_text()
    for setting in all_settings().values():
        assert f"| `{setting.name}` | {setting.doc}" in page
        assert f"`{setting.variable}` |" in page
