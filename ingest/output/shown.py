"""Text from logs, names of jobs, nodes and files included, as a person may see it on a terminal."""

from __future__ import annotations

from ingest.output.escape import escape_controls, visible_lines
from ingest.output.redact import redact_text


def shown(text: str) -> str:
    """The text on one line, without secrets and without what steers a terminal."""
    return escape_controls(redact_text(text))


def shown_lines(text: str) -> str:
    """The same with its line breaks."""
    return visible_lines(redact_text(text))
