"""What a night throws away and tidies up: records that are older than wanted, and Parquet files that are many and small."""

from __future__ import annotations

from typing import Any

from ingest.store.layout import Layout


def keep_house(layout: Layout, *, raw_days: int | None, small_slices: int, dry_run: bool) -> dict[str, Any]:
    """What was dropped and merged, or would be."""
    return {}
