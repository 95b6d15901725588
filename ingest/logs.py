"""Our own log: structlog to stderr, for people on a terminal and as JSON otherwise; and as JSON to a file, if one is named."""

from __future__ import annotations

import sys
from collections.abc import MutableMapping
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from ingest.errors import InputError


class LogFormat(StrEnum):
    """How log lines look."""

    CONSOLE = "console"
    JSON = "json"


_settings: dict[str, Any] = {"level": "info", "format": None, "file": None}


def configure(level: str, format_: LogFormat | None, file: str | None = None) -> None:
    """Sets the lowest level shown and the form (None: console on a terminal, else JSON).

    A `file` gets lines from `info` on, whatever is shown. Raises `InputError` if it cannot be written.
    """
    if file is not None:
        try:
            Path(file).parent.mkdir(parents=True, exist_ok=True)
            Path(file).open("a").close()
        except OSError as error:
            raise InputError(f"{file}: cannot be written: {error.strerror}", "Name another log file.") from error
    _settings.update(level=level, format=format_, file=file)
    log.cache_clear()


@lru_cache(maxsize=1)
def log() -> Any:
    """The logger. structlog is imported only when there is something to say: it costs a tenth of a second."""
    import logging

    import structlog

    console = (
        _settings["format"] or (LogFormat.CONSOLE if sys.stderr.isatty() else LogFormat.JSON)
    ) is LogFormat.CONSOLE
    stamp = structlog.processors.TimeStamper(fmt="%H:%M:%S" if console else "iso", utc=not console)
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)
        if console
        else structlog.processors.JSONRenderer()
    )
    shown = getattr(logging, _settings["level"].upper())
    into_file: list[Any] = []
    if _settings["file"] is not None:
        into_file = [partial(_into_file, Path(_settings["file"]), shown, structlog.DropEvent)]
    return structlog.wrap_logger(
        structlog.PrintLogger(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            _harmless,
            structlog.processors.format_exc_info,
            *into_file,
            stamp,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(min(shown, logging.INFO) if into_file else shown),
    )


def _into_file(
    file: Path, shown: int, drop: type[BaseException], _logger: Any, method: str, facts: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Adds the line to the file, whole; what is not shown on stderr goes no further. A full disk stops no work."""
    import json
    import logging

    line = {"timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}", **facts}
    with suppress(OSError), file.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line, default=str, ensure_ascii=False) + "\n")
    if getattr(logging, method.upper(), logging.ERROR) < shown:
        raise drop
    return facts


def _harmless(_logger: Any, _method: str, facts: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Names of files come from elsewhere: nothing in them may steer the terminal."""
    from ingest.output import escape_controls

    return {key: escape_controls(value) if isinstance(value, str) else value for key, value in facts.items()}


def debug(event: str, **facts: Any) -> None:
    """Says something with `--verbose` only; otherwise it costs nothing, not even the import."""
    if _settings["level"] == "debug":
        log().debug(event, **facts)
