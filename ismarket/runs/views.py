"""What a run holds for readers besides its tables: the page, the charts, the workbook."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from ..engine.forecast import Forecast
from ..errors import InputError, unknown
from ..text.install import extra
from .outputs import EXTRAS

ALWAYS = ("page",)
"""Views that every run has: this one takes a millisecond."""


@dataclass(frozen=True, eq=False)
class RunView:
    """``make`` gives files by their path in ``outputs/``; they are derived, not canonical.

    ``needs`` are modules by their distribution, which come with an ``extra`` of the package.
    """

    make: Callable[[Forecast], Mapping[str, bytes]]
    needs: Mapping[str, str] = field(default_factory=dict)
    extra: str = ""


def page(forecast: Forecast) -> dict[str, bytes]:
    """The report as one HTML page, with its pictures in it."""
    from ..report.html_page import as_page

    return {"report.html": as_page(forecast).encode()}


def charts(forecast: Forecast) -> dict[str, bytes]:
    """Every chart of one forecast, as PNG and SVG."""
    from ..charts import OF_ONE, save

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
    from ..report.workbook import write_workbook

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "forecast.xlsx"
        write_workbook(forecast, file)
        return {file.name: file.read_bytes()}


VIEWS: Mapping[str, RunView] = {
    "page": RunView(page),
    "charts": RunView(charts, {"altair": "altair", "vl-convert-python": "vl_convert"}, "export"),
    "workbook": RunView(workbook, {"xlsxwriter": "xlsxwriter"}, "office"),
}
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
        view = VIEWS.get(name)
        if view and any(find_spec(module) is None for module in view.needs.values()):
            raise InputError(f"--also {name} needs more: {extra(view.extra)}")
    return wanted


def tools(names: Iterable[str]) -> tuple[str, ...]:
    """The distributions that take part in the views of these names."""
    return tuple(tool for name in names if name in VIEWS for tool in VIEWS[name].needs)
