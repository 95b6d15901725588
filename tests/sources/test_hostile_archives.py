"""Archives made to do harm, and damaged ones: what cannot be read is said, the rest is read, nothing is written by a name."""

from __future__ import annotations

import gzip
import io
import random
import struct
import tarfile
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.load.discover import discover
from ingest.sources.archive.limits import ArchiveLimits
from ingest.sources.kinds import Files
from ingest.sources.protocol import SourceOptions
from tests.sources.conftest import tarred, zipped

if TYPE_CHECKING:
    from tests.conftest import Logs, Run, StoreUnderTest

GOOD = "logs/sys/node/9/process000.txt"
TEXT = "2021-04-13 03:00:00,649|INFO|334|Got good.\n"


def problems(path: Path, **limits: float) -> dict[str, str | None]:
    """Path → problem of the members of the only job in an archive; of those without one what opening them says."""
    found = discover([str(path)], wanted=SourceOptions(limits=ArchiveLimits(**limits)))  # type: ignore[arg-type]
    (job,) = found.jobs
    files = Files()
    told: dict[str, str | None] = {}
    for entry in job.entries:
        told[entry.path] = entry.problem
        if entry.problem is None:
            try:
                content = files.open(entry.location)
                assert len(content.read()) == content.size == entry.size
            except OSError as error:
                told[entry.path] = error.strerror
    return told


def only_problem(path: Path, **limits: float) -> str:
    """What is said of an archive that cannot be used at all."""
    found = discover([str(path)], wanted=SourceOptions(limits=ArchiveLimits(**limits)))  # type: ignore[arg-type]
    assert not found.jobs
    (problem,) = found.problems
    return problem.wrong


