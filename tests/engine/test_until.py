"""As many draws as a precision takes: the next number follows from the error of the last."""

import math

import numpy as np
import pytest

from ismarket import InputError, Scenario, forecast
from ismarket.engine import forecaster
from ismarket.engine.blocks import Engine
from ismarket.engine.dollars import in_current
from ismarket.engine.forecaster import SURE
from ismarket.engine.plan import make_plan
from ismarket.sampling.points import BLOCK

FIRST = 2 * BLOCK


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(forecaster, "FIRST", FIRST)


def test_the_error_is_the_larger_of_median_and_high_end(market, drivers):
    made = forecast(market, drivers, Scenario(draws=BLOCK))
    errors, table = made.standard_errors["summary"], made.columns["summary"]
    each = [errors[name][-1] / table[name][-1] for name in ("p50", "p95")]
    assert made.last_year_error == pytest.approx(max(each))


@pytest.mark.slow(reason="forecasts of growing size")
def test_draws_are_taken_until_their_errors_are_small_enough(few, market, drivers):
    made = forecast(market, drivers, Scenario(draws=7), until=0.9)
    assert made.plan.scenario.draws == FIRST
    error = SURE * made.last_year_error
    until = error / 1.6
    more = forecast(market, drivers, Scenario(draws=7), until=until)
    blocks = max(FIRST // BLOCK + 1, 1.1 * FIRST * (error / until) ** 2 / BLOCK)
    assert more.plan.scenario.draws == BLOCK * math.ceil(blocks)
    assert SURE * more.last_year_error <= until


def test_a_precision_that_no_one_can_wait_for_is_refused(few, market, drivers):
    for until in (0.0, 1.0, -0.1):
        with pytest.raises(InputError, match="must be a share between 0 and 1"):
            forecast(market, drivers, Scenario(), until=until)
    with pytest.raises(InputError, match=r"would take about .* draws, more than"):
        forecast(market, drivers, Scenario(), until=1e-9)


def test_a_market_that_is_not_finite_names_the_draw(market, drivers):
    plan = make_plan(market, drivers, Scenario(draws=2 * BLOCK))
    engine = Engine(plan, np.ones(len(plan.years)))
    total = np.ones((len(plan.years), BLOCK))
    total[1, [5, 9]] = np.nan, np.inf
    assert engine._not_finite(1, total).endswith(f"not finite at draw {BLOCK + 5}")


@pytest.mark.parametrize(
    "choices", [{}, {"without": ("inflation",)}, {"anchor": "techsci-2024", "through": 2031}]
)
def test_growth_in_current_dollars_is_that_of_prices_and_the_rest(market, drivers, choices):
    made = forecast(market, drivers, Scenario(draws=2, **choices))
    found, path = in_current(made), made.columns["reference"]["value"]
    prices = market.prices(made.years[-1]) / market.prices(made.years[0])
    grown = path[-1] / path[0] * (1.0 if made.plan.in_current_dollars else prices)
    assert sum(found.points.values()) == pytest.approx(100 * (grown ** (1 / made.span) - 1))
    share = found.points["inflation"] / sum(found.points.values())
    if not made.plan.in_current_dollars:
        assert share == pytest.approx(math.log(prices) / math.log(grown))
    assert found.points["inflation"] > 0
