"""What the site says from the package itself: names, inputs, charts, notebooks."""

import os
import re
import shutil
from inspect import getdoc, isclass, isfunction, ismodule
from itertools import groupby
from pathlib import Path

import ismarket

ROOT = Path(__file__).parents[1]
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
    """Every chart of the published forecast, drawn now."""
    (here / MADE).mkdir(exist_ok=True)
    f = ismarket.study("published").forecast()
    text = []
    for name, chart in sorted(ismarket.load_charts().items()):
        picture = here / MADE / f"{name}.svg"
        chart(f).save(str(picture))
        says = getdoc(ismarket.charts.OF_ONE[name]).splitlines()[0]
        text += [f"## {name.replace('_', ' ').capitalize()}", "", says, "",
                 f"```{{image}} {MADE}/{picture.name}\n:alt: {says}\n```", ""]  # fmt: skip
    return "\n".join(text)
