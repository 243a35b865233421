"""What the number is worth: a command a question, each of one scenario or kept run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..text.files import check_free, write_files
from ..text.wording import fraction, usd
from .common import (
    FILE,
    answer,
    complete_anchor,
    complete_key,
    force_option,
    forecast_of,
    json_option,
    market_option,
    note,
    say,
    say_json,
    scenario_argument,
    studied,
)
from .run import choice_option

if TYPE_CHECKING:
    from ..analysis.updating import Observation

SCENARIO, RUN = scenario_argument("scenario"), scenario_argument("run")
LEVEL, THROUGH, DRAWS = map(choice_option, ("anchor", "through", "draws"))
OUTPUT = "value: the last year's value. cagr: growth a year. count: the bottom-up level."
THERE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@SCENARIO
@click.option("--anchor", help="The published estimate to audit.", shell_complete=complete_anchor)
@click.option("--claims", type=THERE, metavar="FILE.csv",
              help="Its sentences, as read --claims drafts them.")  # fmt: skip
@click.option("--claim", metavar="ID", help="One claim in full, with its sources, such as D1.")
@market_option
@json_option
def audit(
    scenario: str,
    anchor: str | None,
    claims: Path | None,
    claim: str | None,
    market: str | None,
    as_json: bool,
) -> None:
    """Set every claim of the report beside its number, its status and a verdict."""
    from ..analysis.audit import claim_sheet
    from ..model.market_tables import read_claims

    asked = studied(scenario, anchor=anchor, market=market)
    found = asked.audit(read_claims(claims, asked.market.mechanisms) if claims else None)
    if claim is None:
        answer(found, as_json)
        return
    page = claim_sheet(found, claim)
    entry = next(row for row in found.to_dict()["claims"] if row["id"] == claim)
    say_json(entry) if as_json else say(str(page))


@click.command()
@SCENARIO
@click.option("--output", default="value", show_default=True, help=OUTPUT)
@click.option("--by", default="parameter", show_default=True,
              help="parameter, mechanism, driver, stage, source or status.")  # fmt: skip
@click.option("--points", type=int, default=4096, show_default=True, help="Base points.")
@LEVEL
@THROUGH
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
    asked = studied(scenario, anchor=anchor, through=through)
    answer(asked.sensitivity(output=output, by=by, points=points), as_json)


def read_by(read: Callable[[str, str], float]) -> Callable[..., float | None]:
    """The callback of an option whose text is a number as people write it."""
    return lambda _, option, text: None if text is None else read(text, option.opts[0])


def target(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a target: a growth, or a value in a year."""
    words = "Growth a year, such as 3.9%."
    rate = click.option("--cagr", callback=read_by(fraction), metavar="RATE", help=words)
    words = "USD, such as '3.20 bn' or 54M."
    value = click.option("--value", callback=read_by(usd), metavar="AMOUNT", help=words)
    words = "Year of the value; the last one unless given."
    return rate(value(click.option("--year", type=int, help=words)(command)))


