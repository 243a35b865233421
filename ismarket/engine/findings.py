"""What a forecast says in words: one sentence for each question that a reader has."""

from __future__ import annotations

from dataclasses import replace

from ..model.anchor import Anchor
from ..model.pooled import LEVEL
from ..sampling.points import at_most
from ..text.sheet import rows_of
from ..text.wording import (
    listed,
    mid_sentence,
    money,
    money_range,
    nonzero,
    number,
    percent,
    rate,
    signed,
    times,
)
from .dollars import dollars, price_basis, speaker
from .forecast import INFLATION, NAMED, TRUSTED, UNEXPLAINED, Forecast
from .plan import Plan
from .shifts import still_acting, wholly_shared

ALIKE = 1e-9
"""Relative difference below which two growths are one."""


def about(plan: Plan, drawn: str = "") -> str:
    """Scenario, anchor, draws and seed in one line; ``drawn`` says otherwise how many, of what."""
    scenario = plan.scenario
    name = [f"scenario {scenario.name}"] if scenario.name else []
    drawn = drawn or f"{scenario.draws:,} draws"
    return " · ".join([*name, f"anchor {plan.anchor.name}", f"{drawn}, seed {scenario.seed}"])


def whose(forecast: Forecast) -> str:
    """Whose level the first year has, in a few words."""
    anchor, first = forecast.plan.anchor, forecast.years[0]
    if not anchor.published:
        return "counted bottom-up"
    if anchor.base_year < first:
        return f"{anchor.publisher} for {anchor.base_year}, moved on at its own growth"
    if LEVEL in forecast.plan.fixed:
        return f"set by hand; {anchor.publisher}"
    return anchor.publisher if anchor.spread else f"printed by {anchor.publisher}"


STILL = 1e-9
"""Points of growth a year up to which a driver moves nothing."""


def how_big(forecast: Forecast) -> str:
    """Level and forecast of the last year with its interval, and whose level it is."""
    path, summary = forecast.columns["reference"]["value"], forecast.columns["summary"]
    first, last = forecast.years[0], forecast.years[-1]
    return (
        f"USD {money(path[0])} in {first} ({whose(forecast)}), {money(path[-1])} in {last},"
        f" {dollars(forecast)}; {money_range(summary['p5'][-1], summary['p95'][-1])} in 9 of 10"
        " draws."
    )


def how_fast(forecast: Forecast) -> str:
    """Growth a year with its interval."""
    cagr = {name: 100.0 * values[0] for name, values in forecast.columns["cagr"].items()}
    return (
        f"{signed(cagr['reference'], 2)}% a year from {forecast.years[0]} to {forecast.years[-1]};"
        f" {signed(cagr['p5'], 1)} to {signed(cagr['p95'], 1)} in 9 of 10 draws."
    )


def left_unexplained(forecast: Forecast) -> str:
    """The printed growth taken apart: what its named causes carry, and what none does."""
    anchor, growth = forecast.plan.anchor, forecast.printed_growth
    if not anchor.published:
        return ""
    who = speaker(anchor)
    if growth is None:
        return f"The {who} ends in {anchor.last_year}: none of its growth lies ahead."
    steps = ""
    if not anchor.whole_period:
        steps = f" ({rate(anchor.cagr)} in {anchor.periods} yearly steps)"
    prices = ""
    if INFLATION in growth.points:
        prices = f" {number(growth.points[INFLATION], 2)} points are inflation,"
    return (
        f"Of the {who}'s {number(growth.total, 2)}% a year {growth.period}{steps},{prices} its"
        f" causes carry {number(growth.points[NAMED], 2)} at their most likely values, nothing"
        f" carries {number(growth.points[UNEXPLAINED], 2)}."
    )


def distance(forecast: Forecast) -> str:
    """How far the level is from the bottom-up count, with a warning where it is far."""
    count, factor = forecast.columns["count"], forecast.columns["calibration"]
    low, high = TRUSTED
    counted = (
        f"The count from {forecast.plan.market.chain_words} is USD {money(count['reference'][0])}"
        f" ({money_range(count['p5'][0], count['p95'][0])})"
    )
    if not forecast.plan.anchor.published:
        return f"{counted}, and that is the level."
    multiple = f"{times(factor['reference'][0])} times that"
    spread = f"({times(factor['p5'][0])} to {times(factor['p95'][0])})"
    if low <= factor["reference"][0] <= high:
        return f"{counted}; the level is {multiple} {spread}, which the count supports."
    return f"{counted}. WARNING: the level is {multiple} {spread}; the count does not support it."


