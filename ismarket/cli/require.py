"""``ismarket require``: what would have to be true for a target."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click

from ..errors import InputError
from .common import complete_scenario, installed_market, installed_plugins, json_option

UNITS = {"": 1.0, "k": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "bn": 1e9, "b": 1e9,
         "billion": 1e9}  # fmt: skip


def growth(_: click.Context, __: click.Parameter, text: str | None) -> float | None:
    """``3.9%`` or ``0.039`` as a fraction a year."""
    if text is None:
        return None
    found = re.fullmatch(r"\s*([+-]?\d*\.?\d+)\s*(%?)\s*", text.replace("\N{MINUS SIGN}", "-"))
    if not found or (not found[2] and abs(float(found[1])) >= 1):
        raise InputError(f"--cagr {text!r}: give a growth a year such as 3.9% or 0.039")
    return float(found[1]) / (100.0 if found[2] else 1.0)


def amount(_: click.Context, __: click.Parameter, text: str | None) -> float | None:
    """``3.20 bn``, ``54 M`` or ``USD 3200000000`` in USD."""
    if text is None:
        return None
    pattern = r"\s*(?:USD|US\$|\$)?\s*(\d[\d,]*\.?\d*(?:e\d+)?)\s*([a-z]*)\s*"
    found = re.fullmatch(pattern, text, re.IGNORECASE)
    if not found or found[2].lower() not in UNITS:
        raise InputError(f"--value {text!r}: give an amount such as '3.20 bn' or '54 M' (USD)")
    return float(found[1].replace(",", "")) * UNITS[found[2].lower()]


@click.command()
@click.argument("scenario", default="evidence", shell_complete=complete_scenario)
@click.option("--cagr", callback=growth, metavar="RATE", help="Growth a year, such as 3.9%.")
@click.option("--value", callback=amount, metavar="AMOUNT", help="USD, such as '3.20 bn' or 54M.")
@click.option("--year", type=int, help="Year of the value; the last one unless given.")
@click.option("--through", type=int, help="Last year of the forecast, up to 2035.")
@click.option("--save", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Keep the setting as a scenario for ismarket run.")  # fmt: skip
@click.option("--all", "every", is_flag=True, help="With --save: all inputs moved a little.")
@json_option
def require(
    scenario: str,
    cagr: float | None,
    value: float | None,
    year: int | None,
    through: int | None,
    save: Path | None,
    every: bool,
    as_json: bool,
) -> None:
    """Say what would have to be true for a growth or a value, if anything within the ranges is."""
    from ..requirement import require as required
    from ..scenario import load_scenario, write_scenario

    chosen = load_scenario(scenario)
    plugins = installed_plugins(chosen)
    chosen = chosen if through is None else chosen.changed(through=through)
    market = installed_market(plugins, chosen.market)
    found = required(market, plugins.drivers(), chosen, cagr=cagr, value=value, year=year)
    click.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False) if as_json else str(found))
    if save:
        kept = found.scenario("all" if every else "few")
        save.write_text(write_scenario(kept.changed(name=save.stem)), encoding="utf-8")
        click.echo(f"ismarket: the setting is in {save}", err=True)
