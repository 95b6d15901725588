"""Causes by which attempts fail: inputs, code, services, time limits, crashes."""

from __future__ import annotations

import re

from simulator import script_errors
from simulator.causes.cause import ALL, SINCE_V1, Cause, Planted, Shape, by_strength, planted
from simulator.script_errors import ScriptError
from simulator.world import Fault, Situation, Strength, World

_LOST = ("lost_mini_batches",)


def told(error: ScriptError) -> str:
    """A pattern for the text of an error: its message, without what a fingerprint would replace."""
    words = re.split(r"\d+|'[^']*'|\"[^\"]*\"|/\S+", error.message or error.type)
    return re.escape(max(words, key=len).strip(" :,()")[:60] or error.type)


def _some(world: World, share: float) -> list[int]:
    """Ids of a share of the mini-batches."""
    count = len(world.mini_batches)
    return world.rng.sample(range(count), max(1, round(share * count)))


def _bad_inputs(world: World, strength: Strength) -> Planted:
    chosen = world.rng.sample(range(len(world.mini_batches)), by_strength(strength, 6, 3, 1))
    error = script_errors.bad_input(world.rng)
    world.rules.faults.append(lambda s: Fault("raise", error, share=0.4) if s.mini_batch.id in chosen else None)
    return planted("bad_inputs", errors=(told(error),), implied=("fewer_results",))


def _threshold(world: World, strength: Strength) -> Planted:
    share = by_strength(strength, 0.3, 0.15, 0.08)
    error = script_errors.bad_input(world.rng)
    chosen = _some(world, share)
    world.error_threshold = max(2, int(sum(world.mini_batches[i].items for i in chosen) * 0.5))
    world.rules.faults.append(lambda s: Fault("raise", error) if s.mini_batch.id in chosen else None)
    return planted(
        "bad_inputs",
        errors=(told(error), "rror threshold"),
        implied=("fewer_results", *_LOST),
        true_errors=("rror threshold",),
    )


def _busy_service(world: World, strength: Strength) -> Planted:
    share = by_strength(strength, 0.25, 0.12, 0.07)
    error = script_errors.busy_service(world.rng)

    chosen = _some(world, share)

    def sometimes(s: Situation) -> Fault | None:
        return Fault("raise", error, share=0.9) if s.pick == 1 and s.mini_batch.id in chosen else None

    world.rules.faults.append(sometimes)
    return planted("many_retries", errors=(told(error),))


def _broken_script(world: World, strength: Strength) -> Planted:
    error = script_errors.broken_script(world.rng)
    after = by_strength(strength, 0.0, 0.3, 0.7)
    world.rules.faults.append(lambda s: Fault("raise", error, share=0.1) if s.progress >= after else None)
    world.error_threshold = world.mini_batches[0].items * 3
    return planted(
        errors=(told(error),),
        implied=("bad_inputs", "fewer_results", *_LOST, "small_mini_batches"),
        true_errors=("rror threshold", "no succeeded"),
    )


def _wrong_return(world: World, strength: Strength) -> Planted:
    error = ScriptError(
        "azureml_common.parallel_run.exception.UserException",
        "The run() function in the entry script should return a list or a pandas DataFrame, but got <class 'NoneType'>.",
    )
    share = by_strength(strength, 1.0, 0.4, 0.1)
    chosen = _some(world, share)
    world.rules.faults.append(lambda s: Fault("raise", error, share=0.99) if s.mini_batch.id in chosen else None)
    world.error_threshold = by_strength(strength, 5, -1, -1)
    return planted(
        "bad_inputs",
        errors=("should return a list",),
        implied=("fewer_results", *_LOST),
        true_errors=("rror threshold", "no succeeded"),
    )


def _timeout_small(world: World, strength: Strength) -> Planted:
    world.spread = 0.35
    quantile = by_strength(strength, 0.35, 0.55, 0.68)
    world.run_timeout_s = max(5, round(world.run_s * (1 + quantile * 0.9)))
    return planted(
        "timeouts_many",
        "poisoned_mini_batches",
        implied=("bad_inputs", "long_tail", *_LOST),
        errors=("unable to finish", "did not finish", "had timeout"),
    )


