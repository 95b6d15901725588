"""Real logs, quoted in issues and guides: claimed by the right parser, each line accounted for, the facts read.

They are not ours to copy, so they lie outside of the repository, and a test says no more of them than numbers and names
of exceptions. Where the folder is absent the tests are skipped.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.coverage.accounting import unexplained
from tests.real_samples.places import PLACES, SAMPLES, TREES, lay_out, place_by_source

if TYPE_CHECKING:
    from tests.conftest import Begin, StoreUnderTest

pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="no folder ../shared/real-samples beside the repository (or INGEST_REAL_SAMPLES)"
)

NAMES = sorted(path.stem for path in SAMPLES.glob("*.txt")) if SAMPLES.is_dir() else []


class Loaded(NamedTuple):
    """All samples, each a job of its own, in one store."""

    store: StoreUnderTest
    roots: dict[str, Path]

    def of(self, job: str, query: str) -> list[tuple[Any, ...]]:
        """What a query gives for one sample; `{job}` stands for the condition."""
        return self.store.rows(query.replace("{job}", f"job_id = '{job}'"))


@pytest.fixture(scope="module")
def loaded(begin: Begin, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """The samples, loaded together: what one says must not depend on what lies before it in a batch."""
    top = tmp_path_factory.mktemp("real")
    roots = lay_out(top / "jobs")
    store = begin(top / "store")
    store.load(*roots.values())
    return Loaded(store, roots)


@pytest.mark.parametrize("name", sorted(PLACES))
def test_claimed_by_the_right_parser(loaded: Loaded, name: str) -> None:
    """At its place in the tree one parser reads it."""
    if name not in NAMES:
        pytest.skip("this sample is not in the folder")
    found = loaded.of(name, "SELECT path, parser, status FROM files WHERE {job}")
    assert found == [(PLACES[name].path, PLACES[name].parser, "parsed")]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in PLACES])
def test_samples_that_came_later(loaded: Loaded, name: str) -> None:
    """One that is not described here yet stands where its `.source` says, and is read."""
    ((status,),) = loaded.of(name, "SELECT status FROM files WHERE {job}")
    assert status == "parsed"


@pytest.mark.parametrize("tree", sorted(TREES))
def test_whole_trees(loaded: Loaded, tree: str) -> None:
    """Every file of a real tree is parsed."""
    if tree not in loaded.roots:
        pytest.skip("this tree is not in the folder")
    assert loaded.of(tree, "SELECT status, count(*) FROM files WHERE {job} GROUP BY 1") == [("parsed", TREES[tree])]


def test_no_line_is_lost(loaded: Loaded) -> None:
    """Counted from the bytes: each line is in a row or in a reject."""
    assert unexplained(loaded.store.path, loaded.roots) == []
    assert loaded.store.one("SELECT sum(unexplained_bytes) FROM coverage") == 0


def test_the_only_reject_is_the_row_that_was_cut(loaded: Loaded) -> None:
    """Texts cut at their end are records all the same; of a table's row too little is left to be one."""
    rejects = loaded.store.rows("SELECT job_id, line_no, cut FROM rejects")
    assert [row for row in rejects if row[0] in PLACES or row[0] in TREES] == [("task_csv_2020-05_issue957", 3, True)]


class Fact(NamedTuple):
    """What a sample says, as read by eye."""

    sample: str
    query: str
    rows: list[tuple[Any, ...]]


