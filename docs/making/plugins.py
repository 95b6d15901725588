"""The plugin contract: hooks, what a parser is, and the public names."""

from __future__ import annotations

import inspect

import ingest
from ingest import hookspecs
from making.tables import cell


def hooks() -> str:
    """Every hook with its signature and what it is for."""
    parts = []
    for name, hook in vars(hookspecs).items():
        if inspect.isfunction(hook) and hasattr(hook, "ingest_spec"):
            parts.append(f"### {name}\n\n```python\ndef {name}{_signature(hook)}\n```\n\n{inspect.getdoc(hook)}")
    return "\n\n".join(parts)


def _signature(function: object) -> str:
    return str(inspect.signature(function)).replace("'", "")  # type: ignore[arg-type]  # is a function


def parser_parts() -> str:
    """The members of the protocols `Parser` and `Ignored`."""
    parts = []
    for protocol in (hookspecs.Parser, hookspecs.Ignored):
        rows = ["| part | type | what it says |", "|---|---|---|"]
        for name, member in vars(protocol).items():
            if name.startswith("_"):
                continue
            if isinstance(member, property):
                hint = inspect.signature(member.fget).return_annotation if member.fget else ""
                rows.append(f"| `{name}` | `{cell(str(hint))}` | {cell(inspect.getdoc(member) or '')} |")
            elif inspect.isfunction(member):
                rows.append(f"| `{name}` | `{cell(_method(member))}` | {cell(inspect.getdoc(member) or '')} |")
        title = f"### {protocol.__name__}\n\n{_first_paragraph(protocol)}"
        parts.append("\n".join([title, "", *rows]))
    return "\n\n".join(parts)


def _method(function: object) -> str:
    return _signature(function).replace("(self, ", "(").replace("(self)", "()")


def public_names() -> str:
    """What `from ingest import …` gives, with the first sentence of each docstring."""
    rows = ["| name | what it is |", "|---|---|"]
    for name in ingest.__all__:
        value = getattr(ingest, name)
        if name == "__version__":
            says = "the version of `ingest`"
        elif name == "hookimpl":
            says = "marks a function as an implementation of a hook"
        else:
            says = _first_paragraph(value).partition("\n")[0]
        rows.append(f"| `{name}` | {cell(says)} |")
    return "\n".join(rows)


def _first_paragraph(value: object) -> str:
    return (inspect.getdoc(value) or "").partition("\n\n")[0]
