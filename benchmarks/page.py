"""The page `docs/explanation/benchmarks.md`, written from the figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

_TEXT = Path(__file__).with_name("page.md")

Json = Mapping[str, Any]


def page(kept: Json, order: Sequence[str]) -> str:
    """The whole page."""
    benchmarks: Json = kept["benchmarks"]
    sections = [section(name, benchmarks[name]) for name in order if name in benchmarks]
    text = _TEXT.read_text()
    return text.format(
        machine=_machine(kept["machine"]),
        summary=_summary(benchmarks, order),
        sections="\n\n".join(sections),
    )


def section(name: str, figures: Json) -> str:
    """One benchmark: what was compared, the sides, the ratios."""
    parts = [f"## {figures['title']} (`{name}`)", figures["compared"]]
    if figures["checked"]:
        parts.append(f"Checked on this input: {figures['checked']}")
    sizes = "; ".join(f"{what}: {value:,}" for what, value in figures["sizes"].items())
    parts.append(f"Input: {sizes}. Measured {figures['date']}, revision {figures['revision']}, load {figures['load']}.")
    parts.append(_sides(figures))
    if figures["ratios"]:
        parts.append(_ratios(figures))
    if figures["limits"]:
        parts.append(_limits(figures))
    return "\n\n".join(parts)


def _machine(facts: Json) -> str:
    return _table(("", ""), ((name, str(value)) for name, value in facts.items()))


def _summary(benchmarks: Json, order: Sequence[str]) -> str:
    rows = []
    for name in order:
        figures = benchmarks.get(name, {"ratios": (), "limits": ()})
        for one in (*figures["ratios"], *figures["limits"]):
            if one["target"]:
                link = f"[{figures['title']}](#{_anchor(name, figures)})"
                rows.append((link, one["name"], _value(one), one["target"], _met(one)))
    return _table(("benchmark", "figure", "measured", "target", "met"), rows)


def _anchor(name: str, figures: Json) -> str:
    """The anchor that a Markdown page gives to a heading."""
    heading = f"{figures['title']} ({name})".lower()
    return "".join(char for char in heading.replace(" ", "-") if char.isalnum() or char == "-")


def _sides(figures: Json) -> str:
    sizes = figures["sizes"]
    rows = []
    for side, median in figures["medians"].items():
        walls = [one["wall_s"] for one in figures["runs"][side]]
        seconds = (f"{median['wall_s']:.2f}", f"{min(walls):.2f}–{max(walls):.2f}", f"{median['cpu_s']:.2f}")
        kind = side.rpartition(", ")[2]  # sides with an input of their own bear its name
        speeds = [_speed(sizes.get(f"{size}, {kind}", sizes[size]), size, median) for size in figures["rates"]]
        rows.append((side, *seconds, *speeds, f"{median['peak_mb']:.0f}"))
    heads = ("MB/s" if size == "bytes" else f"{size}/s" for size in figures["rates"])
    return _table(("side", "wall s", "from–to", "processor s", *heads, "peak MB"), rows)


def _speed(size: int, name: str, median: Json) -> str:
    return f"{size / (1e6 if name == 'bytes' else 1) / median['wall_s']:,.0f}"


def _ratios(figures: Json) -> str:
    rows = []
    for one in figures["ratios"]:
        turns = f"{one['lowest']:.2f}–{one['highest']:.2f}"
        rows.append((one["name"], f"{one['wall']:.2f}", turns, f"{one['cpu']:.2f}", one["target"], _met(one)))
    return _table(("ratio", "wall", "from–to, turn by turn", "processor", "target", "met"), rows)


def _limits(figures: Json) -> str:
    rows = ((one["name"], f"{one['value']:.0f} {one['unit']}", one["target"], _met(one)) for one in figures["limits"])
    return _table(("figure", "measured", "target", "met"), rows)


def _value(one: Json) -> str:
    if one.get("of") == "cpu":
        return f"{one['cpu']:.2f}× processor"
    return f"{one['wall']:.2f}×" if "wall" in one else f"{one['value']:.0f} {one['unit']}"


def _met(one: Json) -> str:
    return {True: "yes", False: "**no**", None: ""}[one["met"]]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
