"""The waterfall: from people to net value, the same money as the forecast's in every cell."""

from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from both_markets import MARKETS, market_and_drivers, scenario_of

from ismarket import InputError, forecast
from ismarket.engine.roles import SCALING
from ismarket.engine.waterfall import LIST, NET, REBATES, TITLES, VALUE
from ismarket.testing.toy import toy_market
from ismarket.text.wording import money, money_range, nonzero, number, percent

CASES = [(name, anchored) for name in MARKETS for anchored in (True, False)]


@cache
def made(name, anchored=True, **changes):
    return forecast(*market_and_drivers(name), scenario_of(name, anchored, **changes))


@pytest.mark.parametrize(("name", "anchored"), CASES)
def test_list_less_rebates_is_net_in_every_cell_and_year(name, anchored):
    found = made(name, anchored)
    for year in found.years:
        steps = found.waterfall(year)
        listed, rebates, net = (steps.step(one).amounts for one in (LIST, REBATES, NET))
        np.testing.assert_allclose(listed - rebates, net, rtol=1e-12)
        assert (rebates > 0).all()


@pytest.mark.parametrize(("name", "anchored"), CASES)
def test_its_end_is_the_forecast_in_the_reference_case_and_in_every_draw(name, anchored):
    found = made(name, anchored)
    for at in (0, -1):
        value = found.waterfall(found.years[at]).step(VALUE).amounts
        total = value.sum(axis=(0, 1))
        assert total[0] == pytest.approx(found.columns["reference"]["value"][at], rel=1e-12)
        np.testing.assert_allclose(total[1:], found.draws.total[at], rtol=1e-12)
        for axis, table in ((1, found.draws.region), (0, found.draws.drug_class)):
            np.testing.assert_allclose(value.sum(axis=axis)[:, 1:], table[at], rtol=1e-12)


@pytest.mark.parametrize("name", MARKETS)
def test_net_and_what_scales_it_add_up_to_the_forecast(name):
    found = made(name)
    steps = found.waterfall(found.years[-1])
    net, scaled, value = (steps.step(one).amounts for one in (NET, SCALING, VALUE))
    np.testing.assert_allclose(net + scaled, value, rtol=1e-12)
    factor = found.columns["calibration"]["reference"][0] * found.unexplained_factor[-1]
    assert steps.factor == pytest.approx(factor, rel=1e-12)


@pytest.mark.parametrize("name", MARKETS)
def test_a_count_is_not_scaled_and_ends_at_net(name):
    steps = made(name, anchored=False).waterfall()
    assert SCALING not in [step.name for step in steps.steps]
    assert (steps.step(NET).amounts == steps.step(VALUE).amounts).all()
    with pytest.raises(InputError, match="no step 'nett'; did you mean 'net'"):
        steps.step("nett")


@pytest.mark.parametrize("name", MARKETS)
def test_the_reference_of_the_base_year_is_that_of_a_pencil_over_the_tables(name):
    found = made(name, anchored=False)
    market, steps = found.plan.market, found.waterfall()
    assert found.years[0] == market.base_year
    for r, region in enumerate(market.regions):
        cells = _by_hand(market, r)
        people = steps.people[-1].amount(r)
        assert people[0] == pytest.approx(cells[0][0], rel=1e-12), region
        for c, (_, listed, net) in enumerate(cells):
            assert steps.step(LIST).amount(r, c)[0] == pytest.approx(listed, rel=1e-12)
            assert steps.step(NET).amount(r, c)[0] == pytest.approx(net, rel=1e-12)


def _by_hand(market, r):
    """People, list value and net value of each class in a region, from modes one by one."""
    mode = {}
    for stage in market.stages:
        regions = len(market.regions) if "region" in stage.by else 1
        values = np.array([p.mode for p in stage.parameters]).reshape(regions, -1)
        row = values[r if regions > 1 else 0]
        if stage.path is not None:
            row = [stage.path.mode[0][r if regions > 1 else 0]]
        mode[stage.name] = row / np.sum(row) if stage.link == "softmax" else row
    found = []
    for c in range(len(market.drug_classes)):
        people = listed = kept = 1.0
        for stage in market.stages:
            value = mode[stage.name][c if len(mode[stage.name]) > 1 else 0]
            people *= value if stage.role == "people" else 1.0
            listed *= value if stage.role != "net" else 1.0
            kept *= value if stage.role == "net" else 1.0
        found.append((people, listed, listed * kept))
    return found


