"""Placeholders: numbers that nobody has given say so on every sheet, with their share of it all."""

from dataclasses import replace

import numpy as np
import pytest
from both_markets import MARKETS, market_and_drivers, scenario_of

from ismarket import InputError, Parameter, forecast
from ismarket.analysis.audit import audit_report
from ismarket.analysis.requirement import require
from ismarket.analysis.sensitivity import sensitivity_of
from ismarket.analysis.triangulation import triangulate
from ismarket.engine.findings import placeholders
from ismarket.engine.placeholders import placeholder_share
from ismarket.engine.plan import make_plan
from ismarket.model.parameter import PLACEHOLDER


def with_placeholders(market, chosen):
    """The market in which the numbers of its stages that ``chosen`` picks are placeholders."""
    stages = tuple(
        replace(s, parameters=tuple(replace(p, placeholder=chosen(p)) for p in s.parameters))
        for s in market.stages
    )
    return replace(market, stages=stages)


def test_a_placeholder_counts_as_assumed_and_says_what_it_is():
    number = Parameter("a", 1, 2, 3, unit="years", status=PLACEHOLDER)
    assert (number.status, number.placeholder) == ("assumed", True)
    assert not Parameter("a", 1, 2, 3, unit="years").placeholder
    with pytest.raises(InputError, match="status"):
        Parameter("a", 1, 2, 3, unit="years", status="placeholder")


@pytest.mark.parametrize("name", MARKETS)
def test_shares_of_placeholders_and_of_the_rest_leave_only_what_they_do_together(name):
    market, drivers = market_and_drivers(name)
    scenario = scenario_of(name, anchored=False)

    def share(chosen):
        return placeholder_share(make_plan(with_placeholders(market, chosen), drivers, scenario))

    assert share(lambda p: False) < 0.03
    some = {p.key for p in market.stages[1].parameters}
    one, rest = share(lambda p: p.key in some), share(lambda p: p.key not in some)
    assert 0.02 < one < 0.98
    assert 0.6 < one + rest < 1.05


def test_what_is_correlated_with_no_placeholder_does_not_count_as_one():
    market, drivers = market_and_drivers(MARKETS[0])
    small, one, other = (market.stages[i].parameters[0].key for i in (3, 1, 2))
    marked = with_placeholders(market, lambda p: p.key == small)
    shares = [
        placeholder_share(make_plan(marked, drivers, scenario_of(MARKETS[0], False, **more)))
        for more in ({}, {"correlation": {f"{one} ~ {other}": 0.5}})
    ]
    assert abs(shares[1] - shares[0]) < 0.05


def test_the_share_is_that_of_the_first_order_index():
    market, drivers = market_and_drivers(MARKETS[0])
    scenario = scenario_of(MARKETS[0], anchored=False)
    found = sensitivity_of(market, drivers, scenario, by="stage", points=2048).columns["indices"]
    largest = found["group"][0]
    keys = set(found["inputs"][0])
    plan = make_plan(with_placeholders(market, lambda p: p.key in keys), drivers, scenario)
    assert largest in {stage.name for stage in market.stages}
    assert abs(placeholder_share(plan) - found["first"][0]) < 0.06


@pytest.mark.slow(reason="every analysis of a market")
@pytest.mark.parametrize("name", MARKETS)
def test_every_sheet_says_it_and_none_where_all_numbers_are_given(name):
    market, drivers = market_and_drivers(name)
    scenario = scenario_of(name, draws=256)
    made = with_placeholders(market, lambda p: True)
    asked = forecast(made, drivers, scenario)
    (said,) = placeholders(asked.plan)
    assert said.startswith("Placeholders: nobody has given ")
    words = " ".join(said.split()[:6])
    sheets = [
        asked, asked.waterfall(), asked.price_volume(), triangulate(made, drivers),
        *([audit_report(made, drivers, scenario)] if name == MARKETS[0] else []),
        sensitivity_of(made, drivers, scenario, points=64),
        require(made, drivers, scenario, cagr=0.04),
    ]  # fmt: skip
    for sheet in sheets:
        assert words in " ".join(str(sheet).split()), type(sheet)
    plain = forecast(market, drivers, scenario)
    assert "Placeholders" not in str(plain)
    assert np.array_equal(plain.draws.total, asked.draws.total)
