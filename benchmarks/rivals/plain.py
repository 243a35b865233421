"""The market in plain NumPy, as an analyst writes it: whole arrays, draws first, np.quantile."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from .inputs import LEVELS


@dataclass(frozen=True)
class Answer:
    """Mean and quantiles (statistic, ...) of the totals (year) and cells (year, region, class)."""

    totals: np.ndarray
    cells: np.ndarray


def sample(inputs, draws, seed):
    """Draws of every parameter by key: PERT through NumPy's beta."""
    rng = np.random.default_rng(seed)
    drawn = {}
    for r in inputs.ranges:
        low, mode, high = np.log([r.low, r.mode, r.high]) if r.log else (r.low, r.mode, r.high)
        if low == high:
            drawn[r.key] = np.full(draws, r.mode)
            continue
        share = (mode - low) / (high - low)
        value = low + (high - low) * rng.beta(1 + 4 * share, 5 - 4 * share, size=draws)
        drawn[r.key] = np.exp(value) if r.log else value
    return drawn


def shifts(inputs, drawn):
    """Shift by stage, (draw, year, region, class)."""
    elapsed = np.arange(inputs.years)[None, :, None]
    found = SimpleNamespace()
    sizes = {"incidence": 1, "diagnosed": 1, "treated": 1, "class_mix": 3, "net_cost": 3}
    draws = len(drawn[inputs.ranges[0].key])
    for stage, classes in sizes.items():
        classes = len(inputs.drug_classes) if classes > 1 else 1
        setattr(found, stage, np.zeros((draws, inputs.years, len(inputs.regions), classes)))
    for cause in inputs.causes:
        start, ceiling = np.array(cause.start), np.array(cause.ceiling)
        half_time = drawn[f"{cause.name}.half_time"][:, None, None]
        rate = np.log(1 + ceiling / start) / half_time
        reached = ceiling / (1 + (ceiling - start) / start * np.exp(-rate * elapsed))
        shift = np.log(drawn[f"{cause.name}.ratio"])[:, None, None] * (reached - start)
        if cause.drug_class is None:
            getattr(found, cause.stage)[...] += shift[..., None]
        else:
            getattr(found, cause.stage)[..., cause.drug_class] += shift
    return found


def births(inputs, drawn):
    """Births a year, (draw, year, region): every year as far off the medium path as the last."""
    low, mode, high = inputs.paths
    last = np.stack([drawn[key] for key in inputs.keys["births"]], axis=-1)
    up = np.maximum(last - mode[-1], 0) / (high[-1] - mode[-1])
    down = np.maximum(mode[-1] - last, 0) / (mode[-1] - low[-1])
    path = mode + up[:, None] * (high - mode) - down[:, None] * (mode - low)
    return path[:, : inputs.years]


def count(inputs, drawn):
    """The market counted from births to net cost, USD, (draw, year, region, class)."""
    shift = shifts(inputs, drawn)

    def by_region(stage):
        return np.stack([drawn[key] for key in inputs.keys[stage]], axis=-1)[:, None]

    def by_class(stage):
        shape = (1, len(inputs.regions), len(inputs.drug_classes))
        return np.stack([drawn[key] for key in inputs.keys[stage]], axis=-1).reshape(-1, *shape)

    def logit(share, shift):
        odds = share / (1 - share) * np.exp(shift)
        return odds / (1 + odds)

    patients = births(inputs, drawn) * by_region("incidence") * np.exp(shift.incidence[..., 0])
    patients *= logit(by_region("diagnosed"), shift.diagnosed[..., 0])
    patients *= logit(by_region("treated"), shift.treated[..., 0])
    mix = by_class("class_mix") * np.exp(shift.class_mix)
    mix /= mix.sum(axis=-1, keepdims=True)
    return patients[..., None] * mix * by_class("net_cost") * np.exp(shift.net_cost)


def unexplained(inputs):
    """Published growth that the causes do not carry at their modes, a factor (year,)."""
    modes = {r.key: np.array([r.mode]) for r in inputs.ranges}
    counted = count(inputs, modes).sum(axis=(2, 3))[0]
    published = np.array(inputs.published)
    return published / published[0] / (counted / counted[0])


def calibrated(inputs, drawn):
    """The cells (draw, year, region, class) at the published level, USD."""
    cells = count(inputs, drawn)
    level = inputs.published[0] / cells[:, 0].sum(axis=(1, 2))
    return cells * level[:, None, None, None] * unexplained(inputs)[None, :, None, None]


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
