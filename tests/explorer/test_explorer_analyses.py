"""Heavy analyses in the explorer: on a button, the command's own sheet, stale once it moves."""

import json
import re

import pytest

import ismarket
from ismarket import load_drivers, load_market, load_scenario, sensitivity_of, triangulate

pytest.importorskip("anywidget")

from ismarket.explorer import runtime
from ismarket.explorer.analyses import ANALYSES, offers
from ismarket.explorer.view import TABS

pytestmark = pytest.mark.slow(reason="presses the button of every analysis")

DRAWS = 2048


@pytest.fixture
def panel():
    made = ismarket.explore(scenario=load_scenario("published").changed(draws=DRAWS))
    sent = []
    made.send = lambda content, buffers=None: sent.append(content)
    made.sent = sent
    yield made
    made.close()


def press(panel, name, **values):
    panel._receive(None, {"type": "analyse", "name": name, "values": values}, [])
    return panel.analyses[name]


def words(found):
    """Everything that the page shows of a result."""
    said = []
    for part in found["parts"]:
        if "text" in part:
            said.append(part["text"])
        else:
            said += [
                part["title"],
                *part["header"],
                *(cell for row in part["rows"] for cell in row),
            ]
    return " ".join(said)


def test_every_analysis_belongs_to_a_view_and_says_what_it_answers(panel):
    for offer in offers(panel._session):
        assert offer["tab"] in TABS
        assert all(offer[name] for name in ("title", "button", "about"))
        assert all(field["label"] for field in offer["fields"])
    assert len({a.name for a in ANALYSES}) == len(ANALYSES)


def test_nothing_is_computed_until_a_button_is_pressed(panel):
    for tab in TABS:
        panel.tab = tab
    panel.change({"kind": "fixed", "key": "video_eeg.ratio", "value": 2.6})
    assert panel.analyses == {}


def in_plain_words(panel, found):
    """That a result shows no key, and nothing to type on a command line."""
    shown = " ".join([found["title"], *map(str, found["parts"])])
    assert not re.search(r"--\w|ismarket |frame\(", shown)
    keys = {name for name in panel._session.names if re.search("[._-]", name)}
    assert not keys & set(re.findall(r"\w+(?:[._-]\w+)+", shown))


@pytest.mark.parametrize(
    "name", [a.name for a in ANALYSES if a.tab not in ("scenarios", "track") and a.name != "needed"]
)
def test_every_button_brings_a_sheet_with_sentences_and_tables(panel, name):
    values = {"actuals": {"year": "2025", "amount": "3.6 bn"}, "worth": {"cost": "670 M"}}
    found = press(panel, name, **values.get(name, {}))
    assert found["error"] == ""
    assert found["title"]
    assert found["stale"] is False
    assert any("header" in part for part in found["parts"])
    assert any("text" in part for part in found["parts"])
    in_plain_words(panel, found)
    json.dumps(panel.analyses)
    assert panel.sent[-1] == {"type": "analysed", "name": name}


def test_the_panel_shows_what_the_command_prints(panel):
    market, drivers = load_market(), load_drivers()
    plain, session = words(press(panel, "levels")), panel._session
    sentences = [p for p in triangulate(market, drivers).sheet().parts if isinstance(p, str)]
    for line in sentences[:3]:
        assert session.spoken(line.removeprefix("· ")) in plain
    found = press(panel, "sensitivity", by="stage", output="cagr")
    wanted = sensitivity_of(market, drivers, panel.scenario, output="cagr", by="stage", points=1024)
    table = next(part for part in found["parts"] if "header" in part)
    groups = wanted.columns["indices"]["group"]
    assert [row[0] for row in table["rows"]] == [session.names.get(name, name) for name in groups]


def test_a_requirement_is_found_for_a_growth_and_for_a_value(panel):
    panel.scenario = load_scenario("evidence").changed(draws=DRAWS)
    assert "USD 60 M in 2028" in words(press(panel, "needed", target="60 M"))
    assert "Asked for: growth of −1.00% a year" in words(press(panel, "needed", target="-1%"))


def test_the_setting_that_a_target_requires_can_be_set_in_the_panel(panel):
    panel.scenario = load_scenario("evidence").changed(draws=DRAWS)
    found = press(panel, "needed", target="-1%")
    in_plain_words(panel, found)
    setting = found["setting"]
    assert setting
    panel.change(*({"kind": "fixed", "key": k, "value": v} for k, v in setting.items()))
    assert panel.forecast.cagr()["reference"][0] == pytest.approx(-0.01, abs=2e-4)
    assert panel.analyses["needed"]["stale"] is True
    assert press(panel, "sensitivity")["setting"] == {}


