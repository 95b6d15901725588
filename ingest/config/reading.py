"""Where the values of settings come from: environment variables before `ingest.toml` before defaults; flags before all.

Which `ingest.toml` is meant, and whether it may be used, is decided in `ingest.config.finding`.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.config.finding import VARIABLE, find_file, trusted_plugins
from ingest.config.kinds import said
from ingest.config.opening import OpenedFile
from ingest.config.settings import Setting, Settings, all_settings, section_docs, with_values
from ingest.errors import IngestError

_NOT_SETTINGS = (VARIABLE,)
_HELP = "All settings: ingest config --example"


class SettingsError(IngestError):
    """A setting that cannot be used, or a file of settings that cannot be read."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings, where each value came from, and what is wrong with them."""

    settings: Settings
    origins: Mapping[str, str]
    """Key → `ingest.toml:3`, or the variable; settings that have their default are not in it."""
    file: Path | None = None
    problems: list[SettingsError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What may be a mistake, but stops nothing."""

    def checked(self) -> Configuration:
        """Itself. Raises the first problem, if there is one."""
        if self.problems:
            first, *more = self.problems
            others = f" ({len(more)} more: ingest config --check)" if more else ""
            raise SettingsError(f"{first.wrong}{others}", first.remedy)
        return self


def read_configuration(given: str | os.PathLike[str] | None = None) -> Configuration:
    """The configuration that holds here. `given`: the file of `--config`; else the file is found as `find_file` says.

    What is wrong with values is in its `problems`. Raises `IngestError` if a file cannot be read at all.
    """
    problems: list[SettingsError] = []
    notes: list[str] = []
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    opened = find_file(given, notes)
    file = opened.path if opened else None
    if opened is not None and file is not None:
        text = _text(opened)
        for key, value in _flat(_parsed(file, text), file, text, problems):
            setting = all_settings()[key]
            where = _place(file, text, key)
            try:
                taken = setting.kind.take(value)
                values[key] = _from_folder(taken, file.parent) if setting.kind.is_path else taken
                origins[key] = where
            except ValueError as error:
                problems.append(_wrong(where, setting, f"{error}" or said(value)))
    for setting in all_settings().values():
        if text := os.environ.get(setting.variable, ""):
            try:
                taken_value: Any = setting.kind.take(setting.kind.parse(text))
                is_plugins = setting.key == "plugins"
                values[setting.key] = trusted_plugins(taken_value, notes) if is_plugins else taken_value
                origins[setting.key] = setting.variable
            except ValueError:
                problems.append(_wrong(setting.variable, setting, f'"{text[:60]}"'))
    notes += _strange_variables()
    return Configuration(with_values(values), origins, file, problems, notes)


def _text(opened: OpenedFile) -> str:
    try:
        return opened.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(f"{opened.path}: not UTF-8 text", _HELP) from error


def _parsed(file: Path, text: str) -> dict[str, Any]:
    """What the file says. Raises `SettingsError` if it is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"^(?P<what>.*) \(at line (?P<line>\d+), column \d+\)$", str(error))
        where, what = (f"{file}:{found['line']}", found["what"]) if found else (f"{file}", str(error))
        raise SettingsError(f"{where}: not TOML: {what}", 'Texts stand between quotes: store = "my-store"') from error
    except RecursionError as error:
        raise SettingsError(f"{file}: tables within tables within tables", _HELP) from error


def _flat(
    tree: Mapping[str, Any], file: Path, text: str, problems: list[SettingsError], prefix: str = ""
) -> list[tuple[str, Any]]:
    """Keys and values of the settings in the file; what is no setting becomes a problem."""
    found: list[tuple[str, Any]] = []
    for name, value in tree.items():
        key = prefix + name
        if key in all_settings():
            found.append((key, value))
        elif not prefix and name in section_docs():
            if isinstance(value, dict):
                found += _flat(value, file, text, problems, f"{name}.")
            else:
                wrong = f"{_place(file, text, key)}: {name} is a section, not {said(value)}"
                problems.append(SettingsError(wrong, f"Write [{name}] on a line of its own, its settings below."))
        else:
            wrong = f"{_place(file, text, key)}: there is no setting {key}"
            problems.append(SettingsError(wrong, _nearest(key)))
    return found


def _nearest(key: str) -> str:
    """The setting that may have been meant: the nearest name, or the same name in another section."""
    known = [*all_settings(), *section_docs()]
    same = [one for one in known if one.rpartition(".")[2] == key.rpartition(".")[2]]
    near = same or difflib.get_close_matches(key, known, 1)
    return f"Did you mean {' or '.join(near)}? {_HELP}" if near else _HELP


def _wrong(where: str, setting: Setting, what: str) -> SettingsError:
    example = f"{setting.name} = {setting.kind.example}"
    section = f" in section [{setting.section}]" if setting.section else ""
    if where == setting.variable:
        example, section = f"see ingest config --example, {setting.key}", ""
    return SettingsError(
        f"{where}: {setting.key} is {what}, expected {setting.kind.expected}", f"Example: {example}{section}"
    )


def _place(file: Path, text: str, key: str) -> str:
    """`ingest.toml:12`: the line where a key stands; only the file, if it is written in a way that hides it.

    The standard library's parser does not tell, so the lines are looked at: `[section]`, then `name =`.
    """
    section = key.rpartition(".")[0]
    inside = ""
    for number, line in enumerate(text.splitlines(), 1):
        if head := re.match(r"\s*\[+\s*([^\[\]]+?)\s*\]+", line):
            inside = re.sub(r"""["'\s]""", "", head[1])
            if inside == key:
                return f"{file}:{number}"
        elif assigned := re.match(r"\s*([^=#]+?)\s*=", line):
            written = re.sub(r"""["'\s]""", "", assigned[1])
            whole = f"{inside}.{written}" if inside else written
            if whole == key or whole.startswith(f"{key}.") or (section and whole == section):
                return f"{file}:{number}"
    return f"{file}"


def _from_folder(value: Any, folder: Path) -> Any:
    """Paths as they are meant: from the folder of the file that names them."""
    if isinstance(value, tuple):
        return tuple(_from_folder(one, folder) for one in value)
    return value if "://" in value else str(folder / Path(value).expanduser())


def _strange_variables() -> list[str]:
    """Variables that look like settings and are none."""
    known = [setting.variable for setting in all_settings().values()]
    notes = []
    for name in sorted(os.environ):
        near = difflib.get_close_matches(name, known, 1, 0.8) if name.startswith("INGEST_") else []
        if near and name not in known and name not in _NOT_SETTINGS:
            notes.append(f"{name} is no setting; did you mean {near[0]}?")
    return notes
