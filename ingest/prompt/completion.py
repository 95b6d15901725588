"""What may come next, on Tab: names where names stand, columns of the tables that the query reads, words of SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from prompt_toolkit.completion import CompleteEvent, Completer, Completion, PathCompleter
from prompt_toolkit.document import Document

from ingest.output import escape_controls
from ingest.prompt.cursor import CursorContext, place_in
from ingest.prompt.names import KEYWORDS, Names

Suggestion = tuple[str, str]
"""A text to insert, and what is said beside it."""

_LONGEST_META = 60


class SqlCompleter(Completer):
    """Completes queries, and the commands that begin with a dot."""

    def __init__(self, names: Callable[[], Names], commands: Callable[[str, str], Iterable[Suggestion] | None]) -> None:
        """`commands` gives what may follow a command and the beginning of its argument; None for a file's path."""
        self._names = names
        self._commands = commands
        self._paths = PathCompleter(expanduser=True)

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        """What may stand at the cursor."""
        before = document.text_before_cursor
        if before.lstrip().startswith(".") and "\n" not in before.strip():
            yield from self._of_command(before.lstrip(), complete_event)
            return
        place = place_in(document.text, document.cursor_position)
        if not place.is_silent:
            seen: set[str] = set()
            for text, meta in suggestions(self._names(), place):
                if text.removeprefix('"').lower().startswith(place.typed.lower()) and text not in seen:
                    seen.add(text)
                    yield _completion(text, meta, len(place.typed) + place.quoted)

    def _of_command(self, before: str, event: CompleteEvent) -> Iterator[Completion]:
        command, blank, argument = before.partition(" ")
        found = self._commands(command if blank else "", argument if blank else command)
        if found is None:
            yield from self._paths.get_completions(Document(argument), event)
            return
        typed = argument if blank else command
        for text, meta in found:
            if text.startswith(typed):
                yield _completion(text, meta, len(typed))


def suggestions(names: Names, place: CursorContext) -> Iterator[Suggestion]:
    """What fits the place, the likeliest first, whatever was typed of it."""
    if place.owner is not None:
        for table in place.tables_of(place.owner):
            yield from _columns(names, table)
        return
    if place.wants_relation:
        yield from ((names.quoted(name), "of this query") for name in place.ctes)
        yield from ((names.quoted(name), meta) for name, meta in names.relations.items())
        yield from ((f"{name}(", f"({meta})") for name, meta in names.table_macros.items())
        return
    for alias, table in place.sources:
        yield from _columns(names, table)
        if alias != table:
            yield names.quoted(alias), table
    lower = place.typed != "" and place.typed == place.typed.lower()
    if not place.quoted:
        yield from ((word.lower() if lower else word, "") for word in KEYWORDS)
        yield from ((f"{name}(", f"({meta})") for name, meta in names.macros.items())
    if not place.typed:
        return
    if not place.sources:
        for table in names.columns:
            yield from _columns(names, table)
    if not place.quoted:
        yield from ((f"{name}(", "") for name in names.functions)


def _columns(names: Names, table: str) -> Iterator[Suggestion]:
    for name, type_ in names.columns.get(table, {}).items():
        yield names.quoted(name), type_


def _completion(text: str, meta: str, typed: int) -> Completion:
    return Completion(text, -typed, display=escape_controls(text), display_meta=escape_controls(meta[:_LONGEST_META]))
