"""An open store at a prompt: how results are shown, and what becomes of a statement."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from ingest.errors import IngestError, InputError, QueryError, StoreError
from ingest.output import Advice, Format, Redactor, Result, format_of_file, statement_result, write_result
from ingest.prompt.allowed import check_allowed
from ingest.prompt.messages import say
from ingest.prompt.names import Names, names_of
from ingest.prompt.statements import has_result, is_setting, split
from ingest.store.backend import backend_of
from ingest.store.reader import Store, in_words

ROWS_ON_SCREEN = 40
ALL_ROWS = 1_000_000_000
ADVICE = Advice(
    more_for_eyes=".limit N shows more, .output FILE writes all",
    more=".limit all writes all",
    whole=".format json shows them whole",
    none="",
)


class Masking(StrEnum):
    """What is hidden in results, errors and files written."""

    SECRETS = "secrets"
    IDS = "ids"
    """Secrets, and subscriptions, tenants, resource groups and workspaces."""
    OFF = "off"


@dataclass
class Session:
    """What a prompt holds between statements."""

    opens: Callable[[], Store]
    """Opens the store in its newest state."""
    format: Format
    limit: int | None = None
    """Rows at most on the screen; None: as many as the form is good for."""
    masking: Masking = Masking.SECRETS
    target: Path | None = None
    """Where the next result goes, if not to the screen."""
    _store: Store | None = None
    _state: Hashable = None
    _names: Names | None = None
    _settings: list[str] = field(default_factory=list)

    @property
    def store(self) -> Store:
        """The store in the state that is asked."""
        if self._store is None:
            self.open()
        assert self._store is not None, "it was just opened"
        return self._store

    @property
    def names(self) -> Names:
        """The names in it, read when they are first wanted. None at all if it cannot be read: Tab never fails."""
        if self._names is None:
            try:
                self._names = names_of(self.store)
            except IngestError:
                return Names({}, {}, {}, {}, (), frozenset())
        return self._names

    @property
    def redactor(self) -> Redactor | None:
        """What masks, if anything is masked."""
        return None if self.masking is Masking.OFF else Redactor(ids=self.masking is Masking.IDS)

    def open(self) -> None:
        """Opens the store in its newest state, with the variables that were set. If it cannot be, the old one stays."""
        store = self.opens()
        state = _on_disk(store)
        for statement in self._settings:
            try:
                store.rows(statement)
            except QueryError:
                say(f"not set again: {statement}")
        self.close()
        self._store, self._state, self._names = store, state, None

    def close(self) -> None:
        """Gives the store back."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def news(self) -> str | None:
        """What happened to the store since it was opened, or since this was asked."""
        try:
            if self._store is None or (now := _on_disk(self._store)) == self._state:
                return None
        except StoreError:  # an object store that cannot be asked now; a query will say so, if it needs to
            return None
        self._state = now
        if now is None:
            return f"the store {self._store.layout} is gone: what is asked from here on may fail"
        return "the store was written anew; this prompt goes on with the state before: .reload opens the new one"

    def ask(self, text: str) -> None:
        """Runs statements one after the other and shows their results. Stops at the first that fails."""
        with in_words(text):
            statements = split(text)
        for statement in statements:
            self._ask(statement)

    def drop_result(self) -> None:
        """Ends a query that was interrupted: DuckDB 2.0 refuses the next one before that."""
        self.target = None
        abort = getattr(self.store.connection, "abort", None)
        if abort is not None:
            abort()

    def show(self, result: Result, *, limit: int | None = None) -> int:
        """Shows a result on the screen, or writes it where the next one was to go; gives the number of rows."""
        redact, ids = self.masking is not Masking.OFF, self.masking is Masking.IDS
        target, self.target = self.target, None
        if target is None:
            few = ROWS_ON_SCREEN if self.format in (Format.TABLE, Format.MARKDOWN) else None
            most = limit or self.limit or few
            return write_result(result, self.format, sys.stdout, redact=redact, ids=ids, limit=most, advice=ADVICE)
        format_ = format_of_file(target)
        try:
            rows = write_result(result, format_, target, redact=redact, ids=ids, limit=ALL_ROWS, advice=ADVICE)
        except OSError as error:
            raise InputError(
                f"{target}: cannot be written: {error.strerror or error}", "Say again: .output FILE"
            ) from error
        say(f"written to {target}, as {format_}")
        return rows

    def _ask(self, statement: str) -> None:
        began = time.perf_counter()
        connection = self.store.connection
        with in_words(statement):
            check_allowed(connection, statement, masked=self.masking is not Masking.OFF)
            if not has_result(connection, statement):
                connection.execute(statement)
                if is_setting(connection, statement):
                    self._settings.append(statement)
                say(f"done {_seconds(began)}")
                return
            result = statement_result(connection, statement)
            rows = self.show(result) if result is not None else 0
        say(f"{rows:,} {'row' if rows == 1 else 'rows'} {_seconds(began)}")


def _on_disk(store: Store) -> Hashable:
    """What tells one published catalog from the next; None if there is none."""
    published = backend_of(store.layout).newest()
    return published.state if published is not None else None


def _seconds(began: float) -> str:
    return f"in {time.perf_counter() - began:.2f} s"
