"""The tables of a new market: what is known of it written down, the rest as wide placeholders."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from ..model import cause
from ..model.anchor import COLUMNS as ANCHOR_COLUMNS
from ..model.anchor import Anchor
from ..model.market_tables import (
    CLAIM_COLUMNS,
    FUNNEL_COLUMNS,
    NO_DRIVER,
    PATH_COLUMNS,
    PRICES,
    STAGE_COLUMNS,
)
from ..model.parameter import PLACEHOLDER
from ..model.stage import PRICE_LEVEL, RATIO_UNIT, WORLD
from ..model.tables import EVIDENCE, OPTIONAL, Row, read_table
from . import un_areas
from .un_areas import Counted, Territory

SOURCE = "assumption: placeholder that nobody has replaced yet"
RATIO = {"low": 0.5, "mode": 1, "high": 2}
SPREAD = {"share_base_year": 0.2, "ceiling": 0.6, "half_time_years_low": 2,
          "half_time_years_mode": 5, "half_time_years_high": 12}  # fmt: skip
"""A cause that nobody has put a number on: it moves nothing at its mode, and may do much."""
Cells = dict[str, Any]


@dataclass(frozen=True)
class NewDriver:
    """A driver to be written: its name, its title, and the causes that it claims."""

    name: str
    title: str
    claims: tuple[str, ...]


@dataclass(frozen=True)
class NewCause:
    """A cause to be written, on a stage of the chain; ``path`` where it follows its stage."""

    name: str
    title: str
    stage: str
    path: bool = False


@dataclass(frozen=True)
class Sketch:
    """What is known of a market before its tables are written."""

    name: str
    title: str
    stages: tuple[Row, ...]
    places: tuple[Territory, ...]
    classes: tuple[str, ...]
    anchor: Anchor | None
    claims: tuple[Row, ...]
    base_year: int
    horizon: int

    @property
    def identifier(self) -> str:
        """Its name as Python and parameter keys spell it."""
        return self.name.replace("-", "_")

    @property
    def path(self) -> str:
        """The stage whose path is that of births or people."""
        return next(row.text("stage") for row in self.stages if row.cells["path"] == "yes")

    def driver(self, name: str) -> str:
        """What a driver of that name in a report is called in the market.

        The one that follows general prices is the package's own.
        """
        return name if self.bundled(name) else f"{self.identifier}_{word(name)}"

    def bundled(self, name: str) -> bool:
        """True for the cause of the price level, which a driver of the package claims anywhere."""
        prices = (row for row in self.stages if row.cells["role"] == PRICE_LEVEL)
        return name in [row.cells["cause"] for row in prices]

    def counts(self, place: Territory) -> list[Counted]:
        """Births or people of a place by year."""
        return un_areas.counts(place, self.path, self.base_year)

    def source(self, stage: str, place: Territory) -> str:
        """Where the path of a stage is from."""
        if stage != self.path:
            prices = files("ismarket").joinpath("data", PRICES)
            return read_table(prices, PATH_COLUMNS)[-1].text("source")
        several = len(place.areas) > 1
        added = f" | assumption: {len(place.areas)} areas added up, as if they moved together"
        return un_areas.SOURCE + added * several


def word(text: str) -> str:
    """A name as parameter keys spell it."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or "unnamed"


def tables(
    sketch: Sketch, drivers: Sequence[NewDriver], causes: Sequence[NewCause]
) -> dict[str, str]:
    """Every table of the market, and its words, by the name of the file."""
    path = sketch.path
    found = {
        "stages": _table([*STAGE_COLUMNS, "note"], (dict(row.cells) for row in sketch.stages)),
        "funnel": _evidence(FUNNEL_COLUMNS, _funnel(sketch)),
        path: _evidence([*PATH_COLUMNS, "region"], _path(sketch)),
        "mechanisms": _evidence(cause.COLUMNS, _mechanisms(sketch, causes)),
        "adoption": _evidence([*cause.ADOPTION_COLUMNS, "unit"], _adoption(sketch, causes)),
        "anchors": _evidence(ANCHOR_COLUMNS, _anchors(sketch)),
        "claims": _evidence(CLAIM_COLUMNS, _claims(sketch, causes)),
    }
    named = {f"{name}.csv": text for name, text in found.items()}
    return {**named, "words.toml": _words(sketch, drivers, causes)}


def _funnel(sketch: Sketch) -> Iterable[Cells]:
    for row in sketch.stages:
        by = row.text("by")
        for place in sketch.places if "region" in by else (Territory(WORLD, ()),):
            for drug_class in sketch.classes if "class" in by else ("",):
                cells = {"stage": row.text("stage"), "region": place.name, "drug_class": drug_class,
                         "unit": row.text("unit")}  # fmt: skip
                if row.cells["path"] == "yes":
                    yield {**cells, **_base(sketch, row.text("stage"), place)}
                else:
                    mode = row.cells["mode"] or f"{1 / len(sketch.classes):.6g}"
                    yield {**cells, "low": row.cells["low"], "mode": mode,
                           "high": row.cells["high"], **_placeholder()}  # fmt: skip


