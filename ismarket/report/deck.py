"""The deck: a few slides with native charts that stay editable (python-pptx, extra ``office``)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..charts.contributions import order
from ..charts.theme import LIGHT
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


def _path_slide(deck: Any, forecast: Forecast) -> None:
    summary, years = forecast.columns["summary"], forecast.years
    low, high = money(summary["p5"][-1]), money(summary["p95"][-1])
    last = money(summary["reference"][-1])
    words = f"USD {last} in {years[-1]}, {low} to {high} in 9 of 10 draws"
    series = {
        name: [value / 1e6 for value in summary[key]]
        for name, key in (
            ("Reference", "reference"), ("9 in 10 draws, low", "p5"), ("9 in 10 draws, high", "p95")
        )
    }  # fmt: skip
    chart = _chart(deck, "LINE", words, forecast.usd("M"), [str(year) for year in years], series)
    chart.has_legend = True
    chart.legend.include_in_layout = False
    chart.legend.position = _constants().XL_LEGEND_POSITION.BOTTOM


def _driver_slide(deck: Any, forecast: Forecast) -> None:
    *rows, _ = order(forecast)
    if not rows:
        return
    rows, growth = rows[::-1], forecast.growth
    words = (
        f"{signed(growth.total, 2)} points of growth a year {growth.period},"
        f" {signed(growth.points[UNEXPLAINED], 2)} of them unexplained"
    )
    series = {"Points of growth a year": [row["points"] for row in rows]}
    names, unit = [row["title"] for row in rows], "points of growth a year"
    chart = _chart(deck, "BAR_CLUSTERED", words, unit, names, series)
    # clear of the bars that go below zero
    chart.category_axis.tick_label_position = _constants().XL_TICK_LABEL_POSITION.LOW


def _region_slide(deck: Any, forecast: Forecast) -> None:
    table, last = forecast.columns["region"], forecast.years[-1]
    best = max(range(len(table["name"])), key=lambda i: table["share"][i])
    words = f"{table['name'][best]} has {100 * table['share'][best]:.0f}% of value in {last}"
    unit = f"{forecast.usd('M')} in {last}"
    series = {unit: [value / 1e6 for value in table["final"]]}
    _chart(deck, "COLUMN_CLUSTERED", words, unit, table["name"], series)


def _chart(
    deck: Any, kind: str, words: str, unit: str, names: list[str], series: dict[str, list[float]]
) -> Any:
    """A native chart that fills a slide of its own under ``words``, which are its text as well."""
    from pptx.chart.data import CategoryChartData
    from pptx.util import Inches

    slide = deck.slides.add_slide(deck.slide_layouts[5])
    _title(slide, words)
    data = CategoryChartData(number_format="0.00" if unit.startswith("points") else "#,##0")
    data.categories = names
    for name, values in series.items():
        data.add_series(name, values)
    frame = slide.shapes.add_chart(
        getattr(_constants().XL_CHART_TYPE, kind), Inches(0.5), Inches(1.6), Inches(9), Inches(5.4),
        data,
    )  # fmt: skip
    said = kind.split("_")[0].capitalize()
    frame._element._nvXxPr.cNvPr.set("descr", f"{said} chart: {words}")
    frame.chart.has_legend = frame.chart.has_title = False
    _calm(frame.chart, unit)
    return frame.chart


def _constants() -> Any:
    from pptx.enum import chart

    return chart


def _title(slide: Any, words: str) -> None:
    slide.shapes.title.text = words
    for paragraph in slide.shapes.title.text_frame.paragraphs:
        for run in paragraph.runs:
            run.font.size = _points(24)


def _points(size: int) -> Any:
    from pptx.util import Pt

    return Pt(size)


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
    axis.major_gridlines.format.line.color.rgb = RGBColor.from_string(LIGHT["line"][1:])
    axis.format.line.fill.background()
    axis.has_title = True
    axis.axis_title.text_frame.text = unit
    for run in axis.axis_title.text_frame.paragraphs[0].runs:
        run.font.size, run.font.bold = _points(12), False
    for plot in chart.plots:
        plot.vary_by_categories = False
    for series, token in zip(chart.plots[0].series, ("model", "band50", "band50"), strict=False):
        colour = RGBColor.from_string(LIGHT[token][1:])
        if type(series).__name__ == "LineSeries":
            series.smooth = False
            series.format.line.color.rgb = colour
        else:
            series.format.fill.solid()
            series.format.fill.fore_color.rgb = colour