def _hanging_inputs(world: World, strength: Strength) -> Planted:
    chosen = world.rng.sample(range(len(world.mini_batches) // 2), by_strength(strength, 4, 2, 1))
    world.run_timeout_s = round(world.run_s * 3)
    world.rules.faults.append(lambda s: Fault("hang") if s.mini_batch.id in chosen else None)
    return planted(
        "poisoned_mini_batches",
        "timeouts_many",
        implied=("long_tail", *_LOST),
        errors=("unable to finish", "did not finish", "had timeout", "oison"),
    )


def _crashes(world: World, strength: Strength) -> Planted:
    share = by_strength(strength, 0.12, 0.07, 0.05)
    signal = world.rng.choice((11, 11, 6, 15))
    world.traits["exit_words"] = True
    world.traits["crash_words"] = {11: "Segmentation fault (core dumped)", 6: "free(): invalid pointer", 15: ""}[signal]
    chosen = world.rng.sample(range(len(world.mini_batches)), max(3, int(share * len(world.mini_batches))))

    def crash(s: Situation) -> Fault | None:
        return Fault("signal", signal=signal, share=0.5) if s.pick == 1 and s.mini_batch.id in chosen else None

    world.rules.faults.append(crash)
    return planted(
        "worker_deaths", true_errors=("egmentation fault", "invalid pointer", "code -?\\d+", "signal", "SIG")
    )


def _fewer_results(world: World, strength: Strength) -> Planted:
    share = by_strength(strength, 0.4, 0.12, 0.04)
    chosen = _some(world, share)
    world.rules.faults.append(
        lambda s: Fault("short", failed_items=max(1, s.mini_batch.items // 3)) if s.mini_batch.id in chosen else None
    )
    return planted("fewer_results")


def _finished_twice(world: World, strength: Strength) -> Planted:
    chosen = world.rng.sample(range(len(world.mini_batches) // 2), by_strength(strength, 6, 3, 1))
    world.run_timeout_s = round(world.run_s * 2)

    def late(s: Situation) -> Fault | None:
        return Fault("late") if s.mini_batch.id in chosen and s.pick == 1 else None

    world.rules.faults.append(late)
    return planted("finished_twice")


def _init_fails(world: World, strength: Strength) -> Planted:
    error = script_errors.failed_init(world.rng)
    nodes = by_strength(strength, world.nodes, world.nodes, world.nodes[:1])
    world.traits["errors_repeated"] = by_strength(strength, True, False, False)
    world.rules.init.append(lambda process: error if process.node in nodes else None)
    if strength is Strength.WEAK:
        return planted("init_failing", "failures_on_one_node", errors=(told(error),), implied=("idle_nodes",))
    return planted("init_failing", errors=(told(error),), implied=_LOST, true_errors=("init\\(\\)", "rocess all mini"))


def _end_fails(world: World, strength: Strength) -> Planted:
    world.end_error = by_strength(
        strength,
        "Failed to Concatenate temp_10.0.0.4_311_output.txt with [Errno 17] File already exists: 'predictions.csv'",
        "No temp file found. The job failed. Check whether run() returned any rows.",
        "silent",
    )
    return planted(
        "failed_at_the_end", errors=("already exists", "No temp file found"), true_errors=("exists", "temp file")
    )


FAILURES = (
    Cause("damaged inputs", _bad_inputs, versions=SINCE_V1),
    Cause("error threshold exceeded", _threshold, versions=SINCE_V1),
    Cause("service that fails now and then", _busy_service, Shape(per_worker=(14, 22), least=60), SINCE_V1),
    Cause("script broken", _broken_script, versions=SINCE_V1),
    Cause("run() returns nothing", _wrong_return, versions=SINCE_V1),
    Cause("timeout too small", _timeout_small, Shape(least=40)),
    Cause("inputs that hang", _hanging_inputs),
    Cause("workers crash", _crashes, Shape(least=50)),
    Cause("fewer results than items", _fewer_results),
    Cause("mini-batches finished twice", _finished_twice, Shape(nodes=(2, 4), processes=(2, 4))),
    Cause("init() fails", _init_fails, Shape(nodes=(2, 4)), ALL),
    Cause("job fails at its end", _end_fails),
)
