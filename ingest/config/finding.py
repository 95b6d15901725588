"""Which file of settings holds: one that is named, a trusted one in the working directory, or the user's own.

Settings can name programs and files that get overwritten, and a working directory may hold what others packed. So a
file there is used only if it is the user's own, lies neither in nor beside job data, and names neither a program nor
a path outside its folder; or if the user confirmed it once. Folders above are not searched: a file further up would
change which store a command means without a word.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import platformdirs

from ingest.config.job_data import job_data_near
from ingest.config.opening import OpenedFile, open_file
from ingest.config.settings import all_settings
from ingest.config.trust import is_trusted, own_folder
from ingest.errors import InputError

FILE = "ingest.toml"
VARIABLE = "INGEST_CONFIG"


def find_file(given: str | os.PathLike[str] | None, notes: list[str]) -> OpenedFile | None:
    """The file to use, read; None if there is none. `given`: the one of `--config`.

    A file that is not trusted is left out, and a note says which settings that concerns. Raises `InputError` if a
    file that was named cannot be read.
    """
    if given:
        return open_file(Path(given))
    named = os.environ.get(VARIABLE, "")
    if named and Path(named).is_absolute():
        return open_file(Path(named))
    here = Path(named or FILE)
    if named or os.path.lexists(here):
        found = _trusted(here, named=bool(named), notes=notes)
        if found is not None:
            return found
    folder = own_folder(platformdirs.user_config_path("ingest"))
    return open_file(folder / FILE) if folder and (folder / FILE).is_file() else None


def _trusted(here: Path, *, named: bool, notes: list[str]) -> OpenedFile | None:
    """A file at a relative path, if it may be used. Raises `InputError` if it was named and cannot be read."""
    try:
        opened = open_file(here)
    except InputError as error:
        if named:
            raise
        notes.append(f"{error.wrong}; it is not used")
        return None
    values = _values(opened)
    doubt = _doubt(opened, values)
    if doubt is None or is_trusted(here, opened.content):
        return opened
    known = [key for key in all_settings() if key in values]
    left_out = f"left out: {', '.join(known)}" if known else "it sets nothing"
    notes.append(
        f"{here} is not used: {doubt}; {left_out}. If it is yours: ingest config trust {_argument(here)}".strip()
    )
    return None


def _argument(here: Path) -> str:
    return "" if str(here) == FILE else str(here)


def _doubt(opened: OpenedFile, values: Mapping[str, Any]) -> str | None:
    """Why a file has to be confirmed before it is used."""
    if not opened.is_own:
        return "another user owns it, or everybody may write to it"
    if opened.is_link:
        return "it is a symbolic link"
    if near := job_data_near(opened.path.parent):
        return f"it is {near}"
    strong = [key for key, value in values.items() if _is_strong(key, value)]
    if strong:
        return f"it names a program, or a path outside its folder ({', '.join(strong)}), and was never confirmed"
    return None


def _is_strong(key: str, value: Any) -> bool:
    """Whether a setting can run a program, or have a file outside the folder read or written."""
    setting = all_settings().get(key)
    if setting is None:
        return False
    if setting.runs_programs:
        return True
    paths = value if isinstance(value, list) else [value]
    return setting.kind.is_path and any(isinstance(path, str) and _leads_out(path) for path in paths)


def _leads_out(path: str) -> bool:
    return "://" in path or Path(path).is_absolute() or path.startswith("~") or ".." in Path(path).parts


def _values(opened: OpenedFile) -> dict[str, Any]:
    """The settings in a file by their keys; nothing if it is no TOML."""
    try:
        return dict(_flat(tomllib.loads(opened.content.decode("utf-8-sig")), ""))
    except (ValueError, RecursionError):
        return {}


def _flat(tree: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        key = prefix + name
        if isinstance(value, dict) and key not in all_settings():
            if not prefix:
                yield from _flat(value, f"{name}.")
        else:
            yield key, value


def trusted_plugins(files: tuple[str, ...], notes: list[str]) -> tuple[str, ...]:
    """The plugins of `INGEST_PLUGINS` that may run: a relative path means another file in every folder."""
    return tuple(file for file in files if Path(file).is_absolute() or _is_confirmed(file, notes))


def _is_confirmed(file: str, notes: list[str]) -> bool:
    try:
        if is_trusted(Path(file), open_file(Path(file)).content):
            return True
    except InputError as error:
        notes.append(f"INGEST_PLUGINS: {error.wrong}")
        return False
    notes.append(
        f"INGEST_PLUGINS: {file} is not used: a relative path means another file in every folder. "
        f"Write the full path, or confirm this file once: ingest config trust {file}"
    )
    return False
