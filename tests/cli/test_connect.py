"""`ingest connect`: what it prints opens the store, with the client that it is for."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

if TYPE_CHECKING:
    from tests.conftest import Keep, Logs, Run, StoreUnderTest

QUERY = "SELECT count(*) FROM log_records"


@pytest.fixture(scope="module")
def shared(kept: Keep, logs: Logs) -> StoreUnderTest:
    """A store with nine records."""
    return kept({logs.worker: logs.records(9)})[0]


def test_the_page(run: Run, shared: StoreUnderTest) -> None:
    """Without options: every client, and what to know."""
    done = run("connect", "--store", shared.path)
    assert (done.returncode, done.stderr) == (0, "")
    catalog = shared.path / "catalog.duckdb"
    for told in (f"duckdb -readonly {catalog}", f"jdbc:duckdb:{catalog}", "duckdb.read_only = true", "1 job"):
        assert told in done.stdout


def test_python(run: Run, shared: StoreUnderTest) -> None:
    """The lines for Python run, and give a connection that cannot write."""
    lines = run("connect", "--store", shared.path, "--client", "python").stdout
    scope: dict[str, duckdb.DuckDBPyConnection] = {}
    exec(lines, scope)
    with scope["connection"] as connection:
        assert connection.sql(QUERY).fetchall() == [(9,)]
        with pytest.raises(duckdb.Error, match=r"read-only|base table"):
            connection.execute("DELETE FROM jobs")


def test_init_script(run: Run, shared: StoreUnderTest, tmp_path: Path) -> None:
    """The init script opens the store read-only, with the price of the settings, in any DuckDB client."""
    (tmp_path / "ingest.toml").write_text(f'store = "{shared.path}"\n[cost]\nprice_per_node_hour = 0.9\n')
    done = run("connect", "--config", "ingest.toml", "--format", "init", cwd=tmp_path)
    assert done.returncode == 0
    with duckdb.connect() as connection:
        connection.execute(done.stdout)
        assert connection.sql(QUERY).fetchall() == [(9,)]
        assert connection.sql("SELECT getvariable('price_per_node_hour')").fetchall() == [(0.9,)]
        assert connection.sql("SELECT bool_and(value = default_value) FROM thresholds").fetchall() in (
            [(True,)],
            [(None,)],
        )
        with pytest.raises(duckdb.Error, match=r"read-only|base table"):
            connection.execute("DELETE FROM jobs")


def test_thresholds_in_the_init_script(run: Run, shared: StoreUnderTest, tmp_path: Path) -> None:
    """A threshold of the settings holds there too."""
    known = shared.rows("SELECT name, default_value FROM thresholds ORDER BY name LIMIT 1")
    if not known:
        pytest.skip("no check has a threshold yet")
    name, default = known[0]
    (tmp_path / "ingest.toml").write_text(f'store = "{shared.path}"\n[thresholds]\n{name} = {default + 1}\n')
    with duckdb.connect() as connection:
        connection.execute(run("connect", "--config", "ingest.toml", "--format", "init", cwd=tmp_path).stdout)
        assert connection.sql(f"SELECT value FROM thresholds WHERE name = '{name}'").fetchall() == [(default + 1,)]


@pytest.mark.skipif(shutil.which("duckdb") is None, reason="the duckdb program is not installed")
def test_the_duckdb_program(run: Run, shared: StoreUnderTest, tmp_path: Path) -> None:
    """The program opens the store by its command, and by the init script."""
    command = run("connect", "--store", shared.path, "--client", "duckdb").stdout.strip()
    (tmp_path / "init.sql").write_text(run("connect", "--store", shared.path, "--format", "init").stdout)
    for line in (f'{command} -csv -noheader -c "{QUERY}"', f'duckdb -init init.sql -csv -noheader -c "{QUERY}"'):
        done = subprocess.run(
            ["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True
        )
        assert done.stdout == "9\n"


def test_json(run: Run, shared: StoreUnderTest) -> None:
    """The same for programs."""
    told = json.loads(run("connect", "--store", shared.path, "--format", "json").stdout)
    assert told["catalog"] == str(shared.path / "catalog.duckdb")
    assert told["jdbc"] == {"url": f"jdbc:duckdb:{told['catalog']}", "properties": {"duckdb.read_only": "true"}}
    assert set(json.loads(run("connect", "--store", shared.path, "--format", "json", "--client", "jdbc").stdout)) == {
        *("store", "catalog", "jdbc")
    }


def test_a_path_with_everything_in_it(run: Run, shared: StoreUnderTest, tmp_path: Path) -> None:
    """Quotes, blanks and dollars in a path are quoted as each client wants it."""
    store = tmp_path / 'it\'s "a" $store'
    shutil.copytree(shared.path, store)
    assert run("rebuild", "--store", store).returncode == 0
    with duckdb.connect() as connection:
        connection.execute(run("connect", "--store", store, "--format", "init").stdout)
        assert connection.sql(QUERY).fetchall() == [(9,)]
    lines = run("connect", "--store", store, "--client", "python").stdout
    code = f"{lines}\nprint(connection.sql({QUERY!r}).fetchall())"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[(9,)]\n"
    line = run("connect", "--store", store, "--client", "duckdb").stdout.strip()
    words = subprocess.run(["bash", "-c", f"printf '%s\\n' {line}"], capture_output=True, text=True).stdout
    assert words == f"duckdb\n-readonly\n{store}/catalog.duckdb\n"


def test_no_store_and_wrong_usage(run: Run, shared: StoreUnderTest, tmp_path: Path) -> None:
    """No store is 4; an init script for another client than duckdb is 2."""
    assert run("connect", "--store", tmp_path).returncode == 4
    assert run("connect", "--store", shared.path, "--format", "init", "--client", "jdbc").returncode == 2
