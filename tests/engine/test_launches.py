"""Launches: what a launched product does to its class's price, draw by draw, in any market."""

from dataclasses import replace

import numpy as np
import pytest
from both_markets import MARKETS, market_and_drivers, scenario_of

from ismarket import Driver, DriverError, Effect, InputError, forecast, launch
from ismarket.engine.blocks import Drawing, stack
from ismarket.engine.chain import Chain
from ismarket.engine.plan import make_plan
from ismarket.model.launch import fits
from ismarket.sampling.points import block_points

SOURCE = "assumption: invented for tests"
pytestmark = pytest.mark.parametrize("name", MARKETS)


def product(name, called="entrant", **about):
    """A launch into the first class of a market's prices, in its first two regions."""
    market, _ = market_and_drivers(name)
    first = market.base_year + 2.5
    given = {
        "stage": next(stage.name for stage in market.stages if fits(stage)),
        "drug_class": market.drug_classes[0],
        "regions": market.regions[:2],
        "chance": 1.0,
        "launch_year": (first, first, first),
        "peak_share": (0.3, 0.3, 0.3),
        "years_to_peak": (4.0, 4.0, 4.0),
        "price_ratio": (1.5, 1.5, 1.5),
    }
    return launch(called, source=SOURCE, **{**given, **about})


def plan_of(name, *drivers, **changes):
    market, _ = market_and_drivers(name)
    scenario = scenario_of(name, anchored=False, **{"draws": 64, "without": (), **changes})
    return make_plan(market, drivers, scenario)


def price(plan, one, values=None):
    """The stage of prices, (year, region, drug_class, draw), by default in the reference case."""
    values = stack(plan, {**plan.modes, **plan.fixed}) if values is None else values
    found = Chain(plan).by_stage(values)[one.stage]
    years = len(plan.years)
    return np.broadcast_to(found, (years, *found.shape[1:])) if len(found) == 1 else found


def share_of(one, years, chance=None):
    """The share of a launch by year at its modes, as the design writes it."""
    since = np.array(years) + 0.5 - one.launch_year.mode
    share = one.peak_share.mode * np.clip(since / one.years_to_peak.mode, 0.0, 1.0)
    return share * (one.chance.mode if chance is None else chance)


def dearer(name, plan, *launches):
    """The factor on the price of launches into one class: the sum over them, over the base year."""
    years = plan.years
    shares = np.array([share_of(one, (plan.market.base_year, *years)) for one in launches])
    shares /= np.maximum(shares.sum(axis=0), 1.0)
    ratios = np.array([one.price_ratio.mode for one in launches])
    sums = 1.0 + (shares * (ratios[:, None] - 1.0)).sum(axis=0)
    return sums[1:] / sums[0]


def entered(one):
    return Driver(one.name, one.name, mechanisms=(one,))


# the price --------------------------------------------------------------------------------------


@pytest.mark.parametrize("ratio", [0.4, 1.0, 3.0])
@pytest.mark.parametrize("since", [2.5, -1.3])
def test_a_lone_sure_launch_multiplies_its_price_by_its_share_of_what_is_dearer(name, ratio, since):
    begins = market_and_drivers(name)[0].base_year + since
    one = product(name, price_ratio=(ratio,) * 3, launch_year=(begins,) * 3)
    plan = plan_of(name, entered(one))
    before, after = price(plan_of(name), one), price(plan, one)
    share = share_of(one, (plan.market.base_year, *plan.years))
    wanted = (1.0 + share[1:] * (ratio - 1.0)) / (1.0 + share[0] * (ratio - 1.0))
    np.testing.assert_allclose((after / before)[:, :2, 0, 0], wanted[:, None].repeat(2, 1), 1e-14)
    assert (after[:, 2:] == before[:, 2:]).all()
    assert (after[:, :, 1:] == before[:, :, 1:]).all()


@pytest.mark.parametrize("together", [True, False])
def test_two_launches_move_the_price_by_their_sum_whoever_claims_them(name, together):
    one = product(name, "one", price_ratio=(3.0,) * 3)
    other = product(name, "other", peak_share=(0.5,) * 3, price_ratio=(0.5,) * 3)
    drivers = [entered(one), entered(other)]
    if together:
        drivers = [Driver("both", "Both", mechanisms=(one, other))]
    plan = plan_of(name, *drivers)
    found = price(plan, one) / price(plan_of(name), one)
    np.testing.assert_allclose(found[:, 0, 0, 0], dearer(name, plan, one, other), rtol=1e-14)


