"""How much an archive may hold, so that one that was made to fill a disk or a memory does neither."""

from __future__ import annotations

from dataclasses import dataclass

_SMALL = 64 << 20
"""Bytes; what unpacks to less does no harm, however well it was packed."""


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What is refused; settings of `[archives]`."""

    max_ratio: float = 500.0
    """Unpacked bytes for each packed one. Logs come to 5 to 100; deflate can make 1,030."""
    max_total_gb: float = 100.0
    """Unpacked bytes of a whole archive, in 10^9."""
    max_members: int = 2_000_000

    @property
    def total(self) -> int:
        """`max_total_gb` in bytes."""
        return int(self.max_total_gb * 1e9)

    def is_bomb(self, packed: int, unpacked: int) -> bool:
        """Whether so much comes out of so little that no log was packed."""
        return unpacked > _SMALL and unpacked > packed * self.max_ratio


DEFAULT_LIMITS = ArchiveLimits()
