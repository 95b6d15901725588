"""One job in all kinds of archives, and in object stores: servers that speak as Azure's and Amazon's do."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import uuid
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pytest

from tests.sources.emulators import ACCOUNT, KEY, Fill, fill_azurite
from tests.sources.proxy import FaultyProxy
from tests.sources.servers import azurite_program, free_port, moto_program, running

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


@pytest.fixture(scope="module")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an Azurite."""
    program = azurite_program()
    if program is None:
        pytest.skip("Azurite is not installed: npm install azurite")
    folder, port = tmp_path_factory.mktemp("azurite"), free_port()
    flags = ["--blobHost", "127.0.0.1", "--blobPort", str(port), "--skipApiVersionCheck", "--silent"]
    with running([program, "--inMemoryPersistence", *flags], port, folder) as address:
        yield address


@pytest.fixture(scope="module")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a moto server."""
    program = moto_program()
    if program is None:
        pytest.skip("moto's server is not installed: pip install 'moto[server]'")
    port = free_port()
    with running([program, "-H", "127.0.0.1", "-p", str(port)], port, tmp_path_factory.mktemp("moto")) as address:
        yield address


@pytest.fixture
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A way out that leads nowhere, and no credentials but those of the emulators."""
    from ingest.sources.cloud import client

    for name in list(os.environ):
        if name.startswith(("AZURE_", "AWS_", "GOOGLE_", "MSI_", "IDENTITY_", "_INGEST_")):
            monkeypatch.delenv(name)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("AWS_METADATA_ENDPOINT", "http://127.0.0.1:9")
    client.client_of.cache_clear()
    yield
    client.client_of.cache_clear()
    for name in list(os.environ):
        if name.startswith("_INGEST_"):
            monkeypatch.delenv(name)


@pytest.fixture
def blobs(azurite: str, only_loopback: None, monkeypatch: pytest.MonkeyPatch) -> Fill:  # noqa: ARG001
    """Puts files into a container of Azurite, and gives its URL, for which the environment has the key."""
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", ACCOUNT)
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", KEY)
    return lambda files: fill_azurite(azurite, files)


@pytest.fixture
def bucket(moto: str, only_loopback: None, monkeypatch: pytest.MonkeyPatch) -> Fill:  # noqa: ARG001
    """Puts files into a bucket of moto, and gives its URL, for which the environment has the keys."""
    import obstore
    from obstore.store import S3Store

    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": moto,
    }.items():
        monkeypatch.setenv(name, value)

    def fill(files: Files) -> str:
        import urllib.request

        name = f"b{uuid.uuid4().hex[:12]}"
        request = urllib.request.Request(f"{moto}/{name}", method="PUT", data=b"")
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20).close()
        store = S3Store(name, client_options={"allow_http": True})
        for path, content in files.items():
            obstore.put(store, path, content if isinstance(content, bytes) else content.encode())
        return f"s3://{name}"

    return fill


@pytest.fixture
def proxy(azurite: str) -> Iterator[FaultyProxy]:
    """A proxy before Azurite."""
    made = FaultyProxy(azurite)
    yield made
    made.close()
