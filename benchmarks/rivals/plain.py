"""The market in plain NumPy, as an analyst writes it: whole arrays, draws first, np.quantile.

A second writing of the model from its description, which takes nothing from the engine: the
yardstick of its answer, and of its speed.
"""

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from .inputs import LEVELS

BY_CLASS = ("class_mix", "units", "unit_price", "net_share")
"""Stages with a number for each drug class in each region; the others have one for each region."""


@dataclass(frozen=True)
class Answer:
    """Mean and quantiles (statistic, ...) of the totals (year) and cells (year, region, class)."""

    totals: np.ndarray
    cells: np.ndarray


def sample(inputs, draws, seed):
    """Draws of every parameter by key: PERT through NumPy's beta, a chance 1 or 0."""
    rng = np.random.default_rng(seed)
    drawn = {}
    for r in inputs.ranges:
        ends = r.low, r.mode, r.high
        if r.constant:
            drawn[r.key] = np.full(draws, r.mode)
            continue
        if r.scale == "chance":
            drawn[r.key] = (rng.random(draws) < r.mode).astype(float)
            continue
        low, mode, high = np.log(ends) if r.scale == "log" else ends
        share = (mode - low) / (high - low)
        value = low + (high - low) * rng.beta(1 + 4 * share, 5 - 4 * share, size=draws)
        drawn[r.key] = np.exp(value) if r.scale == "log" else value
    return drawn


def shifts(inputs, drawn, drivers, years):
    """Shift by stage, (draw, year, region, class or 1); 0 for a stage that nothing moves."""
    found = defaultdict(float)
    for cause in inputs.causes:
        if not cause.drivers & drivers:
            continue
        start, ceiling = np.array(cause.start), np.array(cause.ceiling)
        half_time = drawn[f"{cause.name}.half_time"][:, None, None]
        rate = np.log(1 + ceiling / start) / half_time
        reached = ceiling / (1 + (ceiling - start) / start * np.exp(-rate * years[:, None]))
        shift = np.log(drawn[f"{cause.name}.ratio"])[:, None, None] * (reached - start)
        if cause.stage not in found:
            classes = len(inputs.drug_classes) if cause.stage in BY_CLASS else 1
            found[cause.stage] = np.zeros((*shift.shape, classes))
        if cause.drug_class is None:
            found[cause.stage] += shift[..., None]
        else:
            found[cause.stage][..., cause.drug_class] += shift
    return found


def followed(inputs, drawn, stage, drivers, years):
    """A stage on its path, (draw, year, region, 1), or as it stands in the base year.

    Every year is as many times its own bound off the medium path as the last year of the table.
    """
    path = inputs.paths[stage]
    if not path.drivers & drivers:
        return path.mode[0][:, None]
    low, mode, high = path.low, path.mode, path.high
    last = np.stack([drawn[key] for key in inputs.keys[stage]], axis=-1)
    up = np.maximum(last - mode[-1], 0) / (high[-1] - mode[-1])
    down = np.maximum(mode[-1] - last, 0) / (mode[-1] - low[-1])
    found = mode[years] + up[:, None] * (high - mode)[years]
    found -= down[:, None] * (mode - low)[years]
    return found[..., None]


def dearer(inputs, drawn, drivers, years):
    """Mean price of each class over that of what launches displace, (draw, year, region, class)."""
    whole = len(years), len(inputs.regions), len(inputs.drug_classes)
    taken, added = np.zeros((2, len(drawn[inputs.launches[0].keys[0]]), *whole))
    for launch in inputs.launches:
        if not launch.drivers & drivers:
            continue
        chance, begin, peak, to_peak, ratio = (drawn[key][:, None] for key in launch.keys)
        share = np.clip((inputs.base_year + years + 0.5 - begin) / to_peak, 0, 1) * peak * chance
        for region in np.flatnonzero(launch.regions):
            taken[:, :, region, launch.drug_class] += share
            added[:, :, region, launch.drug_class] += share * (ratio - 1)
    return 1 + added / np.maximum(taken, 1)


def logit(share, shift):
    """A share whose odds are multiplied by exp(shift)."""
    odds = share / (1 - share) * np.exp(shift)
    return odds / (1 + odds)


