"""The contract kit: the laws that every driver keeps, for the tests of whoever writes one.

In a test of your own::

    import pytest
    from ismarket.testing import CHECKS
    from ismarket_stranger import DRIVER

    @pytest.mark.parametrize("check", CHECKS)
    def test_law(check):
        check(DRIVER)

``market_breaches(TABLES, MARKET, DRIVERS)`` is empty where tables keep the laws of a market.
``pytest_plugins = ["ismarket.testing.fixtures"]`` in a conftest.py adds a toy market and a plugin
manager that discovers nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from unittest import SkipTest

from ..errors import DriverError
from ..model.driver import Driver
from ..model.market import Market
from .laws import CHECKS
from .market_laws import market_breaches, name_of
from .toy import one_region, other_classes, toy_market
from .trial import OVER

__all__ = [
    "CHECKS", "check_driver", "findings", "market_breaches", "one_region", "other_classes",
    "toy_market",
]  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """What one law says of a driver; ``kept`` is None where it could not be tried."""

    law: str
    kept: bool | None
    reason: str = ""


LIMIT = 120.0
"""Seconds that all laws may take together."""


def findings(driver: Driver, market: Market | None = None, seconds: float = LIMIT) -> list[Finding]:
    """What every law says of ``driver``, in the order of CHECKS, after ``seconds`` at most.

    The law that is being tried then is broken, and those behind it are not tried.
    """
    answers: SimpleQueue[Finding | BaseException] = SimpleQueue()
    end = monotonic() + seconds

    def ask() -> None:
        OVER.set(lambda: monotonic() > end)  # of this thread, which may outlive the wait
        try:
            for check in CHECKS:
                answers.put(_tried(check, driver, market))
        except BaseException as error:  # a driver that fits no market
            answers.put(error)

    Thread(target=ask, daemon=True).start()
    found: list[Finding] = []
    laws = list(map(name_of, CHECKS))
    for law in laws:
        try:
            answer = answers.get(timeout=max(0.0, end - monotonic()))
        except Empty:
            found.append(Finding(law, False, f"no verdict after {seconds:g} seconds"))
            rest = laws[len(found) :]
            return found + [Finding(one, None, "not tried: the time was over") for one in rest]
        if isinstance(answer, BaseException):
            raise answer
        found.append(answer)
    return found


def _tried(check: Callable[..., None], driver: Driver, market: Market | None) -> Finding:
    try:
        check(driver, market)
    except AssertionError as error:
        return Finding(name_of(check), False, str(error))
    except SkipTest as reason:
        return Finding(name_of(check), None, str(reason))
    return Finding(name_of(check), True)


def check_driver(driver: Driver, market: Market | None = None) -> None:
    """Hold ``driver`` to every law on ``market``, by default the one it is made for.

    Raises DriverError that names each law it breaks.
    """
    broken = [f"{f.law}: {f.reason}" for f in findings(driver, market) if f.kept is False]
    if broken:
        raise DriverError(f"{driver.name} breaks {len(broken)} of its laws: " + "; ".join(broken))
