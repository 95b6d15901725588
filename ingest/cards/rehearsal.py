"""The end of a rehearsal as text: the contract, what init() and run() cost, memory, and advice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TextIO

import click

from ingest.output.wording import SEVERITY_COLOURS, duration, one_line, plural, shorten, size
from ingest.rehearse.advice import Advice
from ingest.rehearse.contract import Clause
from ingest.rehearse.driver import Outcome

_WIDTH = 100


def print_rehearsal(outcome: Outcome, clauses: Sequence[Clause], advice: Advice, stream: TextIO) -> None:
    """Writes it."""
    for line in [*_contract(clauses), "", *_costs(outcome, advice), *_advice(advice)]:
        click.echo(line, file=stream)


def _contract(clauses: Sequence[Clause]) -> Iterator[str]:
    broken = [clause for clause in clauses if clause.holds is False]
    unknown = [clause for clause in clauses if clause.holds is None]
    told = f", {len(unknown)} not reached" if unknown else ""
    yield (
        click.style("contract", bold=True)
        + f"  {len(clauses) - len(broken) - len(unknown)} of {len(clauses)} hold{told}"
    )
    for clause in broken:
        head = click.style(f"  {clause.severity:<9}", fg=SEVERITY_COLOURS[clause.severity])
        yield f"{head}{clause.name}: not so {clause.times} time{plural(clause.times)}: {clause.says}"
        yield from (f"{'':11}  {shorten(one_line(text), _WIDTH - 13)}" for text in clause.examples)


def _costs(outcome: Outcome, advice: Advice) -> Iterator[str]:
    if outcome.init_s:
        text = f"{duration(max(outcome.init_s))} at most, {len(outcome.init_s)} time{plural(len(outcome.init_s))}"
        runs = sum(one.run_s for one in outcome.tries)
        yield f"  {'init()':<16}{text}; run() {duration(runs)} in all"
    if advice.process_bytes:
        children = f", {outcome.children_seen} child processes" if outcome.children_seen else ""
        yield f"  {'memory':<16}{size(advice.process_bytes)} of a process at most{children}"
    if growth := advice.growth:
        low, high = growth.low / 1e6, growth.high / 1e6
        bounds = f"{growth.per_mini_batch / 1e6:+.2f} MB with each mini-batch ({low:+.2f} to {high:+.2f})"
        yield f"  {'growth':<16}{bounds if growth.certain else 'none that is more than chance'}"


def _advice(advice: Advice) -> Iterator[str]:
    if advice.mini_batch_size:
        low, high = advice.mini_batch_size
        sizes = f"{low}" if low == high else f"{low} to {high}"
        yield f"  {'mini-batch size':<16}{sizes} for 10 to 60 s each, within a third of the time limit"
    if advice.processes_per_node is not None:
        yield f"  {'processes':<16}{advice.processes_per_node} on a node, {advice.limited_by} is the limit"
    if advice.duration_s and advice.node_hours:
        shortest, middle, longest = advice.duration_s
        hours = f"{advice.node_hours[1]:.2g} node-hours ({advice.node_hours[0]:.2g} to {advice.node_hours[2]:.2g})"
        yield f"  {'whole input':<16}{duration(middle)} ({duration(shortest)} to {duration(longest)}), {hours}"
