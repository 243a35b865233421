"""``ismarket voi``: the most that a study or a paid report is worth to one decision."""

from __future__ import annotations

import json

import click

from .common import complete_scenario, json_option


@click.command()
@click.argument("run", default="evidence", shell_complete=complete_scenario)
@click.option("--margin", type=float, required=True, help="Profit as a fraction of sales.")
@click.option("--share", type=float, required=True, help="Share of the market, a fraction.")
@click.option("--cost", type=float, required=True, help="Cost of entering, USD, at the start.")
@click.option("--discount", type=float, default=0.0, show_default=True,
              help="Discount a year, a fraction.")  # fmt: skip
@click.option("--by", multiple=True, default=("input", "cause"), show_default=True,
              help="input, cause, stage, status or source; repeatable.")  # fmt: skip
@click.option("--top", type=click.IntRange(1), default=8, show_default=True, help="Rows of each.")
@click.option("--draws", type=click.IntRange(1), help="How many draws.")
@json_option
def voi(
    run: str,
    margin: float,
    share: float,
    cost: float,
    discount: float,
    by: tuple[str, ...],
    top: int,
    draws: int | None,
    as_json: bool,
) -> None:
    """What knowing more is worth to a decision: enter the market of RUN, or stay out.

    RUN is a scenario's name or TOML file, or a kept run.  No study that informs an input is worth
    more than the figure beside it.
    """
    from ..analysis.information import GROUPS, Decision, sheet, value_of_information
    from ..errors import unknown
    from .chosen import forecast_of

    for kind in by:
        if kind not in GROUPS:
            raise unknown("--by", "grouping", kind, GROUPS)
    decision = Decision(margin, share, cost, discount)
    found = value_of_information(forecast_of(run, draws), decision, tuple(dict.fromkeys(by)))
    if as_json:
        click.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False))
    else:
        click.echo(str(sheet(found, top)))