ERRORS = "SELECT phase, exception_type, exception_message, frame, mini_batch_id, node, process FROM errors WHERE {job}"
FACTS = [
    Fact(
        "access_error_2022-12_azuredocs102446",
        "SELECT phase, contains(exception_message, 'AccessError'), line_no, cut FROM errors WHERE {job}",
        [("driver", True, 1, True)],
    ),
    Fact(
        "dataset_mount_error_azuredocs58012",
        "SELECT phase, line_no, exception_type, contains(exception_message, 'DatasetMountValidationException') FROM errors"
        " WHERE {job}",
        [("driver", 1, "UserError", True)],
    ),
    Fact(
        "parallel_task_exception_2023-04_examples2221",
        "SELECT phase, line_no, exception_type, contains(exception_message, 'Exit code: 42'), length(fingerprint)"
        " FROM errors WHERE {job}",
        [("driver", 1, "azureml_common.parallel_run.exception.ParallelTaskException", True, 16)],
    ),
    Fact(
        "driver_70_2020-10_examples204",
        """SELECT line_no, strftime(time, '%Y-%m-%d %H:%M:%S.%f') FROM log_records WHERE {job} AND time IS NOT NULL""",
        [(1, "2020-10-25 06:27:49.000000"), (2, "2020-10-25 06:27:51.919906")],
    ),
    Fact("driver_70_2020-10_examples204", "SELECT count(*) FROM errors WHERE {job}", [(0,)]),
    Fact(
        "executionlogs_2019-11_issue606",
        "SELECT fields ->> 'status', count(*), epoch(max(l.time) - min(l.time)) FROM log_records AS l"
        " WHERE {job} AND event = 'execution_status' GROUP BY 1 ORDER BY 1",
        [("Queued", 3, 236.0), ("Running", 1, 0.0)],
    ),
    Fact(
        "executionlogs_2019-11_issue606",
        "SELECT length(fields ->> 'run_id'), length(fields ->> 'parent_run_id') FROM log_records"
        " WHERE {job} AND event = 'run_ids'",
        [(36, 36)],
    ),
    Fact(
        "executionlogs_2019-11_issue606",
        "SELECT queue_s, length(run_id), length(parent_run_id), length(experiment), length(compute_target)"
        " FROM jobs WHERE {job}",
        [(313.0, 36, 36, 10, 15)],
    ),
    Fact(
        "job_error_2023-02_azuredocs105903",
        """SELECT node, process, strftime(time, '%H:%M:%S.%f'), line_no, cut FROM errors WHERE {job}""",
        [("0", "process000", "11:12:07.031290", 2, True)],
    ),
    Fact(
        "job_post_75_2020-06_dp100_37",
        """SELECT count(*), count(l.time), strftime(max(l.time), '%H:%M:%S.%f') FROM log_records AS l WHERE {job}""",
        [(6, 4, "16:58:17.906795")],
    ),
    Fact(
        "job_progress_overview_2021-04_issue1429",
        "SELECT scheduled, total, items, elapsed_s FROM progress WHERE {job} AND event = 'sched_done'",
        [(276, 276, 551, 22.0)],
    ),
    Fact(
        "job_progress_overview_2021-04_issue1429",
        "SELECT event, count(*), count(node), bool_or(cut) FROM progress WHERE {job}"
        " AND (event IN ('none_yet', 'overviewer') OR event IS NULL) GROUP BY 1 ORDER BY 1",
        [("none_yet", 7, 0, False), ("overviewer", 1, 1, False), (None, 1, 0, True)],
    ),
    Fact(
        "master_role_2020-10_tuning_guide",
        "SELECT count(*), count(DISTINCT thread), max(pid), epoch(max(l.time) - min(l.time)) FROM log_records AS l WHERE {job}",
        [(7, 1, 356, 264.855)],
    ),
    Fact(
        "master_role_2020-10_tuning_guide",
        "SELECT event, count(*) FROM log_records WHERE {job} AND event IN ('job_stage', 'checkpoint') GROUP BY 1 ORDER BY 1",
        [("checkpoint", 1), ("job_stage", 2)],
    ),
    Fact(
        "mlflow_batch_stdout_docs",
        "SELECT level, logger, node, process, stream FROM output_lines WHERE {job}",
        [("ERROR", "azureml", "0", "process000", "stdout")],
    ),
    Fact(
        "node_disk_usage_2020-10_screenshot",
        "SELECT mount, count(*), min(used_mb), max(used_mb), max(used_percent), max(total_mb) FROM disk_samples"
        " WHERE {job} GROUP BY 1",
        [("/", 6, 14823.0, 14874.91, 15.6, 100664.22)],
    ),
    Fact(
        "node_resource_usage_2020-10_screenshot",
        "SELECT count(*), max(memory_used_percent), min(memory_available_mb), max(memory_used_mb), max(cpu_percent),"
        " max(tcp_connections), max(udp_connections), min(network_sent_mb) FROM node_samples WHERE {job}",
        [(6, 85.8, 992.41, 5719.36, 88.0, 765, 16, 2185350.59)],
    ),
    Fact(
        "node_resource_usage_2020-10_screenshot",
        "SELECT node, highest_percent, samples, largest_gap_s < 67 FROM memory_peaks WHERE {job}",
        [("10.0.0.10", 85.8, 6, True)],
    ),
    Fact(
        "processes_resource_usage_2020-10_screenshot",
        "SELECT process, count(*), max(cpu_percent), max(memory_used_percent), max(threads) FROM process_samples"
        " WHERE {job} AND process IN ('manager', 'process002') GROUP BY 1 ORDER BY 1",
        [("manager", 4, 0.0, 1.529701222, 18), ("process002", 4, 2.4, 2.0651583, 10)],
    ),
    Fact(
        "ps_cpu_28_2020-10_screenshot",
        """SELECT count(*), max(rss_kb), strftime(min(time), '%Y-%m-%d %H:%M'), round(sum(cpu_percent), 1)"""
        " FROM os_processes WHERE {job}",
        [(16, 99260, "2020-10-19 10:28", 82.9)],
    ),
    Fact(
        "ps_cpu_28_2020-10_screenshot",
        "SELECT pid, rss_kb, state, cpu_time_s, contains(command, '$') FROM os_processes"
        " WHERE {job} AND pid IN (110, 138) ORDER BY 1",
        [(110, 3096, "S", 0.0, True), (138, 99260, "Sl", 2.0, False)],
    ),
    Fact("run_error_message_2023-02_azuredocs105903", ERRORS, [("driver", "SystemExit", "42", None, None, None, None)]),
    Fact("std_log_0_2024-01_issue31839", ERRORS, [("driver", "SystemExit", "42", None, None, None, None)]),
    Fact(
        "std_log_0_2024-01_issue31839",
        "SELECT rank, symptom, line_no FROM error_reports WHERE {job}",
        [(4, True, 7)],
    ),
    Fact("std_log_0_2024-01_issue31839", "SELECT state FROM jobs WHERE {job}", [("failed",)]),
    Fact("std_log_0_2024-08_examples3343", "SELECT count(*) FROM errors WHERE {job}", [(0,)]),
    Fact(
        "std_log_0_2024-08_examples3343",
        """SELECT line_no, strftime(time, '%H:%M:%S.%f') FROM log_records WHERE {job} AND time IS NOT NULL""",
        [(6, "15:04:33.432774")],
    ),
    Fact(
        "sys_error_main_2021-04_issue1429",
        "SELECT count(*), count(*) FILTER (WHERE contains(message, chr(10))), max(pid), max(thread), max(line_no),"
        " bool_or(cut) FROM log_records WHERE {job}",
        [(8, 1, 255, 139773019682560, 9, True)],
    ),
    Fact(
        "sys_error_main_2021-04_issue1429",
        "SELECT rank, count(*) FROM error_reports WHERE {job} AND NOT cut GROUP BY 1",
        [(5, 7)],
    ),
    Fact(
        "sys_error_main_headless_2021-04_issue1429",
        "SELECT line_no, exception_type, exception_message, frame, mini_batch_id,"
        """ strftime(time, '%H:%M:%S.%g') FROM errors WHERE {job} AND exception_type IS NOT NULL""",
        [(1, "KeyError", "(187, 1)", None, None, None)],
    ),
    Fact(
        "sys_error_main_headless_2021-04_issue1429",
        "SELECT line_no, mini_batch_id, process FROM errors WHERE {job} AND exception_type IS NULL",
        [(9, 195, "_main")],
    ),
    Fact(
        "sys_error_process_2021-04_issue1429",
        "SELECT e.mini_batch_id, e.pid, e.node, e.process, e.phase, e.cut, strftime(e.time, '%H:%M:%S.%g'),"
        " contains(exception_message, 'within 90 seconds') FROM errors AS e WHERE {job}",
        [(16, 334, "10.0.0.4", "process000", "run", True, "03:23:05.649", True)],
    ),
    Fact(
        "task_csv_2020-05_issue957",
        """SELECT event, outcome, node, process, strftime(time, '%H:%M:%S.%f') FROM script_events WHERE {job}""",
        [("init", "start", "10.0.0.4", "Process-1", "05:50:48.682392")],
    ),
    Fact("task_csv_2020-05_issue957", "SELECT count(*) FROM attempt_reports WHERE {job}", [(0,)]),
    Fact(
        "user_stdout_logging_2025",
        "SELECT level, logger, starts_with(text, 'Error processing line 1') FROM output_lines WHERE {job}",
        [("ERROR", "score_module", True)],
    ),
    Fact(
        "command_job_2023",
        "SELECT parse_filename(path), records FROM files WHERE {job} AND records > 20 ORDER BY 2 DESC",
        [
            ("lifecycler.log", 145),
            ("vm-bootstrapper.log", 137),
            ("hosttools-capability.log", 121),
            ("metrics-capability.log", 67),
            ("execution-wrapper.log", 54),
            ("snapshot-capability.log", 22),
            ("data-capability.log", 21),
        ],
    ),
    Fact(
        "command_job_2023",
        "SELECT DISTINCT event, fields ->> 'exit_code', fields ->> 'status' FROM log_records"
        " WHERE {job} AND event IN ('exit_code', 'job_status') ORDER BY 1",
        [("exit_code", "0", None), ("job_status", None, "Succeeded")],
    ),
    Fact(
        "command_job_2023",
        "SELECT state, contains(state_reason, 'Succeeded'), generation, length(run_id), length(experiment)"
        " FROM jobs WHERE {job}",
        [("completed", True, "V4", 22, 23)],
    ),
    Fact(
        "command_job_2023",
        "SELECT level, count(*) FROM log_records WHERE {job} AND level = 'WARN' GROUP BY 1",
        [("WARN", 34)],
    ),
]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.sample)
def test_key_facts(loaded: Loaded, fact: Fact) -> None:
    """Times, counts, names and sizes are those that the eye reads."""
    if fact.sample not in loaded.roots:
        pytest.skip("this sample is not in the folder")
    assert loaded.of(fact.sample, fact.query) == fact.rows


