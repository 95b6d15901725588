"""The known problems of the built-in plugins, and what a known problem is made of."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable
from itertools import pairwise

from ingest import known_problems
from ingest.known_problems import ListedProblem
from ingest.plugin.registry import PluginOptions, load_registry
from making.tables import cell


def problems() -> str:
    """One section per problem, in the order in which they are asked."""
    return "\n\n".join(_section(listed) for listed in load_registry(PluginOptions(installed=False)).known_problems)


def _section(listed: ListedProblem) -> str:
    one = listed.problem
    generic = " It only says that something failed, so it is asked after all others." if one.generic else ""
    quote = "``" if "`" in one.pattern else "`"
    shown = (
        f"{quote}{one.pattern}{quote}, confidence {one.confidence}.{generic}" if one.pattern else "no text in a log."
    )
    lines = {"Cause": one.cause, "Fix": one.fix, "Shown by": shown, "See": _reference(one.reference)}
    return "\n".join([f"### {one.id}", "", *(f"* {name}: {text}" for name, text in lines.items())])


def _reference(reference: str) -> str:
    return f"<{reference}>" if reference.startswith("https://") else reference


def problem_parts() -> str:
    """The fields of `KnownProblem`, with the strings that stand behind them in the source."""
    rows = ["| part | type | what it says |", "|---|---|---|"]
    for name, type_, says in _fields():
        rows.append(f"| `{name}` | `{cell(type_)}` | {cell(says)} |")
    return "\n".join(rows)


def _fields() -> Iterable[tuple[str, str, str]]:
    """Name, type and docstring of each: at run time the docstrings are gone."""
    module = ast.parse(inspect.getsource(known_problems))
    body = next(node.body for node in module.body if isinstance(node, ast.ClassDef) and node.name == "KnownProblem")
    for field, doc in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(doc, ast.Expr) and isinstance(doc.value, ast.Constant):
            default = f" = {ast.unparse(field.value)}" if field.value else ""
            yield ast.unparse(field.target), f"{ast.unparse(field.annotation)}{default}", str(doc.value.value)
