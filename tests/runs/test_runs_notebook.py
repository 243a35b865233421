"""Notebook runs: executed with parameters, kept and checked like any run."""

import csv
import json
import os
import sys

import pytest
from command_line import ismarket

from ismarket import InputError, Scenario, keep_run, open_run, run_notebook
from ismarket.runs import notebook as notebooks
from ismarket.runs.agreement import IDENTICAL
from ismarket.runs.notebook import injected, parameter, read_notebook
from ismarket.runs.start import starting_point
from ismarket.runs.verify import checked
from ismarket.studies.kept import compare_editions, compare_runs, reopened, track

pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

pytestmark = pytest.mark.slow(reason="a kernel runs each notebook")


def cell(source, *tags, kind="code"):
    made = {
        "cell_type": kind,
        "metadata": {"tags": list(tags)},
        "source": source,
        "id": f"c{hash(source) % 10**6}",
    }
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def notebook(path, *cells):
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)}
    path.write_text(json.dumps(content))
    return path


FORECAST = """\
import os
from ismarket import Scenario, forecast, load_drivers, load_market
result = forecast(load_market(), load_drivers(), Scenario(draws=draws, anchor=anchor))
print(os.getcwd(), os.path.expanduser("~/x"), object())
print(result.columns["summary"]["p50"][-1])"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebook")
    path = notebook(
        folder / "mine.ipynb",
        cell("# A title", kind="markdown"),
        cell('draws = 50\nanchor = "smr-2024"', "parameters"),
        cell(FORECAST),
    )
    return run_notebook(path, {"draws": 200}, folder / "run")


def test_a_notebook_run_is_a_run(ran):
    record = checked(ran)
    assert record.is_notebook
    assert json.loads((ran / "inputs/parameters.json").read_text()) == {"draws": 200}
    assert (ran / "inputs/notebook.ipynb").read_bytes() == (ran.parent / "mine.ipynb").read_bytes()
    tables = {path for path in record.contents if path.startswith("inputs/data/")}
    assert "inputs/data/ismarket/data/funnel.csv" in tables
    assert {"drivers/technology.json", "environment/environment.json"} <= set(record.contents)


def test_its_parameters_are_set_and_its_output_is_that_of_the_forecast(ran):
    from ismarket import Scenario, forecast, load_drivers, load_market

    rows = list(csv.DictReader((ran / "outputs/cells.csv").read_text().splitlines(keepends=True)))
    result = forecast(load_market(), load_drivers(), Scenario(draws=200, anchor="smr-2024"))
    assert repr(result.columns["summary"]["p50"][-1]) in rows[-1]["text"]


def test_its_output_names_no_place_of_this_machine(ran):
    text = (ran / "outputs/notebook.ipynb").read_text()
    for place in (os.path.expanduser("~") + "/", sys.prefix, "/tmp", str(ran.parent)):
        assert place not in text
    assert ". ~/x <object object at 0x...>" in text


def test_it_computes_again_to_the_same_bytes(ran):
    record = checked(ran)
    assert reopened(record.path).again().agreement.level == IDENTICAL


def test_an_interrupted_notebook_run_goes_on_as_a_notebook_only(tmp_path, monkeypatch):
    path = notebook(tmp_path / "mine.ipynb", cell("x = 1", "parameters"), cell("print(x)"))
    monkeypatch.setattr(notebooks, "seal_run", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run_notebook(path, {"x": 2}, tmp_path / "run")
    monkeypatch.undo()
    with pytest.raises(InputError, match="run is a notebook run; name its --notebook"):
        starting_point(tmp_path / "run", resume=True, asked=False)
    with pytest.raises(InputError, match=r"changed: parameters \(x\)"):
        run_notebook(path, {"x": 3}, tmp_path / "run", resume=True)
    run = run_notebook(path, {"x": 2}, tmp_path / "run", resume=True)
    assert checked(run).is_notebook


def test_a_notebook_is_not_gone_on_with_where_a_forecast_was_begun(tmp_path, monkeypatch):
    monkeypatch.setattr("ismarket.runs.keep.seal_run", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        keep_run(Scenario(draws=50), tmp_path / "run")
    path = notebook(tmp_path / "mine.ipynb", cell("x = 1"))
    with pytest.raises(InputError, match=r"not the run that was begun; changed: .*scenario"):
        run_notebook(path, {}, tmp_path / "run", resume=True)


def test_it_is_no_forecast(ran, kept):
    for asked in (
        lambda: open_run(ran),
        lambda: compare_runs(ran, kept),
        lambda: compare_editions(kept, ran, kept),
        lambda: track([ran], []),
    ):
        with pytest.raises(InputError, match=r"is a notebook run: .* outputs/notebook\.ipynb"):
            asked()


def test_a_cell_that_fails_is_one_line_and_leaves_nothing(tmp_path):
    path = notebook(tmp_path / "bad.ipynb", cell("x = 1", "parameters"), cell("x / 0"))
    with pytest.raises(InputError) as error:
        run_notebook(path, {"x": 2}, tmp_path / "run")
    assert str(error.value) == "bad.ipynb, cell 2: ZeroDivisionError: division by zero"
    assert [p.name for p in tmp_path.iterdir()] == ["bad.ipynb"]


def test_a_parameter_must_be_one_that_the_notebook_sets(tmp_path):
    _, plain = read_notebook(notebook(tmp_path / "a.ipynb", cell("draws = 1")))
    with pytest.raises(InputError, match="no cell is tagged 'parameters'"):
        injected(plain, {"draws": 2}, "a.ipynb")
    _, tagged = read_notebook(notebook(tmp_path / "b.ipynb", cell("draws = 1", "parameters")))
    with pytest.raises(InputError, match=r"no parameter 'drws'; did you mean 'draws'\?"):
        injected(tagged, {"drws": 2}, "b.ipynb")
    assert injected(tagged, {}, "b.ipynb") is tagged


@pytest.mark.parametrize(
    ("text", "value"),
    [("draws=5", 5), ("x=1.5", 1.5), ("x=true", True), ('x="5"', "5"), ("x=smr-2024", "smr-2024"),
     ("x=[1, 2]", [1, 2]), ("x=__import__('os')", "__import__('os')"), ("x=NaN", "NaN")],
)  # fmt: skip
def test_a_value_is_json_or_text_and_never_code(text, value):
    assert parameter(text)[1] == value
    _, tagged = ("", {"cells": [cell("x = draws = 1", "parameters")]})
    source = injected(tagged, dict([parameter(text)]), "n")["cells"][1]["source"]
    assert source.endswith(f"= {value!r}")


@pytest.mark.parametrize("text", ["draws", "=5", "a b=5", "class=5", "a.b=1", "import os;x=1"])
def test_a_name_must_be_one(text):
    with pytest.raises(InputError, match="give NAME=VALUE"):
        parameter(text)


def test_the_command_takes_a_notebook_or_a_scenario_not_both(tmp_path):
    path = notebook(tmp_path / "a.ipynb", cell("draws = 1", "parameters"))
    for more in (["-p", "x=1"], ["--notebook", str(path), "--draws", "5"],
                 ["--notebook", str(path), "--no-keep"],
                 ["--notebook", "nowhere.ipynb"]):  # fmt: skip
        done = ismarket("run", *more, cwd=tmp_path)
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
