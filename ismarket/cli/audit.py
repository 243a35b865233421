"""``ismarket audit``: which sentence of the report rests on a number."""

from __future__ import annotations

import json

import click

from .common import (
    complete_anchor,
    complete_scenario,
    installed_market,
    installed_plugins,
    json_option,
)


@click.command()
@click.argument("scenario", default="published", shell_complete=complete_scenario)
@click.option("--anchor", help="The published estimate to audit.", shell_complete=complete_anchor)
@click.option("--claim", metavar="ID", help="One claim in full, with its sources, such as D1.")
@json_option
def audit(scenario: str, anchor: str | None, claim: str | None, as_json: bool) -> None:
    """Set every claim of the report beside its number, its status and a verdict."""
    from ..analysis.audit import audit_report, claim_sheet
    from ..model.scenario import load_scenario

    chosen = load_scenario(scenario)
    plugins = installed_plugins(chosen)
    chosen = chosen if anchor is None else chosen.changed(anchor=anchor)
    market = installed_market(plugins, chosen.market)
    found = audit_report(market, plugins.drivers(), chosen)
    if claim is not None:
        page = claim_sheet(found, claim)
        entry = next(row for row in found.to_dict()["claims"] if row["id"] == claim)
        click.echo(json.dumps(entry, indent=2, ensure_ascii=False) if as_json else str(page))
        return
    click.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False) if as_json else str(found))
