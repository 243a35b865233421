"""The tables that ship: every row has its status and source, every claim its cause."""

import csv
import shutil
from importlib.resources import as_file, files

import numpy as np
import pytest

from ismarket import InputError, Parameter, read_market
from ismarket.engine.shifts import path_shift
from ismarket.model.market_tables import STAGE_COLUMNS
from ismarket.model.stage import PRICE_LEVEL, RATIO_UNIT, ROLES
from ismarket.model.tables import read_table

TABLES = sorted(
    (f for f in files("ismarket").joinpath("data").iterdir() if f.name.endswith(".csv")),
    key=lambda f: f.name,
)


DEFINITIONS = "stages.csv"
"""The table that defines what the others hold numbers of, and holds none itself."""


def rows_of(table):
    return list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize(
    "table", [t for t in TABLES if t.name != DEFINITIONS], ids=lambda f: f.name
)
def test_every_row_has_a_status_and_a_source(table):
    rows = rows_of(table)
    assert rows
    known = {"measured", "estimated", "assumed", "published"}
    assert {row["status"] for row in rows} <= known
    assert all(row["source"].strip() for row in rows)


def test_the_table_of_stages_holds_definitions_alone(market):
    (table,) = [t for t in TABLES if t.name == DEFINITIONS]
    rows = rows_of(table)
    assert set(rows[0]) == {*STAGE_COLUMNS, "note"}
    assert [row["stage"] for row in rows] == [stage.name for stage in market.stages]
    for row, stage in zip(rows, market.stages, strict=True):
        assert (row["title"], row["unit"]) == (stage.title, stage.unit)
        assert row["link"] in RATIO_UNIT
        assert row["role"] in ROLES
        assert (row["path"] == "yes") == (stage.path is not None)
        name = "us_dollar" if stage.role == PRICE_LEVEL else stage.name
        others = [t for t in TABLES if t.name == f"{name}.csv"]
        assert bool(others) == (stage.path is not None)


@pytest.mark.parametrize(
    ("table", "was", "now", "message"),
    [
        ("stages.csv", "New cases,log,", "New cases,lin,", "stages.csv, line 3: no link 'lin'"),
        ("stages.csv", "log,region class,price", "log,region class,cost", "no role 'cost'"),
        ("stages.csv", "softmax,region class", "softmax,class region", "no axes of a stage"),
        ("stages.csv", "births,log,region,", "births,log,class,", "births has a path, so its"),
        ("stages.csv", "births,log,region,", "births,logit,region,", "births has a path, so its"),
        ("funnel.csv", "incidence,North America", "incidens,North America", "no stage 'incidens'"),
        ("funnel.csv", "treated,Europe", "treated,World", "needs exactly one row for each"),
        ("funnel.csv", ",6169484,", ",6169485,", "births of the base year differs from its path"),
        ("births.csv", "2024,Europe", "2024,Eurasia", "no region 'Eurasia'"),
    ],
)
def test_tables_that_do_not_hold_together_are_named(tmp_path, table, was, now, message):
    with as_file(files("ismarket") / "data") as shipped:
        shutil.copytree(shipped, tmp_path / "data")
    path = tmp_path / "data" / table
    text = path.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, now, 1), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_market(tmp_path / "data", name="m", title="M", base_year=2022, horizon=2028)


def test_paths_end_together_where_the_shorter_one_does(tmp_path):
    """A longer path keeps its own last year: what it draws in the others stays as it was."""
    with as_file(files("ismarket") / "data") as shipped:
        shutil.copytree(shipped, tmp_path / "data")
    data = tmp_path / "data"
    lines = (data / "stages.csv").read_text(encoding="utf-8")
    level = "waste,Waste,log,world,volume,2022 = 1,natural,yes,,,\n"
    (data / "stages.csv").write_text(lines + level, encoding="utf-8")
    with (data / "funnel.csv").open("a", encoding="utf-8") as funnel:
        funnel.write("waste,World,,,1,,2022 = 1,,,assumed,a test,\n")
    rows = "".join(
        f"{year},{1.02**t},{1.01**t},{1.04**t},2022 = 1,assumed,a test\n"
        for t, year in enumerate(range(2022, 2030))
    )
    header = "year,value,low,high,unit,status,source\n"
    (data / "waste.csv").write_text(header + rows, encoding="utf-8")
    found = read_market(data, name="m", title="M", base_year=2022, horizon=2028)
    assert found.years == tuple(range(2022, 2030))
    whole = read_market(
        files("ismarket") / "data", name="m", title="M", base_year=2022, horizon=2028
    )
    assert whole.years[-1] == 2035
    drawn = np.array([[p.high] for p in whole.stage("births").parameters])
    assert np.array_equal(
        path_shift(found, "births", drawn), path_shift(whole, "births", drawn)[:8]
    )


def test_a_row_without_source_is_refused(tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("x,status,source\n1,assumed,\n")
    with pytest.raises(InputError, match=r"t\.csv, line 2: source is blank"):
        read_table(table, ["x"])


def test_a_row_too_long_is_an_error_and_never_shifts_columns(tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("x,status,source\n1,5,assumed,somebody\n")
    with pytest.raises(InputError, match="4 cells, the header has 3"):
        read_table(table, ["x"])


def test_every_claim_that_drives_something_has_its_mechanism_in_its_driver(market, drivers):
    claims = {driver.name: driver.claims for driver in drivers}
    driving = [c for c in market.claims if c.mechanism]
    assert len(driving) == 43
    closing = {c.id for c in market.claims if c.driver in claims} - {c.id for c in driving}
    assert closing == {"D11", "I9", "T12"}  # the closing sentences name no cause
    for claim in driving:
        assert claim.mechanism in claims[claim.driver], claim.id
        assert market.mechanisms[claim.mechanism].stage == claim.stage, claim.id


def test_every_mechanism_of_the_catalogue_is_claimed_by_a_driver(market, drivers):
    assert set(market.mechanisms) == {name for driver in drivers for name in driver.claims}


def test_claims_without_effect_stay_visible_with_their_reason(market):
    still = {name for name, mechanism in market.mechanisms.items() if mechanism.inert}
    assert still == {
        "population_ageing", "hard_to_observe", "functional_mri", "drug_delivery",
        "neurostimulation",
    }  # fmt: skip
    assert all(market.mechanisms[name].note for name in still)


def test_most_of_the_catalogue_is_assumed(market):
    statuses = [mechanism.status for mechanism in market.mechanisms.values()]
    assert (statuses.count("assumed"), len(statuses)) == (27, 35)


def test_every_parameter_has_title_unit_source_and_status(market):
    for parameter in market.parameters.values():
        assert parameter.title, parameter.key
        assert parameter.unit, parameter.key
        assert parameter.source, parameter.key


def test_births_bounds_of_the_table_are_the_tenth_and_ninetieth_percentile(market):
    births = market.stage("births")
    for i, parameter in enumerate(births.parameters):
        low, high = births.path.low[-1, i], births.path.high[-1, i]
        assert parameter.quantile(0.1) == pytest.approx(low, rel=2e-3)
        assert parameter.quantile(0.9) == pytest.approx(high, rel=2e-3)
    assert isinstance(births.parameters[0], Parameter)
