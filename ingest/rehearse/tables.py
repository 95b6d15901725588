"""Tables as input: which files they are, and how they are cut into mini-batches by rows or bytes.

A table is an MLTable (a folder with a file `MLTable`, which names files and how to read them) or a file in CSV, TSV, JSON
lines or Parquet. The driver finds where records begin; the workers read them, with pandas. A mini-batch has rows of one file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ingest.errors import InputError

_KINDS = {".csv": "delimited", ".tsv": "delimited", ".tab": "delimited", ".parquet": "parquet"}
_KINDS |= {".jsonl": "json_lines", ".ndjson": "json_lines"}
_READERS = {"read_delimited": "delimited", "read_json_lines": "json_lines", "read_parquet": "parquet"}
_ENCODINGS = {"utf8": "utf-8", "utf8bom": "utf-8-sig", "ascii": "ascii", "iso88591": "latin-1", "latin1": "latin-1"}
_ENCODINGS |= {"windows1252": "cp1252", "utf-8": "utf-8"}
_SUPPORTED = "read_delimited, read_json_lines or read_parquet, and nothing else"
MLTABLE = "MLTable"


@dataclass(frozen=True)
class TableFile:
    """A file of a table and how to read it."""

    path: Path
    kind: str
    """delimited, json_lines, parquet."""
    delimiter: str = ","
    header: bool = True
    encoding: str = "utf-8"


@dataclass(frozen=True)
class Part:
    """Rows of one file that follow each other."""

    rows: int
    bytes: int
    reading: dict[str, Any]
    """What a worker needs to read them."""


def table_files(path: Path) -> list[TableFile]:
    """The files of a table, of a folder of tables, or of an MLTable. Raises InputError if one cannot be read as a table."""
    if path.name == MLTABLE and path.is_file():
        path = path.parent
    if (path / MLTABLE).is_file():
        return list(_of_mltable(path))
    if path.is_dir():
        return [_of_suffix(file) for file in sorted(path.rglob("*")) if file.is_file()]
    if not path.is_file():
        raise InputError(f"{path}: not found", "Name a table, a folder of tables, or an MLTable")
    return [_of_suffix(path)]


def is_mltable(path: Path) -> bool:
    """Whether a path is an MLTable: the folder, or the file in it."""
    return (path.name == MLTABLE and path.is_file()) or (path / MLTABLE).is_file()


def parts(file: TableFile, rows: int | None, size: int | None) -> Iterator[Part]:
    """A file in parts of so many rows, or of about so many bytes (at least one row); one of both is given."""
    if file.kind == "parquet":
        yield from _parquet_parts(file, rows, size)
        return
    with file.path.open("rb") as stream:
        head = _next_record(stream, file) if file.header and file.kind == "delimited" else b""
        at, count, length = stream.tell(), 0, 0
        while record := _next_record(stream, file):
            if count and ((rows and count >= rows) or (size and length + len(record) > size)):
                yield _text_part(file, len(head), at, count, length)
                at, count, length = at + length, 0, 0
            count += bool(record.strip())  # pandas does not count empty lines either
            length += len(record)
        if count:
            yield _text_part(file, len(head), at, count, length)


def _text_part(file: TableFile, head: int, at: int, rows: int, length: int) -> Part:
    reading = {"kind": file.kind, "path": str(file.path), "head": head, "at": at, "bytes": length}
    reading |= {"delimiter": file.delimiter, "header": file.header, "encoding": file.encoding}
    return Part(rows, length, reading)


def _next_record(stream: BinaryIO, file: TableFile) -> bytes:
    """A line; of a delimited file with the lines that follow while a quote is open."""
    record = stream.readline()
    if file.kind == "delimited" and record.count(b'"') % 2:
        lines = [record]
        quotes = record.count(b'"')
        while quotes % 2 and (line := stream.readline()):
            lines.append(line)
            quotes += line.count(b'"')
        record = b"".join(lines)
    return record


def _parquet_parts(file: TableFile, rows: int | None, size: int | None) -> Iterator[Part]:
    import pyarrow
    from pyarrow import parquet

    try:
        metadata = parquet.ParquetFile(file.path).metadata
    except (pyarrow.ArrowInvalid, OSError) as error:
        raise InputError(f"{file.path}: not Parquet: {' '.join(str(error).split())}", "") from None
    if not metadata.num_rows:
        return
    per_row = max(1.0, file.path.stat().st_size / metadata.num_rows)
    step = rows or max(1, int((size or 1) / per_row))
    starts = [0]
    for group in range(metadata.num_row_groups):
        starts.append(starts[-1] + metadata.row_group(group).num_rows)
    for at in range(0, metadata.num_rows, step):
        count = min(step, metadata.num_rows - at)
        groups = [g for g in range(metadata.num_row_groups) if starts[g] < at + count and starts[g + 1] > at]
        reading = {
            "kind": "parquet",
            "path": str(file.path),
            "groups": groups,
            "skip": at - starts[groups[0]],
            "rows": count,
        }
        yield Part(count, round(count * per_row), reading)


def _of_suffix(file: Path) -> TableFile:
    kind = _KINDS.get(file.suffix.lower())
    if kind is None:
        raise InputError(f"{file}: not a table", "Tables are " + ", ".join(_KINDS) + " or an MLTable")
    return TableFile(file.absolute(), kind, "\t" if file.suffix.lower() in {".tsv", ".tab"} else ",")


def _of_mltable(folder: Path) -> Iterator[TableFile]:
    try:
        import yaml
    except ImportError:
        raise InputError(
            f"{folder}: reading an MLTable needs PyYAML", "pip install 'ingest-batch-logs[rehearse]'"
        ) from None
    name = folder / MLTABLE
    try:
        content = yaml.safe_load(name.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise InputError(f"{name}: not YAML: {' '.join(str(error).split())}", "") from None
    if not isinstance(content, dict) or not isinstance(content.get("paths"), list):
        raise InputError(f"{name}: has no list paths:", "An MLTable names its files there")
    kind, options = _reader(name, content.get("transformations"))
    encoding = str(options.get("encoding", "utf8")).lower()
    if encoding not in _ENCODINGS:
        raise InputError(f"{name}: encoding {encoding} is not supported", "Supported: " + ", ".join(_ENCODINGS))
    header = options.get("header", "all_files_same_headers") not in {"no_header", False}
    files = [file for entry in content["paths"] for file in _paths_of(name, folder, entry)]
    if not files:
        raise InputError(f"{name}: names no file that is there", "")
    for file in files:
        yield TableFile(file.absolute(), kind, str(options.get("delimiter", ",")), header, _ENCODINGS[encoding])


def _reader(name: Path, steps: object) -> tuple[str, Mapping[str, Any]]:
    """The kind of the files and the options of reading them."""
    if not isinstance(steps, list) or len(steps) != 1:
        raise InputError(f"{name}: its transformations: cannot be rehearsed", f"Supported is {_SUPPORTED}")
    step = steps[0]
    reader, options = next(iter(step.items())) if isinstance(step, dict) and step else (step, {})
    if reader not in _READERS:
        raise InputError(f"{name}: the transformation {reader} is not supported", f"Supported is {_SUPPORTED}")
    return _READERS[reader], options if isinstance(options, dict) else {}


def _paths_of(name: Path, folder: Path, entry: object) -> Iterator[Path]:
    how, what = next(iter(entry.items())) if isinstance(entry, dict) and entry else ("", entry)
    if how not in {"file", "folder", "pattern"} or not isinstance(what, str) or "://" in what:
        raise InputError(
            f"{name}: the path {what} is not on this machine", "Download it; name it by file:, folder: or pattern:"
        )
    if how == "file":
        if not (folder / what).is_file():
            raise InputError(f"{name}: {what}: not found", "")
        yield folder / what
    elif how == "folder":
        yield from sorted(file for file in (folder / what).rglob("*") if file.is_file() and file.name != MLTABLE)
    else:
        yield from sorted(
            file for file in folder.glob(what.removeprefix("./")) if file.is_file() and file.name != MLTABLE
        )
