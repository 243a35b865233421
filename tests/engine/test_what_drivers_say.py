"""What a driver can say: options, numbers by name, dates, shared causes and whose numbers count."""

import dataclasses
import pickle

import numpy as np
import pytest
from parcels import parcel

from ismarket import (
    Driver,
    DriverError,
    Effect,
    InputError,
    Option,
    Parameter,
    Scenario,
    forecast,
    open_run,
    study,
)
from ismarket.guard.contract import guarded_effects
from ismarket.model.scenario import parse_scenario
from ismarket.model.tables import read_table
from ismarket.testing import one_region

RATE = Parameter("rate", 1.0, 1.2, 2.0, unit="rate ratio", title="Rate", source="assumption: test")
CHOICES = Scenario(anchor="bottom-up", without=(), draws=128)


def by_table(market, p):
    income = market.by_year_region(p.table, column=p.column)
    yield Effect("incidence", np.log(p.rate) * market.log_change(income))


def macro(table):
    options = (
        Option("table", table, columns=("year",), title="Income"),
        Option("column", "base", choices=("base", "slow")),
    )
    return Driver("macro", "Macro", effects=by_table, parameters=(RATE,), options=options)


def written(path, market, base=1.02, years=None):
    rows = ["year,region,base,slow"]
    for i, year in enumerate(years or market.years):
        rows += [f"{year},{r},{base**i!r},{1.01**i!r}" for r in market.regions]
    path.write_text("\n".join(rows) + "\n")
    return path


def last(made):
    return float(made.summary()["reference"].iloc[-1])


# numbers by name --------------------------------------------------------------------------------


def test_numbers_stand_by_year_and_region_whatever_their_order(market, tmp_path):
    table = read_table(written(tmp_path / "t.csv", market), ("year",), others=True, evidence=())
    found = market.by_year_region(table[::-1], column="slow")
    assert found.shape == (len(market.years), len(market.regions), 1, 1)
    assert np.allclose(found[:, 0, 0, 0], 1.01 ** np.arange(len(market.years)), rtol=1e-15)
    by_name = {(y, r): 1.0 for y in market.years for r in market.regions}
    assert (market.by_year_region(by_name) == 1.0).all()
    assert market.by_year({y: float(y) for y in market.years}).shape == (len(market.years), 1, 1, 1)
    regions, classes = market.regions, market.drug_classes
    by_both = market.by_region_class({(r, c): 1.0 for r in regions for c in classes})
    assert by_both.shape == (1, len(regions), len(classes), 1)
    wide = [{"year": y, **dict.fromkeys(market.regions, 2.0)} for y in market.years]
    assert (market.by_year_region(wide) == 2.0).all()


def test_gaps_and_unknown_names_are_refused_with_their_names(market, tmp_path):
    short = written(tmp_path / "short.csv", market, years=market.years[:-2])
    rows = read_table(short, ("year",), others=True, evidence=())
    gap = f"no value for year {market.years[-2]}, region {market.regions[0]!r}"
    with pytest.raises(InputError, match=gap):
        market.by_year_region(rows, column="base")
    assert market.until(market.horizon).by_year_region(rows, column="base").any()
    with pytest.raises(InputError, match=r"short\.csv, line 2: no column 'bas'; did you mean"):
        market.by_year_region(rows, column="bas")
    with pytest.raises(InputError, match="stands twice"):
        market.by_year_region([*rows, rows[0]], column="base")
    with pytest.raises(InputError, match="no region 'Erope'; did you mean 'Europe'"):
        market.by_region({**dict.fromkeys(market.regions[2:], 1.0), "Erope": 1.0})
    with pytest.raises(InputError, match="no region 'europe'; did you mean 'Europe'"):
        market.by_region({"europe": 1.0}, default=0.0)
    half = [
        {"year": y + 0.5, "region": r, "value": 1} for y in market.years for r in market.regions
    ]
    with pytest.raises(InputError, match=r"year = 2022\.5 is not a whole number"):
        market.by_year_region(half)
    values = dict.fromkeys(market.regions, 1.0)
    assert one_region(market).by_region(values).shape == (1, 1, 1, 1)


