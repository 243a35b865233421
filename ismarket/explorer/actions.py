"""What the buttons do: pin, save, load, copy and download."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..charts import draw, save
from ..engine.findings import notices as page_notices
from ..engine.forecast import TRUSTED, Forecast
from ..errors import InputError, unknown
from ..model.scenario import load_scenario, parse_scenario, write_scenario
from ..text.wording import times
from .files import as_csv, as_page, as_xlsx
from .recipe import as_command, as_python
from .session import Session

if TYPE_CHECKING:
    from .panel import Panel

KINDS = ("csv", "xlsx", "png", "svg", "html", "toml")
MIME = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "png": "image/png",
    "svg": "image/svg+xml",
    "html": "text/html",
    "toml": "application/toml",
}


def act(panel: Panel, session: Session, content: dict[str, Any]) -> None:
    """Do what a button asks; InputError says why not."""
    kind = content.get("type")
    if kind == "pin":
        session.settle()
        panel.pinned = session.shown
    elif kind == "unpin":
        panel.pinned = None
    elif kind == "load":
        _load(panel, session, content)
    elif kind == "copy":
        make = as_command if content.get("kind") == "command" else as_python
        panel.send({"type": "text", "text": make(session.current), "kind": content.get("kind")})
    elif kind == "download":
        _download(panel, session, str(content.get("kind")), str(content.get("path") or ""))
    else:
        raise unknown("explorer", "message", kind, ("pin", "unpin", "load", "copy", "download"))


def _load(panel: Panel, session: Session, content: dict[str, Any]) -> None:
    if "text" in content:
        name = str(content.get("name") or "scenario")
        scenario = parse_scenario(str(content["text"]), name)
    else:
        scenario = load_scenario(str(content.get("path", "")).strip())
    session.open(scenario)
    panel._publish({"tone": "done", "text": f"Loaded **{scenario.name}**."})


def _download(panel: Panel, session: Session, kind: str, path: str) -> None:
    """Send a file to the page, or write it where ``path`` says."""
    if kind not in KINDS:
        raise unknown("download", "kind", kind, KINDS)
    session.settle()
    name = f"{session.current.name or 'scenario'}{'-edited' if session.former else ''}"
    if not path:
        if kind in ("png", "svg"):
            raise InputError("the page draws PNG and SVG itself; give a path to save one here")
        file = {"name": f"{name}.{kind}", "mime": MIME[kind]}
        panel.send({"type": "file", **file}, buffers=[contents(panel, session, kind)])
        return
    target = Path(path).expanduser()
    if target.is_dir():
        target = target / f"{name}.{kind}"
    if target.suffix.lstrip(".").lower() != kind:
        raise InputError(f"{target.name}: a {kind.upper()} file ends in .{kind}")
    if target.exists():
        raise InputError(f"{target}: exists; choose another name")
    if kind in ("png", "svg"):
        save(draw(session.view(panel.tab).picture), target)
    else:
        try:
            target.write_bytes(contents(panel, session, kind))
        except OSError as error:
            raise InputError(f"{target}: cannot be written ({error.strerror})") from None
    panel.show({"tone": "done", "text": f"Saved as **{target}**."})


def contents(panel: Panel, session: Session, kind: str) -> bytes:
    """The bytes of a file of that kind."""
    if kind == "toml":
        return write_scenario(session.current).encode()
    views = session.views()
    if kind == "csv":
        return as_csv(views)
    if kind == "xlsx":
        return as_xlsx(views, session.shown)
    return as_page(views, panel.specs, session.shown)


def notices(forecast: Forecast) -> list[dict[str, str]]:
    """Lines that stand above the chart: a horizon beyond the report, a scaled level."""
    plan, found = forecast.plan, []
    if plan.anchor.published and forecast.years[-1] > plan.anchor.last_year:
        how = (
            "After that only the drivers move the path; the unexplained part stays as it stood."
            if plan.scenario.beyond == "drivers"
            else "After that its printed growth is carried on."
        )
        found.append({"tone": "note", "text": f"The report ends in {plan.anchor.last_year}. {how}"})
    factor = forecast.columns["calibration"]["reference"][0]
    if plan.anchor.published and not TRUSTED[0] <= factor <= TRUSTED[1]:
        text = (
            f"**Scaled by {times(factor)}.** Every value is multiplied to meet the anchor. The"
            " level is the report\N{RIGHT SINGLE QUOTATION MARK}s; the shape is the"
            " count\N{RIGHT SINGLE QUOTATION MARK}s."
        )
        found.append({"tone": "warn", "text": text})
    found += [{"tone": "note", "text": t} for t in page_notices(forecast) if "not installed" in t]
    return found