def test_shares_that_sum_above_1_are_scaled_to_1(name):
    one = product(name, "one", peak_share=(0.9,) * 3, price_ratio=(3.0,) * 3)
    other = product(name, "other", peak_share=(0.6,) * 3, price_ratio=(0.5,) * 3)
    plan = plan_of(name, entered(one), entered(other))
    assert share_of(one, plan.years)[-1] + share_of(other, plan.years)[-1] > 1.0
    found = price(plan, one) / price(plan_of(name), one)
    np.testing.assert_allclose(found[:, 0, 0, 0], dearer(name, plan, one, other), rtol=1e-14)
    mixed = (0.9 * 3.0 + 0.6 * 0.5) / 1.5
    assert found[-1, 0, 0, 0] == pytest.approx(mixed, rel=1e-12)


def test_a_group_that_is_off_is_left_out_of_both_sums(name):
    early = market_and_drivers(name)[0].base_year - 1.0
    one = product(name, "one", launch_year=(early,) * 3)
    other = product(name, "other", price_ratio=(0.5,) * 3)
    without = plan_of(name, entered(one), entered(other), without=("one",))
    alone = plan_of(name, entered(other))
    assert (price(without, other) == price(alone, other)).all()


# the chance -------------------------------------------------------------------------------------


def test_a_launch_with_no_chance_changes_no_bit(name):
    market, drivers = market_and_drivers(name)
    scenario = scenario_of(name, draws=300)
    never = entered(product(name, chance=0.0, price_ratio=(2.0, 5.0, 9.0)))
    before, after = (forecast(market, some, scenario) for some in (drivers, [*drivers, never]))
    assert (after.draws.total == before.draws.total).all()
    assert (after.draws.region == before.draws.region).all()
    assert after.columns["reference"] == before.columns["reference"]
    row = next(d for d, n in enumerate(after.plan.drivers) if n.name == never.name)
    assert np.abs(after.draws.contributions[row]).max() < 1e-14


def test_fixing_a_chance_sets_the_probability_and_draws_stay_0_or_1_on_their_stream(name):
    one = product(name, chance=0.4)
    plans = [plan_of(name, entered(one), fixed={one.chance.key: p}) for p in (0.0, 0.3, 0.7, 1.0)]
    found = [Drawing(plan).by_key(0)[one.chance.key] for plan in plans]
    seed = plans[0].scenario.seed
    dimensions = {key: i for i, key in enumerate(plans[0].market.parameters)}
    points = block_points([one.chance.key], dimensions, seed=seed, block=0)[0] / 2.0**32
    for plan, happened in zip(plans, found, strict=True):
        probability = plan.scenario.fixed[one.chance.key]
        assert set(np.unique(happened)) <= {0.0, 1.0}
        assert (happened == (points < probability)).all()
    unfixed = Drawing(plan_of(name, entered(one))).by_key(0)[one.chance.key]
    assert (unfixed == (points < 0.4)).all()


def test_fixing_a_chance_moves_no_draw_on_the_same_side_of_it(name):
    market, drivers = market_and_drivers(name)
    one = product(name, chance=0.4)
    scenario = scenario_of(name, draws=512)
    some = [*drivers, entered(one)]
    before = forecast(market, some, scenario)
    after = forecast(market, some, scenario.changed(fixed={one.chance.key: 0.8}))
    same = [Drawing(f.plan).by_key(0)[one.chance.key][:512] for f in (before, after)]
    same = same[0] == same[1]
    assert 0.4 < same.mean() < 0.8
    assert (before.draws.total[:, same] == after.draws.total[:, same]).all()
    assert (before.draws.total[-1, ~same] != after.draws.total[-1, ~same]).all()


def test_the_reference_case_weighs_a_launch_by_its_chance(name):
    one = product(name, chance=0.4, price_ratio=(2.0, 5.0, 9.0))
    plan = plan_of(name, entered(one))
    found = price(plan, one) / price(plan_of(name), one)
    np.testing.assert_allclose(found[:, 0, 0, 0], dearer(name, plan, one), rtol=1e-14)
    fixed = plan_of(name, entered(one), fixed={one.chance.key: 0.8})
    sure = replace(one, chance=replace(one.chance, mode=0.8))
    found = price(fixed, one) / price(plan_of(name), one)
    np.testing.assert_allclose(found[:, 0, 0, 0], dearer(name, plan, sure), rtol=1e-14)


def test_a_launch_that_comes_or_goes_moves_no_other_draw(name):
    market, drivers = market_and_drivers(name)
    scenario = scenario_of(name, draws=300)
    one = entered(product(name, chance=0.5, peak_share=(0.1, 0.3, 0.6)))
    plans = [make_plan(market, some, scenario) for some in (drivers, [*drivers, one])]
    before, after = (Drawing(plan).by_key(0) for plan in plans)
    assert set(after) - set(before) == {p.key for m in one.own_causes for p in m.parameters}
    for key, values in before.items():
        assert (after[key] == values).all(), key
    without = make_plan(
        market, [*drivers, one], scenario.changed(without=(*scenario.without, one.name))
    )
    again = Drawing(without).by_key(0)
    assert list(again) == list(before)
    assert all((again[key] == values).all() for key, values in before.items())


