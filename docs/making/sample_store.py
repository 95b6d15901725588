"""The sample jobs in a store, with what a night makes of them: what the examples of the reference are asked of."""

from __future__ import annotations

import atexit
import io
import shutil
import tempfile
from functools import cache
from pathlib import Path

from ingest import ingest_jobs, open_store
from ingest.nightly.aggregates import refresh
from ingest.output import Format, select_result, write_result
from ingest.plugin.registry import PluginOptions, load_registry
from ingest.store.maintenance import maintenance
from ingest.store.paths import Layout
from ingest.store.reader import Store

_JOBS = Path(__file__).resolve().parents[2] / "data" / "jobs"
_WIDTH = 100


def answer(query: str) -> str | None:
    """What a query gives, as `ingest sql` shows it on a terminal of 100 columns; None if that is no row."""
    shown = io.StringIO()
    result = select_result(sample_store().connection, query)
    said = io.StringIO()
    write_result(result, Format.TABLE, shown, redact=True, width=_WIDTH, notes=said)
    return None if "no rows\n" in said.getvalue() else shown.getvalue().rstrip("\n")


@cache
def sample_store() -> Store:
    """The store, made when it is first asked for and gone with the process."""
    folder = tempfile.mkdtemp(prefix="ingest-samples-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    plugins = PluginOptions(installed=False)
    ingest_jobs(sorted(_JOBS.iterdir()), Path(folder) / "store", plugins=plugins, workers=1)
    with maintenance(Layout.of(f"{folder}/store"), load_registry(plugins)) as held:
        held.publish(None, refresh)
    store = open_store(f"{folder}/store")
    atexit.register(store.close)
    return store
