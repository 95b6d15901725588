"""`logs/job_result.txt` and `logs/job_error*.txt` (V3 and later; some sources put them below `logs/user/`). §8.

`job_error` is the best single source for which process on which node failed with what. The wording of `job_result` is
known only in part, so every line without a time of its own is kept as text.
"""

from __future__ import annotations

from ingest import ErrorRules, LineParser, Sample
from ingest.model import LOG_RECORDS
from ingest_azureml.events.outcome import JOB_ERROR_EVENTS, JOB_RESULT_EVENTS
from ingest_azureml.heads import COUNTED_ERRORS, DRIVER_CODE, FACTS, ISO_HEAD

_FAILED_ON = r"The (?P<process>\S+) on node (?P<node>\S+) failed with error"

JOB_ERROR = LineParser(
    name="azureml.job_error",
    version=2,
    kind="job_error",
    path=r"^logs/(?:user/)?job_?error(?:[._](?P<stamp>[^/]+))?\.txt$",
    head=ISO_HEAD,
    table=LOG_RECORDS,
    constants={"source": "job_error"},
    events=JOB_ERROR_EVENTS,
    errors=ErrorRules(
        also=r"failed with error|\b\w*(?:Error|Exception)\b",
        facts=(_FAILED_ON, *FACTS),
        phases=((r"init\(\)|, in init\b", "init"), (r"run\(\)|, in run\b", "run"), (r"shutdown\(\)", "shutdown")),
        driver=DRIVER_CODE,
    ),
    samples=[
        Sample(
            "logs/job_error.txt",
            "2023-03-01T12:12:56.643844 This file shows errors in loading, calling init() and calling run() of the entry "
            'script. An error here may not impact the job result. Please check "job_result.txt" for the job result.\n'
            "2023-03-01T12:13:08.131291 The process000 on node 0 failed with error: Traceback (most recent call last):\n"
            '  File "/mnt/azureml/cr/j/1/exe/wd/score.py", line 3, in init\n    import pandas\n'
            "ModuleNotFoundError: No module named 'pandas'\n",
            records=2,
        ),
    ],
)

JOB_RESULT = LineParser(
    name="azureml.job_result",
    version=2,
    kind="job_result",
    path=r"^logs/(?:user/)?job_?result(?:[._](?P<stamp>[^/]+))?\.txt$",
    head=r"^(?:(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?) )?(?P<message>\S.*)$",
    table=LOG_RECORDS,
    constants={"source": "job_result"},
    events=JOB_RESULT_EVENTS,
    errors=ErrorRules(
        also=(
            r"^(?:\S+ )?Failed\b|^The \w+\(\) .* had (?:raised exception|timeout)|role failed|\b\w*(?:Error|Exception)\b"
        ),
        counted=COUNTED_ERRORS,
        facts=FACTS,
        driver=DRIVER_CODE,
    ),
    samples=[
        Sample("logs/job_result.txt", "Failed. Entry script error. No progress update in 195 seconds.\n", records=1),
    ],
)
