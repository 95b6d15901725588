"""Errors of the entry script, per process: `logs/user/error/<node>/<process>.txt`. Tables `log_records`, `errors`. §8."""

from __future__ import annotations

from dataclasses import replace

from ingest import LineParser, Sample
from ingest.model import LOG_RECORDS
from ingest_azureml.events.workers import SCRIPT_EVENTS
from ingest_azureml.heads import ERRORS, SYSTEM_HEAD

USER_ERROR = LineParser(
    name="azureml.user_error",
    version=2,
    kind="user_error",
    path=r"^logs/user/error/(?P<node>[^/]+)/(?P<process>[^/]+?)\.txt$",
    head=SYSTEM_HEAD,
    table=LOG_RECORDS,
    constants={"source": "user_error"},
    events=SCRIPT_EVENTS,
    errors=replace(ERRORS, phase="run"),
    samples=[
        Sample(
            "logs/user/error/10.0.0.5/process001.txt",
            "2020-08-13 03:23:05,649|ParallelRunStep.User Error|ERROR|334|Entry script init() failed for No such model. "
            "Details Traceback (most recent call last):\n"
            '  File "score.py", line 4, in init\n    load()\nFileNotFoundError: No such model\n',
            records=1,
        ),
    ],
)
