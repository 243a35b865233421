"""``ismarket voi``: the most that a study or a paid report is worth to one decision."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from ..errors import unknown
from .common import complete_scenario, json_option

if TYPE_CHECKING:
    from ..information import Information, Worth

SHOWN = {"input": "inputs", "cause": "causes", "stage": "stages", "status": "kinds of evidence",
         "source": "sources"}  # fmt: skip


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

    RUN is a scenario's name or TOML file.  No study that informs an input is worth more than
    the figure beside it.
    """
    from ..information import GROUPS, Decision, information
    from .chosen import forecast_of

    for kind in by:
        if kind not in GROUPS:
            raise unknown("--by", "grouping", kind, GROUPS)
    decision = Decision(margin, share, cost, discount)
    result = forecast_of(run, draws)
    found = information(result, decision, by=tuple(dict.fromkeys(by)))
    years = f"{result.years[1]} to {result.years[-1]}"
    click.echo(json.dumps(_plain(found), indent=2) if as_json else _page(found, years, top))


def _page(found: Information, years: str, top: int) -> str:
    from ..wording import money, percent

    d = found.decision
    choice = "enter" if found.expected > 0 else "stay out"
    lines = [
        f"Enter at a margin of {percent(d.margin)} and a share of {percent(d.share)} for USD"
        f" {money(d.cost)}, profits of {years}: USD {money(found.expected)} expected gain:"
        f" {choice}.",
        f"That is the wrong choice in {percent(found.chance_to_regret)} of draws. Knowing"
        f" everything beforehand is worth {_usd(found.perfect)}.",
    ]
    for kind, rows in found.partial.items():
        lines += ["", f"Knowing {SHOWN[kind]} perfectly is worth at most (USD, standard error)"]
        clear = [row for row in rows if row.value > 2 * row.error]
        lines += [f"  {row.name[:64]:<66}{_usd(row)}" for row in clear[:top]]
        rest = len(rows) - min(top, len(clear))
        if rest:
            below = "worth less, or nothing that the draws can tell from zero"
            lines.append(f"  {rest} more: {below}")
    return "\n".join(lines)


def _usd(worth: Worth) -> str:
    return f"USD {worth.value:,.0f} ({worth.error:,.0f})"


def _plain(found: Information) -> dict[str, Any]:
    def row(worth: Worth) -> dict[str, Any]:
        return {
            "name": worth.name,
            "inputs": list(worth.keys),
            "usd": worth.value,
            "standard_error": worth.error,
        }

    return {
        "decision": vars(found.decision),
        "expected_gain_usd": found.expected,
        "enter": found.expected > 0,
        "chance_to_regret": found.chance_to_regret,
        "perfect": {"usd": found.perfect.value, "standard_error": found.perfect.error},
        "partial": {kind: [row(worth) for worth in rows] for kind, rows in found.partial.items()},
    }
