"""A parser that raises over one record loses that record, not the file."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.load.isolating import parse_in_parts
from ingest.parsing.batch import Batch, Parsed, SourceFile
from ingest.plugin.registry import load_registry


def read(parser: object, batch: Batch) -> Parsed:
    """What can be read of a batch, whatever is given for its records."""
    parsed, _ = parse_in_parts(parser, batch, lambda *_: None)  # type: ignore[arg-type]
    return parsed


@dataclass
class Fragile:
    """Each line is a record; over one with BAD it raises."""

    calls: int = 0
    name: str = "fragile"
    headers: list[bytes] = field(default_factory=list)

    def cut(self, data: bytes) -> int:
        """Rows are lines."""
        return data.rfind(b"\n", 0, len(data) - 1) + 1

    def parse(self, batch: Batch) -> Parsed:
        """A row for each line."""
        self.calls += 1
        (piece,) = batch.pieces
        self.headers.append(piece.first_line)
        lines = batch.data[piece.start : piece.end].splitlines()
        if any(b"BAD" in line for line in lines):
            raise RuntimeError("bad")
        numbers = np.arange(piece.line_no, piece.line_no + len(lines))
        return Parsed(
            {
                "t": pa.table(
                    {"piece": np.zeros(len(lines), np.int32), "line_no": numbers, "text": [*map(bytes.decode, lines)]}
                )
            }
        )


@given(st.lists(st.sampled_from(["a", "b", "BAD", "x BAD"]), min_size=1, max_size=60))
def test_rows_and_rejects_are_all_records(lines: list[str]) -> None:
    """Every record is a row or a reject, each at its own line and bytes."""
    data = "".join(f"{line}\n" for line in ["fine", *lines]).encode()
    batch = Batch.of((SourceFile("x"), data))
    parsed = read(Fragile(), batch)
    rows = dict(zip(parsed.tables["t"]["line_no"].to_pylist(), parsed.tables["t"]["text"].to_pylist(), strict=True))
    assert rows == {number: line for number, line in enumerate(["fine", *lines], 1) if "BAD" not in line}
    rejected = [batch.data[one.start : one.end].decode() for one in parsed.rejects]
    assert rejected == [line for line in lines if "BAD" in line]
    assert all("bad" in one.reason for one in parsed.rejects)


def test_nothing_readable() -> None:
    """Where nothing can be read every record is a reject, and what was raised first is told."""
    batch = Batch.of((SourceFile("x"), b"BAD\nBAD\n"))
    parsed, error = parse_in_parts(Fragile(), batch, lambda *_: None)  # type: ignore[arg-type]
    assert isinstance(error, RuntimeError)
    assert [(one.start, one.end) for one in parsed.rejects] == [(0, 3), (4, 7)]
    assert not parsed.tables


def test_what_cannot_be_stored() -> None:
    """A record of which the parser gives what cannot be stored is a reject too."""

    def check(parsed: Parsed, _batch: Batch) -> None:
        if "odd" in parsed.tables["t"]["text"].to_pylist():
            raise ValueError("no such type")

    batch = Batch.of((SourceFile("x"), b"fine\nodd\nfine\n"))
    parsed, error = parse_in_parts(Fragile(), batch, check)  # type: ignore[arg-type]
    assert error is None
    assert parsed.tables["t"]["text"].to_pylist() == ["fine", "fine"]
    assert [one.reason for one in parsed.rejects] == ["the parser raised ValueError('no such type')"]


def test_work_is_bounded() -> None:
    """With thousands of such records the rest is rejected whole, after so many attempts."""
    parser = Fragile()
    parsed = read(parser, Batch.of((SourceFile("x"), b"fine\n" + b"BAD\n" * 20_000)))
    assert parser.calls < 500
    assert parsed.rejects[-1].end == 5 + 4 * 20_000 - 1


def test_parts_know_the_header() -> None:
    """A later part of a table gets the first line, as a window of a large file does."""
    parser = Fragile()
    read(parser, Batch.of((SourceFile("x"), b"header\nfine\nBAD\nfine\n")))
    assert set(parser.headers) == {b"", b"header"}


def test_a_table_with_one_record_that_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a real table one record is lost, not all."""
    from ingest_azureml import mini_batches

    def inputs(details: pa.Array) -> pa.Array:
        if any(text and "BAD" in text for text in details.to_pylist()):
            raise ValueError("unreadable")
        return pa.nulls(len(details), pa.list_(pa.string()))

    monkeypatch.setattr(mini_batches, "inputs_of", inputs)
    path = "logs/sys/job_report/processed_mini-batches.csv"
    claim = next(load_registry().claims(path))
    assert claim.parser is not None
    text = "Mini-batch Id,Status,Mini-batch Detail\n" + "".join(
        f"{number},RUN_DONE,{'BAD' if number == 11 else '{}'}\n" for number in range(30)
    )
    parsed = read(claim.parser, Batch.of((SourceFile(path, claim.groups), text.encode())))
    assert parsed.tables["attempt_reports"].num_rows == 29
    assert [one.reason for one in parsed.rejects] == ["the parser raised ValueError('unreadable')"]
