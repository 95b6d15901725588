"""Which file of settings is used: never one that came with data, and a program only after the user confirmed it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest.cli import cli
from ingest.config import finding, read_configuration
from ingest.config.settings import all_settings
from tests.conftest import environment

if TYPE_CHECKING:
    from tests.conftest import Run, Tree

RECORD = "2021-04-13 03:23:05,649|INFO|334|Got task 7.\n"
WORKER = "logs/sys/node/0/process000.txt"

LAYOUTS: dict[str, tuple[str, ...]] = {
    "artifact root": (WORKER, "logs/user/stdout/0/process000.stdout.txt", "outputs/model.txt"),
    "download": (f"artifacts/{WORKER}", "artifacts/outputs/x.txt", "named-outputs/score/predictions.csv"),
    "sweep": (f"artifacts/{WORKER}", "hd-artifacts/trial/x.txt"),
    "blobs": (f"ExperimentRun/dcid.run_1/{WORKER}", "ExperimentRun/dcid.run_1/outputs/x.txt"),
    "common runtime": (WORKER, "user_logs/std_log_0.txt", "system_logs/lifecycler/lifecycler.log"),
    "2020": ("azureml-logs/70_driver_log.txt", "logs/azureml/executionlogs.txt", WORKER),
    "jobs": (f"one/{WORKER}", f"two/artifacts/{WORKER}", "notes/x.txt"),
    "predictions": ("predictions.csv",),
    "predictions of the parent": ("score/predictions.csv",),
}
"""How jobs lie on disk: formats.md §2."""

ARGUMENTS: dict[str, tuple[str, ...]] = {
    "load": (".", "--no-verdict", "-q", "-j", "1"),
    "nightly": (".", "-q", "-j", "1"),
    "sql": ("SELECT 1",),
    "diff": ("a", "b"),
    "story": ("a", "1"),
    "explain": ("x",),
    "show": ("1",),
    "timeline": ("a",),
    "forget": ("a",),
    "nodes": ("a",),
}


PARSE_IN_WORKERS = """
import sys
from ingest.plugin.registry import DEFAULT_PLUGINS
from ingest.store.paths import Layout
from ingest.load.tasks import Slice
from ingest.load.pool import Workers

if __name__ == "__main__":
    with Workers(Layout.of(sys.argv[1]), DEFAULT_PLUGINS, 2) as pool:
        print(sorted(one.name[0] for one in pool.parse([Slice("a", []), Slice("b", [])])))
"""


def hostile(folder: Path, marker: Path) -> None:
    """Settings whose every way to do harm leaves a mark, and the plugin that they name."""
    (folder / "evil.py").write_text(f"open({str(marker)!r}, 'w')\n")
    (folder / "ingest.toml").write_text(
        f"store = '{marker}-store'\nplugins = ['evil.py']\n[load]\ncluster = 'evil:make'\n"
        f"[nightly]\nnotify_command = 'touch {marker}'\n"
        f"summary = '{marker}'\n[report]\noutput = '{marker}'\n[log]\nfile = '{marker}'\n"
    )


def folders_of(top: Path) -> list[Path]:
    """A folder and all below it."""
    return [top, *sorted(path for path in top.rglob("*") if path.is_dir())]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_level_of_every_layout(layout: str, tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file anywhere in a download sets nothing, even if it names no program; the note lists what it wanted to set."""
    top = tree(dict.fromkeys(LAYOUTS[layout], RECORD), "download")
    for folder in folders_of(top):
        for text in ("[load]\nmax_rejects = 7\n", "plugins = ['evil.py']\n"):
            (folder / "ingest.toml").write_text(text)
            monkeypatch.chdir(folder)
            found = read_configuration()
            assert (found.origins, found.file) == ({}, None), folder
            assert "ingest.toml is not used: " in found.notes[0]
            assert "left out: " + ("load.max_rejects" if "load" in text else "plugins") in found.notes[0]
        (folder / "ingest.toml").unlink()
    assert not (tmp_path / "mark").exists()


