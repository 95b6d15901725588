"""Figures about the diagnosis of simulated jobs: recall by cause and strength, precision by check, exact numbers."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import timing
from benchmarks.bench import load
from benchmarks.scoring import JobScore, score
from simulator import Strength, Truth, jobs, write_job

Figures = dict[str, Any]

_KEPT = timing.REPOSITORY / "benchmarks" / "diagnosis.json"
_PAGE = timing.REPOSITORY / "docs" / "explanation" / "diagnosis.md"
_REAL = timing.REPOSITORY / "benchmarks" / "real_runs.json"
_SIMULATED_JOBS, _REAL_RUNS, _END = "<!-- figures: simulated-jobs -->", "<!-- figures: real-runs -->", "<!-- end -->"
_STRENGTHS = [strength.value for strength in Strength]


def measure(scratch: Path, count: int, seed: int) -> list[JobScore]:
    """Makes jobs, loads them into a new store and scores what it says."""
    tree, store = scratch / "tree", scratch / "store"
    truths: list[Truth] = [write_job(tree, job) for job in jobs(count, seed)]
    timing.run(load(tree, store))
    return score(store, truths)


def figures_of(scores: Sequence[JobScore], seed: int) -> Figures:
    """All figures, as JSON can hold them."""
    told = [(finding, right) for scored in scores for finding, right in scored.told]
    wrong = Counter(name for scored in scores for name, _, _ in scored.wrong)
    healthy = [scored for scored in scores if scored.truth.cause is None]
    return {
        "jobs": len(scores),
        "seed": seed,
        "recall": _recall(scores, lambda truth: truth.strength or ""),
        "recall_by_cause": {
            cause: _recall([s for s in scores if s.truth.cause == cause], lambda truth: truth.strength or "")
            for cause in sorted({scored.truth.cause for scored in scores if scored.truth.cause})
        },
        "precision_by_check": _precision(scores),
        "findings": len(told),
        "false_findings": sum(not right for _, right in told),
        "false_notes": sum(len(scored.false_notes) for scored in scores),
        "healthy": len(healthy),
        "healthy_with_false_finding": sum(any(not right for _, right in scored.told) for scored in healthy),
        "healthy_with_false_note": sum(bool(scored.false_notes) for scored in healthy),
        "numbers": sum(scored.numbers for scored in scores),
        "numbers_unequal": sum(wrong.values()),
        "numbers_unequal_by_name": dict(wrong.most_common()),
        "jobs_with_unequal_numbers": sum(bool(scored.wrong) for scored in scores),
    }


def _recall(scores: Sequence[JobScore], key: Any) -> dict[str, list[int]]:
    """By strength: found, found first, planted."""
    counts: dict[str, list[int]] = {}
    for strength in _STRENGTHS:
        group = [scored for scored in scores if scored.truth.cause and key(scored.truth) == strength]
        if group:
            counts[strength] = [
                sum(scored.found_at is not None for scored in group),
                sum(scored.found_at == 1 for scored in group),
                len(group),
            ]
    return counts


def _precision(scores: Sequence[JobScore]) -> dict[str, list[int]]:
    """By check: right ones, all; those of weight."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for scored in scores:
        for finding, right in scored.told:
            counts[finding.name][0] += right
            counts[finding.name][1] += 1
    return dict(sorted(counts.items()))


def misses(scores: Sequence[JobScore]) -> list[dict[str, Any]]:
    """What was missed, false or unequal, job by job."""
    rows: list[dict[str, Any]] = []
    for scored in scores:
        truth = scored.truth
        about = {"job": truth.job_id, "version": truth.version.name, "cause": truth.cause, "strength": truth.strength}
        about["oddities"] = ", ".join(truth.oddities)
        if truth.cause and scored.found_at is None:
            told = "; ".join(f"{finding.severity} {finding.name}" for finding, _ in scored.told)
            rows.append({**about, "what": "missed", "detail": f"told instead: {told or 'nothing'}"})
        rows += [
            {**about, "what": "false", "detail": f"{finding.severity} {finding.name}: {finding.text[:160]}"}
            for finding, right in scored.told
            if not right
        ]
        rows += [
            {**about, "what": "false note", "detail": f"{note.name}: {note.text[:160]}"} for note in scored.false_notes
        ]
        rows += [
            {**about, "what": "unequal", "detail": f"{name}: true {expected}, told {actual}"}
            for name, expected, actual in scored.wrong[:6]
        ]
    return rows


