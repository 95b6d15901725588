"""Golden pairs: a small file of a format, and beside it what is read from it, kept and compared."""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from ingest.testing.contract_checks import registry_with
from ingest.testing.reading import Content, Row, read

UPDATE = "INGEST_UPDATE_GOLDEN"
"""Set this in the environment to write what is read now."""


@dataclass(frozen=True, slots=True)
class GoldenPair:
    """An input, `kind/name.ext`, and what is read from it, `kind/name.jsonl`.

    The first line of the latter says where the file would lie below the artifact root, `{"path": "logs/gpu.txt"}`; this much
    is written by hand. The further lines are made: a row or a reject each, in the order of the file, NULLs left out.
    """

    input: Path

    @property
    def name(self) -> str:
        """Folder and name."""
        return f"{self.input.parent.name}/{self.input.stem}"

    @property
    def kept(self) -> Path:
        """The file with the rows."""
        return self.input.with_suffix(".jsonl")

    @property
    def path(self) -> str:
        """Where the file would lie below the artifact root."""
        try:
            return str(json.loads(self.kept.read_text(encoding="utf-8").partition("\n")[0])["path"])
        except (OSError, ValueError, KeyError, TypeError):
            example = '{"path": "logs/..."}'
            raise ValueError(
                f"{self.kept}: its first line must say where the input lies below the artifact root: {example}"
            ) from None

    def as_read_now(self, parsers: Sequence[Any] = ()) -> str:
        """What the second file should hold: by whichever parser claims the path, among all and these."""
        claim = registry_with(parsers).claim(self.path)
        if claim is None or claim.parser is None:
            raise ValueError(f"{self.name}: no parser claims {self.path}")
        if claim.parser.kind != self.input.parent.name:
            raise ValueError(f"{self.name}: a file of kind {claim.parser.kind}; the folder should be called so")
        (content,) = read(claim.parser, self.input.read_bytes(), path=self.path)
        head = {"path": self.path, "parser": claim.parser.name, "records": content.records}
        return "".join(
            json.dumps(line, ensure_ascii=False, default=_spelled) + "\n" for line in [head, *_lines(content)]
        )


def golden_pairs(folder: Path) -> list[GoldenPair]:
    """All pairs below a folder, `<folder>/<kind>/<name>.<ext>`."""
    inputs = [path for path in folder.glob("*/*") if path.is_file() and path.suffix not in (".jsonl", ".pyc")]
    return [GoldenPair(path) for path in sorted(inputs)]


class GoldenPairs:
    """Compares each pair below `folder` with what is read now; subclass it and name the folder.

    To write them anew after a change that is meant: `INGEST_UPDATE_GOLDEN=1 pytest`, and look at the difference. `parsers`
    are needed only if the plugin is not installed.
    """

    folder: ClassVar[Path]
    parsers: ClassVar[Iterable[Any]] = ()

    def __init_subclass__(cls) -> None:
        cls.parsers = list(cls.parsers)

    def pytest_generate_tests(self, metafunc: Any) -> None:
        """A test for each pair; pytest calls this."""
        if "pair" in metafunc.fixturenames:
            metafunc.parametrize("pair", golden_pairs(self.folder), ids=lambda pair: pair.name)

    def test_is_read_as_kept(self, pair: GoldenPair) -> None:
        """The file gives exactly the rows and rejects that are kept beside it."""
        import pytest

        now = pair.as_read_now(list(self.parsers))
        if os.environ.get(UPDATE):
            pair.kept.write_text(now, encoding="utf-8", newline="\n")
        kept = pair.kept.read_text(encoding="utf-8")
        if now != kept:
            lines = difflib.unified_diff(kept.splitlines(), now.splitlines(), "kept", "read now", lineterm="", n=1)
            pytest.fail(
                "\n".join([*lines, f"If the change is meant: {UPDATE}=1 pytest, and look at the diff"]), pytrace=False
            )


def _lines(content: Content) -> Iterator[Row]:
    """Rows and rejects by line, then table."""
    told = [(table, row) for table, rows in content.rows.items() for row in rows]
    told += [("rejects", row) for row in content.rejects]
    for table, row in sorted(told, key=lambda one: (one[1]["line_no"], one[0])):
        cut = {"cut": True} if row["cut"] else {}
        own = {name: value for name, value in row.items() if name not in ("line_no", "cut", "parser")}
        yield {"table": table, "line_no": row["line_no"], **cut, **own}


def _spelled(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
