"""Every setting: its type, its default, and what it is for. The rest of the configuration is made from these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from ingest.config import kinds
from ingest.config.kinds import Kind

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def _is(default: Any, kind: Kind, doc: str, *, runs_programs: bool = False) -> Any:
    """A setting; None as its default: not set. `runs_programs`: its value names code that is run."""
    metadata = {"kind": kind, "doc": doc, "runs_programs": runs_programs}
    if isinstance(default, Mapping):
        return field(default_factory=lambda: default, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class LoadSettings:
    """How jobs are loaded."""

    jobs: int | None = _is(None, kinds.whole(1, 4), "Worker processes; not set: one per processor.")
    cluster: str | None = _is(
        None,
        kinds.text("tcp://scheduler.internal:8786"),
        "Where tasks run: the address of a Dask scheduler, local, or module:function; not set: processes on this machine.",
        runs_programs=True,
    )
    max_rejects: str | None = _is(
        None,
        kinds.limit('"1%"'),
        "Exit with 1 if more records than this were rejected; not set: any number is accepted.",
    )
    lock_timeout: float = _is(60.0, kinds.number(300), "Seconds to wait for another writer of the store.")
    labels: Mapping[str, str] = _is(
        _NOTHING, kinds.labels('{ team = "risk" }'), "Labels of the loaded jobs; `--label` adds to them."
    )


@dataclass(frozen=True, slots=True)
class ArchiveSettings:
    """Limits for archives: one that was made to fill a disk is refused."""

    max_ratio: float = _is(
        500.0,
        kinds.number(1000),
        "Compression ratio above which a file of more than 64 MB is refused.",
    )
    max_total_gb: float = _is(
        100.0, kinds.number(500), "Unpacked size above which an archive is refused, in 10^9 bytes."
    )


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """Logs that are not on disk."""

    workspace: str | None = _is(
        None,
        kinds.text("SUBSCRIPTION/GROUP/NAME"),
        "The Azure ML workspace of run ids and of `azureml://datastores/...`, or the path of its `config.json`.",
    )


@dataclass(frozen=True, slots=True)
class CacheSettings:
    """What this machine caches of stores on object storage."""

    files: str = _is(
        "ranges",
        kinds.one_of("ranges", "whole"),
        "How Parquet files of more than 1 MB are read: by the ranges that a query needs, or as a whole, cached.",
    )
    max_gb: float = _is(
        2.0, kinds.number(10), "Limit for the cached files of all stores in your cache folder, in 10^9 bytes."
    )


@dataclass(frozen=True, slots=True)
class CostSettings:
    """What a node costs."""

    price_per_node_hour: float | None = _is(
        None, kinds.number(0.9), "Price of one node for one hour, in your currency; not set: no costs are reported."
    )


@dataclass(frozen=True, slots=True)
class RetentionSettings:
    """What is dropped after a while, by `ingest nightly`."""

    raw_days: int | None = _is(
        None,
        kinds.whole(1, 90),
        "Days after which a job's records are dropped, its aggregates kept; not set: all records are kept.",
    )
    small_files: int = _is(
        200,
        kinds.whole(2, 200),
        "Number of small Parquet files above which a nightly run merges them, as `ingest compact` does.",
    )


@dataclass(frozen=True, slots=True)
class NightlySettings:
    """Defaults of `ingest nightly`."""

    roots: tuple[str, ...] = _is((), kinds.paths("/mnt/jobs"), "Folders with the jobs to read.")
    labels: Mapping[str, str] = _is(
        _NOTHING,
        kinds.labels('{ site = "west" }'),
        "Labels of the jobs that a nightly run loads, in addition to `load.labels`.",
    )
    summary: str | None = _is(
        None, kinds.path("nightly.json"), "File for the machine-readable summary of a nightly run."
    )
    notify_command: str | None = _is(
        None,
        kinds.text("mail -s 'ingest nightly' me@example.org"),
        "Command that gets the summary on its stdin. It is split into words as by a shell, but run without one.",
        runs_programs=True,
    )
    notify_file: str | None = _is(
        None,
        kinds.path("notify.urls"),
        "File with an Apprise URL on each line (Slack, Teams, mail, ...): each gets a message. Nobody else may read it.",
        runs_programs=True,  # it calls whatever the file names
    )
    fail_on: tuple[str, ...] = _is(
        ("regressions",),
        kinds.some_of("regressions", "severe", "warning", "rejects", "never"),
        "What makes a nightly run end with exit code 1.",
    )


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """What `ingest report` writes."""

    output: str | None = _is(None, kinds.path("report.html"), "File that the report is written to.")


@dataclass(frozen=True, slots=True)
class LogSettings:
    """The log of ingest itself."""

    format: str | None = _is(
        None, kinds.one_of("console", "json"), "Format of log lines; not set: console on a terminal, else json."
    )
    file: str | None = _is(None, kinds.path("ingest.log"), "File to which log lines are also written, as JSON.")


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, by section."""

    store: str = _is("ingest-store", kinds.path("ingest-store"), "The store's folder, or its URL on object storage.")
    plugins: tuple[str, ...] = _is(
        (),
        kinds.paths("plugins/mine.py"),
        "Python files with more parsers, used in addition to those of `--plugin`.",
        runs_programs=True,
    )
    file_access: str = _is(
        "owner",
        kinds.one_of("owner", "group", "system"),
        "Who may access new stores, reports and logs: you, also your group, or as the system's umask says.",
    )
    load: LoadSettings = field(default_factory=LoadSettings)
    thresholds: Mapping[str, float] = _is(
        _NOTHING, kinds.numbers("{ skew_ratio = 2.0 }"), "Thresholds of checks; `SELECT * FROM thresholds` lists them."
    )
    sources: SourceSettings = field(default_factory=SourceSettings)
    archives: ArchiveSettings = field(default_factory=ArchiveSettings)
    cache: CacheSettings = field(default_factory=CacheSettings)
    cost: CostSettings = field(default_factory=CostSettings)
    retention: RetentionSettings = field(default_factory=RetentionSettings)
    nightly: NightlySettings = field(default_factory=NightlySettings)
    report: ReportSettings = field(default_factory=ReportSettings)
    log: LogSettings = field(default_factory=LogSettings)


