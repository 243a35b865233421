"""Kept runs: checked, computed again, compared, and put into one file for a colleague."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from pathlib import Path

import click

from ..errors import InputError
from ..text.install import needs
from ..text.wording import in_line
from .common import PATH, answer, json_option, note, say, say_json

RUN = click.argument("run", type=PATH)


def _seal(_: click.Context, option: click.Parameter, value: str | None) -> str | None:
    """A seal as it was sent; an empty one would be no check at all."""
    if value is None:
        return None
    if not re.fullmatch(r"[0-9a-f]{64}", value.strip().lower()):
        raise InputError(
            f"{option.opts[0]} {value[:80]!r}: give the 64 hexadecimal digits of a seal"
        )
    return value.strip().lower()


@click.command()
@click.argument("run", type=PATH, required=False)
@click.option("--seal", callback=_seal,
              help="The seal that the sender gave you; it must be the run's own.")  # fmt: skip
@click.option("--page", type=PATH, metavar="FILE",
              help="Check a page that computes instead: all in it is made again and compared,"
              " from RUN if that is given.")  # fmt: skip
@json_option
def verify(run: Path | None, seal: str | None, page: Path | None, as_json: bool) -> int:
    """Check RUN: what was changed, removed or added. Loads no plugin. Exit 1 if anything was."""
    if page is not None:
        return _verify_page(page, run, seal, as_json)
    if run is None:
        raise InputError("verify: name a RUN, or a page with --page FILE")
    from ..runs.verify import verify_run

    verdict = verify_run(run)
    own = verdict.record.manifest["seal"] if verdict.record else None
    found = [*verdict.findings, *_other_seal(own, seal)]
    if as_json:
        say_json({"run": run.name, "sound": not found, "findings": found, "seal": own})
    else:
        say(f"{in_line(run.name)}: {replace(verdict, findings=tuple(found))}")
    return 1 if found else 0


def _other_seal(own: str | None, given: str | None) -> list[str]:
    """A line where the seal is not the one that was given."""
    if given and own and own != given:
        return [f"the seal is {own}, not the one given"]
    return []


def _verify_page(page: Path, run: Path | None, seal: str | None, as_json: bool) -> int:
    from ..runs.verify import checked

    with needs("--page", "notebook"):
        from ..explorer.page_check import check_page
    verdict = check_page(page, checked(run) if run else None)
    own = verdict.made.seal if verdict.made else ""
    verdict = replace(verdict, findings=(*verdict.findings, *_other_seal(own or "none", seal)))
    say_json(verdict.to_dict()) if as_json else say(str(verdict))
    return 1 if verdict.findings else 0


@click.command()
@RUN
@click.option("--out", type=PATH, help="Keep the second run there.")
@click.option("--workers", type=click.IntRange(1),
              help="Threads; the answer does not depend on it.")  # fmt: skip
@json_option
def rerun(run: Path, out: Path | None, workers: int | None, as_json: bool) -> int:
    """Check RUN, compute it again from its own inputs and say how far it agrees.

    Identical bytes, or equal to a relative 1e-12 with the reason, or different and where first
    (exit 1). Drivers that are missing or another version are named before anything runs.
    """
    from ..runs.agreement import DIFFERENT
    from ..studies.kept import reopened

    opened = reopened(run)
    for part, lines in opened.changed.items():
        for line in lines:
            note(f"{part}: {line}")
    again = opened.again(out, workers)
    found = again.agreement
    if as_json:
        say_json({
            "run": run.name, "level": found.level, "tables": found.tables,
            "largest_relative_difference": found.largest, "first_difference": found.first,
            "changed": opened.changed,
        })  # fmt: skip
    else:
        say(f"{run.name}: {found}")
        if again.path:
            say(f"Kept in {again.path}")
    return 1 if found.level == DIFFERENT else 0


@click.command()
@click.argument("runs", nargs=-1, required=True, type=PATH)
@click.option("--year", type=int, help="Year of the values; the last that all have by default.")
@json_option
def compare(runs: tuple[Path, ...], year: int | None, as_json: bool) -> None:
    """Say what changed from each of the RUNS to the next, as bridges that add up.

    Of two, also by people, volume, mix, price, rebates, general prices and what scales the count.
    """
    from ..studies.kept import compare_editions

    found = compare_editions(*runs, year=year)
    if len(runs) > 2:
        answer(found, as_json)
        return
    (only,) = found.bridges
    say_json(asdict(only)) if as_json else say(str(only))


@click.command()
@RUN
@click.option("--zip", "archive", is_flag=True, help="The whole run as one zip.")
@click.option("--out", type=PATH, help="Name of the zip; by default the run's.")
@click.option("--with-wheels", is_flag=True, help="Put the packages that the run needs beside it.")
@click.option("--csv", "tables", type=PATH, metavar="FOLDER",
              help="The tables for a spreadsheet; no cell is a formula.")  # fmt: skip
@click.option("--xlsx", "workbook", type=PATH, metavar="FILE",
              help="The tables as one workbook; needs the extra xlsx.")  # fmt: skip
def export(
    run: Path,
    archive: bool,
    out: Path | None,
    with_wheels: bool,
    tables: Path | None,
    workbook: Path | None,
) -> None:
    """Check RUN and write it as one file, or its tables for a spreadsheet."""
    from ..runs.archive import export as write_archive
    from ..runs.archive import wheels, write_people_tables, write_workbook
    from ..runs.verify import checked

    if not archive and tables is None and workbook is None:
        raise InputError("export: say --zip, --csv FOLDER or --xlsx FILE")
    if (with_wheels or out) and not archive:
        raise InputError("--with-wheels and --out go with --zip")
    record = checked(run)
    if archive:
        target = out or Path(f"{record.manifest['name']}.zip")
        beside = wheels(record.identity) if with_wheels else None
        say(f"Written {write_archive(record, target, beside)}")
    if tables is not None:
        say(f"Written {len(write_people_tables(record, tables))} tables in {tables}")
    if workbook is not None:
        say(f"Written {write_workbook(record, workbook)}")


@click.command("import")
@click.argument("archive", type=PATH)
@click.option("--out", type=PATH, default=Path("runs"), show_default=True,
              help="Folder to unpack the run into.")  # fmt: skip
def import_run(archive: Path, out: Path) -> None:
    """Unpack the run in ARCHIVE and check it; refuses links, paths that leave it, and bombs."""
    from ..runs.archive import unpacked

    record = unpacked(archive, out)
    say(f"Unpacked {record.path}\nseal {record.manifest['seal']}")


globals()["import"] = import_run  # the command is called by a word that Python keeps
