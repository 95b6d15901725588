"""Which jobs a user means."""

from __future__ import annotations

import pytest

from ingest import ingest_jobs, open_store
from ingest.errors import InputError
from ingest.store.reader import Store
from ingest.store.select_jobs import chosen_jobs

NAMES = ["night-1", "night-10", "night-2", "day[1]", "day1"]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store of empty jobs."""
    root = tmp_path_factory.mktemp("named")
    for name in NAMES:
        (root / "jobs" / name / "logs").mkdir(parents=True)
    ingest_jobs([root / "jobs"], root / "store")
    return open_store(root / "store")


@pytest.mark.parametrize(
    ("given", "chosen"),
    [
        ([], sorted(NAMES)),
        (["night-1"], ["night-1"]),
        (["night-2", "night-1*"], ["night-2", "night-1", "night-10"]),
        (["day1", "day?", "day1"], ["day1"]),
        (["day[1]"], ["day[1]"]),
        (["night-10*", "night-1"], ["night-10", "night-1"]),
    ],
)
def test_chosen(store: Store, given: list[str], chosen: list[str]) -> None:
    """An id before a pattern, each job once, in the order asked for."""
    assert chosen_jobs(store, given) == chosen


@pytest.mark.parametrize(
    ("given", "remedy"), [("night", "night-1, night-10"), ("nigth-2", "night-2"), ("xyz", "ingest jobs"), ("", "jobs")]
)
def test_none_fits(store: Store, given: str, remedy: str) -> None:
    """Told with what there is."""
    with pytest.raises(InputError) as wrong:
        chosen_jobs(store, [given])
    assert remedy in wrong.value.remedy
