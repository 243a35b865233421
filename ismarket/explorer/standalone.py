"""The page that computes: one file with controls, draws and the chain of stages, without a kernel.

It holds the scenario it was made from, so that whoever has the package makes it again and compares.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from importlib.resources import files
from typing import Any

from ..charts.fan import opens, starts, turning_points
from ..charts.units import unit_of
from ..engine.dollars import speaker
from ..engine.findings import headline
from ..engine.forecast import Forecast
from ..engine.forecaster import forecast_of
from ..engine.page import attribution_table, path_table, title
from ..engine.plan import make_plan
from ..model.anchor_file import ANCHOR
from ..model.recipe import as_python
from ..model.scenario import write_scenario
from ..report.headline import strip
from ..report.portable import portable
from ..report.titles import growth_title, path_title, where_title
from ..runs.layout import digest
from ..studies import Study
from ..text.wording import listed
from ..version import __version__
from .controls import state, structure
from .runtime import text

FEW = 64
"""Draws of a forecast of which the reference case alone is read."""
CONTROLS = ("dom.js", "slider.js", "controls.js", "table.js")
OWN = ("attribution.js", "chain.js", "figures.js", "fan.js", "bars.js", "page.js")
NOWHERE = (
    "default-src 'none'; script-src '{}'; style-src 'unsafe-inline'; form-action 'none';"
    " base-uri 'none'"
)
"""The content policy: nothing is fetched, sent or run but what is in the file."""
CURRENT, CONSTANT = "current", "constant"


@dataclass(frozen=True)
class Made:
    """What a page was made from: enough to make it again.

    ``run`` and ``seal`` are those of the kept run, empty where none was; ``anchor`` is the text of
    an anchor's own file.
    """

    when: str
    version: str
    scenario: str
    anchor: str
    installed: Sequence[str]
    run: str = ""
    seal: str = ""


def made_from(study: Study, forecast: Forecast) -> Made:
    """What a page of a study's forecast is made from, now."""
    record = study.record
    return Made(
        f"{datetime.now(UTC):%d %B %Y, %H:%M} UTC",
        __version__,
        write_scenario(forecast.plan.scenario),
        study.origin.tables.get(ANCHOR, b"").decode(),
        [driver.name for driver in forecast.installed],
        *((record.manifest["name"], record.manifest["seal"]) if record else ()),
    )


