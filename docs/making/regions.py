"""Marked regions of a page, each filled by a function from the code it documents."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from making import checks, commands, contents, formats, plugins, problems, secrets, settings, tables, views

REGIONS: dict[str, Callable[[], str]] = {
    "commands": commands.commands,
    "exit-codes": commands.exit_codes,
    "ledger-tables": tables.ledger_tables,
    "record-tables": tables.record_tables,
    "where-from": tables.where_from,
    "views": views.views,
    **{f"views-{folder}": partial(views.views_of, folder) for folder in views.folders()},
    "view-list": views.view_list,
    "hooks": plugins.hooks,
    "parser-parts": plugins.parser_parts,
    "public-names": plugins.public_names,
    "explanations": contents.explanations,
    "decisions": contents.decisions,
    "known-problems": problems.problems,
    "problem-parts": problems.problem_parts,
    "checks": checks.checks,
    "shared-thresholds": checks.shared_thresholds,
    "secrets": secrets.secrets,
    "settings": settings.settings,
    "settings-example": settings.example,
    "kinds": formats.kinds,
    "kinds-in-full": formats.kinds_in_full,
    "kinds-left-alone": formats.kinds_left_alone,
}

_REGION = re.compile(r"(?P<begin><!-- generated: (?P<name>[\w-]+) -->\n).*?(?P<end><!-- end -->)", re.DOTALL)


def with_regions(text: str) -> str:
    """The page with every region written anew. Raises `ValueError` for a name that nobody generates."""

    def written(found: re.Match[str]) -> str:
        name = found["name"]
        if name not in REGIONS:
            raise ValueError(f"nobody generates {name!r}; there are: {', '.join(REGIONS)}")
        return f"{found['begin']}{REGIONS[name]().strip()}\n{found['end']}"

    return _REGION.sub(written, text)
