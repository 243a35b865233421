"""A second market with another chain, shipped as an example plugin: every command works on it.

It shares no stage with the first market: a name of one disease in the code shows here.
"""

import csv
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
from ismarket.cli import COMMANDS, main
from ismarket.testing import check_driver

EXAMPLE = Path(__file__).parent.parent / "examples" / "ismarket-dravet"
TABLES = EXAMPLE / "src" / "ismarket_dravet" / "data"
SCENARIO = EXAMPLE / "dravet.toml"
ANCHORED = EXAMPLE / "dravet-anchored.toml"
NAMED = {"dravet_population", "dravet_inflation", "dravet_testing", "fenfluramine_uptake"}
CLAIMING = {"dravet_population", "dravet_inflation", "dravet_networks"}
NAMES = {
    *NAMED, *CLAIMING, "dravet_screening", "dravet_access", "dravet_nurses", "later_entrant",
    "stiripentol_generics", "dravet_rebates",
}  # fmt: skip
COMPUTING = sorted(NAMES - CLAIMING)


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


@pytest.fixture
def scenarios(tmp_path, monkeypatch):
    """Both scenarios with few draws, in a folder of their own: small.toml and anchored.toml."""
    monkeypatch.chdir(tmp_path)
    for name, shipped in (("small", SCENARIO), ("anchored", ANCHORED)):
        text = shipped.read_text(encoding="utf-8")
        (tmp_path / f"{name}.toml").write_text(f"{text}draws = 400\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def command(dravet, scenarios, capsys):
    """A command, in this process: its exit code and what it prints to stdout and to stderr."""

    def call(*arguments):
        with pytest.raises(SystemExit) as stopped:
            main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return stopped.value.code, said.out, said.err

    return call


@pytest.fixture
def answer(command):
    """What a command that went well printed: as JSON where it was asked for so."""

    def call(*arguments):
        code, out, err = command(*arguments)
        assert (code, err) == (0, ""), (arguments, err)
        return json.loads(out) if "--json" in arguments else out

    return call


def table(name):
    return list(csv.DictReader((TABLES / name).read_text(encoding="utf-8").splitlines()))


def counted():
    """The market of the base year by region and class, USD, and its people by region.

    It is worked out from the tables row by row, as somebody with a pencil would do it.
    """
    mode = {(r["stage"], r["region"], r["drug_class"]): float(r["mode"])
            for r in table("funnel.csv")}  # fmt: skip
    regions = dict.fromkeys(r for _, r, _ in mode if r != "World")
    classes = dict.fromkeys(c for _, _, c in mode if c)
    cells, people = {}, {}
    for r in regions:
        sick = mode["population", r, ""] * mode["prevalence", r, ""]
        on_drug = sick * mode["identified", r, ""] * mode["on_therapy", r, ""]
        people[r] = sick, on_drug
        whole = sum(mode["product_mix", r, c] for c in classes)
        for c in classes:
            paid = mode["annual_cost", r, c] * mode["kept_after_discounts", r, c]
            share = mode["product_mix", r, c] / whole
            cells[r, c] = on_drug * share * mode["persistence", "World", c] * paid
    return cells, people


def prices(year):
    """The general price level of a year over that of the base year, as the table has it."""
    return next(float(r["value"]) for r in table("general_prices.csv") if int(r["year"]) == year)


# what the plugin brings -------------------------------------------------------------------------


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


# the commands -----------------------------------------------------------------------------------

TRIED = {
    "run", "drivers", "check", "anchors", "triangulate", "audit", "sensitivity", "require", "voi",
    "update", "backtest", "compare", "verify", "rerun", "export", "import", "report", "scenario",
    "check-numbers",
}  # fmt: skip
OF_NO_MARKET = {"read", "lab", "app", "new-driver", "plugins"}


def test_every_command_that_is_about_a_market_is_tried_on_this_one():
    code = Path(__file__).read_text(encoding="utf-8")
    assert set(COMMANDS) - OF_NO_MARKET == TRIED
    for name in TRIED:
        assert f'answer("{name}"' in code or f'command("{name}"' in code, name


def test_run_counts_the_market_as_its_tables_say(answer):
    found = answer("run", "small.toml", "--no-keep", "--json")
    cells, _ = counted()
    assert (found["market"], found["base_year"], found["through"]) == ("dravet", 2024, 2030)
    assert found["count"]["reference"] == pytest.approx(sum(cells.values()), rel=1e-9)
    for axis, place in (("by_region", 0), ("by_drug_class", 1)):
        for row in found[axis]:
            own = sum(usd for key, usd in cells.items() if key[place] == row["name"])
            assert row["base"] == pytest.approx(own, rel=1e-9), row["name"]
    carried = sum(row["points"] for row in found["attribution"])
    assert carried == pytest.approx(100 * found["cagr"]["reference"], abs=1e-6)


def test_run_without_inflation_is_in_dollars_of_the_base_year(answer):
    run = "run", "small.toml", "--no-keep", "--json"
    nominal = {row["year"]: row["value"] for row in answer(*run)["reference"]}
    real = answer(*run, "--without", "dravet_inflation")["reference"]
    for row in real:
        ratio = nominal[row["year"]] / row["value"]
        assert ratio == pytest.approx(prices(row["year"]), rel=1e-9)


def test_run_prints_its_page(answer):
    page = " ".join(answer("run", "small.toml", "--no-keep").split())
    assert page.startswith("Dravet syndrome, everyone on therapy (illustration)")
    assert "USD 137 M in 2024 (counted bottom-up)" in page
    assert "General inflation +2.51" in page


def test_the_count_is_told_in_the_words_of_its_own_stages(answer):
    page = " ".join(answer("run", "small.toml", "--no-keep").split())
    for word in ("irths", "incidence", "net cost"):
        assert word not in page


def test_run_with_an_anchor_says_what_the_report_prints(answer):
    page = " ".join(answer("run", "anchored.toml", "--no-keep").split())
    assert "USD 250 M in 2025 (printed by Illustration (nobody published this))" in page
    assert "United States is largest" in page
    assert "dravet_rebates (dravet)" in page  # not named by the report


def test_drivers_lists_what_is_made_for_it_and_shows_one(answer):
    rows = answer("drivers", "--load", "--market", "dravet", "--json")
    assert {row["driver"] for row in rows} == NAMES
    assert {row["plugin"] for row in rows} == {"dravet"}
    assert "ismarket-dravet 0.1.0" in answer("drivers")
    assert "stiripentol_generics.years_to_loss" in answer("drivers", "stiripentol_generics")
    (row,) = answer("drivers", "dravet_networks", "--json")
    assert (row["stage"], row["effect"]) == ("identified", "1 / 1.3 / 1.8 odds ratio")
    assert "follows the path of general prices" in answer("drivers", "dravet_inflation")


def test_check_holds_a_driver_to_the_laws_on_its_own_market(answer):
    page = answer("check", "dravet_nurses")
    assert page.startswith("Nurses who call (dravet_nurses)")
    assert "\N{CHECK MARK} order irrelevant" in page
    assert all(line[0] == "\N{CHECK MARK}" for line in page.splitlines()[1:])


def test_anchors_stand_in_the_base_year_of_the_market(answer):
    page = answer("anchors", "--market", "dravet")
    assert "in 2024" in page.splitlines()[1]
    assert "USD 231 M" in page  # 250 M less a year at 8%


def test_triangulate_counts_its_patients_and_says_that_no_ceiling_is_on_file(answer):
    found = answer("triangulate", "--market", "dravet", "--json")
    cells, people = counted()
    of = {row["of"]: row["reference"] for row in found["people"]}
    assert found["year"] == 2024
    assert of["cases"] == pytest.approx(sum(sick for sick, _ in people.values()), rel=1e-9)
    assert of["patients"] == pytest.approx(sum(on for _, on in people.values()), rel=1e-9)
    first, count = found["estimates"]
    assert first["level_usd"] == pytest.approx(250e6 / 1.08, rel=1e-9)
    assert count["level_usd"] == pytest.approx(sum(cells.values()), rel=1e-9)
    page = answer("triangulate", "--market", "dravet")
    assert "1 published estimate, moved to 2024" in page
    assert "No ceiling is on file." in page


def test_audit_tests_the_headlines_without_a_table_of_claims(answer):
    found = answer("audit", "anchored.toml", "--json")
    cells, _ = counted()
    assert found["claims"] == []
    heads = {row["about"]: row for row in found["headlines"]}
    assert float(heads["level"]["found"]) == pytest.approx(sum(cells.values()), rel=1e-5)
    assert heads["largest region"]["found"] == "United States"
    numbers = {row["status"]: row["funnel_numbers"] for row in found["evidence"]}
    assert numbers == {"measured": 0, "estimated": 8, "assumed": 150}


def test_audit_says_in_its_page_what_is_measured_and_no_more(answer):
    page = " ".join(answer("audit", "anchored.toml").split())
    assert "No claim is on file." in page
    assert "the count in 2024 0% 0.0% (0.0% to 0.0%) 100% (100% to 100%)" in page
    assert "measured: none" in page
    assert "Measured numbers carry no spread" not in page  # there are none


def test_audit_of_a_count_that_nobody_published_is_refused(command):
    code, out, err = command("audit", "small.toml")
    assert (code, out) == (2, "")
    assert err == ("ismarket: audit: anchor bottom-up is no report; choose a published estimate\n")


def test_sensitivity_names_what_the_value_rests_on(answer):
    found = answer("sensitivity", "small.toml", "--points", "1024", "--json")
    known = {row["group"] for row in found["indices"]}
    assert found["indices"][0]["group"] == "funnel.prevalence.united_states"
    assert "funnel.product_mix.united_states" in known  # shares of one whole are one input
    assert {"funnel.general_prices.world", "funnel.persistence.world.fenfluramine"} <= known
    swing = found["tornado"][0]
    assert swing["parameter"] == "funnel.prevalence.united_states"
    assert swing["at_p10"] < found["reference"] < swing["at_p90"]


def test_sensitivity_by_stage_has_a_row_for_each_stage(answer):
    found = answer("sensitivity", "small.toml", "--by", "stage", "--points", "256", "--json")
    known = {row["group"] for row in found["indices"]}
    assert {row["stage"] for row in table("stages.csv")} <= known


def test_sensitivity_of_the_count_knows_no_driver(answer):
    asked = "--output", "count", "--by", "driver", "--json"
    found = answer("sensitivity", "small.toml", *asked)
    cells, _ = counted()
    assert found["reference"] == pytest.approx(sum(cells.values()), rel=1e-9)
    first, *others = found["indices"]
    assert first["group"] == "starting market"
    assert first["total_p5"] < 1.0 < first["total_p95"]
    assert all(row["total"] == 0.0 for row in others)


def test_require_finds_a_setting_that_runs_to_its_target(answer, command):
    arguments = "anchored.toml", "--cagr", "9%", "--save", "needed.toml"
    code, out, err = command("require", *arguments)
    assert (code, err) == (0, "ismarket: the setting is in needed.toml\n")
    assert "it can be reached" in out
    found = answer("run", "needed.toml", "--no-keep", "--json")
    assert found["cagr"]["reference"] >= 0.09
    assert found["cagr"]["reference"] == pytest.approx(0.09, abs=1e-3)


def test_voi_weighs_a_decision_on_its_draws(answer):
    decision = "--margin", "0.3", "--share", "0.1", "--draws", "1000"
    page = answer("voi", "small.toml", *decision, "--cost", "2.7e7")
    assert "with the profits of 2025 to 2030" in " ".join(page.split())
    assert "funnel.prevalence.united_states" in page  # what is most worth knowing
    page = answer("voi", "small.toml", *decision, "--cost", "1")
    assert "No draw would change that" in page


def test_update_weighs_the_draws_by_an_actual(answer):
    found = answer("update", "small.toml", "--observe", "2025=150M:10%", "--json")
    row = next(row for row in found["summary"] if row["year"] == 2025)
    assert row["p50_before"] < row["p50"] < 150e6
    assert row["p95"] - row["p5"] < row["p95_before"] - row["p5_before"]


def test_update_refuses_a_year_before_the_base_year(command):
    code, out, err = command("update", "small.toml", "--observe", "2022=150M:10%")
    assert (code, out) == (2, "")
    assert err == "ismarket: observation 2022: the forecast has 2024 to 2030\n"


def test_backtest_says_that_no_past_is_on_file(command):
    code, out, err = command("backtest", "small.toml")
    assert (code, out) == (2, "")
    assert err == "ismarket: backtest: no past of dravet is on file, so nothing to score\n"


@pytest.fixture
def kept(answer):
    """A run named one, with five drivers left out, and one named two, on the anchor."""
    left_out = [part for name in COMPUTING[:5] for part in ("--without", name)]
    answer("run", "small.toml", "--out", "one", *left_out)
    answer("run", "anchored.toml", "--out", "two")


def test_a_run_is_kept_verified_and_computed_again(kept, answer, scenarios):
    assert "every byte as written" in answer("verify", "one")
    assert answer("rerun", "one").startswith("one: identical bytes in all")
    page = (scenarios / "one" / "outputs" / "report.html").read_text(encoding="utf-8")
    assert "Dravet syndrome, everyone on therapy" in page
    assert "irths" not in page


@pytest.mark.slow
def test_two_runs_are_compared_step_by_step(kept, answer, scenarios):
    page = answer("compare", "one", "two")
    assert "anchor bottom-up to illustration-2025" in page
    ends = [
        {row["year"]: row["value"] for row in answer("run", name, "--no-keep", "--json",
                                                     *more)["reference"]}[2030]
        for name, more in (
            ("small.toml", [p for n in COMPUTING[:5] for p in ("--without", n)]),
            ("anchored.toml", ()),
        )
    ]  # fmt: skip
    for name, end in zip(("one", "two"), ends, strict=True):
        line = next(line for line in page.splitlines() if line.split()[:1] == [name])
        assert float(line.split()[1]) == pytest.approx(end / 1e6, abs=0.05)


def test_a_run_travels_as_one_file_and_as_tables(kept, answer, scenarios):
    answer("export", "one", "--zip", "--out", "one.zip")
    unpacked = answer("import", "one.zip", "--out", "back")
    assert json.loads((scenarios / "one/manifest.json").read_text())["seal"] in unpacked
    assert "every byte as written" in answer("verify", "back/one")
    answer("export", "one", "--csv", "tables")
    regions = (scenarios / "tables" / "region.csv").read_text(encoding="utf-8-sig")
    assert "Australia and New Zealand" in regions


def test_a_report_is_written_and_its_figures_are_checked(kept, answer, scenarios):
    pytest.importorskip("pptx")
    answer("report", "one", "--html", "one.html", "--pptx", "one.pptx")
    page = (scenarios / "one.html").read_text(encoding="utf-8")
    for stage in table("stages.csv"):
        assert stage["stage"] in page, stage["stage"]
    found = answer("check-numbers", "one.pptx", "one")
    assert "figures" in found
    assert " 0 differ" in found or "none differ" in found


def test_a_workbook_computes_the_market_and_comes_back_as_a_scenario(answer, scenarios):
    pytest.importorskip("xlsxwriter")
    left_out = [part for name in COMPUTING for part in ("--without", name)]
    answer("run", "small.toml", "--out", "tables-only", *left_out)
    answer("report", "tables-only", "--xlsx", "market.xlsx")
    back = answer("scenario", "from-xlsx", "market.xlsx")
    assert "No cell was changed." in back
    assert 'market = "dravet"' in back


# the explorer -----------------------------------------------------------------------------------


@pytest.mark.slow
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


@pytest.mark.slow
def test_the_explorer_opens_the_market_that_its_scenario_names(dravet):
    pytest.importorskip("anywidget")
    from ismarket import explore

    for panel in (explore(scenario=str(SCENARIO)), explore(load_market("dravet"))):
        assert panel.structure["title"].startswith("Dravet")
        assert panel.scenario.market == "dravet"
        panel.close()


# a market that does not fit ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("anchors", "--market", "dravett"), "market: no market 'dravett'; did you mean 'dravet'?"),
        (("drivers", "--market", "dravet"), "drivers: market 'dravet' is not bundled; --load"
         " imports all plugins"),
        (("drivers", "dravet_networks", "--market", "infantile-spasms"), "drivers: dravet_networks"
         " is not made for 'infantile-spasms', but for dravet"),
        (("check", "diagnosis", "--market", "dravet"), "check: diagnosis is not made for 'dravet',"
         " but for infantile-spasms"),
        (("run", "small.toml", "--no-keep", "--anchor", "techsci-2022"), "scenario: no anchor"
         " 'techsci-2022'; known: bottom-up, illustration-2025, pooled"),
        (("run", "small.toml", "--no-keep", "--set", "funnel.unit_price.europe.acth=1"), "scenario:"
         " no parameter 'funnel.unit_price.europe.acth'"),
        (("run", "small.toml", "--no-keep", "--through", "2040"), "through = 2040 is outside 2025"
         " to 2035, the years after the start of anchor bottom-up that the tables of dravet reach"),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_market_is_named(command, arguments, said):
    code, out, err = command(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith(f"ismarket: {said}")
    assert err.count("\n") == 1
