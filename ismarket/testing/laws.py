"""The laws of a driver, one function each; its name and first line say what must hold."""

from __future__ import annotations

import time
from collections.abc import Callable
from unittest import SkipTest

import numpy as np

from ..engine.blocks import cells_of, one_thread
from ..errors import DriverError
from ..model.driver import Driver, Effect
from ..model.market import Market
from .processes import answer_elsewhere, digest
from .toy import one_region, other_classes
from .trial import Trial, reference_trial

SLOWER = 5.0
"""How many times the time of the slowest bundled driver a driver may take for a draw."""
ATTEMPTS = 3
"""How often it may try; a machine that is busy with other things makes one try a poor judge."""
DRAWS = 1024


def answers(driver: Driver, market: Market | None = None) -> None:
    """It answers for every draw: nothing is raised, and there is an end to its effects."""
    _held(answers, lambda: _everywhere(Trial.of(driver, market)))


def known_stages(driver: Driver, market: Market | None = None) -> None:
    """Every effect moves a stage of the funnel, and a drug class that the market has."""
    _held(known_stages, lambda: _everywhere(Trial.of(driver, market)))


def four_axes(driver: Driver, market: Market | None = None) -> None:
    """Every shift broadcasts to (year, region, drug_class, draw), in real numbers."""
    _held(four_axes, lambda: _everywhere(Trial.of(driver, market)))


def zero_in_the_base_year(driver: Driver, market: Market | None = None) -> None:
    """Every shift is exactly 0 in the market's base year."""
    trial = Trial.of(driver, market)
    _held(zero_in_the_base_year, lambda: _everywhere(trial))
    for effect in trial.effects(trial.modes()):
        _require(not effect.shift[0].any(), f"{effect.stage} moves in {trial.market.base_year}")


def finite_at_every_corner(driver: Driver, market: Market | None = None) -> None:
    """Shifts and the market stay finite at every corner of the ranges of its parameters."""
    trial = Trial.of(driver, market)

    def try_corners() -> None:
        values = trial.corners()
        trial.effects(values)
        cells = cells_of(trial.plan(), values)
        bad = ~np.isfinite(cells).all(axis=(0, 1, 2))
        if bad.any():
            at = {p.key: float(values[p.key][bad][0]) for p in trial.varied}
            raise AssertionError(f"the market is not finite at {at}")

    _held(finite_at_every_corner, try_corners)


def same_answer_twice(driver: Driver, market: Market | None = None) -> None:
    """Asked again with the same values, it says the same to the last bit."""
    _held(same_answer_twice, lambda: _everywhere(Trial.of(driver, market), times=2))


def same_answer_in_another_process(driver: Driver, market: Market | None = None) -> None:
    """Two processes with different PYTHONHASHSEED give the answer that this one gives."""
    trial = Trial.of(driver, market)
    values = trial.spread(32)

    def ask() -> None:
        here = digest(trial.effects(values))
        for seed in ("1", "2"):
            there = answer_elsewhere(driver, trial.market, values, seed)
            _require(there == here, f"another answer with PYTHONHASHSEED={seed}")

    _held(same_answer_in_another_process, ask)


def a_draw_stands_alone(driver: Driver, market: Market | None = None) -> None:
    """A draw gets the same answer whatever block it stands in."""
    trial = Trial.of(driver, market)

    def ask() -> None:
        values = trial.spread(64)
        whole = trial.effects(values)
        for some in (np.array([0]), np.array([63, 5]), np.arange(64)[::-1]):
            part = trial.effects({key: value[some] for key, value in values.items()})
            for a, b in zip(whole, part, strict=True):
                wanted = a.shift[..., some] if a.shift.shape[3] > 1 else a.shift
                _require(
                    bool(np.isclose(wanted, b.shift, rtol=1e-9, atol=1e-12).all()),
                    f"the shift of {a.stage!r} for a draw depends on the draws beside it",
                )

    _held(a_draw_stands_alone, ask)


def inputs_unchanged(driver: Driver, market: Market | None = None) -> None:
    """Market and parameters are as they were after it has answered."""
    _held(inputs_unchanged, lambda: _everywhere(Trial.of(driver, market)))


def nothing_else_touched(driver: Driver, market: Market | None = None) -> None:
    """It prints nothing and leaves the random generators and settings of others alone."""
    _held(nothing_else_touched, lambda: _everywhere(Trial.of(driver, market)))


