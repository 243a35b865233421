"""Published estimates pooled into one anchor: a mixture that may hold a wild one, no sampler.

Each source either belongs to the main cluster, normal on the log scale around a common centre, or
is an outlier, far wider around the same centre (Box & Tiao 1968, Biometrika 55:119).  Everything
is integrated on a grid.  The priors are assumptions, each stated in PRIORS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from ..arrays import Array
from ..text.wording import percent
from .anchor import Anchor
from .parameter import Parameter

POOLED = "pooled"
OWNER = "anchor"
LEVEL = f"{OWNER}.level"
"""The key of the input that a pooled level is."""
STEPS = 1000
LEAST, MOST, STEP = 1e6, 1e11, 0.01
SPREAD_SCALE, LEAST_SPREAD, MOST_SPREAD = 0.5, 0.02, 2.0
OUTLIER_SPREAD = float(np.log(10.0))
OUTLIER_PRIOR = (1.0, 4.0)
PRIORS = {
    "centre": "equally likely at every level from USD 1 M to 100 bn, on the log scale",
    "spread": "half-normal, scale 0.5 on the log scale (a factor of 1.65), at least 0.02",
    "outlier spread": "normal, one standard deviation a factor of ten either way",
    "outlier share": "beta(1, 4): one source in five, before looking",
}
"""What is assumed before the estimates are seen; none of it is measured."""
WHICH = ("centre", "cluster", "any")


@lru_cache(maxsize=8)
def pooled_anchor(
    anchors: tuple[Anchor, ...], levels: tuple[float, ...], year: int, last_year: int
) -> Anchor:
    """The published estimates as one, in ``year``: its median level, its spread, its growth.

    ``levels`` are what they say of that year, USD.  The level is that of one more estimate of the
    main cluster.  Growth is the middle one of those printed, each weighted by the probability that
    its source is no outlier; the drivers are all that any of them names.
    """
    found = pool(dict(zip((anchor.name for anchor in anchors), levels, strict=True)))
    median = float(found.quantile(0.5))
    shares = (np.arange(STEPS) + 0.5) / STEPS
    named = tuple(sorted({name for anchor in anchors for name in anchor.drivers_named}))
    weight = 1.0 - found.outlier
    publishers = len({anchor.publisher for anchor in anchors})
    whose = f"{publishers} publisher{'s' * (publishers > 1)}, pooled"
    return Anchor(
        POOLED, whose, "Published estimates, pooled", year,
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


def estimates(anchors: Mapping[str, Anchor]) -> tuple[Anchor, ...]:
    """The published estimates among some anchors: neither the count nor a pool."""
    return tuple(a for a in anchors.values() if a.published and not a.spread)


def weighted_median(values: list[float], weights: Array) -> float:
    """The value at which half of the weight is reached."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(np.asarray(weights)[order])
    return float(values[order[int(np.searchsorted(reached, reached[-1] / 2))]])


def uncertain_level(anchor: Anchor) -> tuple[Parameter, ...]:
    """The anchor's level in its base year as an input, USD; none where it is one figure.

    Its mode is the median, which the reference case takes.
    """
    if anchor.value is None or not anchor.spread:
        return ()
    table = tuple(anchor.value * factor for factor in anchor.spread)
    return (
        Parameter(
            "level", table[0], anchor.value, table[-1], unit="USD", title="Pooled level",
            source=anchor.source, status="estimated", owner=OWNER, table=table,
        ),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Pool:
    """What several levels say together.

    ``density`` over ``grid``, the log of a level in USD: of the cluster's *centre*, of one more
    estimate of the *cluster*, of *any* more estimate, which may be an outlier.  ``outlier``
    (source,) is the probability that a source is one, ``spread`` the mean spread of the cluster
    (log scale).
    """

    names: tuple[str, ...]
    levels: Array
    grid: Array
    density: Mapping[str, Array]
    outlier: Array
    spread: float

    def quantile(self, share: float | Array, which: str = "cluster") -> Array:
        """The level, USD, below which ``share`` of ``which`` (centre, cluster, any) lies."""
        density = self.density[which]
        below = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
        return np.asarray(np.exp(np.interp(np.asarray(share) * below[-1], below, self.grid)))

    @cached_property
    def without(self) -> dict[str, Pool]:
        """The pool again with each source left out, by its name."""
        if len(self.names) == 1:
            return {}
        levels = dict(zip(self.names, self.levels, strict=True))
        return {out: pool({n: v for n, v in levels.items() if n != out}) for out in levels}


def pool(levels: dict[str, float]) -> Pool:
    """What the levels (USD, by source) say together."""
    return _pool(tuple(levels), tuple(levels.values()))


@lru_cache(maxsize=32)
def _pool(names: tuple[str, ...], levels: tuple[float, ...]) -> Pool:
    values = np.array(levels, float)
    grid = np.arange(np.log(LEAST), np.log(MOST) + STEP / 2, STEP)
    spreads = np.geomspace(LEAST_SPREAD, MOST_SPREAD, 60)
    prior = spreads * np.exp(-0.5 * (spreads / SPREAD_SCALE) ** 2)  # spreads: geometric steps
    share, weight = _shares(len(names))
    apart = np.log(values)[:, None, None] - grid[:, None]
    main, wide = _normal(apart, spreads), _normal(apart, np.array([OUTLIER_SPREAD]))
    posterior = np.zeros((len(grid), len(spreads)))
    outlying, expected = np.zeros(len(names)), 0.0
    for p, w in zip(share, weight, strict=True):
        either = (1.0 - p) * main + p * wide
        joint = w * prior * either.prod(axis=0)
        posterior += joint
        expected += p * joint.sum()
        outlying += ((p * wide / either) * joint).sum(axis=(1, 2))
    whole = posterior.sum()
    posterior, outlying, expected = posterior / whole, outlying / whole, expected / whole
    centre = posterior.sum(axis=1)
    cluster = _convolved(posterior, spreads)
    far = _convolved(centre[:, None], np.array([OUTLIER_SPREAD]))
    mixed = (1.0 - expected) * cluster + expected * far
    density = dict(zip(WHICH, (centre, cluster, mixed), strict=True))
    return Pool(names, values, grid, density, outlying, float(posterior.sum(axis=0) @ spreads))


def _shares(sources: int) -> tuple[Array, Array]:
    """Nodes and weights that integrate over the outlier share exactly: a polynomial in it."""
    a, b = OUTLIER_PRIOR
    at, weight = np.polynomial.legendre.leggauss(int(sources + a + b) // 2 + 1)
    share = (at + 1.0) / 2.0
    return share, weight * share ** (a - 1.0) * (1.0 - share) ** (b - 1.0)


def _normal(apart: Array, spread: Array) -> Array:
    return np.asarray(np.exp(-0.5 * (apart / spread) ** 2) / spread)


def _convolved(posterior: Array, spreads: Sequence[float] | Array) -> Array:
    """Density over the grid of a normal draw of each spread around the posterior's centres."""
    total = np.zeros(len(posterior))
    for column, spread in zip(posterior.T, spreads, strict=True):
        reach = min(int(np.ceil(5 * spread / STEP)), (len(posterior) - 1) // 2)
        kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * STEP / spread) ** 2)
        total += np.convolve(column, kernel / kernel.sum(), mode="same")
    return total
