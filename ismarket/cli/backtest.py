"""``ismarket backtest``: how well the past could have been forecast, how far others were off."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from .common import complete_scenario, json_option

if TYPE_CHECKING:
    from ..backtest import Growth, Score, Tested
    from ..outcome import Forecast
    from ..outside_view import OutsideView


@click.command()
@click.argument("run", default="evidence", shell_complete=complete_scenario)
@click.option("--draws", type=click.IntRange(1), default=4_096, show_default=True)
@json_option
def backtest(run: str, draws: int, as_json: bool) -> None:
    """Score forecasts of the verified past: no change, constant growth, the growth of RUN.

    Only figures of confidence A and B are used; fewer than eight forecasts are not judged.
    """
    from ..backtest import backtest as score
    from ..backtest import read_series
    from ..outside_view import read_outside_view
    from .chosen import forecast_of

    result = forecast_of(run, draws)
    tested = score(read_series(), model_growth(result))
    views = read_outside_view()
    if as_json:
        click.echo(json.dumps(_plain(tested, views, result), indent=2, ensure_ascii=False))
    else:
        click.echo(_page(tested, views, result))


def model_growth(result: Forecast) -> Growth:
    """The forecast's own growth of a class, North America: draws of log growth over a lead."""
    import numpy as np

    from ..arrays import Array
    from ..blocks import cells_of
    from ..information import drawn_values

    plan = result.plan
    values = drawn_values(plan) | {
        key: np.broadcast_to(value, plan.scenario.draws) for key, value in plan.fixed.items()
    }
    region = plan.market.regions.index("North America")
    cells = cells_of(plan, values)[:, region]

    def growth(drug_class: str, lead: float) -> Array:
        path = cells[:, plan.market.drug_classes.index(drug_class)]
        whole = min(int(lead), len(path) - 2)
        here, after = np.log(path[whole] / path[0]), np.log(path[whole + 1] / path[0])
        moved: Array = here + (lead - whole) * (after - here)
        return moved

    return growth


def _page(tested: tuple[Tested, ...], views: tuple[OutsideView, ...], result: Forecast) -> str:
    from ..backtest import FEWEST

    judged = [test for test in tested if any(s.scored >= FEWEST for s in test.scores)]
    lines = [
        f"{len(tested)} series of verified figures (confidence A and B); {len(judged)} have"
        f" {FEWEST} forecasts to score.",
        "Scores on the log scale, smaller is better; held: 9 in 10 intervals, with 95% bounds.",
        "model: the growth of the run from its own base year, for infantile spasms alone, set on"
        " each origin;",
        "sales are of all diseases, so it can only show how much else has moved them.",
    ]
    for test in judged:
        series = test.series
        first, last = int(series.time[0]), int(series.time[-1])
        lines += ["", f"{series.name} ({series.unit}), {first} to {last}, all diseases"]
        lines.append(f"  {'':<18}{'CRPS':>8}{'interval':>10}  held    bounds")
        lines += [_row(score) for score in test.scores]
    few = [test for test in tested if test not in judged]
    if few:
        lines += ["", "Too few to judge: " + "; ".join(_short(test) for test in few) + "."]
    lines += ["", *_outside(views, result)]
    return "\n".join(lines)


def _row(score: Score) -> str:
    held = f"{score.covered} of {score.scored}"
    bounds = f"{score.coverage_low:.2f} to {score.coverage_high:.2f}"
    return (
        f"  {score.method:<18}{score.crps:>8.3f}{score.interval_score:>10.2f}"
        f"  {held:<8}{bounds}  {score.verdict}"
    )


def _short(test: Tested) -> str:
    return f"{test.series.name} ({len(test.series.value)} points)"


def _outside(views: tuple[OutsideView, ...], result: Forecast) -> list[str]:
    from ..wording import money, percent

    value, year = result.columns["reference"]["value"][-1], result.years[-1]
    summary, lines = result.columns["summary"], []
    for view in views:
        low, high = view.band(value)
        held = view.held(value, result.draws.total[-1])
        within = percent(1 - view.outside)
        lines += [
            f"Outside view for {year}: of {view.forecasts:,} forecasts for {view.drugs} drugs,"
            f" more than {percent(view.outside)} were off by more than {percent(view.error)}.",
            f"A band of USD {money(low)} to {money(high)} would have held fewer than {within};"
            f" this forecast puts {percent(held)} of its draws there.",
            f"Its own 9 in 10: USD {money(summary['p5'][-1])} to {money(summary['p95'][-1])}.",
            f"Source: {view.source}. {view.note[:1].upper()}{view.note[1:]}.",
        ]
    return lines or ["Outside view: no published accuracy with a source is known."]


def _plain(
    tested: tuple[Tested, ...], views: tuple[OutsideView, ...], result: Forecast
) -> dict[str, Any]:
    value = result.columns["reference"]["value"][-1]
    return {
        "series": [
            {
                "name": test.series.name,
                "unit": test.series.unit,
                "points": len(test.series.value),
                "sources": list(test.series.sources),
                "scores": [_score(score) for score in test.scores],
            }
            for test in tested
        ],
        "outside_view": [
            {
                **vars(view),
                "year": result.years[-1],
                "low_usd": view.band(value)[0],
                "high_usd": view.band(value)[1],
                "share_of_draws_within": view.held(value, result.draws.total[-1]),
            }
            for view in views
        ],
    }


def _score(score: Score) -> dict[str, Any]:
    """Scores as plain values; None where nothing was scored."""
    some = score.scored > 0
    return {
        "method": score.method,
        "scored": score.scored,
        "crps": score.crps if some else None,
        "interval_score": score.interval_score if some else None,
        "covered": score.covered,
        "coverage_low": score.coverage_low,
        "coverage_high": score.coverage_high,
        "verdict": score.verdict,
    }
