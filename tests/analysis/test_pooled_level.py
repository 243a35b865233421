"""The level of the anchor ``pooled`` is an input like any other, on every face."""

import numpy as np
import pytest

from ismarket import InputError, Scenario, forecast, sensitivity_of
from ismarket.analysis.groups import BY, grouping
from ismarket.analysis.information import Decision, value_of_information
from ismarket.analysis.requirement import require
from ismarket.analysis.response import response
from ismarket.analysis.tornado import tornado
from ismarket.analysis.updating import Observation, update
from ismarket.model.pooled import LEVEL, POOLED


@pytest.fixture(params=["infantile-spasms", "dravet"])
def pooled(request, market, drivers, second):
    """A market, its drivers and a scenario on its pooled estimates."""
    if request.param == "dravet":
        market, drivers = second[0], [d for d in second[1] if d.claims]
    return market, drivers, Scenario(anchor=POOLED, market=market.name, draws=6_000)


def test_the_level_is_drawn_like_any_input_and_moves_value_alone(pooled):
    market, drivers, scenario = pooled
    asked = response(market, drivers, scenario)
    level = next(p for p in asked.inputs if p.key == LEVEL)
    ends = {LEVEL: level.quantile(np.array([0.1, 0.9]))}
    assert asked("value", ends)[1] / asked("value", ends)[0] == pytest.approx(
        ends[LEVEL][1] / ends[LEVEL][0], rel=1e-12
    )
    assert np.ptp(asked("cagr", ends)) == 0.0
    swing = next(s for s in tornado(forecast(*pooled)) if s.parameter.key == LEVEL)
    assert swing.p10 == pytest.approx(ends[LEVEL][0])
    assert swing.at_p10 < 0 < swing.at_p90


@pytest.mark.slow(reason="an analysis on both markets")
def test_a_level_that_is_fixed_is_met_in_every_draw(pooled):
    market, drivers, scenario = pooled
    middle = response(market, drivers, scenario).plan.modes[LEVEL][0]
    run = forecast(market, drivers, scenario.changed(fixed={LEVEL: 1.2 * middle}))
    free = forecast(market, drivers, scenario)
    assert run.draws.total[0] == pytest.approx(np.full(6_000, 1.2 * middle), rel=1e-12)
    for name in ("reference", "p50"):
        assert run.columns["summary"][name][0] == pytest.approx(1.2 * middle, rel=1e-12)
    for name, (growth,) in run.columns["cagr"].items():
        assert growth == pytest.approx(free.columns["cagr"][name][0], rel=1e-9)
    everyone = scenario.changed(anchor="bottom-up", fixed={LEVEL: 1.2 * middle})
    assert (
        forecast(market, drivers, everyone).columns["count"]
        == forecast(market, drivers, everyone.changed(fixed={})).columns["count"]
    )


@pytest.mark.slow(reason="an analysis on both markets")
def test_require_counts_the_draws_of_the_forecast_itself(pooled):
    run = forecast(*pooled)
    target = float(np.quantile(run.draws.total[-1], 0.8))
    found = require(*pooled, value=target)
    assert found.drawn_share == (run.draws.total[-1] >= target).mean()
    assert LEVEL in found.few_inputs
    assert found.first_order_share == pytest.approx(found.drawn_share, abs=0.1)
    there = forecast(*pooled[:2], found.scenario())
    assert there.columns["reference"]["value"][-1] >= target


@pytest.mark.slow(reason="an analysis on both markets")
def test_sensitivity_speaks_of_the_spread_that_the_forecast_has(pooled):
    run = forecast(*pooled)
    found = sensitivity_of(*pooled, points=2048)
    assert found.spread == pytest.approx(run.draws.total[-1].std(), rel=0.2)
    assert LEVEL in found.columns["indices"]["group"]
    growth = sensitivity_of(*pooled, output="cagr", points=256)
    rows = growth.columns["indices"]
    assert abs(rows["total"][rows["group"].index(LEVEL)]) < 1e-9


@pytest.mark.parametrize("by", ["parameter", "mechanism", "driver", "stage"])
def test_the_level_is_a_group_of_its_own(pooled, by):
    asked = response(*pooled)
    assert grouping(asked.plan, asked.inputs, by).groups[LEVEL] == (LEVEL,)
    assert set(BY) >= {by}


@pytest.mark.slow(reason="an analysis on both markets")
def test_what_knowing_the_level_is_worth_is_what_the_draws_say(pooled):
    """Recomputed by averages of the gain over draws of neighbouring levels."""
    run = forecast(*pooled)
    profits = 0.03 * run.draws.total[1:].sum(axis=0)
    decision = Decision(margin=0.3, share=0.1, cost=float(np.quantile(profits, 0.6)))
    gain = profits - decision.cost
    found = value_of_information(run, decision, ("input", "status"))
    worth = {row.name: row for row in found.partial["input"]}
    order = np.argsort(run.draws.total[0])
    by_level = gain[order].reshape(100, -1).mean(axis=1)
    exact = np.maximum(by_level, 0).mean() - max(gain.mean(), 0.0)
    assert worth[LEVEL].value == pytest.approx(exact, rel=0.03)
    assert worth[LEVEL].value <= found.perfect.value


def test_an_actual_of_the_first_year_moves_a_pooled_level_and_no_printed_one(pooled):
    run = forecast(*pooled)
    first = run.years[0]
    seen = float(np.quantile(run.draws.total[0], 0.7))
    after = update(run, [Observation(first, seen, 0.1)]).columns["summary"]
    before = run.columns["summary"]["p50"][0]
    assert abs(np.log(after["p50"][0] / seen)) < abs(np.log(before / seen))
    printed = next(a for a in run.plan.market.anchors.values() if a.published)
    fixed = forecast(*pooled[:2], pooled[2].changed(anchor=printed.name))
    with pytest.raises(InputError, match="fixes that year"):
        update(fixed, [Observation(fixed.years[0], seen, 0.1)])
