"""The deck: a few slides with native charts that stay editable (python-pptx, extra ``office``)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..engine.findings import distance, findings, how_big, how_fast
from ..engine.forecast import UNEXPLAINED, Forecast
from ..engine.page import title
from ..text.install import needs
from ..text.wording import money, signed


def write_deck(forecast: Forecast, path: str | Path) -> None:
    """Write the deck of a forecast to ``path``: headline, path, drivers, regions, findings."""
    with needs("a deck", "office"):
        from pptx import Presentation
    deck = Presentation()
    cover = deck.slides.add_slide(deck.slide_layouts[0])
    cover.shapes.title.text = forecast.plan.market.title
    _write(cover.placeholders[1].text_frame, [
        ("", how_big(forecast)), ("", how_fast(forecast)),
        ("The count", distance(forecast)), ("", title(forecast)),
    ], 16)  # fmt: skip
    _path_slide(deck, forecast)
    _driver_slide(deck, forecast)
    _region_slide(deck, forecast)
    _words_slide(deck, forecast)
    deck.save(str(path))


def _slide(deck: Any, words: str) -> Any:
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    _title(slide, words)
    return slide


def _title(slide: Any, words: str) -> None:
    slide.shapes.title.text = words
    for paragraph in slide.shapes.title.text_frame.paragraphs:
        for run in paragraph.runs:
            run.font.size = _points(24)


def _below() -> Any:
    from pptx.enum.chart import XL_LEGEND_POSITION

    return XL_LEGEND_POSITION.BOTTOM


def _low() -> Any:
    """Names of bars at the edge, clear of the bars that go below zero."""
    from pptx.enum.chart import XL_TICK_LABEL_POSITION

    return XL_TICK_LABEL_POSITION.LOW


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
        ("Reference", "reference"),
        ("9 in 10 draws, low", "p5"),
        ("9 in 10 draws, high", "p95"),
    ):
        data.add_series(name, [value / 1e6 for value in summary[key]])
    chart = _place(_slide(deck, words), "LINE", data, f"Line chart by year: {words}")
    chart.has_legend = True
    chart.legend.include_in_layout = False
    chart.legend.position = _below()
    _calm(chart, forecast.usd("M"))


def _driver_slide(deck: Any, forecast: Forecast) -> None:
    from pptx.chart.data import CategoryChartData

    table = forecast.columns["attribution"]
    rows = [i for i, name in enumerate(table["driver"]) if name != "total"]
    growth = forecast.growth
    words = (
        f"{signed(growth.total, 2)} points of growth a year {growth.period},"
        f" {signed(growth.points[UNEXPLAINED], 2)} of them unexplained"
    )
    data = CategoryChartData(number_format="0.00")
    data.categories = [table["title"][i] for i in rows[::-1]]
    data.add_series("Points of growth a year", [table["points"][i] for i in rows[::-1]])
    chart = _place(_slide(deck, words), "BAR_CLUSTERED", data, f"Bar chart: {words}")
    chart.has_legend = chart.has_title = False
    chart.category_axis.tick_label_position = _low()
    _calm(chart, "points of growth a year")


def _region_slide(deck: Any, forecast: Forecast) -> None:
    from pptx.chart.data import CategoryChartData

    table, last = forecast.columns["region"], forecast.years[-1]
    best = max(range(len(table["name"])), key=lambda i: table["share"][i])
    words = f"{table['name'][best]} has {100 * table['share'][best]:.0f}% of value in {last}"
    data = CategoryChartData(number_format="#,##0")
    data.categories, unit = table["name"], f"{forecast.usd('M')} in {last}"
    data.add_series(unit, [value / 1e6 for value in table["final"]])
    chart = _place(_slide(deck, words), "COLUMN_CLUSTERED", data, f"Column chart: {words}")
    chart.has_legend = chart.has_title = False
    _calm(chart, unit)


def _words_slide(deck: Any, forecast: Forecast) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    _title(slide, "What to know before quoting it")
    _write(slide.placeholders[1].text_frame, findings(forecast), 14)


def _write(frame: Any, pairs: list[tuple[str, str]], size: int) -> None:
    """One paragraph a pair, its label in bold."""
    for index, (label, text) in enumerate(pairs):
        paragraph = frame.paragraphs[0] if index == 0 else frame.add_paragraph()
        for words, bold in ((f"{label}: " if label else "", True), (text, False)):
            run = paragraph.add_run()
            run.text, run.font.bold, run.font.size = words, bold, _points(size)


def _calm(chart: Any, unit: str) -> None:
    """Thin grid, small axis figures, the unit said once."""
    from pptx.dml.color import RGBColor

    chart.font.size = _points(12)
    axis = chart.value_axis
    axis.major_gridlines.format.line.color.rgb = RGBColor(0xE0, 0xE0, 0xE0)
    axis.format.line.fill.background()
    axis.has_title = True
    axis.axis_title.text_frame.text = unit
    for run in axis.axis_title.text_frame.paragraphs[0].runs:
        run.font.size, run.font.bold = _points(12), False
    for plot in chart.plots:
        plot.vary_by_categories = False
    colours = (RGBColor(0x00, 0x72, 0xB2), RGBColor(0x7F, 0xB8, 0xD8), RGBColor(0x7F, 0xB8, 0xD8))
    for series, colour in zip(chart.plots[0].series, colours, strict=False):
        line = type(series).__name__ == "LineSeries"
        if line:
            series.smooth = False
            series.format.line.color.rgb = colour
        else:
            series.format.fill.solid()
            series.format.fill.fore_color.rgb = colour
