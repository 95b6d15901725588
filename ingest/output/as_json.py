"""JSON: one array of objects, or (`jsonl`) one object a line. How each type is written: see `encode`.

The text is UTF-8; control, bidi and zero-width characters are written as `\\uXXXX`, which is the same value and cannot
steer a terminal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ingest.output.columns import columnwise, text_columns
from ingest.output.encode import json_encoder, json_string
from ingest.output.redact import Redactor
from ingest.output.result import Result, Row


def jsonl_chunks(result: Result, batches: Iterable[Sequence[Row]], redactor: Redactor | None) -> Iterator[str]:
    """Yield a batch of lines at a time, one object a line."""
    for objects in _objects(result, batches, redactor):
        yield "\n".join(objects) + "\n"


def json_chunks(result: Result, batches: Iterable[Sequence[Row]], redactor: Redactor | None) -> Iterator[str]:
    """Yield one array, an object a line, a batch at a time; the array of no rows is `[]`."""
    before = "["
    for objects in _objects(result, batches, redactor):
        yield before + "\n" + ",\n".join(objects)
        before = ","
    yield "[]\n" if before == "[" else "\n]\n"


def _objects(result: Result, batches: Iterable[Sequence[Row]], redactor: Redactor | None) -> Iterator[Iterator[str]]:
    columns = text_columns(result, json_encoder, redactor)
    names = [json_string(redactor.text(name) if redactor else name) for name in result.names]
    template = "{" + ",".join(f"{name.replace('%', '%%')}:%s" for name in names) + "}"
    for rows in batches:
        texts = [["null" if text is None else text for text in column] for column in columnwise(rows, columns)]
        yield map(template.__mod__, zip(*texts, strict=True))
