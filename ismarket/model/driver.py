"""Drivers: what moves the market, as data and one function."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeAlias

from ..arrays import Array
from ..errors import InputError, check_known, unknown
from ..text.wording import plain, title_of
from .cause import Mechanism
from .choices import Real, Text
from .launch import Launch, groups_of, read_own_table
from .market import Correlation, Market
from .parameter import NO_CHANCE, Parameter
from .scenario import pair_name
from .tables import read_table

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


Effects: TypeAlias = Callable[[Market, Any], Iterable[Effect]]
"""From the market and what is handed by name to the effects of a driver.

That are the drawn parameters, each (1, 1, 1, draw), and the options.
"""


@dataclass(frozen=True)
class Option:
    """What a user may choose of a driver, in a scenario under ``[options.DRIVER]``.

    Its default says what it is: a number from ``low`` to ``high`` (``unit``), a text, one of
    ``choices`` if there are any, or with ``columns`` the file of a table that has them.  The driver
    is handed ``value``: a float, a text, the rows of the table.  ``said`` is what a scenario says.
    Raises InputError for a value that it cannot have.
    """

    name: str
    default: str | float | Path | Traversable
    _: KW_ONLY
    title: str = ""
    choices: tuple[str, ...] = ()
    low: float = -math.inf
    high: float = math.inf
    unit: str = ""
    columns: tuple[str, ...] = ()
    said: str | float | None = None
    value: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for name in ("choices", "columns"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        given = self.default if self.said is None else self.said
        object.__setattr__(self, "value", self._checked(given))

    @property
    def kind(self) -> str:
        """What it is: ``file``, ``choice``, ``number`` or ``text``."""
        if self.columns:
            return "file"
        if self.choices:
            return "choice"
        return "text" if isinstance(self.default, str) else "number"

    def _checked(self, given: Any) -> Any:
        if self.kind == "file":
            path = Path(given) if isinstance(given, str) else given
            if not given or isinstance(given, int | float):
                raise InputError(f"{self.name} is the path of a CSV file, not {given!r}")
            return tuple(read_table(path, self.columns, others=True, evidence=()))
        if self.kind != "number" and isinstance(given, float):
            given = f"{given:g}"  # a text that is a number
        if self.kind == "choice":
            return Text(self.choices).check(self.name, given)
        if self.kind == "text":
            return Text().check(self.name, given)
        return Real(self.low, self.high).check(self.name, given)


@dataclass(frozen=True, eq=False, repr=False)
class Driver:
    """One driver of growth: the causes of the catalogue it claims, and effects of its own.

    ``name`` is a Python identifier in lower case; it owns ``parameters``.  ``mechanisms`` are
    causes of its own beside the catalogue, and launches, each owning its parameters; it claims
    them.  ``markets`` names the markets that it is made for, none meaning any.  ``options`` are
    what a scenario may choose of it, ``correlation`` the rank correlations between its own
    parameters, as ``{"peak ~ start": 0.5}``.  ``effects`` is whatever can be called with a market
    and the drawn parameters: a function, a method, a partial, an object.  Raises InputError for a
    name that cannot stand in a parameter key, a parameter declared twice, effects that cannot be
    called so.
    """

    name: str
    title: str
    claims: tuple[str, ...] = ()
    effects: Effects | None = None
    parameters: tuple[Parameter, ...] = ()
    description: str = ""
    plugin: str = ""
    markets: tuple[str, ...] = ()
    mechanisms: tuple[Mechanism | Launch, ...] = ()
    options: tuple[Option, ...] = ()
    correlation: Mapping[str, float] = field(default_factory=dict)

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

    def with_options(self, said: Mapping[str, str | float]) -> Driver:
        """The driver with what a scenario says of its options; the others at their defaults.

        Raises InputError that names the option.
        """
        known = {option.name: option for option in self.options}
        for name in said:
            if name not in known:
                raise unknown("scenario, options", "option", f"{self.name}.{name}",
                              [f"{self.name}.{one}" for one in known])  # fmt: skip
        if all(option.said == said.get(option.name) for option in self.options):
            return self
        try:
            made = tuple(replace(option, said=said.get(n)) for n, option in known.items())
        except InputError as error:
            raise InputError(f"scenario, options of {self.name}: {error}") from None
        return replace(self, options=made)

    @property
    def correlations(self) -> tuple[Correlation, ...]:
        """The rank correlations of its own parameters, by key."""
        found = []
        for pair, rho in self.correlation.items():
            first, second = (f"{self.name}.{name}" for name in pair_name(pair).split(" ~ "))
            found.append(Correlation((first, second), rho, "assumed", self.title, self.name))
        return tuple(found)

    def _check_correlation(self) -> None:
        own = {parameter.name: parameter for parameter in self.parameters}
        for pair, rho in self.correlation.items():
            Real(-1.0, 1.0).check(f"driver {self.name}, correlation {pair}", rho)
            for name in pair_name(pair).split(" ~ "):
                check_known(f"driver {self.name}, correlation", "parameter", own, name)
                if own[name].happens:
                    raise InputError(f"driver {self.name}: {NO_CHANCE.format(name)}")

    def _check_effects(self) -> None:
        """Refuse at once what could never be asked for effects."""
        effects, what = self.effects, ""
        if isinstance(effects, type):
            what = f"the class {effects.__name__}; hand over an object of it"
        elif not callable(effects):
            what = f"a {type(effects).__name__}; hand over a function of (market, p)"
        elif inspect.iscoroutinefunction(effects) or inspect.isasyncgenfunction(effects):
            what = "asynchronous; hand over a plain function of (market, p)"
        else:
            try:
                inspect.signature(effects).bind(None, None)
            except TypeError:
                what = "a function of other arguments; it is called with (market, p)"
            except ValueError:  # some callables of C have no signature to be read
                pass
        if what:
            raise InputError(f"driver {self.name}: effects is {what}")

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
        names = [*(one.name for one in own), *(option.name for option in self.options)]
        if len(set(names)) < len(names):
            raise InputError(
                f"driver {self.name}: an option has the name of another or of a parameter"
            )
        if names and self.effects is None:
            raise InputError(
                f"driver {self.name}: parameters or options without an effects function"
            )
        if self.effects is not None:
            self._check_effects()
        self._check_correlation()
        for listed in ("claims", "markets"):
            if isinstance(getattr(self, listed), str):
                raise InputError(f"driver {self.name}: {listed} is a list of names")
        launches = [one for one in self.mechanisms if isinstance(one, Launch)]
        object.__setattr__(self, "mechanisms", (*self.own_causes, *groups_of(launches)))
        for cause in self.own_causes:
            cause.check_words()
        claims = dict.fromkeys((*self.claims, *(cause.name for cause in self.own_causes)))
        object.__setattr__(self, "claims", tuple(claims))
        object.__setattr__(self, "markets", tuple(self.markets))
        object.__setattr__(self, "parameters", own)
        object.__setattr__(self, "options", tuple(self.options))

    @property
    def own_causes(self) -> tuple[Mechanism, ...]:
        """The causes of its own, its launches in the groups that they make."""
        return tuple(one for one in self.mechanisms if isinstance(one, Mechanism))

    def __repr__(self) -> str:
        """The driver in one line."""
        return f"<Driver {self.name}: {self.title}>"
