"""Drivers: what moves the market, as data and one function."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, TypeAlias

from .arrays import Array
from .errors import InputError
from .parameter import Parameter

if TYPE_CHECKING:
    from .market import Market


@dataclass(frozen=True, eq=False)
class Effect:
    """A shift of one stage on its link scale: log of a rate, odds or weight ratio.

    ``shift`` broadcasts over (year, region, drug_class, draw) and is 0 in the base year.  Effects
    with the same stage and mechanism are one cause: drivers that share it count it once.  With
    ``drug_class`` the shift moves that class alone.
    """

    stage: str
    shift: Array
    mechanism: str = ""
    drug_class: str = ""


Effects: TypeAlias = Callable[["Market", SimpleNamespace], Iterable[Effect]]
"""From the market and the drawn parameters, each (1, 1, 1, draw), to the effects of a driver."""


@dataclass(frozen=True, eq=False, repr=False)
class Driver:
    """One driver of growth: the causes of the catalogue it claims, and effects of its own.

    ``name`` is a Python identifier in lower case; it owns ``parameters``.  Raises InputError for
    a name that cannot stand in a parameter key or a parameter declared twice.
    """

    name: str
    title: str
    claims: tuple[str, ...] = ()
    effects: Effects | None = None
    parameters: tuple[Parameter, ...] = ()
    description: str = ""
    plugin: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.name):
            raise InputError(f"driver {self.name!r}: a name is lower-case letters, digits and _")
        own = tuple(parameter.owned_by(self.name) for parameter in self.parameters)
        if len({parameter.key for parameter in own}) < len(own):
            raise InputError(f"driver {self.name}: a parameter is declared twice")
        if own and self.effects is None:
            raise InputError(f"driver {self.name}: parameters without an effects function")
        object.__setattr__(self, "claims", tuple(self.claims))
        object.__setattr__(self, "parameters", own)

    def __repr__(self) -> str:
        """The driver in one line."""
        return f"<Driver {self.name}: {self.title}>"
