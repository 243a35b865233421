"""The notebooks as they are kept; docs/ executes them from top to bottom."""

import importlib.util
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "notebooks"
SCRIPTS = sorted(FOLDER.glob("0*.py"))
PROSE = [path for path in SCRIPTS if not path.name.startswith("04")]


def test_there_are_seven_notebooks():
    numbers = ["01", "02", "03", "04", "05", "06", "07"]
    assert [path.name[:2] for path in SCRIPTS] == numbers


def test_a_day_takes_few_cells_of_few_lines():
    cells = SCRIPTS[-1].read_text(encoding="utf-8").split("# %%")[1:]
    assert len(cells) < 25
    code = [cell.splitlines()[1:] for cell in cells if not cell.startswith(" [markdown]")]
    assert max(len([line for line in lines if line.strip()]) for lines in code) <= 3


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_each_notebook_is_its_script_without_outputs(script):
    pytest.importorskip("jupytext")
    found = importlib.util.spec_from_file_location("pair", FOLDER / "pair.py")
    pair = importlib.util.module_from_spec(found)
    found.loader.exec_module(pair)
    assert script.with_suffix(".ipynb").read_text(encoding="utf-8") == pair.notebook(script)


@pytest.mark.parametrize("script", PROSE, ids=lambda path: path.stem)
def test_no_function_class_or_loop_but_in_04(script):
    import ast

    banned = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.Lambda)
    tree = ast.parse(script.read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, banned)]


def test_lab_copies_the_notebooks_and_never_over_a_changed_file(tmp_path):
    from ismarket.cli.lab import copy_notebooks

    copied, kept = copy_notebooks(tmp_path / "mine")
    assert len(copied) == 7
    assert kept == []
    changed = tmp_path / "mine" / copied[0]
    changed.write_text("mine", encoding="utf-8")
    assert copy_notebooks(tmp_path / "mine") == ([], [copied[0]])
    assert changed.read_text(encoding="utf-8") == "mine"
