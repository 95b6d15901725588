"""What the platform writes around the driver: launcher output, host tools, control plane, common runtime. §11.

Table `log_records`. Launcher output is free text: a record is a line, and only some lines tell a time. `SystemExit: 42` in it
says "failed, look elsewhere".
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from ingest import ErrorRules, LineParser, Rewrite, Sample
from ingest.model import LOG_RECORDS
from ingest_azureml.capabilities import SYSTEM
from ingest_azureml.envelopes import read_control, read_launcher
from ingest_azureml.events.run import (
    CONTROL_EVENTS,
    DRIVER_EVENTS,
    IMAGE_BUILD_EVENTS,
    PLATFORM_EVENTS,
    SWEEP_EVENTS,
)
from ingest_azureml.failure_texts import HOST_FAILURES, IMAGE_BUILD_FAILURES, LAUNCHER_FAILURES
from ingest_azureml.heads import COUNTED_ERRORS, DRIVER_CODE, LEVELS

_ISO = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?"
_SLASHED = r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d"
_LEVEL = "|".join((*LEVELS, "WARN", "FATAL"))

LIBRARY_HEADS = (
    rf"^(?P<time>{_SLASHED}) (?P<level>{_LEVEL}):? (?P<logger>[\w.]+): (?P<message>.*\S.*)$",
    rf"^(?P<time>{_ISO}) - (?:(?P<logger>[\w.]+) - )?(?P<level>{_LEVEL}) - (?P<message>.*\S.*)$",
    rf"^(?P<time>{_ISO}) \[(?P<level>{_LEVEL})\] (?P<message>.*\S.*)$",
    rf"^(?P<time>{_ISO}):? (?P<level>{_LEVEL}):? (?P<message>.*\S.*)$",
    rf"^(?P<time>{_ISO}) (?P<logger>[\w.]+) (?P<level>{_LEVEL}) (?P<message>.*\S.*)$",
    rf"^(?P<time>{_ISO}): (?P<level>[IWEF]) (?P<logger>[\w./-]+:\d+)\] (?P<message>.*\S.*)$",
    rf"^(?P<level>{_LEVEL}):(?P<logger>[\w.]+):(?P<message>.*\S.*)$",
)
"""Lines that the libraries of a script log into the launcher's output, with a level; some tell a time. §18.4"""

_DRIVER_LINE = rf"^(?:\[(?P<time>{_ISO})Z?\] )?(?P<message>.*\S.*)$"
_GO_LINE = rf"^(?P<time>{_SLASHED}) (?P<message>.*\S.*)$"

_LEVEL_WORDS = {
    "I": "INFO",
    "W": "WARNING",
    "E": "ERROR",
    "F": "CRITICAL",
    "WARN": "WARNING",
    "FATAL": "CRITICAL",
    "Info": "INFO",
    "Warning": "WARNING",
    "Error": "ERROR",
    "Debug": "DEBUG",
}


def _with_level_words(rows: pa.Table) -> pa.Table:
    """The rows with levels as Python's logging calls them."""
    names = [column.name for column in LOG_RECORDS.own]
    rows = rows.select([name for name in rows.column_names if name in (*names, "piece", "line_no")])
    if "level" not in rows.column_names:
        return rows
    levels = rows.column("level").combine_chunks()
    if pa.types.is_dictionary(levels.type):
        levels = levels.cast(levels.type.value_type)
    for short, word in _LEVEL_WORDS.items():
        levels = pc.if_else(pc.equal(levels, short), word, levels)
    return rows.set_column(rows.column_names.index("level"), "level", levels)


EXIT_LINE = (
    r"^Process Exiting with Code: +(?!0\b)-?\d|^Command finished with return code (?!0\b)-?\d"
    r"|^The experiment failed\. Finalizing run"
)
"""The launcher's last word on a command that failed."""

