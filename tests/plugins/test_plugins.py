"""Loading: nothing is imported to be listed, and what is broken is set aside."""

import json

import pytest
from command_line import ismarket
from parcels import DRIVER, imported, parcel, python

from ismarket import DriverError, Scenario, load_drivers
from ismarket.plugins.installed import load_plugins

HEAD = "from ismarket import Anchor, Driver, Market, hookimpl\n@hookimpl\n"
BAD = {
    "import_error": "import a_module_that_is_not_there",
    "syntax_error": "def register_drivers(:",
    "system_exit": "raise SystemExit(0)",
    "raises": "raise RuntimeError('two\\nlines')",
    "key_error": "{}['missing']",
    "generator_exit": "raise GeneratorExit",
    "recursion": "def f(): f()\nf()",
    "old_api": f"ISMARKET_API = 0\n{HEAD}def register_drivers(): return []",
    "new_api": f"ISMARKET_API = 99\n{HEAD}def register_drivers(): return []",
    "odd_api": f"ISMARKET_API = 'latest'\n{HEAD}def register_drivers(): return []",
    "unknown_hook": HEAD + "def register_driver(): return []",
    "no_marker": "def register_drivers(): return []",
    "no_hook": "x = 1",
    "misspelt": "def register_drvers(): return []",
    "wrong_argument": HEAD + "def register_drivers(market): return []",
    "hook_raises": HEAD + "def register_drivers(): raise ValueError('no table')",
    "hook_exits": HEAD + "def register_drivers(): raise SystemExit(3)",
    "returns_none": HEAD + "def register_drivers(): return None",
    "returns_text": HEAD + "def register_drivers(): return 'driver'",
    "returns_classes": HEAD + "def register_drivers(): return [Driver]",
    "returns_dicts": HEAD + "def register_drivers(): return [{'name': 'x'}]",
    "bad_name": HEAD + "def register_drivers(): return [Driver(name='Not a name', title='')]",
    "taken_driver": HEAD + "def register_drivers(): return [Driver(name='diagnosis', title='')]",
    "taken_anchor": HEAD + "def register_anchors(): return [Anchor('techsci-2022', 'p', 't', 2022,"
    " 1.0, 0.0, 2023, 2028, 6, market='infantile-spasms')]",
    "lost_anchor": HEAD + "def register_anchors(): return [Anchor('mine', 'p', 't', 2022,"
    " 1.0, 0.0, 2023, 2028, 6, market='no-such-market')]",
    "taken_market": HEAD + "def register_markets(): return [Market('infantile-spasms', '', (2022,),"
    " 2022, (), (), (), {})]",
    "market_without_stages": HEAD + "def register_markets(): return [Market('brief', '', (2022,),"
    " 2022, (), (), (), {})]",
    "unknown_claim": HEAD + "def register_drivers():"
    " return [Driver(name='typo', title='', claims=('vidio_eeg',))]",
    "unknown_market": HEAD + "def register_drivers():"
    " return [Driver(name='lost', title='', markets=('dravett',))]",
    "charts_as_list": HEAD + "def register_charts(): return ['chart']",
    "charts_not_callable": HEAD + "def register_charts(): return {'mine': 3}",
    "prints_and_fails": "print('noise')\nraise OSError('disk')",
    "endless": HEAD + "def register_drivers():\n    while True: yield Driver(name='one', title='')",
}


@pytest.fixture(scope="module")
def thirty(tmp_path_factory):
    folder = tmp_path_factory.mktemp("thirty")
    for name, code in BAD.items():
        parcel(folder, name, code)
    parcel(folder, "good", DRIVER.format(name="good"))
    parcel(folder, "second", DRIVER.format(name="another"), point="good", dist="the-second-good")
    return folder


def lines_that_name(text, name):
    return [line for line in text.splitlines() if f"plugin {name} (" in line]


def test_thirty_bad_plugins_are_tried():
    assert len(BAD) >= 30


@pytest.mark.parametrize("command", [("--version",), ("--help",), ("drivers",)])
def test_listing_imports_none_of_thirty_bad_plugins(thirty, command):
    for mark in thirty.glob("*.imported"):
        mark.unlink()
    done = ismarket(*command, path=thirty)
    assert (done.returncode, done.stderr) == (0, "")
    assert imported(thirty) == set()
    if command == ("drivers",):
        for name in BAD:
            assert sum(line.split()[0] == name for line in done.stdout.splitlines() if line) == 1


@pytest.mark.slow(reason="thirty plugins in a process of its own")
def test_a_run_beside_thirty_bad_plugins_works_and_names_each_once(thirty, tmp_path):
    done = ismarket("run", "--no-keep", "--json", "--draws", "500", path=thirty, cwd=tmp_path)
    assert done.returncode == 0
    for name in BAD:
        assert len(lines_that_name(done.stderr, name)) == 1, name
    assert "plugin good (the-second-good 1.0) was left out: the name is taken by" in done.stderr
    assert len(done.stderr.splitlines()) == len(BAD) + 1
    assert "Traceback" not in done.stderr
    forecast = json.loads(done.stdout)
    assert "good" in forecast["drivers"]
    assert imported(thirty) >= set(BAD) - {"syntax_error"}


