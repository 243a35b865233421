"""A view: what a run may hold for readers besides its tables, and what it takes to make it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ..engine.forecast import Forecast
from ..engine.plan import Plan


@dataclass(frozen=True, eq=False)
class View:
    """``make`` gives files by their path in ``outputs/``; they are derived, not canonical.

    ``needs`` are modules by their distribution, which come with an ``extra`` of the package;
    ``check`` raises InputError for a plan of which it cannot be made.
    """

    make: Callable[[Forecast], Mapping[str, bytes]]
    needs: Mapping[str, str] = field(default_factory=dict)
    extra: str = ""
    check: Callable[[Plan], object] | None = None


def tools(views: Mapping[str, View], names: Iterable[str]) -> tuple[str, ...]:
    """The distributions that take part in the views of these names."""
    return tuple(tool for name in names if name in views for tool in views[name].needs)
