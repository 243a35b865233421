"""A driver's own table: its causes stand beside the catalogue, under the same laws."""

import numpy as np
import pytest
from parcels import OWN_ROW, OWN_TABLE

from ismarket import (
    Driver,
    DriverError,
    InputError,
    Scenario,
    forecast,
    load_drivers,
    load_market,
)

MARKET = load_market()


@pytest.fixture
def table(tmp_path):
    def write(*rows, header=OWN_TABLE, name="home care.csv"):
        path = tmp_path / name
        path.write_text("\n".join([header, *rows]))
        return path

    return write


def test_a_table_is_a_driver(table):
    driver = Driver.from_table(table(OWN_ROW.format(region="all")))
    assert (driver.name, driver.title, driver.claims) == ("home_care", "Home care", ("home_eeg",))
    result = forecast(MARKET, [driver], Scenario(anchor="bottom-up", draws=200))
    assert result.columns["attribution"]["points"][0] > 0
    assert {"home_eeg.ratio", "home_eeg.half_time"} < {p.key for p in result.plan.parameters}


def test_rows_by_region_or_for_all_give_the_same(table):
    regions = [OWN_ROW.format(region=region) for region in MARKET.regions]
    one, other = (
        forecast(
            MARKET,
            [Driver.from_table(table(*rows))],
            Scenario(anchor="bottom-up", draws=100),
        )
        for rows in ([OWN_ROW.format(region="all")], regions)
    )
    assert np.array_equal(one.draws.total, other.draws.total)


def test_a_table_moves_no_other_draw(table):
    driver = Driver.from_table(table(OWN_ROW.format(region="all")))
    bundled = [d for d in load_drivers() if d.plugin == d.name]
    scenario = Scenario(draws=500, strength={"home_care": 0.0})
    with_it = forecast(MARKET, [*bundled, driver], scenario)
    without = forecast(MARKET, bundled, scenario.changed(strength={}))
    assert np.array_equal(with_it.draws.total, without.draws.total)


def test_its_parameters_can_be_fixed_and_others_may_claim_its_causes(table):
    driver = Driver.from_table(table(OWN_ROW.format(region="all")))
    second = Driver(name="second", title="Second", claims=("home_eeg",))
    scenario = Scenario(anchor="bottom-up", draws=50, fixed={"home_eeg.ratio": 1.9})
    one = forecast(MARKET, [driver], scenario)
    both = forecast(MARKET, [driver, second], scenario)
    assert np.allclose(one.draws.total, both.draws.total)  # one cause counts once
    with pytest.raises(InputError, match=r"home_eeg\.ratio = 9 odds ratio is outside"):
        forecast(MARKET, [driver], scenario.changed(fixed={"home_eeg.ratio": 9.0}))


def test_excel_saves_a_table_that_reads(table):
    path = table(OWN_ROW.format(region="all"), ",," * 8 + ",")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert Driver.from_table(path).claims == ("home_eeg",)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "no cause in it"),
        ([OWN_ROW.replace("diagnosed", "")], "stage is blank"),
        ([OWN_ROW.replace("odds ratio", "odd ratio")], "no unit 'odd ratio'"),
        ([OWN_ROW.replace("1.4", "many")], "line 2: ratio_mode = 'many' is not a number"),
        ([OWN_ROW.replace("1.4", "4.4")], "are not in order"),
        ([OWN_ROW.replace("0.05", "0")], "must lie above 0 and up to 1"),
        ([OWN_ROW.replace("assumed", "guessed")], "no status 'guessed'"),
        ([OWN_ROW.replace("assumed,s,", "assumed,,")], "source is blank"),
        ([OWN_ROW, OWN_ROW], "a region of 'home_eeg' stands twice"),
        (
            [OWN_ROW, OWN_ROW.replace("1.4", "1.5").replace("{region}", "Europe")],
            "ratio_mode differs",
        ),
        (['"unclosed'], "not CSV"),
    ],
)
def test_a_table_that_does_not_hold_together_names_its_line(table, rows, message):
    path = table(*(row.replace("{region}", "all") for row in rows))
    with pytest.raises(InputError, match=r"home care\.csv.*|.*home_eeg.*") as raised:
        Driver.from_table(path)
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            OWN_ROW.replace("diagnosed", "diagnosd"),
            "no stage 'diagnosd'; did you mean 'diagnosed'",
        ),
        (
            OWN_ROW.replace("odds ratio", "rate ratio"),
            "no unit 'rate ratio'; did you mean 'odds ratio'",
        ),
        (
            OWN_ROW.replace("home_eeg", "video_eeg"),
            "cause 'video_eeg' is taken in infantile-spasms",
        ),
        (
            OWN_ROW.replace("{region}", "Asia-Pacific"),
            "no region 'Asia-Pacific'; did you mean 'Asia P",
        ),
        (OWN_ROW.replace("{region}", "Europe"), "no row for region 'North America', nor for 'all'"),
        (OWN_ROW.replace("diagnosed,", "unit_price,ACHT").replace("odds", "rate"), "mean 'ACTH'"),
    ],
)
def test_a_table_that_does_not_fit_the_market_is_named(table, row, message):
    driver = Driver.from_table(table(row.replace("{region}", "all")))
    with pytest.raises(DriverError) as raised:
        forecast(MARKET, [driver], Scenario(anchor="bottom-up", draws=10))
    assert message in str(raised.value)


def test_a_driver_made_for_another_market_stands_aside(table):
    driver = Driver.from_table(table(OWN_ROW.format(region="all")), markets=("dravet",))
    result = forecast(MARKET, [driver], Scenario(anchor="bottom-up", draws=10))
    assert result.plan.drivers == ()


def test_the_path_may_be_text(table):
    assert Driver.from_table(str(table(OWN_ROW.format(region="all")))).name == "home_care"


@pytest.mark.parametrize("name", ["funnel", "total", "unexplained", "Two words", "1st"])
def test_a_name_that_heads_a_row_already_is_refused(name):
    with pytest.raises(InputError, match="name"):
        Driver(name, "Title")