@pytest.mark.slow(reason="an explorer in a process of its own")
def test_the_explorer_beside_thirty_bad_plugins_works_and_names_each_once(thirty, tmp_path):
    pytest.importorskip("anywidget")
    code = (
        "import ismarket\n"
        "panel = ismarket.study('published', draws=256).explore()\n"
        "print([driver.name for driver in panel.forecast.plan.drivers])\n"
        "print(*panel.structure['problems'], sep='\\n')\n"
    )
    done = python(code, path=thirty, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "'good'" in done.stdout.splitlines()[0]
    for name in BAD:
        assert len(lines_that_name(done.stdout, name)) == 1, name


@pytest.mark.slow(reason="a process of its own")
def test_the_lines_say_what_is_wrong(thirty):
    text = ismarket("drivers", "good", path=thirty).stderr
    for name, words in {
        "import_error": "No module named 'a_module_that_is_not_there'",
        "syntax_error": "SyntaxError",
        "system_exit": "SystemExit",
        "raises": "RuntimeError: two lines",
        "new_api": "version 99 of the hooks, this is 1; upgrade ismarket",
        "old_api": "upgrade the plugin",
        "unknown_hook": "no hook 'register_driver'; did you mean 'register_drivers'?",
        "no_marker": "register_drivers lacks its decorator @hookimpl",
        "no_hook": "it has no hook",
        "misspelt": "it has register_drvers",
        "returns_classes": "must hand over Driver objects, not Driver",
        "taken_driver": "driver 'diagnosis' is taken by diagnosis",
        "taken_market": "market 'infantile-spasms' is taken by infantile_spasms",
        "market_without_stages": "it has no stage",
        "unknown_claim": "no mechanism 'vidio_eeg'; did you mean 'video_eeg'?",
    }.items():
        assert words in lines_that_name(text, name)[0]


def test_strict_turns_a_broken_plugin_into_an_error(parcels):
    parcel(parcels, "raises", BAD["raises"])
    done = ismarket("run", "--no-keep", "--strict", path=parcels)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("ismarket: plugin raises (parcel-raises 1.0) was left out")
    assert ismarket("run", "--no-keep", "--strict", "--draws", "10").returncode == 0


def test_strict_from_python(installed):
    parcel(installed, "raises", BAD["raises"])
    with pytest.warns(UserWarning, match="plugin raises"):
        load_drivers()
    with pytest.raises(DriverError, match="plugin raises"):
        load_drivers(strict=True)


def test_unreadable_metadata_is_named_and_left_out(parcels):
    parcel(parcels, "good", DRIVER.format(name="good"))
    about = parcels / "broken-1.0.dist-info"
    about.mkdir()
    (about / "entry_points.txt").write_bytes(b"[ismarket]\nbroken = \xff\xfe\n")
    done = ismarket("drivers", path=parcels)
    assert done.returncode == 0
    assert "good" in done.stdout
    assert done.stderr.count("broken-1.0.dist-info was left out") == 1


def test_a_plugin_that_prints_while_it_loads_is_heard_once_and_not_on_stdout(parcels):
    parcel(parcels, "good", "    print('hello')\n" + DRIVER.format(name="good"))
    done = ismarket("run", "--no-keep", "--json", "--draws", "50", path=parcels)
    assert "good" in json.loads(done.stdout)["drivers"]
    assert done.stderr == "ismarket: plugin good printed 'hello' while it was loaded\n"


# the current folder -----------------------------------------------------------------------------


def test_nothing_is_loaded_from_the_current_folder(parcels):
    parcel(parcels, "good", DRIVER.format(name="good"))
    done = ismarket("run", "--no-keep", "--json", "--draws", "50", cwd=parcels)
    assert "good" not in json.loads(done.stdout)["drivers"]
    assert imported(parcels) == set()
    done = ismarket("run", "--no-keep", "--json", "--draws", "50", cwd=parcels, path=parcels)
    assert "good" not in json.loads(done.stdout)["drivers"]
    assert imported(parcels) == set()


def test_a_module_in_the_current_folder_does_not_stand_in_for_an_installed_one(parcels, tmp_path):
    parcel(parcels, "good", DRIVER.format(name="good"))
    here = tmp_path / "here"
    here.mkdir()
    (here / "plug_good.py").write_text("raise SystemExit('from the current folder')")
    done = ismarket("run", "--no-keep", "--json", "--draws", "50", path=parcels, cwd=here)
    assert "good" in json.loads(done.stdout)["drivers"]
    assert done.stderr == ""


def test_a_package_installed_as_editable_from_the_current_folder_loads(parcels, tmp_path):
    parcel(parcels, "good", DRIVER.format(name="good"))
    here = tmp_path / "here"
    here.mkdir()
    (parcels / "plug_good.py").rename(here / "plug_good.py")
    about = parcels / "parcel_good-1.0.dist-info"
    url = {"url": here.as_uri(), "dir_info": {"editable": True}}
    (about / "direct_url.json").write_text(json.dumps(url))
    path = f"{parcels}:{here}"
    done = ismarket("run", "--no-keep", "--json", "--draws", "50", path=path, cwd=here)
    assert "good" in json.loads(done.stdout)["drivers"], done.stderr


# the hooks --------------------------------------------------------------------------------------


def test_register_drivers_hands_over_drivers(installed):
    parcel(installed, "one", DRIVER.format(name="one"))
    driver = next(d for d in load_drivers(Scenario(plugins={"only": ("one",)})) if d.name == "one")
    assert driver.plugin == "one"


def test_a_plugin_is_set_aside_whole(installed):
    chart = "\n    @hookimpl\n    def register_charts():\n        return {'mine': 3}\n"
    code = DRIVER.format(name="mine") + chart
    parcel(installed, "half", code)
    plugins = load_plugins()
    assert "mine" not in {driver.name for driver in plugins.drivers}
    assert len(plugins.problems) == 1
