"""Files that are known and not read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IgnoredFiles:
    """Files at paths that match a pattern hold no log; they are listed with the reason."""

    kind: str
    path: str
    reason: str
