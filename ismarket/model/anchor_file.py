"""An anchor from a TOML file, as ``ismarket read`` drafts it: a published estimate of your own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from ..errors import InputError, check_known, unknown
from .anchor import (
    BASES,
    LARGEST,
    NOMINAL,
    Anchor,
    fitting_steps,
    half_digit,
    half_figure,
    misfit,
    other_market,
)
from .market import Market
from .tables import bytes_of, read_toml, shown

NEEDED = ("name", "market", "base_year", "value_usd", "cagr", "last_year")
_TEXTS = "name publisher title largest_region fastest_growing_class url source".split()
_YEARS = ("base_year", "first_year", "last_year", "periods")
_NUMBERS = ("value_usd", "last_value_usd", "cagr")
_OTHERS = ("price_basis", "drivers_named", "note", "status", "market", "contradictions", "evidence")
LARGEST_FILE = 262_144
ANCHOR = "anchor.toml"
"""What a run calls the file of its anchor, wherever it came from."""


def with_anchor(market: Market, data: bytes, file: str) -> tuple[Market, str]:
    """The market with the anchor that ``data`` describes, and its name; ``file`` is for errors.

    Raises InputError for what is no anchor, with the key that is wrong or missing, and for a name
    that an installed anchor has already.
    """
    anchor = parse_anchor(data, market, file)
    if anchor.name in market.anchors:
        raise InputError(f"{file}: an anchor {anchor.name!r} is installed; rename it")
    published = {name: a for name, a in market.anchors.items() if a.published}
    return market.with_anchors({**published, anchor.name: anchor}), anchor.name


def read_anchor_file(path: str | Path, market: Market) -> Anchor:
    """The anchor of a TOML file; InputError names the key that is wrong or missing."""
    return parse_anchor(anchor_bytes(path), market, Path(path).name)


def anchor_bytes(path: str | Path) -> bytes:
    """The file as it stands, within LARGEST_FILE."""
    return bytes_of(Path(path), LARGEST_FILE, "an anchor")


def parse_anchor(data: bytes, market: Market, file: str) -> Anchor:
    """The anchor that a TOML text describes; ``file`` is what an error calls it."""
    try:
        values = read_toml(data.decode("utf-8"), file, "an anchor", LARGEST_FILE)
    except UnicodeDecodeError as error:
        raise InputError(f"{file}: not valid TOML: {error}") from None
    known = (*_TEXTS, *_YEARS, *_NUMBERS, *_OTHERS)
    check_known(file, "key", known, *values)
    if (of := values.get("market", market.name)) != market.name:
        said = of[:60] if isinstance(of, str) and of.isprintable() else shown(of)
        raise InputError(f"{file}: {other_market(said, market.name)}")
    missing = [key for key in NEEDED if key not in values]
    if missing:
        raise InputError(f"{file}: no {', '.join(missing)}; an anchor needs it, fill it in")
    return _anchor(file, values, market)


def _anchor(file: str, values: dict[str, Any], market: Market) -> Anchor:
    for key in (*_TEXTS, "price_basis"):
        text = values.get(key, "")
        if not isinstance(text, str) or not text.isprintable():
            raise InputError(f"{file}: {key} = {shown(text)} must be one line of text")
    for key in _YEARS:
        year = values.get(key, 1)
        if isinstance(year, bool) or not isinstance(year, int) or not 0 < year < 10_000:
            raise InputError(f"{file}: {key} = {shown(year)} must be a whole number of years")
    for key in _NUMBERS:
        number = values.get(key, 0.0)
        real = isinstance(number, (int, float)) and not isinstance(number, bool)
        if not real or not abs(number) <= sys.float_info.max:
            raise InputError(f"{file}: {key} = {shown(number)} must be a finite number")
    for key, what in (("drivers_named", "driver names"), ("contradictions", "sentences")):
        listed = values.get(key, [])
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            raise InputError(f"{file}: {key} = {shown(listed)} must be a list of {what}")
    for key, allowed in (
        ("largest_region", market.regions),
        ("fastest_growing_class", market.drug_classes),
        ("price_basis", BASES),
    ):
        if values.get(key, "") not in ("", *allowed):
            raise unknown(file, key.replace("_", " "), values[key][:60], allowed)
    base, last = values["base_year"], values["last_year"]
    about = {"first_year": base + 1, "periods": last - base, "title": "", **values}
    about = {key: about[key] for key in (*_TEXTS, *_YEARS) if key in about}
    about["publisher"] = values.get("publisher") or values["name"]
    about["source"] = values.get("source") or "the anchor file names no source"
    try:
        anchor = Anchor(
            value=float(values["value_usd"]),
            cagr=float(values["cagr"]),
            last_value=values.get("last_value_usd"),
            drivers_named=tuple(values.get("drivers_named", ())),
            note=str(values.get("note", "")),
            market=market.name,
            price_basis=values.get("price_basis") or NOMINAL,
            basis_status="as its file says" if values.get("price_basis") else "assumed",
            **about,
        )
    except InputError as error:
        raise InputError(f"{file}: {error}") from None
    if (wrong := _end_points(anchor, values.get("evidence"))) and wrong not in values.get(
        "contradictions", ()
    ):
        raise InputError(
            f"{file}: {wrong}. Correct one of them; or leave last_value_usd out, of which nothing"
            " is computed; or list the sentence under contradictions, if the report prints so"
        )
    return anchor


def _end_points(anchor: Anchor, evidence: Any) -> str:
    """What is wrong with the growth between an anchor's own end points, as ``read`` says it.

    Each figure is rounded as its ``evidence`` says, else to the last digit that it is written with.
    """
    if anchor.value is None or anchor.last_value is None:
        return ""
    value, last, cagr = (
        (figure, _rounding(evidence, key, otherwise))
        for key, figure, otherwise in (
            ("value_usd", anchor.value, half_figure(anchor.value)),
            ("last_value_usd", anchor.last_value, half_figure(anchor.last_value)),
            ("cagr", anchor.cagr, half_digit(anchor.cagr)),
        )
    )
    if fitting_steps(value, last, cagr, [anchor.periods]):
        return ""
    ways = (anchor.last_year - year for year in (anchor.base_year, anchor.first_year))
    steps = [n for n in dict.fromkeys((*ways, anchor.periods)) if n > 0]
    return misfit(anchor.value, anchor.last_value, anchor.cagr, steps)


def _rounding(evidence: Any, key: str, otherwise: float) -> float:
    found = evidence.get(key) if isinstance(evidence, dict) else None
    half = found.get("half_unit") if isinstance(found, dict) else None
    return float(half) if isinstance(half, float) and 0 < half < LARGEST else otherwise