def other_levels(forecast: Forecast) -> str:
    """The anchor's level against the other published estimates, each moved at its own growth."""
    anchor, year, market = forecast.plan.anchor, forecast.years[0], forecast.plan.market
    published = [a for a in market.anchors.values() if a.published]
    others = [other for other in published if other.name != anchor.name]
    if not anchor.published or not others:
        return ""
    level, plan = forecast.columns["reference"]["value"][0], forecast.plan
    multiple = {o.name: level / replace(plan, anchor=o).printed(year) for o in others}
    ends, most = times(min(multiple.values())), times(max(multiple.values()))
    text = f"The level is {ends} times the other published estimate"
    if len(others) > 1:
        what = "published estimates that it pools" if anchor.spread else "other published estimates"
        text = f"The level is {ends} to {most} times the {len(others)} {what}"
    for other in others:
        if other.publisher == anchor.publisher:
            ratio = multiple[other.name]
            edition = f"the same publisher's {other.base_year} edition"
            more = f"{number(ratio, 1)} times {edition}"
            text += f", {more}" if ratio >= 1 else f"; {edition} is {number(1 / ratio, 1)} times it"
    return text + "."


def where(forecast: Forecast) -> str:
    """The largest region and the fastest-growing class, set against the report's words."""
    anchor = forecast.plan.anchor
    regions, classes = forecast.columns["region"], forecast.columns["drug_class"]
    largest = max(range(len(regions["name"])), key=lambda i: regions["final"][i])
    name, share = regions["name"][largest], regions["share"][largest]
    fastest = fastest_classes(forecast)
    rise = rate(max(classes["cagr"]))
    if len(fastest) == len(classes["name"]) > 1:
        grows, fastest = f"every drug class grows alike, {rise} a year", []
    else:
        grows = f"fastest growth: {listed(fastest)}, {rise} a year"
    return (
        f"{name} is largest, {percent(share)} of value"
        f"{_as_printed(anchor, [name], anchor.largest_region)};"
        f" {grows}{_as_printed(anchor, fastest, anchor.fastest_growing_class)}."
    )


def fastest_classes(forecast: Forecast) -> list[str]:
    """The drug classes that grow fastest in the reference case: several where they grow alike."""
    table = forecast.columns["drug_class"]
    most = max(table["cagr"])
    return [n for n, c in zip(table["name"], table["cagr"], strict=True) if most - c < ALIKE]


def _as_printed(anchor: Anchor, found: list[str], printed: str) -> str:
    if not printed:
        return ""
    who = speaker(anchor)
    return f" (as the {who} says)" if found == [printed] else f" (the {who} says {printed})"


def launched(forecast: Forecast) -> str:
    """The launched product that sells most in the last year, and how many others sell at all."""
    if forecast.plan.anchor.published:  # scaled to a level that nobody counted
        return ""
    table = rows_of(forecast.columns["launch"])
    selling = [row for row in table if row["reference"] or row["p95"]]
    if not selling:
        return ""
    most = max(selling, key=lambda row: (row["reference"], row["p95"]))
    likely = "" if most["chance"] == 1.0 else f" ({percent(most['chance'])} likely)"
    interval = f"up to {money(most['p95'])}"
    if most["p5"]:
        interval = money_range(most["p5"], most["p95"])
    others = len(selling) - 1
    less = f"; {others} more {'sells' if others == 1 else 'sell'} less" if others else ""
    return (
        f"Own sales in {forecast.years[-1]}, {forecast.usd()}: {most['product'].split(',')[0]}"
        f"{likely} {money(most['reference'])} ({interval}){less}."
    )


