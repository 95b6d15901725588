"""Messages to chat services: what they say, and that their URLs stay secret."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ingest.nightly.chat import message_of, send_message
from ingest.nightly.summary import Summary
from tests.nightly.test_card import FINDING

pytest.importorskip("apprise")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the library's own imports
SECRET = "T0KEN-that-nobody-may-see"


class _Service(BaseHTTPRequestHandler):
    """A chat service: keeps what it gets, and refuses what goes to /refused."""

    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, _Server)
        server.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(403 if "refused" in self.path else 200)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Nothing on stderr."""


class _Server(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Service)
        self.got: list[dict[str, str]] = []


@pytest.fixture
def server() -> Iterator[_Server]:
    """A service on this machine."""
    with _Server() as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


def urls(folder: Path, *lines: str, mode: int = 0o600) -> Path:
    """A file of URLs."""
    file = folder / "notify.urls"
    file.write_text("\n".join(("# services", "", *lines)))
    file.chmod(mode)
    return file


def summary() -> Summary:
    """A run with one severe finding in two jobs."""
    parts = {"evidence": "3 attempts", "query": "SELECT 1", "headline": "Bad inputs (probable): 3 mini-batches failed"}
    findings = [{**FINDING, **parts, "job_id": job} for job in ("a", "b")]
    return Summary("s", "2024-03-06T05:30:00", jobs=["a", "b"], news=True, findings=findings)


def test_message() -> None:
    """Outcome in the title; of a finding, all parts, once for all jobs that have it."""
    title, body = message_of(summary())
    assert title == "ingest nightly run of 2024-03-06 05:30 UTC: fine"
    assert body.splitlines() == [
        "2 jobs",
        "",
        "severe: Bad inputs (probable): 3 mini-batches failed (a, b)",
        "evidence: 3 attempts",
        "impact: 3 items not processed",
        "fix: Fix it.",
        "query: SELECT 1",
    ]


def test_sent(server: _Server, tmp_path: Path) -> None:
    """The service gets title and text."""
    file = urls(tmp_path, f"json://127.0.0.1:{server.server_port}/{SECRET}")
    assert list(send_message(file, summary())) == []
    title, body = message_of(summary())
    assert [(one["title"], one["message"]) for one in server.got] == [(title, body)]


def test_no_url_is_ever_shown(server: _Server, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What went wrong names the line of the file, never what is in it; the other services get their message."""
    base = f"127.0.0.1:{server.server_port}"
    file = urls(tmp_path, f"json://{base}/refused/{SECRET}", f"nosuch://{SECRET}", f"json://{base}/good")
    with caplog.at_level(logging.DEBUG):
        failures = list(send_message(file, summary()))
    assert [failure.wrong.partition(", ")[2] for failure in failures] == [
        "line 3: the message was not accepted",
        "line 4: not a URL that Apprise knows",
    ]
    assert len(server.got) == 2
    assert SECRET not in repr(failures) + caplog.text


@pytest.mark.skipif("os.name != 'posix'")
def test_a_file_that_others_may_read(server: _Server, tmp_path: Path) -> None:
    """It is refused, and nobody is called; so is one that is not there."""
    file = urls(tmp_path, f"json://127.0.0.1:{server.server_port}/x", mode=0o644)
    (failure,) = send_message(file, summary())
    assert "chmod 600" in failure.wrong
    (failure,) = send_message(tmp_path / "none", summary())
    assert "No such file" in failure.wrong
    assert server.got == []
