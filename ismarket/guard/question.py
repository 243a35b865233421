"""One question to a driver: what it is handed, how its answer is checked, how a fault is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from types import SimpleNamespace
from typing import Any, NoReturn

import numpy as np

from ..arrays import Array
from ..errors import DriverError, InputError, unknown
from ..model.driver import Driver, Effect
from ..model.market import Market
from ..model.stage import LARGEST_SHIFT
from .hearing import heard
from .reproducing import once_more, values_at
from .watching import first_draw, same, surroundings

MOST_EFFECTS = 1000
BY_HISTORY = ("answers", "same_answer_twice", "inputs_unchanged", "nothing_else_touched")
"""Laws that a driver may break because of what it was asked before, not of its parameters."""


@dataclass(frozen=True, eq=False)
class Question:
    """What a driver is asked: its effects on ``market`` at ``values``, its own, each (draw,).

    ``first`` is the number of the first draw, None in the reference case; ``named`` says that a
    fault has its draw, so that none is looked for.
    """

    market: Market
    driver: Driver
    values: Mapping[str, Array]
    draws: int
    first: int | None
    named: bool = False

    @cached_property
    def handed(self) -> dict[str, Array]:
        """The drawn parameters by name, (1, 1, 1, draw): copies, so that no other draws are met."""
        return {p.name: _sealed(self.values[p.key]) for p in self.driver.parameters}

    def at(self, some: Any = None) -> Question:
        """The same question once more, or for ``some`` of its draws (indices or a slice) alone."""
        if some is None:
            return replace(self)
        values = {k: v[some] if np.size(v) == self.draws else v for k, v in self.values.items()}
        return replace(self, values=values, draws=len(np.arange(self.draws)[some]), named=True)

    def answer(self) -> list[Effect]:
        """The checked effects; what the driver prints or raises is a breach."""
        with heard(self.driver) as said:
            try:
                found = self._asked()
            except (KeyboardInterrupt, DriverError):
                raise
            except BaseException as error:  # a driver may raise anything, SystemExit too
                self._raised(error)
        if printed := said.getvalue().strip():
            lines = printed.splitlines()
            more = f" and {len(lines) - 1} more lines" if len(lines) > 1 else ""
            self.breach(
                "nothing_else_touched",
                f"printed {lines[0][:80]!r}{more}; a driver answers, it does not print",
            )
        return found

    def undisturbed_answer(self) -> list[Effect]:
        """The same; a driver that leaves its surroundings other than they were is a breach too."""
        before = surroundings(self.market)
        found = self.answer()
        for parameter in self.driver.parameters:
            handed = self.handed[parameter.name].ravel()
            if not np.array_equal(handed, self.values[parameter.key]):
                self.breach("inputs_unchanged", f"changed its parameter {parameter.key}")
        for name, after in surroundings(self.market).items():
            if not same(before[name], after):
                verb = "moved" if "generator" in name else "changed"
                law = "inputs_unchanged" if "market" in name else "nothing_else_touched"
                self.breach(law, f"{verb} {name}")
        return found

    def _asked(self) -> list[Effect]:
        assert self.driver.effects is not None
        effects = iter(self.driver.effects(self.market, SimpleNamespace(**self.handed)))
        found = [self.checked(effect) for effect in islice(effects, MOST_EFFECTS)]
        if len(found) == MOST_EFFECTS:
            self.breach("answers", f"yields {MOST_EFFECTS} effects or more")
        return found

    def _raised(self, error: BaseException) -> NoReturn:
        if isinstance(error, ValueError) and "read-only" in str(error):
            self.breach(
                "inputs_unchanged",
                "tried to change its input; compute into a new array",
                error=error,
            )
        self.breach("answers", f"raised {type(error).__name__}: {error}".rstrip(": "), error=error)

    def checked(self, effect: object) -> Effect:
        """The effect with its shift copied as floats; refused if it is no shift of this funnel."""
        if not isinstance(effect, Effect):
            self.breach("known_stages", f"must yield Effect objects, not {type(effect).__name__}")
        try:
            stage = self.market.stage_named("", effect.stage)
        except InputError as unknown_stage:
            self.breach("known_stages", _reason(unknown_stage))
        classes = self.market.drug_classes if stage.by_class else ()
        if effect.drug_class and effect.drug_class not in classes:
            error = unknown("", "drug class", effect.drug_class, classes)
            self.breach("known_stages", f"{effect.stage}: {_reason(error)}")
        return replace(effect, shift=self._shift(effect, len(classes)))

    def _shift(self, effect: Effect, classes: int) -> Array:
        what, given = f"shift of {effect.stage!r}", effect.shift
        if not isinstance(given, (np.ndarray, float, int)) or isinstance(given, np.ma.MaskedArray):
            self.breach("four_axes", f"{what} is a {type(given).__name__}, not a NumPy array")
        if np.asarray(given).dtype.kind not in "fiu":
            self.breach(
                "four_axes", f"{what} holds {np.asarray(given).dtype} values, not real numbers"
            )
        shift = np.array(given, float)
        across = classes if classes and not effect.drug_class else 1
        allowed = len(self.market.years), len(self.market.regions), across, self.draws
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
            self.breach(
                "zero_in_the_base_year",
                f"{what} must be exactly 0 in the base year {self.market.base_year}",
                first_draw(shift[:1] != 0.0),
            )
        return shift

    def _beyond(self, what: str, shift: Array) -> NoReturn:
        """Name the first draw whose shift is no number, or more than exp can hold."""
        bad = ~np.isfinite(shift)
        bad = bad if bad.any() else np.abs(shift) > LARGEST_SHIFT
        where = first_draw(bad)
        value = shift[..., where][bad[..., where]][0]
        said = f"{value:g}, a ratio of exp({value:g})" if np.isfinite(value) else ""
        said = said or f"not finite ({value:g})"
        self.breach("finite_at_every_corner", f"{what} is {said}", where)

    def breach(
        self, law: str, what: str, draw: int | None = None, error: BaseException | None = None
    ) -> NoReturn:
        """Raise DriverError: who, what, at which draw and values, and how to see it again."""
        driver, first = self.driver, self.first
        by_history = law in BY_HISTORY
        if draw is None and by_history and not self.named:
            draw = self._culprit(law)
        beside = law == "a_draw_stands_alone" or (by_history and draw is None)
        draw = draw or 0
        plugin = f"plugin {driver.plugin}, " if driver.plugin else ""
        at = values_at(driver, self.values, draw)
        where = "in the reference case" if first is None else f"at draw {first + draw}"
        text = f"{plugin}driver {driver.name}: {what} {where}" + (f" with {at}" if at else "")
        draws = first + self.draws if first and by_history else 0
        again = once_more(self.market, driver, self.values, draw, draws=draws, beside=beside)
        breach = DriverError(f"{text}; see it again: {again}")
        breach.law = law
        raise breach from error

    def _culprit(self, law: str) -> int | None:
        """The draw (index) that breaks the law by itself; None where it takes several."""
        low, high = 0, self.draws
        while high - low > 1:
            middle = (low + high) // 2
            for part in (slice(low, middle), slice(middle, high)):
                if self.at(part)._breaks(law):
                    low, high = part.start, part.stop
                    break
            else:
                return None
        return low

    def _breaks(self, law: str) -> bool:
        try:
            self.undisturbed_answer()
        except DriverError as error:
            return error.law == law
        return False


def _sealed(values: Array) -> Array:
    """A copy of drawn values as (1, 1, 1, draw), not to be written to."""
    copied = np.array(values)
    copied.flags.writeable = False
    return copied[None, None, None, :]


def _reason(error: Exception) -> str:
    return str(error).removeprefix(": ")
