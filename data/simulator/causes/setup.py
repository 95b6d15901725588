"""Causes before the driver starts, in the service around it, and in the download of the logs."""

from __future__ import annotations

from simulator.causes.cause import SINCE_V1, Cause, Planted, Shape, by_strength, planted
from simulator.world import Strength, Version, World


def _image(world: World, strength: Strength) -> Planted:
    kind = world.rng.choice(("pip", "conda", "apt", "base"))
    world.setup_failure = f"image {kind}"
    world.traits["setup_detail"] = by_strength(strength, "all", "build log", "build log, cut")
    text = {
        "pip": "No matching distribution|Could not find a version",
        "conda": "ResolvePackageNotFound|PackagesNotFound",
        "apt": "Unable to locate package",
        "base": "manifest unknown|not found",
    }
    return planted(errors=(text[kind],), true_errors=("docker|image|pip|conda|apt|ERROR|rror:",))


def _mount(world: World, strength: Strength) -> Planted:
    kind = world.rng.choice(("rights", "missing", "throttled"))
    world.setup_failure = f"mount {kind}"
    world.traits["setup_detail"] = by_strength(strength, "all", "launcher", "control")
    text = {
        "rights": "Authentication|AuthorizationFailure|403|StreamAccess",
        "missing": "NotFound|not found",
        "throttled": "hrottl|busy",
    }
    return planted(errors=(text[kind],), true_errors=("StreamAccess|mount|stream|exit code|status code",))


def _command(world: World, strength: Strength) -> Planted:
    kind = world.rng.choice(("shell", "argparse", "module", "killed"))
    world.setup_failure = f"command {kind}"
    world.traits["setup_detail"] = by_strength(strength, "all", "launcher", "control")
    text = {
        "shell": "not found",
        "argparse": "unrecognized arguments",
        "module": "No module named",
        "killed": "Killed|137|-9|signal 9",
    }
    return planted(errors=(text[kind],), true_errors=("exit|code|error|Killed",))


def _tables(world: World, strength: Strength) -> Planted:
    world.setup_failure = "tables"
    world.traits["setup_detail"] = by_strength(strength, "all", "launcher", "control")
    return planted(
        errors=("authorization failure|AuthorizationFailure",), true_errors=("AccessError|master role failed|42",)
    )


def _evicted(world: World, strength: Strength) -> Planted:
    each = len(world.mini_batches) / world.workers * (world.run_s + world.overhead_s)
    world.stop_at_s = each * by_strength(strength, 0.3, 0.5, 0.8)
    world.traits["stopped_by"] = by_strength(strength, "PreemptionError", "PreemptionError", "Killed")
    return planted(
        "lost_mini_batches",
        "pre_empted_nodes",
        errors=("re-?empt", "Killed|137|signal 9"),
        true_errors=("re-?empt", "Killed|137|signal"),
        implied=("stalled_progress",),
    )


def _cut(world: World, strength: Strength) -> Planted:
    world.traits["cut_files"] = by_strength(strength, 6, 3, 1)
    return planted("incomplete_download", implied=("lost_mini_batches", "no_worker_logs"))


def _no_worker_logs(world: World, strength: Strength) -> Planted:
    world.traits["lost_folders"] = by_strength(
        strength,
        ("logs/sys/node/", "logs/user/", "logs/sys/error/"),
        ("logs/sys/node/", "logs/user/"),
        ("logs/sys/node/",),
    )
    return planted("no_worker_logs")


SETUP = (
    Cause("image cannot be built", _image, versions=(Version.V3, Version.V4)),
    Cause("input cannot be mounted", _mount, versions=SINCE_V1),
    Cause("command cannot run", _command, versions=(Version.V4,)),
    Cause("no rights to queue and tables", _tables, versions=SINCE_V1),
    Cause("job killed from outside", _evicted, versions=SINCE_V1),
    Cause("files cut in the download", _cut, Shape(nodes=(2, 3))),
    Cause("worker logs not downloaded", _no_worker_logs, versions=SINCE_V1),
)
