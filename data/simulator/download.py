"""What of a job's files arrives: folders may be missing, and files may end in the middle of a line."""

from __future__ import annotations

from pathlib import Path
from random import Random

from simulator.world import World
from simulator.writers.files import Files

_CUT_KINDS = (
    "processed_mini-batches.csv",
    "task.csv",
    "resource_usage.csv",
    "logs/sys/node/",
    "logs/sys/worker/",
    "overview",
)
"""Files whose writer ends each record with a line break."""


def save(files: Files, world: World, root: Path) -> list[str]:
    """Writes what arrives below a root, and says which files were cut or left out."""
    rng = Random(f"download {world.name}")
    lost = tuple(str(folder) for folder in _sequence(world.traits.get("lost_folders")))
    arrived = [path for path in files.paths() if not path.startswith(lost or ("\0",))]
    cut = _cut(arrived, int(str(world.traits.get("cut_files", 0))), rng)
    for path in arrived:
        content = files.content(path).encode()
        if path in cut:
            content = _broken_off(content, rng)
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return sorted({*cut, *(path for path in files.paths() if path.startswith(lost or ("\0",)))})


def _sequence(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else ()


def _cut(paths: list[str], count: int, rng: Random) -> set[str]:
    if not count:
        return set()
    tables = [path for path in paths if path.endswith((_CUT_KINDS[0], _CUT_KINDS[1]))]
    others = [path for path in paths if any(kind in path for kind in _CUT_KINDS) and path not in tables]
    chosen = rng.sample(tables, 1) if count > 1 else []
    return {*chosen, *rng.sample(others, min(count - len(chosen), len(others)))}


def _broken_off(content: bytes, rng: Random) -> bytes:
    """Cut somewhere in its second half, never at the end of a line."""
    at = rng.randrange(len(content) // 2, max(len(content) // 2 + 1, len(content) - 3))
    while at > 1 and content[at - 1 : at] in {b"\n", b"\r"}:
        at -= 1
    return content[:at]