DRIVER = LineParser(
    name="azureml.driver",
    version=3,
    kind="driver",
    path=r"^(?:azureml-logs/70_driver_log(?:_(?P<rank>[^/]+))?|user_logs/std_log[^/]*)\.txt$",
    head=(*LIBRARY_HEADS, _GO_LINE, _DRIVER_LINE),
    table=LOG_RECORDS,
    multiline=False,
    constants={"source": "driver"},
    events=DRIVER_EVENTS,
    errors=ErrorRules(
        levels=("ERROR", "CRITICAL", "FATAL"),
        also=rf"^\S*(?:Exception|Error): |^No module named |role failed|{EXIT_LINE}|{COUNTED_ERRORS}",
        counted=COUNTED_ERRORS,
        failures=LAUNCHER_FAILURES,
        read=read_launcher,
        phase="driver",
        driver=DRIVER_CODE,
    ),
    transform=_with_level_words,
    rewrite=Rewrite(r"^\[std(?:err|out)\]"),  # before each line that came from there in 2022; alone it is an empty line
    samples=[
        Sample(
            "user_logs/std_log_0.txt",
            "[2024-01-17 02:57:58.541774] No started flag set. Skip creating started flag.\n"
            "Azure Machine Learning Batch Inference End\nTraceback (most recent call last):\n"
            '  File "driver/amlbi_main.py", line 275, in <module>\n    main()\nRuntimeError: 42\n',
            records=6,
        ),
        Sample("azureml-logs/70_driver_log_0.txt", "2020/10/25 06:27:49 logger.go:297: Attempt 1\n", records=1),
    ],
)

PLATFORM = LineParser(
    name="azureml.platform",
    version=3,
    kind="platform",
    path=(
        r"^azureml-logs/(?:(?!70_driver_log|20_image_build_log)\d\d_[a-z_-]+?(?:-(?P<node_name>tvmps_[0-9a-f]+_\w))?\.txt"
        r"|process_(?:info|status)\.json)$|^process_info/|^logs/azureml/sidecar/"
    ),
    head=(
        rf"^(?P<time>{_ISO})Z (?P<message>.*)$",
        rf"^>>> {{3}}(?:(?P<time>{_SLASHED}) )?(?P<message>.*)$",
        rf"^(?=.*Current time:(?P<time>{_ISO}))(?P<message>.*)$",
        r"^(?P<message>.*\S.*)$",
    ),
    table=LOG_RECORDS,
    multiline=False,
    constants={"source": "platform"},
    events=PLATFORM_EVENTS,
    errors=ErrorRules(failures=HOST_FAILURES, phase="platform"),
    samples=[
        Sample(
            "azureml-logs/75_job_post-tvmps_0a_d.txt",
            "Entering job release. Current time:2020-06-26T17:59:15.738839\nLogging experiment finalizing status.\n",
            records=2,
        ),
        Sample("azureml-logs/process_status.json", '{\n  "processes": []\n}\n', records=3),
    ],
)

IMAGE_BUILD = LineParser(
    name="azureml.image_build",
    kind="image_build",
    path=r"^azureml-logs/20_image_build_log[^/]*\.txt$",
    head=(
        r"^(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d): (?:#\d+ (?:\d+\.\d+ )?)?(?P<message>.*)$",
        rf"^(?P<time>{_SLASHED}) (?P<message>.*)$",
        r"^(?:#\d+ (?:\d+\.\d+ )?)?(?P<message>.*\S.*)$",
    ),
    table=LOG_RECORDS,
    multiline=False,
    constants={"source": "image_build"},
    events=IMAGE_BUILD_EVENTS,
    errors=ErrorRules(failures=IMAGE_BUILD_FAILURES, phase="platform", driver=r"docker_utilities|script\.py"),
    samples=[
        Sample(
            "azureml-logs/20_image_build_log.txt",
            "2024-11-19T10:03:07: #9 41.20 SpecNotFound: Invalid spec 'a==1=': empty build string\n"
            "2024-11-19T10:05:41: Building docker image failed with exit code: 1\n",
            records=2,
        ),
        Sample("azureml-logs/20_image_build_log.txt", "2021/07/04 14:08:04 Downloading source code...\n", records=1),
    ],
)

