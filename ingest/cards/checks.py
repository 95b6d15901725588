"""What jobs are checked for: the checks with their thresholds, and the known problems, as a list."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TextIO

import click

from ingest.output.shown import shown
from ingest.output.terminal import text_width
from ingest.views.checks import thresholds_of
from ingest.views.files import CHECKS, list_views

if TYPE_CHECKING:
    from ingest.plugin.registry import Registry


def print_checks(registry: Registry, *, as_json: bool, stream: TextIO) -> None:
    """Writes every check, threshold and known problem, those of plugins too."""
    listed = all_checks(registry)
    if as_json:
        click.echo(json.dumps(listed, indent=2, ensure_ascii=False), file=stream)
        return
    for line in _lines(listed, text_width(stream)):
        click.echo(shown(line), file=stream)


def all_checks(registry: Registry) -> dict[str, list[dict[str, Any]]]:
    """The same as data: `checks`, `thresholds`, `known_problems`."""
    views = list_views(registry.view_folders)
    checks = [view for view in views if view.folder == CHECKS]
    return {
        "checks": [
            {"id": view.name, "question": view.question, "caveat": view.caveat, **_keys(view.keys)} for view in checks
        ],
        "thresholds": [{**asdict(one), "used_by": view.name} for view in views for one in thresholds_of(view)],
        "known_problems": [
            {"id": one.id, "cause": one.cause, "fix": one.fix, "leaves_text": bool(one.pattern)}
            for _, one, _ in registry.known_problems
        ],
    }


def _keys(keys: tuple[tuple[str, str], ...]) -> dict[str, str]:
    told = dict(keys)
    return {key: told.get(key, "") for key in ("fix", "reference", "explains")}


def _lines(listed: dict[str, list[dict[str, Any]]], width: int) -> Iterator[str]:
    """As text."""
    for check in listed["checks"]:
        yield from textwrap.wrap(f"{check['id']}: {check['question']}", width, subsequent_indent="  ")
        yield from textwrap.wrap(f"→ {check['fix']}", width, initial_indent="  ", subsequent_indent="    ")
        for one in listed["thresholds"]:
            if one["used_by"] == check["id"]:
                text = f"{one['name']} = {one['value']:g} {one['unit']}: {one['meaning']}"
                yield from textwrap.wrap(text, width, initial_indent="  · ", subsequent_indent="    ")
    elsewhere = {one["used_by"] for one in listed["thresholds"]} - {check["id"] for check in listed["checks"]}
    for name in sorted(elsewhere):
        yield f"{name} (a view that checks read)"
        for one in listed["thresholds"]:
            if one["used_by"] == name:
                text = f"{one['name']} = {one['value']:g} {one['unit']}: {one['meaning']}"
                yield from textwrap.wrap(text, width, initial_indent="  · ", subsequent_indent="    ")
    silent = [one["id"] for one in listed["known_problems"] if not one["leaves_text"]]
    known = [one["id"] for one in listed["known_problems"] if one["leaves_text"]]
    yield ""
    text = f"known problems, recognised by a text in the logs: {', '.join(known)}"
    yield from textwrap.wrap(text, width, subsequent_indent="  ", break_on_hyphens=False)
    text = f"known problems that leave no text in any log: {', '.join(silent)}"
    yield from textwrap.wrap(text, width, subsequent_indent="  ", break_on_hyphens=False)
    yield "cause and fix of each: ingest problems"
