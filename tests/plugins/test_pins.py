"""Which plugins load: those that the environment or a scenario chooses, at the pins that hold."""

import json
import sys

import pytest
from command_line import ismarket
from parcels import DRIVER, imported, parcel

from ismarket import InputError, Scenario, load_drivers, load_scenario, write_scenario
from ismarket.model.scenario import parse_scenario
from ismarket.plugins.discovery import find_plugins, pin_of
from ismarket.plugins.installed import load_plugins


def drivers_of(done):
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout)["drivers"])


@pytest.mark.slow(reason="a process of its own")
def test_the_environment_chooses_what_loads(parcels):
    for name in ("one", "two"):
        parcel(parcels, name, DRIVER.format(name=name))
    run = "run", "--no-keep", "--json", "--draws", "50"
    assert drivers_of(ismarket(*run, path=parcels)) > {"one", "two", "diagnosis"}
    only = ismarket(*run, path=parcels, ISMARKET_PLUGINS="two")
    assert drivers_of(only) & {"one", "two", "diagnosis"} == {"two", "diagnosis"}
    none = ismarket(*run, path=parcels, ISMARKET_PLUGINS="")
    assert drivers_of(none) & {"one", "two", "diagnosis"} == {"diagnosis"}
    by_distribution = ismarket(*run, path=parcels, ISMARKET_PLUGINS=" parcel-ONE , ")
    assert drivers_of(by_distribution) & {"one", "two"} == {"one"}
    near = ismarket(*run, path=parcels, ISMARKET_PLUGINS="tow")
    assert near.stderr == "ismarket: ISMARKET_PLUGINS: no plugin 'tow'; did you mean 'two'?\n"


def test_a_plugin_that_is_not_chosen_is_not_imported(parcels):
    for name in ("one", "two"):
        parcel(parcels, name, DRIVER.format(name=name))
    ismarket("run", "--no-keep", "--draws", "50", path=parcels, ISMARKET_PLUGINS="two")
    assert imported(parcels) == {"two"}


def test_a_scenario_chooses_what_loads(installed, monkeypatch):
    for name in ("one", "two"):
        parcel(installed, name, DRIVER.format(name=name))
    names = {d.name for d in load_drivers(Scenario(plugins={"only": ("one",)}))}
    assert names & {"one", "two", "diagnosis"} == {"one", "diagnosis"}
    with pytest.raises(InputError, match="no plugin 'oen'; did you mean 'one'"):
        load_drivers(Scenario(plugins={"only": ("oen",)}))
    monkeypatch.setenv("ISMARKET_PLUGINS", "two")
    with pytest.raises(InputError, match="no plugin 'one'"):
        load_drivers(Scenario(plugins={"only": ("one",)}))


def test_a_pin_that_holds_loads_and_one_that_does_not_stops_before_import(installed):
    parcel(installed, "one", DRIVER.format(name="one"))
    parcel(installed, "two", DRIVER.format(name="two"))
    found = {one.name: one for one in find_plugins()[0]}
    pin = pin_of(found["one"])
    assert imported(installed) == set()
    pinned = Scenario(pins={"parcel-one": pin})
    names = {driver.name for driver in load_drivers(pinned)}
    assert names & {"one", "two", "diagnosis"} == {"one", "diagnosis"}  # two is not pinned
    (installed / "one.imported").unlink()
    del sys.modules["plug_one"]
    with pytest.raises(InputError, match=r"pinned at 2\.0, 1\.0 is installed"):
        load_plugins(scenario=Scenario(pins={"parcel-one": "2.0"}))
    with pytest.raises(InputError, match="no installed distribution 'parcel-on'; did you mean"):
        load_plugins(scenario=Scenario(pins={"parcel-on": "1.0"}))
    with (installed / "plug_one.py").open("a") as stream:
        stream.write("# one byte more")
    with pytest.raises(InputError, match="is not the one that was pinned"):
        load_plugins(scenario=pinned)
    assert imported(installed) == set()


def test_a_pin_that_does_not_hold_ends_a_run(parcels, tmp_path):
    parcel(parcels, "one", DRIVER.format(name="one"))
    scenario = tmp_path / "pinned.toml"
    scenario.write_text('[pins]\nparcel-one = "0.9"\n')
    done = ismarket("run", str(scenario), "--no-keep", path=parcels)
    assert (done.returncode, done.stdout) == (2, "")
    assert "parcel-one is pinned at 0.9, 1.0 is installed" in done.stderr
    assert imported(parcels) == set()


def test_the_pin_that_check_prints_holds_in_a_scenario(parcels, tmp_path):
    parcel(parcels, "one", DRIVER.format(name="one"))
    scenario = tmp_path / "pinned.toml"
    scenario.write_text(ismarket("check", "one", "--pin", path=parcels).stdout)
    run = "run", str(scenario), "--no-keep", "--json", "--draws", "50"
    assert "one" in drivers_of(ismarket(*run, path=parcels))
    with (parcels / "plug_one.py").open("a") as stream:
        stream.write("# one byte more")
    assert ismarket(*run, path=parcels).returncode == 2


def test_the_hash_covers_the_code_and_not_the_place(tmp_path, monkeypatch):
    pins = []
    for place in ("a", "b"):
        folder = tmp_path / place
        folder.mkdir()
        parcel(folder, "one", "x = 1", module="plug_hashed")
        (folder / "plug_hashed.py").write_text("x = 1")
        with monkeypatch.context() as patch:
            patch.syspath_prepend(str(folder))
            pins.append(pin_of(next(f for f in find_plugins()[0] if f.name == "one")))
    assert pins[0] == pins[1]
    assert pins[0].startswith("1.0 sha256:")


def test_the_hash_covers_a_package_inside_a_namespace(tmp_path, monkeypatch):
    """As an editable install leaves it: metadata here, and a folder on the path with the code."""
    site, code = tmp_path / "site", tmp_path / "src" / "rare" / "market"
    site.mkdir()
    code.mkdir(parents=True)
    (code / "__init__.py").write_text("x = 1")
    parcel(site, "spaced", "", module="plug_spaced")
    (site / "plug_spaced.py").unlink()
    about = site / "parcel_spaced-1.0.dist-info"
    (about / "entry_points.txt").write_text("[ismarket]\nspaced = rare.market\n")
    for folder in (site, tmp_path / "src"):
        monkeypatch.syspath_prepend(str(folder))
    found = next(one for one in find_plugins()[0] if one.name == "spaced")
    before = pin_of(found)
    (code / "__init__.py").write_text("x = 2")
    assert pin_of(found) != before
    assert "rare" not in sys.modules


def test_choice_and_pins_survive_being_written(tmp_path):
    scenario = Scenario(plugins={"only": ("one",)}, pins={"parcel.one": "1.0 sha256:" + 64 * "0"})
    assert parse_scenario(write_scenario(scenario)) == scenario
    path = tmp_path / "bad.toml"
    path.write_text('[pins]\nparcel-one = "latest and greatest"\n')
    with pytest.raises(InputError, match="line 2: pins parcel-one"):
        load_scenario(path)
