"""What a benchmark tree holds, so that a benchmark can check that it read all of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields


@dataclass
class Summary:
    """Counts of the spliced parts, and of the whole tree (``jobs``, ``files``, ``bytes``).

    Records and tracebacks are those of the spliced logs only, without the small simulated part.
    """

    jobs: int = 0
    files: int = 0
    bytes: int = 0
    log_bytes: int = 0
    log_records: int = 0
    log_tracebacks: int = 0
    csv_bytes: int = 0
    csv_rows: int = 0
    csv_mini_batches: int = 0
    small_files: int = 0
    small_bytes: int = 0

    def add(self, other: Summary) -> None:
        """Add another tree's counts."""
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))

    def as_json(self) -> dict[str, int]:
        """Plain data."""
        return asdict(self)
