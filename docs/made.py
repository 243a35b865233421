"""What the site says from the package itself: names, inputs, charts, notebooks."""

import os
import re
import shutil
from collections.abc import Callable
from inspect import getdoc, isclass, isfunction, ismodule
from itertools import groupby, product
from pathlib import Path
from typing import Any

import ismarket
from ismarket import charts
from ismarket.charts.picture import WIDTH
from ismarket.explorer.standalone import as_page

ROOT = Path(__file__).parents[1]
SLIM = 440
"""Width of a chart on a small screen, px."""
MADE = "_made"
"""Folder of pictures, beside the pages; not kept."""


COPIED = {
    "project/contributing.md": "CONTRIBUTING.md",
    "project/design.md": "DESIGN.md",
    "project/changelog.md": "CHANGELOG.md",
    "project/security.md": "SECURITY.md",
    "guides/drivers.md": "plugins/README.md",
}
"""Pages that are files of the repository outside this folder."""
LINK = re.compile(r"\[([^\]]*)\]\(([^)\s#:]+)(#[^)\s]*)?\)")


def copies(here: Path) -> None:
    """Notebooks and files of the repository, copied beside the pages."""
    for page, file in COPIED.items():
        (here / page).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / file, here / page)
    for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
        shutil.copy(notebook, here / "notebooks" / notebook.name)


def with_links(here: Path, page: str, text: str) -> str:
    """The text with links that lead from page to page; a link out of the site is its words.

    Raises FileNotFoundError for a link to a file that is not there.
    """
    home = (ROOT / COPIED[page] if page in COPIED else here / page).parent
    known = {(ROOT / file).resolve(): here / page for page, file in COPIED.items()}

    def led(found: re.Match[str]) -> str:
        target = (home / found[2]).resolve(strict=True)
        target = known.get(target, target)
        if not target.is_relative_to(here):
            return found[1]
        way = Path(os.path.relpath(target, (here / page).parent)).as_posix()
        return f"[{found[1]}]({way}{found[3] or ''})"

    return LINK.sub(led, text)


def python(_: Path) -> str:
    """Every public name with its signature and its words."""
    lines = []
    for name in ismarket.__all__:
        value = getattr(ismarket, name)
        if ismodule(value):
            lines += [f".. automodule:: {value.__name__}", "   :members:", ""]
        elif isclass(value):
            lines += [f".. autoclass:: ismarket.{name}", "   :members:", ""]
        elif isfunction(value):
            lines += [f".. autofunction:: ismarket.{name}", ""]
        else:
            lines += [f".. autodata:: ismarket.{name}", ""]
    return "```{eval-rst}\n" + "\n".join(lines) + "\n```"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.6g}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def inputs(_: Path) -> str:
    """Every number that is drawn, with range, unit, status and source, by what it belongs to."""
    lines: list[str] = []
    drawn = ismarket.study("evidence").plan.parameters
    for owner, own in groupby(drawn, key=lambda p: p.key.rpartition(".")[0]):
        lines += ["", f"## `{owner}`", ""]
        lines += ["| | low, most likely, high | unit | status and source |", "|---|---|---|---|"]
        for p in own:
            name, ends = p.key.rpartition(".")[2], map(_figure, (p.low, p.mode, p.high))
            cells = (f"`{name}` {p.title}", " · ".join(ends), p.unit, f"*{p.status}*: {p.source}")
            lines.append("| " + " | ".join(map(_cell, cells)) + " |")
    return "\n".join(lines)


def gallery(here: Path) -> str:
    """The charts of forecasts in both themes, those of a grid, and the pages of a report."""
    (here / MADE).mkdir(exist_ok=True)
    asked = ismarket.study("published")
    f, g = asked.forecast(), asked.forecast(without=[])
    grid = asked.grid(**{"strength.pricing": [0.0, 0.5, 1.0], "overlap": [0.0, 1.0]})
    draw: dict[str, Callable[[dict[str, Any]], Any]] = {
        **{name: lambda look, chart=chart: chart(f, **look)
           for name, chart in charts.OF_ONE.items()},
        "compare": lambda look: charts.compare(f, g, names=("published", "all"), **look),
        "multiples": lambda look: charts.multiples(grid, **look),
        "spider": lambda _: charts.spider(grid),
        "heat": lambda _: charts.heat(grid.two_way()),
    }  # fmt: skip
    text = []
    for name, chart in draw.items():
        says = getdoc(getattr(charts, name)).splitlines()[0]
        text += [f"## {name.capitalize()}", "", says, ""]
        themed = name in (*charts.OF_ONE, "compare", "multiples")
        for theme, width in product(("light", "dark"), (WIDTH, SLIM)) if themed else [("", 0)]:
            picture = here / MADE / f"{name}{theme and f'-{theme}-{width}'}.svg"
            shown = chart({"theme": theme, "width": width})
            charts.save(shown.properties(padding=0) if theme else shown, picture)
            size = "wide" if width == WIDTH else "slim"
            own = f":class: only-{theme} {size}\n" if theme else ""
            text += [f"```{{image}} {MADE}/{picture.name}\n:alt: {says}\n{own}```", ""]
    return "\n".join([*text, *_pages(here, asked, f)])


def _pages(here: Path, asked: ismarket.Study, f: ismarket.Forecast) -> list[str]:
    """The pages that a report is handed on as, made now, to be opened."""
    ismarket.write_report(f, html=here / MADE / "report.html")
    (here / MADE / "computes.html").write_text(as_page(asked, f), encoding="utf-8")
    return [
        "## Pages", "",
        f"- {{download}}`The report <{MADE}/report.html>`, one file without a script",
        f"- {{download}}`The page that computes <{MADE}/computes.html>`, in which a reader moves"
        " sliders",
    ]  # fmt: skip
