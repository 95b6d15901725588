"""Blocks of system log records in the forms of formats.md §4, with the texts of §§6, 7 and 8."""

from __future__ import annotations

from random import Random

from treegen.model import errors
from treegen.model.errors import ADVICE, ScriptError, traceback_text
from treegen.model.identity import WORKSPACE
from treegen.model.plan import Generation
from treegen.scale.template import NUMBER, PID, TIME, TOKEN, Template

_EACH_TRACEBACK = 50
"""One record in fifty holds a traceback: 2 %."""
_THREAD = 139_773_019_682_560
_WORK_DIR = f"/mnt/batch/tasks/shared/LS_root/jobs/{WORKSPACE}/azureml/5b9762ab-58d0-4633-8d1d-e351525fd525/wd"


def worker_block(generation: Generation, rng: Random, records: int, seconds: int) -> Template:
    """Records of a worker over ``seconds``; 60 with a minute as time mark, 3600 with an hour."""
    texts: list[str] = []
    tracebacks = 0
    for index, stamp in enumerate(_stamps(rng, records, seconds)):
        task = f"{NUMBER}{index // 2 % 1000:03d}"
        if index % _EACH_TRACEBACK == _EACH_TRACEBACK - 1:
            texts.append(stamp + _head(generation, "ERROR", "process") + _failure(generation, rng, task))
            tracebacks += 1
        elif index % 2 == 0:
            texts.append(f"{stamp}{_head(generation, 'INFO', 'get_task')}Got task {task}.\n")
        else:
            run = rng.uniform(1, 60)
            done = (
                f"Batch processing completed. Total count: 10, success count: {rng.randint(7, 10)},"
                f" processing time: {run + 0.05:.4f}, run method time: {run:.4f}\n"
            )
            texts.append(stamp + _head(generation, "INFO", "process") + done)
    return Template("".join(texts).encode(), records, tracebacks)


def error_block(generation: Generation, rng: Random, records: int, *, user: bool) -> Template:
    """Only errors, as in the twins below ``sys/error`` and in ``user/error``."""
    texts: list[str] = []
    for index, stamp in enumerate(_stamps(rng, records, 3600)):
        head = stamp + _head(generation, "ERROR", "run", user=user)
        if user:
            error = _error(rng)
            text = traceback_text(error, _WORK_DIR)
            texts.append(f"{head}Entry script run() failed for {error.message}. Details {text}\n")
        else:
            texts.append(head + _failure(generation, rng, f"{NUMBER}{index:03d}"))
    return Template("".join(texts).encode(), records, records)


def master_block(generation: Generation, rng: Random, records: int) -> Template:
    """A minute of the master: checkpoints, polls, and some tracebacks."""
    texts: list[str] = []
    tracebacks = 0
    for index, stamp in enumerate(_stamps(rng, records, 60)):
        task = f"{NUMBER}{index % 1000:03d}"
        head = _head(generation, "INFO", "schedule", thread=True)
        if index % _EACH_TRACEBACK == _EACH_TRACEBACK - 1:
            head = _head(generation, "ERROR", "check", thread=True)
            text = traceback_text(_error(rng), _WORK_DIR)
            texts.append(f"{stamp}{head}Failed to check agent {rng.randrange(64)}. Detail: {text}\n")
            tracebacks += 1
        elif index % 9 == 8:
            polled = f"Polled {rng.randrange(1, 900)}00 times."
            texts.append(f"{stamp}{head}{polled}\n")
        else:
            texts.append(
                f"{stamp}{head}Save checkpoint for folder {rng.randrange(9)}, offset {task}0,"
                f" task_id {task}, total_items {task}0, finished=False.\n"
            )
    return Template("".join(texts).encode(), records, tracebacks)


def output_block(rng: Random, size: int) -> Template:
    """Lines that a script prints: no time, some with level and logger (formats.md §8)."""
    lines: list[str] = []
    while sum(map(len, lines)) < size:
        task = f"{NUMBER}{len(lines) % 1000:03d}"
        lines.append(f"run: {rng.randint(5, 20)} files of mini-batch {task}\n")
        if rng.random() < 0.2:
            lines.append(f"WARNING:score:{rng.randint(1, 9)} files skipped in {task}\n")
        lines.append(f"run: {rng.randint(1, 20)} rows, {rng.uniform(0.1, 9):.2f} files/s\n")
    return Template("".join(lines).encode(), len(lines))


def _stamps(rng: Random, records: int, seconds: int) -> list[str]:
    """Rising ends of time stamps, after the mark: ``:SS,mmm`` or ``:MM:SS,mmm``."""
    times = sorted(rng.uniform(0, seconds - 0.01) for _ in range(records))
    stamps = [f"{int(t % 60):02d},{int(t * 1000) % 1000:03d}" for t in times]
    if seconds > 60:
        stamps = [f"{int(t // 60):02d}:{s}" for t, s in zip(times, stamps, strict=True)]
    return [f"{TIME}:{stamp}" for stamp in stamps]


def _head(generation: Generation, level: str, function: str, *, thread: bool = False, user: bool = False) -> str:
    """What stands between time and message. V0 logs of the system are in the DEBUG form."""
    if generation is Generation.V0:
        if user:
            return f"|ParallelRunStep.User Error|{level}|{PID}|"
        return f"|ParallelRunStep.Worker|{level}|{PID}|{_THREAD}|{function}()|"
    return f"|{level}|{PID}|{_THREAD}|" if thread else f"|{level}|{PID}|"


def _error(rng: Random) -> ScriptError:
    number = rng.randrange(10**6)
    return rng.choice(
        (
            errors.BAD_NUMBER.said_as(f"could not convert string to float: '{TOKEN}-{number}'"),
            errors.MISSING_COLUMN.said_as(f"'customer_{number % 97}'"),
            errors.CORRUPT_FILE.said_as(f"'utf-8' codec can't decode byte 0xff in position {number}"),
            errors.SERVICE_DOWN.said_as(f"HTTPSConnectionPool(host='{TOKEN}.example.net', port=443)"),
            errors.NO_MODEL_FILE.said_as(f"[Errno 2] No such file or directory: '/tmp/{TOKEN}.pkl'"),
        )
    )


def _failure(generation: Generation, rng: Random, task: str) -> str:
    error = _error(rng)
    first = rng.randrange(10**6)
    files = ", ".join(f'"part-{first + i:07d}.csv"' for i in range(rng.randint(1, 8)))
    source = (
        f'{{"id": {task}, "dequeue_count": {rng.randint(1, 3)}, "minibatch": [{files}],'
        f' "location": "daily_input", "partition_size": null}}'
    )
    text = traceback_text(error, _WORK_DIR)
    if generation is Generation.V0:
        return f"Failed to Failed to process task {source} with {error.message}. Error detail: {text}\n"
    if generation.number >= 3:  # trap 8
        source = source.replace("{", "[").replace("}", "]")
    return f"Failed to process {source} with error {error.message}\n{ADVICE}. Detail: {text}\n"
