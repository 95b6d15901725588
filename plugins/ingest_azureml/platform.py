"""What the platform writes around the driver: launcher output, host tools, control plane, common runtime. §11.

Table `log_records`. Launcher output is free text: a record is a line, and only some lines tell a time. `SystemExit: 42` in it
says "failed, look elsewhere".
"""

from __future__ import annotations

from ingest import ErrorRules, LineParser, Sample
from ingest.model import LOG_RECORDS
from ingest_azureml.events.run import COMMON_RUNTIME_EVENTS, CONTROL_EVENTS, DRIVER_EVENTS, PLATFORM_EVENTS
from ingest_azureml.heads import COUNTED_ERRORS, DRIVER_CODE, LEVELS

_ISO = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?"

_DRIVER_LINE = rf"^(?:\[(?P<at>{_ISO})Z?\] )?(?P<message>.*\S.*)$"
_GO_LINE = r"^(?P<at>\d{4}/\d\d/\d\d \d\d:\d\d:\d\d) (?P<message>.*\S.*)$"

DRIVER = LineParser(
    name="azureml.driver",
    version=2,
    kind="driver",
    path=r"^(?:azureml-logs/70_driver_log(?:_(?P<rank>[^/]+))?|user_logs/std_log[^/]*)\.txt$",
    head=(_GO_LINE, _DRIVER_LINE),
    table=LOG_RECORDS,
    fold=False,
    constants={"source": "driver"},
    events=DRIVER_EVENTS,
    errors=ErrorRules(
        also=rf"^\S*(?:Exception|Error): |^No module named |role failed|{COUNTED_ERRORS}",
        counted=COUNTED_ERRORS,
        phase="driver",
        driver=DRIVER_CODE,
    ),
    samples=[
        Sample(
            "user_logs/std_log_0.txt",
            "[2024-01-17 02:57:58.541774] No started flag set. Skip creating started flag.\n"
            "Azure Machine Learning Batch Inference End\nTraceback (most recent call last):\n"
            '  File "driver/amlbi_main.py", line 275, in <module>\n    main()\nSystemExit: 42\n',
            records=6,
        ),
        Sample("azureml-logs/70_driver_log_0.txt", "2020/10/25 06:27:49 logger.go:297: Attempt 1\n", records=1),
    ],
)

PLATFORM = LineParser(
    name="azureml.platform",
    version=2,
    kind="platform",
    path=(
        r"^azureml-logs/(?:(?!70_driver_log)\d\d_[a-z_-]+?(?:-(?P<node_name>tvmps_[0-9a-f]+_\w))?\.txt"
        r"|process_(?:info|status)\.json)$|^process_info/|^logs/azureml/sidecar/"
    ),
    head=(
        rf"^(?P<at>{_ISO})Z (?P<message>.*\S.*)$",
        rf"^(?=.*Current time:(?P<at>{_ISO}))(?P<message>.*)$",
        r"^(?P<message>.*\S.*)$",
    ),
    table=LOG_RECORDS,
    fold=False,
    constants={"source": "platform"},
    events=PLATFORM_EVENTS,
    errors=ErrorRules(phase="platform"),
    samples=[
        Sample(
            "azureml-logs/75_job_post-tvmps_0a_d.txt",
            "Entering job release. Current time:2020-06-26T17:59:15.738839\nLogging experiment finalizing status.\n",
            records=2,
        ),
        Sample("azureml-logs/process_status.json", '{\n  "processes": []\n}\n', records=3),
    ],
)

CONTROL = LineParser(
    name="azureml.control",
    version=2,
    kind="control",
    path=r"^logs/azureml/[^/]+\.(?:txt|log)$",
    head=(
        r"^\[(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)Z\] (?P<message>.*)$",
        rf"^(?P<at>{_ISO})\|(?P<logger>[^|]*)\|(?P<level>{'|'.join(LEVELS)})\|(?P<message>.*)$",
    ),
    table=LOG_RECORDS,
    constants={"source": "control"},
    events=CONTROL_EVENTS,
    errors=ErrorRules(levels=("ERROR", "CRITICAL"), also=r"Job failed, job RunId", phase="platform"),
    samples=[
        Sample(
            "logs/azureml/executionlogs.txt",
            "[2019-11-23 16:51:55Z] Experiment: ret-master\n[2019-11-23 16:52:03Z] Job is running, job runstatus is Queued\n",
            records=2,
        ),
        Sample(
            "logs/azureml/job_prep_azureml.log",
            "2020-10-19 23:55:21,800|azureml|DEBUG|Inputs:: kwargs: {}\n",
            records=1,
        ),
    ],
)

SYSTEM = LineParser(
    name="azureml.common_runtime",
    version=2,
    kind="common_runtime",
    path=r"^system_logs/(?P<capability>[^/]+)/[^/]+$",
    head=(
        r"^(?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)Z +(?P<level>TRACE|DEBUG|INFO|WARN|ERROR) (?P<message>.*)$",
        rf"^(?P<level>{'|'.join(LEVELS)}) (?P<at>\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d,\d{{3}}) "
        r"(?P<logger>[^ :]+:\d+) \[\d+\] - (?P<message>.*)$",
    ),
    table=LOG_RECORDS,
    constants={"source": "common_runtime"},
    events=COMMON_RUNTIME_EVENTS,
    errors=ErrorRules(levels=("ERROR", "CRITICAL"), phase="platform"),
    samples=[
        Sample(
            "system_logs/lifecycler/lifecycler.log",
            "2026-02-01T19:54:04.205931Z  INFO span:span{x}: module: message key=value\n",
            records=1,
        ),
        Sample(
            "system_logs/cs_capability/cs-capability.log",
            "INFO 2026-02-01 19:54:05,919 initializer.py:55 [14] - message {'a': 'b'}\n",
            records=1,
        ),
    ],
)

PLATFORM_PARSERS = (DRIVER, PLATFORM, CONTROL, SYSTEM)
