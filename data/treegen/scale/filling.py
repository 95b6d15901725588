"""Writes spliced blocks into the files of a job, with bounded memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from treegen.model.plan import Generation
from treegen.scale.log_templates import error_block, output_block, worker_block
from treegen.scale.summary import Summary
from treegen.scale.table_templates import (
    mini_batch_block,
    mini_batch_head,
    node_samples,
    process_samples,
)
from treegen.scale.template import Template

_VARIANTS = 12
_MINUTE = timedelta(minutes=1)


def append_log(path: Path, templates: Sequence[Template], size: int, start: datetime, pid: int, rng: Random) -> Summary:
    """Append about ``size`` bytes of records, one block a minute from ``start`` on."""
    done = Summary()
    with path.open("ab") as file:
        while done.log_bytes < size:
            template = templates[rng.randrange(len(templates))]
            if done.log_bytes + len(template.content) > size:
                template = template.shortened(size - done.log_bytes)
            number = rng.randrange(1, 10**6)
            block = template.fill(f"{start:%Y-%m-%d %H:%M}", number, pid, rng.getrandbits(32))
            done.log_bytes += file.write(block)
            done.log_records += template.records
            done.log_tracebacks += template.tracebacks
            start += _MINUTE
    return done


def write_mini_batches(
    path: Path, generation: Generation, places: list[tuple[str, str]], size: int, start: datetime, rng: Random
) -> Summary:
    """Write a mini-batch table of at least ``size`` bytes with ids from 0, in whole blocks."""
    done = Summary()
    templates = [mini_batch_block(rng, places) for _ in range(4)]
    with path.open("wb") as file:
        done.csv_bytes += file.write(mini_batch_head(generation))
        number = 0
        while done.csv_bytes < size:
            template = templates[number % len(templates)]
            block = template.fill(f"{start:%Y-%m-%dT%H:%M}", number, 0, rng.getrandbits(32))
            done.csv_bytes += file.write(block)
            done.csv_rows += template.records
            done.csv_mini_batches += 1000
            number += 1
            start += _MINUTE
    return done


class SmallFiles:
    """Many small files of a realistic mix, as if the job had further nodes."""

    def __init__(self, generation: Generation, size: int, rng: Random) -> None:
        if generation.number < 1:
            raise ValueError("small files are written in the layouts of V1 and later")
        self.rng = rng
        self.generation = generation
        variants = range(_VARIANTS)
        logs = [worker_block(generation, rng, size // 60 + 60, 3600).shortened(size) for _ in variants]
        system = [error_block(generation, rng, size // 700 + 3, user=False) for _ in variants]
        user = [error_block(generation, rng, size // 600 + 3, user=True) for _ in variants]
        perf = "logs/sys/perf" if generation is Generation.V1 else "logs/perf"
        self.kinds: tuple[tuple[str, list[Template]], ...] = (
            ("logs/sys/node/{node}/process{process:03d}.txt", logs),
            ("logs/sys/error/{node}/process{process:03d}.txt", [t.shortened(size) for t in system]),
            ("logs/user/error/{node}/process{process:03d}.txt", [t.shortened(size) for t in user]),
            (
                "logs/user/stdout/{node}/process{process:03d}.stdout.txt",
                [output_block(rng, size) for _ in variants],
            ),
        )
        self.of_node: tuple[tuple[str, list[Template]], ...] = (
            (perf + "/{node}/node_resource_usage.csv", [node_samples(rng, size) for _ in variants]),
            (perf + "/{node}/processes_resource_usage.csv", [process_samples(rng, size) for _ in variants]),
        )

    def write(self, root: Path, first_node: int, processes: int, count: int, start: datetime) -> Summary:
        """Write exactly ``count`` files below the artifact root, node by node."""
        done = Summary()
        index = first_node
        while done.small_files < count:
            node = f"10.1.{index // 250}.{index % 250}" if self.generation.names_nodes_by_ip else str(index)
            wanted = [(path.format(node=node), templates) for path, templates in self.of_node]
            for process in range(processes):
                wanted += [(path.format(node=node, process=process), ts) for path, ts in self.kinds]
            for path, templates in wanted[: count - done.small_files]:
                self._write_one(root / path, templates, start, done)
            index += 1
        return done

    def _write_one(self, path: Path, templates: list[Template], start: datetime, done: Summary) -> None:
        rng = self.rng
        separator = "T" if path.suffix == ".csv" else " "
        template = templates[rng.randrange(len(templates))]
        hour = f"{start:%Y-%m-%d}{separator}{start:%H}"
        block = template.fill(hour, rng.randrange(1, 1000), rng.randrange(200, 900), rng.getrandbits(32))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(block)
        done.small_files += 1
        done.small_bytes += len(block)
