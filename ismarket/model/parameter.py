"""Parameters: what is uncertain, its range, unit, source and status, declared once.

A parameter follows a PERT distribution (Malcolm et al. 1959, Operations Research 7:646): a beta
distribution on [low, high] with shapes 1 + 4 (mode - low) / (high - low) and
1 + 4 (high - mode) / (high - low), on the natural or on the log scale.
"""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass, field, replace
from functools import cached_property
from typing import Any, overload

import numpy as np

from ..arrays import Array
from ..errors import InputError
from ..sampling.quantiles import Pert, Quantiles, Range
from ..text.wording import plain, title_of
from .fits import around_peak, through_quantiles

STATUSES = ("measured", "estimated", "assumed")
PLACEHOLDER = "assumed: placeholder"
"""The status, in a table, of a number that nobody has given yet; it counts as assumed."""
IN_TABLES = (*STATUSES, PLACEHOLDER)
"""The statuses that a table of numbers may have."""
SCALES = ("natural", "log")
CHANCE = "chance"
"""The scale of what happens or does not."""
NO_CHANCE = "{} is a chance, 0 or 1 in a draw, and cannot be correlated; take its year or its peak"


@dataclass(frozen=True)
class Parameter:
    """One uncertain number: ``low`` and ``high`` are the ends of its range, ``mode`` its peak.

    Equal ends make a constant.  On the scale *chance* it is 1 with the probability ``mode``, else
    0; in the reference case the probability itself, so that it weighs what it is likely to.
    ``table`` holds quantiles at the middles of equal steps, where the distribution is no PERT;
    ``most`` is what no what-if may pass: 1 of a share; a ``placeholder`` is a number that nobody
    has given yet.  ``key`` is ``owner.name``; a driver gives
    its own name as owner to the parameters it declares.  Raises InputError for a range that is not
    one.
    """

    name: str
    low: float
    mode: float
    high: float
    _: KW_ONLY
    unit: str
    title: str = ""
    source: str = ""
    status: str = "assumed"
    scale: str = "natural"
    owner: str = ""
    table: tuple[float, ...] = field(default=(), repr=False)
    most: float = math.inf
    placeholder: bool = False

    def __post_init__(self) -> None:
        if self.status == PLACEHOLDER:
            object.__setattr__(self, "status", "assumed")
            object.__setattr__(self, "placeholder", True)
        title_of(self.title, f"{self.key}: title")
        for words in ("name", "unit", "source"):
            plain(getattr(self, words), f"{self.key}: {words}")
        for end in ("low", "mode", "high"):
            object.__setattr__(self, end, float(getattr(self, end)))
        if not all(map(math.isfinite, (self.low, self.mode, self.high))):
            raise InputError(f"{self.key}: low, mode and high must be finite numbers")
        if not self.low <= self.mode <= self.high:
            raise InputError(
                f"{self.key}: low {self.low:g}, mode {self.mode:g}, high {self.high:g}"
                " are not in order"
            )
        if self.status not in STATUSES:
            raise InputError(f"{self.key}: status {self.status!r}; one of {', '.join(STATUSES)}")
        if self.scale not in (*SCALES, CHANCE):
            raise InputError(f"{self.key}: scale {self.scale!r}; one of {', '.join(SCALES)}")
        if self.scale == "log" and self.low <= 0:
            raise InputError(f"{self.key}: low {self.low:g} must be above 0 on a log scale")

    @classmethod
    def from_quantiles(
        cls, name: str, p10: float, p50: float, p90: float, *, scale: str = "natural", **about: Any
    ) -> Parameter:
        """The parameter with these quantiles; ``about`` as for Parameter (unit, source, owner).

        ``elicitation.feedback`` gives its P5 and P95 back.  Raises InputError for quantiles that
        no PERT distribution has.
        """
        return cls(name, *through_quantiles(name, p10, p50, p90, scale), scale=scale, **about)

    @classmethod
    def from_points(
        cls,
        name: str,
        low: float,
        mode: float,
        high: float,
        *,
        inside: float = 0.8,
        scale: str = "natural",
        **about: Any,
    ) -> Parameter:
        """The parameter with its peak at ``mode`` and 8 of 10 draws from ``low`` to ``high``.

        ``inside`` says another share than 0.8; 1 takes the two for the ends of the range.
        """
        return cls(name, *around_peak(name, low, mode, high, inside, scale), scale=scale, **about)

    @classmethod
    def chance(cls, name: str, probability: float, **about: Any) -> Parameter:
        """What happens with a probability, 0 to 1 or InputError; ``about`` as for Parameter."""
        if not 0 <= probability <= 1:
            raise InputError(f"{name}: a probability of {probability!r} is outside 0 to 1")
        return cls(name, 0.0, probability, 1.0, unit="probability", scale=CHANCE, **about)

    @property
    def happens(self) -> bool:
        """True for a chance: drawn it is 0 or 1, and fixing it sets the probability."""
        return self.scale == CHANCE

    @cached_property
    def key(self) -> str:
        """The name under which a scenario, a flag or a stream finds it."""
        return f"{self.owner}.{self.name}" if self.owner else self.name

    @property
    def constant(self) -> bool:
        """True where every draw is the same."""
        return self.low == self.high or (self.happens and self.mode in (0.0, 1.0))

    def owned_by(self, owner: str) -> Parameter:
        """The same parameter under another owner."""
        return replace(self, owner=owner)

    def check(self, value: object, beyond: bool = False) -> float:
        """``value`` as a float within the range; InputError says what is allowed.

        ``beyond`` allows whatever is possible: a chance from 0 to 1, nothing above ``most``, and
        above 0 what has no range below it.
        """
        number = math.nan
        if isinstance(value, (int, float, np.number)) and not isinstance(value, bool):
            number = float(value)
        if not math.isfinite(number):
            raise InputError(f"{self.key} = {value!r} is not a finite number ({self.unit})")
        if self.holds(number):
            return number
        if self.happens or number > self.most or (self.low >= 0 and number <= 0):
            raise InputError(f"{self.key} cannot be {number:g} {self.unit}, {self._possible}")
        if not beyond:
            raise InputError(
                f"{self.key} = {number:g} {self.unit} is outside its range"
                f" {self.low:g} to {self.high:g} ({self.source or 'no source given'});"
                " as a what-if outside the evidence: KEY=VALUE!",
                f"fixed {self.key}",
            )
        return number

    def holds(self, value: float) -> bool:
        """True for a value within the range."""
        return self.low <= value <= self.high

    @property
    def _possible(self) -> str:
        """What values there can be, for an error."""
        if self.happens:
            return "only 0 to 1"
        least = "only above 0" if self.low >= 0 else "only finite values"
        return least if math.isinf(self.most) else f"{least}, up to {self.most:g}"

    @overload
    def quantile(self, level: float) -> float: ...
    @overload
    def quantile(self, level: Array) -> Array: ...
    def quantile(self, level: float | Array) -> float | Array:
        """The value (unit of the parameter) below which a share ``level`` of draws lies.

        A number for a number, an array of its shape (level,) for several.
        """
        bits = np.atleast_1d(np.asarray(level, float)) * 2.0**32
        points = np.clip(bits, 0, 2.0**32 - 1).astype(np.uint32)
        values: Array = Quantiles([self.range]).values(points[None])[0]
        return values if np.ndim(level) else float(values[0])

    def density(self, place: Array) -> Array:
        """The PERT density at places from 0 (low) to 1 (high) of the scaled range; its area is 1.

        The range must not be a single point, nor a table.
        """
        _, low, mode, high = self.pert
        peak = 4.0 * (mode - low) / (high - low)
        whole = math.gamma(6.0) / (math.gamma(1.0 + peak) * math.gamma(5.0 - peak))
        return whole * place**peak * (1.0 - place) ** (4.0 - peak)

    @property
    def range(self) -> Range:
        """What it is drawn by: the table, or the PERT distribution."""
        return self.table or self.pert

    @property
    def pert(self) -> Pert:
        """The scale, and low, mode and high on it."""
        ends = self.low, self.mode, self.high
        low, mode, high = map(math.log, ends) if self.scale == "log" else ends
        return self.scale, low, mode, high
