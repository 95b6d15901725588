"""Tables as input: cut between records, whatever is in them, and read by the worker's own pandas."""

from __future__ import annotations

import csv
import io
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from ingest.errors import InputError
from ingest.rehearse.plan import Settings, mini_batches
from ingest.rehearse.tables import Part, TableFile, is_mltable, parts, table_files
from tests.rehearse.conftest import SCRIPTS, Drive

if TYPE_CHECKING:
    from tests.conftest import Run

CELLS = st.lists(st.sampled_from(["a", "b", " ", ",", '"', "\n", "\r\n", ";", "é"]), max_size=6).map(
    lambda one: "x" + "".join(one)
)
ROWS = st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=30)


def rows_of(part: Part, content: bytes) -> list[list[str]]:
    """What a reader of CSV finds in a part and its header."""
    reading = part.reading
    text = content[: reading["head"]] + content[reading["at"] :][: reading["bytes"]]
    return list(csv.reader(io.StringIO(text.decode(), newline="")))[1:]


@given(
    ROWS,
    st.sampled_from([(1, None), (7, None), (None, 1), (None, 40), (None, 10_000)]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_parts_have_every_row_once(rows: list[tuple[str, str]], cut: tuple[int | None, int | None], end: str) -> None:
    """In order, as many as they say, with the header; quoted commas, quotes and line ends do not matter."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator=end).writerows([("one", "two"), *rows])
    content = buffer.getvalue().encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "open", lambda _self, _mode: io.BytesIO(content))
        found = list(parts(TableFile(Path("t.csv"), "delimited"), *cut))
    assert [len(rows_of(part, content)) for part in found] == [part.rows for part in found]
    assert [tuple(row) for part in found for row in rows_of(part, content)] == rows
    if cut[0]:
        assert all(part.rows == cut[0] for part in found[:-1])
    else:
        assert all(part.bytes <= (cut[1] or 0) or part.rows == 1 for part in found)


def test_parquet_is_cut_across_row_groups(tmp_path: Path) -> None:
    """Each part names the groups that it needs, and how many rows to skip in the first."""
    file = tmp_path / "t.parquet"
    parquet.write_table(pa.table({"value": range(100)}), file, row_group_size=30)
    found = [part.reading for part in parts(table_files(file)[0], 40, None)]
    assert [(one["groups"], one["skip"], one["rows"]) for one in found] == [
        ([0, 1], 0, 40),
        ([1, 2], 10, 40),
        ([2, 3], 20, 20),
    ]
    (tmp_path / "broken.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="not Parquet"):
        list(parts(table_files(tmp_path / "broken.parquet")[0], 40, None))


def mltable(folder: Path, text: str) -> Path:
    """An MLTable in a new folder, beside two files of three rows each."""
    folder.mkdir()
    for name in ("b", "a"):
        (folder / f"{name}.csv").write_text("key;value\n" + "".join(f"{name}{row};{row}\n" for row in range(3)))
    (folder / "MLTable").write_text(text)
    return folder


DELIMITED = "transformations:\n- read_delimited: {delimiter: ';', encoding: utf8, header: all_files_same_headers}\n"


@pytest.mark.parametrize("paths", ["- file: ./a.csv\n- file: ./b.csv", "- pattern: ./*.csv", "- folder: ./"])
def test_an_mltable_names_its_files(tmp_path: Path, paths: str) -> None:
    """And how they are read; the folder or the file in it may be named."""
    pytest.importorskip("yaml")
    folder = mltable(tmp_path / "table", f"type: mltable\npaths:\n{paths}\n{DELIMITED}")
    assert is_mltable(folder)
    found = table_files(folder / "MLTable")
    assert [(one.path.name, one.kind, one.delimiter, one.header) for one in found] == [
        ("a.csv", "delimited", ";", True),
        ("b.csv", "delimited", ";", True),
    ]
    settings = Settings(tmp_path / "score.py", tmp_path, (folder,), tmp_path / "out", mini_batch_size=2, unit="rows")
    batches, rows = mini_batches(settings)
    assert ([one.items for one in batches], rows) == ([2, 1, 2, 1], 6)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("paths: [", "not YAML"),
        ("- a\n", "no list paths:"),
        (f"paths:\n- file: azureml://datastores/d/paths/a.csv\n{DELIMITED}", "not on this machine"),
        (f"paths:\n- file: ./c.csv\n{DELIMITED}", "c.csv: not found"),
        (f"paths:\n- pattern: ./*.txt\n{DELIMITED}", "names no file"),
        ("paths:\n- file: ./a.csv\n", "transformations"),
        ("paths:\n- file: ./a.csv\ntransformations:\n- read_delta_lake\n", "read_delta_lake is not supported"),
        (f"paths:\n- file: ./a.csv\n{DELIMITED}- take: 5\n", "transformations"),
        ("paths:\n- file: ./a.csv\ntransformations:\n- read_delimited: {encoding: utf16}\n", "utf16 is not supported"),
        ("paths: !!python/object/apply:os.system ['true']\n", "not YAML"),
    ],
)
def test_an_mltable_that_cannot_be_rehearsed_is_refused(tmp_path: Path, text: str, wrong: str) -> None:
    """Before anything is started; nothing in it is run."""
    pytest.importorskip("yaml")
    with pytest.raises(InputError, match=wrong):
        table_files(mltable(tmp_path / "table", text))


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    """By its suffix."""
    (tmp_path / "a.png").write_bytes(b"")
    with pytest.raises(InputError, match="not a table"):
        table_files(tmp_path)


TABLE = "key,value,text\n" + "".join(f'k{row},{row},"line {row}\nand ""another"""\n\n' for row in range(50))


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_rows_are_scored_as_data_frames(drive: Drive, tmp_path: Path, science: str, kind: str) -> None:
    """Every row once, in order; results name their rows."""
    if kind == "csv":
        (tmp_path / "t.csv").write_text(TABLE)
    elif kind == "jsonl":
        (tmp_path / "t.jsonl").write_text("".join(f'{{"key": "k{row}", "value": {row}}}\n' for row in range(50)))
    else:
        columns = {"key": [f"k{row}" for row in range(50)], "value": range(50)}
        parquet.write_table(pa.table(columns), tmp_path / "t.parquet", row_group_size=20)
    driven = drive("table", inputs=tmp_path / f"t.{kind}", unit="rows", mini_batch_size=7, python=science)
    assert driven.results == [f"k{row} {2 * row}" for row in range(50)]
    assert driven.broken == set()
    assert sum(one.items for one in driven.outcome.tries) == 50


def test_rows_that_do_not_name_their_input_are_told(drive: Drive, tmp_path: Path, science: str) -> None:
    """No column without duplicates is in the results; fewer rows than the mini-batch has are failed items."""
    (tmp_path / "t.csv").write_text(TABLE)
    text = "def init():\n    pass\n\n\ndef run(frame):\n    return (frame['value'] + 1000).tolist()[1:]\n"
    driven = drive(text, inputs=tmp_path / "t.csv", unit="rows", mini_batch_size=10, python=science)
    assert driven.broken == {"unmapped", "fewer_results"}


def test_tables_need_pandas(drive: Drive, tmp_path: Path) -> None:
    """In the interpreter of the workers: said by name, where it is not there."""
    (tmp_path / "t.csv").write_text(TABLE)
    bare = tmp_path / "bare"
    subprocess.run(["python3", "-m", "venv", "--without-pip", bare], check=True)
    driven = drive("table", inputs=tmp_path / "t.csv", unit="rows", python=str(bare / "bin/python"), processes=1)
    assert "mini-batches of tables need pandas in" in driven.clauses["loads"].examples[0]


def test_the_size_of_a_mini_batch_says_its_unit(tmp_path: Path, run: Run) -> None:
    """Files, bytes or rows."""
    for wrong in ("0", "-1", "10 pieces", "1.5MB", "0KB"):
        done = run("rehearse", SCRIPTS / "table.py", "--input", tmp_path, "--mini-batch-size", wrong)
        assert (done.returncode, "--mini-batch-size" in done.stderr) == (2, True), done.stderr
