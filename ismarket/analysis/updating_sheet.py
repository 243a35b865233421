"""A forecast after new actuals, as a printed sheet."""

from __future__ import annotations

import math

from ..text.sheet import Sheet, Table
from ..text.wording import listed, money, number, percent
from .updating import LARGEST_K, Updated

MOST_YEARS = 8


def sheet(found: Updated) -> Sheet:
    """What was observed, the path after and before, and how far the draws bear it."""
    plan = found.forecast.plan
    named = f"scenario {plan.scenario.name} · " if plan.scenario.name else ""
    title = f"What new actuals say · {named}anchor {plan.anchor.name}"
    return Sheet(title, [headline(found), _path(found), *notes(found)])


def headline(found: Updated) -> str:
    """The last year after and before."""
    table, year = found.columns["summary"], found.forecast.years[-1]
    seen = [
        f"USD {money(o.value)} in {o.year} (give or take {percent(o.error)})"
        for o in found.observations
    ]
    last = {name: money(values[-1]) for name, values in table.items() if name != "year"}
    return (
        f"After {listed(seen)}: USD {last['p50']} in {year} ({last['p5']} to {last['p95']} in 9 of"
        f" 10). Before: USD {last['p50_before']} ({last['p5_before']} to {last['p95_before']})."
    )


def notes(found: Updated) -> list[str]:
    """How many draws are left, in worth, and whether their weights can be trusted."""
    draws, k = len(found.weights), found.k_hat
    trusted = f"k-hat {number(k, 2)}" if math.isfinite(k) else "no tail to fit"
    return [
        f"· {found.effective:,.0f} effective of {draws:,} draws, {trusted}: weights are smoothed,"
        f" and above {LARGEST_K} the update is refused.",
        "· The draws are weighted, none is made: an update narrows within what was drawn, and"
        " cannot show what the ranges leave out.",
    ]


def _path(found: Updated) -> Table:
    table = found.columns["summary"]
    step = max(1, -(-len(table["year"]) // MOST_YEARS))
    shown = range((len(table["year"]) - 1) % step, len(table["year"]), step)
    unit, name, digits = (1e9, "bn", 2) if table["p50"][-1] >= 0.9995e9 else (1e6, "M", 1)
    rows = [
        [label, *(number(table[key][i] / unit, digits) for i in shown)]
        for label, key in (
            ("Median, after", "p50"), ("9 in 10 draws, low", "p5"), ("9 in 10 draws, high", "p95"),
            ("Median, before", "p50_before"), ("9 in 10 draws, low", "p5_before"),
            ("9 in 10 draws, high", "p95_before"),
        )
    ]  # fmt: skip
    return Table([f"USD {name}", *(str(table["year"][i]) for i in shown)], rows)
