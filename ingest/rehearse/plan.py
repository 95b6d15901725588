"""What a rehearsal is to do: the settings of a deployment, and what there is to score."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from ingest.errors import InputError
from ingest.rehearse.tables import parts, table_files

T = TypeVar("T")


@dataclass(frozen=True)
class Settings:
    """The settings of a batch deployment, under the names of its YAML, and how to play it here."""

    script: Path
    code: Path
    """The folder of the script's own modules; the workers' working directory."""
    inputs: tuple[Path, ...]
    output: Path
    """Where the job's artifacts and outputs go."""
    mini_batch_size: int = 10
    unit: str = "files"
    """What the size counts: files, or of tables rows or bytes."""
    processes: int = 2
    """Worker processes of each node (`max_concurrency_per_instance`)."""
    nodes: int = 1
    run_timeout_s: float = 30.0
    max_retries: int = 3
    error_threshold: int = -1
    """Failed items that a job bears; -1 is any number."""
    mini_batch_error_threshold: int = -1
    append_row: bool = True
    output_file_name: str = "predictions.csv"
    logging_level: str = "INFO"
    sample: int | None = None
    """So many inputs, chosen at random."""
    seed: int = 0
    environment: dict[str, str] = field(default_factory=dict)
    model: Path | None = None
    arguments: tuple[str, ...] = ()
    python: str = ""
    """The workers' interpreter."""
    memory_limit: int | None = None
    """Bytes of address space that a worker may have."""
    sample_interval_s: float = 2.0
    is_mlflow: bool = False
    """Whether the script is the one that scores with an MLflow model, which gives a row for each row of a file."""

    @property
    def tables(self) -> bool:
        """Whether run() is given DataFrames."""
        return self.unit != "files"


@dataclass
class MiniBatch:
    """Files, or rows of a table, that are given to `run()` together."""

    id: int
    paths: list[str]
    items: int
    """Files or rows."""
    table: dict[str, Any] | None = None
    """Which rows of the file, for a worker to read; None for files."""
    bytes: int | None = None
    picked: int = 0


def mini_batches(settings: Settings) -> tuple[list[MiniBatch], int]:
    """What there is to score, in the order of paths, and how many items the whole input has: more, if a sample was taken.

    A sample is of files, of tables of mini-batches. Raises InputError if a path does not exist or there is nothing to score.
    """
    found = _of_tables(settings) if settings.tables else _of_files(settings)
    if not found[0]:
        what = "row of a table" if settings.tables else "file"
        raise InputError(
            f"no {what} to score in {', '.join(map(str, settings.inputs))}", "Name a file or a folder of files"
        )
    return found


def _of_files(settings: Settings) -> tuple[list[MiniBatch], int]:
    files = [file for path in settings.inputs for file in _files_below(path)]
    chosen, size = sorted(_sample(settings, files)) if settings.sample else files, settings.mini_batch_size
    groups = [chosen[at : at + size] for at in range(0, len(chosen), size)]
    return [MiniBatch(id_, group, len(group)) for id_, group in enumerate(groups)], len(files)


def _of_tables(settings: Settings) -> tuple[list[MiniBatch], int]:
    size = settings.mini_batch_size
    rows, length = (size, None) if settings.unit == "rows" else (None, size)
    cut = [part for path in settings.inputs for file in table_files(path) for part in parts(file, rows, length)]
    chosen = sorted(_sample(settings, range(len(cut)))) if settings.sample else range(len(cut))
    batches = [
        MiniBatch(id_, [cut[at].reading["path"]], cut[at].rows, cut[at].reading, cut[at].bytes)
        for id_, at in enumerate(chosen)
    ]
    return batches, sum(part.rows for part in cut)


def _sample(settings: Settings, population: Sequence[T]) -> list[T]:
    return random.Random(settings.seed).sample(population, min(settings.sample or 0, len(population)))


def _files_below(path: Path) -> Iterator[str]:
    if path.is_dir():
        yield from sorted(str(file.absolute()) for file in path.rglob("*") if file.is_file())
    elif path.is_file():
        yield str(path.absolute())
    else:
        raise InputError(f"{path}: not found", "Name a file or a folder of files")
