"""The end of a rehearsal as text: the contract, what init() and run() cost, memory, and advice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TextIO

import click

from ingest.output.shown import shown
from ingest.output.wording import SEVERITY_COLOURS, duration, one_line, plural, shorten, size
from ingest.rehearse.advice import Advice
from ingest.rehearse.contract import Clause
from ingest.rehearse.driver import Outcome
from ingest.rehearse.plan import Settings

_WIDTH = 100


def print_rehearsal(
    outcome: Outcome, clauses: Sequence[Clause], advice: Advice, settings: Settings, stream: TextIO
) -> None:
    """Writes it."""
    for line in [*_contract(clauses), "", *_costs(outcome, advice), *_advice(advice, settings)]:
        click.echo(line, file=stream)


def _contract(clauses: Sequence[Clause]) -> Iterator[str]:
    broken = [clause for clause in clauses if clause.holds is False]
    unknown = [clause for clause in clauses if clause.holds is None]
    told = f", {len(unknown)} could not be checked" if unknown else ""
    yield (
        click.style("contract", bold=True)
        + f"  {len(clauses) - len(broken) - len(unknown)} of {len(clauses)} rules hold{told}"
    )
    for clause in broken:
        head = click.style(f"  {clause.severity:<9}", fg=SEVERITY_COLOURS[clause.severity])
        yield f"{head}{clause.name}, violated {clause.times} time{plural(clause.times)}: {clause.says}"
        yield from (f"{'':11}  {shorten(one_line(shown(text)), _WIDTH - 13)}" for text in clause.examples)


def _costs(outcome: Outcome, advice: Advice) -> Iterator[str]:
    if outcome.init_s:
        text = f"{len(outcome.init_s)} call{plural(len(outcome.init_s))}, {duration(max(outcome.init_s))} at most"
        runs = sum(one.run_s for one in outcome.tries)
        yield f"  {'init()':<16}{text}; run() took {duration(runs)} in total"
    if advice.process_bytes:
        children = f", {outcome.children_seen} child process(es) included" if outcome.children_seen else ""
        yield f"  {'memory':<16}{size(advice.process_bytes)} per process at most{children}"
    if growth := advice.growth:
        low, high = growth.low / 1e6, growth.high / 1e6
        bounds = f"{growth.per_mini_batch / 1e6:+.2f} MB per mini-batch (95 %: {low:+.2f} to {high:+.2f})"
        yield f"  {'growth':<16}{bounds if growth.certain else 'no steady growth'}"


def _advice(advice: Advice, settings: Settings) -> Iterator[str]:
    if advice.mini_batch_size:
        low, high = advice.mini_batch_size
        sizes = f"{low:,}" if low == high else f"{low:,} to {high:,}"
        unit = "row" if settings.tables else "file"
        yield f"  {'mini-batch size':<16}{sizes} {unit}{plural(high)}: up to 60 s each, and a third of the timeout"
    if advice.machine and advice.processes_per_node is not None:
        cores, gib = advice.machine
        count = str(advice.processes_per_node) if advice.processes_per_node else "not even one fits"
        yield f"  {'processes':<16}{count} per node of {cores} vCPUs and {gib:g} GiB, limited by {advice.limited_by}"
    if advice.duration_s and advice.node_hours:
        shortest, middle, longest = advice.duration_s
        time = f"{duration(middle)} ({duration(shortest)} to {duration(longest)})"
        hours = "under 0.01 node-hours"
        if advice.node_hours[2] >= 0.01:
            low_h, middle_h, high_h = advice.node_hours
            hours = f"{middle_h:.2f} node-hours ({low_h:.2f} to {high_h:.2f})"
        where = f"{advice.nodes} node{plural(advice.nodes)}"
        yield f"  {'whole input':<16}{time} on {where} as fast as this machine, {hours}"
