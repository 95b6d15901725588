"""A large file that only grew is read on from where it had ended; tables come out as if it was read at once."""

from __future__ import annotations

import os
import random
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.load import worker
from ingest.load.tasks import FileResult, Slice, WorkFile
from ingest.plugin.registry import DEFAULT_PLUGINS, PluginOptions, load_registry
from ingest.store.compact import compact
from ingest.store.forget import forget
from ingest.store.maintenance import maintenance
from ingest.store.paths import Layout
from ingest.testing.attack.state import faults, state
from tests.conftest import StoreUnderTest, write_tree

if TYPE_CHECKING:
    from ingest.hookspecs import Parser
    from ingest.store.fronts import Front
    from tests.conftest import Begin, Run, Start, Tree, Write

PARSERS = sorted(load_registry(DEFAULT_PLUGINS).parsers)
PATH = "logs/sys/node/0/process000.txt"
WINDOW = 600


@pytest.fixture
def _small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets a file of a kilobyte count as a large one."""
    monkeypatch.setattr(worker, "_WINDOW_BYTES", WINDOW)
    monkeypatch.setattr(worker, "_WINDOW_LIMIT", 6 * WINDOW)


class Reader:
    """Reads one file as a load does, without a catalog: a slice for each time."""

    def __init__(self, top: Path, parser: Parser) -> None:
        registry = load_registry(DEFAULT_PLUGINS)
        self.path = next(
            sample.path
            for sample in parser.samples
            if (claim := registry.claim(sample.path)) and claim.parser == parser
        )
        claim = registry.claim(self.path)
        assert claim is not None
        self.layout = Layout.of(top)
        self.file = WorkFile("job", self.path, str(top / "file"), 0, parser.name, claim.groups)
        self.slices = 0

    def read(self, content: bytes, front: Front | None) -> tuple[FileResult, dict[str, list[dict[str, Any]]]]:
        """What a load makes of the file when it holds this, and the rows that it writes."""
        Path(self.file.location).write_bytes(content)
        self.slices += 1
        file = replace(self.file, size=len(content), front=front)
        done = worker.parse_slice(Slice(f"s{self.slices}", [file]), str(self.layout.root), DEFAULT_PLUGINS)
        rows = {
            part.table: pq.read_table(self.layout.part(part.table, part.slice)).drop_columns("file_id").to_pylist()
            for part in done.parts
        }
        return done.files[0], rows


def told(file: FileResult) -> tuple[Any, ...]:
    """What the ledger says of a file, whichever version of it that is."""
    return (
        file.records,
        file.rows,
        file.rejects,
        file.rejected_bytes,
        file.ends_cut,
        file.failure,
        file.content_hash,
        file.front and replace(file.front, file_id=0),
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=2, deadline=None)
@given(data=st.data())
def test_read_in_steps_as_at_once(name: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Of every parser: samples run together, damaged, growing to any lengths, also within a line: the rows of the whole."""
    parser = load_registry(DEFAULT_PLUGINS).parsers[name]
    noise = random.Random(data.draw(st.integers(0, 999)))
    texts = [sample.text.encode() for sample in parser.samples]
    whole = b"".join(texts)
    while len(whole) < 8 * WINDOW:
        whole += noise.choice(texts)
    for _ in range(data.draw(st.sampled_from([0, 0, 1, 4]))):
        at = noise.randrange(len(whole))
        whole = whole[:at] + noise.choice([b'"', b"\0", b"\n", b"\r\n", b"\xff", b"x" * 2 * WINDOW]) + whole[at:]
    whole = data.draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + whole
    ends = sorted(data.draw(st.lists(st.integers(1, len(whole)), min_size=1, max_size=5)))
    reader = Reader(tmp_path_factory.mktemp("grown"), parser)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "_WINDOW_BYTES", WINDOW)
        patch.setattr(worker, "_WINDOW_LIMIT", 6 * WINDOW)
        at_once, expected = reader.read(whole, None)
        held: dict[str, list[dict[str, Any]]] = {}
        front = None
        for end in [*ends, len(whole)]:
            file, rows = reader.read(whole[:end], front)
            assert (file.read_on is not None) == (front is not None)
            before = file.read_on.line_no if file.read_on is not None else 0
            kept = {table: [row for row in old if row["line_no"] < before] for table, old in held.items()}
            held = {table: kept.get(table, []) + rows.get(table, []) for table in kept | rows}
            front = file.front
    assert told(file) == told(at_once)
    assert {table: rows for table, rows in held.items() if rows} == expected
    shutil.rmtree(reader.layout.root)