# what it sells ----------------------------------------------------------------------------------


def test_a_product_sells_its_share_of_the_class_at_its_own_price(name):
    market, _ = market_and_drivers(name)
    one = product(name, "one", chance=0.6, price_ratio=(2.0, 3.0, 5.0), peak_share=(0.1, 0.3, 0.9))
    other = product(name, "other", price_ratio=(0.4, 0.5, 0.9), peak_share=(0.2, 0.5, 0.9))
    drivers = [entered(one), entered(other)]
    made = forecast(market, drivers, scenario_of(name, draws=64, without=(), fixed={}))
    drawn = Drawing(made.plan).by_key(0)
    last = made.plan.years[-1]
    of_each = []
    for product_ in (one, other):
        chance, year, peak, years, ratio = (drawn[p.key][:64] for p in product_.parameters)
        of_each.append((chance * peak * np.clip((last + 0.5 - year) / years, 0.0, 1.0), ratio))
    shares, ratios = np.array(of_each).swapaxes(0, 1)
    assert (shares.sum(axis=0) > 1.0).any()
    shares /= np.maximum(shares.sum(axis=0), 1.0)
    value = made.waterfall(last).step("value").amounts[:2, 0, 1:].sum(axis=0)
    wanted = value * shares * ratios / (1.0 + (shares * (ratios - 1.0)).sum(axis=0))
    table = made.drawn.rows[made.layout["launch_final"]]
    assert [p.name for p in made.plan.launches] == ["one", "other"]
    np.testing.assert_allclose(table, wanted, rtol=1e-10)
    assert (table.sum(axis=0) <= value * (1 + 1e-12)).all()


@pytest.mark.slow(reason="forecasts on both markets")
def test_the_table_of_launches_says_what_each_sells_and_what_it_takes(name):
    market, drivers = market_and_drivers(name)
    one = product(name, chance=0.6, peak_share=(0.1, 0.3, 0.9))
    made = forecast(market, [*drivers, entered(one)], scenario_of(name, draws=64))
    table = made.by("launch").set_index("launch")
    assert list(table.index) == [launched.name for launched in made.plan.launches]
    row = table.loc[one.name]
    assert row["product"] == one.product
    assert row["drug_class"] == one.drug_class
    assert row["regions"] == ", ".join(one.regions)
    assert row["chance"] == 0.6
    rows = made.drawn.rows[made.layout["launch_final"]]
    sold = rows[list(table.index).index(one.name)]
    assert row["mean"] == pytest.approx(sold.mean(), rel=1e-12)
    assert row["p95"] == pytest.approx(np.quantile(sold, 0.95), rel=1e-12)
    fixed = forecast(
        market, [*drivers, entered(one)], scenario_of(name, draws=64, fixed={one.chance.key: 0.9})
    )
    assert fixed.by("launch").set_index("launch").loc[one.name, "chance"] == 0.9
    found = fixed.to_dict()["launches"]
    assert [entry["launch"] for entry in found] == list(table.index)
    assert "Own sales" not in str(fixed)  # a scaled market scales its launches
    counted = forecast(
        market, [*drivers, entered(one)], scenario_of(name, draws=64, anchor="bottom-up")
    )
    found = counted.to_dict()["launches"]
    most = max(found, key=lambda entry: entry["reference"])["product"].split(",")[0]
    usd = counted.usd()
    assert f"Own sales in {counted.years[-1]}, {usd}: {most}" in " ".join(str(counted).split())
    with pytest.raises(InputError, match="launch"):
        made.by("lunch")


def test_a_launch_of_ones_own_may_not_have_the_name_of_another(name):
    market, drivers = market_and_drivers(name)
    known = next(one for cause in market.mechanisms.values() for one in cause.launches)
    driver = Driver("ours_alone", "Ours", mechanisms=(replace(known, group="ours"),))
    with pytest.raises(DriverError, match=rf"launch '{known.name}' is taken in {market.name}"):
        make_plan(market, [*drivers, driver], scenario_of(name, draws=16))


def test_a_group_of_launches_is_claimed_and_not_shifted(name):
    market, drivers = market_and_drivers(name)
    group = next(cause for cause in market.mechanisms.values() if cause.launches)

    def effects(market, p):
        yield Effect(group.stage, 0.01 * market.elapsed, mechanism=group.name)

    driver = Driver("shifting", "Shifts a group", effects=effects)
    with pytest.raises(InputError, match=f"by {group.name}, which .* as a group of launches"):
        forecast(market, [*drivers, driver], scenario_of(name, draws=16))
