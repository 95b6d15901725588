"""What a night throws away and tidies up: records older than wanted, and Parquet files that have become many and small."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.store.compact import DEAD_SHARE, compact, to_merge
from ingest.store.forget import forget, older_than

if TYPE_CHECKING:
    from ingest.plugin.registry import Registry
    from ingest.store.maintenance import Maintenance
    from ingest.store.reader import Store

_REASON = "older than [retention] raw_days"


@dataclass(frozen=True, slots=True)
class RetentionPlan:
    """What is to be done."""

    jobs: list[str]
    """Jobs whose records are to be dropped; what was measured of them stays."""
    files: int
    """Parquet files that are worth merging; 0 if they are too few to bother."""

    @property
    def anything(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.jobs or self.files)

    def told(self) -> dict[str, Any]:
        """As data, without what is not to be done."""
        facts = {"jobs_dropped": len(self.jobs), "files_merged": self.files}
        return {name: count for name, count in facts.items() if count}


def plan_house(store: Store, registry: Registry, *, raw_days: int | None, small_files: int) -> RetentionPlan:
    """What a night would do; `raw_days` None: all records are kept."""
    files = sum(one.files for group in to_merge(store.connection, registry, DEAD_SHARE) for one in group)
    return RetentionPlan(
        older_than(store, raw_days) if raw_days is not None else [], files if files > small_files else 0
    )


def keep_house(store: Maintenance, house: RetentionPlan) -> None:
    """Drops and merges. What was dropped is not read again while its logs stay as they are: they may lie there for years."""
    forget(store, house.jobs, for_good=_REASON)
    if house.files:
        compact(store, DEAD_SHARE)