def test_most_of_it_is_not_read_again(tree: Tree, store: StoreUnderTest, other_store: StoreUnderTest) -> None:
    """A log of 34 MB in full windows of 8 MiB, in which a record grows and others are added: under half of it is parsed."""
    text = "".join(f"2021-04-13 03:23:05,649|INFO|{i}|{'x' * 1_000}\nsecond line of {i}\n" for i in range(33_000))
    folder = tree({PATH: text}, "a")
    first = store.load(folder)
    with (folder / PATH).open("a") as file:
        file.write("third line\n2021-04-13 03:23:05,649|INFO|9|the last")
    second = store.load(folder)
    assert (first.read_on, first.rows, second.read_on) == (0, 33_000, 1)
    assert second.bytes < 9 << 20
    assert second.rows < 9_000
    other_store.load(folder)
    assert store.digest() == other_store.digest()
    assert store.rows("SELECT rows, records, ends_cut FROM files") == [(33_001, 33_001, True)]
    assert store.rows("SELECT line_no, cut, message FROM log_records ORDER BY line_no DESC LIMIT 2") == [
        (66_002, True, "the last"),
        (65_999, False, f"{'x' * 1_000}\nsecond line of 32999\nthird line"),
    ]
    assert not list(faults(store.path))


class Steps:
    """A job whose log changes from load to load, and a store that is loaded each time."""

    def __init__(self, folder: Path, store: StoreUnderTest) -> None:
        self.folder, self.store = folder, store
        self.log = folder / PATH
        self.text = ""
        self.records = self.time = 0

    def grow(self, count: int, torn: int = 0) -> None:
        """Adds records; the last is written up to a place only, the rest of it comes with the next."""
        self.text += "".join(
            f"2021-04-13 03:23:05,{i % 1000:03}|INFO|{i}|record {i}\nsecond line of {i}\n"
            for i in range(self.records, self.records + count)
        )
        self.records += count
        self.write(self.text[: len(self.text) - torn])

    def shrink(self) -> None:
        """Takes away the last half."""
        self.text = self.text[: len(self.text) // 2]
        self.write(self.text)

    def rewrite(self, old: str, new: str) -> None:
        """Changes what was read before, and adds something."""
        self.text = self.text.replace(old, new)
        self.grow(1)

    def write(self, text: str) -> None:
        """Writes the log; each time is another one."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.log.write_text(text)
        self.time += 1
        os.utime(self.log, (1_700_000_000 + self.time,) * 2)

    def load(self) -> int:
        """How many files were read on, not anew."""
        read_on = self.store.load(self.folder).read_on
        assert not list(faults(self.store.path))
        return read_on

    def compact(self) -> None:
        """Merges slices."""
        with maintenance(Layout.of(self.store.path), load_registry(DEFAULT_PLUGINS)) as held:
            compact(held)
        assert not list(faults(self.store.path))

    def check(self, other: StoreUnderTest) -> None:
        """Compares with a store that read the log at once."""
        other.load(self.folder)
        assert self.store.tables() == other.tables()
        assert state(self.store.path) == state(other.path)  # what is derived, too


@pytest.fixture
def steps(_small_windows: None, tmp_path: Path, store: StoreUnderTest) -> Steps:
    """A log of several windows, read once."""
    made = Steps(
        write_tree(tmp_path / "a", {"logs/sys/node/1/process000.txt": "2021-04-13 03:23:05,649|INFO|1|x\n"}), store
    )
    made.grow(60)
    assert made.load() == 0
    return made


def test_grown_again_and_again(steps: Steps, other_store: StoreUnderTest) -> None:
    """Five times, torn within a line and within a head: always read on, never a row too many; nothing else is kept."""
    for count, torn in (1, 0), (3, 5), (1, 40), (30, 1), (2, 0):
        steps.grow(count, torn)
        assert steps.load() == 1
    steps.check(other_store)
    assert steps.store.one("SELECT count(*) FROM log_records") == 98


def test_merged_between(steps: Steps, other_store: StoreUnderTest) -> None:
    """Slices that are merged before, between and after, with the front in another one than the rest, too."""
    steps.compact()
    steps.grow(20)
    assert steps.load() == 1
    steps.grow(20)
    assert steps.load() == 1
    steps.compact()
    steps.grow(5, torn=3)
    assert steps.load() == 1
    steps.compact()
    steps.check(other_store)
    assert steps.store.one("SELECT count(*) FROM ledger.older_rows") == 0


def test_shrunk(steps: Steps, other_store: StoreUnderTest) -> None:
    """A file that is shorter is read anew, and then on from there."""
    steps.grow(20)
    assert steps.load() == 1
    steps.shrink()
    assert steps.load() == 0
    steps.grow(20)
    assert steps.load() == 1
    steps.check(other_store)


@pytest.mark.parametrize("record", [0, 30], ids=["head", "middle"])
def test_rewritten(steps: Steps, other_store: StoreUnderTest, record: int) -> None:
    """A file that is longer, but of which one byte of what was read is another, is read anew."""
    steps.grow(2)
    assert steps.load() == 1
    steps.rewrite(f"|{record}|record", f"|{record}|rEcord")
    assert steps.load() == 0
    steps.check(other_store)


def test_back_to_an_earlier_version(steps: Steps, other_store: StoreUnderTest) -> None:
    """A file that is put back as it was, time and all, has the id of rows that an earlier load wrote: they stay dead."""
    before = steps.log.read_bytes()
    steps.grow(20)
    assert steps.load() == 1
    steps.log.write_bytes(before)
    os.utime(steps.log, (1_700_000_001,) * 2)
    assert steps.load() == 0
    steps.check(other_store)


def test_forgotten_and_read_again(steps: Steps, other_store: StoreUnderTest) -> None:
    """Nothing of a file that was read on is left when its job is forgotten; then it is read whole."""
    steps.grow(20)
    assert steps.load() == 1
    with maintenance(Layout.of(steps.store.path), load_registry(DEFAULT_PLUGINS)) as held:
        forget(held, ["a"], also_history=True)
    counts = "SELECT (SELECT count(*) FROM log_records), (SELECT count(*) FROM ledger.older_rows), count(*) FROM ledger.fronts"
    assert steps.store.rows(counts) == [(0, 0, 0)]
    steps.grow(2)
    assert steps.load() == 0
    steps.check(other_store)


def test_touched_and_grown(steps: Steps, other_store: StoreUnderTest) -> None:
    """A file with only another time keeps its rows, and is read on later."""
    steps.grow(0)
    assert steps.load() == 0
    steps.grow(3)
    assert steps.load() == 1
    steps.check(other_store)


def test_reparsed(steps: Steps, other_store: StoreUnderTest) -> None:
    """`--reparse` reads all of it."""
    steps.grow(3)
    assert steps.store.load(steps.folder, reparse=True).read_on == 0
    steps.check(other_store)


def test_shown_lines(steps: Steps, run: Run) -> None:
    """Records of the front and of the rest are found by their lines, under the file's id of now."""
    steps.grow(40)
    assert steps.load() == 1
    for line, text in (1, "record 0"), (199, "record 99"):
        done = run("show", f"a:{PATH}:{line}", "--store", steps.store.path)
        assert (done.returncode, f"|{text}" in done.stdout) == (0, True), done.stderr
        assert "another one" not in done.stdout + done.stderr


@settings(max_examples=3, deadline=None)
@given(
    acts=st.lists(
        st.sampled_from(["grow", "torn", "shrink", "rewrite", "touch", "compact", "grow", "torn"]),
        min_size=3,
        max_size=6,
    )
)
def test_any_history(acts: list[str], begin: Begin, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever becomes of a file between loads, the store is as if only the last state had been read."""
    top = tmp_path_factory.mktemp("history")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "_WINDOW_BYTES", WINDOW)
        made = Steps(top / "a", begin(top / "store"))
        made.grow(40)
        made.load()
        for act in acts:
            if act == "grow":
                made.grow(15)
            elif act == "torn":
                made.grow(2, torn=17)
            elif act == "shrink":
                made.shrink()
            elif act == "rewrite":
                made.rewrite("second line of 3", "Second line of 3")
            elif act == "touch":
                made.grow(0)
            else:
                made.compact()
            made.load()
        made.grow(1)  # a file that was only touched keeps the id that it had
        made.load()
        made.check(begin(top / "other"))
    made.store.close()
    shutil.rmtree(top)


UNTOLD = r"""
import pyarrow as pa
from ingest import LineParser, Sample, hookimpl
from ingest.model import LOG_RECORDS

class Summed(LineParser):
    def parse(self, batch):
        parsed = super().parse(batch)
        rows = parsed.tables["log_records"]
        at = rows.column_names.index("line_no")
        return type(parsed)({"log_records": rows.set_column(at, "line_no", pa.array([1] * len(rows)))}, parsed.rejects)

@hookimpl
def ingest_parsers():
    return [Summed(
        name="mine.notes", kind="notes", path=r"^logs/mine/[^/]+\.txt$", head=r"^(?P<level>[A-Z]): (?P<message>.*)$",
        table=LOG_RECORDS, samples=[Sample("logs/mine/a.txt", "A: b\n", 1)],
    )]
"""


@pytest.mark.usefixtures("_small_windows")
def test_rows_that_do_not_tell_their_lines(tree: Tree, store: StoreUnderTest, plugin: Write) -> None:
    """If lines do not say which rows are of the front, as with a parser that numbers them its own way, all is read anew."""
    options = PluginOptions(files=(plugin("mine", UNTOLD),))
    folder = tree({"logs/mine/a.txt": "A: some text of a note\n" * 100}, "a")
    store.load(folder, plugins=options)
    with (folder / "logs/mine/a.txt").open("a") as file:
        file.write("B: more\n" * 100)
    report = store.load(folder, plugins=options)
    assert (report.read_on, report.rows) == (0, 200)
    assert store.one("SELECT count(*) FROM log_records") == 200


KILLED = """
# Loads with small windows, and is killed when Python tells of a system call on a path of the store that ends so.
import os, re, signal, sys
import ingest.load.worker
from ingest.load.pipeline import ingest_jobs
folder, store, kind, value = sys.argv[1:]
ingest.load.worker._WINDOW_BYTES = 600

def kill(event, arguments):
    path = os.fspath(arguments[0]) if arguments and isinstance(arguments[0], (str, os.PathLike)) else ""
    if event == kind and path.startswith(store) and re.search(f"{value}$", path):
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(kill)
ingest_jobs([folder], store)
"""


@pytest.mark.parametrize(
    "point", ["open [.]parquet", "open -d0000-\\w+.parquet", "os.rename /draft/catalog.duckdb", "os.rmdir /draft"]
)
def test_killed(steps: Steps, other_store: StoreUnderTest, start: Start, point: str) -> None:
    """Killed while it reads on, the store holds the rows of before or of after; the next load goes on from there."""
    before = steps.store.tables()
    steps.grow(30, torn=4)
    process = start("-c", KILLED, steps.folder, steps.store.path, *point.split())
    assert process.wait(timeout=60) < 0
    assert point == "os.rmdir /draft" or steps.store.tables() == before
    steps.grow(1)
    assert steps.load() == 1
    steps.check(other_store)
