"""The guard: every misbehaving driver is stopped with its fault named, no number comes out."""

import os
import random
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from ismarket import Driver, DriverError, Effect, Parameter, Scenario, forecast, load_market
from ismarket.guard.contract import guarded_effects, standing, watched_blocks
from ismarket.sampling.points import BLOCK
from ismarket.testing import CHECKS

RATE = Parameter("rate", 1.0, 1.2, 2.0, unit="rate ratio", title="Rate", source="assumption: test")
SCENARIO = Scenario(anchor="bottom-up", without=(), draws=2 * BLOCK + 500, seed=11)
MARKET = load_market()


def good(market, p):
    return np.log(p.rate) * market.elapsed / 10.0


def driver(effects, name="stranger", parameters=(RATE,)):
    return Driver(name=name, title="A stranger", effects=effects, parameters=parameters)


def shifting(change, stage="incidence", **heading):
    """A driver whose good shift is changed."""

    def effects(market, p):
        yield Effect(stage, change(good(market, p), market, p), **heading)

    return effects


def with_side_effect(act):
    def effects(market, p):
        act(market, p)
        yield Effect("incidence", good(market, p))

    return effects


def set_where(value, when):
    def change(shift, market, p):
        shift = np.array(np.broadcast_to(shift, (len(market.years), 1, 1, p.rate.size)))
        shift[-1, 0, 0, when(p)[0, 0, 0]] = value
        return shift

    return change


class Counter:
    calls = 0

    def __call__(self, market, p):
        self.calls += 1
        yield Effect("incidence", good(market, p) * (1.0 + 1e-6 * self.calls))


class MovesLater:
    """Behaves in the reference case and in the first block of draws."""

    def __call__(self, market, p):
        draws = p.rate.size
        self.drawn = getattr(self, "drawn", 0) + (draws if draws > 100 else 0)
        if self.drawn > BLOCK + 1024:  # the first block, and its first chunk once more
            np.random.random()  # noqa: NPY002
        yield Effect("incidence", good(market, p))


def change_in_place(market, p):
    p.rate *= 2.0
    yield Effect("incidence", good(market, p))


def force_change(market, p):
    base = p.rate
    while isinstance(base.base, np.ndarray):
        base = base.base
    if base.flags.writeable:
        base[...] = 1.7
    else:
        market.mechanisms["video_eeg"] = None
    yield Effect("incidence", good(market, p))


def raise_a_ceiling(market, p):
    market.mechanisms["video_eeg"].ceiling["Europe"] = 0.999
    yield Effect("incidence", good(market, p))


def force_a_ceiling(market, p):
    dict.__setitem__(market.mechanisms["video_eeg"].ceiling, "Europe", 0.999)
    yield Effect("incidence", good(market, p))


def unseal(market, p):
    shift = good(market, p)
    p.rate.base.flags.writeable = True
    p.rate.base[...] = 1.7
    yield Effect("incidence", shift)


def stop(_market, _p):
    raise SystemExit(0)


