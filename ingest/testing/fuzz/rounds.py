"""A round: some files of one parser, whole and damaged, read as one slice of a load, and what is wrong with the outcome."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pyarrow.parquet as pq

from ingest.hookspecs import Parser
from ingest.load import worker
from ingest.load.tasks import FileResult, Slice, SliceResult, WorkFile
from ingest.parsing.decoding import as_utf8
from ingest.plugin.registry import PluginOptions
from ingest.store.paths import Layout
from ingest.testing.damage import mutated
from ingest.testing.damage_checks import lost
from ingest.testing.fuzz.corpus import File
from ingest.testing.reading import Content, source_file

_WINDOWS = (700, 6_000, 8 << 20, 8 << 20)
"""Bytes from which on a file comes in windows; 8 MiB is what a load takes."""


@dataclass(frozen=True, slots=True)
class Damaged:
    """A damaged file: which one it was, up to which byte it still is, and what it holds now."""

    path: str
    whole: bytes
    until: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Finding:
    """A file that a parser does not do right by."""

    parser: str
    path: str
    problem: str
    data: bytes


@dataclass
class Outcome:
    """What a round tried and found."""

    files: int = 0
    bytes: int = 0
    findings: list[Finding] = field(default_factory=list)


def fuzz_round(parser: Parser, files: Sequence[File], seed: str, options: PluginOptions, count: int = 40) -> Outcome:
    """Damages files in ways that follow from the seed, reads them, and looks at what came out."""
    random = Random(seed)
    damaged: list[Damaged] = []
    for _ in range(count):
        (path, whole), (_, other) = random.choice(files), random.choice(files)
        until, data = mutated(whole, other, random)
        damaged.append(Damaged(path, whole, until, data))
    return check(parser, damaged, options, random.choice(_WINDOWS))


def check(parser: Parser, damaged: Sequence[Damaged], options: PluginOptions, window: int) -> Outcome:
    """Reads damaged files, and those that they were, in one slice."""
    wholes = list(dict.fromkeys((one.path, one.whole) for one in damaged))
    everything = [*wholes, *((one.path, one.data) for one in damaged)]
    results, contents = _read_as_a_slice(parser, everything, options, window)
    known = dict(zip(wholes, contents, strict=False))
    findings = [
        Finding(parser.name, one.path, f"{problem} (windows of {window} bytes)", one.data)
        for one, result, content in zip(damaged, results[len(wholes) :], contents[len(wholes) :], strict=True)
        for problem in _problems(one, known[one.path, one.whole], result, content)
    ]
    return Outcome(len(damaged), sum(len(one.data) for one in damaged), findings)


def _problems(damaged: Damaged, whole: Content, result: FileResult, content: Content) -> Iterator[str]:
    """What is wrong with what came out of one file."""
    if result.failure:
        yield result.failure
        return
    if fault := lost(damaged.whole, whole, damaged.until, content):
        yield f"as it was up to byte {damaged.until}: {fault}"
    if result.rejects != len(content.rejects) or result.rows != sum(map(len, content.rows.values())):
        yield f"{result.rows} rows and {result.rejects} rejects are counted, others are stored"
    text = as_utf8(damaged.data)
    last = text.count(b"\n") + 1
    if outside := [line for line in content.by_line if not 1 <= line <= last]:
        yield f"a record at line {outside[0]} of {last}"
    first = next(iter(whole.by_line), 1)
    header = b"\n".join(damaged.whole.split(b"\n")[: first - 1])
    if not content.by_line and any(
        _is_new(line, damaged.whole, header) for line in text.lstrip(b"\r\n").split(b"\n")[1:]
    ):
        yield "nothing is told of a file that holds something"


def _is_new(line: bytes, whole: bytes, header: bytes) -> bool:
    """Whether a line says something that is neither in the file as it was nor made of pieces of its header: it must be told."""
    return (
        re.search(rb"\w|[^\x00-\x7f]", line) is not None
        and line.strip() not in whole
        and not all(word in header for word in line.split())
    )


def _read_as_a_slice(
    parser: Parser, files: Sequence[File], options: PluginOptions, window: int
) -> tuple[list[FileResult], list[Content]]:
    """Writes files, has them read as workers do it, and reads what was written to Parquet."""
    with TemporaryDirectory(prefix="ingest-fuzz-") as folder:
        work = []
        for number, (path, data) in enumerate(files):
            location = Path(folder, f"{number:05}")
            location.write_bytes(data)
            groups = source_file(parser, path).groups
            work.append(WorkFile(location.name, path, str(location), len(data), parser.name, groups))
        with patch.object(worker, "_WINDOW_BYTES", window):
            done = worker.parse_slice(Slice("fuzz", work), str(Path(folder, "store")), options)
        return list(done.files), _stored(done, Layout(Path(folder, "store")), len(files))


def _stored(done: SliceResult, layout: Layout, count: int) -> list[Content]:
    """What Parquet holds, file by file; each is a job of its own."""
    contents = [Content() for _ in range(count)]
    for part in done.parts:
        for row in pq.read_table(layout.part(part.table, part.slice)).drop_columns(["file_id"]).to_pylist():
            content = contents[int(row.pop("job_id"))]
            kept = {name: value if value == value else "NaN" for name, value in row.items() if value is not None}
            if part.table == "rejects":
                content.rejects.append(kept)
            else:
                content.rows.setdefault(part.table, []).append(kept)
    return contents