def test_each_sample_has_a_fact() -> None:
    """Whatever lies in the list of places is asked for something that it says."""
    assert {fact.sample for fact in FACTS} == PLACES.keys() | TREES.keys()


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("file kind: logs/job_error*.txt. truncated", "logs/job_error.txt"),
        ("file kind: logs/sys/master_role.*.txt. The guide", "logs/sys/master_role.txt"),
        ("file kind: logs/sys/perf/<ip>/node_disk_usage.csv. by eye", "logs/sys/perf/10.0.0.4/node_disk_usage.csv"),
        (
            "logs/user/stdout/<node>/processNNN.stdout.txt; an example",
            "logs/user/stdout/10.0.0.4/process000.stdout.txt",
        ),
        ("logs/sys/worker/<ip>/Process-N.task.csv", "logs/sys/worker/10.0.0.4/Process-1.task.csv"),
        ("kind: run error text shown in studio", "user_logs/std_log_0.txt"),
    ],
)
def test_places_by_source(source: str, path: str) -> None:
    """The words beside a sample tell where it stood."""
    assert place_by_source(source) == path


def test_nothing_of_the_samples_is_in_these_tests() -> None:
    """No line of a sample longer than a phrase stands in a test that reads them; headers of tables are not theirs."""
    folder = Path(__file__).resolve().parents[1]
    own = "".join(
        path.read_text(encoding="utf-8")
        for part in ("real_samples", "traps", "coverage")
        for path in sorted((folder / part).glob("*.py"))
    )
    for sample in SAMPLES.glob("*.txt"):
        told = {line.strip() for line in sample.read_text(encoding="utf-8").splitlines() if re.search(r"\d{4}", line)}
        assert [line for line in told if len(line) >= 50 and (line in own or json.dumps(line)[1:-1] in own)] == []
