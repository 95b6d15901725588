"""Exceptions that a user's script raises, and how their tracebacks are printed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

ADVICE = "Please check logs for error. You can check logs/readme.txt for the layout of logs."
"""What driver exceptions append to their text (formats.md §4, "Advice lines")."""


@dataclass(frozen=True)
class Frame:
    """One frame of a traceback; ``file`` is below the working directory of the run."""

    file: str
    line: int
    function: str
    code: str


@dataclass(frozen=True)
class ScriptError:
    """An exception out of the entry script."""

    exception_type: str
    message: str
    frames: tuple[Frame, ...]
    method: str = "run"

    def said_as(self, message: str) -> ScriptError:
        """The same error with another text."""
        return replace(self, message=message)

    @property
    def last_line(self) -> str:
        """The line that ends the traceback."""
        return f"{self.exception_type}: {self.message}" if self.message else self.exception_type


_PACKAGES = "/azureml-envs/azureml_da3e97fcb51801118b8e80207f3e01ad/lib/python3.8/site-packages"

BAD_NUMBER = ScriptError(
    "ValueError",
    "could not convert string to float: 'n/a'",
    (
        Frame("score.py", 41, "run", "rows = [parse_row(line) for line in read_lines(path)]"),
        Frame("score.py", 24, "parse_row", "return [float(cell) for cell in line.split(',')]"),
    ),
)
MISSING_COLUMN = ScriptError(
    "KeyError",
    "'customer_id'",
    (
        Frame("score.py", 44, "run", "keys = frame['customer_id']"),
        Frame(
            f"{_PACKAGES}/pandas/core/frame.py",
            3024,
            "__getitem__",
            "indexer = self.columns.get_loc(key)",
        ),
    ),
)
CORRUPT_FILE = ScriptError(
    "UnicodeDecodeError",
    "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
    (Frame("score.py", 38, "run", "text = path.read_text()"),),
)
SERVICE_DOWN = ScriptError(
    "requests.exceptions.ConnectionError",
    "HTTPSConnectionPool(host='features.example.net', port=443): Max retries exceeded",
    (
        Frame("score.py", 47, "run", "features = fetch(keys)"),
        Frame("feature_client.py", 19, "fetch", "reply = session.post(URL, json=keys)"),
    ),
)
NO_MODEL_FILE = ScriptError(
    "FileNotFoundError",
    "[Errno 2] No such file or directory: '{model_dir}/model.pkl'",
    (
        Frame("score.py", 15, "init", "model = load_model(os.environ['AZUREML_MODEL_DIR'])"),
        Frame("model_store.py", 9, "load_model", "with open(path, 'rb') as file:"),
    ),
    method="init",
)
NO_PANDAS = ScriptError(
    "ModuleNotFoundError",
    "No module named 'pandas'",
    (Frame("score.py", 4, "<module>", "import pandas as pd"),),
    method="init",
)

_VARIANTS = ("'n/a'", "'n/a'", "'n/a'", "'null'", "'--'")


def vary(error: ScriptError, rng: Random) -> ScriptError:
    """Some errors name the value at hand; repeat the common one so that it can be counted."""
    if error is BAD_NUMBER:
        return error.said_as(f"could not convert string to float: {rng.choice(_VARIANTS)}")
    return error


def traceback_text(error: ScriptError, work_dir: str) -> str:
    """The traceback as Python prints it, without a final line break.

    The outer frame is the driver's, the rest is the user's script below ``work_dir``.
    """
    line = {"init": 112, "run": 173, "shutdown": 190}[error.method]
    lines = [
        "Traceback (most recent call last):",
        f'  File "{work_dir}/driver/azureml_user/parallel_run/entry_script_helper.py", line {line},'
        f" in _call_{error.method}",
        f"    result = self.module.{error.method}(*args)",
    ]
    for frame in error.frames:
        path = frame.file if frame.file.startswith("/") else f"{work_dir}/{frame.file}"
        lines.append(f'  File "{path}", line {frame.line}, in {frame.function}')
        lines.append(f"    {frame.code}")
    return "\n".join([*lines, error.last_line])
