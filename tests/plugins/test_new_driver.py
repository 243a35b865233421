"""A new driver is a whole package that keeps every law untouched."""

import ast
import csv
import json
import os
import re
import subprocess
import sys
import tomllib
from hashlib import sha256
from pathlib import Path

import pytest
from command_line import ismarket

from ismarket import InputError, forecast, load_market
from ismarket.plugins.installed import drivers_at
from ismarket.plugins.new_driver import TemplateUpdate, update_driver, write_driver
from ismarket.testing import CHECKS

ROOT = Path(__file__).parents[2]
WAITING = ["every parameter matters", "moves something"]
"""The laws that wait for the first number."""


@pytest.mark.slow(reason="runs pytest in the new package")
@pytest.mark.parametrize("options", [("of_code",), ("of_table", "--table")], ids=" ".join)
def test_a_new_driver_passes_its_tests_and_its_check_untouched(tmp_path, options):
    done = ismarket("new-driver", *options, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    folder = tmp_path / f"ismarket-{options[0]}".replace("_", "-")
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
def test_a_new_driver_says_nothing_until_one_number_is_changed(
    tmp_path, table, published, monkeypatch
):
    """Not a digit of any draw; then the edit of one number moves the forecast."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # it tells no edits of one second apart
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
