"""A second market with another chain, shipped as an example plugin: what it brings.

It shares no stage with the first market: a name of one disease in the code shows here.
"""

import numpy as np
import pytest
from dravet import ANCHORED, EXAMPLE, NAMED, NAMES, SCENARIO, TABLES, table
from parcels import ismarket

from ismarket import (
    Scenario,
    adoption,
    entry,
    forecast,
    load_anchors,
    load_charts,
    load_drivers,
    load_market,
    load_scenario,
)
from ismarket.testing import check_driver


def test_register_markets_brings_a_market_with_its_own_grid(dravet):
    market = load_market("dravet")
    assert (len(market.regions), len(market.drug_classes)) == (8, 5)
    assert (market.base_year, market.years[-1], market.horizon) == (2024, 2035, 2030)
    assert "fenfluramine" in market.drug_classes
    ours = load_market()
    assert not set(ours.regions) & set(market.regions)
    assert not {s.name for s in ours.stages} & {s.name for s in market.stages}


def test_its_chain_has_every_link_role_and_axis(dravet):
    stages = load_market("dravet").stages
    assert {s.link for s in stages} == {"log", "logit", "softmax"}
    assert {s.role for s in stages} == {"people", "volume", "mix", "price", "net", "price level"}
    assert {s.by for s in stages} == {
        (), ("region",), ("drug_class",), ("region", "drug_class"),
    }  # fmt: skip
    assert [s.name for s in stages if s.path] == ["population", "general_prices"]
    assert [(s.name, s.least) for s in stages if s.least] == [("persistence", 0.25)]


def test_register_anchors_brings_a_second_users_anchors(dravet):
    assert list(load_anchors("dravet")) == ["bottom-up", "illustration-2025"]
    assert "illustration-2025" not in load_anchors()
    count = load_anchors("dravet")["bottom-up"]
    assert count.publisher == "count from population to general prices"
    assert load_anchors()["bottom-up"].publisher == "count from births to net cost"


def test_money_is_that_of_each_market(dravet):
    assert load_market("dravet").currency.startswith("USD of 2024, after rebates")
    assert load_market().currency == "USD of 2022, net of rebates, before trade margins"


def test_register_charts_brings_a_chart_that_works_on_both_markets(dravet):
    pytest.importorskip("altair")
    chart = load_charts()["class_shares"]
    drivers = load_drivers()
    for scenario in (Scenario(draws=10), load_scenario(SCENARIO).changed(draws=10)):
        market = load_market(scenario.market)
        drawn = chart(forecast(market, drivers, scenario)).to_dict()
        assert market.title in drawn["title"]


def test_the_same_drivers_run_on_both_markets_each_with_its_own(dravet):
    drivers = load_drivers()
    ours = forecast(load_market(), drivers, Scenario(draws=100))
    theirs = forecast(load_market("dravet"), drivers, load_scenario(SCENARIO).changed(draws=100))
    assert {driver.name for driver in theirs.plan.drivers} == NAMES
    assert not {driver.name for driver in ours.plan.drivers} & NAMES
    assert np.isfinite(theirs.draws.total).all()


def test_the_published_forecast_is_the_same_with_and_without_the_second_market(path):
    run = "run", "--no-keep", "--json", "--draws", "2000"
    assert ismarket(*run, path=path).stdout == ismarket(*run).stdout


def test_an_anchor_of_the_second_market_is_met_in_every_year(dravet):
    scenario = load_scenario(ANCHORED).changed(draws=10, without=tuple(NAMES - NAMED))
    result = forecast(load_market("dravet"), load_drivers(), scenario)
    assert result.years == tuple(range(2025, 2032))
    published = [result.plan.anchor.at(year) for year in result.years]
    assert result.columns["reference"]["value"] == pytest.approx(published, rel=1e-12)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_example_of_a_curve_keeps_every_law(dravet, name):
    check_driver(next(driver for driver in load_drivers() if driver.name == name))


def test_every_curve_of_the_package_has_an_example():
    code = (EXAMPLE / "src/ismarket_dravet/drivers.py").read_text(encoding="utf-8")
    for module in (adoption, entry):
        for name, function in vars(module).items():
            if callable(function) and function.__module__ == module.__name__ and name[0] != "_":
                assert f"{module.__name__.split('.')[-1]}.{name}(" in code, name


def test_every_number_says_that_it_is_an_illustration_or_names_its_study(dravet):
    market = load_market("dravet")
    for parameter in market.parameters.values():
        study = parameter.name.startswith("population.")
        assert (parameter.status == "assumed") == (not study), parameter.key
        assert parameter.source.startswith(
            "UN DESA, World Population Prospects 2024" if study else "assumption: illustration"
        )


def test_every_row_of_its_tables_has_a_status_and_a_source():
    for file in TABLES.glob("*.csv"):
        if file.name != "stages.csv":  # definitions, no numbers
            assert all(r["status"] and r["source"].strip() for r in table(file.name)), file.name
