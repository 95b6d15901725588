"""What the heads of the driver's text logs look like (§4), and which records are errors in all of them."""

from __future__ import annotations

from ingest import DelimitedHead, Digits, ErrorRules, Text, Time, Word

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def system_head(rest: str = "message") -> DelimitedHead:
    """`asctime|[logger|]LEVEL|pid|[thread|][func()|]message`: V0 in both its forms, V1+ with and without a thread."""
    return DelimitedHead(
        (
            Time("time"),
            Text("logger", optional=True),  # V0; one name holds a blank: `ParallelRunStep.User Error`
            Word("level", LEVELS),
            Digits("pid"),
            Digits("thread", optional=True),  # 15 digits on Linux (trap 7)
            Text("func", ending="()", optional=True),  # V0, files whose handler is at DEBUG
        ),
        rest=rest,
    )


SYSTEM_HEAD = system_head()

ISO_HEAD = r"^(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?) (?P<message>.*)$"
"""Overviews, job_error, job_result (§5, §8); the fraction is absent when it is zero (trap 2)."""

DRIVER_CODE = (
    r"prs_prod|azureml_(?:sys|common|user)|(?:^|[/\\])driver[/\\]|parallel_run[/\\](?:master_role|job_starter|agent)"
    r"|(?:^|[/\\])(?:batch_driver|docker_utilities|job_starter|simulator|masterless_simulator|\w+_invoker"
    r"|context_manager_injector|context_managers|amlbi_main)\.py"
)
"""Files of the driver itself: a frame in one of them is no user code."""

PHASES = (
    (r"init\(\)|\"method\": \"init\"", "init"),
    (r"shutdown\(\)", "shutdown"),
    (r"run\(\)|\"method\": \"run\"|Failed to process|Failed to Failed to process|Error processing", "run"),
    (r"amlbi_main\.py|The master role failed|azureml_sys", "driver"),
)
"""Words that tell in which phase an error happened."""

FACTS = (
    r"[\[{]\"id\": (?P<mini_batch_id>\d+)",
    r"\"task_id\": (?P<mini_batch_id>\d+)",
    r"task visible because of \((?P<mini_batch_id>\d+), \d+\)",
    r"mini batch (?P<mini_batch_id>\d+)",
)
"""Where a message names its mini-batch: JSON in braces or, in error lines, in square brackets (trap 8)."""

ERRORS = ErrorRules(levels=("ERROR", "CRITICAL"), facts=FACTS, phases=PHASES, driver=DRIVER_CODE)

COUNTED_ERRORS = r"^\s*\* Error '(?P<error>(?s:.){0,4000}?)' occurred (?P<occurrences>\d{1,18}) times\.[ \t\r]*$"
"""An item of the summary at a job's end; the text may hold quotes and line breaks. On Windows lines end in CRLF (trap 19)."""
