"""The tables that ship: every row has its status and source, every claim its cause."""

import csv
from importlib.resources import files

import pytest

from ismarket import InputError, Parameter
from ismarket.model.tables import read_table

TABLES = sorted(
    (f for f in files("ismarket").joinpath("data").iterdir() if f.name.endswith(".csv")),
    key=lambda f: f.name,
)


@pytest.mark.parametrize("table", TABLES, ids=lambda f: f.name)
def test_every_row_has_a_status_and_a_source(table):
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    assert rows
    known = {"measured", "estimated", "assumed", "published"}
    assert {row["status"] for row in rows} <= known
    assert all(row["source"].strip() for row in rows)


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
    driving = [c for c in market.claims if c.driver not in ("baseline", "context")]
    assert len(driving) == 34
    for claim in driving:
        assert claim.mechanism in claims[claim.driver], claim.id
        assert market.mechanisms[claim.mechanism].stage == claim.stage, claim.id


def test_every_mechanism_of_the_catalogue_is_claimed_by_a_driver(market, drivers):
    assert set(market.mechanisms) == {name for driver in drivers for name in driver.claims}


def test_claims_without_effect_stay_visible_with_their_reason(market):
    still = {name for name, mechanism in market.mechanisms.items() if mechanism.inert}
    assert still == {"population_ageing", "functional_mri", "drug_delivery", "neurostimulation"}
    assert all(market.mechanisms[name].note for name in still)


def test_most_of_the_catalogue_is_assumed(market):
    statuses = [mechanism.status for mechanism in market.mechanisms.values()]
    assert (statuses.count("assumed"), len(statuses)) == (21, 28)


def test_every_parameter_has_title_unit_source_and_status(market):
    for parameter in market.parameters.values():
        assert parameter.title, parameter.key
        assert parameter.unit, parameter.key
        assert parameter.source, parameter.key


def test_births_bounds_of_the_table_are_the_tenth_and_ninetieth_percentile(market):
    births = market.stage("births")
    for i, parameter in enumerate(births.parameters):
        low, high = births.path.low[-1, i], births.path.high[-1, i]
        assert parameter.quantile(0.1)[0] == pytest.approx(low, rel=2e-3)
        assert parameter.quantile(0.9)[0] == pytest.approx(high, rel=2e-3)
    assert isinstance(births.parameters[0], Parameter)
