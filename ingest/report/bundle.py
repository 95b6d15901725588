"""What the page runs: the charts' library as one script, from vl-convert's own copy; nothing is downloaded."""

from __future__ import annotations

from functools import cache

from ingest.errors import IngestError


def need_chart_libraries() -> None:
    """Raises IngestError where the extra `report` is not installed."""
    try:
        import altair  # noqa: F401
        import jinja2  # noqa: F401
        import vl_convert  # noqa: F401
    except ImportError as error:
        raise IngestError(
            f"reports need a library that is not installed: {error.name}",
            "Install it: pip install 'ingest-batch-logs[report]'",
        ) from error


@cache
def chart_script() -> str:
    """Vega, Vega-Lite and Vega-Embed, with the interpreter of expressions that needs no `unsafe-eval`."""
    import vl_convert

    script: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return script
