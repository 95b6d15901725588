"""A proxy before an object store that goes wrong as networks and stores do, and counts what is asked."""

from __future__ import annotations

import http.client
import threading
import time
from collections import deque
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class FaultyProxy:
    """Hands requests on, but for the faults that wait in `faults`: `503`, `slow`, `cut`, `reset`, `lost`.

    The last is done and not answered. They concern the methods in `methods`. `seen` has the method and path of each
    request that came in.
    """

    def __init__(self, target: str) -> None:
        self.seen: list[tuple[str, str]] = []
        self.sent = 0
        """Bytes of what was answered."""
        self.faults: deque[str] = deque()
        self.before: dict[str, object] = {}
        """Path → what to call once before it is handed on."""
        self.methods = {"GET"}
        self.only: str = ""
        """Faults concern only paths that hold this."""
        parts = urlsplit(target)
        assert parts.hostname
        assert parts.port
        self._target = (parts.hostname, parts.port)
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                proxy._serve(self)

            do_HEAD = do_PUT = do_POST = do_DELETE = do_GET  # noqa: N815  # names of the library

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                """Says nothing of clients that were killed."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Ends it."""
        self._server.shutdown()
        self._server.server_close()

    def gets(self, part: str) -> int:
        """How often a path with this in it was asked for."""
        return sum(method == "GET" and part in path for method, path in self.seen)

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        self.seen.append((handler.command, handler.path))
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        for part, call in list(self.before.items()):
            if part in handler.path:
                del self.before[part]
                call()  # type: ignore[operator]
        is_meant = self.only in handler.path and handler.command in self.methods
        fault = self.faults.popleft() if self.faults and is_meant else None
        if fault == "503":
            handler.send_response(503, "Server Busy")
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        if fault == "slow":
            time.sleep(2)
        if fault == "reset":
            handler.close_connection = True
            handler.connection.shutdown(2)
            return
        headers = {name: value for name, value in handler.headers.items() if name.lower() != "connection"}
        with closing(http.client.HTTPConnection(*self._target, timeout=30)) as upstream:
            upstream.request(handler.command, handler.path, body or None, headers)
            answer = upstream.getresponse()
            data = answer.read()
        if fault == "lost":
            handler.close_connection = True
            handler.connection.shutdown(2)
            return
        handler.send_response(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "content-length", "connection", "keep-alive"):
                handler.send_header(name, value)
        length = answer.getheader("Content-Length") if handler.command == "HEAD" else str(len(data))
        handler.send_header("Content-Length", length or "0")
        handler.end_headers()
        if fault == "cut":
            handler.wfile.write(data[: len(data) // 2])
            handler.close_connection = True
            return
        self.sent += len(data)
        handler.wfile.write(data)
