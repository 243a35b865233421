"""``ismarket sensitivity``: what the answer depends on."""

from __future__ import annotations

import json

import click

from .common import complete_scenario, installed_market, installed_plugins, json_option

OUTPUT = "value: the last year's value. cagr: growth a year. count: the bottom-up level."


@click.command()
@click.argument("scenario", default="published", shell_complete=complete_scenario)
@click.option("--output", default="value", show_default=True, help=OUTPUT)
@click.option("--by", default="parameter", show_default=True,
              help="parameter, mechanism, driver, stage, source or status.")  # fmt: skip
@click.option("--points", type=int, default=4096, show_default=True, help="Base points.")
@click.option("--anchor", help="Published estimate that sets the level, or bottom-up.")
@click.option("--through", type=int, help="Last year of the forecast, up to 2035.")
@json_option
def sensitivity(
    scenario: str,
    output: str,
    by: str,
    points: int,
    anchor: str | None,
    through: int | None,
    as_json: bool,
) -> None:
    """Say which inputs SCENARIO depends on: shares of the variance, and one at a time."""
    from ..analysis.sensitivity import sensitivity_of
    from ..model.scenario import load_scenario

    choices = {"anchor": anchor, "through": through}
    chosen = load_scenario(scenario).changed(**{k: v for k, v in choices.items() if v is not None})
    plugins = installed_plugins(chosen)
    market = installed_market(plugins, chosen.market)
    found = sensitivity_of(market, plugins.drivers(), chosen, output=output, by=by, points=points)
    click.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False) if as_json else str(found))