def observed(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of new actuals, which ``actuals_of`` reads."""
    words = "An actual with its relative error: 2024=55M:10%. Repeatable."
    one = click.option("--observe", multiple=True, metavar="YEAR=USD:ERROR", help=words)
    words = "A CSV with the columns year, value_usd, error, status, source, and maybe known and"
    words += " dollars; track finds actuals.csv beside the runs."
    return one(click.option("--actuals", type=FILE, metavar="FILE", help=words)(command))


def actuals_of(observe: Sequence[str], file: Path | None) -> list[Observation]:
    """The actuals named one by one and those of a file."""
    from ..analysis.updating import observation, read_observations

    return [*map(observation, observe), *(read_observations(file) if file else ())]


@click.command()
@SCENARIO
@target
@LEVEL
@THROUGH
@click.option("--save", type=FILE, metavar="FILE",
              help="Keep the setting as a scenario for ismarket run.")  # fmt: skip
@click.option("--all", "every", is_flag=True, help="With --save: all inputs moved a little.")
@force_option
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
    from ..model.scenario import write_scenario

    check_free(filter(None, [save]), force=force)
    asked = studied(scenario, anchor=anchor, through=through)
    found = asked.require(cagr=cagr, value=value, year=year)
    answer(found, as_json)
    if save:
        kept = found.scenario("all" if every else "few")
        write_files({save: write_scenario(kept.changed(name=save.stem)).encode()})
        note(f"ismarket: the setting is in {save}")


@click.command()
@click.argument("files", nargs=-1, metavar="[ANCHOR.toml]...", type=THERE)
@market_option
@json_option
def triangulate(files: tuple[Path, ...], market: str | None, as_json: bool) -> None:
    """Set the published levels beside each other, the count and what no level may pass.

    Anchors that `ismarket read` has drafted may be added as files.
    """
    from ..model.anchor_file import read_anchor_file
    from ..model.scenario import Scenario

    counted = Scenario(anchor="bottom-up")
    asked = studied(counted.changed(market=market or counted.market))
    answer(asked.triangulate(read_anchor_file(file, asked.market) for file in files), as_json)


@click.command()
@RUN
@click.option("--margin", type=float, required=True, help="Profit as a fraction of sales.")
@click.option("--share", type=float, required=True, help="Share of the market, a fraction.")
@click.option("--cost", type=float, required=True, help="Cost of entering, USD, at the start.")
@click.option("--discount", type=float, default=0.0, show_default=True,
              help="Discount a year, a fraction.")  # fmt: skip
@click.option("--by", multiple=True, default=("input", "cause"), show_default=True,
              help="input, cause, launch, stage, status or source; repeatable.")  # fmt: skip
@click.option("--study", "studies", multiple=True, metavar="OF=SIZE:COST[:ERROR]",
              shell_complete=complete_key,
              help="A study of an input, cause, launch, level, price_basis or all, such as"
              " video_eeg.ratio=200:0.5M:30%; repeatable.")  # fmt: skip
@click.option("--top", type=click.IntRange(1), default=8, show_default=True, help="Rows of each.")
@DRAWS
@json_option
def voi(
    run: str,
    margin: float,
    share: float,
    cost: float,
    discount: float,
    by: tuple[str, ...],
    studies: tuple[str, ...],
    top: int,
    draws: int | None,
    as_json: bool,
) -> None:
    """What knowing more is worth to a decision: enter the market of RUN, or stay out.

    RUN is a scenario's name or TOML file, or a kept run.  No study that informs an input is worth
    more than the figure beside it; with --study, what a study of that size is worth.
    """
    from ..analysis.information import Decision, sheet
    from ..analysis.sample_information import sample_of

    decision = Decision(margin, share, cost, discount)
    samples = [sample_of(text) for text in studies]
    found = studied(run, draws=draws).voi(decision, tuple(dict.fromkeys(by)), samples)
    say_json(found.to_dict()) if as_json else say(str(sheet(found, top)))


@click.command()
@RUN
@observed
@DRAWS
@json_option
def update(
    run: str, observe: tuple[str, ...], actuals: Path | None, draws: int | None, as_json: bool
) -> None:
    """Weight the draws of RUN by new actuals of the whole market.

    Refused where the draws do not reach them: where even the nearest misses them by more than their
    errors explain, or where k-hat is above 0.7.
    """
    from ..analysis.updating import update as updated

    answer(updated(forecast_of(run, draws), actuals_of(observe, actuals)), as_json)


@click.command()
@RUN
@DRAWS
@json_option
def backtest(run: str, draws: int | None, as_json: bool) -> None:
    """Score forecasts of the verified past: no change, constant growth, the growth of RUN.

    Only figures of confidence A and B are used; fewer than eight forecasts are not judged.
    """
    from ..analysis.backtest import backtest_of

    answer(backtest_of(forecast_of(run, draws)), as_json)
