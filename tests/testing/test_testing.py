"""The contract kit: it passes what keeps the laws; each law catches the driver that breaks it."""

import dataclasses
import functools
import json
import sys
import threading
import time
from pathlib import Path
from unittest import SkipTest

import numpy as np
import pytest
import strangers
from command_line import ismarket
from parcels import DRIVER, OWN_ROW, OWN_TABLE, parcel

from ismarket import (
    Driver,
    DriverError,
    Effect,
    InputError,
    Parameter,
    Scenario,
    forecast,
    load_drivers,
    load_market,
)
from ismarket.plugins.installed import drivers_at
from ismarket.testing import CHECKS, check_driver, findings, one_region, other_classes
from ismarket.testing import toy_market as make_toy_market
from ismarket.testing.processes import answer_elsewhere, digest
from ismarket.testing.trial import Trial

pytest_plugins = ["ismarket.testing.fixtures"]
BUNDLED = [d for d in load_drivers(Scenario(plugins={"only": ()})) if d.plugin == d.name]


@pytest.mark.slow(reason="every law of every bundled driver")
@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("driver", BUNDLED, ids=lambda driver: driver.name)
def test_bundled_drivers_keep_every_law(driver, check):
    check(driver)


@pytest.mark.slow(reason="all laws of a driver")
@pytest.mark.parametrize("check", CHECKS)
def test_a_good_stranger_keeps_every_law(check, toy_market):
    check(strangers.GOOD)
    check(strangers.GOOD, toy_market)


def test_every_law_has_a_driver_that_breaks_it():
    assert list(strangers.BREAKS) == [check.__name__ for check in CHECKS]


@pytest.mark.slow(reason="all laws, of which one waits")
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_law_catches_the_driver_that_breaks_it(check):
    driver = strangers.BREAKS[check.__name__]
    with pytest.raises(AssertionError):
        check(driver)


@pytest.mark.slow(reason="all laws of a driver")
@pytest.mark.parametrize("driver", strangers.PRINTS, ids=lambda driver: driver.name)
def test_a_print_is_one_finding_and_reaches_no_screen(driver, capsys):
    broken = [(f.law, f.reason) for f in findings(driver) if f.kept is False]
    said = f"driver {driver.name}: printed 'hello'; a driver answers, it does not print"
    assert broken == [("nothing else touched", f"{said}; law: nothing else touched")]
    assert capsys.readouterr() == ("", "")


@pytest.mark.slow(reason="all laws of a driver")
def test_an_answer_that_depends_on_the_hash_seed_is_caught():
    law = next(c for c in CHECKS if c.__name__ == "same_answer_in_another_process")
    with pytest.raises(AssertionError, match="another answer with PYTHONHASHSEED"):
        law(strangers.HASHED)


@pytest.mark.slow(reason="two processes")
def test_what_the_package_computes_for_a_driver_is_the_same_in_another_process(drivers):
    """So a driver of claims alone is not asked elsewhere."""
    driver = next(one for one in drivers if len(one.claims) > 10 and one.effects is None)
    trial = Trial.of(driver)
    values = trial.spread(32)
    here = digest(trial.effects(values))
    assert {answer_elsewhere(driver, trial.market, values, seed) for seed in "12"} == {here}


def test_a_driver_that_counts_on_the_last_year_of_the_tables_is_caught():
    """A forecast ends earlier than the tables, most often."""
    law = next(c for c in CHECKS if c.__name__ == "four_axes")
    with pytest.raises(AssertionError, match=r"has shape \(14, 1, 1, 1\)"):
        law(strangers.FOURTEEN_YEARS)


def test_a_driver_that_no_module_holds_is_not_asked_elsewhere():
    law = next(c for c in CHECKS if c.__name__ == "same_answer_in_another_process")
    with pytest.raises(SkipTest, match="no importable module"):
        law(Driver(name="local", title="Local", effects=lambda market, p: []))


@pytest.mark.slow(reason="every law, in processes of their own")
def test_check_driver_names_the_broken_laws():
    check_driver(BUNDLED[0])
    with pytest.raises(DriverError, match=r"breaks 1 of its laws: title unit and source: missing"):
        check_driver(strangers.BREAKS["title_unit_and_source"])


def test_one_broken_law_is_one_finding():
    broken = [f.law for f in findings(strangers.BREAKS["zero_in_the_base_year"]) if f.kept is False]
    assert broken == ["zero in the base year"]


def test_each_law_says_in_one_line_what_must_hold():
    for check in CHECKS:
        assert check.__doc__.endswith(".")
        assert "\n" not in check.__doc__


# the markets ------------------------------------------------------------------------------------


def test_the_toy_market_forecasts(toy_market):
    scenario = Scenario(anchor="bottom-up", market="toy", without=(), draws=100)
    result = forecast(toy_market, [strangers.GOOD], scenario)
    assert result.columns["cagr"]["reference"][0] > 0


