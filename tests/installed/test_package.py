"""The package as a stranger installs it: one wheel, one new environment, a plugin beside it."""

import json
import os
import shlex
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

from ismarket.version import __version__

ROOT = Path(__file__).parents[2]
SCRIPTS = "Scripts" if os.name == "nt" else "bin"
DRIVERS = {"diagnosis", "incidence", "innovation", "pricing", "technology"}


def run(*command, cwd):
    unset = "PYTHONPATH", "ISMARKET_PLUGINS", "JUPYTER_PATH"
    known = {name: value for name, value in os.environ.items() if name not in unset}
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=cwd, timeout=600, env=known, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    if "ISMARKET_WHEEL" in os.environ:
        return Path(os.environ["ISMARKET_WHEEL"])
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), str(ROOT),
        cwd=folder)  # fmt: skip
    (built,) = folder.glob("*.whl")
    return built


class Place:
    """A new virtual environment in a folder of its own, where a stranger types commands."""

    def __init__(self, folder):
        self.folder, self.scripts = folder, folder / "venv" / SCRIPTS
        venv.create(folder / "venv", with_pip=False)

    def install(self, *what):
        """Install, and compile no more than is imported later: all of it would take longer."""
        self.pip("install", "--no-compile", "-c", str(ROOT / "constraints.txt"), *what)

    def pip(self, *arguments):
        here = sys.executable, "-m", "pip", "--python", str(self.folder / "venv"), "-q"
        run(*here, *arguments, cwd=self.folder)

    def command(self, program, *arguments):
        return run(str(self.scripts / program), *arguments, cwd=self.folder)

    def last_value(self):
        page = json.loads(self.command("ismarket", "run", "--no-keep", "--json"))
        return page["reference"][-1]["value"]


@pytest.fixture(scope="module")
def place(wheel, tmp_path_factory):
    """The place of all tests here: it has the wheel and what the wheel needs."""
    made = Place(tmp_path_factory.mktemp("place"))
    made.install(str(wheel))
    return made


def test_the_wheel_holds_package_drivers_and_data(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"ismarket_{name}.py" for name in DRIVERS} <= names
    assert {"ismarket/data/funnel.csv", "ismarket/data/scenarios/published.toml"} <= names
    assert "ismarket/py.typed" in names
    assert any(name.startswith("ismarket/plugins/template/") for name in names)
    assert not any(name.startswith(("tests", "plugins/")) for name in names)


def test_the_wheel_works_away_from_the_repository(wheel, place):
    page = place.command("ismarket", "run")
    assert "USD 3.20 bn in 2022" in page
    where = place.command("python", "-c", "import ismarket; print(ismarket.__file__)")
    assert str(ROOT) not in where
    listed = place.command("ismarket", "drivers", "--json")
    assert all(f'"{name}"' in listed for name in DRIVERS)
    say = "from ismarket.text.install import extra; print(extra('xlsx'))"
    hint = shlex.split(place.command("python", "-c", say))
    assert hint[-1] == f"{wheel}[xlsx]"
    subprocess.run([*hint, "-q"], check=True, timeout=200)  # the environment has no pip of its own
    place.command("python", "-c", "import openpyxl")


IN_THE_EXPLORER = """
from ismarket.version import __version__
from ismarket import Scenario
drivers = {driver["name"]: driver for driver in panel.structure["drivers"]}
sliders = [i["key"] for cause in drivers["stranger"]["causes"] for i in cause["inputs"]]
assert sliders == ["stranger.odds_ratio", "stranger.half_time"], sliders
assert panel.page["controls"]["drivers"]["stranger"]["on"]

def last():
    return float(panel.forecast.summary()["reference"].iloc[-1])

edited = last()
panel.change({"kind": "fixed", "key": "stranger.odds_ratio", "value": 1.5})
assert last() > edited
panel.change({"kind": "fixed", "key": "stranger.half_time", "value": 3.0})
assert panel.scenario.fixed == {"stranger.odds_ratio": 1.5, "stranger.half_time": 3.0}
moved = last()
panel.change({"kind": "driver", "key": "stranger", "value": False})
assert "stranger" in panel.scenario.without
print([edited, moved, last()])
"""