def count(inputs, drawn, drivers, years=None):
    """The market counted from births to dollars, USD, (draw, year, region, class).

    ``years`` are counted from the base year, by default those of the forecast.
    """
    years = np.arange(inputs.first, inputs.first + inputs.years) if years is None else years
    shift = shifts(inputs, drawn, drivers, years)

    def base(stage):
        classes = len(inputs.drug_classes) if stage in BY_CLASS else 1
        given = np.stack([drawn[key] for key in inputs.keys[stage]], axis=-1)
        return given.reshape(-1, 1, len(inputs.regions), classes)

    patients = followed(inputs, drawn, "births", drivers, years)
    patients = patients * base("incidence") * np.exp(shift["incidence"])
    patients = patients * logit(base("diagnosed"), shift["diagnosed"])
    patients = patients * logit(base("treated"), shift["treated"])
    courses = np.maximum(base("courses") * np.exp(shift["courses"]), 1)
    mix = base("class_mix") * np.exp(shift["class_mix"])
    mix = mix / mix.sum(axis=-1, keepdims=True)
    units = base("units") * np.exp(shift["units"])
    price = base("unit_price") * np.exp(shift["unit_price"])
    price = price * dearer(inputs, drawn, drivers, years)
    price /= dearer(inputs, drawn, drivers, np.zeros(1, int))
    kept = logit(base("net_share"), shift["net_share"])
    level = followed(inputs, drawn, "price_level", drivers, years)
    return patients * courses * mix * units * price * kept * level


def at_modes(inputs):
    """Every parameter at its mode, a chance at its probability, each (1,)."""
    return {key: np.array([mode]) for key, mode in inputs.modes.items()}


def unexplained(inputs):
    """Published growth that what it contains does not carry at its modes, a factor (year,).

    Dollars of each year contain general inflation; constant ones do not.
    """
    if inputs.printed is None:
        return np.ones(inputs.years)
    inflation = inputs.paths["price_level"].drivers
    contained = inputs.named | inflation if inputs.nominal else inputs.named - inflation
    counted = count(inputs, at_modes(inputs), contained).sum(axis=(2, 3))[0]
    return inputs.printed / inputs.printed[0] / (counted / counted[0])


def calibrated(inputs, drawn):
    """The cells (draw, year, region, class) at the published level, USD."""
    cells = count(inputs, drawn, inputs.drivers)
    if inputs.printed is None:
        return cells
    prices, level = inputs.paths["price_level"], inputs.printed[0]
    if not inputs.nominal:
        level *= prices.mode[inputs.first, 0] / inputs.prices
    if not prices.drivers & inputs.drivers:
        level /= prices.mode[inputs.first, 0]
    factor = level / cells[:, 0].sum(axis=(1, 2))
    return cells * factor[:, None, None, None] * unexplained(inputs)[None, :, None, None]


def points(inputs):
    """Points of yearly growth that each driver carries at the modes, by name.

    Shapley values of log growth, shared out by the logarithmic mean of the total beside them.
    """

    def grown(some):
        total = count(inputs, at_modes(inputs), frozenset(some)).sum(axis=(2, 3))[0]
        return np.log(total[-1] / total[0])

    carried, last = {}, len(inputs.drivers) - 1
    for name in inputs.drivers:
        others = sorted(inputs.drivers - {name})
        every = [some for n in range(last + 1) for some in combinations(others, n)]
        gains = [(grown((*some, name)) - grown(some)) / comb(last, len(some)) for some in every]
        carried[name] = sum(gains) / (last + 1)
    carried["unexplained"] = np.log(unexplained(inputs)[-1])
    carried["total"] = total = sum(carried.values())
    share = np.expm1(total / (inputs.years - 1)) / total
    return {name: 100 * share * part for name, part in carried.items()}


def statistics(values):
    """Mean and quantiles (statistic, ...) of values with the draws first."""
    return np.concatenate([values.mean(axis=0)[None], np.quantile(values, LEVELS, axis=0)])


def answer(inputs, drawn):
    """Mean and quantiles of every total and cell."""
    cells = calibrated(inputs, drawn)
    return Answer(statistics(cells.sum(axis=(2, 3))), statistics(cells))


def run(inputs, draws, seed=1, threads=1):
    """The market of ``draws`` draws; NumPy uses one thread for all of this."""
    return answer(inputs, sample(inputs, draws, seed))
