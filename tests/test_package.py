"""The package as a stranger installs it: a wheel, an editable install, a plugin beside it."""

import os
import shlex
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPTS = "Scripts" if os.name == "nt" else "bin"
DRIVERS = {"diagnosis", "incidence", "innovation", "pricing", "technology"}
pytestmark = pytest.mark.install


def run(*command, cwd):
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=600)
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


def environment(folder):
    """A virtual environment that sees this one's packages but not this one's ismarket."""
    venv.create(folder, with_pip=False)
    return folder / SCRIPTS / "python"


def install(python, *what, cwd):
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q"]
    run(*pip, "-c", str(ROOT / "constraints.txt"), *what, cwd=cwd)


def test_the_wheel_holds_package_drivers_and_data(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"ismarket_{name}.py" for name in DRIVERS} <= names
    assert {"ismarket/data/funnel.csv", "ismarket/data/scenarios/published.toml"} <= names
    assert "ismarket/py.typed" in names
    assert not any(name.startswith(("tests", "plugins/")) for name in names)


@pytest.mark.slow
def test_the_wheel_works_away_from_the_repository(wheel, tmp_path):
    python = environment(tmp_path / "env")
    install(python, str(wheel), cwd=tmp_path)
    page = run(str(python.parent / "ismarket"), "run", cwd=tmp_path)
    assert "USD 3.20 bn in 2022" in page
    where = run(str(python), "-c", "import ismarket; print(ismarket.__file__)", cwd=tmp_path)
    assert str(ROOT) not in where
    listed = run(str(python.parent / "ismarket"), "drivers", "--json", cwd=tmp_path)
    assert all(f'"{name}"' in listed for name in DRIVERS)
    say = "from ismarket.text.install import extra; print(extra('xlsx'))"
    hint = shlex.split(run(str(python), "-c", say, cwd=tmp_path))
    assert hint[-1] == f"{wheel}[xlsx]"
    run(*hint, "-q", cwd=tmp_path)  # the environment has no pip of its own
    run(str(python), "-c", "import openpyxl", cwd=tmp_path)


@pytest.mark.slow
def test_an_editable_install_runs_the_working_copy_and_meets_a_strangers_plugin(tmp_path):
    python = environment(tmp_path / "env")
    stranger = tmp_path / "stranger"
    stranger.mkdir()
    (stranger / "stranger.py").write_text(
        "import numpy as np\n"
        "from ismarket import Driver, Effect, hookimpl\n"
        "def effects(market, p):\n"
        '    yield Effect("unit_price", np.log(1.01) * market.elapsed)\n'
        "@hookimpl\n"
        "def register_drivers():\n"
        '    return [Driver("stranger", "One percent more", effects=effects)]\n'
    )
    (stranger / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "stranger"\nversion = "1"\n'
        '[project.entry-points.ismarket]\nstranger = "stranger"\n'
    )
    install(python, "-e", str(ROOT), str(stranger), cwd=tmp_path)
    code = "import ismarket, ismarket_diagnosis as d; print(ismarket.__file__, d.__file__)"
    where = run(str(python), "-c", code, cwd=tmp_path)
    assert where.split() == [
        str(ROOT / "ismarket/__init__.py"),
        str(ROOT / "plugins" / "ismarket_diagnosis.py"),
    ]
    page = run(str(python.parent / "ismarket"), "run", cwd=tmp_path)
    assert "+4.94% a year" in page
    assert "on top of it: stranger" in page


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_no_file_of_the_project_carries_an_index_address(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not [line for line in text.splitlines() if "://" in line or "index-url" in line]
