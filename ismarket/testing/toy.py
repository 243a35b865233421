"""Small markets to try a driver on: a toy one, and any one with another grid."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.resources import files

from ..model.market import Market
from ..model.market_tables import read_market
from ..model.stage import Stage, YearPath, slug

ANOTHER = "another class"


def toy_market() -> Market:
    """Two regions, two drug classes, ten years, two causes; every number invented for tests."""
    tables = files(__package__) / "toy_market"
    return read_market(tables, name="toy", title="A toy market", base_year=2022, horizon=2028)


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
