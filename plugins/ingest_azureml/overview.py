"""Progress overviews: `logs/job_progress_overview*.txt`, V0 `logs/overview*.txt`. Table `progress`. §5.

A job may leave several (a new one each day and after a master failover), and the last may end before the job does
(trap 10).
"""

from __future__ import annotations

from ingest import ErrorRules, Event, LineParser, Sample
from ingest.model import PROGRESS
from ingest_azureml.heads import DRIVER_CODE, ISO_HEAD

_DURATION = r"(?:\d+ days?, )?\d+:\d\d:\d\d(?:\.\d+)?"

EVENTS = (
    Event("none_yet", r"^No task has been processed yet\.$"),
    Event(
        "processed_of",
        rf"^Processed (?P<processed>\d+) of (?P<total>\d+) mini batches in (?P<elapsed_s>{_DURATION})\. "
        rf"(?:Estimate remaining|Estimated remaining time) (?P<remaining_s>{_DURATION})\.$",
    ),
    Event("processed", r"^Processed (?P<processed>\d+) mini batches\.$"),
    Event("scheduled", r"^Scheduled (?P<scheduled>\d+) mini batches in (?P<elapsed_s>\d+) seconds\.$"),
    Event(
        "sched_done",
        r"^Scheduling finished\. Scheduled (?P<scheduled>\d+) mini batches(?: with (?P<items>\d+) items)? "
        r"in (?P<elapsed_s>\d+) seconds\.$",
    ),
    Event(
        "sched_done",
        r"^Scheduling finished\. Scheduled (?P<scheduled>\d+) mini batches in (?P<elapsed_s>\d+) seconds\. "
        r"There are (?P<total>\d+) tasks with (?P<items>\d+) items\.$",
    ),
    Event("all_done", r"^All (?P<total>\d+) mini batches have been processed\.$"),
    Event("overviewer", r"^The overviewer on (?P<node>\S+) (?P<change>started|stopped)\.$"),
    Event("stopped_for", r"^Progress update stopped for reasons: (?P<reasons>\[.*\])\.$"),
    Event("concat_done", rf"^Finished concatenating (?P<files>\d+) files in (?P<elapsed_s>{_DURATION})\.$"),
    Event("start", r"^Start (?P<what>scheduling|the simulator)\.$"),
    Event("stop_signal", r"^Received stop signal"),
    Event("no_temp_file", r"^No temp file found\."),
)

OVERVIEW = LineParser(
    name="azureml.overview",
    kind="overview",
    path=r"^logs/(?:user/)?(?:job_progress_)?overview(?:[._](?P<stamp>[0-9][0-9T_:.-]*?))?\.txt$",
    head=ISO_HEAD,
    table=PROGRESS,
    constants={"source": "overview"},
    events=EVENTS,
    errors=ErrorRules(also=r"Failed to |Exception", driver=DRIVER_CODE, phase="driver"),
    samples=[
        Sample(
            "logs/job_progress_overview.2021041522.txt",
            "2021-04-15T22:03:34.285780 The overviewer on 10.0.0.4 started.\n"
            "2021-04-15T22:03:54 No task has been processed yet.\n"
            "2021-04-15T22:05:54.767763 Processed 3 of 276 mini batches in 0:02:00. Estimate remaining 1:50:00.\n",
            records=3,
        ),
    ],
)
