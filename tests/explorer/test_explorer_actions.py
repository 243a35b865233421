import csv
import io
import json
import re

import pytest

from ismarket import load_scenario
from ismarket.model.scenario import Scenario, parse_scenario

pytest.importorskip("anywidget")

from panel_changes import set_to, switch

from ismarket.explorer.actions import contents
from ismarket.explorer.view import ON_A_BUTTON, TABS
from ismarket.model import recipe


def test_a_pin_is_a_ghost_until_it_is_removed(panel):
    panel._receive(None, {"type": "pin"}, [])
    pinned = panel.forecast
    panel.change(switch("pricing", True))
    assert panel.pinned is pinned
    assert panel.page["pinned"] == "published"
    assert panel.page["view"]["chart"]["parts"]["pinned"]["year"]
    panel._receive(None, {"type": "unpin"}, [])
    assert panel.page["view"]["chart"]["parts"]["pinned"]["year"] == []


def test_save_and_load_round_trip_by_path_and_by_upload(panel, tmp_path):
    panel.change(set_to("video_eeg.ratio", 2.6), switch("pricing", True))
    wanted, path = panel.scenario, tmp_path / "mine.toml"
    panel._receive(None, {"type": "download", "kind": "toml", "path": str(path)}, [])
    panel.change({"kind": "reset", "key": "", "value": True})
    panel._receive(None, {"type": "load", "path": str(path)}, [])
    assert panel.scenario == wanted
    panel.change({"kind": "anchor", "value": "bottom-up"})
    upload = {"type": "load", "name": "mine.toml", "text": path.read_text(encoding="utf-8")}
    panel._receive(None, upload, [])
    assert panel.scenario == wanted


BAD = [
    ("seed = 1\nancor = 'x'\n", 2, "anchor"),
    ("draws = 64\nanchor = 'techsci-2'\n", 2, "techsci-2024"),
    ("draws = 64\n\nwithout = ['pricng']\n", 3, "pricing"),
    ("draws = 64\n[fixed]\n'video_eeg.ratio' = 9\n", 3, "1.2 to 3.5"),
    ("draws = 64\n[fixed]\n'video_eeg.rate' = 2\n", 3, "video_eeg.ratio"),
    ("draws = 64\nthrough = 2010\n", 2, "2023 to 2035"),
    ("draws = 64\n[strength]\ndiagnose = 1.5\n", 3, "diagnosis"),
]


def test_a_bad_file_changes_nothing_and_says_file_line_and_key(panel):
    before = panel.scenario
    for toml, line, word in BAD:
        panel._receive(None, {"type": "load", "name": "my.toml", "text": toml}, [])
        assert panel.scenario == before
        text = panel.page["message"]["text"]
        assert f"my.toml, line {line}" in text, toml
        assert word in text


def test_a_file_that_exists_is_never_overwritten(panel, tmp_path):
    path = tmp_path / "tables.csv"
    path.write_text("mine", encoding="utf-8")
    panel._receive(None, {"type": "download", "kind": "csv", "path": str(path)}, [])
    assert path.read_text(encoding="utf-8") == "mine"
    assert "exists" in panel.page["message"]["text"]


@pytest.mark.slow(reason="a panel that computes")
def test_copied_python_gives_the_same_forecast(panel):
    panel.change(set_to("video_eeg.ratio", 2.6), switch("pricing", True),
                 {"kind": "overlap", "value": 0.5})  # fmt: skip
    names = {}
    exec(recipe.as_python(panel.scenario), names)
    assert names["forecast"].summary().equals(panel.forecast.summary())


def test_what_has_no_flag_is_copied_as_a_file_and_as_python():
    scenario = Scenario(name="theirs", market="dravet", plugins={"only": ("dravet",)})
    assert recipe.as_command(scenario).startswith("ismarket run theirs.toml")
    assert "load_market(scenario.market)" in recipe.as_python(scenario)
    assert "load_drivers(scenario)" in recipe.as_python(scenario)


