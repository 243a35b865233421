"""What a forecast says in words: one sentence for each question that a reader has."""

from __future__ import annotations

from ..sampling.standard_errors import at_most
from ..text.wording import listed, money, money_range, number, percent, rate, signed, times
from .forecast import TRUSTED, UNEXPLAINED, Forecast


def how_big(forecast: Forecast) -> str:
    """Level and forecast of the last year with its interval, and whose level it is."""
    path, summary = forecast.columns["reference"]["value"], forecast.columns["summary"]
    anchor, first, last = forecast.plan.anchor, forecast.years[0], forecast.years[-1]
    whose = f"printed by {anchor.publisher}" if anchor.published else "counted bottom-up"
    if anchor.published and anchor.base_year < first:
        whose = f"{anchor.publisher} for {anchor.base_year}, moved on at its own growth"
    return (
        f"USD {money(path[0])} in {first} ({whose}), {money(path[-1])} in {last};"
        f" {money_range(summary['p5'][-1], summary['p95'][-1])} in 9 of 10 draws."
    )


def how_fast(forecast: Forecast) -> str:
    """Growth a year with its interval."""
    cagr = {name: 100.0 * values[0] for name, values in forecast.columns["cagr"].items()}
    return (
        f"{signed(cagr['reference'], 2)}% a year from {forecast.years[0]} to {forecast.years[-1]};"
        f" {signed(cagr['p5'], 1)} to {signed(cagr['p95'], 1)} in 9 of 10 draws."
    )


def left_unexplained(forecast: Forecast) -> str:
    """How much of the printed growth no cause carries."""
    anchor, attribution = forecast.plan.anchor, forecast.columns["attribution"]
    if not anchor.published:
        return ""
    points = attribution["points"][attribution["driver"].index(UNEXPLAINED)]
    steps = "" if anchor.whole_period else f" in {anchor.periods} yearly steps"
    return (
        f"{number(points, 2)} points a year: the report prints {rate(anchor.cagr)}{steps}, and no"
        " cause that it names carries them."
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
    anchor, year = forecast.plan.anchor, forecast.years[0]
    published = [a for a in forecast.plan.market.anchors.values() if a.published]
    others = [other for other in published if other.name != anchor.name]
    if not anchor.published or not others:
        return ""
    level = forecast.columns["reference"]["value"][0]
    multiple = {other.name: level / other.at(year) for other in others}
    ends = f"{times(min(multiple.values()))} to {times(max(multiple.values()))}"
    text = f"The level is {ends} times the {len(others)} other published estimates"
    for other in others:
        if other.publisher == anchor.publisher:
            text += f", {number(multiple[other.name], 1)} times the same publisher's"
            text += f" {other.base_year} edition"
    return text + "."


def where(forecast: Forecast) -> str:
    """The largest region and the fastest-growing class, set against the report's words."""
    anchor = forecast.plan.anchor
    regions, classes = forecast.columns["region"], forecast.columns["drug_class"]
    largest = max(range(len(regions["name"])), key=lambda i: regions["final"][i])
    fastest = max(range(len(classes["name"])), key=lambda i: classes["cagr"][i])
    return (
        f"{regions['name'][largest]} is largest, {percent(regions['share'][largest])} of value"
        f"{_as_printed(regions['name'][largest], anchor.largest_region)};"
        f" {classes['name'][fastest]} grow fastest, {rate(classes['cagr'][fastest])} a year"
        f"{_as_printed(classes['name'][fastest], anchor.fastest_growing_class)}."
    )


def _as_printed(found: str, printed: str) -> str:
    if not printed:
        return ""
    return " (as the report says)" if found == printed else f" (the report says {printed})"


def stacking(forecast: Forecast) -> str:
    """What counting shared causes once for every driver would add."""
    premium, rho = forecast.stacking_premium, forecast.plan.scenario.overlap
    counted = "count once" if rho == 1 else f"count at overlap {rho:g}"
    change = f"{'add' if premium >= 0 else 'take away'} USD {money(abs(premium))}"
    return (
        f"Causes that several drivers share {counted}; once for each driver they would {change}"
        f" in {forecast.years[-1]} (stacking premium)."
    )


def three_middles(forecast: Forecast) -> str:
    """Reference, median and mean of the last year, and why they differ."""
    reference = forecast.columns["reference"]["value"][-1]
    summary = forecast.columns["summary"]
    median, mean = summary["p50"][-1], summary["mean"][-1]
    middles = f"Reference {money(reference)}, median {money(median)}, mean {money(mean)}:"
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
    shown = [
        f"{label} {number(100 * errors['summary'][name][-1] / summary[name][-1], 2)}%"
        for label, name in (("low", "p5"), ("median", "p50"), ("high", "p95"))
    ]
    most = "at most, " if at_most(draws) else ""
    return f"Standard errors that {draws:,} draws leave in the last year: {most}{listed(shown)}."


def lacking(forecast: Forecast) -> str:
    """The drivers that the report names and nobody has installed."""
    installed = {driver.name for driver in forecast.installed}
    missing = [name for name in forecast.plan.anchor.drivers_named if name not in installed]
    return f"Named by the report but not installed: {listed(missing)}." if missing else ""


def notices(forecast: Forecast) -> list[str]:
    """What to know before quoting: horizon, drivers left out and added, sampling error."""
    plan, found = forecast.plan, []
    anchor, scenario = plan.anchor, plan.scenario
    installed = {driver.name for driver in forecast.installed}
    if anchor.published and forecast.years[-1] > anchor.last_year:
        how = (
            "the drivers alone move the market"
            if scenario.beyond == "drivers"
            else f"its {rate(anchor.cagr)} a year is carried on"
        )
        found.append(f"The report ends in {anchor.last_year}; after that {how}.")
    if lacking(forecast):
        found.append(lacking(forecast))
    added = [
        f"{driver.name} ({driver.plugin})" if driver.plugin else driver.name
        for driver in plan.drivers
        if anchor.published and driver.name not in anchor.drivers_named
    ]
    if added:
        found.append(f"Not named by the report, so on top of it: {listed(added)}.")
    left_out = [name for name in scenario.without if name in installed]
    if left_out:
        found.append(f"Left out: {listed(left_out)}.")
    if scenario.fixed:
        values = [f"{key} = {value:g}" for key, value in sorted(scenario.fixed.items())]
        found.append(f"Fixed by hand: {listed(values)}.")
    for pair, rho in scenario.correlation.items():
        found.append(f"Rank correlation of {pair}: {number(rho, 2)}.")
    if forecast.repaired:
        found.append(
            "The correlations contradict each other; the nearest that do not were used, changed by"
            f" up to {forecast.repaired:.2f}."
        )
    if forecast.shapley_error:
        points = 100.0 * forecast.shapley_error / forecast.span
        found.append(
            f"{len(plan.drivers)} drivers: contributions are sampled over orders,"
            f" standard error up to {points:.3f} points."
        )
    return found


FINDINGS = {
    "Unexplained": left_unexplained,
    "The count": distance,
    "Others": other_levels,
    "Where": where,
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


def sentences(forecast: Forecast) -> list[str]:
    """The findings without their labels."""
    return [text for _, text in findings(forecast)]
