"""What the value of a setting can be: how it is written in TOML and in an environment variable, and what else is refused."""

from __future__ import annotations

import datetime
import math
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ingest.artifact_root import is_text

_LABEL_KEY = re.compile(r"[\w.-]+")
_LIMIT = re.compile(r"\d+|\d+(?:\.\d+)?%")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value. `take` checks what TOML gives, `parse` makes of a variable's text what TOML would give."""

    expected: str
    """What it must be, in words: `expected a whole number from 1`."""
    example: str
    """How it looks in TOML."""
    take: Callable[[object], object]
    """Raises `ValueError` for anything else; if it has a text, that says what is wrong."""
    parse: Callable[[str], object]
    is_path: bool = False
    """Relative ones in a file are meant from the file's folder."""


def whole(least: int, example: int) -> Kind:
    """A whole number."""

    def take(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value < 2**31:
            raise ValueError
        return value

    return Kind(f"a whole number from {least}", str(example), take, int)


def number(example: float) -> Kind:
    """A number that is not negative."""
    return Kind("a number from 0", f"{example:g}", lambda value: _number(value, 0.0), float)


def one_of(*words: str) -> Kind:
    """One of some words."""
    return Kind(f"one of {', '.join(words)}", f'"{words[0]}"', lambda value: _one(value, words), str)


def some_of(*words: str) -> Kind:
    """A list of such words."""

    def take(value: object) -> tuple[str, ...]:
        return tuple(_one(one, words) for one in _list(value))

    return Kind(f"a list of some of {', '.join(words)}", f'["{words[0]}"]', take, lambda text: _split(text, ","))


def text(example: str) -> Kind:
    """Any text but an empty one."""
    return Kind("text between quotes, not empty", f'"{example}"', lambda value: _text(value), str)


def path(example: str) -> Kind:
    """A file or folder."""
    return Kind("a path between quotes", f'"{example}"', lambda value: _text(value), str, is_path=True)


def paths(example: str) -> Kind:
    """Files or folders."""

    def take(value: object) -> tuple[str, ...]:
        return tuple(_text(one) for one in _list(value))

    return Kind("a list of paths", f'["{example}"]', take, lambda text: _split(text, os.pathsep), is_path=True)


def limit(example: str) -> Kind:
    """How many records may be rejected: a count, or a share of all."""

    def take(value: object) -> str:
        found = str(value) if isinstance(value, int) and not isinstance(value, bool) else _text(value)
        if not _LIMIT.fullmatch(found):
            raise ValueError
        return found

    return Kind('a count, or a share as "1%"', example, take, str)


def numbers(example: str) -> Kind:
    """Names with a number each."""

    def take(value: object) -> Mapping[str, float]:
        return {key: _number(one, -math.inf, f"{key}: ") for key, one in _table(value).items()}

    def parse(text: str) -> object:
        return {key: float(one) for key, one in _pairs(text).items()}

    return Kind("a table of names, each with a number", example, take, parse)


def labels(example: str) -> Kind:
    """Keys with a text each; an empty text takes a label away."""

    def take(value: object) -> Mapping[str, str]:
        found = _table(value)
        for key, one in found.items():
            if not isinstance(one, str):
                raise ValueError(f"{key}: {said(one)}")
            check_label(key, one)
        return {key: str(one) for key, one in found.items()}

    return Kind("a table of keys, each with a text", example, take, _pairs)


def check_label(key: str, value: str) -> None:
    """Raises `ValueError` for a key that is no word, or a value that is no text."""
    if not _LABEL_KEY.fullmatch(key):
        raise ValueError(f"{key!r} is no key of a label: letters, digits, _ . - only")
    if not is_text(value) or "\0" in value:
        raise ValueError(f"the value of {key} is no text")


def said(value: object) -> str:
    """A value and what it is, for a message."""
    kinds = {
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        str: "text",
        list: "a list",
        dict: "a table",
        datetime.datetime: "a time",
        datetime.date: "a date",
        datetime.time: "a time of day",
    }
    shown = str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)
    return f"{shown[:60]} ({kinds.get(type(value), type(value).__name__)})"


def _number(value: object, least: float, where: str = "") -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < least:
        raise ValueError(f"{where}{said(value)}" if where else "")
    return float(value)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError
    return value


def _one(value: object, words: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in words:
        raise ValueError
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError
    return value


def _table(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ValueError
    return value


def _split(text: str, by: str) -> list[str]:
    return [one.strip() for one in text.split(by) if one.strip()]


def _pairs(text: str) -> dict[str, str]:
    """`a=1,b=2`. Raises `ValueError` for anything else."""
    found: dict[str, str] = {}
    for one in _split(text, ","):
        key, sign, value = one.partition("=")
        if not sign:
            raise ValueError(f"{one!r} is not KEY=VALUE")
        found[key.strip()] = value.strip()
    return found
