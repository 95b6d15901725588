"""The checks, from the heads of their files."""

from __future__ import annotations

from ingest.views.checks import Threshold, thresholds_of
from ingest.views.files import CHECKS, View, list_views
from making.tables import cell


def checks() -> str:
    """One section per check."""
    return "\n\n".join(_section(view) for view in list_views() if view.folder == CHECKS)


def _section(view: View) -> str:
    told = dict(view.keys)
    parts = [f"### {view.name}", f"{view.question}", view.caveat, f"* Fix: {told['fix']}"]
    lines = [f"* Explains errors like: `{told['explains']}`"] if "explains" in told else []
    lines += [f"* See: {told['reference']}"] if "reference" in told else []
    lines += [f"* {_threshold(one)}" for one in thresholds_of(view)]
    return "\n\n".join(part for part in parts[:3] if part) + "\n\n" + "\n".join([parts[3], *lines])


def _threshold(one: Threshold) -> str:
    unit = f" {one.unit}" if one.unit else ""
    return f"`{one.name}` = {one.value:g}{unit}: {one.meaning}"


def shared_thresholds() -> str:
    """The thresholds that stand in views which are no checks."""
    rows = [
        f"| `{one.name}` | {one.value:g} | {one.unit} | {cell(one.meaning)} |"
        f" [`{view.name}`](views/{view.folder}.md#{view.name}) |"
        for view in list_views()
        if view.folder != CHECKS
        for one in thresholds_of(view)
    ]
    return "\n".join(["| threshold | default | unit | meaning | view |", "|---|---|---|---|---|", *rows])
