"""What payers bought beside the model: amounts and units by the tables, and nothing made up."""

import csv
from importlib.resources import files

import pytest
from both_markets import MARKETS, market_and_drivers, scenario_of

from ismarket import audit_report
from ismarket.analysis.payers import parts, purchases
from ismarket.engine.plan import make_plan

MARKET, DRIVERS = market_and_drivers(MARKETS[0])
FOUND = purchases(make_plan(MARKET, DRIVERS, scenario_of(MARKETS[0], anchored=False)))


def table(name):
    text = files("ismarket").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def mode(stage, region, drug_class):
    """A stage's most likely value in the base year, from the table; a share of a mix as a share."""
    rows = [r for r in table("funnel.csv") if r["stage"] == stage and r["region"] == region]
    if stage == "class_mix":
        whole = sum(float(r["mode"]) for r in rows)
        return next(float(r["mode"]) for r in rows if r["drug_class"] == drug_class) / whole
    return next(float(r["mode"]) for r in rows if r["drug_class"] in ("", drug_class))


def test_amounts_and_units_are_those_of_the_tables_by_hand():
    bought = {
        r["metric"]: r
        for r in table("evidence/spending.csv")
        if r["stage"] and r["unit"].startswith("USD")
    }  # the last year of each stays
    assert len(FOUND) == len(bought) > 1
    prices = {int(r["year"]): float(r["value"]) for r in table("us_dollar.csv")}
    base = MARKET.base_year
    people = ("births", "incidence", "diagnosed", "treated", "courses", "class_mix", "units")
    for one in FOUND:
        row = bought[one.metric]
        implied = 1.0
        for stage in people:
            implied *= mode(stage, one.region, one.drug_class)
        listed = implied * mode("unit_price", one.region, one.drug_class)
        assert one.value == pytest.approx(listed, rel=1e-9)
        dollars = prices[base] / prices[int(row["year"][:4])]
        assert one.paid == pytest.approx(float(row["value"]) * 1e6 * dollars, rel=1e-9)
        if row["units_sold"]:
            assert one.implied == pytest.approx(implied, rel=1e-9)
            assert one.bought == float(row["units_sold"]) / float(row["per_unit"])
            assert f"{float(row['units_sold']):,.0f}" in one.arithmetic
            assert f"= {one.implied:,.0f}" in one.arithmetic


@pytest.mark.slow(reason="an audit takes two seconds")
def test_the_audit_shows_the_comparison_with_its_arithmetic_and_scope():
    audited = audit_report(MARKET, DRIVERS)
    page = " ".join(str(audited).split())
    assert "Against what payers report" in page
    for one in FOUND:
        assert one.arithmetic in page
    assert "for all its patients and diseases" in page
    assert [row["within"] for row in audited.to_dict()["payers"]] == [one.within for one in FOUND]


def test_a_market_without_such_rows_says_so():
    market, drivers = market_and_drivers(MARKETS[1])
    found = purchases(make_plan(market, drivers, scenario_of(MARKETS[1])))
    assert found == ()
    (line,) = parts(found, market)
    assert "No payer's purchases of dravet are on file" in str(line)
