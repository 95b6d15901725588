"""The same logs in a folder, in archives and in an object store."""

from __future__ import annotations

import importlib.util
import os
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from benchmarks import inputs, timing
from benchmarks.bench import Bench, load
from benchmarks.figures import Figures, Limit, Ratio
from benchmarks.rivals.blobs import ACCOUNT, KEY
from benchmarks.sides import Side, in_turn, ratio
from tests.sources.servers import azurite_program, free_port, running

NAME = "sources"

_ZIP = str(Path(__file__).parents[1] / "rivals" / "read_zip.py")


def run(bench: Bench) -> Figures:
    """2,000 small files from a folder, archives and Azurite, where that is installed; a zip file of 20,000 members."""
    with bench.place(NAME) as folder:
        tree, packed, many = folder / "tree", folder / "packed", folder / "many"
        made = inputs.tree(tree, jobs=4, nodes=1, processes=4, small_files=bench.size(1_900, 200))
        large = inputs.tree(many, jobs=4, nodes=1, processes=4, small_files=bench.size(20_000, 500))
        packed.mkdir()
        _pack(tree, packed)
        with zipfile.ZipFile(packed / "many.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for path in _files(many):
                archive.write(path, path.relative_to(many))
        one = [
            Side("folder", lambda store: load(tree, store)),
            *(Side(kind, _loader(packed / f"tree.{kind}")) for kind in ("zip", "tar", "tar.gz")),
        ]
        two = [
            Side("folder of 20,000", lambda store: load(many, store, "--jobs", "2")),
            Side("zip of 20,000", lambda store: load(packed / "many.zip", store, "--jobs", "2")),
            Side(
                "members of 20,000", lambda _: timing.python("-m", "benchmarks.read_members", str(packed / "many.zip"))
            ),
            Side("zipfile.read of 20,000", lambda _: timing.python(_ZIP, str(packed / "many.zip"))),
        ]
        runs: Mapping[str, Sequence[timing.Timing]]
        with _blobs(folder, tree) as url:
            runs = in_turn([*one, *two, *_of_blobs(folder, url)], folder, bench.repeats)
    return Figures(
        name=NAME,
        title="Where the logs are",
        compared=(
            "`ingest` over the same job trees in a folder, in archives of them, and as blobs in an Azurite on this"
            " machine. Only the client's side is counted for blobs, so compare the processor time there. *blobs,"
            " nothing new*: the store holds all of them already. *members* reads every member of the large zip file as a"
            " load does, *zipfile.read* with the standard library; both discard what they read. A load also parses the"
            " members and derives what follows, which costs many times as much, from a folder too. *bare list* lists the"
            " blobs with obstore and imports the database; a load also starts and imports the parsers, which is most of"
            " what it does if nothing is new: *start* is a load of a folder of one file that the store holds already."
            " Real clouds were not measured."
        ),
        sizes={
            "jobs": made["jobs"],
            "files": made["files"],
            "bytes": made["bytes"],
            "files, large zip": large["files"],
            "bytes, large zip": large["bytes"],
        },
        runs=runs,
        ratios=list(_ratios(runs)),
        limits=list(_limits(runs)),
    )


def _ratios(runs: Mapping[str, Sequence[timing.Timing]]) -> Iterator[Ratio]:
    for kind in ("zip", "tar", "tar.gz"):
        yield ratio(runs, kind, "folder")
    if "blobs" in runs:
        yield ratio(runs, "blobs", "folder", "<= 1.3", "cpu")
        yield ratio(runs, "blobs, nothing new", "bare list")
    yield ratio(runs, "zip of 20,000", "folder of 20,000", "<= 1.2", "cpu")
    yield ratio(runs, "members of 20,000", "zipfile.read of 20,000", "<= 1.5", "cpu")
    yield ratio(runs, "zip of 20,000", "zipfile.read of 20,000")


def _limits(runs: Mapping[str, Sequence[timing.Timing]]) -> Iterator[Limit]:
    if "blobs" in runs:
        again, bare, start = (
            timing.Timing.median(runs[name]).cpu_s for name in ("blobs, nothing new", "bare list", "start")
        )
        yield Limit(
            "blobs, nothing new, beside twice the bare list and a start", again / (2 * bare + start), "×", "<= 1"
        )


def _loader(source: Path) -> Callable[[Path], Sequence[str]]:
    return lambda store: load(source, store)


def _files(tree: Path) -> list[Path]:
    return sorted(path for path in tree.rglob("*") if path.is_file())


def _pack(tree: Path, packed: Path) -> None:
    """The tree as archives."""
    with zipfile.ZipFile(packed / "tree.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in _files(tree):
            archive.write(path, path.relative_to(tree))
    for kind in ("tar", "tar.gz"):
        with tarfile.open(packed / f"tree.{kind}", "w:gz" if kind == "tar.gz" else "w") as archive:
            for path in _files(tree):
                archive.add(path, path.relative_to(tree))


@contextmanager
def _blobs(folder: Path, tree: Path) -> Iterator[str | None]:
    """The tree in an Azurite; None if that, or obstore, is not installed."""
    program = azurite_program()
    if program is None or importlib.util.find_spec("obstore") is None:
        print("  no Azurite, or no obstore: blobs are left out", file=sys.stderr)
        yield None
        return
    port = free_port()
    flags = ["--blobHost", "127.0.0.1", "--blobPort", str(port), "--skipApiVersionCheck", "--silent"]
    (folder / "azurite").mkdir()
    account = {"AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT, "AZURE_STORAGE_ACCOUNT_KEY": KEY}
    with (
        running([program, "--inMemoryPersistence", *flags], port, folder / "azurite") as address,
        patch.dict(os.environ, account),
    ):
        url = f"{address}/{ACCOUNT}/logs"
        timing.run(timing.python("-m", "benchmarks.rivals.blobs", "fill", url, str(tree)))
        yield url


def _of_blobs(folder: Path, url: str | None) -> Iterator[Side]:
    """What is measured of them."""
    if url is None:
        return
    kept = folder / "kept"
    timing.run(load(url, kept))
    yield Side("blobs", lambda store: load(url, store))
    yield Side("blobs, nothing new", lambda _: load(url, kept))
    one, kept_one = folder / "one", folder / "kept-one"
    (one / "logs").mkdir(parents=True)
    (one / "logs" / "job_progress_overview.txt").touch()
    timing.run(load(one, kept_one))
    yield Side("start", lambda _: load(one, kept_one))
    bare = timing.python("-m", "benchmarks.rivals.blobs", "list", url, "--with-duckdb")
    yield Side("bare list", lambda _: bare)