@dataclass(frozen=True, slots=True)
class Setting:
    """One of them as data."""

    key: str
    """`store`, `load.jobs`."""
    kind: Kind
    doc: str
    default: Any
    runs_programs: bool = False
    """Its value names code that is run: a file with it is used only after the user confirmed it."""

    @property
    def section(self) -> str:
        """The table of the file that it stands in; empty for the top."""
        return self.key.rpartition(".")[0]

    @property
    def name(self) -> str:
        """Its name in that table."""
        return self.key.rpartition(".")[2]

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return "INGEST_" + self.key.replace(".", "_").upper()


@lru_cache(maxsize=1)
def all_settings() -> dict[str, Setting]:
    """Every setting by its key, in the order in which they stand above."""
    return {one.key: one for one in _settings_of(Settings, "")}


def section_docs() -> dict[str, str]:
    """Every section with what it is about."""
    return {one.name: _section(one.default_factory).__doc__ or "" for one in fields(Settings) if not one.metadata}


def _section(factory: Any) -> type[Any]:
    assert isinstance(factory, type)
    return factory


def _settings_of(owner: type[Any], prefix: str) -> Iterator[Setting]:
    for one in fields(owner):
        if one.metadata:
            default = one.default if one.default is not MISSING else _NOTHING
            yield Setting(
                prefix + one.name,
                one.metadata["kind"],
                one.metadata["doc"],
                default,
                one.metadata["runs_programs"],
            )
        else:
            yield from _settings_of(_section(one.default_factory), f"{one.name}.")


def with_values(values: Mapping[str, Any]) -> Settings:
    """The settings with these values, by key; the others have their defaults."""
    sections: dict[str, dict[str, Any]] = {}
    for key, value in values.items():
        section, _, name = key.rpartition(".")
        sections.setdefault(section, {})[name] = value
    top = sections.pop("", {})
    made = {
        one.name: _section(one.default_factory)(**sections.get(one.name, {}))
        for one in fields(Settings)
        if not one.metadata
    }
    return Settings(**top, **made)
