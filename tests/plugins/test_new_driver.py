"""A new driver is a whole package that keeps every law untouched."""

import ast
import csv
import json
import os
import subprocess
import sys
import tomllib
from hashlib import sha256
from pathlib import Path

import pytest
from command_line import ismarket
from parcels import ismarket as in_a_process

from ismarket import InputError
from ismarket.plugins.new_driver import TemplateUpdate, update_driver, write_driver
from ismarket.testing import CHECKS
from ismarket.text.install import extra

pytest.importorskip("copier")
ROOT = Path(__file__).parents[2]


@pytest.mark.slow(reason="runs pytest in the new package")
@pytest.mark.parametrize("options", [("of_code",), ("of_table", "--table")], ids=" ".join)
def test_a_new_driver_passes_its_tests_and_its_check_untouched(tmp_path, options):
    done = ismarket("new-driver", *options, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    folder = tmp_path / f"ismarket-{options[0]}".replace("_", "-")
    done = ismarket("check", str(folder), cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("\N{CHECK MARK}") == len(CHECKS)
    own = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=folder, env={**os.environ, "PYTHONPATH": "src"}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert own.returncode == 0, own.stdout
    assert f"{len(CHECKS)} passed" in own.stdout


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
            assert "{%" not in path.read_text()
    table = (tmp_path / "True/src/ismarket_one_two/one_two.csv").read_text()
    rows = list(csv.DictReader(table.splitlines()))
    assert rows[0]["title"] == "It's a <title> & more"


def with_an_older_template(folder):
    """The package as an older template would have left it: other tests, without CI."""
    law = folder / "tests/test_laws.py"
    law.write_text("# as an older template had it\n")
    (folder / ".github/workflows/test.yml").unlink()
    answers = folder / ".copier-answers.yml"
    *told, record = answers.read_text().splitlines()
    files = json.loads(record.removeprefix("files: "))
    files["tests/test_laws.py"] = sha256(law.read_bytes()).hexdigest()
    del files[".github/workflows/test.yml"]
    answers.write_text("\n".join([*told, f"files: {json.dumps(files)}", ""]))


def test_an_update_follows_the_template_and_leaves_the_authors_files(tmp_path):
    folder = tmp_path / "mine"
    write_driver("mine", folder, title="Mine")
    assert update_driver(folder) == TemplateUpdate([], [])
    as_written = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    code, readme = folder / "src/ismarket_mine/__init__.py", folder / "README.md"
    code.write_text(code.read_text().replace("mode=1.0", "mode=1.2"))
    readme.write_text("Mine.\n")
    mine = {path: path.read_bytes() for path in (code, readme)}
    with_an_older_template(folder)
    names = ".copier-answers.yml", ".github/workflows/test.yml", "tests/test_laws.py"
    assert update_driver(folder) == TemplateUpdate([folder / name for name in names], [])
    now = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
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


def test_without_copier_one_line_says_what_to_install(tmp_path):
    (tmp_path / "copier.py").write_text("raise ImportError('not here')")
    done = in_a_process("new-driver", "mine", path=tmp_path, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (
        2,
        f"ismarket: new-driver needs more: {extra('sdk')}\n",
    )
