"""The forecast that a command is about, by the name that a user gives it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from .common import installed_market, installed_plugins, progress_bar

if TYPE_CHECKING:
    from ..engine.forecast import Forecast


def forecast_of(name: str, draws: int | None = None) -> Forecast:
    """The forecast of a shipped scenario, of a TOML file or of a kept run, which is checked first.

    InputError if there is none of that name, or if ``draws`` are asked of a run, which has its own.
    """
    if (Path(name) / "manifest.json").is_file():
        from ..opening import open_run

        if draws is not None:
            raise InputError(f"{name} is a run and has its own draws; leave --draws out")
        return open_run(name)
    from ..engine.forecaster import forecast
    from ..model.anchor_file import is_anchor_file, with_anchor_file
    from ..model.scenario import load_scenario

    chosen = load_scenario(name)
    if draws is not None:
        chosen = chosen.changed(draws=draws)
    plugins = installed_plugins(chosen)
    market = installed_market(plugins, chosen.market)
    if is_anchor_file(chosen.anchor):
        market, anchor = with_anchor_file(market, chosen.anchor)
        chosen = chosen.changed(anchor=anchor)
    with progress_bar(chosen.draws) as advance:
        return forecast(market, plugins.drivers(), chosen, progress=advance)


def figures_of(name: str) -> dict[str, Any]:
    """The figures of a forecast as plain values: of a scenario, or of what run --json printed."""
    path = Path(name)
    if path.suffix != ".json":
        return forecast_of(name).to_dict()
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{name}: cannot be read ({error.strerror})") from None
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise InputError(
            f"{path.name}: not JSON; give what `ismarket run --json` printed"
        ) from None
    if not isinstance(values, dict) or "reference" not in values:
        raise InputError(f"{path.name}: no 'reference'; give what `ismarket run --json` printed")
    return values
