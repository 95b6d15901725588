"""Texts that say that something failed and not what: asked when nothing else matches. §13."""

from __future__ import annotations

from ingest import KnownProblem
from ingest_azureml.known_problems.references import DEBUGGING, DRIVER, PAGE, notebooks

GENERIC = (
    KnownProblem(
        id="run_exceptions",
        pattern=r"had raised exception for \d+ times",
        cause="run() or init() of the entry script raised an exception.",
        fix="Read the traceback in `logs/user/error/`. The list under the message says how often each error occurred.",
        reference=DEBUGGING,
        generic=True,
    ),
    KnownProblem(
        id="run_failed_see_logs",
        pattern=r"User program failed with Exception: Run failed[,.] please check logs",
        cause="init() or run() of the entry script failed.",
        fix="Read `logs/user/error/<node>/process000.txt`.",
        reference=PAGE,
        generic=True,
    ),
    KnownProblem(
        id="exit_42",
        pattern=r"SystemExit: 42\b|(?:exited with status code|exit code:?) 42\b",
        cause="The driver exits with this code for every failed job; it does not say why.",
        fix="Read `logs/job_error*.txt`, `logs/job_result.txt` and `logs/user/error/`.",
        reference=notebooks(1930),
        generic=True,
    ),
    KnownProblem(
        id="exit_code",
        pattern=r"^Exit code -?\d+|^The experiment failed\. Finalizing run|^SystemExit: \d+",
        cause="The command ended with an exit code that only says that it failed.",
        fix="Read the last lines that the script itself wrote before it ended.",
        reference=f"{DRIVER} §18.3",
        generic=True,
    ),
)
