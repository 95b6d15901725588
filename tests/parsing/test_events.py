"""Events: what the forms of messages find, and that the quick look at a message's start never passes over a match."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.model import LOG_RECORDS, PROGRESS
from ingest.parsing.lines.events import Event, find_events
from ingest.parsing.lines.parser import LineParser
from ingest.plugin.registry import PluginOptions, load_registry

if TYPE_CHECKING:
    from ingest.model import Table

PARSERS = [one for one in load_registry(PluginOptions(installed=False)).parsers.values() if isinstance(one, LineParser)]
EVENTS = [event for parser in PARSERS for event in parser.events]


def found(messages: list[str | None], *events: Event, table: Table = LOG_RECORDS) -> list[dict[str, Any]]:
    """What is found in each message, NULLs left out, `fields` read."""
    columns = find_events(pa.array(messages, pa.string()), events, {column.name: column for column in table.own})
    rows = pa.table(columns).to_pylist()
    for row in rows:
        if row.get("fields") is not None:
            row["fields"] = json.loads(row["fields"])
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


@lru_cache(maxsize=256)
def matching(pattern: str) -> st.SearchStrategy[str]:
    """Texts that a pattern matches."""
    return st.from_regex(re.compile(pattern, re.ASCII), alphabet=st.characters(codec="ascii", exclude_characters="\0"))


@settings(max_examples=200)
@given(st.sampled_from(EVENTS), st.data())
def test_prefix_passes_over_no_match(event: Event, data: st.DataObject) -> None:
    """Each text that an event of the built-in parsers matches starts with the event's prefix."""
    assert data.draw(matching(event.pattern)).startswith(event.prefix)


PIECES = (
    r"a|Got |\.|\(|\[x\]|\d|\d+|b?|c*|é?|d+|e{0,2}|\.?|(?:x~(?:k))|(?:y~z)|(?:y)?|f~g|[hi]|[~]|.|$|'|-|\\|((j)~k)|\~|\*"
)
PARTS = st.sampled_from(PIECES.split("|")).map(lambda part: part.replace("~", "|"))


@given(st.lists(PARTS, min_size=1, max_size=5).map("".join), st.data())
def test_prefix_of_any_pattern(pattern: str, data: st.DataObject) -> None:
    """The same for patterns put together at random; one that may match anywhere has no prefix."""
    prefix = Event("e", f"^{pattern}").prefix
    assert data.draw(st.from_regex(f"^{pattern}")).startswith(prefix)
    assert Event("e", pattern).prefix == ""


@pytest.mark.parametrize(
    ("pattern", "prefix"),
    [
        (r"^Got task (?P<id>\d+)\.$", "Got task "),
        (r"^Start scheduling\.", "Start scheduling."),
        (r"^Processed \d+", "Processed "),
        (r"^tasks? done", "task"),
        (r"^ab{2}", "a"),
        (r"^a|b", ""),
        (r"anywhere", ""),
        (r"^(?:a|b)c", ""),
        (r"^x\(\)", "x()"),
        (r"^x\.?y", "x"),
    ],
)
def test_prefix(pattern: str, prefix: str) -> None:
    """What the prefix of a pattern is."""
    assert Event("e", pattern).prefix == prefix


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0:02:00", 120.0),
        ("1:50:00.5", 6600.5),
        ("1 day, 0:00:01", 86_401.0),
        ("12 days, 1:02:03", 12 * 86_400 + 3_723.0),
        ("17", 17.0),
        ("1.5", 1.5),
        ("soon", None),
        ("1:x:2", None),
    ],
)
def test_durations_become_seconds(text: str, seconds: float | None) -> None:
    """A column of seconds takes durations as Python prints them, and numbers; other text is NULL, not an error."""
    event = Event("e", r"^took (?P<elapsed_s>.*)$")
    (row,) = found([f"took {text}"], event, table=PROGRESS)
    assert row.get("elapsed_s") == seconds


def test_first_event_wins_and_others_are_null() -> None:
    """A message has one event: the first that matches; no match, no event; NULL stays NULL."""
    events = [Event("one", r"^a (?P<total>\d+)"), Event("two", r"^a (?P<items>\d+)"), Event("three", r"b$")]
    rows = found(["a 1", "a 22 b", "x b", "c", None, "a"], *events, table=PROGRESS)
    assert rows == [
        {"event": "one", "total": 1},
        {"event": "one", "total": 22},
        {"event": "three"},
        {},
        {},
        {},
    ]


def test_facts_without_column_go_to_fields() -> None:
    """They become JSON whatever is in them; groups that took no part are left out."""
    event = Event("e", r"(?s)^(?P<stage>[^ ]+)(?: because (?P<reason>.*))?$")
    rows = found(["A", 'B because "x" \\ y\n\x01', "C because é", "no match here"], event)
    assert rows == [
        {"event": "e", "fields": {"stage": "A"}},
        {"event": "e", "fields": {"stage": "B", "reason": '"x" \\ y\n\x01'}},
        {"event": "e", "fields": {"stage": "C", "reason": "é"}},
        {},
    ]


def test_blanks_at_the_end_do_not_count() -> None:
    """Pages and copies add them; a pattern that ends with `$` matches all the same."""
    event = Event("e", r"^Got task (?P<id>\d+)\.$")
    assert found(["Got task 1. ", "Got task 2.\t", "Got task 3.", "Got task 4.\nmore"], event) == [
        {"event": "e", "fields": {"id": "1"}},
        {"event": "e", "fields": {"id": "2"}},
        {"event": "e", "fields": {"id": "3"}},
        {},
    ]


def test_number_too_large_for_its_column() -> None:
    """A number beyond 64 bits is NULL; the record stays."""
    (row,) = found(["a 99999999999999999999"], Event("e", r"^a (?P<total>\d+)$"), table=PROGRESS)
    assert row == {"event": "e"}


def test_no_messages() -> None:
    """An empty file has no events."""
    assert found([], *EVENTS) == []


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.name)
def test_patterns_are_understood(event: Event) -> None:
    """Arrow's regular expressions (RE2) understand every built-in pattern."""
    assert found(["x"], event)[0].keys() <= {"event"}
