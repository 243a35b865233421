"""The laws of a driver, one function each; its name and first line say what must hold.

As ``CHECKS`` holds it a law is ``check(driver, market=None)``: AssertionError with the reason if
it is broken, unittest.SkipTest where it cannot be tried.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache, wraps
from unittest import SkipTest

import numpy as np

from ..engine.blocks import cells_of, one_thread
from ..errors import DriverError
from ..model.cause import EVERYWHERE
from ..model.driver import Driver, Effect
from ..model.market import Market
from ..model.stage import RATIO_UNIT
from .processes import answer_elsewhere, digest
from .toy import one_region, other_classes
from .trial import DRAWS, Trial, reference_trial

SLOWER = 20.0
"""How many times the time of the slowest bundled driver a driver may take for each cause."""
ATTEMPTS = 3
"""How often it may try; a machine that is busy with other things makes one try a poor judge."""
Check = Callable[..., None]
CHECKS: list[Check] = []
"""The laws, in the order in which they are tried."""


def law(tried: Callable[[Trial], None]) -> Check:
    """The law as a check; a breach of another law means that this one was not tried."""

    @wraps(tried)
    def check(driver: Driver, market: Market | None = None) -> None:
        trial = _trial(driver, market)
        try:
            tried(trial)
        except DriverError as error:
            if error.law and error.law != tried.__name__:
                raise SkipTest(f"not tried: {error.law.replace('_', ' ')} comes first") from None
            raise AssertionError(str(error)) from None

    CHECKS.append(check)
    return check


@lru_cache(maxsize=2)
def _trial(driver: Driver, market: Market | None) -> Trial:
    return Trial.of(driver, market)


GUARDED = {
    "answers": "It answers for every draw: nothing is raised, and there is an end to its effects.",
    "known_stages": "Every effect moves a stage of the market, and a drug class that it has.",
    "four_axes": "Every shift broadcasts to (year, region, drug_class, draw), in real numbers.",
    "zero_in_the_base_year": "Every shift is exactly 0 in the market's base year.",
    "same_answer_twice": "Asked again with the same values, it says the same to the last bit.",
    "a_draw_stands_alone": "A draw gets the same answer whatever block it stands in.",
    "inputs_unchanged": "Market and parameters stay as they are, by a hash of all that they hold.",
    "nothing_else_touched": "It prints nothing; threads, generators, settings and folder stay."
    "  Not looked at: files, processes, connections, raw output.",
}
"""The laws that the guard knows, and what must hold."""


def _guarded(name: str) -> Check:
    def tried(trial: Trial) -> None:
        if trial.breach:
            raise trial.breach

    tried.__name__, tried.__doc__ = name, GUARDED[name]
    return law(tried)


for one in GUARDED:
    _guarded(one)


@law
def finite_at_every_corner(trial: Trial) -> None:
    """Shifts and the market stay finite at every corner of the ranges of its parameters."""
    values = trial.corners()
    trial.effects(values)
    cells = cells_of(trial.plan(), values)
    bad = ~np.isfinite(cells).all(axis=(0, 1, 2))
    if bad.any():
        at = {p.key: float(values[p.key][bad][0]) for p in trial.varied}
        raise AssertionError(f"the market is not finite at {at}")


@law
def same_answer_in_another_process(trial: Trial) -> None:
    """Two processes with different PYTHONHASHSEED give the answer that this one gives."""
    if trial.driver.effects is None:
        return  # what it claims the package computes
    values = trial.spread(32)
    here = digest(trial.effects(values))
    for seed in ("1", "2"):
        there = answer_elsewhere(trial.driver, trial.market, values, seed)
        _require(there == here, f"another answer with PYTHONHASHSEED={seed}")


@law
def order_irrelevant(trial: Trial) -> None:
    """Neither the order of drivers nor who was asked before changes the market."""
    growing = [stage.name for stage in trial.market.stages if stage.link == "log"]
    others = [
        Driver(name=name, title=name, effects=_grows(stage))
        for name, stage in zip(("a_first", "z_last"), growing[:1] + growing[-1:], strict=False)
    ]
    alone = digest(trial.effects(trial.modes()))
    drivers = [trial.driver, *others]
    one, other = (cells_of(trial.plan(d), trial.modes()) for d in (drivers, drivers[::-1]))
    _require(np.array_equal(one, other), "the order of drivers changes the market")
    again = digest(trial.effects(trial.modes()))
    _require(alone == again, "it answers differently once other drivers have run")


@law
def every_parameter_matters(trial: Trial) -> None:
    """Each parameter that it declares moves some effect somewhere in the ranges of the others."""
    _not_yet(trial)
    for parameter in trial.own:
        if parameter.constant:
            continue
        low, high = (
            trial.effects({**trial.spread(16), parameter.key: np.full(16, end)})
            for end in (parameter.low, parameter.high)
        )
        same = len(low) == len(high) and all(
            np.array_equal(a.shift, b.shift) for a, b in zip(low, high, strict=True)
        )
        _require(not same, f"{parameter.key} moves nothing; drop it or use it")


@law
def moves_something(trial: Trial) -> None:
    """Somewhere in its ranges it moves a stage of the funnel."""
    _not_yet(trial)
    moved = _moves(trial)
    what = (
        "no effect" if trial.driver.claims or trial.driver.effects else "neither claims nor effects"
    )
    _require(moved, f"it moves nothing: {what}, wherever its parameters lie")


@law
def title_unit_and_source(trial: Trial) -> None:
    """The driver has a title; each parameter a title, a unit and a source."""
    missing = [] if trial.driver.title.strip() else ["the driver's title"]
    missing += [
        f"{what} of {parameter.key}"
        for parameter in trial.own
        for what in ("title", "unit", "source")
        if not getattr(parameter, what).strip()
    ]
    _require(not missing, f"missing: {', '.join(missing)}")


@law
def plain_text(trial: Trial) -> None:
    """Its texts are one line each, without control or bidirectional characters."""
    for effect in trial.effects(trial.modes()):  # its other texts were refused when it was made
        _require(effect.mechanism.isprintable(), f"cause {effect.mechanism!r} is not plain text")


@law
def works_with_one_region(trial: Trial) -> None:
    """It works on a market with one region, unless a table of its own names the regions."""
    causes = trial.driver.own_causes
    products = [one for cause in causes for one in cause.launches]
    named = {region for cause in causes for region in cause.share}
    named |= {region for one in products for region in one.regions}
    if named - {EVERYWHERE, trial.market.regions[0]}:
        raise SkipTest("not tried: its table names the regions")
    _works_on(trial, one_region)


@law
def works_with_other_classes(trial: Trial) -> None:
    """It works on a market with one class more, in another order."""
    _works_on(trial, other_classes)


@law
def quick_enough(trial: Trial) -> None:
    """A draw takes at most 20 times as long for each cause as with the slowest bundled driver."""
    for _ in range(ATTEMPTS):
        bundled = max(map(_seconds, reference_trial()))
        taken = _seconds(trial)
        if taken <= SLOWER * bundled:
            return
    raise AssertionError(
        f"{1e6 * taken:.1f} microseconds a draw and cause; bundled drivers take up to"
        f" {1e6 * bundled:.1f}, and {SLOWER:g} times that is allowed: no loop over draws"
    )


def _moves(trial: Trial) -> bool:
    return any(effect.shift.any() for effect in trial.effects(trial.spread(16)))


def _not_yet(trial: Trial) -> None:
    """SkipTest for a driver that says by its own ratios, each held at 1, that it moves nothing."""
    causes, ratios = trial.driver.own_causes, set(RATIO_UNIT.values())
    ones = [p for p in trial.driver.parameters if p.unit in ratios and p.constant and p.mode == 1]
    placeholders = bool(causes) and all(cause.inert for cause in causes)
    if (ones or placeholders) and not _moves(trial):
        names = [p.key for p in ones] or [cause.name for cause in causes]
        raise SkipTest(f"it says nothing yet: {', '.join(names)} has no effect as it stands")


def _works_on(trial: Trial, variant: Callable[[Market], Market]) -> None:
    """Ask on a changed market; what is broken on the market itself comes first."""
    trial.watched_effects(trial.spread(16))
    try:
        changed = Trial.of(trial.driver, variant(trial.market))
        changed.watched_effects(changed.spread(16))
        cells = cells_of(changed.plan(), changed.modes())
    except DriverError as error:
        raise AssertionError(str(error)) from None
    _require(bool(np.isfinite(cells).all()), "the market is not finite")


def _seconds(trial: Trial) -> float:
    """Seconds a draw and cause, the best of five."""
    values, best, causes = trial.spread(DRAWS), float("inf"), 1
    for _ in range(5):
        started = time.perf_counter()
        with one_thread():
            found = trial.effects(values)
        best = min(best, time.perf_counter() - started)
        causes = len({(e.stage, e.mechanism or i) for i, e in enumerate(found)})
    return best / DRAWS / max(1, causes)


def _grows(stage: str) -> Callable[..., list[Effect]]:
    return lambda market, p: [Effect(stage, 0.01 * market.elapsed)]


def _require(holds: bool, reason: str) -> None:
    if not holds:
        raise AssertionError(reason)
