"""Markdown: a table for an issue or a wiki. Numbers to the right, log text as text and never as markup.

Made to be read by people who did not run the query, so control characters are shown as escapes, on any stream.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ingest.output.column_types import Kind
from ingest.output.columns import columnwise, text_columns
from ingest.output.encode import text_encoder
from ingest.output.escape import visible_lines
from ingest.output.redact import Redactor
from ingest.output.result import Result, Row

# what GitHub's Markdown takes for markup inside a line: code, emphasis, HTML, strike-through, cells, links and images,
# entities; not every bracket, underscore and ampersand, or lists, names and URLs could not be read
_MARKUP = re.compile(r"[\\`*<|~]|\](?=[(\[])|&(?=#?\w+;)|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_ENTITIES = {"<": "&lt;", "&": "&amp;"}

_RIGHT = frozenset((Kind.INTEGER, Kind.FLOAT, Kind.SINGLE, Kind.NUMBER))


def markdown_chunks(result: Result, batches: Iterable[Sequence[Row]], redactor: Redactor | None) -> Iterator[str]:
    """Yield the table's head, then the lines of a batch at a time."""
    columns = text_columns(result, text_encoder, redactor)
    yield _line([cell(redactor.text(name) if redactor else name) for name in result.names])
    yield _line(["---:" if shape.kind in _RIGHT else "---" for shape in result.shapes])
    for rows in batches:
        texts = [["" if text is None else cell(text) for text in column] for column in columnwise(rows, columns)]
        yield "".join(map(_line, zip(*texts, strict=True)))


def cell(text: str) -> str:
    """Return the text as the content of a table cell: on one line, with nothing in it that Markdown would act on."""
    return _MARKUP.sub(_escaped, visible_lines(text).replace("\t", " ")).replace("\n", "<br>")


def _escaped(match: re.Match[str]) -> str:
    char = match.group()
    return _ENTITIES.get(char) or "\\" + char


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |\n"