def test_the_panel_stands_beside_other_widgets_and_feeds_them(panel):
    widgets = pytest.importorskip("ipywidgets")
    told = widgets.Label()
    widgets.dlink(
        (panel, "forecast"), (told, "value"), lambda f: str(f.columns["summary"]["p95"][-1])
    )
    assert widgets.VBox([panel, told]).children == (panel, told)
    panel.change(switch("pricing", True))
    assert told.value == str(panel.forecast.columns["summary"]["p95"][-1])


@pytest.mark.slow(reason="a panel that computes")
def test_the_copied_command_gives_the_same_forecast(panel, capsys):
    import shlex

    from ismarket.cli import main

    pair = {"ai_eeg.ratio ~ awareness.ratio": 0.5}
    panel.scenario = panel.scenario.changed(correlation=pair, beyond="published", through=2030)
    panel.change(
        set_to("video_eeg.ratio", 2.6), switch("pricing", True), switch("technology", False),
        {"kind": "strength", "key": "diagnosis", "value": 1.5},
    )  # fmt: skip
    words = shlex.split(recipe.as_command(panel.scenario))
    with pytest.raises(SystemExit) as done:
        main([*words[1:], "--json"])
    assert done.value.code == 0
    found = json.loads(capsys.readouterr().out)
    expected = panel.forecast.columns["summary"]["p95"][-1]
    assert found["summary"][-1]["p95"] == expected


def test_csv_holds_the_tables_as_numbers(panel):
    text = contents(panel._session, "csv", "forecast").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    reference = next(row for row in rows if row[:1] == ["Reference"])
    path = panel.forecast.columns["reference"]["value"]
    assert [float(cell) for cell in reference[1:]] == [round(v / 1e9, 2) for v in path]


@pytest.mark.slow(reason="a panel that computes")
def test_each_view_has_a_file_of_its_own(panel, tmp_path):
    for tab in ("forecast", "funnel"):
        panel.tab = tab
        for kind in ("csv", "xlsx"):
            path = {"type": "download", "kind": kind, "path": str(tmp_path)}
            panel._receive(None, path, [])
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"published-forecast.csv", "published-funnel.csv", "published.xlsx"}
    text = (tmp_path / "published-funnel.csv").read_text("utf-8-sig")
    assert len({len(row) for row in csv.reader(io.StringIO(text))}) == 1


def test_xlsx_has_a_sheet_for_every_view_and_numbers_are_numbers(panel):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(io.BytesIO(contents(panel._session, "xlsx", "why")))
    tables = [title for name, title in TABS.items() if name not in ON_A_BUTTON]
    assert book.sheetnames == [*tables, *panel._session.own_views, "Made from"]
    header, *rows = book["Forecast"].iter_rows(values_only=True)
    assert header[1:] == tuple(map(str, panel.forecast.years))
    assert all(isinstance(cell, int | float) for row in rows for cell in row[1:])
    table = panel.forecast.columns["attribution"]
    header, *rows = book["Why"].iter_rows(values_only=True)
    ends = [[row[header.index(f"9 in 10 draws, {end}")] for row in rows] for end in ("low", "high")]
    assert ends[0][-1] == pytest.approx(table["p5"][-1], abs=0.005)
    assert ends[1][-1] == pytest.approx(table["p95"][-1], abs=0.005)
    shares = [row[header.index("Share")] for header, *rows in
              [book["Where"].iter_rows(values_only=True)] for row in rows]  # fmt: skip
    assert sum(shares[:-1]) == pytest.approx(1.0, abs=0.002)


def test_the_report_asks_nobody(panel):
    page = contents(panel._session, "html", "why").decode()
    assert not re.search(r"<(script|link|iframe|object)|\bsrc=['\"]?http|url\(|@import", page)
    assert "techsci-2022" in page


def test_the_saved_scenario_is_what_the_command_line_reads(panel):
    text = contents(panel._session, "toml", "why").decode()
    assert parse_scenario(text) == panel.scenario


