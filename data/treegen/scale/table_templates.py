"""Blocks of CSV rows: the mini-batch table and resource samples, in the columns of §§9.3 and 10."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from random import Random

from treegen.files import resource_csvs
from treegen.files.mini_batch_table import header as mini_batch_header
from treegen.model.errors import BAD_NUMBER, traceback_text
from treegen.model.plan import Generation
from treegen.scale.template import NUMBER, TIME, TOKEN, Template

MINI_BATCHES_PER_BLOCK = 1000
_FILES = 9


def csv_bytes(rows: Iterable[Iterable[object]]) -> bytes:
    """``csv.writer`` with CRLF, as the driver writes (formats.md §3)."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def mini_batch_head(generation: Generation) -> bytes:
    """The header line of ``processed_mini-batches.csv``."""
    return csv_bytes([mini_batch_header(generation)])


def mini_batch_block(rng: Random, places: list[tuple[str, str]]) -> Template:
    """Rows of a thousand mini-batches in one minute, with retries and quoted line breaks.

    ``places`` are the (node, process) pairs of the job.
    """
    rows: list[list[object]] = []
    for number in range(MINI_BATCHES_PER_BLOCK):
        failures = rng.choices((0, 1, 2), (92, 6, 2))[0]
        for attempt in range(1, failures + 2):
            rows.append(_mini_batch_row(rng, number, attempt, attempt <= failures, rng.choice(places)))
    return Template(csv_bytes(rows), len(rows))


def _mini_batch_row(rng: Random, number: int, attempt: int, failed: bool, place: tuple[str, str]) -> list[object]:
    task = f"{NUMBER}{number:03d}"
    start = f"{TIME}:{number * 60 // MINI_BATCHES_PER_BLOCK:02d}.{rng.randrange(10**6):06d}"
    run_s = rng.lognormvariate(2.5, 0.6)
    status, category, message = "RUN_DONE", "", ""
    if failed and rng.random() < 0.3:
        status, category = "RUN_TIMEOUT", "User"
        message = "Stop for run() unable to finish within 60 seconds"
    elif failed:
        status, category = "RUN_EXCEPTION", "User"
        error = BAD_NUMBER.said_as(f"could not convert string to float: '{TOKEN}-{number}'")
        message = f"{error.message}\n{traceback_text(error, '/mnt/azureml/cr/j/' + TOKEN)}"
    files = ", ".join(f'"part-{task}{i}.csv"' for i in range(_FILES))
    succeeded = 0 if failed else _FILES - (rng.random() < 0.02)
    return [
        task,
        attempt,
        *place,
        start,
        _FILES,
        succeeded,
        _FILES - succeeded,
        round(run_s + 0.05, 4),
        round(run_s * 0.8, 4),
        round(run_s, 4),
        status,
        category,
        message,
        f'{{"id": {task}, "minibatch": [{files}], "location":'
        f' "/mnt/azureml/cr/j/{TOKEN}/mounts/daily_input", "partition_size": null, "task_type": 1}}',
    ]


def node_samples(rng: Random, size: int) -> Template:
    """``node_resource_usage.csv`` of about ``size`` bytes, at most an hour of samples."""
    rows: list[tuple[object, ...]] = [resource_csvs.NODE_HEADER]
    busy = 0.0
    for stamp in _checks(rng, max((size - 260) // 104, 1)):
        busy += rng.uniform(100, 240)
        available = round(rng.uniform(900, 5600), 2)
        percent = round(100 * (6969.8 - available) / 6969.8, 1)
        used = round(6969.8 - available - 285, 2)
        counters = (100811 + int(busy), 157662 + int(busy * 4), round(busy, 2), round(busy * 3, 2))
        cells = (stamp, round(rng.uniform(1, 99), 1), 6969.8, available, used, percent)
        rows.append((*cells, *counters, round(busy / 9, 2), round(busy * 2.7, 2), 645, 16))
    return Template(csv_bytes(rows), len(rows) - 1)


def process_samples(rng: Random, size: int) -> Template:
    """``processes_resource_usage.csv`` of about ``size`` bytes: a manager and four workers."""
    rows: list[tuple[object, ...]] = [resource_csvs.PROCESS_HEADER]
    for number, stamp in enumerate(_checks(rng, max((size - 170) // 390, 1))):
        for name in ("manager", "process000", "process001", "process002", "process003"):
            cpu = 0.0 if name == "manager" or not number else round(rng.uniform(1, 99), 1)
            memory = round(rng.uniform(1.5, 9), 9)
            spent = number * 51.7 + rng.uniform(0, 5)
            counters = (520 + number * 40, 5 + number * 19, round(number * 1.7, 2), 0.02, 10)
            rows.append((stamp, name, cpu, round(spent, 2), round(spent / 8, 2), memory, *counters))
    return Template(csv_bytes(rows), len(rows) - 1)


def _checks(rng: Random, wanted: int) -> list[str]:
    """Times of resource checks after an hour's mark, 65 s apart as in the real sample (§10)."""
    seconds = [5 + i * 65.4 for i in range(min(wanted, 54))]
    return [f"{TIME}:{int(s // 60):02d}:{int(s % 60):02d}.{rng.randrange(10**6):06d}" for s in seconds]
