"""A store on object storage: what questions cost beside a store in a folder, and whether many at once see whole states.

    python -m benchmarks.remote_store costs URL               # three questions: folder, cold, kept
    python -m benchmarks.remote_store race URL --reads 10000  # four writers, ten readers, until so many reads or --minutes

URL is an empty prefix, of an emulator or a cloud; credentials are found as ingest finds them. Figures are printed as JSON.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from multiprocessing.synchronize import Event
from pathlib import Path
from queue import Empty
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = (
    ("diagnose", "memory-growth", "init-failure-42"),
    ("sql", "SELECT job_id, node, items, failed_items, attempts FROM failed_items_by_node WHERE failed_items > 0"),
    ("jobs",),
)
"""Those of the README."""

RECORDS = 11
"""Records of each job of a race: a store never shows another number."""


def main() -> None:
    """Runs one of both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["costs", "race"])
    parser.add_argument("url")
    parser.add_argument("--runs", type=int, default=5, help="costs: runs of each question")
    parser.add_argument("--reads", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument("--readers", type=int, default=10)
    given = parser.parse_args()
    told = costs(given.url, given.runs) if given.what == "costs" else race(given)
    print(json.dumps(told, indent=2))


def costs(url: str, runs: int) -> dict[str, Any]:
    """Processor seconds of each question: median of some runs, each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder, "cache")
        local = str(Path(folder, "store"))
        seconds(cache, "load", str(ROOT / "data" / "jobs"), "--no-verdict", "-q", "--store", local)
        seconds(cache, "copy", local, url)
        told = {}
        for question in QUESTIONS:
            found: dict[str, list[float]] = {"folder": [], "cold": [], "kept": []}
            for _ in range(runs):
                found["folder"].append(seconds(cache, *question, "--store", local))
                shutil.rmtree(cache / "ingest" / "stores", ignore_errors=True)
                found["cold"].append(seconds(cache, *question, "--store", url))
                found["kept"].append(seconds(cache, *question, "--store", url))
            medians = {name: round(statistics.median(some), 3) for name, some in found.items()}
            ratios = {f"{name}_ratio": round(medians[name] / medians["folder"], 2) for name in ("cold", "kept")}
            told[question[0]] = medians | ratios
    return told


def seconds(cache: Path, *arguments: str) -> float:
    """Processor seconds of a command and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    command = [sys.executable, "-m", "ingest", *arguments]
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL, cwd=ROOT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def race(given: argparse.Namespace) -> dict[str, Any]:
    """Writers load jobs, the same ones too; now and then one is killed. Readers look whether each state is whole."""
    spawn = multiprocessing.get_context("spawn")
    ended, told = spawn.Event(), spawn.Queue()
    with tempfile.TemporaryDirectory() as folder:
        write(given.url, job(Path(folder), "first"))
        readers = [spawn.Process(target=read, args=(given.url, ended, told)) for _ in range(given.readers)]
        for reader in readers:
            reader.start()
        began, number, kills, commits = time.monotonic(), 0, 0, 0
        reads = 0
        wrong: list[str] = []
        writers: list[Any] = []
        while reads < given.reads and time.monotonic() - began < 60 * given.minutes and not wrong:
            for writer in [one for one in writers if not one.is_alive()]:
                writers.remove(writer)
                commits += writer.exitcode == 0
            while len(writers) < given.writers:
                number += 1
                # each job by two writers
                writers.append(
                    spawn.Process(target=write, args=(given.url, job(Path(folder), f"job-{number // 2:05d}")))
                )
                writers[-1].start()
            if random.random() < 0.05:
                os.kill(random.choice(writers).pid, signal.SIGKILL)
                kills += 1
            try:
                while True:
                    some, problem = told.get(timeout=0.5)
                    reads += some
                    wrong += [problem] if problem else []
            except Empty:
                pass
        ended.set()
        for one in (*writers, *readers):
            one.join()
        return {"reads": reads, "loads": commits, "killed": kills, "wrong": wrong, **final(given.url)} | {
            "minutes": round((time.monotonic() - began) / 60, 1)
        }


def final(url: str) -> dict[str, Any]:
    """What is in the store in the end, and what the doctor says."""
    from ingest import open_store

    with open_store(url) as store:
        counts = store.rows("SELECT count(*) AS jobs, count(*) FILTER (n <> $n) AS other FROM ("
                            "SELECT job_id, count(*) AS n FROM log_records GROUP BY ALL)", n=RECORDS)  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "ingest", "doctor", "--store", url], check=False, capture_output=True, cwd=ROOT
    )
    return {**counts[0], "doctor": done.returncode}


def job(top: Path, name: str) -> Path:
    """A job of one worker."""
    path = top / name / "logs" / "sys" / "node" / "0" / "process000.txt"
    if not path.exists():
        path.parent.mkdir(parents=True)
        lines = (f"2021-04-13 03:00:{i:02},649|INFO|334|Got {name} {i}.\n" for i in range(RECORDS))
        path.write_text("".join(lines))
    return top / name


def write(url: str, folder: Path) -> None:
    """Loads a job."""
    from ingest import ingest_jobs

    ingest_jobs(folder, url, progress=False)


def read(url: str, ended: Event, told: Any) -> None:
    """Opens the store again and again; a job is there with all its records, and never goes."""
    from ingest import open_store

    last = 0
    while not ended.is_set():
        try:
            with open_store(url) as store:
                found = dict(store.sql("SELECT job_id, count(*) FROM log_records GROUP BY ALL").fetchall())
                jobs = {row["job_id"] for row in store.rows("SELECT job_id FROM job_summary")}
        except Exception as error:
            told.put((1, repr(error)))
            return
        is_whole = set(found.values()) == {RECORDS} and set(found) == jobs and len(found) >= last
        told.put((1, None if is_whole else f"{len(found)} of {len(jobs)} jobs after {last}: {set(found.values())}"))
        last = len(found)


if __name__ == "__main__":
    main()
