"""One job in all kinds of archives."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa
import pytest

Files = Mapping[str, str | bytes]
Pack = Callable[[Files, str], Path]

TIME = (2024, 3, 5, 2, 10, 4)
TIME_NS = 1_709_604_604_000_000_000
"""When all members were written."""


def as_bytes(content: str | bytes) -> bytes:
    """As it stands in a file."""
    return content if isinstance(content, bytes) else content.encode()


def zipped(files: Files) -> bytes:
    """A zip file, packed."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path, TIME), as_bytes(content), zipfile.ZIP_DEFLATED)
    return made.getvalue()


def tarred(files: Files) -> bytes:
    """A tar file."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for path, content in files.items():
            member = tarfile.TarInfo(path)
            member.size, member.mtime = len(as_bytes(content)), TIME_NS // 1_000_000_000
            archive.addfile(member, io.BytesIO(as_bytes(content)))
    return made.getvalue()


PACKERS: Mapping[str, Callable[[Files], bytes]] = {
    "zip": zipped,
    "tar": tarred,
    "tar.gz": lambda files: gzip.compress(tarred(files)),
    "tar.zst": lambda files: pa.Codec("zstd").compress(tarred(files), asbytes=True),
}


@pytest.fixture(autouse=True)
def spools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, of each test its own."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    """Packs files into an archive in a folder of archives; its kind is that of its suffix."""

    def write(files: Files, name: str) -> Path:
        kind = next(kind for kind in ("tar.gz", "tar.zst", "tar", "zip") if name.endswith(kind))
        path = tmp_path / "archives" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(PACKERS[kind](files))
        return path

    return write
