"""`write_result`: the one door. Chooses the writer, streams batch by batch, says on stderr what was left out."""

from __future__ import annotations

import io
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, TextIO, cast

from ingest.output.atomic import write_atomic
from ingest.output.formats import Format, OutputError
from ingest.output.terminal import is_terminal

if TYPE_CHECKING:
    from ingest.output.redact import Redactor
    from ingest.output.result import Batches, Result

WIDTH = 100
ROWS_FOR_EYES = 1_000
_COUNTED_AT_MOST = 100_000
_FOR_EYES = (Format.TABLE, Format.MARKDOWN)


@dataclass(frozen=True, slots=True)
class Advice:
    """What is said of what was left out, in the words of the place where the result is shown."""

    more_for_eyes: str = "--limit N shows more, --format csv all"
    more: str = "a higher --limit writes more"
    whole: str = "--format csv or json gives them whole"
    none: str = "no rows"


def write_result(
    result: Result,
    format: Format,
    stream: IO[Any] | Path,
    *,
    redact: bool,
    ids: bool = False,
    width: int | None = None,
    limit: int | None = None,
    notes: TextIO | None = None,
    advice: Advice = Advice(),  # it cannot change
) -> int:
    """Write the rows of a result to a stream or to a file; return how many were written.

    `redact` masks secrets, `ids` also the subscription, tenant, resource group and workspace. `width` is for the
    table: that of the terminal, else 100. `limit` is the number of rows; without it, table and markdown, which are
    for eyes, show 1,000 and the other formats all. What is left out is said on `notes` (stderr).

    Raises `OutputError` for Parquet on a terminal, `duckdb.Error` where the query fails while it runs, and lets
    `BrokenPipeError` (`| head`) through, always before it returns: the caller ends quietly, having pointed the
    descriptor of stdout at `os.devnull` so that the interpreter does not fail on flushing it.
    """
    if isinstance(stream, Path):
        return _write_file(
            result, format, stream, redact=redact, ids=ids, width=width, limit=limit, notes=notes, advice=advice
        )
    redactor = _redactor(ids) if redact or ids else None
    if format is Format.PARQUET:
        return _write_parquet(result, stream, redactor, limit)
    text = _text_stream(stream)
    if limit is None and format in _FOR_EYES:
        limit = ROWS_FOR_EYES
    shown = _Shown(limit)
    with closing(result.batches()) as batches:
        cut = _write_text(result, format, shown.of(batches), redactor, text, width)
        text.flush()
        shown.count_rest(batches)
    _say(shown, cut, format, notes or sys.stderr, advice)
    return shown.rows


def _write_text(
    result: Result,
    format: Format,
    rows: Batches,
    redactor: Redactor | None,
    text: TextIO,
    width: int | None,
) -> bool:
    """Write in a text format; return whether the table cut any text. Only the writer that is needed is imported."""
    if format is Format.TABLE:
        from ingest.output.as_table import write_table

        return write_table(result, rows, redactor, text, max(20, width or _width_of(text)))
    if format is Format.CSV:
        from ingest.output.as_csv import csv_chunks

        chunks = csv_chunks(result, rows, redactor, terminal=is_terminal(text))
    elif format is Format.MARKDOWN:
        from ingest.output.as_markdown import markdown_chunks

        chunks = markdown_chunks(result, rows, redactor)
    else:
        from ingest.output.as_json import json_chunks, jsonl_chunks

        chunks = (json_chunks if format is Format.JSON else jsonl_chunks)(result, rows, redactor)
    text.writelines(chunks)
    return False


@dataclass(slots=True)
class _Shown:
    """Lets through the first `limit` rows and counts the others, as far as that is quickly done."""

    limit: int | None
    rows: int = 0
    more: int = 0
    all_counted: bool = True

    def of(self, batches: Batches) -> Batches:
        for batch in batches:
            part = batch if self.limit is None else batch[: self.limit - self.rows]
            self.rows += len(part)
            self.more += len(batch) - len(part)
            if part:
                yield part
            if self.rows == self.limit:
                return

    def count_rest(self, batches: Batches) -> None:
        for batch in batches:
            self.more += len(batch)
            if self.more >= _COUNTED_AT_MOST:
                self.all_counted = False
                return


def _say(shown: _Shown, cut: bool, format: Format, notes: TextIO, advice: Advice) -> None:
    if shown.more:
        rows = f"{shown.more:,} more rows" if shown.all_counted else f"more than {shown.more:,} more rows"
        remedy = advice.more_for_eyes if format in _FOR_EYES else advice.more
        notes.write(f"{rows} left out: {remedy}\n")
    if cut:
        notes.write(f"long texts are cut (…): {advice.whole}\n")
    if format is Format.TABLE and not shown.rows and not shown.more and advice.none:
        notes.write(f"{advice.none}\n")


def _write_file(result: Result, format: Format, path: Path, **options: Any) -> int:
    with write_atomic(path) as beside:
        if format is Format.PARQUET:
            with beside.open("wb") as binary:
                return write_result(result, format, binary, **options)
        with beside.open("w", encoding="utf-8", newline="\n") as text:
            return write_result(result, format, text, **options)


def _write_parquet(result: Result, stream: IO[Any], redactor: Redactor | None, limit: int | None) -> int:
    if is_terminal(stream):
        raise OutputError(
            "Parquet is binary and would garble the terminal",
            "redirect it (ingest sql --format parquet … > result.parquet) or choose another --format",
        )
    from ingest.output.as_parquet import write_parquet

    binary = cast(BinaryIO, getattr(stream, "buffer", stream))
    rows = write_parquet(result, binary, redactor, limit)
    binary.flush()
    return rows


def _text_stream(stream: IO[Any]) -> TextIO:
    """Data are UTF-8 with LF wherever they go; a terminal keeps its encoding, but never fails for one character."""
    if isinstance(stream, io.TextIOWrapper):
        if is_terminal(stream):
            stream.reconfigure(errors="replace")
        else:
            stream.reconfigure(encoding="utf-8", newline="\n")
    return cast(TextIO, stream)


def _width_of(stream: TextIO) -> int:
    if not is_terminal(stream):
        return WIDTH
    import shutil

    return shutil.get_terminal_size((WIDTH, 24)).columns


def _redactor(ids: bool) -> Redactor:
    from ingest.output.redact import Redactor

    return Redactor(ids=ids)
