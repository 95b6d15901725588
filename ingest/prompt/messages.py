"""What the database says of a query, made fit for a terminal: masked, not endless, without control characters."""

from __future__ import annotations

import re
import sys

import click

from ingest.errors import IngestError, QueryError
from ingest.output import Redactor, visible_lines

_LONGEST = 2_000
"""An error on a value repeats the value, which may be a log line of megabytes."""

_POINTER = re.compile(r"^ *\^+$", re.MULTILINE)


def masked(error: QueryError, redactor: Redactor | None) -> QueryError:
    """The same error with the secrets masked that stand in its text, and the middle of a long text left out."""
    wrong = redactor.text(error.wrong) if redactor else error.wrong
    if wrong != error.wrong:  # what points at a place in the line points beside it now
        wrong = _POINTER.sub("", wrong)
    if len(wrong) > _LONGEST:  # the end has the line of the query, and where in it
        wrong = f"{wrong[: _LONGEST // 2]} … {wrong[-_LONGEST // 2 :]}"
    return QueryError(wrong, error.remedy)


def tell(error: IngestError) -> None:
    """What is wrong, and what to do."""
    say(error.wrong.rstrip())
    if error.remedy:
        say(f"  → {error.remedy}")


def say(text: str) -> None:
    """A line of narration, on stderr."""
    sys.stdout.flush()
    click.echo(visible_lines(text), err=True)
