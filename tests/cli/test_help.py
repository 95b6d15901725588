"""Help: it says what is needed to begin, and costs nothing."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from ingest.errors import ExitCode

if TYPE_CHECKING:
    from tests.conftest import Logs, Run, Start, StoreUnderTest, Tree

COMMANDS = (
    "load",
    "sql",
    "views",
    "problems",
    "plugins",
    "explain",
    "show",
    "rebuild",
    "forget",
    "compact",
    "copy",
    "doctor",
    "config",
)
HEAVY = ("duckdb", "pyarrow", "numpy", "rich", "structlog", "ingest_azureml", "obstore", "fsspec")
FAR = ("obstore", "fsspec", "ingest.sources.cloud", "ingest.store.remote")

IMPORTED = """
import json, runpy, sys
sys.argv = ["ingest", *sys.argv[1:]]
try:
    runpy.run_module("ingest", run_name="__main__")
except SystemExit as end:
    print(json.dumps([end.code, sorted(sys.modules)]), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "arguments", [("--help",), ("-h",), ("--version",), ("load", "-h"), ("sql", "-h"), ("export", "-h")], ids=" ".join
)
def test_help_imports_nothing_heavy(start: Start, arguments: tuple[str, ...]) -> None:
    """No database, no Arrow, no terminal library is imported to show a help text or the version."""
    _, error = start("-c", IMPORTED, *arguments).communicate(timeout=30)
    code, modules = json.loads(error)
    assert code == 0
    assert not [module for module in modules if module.partition(".")[0] in HEAVY]


def test_a_store_in_a_folder_imports_nothing_far(start: Start, store: StoreUnderTest, tree: Tree, logs: Logs) -> None:
    """To write and to read a store in a folder nothing of object storage, clusters or exports is imported."""
    folder = tree({logs.worker: logs.records(1)})
    extras = {"distributed", "dask", "deltalake", "pyiceberg", "sqlalchemy"}
    ours = {"ingest.load.dask", "ingest.load.agreement", "ingest.export"}
    for given in (("load", folder, "--no-verdict"), ("sql", "SELECT job_id FROM jobs")):
        _, error = start("-c", IMPORTED, *given, "--store", store.path).communicate(timeout=60)
        code, modules = json.loads(error.splitlines()[-1])
        assert code in (0, None), error
        assert "duckdb" in modules
        assert not [module for module in modules if module.startswith(FAR)]
        assert not {module.partition(".")[0] for module in modules} & extras
        assert not set(modules) & ours


def test_help_says_what_is_needed(run: Run) -> None:
    """The first screen names the main job, what folders may be given, each command, and the exit codes."""
    done = run("--help")
    assert (done.returncode, done.stderr) == (0, "")
    for word in (
        "JOB_DIRS",
        "logs/",
        "azureml-logs/",
        "user_logs/",
        "system_logs/",
        "artifacts/",
        "Exit codes",
        *COMMANDS,
    ):
        assert word in done.stdout, word
    assert max(map(len, done.stdout.splitlines())) <= 100


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (
            "load",
            (
                "--store",
                "INGEST_STORE",
                "--jobs",
                "--job-id",
                "--reparse",
                "--max-rejects",
                "--lock-timeout",
                "--plugin",
            ),
        ),
        ("sql", ("--format", "table|csv|json|jsonl|markdown|parquet", "--file", "read-only", "ingest views")),
        ("views", ("--format",)),
        ("plugins", ("--plugin", "--no-plugins")),
        ("explain", ("PATH", "--as")),
        ("show", ("FILE_ID:LINE", "--context")),
        ("rebuild", ("moved",)),
    ],
)
def test_help_of_a_command(run: Run, command: str, words: tuple[str, ...]) -> None:
    """Each command's help names its options and gives what one has to know."""
    done = run(command, "-h")
    assert (done.returncode, done.stderr) == (0, "")
    for word in words:
        assert word in done.stdout, word


def test_version(run: Run) -> None:
    """`--version` is one line on stdout."""
    from ingest import __version__

    assert run("--version").stdout == f"ingest, version {__version__}\n"


def test_exit_codes_are_complete(run: Run) -> None:
    """`ingest --help` names every exit code."""
    shown = " ".join(run("--help").stdout.split())
    listed = shown[shown.index("Exit codes:") :]
    assert [int(code) for code in re.findall(r"(?:codes: |, )(\d+) ", listed)] == [int(code) for code in ExitCode]


def test_each_command_names_its_exit_codes() -> None:
    """The help of a command ends with the codes that it can give; each is a code that there is."""
    from ingest.cli import cli

    for name, command in cli.commands.items():
        listed = [int(code) for code in re.findall(r"(?:codes: |, )(\d+) ", command.epilog or "")]
        assert listed[:1] == [0], name
        assert listed[-2:] == [ExitCode.BUG, ExitCode.INTERRUPTED], name
        assert listed == sorted(set(listed) & set(ExitCode)), name
        options = {parameter.name for parameter in command.params}
        assert (
            "store" not in options
            or {ExitCode.STORE, ExitCode.NIGHT_FAILED} & set(listed)
            or name in ("explain", "config")
        ), name
        assert "cluster" not in options or name == "nightly" or ExitCode.CLUSTER in listed, name
