"""A page as one HTML text: no network, no inline style, no script that is not named by its hash.

The Content-Security-Policy allows nothing but the two scripts and the style sheet of the page, so that even a mistake in
escaping could neither run nor load anything.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ingest.report.blocks import Page
from ingest.report.bundle import chart_script
from ingest.report.cells import breakable, unbroken, with_code
from ingest.report.charts.style import symbol
from ingest.version import __version__

_ESCAPES = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


def rendered(page: Page) -> str:
    """The page as HTML."""
    environment = Environment(
        loader=PackageLoader("ingest.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["in_script"] = in_script
    environment.filters["breakable"] = breakable
    environment.filters["with_code"] = with_code
    environment.filters["unbroken"] = unbroken
    environment.globals["symbol"] = symbol
    style, script, charts = _asset("page.css"), _asset("page.js"), chart_script()
    policy = (
        f"default-src 'none'; script-src {_hash(charts)} {_hash(script)}; style-src {_hash(style)}; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )
    return environment.get_template("page.html").render(
        page=page, policy=policy, style=Markup(style), script=Markup(script), charts=Markup(charts), version=__version__
    )


def in_script(value: Any) -> Markup:
    """JSON that cannot end the script element it stands in; numbers that JSON lacks become null."""
    text = json.dumps(_finite(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=str)
    return Markup(text.translate(_ESCAPES))


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, (list, tuple)) else value


def _asset(name: str) -> str:
    return files("ingest.report").joinpath("templates", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """As a browser computes it of the element's text."""
    if "</script" in text.lower() or "</style" in text.lower() or "\r" in text:
        raise ValueError("an asset of the page would end its own element")
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
