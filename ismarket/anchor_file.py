"""An anchor from a TOML file, as ``ismarket read`` drafts it: a published estimate of your own."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path
from typing import Any

from .anchor import Anchor
from .errors import InputError, unknown
from .market import Market

NEEDED = ("name", "base_year", "value_usd", "cagr", "last_year")
_TEXTS = ("name", "publisher", "title", "largest_region", "fastest_growing_class", "url", "source")
_YEARS = ("base_year", "first_year", "last_year", "periods")
_NUMBERS = ("value_usd", "last_value_usd", "cagr")
_OTHERS = ("drivers_named", "note", "status", "market", "contradictions", "evidence")
LARGEST_FILE = 262_144


def is_anchor_file(anchor: str) -> bool:
    """True where the choice of an anchor is the path of a file, not a name."""
    return anchor.endswith(".toml") or "/" in anchor or "\\" in anchor


def with_anchor_file(market: Market, path: str | Path) -> tuple[Market, str]:
    """The market with the anchor of a file among its own, and that anchor's name.

    Raises InputError for a file that is not one, with the key that is wrong or missing, and for a
    name that an installed anchor has already.
    """
    anchor = read_anchor_file(path, market)
    if anchor.name in market.anchors:
        raise InputError(f"{Path(path).name}: an anchor {anchor.name!r} is installed; rename it")
    published = {name: a for name, a in market.anchors.items() if a.published}
    return market.with_anchors({**published, anchor.name: anchor}), anchor.name


def read_anchor_file(path: str | Path, market: Market) -> Anchor:
    """The anchor of a TOML file; InputError names the key that is wrong or missing."""
    file = Path(path)
    try:
        raw = file.read_bytes()
        values = tomllib.loads(raw[:LARGEST_FILE].decode("utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{file.name}: not valid TOML: {error}") from None
    known = (*_TEXTS, *_YEARS, *_NUMBERS, *_OTHERS)
    for key in values:
        if key not in known:
            raise unknown(file.name, "key", key, known)
    missing = [key for key in NEEDED if key not in values]
    if missing:
        raise InputError(f"{file.name}: no {', '.join(missing)}; an anchor needs it, fill it in")
    return _anchor(file.name, values, market)


def _anchor(file: str, values: dict[str, Any], market: Market) -> Anchor:
    for key in _TEXTS:
        if not isinstance(values.get(key, ""), str):
            raise InputError(f"{file}: {key} = {values[key]!r} must be text")
    for key in _YEARS:
        if key in values and (isinstance(values[key], bool) or not isinstance(values[key], int)):
            raise InputError(f"{file}: {key} = {values[key]!r} must be a whole number")
    for key in _NUMBERS:
        _finite(file, key, values.get(key, 0.0))
    named = values.get("drivers_named", [])
    if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
        raise InputError(f"{file}: drivers_named = {named!r} must be a list of driver names")
    for key, allowed in (
        ("largest_region", market.regions),
        ("fastest_growing_class", market.drug_classes),
    ):
        if values.get(key, "") not in ("", *allowed):
            raise unknown(file, key.replace("_", " "), values[key], allowed)
    base, last = values["base_year"], values["last_year"]
    try:
        return Anchor(
            name=values["name"],
            publisher=values.get("publisher", "") or values["name"],
            title=values.get("title", ""),
            base_year=base,
            value=float(values["value_usd"]),
            cagr=float(values["cagr"]),
            first_year=values.get("first_year", base + 1),
            last_year=last,
            periods=values.get("periods", last - base),
            last_value=values.get("last_value_usd"),
            fastest_growing_class=values.get("fastest_growing_class", ""),
            largest_region=values.get("largest_region", ""),
            drivers_named=tuple(named),
            url=values.get("url", ""),
            source=values.get("source", "") or file,
            note=str(values.get("note", "")),
            market=market.name,
        )
    except InputError as error:
        raise InputError(f"{file}: {error}") from None


def _finite(file: str, key: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise InputError(f"{file}: {key} = {value!r} must be a finite number")
