"""What the buttons do: pin, save, load, copy and download."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..charts import draw, save
from ..engine.dollars import speaker
from ..engine.findings import acting_on, beyond, caveats, lacking
from ..engine.forecast import TRUSTED
from ..errors import InputError, unknown
from ..model.recipe import as_command, as_python
from ..model.scenario import given_scenario, load_scenario, placed, scenario_text, write_scenario
from ..report.html_page import as_page as as_report
from ..text.files import write_files
from ..text.wording import times
from .files import as_csv, as_xlsx
from .session import Session
from .standalone import as_page as as_computing_page
from .view import OwnPicture

MIME = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "png": "image/png",
    "svg": "image/svg+xml",
    "html": "text/html",
    "page.html": "text/html",
    "toml": "application/toml",
}
"""The kinds of files, each with what a browser calls it."""
OF_A_VIEW = ("csv", "png", "svg")
"""Kinds that hold one view, which their name says."""


@dataclass(frozen=True, eq=False)
class Reply:
    """What goes back to the page: a message with its bytes, or else a line above the chart."""

    message: Mapping[str, Any] | None = None
    data: tuple[bytes, ...] = ()
    line: Mapping[str, str] | None = None


def act(session: Session, content: Mapping[str, Any], tab: str) -> Reply:
    """Do what a button asks while ``tab`` is open; InputError says why not."""
    asked, kind = content.get("type"), str(content.get("kind"))
    if asked == "pin":
        session.settle()
        session.pinned = session.shown
        return Reply()
    if asked == "unpin":
        session.pinned = None
        return Reply()
    if asked == "load":
        return _load(session, content)
    if asked == "copy":
        make = as_command if kind == "command" else as_python
        return Reply({"type": "text", "text": make(session.current), "kind": kind})
    if asked == "download":
        return _download(session, kind, str(content.get("path") or ""), tab)
    raise unknown("explorer", "message", asked, ("pin", "unpin", "load", "copy", "download"))


def _load(session: Session, content: Mapping[str, Any]) -> Reply:
    if "text" in content:
        text, file = str(content["text"]), str(content.get("name") or "scenario")
        scenario = given_scenario(text, file)
    else:
        path = str(content.get("path", "")).strip()
        scenario, (text, file) = load_scenario(path), scenario_text(path)
    try:
        session.open(scenario)
    except InputError as error:
        raise placed(error, text, file) from None
    return Reply(line={"tone": "done", "text": f"Loaded **{scenario.name}**."})


def _download(session: Session, kind: str, path: str, tab: str) -> Reply:
    """A file for the page, or the line that says where it was written."""
    if kind not in MIME:
        raise unknown("download", "kind", kind, MIME)
    drawn = kind in ("png", "svg")
    picture = session.view(tab).picture if drawn else None
    if drawn and picture is None:
        raise InputError(f"the view {session.tabs[tab]} has no picture")
    session.settle()
    name = re.sub(r"[^\w.-]+", "-", session.current.name).strip(".-")[:80] or "scenario"
    name += f"-{tab}.{kind}" if kind in OF_A_VIEW else f".{kind}"
    if not path:
        if drawn:
            raise InputError("the page draws PNG and SVG itself; give a path to save one here")
        file = {"type": "file", "name": name, "mime": MIME[kind]}
        return Reply(file, (contents(session, kind, tab),))
    target = Path(path).expanduser()
    if target.is_dir():
        target = target / name
    if not target.name.lower().endswith(f".{kind}"):
        raise InputError(f"{target.name}: a {kind.upper()} file ends in .{kind}")
    if target.exists():
        raise InputError(f"{target}: exists; choose another name")
    if picture is None:
        write_files({target: contents(session, kind, tab)})
    else:
        save(picture.chart if isinstance(picture, OwnPicture) else draw(picture), target)
    return Reply(line={"tone": "done", "text": f"Saved as **{target}**."})


def contents(session: Session, kind: str, tab: str) -> bytes:
    """The bytes of a file of that kind; of a table alone it is that of the view ``tab``."""
    if kind == "toml":
        return write_scenario(session.current).encode()
    if kind == "page.html":
        return as_computing_page(session.study, session.shown).encode()
    if kind == "csv":
        return as_csv(session.view(tab))
    if kind == "xlsx":
        return as_xlsx(session.views(), session.shown)
    return as_report(session.shown).encode()


def notices(session: Session) -> list[dict[str, str]]:
    """Lines that stand below the chart: a horizon beyond the report, a scaled level."""
    forecast, plan = session.shown, session.shown.plan
    found = [{"tone": "warn", "text": session.spoken(text)} for text in caveats(plan)]
    found += [{"tone": "note", "text": text} for text in filter(None, [beyond(forecast)])]
    factor = forecast.columns["calibration"]["reference"][0]
    if plan.anchor.published and not TRUSTED[0] <= factor <= TRUSTED[1]:
        whose = f"{speaker(plan.anchor)}\N{RIGHT SINGLE QUOTATION MARK}s"
        text = (
            f"**Scaled by {times(factor)}.** Every value is multiplied to meet the anchor. The"
            f" level is the {whose}; the shape is the count\N{RIGHT SINGLE QUOTATION MARK}s."
        )
        found.append({"tone": "warn", "text": text})
    said = [lacking(forecast), *acting_on(forecast)]
    return found + [{"tone": "note", "text": text} for text in said if text]