@pytest.mark.parametrize("packer", [zipped, tarred])
@pytest.mark.parametrize(
    ("name", "label", "reason"),
    [
        ("../../etc/passwd", "..%2F..%2Fetc%2Fpasswd", "leads out"),
        ("logs/../../x.txt", "logs%2F..%2F..%2Fx.txt", "leads out"),
        ("/abs/x.txt", "%2Fabs%2Fx.txt", "absolute"),
        ("C:\\win\\y.txt", "C:%5Cwin%5Cy.txt", "absolute"),
        ("a/" * 200 + "x", ("a/" * 200 + "x")[:200].replace("/", "%2F"), "too long"),
    ],
)
def test_names_that_lead_away(packer, name: str, label: str, reason: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """Such a member is listed and not read; the rest is."""
    (tmp_path / "a").write_bytes(packer({name: "secret", GOOD: TEXT}))
    told = problems(tmp_path / "a")
    assert told.keys() == {label, GOOD}
    assert reason in (told[label] or "")
    assert told[GOOD] is None


def test_names_of_windows_programs(tmp_path: Path) -> None:
    """Backslashes between folders are slashes."""
    (tmp_path / "a").write_bytes(zipped({GOOD.replace("/", "\\"): TEXT, f"./{GOOD}.txt": TEXT}))
    assert problems(tmp_path / "a") == {GOOD: None, f"{GOOD}.txt": None}


def test_refused_members_are_listed(tmp_path: Path, store: StoreUnderTest, run: Run) -> None:
    """They stand in `files` with the reason, a second load changes nothing, and nothing was written anywhere."""
    archive = tmp_path / "a.zip"
    archive.write_bytes(zipped({"../../../escaped.txt": "x", GOOD: TEXT}))
    store.load(archive)
    rows = store.rows("SELECT path, status, reason FROM files ORDER BY path")
    assert rows == [
        ("..%2F..%2F..%2Fescaped.txt", "ignored", "refused: its path leads out of the archive"),
        (GOOD, "parsed", None),
    ]
    before = store.state()
    store.load(archive)
    assert store.state() == before
    assert not list(tmp_path.parent.glob("**/escaped.txt"))
    assert run(archive, "--store", store.path, "--no-verdict").returncode == 0


def test_links(tmp_path: Path) -> None:
    """Links, devices and sparse files in archives are not followed nor read."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, kind in (
            ("logs/sym", tarfile.SYMTYPE),
            ("logs/hard", tarfile.LNKTYPE),
            ("logs/dev", tarfile.CHRTYPE),
        ):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
    (tmp_path / "tar").write_bytes(made.getvalue())
    assert problems(tmp_path / "tar") == {
        "logs/sym": "symbolic link, not followed",
        "logs/hard": "hard link, not followed",
        "logs/dev": "not a regular file",
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as zipped_:
        link = zipfile.ZipInfo("logs/sym")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        zipped_.writestr(link, "/etc/passwd")
    (tmp_path / "zip").write_bytes(made.getvalue())
    assert problems(tmp_path / "zip") == {"logs/sym": "symbolic link, not followed"}


def test_duplicates(tmp_path: Path, logs: Logs) -> None:
    """Of several members of one name the last is read, as programs that unpack do; that is told."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(logs.worker, "first\n")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr(logs.worker, "second\n")
    (tmp_path / "a.zip").write_bytes(made.getvalue())
    found = discover([str(tmp_path / "a.zip")])
    (entry,) = found.jobs[0].entries
    assert Files().open(entry.location).read() == b"second\n"
    assert "a later one has too" in found.problems[0].wrong


def test_encrypted_and_unknown_methods(tmp_path: Path) -> None:
    """A member that is encrypted, or packed in a way that is not read, is named with what to do."""
    data = bytearray(zipped({"logs/a.txt": "x", "logs/b.txt": "x", GOOD: TEXT}))
    central = data.index(b"PK\1\2")
    data[central + 8] |= 1
    central = data.index(b"PK\1\2", central + 4)
    data[central + 10 : central + 12] = struct.pack("<H", 9)
    (tmp_path / "a").write_bytes(data)
    told = problems(tmp_path / "a")
    assert "encrypted" in (told["logs/a.txt"] or "")
    assert "method 9 (deflate64)" in (told["logs/b.txt"] or "")
    assert told[GOOD] is None


def test_bombs(tmp_path: Path, spools: Path) -> None:
    """What unpacks to far more than a log does is refused before it is unpacked; the limits can be set."""
    zeros = bytes(80 << 20)
    (tmp_path / "zip").write_bytes(zipped({"logs/zeros.txt": zeros, GOOD: TEXT}))
    told = problems(tmp_path / "zip")
    assert "max_ratio" in (told["logs/zeros.txt"] or "")
    assert told[GOOD] is None
    assert problems(tmp_path / "zip", max_ratio=2_000) == {"logs/zeros.txt": None, GOOD: None}
    assert "max_total_gb" in only_problem(tmp_path / "zip", max_total_gb=0.01)
    (tmp_path / "tgz").write_bytes(gzip.compress(tarred({"logs/zeros.txt": zeros})))
    assert "max_ratio" in only_problem(tmp_path / "tgz")
    assert "max_total_gb" in only_problem(tmp_path / "tgz", max_total_gb=0.01)
    assert not list(spools.iterdir())


def test_sizes_that_lie(tmp_path: Path) -> None:
    """A member that unpacks to more than the directory says is stopped there; one with less, or other bytes, is damaged."""
    data = zipped({"logs/a.txt": bytes(1 << 20), "logs/b.txt": "b" * 100, GOOD: TEXT})
    at = data.index(b"PK\1\2")
    small = bytearray(data)
    small[at + 24 : at + 28] = struct.pack("<L", 10)
    (tmp_path / "small").write_bytes(small)
    told = problems(tmp_path / "small")
    assert "more than the archive's directory says" in (told["logs/a.txt"] or "")
    assert told[GOOD] is None
    large = bytearray(data)
    large[at + 24 : at + 28] = struct.pack("<L", 2 << 20)
    (tmp_path / "large").write_bytes(large)
    assert "size or checksum" in (problems(tmp_path / "large")["logs/a.txt"] or "")
    other = bytearray(data)
    other[at + 16] ^= 1
    (tmp_path / "other").write_bytes(other)
    assert "size or checksum" in (problems(tmp_path / "other")["logs/a.txt"] or "")


def test_members_that_overlap(tmp_path: Path) -> None:
    """Members that share bytes are how a small file becomes a huge one: they are refused, the others are read."""
    data = bytearray(zipped({"logs/a.txt": "a" * 1_000, "logs/b.txt": "b" * 1_000, GOOD: TEXT}))
    first = data.index(b"PK\1\2")
    second = data.index(b"PK\1\2", first + 4)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    (tmp_path / "a").write_bytes(data)
    told = problems(tmp_path / "a")
    assert "shares bytes" in (told["logs/a.txt"] or "")
    assert "shares bytes" in (told["logs/b.txt"] or "")
    assert told[GOOD] is None


def test_damage(tmp_path: Path) -> None:
    """A damaged member fails alone; a truncated zip is named; of a truncated tar, packed or not, what is there is read."""
    data = bytearray(zipped({"logs/a.txt": "".join(map(str, range(5_000))), GOOD: TEXT}))
    data[200:220] = bytes(20)
    (tmp_path / "damaged").write_bytes(data)
    told = problems(tmp_path / "damaged")
    assert "damaged" in (told["logs/a.txt"] or "")
    assert told[GOOD] is None
    (tmp_path / "cut").write_bytes(data[:-30])
    assert "not a whole zip file" in only_problem(tmp_path / "cut")
    whole = tarred({GOOD: TEXT, "logs/b.txt": "b" * 100_000})
    (tmp_path / "tar").write_bytes(whole[:50_000])
    told = problems(tmp_path / "tar")
    assert told[GOOD] is None
    assert "ends within it" in (told["logs/b.txt"] or "")
    noise = random.Random(1).randbytes(500_000)
    whole = tarred({GOOD: TEXT, "logs/b.txt": noise})
    for packed in (gzip.compress(whole), pa.Codec("zstd").compress(whole, asbytes=True)):
        (tmp_path / "packed").write_bytes(packed[: len(packed) // 2])
        told = problems(tmp_path / "packed")
        assert told[GOOD] is None
        assert "ends within it" in (told["logs/b.txt"] or "")
        assert "ends early" in discover([str(tmp_path / "packed")]).problems[0].wrong
        (tmp_path / "packed").write_bytes(packed[:100])
        assert "it ends before its first file does" in only_problem(tmp_path / "packed")


def test_zip64_and_streamed(tmp_path: Path) -> None:
    """Zip files with 64-bit sizes, and those written without going back, are read."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(GOOD, "w", force_zip64=True) as file:
        file.write(TEXT.encode())
    (tmp_path / "zip64").write_bytes(made.getvalue())
    assert problems(tmp_path / "zip64") == {GOOD: None}

    class Pipe(io.RawIOBase):
        """What can only be written on."""

        def __init__(self) -> None:
            self.data = b""

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.data += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(GOOD, TEXT)
    (tmp_path / "streamed").write_bytes(pipe.data)
    assert problems(tmp_path / "streamed") == {GOOD: None}


def test_archive_that_changes_after_the_listing(tmp_path: Path) -> None:
    """Members of an archive that was replaced since are not read from the other one."""
    archive = tmp_path / "a.tar"
    archive.write_bytes(tarred({GOOD: TEXT}))
    (job,) = discover([str(archive)]).jobs
    archive.write_bytes(tarred({GOOD: TEXT, "logs/more.txt": "x" * 20_000}))
    with pytest.raises(OSError, match="changed since it was listed"):
        Files().open(job.entries[0].location)


def test_packed_but_no_tar(tmp_path: Path) -> None:
    """A log packed by itself is no archive of a job."""
    (tmp_path / "a.log.gz").write_bytes(gzip.compress(b"hello\n" * 1_000))
    assert "not a whole tar file" in only_problem(tmp_path / "a.log.gz")


@given(
    cuts=st.lists(st.tuples(st.integers(0, 4_000), st.binary(max_size=8)), min_size=1, max_size=4), tar=st.booleans()
)
def test_any_damage(cuts: list[tuple[int, bytes]], tar: bool, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever bytes of an archive are other ones: words, never a traceback, and what is read has the size that was told."""
    data = bytearray((tarred if tar else zipped)({GOOD: TEXT * 20, "logs/b.txt": "b" * 500, "logs/c/d.txt": "c"}))
    for at, piece in cuts:
        data[at % len(data) : at % len(data) + len(piece)] = piece
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(data)
    files = Files()
    for job in discover([str(path)]).jobs:
        for entry in job.entries:
            if entry.problem is None:
                with suppress(OSError):
                    assert len(files.open(entry.location).read()) == entry.size


def test_spool_of_a_killed_process(tmp_path: Path, spools: Path) -> None:
    """What a process left that was killed is deleted by the next; what one uses that lives is not."""
    from ingest.sources.archive.spool import Spool

    living = Spool()
    left = spools / "ingest-spool-left"
    left.mkdir()
    (left / "lock").touch()
    (left / "archive.tar").touch()
    (tmp_path / "a.tgz").write_bytes(gzip.compress(tarred({GOOD: TEXT})))
    found = discover([str(tmp_path / "a.tgz")])
    assert not left.exists()
    assert living.path.parent.exists()
    assert len(list(spools.iterdir())) == 2
    living.close()
    found.sources.clear()
    assert not list(spools.iterdir())
