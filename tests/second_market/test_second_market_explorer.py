"""The explorer over the second market."""

from importlib.util import find_spec

import openpyxl
import pytest
from dravet import COMPUTING, NAMES, SCENARIO

from ismarket import load_market


@pytest.mark.slow(reason="every view and download of a panel")
def test_the_explorer_shows_the_second_market(dravet):
    pytest.importorskip("anywidget")
    from ismarket import explore

    panel = explore(load_market("dravet"), scenario=str(SCENARIO))
    assert panel.structure["title"].startswith("Dravet")
    acting = {n for n, state in panel.page["controls"]["drivers"].items() if state["on"]}
    assert acting == NAMES
    before = panel.forecast.summary()["reference"].iloc[-1]
    panel.change({"kind": "fixed", "key": "fenfluramine_uptake.weight_ratio", "value": 6.0})
    assert panel.forecast.summary()["reference"].iloc[-1] > before
    for tab in ("why", "where", "matters", "howbig", "evidence"):
        panel.tab = tab
        assert panel.page["view"]["rows"], tab
    panel.close()


@pytest.mark.slow(reason="every view and download of a panel")
def test_the_explorer_opens_the_market_that_its_scenario_names(dravet):
    pytest.importorskip("anywidget")
    from ismarket import explore

    for panel in (explore(scenario=str(SCENARIO)), explore(load_market("dravet"))):
        assert panel.structure["title"].startswith("Dravet")
        assert panel.scenario.market == "dravet"
        panel.close()


@pytest.mark.slow(reason="every view and download of a panel")
@pytest.mark.parametrize("scenario", ["small.toml", "anchored.toml"])
def test_every_download_of_the_panel_is_of_this_market(dravet, scenarios, answer, scenario):
    pytest.importorskip("anywidget")
    from ismarket import explore
    from ismarket.explorer.actions import MIME

    panel = explore(scenario=scenario)
    panel.change({"kind": "driver", "key": COMPUTING[0], "value": False})
    for kind in MIME:
        if kind == "png" and (scenario == "small.toml" or not find_spec("vl_convert")):
            continue  # of the pictures svg is looked into
        panel._receive(None, {"type": "download", "kind": kind, "path": f"file.{kind}"}, [])
        data = (scenarios / f"file.{kind}").read_bytes()
        assert len(data) > 100, kind
        if kind not in ("png", "xlsx"):
            said = data.decode("utf-8-sig").partition("application/octet-stream")[0]
            for word in ("irths", "nfantile", "ACTH", "nconvulsant"):
                assert word not in said, (kind, word)
    rows = panel.forecast.columns["reference"]["value"]
    panel.close()
    saved = answer("run", "file.toml", "--no-keep", "--json")
    assert [row["value"] for row in saved["reference"]] == rows
    assert COMPUTING[0] not in saved["drivers"]
    book = openpyxl.load_workbook(scenarios / "file.xlsx")
    assert all(sheet.max_row > 1 for sheet in book)
