"""What the driver sums up itself: error summaries, progress metrics, summary tables, poison lists. §8, §9.

The columns of the summary tables are known only by what they say; headers that we do not know go to `extra`.
"""

from __future__ import annotations

from ingest import CsvColumn, CsvParser, ErrorRules, LineParser, Sample
from ingest.model import LOG_RECORDS, PROGRESS, REPORT_SUMMARIES
from ingest_azureml.events.outcome import ERROR_SUMMARY_EVENTS
from ingest_azureml.events.workers import POISON_LIST_EVENTS
from ingest_azureml.heads import COUNTED_ERRORS, DRIVER_CODE, SYSTEM_HEAD

USER_ERROR_SUMMARY = LineParser(
    name="azureml.user_error_summary",
    version=2,
    kind="user_error_summary",
    path=r"^logs/user/error\.txt$",
    head=SYSTEM_HEAD,
    table=LOG_RECORDS,
    constants={"source": "user_error_summary"},
    events=ERROR_SUMMARY_EVENTS,
    errors=ErrorRules(
        levels=("ERROR", "CRITICAL"), also=COUNTED_ERRORS, counted=COUNTED_ERRORS, phase="run", driver=DRIVER_CODE
    ),
    samples=[
        Sample(
            "logs/user/error.txt",
            "The run() function in the entry script had raised exception for 3 times. Please check logs at "
            "logs/user/error/* for details.\n  * Error ''customer_id'' occurred 3 times.\n",
            records=1,
        ),
    ],
)

PROGRESS_CSV = CsvParser(
    name="azureml.progress_csv",
    kind="progress_csv",
    path=r"^logs/sys/metrics/(?P<part>[^/]+)/progress\.csv$",
    table=PROGRESS,
    columns=(
        CsvColumn("time", ("Datetime",)),
        CsvColumn("total", ("Total Tasks",)),
        CsvColumn("scheduled", ("Scheduled Tasks",)),
        CsvColumn("processed", ("Completed Tasks",)),
        CsvColumn("failed", ("Failed Tasks",)),
        CsvColumn("elapsed_s", ("Elapsed Time",)),
        CsvColumn("remaining_s", ("Estimated Remaining Time",)),
    ),
    constants={"source": "progress_csv", "event": "metrics"},
    samples=[
        Sample(
            "logs/sys/metrics/20240305020000/progress.csv",
            "Datetime,Total Tasks,Scheduled Tasks,Completed Tasks,Failed Tasks,Elapsed Time,Estimated Remaining Time\r\n"
            "2024-03-05T02:00:05,N/A,0,0,0,0:00:05,N/A\r\n",
            records=1,
        ),
    ],
)

SUMMARY_CSV = CsvParser(
    name="azureml.summary_csv",
    kind="summary_csv",
    path=r"^logs/sys/job_report/(?:process|node)_summary\.csv$",
    table=REPORT_SUMMARIES,
    columns=(
        CsvColumn("node", ("Ip Address", "Node Id", "Node")),
        CsvColumn("process", ("Process", "Name")),
        CsvColumn("mini_batches", ("Mini-batches", "Mini-batch Count", "Count")),
        CsvColumn("total", ("Total",)),
        CsvColumn("succeeded", ("Succeeded",)),
        CsvColumn("failed", ("Failed",)),
        CsvColumn("elapsed_s", ("Elapsed Seconds",)),
        CsvColumn("process_s", ("Process Seconds",)),
        CsvColumn("run_s", ("Run Method Seconds",)),
    ),
    samples=[
        Sample(
            "logs/sys/job_report/node_summary.csv",
            "Ip Address,Mini-batches,Total,Succeeded,Failed,Elapsed Seconds,Process Seconds,Run Method Seconds\r\n"
            "10.0.0.4,22,220,200,20,1002.1147,782.2169,1001.0249\r\n",
            records=1,
        ),
    ],
)

POISON_LIST = LineParser(
    name="azureml.poison_list",
    version=3,
    kind="poison_list",
    path=r"^logs/sys/poison_tasks?(?:_(?P<node>\d+\.\d+\.\d+\.\d+)_(?P<pid>\d{1,18}))?[^/]*\.txt$",
    head=r"^(?P<message>.*\S.*)$",
    table=LOG_RECORDS,
    multiline=False,
    constants={"source": "poison_list"},
    events=POISON_LIST_EVENTS,
    samples=[
        Sample("logs/sys/poison_tasks_10.0.0.5_283.txt", '{"id": 7, "minibatch": ["part-00070.csv"]}\n', records=1),
    ],
)

SUMMARY_PARSERS = (USER_ERROR_SUMMARY, PROGRESS_CSV, SUMMARY_CSV, POISON_LIST)
