"""Messages that sum a job up: job_result, job_error, and the summary of user errors (§8)."""

from __future__ import annotations

from ingest import Event

ERROR_SUMMARY_EVENTS = (
    Event(
        "errsum_head",
        r"^The (?P<method>\w+)\(\) (?:function |method )?in the entry sc?ript had (?P<what>raised exception|timeout) "
        r"for (?P<times>\d+) times",
    ),
)
"""The items below such a head are rows of `errors`, with their `occurrences`."""

JOB_RESULT_EVENTS = (
    *ERROR_SUMMARY_EVENTS,
    Event("job_result", r"^(?P<result>Failed)\.(?: (?P<category>[^.]+)\.(?: (?P<reason>.+))?)?(?:\n|$)"),
    Event("job_result", r"^(?P<result>Succeeded|Completed)\b", contains="ed"),
)
"""The wording is known only in part: `Failed. <category>. <reason>` is the likely shape."""

JOB_ERROR_EVENTS = (
    Event("worker_failed", r"^The (?P<process>\S+) on node (?P<node>\S+) failed with error: "),
    Event("notice", r"^This file shows errors in "),
)
"""The best single source for which process on which node failed with what."""