@pytest.mark.parametrize("layout", ["artifact root", "download", "blobs", "jobs"])
def test_every_command_in_a_hostile_download(layout: str, tree: Tree, run: Run, tmp_path: Path) -> None:
    """No command runs what a download names, in whichever of its folders the command is started."""
    top = tree(dict.fromkeys(LAYOUTS[layout], RECORD), "download")
    folders = folders_of(top)
    for folder in folders:
        hostile(folder, tmp_path / "mark")
    for number, command in enumerate(sorted(cli.commands)):
        for folder in folders if command in ("load", "config") else {top, folders[1 + number % (len(folders) - 1)]}:
            done = run(command, *ARGUMENTS.get(command, ()), cwd=folder)
            assert "ingest.toml is not used: " in done.stderr, (command, folder)
            for setting in ("store", "plugins", "nightly.notify_command", "report.output", "log.file"):
                assert setting in done.stderr
            assert done.returncode != 70
            shutil.rmtree(folder / "ingest-store", ignore_errors=True)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("mark")] == []


@pytest.mark.parametrize("module", ["multiprocessing/__init__.py", "pickle.py"])
def test_workers_import_no_modules_of_a_download(module: str, tree: Tree, tmp_path: Path) -> None:
    """Worker processes do not take modules of the standard library from the working directory."""
    top = tree({module: f"open({str(tmp_path / 'mark')!r}, 'w')\n"}, "download")
    (tmp_path / "parts").mkdir()
    script = tmp_path / "installed.py"  # unlike `python -m`, a script does not put the working directory on the path
    script.write_text(PARSE_IN_WORKERS)
    command = [sys.executable, str(script), str(tmp_path / "parts")]
    done = subprocess.run(command, cwd=top, env=environment(), capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "['a', 'b']\n"), done.stderr
    assert not (tmp_path / "mark").exists()


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory of the user's own, with no job near."""
    for name in [name for name in os.environ if name.startswith("INGEST_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home" / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home" / "state"))
    folder = tmp_path / "home" / "mine"  # deep, for the folders of other tests lie beside `tmp_path`
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("plugins = ['a.py']", "plugins"),
        ("[nightly]\nnotify_command = 'x'", "nightly.notify_command"),
        ("store = '/elsewhere'", "store"),
        ("[report]\noutput = '../x.html'", "report.output"),
        ("[log]\nfile = '~/x'", "log.file"),
        ("[nightly]\nroots = ['jobs', '/srv']", "nightly.roots"),
    ],
)
def test_what_has_to_be_confirmed(own: Path, text: str, key: str, run: Run) -> None:
    """A program, or a path outside the folder: used after `ingest config trust`, until the text changes."""
    file = own / "ingest.toml"
    file.write_text(text)
    found = read_configuration()
    assert (found.origins, found.file) == ({}, None)
    assert f"({key}), and was never confirmed; left out: {key}" in found.notes[0]
    done = run("config", "trust", cwd=own)
    assert done.returncode == 0, done.stderr
    assert "trusted as it is now" in done.stderr
    assert list(read_configuration().origins) == [key]
    file.write_text(text + "\n#")
    assert read_configuration().origins == {}
    run("config", "trust", cwd=own)
    assert run("config", "trust", "--forget", cwd=own).stderr.endswith("no longer trusted\n")
    assert read_configuration().origins == {}


def test_trusted_at_once(own: Path) -> None:
    """The user's own file, away from job data, that stays in its folder."""
    (own / "ingest.toml").write_text("store = 'here/store'\n[load]\njobs = 2\n")
    assert list(read_configuration().origins) == ["store", "load.jobs"]


def test_confirmed_beside_data(own: Path, run: Run) -> None:
    """Who keeps settings beside jobs confirms them once; a copy of the text elsewhere is not confirmed."""
    (own / "logs").mkdir()
    (own / "ingest.toml").write_text("[load]\njobs = 2\n")
    assert not read_configuration().origins
    run("config", "trust", cwd=own)
    assert read_configuration().origins == {"load.jobs": "ingest.toml:2"}
    other = own / "copy"
    (other / "logs").mkdir(parents=True)
    shutil.copy(own / "ingest.toml", other)
    os.chdir(other)
    assert not read_configuration().origins


