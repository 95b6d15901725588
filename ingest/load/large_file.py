"""A file larger than a window, read in pieces; and read on from where an earlier, shorter version of it was read to.

Where a window is cut hangs on the bytes up to its end alone. So as long as the windows before are the same, byte for byte,
a file that grew is cut at the same places, and what was read up to the last of them is what would be read again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from ingest.parsing.decoding import decoded, is_utf16, mark_length
from ingest.parsing.windows import Beginning, in_pieces
from ingest.sources.protocol import Behind
from ingest.store.fronts import Front

if TYPE_CHECKING:
    import pyarrow as pa

    from ingest.load.tasks import FileResult
    from ingest.parsing.batch import Batch, SourceFile
    from ingest.sources.content import Content


class WindowHashes:
    """The hash of a file by windows: of the hashes of all of them, so that it goes on from that of a front."""

    def __init__(self, hash_: str = "") -> None:
        self.hash = hash_

    def add(self, window: bytes) -> str:
        """Takes the next window, and gives its own hash."""
        last = short_hash(window)
        self.hash = short_hash(f"{self.hash}{last}".encode())
        return last


def short_hash(content: bytes) -> str:
    """The beginning of a SHA-256, 32 hex digits."""
    return hashlib.sha256(content).hexdigest()[:32]


def hash_by_windows(windows: Iterable[bytes]) -> str:
    """The hash of a file that is larger than a window."""
    hashes = WindowHashes()
    for window in windows:
        hashes.add(window)
    return hashes.hash


def behind(front: Front | None, window: int) -> Behind | None:
    """What a source may leave out of a file, if it can prove that the front stands; None if all of it is needed."""
    if front is None or front.created is None:
        return None
    start = (front.windows - 1) * window
    return Behind(start, window, front.last_hash, front.created) if 0 < start <= front.offset else None


class LargeFile:
    """A large file being read.

    Of each of its `pieces` it is told `before` it is parsed, and `after`; then `hash` and `front` are known.
    """

    def __init__(self, opened: Content, window: int) -> None:
        self._window = window
        self._windows = opened.windows(window)
        self._created = opened.created
        self._first = opened.start // window
        self._chain = WindowHashes()
        self._seen = 0
        self._hashes: dict[int, tuple[str, str]] = {}
        """After how many windows: the hash of all bytes up to there, and that of the last window."""
        self._given = self._cut_at = 0
        """Windows that were looked at, and how many of them when the last piece was cut."""
        self._front: Front | None = None
        self._is_apart = True
        """Whether the lines on which records start tell for sure on which side of a cut each of them is."""
        self._highest = self._highest_here = 0
        """The last line on which a record starts: of the pieces before, and of the last one."""
        self._lowest_here = 0
        self.skipped: Front | None = None
        """What was not read again."""
        self._beginning = Beginning()

    @classmethod
    def behind(cls, front: Front | None, opened: Content, window: int) -> LargeFile:
        """The file behind a front, if it still begins with it; else all of it."""
        large = cls(opened, window)
        return large if front is not None and large._skip(front) else cls(opened, window)

    def _skip(self, front: Front) -> bool:
        held: list[bytes] = []
        if self._first:  # the source vouches for what comes before the last of these windows, and has compared that
            self._chain = WindowHashes(front.hash)
            self._seen = front.windows
            self._hashes[self._seen] = (front.hash, front.last_hash)
            held.append(next(self._windows)[front.offset - self._first * self._window :])
        else:
            for number, window in enumerate(self._hashed(self._windows)):
                held.append(window[max(front.offset - number * self._window, 0) :])
                if number + 1 == front.windows:
                    break
            if self._hashes.get(front.windows, ("",))[0] != front.hash:
                return False
        self._beginning = Beginning(front.offset, front.line_no, front.first_line, b"".join(held))
        self.skipped, self._cut_at, self._given = front, front.windows, front.windows
        self._highest_here = front.line_no - 1
        return True

    @property
    def hash(self) -> str:
        """Of all of it."""
        return self._chain.hash

    @property
    def front(self) -> Front | None:
        """Where it can be read on from the next time; None if it has to be read anew."""
        front = self._front
        if front is None or not self._is_apart or self._highest >= front.line_no:
            return None
        return front if self._lowest_here >= front.line_no else None

    def pieces(self, file: SourceFile, cut: Callable[[bytes], int]) -> Iterator[tuple[Batch, bool]]:
        """Its pieces, each with whether the file ends there without a line break."""
        windows, beginning = self._hashed(self._windows), self._beginning
        if self.skipped is None:
            first = next(windows, b"")
            self._is_apart = not is_utf16(first)  # places in the text are not those in the file
            windows, beginning = decoded(chain([first], windows)), Beginning(mark_length(first[:4]))
        yield from in_pieces(file, self._counted(windows), cut, beginning)

    def before(self, batch: Batch, result: FileResult, *, is_read: bool) -> None:
        """A piece is about to be parsed: what was read until now is the front, if anything could be read."""
        piece = batch.pieces[0]
        self._front = None
        if self._cut_at and is_read:
            self._front = Front(
                result.file_id,
                self._cut_at,
                *self._hashes[self._cut_at],
                piece.byte_offset,
                piece.line_no,
                piece.first_line,
                result.records,
                result.rows,
                result.rejects,
                result.rejected_bytes,
                self._created,
            )
        self._cut_at = self._given
        self._highest = max(self._highest, self._highest_here)

    def after(self, rows: Iterable[pa.Table]) -> None:
        """A piece was parsed: looks at the lines of what it gave."""
        self._highest_here, self._lowest_here = 0, 1 << 62
        for table in rows:
            lines = table.column("line_no")
            if lines.null_count:
                self._is_apart = False
            elif len(lines):
                bounds = pc.min_max(lines)
                self._lowest_here = min(self._lowest_here, bounds["min"].as_py())
                self._highest_here = max(self._highest_here, bounds["max"].as_py())

    def _hashed(self, windows: Iterable[bytes]) -> Iterator[bytes]:
        for window in windows:
            last = self._chain.add(window)
            self._seen += 1
            self._hashes[self._seen] = (self.hash, last)
            yield window

    def _counted(self, windows: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
        """Each window and whether it is the last."""
        held = next(windows, None)
        while held is not None:
            following = next(windows, None)
            self._given += 1
            yield held, following is None
            held = following
