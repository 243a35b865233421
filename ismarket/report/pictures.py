"""The pictures of the page, as SVG: the path with its draws, and what each driver carries."""

from __future__ import annotations

import math
from html import escape

from ..engine.forecast import UNEXPLAINED, Forecast
from ..text.wording import money, signed

WIDTH, HEIGHT = 760, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 130, 14, 30


def path_picture(forecast: Forecast) -> str:
    """The reference path, its 50% and 90% bands, and the published path if there is one."""
    summary, years = forecast.columns["summary"], forecast.years
    top = 1.06 * float(max(summary["p95"]))
    wide = WIDTH - LEFT - RIGHT
    high = HEIGHT - TOP - BOTTOM
    across = [LEFT + wide * i / (len(years) - 1) for i in range(len(years))]

    def down(value: float) -> float:
        return TOP + high * (1 - value / top)

    def line(values: list[float]) -> str:
        points = zip(across, values, strict=True)
        return " ".join(f"{x:.1f},{down(v):.1f}" for x, v in points)

    def band(low: str, upper: str) -> str:
        back = list(zip(across, summary[low], strict=True))[::-1]
        return f"{line(summary[upper])} " + " ".join(f"{x:.1f},{down(v):.1f}" for x, v in back)

    parts = _scale(top)
    parts += [
        f'<polygon class="wide" points="{band("p5", "p95")}"/>',
        f'<polygon class="narrow" points="{band("p25", "p75")}"/>',
        f'<polyline class="model" points="{line(summary["reference"])}"/>',
        f'<polyline class="median" points="{line(summary["p50"])}"/>',
    ]
    anchor = forecast.plan.anchor
    if anchor.published:
        printed = [forecast.plan.printed(year) for year in years if year <= anchor.last_year]
        points = zip(across, printed, strict=False)
        dashed = " ".join(f"{x:.1f},{down(v):.1f}" for x, v in points)
        parts.append(f'<polyline class="report" points="{dashed}"/>')
    parts += [_text(x, HEIGHT - 10, str(y), "middle") for x, y in zip(across, years, strict=True)]
    end = across[-1] + 8
    ends = [("9 in 10", summary["p95"][-1]), ("reference", summary["reference"][-1])]
    ends.append(("9 in 10", summary["p5"][-1]))
    for y, label, value in _apart([(down(v), name, v) for name, v in ends]):
        parts.append(_text(end, y + 4, f"{money(value)} {label}", "start"))
    return _svg(_path_words(forecast), parts, HEIGHT)


def _path_words(forecast: Forecast) -> str:
    summary, years = forecast.columns["summary"], forecast.years
    return (
        f"Line chart by year. Reference USD {money(summary['reference'][0])} in {years[0]} and"
        f" {money(summary['reference'][-1])} in {years[-1]};"
        f" 9 in 10 draws {money(summary['p5'][-1])} to {money(summary['p95'][-1])}."
    )


def driver_picture(forecast: Forecast) -> str:
    """Points of growth a year by driver: bars of the reference, whiskers for 9 in 10 draws."""
    table = forecast.columns["attribution"]
    rows = [
        i
        for i, name in enumerate(table["driver"])
        if name != "total" and (name != UNEXPLAINED or forecast.plan.anchor.published)
    ]
    if not rows:
        return ""
    low: float = min(0.0, *(table["p5"][i] for i in rows), *(table["points"][i] for i in rows))
    high: float = max(0.01, *(table["p95"][i] for i in rows), *(table["points"][i] for i in rows))
    left, wide = 190, WIDTH - 190 - 80

    def across(points: float) -> float:
        return left + wide * (points - low) / (high - low)

    parts, said = [f'<line class="grid" x1="{across(0):.1f}" x2="{across(0):.1f}" y1="4"'
                   f' y2="{len(rows) * 30 + 4}"/>'], []  # fmt: skip
    for n, i in enumerate(rows):
        y, points = 10 + 30 * n, table["points"][i]
        kind = "report" if table["driver"][i] == UNEXPLAINED else "bar"
        x0, x1 = sorted((across(0), across(points)))
        parts.append(
            f'<rect class="{kind}" x="{x0:.1f}" y="{y}" width="{x1 - x0:.1f}" height="16"/>'
        )
        a, b = across(table["p5"][i]), across(table["p95"][i])
        parts.append(f'<line class="whisker" x1="{a:.1f}" x2="{b:.1f}" y1="{y + 8}" y2="{y + 8}"/>')
        parts.append(_text(left - 10, y + 13, table["title"][i], "end"))
        parts.append(_text(WIDTH - 4, y + 13, signed(points, 2), "end"))
        said.append(f"{table['title'][i]} {signed(points, 2)}")
    words = f"Bar chart of points of growth a year to {forecast.years[-1]}: {', '.join(said)}."
    return _svg(words, parts, len(rows) * 30 + 12)


def _scale(top: float) -> list[str]:
    """Grid lines at round amounts, with their money."""
    parts = []
    step = round_step(top)
    for mark in range(int(top / step) + 1):
        y = TOP + (HEIGHT - TOP - BOTTOM) * (1 - mark * step / top)
        parts.append(
            f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        )
        parts.append(_text(LEFT - 8, y + 4, money(mark * step) if mark else "0", "end"))
    return parts


def round_step(top: float) -> float:
    """One, two or five times a power of ten, so that three to six steps reach ``top``."""
    power = 10.0 ** math.floor(math.log10(top))
    return next(power * part for part in (0.2, 0.5, 1.0, 2.0) if top / (power * part) < 6)


def _apart(labels: list[tuple[float, str, float]]) -> list[tuple[float, str, float]]:
    """The labels moved down until none is nearer than 16 px to the one above."""
    placed: list[tuple[float, str, float]] = []
    for y, name, value in sorted(labels):
        y = max(y, placed[-1][0] + 16) if placed else y
        placed.append((y, name, value))
    return placed


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _svg(words: str, parts: list[str], height: float) -> str:
    label = escape(words, quote=True)
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{label}">'
        f"<title>{escape(words)}</title>{''.join(parts)}</svg>"
    )
