"""The plugin contract: what a plugin may offer. `from ingest import hookimpl`, write the functions, done.

The built-in parsers of Azure ML (`ingest_azureml`) use exactly these hooks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import pluggy

if TYPE_CHECKING:
    from ingest.known_problems import KnownProblem
    from ingest.model import Table
    from ingest.parsing.batch import Batch, Parsed
    from ingest.parsing.sample import Sample
    from ingest.sources.protocol import SourceScheme

hookspec = pluggy.HookspecMarker("ingest")
hookimpl = pluggy.HookimplMarker("ingest")


@runtime_checkable
class Parser(Protocol):
    """Reads files of one kind. `LineParser` and `CsvParser` are such objects; so is any other that has these parts."""

    @property
    def name(self) -> str:
        """Unique, dotted: `azureml.worker_log`."""

    @property
    def version(self) -> int:
        """Raised when the same bytes would give other rows: files read by an older version are read again."""

    @property
    def kind(self) -> str:
        """What such a file is, in `files.kind` and `coverage`."""

    @property
    def path(self) -> str:
        """Pattern of the paths below the artifact root that it claims, `/` between; named groups fill columns."""

    @property
    def tables(self) -> Sequence[Table]:
        """The tables that it fills."""

    @property
    def samples(self) -> Sequence[Sample]:
        """At least one example of the format."""

    def cut(self, data: bytes) -> int:
        """Where the last record in the bytes starts (0: only one does), so that large files come in pieces."""

    def parse(self, batch: Batch) -> Parsed:
        """All records of a batch of such files; what is none comes back as a reject. Never raises for bad input."""


@runtime_checkable
class Ignored(Protocol):
    """Files that are known and hold nothing to read; they are listed with the reason."""

    @property
    def kind(self) -> str:
        """What such a file is."""

    @property
    def path(self) -> str:
        """Pattern of the paths, as for a parser."""

    @property
    def reason(self) -> str:
        """Why it is not read."""


@hookspec
def ingest_parsers() -> Iterable[Parser | Ignored]:  # type: ignore[empty-body]  # a specification has no body
    """The parsers that this plugin offers, and the files that it knows and leaves alone."""


@hookspec
def ingest_views() -> Iterable[Path]:  # type: ignore[empty-body]
    """Folders of further `.sql` views, one view per file, over this plugin's tables or any other."""


@hookspec
def ingest_known_problems() -> Iterable[KnownProblem]:  # type: ignore[empty-body]
    """Known problems, each with its cause and fix, in the order in which they are asked: the first match is told.

    The problems of built-in plugins are asked first, then those of installed ones and of files. One that names another
    in `before` is asked before that one; generic ones come last of all.
    """


@hookspec
def ingest_sources() -> Iterable[SourceScheme]:  # type: ignore[empty-body]
    """Further kinds of sources: each has a scheme, and lists and opens what an argument `SCHEME://...` names.

    What it lists is read, remembered and shown like files of a folder; see `ingest.sources.protocol`.
    """
