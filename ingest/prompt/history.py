"""What was typed before, kept from prompt to prompt, without secrets."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from prompt_toolkit.history import FileHistory

from ingest.output import redact_text


def history_file() -> Path:
    """Where it is kept: below XDG_STATE_HOME, by default `~/.local/state`."""
    state = os.environ.get("XDG_STATE_HOME", "")
    home = Path(state) if Path(state).is_absolute() else Path("~/.local/state").expanduser()
    return home / "ingest" / "sql-history"


class MaskedHistory(FileHistory):
    """A file that only its owner reads. What looks like a secret is masked in it, whatever `.mask` shows on the screen.

    A file that cannot be read or written is told once; the prompt then remembers what is typed until it ends.
    """

    def __init__(self, file: Path, tell: Callable[[str], None]) -> None:
        super().__init__(str(file))
        self._file = file
        self._tell: Callable[[str], None] | None = tell

    def load_history_strings(self) -> Iterable[str]:
        """What was typed before, the newest first."""
        try:
            return list(super().load_history_strings())
        except OSError as error:
            self._say(error)
            return []

    def store_string(self, string: str) -> None:
        """Writes one more."""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self._file, os.O_CREAT | os.O_APPEND, 0o600))
            super().store_string(redact_text(string))
        except OSError as error:
            self._say(error)

    def _say(self, error: OSError) -> None:
        if self._tell is not None:
            self._tell(f"what you type is not kept: {self._file}: {error.strerror or error}")
            self._tell = None
