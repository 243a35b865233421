"""How a choice of a scenario is declared: what it may be, its default, its words and its option."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from ..errors import InputError, check_known
from .tables import shown


@dataclass(frozen=True)
class Text:
    """A text: one of ``allowed`` if any are, of the form ``pattern`` that ``like`` describes."""

    allowed: tuple[str, ...] = ()
    pattern: str = ""
    like: str = ""

    def check(self, name: str, value: object) -> str:
        """The text."""
        if self.pattern and not (isinstance(value, str) and re.fullmatch(self.pattern, value)):
            raise InputError(f"{name} = {value!r} must be like {self.like}", name)
        if not isinstance(value, str):
            raise InputError(f"{name} = {value!r} must be text", name)
        if self.allowed:
            check_known(name, "choice", self.allowed, value, key=name)
        return value


@dataclass(frozen=True)
class Whole:
    """A whole number from ``low`` to ``high``."""

    low: int
    high: int

    def check(self, name: str, value: object) -> int:
        """The number."""
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole or not self.low <= value <= self.high:  # type: ignore[operator]
            wanted = f"must be a whole number from {self.low} to {self.high}"
            raise InputError(f"{name} = {shown(value)} {wanted}", name)
        return value  # type: ignore[return-value]


@dataclass(frozen=True)
class Real:
    """A finite number from ``low`` to ``high``."""

    low: float = -math.inf
    high: float = math.inf

    def check(self, name: str, value: object) -> float:
        """The number as a float."""
        number = math.nan
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            try:
                number = float(value)
            except OverflowError:
                number = math.inf
        if not math.isfinite(number):
            raise InputError(f"{name} = {shown(value)} is not a finite number", name)
        if not self.low <= number <= self.high:
            raise InputError(f"{name} = {number:g} is outside {self.low:g} to {self.high:g}", name)
        return number


@dataclass(frozen=True)
class Said:
    """A text or a finite number: what it may be is known by whoever it is meant for.

    A text that is a number counts as one, as a command line has texts alone.
    """

    def check(self, name: str, value: object) -> str | float:
        """The text, or the number as a float."""
        if isinstance(value, str) and not re.fullmatch(r"-?\d+(\.\d+)?(e[+-]?\d+)?", value):
            return value
        return Real().check(name, float(value) if isinstance(value, str) else value)


@dataclass(frozen=True)
class Names:
    """Names of what ``of`` says, each once."""

    of: str

    def check(self, name: str, value: object) -> tuple[str, ...]:
        """The names in the order in which they are given."""
        if isinstance(value, str) or not isinstance(value, Iterable):
            raise InputError(f"{name} = {value!r} must be a list of {self.of} names", name)
        names = tuple(value)
        for one in names:
            if not isinstance(one, str):
                raise InputError(f"{name} holds {one!r}, which is not a {self.of} name", name)
        return tuple(dict.fromkeys(names))


@dataclass(frozen=True)
class Keyed:
    """A value of the kind ``of`` for each key, one of ``known`` if any are.

    ``key`` writes a key in the one way that counts.
    """

    of: Text | Whole | Real | Names | Said
    key: Callable[[str], str] = str
    known: tuple[str, ...] = ()

    def check(self, name: str, value: object) -> dict[str, Any]:
        """The values by key."""
        if not isinstance(value, Mapping):
            raise InputError(f"{name} must be a table, [{name}]", name)
        found: dict[str, Any] = {}
        for given, item in value.items():
            key = self.key(given)
            if self.known:
                check_known(name, "key", self.known, key, key=f"{name} {given}")
            if key in found:
                raise InputError(f"{name} {key!r} is given twice", f"{name} {given}")
            found[key] = self.of.check(f"{name} {key}", item)
        return found


@dataclass(frozen=True)
class Choice:
    """A choice of a scenario; field check, TOML, option, copied code and control are made of it.

    kind       what it may be
    default    what it is unless said otherwise; None: it may be left open
    help       what it is in a few words; ``{default}`` and ``{allowed}`` are filled in
    flag       its option on the command line; "": it stands in a file alone
    metavar    what the option's help calls its value
    completes  what the shell completes its value with: anchor, driver or parameter
    opposite   of names: the option that takes a name out again, and its help
    absent     what a key counts as that is not given; None: as nothing
    label      what its control in the explorer is called; "": it has none of its own
    moves      False for words that change no figure
    marks      of values by key: the choice that names those written with ``!`` behind them
    """

    kind: Text | Whole | Real | Names | Keyed
    default: Any
    help: str
    flag: str = ""
    metavar: str = ""
    completes: str = ""
    opposite: tuple[str, str] = ("", "")
    absent: float | None = None
    label: str = ""
    moves: bool = True
    marks: str = ""

    def check(self, name: str, value: object) -> Any:
        """The value as a scenario of that field ``name`` holds it; InputError carries its key."""
        return None if value is None and self.default is None else self.kind.check(name, value)

    @property
    def words(self) -> str:
        """The help with default and allowed values filled in."""
        allowed = self.kind.allowed if isinstance(self.kind, Text) else ()
        marked = (f"{one} (default)" if one == self.default else one for one in allowed)
        shown = f"{self.default:,}" if isinstance(self.default, int) else self.default
        return self.help.format(default=shown, allowed=" or ".join(marked))


def declared(choice: Choice) -> Any:
    """The field of a dataclass that holds ``choice``."""
    if isinstance(choice.kind, Keyed):
        return field(default_factory=dict, metadata={"choice": choice})
    return field(default=choice.default, metadata={"choice": choice})


def choices_of(holder: type) -> dict[str, Choice]:
    """The choices that a dataclass holds, by the name of their field."""
    return {f.name: f.metadata["choice"] for f in fields(holder)}
