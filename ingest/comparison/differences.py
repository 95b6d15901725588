"""What differs between two jobs, or between a job and the median of those before it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.comparison.baseline import measured
from ingest.comparison.measures import FACTS, NODE_FACTS, TEXTS, Measure
from ingest.comparison.verdicts import BETTER, CHANGED, WORSE, verdicts
from ingest.quoting import literal

if TYPE_CHECKING:
    from ingest.store.reader import Store

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact of A and B; numbers are in `a` and `b`, texts in `a_text` and `b_text`."""

    section: str
    """job, settings, work, tries, times, nodes, node, errors."""
    measure: str
    title: str
    a: float | None = None
    b: float | None = None
    a_text: str | None = None
    b_text: str | None = None
    verdict: str | None = None
    """worse, better, changed; new, gone, common for errors; None where it is too little to tell, or neither."""
    unit: str | None = None
    node: str | None = None
    fingerprint: str | None = None

    @property
    def change(self) -> float | None:
        """B - A, where both are told."""
        return None if self.a is None or self.b is None else self.b - self.a

    @property
    def change_percent(self) -> float | None:
        """The same as a share of A."""
        return None if self.change is None or not self.a else 100 * self.change / abs(self.a)


@dataclass(frozen=True, slots=True)
class ComparisonSide:
    """A job, or the median of several."""

    name: str
    jobs: Sequence[str]
    row: Row
    errors: Mapping[str, tuple[float, str]]
    """Fingerprint → how often (of several jobs: in how many of them), example."""

    @property
    def is_median(self) -> bool:
        """Whether it stands for other jobs."""
        return self.jobs != [self.name]


@dataclass(frozen=True, slots=True)
class JobComparison:
    """Two sides and all that differs or not, in the order in which it is told."""

    a: ComparisonSide
    b: ComparisonSide
    differences: Sequence[Difference]


def two_jobs(store: Store, a: str, b: str) -> JobComparison:
    """Compares two jobs: also node by node, if they ran on nodes of the same names."""
    relation = measured(store, [a, b])
    rows = {row["job_id"]: row for row in _rows(store, relation, [a, b])}
    sides = (_side(rows[a]), _side(rows[b]))
    judged = {measure: one.verdict for measure, one in verdicts(store, relation, rows[a], rows[b]).items()}
    told = [*_facts(*sides, judged), *_errors(*sides), *_nodes(store, a, b)]
    return JobComparison(*sides, told)


def with_usual(store: Store, job: str) -> JobComparison | None:
    """Compares a job (B) with the median of the jobs before it (A); None if there are none to compare with."""
    relation = measured(store, [job])
    compared = store.rows(f"SELECT * FROM compared_with_past({literal(relation)}) WHERE job_id = $job", {"job": job})
    others: list[str] = max((row["other_jobs"] for row in compared), key=len, default=[])
    if not others:
        return None
    (row,) = _rows(store, relation, [job])
    judged = {row["measure"]: row["verdict"] for row in compared if row["verdict"] in (WORSE, BETTER)}
    sides = (_usual(_rows(store, relation, others), others), _side(row))
    return JobComparison(*sides, [*_facts(*sides, judged), *_errors(*sides)])


def _rows(store: Store, relation: str, jobs: Sequence[str]) -> list[dict[str, Any]]:
    return store.rows(f"SELECT * FROM {relation} WHERE list_contains($jobs, job_id)", {"jobs": list(jobs)})


def _side(row: Row) -> ComparisonSide:
    return ComparisonSide(row["job_id"], [row["job_id"]], row, _errors_of(row))


def _errors_of(row: Row) -> dict[str, tuple[float, str]]:
    return {one["fingerprint"]: (one["occurrences"], one["example"] or "") for one in json.loads(row["errors"] or "[]")}


