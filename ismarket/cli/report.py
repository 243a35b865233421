"""``ismarket report``: a forecast as a page, a workbook and a deck."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import InputError
from .common import computed, json_option, say, say_json, scenario_argument, studied

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
@click.option("--force", is_flag=True, help="Write over files that are there.")
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
    name = Path(run).stem
    if not (html or xlsx or pptx or page):
        html, xlsx = Path(f"{name}.html"), Path(f"{name}.xlsx")
    wanted = [path for path in (html, xlsx, pptx, page) if path]
    for path in wanted:
        if path.exists() and not force:
            raise InputError(f"{path}: is there already; --force writes over it")
        if not path.resolve().parent.is_dir():
            raise InputError(f"{path}: no folder {path.parent}")
    asked = studied(run, draws=draws)
    result = computed(asked)
    try:
        _write(asked, result, html, xlsx, pptx, page)
    except OSError as error:
        raise InputError(f"{error.filename}: cannot be written ({error.strerror})") from None
    if as_json:
        from ..report.checklist import checklist

        items = [vars(item) for item in checklist(result)]
        found = {"written": [str(path) for path in wanted], "checklist": items}
        say_json(found)
        return
    for path in wanted:
        say(f"wrote {path}")


def _write(
    asked: Study,
    result: Forecast,
    html: Path | None,
    xlsx: Path | None,
    pptx: Path | None,
    page: Path | None,
) -> None:
    """Write all of the files or none: each beside its place first."""
    wanted = filter(None, (html, xlsx, pptx, page))
    partial = {path: path.with_name(f"{path.name}.partial") for path in wanted}
    try:
        if html:
            from ..report.html_page import as_page

            partial[html].write_text(as_page(result), encoding="utf-8")
        if xlsx:
            from ..report.workbook import write_workbook

            write_workbook(result, partial[xlsx])
        if pptx:
            from ..report.deck import write_deck

            write_deck(result, partial[pptx])
        if page:
            partial[page].write_text(_computing_page(asked, result), encoding="utf-8")
        for path, written in partial.items():
            written.replace(path)
    finally:
        for written in partial.values():
            written.unlink(missing_ok=True)


def _computing_page(asked: Study, result: Forecast) -> str:
    try:
        from ..explorer.standalone import as_page
    except ImportError:
        raise InputError("--page needs altair: pip install 'ismarket[notebook]'") from None
    return as_page(asked, result)
