"""The parsers of Azure ML use only what a stranger's plugin may use.

Public is what the reference documents: the names of `ingest.__all__`, the tables of `ingest.model` (docs/reference/tables.md),
the contract in `ingest.hookspecs`, and `ingest.testing`. Whatever else is imported may change without notice.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import ingest
import ingest.model
import ingest.testing

REPOSITORY = Path(__file__).resolve().parents[2]
PLUGIN = REPOSITORY / "plugins" / "ingest_azureml"
MODULES = sorted(PLUGIN.rglob("*.py"))

TABLES = {name for name, value in vars(ingest.model).items() if isinstance(value, ingest.model.Table)}
PUBLIC = {
    "ingest": set(ingest.__all__),
    "ingest.hookspecs": {"Ignored", "Parser", "hookimpl"},
    "ingest.model": TABLES | {"Column", "Table", "Type"},
    "ingest.testing": set(ingest.testing.__all__),
}

ALLOWED = {"numpy", "pyarrow"}
"""Installed with `ingest`, and part of the contract: a parser gives Arrow tables."""


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """Each module that a file imports from, and the name; `*` for the module itself."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "*") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path.name}: a relative import"
            yield from ((node.module or "", alias.name) for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PLUGIN).as_posix())
def test_built_in_parsers_use_the_public_api(path: Path) -> None:
    """Of `ingest` only public names, by `from … import …`; of others only the standard library, NumPy and Arrow."""
    for module, name in imports(path):
        top = module.partition(".")[0]
        if top == "ingest":
            assert name in PUBLIC.get(module, ()), f"from {module} import {name}: not public"
        else:
            known = top in sys.stdlib_module_names or top in ALLOWED or top == PLUGIN.name
            assert known, f"{module}: a stranger's plugin would have to depend on it"


def test_engine_knows_no_log_format() -> None:
    """`ingest` imports nothing of the built-in plugin: it comes through the hooks, like any other."""
    for path in sorted((REPOSITORY / "ingest").rglob("*.py")):
        assert not [module for module, _ in imports(path) if module.partition(".")[0] == PLUGIN.name], path.name


def test_public_names_are_documented() -> None:
    """What counts as public here is in the reference, so that an author can find it."""
    hooks = (REPOSITORY / "docs" / "reference" / "hooks.md").read_text(encoding="utf-8")
    tables = (REPOSITORY / "docs" / "reference" / "tables.md").read_text(encoding="utf-8")
    missing = [name for name in ingest.__all__ if f"| `{name}` |" not in hooks]
    missing += [name for name in PUBLIC["ingest.hookspecs"] - {"hookimpl"} if f"### {name}" not in hooks]
    headings = set(re.findall(r"^#+ `?(\w+)`?$", tables, re.MULTILINE))
    missing += [name for name in TABLES if getattr(ingest.model, name).name not in headings]
    guide = (REPOSITORY / "docs" / "how-to" / "test-a-parser.md").read_text(encoding="utf-8")
    missing += [name for name in ingest.testing.__all__ if not re.search(rf"\b{name}\b", guide)]
    assert not missing
