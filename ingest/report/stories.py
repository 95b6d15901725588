"""The story of single mini-batches: what became of them, and the lines of the logs that name them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.output.wording import plural
from ingest.report.blocks import Line, Source, Story
from ingest.report.cells import moment, seconds, words
from ingest.report.questions import Questions, Row

_LINES = 40


def told_stories(questions: Questions, job_id: str, rows: Sequence[Row], anchor: str) -> list[Story]:
    """A story for each row of `job/worst`; `anchor` begins the anchor of each."""
    return [_story(questions, job_id, row, anchor) for row in rows]


def story_anchor(anchor: str, mini_batch: int) -> str:
    """Where the story of a mini-batch is on the page, below the anchor of its job."""
    return f"{anchor}-mini-batch-{mini_batch}"


def _story(questions: Questions, job_id: str, row: Row, anchor: str) -> Story:
    answer = questions.ask("job/story", job=job_id, mini_batch=row["mini_batch_id"], lines=_LINES + 1)
    more = f"The first {_LINES} lines; the query gives all without its limit." if len(answer.rows) > _LINES else ""
    facts = list(_facts(row))
    return Story(
        ", ".join([f"mini-batch {row['mini_batch_id']}: {row['outcome']}", *facts[:2]]),
        facts[2:],
        row["error_message"],
        row["place"],
        [_line(line) for line in answer.rows[:_LINES]],
        Source.of(answer),
        more,
        story_anchor(anchor, row["mini_batch_id"]),
    )


def _line(row: Row) -> Line:
    what = row["what"] or ""
    told = f", logged {row['reports']} times" if (row["reports"] or 0) > 1 and row["placed"] != "not placed" else ""
    placed = "" if row["placed"] in (None, "time") else f" ({row['placed']})"
    where = " · ".join(str(part) for part in (row["node"], row["process"]) if part)
    look = "try" if what.startswith("attempt") else "loud" if what in ("error", "process exited") else ""
    return Line(moment(row["seen_at"]), f"{what}{placed}{told}", where, row["text"] or "", row["place"], look)


def _facts(row: Row) -> Iterator[str]:
    if row["items"] is not None:
        yield f"{row['failed_items'] or 0:,} of {row['items']:,} items failed"
    yield f"{row['attempts']} attempt{plural(row['attempts'] or 0)}"
    if row["elapsed_s"] is not None:
        yield f"{seconds(row['elapsed_s'])} in the final attempt"
    if row["wasted_worker_s"]:
        yield f"{seconds(row['wasted_worker_s'])} in others"
    where = " · ".join(str(part) for part in (row["node"], row["process"]) if part)
    if where:
        yield f"last on node {where}" if row["node"] else f"last in {where}"
    if row["first_started_at"]:
        yield f"from {moment(row['first_started_at'])} UTC"
    if row["inputs"]:
        yield f"inputs: {words(row['inputs'])}"
