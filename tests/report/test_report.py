"""The report: a page that stands alone, a deck with native charts, files written whole or not."""

import re
import sys
from html import escape
from html.parser import HTMLParser

import pytest

from ismarket import InputError, Scenario, charts, forecast, load_drivers, load_market
from ismarket.charts.contributions import picture as contributions
from ismarket.charts.fan import picture as fan
from ismarket.charts.theme import DARK, LIGHT
from ismarket.charts.where import picture as where
from ismarket.cli import main
from ismarket.model.sources import read_sources
from ismarket.report.checklist import checklist
from ismarket.report.deck import write_deck
from ismarket.report.first_screen import sentences
from ismarket.report.headline import strip
from ismarket.report.html_page import as_page
from ismarket.report.titles import growth_title, path_title
from ismarket.text.install import extra
from ismarket.text.wording import money


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.tags = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        to_follow = ("href",) if tag == "a" else ()
        self.found += [v for n, v in attrs if n in ("src", "href") and n not in to_follow]


def test_the_page_fetches_nothing_and_links_sources_alone(published):
    page, links = as_page(published), Links()
    links.feed(page)
    assert links.found == []
    addresses = {escape(source.address) for source in read_sources().values()}
    inside = {f"#{name}" for name in re.findall(r"<section id='([^']*)'", page)}
    assert set(re.findall(r"<a href='([^']*)'", page)) <= addresses | inside
    assert "script" not in links.tags
    assert "url(" not in page
    assert "@import" not in page


def test_the_page_shows_every_reference_value_and_every_input(published):
    page = as_page(published).replace("<wbr>", "")
    for value in published.columns["reference"]["value"]:
        assert f"{value / 1e9:.2f}" in page
    for parameter in published.plan.parameters:
        assert parameter.key in page


def test_the_first_screen_says_what_the_panel_says_and_leads_to_the_sections(published, second):
    market, drivers = second
    counted = forecast(market, drivers, Scenario(market=market.name, anchor="bottom-up", draws=64))
    real = forecast(load_market(), load_drivers(), Scenario(price_basis="real", draws=64))
    for made in (published, counted, real):
        page = as_page(made)
        words = [cell["words"] for cell in strip(made)]
        for text in [path_title(made), growth_title(made), *words]:
            assert re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", escape(text)) in page
        said = [text for _, text in sentences(made)]
        assert 2 <= len(said) <= 5
        assert {f"<section id='{name}'" in page for name, _ in sentences(made)} == {True}
        assert ("prints" in said[0]) == made.plan.anchor.published
    whole = forecast(load_market(), load_drivers(), Scenario(without=(), draws=64))
    assert any(text.startswith("Pricing and mix, which the report") for _, text in sentences(whole))


def test_what_an_older_report_printed_stands_at_the_year_for_which_it_was_printed():
    older = forecast(load_market(), load_drivers(), Scenario(anchor="coherent-2017", draws=16))
    anchor, said = older.plan.anchor, sentences(older)[0][1]
    assert anchor.base_year < older.years[0]
    assert f"prints **USD {money(anchor.value)}** for {anchor.base_year} and" in said
    assert f"net in {older.years[0]} (" in said


def test_the_checklist_fills_what_a_run_knows_and_leaves_the_rest_visibly_empty(published):
    empty = [item.asked for item in checklist(published) if not item.answer]
    assert any("Funding" in asked for asked in empty)
    assert any("Face validity" in asked for asked in empty)
    assert as_page(published).count("to be filled in") == len(empty)
    assert len(empty) < len(checklist(published))


def test_names_are_escaped_in_the_page(published):
    odd = forecast(load_market(), load_drivers(), Scenario(draws=16, name="<i>&"))
    assert "<i>&" not in as_page(odd)
    assert "&lt;i&gt;&amp;" in as_page(odd)


def test_charts_of_the_deck_are_native_and_hold_the_run(published, tmp_path):
    from pptx import Presentation

    path = tmp_path / "deck.pptx"
    write_deck(published, path)
    charts = [
        shape.chart
        for slide in Presentation(str(path)).slides
        for shape in slide.shapes
        if shape.has_chart
    ]
    assert len(charts) == 3
    drawn = list(charts[0].plots[0].series[0].values)
    reference = [value / 1e6 for value in published.columns["reference"]["value"]]
    assert drawn == pytest.approx(reference, rel=1e-12)


def test_the_command_writes_what_is_asked_and_never_over_a_file(tmp_path, capsys):
    page = tmp_path / "p.html"
    with pytest.raises(SystemExit) as ended:
        main(["report", "evidence", "--html", str(page), "--draws", "32"])
    assert ended.value.code == 0
    assert "counted bottom-up" in page.read_text(encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["report", "evidence", "--html", str(page), "--draws", "32"])
    assert ended.value.code == 2
    assert "is there already" in capsys.readouterr().err


def test_where_an_extra_is_missing_no_file_is_written(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    files = ["--html", str(tmp_path / "p.html"), "--xlsx", str(tmp_path / "p.xlsx")]
    with pytest.raises(SystemExit) as ended:
        main(["report", "published", *files, "--draws", "32"])
    assert ended.value.code == 2
    assert f"a workbook needs xlsxwriter: {extra('office')}" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_pictures_of_the_page_are_the_charts_in_both_widths_and_both_themes(published):
    page = as_page(published)
    for picture in (fan(published), contributions(published), where(published)):
        assert page.count(escape(picture.alt)) == 2
    assert f'svg [stroke="{LIGHT["report"]}"]{{stroke:{DARK["report"]}}}' in page
    inked = set(re.findall(r'(?:fill|stroke)="(#[^"]*)"', page))
    assert inked <= set(LIGHT.values())


def test_the_page_is_written_where_altair_is_not_installed(published, monkeypatch):
    monkeypatch.setitem(sys.modules, "altair", None)
    monkeypatch.delitem(sys.modules, "ismarket.charts.vega", raising=False)
    assert as_page(published).count("<svg") == 6
    with pytest.raises(InputError, match="a chart needs"):
        charts.fan(published)
