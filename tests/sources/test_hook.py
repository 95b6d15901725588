"""A plugin may add a kind of source: behind it everything is as with a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Logs, Run, StoreUnderTest, Write

PLUGIN = """
from ingest import hookimpl
from ingest.sources.content import Content
from ingest.sources.protocol import Entry
from ingest.sources.tree import Tree

FILES = {f"one/logs/sys/node/{i}/process000.txt": b"2021-04-13 03:00:00,649|INFO|334|Got x.\\n" * 5 for i in range(4)}

class Kept:
    notices = ()
    def __init__(self, url):
        self.url = url
        below = url.removeprefix("kept://here").lstrip("/")
        self.tree = Tree(
            Entry(path.removeprefix(below).lstrip("/"), f"kept:{path}", len(data), 7, None, "v1")
            for path, data in FILES.items()
        )
        self.folders, self.entries = self.tree.folders, self.tree.entries
    def text(self, folder): return f"{self.url}/{folder}".rstrip("/")
    def name(self, folder): return (folder or self.url).rpartition("/")[2]

class Opens:
    def open(self, location): return Content.of_bytes(FILES[location.removeprefix("kept:")], 7, "v1")
    def ahead(self, locations): pass
    def close(self): pass

class Scheme:
    scheme = "kept"
    def source(self, argument, wanted): return Kept(argument.rstrip("/"))
    def opening(self): return Opens()

@hookimpl
def ingest_sources():
    return [Scheme(), SCHEME]
"""


def test_source_of_a_plugin(run: Run, plugin: Write, store: StoreUnderTest, logs: Logs) -> None:
    """Its scheme is an argument like a folder, in worker processes too; its records are shown again."""
    file = plugin("kept", PLUGIN.replace("SCHEME]", "Scheme()]"))
    done = run("kept://here", "--store", store.path, "--plugin", file, "--no-verdict")
    assert done.returncode == 0, done.stderr
    assert "a source of the scheme 'kept' exists already; left out" in done.stderr
    assert store.rows("SELECT job_id, source FROM jobs") == [("one", "kept://here/one")]
    assert store.one("SELECT count(*) FROM log_records") == 20
    assert run("kept://here", "--store", store.path, "--plugin", file).stdout.startswith("1 job, 4 files: 0 read")
    done = run("show", f"one:{logs.worker}:2", "--store", store.path, "-C", 0, INGEST_PLUGINS=file)
    assert "Got x." in done.stdout, done.stderr


def test_sources_that_are_none(run: Run, plugin: Write) -> None:
    """What is no source, or takes a scheme that there is, is named and left out."""
    file = plugin(
        "kept", PLUGIN.replace("SCHEME]", "'text', Bad()]") + "\n\nclass Bad(Scheme):\n    scheme = 'https'\n"
    )
    told = run("plugins", "--plugin", file)
    assert "has not scheme, source() and opening()" in told.stdout + told.stderr
    assert "a source of the scheme 'https' exists already" in told.stdout + told.stderr
