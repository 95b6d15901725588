"""Recipes for other clients work: every query of a dashboard, every cell of the notebook, programs where they are there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

if TYPE_CHECKING:
    from tests.conftest import Run, StoreUnderTest

DASHBOARDS = Path(__file__).resolve().parents[2] / "deploy" / "dashboards"
PROGRAMS = os.environ.get("INGEST_TEST_CLIENTS", "")  # a folder of programs, which `.ci/run` fills


@pytest.fixture
def catalog(sample_jobs: StoreUnderTest) -> Iterator[duckdb.DuckDBPyConnection]:
    """A store as any client opens it: its catalog, read-only, without ingest."""
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{sample_jobs.path / 'catalog.duckdb'}' AS catalog (READ_ONLY); USE catalog")
        yield connection


def test_grafana(catalog: duckdb.DuckDBPyConnection) -> None:
    """Each panel shows rows for the time of the samples, and has what its kind needs; a time without jobs is no error."""
    dashboard = json.loads((DASHBOARDS / "grafana" / "ingest-dashboard.json").read_text())
    source, experiments = dashboard["templating"]["list"]
    assert source["type"] == "datasource"
    names = [name for (name,) in catalog.execute(experiments["query"]).fetchall()]
    assert "nightly-scoring" in names
    chosen = ", ".join(f"'{name}'" for name in names)
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"]) > 5
    for panel in dashboard["panels"]:
        [target] = panel["targets"]
        for since, until, some in ((1.5e12, 1.8e12, True), (0, 1, False)):
            sql = target["rawSql"].replace("${__from}", f"{since:.0f}").replace("${__to}", f"{until:.0f}")
            sql = sql.replace("${experiment:sqlstring}", chosen)
            assert "$" not in sql, panel["title"]
            answer = catalog.execute(sql)
            columns = {name: str(kind) for name, kind, *_ in answer.description or ()}
            assert bool([row for row in answer.fetchall() if any(row)]) == some, panel["title"]
        if panel["type"] == "timeseries":
            assert columns["time"] == "TIMESTAMP"
            assert len(columns) == 3  # time, what the lines are named by, one value


def test_evidence(catalog: duckdb.DuckDBPyConnection) -> None:
    """The queries of the source over the store, those of the page over what the source's gave; components name both."""
    folder = DASHBOARDS / "evidence"
    with duckdb.connect() as evidence:
        evidence.execute("CREATE SCHEMA ingest")
        for query in sorted((folder / "sources" / "ingest").glob("*.sql")):
            rows = catalog.sql(query.read_text()).to_arrow_table()  # noqa: F841 - DuckDB finds it by its name
            evidence.execute(f"CREATE TABLE ingest.{query.stem} AS SELECT * FROM rows")
        page = (folder / "pages" / "index.md").read_text()
        blocks = dict(re.findall(r"^```sql (\w+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
        columns = {}
        for name, sql in blocks.items():
            answer = evidence.execute(sql)
            columns[name] = {column for column, *_ in answer.description or ()}
            assert answer.fetchall(), name
    components = re.findall(r"<(\w+) data=\{(\w+)\}(.*?)/>", page)
    assert {data for _, data, _ in components} == set(blocks)
    for _, data, rest in components:
        assert set(re.findall(r"\b(?:x|y|value|series)=(\w+)", rest)) <= columns[data]


def test_jupyter(sample_jobs: StoreUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cell runs, and what it leaves to be shown has something to show."""
    monkeypatch.setenv("INGEST_STORE", str(sample_jobs.path))
    notebook = json.loads((DASHBOARDS / "jupyter" / "ingest.ipynb").read_text())
    scope: dict[str, Any] = {}
    shown = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            *statements, last = "".join(cell["source"]).split("\n")
            exec("\n".join(statements), scope)
            shown.append(eval(last, scope))
    assert "8 jobs" in repr(shown[0])
    assert "memory-growth" in str(shown[1])
    assert "timeouts-retries" in str(shown[2])
    assert shown[3].to_dict()["mark"]["type"] == "point"
    assert {row["job_id"] for row in shown[4]} >= {"memory-growth"}
    scope["store"].close()


def program(name: str) -> str:
    """A program that may be installed, in a folder of its own or on the path."""
    found = shutil.which(name, path=PROGRAMS) if PROGRAMS else shutil.which(name)
    if found is None:
        pytest.skip(f"no {name} here")
    return found


def test_duckdb_program(sample_jobs: StoreUnderTest, run: Run, tmp_path: Path) -> None:
    """It opens the catalog read-only, and a file that `ingest connect --format init` wrote."""
    duck = program("duckdb")
    query = "SELECT job_id, failed_items FROM job_summary WHERE job_id = 'memory-growth'"
    script = tmp_path / "ingest.sql"
    script.write_text(run("connect", "--store", sample_jobs.path, "--format", "init").stdout)
    for how in (["-readonly", str(sample_jobs.path / "catalog.duckdb")], ["-init", str(script)]):
        done = subprocess.run(
            [duck, *how, "-csv", "-c", query], capture_output=True, text=True, timeout=60, check=False
        )
        assert "memory-growth,10" in done.stdout, done.stderr


HARLEQUIN = """
import asyncio, sys
from harlequin import Harlequin
from harlequin_duckdb.adapter import DuckDbAdapter

async def main():
    app = Harlequin(DuckDbAdapter((sys.argv[1],), read_only=True))
    async with app.run_test() as pilot:
        while app.connection is None:
            await pilot.pause(0.1)
        children = lambda item: item.children or getattr(item, "fetch_children", list)()
        items = app.connection.get_catalog().items
        names = {one.label for database in items for schema in children(database) for one in children(schema)}
        [(failed,)] = app.connection.execute("SELECT failed_items FROM job_summary WHERE job_id = 'memory-growth'").fetchall()
        print("job_summary" in names, failed)
        app.exit()

asyncio.run(main())
"""


def test_harlequin(sample_jobs: StoreUnderTest, tmp_path: Path) -> None:
    """Without a window: the views are in its tree, and a query is answered."""
    python = Path(program("harlequin")).with_name("python")
    command = [str(python), "-c", HARLEQUIN, str(sample_jobs.path / "catalog.duckdb")]
    surroundings = {**os.environ, "HOME": str(tmp_path)}
    done = subprocess.run(command, env=surroundings, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.split() == ["True", "10"], done.stderr[-2000:]


def test_every_client_is_documented() -> None:
    """The how-to has a section for each client, and names each file of a dashboard."""
    page = (DASHBOARDS.parents[1] / "docs" / "how-to" / "query-from-other-tools.md").read_text()
    for client in ("duckdb program", "DBeaver", "Harlequin", "Jupyter", "Grafana", "Superset", "Evidence", "Power BI"):
        assert re.search(rf"^## .*{client}", page, re.MULTILINE), client
    for folder in DASHBOARDS.iterdir():
        assert f"deploy/dashboards/{folder.name}" in page
