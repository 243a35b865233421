"""What a study holds, in a sheet: market, level, drivers, and how well its inputs are known."""

from __future__ import annotations

from ..model.parameter import STATUSES
from ..model.sources import cited
from ..text.sheet import Sheet, Table
from ..text.wording import listed, money, rate
from . import Study

QUESTIONS = (
    "forecast", "compare", "grid", "sensitivity", "require", "voi", "discover", "audit",
    "triangulate", "backtest", "track", "keep", "explore", "changed", "market", "drivers",
    "scenario", "plan",
)  # fmt: skip
"""What a study offers a person: questions first, then what it holds; the rest is machinery."""


def sheet(study: Study) -> Sheet:
    """The market, its level, the drivers and the sources by status."""
    scenario, market = study.scenario, study.market
    acting = [d for d in study.plan.drivers if d.suits(market.name)]
    names = [driver.name for driver in acting]
    left = [d.name for d in study.drivers if d.suits(market.name) and d.name not in names]
    out = f"; left out: {listed(left)}" if left else ""
    return Sheet(f"{scenario.name or 'scenario'}: {market.title}", [
        f"anchor {_anchor(study)}",
        f"drivers: {', '.join(names) or 'none'}{out}",
        *study.problems,
        _known(study),
        f"Ask: {', '.join(f'.{name}()' for name in QUESTIONS[:13])}.",
    ])  # fmt: skip


def _anchor(study: Study) -> str:
    """Whose level it is, and how it grows."""
    anchor, plan = study.plan.anchor, study.plan
    first, last = plan.years[0], plan.years[-1]
    if anchor.value is None:
        return f"{anchor.name}: counted from {study.market.chain_words}, {first} to {last}"
    return (
        f"{anchor.name}: USD {money(anchor.at(first))} in {first}, {rate(anchor.cagr)} a year"
        f" ({anchor.publisher}); forecast to {last}"
    )


def _known(study: Study) -> Table:
    """How many inputs rest on what, and on how many sources."""
    rows = []
    for status in STATUSES:
        inputs = [p for p in study.plan.parameters if p.status == status]
        sources = {one for p in inputs for one in cited(p.source)}
        rows.append([status, str(len(inputs)), str(len(sources))])
    return Table(["inputs by status", "inputs", "sources cited"], rows)
