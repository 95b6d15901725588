"""The driver's own logs below `logs/sys/`: master, node managers, worker processes, and their warning and error twins.

Table `log_records`; errors and tracebacks also go to `errors`. §4 (heads), §6 (master), §7 (workers).
"""

from __future__ import annotations

from ingest import LineParser, Sample
from ingest.model import LOG_RECORDS
from ingest_azureml.events.master import MASTER_EVENTS, MASTER_TROUBLE_EVENTS
from ingest_azureml.events.workers import WORKER_EVENTS
from ingest_azureml.heads import ERRORS, SYSTEM_HEAD

MASTER = LineParser(
    name="azureml.master",
    version=2,
    kind="master",
    path=r"^logs/sys/master(?:_role)?(?:[._](?P<part>[^/]+))?\.txt$",
    head=SYSTEM_HEAD,
    table=LOG_RECORDS,
    constants={"source": "master"},
    events=MASTER_EVENTS,
    errors=ERRORS,
    samples=[
        Sample(
            "logs/sys/master_role.2020100901.txt",
            "2020-10-19 02:39:52,370|INFO|351|140501711763136|Start scheduling.\n"
            "2020-10-19 02:44:17,225|INFO|351|140501711763136|Setting job stage to FIRST_TASK_SCHEDULED.\n",
            records=2,
        ),
        Sample(
            "logs/sys/master.txt",
            "2020-05-06 05:50:48,001|ParallelRunStep.Master|INFO|17|139773019682560|start()|Start scheduling.\n",
            records=1,
        ),
    ],
)

MASTER_LEVEL = LineParser(
    name="azureml.master_level",
    version=2,
    kind="master_level",
    path=r"^logs/sys/(?:error|warning)(?:/(?:master(?:_role)?[^/]*))?\.txt$",
    head=SYSTEM_HEAD,
    table=LOG_RECORDS,
    constants={"source": "master_level"},
    events=MASTER_TROUBLE_EVENTS,
    errors=ERRORS,
    samples=[
        Sample("logs/sys/error.txt", "2020-05-06 05:50:48,001|ParallelRunStep.User Error|ERROR|17|boom\n", records=1),
    ],
)

WORKER = LineParser(
    name="azureml.worker",
    version=2,
    kind="worker",
    path=r"^logs/sys/(?:node|worker)/(?P<node>[^/]+)/(?P<process>[^/.]+)\.txt$",
    head=SYSTEM_HEAD,
    table=LOG_RECORDS,
    constants={"source": "worker"},
    events=WORKER_EVENTS,
    errors=ERRORS,
    samples=[
        Sample(
            "logs/sys/node/0/process000.txt",
            '2021-04-13 03:23:05,649|ERROR|334|Failed to process {"id": 3, "dequeue_count": 1} with error No. Detail: '
            "Traceback (most recent call last):\n"
            '  File "score.py", line 9, in run\n    raise ValueError("No")\nValueError: No\n'
            "2021-04-13 03:23:06,000|INFO|334|Got task 4.\n",
            records=2,
        ),
    ],
)

WORKER_LEVEL = LineParser(
    name="azureml.worker_level",
    version=2,
    kind="worker_level",
    path=r"^logs/sys/(?:error|warning)/(?P<node>[^/]+)/(?P<process>[^/]+?)(?:\.txt)?$",  # `_main` without .txt: trap 16
    head=SYSTEM_HEAD,
    table=LOG_RECORDS,
    constants={"source": "worker_level"},
    events=(*WORKER_EVENTS, *MASTER_TROUBLE_EVENTS),  # the master's twin lies here too
    errors=ERRORS,
    samples=[
        Sample(
            "logs/sys/error/10.0.0.4/_main.txt",
            "2021-04-16 23:06:27,816|ERROR|251|139773019682496|stderr: terminate called without an active exception\n",
            records=1,
        ),
    ],
)

SYSTEM_PARSERS = (MASTER, MASTER_LEVEL, WORKER, WORKER_LEVEL)
