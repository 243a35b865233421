import numpy as np
import pytest

from ismarket import Driver, Effect, Parameter, Scenario, forecast, load_drivers, load_market
from ismarket.analysis.tornado import causes_alone, tornado

FIXED = {"video_eeg.ratio": 2.6}


@pytest.fixture(scope="module")
def made(market, drivers):
    return forecast(market, drivers, Scenario(draws=256, without=(), fixed=FIXED))


@pytest.mark.slow(reason="two forecasts for each input")
def test_a_swing_is_the_forecast_with_that_input_fixed_at_its_ends(market, drivers, made):
    for swing in tornado(made)[:4]:
        for value, change in ((swing.p10, swing.at_p10), (swing.p90, swing.at_p90)):
            fixed = {**FIXED, swing.parameter.key: value}
            other = forecast(market, drivers, Scenario(draws=1, without=(), fixed=fixed))
            expected = other.modes.total[-1, 0] - made.modes.total[-1, 0]
            assert change == pytest.approx(expected, rel=1e-9, abs=1e-3)


def test_swings_are_sorted_and_leave_out_what_is_fixed_or_constant(made):
    swings = tornado(made)
    widths = [swing.width for swing in swings]
    assert widths == sorted(widths, reverse=True)
    assert not {s.parameter.key for s in swings} & set(FIXED)
    assert all(s.parameter.low <= s.p10 < s.p90 <= s.parameter.high for s in swings)


def test_a_cause_alone_is_a_driver_that_claims_nothing_else(market, made):
    for cause in causes_alone(made)[:6]:
        quiet = {"clinical_criteria.ratio": 1.0}
        driver = Driver("only", "Only", claims=(cause.name, "clinical_criteria"))
        fixed = {**FIXED, **quiet}
        scenario = Scenario(draws=1, anchor="bottom-up", through=2028, without=(), fixed=fixed)
        alone = forecast(market, [driver], scenario)
        assert cause.points == pytest.approx(100 * alone.columns["cagr"]["reference"][0], abs=1e-9)


def test_every_cause_of_an_acting_driver_is_there_and_those_without_effect_are_nothing(made):
    causes = causes_alone(made)
    claimed = {name for d in made.plan.drivers for name in d.claims}
    assert {c.name for c in causes} == claimed
    assert all(c.points == 0.0 for c in causes if c.inert)


def test_a_driver_off_brings_no_cause():
    made = forecast(load_market(), load_drivers(), Scenario(draws=1))
    assert "generic_vigabatrin" not in {c.name for c in causes_alone(made)}


def test_a_drivers_own_effects_are_one_cause_as_well_known_as_the_least_known_input():
    def effects(market, p):
        yield Effect("unit_price", np.log(p.ratio) * market.elapsed / 10.0)

    known = Parameter("ratio", 1.0, 1.2, 1.5, unit="rate ratio", status="estimated")
    driver = Driver("own", "Own effect", effects=effects, parameters=(known,))
    made = forecast(load_market(), [driver], Scenario(draws=1, anchor="bottom-up"))
    (cause,) = causes_alone(made)
    assert (cause.name, cause.status) == ("own", "estimated")
    assert cause.points == pytest.approx(100 * made.columns["cagr"]["reference"][0])
