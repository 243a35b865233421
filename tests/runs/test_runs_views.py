"""What a run holds for readers: the page always, charts and a workbook where they are asked for."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from ismarket import Driver, Effect, InputError, Scenario, keep_run
from ismarket.runs import keep as keeping
from ismarket.runs import views
from ismarket.runs.agreement import IDENTICAL
from ismarket.runs.keep import How, keep
from ismarket.runs.start import Place
from ismarket.runs.verify import checked
from ismarket.runs.views import RunView, also
from ismarket.studies import loaded
from ismarket.studies.kept import rerun
from ismarket.text.install import extra as pip_install_of

pytestmark = pytest.mark.slow(reason="draws the charts of a run")
BLOCKED = """
import sys
sys.modules[{module!r}] = None
from ismarket.cli import main
main(["run", "--draws", "50", "--out", "run", "--also", {name!r}])
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory, few_charts):
    for module in ("altair", "vl_convert", "xlsxwriter"):
        pytest.importorskip(module)
    folder = tmp_path_factory.mktemp("views")
    return keep_run(Scenario(draws=300), folder / "run", extras=["charts", "workbook", "histogram"])


def roles(run):
    manifest = json.loads((run / "manifest.json").read_text())
    return {e["path"]: e["role"] for e in manifest["files"] if e["path"].startswith("outputs/")}


def test_the_page_is_in_every_run_and_is_derived(kept):
    found = roles(kept)
    assert found["outputs/report.html"] == found["outputs/report.txt"] == "derived"
    assert {role for path, role in found.items() if path.endswith(".csv")} == {"canonical"}
    page = (kept / "outputs/report.html").read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert page.count("<svg") == 2 * 3  # fan, contributions and regions, wide and narrow
    assert "report.html" in (kept / "README.txt").read_text()


def test_charts_and_workbook_are_derived_and_named_in_the_readme(whole, few_charts):
    found = roles(whole)
    charts = {f"outputs/charts/{name}.{kind}" for name in few_charts for kind in ("png", "svg")}
    assert charts | {"outputs/forecast.xlsx"} <= set(found)
    assert {found[path] for path in (*charts, "outputs/forecast.xlsx")} == {"derived"}
    assert found["outputs/histogram.csv"] == "canonical"
    for path in charts:
        start = (whole / path).read_bytes()[:8]
        assert start.startswith(b"\x89PNG" if path.endswith("png") else b"<svg")
    assert "charts/; forecast.xlsx" in (whole / "README.txt").read_text()


def test_the_packages_that_drew_them_are_in_the_environment(whole, kept):
    packages = checked(whole).identity["environment"]["packages"]
    assert {"altair", "vl-convert-python", "xlsxwriter"} <= set(packages)
    assert "altair" not in checked(kept).identity["environment"]["packages"]


def test_a_second_computation_is_judged_by_the_tables_and_keeps_the_views(whole, tmp_path):
    again = rerun(whole, tmp_path / "again")
    assert again.agreement.level == IDENTICAL
    assert again.agreement.tables == 11
    assert roles(tmp_path / "again") == roles(whole)
    workbook = "outputs/forecast.xlsx"
    assert (tmp_path / "again" / workbook).read_bytes() == (whole / workbook).read_bytes()


@pytest.mark.parametrize(
    ("module", "name", "extra"),
    [("vl_convert", "charts", "export"), ("xlsxwriter", "workbook", "office")],
)
def test_where_an_extra_is_missing_one_line_says_so(tmp_path, module, name, extra):
    script = BLOCKED.format(module=module, name=name)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True,
                          cwd=tmp_path, env=dict(os.environ), timeout=100)  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    expected = f"ismarket: --also {name} needs more: {pip_install_of(extra)}\n"
    assert done.stderr == expected
    assert os.listdir(tmp_path) == []


def test_a_name_that_is_no_view_suggests_one():
    with pytest.raises(InputError, match="no table or view 'chart'; did you mean 'charts'"):
        also(["chart"])


def test_a_view_that_fails_leaves_the_run_whole(tmp_path, monkeypatch):
    def fails(forecast):
        raise KeyError("with.somebody")

    monkeypatch.setattr(views, "VIEWS", {**views.VIEWS, "workbook": RunView(fails)})
    monkeypatch.setattr(keeping, "VIEWS", views.VIEWS)
    said = r"workbook: left out of the run, the rest is kept \(KeyError: 'with.somebody'\)"
    with pytest.warns(UserWarning, match=said):
        run = keep_run(Scenario(draws=50), tmp_path / "run", extras=["workbook", "histogram"])
    assert checked(run).scenario.draws == 50
    assert {"outputs/report.html", "outputs/histogram.csv"} <= set(roles(run))
    assert "outputs/forecast.xlsx" not in roles(run)


def test_a_driver_with_a_function_keeps_no_workbook_from_being_made(tmp_path):
    def effects(market, p):
        yield Effect("treated", 0.1 * market.elapsed)

    pytest.importorskip("xlsxwriter")
    found = loaded(Scenario(draws=50))
    drivers = (*found.drivers, Driver(name="own", title="Own", effects=effects))
    how, where = How(extras=also(["workbook"])), Place(tmp_path / "run")
    keep(replace(found, drivers=drivers).plan, drivers, found.origin, how, where=where)
    assert "outputs/forecast.xlsx" in roles(tmp_path / "run")


def test_tables_of_draws_are_refused_where_nobody_knows_how_many(tmp_path):
    with pytest.raises(InputError, match="--also draws goes with --draws, not with --until"):
        keep_run("published", tmp_path / "run", extras=["draws"], until=0.001)
    assert os.listdir(tmp_path) == []
