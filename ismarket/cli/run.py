"""``ismarket run``: the forecast of a scenario."""

from __future__ import annotations

import json
from typing import Any

import click

from .common import (
    check_drivers,
    complete_anchor,
    complete_driver,
    complete_scenario,
    installed_market,
    installed_plugins,
    json_option,
    pairs,
    progress_bar,
)


@click.command()
@click.argument("scenario", default="published", shell_complete=complete_scenario)
@click.option("--anchor", help="Published estimate that sets the level, or bottom-up.",
              shell_complete=complete_anchor)  # fmt: skip
@click.option("--through", type=int, help="Last year of the forecast, up to 2035.")
@click.option("--beyond", help="After the report's last year: drivers (default) or published.")
@click.option("--periods", type=int, help="Yearly steps of published growth, such as 5.")
@click.option("--without", multiple=True, metavar="DRIVER", help="Leave a driver out; repeatable.",
              shell_complete=complete_driver)  # fmt: skip
@click.option("--with", "including", multiple=True, metavar="DRIVER",
              help="Take a driver in that the scenario leaves out; repeatable.",
              shell_complete=complete_driver)  # fmt: skip
@click.option("--set", "fixed", multiple=True, callback=pairs, metavar="KEY=VALUE",
              help="Fix a parameter, as video_eeg.ratio=2.6; repeatable.")  # fmt: skip
@click.option("--strength", multiple=True, callback=pairs, metavar="DRIVER=FACTOR",
              help="Scale all shifts of a driver, as diagnosis=1.5; repeatable.")  # fmt: skip
@click.option("--overlap", type=float, help="1 counts a shared cause once, 0 once for each driver.")
@click.option("--draws", type=int, help="How many draws; 10,000 unless the scenario says more.")
@click.option("--seed", type=int, help="Seed of the draws.")
@click.option("--sampler", help="sobol (default) or random.")
@click.option(
    "--workers", type=click.IntRange(1), help="Threads; the answer does not depend on it."
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the run; by default a new"
              " one in runs/.")  # fmt: skip
@click.option("--no-keep", is_flag=True, help="Write no run directory.")
@click.option("--resume", is_flag=True, help="Go on with an interrupted run, at --out or in runs/.")
@click.option("--also", type=click.Choice(["draws", "histogram"]), multiple=True,
              help="Keep a further table; repeatable.")  # fmt: skip
@json_option
@click.pass_context
def run(
    context: click.Context,
    scenario: str,
    as_json: bool,
    out: Path | None,
    no_keep: bool,
    resume: bool,
    also: tuple[str, ...],
    workers: int | None,
    without: tuple[str, ...],
    including: tuple[str, ...],
    fixed: dict[str, float],
    strength: dict[str, float],
    **choices: Any,
) -> None:
    """Forecast SCENARIO: a shipped one (published, evidence) or a TOML file. Flags win over it."""
    from ..plan import make_plan
    from ..runs.keep import keep_or_not
    from ..runs.start import taken_up
    from ..scenario import parse_scenario, scenario_text

    given, file, again = *scenario_text(scenario), None
    if resume and (again := taken_up(out)) is not None and not _asked(context):
        given, file = again.given, again.file
    chosen = parse_scenario(given, file)
    loaded = installed(chosen.market)
    check_drivers("--with", including, (driver.name for driver in loaded.drivers))
    chosen = chosen.changed(
        without=tuple(n for n in (*chosen.without, *without) if n not in including),
        fixed={**chosen.fixed, **fixed},
        strength={**chosen.strength, **strength},
        **{name: value for name, value in choices.items() if value is not None},
    )
    make_plan(loaded.market, loaded.drivers, chosen)
