"""Our own log: structlog to stderr, for people on a terminal and as JSON otherwise."""

from __future__ import annotations

import sys
from collections.abc import MutableMapping
from enum import StrEnum
from functools import lru_cache
from typing import Any


class LogFormat(StrEnum):
    """How log lines look."""

    CONSOLE = "console"
    JSON = "json"


_settings: dict[str, Any] = {"level": "info", "format": None}


def configure(level: str, format_: LogFormat | None) -> None:
    """Sets the lowest level shown and the form (None: console on a terminal, else JSON)."""
    _settings.update(level=level, format=format_)
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
    return structlog.wrap_logger(
        structlog.PrintLogger(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            _harmless,
            stamp,
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, _settings["level"].upper())),
    )


def _harmless(_logger: Any, _method: str, facts: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Names of files come from elsewhere: nothing in them may steer the terminal."""
    from ingest.output import visible

    return {key: visible(value) if isinstance(value, str) else value for key, value in facts.items()}


def debug(event: str, **facts: Any) -> None:
    """Says something with `--verbose` only; otherwise it costs nothing, not even the import."""
    if _settings["level"] == "debug":
        log().debug(event, **facts)
