"""Servers that speak as object stores do, started on free loopback ports: Azurite and moto, where they are installed.

`INGEST_TEST_AZURITE` and `INGEST_TEST_MOTO` may name the programs.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ENVIRONMENT = dict(os.environ)
"""As it was when the tests began: tests change it."""

REPOSITORY = Path(__file__).resolve().parents[2]
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Asks servers of this machine by no proxy, whatever a test has set."""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def azurite_program() -> str | None:
    """Azurite for blobs, from the variable, the PATH or `node_modules` of this repository."""
    here = REPOSITORY / "node_modules" / ".bin" / "azurite-blob"
    return (
        os.environ.get("INGEST_TEST_AZURITE") or shutil.which("azurite-blob") or (str(here) if here.exists() else None)
    )


def moto_program() -> str | None:
    """The server of moto."""
    beside = Path(sys.executable).with_name("moto_server")
    return os.environ.get("INGEST_TEST_MOTO") or (str(beside) if beside.exists() else shutil.which("moto_server"))


@contextmanager
def running(command: list[str], port: int, folder: Path) -> Iterator[str]:
    """Runs a server until the end, and gives its address."""
    address = f"http://127.0.0.1:{port}"
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=folder, env=_ENVIRONMENT
        )
        try:
            _wait_for(address, process)
            yield address
        finally:
            process.terminate()
            process.wait(20)


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(1_800):
        try:
            DIRECT.open(address, timeout=5).close()
            return
        except urllib.error.HTTPError:
            return  # it answers
        except OSError:
            if process.poll() is not None:
                raise RuntimeError("the server ended before it began") from None
            time.sleep(0.1)
    raise RuntimeError("the server did not begin in three minutes")
