"""What goes wrong when a store is read or written, in words: a full disk, rows that cannot be read, a damaged catalog."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from ingest.errors import StoreError, disk_full, first_line, is_disk_full, is_interrupt
from ingest.store.paths import TOKEN_DIGITS, Layout

_DAMAGE = (duckdb.IOException, duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException)
"""What the database raises if a file of its own cannot be read or written."""

_DERIVED_SLICE = re.compile(rf"-[dn]\d{{4}}(-[0-9a-f]{{{TOKEN_DIGITS}}})?$")
"""The end of the name of a slice of derived rows, made by a load or by a merge."""


@contextmanager
def as_store_error(layout: Layout, what: str) -> Iterator[None]:
    """Tells what goes wrong while `what` is written to a store as `StoreError`. A query's own fault stays what it is.

    A query that a signal broke off is a `KeyboardInterrupt`.
    """
    try:
        yield
    except StoreError:
        raise
    except Exception as error:
        if is_interrupt(error):
            raise KeyboardInterrupt from None
        if is_disk_full(error):
            raise disk_full(layout.root, what, error) from error
        if (unreadable := unreadable_rows(layout, error)) is not None:
            raise unreadable from error
        if isinstance(error, OSError) and (remedy := getattr(error, "remedy", None)) is not None:  # of an object store
            raise StoreError(f"{what} cannot be written: {error.strerror}", remedy) from error
        if isinstance(error, (OSError, *_DAMAGE)):
            raise StoreError(
                f"{layout}: {what} cannot be written: {first_line(error)}",
                "The last whole commit stands. Check the disk and your rights there. If the store is damaged: move it"
                " away and ingest again.",
            ) from error
        raise


@contextmanager
def as_unreadable(layout: Layout) -> Iterator[None]:
    """Tells as `StoreError` if a query fails because a Parquet file of a store cannot be read; as `KeyboardInterrupt` if a
    signal broke it off."""
    try:
        yield
    except StoreError:
        raise
    except Exception as error:
        if is_interrupt(error):
            raise KeyboardInterrupt from None
        if (unreadable := unreadable_rows(layout, error)) is not None:
            raise unreadable from error
        raise


def unreadable_rows(layout: Layout, error: BaseException) -> StoreError | None:
    """What to say of an error that comes, at first, from a Parquet file of a store; None if it comes from elsewhere."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, duckdb.Error):
        cause = cause.__cause__
    if cause is None:
        return None
    reason = _reason(cause)
    top = str(layout.data) if layout.url is None else "/data"
    named = re.search(re.escape(top) + r"/\w+/[\w-]+\.parquet", reason)
    path = Path(named[0]) if named else _broken_file(layout) if type(cause) is duckdb.Error else None
    if path is None:
        return None
    if layout.url is not None:
        path = Path(str(path).removeprefix("/"))
        if not reason.endswith("it is not there"):
            return StoreError(
                reason, f"Try again. Whether all is there, and may be read, says: ingest doctor --store {layout}"
            )
    remedy = (
        f"It can be made again: ingest rebuild --store {layout}"
        if _DERIVED_SLICE.search(path.stem)
        else "Take it from a backup, or read the logs again: ingest JOB_DIRS --reparse. What is damaged says: ingest doctor"
    )
    return StoreError(f"{path}: rows of the store cannot be read: {reason}", remedy)


def _reason(error: BaseException) -> str:
    """What an error says. Of what our own file system raised the database shows a traceback, with the words at its end."""
    said = str(error).strip()
    if "Traceback (most recent call last)" not in said:
        return first_line(error)
    return re.sub(r"^\w+: (\[Errno \w+\] )?", "", said.rpartition("\n")[2].strip())


def _broken_file(layout: Layout) -> Path | None:
    """The first Parquet file of a store whose end or first rows cannot be read; the database does not always name it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for path in sorted(layout.data.glob("*/*.parquet")):
        try:
            with pq.ParquetFile(path) as file:
                for _ in file.iter_batches():
                    pass
        except (OSError, pa.ArrowException):
            return path
    return None
