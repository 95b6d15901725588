"""Scores the cases that lie outside of the repository, with their own `score.py`, and by columns as they are called now."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from os import environ
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
CASES = Path(environ.get("INGEST_REAL_CASES") or ROOT.parent / "shared" / "real-cases")
"""A folder of trees with `expected.json` and `score.py`, which judges what `ingest` says of them."""

_RENAMED = {r'"?\bat\b"?': "time"}
"""Columns that the cases' questions call as earlier versions did."""
_VERDICT = re.compile(r"^(?P<verdict>right|partly|wrong) +(?P<name>\S+)(?: +(?P<reasons>.*))?$")


class Verdict(NamedTuple):
    """What came of one case."""

    name: str
    verdict: str
    """right, partly or wrong."""
    reasons: str

    @property
    def kind(self) -> str:
        """The kind of fault: `K4`; `real` or `other` for what is of none."""
        return self.name.split("-")[1] if re.match(r"\d+-(?:K\d+|real)-", self.name) else "other"


def verdicts() -> list[Verdict]:
    """Loads all cases as a user would and judges them."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        shutil.copy(CASES / "score.py", copy)
        expected = json.loads((CASES / "expected.json").read_text(encoding="utf-8"))
        for name, case in expected.items():
            (copy / name).symlink_to(CASES / name)
            for check in case.get("checks") or ():
                for old, new in _RENAMED.items():
                    check.update({key: re.sub(old, new, text) for key, text in check.items() if key == "sql"})
        (copy / "expected.json").write_text(json.dumps(expected), encoding="utf-8")
        command = copy / "ingest"
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ingest "$@"\n', encoding="utf-8")
        command.chmod(0o755)
        done = subprocess.run(
            [sys.executable, copy / "score.py", command], capture_output=True, text=True, check=False, cwd=ROOT
        )
        found = [match for line in done.stdout.splitlines() if (match := _VERDICT.match(line)) and "-" in match["name"]]
        if len(found) != len(expected):
            raise RuntimeError(done.stdout + done.stderr)
        return [Verdict(match["name"], match["verdict"], match["reasons"] or "") for match in found]
