"""The first screen of a report: contents, the headline, the path, and what it says in sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from ..charts.levels import list_value
from ..engine.dollars import speaker
from ..engine.forecast import INFLATION, NAMED, UNEXPLAINED, Forecast
from ..engine.page import title
from ..text.wording import money, money_range, number
from ..version import __version__
from .headline import reading, strip
from .titles import largest_added, where_title


def first_screen(forecast: Forecast, contents: Mapping[str, str], path: str) -> str:
    """The head of the page, before its sections; ``contents`` are their names by id.

    ``path`` is the section that stands beside the sentences, as HTML.
    """
    market, scenario = forecast.plan.market, forecast.plan.scenario
    of = f"report on scenario **{scenario.name}**" if scenario.name else "report"
    head = f"<header><h1>{escape(market.title)}</h1><p class='small'>{_bold(of)}</p></header>"
    links = "".join(f"<li><a href='#{id_}'>{escape(name)}</a></li>"
                    for id_, name in contents.items())  # fmt: skip
    stamp = f"{title(forecast)} \N{MIDDLE DOT} ismarket {__version__}"
    aside = (
        f"<nav aria-label='Contents'><h2>Contents</h2><ul>{links}</ul><h2>Stamp</h2>"
        f"<p class='small'>{escape(stamp)}</p></nav>"
    )
    said = "".join(f"<li><a href='#{id_}'>{_bold(text)}</a></li>"
                   for id_, text in sentences(forecast))  # fmt: skip
    beside = f"<section class='said'><h2>In short</h2><ol>{said}</ol></section>"
    return f"{head}{aside}{_strip(strip(forecast))}<div class='first'>{path}{beside}</div>"


def sentences(forecast: Forecast) -> list[tuple[str, str]]:
    """What the report says in at most five sentences, each with the id of its section."""
    return [
        ("know", _level(forecast)),
        *(("carried", text) for text in (*_printed(forecast), *_added(forecast))),
        ("where", f"{where_title(forecast)}."),
    ]


def _level(forecast: Forecast) -> str:
    """What is printed, and what is counted."""
    anchor, count = forecast.plan.anchor, forecast.columns["count"]
    ends = money_range(count["p5"][0], count["p95"][0])
    listed = list_value(forecast)
    net, more = (" net", f", {money(listed)} at list price") if listed else ("", "")
    counted = f"**USD {money(count['reference'][0])}**{net} in {forecast.years[0]} ({ends}){more}"
    if not anchor.published:
        return f"Nothing is printed here: the count gives {counted}."
    return (
        f"The {speaker(anchor)} prints **USD {money(anchor.at(anchor.base_year))}** for"
        f" {anchor.base_year} and **{number(100 * anchor.cagr, 1)}%** a year; the count gives"
        f" {counted}."
    )


def _printed(forecast: Forecast) -> list[str]:
    """The printed growth taken apart, and on which reading of its dollars that rests."""
    growth = forecast.printed_growth
    if growth is None:
        return []
    points, who = growth.points, speaker(forecast.plan.anchor)
    carried, left = (number(points[name], 1) for name in (NAMED, UNEXPLAINED))
    parts = (
        f"the causes that the {who} names carry **{carried}** points; **{left}** rest on nothing"
    )
    if INFLATION not in points:
        return [f"Of {number(growth.total, 1)}% a year {parts}.", reading(forecast)[0]]
    prices = f"**{number(points[INFLATION], 1)}** of the {number(growth.total, 1)} points a year"
    return [
        f"{prices} are general prices, {reading(forecast)[0]}",
        f"{parts[:1].upper()}{parts[1:]}.",
    ]


def _added(forecast: Forecast) -> list[str]:
    """What the largest driver does that the report leaves out."""
    anchor, table = forecast.plan.anchor, forecast.columns["attribution"]
    most = largest_added(forecast)
    if most is None:
        return []
    place = table["driver"].index(most.name)
    usual, *span = (table[name][place] for name in ("points", "p5", "p95"))
    low, high = sorted(map(abs, span)) if span[0] * span[1] > 0 else span
    does = "adds" if usual >= 0 else "takes"
    away = "" if usual >= 0 else " away"
    left_out = f", which the {speaker(anchor)} leaves out," if anchor.published else ""
    return [
        f"{most.title}{left_out} {does} **{number(abs(usual), 1)}** points a year{away}"
        f" ({number(low, 1)} to {number(high, 1)})."
    ]


def _strip(cells: Sequence[Mapping[str, Any]]) -> str:
    """The five cells of the headline."""
    return f"<dl class='strip' aria-label='Headline'>{''.join(map(_cell, cells))}</dl>"


def _cell(cell: Mapping[str, Any]) -> str:
    unit = f"<span>{escape(cell['unit'])}</span>" if cell["unit"] else ""
    figure = (
        f"<dd class='figure'><b>{escape(cell['value'])}</b> {unit}</dd>" if cell["value"] else ""
    )
    parts = "".join(
        f"<i class='of-{part['kind']}{' out' * part['out']}'"
        f" style='left:{part['from']:.2f}%;width:{part['to'] - part['from']:.2f}%'></i>"
        for part in cell.get("parts", ())
    )
    names = "".join(
        f"<span class='of-{part['kind']}'>{escape(part['word'])}</span>"
        for part in cell.get("parts", ())
    )
    bar = f"<dd class='whole' aria-hidden='true'>{parts}</dd><dd class='names'>{names}</dd>"
    return (
        f"<div class='cell of-{cell['tone']}'><dt>{escape(cell['title'])}</dt>{figure}"
        f"{bar if parts else ''}<dd>{_bold(cell['words'])}</dd></div>"
    )


def _bold(words: str) -> str:
    """Words as HTML, bold between double asterisks."""
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", escape(words))