def order_irrelevant(driver: Driver, market: Market | None = None) -> None:
    """Neither the order of drivers nor who was asked before changes the market."""
    trial = Trial.of(driver, market)
    growing = [stage.name for stage in trial.market.stages if stage.link == "log"]
    others = [
        Driver(name=name, title=name, effects=_grows(stage))
        for name, stage in zip(("a_first", "z_last"), growing[:1] + growing[-1:], strict=False)
    ]

    def ask() -> None:
        alone = digest(trial.effects(trial.modes()))
        drivers = [trial.driver, *others]
        one, other = (cells_of(trial.plan(d), trial.modes()) for d in (drivers, drivers[::-1]))
        _require(np.array_equal(one, other), "the order of drivers changes the market")
        again = digest(trial.effects(trial.modes()))
        _require(alone == again, "it answers differently once other drivers have run")

    _held(order_irrelevant, ask)


def every_parameter_matters(driver: Driver, market: Market | None = None) -> None:
    """Each parameter that it declares moves some effect somewhere in the ranges of the others."""
    trial = Trial.of(driver, market)

    def ask() -> None:
        for parameter in trial.own:
            if parameter.constant:
                continue
            low, high = (
                trial.effects(
                    {**trial.spread(16), parameter.key: np.full(16, end)},
                )
                for end in (parameter.low, parameter.high)
            )
            same = len(low) == len(high) and all(
                np.array_equal(a.shift, b.shift) for a, b in zip(low, high, strict=True)
            )
            _require(not same, f"{parameter.key} moves nothing; drop it or use it")

    _held(every_parameter_matters, ask)


def title_unit_and_source(driver: Driver, market: Market | None = None) -> None:
    """The driver has a title; each parameter a title, a unit and a source."""
    trial = Trial.of(driver, market)
    missing = [] if driver.title.strip() else ["the driver's title"]
    for parameter in trial.own:
        for what in ("title", "unit", "source"):
            if not getattr(parameter, what).strip():
                missing.append(f"{what} of {parameter.key}")
    _require(not missing, f"missing: {', '.join(missing)}")


def works_with_one_region(driver: Driver, market: Market | None = None) -> None:
    """It works on a market with one region."""
    _works_on(Trial.of(driver, market), one_region)


def works_with_other_classes(driver: Driver, market: Market | None = None) -> None:
    """It works on a market with one class more, in another order."""
    _works_on(Trial.of(driver, market), other_classes)


def quick_enough(driver: Driver, market: Market | None = None) -> None:
    """A draw takes at most 5 times as long as with the slowest bundled driver."""
    trial = Trial.of(driver, market)

    def ask() -> None:
        for _ in range(ATTEMPTS):
            bundled = max(map(_seconds, reference_trial()))
            taken = _seconds(trial)
            if taken <= SLOWER * bundled:
                break
        _require(
            taken <= SLOWER * bundled,
            f"{1e6 * taken:.1f} microseconds a draw; bundled drivers take up to"
            f" {1e6 * bundled:.1f}, and {SLOWER:g} times that is allowed: no loop over draws",
        )

    _held(quick_enough, ask)


def _held(law: Callable[..., None], trial: Callable[[], None]) -> None:
    """Run the trial of a law; a breach of another law means that this one was not tried."""
    try:
        trial()
    except DriverError as error:
        if error.law and error.law != law.__name__:
            raise SkipTest(f"not tried: {error.law.replace('_', ' ')} comes first") from None
        raise AssertionError(str(error)) from None


def _everywhere(trial: Trial, times: int = 1) -> None:
    """Ask at the modes, at the corners and in between, watched; and to where a forecast ends."""
    trial.until_horizon().watched_effects(trial.modes())
    for values in (trial.modes(), trial.corners(), trial.spread(DRAWS)):
        for _ in range(times):
            trial.watched_effects(values)


def _works_on(trial: Trial, variant: Callable[[Market], Market]) -> None:
    """Ask on a changed market; what is broken on the market itself comes first."""
    try:
        trial.watched_effects(trial.spread(16))
    except DriverError as error:
        raise SkipTest(f"not tried: {error.law.replace('_', ' ')} comes first") from None
    try:
        changed = Trial.of(trial.driver, variant(trial.market))
        changed.watched_effects(changed.spread(16))
        cells = cells_of(changed.plan(), changed.modes())
    except DriverError as error:
        raise AssertionError(str(error)) from None
    _require(bool(np.isfinite(cells).all()), "the market is not finite")


def _seconds(trial: Trial) -> float:
    """Seconds a draw, the best of five."""
    values, best = trial.spread(DRAWS), float("inf")
    for _ in range(5):
        started = time.perf_counter()
        with one_thread():
            trial.effects(values)
        best = min(best, time.perf_counter() - started)
    return best / DRAWS


def _grows(stage: str) -> Callable[..., list[Effect]]:
    return lambda market, p: [Effect(stage, 0.01 * market.elapsed)]


def _require(holds: bool, reason: str) -> None:
    if not holds:
        raise AssertionError(reason)
