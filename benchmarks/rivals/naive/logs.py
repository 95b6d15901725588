"""System logs with one regular expression per line, continuation lines folded."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.rivals.naive.sink import Row, Sink
from benchmarks.rivals.trees import LogKind, TreeFile
from ingest.model import ERRORS, LOG_RECORDS
from ingest.parsing.lines.tracebacks import TRACEBACK, VARIABLE, fingerprint, read_failure
from ingest_azureml.heads import DRIVER_CODE, FACTS, PHASES
from ingest_azureml.system import MASTER, WORKER, WORKER_LEVEL
from ingest_azureml.user_errors import USER_ERROR

_LEVELS = "DEBUG|INFO|WARNING|ERROR|CRITICAL"
_HEAD = re.compile(  # formats.md, Appendix A, `SYS`; it ends before the message, which is sliced: quicker than `.*$`
    r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3})\|"
    rf"(?:((?!(?:{_LEVELS})\|)[^|]*)\|)?"
    rf"({_LEVELS})\|(\d+)\|"
    r"(?:(\d+)\|)?(?:([A-Za-z_<][\w<>]*\(\))\|)?"
)
_FACTS = [re.compile(pattern) for pattern in FACTS]
_PHASES = [(re.compile(pattern), phase) for pattern, phase in PHASES]
_DRIVER = re.compile(DRIVER_CODE)
_EVENTS = {
    parser.constants["source"]: [(event.name, event.prefix, re.compile(event.pattern)) for event in parser.events]
    for parser in (MASTER, WORKER, WORKER_LEVEL, USER_ERROR)
}
_VARIABLE = re.compile(VARIABLE)
_FACTS_WITHIN = 4_096
_ROWS = 20_000

_HEAD_COLUMNS = ("time", "logger", "level", "pid", "thread", "func")
_RECORD = ("line_no", "cut", "message", *_HEAD_COLUMNS)
_EVENT = ("event", "fields", "node")
_FAILURE = ("fingerprint", "exception_type", "exception_message", "frame", "traceback")
_ERROR = ("line_no", "cut", "time", "pid", "occurrences", "headline", "mini_batch_id", "phase", *_FAILURE)


def read_log(file: TreeFile, kind: LogKind, groups: Mapping[str, str], sink: Sink) -> None:
    """Reads one file into `log_records` and `errors`."""
    same = {
        "job_id": file.job_id,
        "file_id": file.identity,
        "node": groups.get("node"),
        "process": groups.get("process"),
        "source": kind.source,
    }
    for records in _records(file.location):
        _add(records, kind, same, sink)


def _add(records: Sequence[Row], kind: LogKind, same: dict[str, Any], sink: Sink) -> None:
    """Tells errors and events from records, and adds all to their tables."""
    wrong = [record for record in records if record[5] in ("ERROR", "CRITICAL") or TRACEBACK in record[2]]
    sink.add(ERRORS, _ERROR, [_error(record, kind.phase) for record in wrong], same)
    events = _EVENTS[kind.source]
    rows = [record + _event(record[2], events) for record in records]
    if kind.source == "master":  # no node in its path; some of its messages name one
        sink.add(LOG_RECORDS, _RECORD + _EVENT, rows, {name: value for name, value in same.items() if name != "node"})
    else:
        sink.add(LOG_RECORDS, _RECORD + _EVENT[:2], [row[:-1] for row in rows], same)


def _records(path: Path) -> Iterator[list[Row]]:
    """The records of a file, some thousands at a time; what stands before the first head is one without head."""
    match = _HEAD.match
    records: list[Row] = []
    head: tuple[str | None, ...] = (None,) * 6
    first, text, line = 1, "", "\n"
    with path.open(encoding="utf-8", errors="replace", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            found = match(line)
            if found is None:
                text += line
                continue
            if text:
                records.append((first, False, text.rstrip("\r\n"), *head))
                if len(records) == _ROWS:
                    yield records
                    records = []
            head = found.groups()
            first, text = number, line[found.end() :]
    if text:
        records.append((first, not line.endswith("\n"), text.rstrip("\r\n"), *head))
    yield records


def _event(message: str, events: Sequence[tuple[str, str, re.Pattern[str]]]) -> Row:
    """What the message says: the event, its facts as JSON, and the node that it names."""
    for name, prefix, pattern in events:
        if message.startswith(prefix) and (found := pattern.search(message)):
            facts = {key: value for key, value in found.groupdict().items() if value}
            node = facts.pop("node", None)
            return name, json.dumps(facts) if facts else None, node
    return None, None, None


def _error(record: Row, phase: str | None) -> Row:
    """The row of `errors` for a record that reports one."""
    line_no, cut, message, at, _, _, pid, *_ = record
    failure = read_failure(message, _DRIVER)
    wording = _VARIABLE.sub("#", failure.message.partition("\n")[0])
    start = message[:_FACTS_WITHIN]
    mini_batch = next((found["mini_batch_id"] for fact in _FACTS if (found := fact.search(start))), None)
    told = next((name for pattern, name in _PHASES if pattern.search(start)), phase)
    return (
        *(line_no, cut, at, pid, 1, start.partition("\n")[0].rstrip(), mini_batch, told),
        fingerprint(failure.exception_type, wording, failure.frame),
        *(failure.exception_type, failure.message, failure.frame, failure.traceback),
    )
