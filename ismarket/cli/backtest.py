"""``ismarket backtest``: how well the past could have been forecast, how far others were off."""

from __future__ import annotations

import json

import click

from .common import complete_scenario, json_option


@click.command()
@click.argument("run", default="evidence", shell_complete=complete_scenario)
@click.option("--draws", type=click.IntRange(1), help="How many draws.")
@json_option
def backtest(run: str, draws: int | None, as_json: bool) -> None:
    """Score forecasts of the verified past: no change, constant growth, the growth of RUN.

    Only figures of confidence A and B are used; fewer than eight forecasts are not judged.
    """
    from ..analysis.backtest import backtest_of
    from .chosen import forecast_of

    found = backtest_of(forecast_of(run, draws))
    click.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False) if as_json else str(found))
