"""Tidy tables: whatever they are by, they add up, and say unit, dollars and keys."""

import pytest
from both_markets import MARKETS, market_and_drivers, scenario_of

from ismarket import InputError, forecast
from ismarket.engine.forecaster import forecast_of
from ismarket.engine.plan import make_plan
from ismarket.model.stage import slug

PLACES = ("year", "region", "drug_class")
STATISTICS = ("reference", "mean", "p5", "p25", "p50", "p75", "p95")


@pytest.fixture(scope="module", params=MARKETS)
def made(request):
    scenario = scenario_of(request.param, draws=256)
    return forecast(*market_and_drivers(request.param), scenario)


def test_parts_add_up_to_the_whole_path(made):
    whole = made.table("year", "USD").set_index("year")
    for by in (("year", "region"), ("year", "drug_class"), PLACES):
        parts = made.table(by, "USD").groupby("year")[["reference", "mean"]].sum()
        for name in ("reference", "mean"):
            assert parts[name].to_numpy() == pytest.approx(whole[name].to_numpy(), rel=1e-9)


def test_a_region_has_the_figures_of_the_other_tables(made):
    tidy = made.table(("year", "region"), "USD").set_index(["year", "region_title"])
    for row in made.by("region").to_dict("records"):
        there = tidy.loc[(made.years[-1], row["name"])]
        assert there["reference"] == pytest.approx(row["final"], rel=1e-9)
        for end in ("p5", "p95"):  # cells are kept in float32
            assert there[end] == pytest.approx(row[f"final_{end}"], rel=1e-6)
    assert made.table("year", "USD")["p95"].tolist() == made.columns["summary"]["p95"]
    carried = made.table("driver", "USD").query("measure == 'carried'").set_index("driver")
    for row in made.attribution().to_dict("records"):
        assert carried.loc[row["driver"], "reference"] == row["usd"]
        assert carried.loc[row["driver"], "p5"] == row["usd_p5"]


def test_stages_and_launches_have_rows_of_their_own(made):
    stages = made.table(("stage", "year"), "USD").set_index(["year", "stage"])
    last = made.columns["summary"]["reference"][-1]
    assert stages.loc[(made.years[-1], "value"), "reference"] == pytest.approx(last, rel=1e-9)
    people = stages.loc[made.years[0]].query("measure == 'people'")
    assert len(people)
    assert not people["unit"].str.contains("USD").any()
    own = made.table("launch", "USD")
    assert own["reference"].tolist() == made.columns["launch"]["reference"]


@pytest.mark.parametrize("by", ["year", "region", PLACES, "driver", ("stage", "region"), "launch"])
def test_every_row_says_its_unit_its_dollars_and_its_keys(made, by):
    plain = made.table(by, "USD")
    money = plain["unit"] == made.usd()
    assert money.any()
    for units, size in (("M", 1e6), ("bn", 1e9)):
        table = made.table(by, units)
        assert (table.loc[money, "unit"] == made.usd(units)).all()
        assert (table.loc[money, "price_basis"] == made.plan.price_basis).all()
        assert (table.loc[~money, "price_basis"] == "").all()
        for name in (n for n in STATISTICS if n in table):
            scaled = plain[name].where(~money, plain[name] / size)
            assert table[name].to_numpy() == pytest.approx(scaled.to_numpy(), rel=1e-12)
    for title in (name for name in plain if name.endswith("_title")):
        key = plain[title.removesuffix("_title")]
        assert key.str.fullmatch("[a-z0-9_]+").all()
        if title in ("region_title", "drug_class_title"):
            assert key.tolist() == [slug(one) for one in plain[title]]


def test_rows_are_numbered_throughout(made):
    found = made.table("driver")
    assert found.index.tolist() == list(range(len(found)))


def test_constant_dollars_say_their_year(made):
    table = made.in_real_terms().table("year")
    base = made.plan.market.base_year
    assert set(table["unit"]) == {f"USD M of {base}"}
    assert set(table["price_basis"]) == {f"dollars of {base}"}


def test_the_frames_of_one_question_say_unit_dollars_and_keys_too(made):
    for table in (made.summary(), made.cagr(), made.calibration, made.attribution(),
                  made.by("region"), made.by("drug_class"), made.by("launch")):  # fmt: skip
        assert table.attrs["units"]
        assert table.attrs["price_basis"] == made.plan.price_basis
    assert made.by("region")["key"].tolist() == [slug(r) for r in made.plan.market.regions]


def test_rows_that_cannot_stand_together_are_refused(made):
    with pytest.raises(InputError, match="no row 'regions'; did you mean 'region'"):
        made.table("regions")
    with pytest.raises(InputError, match="no unit 'MUSD'"):
        made.table("year", "MUSD")
    with pytest.raises(InputError, match="driver, stage and launch have tables of their own"):
        made.table(("driver", "region"))


def test_streamed_draws_have_the_tables_that_need_no_draw(published, monkeypatch):
    monkeypatch.setattr("ismarket.engine.workers.KEPT", 4096)
    plan = published.plan
    scenario = plan.scenario.changed(draws=8192)
    many = forecast_of(make_plan(plan.market, published.installed, scenario), published.installed)
    assert len(many.table("year")) == len(published.years)
    assert len(many.table(PLACES)) == len(published.table(PLACES))
    with pytest.raises(InputError, match="8,192 draws were summarised as they came"):
        many.table(("year", "region"))
