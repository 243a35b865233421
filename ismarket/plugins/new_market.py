"""Writing a market of one's own as a package: a chain, regions, and what is known so far of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from tempfile import TemporaryDirectory

from ..errors import InputError, check_known
from ..model.anchor import Anchor, read_anchors
from ..model.anchor_file import LARGEST_FILE, anchor_bytes, parse_anchor
from ..model.market import Market
from ..model.market_tables import NO_DRIVER, STAGE_COLUMNS, read_market
from ..model.tables import Row, read_table, read_toml
from . import package, un_areas
from .new_tables import NewCause, NewDriver, Sketch, tables, word

DATA = "src/{module}/data/"
FILES = {
    **package.HOUSEKEEPING,
    **package.PROJECT_FILE,
    "src/{module}/__init__.py": "market/code.py.txt",
    "tests/test_market.py": "market/test_market.py.txt",
    "README.md": "market/README.md.txt",
    "{name}.toml": "market/scenario.toml.txt",
}
"""What is filled in, by its place in the package: its file in the template."""
CLASSES = ("standard therapy", "new therapy")
FIRST_YEAR, LAST_YEAR = 2015, 2030
"""Between which a market may begin: it needs births, people and prices of some years after."""
YEARS_AHEAD, LAST_PRICES = 6, 2035


def write_market(
    name: str,
    into: Path,
    *,
    chain: str = "patients",
    regions: str = "",
    classes: str = "",
    draft: Path | None = None,
    claims: Path | None = None,
    title: str = "",
    author: str = "The authors",
) -> list[Path]:
    """The files of a market's package in ``into``, which must not exist or be empty.

    ``draft`` is the file of an anchor as ``ismarket read`` writes it, ``claims`` a ledger;
    ``regions`` and ``classes`` are lists with commas, of UN areas and groups of them and of names.
    Raises InputError for what cannot be read or is none of these; DiskError for a full disk.
    """
    package.check_name("new-market", name, r"[a-z][a-z0-9]*(-[a-z0-9]+)*", "-")
    package.check_place("new-market", into)
    check_known("new-market", "chain", chains(), chain)
    anchor, said = _draft(draft) if draft else (None, "")
    title = title or (anchor and anchor.title) or said or name.replace("-", " ").capitalize()
    package.check_told("new-market", title=title, author=author, classes=classes)
    base = min(max(anchor.base_year if anchor else un_areas.LAST_KNOWN, FIRST_YEAR),
               LAST_YEAR)  # fmt: skip
    last = max(anchor.last_year if anchor else 0, base + YEARS_AHEAD)
    listed = [one for one in map(str.strip, classes.split(",")) if one] or [*CLASSES]
    if anchor and anchor.fastest_growing_class not in ("", *listed):
        listed = [anchor.fastest_growing_class, *(listed if classes else listed[:1])]
    columns = [*STAGE_COLUMNS, "low", "mode", "high", "cause", "cause_title"]
    sketch = Sketch(
        name, title,
        tuple(_dated(row, base) for row in read_table(chains()[chain], columns, evidence=())),
        un_areas.places(regions) if regions else un_areas.continents(), tuple(listed), anchor,
        tuple(read_table(claims, (), others=True)) if claims else (),
        base, min(last, LAST_PRICES),
    )  # fmt: skip
    drivers, causes = _causes(sketch)
    written = {name: text.encode() for name, text in tables(sketch, drivers, causes).items()}
    with TemporaryDirectory() as folder:  # before anything is written, it must hold together
        package.write_package(Path(folder), written)
        read_market(Path(folder), name=name, title=title, base_year=base, horizon=sketch.horizon)
        read_anchors(Path(folder, "anchors.csv"), name)
    data = DATA.format(module=f"ismarket_{sketch.identifier}")
    placed = {f"{data}{file}": text for file, text in written.items()}
    return package.write_package(into, placed | _filled(sketch, author, drivers))


def chains() -> dict[str, Traversable]:
    """The template chains by name, each a table of stages with wide ranges."""
    folder = files("ismarket").joinpath("data", "chains")
    found = sorted(folder.iterdir(), key=lambda file: file.name)
    return {file.name.removesuffix(".csv"): file for file in found}


def _draft(path: Path) -> tuple[Anchor, str]:
    """The anchor of a draft, and what it calls its market; its own words are taken as they are."""
    data = anchor_bytes(path)
    try:
        said = read_toml(data.decode("utf-8"), path.name, "an anchor", LARGEST_FILE)
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name}: not valid TOML: {error}") from None
    words = {key: value if isinstance(value := said.get(key), str) else ""
             for key in ("market", "largest_region", "fastest_growing_class")}  # fmt: skip
    own = Market(
        words["market"], "", (FIRST_YEAR,), FIRST_YEAR, (words["largest_region"],),
        (words["fastest_growing_class"],), (), {},
    )  # fmt: skip
    anchor = parse_anchor(data, own, path.name)
    notes = filter(None, [anchor.note, *said.get("contradictions", [])])
    return replace(anchor, note="; ".join(notes)), words["market"]


def _dated(row: Row, base_year: int) -> Row:
    cells = {key: text.replace("{base_year}", str(base_year)) for key, text in row.cells.items()}
    return Row(row.file, row.line, cells)


# drivers and causes -------------------------------------------------------------------------------


def _causes(sketch: Sketch) -> tuple[tuple[NewDriver, ...], tuple[NewCause, ...]]:
    """Who claims what: paths of the chain, causes of the claims, drivers that the report names.

    A driver that nothing more is known of has one cause of its own name, on the first share of
    people; where no driver is named, those of the chain stand in.
    """
    by_name = {row.text("stage"): row for row in sketch.stages}
    first_share = next(name for name, row in by_name.items() if row.cells["link"] == "logit")
    followed = [row for row in sketch.stages if row.cells["path"] == "yes"]
    causes = {row.text("cause"): _of_stage(row) for row in followed}
    drivers = {name: (one.title, [name]) for name, one in causes.items()}
    for row in sketch.claims:
        if (driver := row.cells.get("driver", "")) not in NO_DRIVER:
            title, claimed = drivers.setdefault(word(driver), (_titled(driver), []))
            for name in map(word, row.cells.get("mechanism", "").split()):
                stage = row.cells.get("stage", "")
                where = stage if stage in by_name else first_share
                causes.setdefault(name, NewCause(name, _titled(name), where))
                claimed += [name] * (name not in claimed)
    for driver in sketch.anchor.drivers_named if sketch.anchor else ():
        drivers.setdefault(word(driver), (_titled(driver), []))
    if len(drivers) == len(followed):
        more = [row for row in sketch.stages if row.cells["cause"] and row not in followed]
        drivers |= {row.text("cause"): (row.text("cause_title"), []) for row in more}
        causes |= {row.text("cause"): _of_stage(row) for row in more}
    for name, (title, claimed) in drivers.items():
        if not claimed:
            causes.setdefault(name, NewCause(name, title, first_share))
            claimed.append(name)
    own = tuple(
        NewDriver(sketch.driver(name), title, tuple(claimed))
        for name, (title, claimed) in drivers.items()
        if not sketch.bundled(name)
    )
    return own, tuple(causes.values())


def _of_stage(row: Row) -> NewCause:
    path = row.cells["path"] == "yes"
    return NewCause(row.text("cause"), row.text("cause_title"), row.text("stage"), path)


def _titled(text: str) -> str:
    return text.replace("_", " ").strip().capitalize()


# the package --------------------------------------------------------------------------------------


def _filled(sketch: Sketch, author: str, drivers: Sequence[NewDriver]) -> dict[str, bytes]:
    """The files of the template, filled in, by their place in the package."""
    anchor = sketch.anchor
    regions = [f"{p.name} ({' + '.join(p.areas)})" if 1 < len(p.areas) <= 6 else p.name
               for p in sketch.places]  # fmt: skip
    estimate = "none yet: the count from its tables is the level"
    if anchor and anchor.value:
        estimate = f"{anchor.publisher}: USD {anchor.value:,.0f} in {anchor.base_year}"
    told: Mapping[str, object] = {
        "title": sketch.title, "author": author, "path": sketch.path,
        "base_year": sketch.base_year, "horizon": sketch.horizon,
        "drivers": "\n".join(
            f"        ({json.dumps(d.name)}, {json.dumps(d.title)}, {d.claims!r})," for d in drivers
        ),
        "chain": " x ".join(row.text("title").lower() for row in sketch.stages),
        "regions": ", ".join(regions), "classes": ", ".join(sketch.classes),
        "named": ", ".join(d.name for d in drivers), "estimate": estimate,
        "sentences": len(sketch.claims) or "none", "source": un_areas.SOURCE,
        "licence": un_areas.LICENCE, "anchor": anchor.name if anchor else "bottom-up",
        "said": "The published estimate, taken apart" if anchor else "Counted from its tables",
    }  # fmt: skip
    return package.filled("market", sketch.name, told, FILES)
