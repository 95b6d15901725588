"""One slice of a load: reads its files, parses them in batches by kind, and writes their rows. Runs in a worker
process.

Only paths and counts go back to the main process, never rows: shipping tables costs as much as parsing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, pairwise
from pathlib import Path

import numpy as np

from ingest.errors import StoreError
from ingest.hookspecs import Parser
from ingest.load.isolating import parse_in_parts
from ingest.load.tasks import FileResult, Slice, SliceResult, WorkFile, file_id
from ingest.model import REJECTS
from ingest.parsing.batch import Batch, Parsed, SourceFile
from ingest.parsing.decoding import as_utf8, decoded, mark_length
from ingest.parsing.stored_rows import finished, reject_rows
from ingest.parsing.windows import in_pieces
from ingest.plugin.registry import PluginOptions, load_registry
from ingest.sources.content import Content
from ingest.sources.kinds import Files
from ingest.store.parts import SliceWriter
from ingest.store.paths import Layout

_BATCH_BYTES = 4 << 20
"""Bytes handed to a parser at once."""

_WINDOW_BYTES = 8 << 20
"""A larger file comes in windows of this size, cut where the parser says; bounds memory."""

_WINDOW_LIMIT = 48 << 20
"""A single record larger than this is cut in pieces."""

_Held = tuple[FileResult, SourceFile, bytes, int]
"""A file that waits for its batch: its content, and how many bytes of a byte order mark were left out."""


def parse_slice(slice_: Slice, root: Path, options: PluginOptions) -> SliceResult:
    """Reads, parses and writes one slice."""
    registry = load_registry(options)
    layout = Layout(root)
    writer = SliceWriter(layout, slice_.name, {table.name: table for table in registry.tables})
    order = {job_id: i for i, job_id in enumerate(sorted({file.job_id for file in slice_.files}))}
    results: list[FileResult] = []
    by_parser: dict[str, list[WorkFile]] = {}
    for file in slice_.files:
        by_parser.setdefault(file.parser, []).append(file)
    in_order = {name: sorted(files, key=lambda file: (file.job_id, file.path)) for name, files in by_parser.items()}
    sources = Files(registry.schemes)
    sources.ahead([(file.location, file.size) for files in in_order.values() for file in files])
    for name, files in in_order.items():
        results += _KindReader(registry.parsers[name], writer, order, sources).read(files)
    sources.close()
    return SliceResult(slice_.name, results, writer.close())


class _ParserRaisedError(Exception):
    """What a parser raised, or raised over what it gave."""


@contextmanager
def _as_parser_error() -> Iterator[None]:
    """Tells what goes wrong in a parser from what goes wrong in the store."""
    try:
        yield
    except StoreError:
        raise
    except (Exception, SystemExit) as error:  # a stranger's parser may raise anything
        raise _ParserRaisedError(f"parser raised {error!r}") from error


class _KindReader:
    """Reads the files of one kind in a slice, as many at once as a batch holds."""

    def __init__(self, parser: Parser, writer: SliceWriter, order: dict[str, int], sources: Files) -> None:
        self._parser = parser
        self._writer = writer
        self._order = order
        self._sources = sources

    def read(self, files: Sequence[WorkFile]) -> list[FileResult]:
        """All files; one that cannot be read, or breaks the parser, fails alone."""
        results: list[FileResult] = []
        held: list[_Held] = []
        held_bytes = 0
        for file in files:
            result = FileResult(file.job_id, file.path, file.parser, size=file.size)
            results.append(result)
            try:
                opened = self._sources.open(file.location)
            except OSError as error:
                result.failure = f"cannot be read: {error.strerror}"
                continue
            try:
                result.size, result.modified_ns, result.etag = opened.size, opened.modified_ns, opened.etag
                result.file_id = file_id(file.job_id, file.path, result.size, result.modified_ns, result.etag)
                source = SourceFile(file.path, file.groups)
                if result.size > _WINDOW_BYTES:
                    self._read_large(opened, file, result, source)
                    continue
                content = opened.read()
            except OSError as error:
                result.failure = f"cannot be read: {error.strerror}"
                continue
            finally:
                opened.close()
            result.content_hash = _hash([content])
            if file.known_hash == result.content_hash:
                result.unchanged = True
                continue
            skipped = mark_length(content)
            content = as_utf8(content)
            result.ends_cut = bool(content) and not content.endswith(b"\n")
            held.append((result, source, content, skipped))
            held_bytes += len(content)
            if held_bytes >= _BATCH_BYTES:
                self._parse_whole(held)
                held, held_bytes = [], 0
        self._parse_whole(held)
        return results

    def _parse_whole(self, held: Sequence[_Held]) -> None:
        """Parses whole files together; if the parser raises, each alone, so that one bad file spoils no other."""
        if not held:
            return
        batch = Batch.of(*((source, content) for _, source, content, _ in held), skipped=[one[3] for one in held])
        results = [one[0] for one in held]
        try:
            self._parse(batch, results)
        except _ParserRaisedError as error:
            if len(held) == 1:
                results[0].failure = str(error)
                return
            for one in held:
                self._parse_whole([one])

    def _read_large(self, opened: Content, file: WorkFile, result: FileResult, source: SourceFile) -> None:
        """A file larger than a window: window after window, each cut where its last record starts."""
        digest = hashlib.sha256()
        if file.known_hash is not None:
            result.content_hash = _hash(opened.windows(_WINDOW_BYTES))
            result.unchanged = result.content_hash == file.known_hash
            if result.unchanged:
                return
        pieces = opened.windows(_WINDOW_BYTES)
        first = next(pieces, b"")
        windows = _with_last(decoded(_hashed(chain([first], pieces), digest)))
        try:
            for batch, result.ends_cut in in_pieces(source, windows, self._cut, mark_length(first[:4])):
                self._parse(batch, [result])
        except _ParserRaisedError as error:
            result.failure = str(error)
            return
        result.content_hash = digest.hexdigest()[:32]

    def _cut(self, data: bytes) -> int:
        """Where the parser says that the last record starts; 0 to wait for more. A giant record is cut anyhow."""
        with _as_parser_error():
            cut = self._parser.cut(data)
            if not 0 <= cut <= len(data):
                raise ValueError(f"cut gave {cut} of {len(data)} bytes")
        if not cut and len(data) >= _WINDOW_LIMIT:
            return data.rfind(b"\n") + 1 or len(data)
        return cut

    def _parse(self, batch: Batch, results: Sequence[FileResult]) -> None:
        """Parses a batch and stores what it holds."""
        with _as_parser_error():
            self._store(parse_in_parts(self._parser, batch), batch, results)

    def _store(self, parsed: Parsed, batch: Batch, results: Sequence[FileResult]) -> None:
        """Adds the rows and rejects to the slice and the counts to the files."""
        pieces = len(batch.pieces)
        cut = np.array([result.ends_cut for result in results], np.bool_)
        job_ids = [result.job_id for result in results]
        file_ids = [result.file_id for result in results]
        counts = np.zeros(pieces, np.int64)
        finished_tables = list(finished(parsed, batch, self._parser.tables, job_ids, file_ids, cut))
        for _, _, piece in finished_tables:
            counts += np.bincount(piece, minlength=pieces)
        records = counts if parsed.records is None else parsed.records
        if parsed.rejects:
            rows, piece = reject_rows(parsed.rejects, batch, self._parser.name, job_ids, file_ids, cut)
            finished_tables.append((REJECTS, rows, piece))
            for reject, index in zip(parsed.rejects, piece.tolist(), strict=True):
                results[index].rejects += 1
                results[index].rejected_bytes += reject.end - reject.start
        for result, count, row_count in zip(results, records.tolist(), counts.tolist(), strict=True):
            result.records += count
            result.rows += row_count
        for table, rows, piece in finished_tables:
            for start, end, order in self._runs(piece, job_ids):
                self._writer.add(table.name, rows.slice(start, end - start), order)

    def _runs(
        self, piece: np.ndarray[tuple[int], np.dtype[np.int64]], job_ids: list[str]
    ) -> Iterator[tuple[int, int, int]]:
        """Runs of rows of one job: start, end, the job's place. Rows come in the order of the pieces."""
        orders = np.array([self._order[job_id] for job_id in job_ids])[piece]
        edges = np.flatnonzero(np.diff(orders)) + 1
        bounds = [0, *edges.tolist(), len(orders)]
        for start, end in pairwise(bounds):
            yield start, end, int(orders[start])


def _hash(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()[:32]


def _hashed(windows: Iterable[bytes], digest: hashlib._Hash) -> Iterator[bytes]:
    for window in windows:
        digest.update(window)
        yield window


def _with_last(windows: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each window and whether it is the last."""
    held = next(windows, None)
    while held is not None:
        following = next(windows, None)
        yield held, following is None
        held = following
