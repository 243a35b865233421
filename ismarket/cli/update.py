"""``ismarket update``: a forecast's draws weighted by what has been observed since."""

from __future__ import annotations

import json
from pathlib import Path

import click

from .common import complete_scenario, json_option


@click.command()
@click.argument("run", default="evidence", shell_complete=complete_scenario)
@click.option("--observe", multiple=True, metavar="YEAR=USD:ERROR",
              help="An actual with its relative error: 2024=55M:10%. Repeatable.")  # fmt: skip
@click.option("--actuals", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="A CSV with the columns year, value_usd, error, status, source.")  # fmt: skip
@click.option("--draws", type=click.IntRange(1), help="How many draws.")
@json_option
def update(
    run: str, observe: tuple[str, ...], actuals: Path | None, draws: int | None, as_json: bool
) -> None:
    """Weight the draws of RUN by new actuals of the whole market.

    Refused where the draws do not reach them, that is where k-hat is above 0.7.
    """
    from ..analysis.updating import observation, read_observations
    from ..analysis.updating import update as updated
    from .chosen import forecast_of

    seen = [observation(text) for text in observe]
    if actuals:
        seen += read_observations(actuals)
    found = updated(forecast_of(run, draws), seen)
    click.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False) if as_json else str(found))
