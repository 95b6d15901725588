"""The artifact root on disk: writes files, stops each at the right moment, cuts running ones."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from treegen.model.plan import JobPlan, Layout

Record = tuple[float, str]
"""Seconds since the job's start, and the text (which may hold line breaks)."""
Row = tuple[float, Sequence[object]]
"""Seconds since the job's start, and the cells."""


def job_folder(root: Path, plan: JobPlan) -> Path:
    """Folder of the job below ``root``."""
    if plan.layout is Layout.BLOB:
        return root / "ExperimentRun" / f"dcid.{plan.name}"
    return root / plan.name


class Tree:
    """One job's files. Nothing is written twice, empty logs are not created (trap 17)."""

    def __init__(self, root: Path, plan: JobPlan) -> None:
        self.folder = job_folder(root, plan)
        below = "artifacts" if plan.layout is Layout.DOWNLOAD else ""
        self.root = self.folder / below
        self.cuts: dict[str, Callable[[str], str]] = {}
        """By path: what the download did to the end of a file that was being written."""
        self._folders: set[Path] = set()
        self._written: set[Path] = set()

    def log(self, path: str, records: Iterable[Record], until: float) -> None:
        """A text log (LF, formats.md §3): records up to ``until`` in the order of time."""
        lines = sorted((r for r in records if r[0] <= until), key=lambda r: r[0])
        self.text(path, "".join(f"{text}\n" for _, text in lines))

    def table(self, path: str, header: Sequence[str], rows: Iterable[Row], until: float, *, sort: bool) -> None:
        """A CSV of the driver: ``csv.writer`` with CRLF on every system (formats.md §3, trap 3)."""
        kept = [row for row in rows if row[0] <= until]
        if sort:
            kept.sort(key=lambda row: row[0])
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        writer.writerow(header)
        writer.writerows(cells for _, cells in kept)
        self.text(path, out.getvalue())

    def text(self, path: str, text: str) -> None:
        """A whole file; none if there is nothing to say."""
        cut = self.cuts.get(path)
        if cut:
            text = cut(text)
        if text:
            self.binary(path, text.encode())

    def binary(self, path: str, content: bytes) -> None:
        """A file that is no text."""
        self._write(self.root / path, content)

    def beside(self, path: str, text: str) -> None:
        """A file of the download that is not below the artifact root (formats.md §2.3)."""
        self._write(self.folder / path, text.encode())

    def _write(self, target: Path, content: bytes) -> None:
        if target.parent not in self._folders:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(target.parent)
        if target in self._written:
            raise FileExistsError(f"{target} would be written twice")
        self._written.add(target)
        target.write_bytes(content)
