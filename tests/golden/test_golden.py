"""Small files of every format and generation, and what is read from them, kept beside and checked by hand against formats.md.

After a change that is meant: INGEST_UPDATE_GOLDEN=1 python -m pytest tests/golden, and look at the diff.
"""

from __future__ import annotations

import json
from pathlib import Path

from ingest.plugin.registry import PluginOptions, load_registry
from ingest.testing import GoldenPairs
from ingest.testing.golden import golden_pairs

FOLDER = Path(__file__).parent


class TestGolden(GoldenPairs):
    """Every pair in the folders beside this file."""

    folder = FOLDER


def test_every_parser_has_a_pair() -> None:
    """No built-in parser goes without an example that a person has looked at."""
    heads = [json.loads(pair.kept.read_text("utf-8").partition("\n")[0]) for pair in golden_pairs(FOLDER)]
    assert {head["parser"] for head in heads} == set(load_registry(PluginOptions(installed=False)).parsers)


def test_no_rows_without_their_input() -> None:
    """Each `.jsonl` has a file that it was read from."""
    kept = {pair.kept for pair in golden_pairs(FOLDER)}
    assert sorted(FOLDER.glob("*/*.jsonl")) == sorted(kept)