@pytest.mark.parametrize("name", MARKETS)
def test_its_table_says_reference_mean_and_quantiles_of_every_cell(name):
    found = made(name)
    steps = found.waterfall(found.years[-1])
    table = steps.frame("cells").set_index(["step", "region", "drug_class"])
    market = found.plan.market
    whole = table.loc[(VALUE, "", "")]
    last = found.summary().iloc[-1]
    for column in ("reference", "mean", "p5", "p50", "p95"):
        assert whole[column] == pytest.approx(last[column], rel=1e-9)
    cells = found.table(("year", "region", "drug_class"), "USD")
    cells = cells.set_index(["year", "region_title", "drug_class_title"])
    for region in market.regions:
        for drug_class in market.drug_classes:
            row = table.loc[(VALUE, region, drug_class)]
            there = cells.loc[(found.years[-1], region, drug_class)]
            assert row["mean"] == pytest.approx(there["mean"], rel=1e-9)
            assert row["p95"] == pytest.approx(there["p95"], rel=1e-6)  # cells are kept in float32


@pytest.mark.parametrize("name", MARKETS)
def test_a_class_mix_splits_the_step_before_and_loses_nobody(name):
    steps = made(name).waterfall()
    at = next(i for i, step in enumerate(steps.counted) if step.role == "mix")
    before, split = steps.counted[at - 1], steps.counted[at]
    parts = [split.amount(None, c) for c in range(len(steps.drug_classes))]
    np.testing.assert_allclose(sum(parts), before.amount(), rtol=1e-12)
    assert split.amount() is None
    assert set(split.units[0]) == set(before.units[0])


def test_amounts_of_different_units_have_no_sum():
    for name in MARKETS:
        steps = made(name).waterfall()
        shown = set(steps.frame()["step"])
        for step in steps.counted:
            alike = len({unit for row in step.units for unit in row}) == 1
            assert (step.name in shown) == (alike and step.role != "mix")
    step = steps.counted[-1]
    apart = replace(
        step,
        role="units",
        units=tuple((f"unit {r}",) * len(row) for r, row in enumerate(step.units)),
    )
    assert apart.amount() is None
    for region in range(len(step.units)):
        assert (apart.amount(region) == step.amounts[region].sum(axis=0)).all()


def test_a_market_without_a_stage_of_role_net_has_no_rebates():
    market, drivers = market_and_drivers(MARKETS[1])
    stages = tuple(replace(s, role="volume") if s.role == "net" else s for s in market.stages)
    market = replace(market, stages=stages).with_anchors({})
    steps = forecast(market, drivers, scenario_of(MARKETS[1], anchored=False)).waterfall()
    assert REBATES not in [step.name for step in steps.steps]
    assert (steps.step(LIST).amounts == steps.step(NET).amounts).all()
    assert "no rebates in this market" in str(steps)


def test_a_market_without_people_has_its_money_alone():
    market = toy_market()
    stages = tuple(replace(s, role="price") for s in market.stages)
    market = replace(market, stages=stages).with_anchors({})
    scenario = scenario_of(MARKETS[0], anchored=False, market="toy")
    steps = forecast(market, [], scenario).waterfall()
    assert not steps.counted
    assert "people" not in str(steps.sheet().parts[0])


@pytest.mark.parametrize("anchor", ["pooled", "techsci-2024"])
def test_levels_that_are_drawn_or_begin_later_are_met_too(anchor):
    found = made(MARKETS[0], anchor=anchor)
    for at in (0, -1):
        total = found.waterfall(found.years[at]).step(VALUE).amounts.sum(axis=(0, 1))
        np.testing.assert_allclose(total[1:], found.draws.total[at], rtol=1e-12)


def test_a_year_that_is_not_in_the_forecast_is_refused():
    with pytest.raises(InputError, match="2050"):
        made(MARKETS[0]).waterfall(2050)