def stacking(forecast: Forecast) -> str:
    """What counting shared causes once for every driver would add; "" where none is shared."""
    premium, rho = forecast.stacking_premium, forecast.plan.scenario.overlap
    mechanisms = forecast.plan.market.mechanisms
    claims = [n for d in forecast.plan.drivers for n in d.claims if not mechanisms[n].inert]
    if abs(premium) < 1.0 and len(set(claims)) == len(claims):
        return ""
    counted = "count once" if rho == 1 else f"count at overlap {rho:g}"
    change = f"{'add' if premium >= 0 else 'take away'} USD {money(abs(premium))}"
    if abs(premium) <= ALIKE * (premium + forecast.columns["reference"]["value"][-1]):
        change = "add nothing"
    return (
        f"Causes that several drivers share {counted}; once for each driver they would {change}"
        f" in {forecast.years[-1]} (stacking premium)."
    )


def no_spread(forecast: Forecast) -> bool:
    """True where every draw ends at one value: no input that is drawn moves the last year."""
    last = {name: values[-1] for name, values in forecast.columns["summary"].items()}
    return bool(last["p95"] - last["p5"] <= ALIKE * last["reference"])


def three_middles(forecast: Forecast) -> str:
    """Reference, median and mean of the last year, and why they differ."""
    reference = forecast.columns["reference"]["value"][-1]
    summary = forecast.columns["summary"]
    median, mean = summary["p50"][-1], summary["mean"][-1]
    middles = f"Reference {money(reference)}, median {money(median)}, mean {money(mean)}:"
    if no_spread(forecast):
        return ""
    spread = summary["p95"][-1] - summary["p5"][-1]
    if max(abs(median - reference), abs(mean - reference)) < 0.02 * spread:
        return f"{middles} they agree, since the ranges reach about as far up as down."
    side = "up" if mean > reference else "down"
    return (
        f"{middles} the reference sets each input to its most likely value, and on balance the"
        f" ranges reach further {side}."
    )


def exactness(forecast: Forecast) -> str:
    """Standard errors of the last year's quantiles, or what they are at most."""
    errors, summary = forecast.standard_errors, forecast.columns["summary"]
    draws = forecast.plan.scenario.draws
    if draws < 2:
        return "One draw says nothing of its standard errors."
    if no_spread(forecast):
        return ""
    shown = [
        f"{label} {nonzero(100 * errors['summary'][name][-1] / summary[name][-1], 2)}%"
        for label, name in (("low", "p5"), ("median", "p50"), ("high", "p95"))
    ]
    most = "at most, " if at_most(draws) else ""
    return f"Standard errors that {draws:,} draws leave in the last year: {most}{listed(shown)}."


def beyond(forecast: Forecast) -> str:
    """What moves the market after the report's last year, where the forecast goes further."""
    anchor = forecast.plan.anchor
    if not anchor.published or forecast.years[-1] <= anchor.last_year:
        return ""
    how = "the drivers alone move the market; the unexplained part stays as it stood"
    if forecast.plan.scenario.beyond != "drivers":
        how = f"its {rate(anchor.cagr)} a year is carried on"
    return f"The {speaker(anchor)} ends in {anchor.last_year}; after that {how}."


def lacking(forecast: Forecast) -> str:
    """The drivers that the report names and nobody has installed."""
    installed = {driver.name for driver in forecast.installed}
    missing = [name for name in forecast.plan.anchor.drivers_named if name not in installed]
    who = speaker(forecast.plan.anchor)
    return f"Named by the {who} but not installed: {listed(missing)}." if missing else ""


def acting_on(forecast: Forecast) -> list[str]:
    """For each driver that is left out, those of its causes that act on in others, and in which."""
    said = []
    for driver, causes, moved in still_acting(forecast.plan, forecast.installed):
        many = f"{len(moved)} of its {causes} causes {'act' if len(moved) > 1 else 'acts'}"
        if len(moved) == causes:
            many = f"all {causes} of its causes act" if causes > 1 else "its cause acts"
        where: dict[str, list[str]] = {}
        for title, to in moved.items():
            where.setdefault(listed(to), []).append(mid_sentence(title.split(",")[0]))
        parts = "; ".join(f"{listed(titles)} in {to}" for to, titles in where.items())
        nothing = ", so leaving it out changes little or nothing" * (len(moved) == causes)
        said.append(f"{driver.title} is left out, but {many} on{nothing}: {parts}.")
    return said


