"""Drivers: what moves the market, as data and one function."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeAlias

from ..arrays import Array
from ..errors import InputError
from ..text.plain import plain, title_of
from .cause import Mechanism
from .launch import Launch, groups_of, read_own_table
from .parameter import Parameter

if TYPE_CHECKING:
    from .market import Market

RESERVED = ("funnel", "total", "unexplained")
"""Names that no driver may have: they head rows and own parameters already."""


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

    ``name`` is a Python identifier in lower case; it owns ``parameters``.  ``mechanisms`` are
    causes of its own, beside the catalogue, each owning its parameters; it claims them.  A
    ``Launch`` may stand among them, and becomes the group that it belongs to.
    ``markets`` names the markets that it is made for, none meaning any.  Raises InputError for a
    name that cannot stand in a parameter key or a parameter declared twice.
    """

    name: str
    title: str
    claims: tuple[str, ...] = ()
    effects: Effects | None = None
    parameters: tuple[Parameter, ...] = ()
    description: str = ""
    plugin: str = ""
    markets: tuple[str, ...] = ()
    mechanisms: tuple[Mechanism, ...] = ()

    @classmethod
    def from_table(cls, path: str | Path | Traversable, **about: Any) -> Driver:
        """The driver whose causes stand in a CSV table of its own; ``about`` as for Driver.

        Name and title come from the file's name unless given.  The table has the columns of the
        catalogue and of its adoption table, one row a cause and region (``all`` for any region), or
        those of a market's table of launches, one row a product.
        Raises InputError with file and line for a table that does not hold together.
        """
        path = Path(path) if isinstance(path, str) else path
        stem = re.sub(r"\W+", "_", Path(path.name).stem.lower())
        about.setdefault("name", stem)
        about.setdefault("title", stem.replace("_", " ").capitalize())
        return cls(mechanisms=read_own_table(path), **about)

    def __init_subclass__(cls) -> None:
        """Refuse a class whose ``effects`` would be a method: a driver is handed its function."""
        if cls.effects is not None:
            raise InputError(
                f"class {cls.__name__}: a method called effects is never asked; make no subclass,"
                " but Driver(name, title, effects=FUNCTION)"
            )

    def suits(self, market: str) -> bool:
        """True where the driver is made for the market of that name, or for any."""
        return not self.markets or market in self.markets

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.name):
            raise InputError(f"driver {self.name!r}: a name is lower-case letters, digits and _")
        if self.name in RESERVED:
            raise InputError(f"driver {self.name!r}: the name is taken by a row of the tables")
        title_of(self.title, f"driver {self.name}: title")
        plain(self.description, f"driver {self.name}: description")
        own = tuple(parameter.owned_by(self.name) for parameter in self.parameters)
        if len({parameter.key for parameter in own}) < len(own):
            raise InputError(f"driver {self.name}: a parameter is declared twice")
        if own and self.effects is None:
            raise InputError(f"driver {self.name}: parameters without an effects function")
        for listed in ("claims", "markets"):
            if isinstance(getattr(self, listed), str):
                raise InputError(f"driver {self.name}: {listed} is a list of names")
        launches = [one for one in self.mechanisms if isinstance(one, Launch)]
        spread = [one for one in self.mechanisms if not isinstance(one, Launch)]
        object.__setattr__(self, "mechanisms", (*spread, *groups_of(launches)))
        for cause in self.mechanisms:
            cause.check_words()
        claims = dict.fromkeys((*self.claims, *(m.name for m in self.mechanisms)))
        object.__setattr__(self, "claims", tuple(claims))
        object.__setattr__(self, "markets", tuple(self.markets))
        object.__setattr__(self, "parameters", own)

    def __repr__(self) -> str:
        """The driver in one line."""
        return f"<Driver {self.name}: {self.title}>"
