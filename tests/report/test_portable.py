import json

import numpy as np
import pytest
from chain_page import NODE, in_node, in_python, random_settings

from ismarket import Driver, Effect, Parameter, Scenario, forecast
from ismarket.engine.plan import make_plan
from ismarket.report.places import chosen, decoded, drawn_places
from ismarket.report.portable import portable, switchable

node = pytest.mark.skipif(NODE is None, reason="no node on this machine")
EXACT = 1e-9
IN_STEPS = 3e-4
"""What drivers compute themselves is kept in 12 bits."""


def agree(forecast, model, count, seed):
    """The worst relative distances of JavaScript and Python: reference, draws, points."""
    settings = list(random_settings(forecast, model, count, seed))
    plan = switchable(forecast)
    places = drawn_places(plan, chosen(forecast, plan))
    worst = dict.fromkeys(("reference", "draws", "points"), 0.0)
    for setting, page in zip(settings, in_node(model, settings), strict=True):
        here = in_python(forecast, places, setting)
        for name in ("total", "region", "drug_class", "region_base", "calibration"):
            one, other = (np.atleast_2d(np.array(found[name])) for found in (page, here))
            apart = np.abs(one / other - 1.0)
            worst["reference"] = max(worst["reference"], apart[:, 0].max())
            worst["draws"] = max(worst["draws"], apart.max())
        for name in ("points", "usd"):
            assert set(page[name]) == set(here[name])
            scale = np.abs(here[name]["total"]).max() + 1e-3
            apart = (
                np.abs(np.array(page[name][who]) - here[name][who]).max() / scale
                for who in here[name]
            )
            worst["points"] = max(worst["points"], *apart)
    return worst


@pytest.mark.slow(reason="settings computed in Python and as the page does")
@node
def test_the_page_computes_what_python_computes_over_random_settings(world):
    market, drivers, scenario = world
    found = forecast(market, drivers, scenario.changed(draws=256))
    model = portable(found)
    worst = agree(found, model, 5, seed=5)
    assert worst["reference"] < EXACT
    assert worst["draws"] < (IN_STEPS if model["own"] else EXACT)
    assert worst["points"] < (IN_STEPS if model["own"] else 1e-8)


@pytest.mark.slow(reason="settings computed in Python and as the page does")
@node
def test_a_forecast_that_starts_after_the_tables_agrees_too(market, drivers):
    scenario = Scenario(draws=128, anchor="techsci-2024", without=())
    found = forecast(market, drivers, scenario)
    assert found.plan.start > 0
    worst = agree(found, portable(found), 3, seed=6)
    assert max(worst.values()) < 1e-8


def grows(share):
    """A driver with a function of its own that moves the first stage, by region and draw."""

    def effects(market, p):
        by_region = market.by_region(dict.fromkeys(market.regions, 1.0))
        shift = p.pace * share * by_region * market.elapsed / 10
        return [Effect(market.stages[0].name, shift), Effect(market.stages[1].name, 0.5 * shift)]

    pace = Parameter("pace", 0.5, 1.0, 2.0, unit="a year", source="test")
    return Driver("growing", "Growing", effects=effects, parameters=(pace,))


@pytest.mark.slow(reason="settings computed in Python and as the page does")
@node
def test_a_driver_with_a_function_of_its_own_travels_as_its_shifts(second):
    market, drivers = second
    scenario = Scenario(market=market.name, anchor="illustration-2025", without=(), draws=128)
    found = forecast(market, [*drivers, grows(0.2)], scenario)
    model = portable(found)
    assert len(model["own"]) >= 2
    (growing,) = [d for d in model["drivers"] if d["name"] == "growing"]
    assert growing["computed"] == ["growing.pace"]
    worst = agree(found, model, 3, seed=7)
    assert worst["reference"] < EXACT
    assert worst["draws"] < IN_STEPS


@pytest.mark.slow(reason="settings computed in Python and as the page does")
@node
def test_beyond_the_exact_limit_the_same_orders_are_sampled(market, drivers):
    many = [*drivers, *(Driver(f"idle_{i}", f"Idle {i}") for i in range(4))]
    found = forecast(market, many, Scenario(draws=64, without=()))
    assert found.shapley_error > 0
    (page,) = in_node(portable(found), [portable(found)["setting"]])
    points = dict(
        zip(*(found.columns["attribution"][c] for c in ("driver", "points")), strict=True)
    )
    assert {name: told[0] for name, told in page["points"].items()} == pytest.approx(
        points, abs=1e-8
    )


def test_places_give_the_draws_back_to_a_step_of_their_range(market, drivers):
    found = forecast(market, drivers, Scenario(draws=300))
    plan = switchable(found)
    drawn = decoded(plan, drawn_places(plan, np.arange(300)))
    true = forecast_draws(plan)
    for parameter in plan.parameters:
        key, width = parameter.key, parameter.high - parameter.low
        if parameter.happens:
            assert (drawn[key] != true[key][:300]).mean() < 0.01
        else:
            assert np.abs(drawn[key] - true[key][:300]).max() <= 2e-4 * width * max(
                1.0, parameter.high / max(parameter.low, 1e-12) if parameter.scale == "log" else 1
            )


def forecast_draws(plan):
    from ismarket.engine.blocks import Drawing

    return Drawing(plan).by_key(0)


@pytest.mark.slow(reason="thousands of draws")
def test_few_draws_stand_for_many(world):
    market, drivers, scenario = world
    model = portable(forecast(market, drivers, scenario.changed(draws=5_000)))
    assert model["draws"] == 2048
    published = scenario.name == "published"
    assert model["figures"]["error"] <= (0.003 if published else 0.01)


def test_a_driver_that_cannot_act_beside_the_others_stays_behind(market, drivers):
    claimed = drivers[0].claims[0]
    stage = market.mechanisms[claimed].stage

    def other(market, p):
        return [Effect(stage, 0.3 * market.elapsed, mechanism=claimed)]

    rival = Driver("rival", "Rival", effects=other)
    scenario = Scenario(draws=64, without=("rival", "pricing"))
    found = forecast(market, [*drivers, rival], scenario)
    names = {driver["name"] for driver in portable(found)["drivers"]}
    assert "rival" not in names
    assert names == {driver.name for driver in make_plan(market, drivers, Scenario()).drivers}


def test_the_model_is_plain_json(published):
    model = portable(published)
    assert json.loads(json.dumps(model, allow_nan=False)) == model
