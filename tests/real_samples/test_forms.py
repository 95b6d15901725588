"""Forms of text that the format notes quote from real jobs, and that our generator does not write: made up in their image.

§ means a section of the format notes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.coverage.accounting import unexplained
from tests.traps.layouts import MINI_BATCH_HEADER, mini_batch, table

if TYPE_CHECKING:
    from tests.conftest import StoreUnderTest, Tree

ADVICE = "Please check logs for error. You can check logs/readme.txt for the layout of logs."

MASTER_WITH_REMARK = """2024-03-01 10:00:00,100|INFO|356|140501711763200|Start scheduling.
[There are five minutes between this line and the one below.]
2024-03-01 10:05:00,100|INFO|356|140501711763200|0: setting job stage to FIRST_TASK_SCHEDULED, reason: The first task.
"""
DRIVER_TAIL = f"""Traceback (most recent call last):
  File "driver/amlbi_main.py", line 48, in <module>
    main()
  File "/mnt/prs_prod/lib/python3.8/site-packages/azureml_sys/parallel_run/job_starter.py", line 1, in start
    raise exc
azureml_common.parallel_run.exception.EntryScriptException: Entry script error. No progress update in 195 seconds.
The run() function in the entry script had timeout for 3 times.
{ADVICE}

the launcher goes on
"""
LAUNCHER = """\U0001f680 started
Azure Machine Learning Batch Inference Start
[2024-02-01 03:04:05.678901] No started flag set. Skip creating started flag.
Azure Machine Learning Batch Inference End
"""
CONTROL = """[2026-03-01 19:53:50Z] Job is in progress. Execution status: Preparing.
[2026-03-01 19:54:50Z] Job is in progress. Execution status: Queued.
[2026-03-01 19:58:50Z] Job is in progress. Execution status: Running.
"""
STDERR = """[2019-11-22 15:58:54Z] Job failed, job RunId is r-1. Error: null
[2026-02-01 15:58:55Z] Job failed, job RunId is r-2. Error: {"Error":{"Code":"UserError","Severity":null}}
"""
BRACKETS = """2023-09-01 10:00:00,000|ERROR|334|Failed to process ["id": 4, "dequeue_count": 2, "minibatch": ["b.csv"]] \
with error ["module": "azure.core.exceptions", "code": 7]. Detail: Traceback (most recent call last):
  File "/mnt/x/score.py", line 3, in run
    x()
azure.core.exceptions.HttpResponseError: (AuthorizationFailure) This request is not authorized.
Code: AuthorizationFailure
"""
JOB_ERROR = """2023-03-01T08:00:01.000001 This file shows errors. Please check "job_result.txt" for the job result.
2023-03-01T08:00:12.000001 The process000 on node 0 failed with error: Traceback (most recent call last):
  File "/mnt/azureml/cr/j/1/exe/wd/score.py", line 3, in init
    import pkg_resources
ModuleNotFoundError: No module named 'pkg_resources'
"""
DRIVER = "/mnt/azureml/cr/j/1/exe/wd/driver/azureml_user/parallel_run"
WRONG_RESULT = f"""2024-03-01T10:00:12.000001 The process001 on node 3 failed with error: Traceback (most recent call last):
  File "{DRIVER}/entry_script_helper.py", line 173, in call_run
    self.check(result)
  File "{DRIVER}/entry_script_helper.py", line 201, in check
    raise TypeError("run() should return a list or a pandas DataFrame")