def divide(market, p):
    yield Effect("incidence", good(market, p) + 1 // (len(market.years) - len(market.years)))


def raise_at(when):
    def effects(market, p):
        if when(p).any():
            raise ValueError("no such rate")
        yield Effect("incidence", good(market, p))

    return effects


def endless(market, p):
    while True:
        yield Effect("incidence", good(market, p))


def reuse(market, p):
    yield from [Effect("incidence", good(market, p)), "births"]


FAULTS = {
    "NaN": (shifting(set_where(np.nan, lambda p: p.rate > 1.0)), "not finite (nan)"),
    "NaN in one draw of many": (
        shifting(set_where(np.nan, lambda p: p.rate > 1.9)),
        "not finite (nan)",
    ),
    "infinity": (shifting(lambda s, m, p: s / np.where(s > 0.05, 0.0, 1.0)), "not finite (inf)"),
    "minus infinity": (shifting(set_where(-np.inf, lambda p: p.rate > 1.5)), "finite (-inf)"),
    "three axes": (shifting(lambda s, m, p: s[..., 0]), "has shape (7, 1, 1)"),
    "a bare number": (shifting(lambda s, m, p: 0.0), "has shape ()"),
    "too many regions": (shifting(lambda s, m, p: np.repeat(s, 4, axis=1)), "has shape (7, 4, 1"),
    "classes where there are none": (
        shifting(lambda s, m, p: np.repeat(s, 3, axis=2)),
        "must broadcast to",
    ),
    "one draw short": (
        shifting(lambda s, m, p: s[..., :-1] if s.shape[3] > 1 else s),
        "has shape (7, 1, 1,",
    ),
    "complex numbers": (shifting(lambda s, m, p: s + 0j), "complex128"),
    "objects": (shifting(lambda s, m, p: s.astype(object)), "object values"),
    "text": (shifting(lambda s, m, p: "log"), "is a str"),
    "masked": (shifting(lambda s, m, p: np.ma.masked_less(s, 0.1)), "is a MaskedArray"),
    "not zero in the base year": (shifting(lambda s, m, p: s + 1e-12), "exactly 0 in the base"),
    "beyond what exp can hold": (shifting(lambda s, m, p: s * 1e5), "a ratio of exp("),
    "unknown stage": (shifting(lambda s, m, p: s, "diagnosd"), "did you mean 'diagnosed'?"),
    "unknown class": (
        shifting(lambda s, m, p: s, "unit_price", drug_class="ACHT"),
        "did you mean 'ACTH'?",
    ),
    "class of a stage without classes": (
        shifting(lambda s, m, p: s, "incidence", drug_class="ACTH"),
        "no drug class 'ACTH'",
    ),
    "no effects at all": (lambda m, p: None, "raised TypeError"),
    "not an effect": (reuse, "must yield Effect objects, not str"),
    "effects without end": (endless, "1000 effects or more"),
    "an exception": (divide, "raised ZeroDivisionError"),
    "an exception for one draw of many": (raise_at(lambda p: p.rate > 1.9), "raised ValueError"),
    "a generator moved for one draw of many": (
        with_side_effect(lambda m, p: (p.rate > 1.9).any() and random.random()),
        "moved Python's global random generator",
    ),
    "an exception that takes many draws": (
        raise_at(lambda p: np.atleast_1d(np.ptp(p.rate) > 0.5)),
        "raised ValueError",
    ),
    "SystemExit": (stop, "raised SystemExit"),
    "input changed in place": (change_in_place, "tried to change its input"),
    "input changed by force": (force_change, "change"),
    "a ceiling raised": (raise_a_ceiling, "tried to change its input"),
    "a ceiling raised by force": (force_a_ceiling, "changed the market that it was handed"),
    "input unsealed and changed": (unseal, "changed its parameter stranger.rate"),
    "the market's years changed": (
        with_side_effect(lambda m, p: m.elapsed.__iadd__(1.0)),
        "tried to change its input",
    ),
    "a different second answer": (Counter(), "a different answer on a second call"),
    "random numbers of its own": (
        shifting(lambda s, m, p: s * (1 + 0.01 * np.random.default_rng().random(s.shape))),
        "a different answer on a second call",
    ),
    "draws that see each other": (
        shifting(lambda s, m, p: s * p.rate.mean()),
        "another answer when other draws stand by",
    ),
    "NumPy's generator moved": (
        with_side_effect(lambda m, p: np.random.random()),  # noqa: NPY002
        "moved NumPy's global random generator",
    ),
    "NumPy's generator seeded": (
        with_side_effect(lambda m, p: np.random.seed(1)),  # noqa: NPY002
        "moved NumPy's global random generator",
    ),
    "Python's generator moved": (
        with_side_effect(lambda m, p: random.random()),
        "moved Python's global random generator",
    ),
    "a generator moved in a later block": (MovesLater(), "moved NumPy's global random generator"),
    "the environment changed": (
        with_side_effect(lambda m, p: os.environ.update(STRANGER=str(p.rate.size))),
        "changed the environment",
    ),
    "NumPy's error settings changed": (
        with_side_effect(lambda m, p: np.seterr(all="ignore", over="raise")),
        "changed NumPy's error settings",
    ),
}


SETTINGS = np.geterr()
CEILING = MARKET.mechanisms["video_eeg"].ceiling
CEILING_BEFORE = dict(CEILING)


def _settings_as_before():
    np.seterr(**SETTINGS)
    np.random.seed()  # noqa: NPY002
    dict.update(CEILING, CEILING_BEFORE)
    os.environ.pop("STRANGER", None)


@pytest.fixture(autouse=True)
def _settings():
    yield
    _settings_as_before()


def test_the_good_driver_runs():
    result = forecast(MARKET, [driver(shifting(lambda s, m, p: s))], SCENARIO, workers=2)
    assert result.columns["attribution"]["points"][0] > 0


@pytest.mark.parametrize("fault", FAULTS)
def test_a_misbehaving_driver_is_stopped_and_named(fault, capsys):
    effects, message = FAULTS[fault]
    with np.errstate(all="ignore"), pytest.raises(DriverError) as raised:
        forecast(MARKET, [driver(effects)], SCENARIO, workers=1 if "later" in fault else 2)
    text = str(raised.value)
    assert raised.value.exit_code == 3
    assert message in text
    assert text.startswith("driver stranger: ")
    assert "stranger.rate = " in text
    assert "\n" not in text
    assert text.endswith(f"; law: {raised.value.law.replace('_', ' ')}")
    assert raised.value.law in {check.__name__ for check in CHECKS}
    assert capsys.readouterr() == ("", "")


def test_more_than_25_faults_are_tried():
    assert len(FAULTS) >= 25


def test_a_fault_that_the_answer_shows_is_named_with_its_draw_and_the_values_of_that():
    effects, _ = FAULTS["NaN in one draw of many"]
    with pytest.raises(DriverError, match=r"at draw [\d,]+ with stranger\.rate = 1\.9\d{10,};"):
        forecast(MARKET, [driver(effects)], SCENARIO, workers=1)


def test_the_first_draw_with_the_fault_is_named():
    values = {"stranger.rate": np.linspace(1.0, 2.0, 101)}
    effects, _ = FAULTS["NaN in one draw of many"]
    with standing(BLOCK, watched=False), pytest.raises(DriverError, match=r"at draw 4,187 with"):
        guarded_effects(MARKET, driver(effects), values)


@pytest.mark.parametrize("fault", ["an exception", "a generator moved"])
def test_a_fault_that_no_draw_shows_is_named_with_the_draws_and_their_values(fault):
    effects, _ = next(found for name, found in FAULTS.items() if name.startswith(f"{fault} for"))
    at = r"in draws [\d,]+ to [\d,]+ with stranger\.rate = 1\.0\d* to 1\.9\d*;"
    with pytest.raises(DriverError, match=at):
        forecast(MARKET, [driver(effects)], SCENARIO, workers=1)


def test_draws_that_were_asked_for_alone_are_named_as_such():
    def effects(market, p):
        assert p.rate.size != 8
        yield Effect("incidence", good(market, p))

    values = {"stranger.rate": np.linspace(1.0, 2.0, 101)}
    at = r"in 8 draws from 4,096 to 4,196 with stranger\.rate = 1 to 2;"
    with standing(BLOCK, watched=True), pytest.raises(DriverError, match=at):
        guarded_effects(MARKET, driver(effects), values)


def test_the_plugin_is_named_too():
    bad = Driver(name="stranger", title="A stranger", effects=lambda m, p: None, plugin="parcel")
    with pytest.raises(DriverError, match=r"^plugin parcel, driver stranger: raised TypeError"):
        forecast(MARKET, [bad], SCENARIO)


def test_a_warning_comes_through_as_any_other():
    def effects(market, p):
        warnings.warn("mind the gap", RuntimeWarning, stacklevel=1)
        yield Effect("incidence", good(market, p))

    with pytest.warns(RuntimeWarning, match="^mind the gap$") as caught:
        forecast(MARKET, [driver(effects, "careful", (RATE,))], SCENARIO, workers=2)
    assert {Path(warning.filename) for warning in caught} == {Path(__file__)}


def test_a_print_is_not_looked_for_while_a_forecast_runs(capsys):
    """What a thread prints cannot be told apart; ``ismarket check`` finds it."""
    effects = with_side_effect(lambda m, p: print("hello"))
    forecast(MARKET, [driver(effects)], SCENARIO, workers=2)
    assert set(capsys.readouterr().out.split()) == {"hello"}


def test_an_array_that_is_used_again_does_not_change_an_effect_already_given():
    buffer = np.zeros((7, 1, 1, 1))

    def effects(market, p):
        for size in (0.1, 0.2):
            buffer[1:] = size
            yield Effect("incidence", buffer)

    found = guarded_effects(MARKET.until(2028), driver(effects, parameters=()), {})
    assert [float(effect.shift[-1, 0, 0, 0]) for effect in found] == [0.1, 0.2]


def test_the_first_block_and_one_later_block_are_watched():
    for seed in range(50):
        first, later = sorted(watched_blocks(seed, 25))
        assert first == 0
        assert 1 <= later < 25
    assert watched_blocks(1, 1) == {0}
    assert len({max(watched_blocks(seed, 25)) for seed in range(200)}) > 20


def test_watching_does_not_change_the_answer():
    values = {"stranger.rate": np.linspace(1.0, 2.0, 100)}
    one = driver(shifting(lambda s, m, p: s))
    plain = guarded_effects(MARKET, one, values)
    with standing(0, watched=True):
        watched = guarded_effects(MARKET, one, values)
    assert np.array_equal(plain[0].shift, watched[0].shift)


@pytest.mark.slow(reason="a script in a process of its own")
def test_the_script_that_measures_the_guard_runs():
    script = Path(__file__).parents[2] / "benchmarks" / "guard_cost.py"
    done = subprocess.run(
        [sys.executable, str(script), "--draws", "4096", "--pairs", "1"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "the guard costs" in done.stdout


@pytest.mark.timeout(60)
@pytest.mark.parametrize("draws", [1, 9000])
def test_a_driver_that_asks_for_a_forecast_of_itself_is_told_so(market, drivers, draws):
    def effects(_, p):
        forecast(market, [*drivers, itself], Scenario(draws=1))
        yield Effect("diagnosed", 0.0 * market.elapsed)

    itself = Driver("itself", "Itself", effects=effects)
    with pytest.raises(DriverError, match="driver itself: asks for a forecast while it is asked"):
        forecast(market, [*drivers, itself], Scenario(draws=draws))
