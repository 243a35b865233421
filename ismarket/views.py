"""What a run holds for readers besides its tables: the page, the charts, the workbook."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path

from .errors import InputError, unknown
from .outcome import Forecast
from .runs.keep import View
from .runs.outputs import EXTRAS

ALWAYS = ("page",)
"""Views that every run has: this one takes a millisecond."""


def page(forecast: Forecast) -> dict[str, bytes]:
    """The report as one HTML page, with its pictures in it."""
    from .report.html_page import as_page

    return {"report.html": as_page(forecast).encode()}


def charts(forecast: Forecast) -> dict[str, bytes]:
    """Every chart of one forecast, as PNG and SVG."""
    from .charts import OF_ONE, save

    files = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, draw in OF_ONE.items():
            chart = draw(forecast)
            for kind in ("png", "svg"):
                file = save(chart, Path(folder) / f"{name}.{kind}")
                files[f"charts/{file.name}"] = file.read_bytes()
    return files


def workbook(forecast: Forecast) -> dict[str, bytes]:
    """The forecast as a workbook with live formulas."""
    from .report.workbook import write_workbook

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "forecast.xlsx"
        write_workbook(forecast, file)
        return {file.name: file.read_bytes()}


VIEWS: Mapping[str, View] = {"page": page, "charts": charts, "workbook": workbook}
NEEDS = {
    "charts": ("export", {"altair": "altair", "vl-convert-python": "vl_convert"}),
    "workbook": ("office", {"xlsxwriter": "xlsxwriter"}),
}
"""The extra of the package that a view needs, and modules by their distribution."""
ALSO = (*EXTRAS, *(name for name in VIEWS if name not in ALWAYS))
"""What a run may also hold, by the name under which it is asked for."""


def also(names: Iterable[str]) -> tuple[str, ...]:
    """The names with those that every run has, each once.

    Raises InputError for a name that is not known, or an extra of the package that is missing.
    """
    wanted = tuple(dict.fromkeys((*ALWAYS, *names)))
    for name in wanted:
        if name not in (*ALWAYS, *ALSO):
            raise unknown("--also", "table or view", name, ALSO)
        extra, modules = NEEDS.get(name, ("", {}))
        if any(find_spec(module) is None for module in modules.values()):
            raise InputError(f"--also {name} needs more: pip install 'ismarket[{extra}]'")
    return wanted


def tools(names: Iterable[str]) -> tuple[str, ...]:
    """The distributions that take part in the views of these names."""
    return tuple(tool for name in names if name in NEEDS for tool in NEEDS[name][1])
