"""``ismarket report``: a forecast as a page, a workbook and a deck."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..text.files import check_free
from ..text.install import needs
from .common import computed, force_option, json_option, say, say_json, scenario_argument, studied

if TYPE_CHECKING:
    from ..engine.forecast import Forecast
    from ..studies import Study


@click.command()
@scenario_argument("run")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write the page.")
@click.option("--xlsx", type=click.Path(dir_okay=False, path_type=Path), help="Write the workbook.")
@click.option("--pptx", type=click.Path(dir_okay=False, path_type=Path), help="Write the deck.")
@click.option(
    "--page",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a page that computes: its reader moves inputs without Python.",
)
@click.option("--draws", type=click.IntRange(1), help="How many draws.")
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
        found = {"written": [str(path) for path in wanted], "checklist": items}
        say_json(found)
        return
    for path in wanted:
        say(f"wrote {path}")


def _computing_page(asked: Study, result: Forecast) -> str:
    with needs("--page", "notebook"):
        from ..explorer.standalone import as_page
    return as_page(asked, result)
