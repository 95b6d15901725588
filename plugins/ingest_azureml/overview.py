"""Progress overviews: `logs/job_progress_overview*.txt`, V0 `logs/overview*.txt`. Table `progress`. §5.

A job may leave several (a new one each day and after a master failover), and the last may end before the job does
(trap 10).
"""

from __future__ import annotations

from ingest import ErrorRules, LineParser, Sample
from ingest.model import PROGRESS
from ingest_azureml.events.progress import PROGRESS_EVENTS
from ingest_azureml.heads import DRIVER_CODE, ISO_HEAD

OVERVIEW = LineParser(
    name="azureml.overview",
    version=2,
    kind="overview",
    path=r"^logs/(?:user/)?(?:job_progress_)?overview(?:[._](?P<stamp>[0-9][0-9T_:.-]*?))?\.txt$",
    head=ISO_HEAD,
    table=PROGRESS,
    constants={"source": "overview"},
    events=PROGRESS_EVENTS,
    errors=ErrorRules(also=r"Failed to |Exception", driver=DRIVER_CODE, phase="driver"),
    samples=[
        Sample(
            "logs/job_progress_overview.2021041522.txt",
            "2021-04-15T22:04:36.385781 The overviewer on 10.0.0.4 started.\n"
            "2021-04-15T22:03:54 No task has been processed yet.\n"
            "2021-04-15T22:05:54.767763 Processed 3 of 276 mini batches in 0:02:00. Estimate remaining 1:50:00.\n",
            records=3,
        ),
    ],
)