def test_other_grids_have_one_region_or_one_class_more():
    market = load_market()
    assert one_region(market).regions == market.regions[:1]
    assert other_classes(market).drug_classes == (*market.drug_classes[::-1], "another class")
    scenario = Scenario(anchor="bottom-up", draws=10)
    for changed in (one_region(market), other_classes(market)):
        result = forecast(changed, BUNDLED, scenario)
        assert np.isfinite(result.draws.total).all()


def test_no_plugins_discovers_nothing(no_plugins):
    assert no_plugins.drivers == ()
    assert no_plugins.manager.get_plugins() == set()
    assert {driver.name for driver in load_drivers()} == {driver.name for driver in BUNDLED}


# the command ------------------------------------------------------------------------------------


@pytest.mark.slow(reason="every law, in processes of their own")
def test_check_prints_a_tick_or_the_reason(tmp_path):
    folder = tmp_path / "parcels"
    folder.mkdir()
    parcel(folder, "good", DRIVER.format(name="good"))
    bad = DRIVER.format(name="bad").replace("market.elapsed / 10.0", "market.elapsed + 0.1")
    parcel(folder, "bad", bad)
    done = ismarket("check", "good", path=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\N{CHECK MARK}") == len(CHECKS)
    done = ismarket("check", "bad", path=folder)
    assert done.returncode == 3
    assert "\N{BALLOT X} zero in the base year: plugin bad, driver bad:" in done.stdout
    assert done.stderr == f"ismarket: 1 of {len(CHECKS)} laws broken by bad\n"
    rows = json.loads(ismarket("check", "bad", "--json", path=folder).stdout)
    assert [row["law"] for row in rows if row["kept"] is False] == ["zero in the base year"]
    assert {row["kept"] for row in rows} == {True, False, None}


@pytest.mark.slow(reason="every law, in processes of their own")
def test_check_takes_the_path_of_a_file_and_names_what_it_is_not(tmp_path):
    folder = tmp_path / "parcels"
    folder.mkdir()
    parcel(folder, "loose", DRIVER.format(name="loose"))
    done = ismarket("check", "plug_loose.py", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "A stranger (loose)" in done.stdout
    assert ismarket("check", "plug_lose.py", cwd=folder).stderr == (
        "ismarket: plug_lose.py: no such file or folder\n"
    )
    near = ismarket("check", "diagnosys")
    assert (near.returncode, near.stderr) == (
        2, "ismarket: check: no driver 'diagnosys'; did you mean 'diagnosis'?\n",
    )  # fmt: skip


def test_a_plugin_that_was_set_aside_is_named_once_with_its_reason(tmp_path):
    parcel(tmp_path, "broken", "import no_such_module")
    done = ismarket("check", "broken", path=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        "ismarket: plugin broken (parcel-broken 1.0) was left out:"
        " ModuleNotFoundError: No module named 'no_such_module'\n"
    )


def test_a_file_whose_driver_claims_what_no_market_has_is_named(tmp_path):
    code = "from ismarket import Driver, hookimpl\n@hookimpl\ndef register_drivers():\n    return"
    file = tmp_path / "typo.py"
    file.write_text(f"{code} [Driver('typo', 'A typo', claims=('vidio_eeg',))]\n")
    done = ismarket("check", str(file), cwd=tmp_path)
    assert done.returncode == 3
    assert done.stderr == "ismarket: typo: no mechanism 'vidio_eeg'; did you mean 'video_eeg'?\n"


def test_a_folder_without_an_entry_point_is_named(tmp_path):
    with pytest.raises(InputError, match=r"not a \.py or \.csv file, nor a folder"):
        drivers_at(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    with pytest.raises(InputError, match="no entry point"):
        drivers_at(tmp_path)


# the whole diagnosis driver ---------------------------------------------------------------------


def test_the_diagnosis_driver_has_at_most_sixty_lines():
    import ismarket_diagnosis

    assert len(Path(ismarket_diagnosis.__file__).read_text().splitlines()) <= 60


def test_a_parameter_key_is_never_shared():
    toy = make_toy_market()
    rate = Parameter("ratio", 1, 1.1, 2, unit="1", title="t", source="s")
    clash = Driver(name="awareness", title="t", effects=lambda m, p: [], parameters=(rate,))
    with pytest.raises(DriverError, match="taken by a cause"):
        forecast(toy, [clash], Scenario(anchor="bottom-up", market="toy", draws=10))


# drivers that speak with two voices -------------------------------------------------------------


@pytest.mark.parametrize("base", [(Driver,), (type("Mixin", (), {"effects": 1}), Driver)])
def test_a_subclass_whose_effects_would_never_be_asked_is_refused_at_once(base):
    with pytest.raises(InputError, match="class Mine: a method called effects is never asked"):
        type("Mine", base, {"effects": lambda self, market, p: []} if len(base) == 1 else {})
    assert issubclass(type("Plain", (Driver,), {}), Driver)


def nothing(name, effects=None, claims=()):
    return Driver(name, name.title(), claims=claims, effects=effects)


def still(market, p):
    yield Effect("treated", 0.0 * market.elapsed)


SILENT = nothing("silent"), nothing("empty", lambda m, p: []), nothing("still", still)


@pytest.mark.slow(reason="every law of three drivers")
@pytest.mark.parametrize("driver", SILENT, ids=lambda driver: driver.name)
def test_a_driver_that_moves_nothing_is_told_so_by_check_and_by_the_page(driver, toy_market):
    broken = {f.law: f.reason for f in findings(driver, toy_market) if f.kept is False}
    assert list(broken) == ["moves something"]
    assert "it moves nothing" in broken["moves something"]
    choices = Scenario(anchor="bottom-up", market="toy", without=(), draws=100)
    page = " ".join(str(forecast(toy_market, [strangers.GOOD, driver], choices)).split())
    assert f"Moves nothing in this forecast: {driver.name}." in page
    assert "Moves nothing" not in str(forecast(toy_market, [strangers.GOOD], choices))


@pytest.mark.slow(reason="two hundred causes")
def test_a_driver_of_many_causes_is_quick_enough():
    law = next(c for c in CHECKS if c.__name__ == "quick_enough")
    market = load_market()
    cause = next(c for c in market.mechanisms.values() if c.kind == "spread" and not c.inert)
    causes = []
    for i in range(200):
        about = {"ratio": cause.ratio, "half_time": cause.half_time}
        own = {name: number.owned_by(f"cause_{i}") for name, number in about.items()}
        causes.append(dataclasses.replace(cause, name=f"cause_{i}", **own))
    law(Driver("many", "Many", mechanisms=tuple(causes)), market)


def test_a_check_ends_with_a_verdict_within_its_time():
    released, asked, running = threading.Event(), [], set(threading.enumerate())
    printed = sys.stdout

    def effects(market, p):
        asked.append(released.is_set())
        released.wait(60.0)
        yield Effect("incidence", 0.0 * market.elapsed)

    started = time.perf_counter()
    found = findings(Driver("sleeper", "A sleeper", effects=effects), make_toy_market(), 0.5)
    taken = time.perf_counter() - started
    released.set()
    assert taken < 30.0
    assert [f.kept for f in found] == [False] + [None] * (len(CHECKS) - 1)
    assert found[0].reason == "no verdict after 0.5 seconds"
    for thread in set(threading.enumerate()) - running:
        thread.join(30.0)
        assert not thread.is_alive()
    assert len(asked) <= 3  # nobody asks it any more, and nothing of it is left behind
    assert sys.stdout is printed


@pytest.mark.slow(reason="all laws of a driver")
def test_a_table_is_checked_by_who_does_not_program(tmp_path):
    table = tmp_path / "home_eeg.csv"
    rows = [OWN_TABLE, OWN_ROW.format(region="all")]
    table.write_text("\n".join(rows))
    done = ismarket("check", str(table), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Home eeg (home_eeg)")
    assert "\N{BALLOT X}" not in done.stdout
    table.write_text("\n".join(rows).replace("0.05", "0,05"))
    done = ismarket("check", str(table), cwd=tmp_path)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "home_eeg.csv, line 2: 19 cells" in done.stderr


CANNOT = {
    "a class": (type("Effects", (), {}), "the class Effects; hand over an object of it"),
    "a number": (3, "a int; hand over a function"),
    "one argument": (lambda market: [], "called with \\(market, p\\)"),
    "three arguments": (lambda market, p, more: [], "called with \\(market, p\\)"),
}


@pytest.mark.parametrize("what", CANNOT)
def test_effects_that_could_never_be_asked_are_refused_at_once(what):
    effects, words = CANNOT[what]
    with pytest.raises(InputError, match=words):
        Driver("mine", "Mine", effects=effects)


def test_asynchronous_effects_are_refused_at_once():
    async def effects(market, p):
        return []

    with pytest.raises(InputError, match="asynchronous"):
        Driver("mine", "Mine", effects=effects)


class Growing:
    """An object that can be called, and a method: both are effects."""

    def __init__(self, rate):
        self.rate = rate

    def __call__(self, market, p):
        yield Effect("incidence", self.rate * market.elapsed)

    def scaled(self, factor, market, p):
        yield Effect("incidence", factor * self.rate * market.elapsed)


def test_a_function_a_method_a_partial_and_an_object_work_alike(toy_market):
    one = Growing(0.02)
    kinds = (one, functools.partial(one.scaled, 1.0), lambda market, p: one(market, p))
    choices = Scenario(anchor="bottom-up", market="toy", without=(), draws=64)
    values = [
        forecast(toy_market, [Driver("mine", "Mine", effects=effects)], choices)
        .summary()["reference"].iloc[-1] for effects in kinds
    ]  # fmt: skip
    assert len(set(values)) == 1
