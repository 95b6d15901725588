"""In which words the driver says how a job ended."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.history import History
from simulator.world import World


@dataclass(frozen=True)
class Ending:
    """The same end as each kind of file tells it."""

    overview: tuple[str, ...]
    result: str
    master: tuple[str, ...]
    exception: str
    """What the launcher's traceback ends with; empty for a good end."""


def summary(world: World, history: History) -> str:
    """The driver's count of everything (formats.md §6)."""
    final = [attempt for id_, attempt in history.final().items() if id_ in history.resolved]
    items = sum(attempt.mini_batch.items for attempt in final)
    succeeded = sum(attempt.succeeded for attempt in final)
    return (
        f"There are {len(world.mini_batches)} mini batches with {sum(m.items for m in world.mini_batches)} items. "
        f"Processed {len(final)} mini batches containing {items} items, {succeeded} succeeded, {items - succeeded} failed. "
        f"The error threshold is {world.error_threshold}. "
    )


def end_texts(world: World, history: History) -> Ending:
    """The words for the way in which this job ended."""
    count = len(world.mini_batches)
    all_done = f"All {count} mini batches have been processed."
    good = f"The ParallelRunStep processed all mini batches. {summary(world, history)}"
    failed_items = sum(attempt.failed for attempt in history.final().values())
    match history.reason:
        case "all":
            return Ending((all_done,), _good_result(world, count), (good,), "")
        case "end error":
            silent = world.end_error == "silent"
            text = "" if silent else world.end_error
            result = "Failed." if silent else f"Failed. Driver error. {text}"
            return Ending(
                (all_done, *([text] if text else [])), result, (good,), f"DriverException: {text or 'the job failed'}"
            )
        case "threshold":
            text = (
                f"The number of failed items is {failed_items}, which exceeds error threshold {world.error_threshold}."
            )
            stop = "Progress update stopped for reasons: ['Exceeded error threshold.']."
        case "no progress":
            seconds = round(world.progress_timeout_s)
            text = f"No progress update in {seconds} seconds."
            stop = f"Progress update stopped for reasons: ['{text}']."
        case "init":
            failures = sum(process.ended_by == "init" for process in history.processes)
            text = f"The init() function in the entry script had raised exception for {failures} times. Please check logs at logs/user/error/* for details."
            stop = "Progress update stopped for reasons: ['Got stop signal.']."
        case _:
            return Ending((), "", (), "")
    master = f"The ParallelRunStep failed to process all mini batches. {summary(world, history)}"
    kind = "EntryScriptException" if history.reason == "init" else "DriverException"
    advice = "\nPlease check logs for error. You can check logs/readme.txt for the layout of logs."
    return Ending((stop,), f"Failed. Entry script error. {text}", (text, master), f"{kind}: {text}{advice}")


def _good_result(world: World, count: int) -> str:
    texts = (
        f"Succeeded. All {count} mini batches have been processed.",
        "Succeeded.",
        "The job succeeded.",
        f"Finished. Processed {count} of {count} mini batches.",
        "Succeeded. The ParallelRunStep processed all mini batches.",
        "Completed.",
    )
    return texts[int(str(world.traits["wording"]))]