def test_a_date_is_a_curve(market):
    from_2025 = market.since(2025)[:, 0, 0, 0]
    assert [float(v) for v in from_2025[:5]] == [0.0, 0.0, 0.0, 1.0, 1.0]
    assert market.since(2025.25)[3, 0, 0, 0] == 0.75  # nine months of the first year
    slowly = market.since(2025, over=2.0)[:, 0, 0, 0]
    assert [float(v) for v in slowly[2:6]] == [0.0, 0.25, 0.75, 1.0]
    assert not market.since(market.base_year - 3.0).any()  # the base year has it already
    starts = market.by_region({"Europe": 2025.0}, default=np.inf)
    assert market.since(starts)[4].ravel().tolist() == [
        float(region == "Europe") for region in market.regions
    ]
    drawn = np.linspace(2023.0, 2030.0, 5)[None, None, None]
    assert market.since(drawn).shape == (len(market.years), 1, 1, 5)
    assert not market.since(drawn)[0].any()


# options ----------------------------------------------------------------------------------------


def test_an_option_is_set_in_a_scenario_and_checked(market, tmp_path):
    driver = macro(written(tmp_path / "income.csv", market))
    made = {c: forecast(market, [driver], CHOICES.changed(options={"macro.column": c}))
            for c in ("base", "slow")}  # fmt: skip
    assert last(made["slow"]) < last(made["base"]) == last(forecast(market, [driver], CHOICES))
    scenario = parse_scenario('[options.macro]\ncolumn = "slow"\ntable = "x.csv"\n')
    assert scenario.options == {"macro.column": "slow", "macro.table": "x.csv"}
    for options, words in {
        ("macro.colum", "slow"): "no option 'macro.colum'; did you mean 'macro.column'",
        ("macro.column", "fast"): "options of macro: column: no choice 'fast'",
        ("micro.column", "slow"): "no driver with options 'micro'; did you mean 'macro'",
        ("macro.table", "nowhere.csv"): r"options of macro: nowhere\.csv: cannot be read",
    }.items():
        with pytest.raises(InputError, match=words):
            forecast(market, [driver], CHOICES.changed(options=dict([options])))
    with pytest.raises(InputError, match="weight = 3 is outside 0 to 1"):
        Option("weight", 3.0, low=0.0, high=1.0)
    with pytest.raises(InputError, match="an option has the name of another or of a parameter"):
        dataclasses.replace(driver, options=(Option("rate", 1.0),))
    assert pickle.loads(pickle.dumps(driver)).options[0].value == driver.options[0].value


CODE = """
    from pathlib import Path
    import numpy as np
    from ismarket import Driver, Effect, Option, Parameter, hookimpl

    def effects(market, p):
        income = market.by_year_region(p.table, column="base")
        yield Effect("incidence", np.log(p.rate) * market.log_change(income))

    @hookimpl
    def register_drivers():
        rate = Parameter("rate", 1.0, 1.2, 2.0, unit="rate ratio", title="R", source="mine")
        table = Option("table", Path({path!r}), columns=("year", "region"))
        return [Driver("macro", "Macro", effects=effects, parameters=(rate,), options=(table,))]
"""


@pytest.mark.slow(reason="a forecast for each switch")
def test_the_file_of_an_option_is_kept_in_the_run_and_nothing_of_its_folder(
    installed, market, tmp_path, monkeypatch
):
    monkeypatch.delenv("ISMARKET_PLUGINS", raising=False)
    monkeypatch.chdir(tmp_path)
    parcel(installed, "macro", CODE.format(path=str(written(installed / "given.csv", market))))
    mine = tmp_path / "of mine"
    mine.mkdir()
    other = written(mine / "other.csv", market, base=1.05)
    asked = study("evidence", draws=64, options={"macro.table": str(other)})
    kept = asked.keep(tmp_path / "kept").path
    assert (kept / "inputs/data/other.csv").read_bytes() == other.read_bytes()
    for file in kept.rglob("*"):
        assert file.is_dir() or b"of mine" not in file.read_bytes(), file.name
    wanted = last(asked.forecast())
    assert wanted != last(study("evidence", draws=64).forecast())
    other.unlink()
    assert last(open_run(kept)) == wanted


def test_drivers_that_look_for_another_are_told_what_to_do(market):
    def effects(market, p):
        yield Effect("incidence", np.log(p.diagnosis) * market.elapsed)

    lonely = Driver("lonely", "Lonely", effects=effects, parameters=(RATE,))
    with pytest.raises(DriverError) as raised:
        forecast(market, [lonely], CHOICES)
    assert "p.diagnosis: no parameter or option 'diagnosis'; known: rate." in str(raised.value)
    assert "put both causes into one driver, or let both claim one cause" in str(raised.value)
    assert "\n" not in str(raised.value)


