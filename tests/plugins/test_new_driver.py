"""A new driver is a whole package that keeps every law untouched."""

import ast
import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
from parcels import ismarket

from ismarket import InputError, forecast, load_market
from ismarket.plugins.installed import drivers_at
from ismarket.plugins.new_driver import TemplateUpdate, update_driver, write_driver
from ismarket.testing import CHECKS

ROOT = Path(__file__).parents[2]
WAITING = ["every parameter matters", "moves something"]
"""The laws that wait for the first number."""


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("--table",)], ids=["code", "table"])
def test_a_new_driver_passes_its_tests_and_its_check_untouched(tmp_path, options):
    done = ismarket("new-driver", "stranger", *options, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    folder = tmp_path / "ismarket-stranger"
    done = ismarket("check", str(folder), cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    untried = [line for line in done.stdout.splitlines() if line.startswith("\N{EN DASH}")]
    assert [line[2:].partition(":")[0] for line in untried] == WAITING
    assert all("it says nothing yet" in line for line in untried)
    assert done.stdout.count("\N{CHECK MARK}") == len(CHECKS) - len(WAITING)
    own = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=folder, env={**os.environ, "PYTHONPATH": "src"}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert own.returncode == 0, own.stdout
    assert f"{len(CHECKS) - len(WAITING)} passed, {len(WAITING)} skipped" in own.stdout


def test_the_package_is_complete_and_well_formed(tmp_path):
    for table in (False, True):
        folder = tmp_path / str(table)
        written = write_driver("one_two", folder, table=table, title="It's a <title> & more")
        names = {path.relative_to(folder).as_posix() for path in written}
        assert names >= {
            "pyproject.toml", "README.md", ".gitignore", "tests/test_laws.py",
            ".github/workflows/test.yml", "src/ismarket_one_two/__init__.py",
        }  # fmt: skip
        assert ("src/ismarket_one_two/one_two.csv" in names) == table
        project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
        assert project["name"] == "ismarket-one-two"
        assert project["description"].startswith("It's a <title> & more")
        assert project["entry-points"]["ismarket"] == {"one_two": "ismarket_one_two"}
        ast.parse((folder / "src/ismarket_one_two/__init__.py").read_text())
        assert "${{ matrix.python }}" in (folder / ".github/workflows/test.yml").read_text()
        assert "Driver card" in (folder / "README.md").read_text()
        for path in written:
            assert str(ROOT) not in path.read_text()
            assert not re.search(r"\{\{ \w+ \}\}", path.read_text())
    table = (tmp_path / "True/src/ismarket_one_two/one_two.csv").read_text()
    rows = list(csv.DictReader(table.splitlines()))
    assert rows[0]["title"] == "It's a <title> & more"


def with_an_older_template(folder):
    """The package as an older template would have left it: other tests, without CI."""
    law = folder / "tests/test_laws.py"
    law.write_text("# as an older template had it\n")
    (folder / ".github/workflows/test.yml").unlink()
    answers = folder / ".ismarket-driver.json"
    told = json.loads(answers.read_text())
    told["files"]["tests/test_laws.py"] = sha256(law.read_bytes()).hexdigest()
    del told["files"][".github/workflows/test.yml"]
    answers.write_text(json.dumps(told))


def test_an_update_follows_the_template_and_leaves_the_authors_files(tmp_path):
    folder = tmp_path / "mine"
    write_driver("mine", folder, title="Mine")
    assert update_driver(folder) == TemplateUpdate([], [])
    as_written = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    code, readme = folder / "src/ismarket_mine/__init__.py", folder / "README.md"
    code.write_text(code.read_text().replace("ODDS_RATIO = 1.0", "ODDS_RATIO = 1.2"))
    readme.write_text("Mine.\n")
    mine = {path: path.read_bytes() for path in (code, readme)}
    with_an_older_template(folder)
    names = ".github/workflows/test.yml", ".ismarket-driver.json", "tests/test_laws.py"
    assert update_driver(folder) == TemplateUpdate([folder / name for name in names], [])
    now = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    answers = folder / ".ismarket-driver.json"
    assert json.loads(now.pop(answers)) == json.loads(as_written.pop(answers))
    assert now == {**as_written, **mine}


def test_an_update_leaves_a_test_file_that_the_author_edited(tmp_path):
    folder = tmp_path / "ismarket-mine"
    write_driver("mine", folder)
    with_an_older_template(folder)
    law = folder / "tests/test_laws.py"
    law.write_text(law.read_text() + "# and a test of mine\n")
    edited = law.read_text()
    done = ismarket("new-driver", "mine", "--update", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "ismarket-mine/tests/test_laws.py: yours differs, left as it is" in done.stdout
    assert law.read_text() == edited
    assert (folder / ".github/workflows/test.yml").is_file()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("New-Driver",), "lower-case letters, digits and _ only; did you mean 'new_driver'?"),
        (("diagnosis",), "'diagnosis' is taken by ismarket"),
        (("video_eeg",), "'video_eeg' is taken by a cause or row of infantile-spasms"),
        (("unexplained",), "'unexplained' is taken by a cause or row"),
        (("mine", "--title", 'a "b"'), "no quotes, backslashes"),
        (("mine", "--update"), "was ismarket-mine written by new-driver?"),
    ],
)
def test_what_cannot_be_written_is_said_in_one_line(tmp_path, arguments, words):
    done = ismarket("new-driver", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_is_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="is there already"):
        write_driver("mine", tmp_path / "mine")


