"""The catalog of a new store, made once for each version and kept for the next: making its views takes a second and more."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from ingest.derive.parsed_queries import MADE_IN
from ingest.derive.run import bring_up_to_date
from ingest.derive.task import derive
from ingest.errors import StoreError
from ingest.logs import debug
from ingest.store.catalog import FORMAT, Draft
from ingest.store.paths import Layout, cache_folder

if TYPE_CHECKING:
    from ingest.views.definition import Definition

_UNUSED_DAYS = 30

_KILLED_S = 3_600
"""After how long a folder in which something is made is nobody's."""


def template(definition: Definition) -> Path | None:
    """An empty catalog of this definition, from the user's cache or made now; None if it cannot be kept.

    Only of definitions without plugins or settings, of which there is one for each version.
    """
    if not definition.is_plain:
        return None
    folder = cache_folder()
    path = folder / f"catalog-{FORMAT}-{definition.digest}-{duckdb.__version__}.duckdb"
    if path.exists():
        return path
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _forget_unused(folder)
        with empty_catalog(definition, folder) as made:
            made.replace(path)
    except (OSError, StoreError) as error:  # the user's cache may be on a full disk of its own
        debug("no template of a catalog", reason=str(error))
        return None
    return path


@contextmanager
def empty_catalog(definition: Definition, folder: Path | None = None) -> Iterator[Path]:
    """A catalog without jobs, whose views tell their columns; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=MADE_IN, dir=folder) as made_in:
        layout = Layout.of(made_in)
        draft = Draft(layout, definition)
        bring_up_to_date(
            draft,
            definition,
            [],
            "none",
            lambda tasks, file: [derive(one, layout, definition, file) for one in tasks],
        )
        draft.publish()
        yield layout.catalog


def _forget_unused(folder: Path) -> None:
    """Deletes the templates and parsed queries of other versions, and what a killed process left of one."""
    for path in (*folder.glob("catalog-*.duckdb"), *folder.glob("queries-*.duckdb")):
        if path.stat().st_mtime < time.time() - _UNUSED_DAYS * 86_400:
            path.unlink(missing_ok=True)
    for path in folder.glob(f"{MADE_IN}*"):
        if path.stat().st_mtime < time.time() - _KILLED_S:
            shutil.rmtree(path, ignore_errors=True)
