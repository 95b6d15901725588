"""The Python API of a store: relations, parameters, thresholds, and what it says when something is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ingest import open_store
from ingest.errors import IngestError, InputError, QueryError, StoreError

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.store.reader import Store
    from tests.conftest import Keep, Logs, StoreUnderTest, Tree


@pytest.fixture(scope="module")
def shared(kept: Keep, logs: Logs) -> StoreUnderTest:
    """A store with a job `a`: nine records of a worker, and one error."""
    return kept({logs.worker: logs.records(9) + logs.error()})[0]


@pytest.fixture
def opened(shared: StoreUnderTest) -> Any:
    """That store, opened."""
    with open_store(shared.path) as store:
        yield store


def test_sql_gives_a_relation(opened: Store) -> None:
    """A relation is a question: it can be narrowed, asked again, and taken as Arrow."""
    records = opened.sql("SELECT level, message FROM log_records ORDER BY line_no")
    assert records.columns == ["level", "message"]
    assert len(records.fetchall()) == len(records.fetchall()) == 10
    assert records.filter("level = 'ERROR'").aggregate("count(*)").fetchall() == [(1,)]
    table = records.limit(2).to_arrow_table()
    assert table.to_pylist() == [{"level": "INFO", "message": f"Got task {n}."} for n in (0, 1)]


def test_relations_stay_valid_beside_each_other(opened: Store) -> None:
    """One relation is not disturbed by another, nor by rows taken meanwhile."""
    records, jobs = opened.sql("SELECT line_no FROM log_records"), opened.jobs()
    assert opened.rows("SELECT 1 AS one") == [{"one": 1}]
    assert jobs.project("job_id").fetchall() == [("a",)]
    assert len(records.fetchall()) == 10


@pytest.mark.parametrize("name", ["pandas", "polars"])
def test_frames(opened: Store, name: str) -> None:
    """A relation turns into a frame of the library that is installed."""
    pytest.importorskip(name)
    relation = opened.sql("SELECT count(*) AS n FROM log_records")
    frame = relation.df() if name == "pandas" else relation.pl()
    assert list(frame["n"]) == [10]


def test_values_are_never_sql(opened: Store) -> None:
    """A value comes back as it was given, by place and by name, whatever is in it."""
    hostile = "x'; DROP TABLE jobs; --"
    assert opened.sql("SELECT ? AS v", [hostile]).fetchall() == [(hostile,)]
    assert opened.sql("SELECT $query AS v", query=hostile).fetchall() == [(hostile,)]
    assert opened.rows("SELECT $v AS v", {"v": hostile}) == opened.rows("SELECT $v AS v", v=hostile)
    assert opened.sql("SELECT $self AS v, $parameters AS w", self=1, parameters=None).fetchall() == [(1, None)]
    with pytest.raises(IngestError, match="both in a list and by name"):
        opened.sql("SELECT ?", [1], other=2)
    with pytest.raises(QueryError, match="parameter"):
        opened.rows("SELECT $one", other=2)


def test_a_relation_with_values_can_be_narrowed(opened: Store) -> None:
    """The values stay with the relation."""
    records = opened.sql("SELECT line_no FROM log_records WHERE line_no > $least", least=5)
    assert records.filter("line_no < 8").order("line_no").fetchall() == [(6,), (7,)]


@pytest.mark.parametrize(
    "query", ["SELEC 1", "SELECT nothing FROM jobs", "FROM no_table", "SELECT '\udc80'", "SELECT at FROM errors"]
)
def test_refused_queries(opened: Store, query: str) -> None:
    """What the database refuses is a QueryError with a remedy, and the store can be asked on."""
    for ask in (opened.sql, opened.rows):
        with pytest.raises(QueryError) as refused:
            ask(query)
        assert bool(refused.value.remedy) != ("Parser Error" in refused.value.wrong)  # no name is to be looked up then
    assert opened.rows("SELECT count(*) AS n FROM jobs") == [{"n": 1}]


def test_what_fails_while_it_runs(opened: Store) -> None:
    """`rows` tells that too as QueryError."""
    with pytest.raises(QueryError, match="INT"):
        opened.rows("SELECT message::INT FROM log_records")


def test_nothing_can_be_changed(opened: Store) -> None:
    """The store is read-only."""
    with pytest.raises(QueryError, match=r"(?i)read-only|base table"):
        opened.sql("DELETE FROM jobs").fetchall()


def test_statements_without_a_result(opened: Store) -> None:
    """A SET gives no rows, and holds."""
    assert opened.sql("SET VARIABLE mine = 3").fetchall() == []
    assert opened.rows("SET VARIABLE mine = 4") == []
    assert opened.rows("SELECT getvariable('mine') AS v") == [{"v": 4}]


def test_jobs_and_views(opened: Store) -> None:
    """The jobs are those of `job_summary`; views come with their question, groundwork for others without one does not."""
    assert opened.jobs().fetchall() == opened.sql("SELECT * FROM job_summary").fetchall()
    views = {name: (question, caveat) for name, question, caveat in opened.views().fetchall()}
    assert views["job_summary"][0] == "How did each job go?"
    assert views["job_summary"][1].startswith("One row per job.")
    assert all(question.endswith("?") for question, _ in views.values())
    assert not {"check_rows", "log_records"} & views.keys()


def test_diagnose(store: StoreUnderTest, tree: Tree, logs: Logs) -> None:
    """Findings of all jobs, of one by the beginning of its id, or of those of a pattern; the first is the gravest."""
    for name in ("night-1", "night-2", "day"):
        tree({logs.worker: logs.records(2) + logs.error(f"ValueError: {name}")}, name)
    store.load(tree({"logs/mine.txt": ""}, "empty").parent)
    with open_store(store.path) as opened:
        everything = opened.diagnose()
        assert everything.columns == opened.sql("SELECT * FROM diagnosis").columns
        jobs = everything.project("job_id").distinct().order("job_id").fetchall()
        assert jobs == [("day",), ("night-1",), ("night-2",)]
        assert {row[0] for row in opened.diagnose("night-*").fetchall()} == {"night-1", "night-2"}
        assert {row[0] for row in opened.diagnose("da").fetchall()} == {"day"}
        first = opened.diagnose("day").limit(1).to_arrow_table().to_pylist()[0]
        assert (first["rank"], "ValueError: day" in first["headline"]) == (1, True)
        assert opened.diagnose("empty").fetchall() == []
        with pytest.raises(InputError, match="no such job"):
            opened.diagnose("no'job")


def test_an_empty_store(store: StoreUnderTest, tree: Tree) -> None:
    """A store with a job without logs answers everything, with no rows."""
    store.load(tree({"logs/mine.txt": ""}, "empty"))
    with open_store(store.path) as opened:
        assert opened.diagnose().fetchall() == []
        assert len(opened.jobs().fetchall()) == 1
        assert opened.views().fetchall()


def test_thresholds(shared: StoreUnderTest) -> None:
    """A threshold given holds for this opening only; one that there is not is refused, with what it may have been."""
    query = "SELECT name, value, default_value FROM thresholds ORDER BY name LIMIT 1"
    with open_store(shared.path) as opened:
        known = opened.rows(query)
    if not known:
        pytest.skip("no check has a threshold yet")
    name, default = known[0]["name"], known[0]["default_value"]
    with open_store(shared.path, thresholds={name: default + 1}) as opened:
        assert opened.rows(query) == [{"name": name, "value": default + 1, "default_value": default}]
    with open_store(shared.path) as opened:
        assert opened.rows(query)[0]["value"] == default
    for wrong in ({f"{name}x": 1.0}, {name: float("nan")}):
        with pytest.raises(IngestError, match=name):
            open_store(shared.path, thresholds=wrong)


def test_price(shared: StoreUnderTest) -> None:
    """The price of a node-hour is a variable of the connection; what is no price is refused."""
    with open_store(shared.path, price_per_node_hour=2) as opened:
        assert opened.rows("SELECT getvariable('price_per_node_hour') AS price") == [{"price": 2.0}]
    for wrong in (-1.0, float("inf")):
        with pytest.raises(IngestError, match="not a price"):
            open_store(shared.path, price_per_node_hour=wrong)


def test_no_store(tmp_path: Path) -> None:
    """A place without a store is told as such."""
    with pytest.raises(StoreError, match="no store there"):
        open_store(tmp_path)
