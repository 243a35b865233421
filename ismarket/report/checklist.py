"""The reporting checklist: what a reader of a model must be told, filled where the run can.

Items from the abstract of Eddy et al. (2012), Model transparency and validation: a report of the
ISPOR-SMDM Modeling Good Research Practices Task Force-7, Value in Health 15(6):843-850,
doi 10.1016/j.jval.2012.04.012.  What only people can say stays visibly empty.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ..engine.forecast import Forecast
from ..text.wording import listed

SOURCE = (
    "Eddy et al. 2012, ISPOR-SMDM Modeling Good Research Practices Task Force-7,"
    " Value in Health 15(6):843-850"
)
EMPTY = ""


@dataclass(frozen=True)
class Item:
    """One line of the checklist; ``answer`` is empty where the run cannot know."""

    part: str
    asked: str
    answer: str = EMPTY


def checklist(forecast: Forecast) -> tuple[Item, ...]:
    """The items in their order, for this forecast."""
    return (*_transparency(forecast), *_validation(forecast))


def _transparency(forecast: Forecast) -> tuple[Item, ...]:
    plan = forecast.plan
    market, anchor = plan.market, plan.anchor
    drivers = listed([driver.name for driver in plan.drivers]) if plan.drivers else "none"
    statuses = Counter(p.status for p in plan.parameters if not p.constant)
    inputs = ", ".join(f"{n} {status}" for status, n in sorted(statuses.items()))
    horizon = f"{forecast.years[0]} to {forecast.years[-1]}"
    level = (
        f"level from {anchor.publisher} ({anchor.base_year})"
        if anchor.published
        else "level counted bottom-up"
    )
    sources = {p.source for p in plan.parameters if p.source}
    part = "Transparency"
    return (
        Item(part, "Model type", "patient funnel by year, region and drug class; Monte Carlo"),
        Item(part, "Intended application and use"),
        Item(part, "Funding source"),
        Item(part, "Structure", f"{' x '.join(s.name for s in market.stages)}; drivers {drivers}"),
        Item(part, "Inputs", f"{sum(statuses.values())} uncertain inputs: {inputs}"),
        Item(part, "Outputs", f"value by year, {horizon}, in {market.currency}; {level}"),
        Item(part, "Data sources", f"{len(sources)} source notes, one with each input"),
        Item(part, "Results", "path, growth, attribution, regions and classes, with intervals"),
        Item(part, "Limitations", _limits(forecast)),
        Item(
            part, "Technical documentation that lets a reader reproduce the model",
            f"scenario, seed {plan.scenario.seed} and {plan.scenario.draws:,} draws stand in this"
            " report; the package is open source",
        ),
    )  # fmt: skip


def _limits(forecast: Forecast) -> str:
    parameters = [p for p in forecast.plan.parameters if not p.constant]
    assumed = sum(p.status == "assumed" for p in parameters)
    factor = forecast.columns["calibration"]["reference"][0]
    text = f"{assumed} of {len(parameters)} uncertain inputs are assumed"
    if forecast.plan.anchor.published:
        text += f"; the level is {factor:.1f} times the bottom-up count"
    return text


def _validation(forecast: Forecast) -> tuple[Item, ...]:
    anchors = [a for a in forecast.plan.market.anchors.values() if a.published]
    others = [a for a in anchors if a.name != forecast.plan.anchor.name]
    part = "Validation"
    cross = f"set beside {len(others)} other published estimates" if others else EMPTY
    return (
        Item(part, "Face validity: experts judged structure, sources, assumptions and results"),
        Item(part, "Internal validity (verification): accuracy of the code"),
        Item(part, "Cross validity: other models of the same problem", cross),
        Item(part, "External validity: real-world results"),
        Item(part, "Predictive validity: events observed afterwards"),
    )