def test_a_result_is_stale_once_the_scenario_moves_and_fresh_again_when_it_returns(panel):
    press(panel, "audit")
    panel.change({"kind": "fixed", "key": "video_eeg.ratio", "value": 2.6}, quick=True)
    assert panel.analyses["audit"]["stale"] is True
    panel._receive(None, {"type": "undo"}, [])
    assert panel.analyses["audit"]["stale"] is False


def test_the_audit_is_a_view_of_its_own_once_the_report_was_audited(panel):
    panel.tab = "audit"
    assert panel.page["view"]["rows"] == []
    found = press(panel, "audit")
    view, audit = panel.page["view"], panel._session.audited
    assert view["chart"] is None
    assert "claims" in view["title"]
    assert [row["status"] for row in view["rows"]] == [row.verdict for row in audit.headlines]
    assert sum(row["cells"][0].startswith("H2") for row in view["rows"]) == 2
    groups = found["verdicts"]
    causes = [cause for group in groups for cause in (*group["causes"], *group["small"])]
    ids = [one for cause in causes for one in cause["ids"].split()]
    assert sorted(ids) == sorted(entry.id for entry in audit.ledger)
    assert len(ids) == sum(group["count"] for group in found["verdicts"])
    assert all(lines[0] for cause in causes for lines in cause["opened"])
    (folded,) = (group for group in groups if group["fold"])
    assert max(abs(cause["points"]) for cause in folded["small"]) < 0.015
    assert folded["fold"].startswith(str(sum(len(c["opened"]) for c in folded["small"])))
    panel.change({"kind": "fixed", "key": "video_eeg.ratio", "value": 2.6}, quick=True)
    assert panel.page["view"]["rows"] == []


def test_a_slider_sends_no_result_again(panel):
    press(panel, "levels")
    panel.change({"kind": "fixed", "key": "video_eeg.ratio", "value": 2.6}, quick=True)
    sent = []
    panel.observe(lambda change: sent.append(change["new"]), names="analyses")
    for value in (2.7, 2.8, 2.9):
        panel.change({"kind": "fixed", "key": "video_eeg.ratio", "value": value}, quick=True)
    assert sent == []


def test_progress_rises_to_the_end(panel):
    press(panel, "sensitivity")
    shares = [m["share"] for m in panel.sent if m["type"] == "progress"]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("needed", {"target": "a lot"}, "give an amount"),
        ("worth", {"margin": "thirty"}, "give a fraction"),
        ("worth", {"cost": "x" * 500}, "give an amount"),
        ("sensitivity", {"by": "stages"}, "did you mean 'stage'"),
        ("actuals", {"year": "2022", "amount": "3 bn"}, "fixes that year"),
        ("actuals", {"year": "soon"}, "no year"),
    ],
)
def test_what_is_wrong_stands_where_the_answer_would(panel, name, values, said):
    found = press(panel, name, **values)
    assert said in found["error"]
    assert found["parts"] == ()


def test_an_unknown_analysis_is_refused_in_one_line(panel):
    panel._receive(None, {"type": "analyse", "name": "levles"}, [])
    assert "did you mean 'levels'" in panel.page["message"]["text"]


def test_the_page_names_its_fields_tables_and_progress():
    code = runtime.text("analyses.js")
    for named in ("label", "scope", "caption", "aria-live", "aria-label", "aria-busy"):
        assert named in code
    style = runtime.text("analyses.css")
    assert not re.search(r"#[0-9a-f]{3,6}\b", style)  # colours are the theme's own


def test_what_an_input_is_worth_stands_beside_what_it_moves_until_the_scenario_moves(panel):
    panel.scenario = load_scenario("evidence").changed(draws=1024)
    panel.tab = "matters"
    plain = panel.page["view"]
    press(panel, "worth", cost="8 M")
    view, found = panel.page["view"], panel._session.worth
    assert view["columns"][-1]["title"] == "Worth finding out, USD"
    told = {row.keys[0] for row in found.partial["input"] if row.value > 2 * row.error}
    keys = [swing.parameter.key for swing in panel._session.swings]
    shown = [row["cells"][-1] != "not told from 0" for row in view["rows"]]
    assert shown == [key in told for key in keys[: len(shown)]]
    assert any(shown)
    assert "worth most to find out" in view["title"]
    panel.set(overlap=0.5)
    assert panel.page["view"]["columns"] == plain["columns"]
