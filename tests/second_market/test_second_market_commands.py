"""Every command works on the second market, and is held to figures worked out from its tables."""

import json
from pathlib import Path

import pytest
from dravet import NAMES, counted, prices, table

from ismarket import load_market
from ismarket.cli import COMMANDS
from ismarket.text.wording import money, signed

pytestmark = pytest.mark.slow(reason="every command on a second market")

TRIED = {
    "run", "drivers", "check", "anchors", "triangulate", "audit", "sensitivity", "require", "voi",
    "update", "backtest", "compare", "verify", "rerun", "export", "import", "report", "scenario",
    "check-numbers", "grid", "track", "discover",
}  # fmt: skip
OF_NO_MARKET = {"read", "lab", "app", "new-driver", "new-market", "plugins"}


def test_every_command_that_is_about_a_market_is_tried_on_this_one():
    files = Path(__file__).parent.glob("test_*.py")
    code = "".join(file.read_text(encoding="utf-8") for file in files)
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
    cells, _ = counted()
    assert f"USD {money(sum(cells.values()))} in 2024 (counted bottom-up)" in page
    for row in answer("run", "small.toml", "--no-keep", "--json")["attribution"]:
        assert f"{row['title']} {signed(row['points'], 2)} " in page
    assert "fastest growth: " in page
    assert "Overlap" not in page  # its drivers share no cause


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
    known = [p.status for stage in load_market("dravet").stages for p in stage.parameters]
    numbers = {row["status"]: row["funnel_numbers"] for row in found["evidence"]}
    assert numbers == {status: known.count(status) for status in numbers}
    assert sum(numbers.values()) == len(known)


def test_audit_says_in_its_page_what_is_measured_and_no_more(answer):
    page = " ".join(answer("audit", "anchored.toml").split())
    assert "No claim is on file." in page
    assert "the count in 2024 0% 0.0% (0.0% to 0.0%) 100% (100% to 100%)" in page
    assert "measured: none" in page
    assert "\N{MINUS SIGN}0.0%" not in page
    assert "no number:" not in page  # there is no claim whose verdict that could be
    assert "alone:" not in page
    # of the second market only past prices are measured
    assert "(general_prices up to 20" in page


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
    assert 0.09 <= found["cagr"]["reference"] < 0.095


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


def test_grid_gives_the_end_of_each_single_run(answer, scenarios):
    text = (scenarios / "small.toml").read_text()
    (scenarios / "many.toml").write_text(f"{text}\n[grid]\noverlap = [0, 1]\n")
    found = answer("grid", "many.toml", "--json")
    alone = answer("run", "small.toml", "--no-keep", "--json")
    assert json.dumps(alone["reference"][-1]["value"]) in json.dumps(found)


def test_kept_runs_are_set_against_actuals(answer, kept):
    found = answer("track", "one", "--observe", "2025=300M:10%")
    assert "2025" in found


def test_a_box_of_futures_is_denser_than_all_of_them(answer):
    found = answer("discover", "small.toml", "--draws", "1024", "--cagr", "3%", "--json")
    assert 0 < found["share_of_futures"] < found["density"] <= 1
    assert found["box"]
