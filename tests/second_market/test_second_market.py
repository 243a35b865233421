"""A second market with another chain, shipped as an example plugin: what it brings.

It shares no stage with the first market: a name of one disease in the code shows here.
"""

import shutil

import numpy as np
import pytest
from command_line import ismarket
from dravet import ANCHORED, EXAMPLE, NAMED, NAMES, SCENARIO, TABLES, table

from ismarket import (
    InputError,
    Scenario,
    adoption,
    entry,
    forecast,
    load_anchors,
    load_charts,
    load_drivers,
    load_market,
    load_scenario,
    read_anchors,
    read_market,
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
    first, *_, last = (row["title"] for row in table("stages.csv") if row["role"] != "price level")
    assert count.publisher == f"count from {first.lower()} to {last.lower()}"
    assert load_anchors()["bottom-up"].publisher != count.publisher


def test_money_is_that_of_each_market(dravet):
    assert load_market("dravet").currency.startswith("USD of 2024, after rebates")
    assert load_market().currency == "USD of 2022, net of rebates, before trade margins"


@pytest.mark.slow(reason="draws a chart on both markets")
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


@pytest.mark.parametrize("choice", [{"without": ["diagnosis"]}, {"strength": {"diagnosis": 2.0}}])
def test_a_driver_of_another_market_is_none_of_this_one(dravet, choice):
    scenario = load_scenario(SCENARIO).changed(draws=100, **choice)
    with pytest.raises(InputError, match="no driver 'diagnosis'; known: dravet_access, "):
        forecast(load_market("dravet"), load_drivers(), scenario)


def test_the_published_forecast_is_the_same_with_and_without_the_second_market(path):
    run = "run", "--no-keep", "--json", "--draws", "2000"
    assert ismarket(*run, path=path).stdout == ismarket(*run).stdout


def test_an_anchor_of_the_second_market_is_met_in_every_year(dravet):
    scenario = load_scenario(ANCHORED).changed(draws=10, without=tuple(NAMES - NAMED))
    result = forecast(load_market("dravet"), load_drivers(), scenario)
    assert result.years == tuple(range(2025, 2032))
    published = [result.plan.anchor.at(year) for year in result.years]
    assert result.columns["reference"]["value"] == pytest.approx(published, rel=1e-12)


@pytest.mark.slow(reason="every law of ten drivers")
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
        invented = parameter.source.startswith("assumption: illustration")
        assert (parameter.status == "assumed") == invented, parameter.key
        study = parameter.name.startswith(("population.", "general_prices."))
        assert invented != study, parameter.key


def test_every_row_of_its_tables_has_a_status_and_a_source():
    for file in TABLES.glob("*.csv"):
        if file.name != "stages.csv":  # definitions, no numbers
            assert all(r["status"] and r["source"].strip() for r in table(file.name)), file.name


@pytest.mark.parametrize("file", sorted(path.name for path in TABLES.glob("*.csv")))
@pytest.mark.parametrize("rows", [0, 1], ids=["nothing", "header"])
def test_a_table_with_nothing_in_it_is_named_or_says_nothing(tmp_path, file, rows):
    shutil.copytree(TABLES, tmp_path / "data")
    lines = (TABLES / file).read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "data" / file).write_text("".join(lines[:rows]), encoding="utf-8")

    def read():
        about = {"name": "dravet", "title": "Dravet", "base_year": 2024, "horizon": 2030}
        market = read_market(tmp_path / "data", **about)
        return market, read_anchors(tmp_path / "data" / "anchors.csv", "dravet")

    if file in ("anchors.csv", "launches.csv") and rows:  # nobody published, nothing is launched
        market, found = read()
        choices = Scenario("bottom-up", market="dravet", without=(), draws=10)
        assert (found == ()) == (file == "anchors.csv")
        assert "All together" in str(forecast(market, (), choices))
        return
    with pytest.raises(InputError, match=r"\w+\.csv"):
        read()


def test_a_market_that_is_not_there_says_why_its_plugin_is_not(tmp_path, path):
    run = "run", str(SCENARIO), "--no-keep", "--draws", "10"
    done = ismarket(*run, path=path, ISMARKET_PLUGINS="")
    assert done.returncode == 2
    assert done.stderr == (
        "ismarket: market: no market 'dravet'; known: infantile-spasms; plugin dravet was not let"
        " in by ISMARKET_PLUGINS\n"
    )
    broken = tmp_path / "ismarket_dravet"
    shutil.copytree(EXAMPLE / "src" / "ismarket_dravet", broken)
    (broken / "data" / "funnel.csv").unlink()
    done = ismarket(*run, path=f"{tmp_path}:{path.partition(':')[0]}")
    assert done.returncode == 2
    assert done.stderr == (
        "ismarket: market: no market 'dravet'; known: infantile-spasms; plugin dravet"
        " (ismarket-dravet 0.1.0) was left out: InputError: funnel.csv: cannot be read (No such"
        " file or directory)\n"
    )
