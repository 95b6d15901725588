"""Every view, check and macro is shown at work: its head has an example, and the sample jobs answer it."""

from __future__ import annotations

import pytest
from making import views as making
from making.sample_store import answer, sample_store

from ingest.views import checks
from ingest.views.files import View, list_macros, list_views
from ingest.views.meanings import meaning, meanings

EVERYTHING = [*list_views(), *list_macros()]
WIDTH, LINES = 100, 30


@pytest.mark.parametrize("view", EVERYTHING, ids=lambda view: view.name)
def test_example(view: View) -> None:
    """It asks the view itself and is answered by rows, in a table that fits a page; or it is told why not."""
    query = making.example_of(view)
    if view.name in making.PARTS:
        assert query is None
        return
    assert query is not None, f"{view.file} needs a line `-- example: SELECT ...`"
    assert view.name in query
    told = answer(query)
    if told is None:
        assert view.name in making.WITHOUT_ROWS, f"no row over the sample jobs: {query}"
        return
    lines = told.splitlines()
    assert len(lines) <= LINES
    assert max(map(len, lines)) <= WIDTH
    assert not lines[0].startswith("── 1 ─"), f"too wide for a table: {query}"


@pytest.mark.parametrize(
    "view",
    [view for view in list_views() if view.folder in ("answers", "diagnosis", "quality")],
    ids=lambda view: view.name,
)
def test_every_column_says_what_it_is(view: View) -> None:
    """In sql/columns.toml, or in the table that it comes from; of what people ask, not of its groundwork."""
    columns = sample_store().sql(f"SELECT * FROM {view.name} LIMIT 0").columns
    assert not [column for column in columns if not meaning(view.name, column)]


def test_nothing_is_described_that_is_not_there() -> None:
    """Each section of columns.toml is a view with these columns; each exception is one of a view that there is."""
    names = {view.name for view in EVERYTHING}
    assert names >= set(making.WITHOUT_ROWS) | set(making.PARTS)
    relations = [*(view.name for view in list_views()), *checks.HEADS, checks.ROWS]
    columns = {name: set(sample_store().sql(f"SELECT * FROM {name} LIMIT 0").columns) for name in relations}
    for section, told in meanings().items():
        there = set().union(*columns.values()) if section == "all" else columns[section]
        assert set(told) <= there, section
