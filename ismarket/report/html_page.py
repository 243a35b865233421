"""The HTML page of a forecast: one file, no script, nothing fetched from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from importlib.resources import files

from ..charts import svg
from ..charts.contributions import picture as contributions
from ..charts.fan import picture as fan
from ..charts.picture import Picture
from ..charts.theme import DARK, LIGHT
from ..charts.where import picture as where
from ..engine.findings import findings
from ..engine.forecast import Forecast
from ..engine.page import attribution_table, path_table
from ..model.scenario import write_scenario
from ..model.sources import CONFIDENCE, parts_of, read_sources
from ..text.sheet import Table
from ..text.wording import money, percent, rate
from ..version import __version__
from .checklist import SOURCE, checklist
from .first_screen import first_screen
from .titles import growth_title, path_title, where_title

WIDE, BESIDE, SLIM = 860, 600, 470
"""Widths of a picture on a page, beside the sentences and for a small screen, px."""
CONTENTS = {
    "path": "Forecast", "carried": "Why", "where": "Where", "know": "What to know",
    "inputs": "Inputs and sources", "checklist": "Reporting checklist",
    "again": "How to make it again",
}  # fmt: skip
"""The sections by id."""


def as_page(forecast: Forecast) -> str:
    """The whole page as text; open it in any browser, print it, send it."""
    market = forecast.plan.market
    path = _section(
        "path",
        path_title(forecast),
        f"<p class='small'>{escape(_how_to_read(forecast))}</p>",
        _picture(fan(forecast), BESIDE),
    )
    parts = [
        first_screen(forecast, CONTENTS, path),
        _table(path_table(forecast)),
        _section(
            "carried",
            growth_title(forecast),
            _picture(contributions(forecast)),
            _table(attribution_table(forecast)),
        ),
        _section(
            "where",
            where_title(forecast),
            _picture(where(forecast)),
            _where(forecast, "region"),
            _where(forecast, "drug_class"),
        ),
        _section("know", CONTENTS["know"], _list(findings(forecast))),
        _section("inputs", CONTENTS["inputs"], _inputs(forecast)),
        _section("checklist", CONTENTS["checklist"], f"<p class='small'>{escape(SOURCE)}</p>",
                 _items(forecast)),
        _section("again", CONTENTS["again"], _again(forecast)),
    ]  # fmt: skip
    style = _colours() + files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    head = (
        "<meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
        f"<title>{escape(market.title)}</title><style>{style}</style>"
    )
    body = "".join(parts)
    return (
        f"<!DOCTYPE html>\n<html lang='en'><head>{head}</head><body><main>{body}</main>"
        "</body></html>\n"
    )


def _colours() -> str:
    """The colours of both themes by name; a picture, drawn in the light ones, follows."""
    light, dark = ("".join(f"--{key.replace(' ', '')}:{value};" for key, value in one.items())
                   for one in (LIGHT, DARK))  # fmt: skip
    turned = "".join(
        f'svg [{ink}="{LIGHT[key]}"]{{{ink}:{DARK[key]}}}'
        for key in LIGHT
        for ink in ("fill", "stroke")
    )
    return f":root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}{turned}}}\n"


def _picture(picture: Picture, width: float = WIDE) -> str:
    """A chart in the width of a page and, for a small screen, in its narrow form."""
    wide, slim = svg(picture, width=width), svg(picture, width=SLIM)
    return f"<div class='full'>{wide}</div><div class='slim'>{slim}</div>"


def _how_to_read(forecast: Forecast) -> str:
    """What the lines and bands are, and why the bands open where they do."""
    usd = forecast.usd()
    text = f"{usd[:1].upper()}{usd[1:]} a year. Thick: the reference; thin: the median draw; bands:"
    text += " 1 in 2 and 9 in 10 draws"
    text += "; dashed: as printed." if forecast.plan.anchor.published else "."
    market = forecast.plan.market
    for stage in market.stages:
        if stage.path is not None and stage.parameters[0] in forecast.plan.parameters:
            opens = market.base_year + stage.path.known
            if opens <= market.years[-1]:
                text += f" {stage.title}: no interval before {opens}; the bands open there."
    return text


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1e5 else f"{value:g}"


def _section(id_: str, name: str, *parts: str) -> str:
    return f"<section id='{id_}'><h2>{escape(name)}</h2>{''.join(parts)}</section>"


def _table(table: Table, kind: str = "") -> str:
    """A table that scrolls by itself where the page is too narrow."""
    return f"<div class='scroll'>{table.html(kind)}</div>"


def _list(pairs: Iterable[tuple[str, str]]) -> str:
    lines = (f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in pairs)
    return f"<dl>{''.join(lines)}</dl>"


def _where(forecast: Forecast, axis: str) -> str:
    table, first, last = forecast.columns[axis], forecast.years[0], forecast.years[-1]
    name = axis.replace("_", " ").capitalize()
    usd = forecast.usd()
    header = (name, f"{usd} in {first}", f"{usd} in {last}", f"Share in {last}", "Growth a year")
    rows = [
        (name, money(base), money(final), percent(share), rate(growth))
        for name, base, final, share, growth in zip(
            table["name"], table["base"], table["final"], table["share"], table["cagr"], strict=True
        )
    ]
    return _table(Table(header, rows))


def _inputs(forecast: Forecast) -> str:
    """Every uncertain input with range, unit, status and source."""
    fixed = forecast.plan.scenario.fixed
    rows, known = [], read_sources()
    cited = {n: f"{n} ({known[n].confidence})" for n in known}
    for p in forecast.plan.parameters:
        how = "fixed, outside its range" if p in forecast.plan.outside else "fixed"
        used = f"{_figure(fixed[p.key])} ({how})" if p.key in fixed else _figure(p.mode)
        spread = "constant" if p.constant else f"{_figure(p.low)} to {_figure(p.high)}"
        source = " | ".join(cited.get(part, part) for part in parts_of(p.source))
        rows.append((p.key, used, spread, p.unit, p.status, source))
    header = ("Input", "Reference", "Range", "Unit", "Status", "Source")
    links = {cited[name]: source.address for name, source in known.items() if source.address}
    how = "; ".join(f"{letter} {words}" for letter, words in CONFIDENCE.items())
    note = f"<p class='small'>Behind a source: how it was read ({escape(how)}).</p>"
    return note + _table(Table(header, rows, len(header), links=links), "inputs")


def _items(forecast: Forecast) -> str:
    rows = ""
    for item in checklist(forecast):
        answer = (
            f"<td>{escape(item.answer)}</td>"
            if item.answer
            else "<td class='empty'>to be filled in</td>"
        )
        rows += f"<tr><th scope='row'>{escape(item.asked)}</th>{answer}</tr>"
    return f"<div class='scroll'><table class='words'><tbody>{rows}</tbody></table></div>"


def _again(forecast: Forecast) -> str:
    toml = escape(write_scenario(forecast.plan.scenario))
    return (
        f"<p>Save as <code>scenario.toml</code>, then <code>ismarket run scenario.toml</code>"
        f" (ismarket {escape(__version__)}).</p><pre>{toml}</pre>"
    )
