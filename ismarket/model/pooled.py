"""The anchor ``pooled``: a level drawn from what all published estimates say together."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from ..arrays import Array
from ..sampling.points import BLOCK, block_points
from ..text.wording import percent
from .anchor import Anchor
from .mixture import Pool, pool

POOLED = "pooled"
STREAM = "anchor.level"
"""The name of the stream from which a pooled level is drawn."""
STEPS = 1000


@lru_cache(maxsize=8)
def pooled_anchor(anchors: tuple[Anchor, ...], year: int, last_year: int) -> Anchor:
    """The published estimates as one, in ``year``: its median level, its spread, its growth.

    The level is that of one more estimate of the main cluster.  Growth is the middle one of those
    printed, each weighted by the probability that its source is no outlier; the drivers are all
    that any of them names.
    """
    found = pool_of(anchors, year)
    median = float(found.quantile(0.5))
    shares = (np.arange(STEPS) + 0.5) / STEPS
    named = tuple(sorted({name for anchor in anchors for name in anchor.drivers_named}))
    weight = 1.0 - found.outlier
    publishers = len({anchor.publisher for anchor in anchors})
    return Anchor(
        POOLED, f"{publishers} publishers, pooled", "Published estimates, pooled", year,
        median, weighted_median([anchor.cagr for anchor in anchors], weight), year + 1, last_year,
        last_year - year, drivers_named=named, market=anchors[0].market,
        source=" | ".join(dict.fromkeys(anchor.source for anchor in anchors)),
        note="level drawn from the main cluster of a two-component mixture; outliers: "
        + ", ".join(
            f"{name} ({percent(p)})"
            for name, p in zip(found.names, found.outlier, strict=True) if p > 0.5
        ),
        spread=tuple(float(v) for v in found.quantile(shares) / median),
    )  # fmt: skip


def pool_of(anchors: tuple[Anchor, ...], year: int) -> Pool:
    """The estimates, each moved to ``year`` at its own growth, pooled."""
    return pool({anchor.name: anchor.at(year) for anchor in anchors})


def estimates(anchors: Mapping[str, Anchor]) -> tuple[Anchor, ...]:
    """The published estimates among some anchors: neither the count nor a pool."""
    return tuple(a for a in anchors.values() if a.published and not a.spread)


def weighted_median(values: list[float], weights: Array) -> float:
    """The value at which half of the weight is reached."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(np.asarray(weights)[order])
    return float(values[order[int(np.searchsorted(reached, reached[-1] / 2))]])


def drawn_level(anchor: Anchor, year: int, seed: int, first: int, draws: int) -> float | Array:
    """The anchor's level in ``year``, USD: one figure, or (draw,) from draw ``first`` on."""
    if not anchor.spread:
        return anchor.at(year)
    blocks = range(first // BLOCK, (first + draws - 1) // BLOCK + 1)
    points = np.concatenate([block_points([STREAM], {}, seed=seed, block=b)[0] for b in blocks])
    skipped = first - blocks[0] * BLOCK
    share = (points[skipped : skipped + draws].astype(float) + 0.5) / 2.0**32
    at = (np.arange(len(anchor.spread)) + 0.5) / len(anchor.spread)
    return np.asarray(anchor.at(year) * np.interp(share, at, anchor.spread))
