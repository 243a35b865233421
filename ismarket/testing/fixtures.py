"""Fixtures for the tests of drivers: ``pytest_plugins = ["ismarket.testing.fixtures"]``."""

from __future__ import annotations

import pytest

from ..model.market import Market
from ..plugins.discovery import CHOICE
from ..plugins.installed import Plugins, load_plugins
from .toy import toy_market as make_toy_market


@pytest.fixture
def toy_market() -> Market:
    """A market of two regions and two drug classes, every number invented."""
    return make_toy_market()


@pytest.fixture
def no_plugins(monkeypatch: pytest.MonkeyPatch) -> Plugins:
    """A plugin manager that has discovered nothing; ``load_drivers`` finds the bundled alone.

    ``no_plugins.manager.register(module)`` adds one by hand.
    """
    monkeypatch.setenv(CHOICE, "")
    return load_plugins([])
