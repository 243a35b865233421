"""Price, volume and mix: an exact bridge between two years or two scenarios, role by role."""

from functools import cache

import numpy as np
import pytest
from both_markets import MARKETS, market_and_drivers, scenario_of
from hypothesis import given
from hypothesis import strategies as st

from ismarket import Driver, Effect, InputError, forecast
from ismarket.engine.price_volume import END, START, _effects, price_volume
from ismarket.engine.roles import SCALING

CASES = [(name, anchored) for name in MARKETS for anchored in (True, False)]


@cache
def made(name, anchored=True, **changes):
    return forecast(*market_and_drivers(name), scenario_of(name, anchored, **changes))


def gap(bridge):
    """How far a bridge is from closing in the worst cell and draw, over the value of the market."""
    open_by = bridge.start + bridge.effects.sum(axis=0) - bridge.end
    return np.abs(open_by).max() / bridge.start.sum(axis=(0, 1)).min()


@pytest.mark.parametrize(("name", "anchored"), CASES)
def test_it_closes_between_two_years_in_every_cell_and_draw(name, anchored):
    found = made(name, anchored)
    for first, last in ((found.years[0], found.years[-1]), (found.years[-1], found.years[2])):
        bridge = found.price_volume(first, last)
        assert gap(bridge) < 1e-12
        for side, year in ((bridge.start, first), (bridge.end, last)):
            total = found.draws.total[found.years.index(year)]
            np.testing.assert_allclose(side.sum(axis=(0, 1))[1:], total, rtol=1e-12)
        change = (bridge.end - bridge.start).sum(axis=(0, 1))
        carried = bridge.effects.sum(axis=(0, 1, 2))
        assert np.abs(carried / change - 1).max() < 1e-10


@pytest.mark.parametrize("name", MARKETS)
def test_it_closes_between_two_scenarios_in_every_cell_and_draw(name):
    one, other = made(name), made(name, anchored=False)
    year = max({*one.years} & {*other.years})
    bridge = one.price_volume(to=other)
    assert gap(bridge) < 1e-12
    assert bridge.sides[0].endswith(str(year))
    for side, found in ((bridge.start, one), (bridge.end, other)):
        total = found.draws.total[found.years.index(year)]
        np.testing.assert_allclose(side.sum(axis=(0, 1))[1:], total, rtol=1e-12)


@pytest.mark.parametrize("name", MARKETS)
def test_the_way_back_is_the_way_there_with_the_other_sign(name):
    found = made(name)
    there = found.price_volume()
    back = found.price_volume(found.years[-1], found.years[0])
    np.testing.assert_allclose(there.effects, -back.effects, rtol=1e-9, atol=1e-3)


@pytest.mark.parametrize("name", MARKETS)
def test_each_effect_is_the_logarithmic_mean_times_the_log_of_its_role(name):
    found = made(name, anchored=False)
    bridge = found.price_volume()
    steps = [found.waterfall(year) for year in (found.years[0], found.years[-1])]
    rebates = bridge.effects[bridge.roles.index("net")]
    for r in range(len(bridge.regions)):
        for c in range(len(bridge.drug_classes)):
            before, after = (s.step("net").amount(r, c) for s in steps)
            kept = [s.step("net").amount(r, c) / s.step("list").amount(r, c) for s in steps]
            mean = (after - before) / np.log(after / before)
            wanted = mean * np.log(kept[1] / kept[0])
            np.testing.assert_allclose(rebates[r, c], wanted, rtol=1e-6, atol=1e-6 * before.max())


@pytest.mark.parametrize("name", MARKETS)
def test_a_driver_of_one_stage_is_an_effect_of_its_role_alone(name):
    market, _ = market_and_drivers(name)
    for stage in market.stages:
        if stage.path is not None or stage.link == "softmax":
            continue

        def effects(market, p, moved=stage.name):
            yield Effect(moved, 0.02 * market.elapsed)

        only = [Driver("only", "Only", effects=effects)]
        scenario = scenario_of(name, anchored=False, draws=64)
        bridge = forecast(market, only, scenario).price_volume()
        change = bridge.end - bridge.start
        for role, effect in zip(bridge.roles, bridge.effects, strict=True):
            if role == stage.role:
                np.testing.assert_allclose(effect, change, rtol=1e-9, atol=1e-6)
            else:
                assert (effect == 0).all(), (stage.name, role)


@pytest.mark.parametrize("name", MARKETS)
def test_one_scenario_against_itself_changes_by_nothing(name):
    one, again = made(name), made(name, title="again")
    assert (one.price_volume(to=again).effects == 0.0).all()


@pytest.mark.parametrize("name", MARKETS)
def test_another_level_is_all_scaling(name):
    found = made(name, anchored=False).price_volume(to=made(name))
    *others, scaling = found.effects
    assert found.roles[-1] == SCALING
    for effect in others:  # another first year, so other sums: equal but for rounding
        np.testing.assert_allclose(effect, 0.0, atol=1e-12 * found.end.max())
    np.testing.assert_allclose(scaling, found.end - found.start, rtol=1e-9)


@pytest.mark.parametrize("name", MARKETS)
def test_its_tables_add_up_by_region_by_class_and_by_cell(name):
    found = made(name).price_volume()
    market, *splits = (found.frame(table) for table in ("market", "region", "drug_class", "cells"))
    wanted = market.set_index("role")
    assert list(wanted.index) == [START, *found.roles, END]
    for table in splits:
        summed = table.groupby("role")[["reference", "mean"]].sum()
        for role in wanted.index:
            for column in ("reference", "mean"):
                there = wanted.loc[role, column]
                assert summed.loc[role, column] == pytest.approx(there, rel=1e-9, abs=1.0)


def test_markets_of_other_regions_have_no_bridge():
    with pytest.raises(InputError, match="differ in regions"):
        price_volume(made(MARKETS[0]), made(MARKETS[1]))


factors = st.one_of(st.just(0.0), st.floats(1e-6, 1e6))


@given(st.lists(st.tuples(factors, factors), min_size=1, max_size=6))
def test_it_closes_where_factors_are_0_on_one_side_or_both(pairs):
    roles = tuple(map(str, range(len(pairs))))
    start, end = (
        {role: np.full((1, 1, 1), pair[i]) for role, pair in zip(roles, pairs, strict=True)}
        for i in (0, 1)
    )
    before, after, effects = _effects(start, end, roles)
    closed = effects.sum() - (after - before).sum()
    assert abs(closed) <= 1e-9 * max(before.max(), after.max(), 1e-300)
    for effect, (one, two) in zip(effects, pairs, strict=True):
        assert one != two or effect.item() == 0.0