@pytest.mark.timeout(600)
def test_from_nothing_to_a_driver_that_moves_the_forecast_in_the_explorer(wheel, place):
    """Three commands and the edit of one number."""
    place.install(f"{wheel}[notebook,sdk]")
    published = place.last_value()

    place.command("ismarket", "new-driver", "stranger")  # the first command
    place.install("-e", "ismarket-stranger")  # the second
    assert place.last_value() == published
    code = place.folder / "ismarket-stranger/src/ismarket_stranger/__init__.py"
    text = code.read_text()
    assert text.count("ODDS_RATIO = 1.0") == 1
    code.write_text(text.replace("ODDS_RATIO = 1.0", "ODDS_RATIO = 1.4"))  # one number
    place.command("ismarket", "lab", "notebooks", "--copy-only")  # the third, without the window

    notebook = place.folder / "notebooks" / "01_explore.ipynb"
    cells = json.loads(notebook.read_text())
    last = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    cells["cells"].append({**last, "id": "stranger", "source": IN_THE_EXPLORER})
    notebook.write_text(json.dumps(cells))
    place.command("jupyter", "execute", "--inplace", str(notebook))
    said = json.loads(notebook.read_text())["cells"][-1]["outputs"][0]["text"]
    edited, moved, without = json.loads("".join(said))
    assert edited == place.last_value() > 1.001 * published
    assert moved > edited
    assert without == published

    assert "stranger" in place.command("ismarket", "drivers")
    place.command("python", "-m", "pytest", "-q", "ismarket-stranger")
    place.pip("uninstall", "-y", "ismarket-stranger")


BROUGHT = """
from ismarket import Scenario, explore
panel = explore(scenario=Scenario(market="dravet", anchor="bottom-up", without=(), draws=256))
assert ["Classes, first and last"] * 2 in panel.structure["tabs"]
panel.tab = "Classes, first and last"
print(panel.page["view"]["title"])
(screening,) = (d for d in panel.structure["drivers"] if d["name"] == "dravet_screening")
print(screening["options"][0]["name"])
"""


@pytest.mark.timeout(600)
def test_a_strangers_wheel_brings_a_market_a_command_a_view_and_a_driver_with_options(
    wheel, place, tmp_path
):
    place.install(f"{wheel}[notebook]")
    pip = sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(tmp_path)
    run(*pip, str(ROOT / "examples" / "ismarket-dravet"), cwd=tmp_path)
    (built,) = tmp_path.glob("*.whl")
    place.install("--no-deps", str(built))
    listed = json.loads(place.command("ismarket", "plugins", "--json"))
    row = next(one for one in listed if one["plugin"] == "dravet")
    assert (row["markets"], row["commands"], row["state"]) == (["dravet"], ["people"], "loaded")
    assert row["views"] == ["Classes, first and last"]
    assert "dravet_screening" in row["drivers"]
    assert place.command("ismarket", "people").startswith("United States, 2024: 3")
    scenario = place.folder / "dravet.toml"
    scenario.write_text('market = "dravet"\nanchor = "bottom-up"\ndraws = 256\nwithout = []\n')
    given = "run", str(scenario), "--no-keep", "--json"
    whole, half = (
        json.loads(place.command("ismarket", *given, *more))["reference"][-1]["value"]
        for more in ((), ("--option", "dravet_screening.part=0.5"))
    )
    assert half < whole
    said = place.command("python", "-c", BROUGHT).splitlines()
    assert "is worth most in" in said[0]
    assert said[1] == "dravet_screening.part"


def test_an_editable_install_runs_the_working_copy_and_meets_a_strangers_plugin(place):
    stranger = place.folder / "onepercent"
    stranger.mkdir()
    (stranger / "onepercent.py").write_text(
        "import numpy as np\n"
        "from ismarket import Driver, Effect, hookimpl\n"
        "def effects(market, p):\n"
        '    yield Effect("unit_price", np.log(1.01) * market.elapsed)\n'
        "@hookimpl\n"
        "def register_drivers():\n"
        '    return [Driver("onepercent", "One percent more", effects=effects,'
        ' markets=("infantile-spasms",))]\n'
    )
    (stranger / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "onepercent"\nversion = "1"\n'
        '[project.entry-points.ismarket]\nonepercent = "onepercent"\n'
    )
    place.install("--no-deps", "-e", str(ROOT), str(stranger))
    code = "import ismarket, ismarket_diagnosis as d; print(ismarket.__file__, d.__file__)"
    assert place.command("python", "-c", code).split() == [
        str(ROOT / "ismarket/__init__.py"),
        str(ROOT / "plugins" / "ismarket_diagnosis.py"),
    ]
    page = place.command("ismarket", "run", "--without", "pricing")
    assert "+4.94% a year" in page
    assert "on top of it: onepercent" in page


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_no_file_of_the_project_carries_an_index_address(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not [line for line in text.splitlines() if "://" in line or "index-url" in line]


def test_version_and_licences_are_the_same_wherever_they_stand():
    about = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    cited = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"version: {__version__}\n" in cited
    for licence in about["license"].split(" AND "):
        assert f"  - {licence}\n" in cited
    assert f"\n## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
