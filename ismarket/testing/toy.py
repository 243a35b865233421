"""Small markets to try a driver on: a toy one, and any one with another grid."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ..model.cause import Mechanism
from ..model.market import Market
from ..model.parameter import Parameter
from ..model.stage import RATIO_UNIT, Stage, YearPath, slug

ANOTHER = "another class"
_TOY = {
    "births": ("log", "people", 1.9e6, 2.0e6, 2.1e6, "live births a year"),
    "incidence": ("log", "people", 3e-4, 4e-4, 5e-4, "cases per live birth"),
    "diagnosed": ("logit", "people", 0.5, 0.6, 0.7, "share of cases"),
    "treated": ("logit", "people", 0.7, 0.8, 0.9, "share of diagnosed cases"),
    "class_mix": ("softmax", "mix", 0.4, 0.5, 0.6, "share of courses"),
    "net_cost": ("log", "price", 500.0, 1000.0, 2000.0, "USD per treated patient"),
}
_BY_CLASS = ("class_mix", "net_cost")
_ABOUT: dict[str, Any] = {
    "source": "assumption: a toy market, invented for tests",
    "status": "assumed",
}


def toy_market() -> Market:
    """Two regions, two drug classes, ten years, two causes; every number invented for tests."""
    regions, classes, years = ("North", "South"), ("old", "new"), tuple(range(2022, 2032))
    mode = np.full((len(years), len(regions)), 2.0e6)
    wide = np.full(mode.shape, 0.05)
    wide[0] = 0.0
    path = YearPath(mode * (1.0 - wide), mode, mode * (1.0 + wide))
    stages = tuple(
        Stage(
            name,
            name.replace("_", " ").capitalize(),
            link,
            ("region", "drug_class") if name in _BY_CLASS else ("region",),
            role,
            unit,
            tuple(
                _parameter(name, ends, unit, (region, *key))
                for region in regions
                for key in ([(c,) for c in classes] if name in _BY_CLASS else [()])
            ),
            path if name == "births" else None,
        )
        for name, (link, role, *ends, unit) in _TOY.items()
    )
    causes = _cause("awareness", "diagnosed", "", 1.5), _cause("new_drug", "class_mix", "new", 2.0)
    market = Market(
        "toy", "A toy market", years, 2028, regions, classes, stages, {c.name: c for c in causes}
    )
    return market.with_anchors({})


def _parameter(stage: str, ends: list[float], unit: str, key: tuple[str, ...]) -> Parameter:
    name = ".".join([stage, *map(slug, key)])
    title = f"{stage.capitalize()}, {', '.join(key)}"
    low, mode, high = ends
    return Parameter(name, low, mode, high, unit=unit, title=title, owner="funnel", **_ABOUT)


def _cause(name: str, stage: str, drug_class: str, ratio: float) -> Mechanism:
    unit = RATIO_UNIT[_TOY[stage][0]]
    title = name.replace("_", " ").capitalize()
    about = {"title": title, "owner": name, **_ABOUT}
    return Mechanism(
        name=name, title=title, stage=stage, drug_class=drug_class,
        ratio=Parameter("ratio", 1.0, ratio, 2 * ratio, unit=unit, **about),
        half_time=Parameter("half_time", 2.0, 4.0, 8.0, unit="years", **about),
        share={"North": 0.3, "South": 0.1}, ceiling={"North": 0.9, "South": 0.6},
        scope="", note="", **_ABOUT,
    )  # fmt: skip


def one_region(market: Market) -> Market:
    """The market with its first region alone."""

    def cut(stage: Stage) -> Stage:
        count = len(market.drug_classes) if stage.by_class else 1
        path = stage.path and YearPath(
            stage.path.low[:, :1], stage.path.mode[:, :1], stage.path.high[:, :1]
        )
        return replace(stage, parameters=stage.parameters[:count], path=path)

    first = market.regions[0]

    def here(by_region: Mapping[str, float]) -> dict[str, float]:
        return {r: v for r, v in by_region.items() if r not in market.regions[1:]}

    causes = {
        name: replace(m, share=here(m.share), ceiling=here(m.ceiling))
        for name, m in market.mechanisms.items()
    }
    own = {name: market.mechanisms[name] for name in market.lent}
    return _changed(replace(market, regions=(first,), mechanisms={**causes, **own}), cut)


def other_classes(market: Market) -> Market:
    """The market with its drug classes in reverse, and one more of them."""

    def turned(stage: Stage) -> Stage:
        if not stage.by_class:
            return stage
        count = len(market.drug_classes)
        rows = [stage.parameters[i : i + count] for i in range(0, len(stage.parameters), count)]
        added = [
            (*row[::-1], replace(row[0], name=row[0].name.rpartition(".")[0] + "." + slug(ANOTHER)))
            for row in rows
        ]
        return replace(stage, parameters=tuple(p for row in added for p in row))

    classes = (*market.drug_classes[::-1], ANOTHER)
    return _changed(replace(market, drug_classes=classes), turned)


def _changed(market: Market, change: Callable[[Stage], Stage]) -> Market:
    return replace(market, stages=tuple(map(change, market.stages)))
