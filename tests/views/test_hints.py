"""Hints to the database's planner that would be lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.plugin.registry import Registry


def test_no_view_asks_for_what_a_store_forgets(registry: Registry) -> None:
    """A view that was stored and read again has lost NOT MATERIALIZED: what is named and used twice is held in memory."""
    asking = [view.name for view in registry.definition().library.views if "not materialized" in view.text.lower()]
    assert asking == []
