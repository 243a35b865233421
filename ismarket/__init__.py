"""Forecast the market for infantile-spasms therapeutics, with its drivers as plugins."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .version import __version__ as __version__

_NAMES = {
    "analysis.audit": "audit_report",
    "analysis.backtest": "backtest_of",
    "analysis.discovery": "discover",
    "analysis.information": "Decision value_of_information",
    "analysis.requirement": "require",
    "analysis.sample_information": "Sample",
    "analysis.sensitivity": "sensitivity_of",
    "analysis.triangulation": "triangulate",
    "analysis.updating": "Observation update",
    "engine.forecast": "Forecast",
    "errors": "DiskError DriverError InputError",
    "explorer.elicit": "elicit",
    "explorer.panel": "explore",
    "model.anchor": "Anchor read_anchors",
    "model.cause": "Mechanism",
    "model.driver": "Driver Effect Option",
    "model.launch": "Launch launch",
    "model.market": "Market",
    "model.market_tables": "read_market",
    "model.parameter": "Parameter",
    "model.scenario": "Scenario load_scenario write_scenario",
    "plugins.hookspecs": "hookimpl",
    "plugins.installed": "load_anchors load_charts load_drivers load_market",
    "reading": "read_file read_text",
    "reading.against_a_run": "check_numbers",
    "report": "write_report",
    "runs.archive": "export_run import_run",
    "runs.verify": "verify_run",
    "studies": "Study study",
    "studies.by_name": "forecast",
    "studies.kept": "compare_editions compare_runs keep_run open_run rerun run_notebook track",
}
"""Public names by the module that they live in; it is imported when one is first used."""
_HOME = {name: module for module, names in _NAMES.items() for name in names.split()}
_MODULES = {
    "adoption": "model.adoption",
    "charts": "charts",
    "elicitation": "model.elicitation",
    "entry": "model.entry",
    "testing": "testing",
}
"""Modules that are public as a whole."""
__all__ = sorted([*_HOME, *_MODULES])

if TYPE_CHECKING:
    from . import charts as charts
    from . import testing as testing
    from .analysis.audit import audit_report as audit_report
    from .analysis.backtest import backtest_of as backtest_of
    from .analysis.discovery import discover as discover
    from .analysis.information import Decision as Decision
    from .analysis.information import value_of_information as value_of_information
    from .analysis.requirement import require as require
    from .analysis.sample_information import Sample as Sample
    from .analysis.sensitivity import sensitivity_of as sensitivity_of
    from .analysis.triangulation import triangulate as triangulate
    from .analysis.updating import Observation as Observation
    from .analysis.updating import update as update
    from .engine.forecast import Forecast as Forecast
    from .errors import DiskError as DiskError
    from .errors import DriverError as DriverError
    from .errors import InputError as InputError
    from .explorer.elicit import elicit as elicit
    from .explorer.panel import explore as explore
    from .model import adoption as adoption
    from .model import elicitation as elicitation
    from .model import entry as entry
    from .model.anchor import Anchor as Anchor
    from .model.anchor import read_anchors as read_anchors
    from .model.cause import Mechanism as Mechanism
    from .model.driver import Driver as Driver
    from .model.driver import Effect as Effect
    from .model.driver import Option as Option
    from .model.launch import Launch as Launch
    from .model.launch import launch as launch
    from .model.market import Market as Market
    from .model.market_tables import read_market as read_market
    from .model.parameter import Parameter as Parameter
    from .model.scenario import Scenario as Scenario
    from .model.scenario import load_scenario as load_scenario
    from .model.scenario import write_scenario as write_scenario
    from .plugins.hookspecs import hookimpl as hookimpl
    from .plugins.installed import load_anchors as load_anchors
    from .plugins.installed import load_charts as load_charts
    from .plugins.installed import load_drivers as load_drivers
    from .plugins.installed import load_market as load_market
    from .reading import read_file as read_file
    from .reading import read_text as read_text
    from .reading.against_a_run import check_numbers as check_numbers
    from .report import write_report as write_report
    from .runs.archive import export_run as export_run
    from .runs.archive import import_run as import_run
    from .runs.verify import verify_run as verify_run
    from .studies import Study as Study
    from .studies import study as study
    from .studies.by_name import forecast as forecast
    from .studies.kept import compare_editions as compare_editions
    from .studies.kept import compare_runs as compare_runs
    from .studies.kept import keep_run as keep_run
    from .studies.kept import open_run as open_run
    from .studies.kept import rerun as rerun
    from .studies.kept import run_notebook as run_notebook
    from .studies.kept import track as track


def __getattr__(name: str) -> Any:
    if name not in _HOME and name not in _MODULES:
        raise AttributeError(f"module 'ismarket' has no attribute {name!r}")
    try:
        module = import_module(f".{_HOME.get(name) or _MODULES[name]}", __name__)
    except ImportError as error:
        from .text.install import lacking

        raise lacking(f"ismarket.{name}", "notebook", error) from None
    globals()[name] = value = module if name in _MODULES else getattr(module, name)
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
