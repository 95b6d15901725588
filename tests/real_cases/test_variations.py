"""Every variation of the kinds of real cases is concluded as a reader would."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.real_cases.concluding import mistakes
from tests.real_cases.variations import VARIATIONS, Variation, write

if TYPE_CHECKING:
    pass


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What is wrong with each variation that is not concluded right."""
    root = tmp_path_factory.mktemp("variations")
    write(root / "jobs")
    return mistakes(root / "jobs", root / "store")


@pytest.mark.parametrize("variation", VARIATIONS, ids=lambda variation: variation.id)
def test_variation(wrong: dict[str, str], variation: Variation) -> None:
    """State, first finding and its remedy."""
    assert wrong.get(variation.id) is None


def test_names_are_unique() -> None:
    """No tree is written over another."""
    assert len({variation.id for variation in VARIATIONS}) == len(VARIATIONS)
