"""Forecast the market for infantile-spasms therapeutics, with its drivers as plugins."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOME = {
    "Anchor": "anchor",
    "Decision": "information",
    "DiskError": "errors",
    "Driver": "driver",
    "DriverError": "errors",
    "Effect": "driver",
    "Forecast": "outcome",
    "InputError": "errors",
    "Market": "market",
    "Mechanism": "mechanism",
    "Observation": "updating",
    "Parameter": "parameter",
    "Scenario": "scenario",
    "adoption": "",
    "compare_runs": "opening",
    "export_run": "opening",
    "charts": "",
    "explore": "explorer.panel",
    "audit_report": "audit",
    "elicit": "explorer.elicit",
    "backtest_of": "backtest",
    "elicitation": "",
    "entry": "",
    "forecast": "forecaster",
    "hookimpl": "hookspecs",
    "import_run": "opening",
    "keep_run": "opening",
    "load_anchors": "plugins",
    "load_charts": "plugins",
    "load_drivers": "plugins",
    "load_market": "plugins",
    "load_scenario": "scenario",
    "open_run": "opening",
    "read_anchors": "anchor",
    "read_market": "evidence",
    "rerun": "opening",
    "run_notebook": "opening",
    "verify_run": "opening",
    "require": "requirement",
    "sensitivity_of": "sensitivity",
    "read_file": "reading",
    "read_text": "reading",
    "triangulate": "triangulation",
    "value_of_information": "information",
    "testing": "",
    "write_scenario": "scenario",
}
"""Public names and the module each lives in; a module is imported when a name is first used."""
__all__ = sorted(_HOME)

if TYPE_CHECKING:
    from . import adoption as adoption
    from . import charts as charts
    from . import elicitation as elicitation
    from . import entry as entry
    from . import testing as testing
    from .anchor import Anchor as Anchor
    from .anchor import read_anchors as read_anchors
    from .audit import audit_report as audit_report
    from .backtest import backtest_of as backtest_of
    from .driver import Driver as Driver
    from .driver import Effect as Effect
    from .errors import DiskError as DiskError
    from .errors import DriverError as DriverError
    from .errors import InputError as InputError
    from .evidence import read_market as read_market
    from .explorer.elicit import elicit as elicit
    from .explorer.panel import explore as explore
    from .forecaster import forecast as forecast
    from .hookspecs import hookimpl as hookimpl
    from .information import Decision as Decision
    from .information import value_of_information as value_of_information
    from .market import Market as Market
    from .mechanism import Mechanism as Mechanism
    from .opening import compare_runs as compare_runs
    from .opening import export_run as export_run
    from .opening import import_run as import_run
    from .opening import keep_run as keep_run
    from .opening import open_run as open_run
    from .opening import rerun as rerun
    from .opening import run_notebook as run_notebook
    from .opening import verify_run as verify_run
    from .outcome import Forecast as Forecast
    from .parameter import Parameter as Parameter
    from .plugins import load_anchors as load_anchors
    from .plugins import load_charts as load_charts
    from .plugins import load_drivers as load_drivers
    from .plugins import load_market as load_market
    from .reading import read_file as read_file
    from .reading import read_text as read_text
    from .requirement import require as require
    from .scenario import Scenario as Scenario
    from .scenario import load_scenario as load_scenario
    from .scenario import write_scenario as write_scenario
    from .sensitivity import sensitivity_of as sensitivity_of
    from .triangulation import triangulate as triangulate
    from .updating import Observation as Observation


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'ismarket' has no attribute {name!r}")
    if not _HOME[name]:
        return import_module(f".{name}", __name__)
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