def _usual(rows: Sequence[Row], others: Sequence[str]) -> ComparisonSide:
    """The median of numbers, the most frequent text; of errors in how many of the jobs they were."""
    usual: dict[str, Any] = {fact.column: _median(row[fact.column] for row in rows) for fact in FACTS}
    usual |= {column: _most_frequent(row[column] for row in rows) for column in TEXTS}
    settings = [_settings(row) for row in rows]
    names = dict.fromkeys(name for one in settings for name in one)
    usual["settings"] = json.dumps({name: _most_frequent(one.get(name) for one in settings) for name in names})
    jobs_with: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for row in rows:
        for fingerprint, (_, example) in _errors_of(row).items():
            jobs_with[fingerprint] += 1
            examples.setdefault(fingerprint, example)
    errors = {fingerprint: (float(count), examples[fingerprint]) for fingerprint, count in jobs_with.items()}
    return ComparisonSide(f"median of {len(others)}", list(others), usual, errors)


def _median(values: Iterable[float | None]) -> float | None:
    from statistics import median

    known = [value for value in values if value is not None]
    return median(known) if known else None


def _most_frequent(values: Iterable[Any]) -> Any:
    known = Counter(value for value in values if value is not None)
    return known.most_common(1)[0][0] if known else None


def _settings(row: Row) -> dict[str, str]:
    return dict(json.loads(row["settings"] or "{}"))


def _facts(a: ComparisonSide, b: ComparisonSide, judged: Mapping[str, str]) -> Iterator[Difference]:
    """Texts, settings and numbers of two jobs."""
    for column, title in TEXTS.items():
        yield from _text("job", column, title, a.row[column], b.row[column])
    settings_a, settings_b = _settings(a.row), _settings(b.row)
    for name in dict.fromkeys([*settings_a, *settings_b]):
        yield from _text("settings", name, name, settings_a.get(name), settings_b.get(name))
    for fact in FACTS:
        if (one := _number(fact, a.row, b.row, judged.get(fact.measure or ""))) is not None:
            yield one


def _text(section: str, measure: str, title: str, a: str | None, b: str | None) -> Iterator[Difference]:
    if a is None and b is None:
        return
    verdict = None
    if a is not None and b is not None and a != b:  # what is not told did not change
        verdict = CHANGED
        if measure == "state":
            verdict = WORSE if b in _BAD else BETTER if a in _BAD else CHANGED
    yield Difference(section, measure, title, a_text=a, b_text=b, verdict=verdict)


_BAD = ("failed", "stalled")


def _number(fact: Measure, a: Row, b: Row, verdict: str | None, node: str | None = None) -> Difference | None:
    """A fact of both; None where neither tells it, or both that there was none."""
    of_a, of_b = a[fact.column], b[fact.column]
    if not of_a and not of_b:
        return None
    return Difference(fact.section, fact.column, fact.title, of_a, of_b, verdict=verdict, unit=fact.unit, node=node)


def _errors(a: ComparisonSide, b: ComparisonSide) -> Iterator[Difference]:
    """New ones, gone ones, common ones, each the most frequent first."""
    kinds = {
        "new": [one for one in b.errors if one not in a.errors],
        "gone": [
            one for one in a.errors if one not in b.errors and (not a.is_median or a.errors[one][0] > len(a.jobs) / 2)
        ],
        "common": [one for one in b.errors if one in a.errors],
    }
    for kind, fingerprints in kinds.items():
        side = a if kind == "gone" else b
        for one in sorted(fingerprints, key=lambda one: (-side.errors[one][0], one)):
            yield Difference(
                "errors",
                kind,
                f"{kind} error",
                a=a.errors[one][0] if one in a.errors else None,
                b=b.errors[one][0] if one in b.errors else None,
                a_text=a.errors[one][1] if one in a.errors else None,
                b_text=b.errors[one][1] if one in b.errors else None,
                verdict=kind,
                fingerprint=one,
                unit="jobs, occurrences" if a.is_median else "occurrences",
            )


def _nodes(store: Store, a: str, b: str) -> Iterator[Difference]:
    """Node by node, if there are several and both jobs call them the same."""
    nodes: dict[str, dict[str, dict[str, Any]]] = {a: {}, b: {}}
    for row in store.rows(f"SELECT * FROM node_summary WHERE job_id IN ({literal(a)}, {literal(b)}) ORDER BY node"):
        nodes[row["job_id"]][row["node"]] = row
    if a != b and len(nodes[a]) > 1 and nodes[a].keys() == nodes[b].keys():
        for node, row in nodes[a].items():
            for fact in NODE_FACTS:
                if (one := _number(fact, row, nodes[b][node], None, node)) is not None and one.change != 0:
                    yield one