@pytest.mark.parametrize("other", ["techsci-2024", "bottom-up", "pooled"])
def test_another_anchor_keeps_the_horizon_and_the_saved_file_has_it(panel, other):
    panel.change({"kind": "through", "value": 2033})
    panel.change({"kind": "anchor", "value": other})
    assert panel.forecast.years[-1] == panel.page["controls"]["through"] == 2033
    saved = parse_scenario(contents(panel._session, "toml", "why").decode())
    assert (saved.anchor, saved.through) == (other, 2033)


def test_a_horizon_before_another_anchor_starts_gives_way_to_the_anchors_own(panel):
    later = max(panel._session.study.market.anchors.values(), key=lambda a: a.base_year)
    panel.change({"kind": "through", "value": later.base_year})
    panel.change({"kind": "anchor", "value": later.name})
    assert panel.forecast.years == tuple(range(later.base_year, later.last_year + 1))


def test_undo_leads_back_over_a_load(panel, tmp_path):
    origin = panel.scenario
    panel.change(switch("pricing", True))
    before = panel.scenario
    upload = {"type": "load", "name": "theirs.toml", "text": "overlap = 0.5\ndraws = 64\n"}
    panel._receive(None, upload, [])
    assert panel.page["controls"]["undo"]
    assert panel.page["controls"]["changes"] == 0
    panel._receive(None, {"type": "undo"}, [])
    assert panel.scenario == before
    assert panel.page["controls"]["changes"] == 1
    panel._receive(None, {"type": "undo"}, [])
    assert panel.scenario == origin
    assert not panel.page["controls"]["undo"]


@pytest.mark.slow(reason="a panel that computes")
def test_a_changed_scenario_has_its_own_name_in_panel_file_and_download(panel):
    assert panel.page["controls"]["scenario"] == "published"
    assert panel.page["controls"]["title"] == load_scenario("published").title
    panel.change(switch("pricing", True))
    assert panel.page["controls"]["scenario"] == "published-changed"
    assert panel.page["controls"]["title"] == ""
    sent = []
    panel.send = lambda message, buffers=(): sent.append((message, buffers))
    for kind in ("toml", "html", "page.html"):
        panel._receive(None, {"type": "download", "kind": kind}, [])
        message, (data,) = sent.pop()
        assert message["name"] == f"published-changed.{kind}"
        assert b"published-changed" in data
    panel._receive(None, {"type": "pin"}, [])
    assert panel.page["pinned"] == "published-changed"
    panel.change(switch("pricing", False))
    assert panel.page["controls"]["scenario"] == "published"
    panel.change({"kind": "anchor", "value": "reanin-2024"})
    assert panel.page["pinned"] == f"published-changed, {load_scenario('published').anchor}"


def test_the_title_of_a_loaded_file_is_shown(panel):
    text = 'title = "Slower spread"\noverlap = 0.5\ndraws = 64\n'
    panel._receive(None, {"type": "load", "name": "mine.toml", "text": text}, [])
    assert panel.page["controls"]["title"] == "Slower spread"
    assert "Slower spread" in contents(panel._session, "html", "why").decode()


def test_every_anchor_that_a_scenario_may_name_is_offered(panel):
    (choice,) = [c for c in panel.structure["choices"] if c["name"] == "anchor"]
    market = panel._session.study.market
    assert {name for name, _ in choice["options"]} == {*market.anchors, "pooled"}


@pytest.mark.parametrize("name", ["../../x", "/etc/x", "..", "a/b", ".hidden", "x\\y", "x" * 300])
def test_a_download_stays_in_the_folder_that_was_chosen(panel, tmp_path, name):
    folder = tmp_path / "deep" / "chosen"
    folder.mkdir(parents=True)
    panel.scenario = panel.scenario.changed(name=name)
    panel._receive(None, {"type": "download", "kind": "toml", "path": str(folder)}, [])
    (written,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert written.parent == folder
    assert written.name[0] != "."
    assert len(written.name) < 100
