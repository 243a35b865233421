"""The deck: a few slides with native charts that stay editable (python-pptx, extra ``office``)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..errors import InputError
from ..findings import headline, sentences
from ..outcome import UNEXPLAINED, Forecast
from ..page import title
from ..wording import money, signed


def write_deck(forecast: Forecast, path: str | Path) -> None:
    """Write the deck of a forecast to ``path``: headline, path, drivers, regions, findings."""
    try:
        from pptx import Presentation
    except ImportError:
        raise InputError("a deck needs python-pptx: pip install 'ismarket[office]'") from None
    deck = Presentation()
    cover = deck.slides.add_slide(deck.slide_layouts[0])
    cover.shapes.title.text = forecast.plan.market.title
    cover.placeholders[1].text = f"{headline(forecast)}\n{title(forecast)}"
    _path_slide(deck, forecast)
    _driver_slide(deck, forecast)
    _region_slide(deck, forecast)
    _words_slide(deck, forecast)
    deck.save(str(path))


def _slide(deck: Any, words: str) -> Any:
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = words
    for paragraph in slide.shapes.title.text_frame.paragraphs:
        for run in paragraph.runs:
            run.font.size = _points(24)
    return slide


def _points(size: int) -> Any:
    from pptx.util import Pt

    return Pt(size)


def _place(slide: Any, kind: str, data: Any, words: str) -> Any:
    """A native chart that fills the slide under its title; ``words`` is its alternative text."""
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.util import Inches

    frame = slide.shapes.add_chart(
        getattr(XL_CHART_TYPE, kind), Inches(0.5), Inches(1.6), Inches(9), Inches(5.4), data
    )
    frame._element._nvXxPr.cNvPr.set("descr", words)
    return frame.chart


def _path_slide(deck: Any, forecast: Forecast) -> None:
    from pptx.chart.data import CategoryChartData

    summary, years = forecast.columns["summary"], forecast.years
    last = money(summary["reference"][-1])
    words = (
        f"USD {last} in {years[-1]}, {money(summary['p5'][-1])} to {money(summary['p95'][-1])}"
        " in 9 of 10 draws"
    )
    data = CategoryChartData(number_format="#,##0")
    data.categories = [str(year) for year in years]
    for name, key in (
        ("Reference, USD M", "reference"),
        ("9 in 10 draws, low", "p5"),
        ("9 in 10 draws, high", "p95"),
    ):
        data.add_series(name, [value / 1e6 for value in summary[key]])
    chart = _place(_slide(deck, words), "LINE", data, f"Line chart by year: {words}")
    chart.has_legend = True
    chart.legend.include_in_layout = False


def _driver_slide(deck: Any, forecast: Forecast) -> None:
    from pptx.chart.data import CategoryChartData

    table = forecast.columns["attribution"]
    rows = [i for i, name in enumerate(table["driver"]) if name != "total"]
    total = table["points"][table["driver"].index("total")]
    left = table["points"][table["driver"].index(UNEXPLAINED)]
    words = f"{signed(total, 2)} points of growth a year, {signed(left, 2)} of them unexplained"
    data = CategoryChartData(number_format="0.00")
    data.categories = [table["title"][i] for i in rows[::-1]]
    data.add_series("Points of growth a year", [table["points"][i] for i in rows[::-1]])
    chart = _place(_slide(deck, words), "BAR_CLUSTERED", data, f"Bar chart: {words}")
    chart.has_legend = False


def _region_slide(deck: Any, forecast: Forecast) -> None:
    from pptx.chart.data import CategoryChartData

    table, last = forecast.columns["region"], forecast.years[-1]
    best = max(range(len(table["name"])), key=lambda i: table["share"][i])
    words = f"{table['name'][best]} has {100 * table['share'][best]:.0f}% of value in {last}"
    data = CategoryChartData(number_format="#,##0")
    data.categories = table["name"]
    data.add_series(f"USD M in {last}", [value / 1e6 for value in table["final"]])
    chart = _place(_slide(deck, words), "COLUMN_CLUSTERED", data, f"Column chart: {words}")
    chart.has_legend = False


def _words_slide(deck: Any, forecast: Forecast) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "What to know before quoting it"
    frame = slide.placeholders[1].text_frame
    for index, text in enumerate(sentences(forecast)):
        paragraph = frame.paragraphs[0] if index == 0 else frame.add_paragraph()
        paragraph.text = text
        paragraph.font.size = _points(14)
