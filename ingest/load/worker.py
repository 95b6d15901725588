"""One slice of a load: reads its files, parses them in batches by kind, and writes their rows. Runs in a worker
process.

Only paths and counts go back to the main process, never rows: shipping tables costs as much as parsing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa

from ingest.hookspecs import Parser
from ingest.load.isolating import parse_in_parts
from ingest.load.large_file import LargeFile, behind, hash_by_windows, short_hash
from ingest.load.tasks import FileResult, Slice, SliceResult, WorkFile, file_id
from ingest.model import REJECTS, Table
from ingest.parsing.batch import Batch, Parsed, SourceFile
from ingest.parsing.decoding import as_utf8, mark_length
from ingest.parsing.scan import Positions
from ingest.parsing.stored_rows import finished, reject_rows
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


def parse_slice(slice_: Slice, root: str, options: PluginOptions) -> SliceResult:
    """Reads, parses and writes one slice, under a name of this try: a slice may be done twice, at the same time even.

    `root` is the store's folder or URL; this process signs in to it by itself.
    """
    registry = load_registry(options)
    layout = Layout.of(root)
    name = layout.new_slice(slice_.name)
    writer = SliceWriter(layout, name, {table.name: table for table in registry.tables})
    order = {job_id: i for i, job_id in enumerate(sorted({file.job_id for file in slice_.files}))}
    results: list[FileResult] = []
    by_parser: dict[str, list[WorkFile]] = {}
    for file in slice_.files:
        by_parser.setdefault(file.parser, []).append(file)
    in_order = {name: sorted(files, key=lambda file: (file.job_id, file.path)) for name, files in by_parser.items()}
    sources = Files(registry.schemes)
    sources.ahead([(file.location, file.size) for files in in_order.values() for file in files])
    try:
        for parser, files in in_order.items():
            results += _KindReader(registry.parsers[parser], writer, order, sources).read(files)
        sources.close()
        return SliceResult(name, results, writer.close())
    finally:
        layout.leave()


@dataclass(frozen=True)
class _Stored:
    """What a batch gave, as it is stored, and the numbers of each piece."""

    tables: Sequence[tuple[Table, pa.Table, Positions]]
    """Table, its rows, and the piece that each is from."""
    records: Positions
    rows: Positions
    rejects: Positions
    rejected_bytes: Positions


_NOTHING = _Stored((), *(np.zeros(0, np.int64),) * 4)


class _ParserRaisedError(Exception):
    """What a parser raised, or raised over what it gave, so that nothing of a batch could be read."""

    def __init__(self, error: BaseException, rejected: _Stored = _NOTHING) -> None:
        super().__init__(f"parser raised {error!r}")
        self.rejected = rejected


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
                opened = self._sources.open(file.location, behind(file.front, _WINDOW_BYTES))
            except OSError as error:
                result.failure = f"cannot be read: {error.strerror}"
                continue
            try:
                result.size, result.modified_ns, result.etag = opened.size, opened.modified_ns, opened.etag
                result.file_id = file_id(file.job_id, file.path, result.size, result.modified_ns, result.etag)
                source = SourceFile(file.path, file.groups)
                if result.size > _WINDOW_BYTES:
                    self._read_large(opened, file, result, source)
                    result.note = _changed(file, opened)
                    continue
                content = opened.read()
                result.note = _changed(file, opened)
            except OSError as error:
                result.failure = f"cannot be read: {error.strerror}"
                continue
            finally:
                opened.close()
            result.content_hash = short_hash(content)
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
        """A file larger than a window: window after window, each cut where its last record starts.

        A window over which the parser raises costs no other one; the file fails if nothing could be read of any. What was
        read of a shorter version of the file is not read again.
        """
        if file.known_hash is not None:
            result.content_hash = hash_by_windows(opened.windows(_WINDOW_BYTES))
            result.unchanged = result.content_hash == file.known_hash
            if result.unchanged:
                return
        large = LargeFile.behind(file.front, opened, _WINDOW_BYTES)
        result.read_on = front = large.skipped
        if front is not None:
            result.records, result.rows = front.records, front.rows
            result.rejects, result.rejected_bytes = front.rejects, front.rejected_bytes
        failures: list[_ParserRaisedError] = []
        read = front is not None
        for batch, result.ends_cut in large.pieces(source, self._cut):
            large.before(batch, result, is_read=read)
            try:
                found = self._parse(batch, [result])
                read = True
            except _ParserRaisedError as error:
                failures.append(error)
                found = error.rejected
                self._add(found, [result])
            large.after(rows for _, rows, _ in found.tables)
        result.content_hash, result.front = large.hash, large.front
        if failures and not read:
            result.failure, result.front = str(failures[0]), None

    def _cut(self, data: bytes) -> int:
        """Where the last record starts, as the parser says; 0 to wait for more. Else, and in a giant record, a line."""
        try:
            cut = self._parser.cut(data)
        except (Exception, SystemExit):  # a stranger's parser may raise anything
            cut = -1
        if not 0 <= cut <= len(data) or (not cut and len(data) >= _WINDOW_LIMIT):
            return data.rfind(b"\n") + 1 or len(data)
        return cut

    def _parse(self, batch: Batch, results: Sequence[FileResult]) -> _Stored:
        """Parses a batch, stores what it holds, and gives it. Raises `_ParserRaisedError` if nothing of it can be read."""
        try:
            found = self._stored(self._parser.parse(batch), batch, results)
        except (Exception, SystemExit) as error:  # a stranger's parser may raise anything
            if len(batch.pieces) > 1:
                raise _ParserRaisedError(error) from error
            parsed, nothing = parse_in_parts(self._parser, batch, lambda part, of: self._stored(part, of, results))
            found = self._stored(parsed, batch, results)
            if nothing is not None:
                raise _ParserRaisedError(nothing, found) from nothing
        self._add(found, results)
        return found

    def _stored(self, parsed: Parsed, batch: Batch, results: Sequence[FileResult]) -> _Stored:
        """Rows and rejects as they are stored. Raises whatever it may if they are not as a parser must give them."""
        pieces = len(batch.pieces)
        cut = np.array([result.ends_cut for result in results], np.bool_)
        job_ids = [result.job_id for result in results]
        file_ids = [result.file_id for result in results]
        rows = np.zeros(pieces, np.int64)
        tables = list(finished(parsed, batch, self._parser.tables, job_ids, file_ids, cut))
        for _, _, piece in tables:
            rows += np.bincount(piece, minlength=pieces)
        records = rows if parsed.records is None else np.asarray(parsed.records, np.int64)
        rejects, rejected_bytes = np.zeros(pieces, np.int64), np.zeros(pieces, np.int64)
        if parsed.rejects:
            told, piece = reject_rows(parsed.rejects, batch, self._parser.name, job_ids, file_ids, cut)
            tables.append((REJECTS, told, piece))
            sizes = np.array([reject.end - reject.start for reject in parsed.rejects], np.int64)
            np.add.at(rejects, piece, 1)
            np.add.at(rejected_bytes, piece, sizes)
        if len(records) != pieces:
            raise ValueError(f"records of {len(records)} pieces for {pieces}")
        return _Stored(tables, records, rows, rejects, rejected_bytes)

    def _add(self, found: _Stored, results: Sequence[FileResult]) -> None:
        """Adds rows and rejects to the slice and their numbers to the files."""
        for i, result in enumerate(results):
            result.records += int(found.records[i])
            result.rows += int(found.rows[i])
            result.rejects += int(found.rejects[i])
            result.rejected_bytes += int(found.rejected_bytes[i])
        job_ids = [result.job_id for result in results]
        for table, rows, piece in found.tables:
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


def _changed(file: WorkFile, opened: Content) -> str | None:
    """How a file changed between the listing and the end of reading; None if it did not."""
    read, (size, written_ns) = opened.position(), opened.now()
    before, after = file.size, max(read, size)
    if after > before:
        return f"grew from {before} to {after} bytes while it was read"
    if min(read, size) < before:
        return f"shrank from {before} to {min(read, size)} bytes while it was read"
    if opened.etag is not None:  # all of one version; listings of some stores have other fractions of a second
        return None
    times = {opened.modified_ns, written_ns, *([file.modified_ns] if file.modified_ns is not None else [])}
    return "was written to while it was read" if len(times) > 1 else None
