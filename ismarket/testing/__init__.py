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

from dataclasses import dataclass
from unittest import SkipTest

from ..errors import DriverError
from ..model.driver import Driver
from ..model.market import Market
from .laws import CHECKS
from .market_laws import market_breaches
from .toy import one_region, other_classes, toy_market

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


def findings(driver: Driver, market: Market | None = None) -> list[Finding]:
    """What every law says of ``driver``, in the order of CHECKS."""
    found = []
    for check in CHECKS:
        name = check.__name__.replace("_", " ")
        try:
            check(driver, market)
        except AssertionError as error:
            found.append(Finding(name, False, str(error)))
        except SkipTest as reason:
            found.append(Finding(name, None, str(reason)))
        else:
            found.append(Finding(name, True))
    return found


def check_driver(driver: Driver, market: Market | None = None) -> None:
    """Hold ``driver`` to every law on ``market``, by default the one it is made for.

    Raises DriverError that names each law it breaks.
    """
    broken = [f"{f.law}: {f.reason}" for f in findings(driver, market) if f.kept is False]
    if broken:
        raise DriverError(f"{driver.name} breaks {len(broken)} of its laws: " + "; ".join(broken))
