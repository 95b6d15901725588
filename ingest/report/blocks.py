"""What a page is made of: sections of blocks, each with the answer it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from ingest.report.cells import Column
from ingest.report.charts.style import STATE_SHAPES

if TYPE_CHECKING:
    from ingest.report.charts import Chart
    from ingest.report.questions import Answer, Row


@dataclass(frozen=True, slots=True)
class Figure:
    """A number at the head of a page, with what it means. `look` colours the value; `rest` and `note` stay quiet.

    `bad` is the part of the note that tells of a failure, and is coloured.
    """

    name: str
    value: str
    note: str = ""
    look: str = ""
    rest: str = ""
    bad: str = ""


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
    """Rows as a table that can be sorted. A row's `job_id` lets the page filter it, its `anchor` is where links lead."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    source: Source
    kind: Literal["table"] = "table"
    more: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart and its source. The title states what it shows, the note how to read it."""

    chart: Chart
    source: Source
    title: str = ""
    note: str = ""
    kind: Literal["chart"] = "chart"


@dataclass(frozen=True, slots=True)
class Fact:
    """A few words about a finding, with the place on the page that they speak of."""

    text: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding, for people. `jobs` are all that have it; `same` are findings that it explains or that repeat it."""

    severity: str
    headline: str
    finding_id: str
    job_id: str | None
    job_link: str | None
    facts: Sequence[Fact]
    evidence: str | None
    impact: str | None
    fix: str | None
    reference: str | None
    query: str | None
    frame: str | None
    show: str | None = None
    """The command that shows the line of a log that it was found in."""
    jobs: Sequence[str] = ()
    same: Sequence[Finding] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """Findings, worst first. Those after the first `open_` are behind a line that opens them."""

    findings: Sequence[Finding]
    source: Source
    nothing: str
    kind: Literal["findings"] = "findings"
    open_: int = 60


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a log, or an attempt, in a story."""

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
    anchor: str = ""


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


@dataclass(frozen=True, slots=True)
class Fold:
    """A block behind a line that opens it."""

    title: str
    block: Table
    kind: Literal["fold"] = "fold"


Block = Table | Drawing | Findings | Stories | Words | Fold


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what is below it. With `answer` it is closed at first, and the heading's line says the answer."""

    anchor: str
    title: str
    blocks: Sequence[Block]
    answer: str = ""
    wide: bool = True


def without_empty(sections: Sequence[Section], anchor: str) -> list[Section]:
    """Sections that have something to show, and one that says of the others why they do not; a caveat only once."""
    kept, missing = [], []
    for one in sections:
        words = [block for block in one.blocks if isinstance(block, Words)]
        if len(words) == len(one.blocks):
            missing += words
            continue
        said: set[str] = set()
        kept.append(replace(one, blocks=[_said_once(block, said) for block in one.blocks]))
    if missing:
        text = [replace(block, source=None) for block in missing if block.text]
        kept.append(Section(f"{anchor}-nothing", "Nothing to show", text))
    return kept


def _said_once(block: Block, said: set[str]) -> Block:
    if not isinstance(block, (Table, Drawing)):
        return block
    if block.source.caveat in said:
        return replace(block, source=replace(block.source, caveat=""))
    said.add(block.source.caveat)
    return block


@dataclass(frozen=True, slots=True)
class Filters:
    """What jobs can be chosen by: `jobs` has the facets of each, by id: experiment, state, day."""

    experiments: Sequence[str]
    states: Sequence[str]
    first_day: str
    last_day: str
    jobs: dict[str, tuple[str, str, str]]


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
    filters: Filters | None = None
    closed: bool = False

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
    chosen: bool = False
    """Whether the jobs in full are only those that need attention first."""
