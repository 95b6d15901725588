"""Where the files of each generation lie, and what processes are called in it (formats.md §2)."""

from __future__ import annotations

from simulator.history import Process
from simulator.world import Node, Version


def process_name(version: Version, process: Process) -> str:
    """`Process-1` in V0, else `process000`."""
    return f"Process-{process.number + 1}" if version == Version.V0 else f"process{process.number:03}"


def manager_name(version: Version) -> str:
    """The node manager's name in file names."""
    return "MainProcess" if version == Version.V0 else "_main"


def node_log(version: Version, node: Node, process: str) -> str:
    """The log of a worker or a manager."""
    return f"logs/sys/{'worker' if version == Version.V0 else 'node'}/{node.key}/{process}.txt"


def level_log(level: str, node: Node, process: str) -> str:
    """The file that holds only warnings, or only errors, of a process."""
    return f"logs/sys/{level.lower()}/{node.key}/{process}.txt"


def user_error(node: Node, process: str) -> str:
    """What the entry script raised in a process."""
    return f"logs/user/error/{node.key}/{process}.txt"


def user_stream(version: Version, node: Node, process: str, stream: str) -> str:
    """What the entry script wrote to a stream."""
    folder = "" if version == Version.V0 else f"{stream}/"
    return f"logs/user/{folder}{node.key}/{process}.{stream}.txt"


def perf(version: Version, node: Node) -> str:
    """The folder of a node's resource tables."""
    return f"logs/{'sys/' if version <= Version.V1 else ''}perf/{node.key}"


def master_log(version: Version, part: str) -> str:
    """The log of the master, one for each failover where `part` says so."""
    if version == Version.V0:
        return "logs/sys/master.txt"
    return f"logs/sys/master_role{part}.txt"


def overview(version: Version, day: str, stamp: str) -> str:
    """The progress file."""
    if version == Version.V0:
        return f"logs/overview.{day}.txt"
    if version == Version.V2:
        return "logs/job_progress_overview.txt"
    return f"logs/job_progress_overview.{stamp}.txt"
