"""``ismarket check-numbers``: which numbers of a deck, workbook or text no longer equal a run."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import InputError
from ..model.scenario import shipped_scenarios
from .common import FILE, forecast_of, json_option, say, say_json, scenario_argument

if TYPE_CHECKING:
    from ..engine.forecast import Forecast
    from ..reading.against_a_run import Checked
    from ..reading.documents import Passage
    from ..reading.run_figures import Known


MOST_DRAWS = 65_536
"""Draws of a run given as JSON that are computed again."""


@click.command(name="check-numbers")
@click.argument("file", type=FILE)
@scenario_argument("run")
@click.option("--strict", is_flag=True, help="Numbers that have no place in the run fail as well.")
@json_option
def check_numbers(file: Path, run: str, strict: bool, as_json: bool) -> None:
    """Compare every number of FILE with RUN, to the rounding it is printed with.

    FILE is a deck, a workbook, an HTML page or a text.  RUN is a scenario's name, a TOML file, a
    kept run or what `ismarket run --json` printed.  Exit code 1 where a number differs.
    """
    from ..reading.against_a_run import DIFFERS, UNCHECKED, check
    from ..reading.documents import passages_in

    passages = passages_in(file)
    checked = check(passages, *answers_of(run, file.suffix.lower()))
    differs = [c for c in checked if c.state == DIFFERS]
    unchecked = [c for c in checked if c.state == UNCHECKED]
    if as_json:
        say_json([_plain(c) for c in checked])
    else:
        say(_page(file.name, run, checked, differs, unchecked))
    if differs or (strict and unchecked):
        sys.exit(1)


def answers_of(name: str, suffix: str) -> tuple[Sequence[Known], Sequence[Passage]]:
    """The figures of a run, and the passages in which it prints them itself.

    Those are of a file like the one that is checked, as ``suffix`` says.
    """
    from ..reading.against_a_run import own_passages
    from ..reading.documents import passages_of
    from ..reading.run_figures import known_figures

    path = Path(name)
    if path.suffix != ".json":
        forecast = forecast_of(name)
        return known_figures(forecast.to_dict()), own_passages(forecast, suffix)
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{name}: cannot be read ({error.strerror})") from None
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise InputError(
            f"{path.name}: not JSON; give what `ismarket run --json` printed"
        ) from None
    known = _printed(values, path.name)
    if (again := _recomputed(values)) is not None:
        return known, own_passages(again, suffix)
    return known, passages_of(str(values.get("page", "")))


def _printed(values: Any, file: str) -> Sequence[Known]:
    """The figures of what a run printed; InputError where it is not as a run prints it."""
    from ..reading.run_figures import known_figures

    try:
        known = known_figures(values)
        as_printed = all(
            isinstance(one.value, int | float) and isinstance(one.of, str)
            and isinstance(one.title, str) for one in known
        )  # fmt: skip
    except (ArithmeticError, AttributeError, LookupError, TypeError):
        as_printed = False
    if not as_printed:
        raise InputError(
            f"{file}: not the figures of a run; give what `ismarket run --json` prints"
        )
    return known


def _recomputed(values: dict[str, Any]) -> Forecast | None:
    """The forecast of a shipped scenario that printed these values; None where it prints others."""
    name, draws = values.get("scenario"), values.get("draws")
    shipped = isinstance(name, str) and name in shipped_scenarios()
    if not shipped or not isinstance(draws, int) or not 0 < draws <= MOST_DRAWS:
        return None
    forecast = forecast_of(str(name), draws=draws)
    return forecast if json.loads(json.dumps(forecast.to_dict())) == values else None


def _page(
    file: str,
    run: str,
    checked: Sequence[Checked],
    differs: Sequence[Checked],
    unchecked: Sequence[Checked],
) -> str:
    lines = [f"{c.figure.where}: {c.figure.quote.rstrip('.;')}; {_known(c.known)}" for c in differs]
    if unchecked:
        lines += [f"Not placed in the run, so not checked ({len(unchecked)}):"]
        lines += dict.fromkeys(f"  {c.figure.where}: {c.figure.quote}" for c in unchecked)
    lines.append(
        f"{file} against {run}: {len(checked)} numbers, {len(checked) - len(unchecked)} checked,"
        f" {len(differs)} differing, {len(unchecked)} unchecked."
    )
    return "\n".join(lines)


def _known(known: Known | None) -> str:
    from ..text.wording import money, number, rate, signed, times

    if known is None:
        return "the run has none"
    if known.kind == "printed":
        return f"the run prints {known.value:.10g}"
    if known.kind == "money":
        shown = f"USD {money(known.value)}"
    elif known.kind == "points":
        shown = f"{signed(known.value, 2)} points"
    elif known.kind == "multiple":
        shown = f"{times(known.value)} times"
    else:
        shown = rate(known.value) if known.kind == "rate" else f"{number(100 * known.value, 1)}%"
    return f"the run has {known.name} {shown}" + (f" in {known.year}" if known.year else "")


def _plain(checked: Checked) -> dict[str, Any]:
    figure, known = checked.figure, checked.known
    return {
        "where": figure.where,
        "quote": figure.quote,
        "value": figure.value,
        "kind": figure.kind,
        "year": figure.year,
        "state": checked.state,
        "run": {"name": known.name, "value": known.value, "year": known.year} if known else None,
    }
