"""Launches in the explorer: each product is a card of inputs, and chance a track of its own."""

import pytest
from both_markets import MARKETS, market_and_drivers, scenario_of

from ismarket import Scenario, forecast
from ismarket.charts.launches import picture
from ismarket.charts.swings import figure_of, name_of
from ismarket.charts.units import millions_of
from ismarket.explorer.changes import described
from ismarket.explorer.controls import LAUNCH_LABELS, density, structure
from ismarket.explorer.session import start
from ismarket.studies import Study
from ismarket.testing.toy import toy_market
from ismarket.text.wording import figure, percent

pytest.importorskip("anywidget")


def launches_of(name):
    market, _ = market_and_drivers(name)
    return [one for group in market.mechanisms.values() for one in group.launches]


def session(name, **changes):
    market, drivers = market_and_drivers(name)
    scenario = scenario_of(name, draws=200, without=(), **changes)
    return start(Study(market, tuple(d for d in drivers if d.suits(market.name)), scenario))


@pytest.mark.parametrize("name", MARKETS)
def test_each_launch_is_a_card_with_the_inputs_that_are_not_constant(name):
    made = structure(*market_and_drivers(name))
    cards = {
        cause["title"]: cause["inputs"] for driver in made["drivers"] for cause in driver["causes"]
    }
    for one in launches_of(name):
        said = dict(zip(one.parameters, LAUNCH_LABELS, strict=True))
        wanted = [(p.key, said[p]) for p in one.parameters if not p.constant]
        assert [(i["key"], i["label"]) for i in cards[one.product]] == wanted


@pytest.mark.parametrize("name", MARKETS)
def test_a_chance_has_no_density_and_runs_from_0_to_1(name):
    made = structure(*market_and_drivers(name))
    inputs = {i["key"]: i for d in made["drivers"] for c in d["causes"] for i in c["inputs"]}
    for one in launches_of(name):
        assert density(one.chance) == []
        if not one.chance.constant:
            shown = inputs[one.chance.key]
            assert (shown["low"], shown["mode"], shown["high"]) == (0.0, one.chance.mode, 1.0)
            assert (shown["figure"], shown["curve"]) == ("chance", [])
        if not one.launch_year.constant:
            assert inputs[one.launch_year.key]["figure"] == "date"


def test_fixing_the_chance_and_year_of_a_launch_is_said_in_their_own_figures():
    found = session(MARKETS[0])
    one = next(one for one in launches_of(MARKETS[0]) if not one.chance.constant)
    market, drivers = found.study.market, found.study.drivers
    for parameter, value, words in (
        (one.chance, 0.6, "fixed at 60%"),
        (one.launch_year, one.launch_year.mode, f"fixed at {one.launch_year.mode:g}"),
        (one.price_ratio, one.price_ratio.mode, f"fixed at {one.price_ratio.mode:.2f}"),
    ):
        change = {"kind": "fixed", "key": parameter.key, "value": value}
        assert described(change, market, drivers).endswith(words)
        found.change([change])
    assert found.current.fixed[one.chance.key] == 0.6
    table = found.shown.by("launch").set_index("launch")
    assert table.loc[one.name, "chance"] == 0.6


@pytest.mark.parametrize("name", MARKETS)
def test_the_view_shows_every_launch_with_what_the_table_says(name):
    found = session(name)
    view, made = found.view("launches"), found.shown
    assert "launches" in found.tabs
    assert [row.cells[0] for row in view.rows] == [one.product for one in launches_of(name)]
    table = made.by("launch").set_index("product")
    unit = millions_of(table["reference"].max())
    for row in view.rows:
        sold = table.loc[row.cells[0]]
        assert row.cells[2] == percent(sold["chance"])
        assert row.cells[6] == unit.show(sold["reference"])
        assert row.cells[7] == f"{unit.show(sold['p5'])} to {unit.show(sold['p95'])}"
        assert row.detail
    lines = view.picture.parts["paths"]
    shares = {one.name: one.peak_share.mode for one in launches_of(name)}
    assert set(lines["launch"]) == set(shares)
    uncertain = sum(chance < 1 for chance in table["chance"])
    assert view.title.endswith(f"{uncertain} of the {len(table)} may never come")


def test_launches_of_a_driver_that_is_off_stay_in_the_view_as_off():
    found = session(MARKETS[0])
    claiming = [d for d in found.study.drivers
                if any(found.study.market.mechanisms[n].launches for n in d.claims)]  # fmt: skip
    found.change([{"kind": "driver", "key": driver.name, "value": False} for driver in claiming])
    view = found.view("launches")
    assert {row.cells[6] for row in view.rows} == {"off"}
    assert view.title.startswith("No launch acts")
    assert view.picture.parts["bands"]["x"] == []
    assert found.shown.to_dict()["launches"] == []
    assert "Own sales" not in str(found.shown)


def test_a_market_without_launches_has_no_tab_for_them():
    market = toy_market()
    scenario = Scenario("bottom-up", market="toy", draws=64)
    found = start(Study(market, (), scenario))
    assert "launches" not in found.tabs
    assert [view.name for view in found.views()] == list(found.tabs)


@pytest.mark.slow(reason="a panel that computes")
def test_a_date_is_written_without_a_comma_and_a_chance_in_percent_wherever_inputs_are_listed():
    one = next(one for one in launches_of(MARKETS[0]) if not one.chance.constant)
    assert figure(one.launch_year.mode, one.launch_year.unit) == f"{one.launch_year.mode:.0f}"
    found = session(MARKETS[0], through=2035)
    rows = {row.cells[0]: row.cells for row in found.view("matters").rows}
    assert rows[name_of(one.launch_year)][3] == f"{one.launch_year.mode:.0f}"
    assert rows[name_of(one.chance)][3] == percent(one.chance.mode)
    printed = str(found.study.changed(through=2035, draws=200).sensitivity(points=256))
    assert "2,029" not in printed


@pytest.mark.parametrize("name", MARKETS)
def test_the_chart_writes_a_date_as_the_table_of_inputs_does(name):
    market, drivers = market_and_drivers(name)
    made = forecast(market, drivers, scenario_of(name, draws=200, without=()))
    said = picture(made).parts["labels"]["text"]
    for one in made.plan.launches:
        when = figure_of(one.launch_year, one.launch_year.mode)
        assert any(str(words).partition(",")[0] == when for words in said), one.name
