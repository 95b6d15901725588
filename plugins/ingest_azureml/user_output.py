"""What the user's own code printed and logged: stdout, stderr, the EntryScript logger, child processes. §8.

Table `output_lines`; tracebacks and lines at level ERROR also go to `errors`. Printed lines have no time: they are placed in
time only through the mini-batches of the same node and process.
"""

from __future__ import annotations

from dataclasses import replace

from ingest import ErrorRules, LineParser, Sample
from ingest.model import OUTPUT_LINES
from ingest_azureml.failure_texts import FAILURE_WORDS, LAUNCHER_FAILURES
from ingest_azureml.heads import DRIVER_CODE, LEVELS, system_head

_PRINTED = rf"^(?:(?P<level>{'|'.join(LEVELS)}):(?P<logger>[^:\s]+):)?(?P<text>.*\S.*)$"
"""A line; `LEVEL:logger:message` is what `logging.basicConfig` makes."""

_ERRORS = ErrorRules(levels=("ERROR", "CRITICAL"), phases=((r", in init\b", "init"),), phase="run", driver=DRIVER_CODE)

_PRINTED_ERRORS = replace(_ERRORS, failures=LAUNCHER_FAILURES, failure_words=FAILURE_WORDS)
"""A worker's shell commands, interpreters and libraries write there too, and so does what ends it."""

USER_STREAM = LineParser(
    name="azureml.user_stream",
    version=2,
    kind="user_stream",
    path=r"^logs/user/(?:stdout/|stderr/)?(?P<node>[^/]+)/(?P<process>[^/]+?)\.(?P<stream>stdout|stderr|std)\.txt$",
    head=_PRINTED,
    table=OUTPUT_LINES,
    text="text",
    multiline=False,
    constants={"source": "user_stream"},
    errors=_PRINTED_ERRORS,
    samples=[
        Sample(
            "logs/user/stdout/1/process000.stdout.txt",
            "ERROR:azureml:Error processing input file: 'a.parquet'. File type 'parquet' is not supported.\nscoring 10 files\n",
            records=2,
        ),
        Sample("logs/user/10.0.0.4/Process-1.stdout.txt", "scoring 10 files\n", records=1),
    ],
)

CHILD_STREAM = LineParser(
    name="azureml.child_stream",
    version=2,
    kind="child_stream",
    path=r"^logs/sys/node/(?P<node>[^/]+)/(?P<process>[^/]+?)\.(?P<stream>stdout|stderr)\.txt$",
    head=_PRINTED,
    table=OUTPUT_LINES,
    text="text",
    multiline=False,
    constants={"source": "child_stream"},
    errors=_PRINTED_ERRORS,
    samples=[Sample("logs/sys/node/0/process000.stderr.txt", "reader: cache is empty\n", records=1)],
)

ENTRY_SCRIPT_LOG = LineParser(
    name="azureml.entry_script_log",
    version=2,
    kind="entry_script_log",
    path=(
        r"^logs/user/(?:entry_script_log/|(?=\d+\.\d+\.\d+\.\d+/(?:MainProcess|Process-\d+|[^/]+\.log)\.txt$))"
        r"(?P<node>[^/]+)/(?P<process>process\d+|Process-\d+|[^/_.]+)[^/]*$"
    ),
    head=system_head(rest="text"),
    table=OUTPUT_LINES,
    text="text",
    constants={"source": "entry_script_log", "stream": "log"},
    errors=_ERRORS,
    samples=[
        Sample(
            "logs/user/entry_script_log/0/process000.log.txt",
            "2021-04-15 22:05:26,715|INFO|334|scoring a.csv | b.csv\n",
            records=1,
        ),
        Sample(
            "logs/user/10.0.0.4/Process-1.txt",
            "2020-05-06 05:50:52,772|10.0.0.4_Process-1|INFO|240|139799183816448|init()|model read\n",
            records=1,
        ),
    ],
)

USER_OUTPUT_PARSERS = (USER_STREAM, CHILD_STREAM, ENTRY_SCRIPT_LOG)
