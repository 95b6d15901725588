"""What a rehearsal is to do: the settings of a deployment, and what there is to score."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingest.errors import InputError


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
    """Files of a mini-batch."""
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


@dataclass
class MiniBatch:
    """Files that are given to `run()` together."""

    id: int
    paths: list[str]
    picked: int = 0


def find_inputs(settings: Settings) -> tuple[list[str], int]:
    """The files to score in the order of their paths, and how many there were before a sample was taken.

    Raises InputError if a path does not exist or there is no file.
    """
    files = [file for path in settings.inputs for file in _files_below(path)]
    if not files:
        raise InputError(
            "no file to score in " + ", ".join(map(str, settings.inputs)), "Name a file or a folder of files"
        )
    whole = len(files)
    if settings.sample is not None and settings.sample < whole:
        files = sorted(random.Random(settings.seed).sample(files, settings.sample))
    return files, whole


def _files_below(path: Path) -> Iterator[str]:
    if path.is_dir():
        yield from sorted(str(file.absolute()) for file in path.rglob("*") if file.is_file())
    elif path.is_file():
        yield str(path.absolute())
    else:
        raise InputError(f"{path}: not found", "Name a file or a folder of files")


def mini_batches(files: Sequence[str], size: int) -> list[MiniBatch]:
    """Files in mini-batches of `size`, the last may be smaller."""
    return [MiniBatch(id_, list(files[at : at + size])) for id_, at in enumerate(range(0, len(files), size))]
