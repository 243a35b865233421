"""``ismarket export`` and ``ismarket import``: a run as one file, and back."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--zip", "archive", is_flag=True, help="The whole run as one zip.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Name of the zip; by default the run's."
)
@click.option("--with-wheels", is_flag=True, help="Put the packages that the run needs beside it.")
@click.option("--csv", "tables", type=click.Path(path_type=Path), metavar="FOLDER",
              help="The tables for a spreadsheet; no cell is a formula.")  # fmt: skip
@click.option("--xlsx", "workbook", type=click.Path(path_type=Path), metavar="FILE",
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
    from ..errors import InputError
    from ..runs.archive import export as write_archive
    from ..runs.spreadsheet import write_people_tables, write_workbook
    from ..runs.verify import checked
    from ..runs.wheels import wheels

    if not archive and tables is None and workbook is None:
        raise InputError("export: say --zip, --csv FOLDER or --xlsx FILE")
    if (with_wheels or out) and not archive:
        raise InputError("--with-wheels and --out go with --zip")
    record = checked(run)
    if archive:
        target = out or Path(f"{record.manifest['name']}.zip")
        beside = wheels(record.identity) if with_wheels else None
        click.echo(f"Written {write_archive(record, target, beside)}")
    if tables is not None:
        click.echo(f"Written {len(write_people_tables(record, tables))} tables in {tables}")
    if workbook is not None:
        click.echo(f"Written {write_workbook(record, workbook)}")


@click.command("import")
@click.argument("archive", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs"), show_default=True,
              help="Folder to unpack the run into.")  # fmt: skip
def import_run(archive: Path, out: Path) -> None:
    """Unpack the run in ARCHIVE and check it; refuses links, paths that leave it, and bombs."""
    from ..runs.archive import import_run as unpack

    record = unpack(archive, out)
    click.echo(f"Unpacked {record.path}\nseal {record.manifest['seal']}")


globals()["import"] = import_run  # the command is called by a word that Python keeps
