"""The choices that make a scenario, as options of a command: declared once, flags win over it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import click

from .common import check_drivers, complete_anchor, complete_driver, complete_key, pairs

if TYPE_CHECKING:
    from ..model.scenario import Scenario

INCLUDING = "including"
MERGED = {"fixed", "strength", "correlation"}
"""Choices that add to those of the scenario instead of replacing them."""
OPTIONS = (
    click.option("--anchor", help="Published estimate that sets the level, bottom-up, or a TOML"
                 " file.", shell_complete=complete_anchor),
    click.option("--through", type=int, help="Last year of the forecast, up to 2035."),
    click.option("--beyond", help="After the report's last year: drivers (default) or published."),
    click.option("--periods", type=int, help="Yearly steps of published growth, such as 5."),
    click.option("--without", multiple=True, metavar="DRIVER", shell_complete=complete_driver,
                 help="Leave a driver out; repeatable."),
    click.option("--with", INCLUDING, multiple=True, metavar="DRIVER",
                 shell_complete=complete_driver,
                 help="Take a driver in that the scenario leaves out; repeatable."),
    click.option("--set", "fixed", multiple=True, callback=pairs, metavar="KEY=VALUE",
                 shell_complete=complete_key,
                 help="Fix a parameter, as video_eeg.ratio=2.6; repeatable."),
    click.option("--strength", multiple=True, callback=pairs, metavar="DRIVER=FACTOR",
                 shell_complete=complete_driver,
                 help="Scale all shifts of a driver, as diagnosis=1.5; repeatable."),
    click.option("--correlate", "correlation", multiple=True, callback=pairs, metavar="PAIR=RHO",
                 help="Rank correlation, as 'a.ratio ~ b.ratio=0.5'; repeatable."),
    click.option("--overlap", type=float,
                 help="1 counts a shared cause once, 0 once for each driver."),
    click.option("--draws", type=int, help="How many draws; 10,000 unless the scenario says more."),
    click.option("--seed", type=int, help="Seed of the draws."),
    click.option("--sampler", help="sobol (default) or random."),
)  # fmt: skip


def scenario_choices(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command with an option for every choice of a scenario."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def chosen(scenario: Scenario, given: Mapping[str, Any], drivers: Iterable[str]) -> Scenario:
    """The scenario with the choices ``given`` on the command line; ``drivers`` are installed."""
    including = given[INCLUDING]
    check_drivers("--with", including, drivers)
    without = tuple(n for n in (*scenario.without, *given["without"]) if n not in including)
    changes: dict[str, Any] = {"without": without}
    changes |= {name: {**getattr(scenario, name), **given[name]} for name in MERGED}
    for f in fields(scenario):
        if f.name not in changes and given.get(f.name) is not None:
            changes[f.name] = given[f.name]
    return scenario.changed(**changes)


def asked(context: click.Context) -> bool:
    """True where the command line names a scenario or a choice, not only how to run it."""
    from ..model.scenario import Scenario

    names = {f.name for f in fields(Scenario)} | {"scenario", INCLUDING, "until"}
    given = click.core.ParameterSource.COMMANDLINE
    return any(context.get_parameter_source(name) is given for name in names)