# correlation ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("correlation", "words"),
    [
        ({"rate ~ half": 0.5}, "no parameter 'half'"),
        ({"rate ~ rate": 0.5}, "name two parameters"),
        ({"rate ~ comes": 0.5}, "comes is a chance"),
        ({"rate ~ other": 1.5}, "outside -1 to 1"),
    ],
)
def test_a_correlation_is_between_two_parameters_of_its_own(correlation, words):
    own = RATE, dataclasses.replace(RATE, name="other"), Parameter.chance("comes", 0.5, source="s")
    with pytest.raises(InputError, match=words):
        Driver("mine", "M", effects=by_table, parameters=own, correlation=correlation)


# whose numbers ----------------------------------------------------------------------------------


def bringing(name, rate):
    def effects(market, p):
        yield Effect("diagnosed", rate * market.elapsed, mechanism="video_eeg")

    return Driver(name, name.title(), effects=effects)


@pytest.mark.slow(reason="a forecast for each switch")
def test_a_scenario_says_whose_numbers_count_for_a_cause(market):
    mine, theirs = bringing("mine", 0.05), bringing("theirs", 0.02)
    catalogue = Driver("catalogue", "Catalogue", claims=("video_eeg",))
    with pytest.raises(InputError, match=r"mine and theirs bring different .*--claim video_eeg="):
        forecast(market, [mine, theirs], CHOICES)
    for others in ([theirs], [catalogue], [theirs, catalogue]):
        for who in (mine, theirs, catalogue):
            if who is mine or who in others:
                chosen = CHOICES.changed(claims={"video_eeg": who.name})
                alone = last(forecast(market, [who], CHOICES))
                made = forecast(market, [mine, *others], chosen)
                assert last(made) == pytest.approx(alone, rel=1e-12)
                carried = made.attribution().set_index("driver")["points"]
                assert carried.drop([who.name, "unexplained", "total"]).abs().max() < 1e-9
    scenario = parse_scenario('[claims]\nvideo_eeg = "mine"\n')
    assert scenario.claims == {"video_eeg": "mine"}
    left_out = CHOICES.changed(claims={"video_eeg": "mine"}, without=("mine",))
    assert last(forecast(market, [mine, theirs], left_out)) == pytest.approx(
        last(forecast(market, [theirs], CHOICES)), rel=1e-12
    )
    with pytest.raises(InputError, match="no driver 'mne'; did you mean 'mine'"):
        forecast(market, [mine, theirs], CHOICES.changed(claims={"video_eeg": "mne"}))
    with pytest.raises(InputError, match="no cause of catalogue 'video_eg'"):
        forecast(market, [catalogue, mine], CHOICES.changed(claims={"video_eg": "catalogue"}))


def test_a_switch_that_moves_nothing_is_noticed(market):
    one = Driver("one", "One", claims=("video_eeg",))
    two = Driver("two", "Two", claims=("video_eeg", "awareness"))
    page = " ".join(str(forecast(market, [one, two], CHOICES)).split())
    assert "The switch of One moves nothing: others share all its causes." in page
    assert "The switch of Two" not in page
    off = last(forecast(market, [one, two], CHOICES.changed(without=("one",))))
    assert last(forecast(market, [one, two], CHOICES)) == pytest.approx(off, rel=1e-12)
    for change in ({"overlap": 0.5}, {"strength": {"one": 1.5}}):
        assert "The switch of" not in str(forecast(market, [one, two], CHOICES.changed(**change)))
    same = bringing("a", 0.02), bringing("b", 0.02)
    page = " ".join(str(forecast(market, same, CHOICES)).split())
    assert "The switch of A moves nothing" in page
    assert "The switch of B moves nothing" in page


@pytest.mark.slow(reason="a forecast for each switch")
def test_the_switches_that_are_named_are_those_that_move_nothing(world):
    market, drivers, scenario = world
    scenario = scenario.changed(draws=64)
    made = forecast(market, drivers, scenario)
    page = " ".join(str(made).split())
    for driver in made.plan.drivers:
        off = forecast(market, drivers, scenario.changed(without=(*scenario.without, driver.name)))
        apart = off.summary().iloc[-1] / made.summary().iloc[-1] - 1
        moves = apart.abs().max() > 1e-12
        still = f"Moves nothing in this forecast: {driver.name}" in page
        assert moves != (f"The switch of {driver.title} moves nothing" in page or still)


def test_an_option_is_handed_with_the_parameters(market):
    def effects(market, p):
        assert p.many == 3.0
        yield Effect("incidence", p.many * np.log(p.rate) * market.elapsed)

    one = Driver("one", "One", effects=effects, parameters=(RATE,), options=(Option("many", 3),))
    (found,) = guarded_effects(market, one, {"one.rate": np.array([1.5])})
    assert found.shift[1, 0, 0, 0] == 3.0 * np.log(1.5)
