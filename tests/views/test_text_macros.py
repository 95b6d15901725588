"""Macros that read texts: settings in arguments, the module that an error names, and remedies that name it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.views.conftest import Database


def value(db: Database, expression: str, *texts: str | None) -> object:
    """What an expression gives for texts."""
    ((result,),) = db.connection.execute(f"SELECT {expression}", list(texts)).fetchall()
    return result


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ("['--mini_batch_size', '10', '--error_threshold', '-1']", {"mini_batch_size": "10", "error_threshold": "-1"}),
        ('["--run_max_try", "3", "--process_count_per_node=4"]', {"max_attempts": "3", "process_count_per_node": "4"}),
        (
            "driver/amlbi_main.py --run_invocation_timeout 90 --first_task_creation_timeout 600 --output_action summary_only",
            {"run_timeout_s": "90", "first_task_creation_timeout_s": "600", "output_action": "summary_only"},
        ),
        ("['--logging_level', 'DEBUG', '--mini_batch_size']", {"logging_level": "DEBUG"}),
        ("", {}),
    ],
)
def test_options(db: Database, arguments: str, options: dict[str, str]) -> None:
    """As a Python list, as JSON, or as a command line; an option without a value is none."""
    told = json.loads(str(value(db, "options_in(?)", arguments)))
    assert {name: text for name, text in told.items() if text is not None} == options


@pytest.mark.parametrize(
    ("message", "module"),
    [
        ("No module named 'sklearn.metrics'", "sklearn"),
        ("No module named helpers", "helpers"),
        ("Missing optional dependency 'openpyxl'. Use pip", "openpyxl"),
        ("there is no package called ‘arrow’", "arrow"),
        ("Can't locate Text/CSV.pm in @INC", "Text::CSV"),
        ("division by zero", ""),
    ],
)
def test_module(db: Database, message: str, module: str) -> None:
    """The part before the first dot; nothing where no module is named."""
    assert value(db, "module_in(?)", message) == module


@pytest.mark.parametrize(
    ("remedy", "message", "text"),
    [
        ("Add {package}.", "No module named 'cv2'", "Add opencv-python-headless."),
        ("Add {package}, or {module}.py.", "No module named 'helpers'", "Add helpers, or helpers.py."),
        ("Add the package {package}.", "cannot import name 'x'", "Add the package that it names."),
        ("Use a bigger disk.", "No module named 'cv2'", "Use a bigger disk."),
        (None, "No module named 'cv2'", None),
    ],
)
def test_remedy(db: Database, remedy: str | None, message: str, text: str | None) -> None:
    """Packages are called by the name that pip knows; a remedy without a place for it stays."""
    assert value(db, "fix_for(?, ?)", remedy, message) == text


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("it fits", "it fits"),
        ("it fits\r\n", "it fits"),
        ("one line\nand another", "one line …"),
        ("between two of the words", "between two of …"),
        ("in-a-text-without-any-blank-it-is-cut-anywhere", "in-a-text-without-"[:18] + " …"),
        (None, None),
    ],
)
def test_cut_words(db: Database, text: str | None, cut: str | None) -> None:
    """The first line, cut between words; a sign shows that something was left out."""
    assert value(db, "cut_words(?, 20)", text) == cut
