"""Files that the user has confirmed with `ingest config trust`: each with the hash of what was confirmed.

As with direnv, a confirmation is of one text in one place: a file that changed, or was moved, has to be confirmed
again. The list is kept in the user's own state folder, never beside the file.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import platformdirs

from ingest.errors import InputError

_LIST = "trusted.json"


def digest(content: bytes) -> str:
    """The hash under which a text is confirmed."""
    return hashlib.sha256(content).hexdigest()


def is_trusted(file: Path, content: bytes) -> bool:
    """Whether this text was confirmed in this place."""
    return _read().get(str(file.resolve())) == digest(content)


def trust(file: Path, content: bytes) -> None:
    """Remembers that the user confirmed it. Raises `InputError` if that cannot be kept."""
    _write({**_read(), str(file.resolve()): digest(content)})


def distrust(file: Path) -> bool:
    """Forgets a confirmation; whether there was one. Raises `InputError` if that cannot be kept."""
    known = _read()
    if known.pop(str(file.resolve()), None) is None:
        return False
    _write(known)
    return True


def own_folder(path: Path) -> Path | None:
    """A folder of the user's own, if it is one.

    Without a home, or with a relative one in the environment, it would be meant from the working directory, and so
    could lie in somebody's download.
    """
    return path if path.is_absolute() else None


def _file() -> Path | None:
    folder = own_folder(platformdirs.user_state_path("ingest"))
    return folder / _LIST if folder else None


def _read() -> dict[str, str]:
    """What was confirmed, by path; nothing if the list cannot be read, which only means to be asked again."""
    file = _file()
    try:
        found = json.loads(file.read_bytes()) if file else {}
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {path: hash_ for path, hash_ in found.items() if isinstance(hash_, str)}


def _write(known: dict[str, str]) -> None:
    file = _file()
    if file is None:
        raise InputError("there is no folder to remember it in: no home folder is set", "Name the file with --config.")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = file.with_name(f".{_LIST}.{os.getpid()}")
        beside.write_text(json.dumps(known, indent=1, sort_keys=True), encoding="utf-8", errors="surrogateescape")
        beside.replace(file)
    except OSError as error:
        raise InputError(f"{file}: cannot be written: {error.strerror}", "Name the file with --config.") from error