def _base(sketch: Sketch, stage: str, place: Territory) -> Cells:
    """The first value of a path: of births or people, or of the price level, which is 1 there."""
    cells = {"basis": f"{sketch.base_year}", "source": sketch.source(stage, place)}
    if stage != sketch.path:
        return {**cells, "mode": 1, "status": "estimated"}
    first = next(count for count in sketch.counts(place) if count.year == sketch.base_year)
    return {**cells, "mode": first.value, "status": first.status}


def _path(sketch: Sketch) -> Iterable[Cells]:
    unit = next(row.text("unit") for row in sketch.stages if row.text("stage") == sketch.path)
    for place in sketch.places:
        about = {"region": place.name, "unit": unit, "source": sketch.source(sketch.path, place)}
        for count in sketch.counts(place):
            yield {**vars(count), **about}


def _mechanisms(sketch: Sketch, causes: Iterable[NewCause]) -> Iterable[Cells]:
    by_name = {row.text("stage"): row for row in sketch.stages}
    for one in causes:
        stage = by_name[one.stage]
        cells = {"mechanism": one.name, "title": one.title, "stage": one.stage,
                 "unit": RATIO_UNIT[stage.text("link")]}  # fmt: skip
        if one.path:
            flat = {f"ratio_{end}": 1 for end in RATIO}
            source = sketch.source(one.stage, sketch.places[0])
            yield {**cells, **flat, "scope_note": f"follows the path of {one.stage}",
                   "status": "estimated", "source": source}  # fmt: skip
        else:
            whole = stage.cells["link"] == "softmax"  # shifting all classes alike moves none
            yield {**cells, **{f"ratio_{end}": value for end, value in RATIO.items()},
                   "drug_class": sketch.classes[0] if whole else "",
                   "scope_note": "share of what it reaches", **_placeholder()}  # fmt: skip


def _adoption(sketch: Sketch, causes: Iterable[NewCause]) -> Iterable[Cells]:
    for one in causes:
        for place in sketch.places if not one.path else ():
            yield {"mechanism": one.name, "region": place.name, **SPREAD,
                   "unit": "share of what it reaches", **_placeholder()}  # fmt: skip


def _placeholder() -> Cells:
    return {"status": PLACEHOLDER, "source": SOURCE}


def _anchors(sketch: Sketch) -> Iterable[Cells]:
    if (anchor := sketch.anchor) is None:
        return
    regions = [place.name for place in sketch.places]
    elsewhere = anchor.largest_region not in ("", *regions)
    note = f"it says that {anchor.largest_region} is largest, which is none of the regions here"
    yield {
        **vars(anchor), "anchor": anchor.name, "value_usd": anchor.value,
        "title": anchor.title or sketch.title, "last_value_usd": anchor.last_value,
        "price_basis_status": anchor.basis_status,
        "largest_region": "" if elsewhere else anchor.largest_region,
        "drivers_named": " ".join(sketch.driver(name) for name in anchor.drivers_named),
        "note": "; ".join(filter(None, [anchor.note, note * elsewhere])), "status": "published",
    }  # fmt: skip


def _claims(sketch: Sketch, causes: Iterable[NewCause]) -> Iterable[Cells]:
    stages = {one.name: one.stage for one in causes}
    for row in sketch.claims:
        names = [word(name) for name in row.cells.get("mechanism", "").split()]
        driver = row.cells.get("driver", "")
        yield {
            **row.cells, "mechanism": " ".join(names),
            "driver": driver if driver in NO_DRIVER else sketch.driver(driver),
            "stage": stages.get(names[0], "") if names else row.cells.get("stage", ""),
        }  # fmt: skip


def _words(sketch: Sketch, drivers: Iterable[NewDriver], causes: Iterable[NewCause]) -> str:
    """What reports may call it all: the names themselves, for a person to add to."""
    names = sketch.title, sketch.name.replace("-", " ")
    market = {name.lower(): name for name in reversed(names)}.values()
    tables: dict[str, Mapping[str, Iterable[str]]] = {
        "regions": {p.name: p.areas if 1 < len(p.areas) <= 12 else () for p in sketch.places},
        "classes": dict.fromkeys(sketch.classes, ()),
        "drivers": {one.name: _heard(sketch, one) for one in drivers},
        "causes": dict.fromkeys((one.name for one in causes), ()),
    }
    lines = ["# What reports call this market and what belongs to it; * stands for any ending."]
    lines.append(f"market = {_toml(word[:60] for word in market)}")
    for table, named in tables.items():
        lines += ["", f"[{table}]"]
        lines += [f"{json.dumps(k, ensure_ascii=False)} = {_toml(v)}" for k, v in named.items()]
    return "\n".join(lines) + "\n"


def _heard(sketch: Sketch, driver: NewDriver) -> list[str]:
    """The words by which its report speaks of a driver: its title, and those that told claims."""
    told = (row.cells.get("words", "") for row in sketch.claims
            if sketch.driver(row.cells.get("driver", "")) == driver.name)  # fmt: skip
    heard = (one.strip() for words in told for one in words.split(","))
    return [*dict.fromkeys([driver.title, *filter(None, heard)])]


def _toml(words: Iterable[str]) -> str:
    return json.dumps(list(words), ensure_ascii=False)


def _evidence(columns: Sequence[str], rows: Iterable[Cells]) -> str:
    return _table(dict.fromkeys([*columns, *EVIDENCE, *OPTIONAL]), rows)


def _table(columns: Iterable[str], rows: Iterable[Cells]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, [*columns], restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
