"""Names of members as paths. They are only labels, but labels that lead up or away would mislead whoever reads them."""

from __future__ import annotations

import re

from ingest.sources.directory import printable

_LONGEST = 4_096
_DEEPEST = 128
_PLAIN = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*/)*[A-Za-z0-9_-][A-Za-z0-9_.-]*", re.ASCII)
_DRIVE = re.compile(r"^[A-Za-z]:")


def member_path(name: str) -> tuple[str, str | None]:
    """The path of a member below the archive's top, and None; or a label in one piece, and why the name is refused."""
    if _PLAIN.fullmatch(name) and len(name) <= _DEEPEST:  # most names, and there may be a million
        return name, None
    path = name.replace("\\", "/")  # as old Windows programs write it
    while path.startswith("./"):
        path = path[2:].lstrip("/")
    if problem := _problem(path):
        return _label(name), problem
    return printable("/".join(part for part in path.split("/") if part not in ("", "."))), None


def _problem(path: str) -> str | None:
    parts = path.split("/")
    if path.startswith("/") or _DRIVE.match(path):
        return "refused: an absolute path in an archive"
    if ".." in parts:
        return "refused: its path leads out of the archive"
    if "\0" in path:
        return "refused: a NUL in its name"
    if len(path) > _LONGEST or len(parts) > _DEEPEST:
        return "refused: its path is too long"
    return None if path.strip("/.") else "refused: it has no name"


def _label(name: str) -> str:
    """A refused name as a single piece of a path."""
    return printable(name[:200].replace("%", "%25").replace("/", "%2F").replace("\\", "%5C").replace("\0", "%00"))