def test_a_folder_that_cannot_be_written_is_said_in_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    done = ismarket("new-driver", "mine", "--into", "file/mine", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == "ismarket: file/mine: cannot be written (Not a directory)\n"


ONE_NUMBER = {
    False: ("__init__.py", "ODDS_RATIO = 1.0", "ODDS_RATIO = 1.4"),
    True: ("said.csv", ",0.1,0.1,", ",0.1,0.6,"),
}


@pytest.mark.parametrize("table", ONE_NUMBER)
def test_a_new_driver_says_nothing_until_one_number_is_changed(tmp_path, table, published):
    """Not a digit of any draw; then the edit of one number moves the forecast."""
    folder = tmp_path / f"ismarket-said-{table}"
    write_driver("said", folder, table=table)
    file, before, after = ONE_NUMBER[table]
    path = folder / "src/ismarket_said" / file

    def last_years():
        sys.modules.pop("ismarket_said", None)
        (driver,) = drivers_at(folder)
        sys.path.remove(str(folder / "src"))
        made = forecast(load_market(), [*published.installed, driver], published.plan.scenario)
        return made.summary().iloc[-1]

    try:
        assert last_years().equals(published.summary().iloc[-1])
        text = path.read_text()
        assert text.count(before) == 1
        path.write_text(text.replace(before, after))
        assert (last_years() > published.summary().iloc[-1] * 1.001)["p5":"p95"].all()
    finally:
        sys.modules.pop("ismarket_said", None)


def built_wheel(folder: Path) -> Path:
    """The wheel of this package, made from its sources."""
    source = folder / "source"
    ignored = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist")
    shutil.copytree(ROOT, source, ignore=ignored)
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), str(source)],
        check=True, capture_output=True,
    )  # fmt: skip
    return next(folder.glob("*.whl"))


IN_THE_EXPLORER = """
from ismarket import Scenario
drivers = {driver["name"]: driver for driver in panel.structure["drivers"]}
sliders = [i["key"] for cause in drivers["stranger"]["causes"] for i in cause["inputs"]]
assert sliders == ["stranger.odds_ratio", "stranger.half_time"], sliders
assert panel.page["controls"]["drivers"]["stranger"]["on"]

def last():
    return float(panel.forecast.reference["value"].iloc[-1])

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


class Place:
    """A fresh virtual environment in a folder of its own, where a stranger types commands."""

    def __init__(self, folder):
        self.folder, self.venv = folder, folder / "venv"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(self.venv)], check=True)

    def command(self, program, *arguments):
        pip = [sys.executable, "-m", "pip", "--python", str(self.venv)]
        inside = [str(self.venv / "bin" / program)]
        unset = "PYTHONPATH", "ISMARKET_PLUGINS", "JUPYTER_PATH"
        done = subprocess.run(
            [*(pip if program == "pip" else inside), *arguments],
            cwd=self.folder, env={k: v for k, v in os.environ.items() if k not in unset},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def last_value(self):
        run = json.loads(self.command("ismarket", "run", "--no-keep", "--json"))
        return run["reference"][-1]["value"]


@pytest.mark.fresh
@pytest.mark.timeout(600)
def test_from_nothing_to_a_driver_that_moves_the_forecast_in_the_explorer(tmp_path):
    """Three commands and the edit of one number, in a fresh environment from the built wheel."""
    wheel = built_wheel(tmp_path)
    names = zipfile.ZipFile(wheel).namelist()
    assert any(name.startswith("ismarket/plugins/template/") for name in names)
    place = Place(tmp_path)
    place.command("pip", "install", "-q", f"{wheel}[notebook,sdk]")
    published = place.last_value()

    place.command("ismarket", "new-driver", "stranger")  # the first command
    place.command("pip", "install", "-q", "-e", "ismarket-stranger")  # the second
    assert place.last_value() == published
    code = tmp_path / "ismarket-stranger/src/ismarket_stranger/__init__.py"
    text = code.read_text()
    assert text.count("ODDS_RATIO = 1.0") == 1
    code.write_text(text.replace("ODDS_RATIO = 1.0", "ODDS_RATIO = 1.4"))  # one number
    place.command("ismarket", "lab", "notebooks", "--copy-only")  # the third, without the window

    notebook = tmp_path / "notebooks" / "01_explore.ipynb"
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
    assert place.command("ismarket", "check", "stranger").count("\N{CHECK MARK}") == len(CHECKS)
    place.command("python", "-m", "pytest", "-q", "ismarket-stranger")
