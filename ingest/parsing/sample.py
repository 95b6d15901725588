"""Samples: a format's definition holds at least one example of it, which the conformance kit and `ingest explain` use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sample:
    """A small file of the format: its path below the artifact root, and its text."""

    path: str
    text: str
    records: int
    """How many records it holds."""