@pytest.mark.parametrize(("name", "anchored"), CASES)
def test_its_sheet_names_every_step_and_the_dollars(name, anchored):
    found = made(name, anchored)
    said = str(found.waterfall(found.years[-1]))
    assert found.plan.usd("M") in said
    for step in found.waterfall().people:
        assert step.title[:20] in said
    assert ("Scaled to the report" in said) == anchored


@pytest.mark.parametrize("name", MARKETS)
def test_the_waterfalls_of_the_regions_add_up_to_that_of_the_market(name):
    whole = made(name).waterfall()
    alone = [whole.only(region) for region in whole.regions]
    for step in whole.steps:
        parts = [found.step(step.name) for found in alone]
        np.testing.assert_allclose(sum(p.total() for p in parts), step.total(), rtol=1e-12)
    for found in alone:
        counted = list(found.counted)
        for before, step in pairwise(counted):
            wanted = step.total()[0] / before.total()[0]
            assert step.of_before == pytest.approx(wanted, rel=1e-12)
    with pytest.raises(InputError, match="region"):
        whole.only("Atlantis")


@pytest.mark.parametrize(("name", "anchored"), CASES)
def test_its_tables_show_each_step_with_its_interval_and_each_place(name, anchored):
    found = made(name, anchored)
    steps = found.waterfall(found.years[-1])
    of_steps, of_regions, of_classes = (
        part for part in steps.sheet().parts if not isinstance(part, str)
    )
    market = steps.columns["market"]
    for i, row in enumerate(of_steps.rows):
        digits, unit = (1, 1e6) if market["role"][i] in TITLES else (0, 1.0)
        low, middle, high = (market[key][i] / unit for key in ("p5", "reference", "p95"))
        assert row[0] == market["title"][i]
        assert row[2] == number(middle, digits)
        assert row[3] == f"{number(low, digits)} to {number(high, digits)}"
        step = steps.step(market["step"][i])
        assert row[4] == ("" if step.of_before is None else nonzero(step.of_before, 2))
    assert len(of_steps.rows) == len(market["title"])
    net, listed = steps.step(NET).amounts[..., 0], steps.step(LIST).amounts[..., 0]
    for axis, table in ((1, of_regions), (0, of_classes)):
        column = table.header.index("Net value, M")
        kept = net.sum(axis=axis) / listed.sum(axis=axis)
        assert [row[column] for row in table.rows] == [
            nonzero(value / 1e6, 1) for value in (*net.sum(axis=axis), net.sum())
        ]
        assert [row[-1] for row in table.rows] == [
            percent(share) for share in (*kept, net.sum() / listed.sum())
        ]
    (told,) = (part for part in steps.sheet().parts if "at list price" in str(part))
    ends = [market[key][market["step"].index(NET)] for key in ("p5", "p95")]
    assert f"Of USD {money(listed.sum())} at list price {money(net.sum())} is kept" in told
    assert f"; {money_range(*ends)} in 9 of 10 draws" in told
    by_region = net.sum(axis=1)
    people = steps.people[-1].amounts[..., 0].sum(axis=1)
    at = by_region.argmax()
    assert (
        f"{steps.regions[at]} has {percent(people[at] / people.sum())} of the people"
        f" and {percent(by_region[at] / by_region.sum())} of the net value"
    ) in told
    assert steps.kept(0, 1) == pytest.approx(net[0, 1] / listed[0, 1])
    assert steps.factor == pytest.approx(steps.step(VALUE).total()[0] / net.sum())


@pytest.mark.parametrize("name", MARKETS)
def test_a_step_over_the_one_before_is_told_where_units_add_up(name):
    counted = made(name).waterfall().counted
    assert counted[0].of_before is None
    for before, step in pairwise(counted):
        whole = step.amounts[..., 0].sum() / before.amounts[..., 0].sum()
        assert step.of_before == pytest.approx(whole, rel=1e-12)


def test_a_single_draw_counts_every_class_too():
    steps = made(MARKETS[0], draws=1).waterfall()
    for step in steps.steps:
        assert {len(row) for row in step.units} == {step.amounts.shape[1]}
