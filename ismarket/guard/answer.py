"""One answer of a driver: what it is handed, how its effects are checked, how a fault is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice
from types import SimpleNamespace
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array
from ..errors import DriverError, no_such
from ..model.driver import Driver, Effect
from ..model.market import Market
from ..model.stage import LARGEST_SHIFT

MOST_EFFECTS = 1000


def broken(driver: Driver, law: str, what: str) -> DriverError:
    """The error that names plugin, driver, what it did and the law that it broke."""
    plugin = f"plugin {driver.plugin}, " if driver.plugin else ""
    error = DriverError(f"{plugin}driver {driver.name}: {what}; law: {law.replace('_', ' ')}")
    error.law = law
    return error


@dataclass(frozen=True, eq=False)
class Question:
    """What a driver is asked: its effects on ``market`` at ``values``, its own, each (draw,).

    ``numbers`` (draw,) are those of the draws; in the ``reference`` case they mean nothing.
    """

    market: Market
    driver: Driver
    values: Mapping[str, Array]
    numbers: NDArray[np.intp]
    reference: bool

    def at(self, some: NDArray[np.intp]) -> Question:
        """The same question for some of its draws (indices) alone."""
        draws = len(self.numbers)
        values = {k: v[some] if np.size(v) == draws else v for k, v in self.values.items()}
        return replace(self, values=values, numbers=self.numbers[some])

    def answer(self) -> list[Effect]:
        """The checked effects; what the driver raises is a breach, and so is a changed parameter.

        It is handed its drawn parameters by name, (1, 1, 1, draw): copies, so that a driver that
        forces its way into them reaches nobody else's draws.
        """
        handed = {p.name: _sealed(self.values[p.key]) for p in self.driver.parameters}
        try:
            found = self._asked(handed)
        except (KeyboardInterrupt, DriverError):
            raise
        except BaseException as error:  # a driver may raise anything, SystemExit too
            self._raised(error)
        for parameter in self.driver.parameters:
            changed = handed[parameter.name].ravel() != self.values[parameter.key]
            if changed.any():
                what = f"changed its parameter {parameter.key}"
                self.breach("inputs_unchanged", what, int(np.argmax(changed)))
        return found

    def _asked(self, handed: Mapping[str, Array]) -> list[Effect]:
        assert self.driver.effects is not None
        effects = iter(self.driver.effects(self.market, SimpleNamespace(**handed)))
        found = [self._checked(effect) for effect in islice(effects, MOST_EFFECTS)]
        if len(found) == MOST_EFFECTS:
            self.breach("answers", f"yields {MOST_EFFECTS} effects or more")
        return found

    def _raised(self, error: BaseException) -> NoReturn:
        if isinstance(error, ValueError) and "read-only" in str(error):  # NumPy's words
            what = "tried to change its input; compute into a new array"
            self.breach("inputs_unchanged", what, error=error)
        self.breach("answers", f"raised {type(error).__name__}: {error}".rstrip(": "), error=error)

    def _checked(self, effect: object) -> Effect:
        """The effect with its shift copied as floats; refused if the market has no such shift."""
        if not isinstance(effect, Effect):
            self.breach("known_stages", f"must yield Effect objects, not {type(effect).__name__}")
        stages = {stage.name: stage for stage in self.market.stages}
        if effect.stage not in stages:
            self.breach("known_stages", no_such("stage", effect.stage, stages))
        classes = self.market.drug_classes if stages[effect.stage].by_class else ()
        if effect.drug_class and effect.drug_class not in classes:
            what = no_such("drug class", effect.drug_class, classes)
            self.breach("known_stages", f"{effect.stage}: {what}")
        return replace(effect, shift=self._shift(effect, len(classes)))

    def _shift(self, effect: Effect, classes: int) -> Array:
        what, given = f"shift of {effect.stage!r}", effect.shift
        if not isinstance(given, (np.ndarray, float, int)) or isinstance(given, np.ma.MaskedArray):
            self.breach("four_axes", f"{what} is a {type(given).__name__}, not a NumPy array")
        kind = np.asarray(given).dtype
        if kind.kind not in "fiu":
            self.breach("four_axes", f"{what} holds {kind} values, not real numbers")
        shift = np.array(given, float)
        across = classes if classes and not effect.drug_class else 1
        allowed = len(self.market.years), len(self.market.regions), across, len(self.numbers)
        if shift.ndim != 4 or any(
            n not in (1, full) for n, full in zip(shift.shape, allowed, strict=True)
        ):
            self.breach(
                "four_axes",
                f"{what} has shape {shift.shape}; it must broadcast to"
                f" (year, region, drug_class, draw) = {allowed}",
            )
        if not (shift.max() <= LARGEST_SHIFT and shift.min() >= -LARGEST_SHIFT):
            self._beyond(what, shift)
        if shift[0].any():
            what = f"{what} must be exactly 0 in the base year {self.market.base_year}"
            self.breach("zero_in_the_base_year", what, first_draw(shift[:1] != 0.0))
        return shift

    def _beyond(self, what: str, shift: Array) -> NoReturn:
        """Name the first draw whose shift is no number, or more than exp can hold."""
        bad = ~np.isfinite(shift)
        bad = bad if bad.any() else np.abs(shift) > LARGEST_SHIFT
        draw = first_draw(bad)
        value = shift[..., draw][bad[..., draw]][0]
        said = f"{value:g}, a ratio of exp({value:g})" if np.isfinite(value) else ""
        said = said or f"not finite ({value:g})"
        self.breach("finite_at_every_corner", f"{what} is {said}", draw)

    def breach(
        self, law: str, what: str, draw: int | None = None, error: BaseException | None = None
    ) -> NoReturn:
        """Raise DriverError: who, what, at which draw (index) and parameter values.

        Where no draw can be told, it names all that were asked for, and the values from least to
        most.
        """
        draw = 0 if len(self.numbers) == 1 else draw
        values = ", ".join(
            f"{p.key} = {_said(self.values[p.key], draw)}" for p in self.driver.parameters
        )
        where = f"{what} {self._place(draw)}" + (f" with {values}" if values else "")
        raise broken(self.driver, law, where) from error

    def _place(self, draw: int | None) -> str:
        if self.reference:
            return "in the reference case"
        if draw is not None:
            return f"at draw {self.numbers[draw]:,}"
        first, last, draws = self.numbers[0], self.numbers[-1], len(self.numbers)
        if last - first == draws - 1:
            return f"in draws {first:,} to {last:,}"
        return f"in {draws} draws from {first:,} to {last:,}"


def first_draw(marked: NDArray[np.bool_]) -> int:
    """Index of the first draw with a mark in (year, region, drug_class, draw)."""
    return int(np.argmax(marked.any(axis=(0, 1, 2))))


def _sealed(values: Array) -> Array:
    """A copy of drawn values as (1, 1, 1, draw), not to be written to."""
    copied = np.array(values)
    copied.flags.writeable = False
    return copied[None, None, None, :]


def _said(values: Any, draw: int | None) -> str:
    """A parameter at one draw in full precision, or from its least to its most."""
    if draw is None:
        return f"{np.min(values):g} to {np.max(values):g}"
    return repr(float(np.ravel(values)[min(draw, np.size(values) - 1)]))
