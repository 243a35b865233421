"""A market's own correlations: read strictly, drawn, said, and the scenario's before them."""

import shutil
from dataclasses import replace
from importlib.resources import as_file, files

import numpy as np
import pytest
from both_markets import MARKETS, market_and_drivers, scenario_of
from scipy.stats import spearmanr

from ismarket import InputError, Scenario, forecast, read_market
from ismarket.analysis.audit import audit_report
from ismarket.engine.blocks import Drawing
from ismarket.engine.plan import make_plan
from ismarket.model.market import Correlation

HEADER = "first,second,rank_correlation,status,source,note\n"
each_market = pytest.mark.parametrize("name", MARKETS)


def read(folder, text):
    with as_file(files("ismarket") / "data") as shipped:
        shutil.copytree(shipped, folder / "data")
    (folder / "data" / "correlations.csv").write_text(HEADER + text, encoding="utf-8")
    about = {"title": "changed", "base_year": 2022, "horizon": 2028}
    return read_market(folder / "data", name="infantile-spasms", **about)


def paired(name, rho=0.6):
    """A market with one correlation between two of its inputs that are always drawn."""
    market, drivers = market_and_drivers(name)
    free = [p.key for p in market.parameters.values() if p.owner == "funnel" and not p.constant]
    keys = tuple(sorted((free[-1], free[-3])))
    found = replace(market, correlations=(Correlation(keys, rho, "assumed", "a test"),))
    return found, drivers, keys


def test_a_table_of_pairs_is_read_with_status_and_source(tmp_path):
    row = "video_eeg.ratio,ai_eeg.ratio,0.5,assumed,assumption: both need an EEG,\n"
    (one,) = read(tmp_path, row).correlations
    assert one.keys == ("ai_eeg.ratio", "video_eeg.ratio")
    assert (one.rho, one.status, one.source) == (0.5, "assumed", "assumption: both need an EEG")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("video_eg.ratio,ai_eeg.ratio,0.5,assumed,x,", "did you mean 'video_eeg.ratio'"),
        ("ai_eeg.ratio,ai_eeg.ratio,0.5,assumed,x,", "name two inputs"),
        ("ai_eeg.ratio,video_eeg.ratio,1.5,assumed,x,", "from -1 to 1"),
        ("ai_eeg.ratio,video_eeg.ratio,0.5,guessed,x,", "status"),
        ("ai_eeg.ratio,video_eeg.ratio,0.5,assumed,,", "source is blank"),
        ("vigafyde.chance,ai_eeg.ratio,0.5,assumed,x,", "is a chance, 0 or 1"),
        (
            "ai_eeg.ratio,video_eeg.ratio,0.5,assumed,x,\n"
            "video_eeg.ratio,ai_eeg.ratio,0.1,assumed,x,",
            "each pair once",
        ),
    ],
)
def test_a_pair_that_cannot_be_is_one_line_with_its_place(tmp_path, row, message):
    with pytest.raises(InputError, match=message) as error:
        read(tmp_path, row + "\n")
    assert str(error.value).startswith("correlations.csv, line ")


@each_market
def test_a_chance_cannot_be_correlated_by_a_scenario_either(name):
    market, drivers = market_and_drivers(name)
    chances = [p.key for p in market.parameters.values() if p.happens]
    other = next(p.key for p in market.parameters.values() if not p.happens)
    for key in chances[:2]:
        with pytest.raises(InputError, match="is a chance, 0 or 1"):
            make_plan(market, drivers, scenario_of(name, correlation={f"{key} ~ {other}": 0.5}))


@each_market
def test_the_markets_correlation_is_drawn_and_the_scenarios_wins(name):
    market, drivers, (first, second) = paired(name)

    def drawn(**changes):
        plan = make_plan(market, drivers, scenario_of(name, draws=4096, **changes))
        values = Drawing(plan).by_key(0)
        return spearmanr(values[first], values[second]).statistic

    assert drawn() == pytest.approx(0.6, abs=0.06)
    pair = f"{second} ~ {first}"
    assert drawn(correlation={pair: -0.3}) == pytest.approx(-0.3, abs=0.06)
    assert drawn(correlation={pair: 0.0}) == pytest.approx(0.0, abs=0.06)


@each_market
def test_leaving_out_a_driver_moves_no_other_draw_of_a_correlated_market(name):
    market, drivers, _ = paired(name)
    plan = make_plan(market, drivers, scenario_of(name))
    own = next(p for p in plan.parameters if p.owner not in ("funnel", "") and not p.happens
               and p.key in market.parameters)  # fmt: skip
    other = next(p.key for p in plan.parameters if p.owner == "funnel" and not p.constant)
    pair = Correlation(tuple(sorted((own.key, other))), 0.7, "assumed", "a test")
    market = replace(market, correlations=(*market.correlations, pair))
    everybody = Drawing(make_plan(market, drivers, scenario_of(name))).by_key(0)
    acting = [d for d in drivers if own not in (*d.parameters,
              *(p for c in d.claims for p in market.mechanisms[c].parameters))]  # fmt: skip
    fewer = Drawing(make_plan(market, acting, scenario_of(name, without=()))).by_key(0)
    assert len(fewer) < len(everybody)
    for key, values in fewer.items():
        assert np.array_equal(values, everybody[key]), key


@pytest.mark.slow(reason="analyses with correlated inputs")
@each_market
def test_the_page_says_what_is_correlated_and_by_whom(name):
    market, drivers, (first, second) = paired(name)
    page = " ".join(str(forecast(market, drivers, scenario_of(name))).split())
    assert f"Rank correlation of {first} ~ {second}: 0.60 (the market's, assumed)." in page
    plain = str(forecast(*market_and_drivers(name), scenario_of(name)))
    assert "Rank correlation" not in plain


@pytest.mark.slow(reason="an audit takes two seconds")
def test_the_audit_of_a_market_without_correlations_says_so():
    market, drivers = market_and_drivers(MARKETS[0])
    assert market.correlations == ()
    said = " ".join(str(audit_report(market, drivers, Scenario(draws=200))).split())
    assert "state no correlation between inputs" in said
