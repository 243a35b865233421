"""A second market, shipped as an example plugin: every command and law works on it unchanged."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
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

EXAMPLE = Path(__file__).parent.parent / "examples" / "ismarket-dravet"
SCENARIO = EXAMPLE / "dravet.toml"
ANCHORED = str(EXAMPLE / "dravet-anchored.toml")
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


def test_every_curve_of_the_package_has_an_example():
    code = (EXAMPLE / "src/ismarket_dravet/drivers.py").read_text(encoding="utf-8")
    for module in (adoption, entry):
        for name, function in vars(module).items():
            if callable(function) and function.__module__ == module.__name__ and name[0] != "_":
                assert f"{module.__name__.split('.')[-1]}.{name}(" in code, name


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
        (("triangulate", "--market", "dravet"), "illustration-2022"),
        (("audit", ANCHORED), "Illustration (nobody published this)"),
        (("sensitivity", str(SCENARIO)), "funnel.net_cost.united_states.fenfluramine"),
        (("require", ANCHORED, "--cagr", "9%"), "fenfluramine_uptake"),
        (("voi", str(SCENARIO), "--margin", "0.3", "--share", "0.1", "--cost", "8e4"), "Enter at"),
        (("check", "dravet_births"), "\N{CHECK MARK} quick enough"),
    ):
        done = ismarket(*command, path=path)
        assert (done.returncode, done.stderr) == (0, ""), command
        assert words in done.stdout


def test_a_run_of_the_second_market_is_kept_verified_compared_and_reported(path, tmp_path):
    pytest.importorskip("pptx")
    for command in (
        ("run", str(SCENARIO), "--out", "one", "--draws", "200"),
        ("run", ANCHORED, "--out", "two", "--draws", "200"),
        ("verify", "one"),
        ("rerun", "one"),
        ("compare", "one", "two"),
        ("export", "one", "--zip"),
        ("report", "one", "--html", "one.html", "--pptx", "one.pptx"),
        ("check-numbers", "one.pptx", "one"),
    ):
        done = ismarket(*command, path=path, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, ""), command
    assert "Dravet" in (tmp_path / "one.html").read_text(encoding="utf-8")


def test_the_explorer_shows_the_second_market(dravet):
    pytest.importorskip("anywidget")
    from ismarket import explore

    panel = explore(load_market("dravet"), scenario=str(SCENARIO))
    assert panel.structure["title"].startswith("Dravet")
    acting = {n for n, state in panel.page["controls"]["drivers"].items() if state["on"]}
    assert acting == NAMES
    before = panel.forecast.reference["value"].iloc[-1]
    panel.change({"kind": "fixed", "key": "fenfluramine_uptake.weight_ratio", "value": 6.0})
    assert panel.forecast.reference["value"].iloc[-1] > before
    for tab in ("why", "where", "matters", "howbig", "evidence"):
        panel.tab = tab
        assert panel.page["view"]["rows"], tab
    panel.close()


def test_the_explorer_opens_the_market_that_its_scenario_names(dravet):
    pytest.importorskip("anywidget")
    from ismarket import explore

    for panel in (explore(scenario=str(SCENARIO)), explore(load_market("dravet"))):
        assert panel.structure["title"].startswith("Dravet")
        assert panel.scenario.market == "dravet"
        panel.close()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("anchors", "--market", "dravett"), "market: no market 'dravett'; did you mean 'dravet'?"),
        (("drivers", "--market", "dravet"), "drivers: market 'dravet' is not bundled; --load"
         " imports all plugins"),
        (("drivers", "dravet_networks", "--market", "infantile-spasms"), "drivers: dravet_networks"
         " is not made for 'infantile-spasms', but for dravet"),
        (("check", "diagnosis", "--market", "dravet"), "check: diagnosis is not made for 'dravet',"
         " but for infantile-spasms"),
    ],
)  # fmt: skip
def test_a_market_that_does_not_fit_is_named(path, command, said):
    done = ismarket(*command, path=path)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"ismarket: {said}\n")
