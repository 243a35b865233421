"""``ismarket report``: a forecast as a page, a workbook and a deck; and an edited workbook back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..text.files import check_free, write_files
from ..text.install import needs
from .common import (
    FILE,
    computed,
    force_option,
    json_option,
    say,
    say_json,
    scenario_argument,
    studied,
)
from .run import choice_option

if TYPE_CHECKING:
    from ..engine.forecast import Forecast
    from ..studies import Study


@click.command()
@scenario_argument("run")
@click.option("--html", type=FILE, help="Write the page.")
@click.option("--xlsx", type=FILE, help="Write the workbook.")
@click.option("--pptx", type=FILE, help="Write the deck.")
@click.option(
    "--page", type=FILE, help="Write a page that computes: its reader moves inputs without Python."
)
@choice_option("draws")
@force_option
@json_option
def report(
    run: str,
    html: Path | None,
    xlsx: Path | None,
    pptx: Path | None,
    page: Path | None,
    draws: int | None,
    force: bool,
    as_json: bool,
) -> None:
    """Report RUN: a scenario's name, a TOML file or a kept run.

    Without a file, a page and a workbook are written here under the scenario's name.
    """
    from ..report import write_report

    name = Path(run).stem
    if not (html or xlsx or pptx or page):
        html, xlsx = Path(f"{name}.html"), Path(f"{name}.xlsx")
    wanted = [path for path in (html, xlsx, pptx, page) if path]
    check_free(wanted, force=force)
    asked = studied(run, draws=draws)
    result = computed(asked)
    texts = {page: _computing_page(asked, result)} if page else {}
    write_report(result, html=html, xlsx=xlsx, pptx=pptx, texts=texts)
    if as_json:
        from ..report.checklist import checklist

        items = [vars(item) for item in checklist(result)]
        say_json({"written": [str(path) for path in wanted], "checklist": items})
        return
    for path in wanted:
        say(f"wrote {path}")


def _computing_page(asked: Study, result: Forecast) -> str:
    with needs("--page", "notebook"):
        from ..explorer.standalone import as_page
    return as_page(asked, result)


@click.group()
def scenario() -> None:
    """Bring a scenario in from elsewhere."""


@scenario.command(name="from-xlsx")
@click.argument("file", type=FILE)
@click.option("--out", type=FILE, help="Write the scenario to this TOML file.")
@force_option
@json_option
def from_xlsx(file: Path, out: Path | None, force: bool, as_json: bool) -> None:
    """The scenario that an edited workbook FILE asks for, and every cell that was changed."""
    from ..model.scenario import write_scenario
    from ..report.edits import read_workbook

    check_free(filter(None, [out]), force=force)
    edited = read_workbook(file)
    toml = write_scenario(edited.after)
    if out:
        write_files({out: toml.encode()})
    if as_json:
        edits = [vars(edit) for edit in edited.edits]
        say_json({"edits": edits, "ignored": list(edited.ignored), "scenario": toml})
        return
    for edit in edited.edits:
        now = edit.now if isinstance(edit.now, str) else f"{edit.now:g}"
        say(f"{edit.cell:<6}{edit.key:<40}{edit.was:g} -> {now}")
    for text in edited.ignored:
        say(f"Not an edit: {text}.")
    if not edited.edits:
        say("No cell was changed.")
    say(f"Scenario written to {out}." if out else "\n" + toml, nl=bool(out))