def outside_evidence(plan: Plan) -> list[str]:
    """What the scenario fixes beyond the range of evidence, in a sentence; empty for nothing."""
    fixed = plan.scenario.fixed
    said = [f"{p.key} = {fixed[p.key]:g} (range {p.low:g} to {p.high:g} {p.unit})"
            for p in plan.outside]  # fmt: skip
    if not said:
        return []
    return [f"Outside the evidence: {listed(said)}. A what-if; no source reaches so far."]


def placeholders(plan: Plan) -> list[str]:
    """What rests on numbers that nobody has given yet, in a sentence; empty for nothing."""
    drawn = [p for p in plan.parameters if not p.constant and p.key not in plan.scenario.fixed]
    if not (count := sum(p.placeholder for p in drawn)):
        return []
    from .placeholders import placeholder_share  # most markets have none

    share = percent(placeholder_share(plan))
    return [
        f"Placeholders: nobody has given {count} of {len(drawn)} uncertain numbers yet; on them"
        f" rest about {share} of the variance of the value in {plan.years[-1]}."
    ]


def caveats(plan: Plan) -> list[str]:
    """What every sheet says first: what is fixed beyond the evidence, and what has none yet."""
    return [*outside_evidence(plan), *placeholders(plan)]


def notices(forecast: Forecast) -> list[str]:
    """What to know before quoting: horizon, drivers left out and added, sampling error."""
    plan = forecast.plan
    anchor, scenario = plan.anchor, plan.scenario
    installed = {driver.name for driver in forecast.installed}
    found = [*caveats(plan), *filter(None, (beyond(forecast), lacking(forecast)))]
    added = [
        f"{driver.name} ({driver.plugin})" if driver.plugin else driver.name
        for driver in plan.drivers
        if anchor.published and driver.name not in plan.contained
    ]
    if added:
        found.append(f"Not named by the {speaker(anchor)}, so on top of it: {listed(added)}.")
    table = forecast.columns["attribution"]
    rows = zip(table["driver"], *(table[name] for name in ("points", "p5", "p95")), strict=True)
    carried = {name: max(map(abs, points)) for name, *points in rows}
    if still := [driver.name for driver in plan.drivers if carried[driver.name] < STILL]:
        found.append(f"Moves nothing in this forecast: {listed(still)}.")
    left_out = [name for name in scenario.without if name in installed]
    if left_out:
        found.append(f"Left out: {listed(left_out)}.")
    found += acting_on(forecast)
    for one, _ in wholly_shared(plan):
        found.append(f"The switch of {one.title} moves nothing: others share all its causes.")
    if scenario.fixed:
        values = [f"{key} = {value:g}" for key, value in sorted(scenario.fixed.items())]
        found.append(f"Fixed by hand: {listed(values)}.")
    drawn = {p.key for p in plan.parameters}
    whose = {one.keys: f" ({one.stated_by}'s, {one.status})" for one in plan.market.correlations}
    for pair, rho in plan.pairs.items():
        if pair in scenario.pairs or (rho and drawn.issuperset(pair)):
            by = "" if pair in scenario.pairs else whose[pair]
            found.append(f"Rank correlation of {' ~ '.join(pair)}: {number(rho, 2)}{by}.")
    if forecast.repaired:
        found.append(
            "The correlations contradict each other; the nearest that do not were used, changed by"
            f" up to {forecast.repaired:.2f}."
        )
    if forecast.shapley_error:
        points = 100.0 * forecast.shapley_error / forecast.span
        found.append(
            f"{len(plan.drivers)} drivers: contributions are sampled over orders,"
            f" standard error up to {nonzero(points, 3)} points."
        )
    return found


FINDINGS = {
    "Unexplained": left_unexplained,
    "Its dollars": price_basis,
    "The count": distance,
    "Others": other_levels,
    "Where": where,
    "Launches": launched,
    "Overlap": stacking,
    "Middles": three_middles,
    "Exact to": exactness,
}
"""What stands below the tables, in reading order: a label and its sentence."""


def findings(forecast: Forecast) -> list[tuple[str, str]]:
    """The labelled sentences below the tables that this forecast has something to say for."""
    said = [(label, sentence(forecast)) for label, sentence in FINDINGS.items()]
    return [(label, text) for label, text in said if text] + [
        ("Note", text) for text in notices(forecast)
    ]


def headline(forecast: Forecast) -> str:
    """How big and how fast in two sentences."""
    return f"{how_big(forecast)} {how_fast(forecast)}"