TypeError: run() should return a list or a pandas DataFrame
"""
TABLE_CUT_IN_JSON = table(
    MINI_BATCH_HEADER,
    ",,10.0.0.10,process003,2020-10-19T10:28:31.1,,,,0.0029,,,LOAD_DONE,,,",
    mini_batch(0, process="process004", detail='"{""id"": 0, ""minibatch"": [""0.txt""], "'),
    mini_batch(1, process="process004", detail='"{""id"": 1, ""minibatch"": [""1.t"'),
    end="\n",
)

FORMS: dict[str, tuple[str, str, str, list[tuple[Any, ...]]]] = {
    "§4, a remark of a person between records": (
        "logs/sys/master_role.20240301.txt",
        MASTER_WITH_REMARK,
        "SELECT line_no, length(message) FROM log_records ORDER BY 1",
        [(1, 79), (3, 69)],
    ),
    "§11.1, the driver's last words and what follows them": (
        "azureml-logs/70_driver_log_0.txt",
        DRIVER_TAIL,
        "SELECT line_no, exception_type, exception_message, frame FROM errors",
        [
            (
                1,
                "azureml_common.parallel_run.exception.EntryScriptException",
                "Entry script error. No progress update in 195 seconds.",
                None,
            )
        ],
    ),
    "§3, emoji in a launcher's output": (
        "user_logs/std_log_0.txt",
        LAUNCHER,
        "SELECT line_no, length(message), l.time::VARCHAR FROM log_records AS l WHERE line_no IN (1, 3) ORDER BY 1",
        [(1, 9, None), (3, 48, "2024-02-01 03:04:05.678901")],
    ),
    "§11.2, execution status as of 2026": (
        "logs/azureml/executionlogs.txt",
        CONTROL,
        "SELECT fields ->> 'status', l.time::VARCHAR FROM log_records AS l WHERE event = 'execution_status' ORDER BY 2",
        [
            ("Preparing", "2026-03-01 19:53:50"),
            ("Queued", "2026-03-01 19:54:50"),
            ("Running", "2026-03-01 19:58:50"),
        ],
    ),
    "§11.2, a failed job with and without a reason": (
        "logs/azureml/stderrlogs.txt",
        STDERR,
        "SELECT line_no, phase, count(*) FROM errors GROUP BY ALL ORDER BY 1",
        [(1, "platform", 1), (2, "platform", 1)],
    ),
    "§4, square brackets in the message and in the error": (
        "logs/sys/error/10.0.0.4/process000.txt",
        BRACKETS,
        "SELECT mini_batch_id, exception_type, frame FROM errors",
        [(4, "azure.core.exceptions.HttpResponseError", "/mnt/x/score.py:3 in run")],
    ),
    "§17.1, job_error with a number": (
        "logs/job_error.1.txt",
        JOB_ERROR,
        "SELECT node, process, phase, exception_type, line_no FROM errors",
        [("0", "process000", "init", "ModuleNotFoundError", 2)],
    ),
    "§2.1, job_error as users name it, below logs/user": (
        "logs/user/joberror_1.txt",
        JOB_ERROR,
        "SELECT node, process, phase, exception_type, line_no FROM errors",
        [("0", "process000", "init", "ModuleNotFoundError", 2)],
    ),
    "§8, an error that the driver raises about the script has no frame of the script": (
        "logs/job_error.2024030110.txt",
        WRONG_RESULT,
        "SELECT node, process, phase, exception_type, frame FROM errors",
        [("3", "process001", "run", "TypeError", None)],
    ),
    "§9.3, a detail cut behind or inside the names": (
        "logs/sys/job_report/processed_mini-batches.csv",
        TABLE_CUT_IN_JSON,
        "SELECT mini_batch_id, inputs, process, elapsed_s FROM attempts ORDER BY 1",
        [(0, ["0.txt"], "process004", 5.0), (1, None, "process004", 5.0)],
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_form(tree: Tree, store: StoreUnderTest, form: str) -> None:
    """It is read, no line of it is lost or rejected, and it says what it says."""
    path, content, question, answer = FORMS[form]
    folder = tree({path: content})
    store.load(folder)
    assert store.rows("SELECT status, rejects FROM files") == [("parsed", 0)]
    assert unexplained(store.path, {"job": folder}) == []
    assert store.rows(question) == answer


ERRORS_IN_LINES = {
    "§11.1, an exception without a traceback": (
        "azureml-logs/70_driver_log_1.txt",
        "Some text\nDriverException: Unable to create any task within 600 seconds.\nmore text\n",
        [(2, 1)],
    ),
    "§11.1, a hint between start and end": (
        "user_logs/std_log_0.txt",
        f"{LAUNCHER}No module named 'pkg_resources'\n",
        [(5, 1)],
    ),
    "§8, how often each error occurred, told by the launcher": (
        "azureml-logs/70_driver_log_0.txt",
        "The run() function in the entry script had raised exception for 55 times.\n"
        "  * Error ''x'' occurred 52 times.\n  * Error 'y: z' occurred 3 times.\n",
        [(2, 52), (3, 3)],
    ),
    "§8, how often each error occurred": (
        "logs/user/error.txt",
        "The run() function in the entry script had raised exception for 55 times.\n"
        "  * Error ''x'' occurred 52 times.\n  * Error 'y' occurred 3 times.\n",
        [(1, 3), (1, 52)],
    ),
}


@pytest.mark.parametrize("form", ERRORS_IN_LINES)
def test_errors_in_lines(tree: Tree, store: StoreUnderTest, form: str) -> None:
    """Lines in the middle of a file that report errors: their number in the file, and how often."""
    path, content, errors = ERRORS_IN_LINES[form]
    store.load(tree({path: content}))
    assert store.rows("SELECT line_no, occurrences FROM errors ORDER BY ALL") == errors
