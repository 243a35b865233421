"""The back-test as a printed sheet."""

from __future__ import annotations

from ..text.sheet import Sheet, Table
from ..text.wording import listed, money, number, percent
from .backtest import FEWEST, Backtest, Tested


def sheet(found: Backtest) -> Sheet:
    """What could be judged, what could not, and how far others' forecasts were off."""
    judged = [test for test in found.tested if test.judged]
    parts: list[str | Table] = [headline(found), *(_scores(test) for test in judged)]
    few = [f"{said(t)} ({len(t.series.value)} points)" for t in found.tested if t not in judged]
    if few:
        parts.append(f"· Too few to judge: {listed(few)}.")
    modelled = {test.series.region: None for test in found.tested if test.series.drug_class}
    if judged:
        parts += [
            "· CRPS and interval score on the log scale, smaller is better; held: how many of the"
            " 9 in 10 intervals held what came, with the 95% bounds of that share.",
            f"· model: growth of the class in {listed(list(modelled))} from the run's own base"
            " year on, set on each origin. It is of this disease alone, the sales are of all"
            " diseases: it shows how much else has moved them, not how good the model is.",
        ]
    return Sheet("How well the past could have been forecast", [*parts, *outside(found)])


def headline(found: Backtest) -> str:
    """How many series there are, and how many suffice."""
    judged = sum(test.judged for test in found.tested)
    return (
        f"{len(found.tested)} series of verified figures (confidence A and B);"
        f" {judged or 'none'} {'has' if judged == 1 else 'have'} the {FEWEST} forecasts that a"
        " verdict takes."
    )


def said(test: Tested) -> str:
    """A series in words."""
    name, _, steps = test.series.name.replace("_", " ").partition(", ")
    return f"{name.removesuffix(' quarter')}, {steps}"


def outside(found: Backtest) -> list[str]:
    """The forecast beside the published accuracy of others, with its source."""
    if not found.views:
        return ["Outside view: no published accuracy with a source is known."]
    forecast, table = found.forecast, found.columns["outside_view"]
    summary, year, lines = forecast.columns["summary"], forecast.years[-1], []
    for i, view in enumerate(found.views):
        lines += [
            f"Outside view for {year}: of {view.forecasts:,} forecasts for {view.drugs} drugs, more"
            f" than {percent(view.outside)} were off by more than {percent(view.error)}. A band of"
            f" USD {money(table['low_usd'][i])} to {money(table['high_usd'][i])} would have held"
            f" fewer than {percent(1 - view.outside)} of them; this forecast puts"
            f" {percent(table['share_of_draws_within'][i])} of its draws there. Its own 9 in 10:"
            f" USD {money(summary['p5'][-1])} to {money(summary['p95'][-1])}.",
            f"· Source: {view.source}. {view.note[:1].upper()}{view.note[1:]}.",
        ]
    return lines


def _scores(test: Tested) -> Table:
    series = test.series
    rows = [
        [s.method, number(s.crps, 3), number(s.interval_score, 2), f"{s.covered} of {s.scored}",
         f"{s.coverage_low:.0%} to {s.coverage_high:.0%}", s.verdict]
        for s in test.scores
    ]  # fmt: skip
    title = f"{said(test)} ({series.unit}), {int(series.time[0])} to {int(series.time[-1])}"
    header = ["method", "CRPS", "interval score", "held", "bounds", "verdict"]
    return Table(header, rows, title=title)