def test_a_logs_folder_above_is_no_job(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many home folders have `logs`; only the driver's files make one a job's."""
    (own.parent / "logs/nginx").mkdir(parents=True)
    (own / "ingest.toml").write_text("[load]\njobs = 2\n")
    assert read_configuration().origins
    (own.parent / "logs/azureml").mkdir()
    assert not read_configuration().origins
    monkeypatch.chdir(own.parent)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="files have no owner here")
def test_owner(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another user's file, one that everybody may write to, and a link are not used."""
    file = own / "ingest.toml"
    file.write_text("[load]\njobs = 2\n")
    with monkeypatch.context() as patch:
        patch.setattr(os, "geteuid", lambda: file.stat().st_uid + 1)
        assert "another user owns it" in read_configuration().notes[0]
    file.chmod(0o666)
    assert "everybody may write" in read_configuration().notes[0]
    file.rename(own / "real.toml")
    (own / "real.toml").chmod(0o600)
    file.symlink_to("real.toml")
    assert "symbolic link" in read_configuration().notes[0]


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes in folders there")
def test_pipe_folder_and_damaged_file(own: Path) -> None:
    """What is no file of settings keeps no command from working, and does not make it wait."""
    file = own / "ingest.toml"
    os.mkfifo(file)
    assert "not a regular file; it is not used" in read_configuration().notes[0]
    file.unlink()
    file.mkdir()
    assert "Is a directory; it is not used" in read_configuration().notes[0]
    file.rmdir()
    (own / "logs").mkdir()
    file.write_text("plugins = [")
    assert read_configuration().checked().origins == {}


def test_the_users_own_file(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file in the configuration folder holds where no other does, and needs no confirmation."""
    config = own.parent / "config/ingest"
    config.mkdir(parents=True)
    (config / "ingest.toml").write_text("plugins = ['/a.py']\n")
    assert read_configuration().settings.plugins == ("/a.py",)
    (own / "ingest.toml").write_text("[load]\njobs = 2\n")
    assert list(read_configuration().origins) == ["load.jobs"]
    (own / "ingest.toml").write_text("plugins = ['b.py']\n")
    assert read_configuration().settings.plugins == ("/a.py",)
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    monkeypatch.setenv("HOME", "")
    (own / "relative/ingest").mkdir(parents=True)
    shutil.copy(config / "ingest.toml", own / "relative/ingest")
    assert read_configuration().settings.plugins == ()


def test_named_by_a_variable(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full path in `INGEST_CONFIG` is used as it is; a relative one means another file in every folder."""
    file = own / "named.toml"
    file.write_text("plugins = ['a.py']\n")
    monkeypatch.setenv("INGEST_CONFIG", str(file))
    assert read_configuration().settings.plugins == (str(own / "a.py"),)
    monkeypatch.setenv("INGEST_CONFIG", "named.toml")
    found = read_configuration()
    assert found.settings.plugins == ()
    assert "ingest config trust named.toml" in found.notes[0]
    assert read_configuration("named.toml").settings.plugins  # --config


def test_relative_variable_on_the_command_line(own: Path, run: Run) -> None:
    """The command line tells `--config` from the variable."""
    (own / "named.toml").write_text("[nightly]\nnotify_command = 'x'\n")
    shown = run("config", cwd=own, INGEST_CONFIG="named.toml")
    assert "named.toml is not used" in shown.stderr
    assert "named.toml:2" in run("config", "--config", "named.toml", cwd=own).stdout


def test_relative_plugins(own: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    """A relative path in `INGEST_PLUGINS` runs after it was confirmed, a full one at once."""
    (own / "a.py").write_text("raise SystemExit\n")
    monkeypatch.setenv("INGEST_PLUGINS", f"a.py{os.pathsep}{own / 'b.py'}{os.pathsep}missing.py")
    found = read_configuration()
    assert found.settings.plugins == (str(own / "b.py"),)
    assert "ingest config trust a.py" in found.notes[0]
    assert "missing.py: cannot be read" in found.notes[1]
    run("config", "trust", "a.py", cwd=own)
    assert read_configuration().settings.plugins == ("a.py", str(own / "b.py"))
    (own / "a.py").write_text("raise SystemExit('changed')\n")
    assert read_configuration().settings.plugins == (str(own / "b.py"),)


def test_programs_are_marked() -> None:
    """A setting whose value is run says so; whoever adds one is reminded here."""
    marked = [one.key for one in all_settings().values() if one.runs_programs]
    assert marked == ["plugins", "load.cluster", "nightly.notify_command", "nightly.notify_file"]
    assert finding.FILE == "ingest.toml"
