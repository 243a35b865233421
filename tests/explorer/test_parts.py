"""Parts of a panel: widgets of their own on one state, closed with it, kept by a saved notebook."""

import re

import pytest
import traitlets

import ismarket
from ismarket import InputError, load_scenario

pytest.importorskip("anywidget")

import ipywidgets as widgets

from ismarket.explorer import parts

DRAWS = 256
MOST_SAVED = 10_000
"""Bytes that a panel may leave in a notebook."""


@pytest.fixture
def opened(market, drivers):
    """Opens another panel on the same study."""
    scenario = load_scenario("published").changed(draws=DRAWS)
    return lambda: ismarket.explore(market, drivers, scenario)


@pytest.fixture
def panel(opened):
    made = opened()
    yield made
    made.close()


def test_a_change_is_computed_once_for_all_parts_and_the_page_holds_their_views(panel):
    made = [panel.view("why"), panel.view("why"), panel.table("region"), panel.headline()]
    counted = []
    compute = panel._session.compute
    panel._session.compute = lambda *asked: counted.append(asked) or compute(*asked)
    panel.set(strength={"diagnosis": 1.5})
    assert len(counted) == 1
    assert set(panel.page["views"]) == {"why", "region"}
    points = panel.forecast.columns["attribution"]["points"]
    assert points[-1] == pytest.approx(panel.forecast.growth.total)
    assert widgets.HBox(made).children == tuple(made)
    made[0].close()
    made[1].close()
    panel.show()
    assert set(panel.page["views"]) == {"region"}


def test_a_name_that_is_not_there_is_refused_with_one_that_is(panel):
    for make, name, near in (
        (panel.view, "wy", "why"), (panel.controls, "diagnoses", "diagnosis"),
        (panel.input, "video_eeg.rate", "video_eeg.ratio"), (panel.table, "regions", "region"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=f"did you mean '{near}'"):
            make(name)


def test_a_closed_panel_leaves_no_widget_behind(opened):
    count = len(widgets.widgets.widget._instances)
    panel = opened()
    for part in (panel.view("forecast"), panel.controls("diagnosis"), panel.controls()):
        assert part.panel is panel
    panel.input("video_eeg.ratio")
    panel.close()
    assert len(widgets.widgets.widget._instances) == count


def test_two_panels_of_one_cell_live_and_the_next_run_of_it_closes_both(monkeypatch, opened):
    run = ["cell", "first"]
    monkeypatch.setattr(parts, "_cell", lambda: tuple(run))
    first, second = opened(), opened()
    without = second.scenario.without
    elsewhere = ["other", "first"]
    monkeypatch.setattr(parts, "_cell", lambda: tuple(elsewhere))
    part = first.view("why")
    assert widgets.VBox([first, second]).children == (first, second)
    first.set(without=())
    assert second.scenario.without == without != ()
    monkeypatch.setattr(parts, "_cell", lambda: ("cell", "second"))
    third = opened()
    assert [one.comm is None for one in (first, second, third)] == [True, True, False]
    assert part.comm is not None  # it stays in its own cell, with its last numbers
    for one in (part, third):
        one.close()


def test_linked_panels_follow_each_other(panel, opened):
    other = opened()
    traitlets.link((panel, "scenario"), (other, "scenario"))
    other.set(overlap=0.5)
    assert panel.scenario.overlap == 0.5
    assert panel.page["strip"] == other.page["strip"]
    other.close()


def test_what_a_saved_notebook_keeps_is_small_and_needs_nothing_beside_it(panel):
    for asked in (("panel", ""), ("headline", ""), ("table", "region"),
                  *(("view", name) for name in panel._session.tabs)):  # fmt: skip
        saved = panel.saved(*asked)
        assert 100 < len(saved.html.encode()) < MOST_SAVED, asked
        assert not re.search(r"<(style|script|svg)|\sstyle=\"", saved.html)
        assert "object at" not in saved.line
    html = panel.saved().html
    shown = panel.page["strip"][1]
    assert f"{shown['value']} {shown['unit']}" in html
    assert panel.page["view"]["title"] in html
    assert html.count("data:image/svg+xml;") == 1


def test_a_panel_displays_itself_and_what_the_notebook_keeps(panel, monkeypatch):
    from ismarket.explorer import saved

    outputs = []
    monkeypatch.setattr(saved, "PUBLISH", outputs.append)
    part = panel.view("why")
    for widget in (panel, part):
        widget._ipython_display_()
        live, kept = outputs[-2:]
        assert live["application/vnd.jupyter.widget-view+json"]["model_id"] == widget.model_id
        assert f'data-of="{widget.key}"' in kept["text/html"]
        assert "application/vnd.jupyter.widget-view+json" not in kept


@pytest.mark.slow(reason="runs nbconvert")
@pytest.mark.filterwarnings("default")
def test_a_notebook_shows_panel_part_and_chart_as_a_page_without_a_kernel(tmp_path):
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    exporters = pytest.importorskip("nbconvert").HTMLExporter
    first = "import ismarket\ns = ismarket.study('published', draws=256)\np = s.explore()\np"
    notebook = nbformat.v4.new_notebook()
    for cell in (first, "p.view('why')", "ismarket.charts.levels(s.forecast())"):
        notebook.cells.append(nbformat.v4.new_code_cell(cell))
    nbclient.NotebookClient(notebook, timeout=120, store_widget_state=False).execute()
    assert [len(cell.outputs) for cell in notebook.cells] == [2, 2, 2]
    for template in ("lab", "classic"):
        html, _ = exporters(template_name=template, sanitize_html=False).from_notebook_node(
            notebook
        )
        assert html.count("data:image/svg+xml;") >= 2
        assert "Panel object at" not in html
        clean, _ = exporters(template_name=template, sanitize_html=True).from_notebook_node(
            notebook
        )
        assert "Forecast for 2028" in clean
        assert "Published estimates" in clean or "Dot plot" in clean or "estimate" in clean