CONTROL = LineParser(
    name="azureml.control",
    version=3,
    kind="control",
    path=r"^logs/azureml/[^/]+\.(?:txt|log)$",
    head=(
        r"^\[(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)Z\] (?P<message>.*)$",
        rf"^(?P<time>{_ISO})\|(?P<logger>[^|]*)\|(?P<level>{'|'.join(LEVELS)})\|(?P<message>.*)$",
    ),
    table=LOG_RECORDS,
    constants={"source": "control"},
    events=CONTROL_EVENTS,
    errors=ErrorRules(
        levels=("ERROR", "CRITICAL"),
        also=(
            r"^Job failed, job RunId|^Failed to .+? and mark job as failed\.|^Failed to start the job because of error"
            r"|^Execution of experiment failed"
        ),
        read=read_control,
        phase="platform",
    ),
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

_SWEEP_RECORD = rf"^\"*(?:<START>)?\[(?P<time>{_ISO})Z?\]\[(?P<logger>[A-Z_]+)\]\[(?P<level>[A-Z]+)\](?P<message>.*)$"

SWEEP = LineParser(
    name="azureml.sweep",
    kind="sweep",
    path=r"^azureml-logs/hyperdrive[^/]*\.txt$",
    version=2,
    head=_SWEEP_RECORD,
    rewrite=Rewrite(r'<END>(?:\\n)?"*', by="\n"),  # some writers put all records on one line
    table=LOG_RECORDS,
    constants={"source": "sweep"},
    events=SWEEP_EVENTS,
    errors=ErrorRules(levels=("ERROR", "CRITICAL"), phase="platform"),
    samples=[
        Sample(
            "azureml-logs/hyperdrive.txt",
            "[2022-08-08T04:43:39.991233][CONTROLLER][INFO]Experiment was 'ExperimentStatus.RUNNING', "
            "is 'ExperimentStatus.FINISHED'.\n",
            records=1,
        ),
        Sample(
            "azureml-logs/hyperdrive.txt",
            '"<START>[2021-02-12T17:14:39.613720][GENERATOR][INFO]Trying to sample<END>\\n""<START>'
            '[2021-02-12T17:14:39.761298][API][INFO]Created<END>\\n"',
            records=2,
        ),
    ],
)

REINFORCEMENT = LineParser(
    name="azureml.reinforcement",
    kind="reinforcement",
    path=r"^azureml-logs/reinforcement[^/]*\.txt$",
    head=rf"^\[?(?P<time>{_ISO})Z?\]\[(?P<level>[A-Z][a-z]+)\](?P<message>.*)$",
    table=LOG_RECORDS,
    constants={"source": "reinforcement"},
    errors=ErrorRules(phase="platform"),
    transform=_with_level_words,
    samples=[
        Sample("azureml-logs/reinforcementlearning.txt", "[2021-02-23T15:32:05.5282148Z][Info]Starting.\n", records=1)
    ],
)

AUTOML = LineParser(
    name="azureml.automl",
    kind="automl",
    path=r"^(?:(?:user_logs|logs|logs/azureml)/)?(?:azureml_)?automl[^/]*\.log$",
    head=LIBRARY_HEADS[1:5],
    table=LOG_RECORDS,
    constants={"source": "automl"},
    errors=ErrorRules(levels=("ERROR", "CRITICAL"), phase="platform"),
    transform=_with_level_words,
    samples=[Sample("azureml_automl.log", "2021-03-03 17:20:41.123 - INFO - Starting\n", records=1)],
)

PLATFORM_PARSERS = (AUTOML, DRIVER, PLATFORM, IMAGE_BUILD, CONTROL, SYSTEM, SWEEP, REINFORCEMENT)