def as_page(study: Study, forecast: Forecast, made: Made | None = None) -> str:
    """The page of a study's forecast; two that are ``made`` alike are the same text."""
    made = made or made_from(study, forecast)
    style = text("panel.css") + _own("page.css")
    script = text(*CONTROLS) + "{\n" + "".join(map(_own, OWN)) + "}\n"
    data = _data(forecast, made) | {"code": digest(f"{style}{script}".encode())}
    packed = json.dumps(data, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
    before, after = _around(forecast, style, script)
    bears = f'id="data" data-fingerprint="{digest(packed.encode())}"'
    return f'{before}<script type="application/json" {bears}>{packed}{after}'


def _around(forecast: Forecast, style: str, script: str) -> tuple[str, str]:
    """The page before its data and after: policy, style, what is read without a script, script."""
    allowed = base64.b64encode(bytes.fromhex(digest(script.encode()))).decode()
    market = escape(forecast.plan.market.title)
    read = f"<h1>{market}</h1><p>{escape(title(forecast))}</p><p>{escape(headline(forecast))}</p>"
    tables = path_table(forecast).html() + attribution_table(forecast).html()
    before = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="{NOWHERE.format(f"sha256-{allowed}")}">
<title>{market}</title><style>{style}</style></head>
<body><main class="ism standalone" id="page"><noscript>{read}{tables}</noscript></main>
"""
    return before, f'</script>\n<script type="module">{script}</script></body></html>\n'


def _own(name: str) -> str:
    return files("ismarket.report").joinpath("page", name).read_text(encoding="utf-8")


def _data(forecast: Forecast, made: Made) -> dict[str, Any]:
    """All that the page shows and computes with, and what it was made from."""
    model, scenario, own = (
        portable(forecast),
        forecast.plan.scenario,
        forecast.plan.anchor.price_basis,
    )
    dollars, controls = _in_both_dollars(_few(forecast, {})), _structure(forecast, model)
    return {
        "model": model,
        "structure": controls,
        "state": state(forecast, scenario, scenario, False),
        "strips": {
            f"{basis} {name}": strip(shown)
            for basis in model["readings"]
            for read in [{} if basis == own else {"price_basis": basis}]  # as it reads by itself
            for name, shown in _in_both_dollars(_few(forecast, read)).items()
        },
        "words": _words(forecast, model, dollars, controls),
        "stamp": _stamp(forecast, model, made),
        "made": vars(made),
    }


def _few(forecast: Forecast, changes: Mapping[str, Any]) -> Forecast:
    """The forecast with few draws, for its reference case."""
    plan = forecast.plan
    through = {"draws": FEW, "through": plan.years[-1]}
    made = make_plan(plan.market, forecast.installed, plan.scenario.changed(**through, **changes))
    return forecast_of(made, forecast.installed)


def _in_both_dollars(forecast: Forecast) -> dict[str, Forecast]:
    """The forecast in current and in constant dollars, as far as dollars have a basis."""
    if forecast.plan.market.price_level is None:
        return {CURRENT: forecast}
    return {
        CURRENT: forecast.in_dollars(current=True),
        CONSTANT: forecast.in_dollars(current=False),
    }


# controls ---------------------------------------------------------------------------------------


def _structure(forecast: Forecast, model: Mapping[str, Any]) -> dict[str, Any]:
    """The controls of the panel; what stands still says so, what the page has not is left out."""
    plan = forecast.plan
    known = {parameter["key"] for parameter in model["parameters"]}
    sent = {key for driver in model["drivers"] for key in driver["computed"]}
    sent |= {p.key for name in model["merged"] for p in plan.market.mechanisms[name].parameters}
    acting = {driver["name"] for driver in model["drivers"]}
    found = structure(plan.market, [d for d in forecast.installed if d.name in acting])
    for driver in found["drivers"]:
        driver["causes"] = [_standing(cause, sent) for cause in driver["causes"]]
    for stage in found["count"]:
        stage["inputs"] = [one for one in stage["inputs"] if one["key"] in known]
    found["count"] = [stage for stage in found["count"] if stage["inputs"]]
    labels = dict(next(one["options"] for one in found["choices"] if one["name"] == "anchor"))
    still = {
        "anchor": str(labels.get(plan.anchor.name, plan.anchor.name)),
        "through": str(plan.years[-1]),
        "draws": f"{model['draws']:,}",
        "seed": str(plan.scenario.seed),
    }
    if len(model["readings"]) == 1:
        still["price_basis"] = plan.anchor.price_basis
    for choice in found["choices"]:
        if choice["name"] in still:
            choice["sent"] = still[choice["name"]]
    return found | {"problems": []}


def _standing(cause: dict[str, Any], sent: set[str]) -> dict[str, Any]:
    """A cause with its controls, or with its inputs as sent where Python alone can move them."""
    inputs = cause["inputs"]
    if not any(one["key"] in sent for one in inputs):
        return cause
    said = "; ".join(f"{one['label']} about {one['mode']:g} {one['unit']}" for one in inputs)
    reason = f"computed by the driver itself, so its inputs stand still: {said}"
    return cause | {"inputs": [], "word": "as sent", "reason": reason}


# words ------------------------------------------------------------------------------------------


def _words(
    forecast: Forecast,
    model: Mapping[str, Any],
    dollars: Mapping[str, Forecast],
    controls: Mapping[str, Any],
) -> dict[str, Any]:
    """The words of the page as sent, by the dollars shown where they differ."""
    plan, first = forecast.plan, forecast.columns["reference"]["value"][0]
    turns = turning_points(forecast)
    head, _, tail = as_python(plan.scenario).partition("market, drivers = ")
    causes = [cause for driver in controls["drivers"] for cause in driver["causes"]]
    computed = [driver["title"] for driver in model["drivers"] if driver["computed"]]
    moving = {one["key"] for cause in [*causes, *controls["count"]] for one in cause["inputs"]}
    return {
        "scenario": f"**{plan.scenario.name or 'scenario'}**",
        "file": plan.scenario.name or "scenario",
        "draws": f"{model['draws']:,} draws \N{MIDDLE DOT} seed {plan.scenario.seed}",
        "speaker": speaker(plan.anchor),
        "place": plan.market.title.split(", ")[-1].capitalize(),
        "usd": {name: shown.usd("@") for name, shown in dollars.items()},
        "findings": {
            name: {"forecast": path_title(shown), "why": growth_title(shown),
                   "where": where_title(shown)}
            for name, shown in dollars.items()
        },
        "start": {
            name: starts(shown, unit_of(first))[0]["text"] if plan.anchor.published else ""
            for name, shown in dollars.items()
        },
        "opens": {
            "at": forecast.years.index(turns[0]["year"]),
            "words": opens(dollars[CURRENT])[0]["text"],
        } if turns else None,
        "python": [head, f"market, drivers = {tail}"],
        "moves": [
            f"{len(model['drivers'])} drivers on or off, and their strength",
            f"{len(moving)} inputs within their ranges",
            "current or constant dollars; overlap" if model["prices"] else "overlap",
        ],
        "stands": [
            f"anchor, horizon to {forecast.years[-1]}, draws and seed",
            *([f"inputs of {listed(computed)}, which compute themselves"] if computed else []),
            "sources in full, audit and what matters need the package",
        ],
        "verify": "ismarket verify --page FILE",
        "verified": "makes every number again from what is inside, and compares; what a reader"
        " moves is not kept in the file.",
    }  # fmt: skip


def _stamp(forecast: Forecast, model: Mapping[str, Any], made: Made) -> list[list[str]]:
    """What the page was made from and how exact it is, line by line."""
    scenario, error = forecast.plan.scenario, model["figures"]["error"]
    source = f"scenario **{scenario.name or 'scenario'}**; no run was kept"
    if made.run:
        source = f"run **{made.run}**, seal {made.seal[:16]}"
    return [
        ["made", f"{made.when}, ismarket {made.version}"],
        ["from", source],
        ["exact", f"{model['draws']:,} of {scenario.draws:,} draws; as sent every line of the fan"
                  f" within **{100 * error:.2f}%** of theirs"],
    ]  # fmt: skip
