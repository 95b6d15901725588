"""What a page is made of: sections of blocks, each with the answer it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ingest.report.cells import Column
from ingest.report.charts.style import STATE_SHAPES

if TYPE_CHECKING:
    from ingest.report.charts import Chart
    from ingest.report.questions import Answer, Row


@dataclass(frozen=True, slots=True)
class Figure:
    """A number at the head of a page, with what it means."""

    name: str
    value: str
    note: str = ""
    look: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a block comes from: the views, and the query that gave it."""

    views: tuple[str, ...]
    sql: str
    caveat: str = ""

    @classmethod
    def of(cls, answer: Answer) -> Source:
        """The source of an answer."""
        return cls(answer.views, answer.sql, answer.caveat)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as a table that can be sorted; with `search` it can be filtered by text and by state."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    source: Source
    kind: Literal["table"] = "table"
    search: bool = False
    more: str = ""

    @property
    def states(self) -> list[str]:
        """The states to choose from."""
        return sorted({str(row["state"]) for row in self.rows})


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart and its source."""

    chart: Chart
    source: Source
    title: str = ""
    note: str = ""
    kind: Literal["chart"] = "chart"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding, for people."""

    severity: str
    headline: str
    finding_id: str
    job_id: str | None
    job_link: str | None
    also: str
    """Other jobs that have it; empty for none."""
    evidence: Sequence[str]
    impact: str | None
    fix: str | None
    reference: str | None
    query: str | None
    frame: str | None
    location: str | None
    """The line of a log that it was found in."""


@dataclass(frozen=True, slots=True)
class Findings:
    """Findings, worst first."""

    findings: Sequence[Finding]
    source: Source
    nothing: str
    kind: Literal["findings"] = "findings"
    more: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a log, or a try, in a story."""

    when: str
    what: str
    where: str
    text: str
    place: str | None
    look: str


@dataclass(frozen=True, slots=True)
class Story:
    """One mini-batch: what became of it, and the lines that tell of it."""

    title: str
    facts: Sequence[str]
    error: str | None
    place: str | None
    lines: Sequence[Line]
    source: Source
    more: str = ""


@dataclass(frozen=True, slots=True)
class Stories:
    """The worst mini-batches."""

    stories: Sequence[Story]
    source: Source
    kind: Literal["stories"] = "stories"


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence where there is nothing to show."""

    text: str
    source: Source | None = None
    kind: Literal["words"] = "words"


Block = Table | Drawing | Findings | Stories | Words


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, and what stands below it."""

    anchor: str
    title: str
    blocks: Sequence[Block]
    question: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One job, or the overview: a headline, figures, sections."""

    anchor: str
    title: str
    state: str
    line: str
    figures: Sequence[Figure]
    sections: Sequence[Section]
    nodes: Sequence[str] = ()

    @property
    def look(self) -> str:
        """The state, if it is one that has a look of its own."""
        return self.state if self.state in STATE_SHAPES else "unknown"


@dataclass(frozen=True, slots=True)
class Page:
    """The whole report."""

    title: str
    parts: Sequence[Part]
    made: str
