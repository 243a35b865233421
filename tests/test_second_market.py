"""A second market, shipped as an example plugin: every command and law works on it unchanged."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from parcels import ismarket

from ismarket import (
    Scenario,
    forecast,
    load_anchors,
    load_charts,
    load_drivers,
    load_market,
    load_scenario,
)
from ismarket.testing import check_driver

EXAMPLE = Path(__file__).parent.parent / "examples" / "ismarket-dravet"
SCENARIO = EXAMPLE / "dravet.toml"
NAMES = {
    "dravet_births", "dravet_networks", "dravet_testing", "dravet_screening", "dravet_access",
    "fenfluramine_uptake", "later_entrant", "stiripentol_generics",
}  # fmt: skip


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """The example as pip would install it: its sources, and metadata beside them."""
    folder = tmp_path_factory.mktemp("site")
    about = folder / "ismarket_dravet-0.1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: ismarket-dravet\nVersion: 0.1.0\nSummary: An illustration.\n"
    )
    (about / "entry_points.txt").write_text("[ismarket]\ndravet = ismarket_dravet\n")
    return f"{folder}:{EXAMPLE / 'src'}"


@pytest.fixture
def dravet(path, monkeypatch):
    for place in path.split(":"):
        monkeypatch.syspath_prepend(place)
    monkeypatch.setenv("ISMARKET_PLUGINS", "dravet")
    yield
    for name in [name for name in sys.modules if name.startswith("ismarket_dravet")]:
        del sys.modules[name]


def test_register_markets_brings_a_market_with_its_own_grid(dravet):
    market = load_market("dravet")
    assert market.regions == ("United States", "European Union", "Japan")
    assert "fenfluramine" in market.drug_classes
    assert load_market().regions != market.regions


def test_register_anchors_brings_a_second_users_anchors(dravet):
    assert list(load_anchors("dravet")) == ["bottom-up", "illustration-2022"]
    assert "illustration-2022" not in load_anchors()


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
    scenario = load_scenario(EXAMPLE / "dravet-anchored.toml").changed(
        draws=10, without=tuple(NAMES - {"dravet_births", "dravet_testing", "fenfluramine_uptake"})
    )
    result = forecast(load_market("dravet"), load_drivers(), scenario)
    published = [result.plan.anchor.at(year) for year in result.years]
    assert result.columns["reference"]["value"] == pytest.approx(published, rel=1e-12)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_example_of_a_curve_keeps_every_law(dravet, name):
    check_driver(next(driver for driver in load_drivers() if driver.name == name))


def test_every_number_says_that_it_is_an_illustration_or_names_its_study(dravet):
    market = load_market("dravet")
    for parameter in market.parameters.values():
        measured = parameter.status in ("measured", "estimated")
        assert measured == ("incidence" in parameter.key and "japan" not in parameter.key)
        assert measured or parameter.source.startswith("assumption: illustration")


def test_the_commands_work_on_the_second_market(path):
    done = ismarket("run", str(SCENARIO), "--no-keep", "--json", "--draws", "100", path=path)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["market"] == "dravet"
    page = ismarket("run", str(SCENARIO), "--no-keep", "--draws", "100", path=path).stdout
    assert page.startswith("Dravet syndrome, new patients (illustration)")
    for command, words in (
        (("drivers",), "ismarket-dravet 0.1.0"),
        (("drivers", "--load", "--market", "dravet"), "Uptake of fenfluramine"),
        (("drivers", "stiripentol_generics"), "stiripentol_generics.years_to_loss"),
        (("drivers", "dravet_networks"), "care_networks"),
        (("anchors", "--market", "dravet"), "illustration-2022"),
    ):
        done = ismarket(*command, path=path)
        assert (done.returncode, done.stderr) == (0, ""), command
        assert words in done.stdout


def test_an_unknown_market_is_named(path):
    done = ismarket("anchors", "--market", "dravett", path=path)
    assert (done.returncode, done.stderr) == (
        2, "ismarket: market: no market 'dravett'; did you mean 'dravet'?\n",
    )  # fmt: skip
