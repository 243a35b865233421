"""``ismarket require``: what would have to be true for a target."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ..errors import InputError
from ..text.wording import fraction, usd
from .common import complete_scenario, installed_market, installed_plugins, json_option


def growth(_: click.Context, __: click.Parameter, text: str | None) -> float | None:
    """``3.9%`` or ``0.039`` as a fraction a year."""
    return None if text is None else fraction(text, "--cagr")


def amount(_: click.Context, __: click.Parameter, text: str | None) -> float | None:
    """``3.20 bn``, ``54 M`` or ``USD 3200000000`` in USD."""
    return None if text is None else usd(text, "--value")


@click.command()
@click.argument("scenario", default="evidence", shell_complete=complete_scenario)
@click.option("--cagr", callback=growth, metavar="RATE", help="Growth a year, such as 3.9%.")
@click.option("--value", callback=amount, metavar="AMOUNT", help="USD, such as '3.20 bn' or 54M.")
@click.option("--year", type=int, help="Year of the value; the last one unless given.")
@click.option("--anchor", help="Published estimate that sets the level, or bottom-up.")
@click.option("--through", type=int, help="Last year of the forecast, up to 2035.")
@click.option("--save", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Keep the setting as a scenario for ismarket run.")  # fmt: skip
@click.option("--all", "every", is_flag=True, help="With --save: all inputs moved a little.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@json_option
def require(
    scenario: str,
    cagr: float | None,
    value: float | None,
    year: int | None,
    anchor: str | None,
    through: int | None,
    save: Path | None,
    every: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Say what would have to be true for a growth or a value, if anything within the ranges is."""
    from ..analysis.requirement import require as required
    from ..model.scenario import load_scenario, write_scenario

    if save and save.exists() and not force:
        raise InputError(f"{save}: is there already; --force writes over it")
    choices = {"anchor": anchor, "through": through}
    chosen = load_scenario(scenario).changed(**{k: v for k, v in choices.items() if v is not None})
    plugins = installed_plugins(chosen)
    market = installed_market(plugins, chosen.market)
    found = required(market, plugins.drivers(), chosen, cagr=cagr, value=value, year=year)
    click.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False) if as_json else str(found))
    if save:
        kept = found.scenario("all" if every else "few")
        try:
            save.write_text(write_scenario(kept.changed(name=save.stem)), encoding="utf-8")
        except OSError as error:
            raise InputError(f"{save}: cannot be written ({error.strerror})") from None
        click.echo(f"ismarket: the setting is in {save}", err=True)