def as_text(figures: Figures, scores: Sequence[JobScore]) -> str:
    """The figures for a terminal."""
    lines = [f"{figures['jobs']} jobs, seed {figures['seed']}", "", "recall: found (first) of planted"]
    table = {"all causes": figures["recall"], **figures["recall_by_cause"]}
    for cause, counts in table.items():
        cells = [_cell(counts.get(strength)) for strength in _STRENGTHS]
        lines.append(f"  {cause:<36}" + "".join(f"{cell:>18}" for cell in cells))
    lines += ["", "precision: right of all findings, notes left out"]
    lines += [f"  {check:<36}{right:>6} of {total}" for check, (right, total) in figures["precision_by_check"].items()]
    lines += ["", *(f"{label}: {value}" for label, value in _facts(figures))]
    lines += [f"  {name}: {count}" for name, count in figures["numbers_unequal_by_name"].items()]
    shown = misses(scores)
    lines += ["", *(" | ".join(str(value) for value in row.values()) for row in shown)] if shown else []
    return "\n".join(lines)


def _cell(counts: list[int] | None) -> str:
    return f"{counts[0]} ({counts[1]}) of {counts[2]}" if counts else ""


def _facts(figures: Figures) -> list[tuple[str, str]]:
    return [
        ("false findings", f"{figures['false_findings']} of {figures['findings']}, in {figures['jobs']} jobs"),
        ("healthy jobs with a false finding", f"{figures['healthy_with_false_finding']} of {figures['healthy']}"),
        ("exact numbers unequal", f"{figures['numbers_unequal']} of {figures['numbers']}"),
        ("jobs with such a number", f"{figures['jobs_with_unequal_numbers']} of {figures['jobs']}"),
    ]


def keep(name: str, figures: Figures, *, real: bool = False) -> None:
    """Adds the figures to the kept ones, in place of those of the same name."""
    file = _REAL if real else _KEPT
    kept = json.loads(file.read_text()) if file.exists() else {}
    kept[name] = figures
    file.write_text(json.dumps(kept, indent=1) + "\n")


def write_page() -> None:
    """Writes the tables of the kept figures into the page, between its marks."""
    page = with_figures(_PAGE.read_text(), json.loads(_KEPT.read_text()))
    _PAGE.write_text(with_figures(page, json.loads(_REAL.read_text()), real=True))


def with_figures(page: str, kept: dict[str, Figures], *, real: bool = False) -> str:
    """The page with the tables of these figures between its marks."""
    mark = _REAL_RUNS if real else _SIMULATED_JOBS
    begin = page.index(mark) + len(mark)
    return page[:begin] + "\n" + _tables(kept) + page[page.index(_END, begin) :]


def _tables(kept: dict[str, Figures]) -> str:
    lines = ["| |" + "|".join(f" {name} " for name in kept) + "|", "|---" * (len(kept) + 1) + "|"]
    rows = [("jobs, seed", [f"{figures['jobs']}, {figures['seed'] or 'none'}" for figures in kept.values()])]
    for strength in _STRENGTHS:
        cells = [_share(figures["recall"].get(strength)) for figures in kept.values()]
        if any(cells):
            rows.append((f"{strength} causes found", cells))
    rows.append(("causes that are the first finding", [_first(figures["recall"]) for figures in kept.values()]))
    for index, label in enumerate(label for label, _ in _facts(next(iter(kept.values())))):
        rows.append((label, [_facts(figures)[index][1] for figures in kept.values()]))
    lines += [f"| {label} | {' | '.join(cells)} |" for label, cells in rows]
    name, last = list(kept.items())[-1]
    strengths = [strength for strength in _STRENGTHS if strength in last["recall"]]
    lines += [
        "",
        f"By cause ({name}): found of planted.",
        "",
        "| cause |" + "|".join(f" {s} " for s in strengths) + "|",
    ]
    lines.append("|---" * (len(strengths) + 1) + "|")
    for cause, counts in last["recall_by_cause"].items():
        cells = [f"{counts[s][0]} of {counts[s][2]}" if s in counts else "" for s in strengths]
        lines.append(f"| {cause} | {' | '.join(cells)} |")
    lines += ["", f"By check ({name}): right of all, notes left out.", "", "| check | right |", "|---|---|"]
    lines += [f"| `{check}` | {right} of {total} |" for check, (right, total) in last["precision_by_check"].items()]
    return "\n".join(lines) + "\n"


def _first(recall: dict[str, list[int]]) -> str:
    return f"{sum(counts[1] for counts in recall.values())} of {sum(counts[2] for counts in recall.values())}"


def _share(counts: list[int] | None) -> str:
    return f"{counts[0]} of {counts[2]} ({100 * counts[0] / counts[2]:.1f} %)" if counts else ""
