"""Some draws of a forecast that stand for all of them, each as a place in 12 bits.

A place lies between the ends of the parameter's range, on its own scale; that of a chance is the
point that decides whether it happens.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array
from ..engine.blocks import Drawing
from ..engine.chain import Chain, total_of
from ..engine.forecast import Forecast
from ..engine.plan import Plan
from ..engine.summaries import LEVELS, quantiles
from ..model.parameter import Parameter
from ..sampling.points import BLOCK, REPLICATE
from ..sampling.quantiles import happens

KEPT = 4
"""Replicates that are kept, of REPLICATE draws each."""
AMONG = 20
"""Replicates among which they are chosen, at most: the first of the forecast."""
BITS = 12
"""Of a place: its rounding, 1 in 8,190 of a range, is small beside what few draws leave open."""
STEPS = 2**BITS - 1
"""Steps between the ends of a range."""
LETTERS = np.frombuffer(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", np.uint8
)
"""What stands for 6 bits in a text, as in base 64."""
TRIED = 12
"""Sets of replicates whose error is measured: those of which the least is expected."""
NEAR = 0.02
"""Distance of two levels between which a quantile's slope is taken."""
Places = NDArray[np.uint16]
Draws = NDArray[np.intp]


def chosen(forecast: Forecast, plan: Plan) -> Draws:
    """The numbers of the draws that stand for all: a few whole replicates, or all that there are.

    Those whose fan lies nearest to that of the first AMONG replicates, as the forecast stands and
    with each driver of ``plan`` switched: the largest relative error of a quantile decides.
    """
    draws = forecast.plan.scenario.draws
    if draws <= KEPT * REPLICATE:
        return np.arange(draws)
    many = min(draws // REPLICATE, AMONG)
    sets = np.array(list(combinations(range(many), KEPT)))
    drawing = Drawing(plan)
    blocks = [drawing.values(block) for block in range(-(-many * REPLICATE // BLOCK))]
    values = np.concatenate(blocks, axis=1)[:, : many * REPLICATE]
    fans = [fan.reshape(len(fan), many, REPLICATE) for fan in _fans(forecast, plan, values)]
    expected = np.max([_expected(fan, sets) for fan in fans], axis=0)
    best = min(
        sets[expected.argsort()[:TRIED]], key=lambda kept: max(_error(f, kept) for f in fans)
    )
    numbers: Draws = (best[:, None] * REPLICATE + np.arange(REPLICATE)).ravel()
    return numbers


def _expected(fan: Array, sets: Draws) -> Array:
    """The error of each set of replicates, from how many of their draws lie below a quantile."""
    whole = fan.reshape(len(fan), -1)
    found, low, high = (quantiles(whole, np.clip(LEVELS + way * NEAR, 0, 1)) for way in (0, -1, 1))
    slope = (high - low) / (2 * NEAR * found)
    below = (fan < found[:, :, None, None]).mean(axis=3)
    apart = (below - LEVELS[:, None, None]) * slope[:, :, None]
    worst = np.zeros(len(sets))
    for each in apart.reshape(-1, fan.shape[1]):
        np.maximum(worst, np.abs(each[sets].mean(axis=1)), out=worst)
    return worst


def _error(fan: Array, kept: Draws) -> float:
    """The largest relative error of a quantile of some replicates of a fan."""
    some, whole = (f.reshape(len(fan), -1) for f in (fan[:, kept], fan))
    return float(np.abs(quantiles(some, LEVELS) / quantiles(whole, LEVELS) - 1.0).max())


def _fans(forecast: Forecast, plan: Plan, values: Array) -> Iterator[Array]:
    """The path of each draw (year, draw), up to a factor, as it stands and by driver switched."""
    acting = {driver.name for driver in forecast.plan.drivers}
    for name in (None, *(driver.name for driver in plan.drivers)):
        on = acting ^ ({name} if name else set())
        drivers = tuple(driver for driver in plan.drivers if driver.name in on)
        total = total_of(Chain(replace(plan, drivers=drivers))(values))
        yield total if plan.level is None else total / total[0]


def varies(parameter: Parameter) -> bool:
    """True for a parameter whose draws go along: a chance, or a range of some width."""
    return parameter.happens or parameter.low < parameter.high


def drawn_places(plan: Plan, draws: Draws) -> Places:
    """Some draws by number, as places of each parameter that varies, (parameter, draw)."""
    drawing = Drawing(plan)
    keys = drawing.unfixed.keys
    parameters = [p for p in plan.parameters if varies(p)]
    found = np.empty((len(parameters), len(draws)), np.uint16)
    for block in sorted({*(draws // BLOCK).tolist()}):
        mine = np.flatnonzero(draws // BLOCK == block)
        inside = draws[mine] - block * BLOCK
        values, points = drawing.by_key(block), drawing.unfixed.points(block)
        for row, parameter in zip(found, parameters, strict=True):
            if parameter.happens:
                row[mine] = points[keys.index(parameter.key), inside] >> np.uint32(32 - BITS)
            else:
                row[mine] = _places(parameter, values[parameter.key][inside])
    return found


def _places(parameter: Parameter, drawn: Array) -> Places:
    ends = np.array([parameter.low, parameter.high])
    if parameter.scale == "log":
        ends, drawn = np.log(ends), np.log(drawn)
    share = np.clip((drawn - ends[0]) / (ends[1] - ends[0]), 0.0, 1.0)
    found: Places = np.rint(share * STEPS).astype(np.uint16)
    return found


def decoded(plan: Plan, places: Places) -> dict[str, Array]:
    """The draws that the places stand for, by key, each (draw,): what the page computes with."""
    fixed, found, row = plan.scenario.fixed, dict[str, Array](), 0
    for parameter in plan.parameters:
        key, low, high = parameter.key, parameter.low, parameter.high
        at = fixed.get(key, parameter.mode)
        found[key] = np.full(places.shape[1], at)
        if not varies(parameter):
            continue
        place, row = places[row], row + 1
        if parameter.happens:
            points = (place.astype(np.uint32) << np.uint32(32 - BITS)) + np.uint32(1 << 31 - BITS)
            found[key] = happens(points, at).astype(float)
        elif key in fixed:
            continue
        elif parameter.scale == "log":
            found[key] = low * (high / low) ** (place / STEPS)
        else:
            found[key] = low + (high - low) * (place / STEPS)
    return found


def packed(places: Places) -> str:
    """Places as text, two letters each, the higher first."""
    return LETTERS[np.stack([places >> 6, places & 63], axis=-1)].tobytes().decode("ascii")


def unpacked(text: str) -> Places:
    """The places of a text; raises ValueError for what is none."""
    worth = np.full(128, -1)
    worth[LETTERS] = np.arange(64)
    letters = worth[np.frombuffer(text.encode("ascii"), np.uint8)]
    if len(letters) % 2 or (letters < 0).any():
        raise ValueError("a text that is no places")
    high, low = letters.reshape(-1, 2).T
    found: Places = (64 * high + low).astype(np.uint16)
    return found
