"""The three links by which a shift moves a stage of the funnel.

Axes are always ``year, region, drug_class, draw``; length 1 where constant.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np

from .arrays import Array

YEAR, REGION, DRUG_CLASS, DRAW = range(4)
LARGEST_SHIFT = 300.0
"""exp(300) and its inverse times any share are finite; a share has long reached 0 or 1 there."""


def log(base: Array, shift: Array) -> Array:
    """``base`` times the rate ratio exp(shift); unit of ``base``."""
    return base * np.exp(shift)


def logit(base: Array, shift: Array) -> Array:
    """The share in [0, 1] whose odds are those of ``base`` times exp(shift)."""
    weighted = base * _ratio(shift)
    share: Array = weighted / (weighted + (1.0 - base))
    return share


def softmax(base: Sequence[Array], shifts: Sequence[Array | None]) -> list[Array]:
    """Shares of a whole: each of ``base`` weighted by exp(its shift), summing to 1 over the list.

    One array for each drug class; None is no shift.
    """
    weights, whole = softmax_weights(base, shifts)
    weighted = [s if w is None else s * w for s, w in zip(base, weights, strict=True)]
    return weighted if whole is None else [share / whole for share in weighted]


def softmax_weights(
    base: Sequence[Array], shifts: Sequence[Array | None]
) -> tuple[list[Array | None], Array | None]:
    """The weight ratio of each class (None: 1) and their whole, by which a share is divided."""
    weights = [None if shift is None else _ratio(shift) for shift in shifts]
    if all(weight is None for weight in weights):
        return weights, None
    parts = [s if w is None else s * w for s, w in zip(base, weights, strict=True)]
    return weights, reduce(np.add, parts)


def _ratio(shift: Array) -> Array:
    """exp(shift), finite and above 0; beyond LARGEST_SHIFT no share moves any more."""
    ratio: Array = np.clip(shift, -LARGEST_SHIFT, LARGEST_SHIFT)
    return np.exp(ratio, out=ratio)


RATIO_UNIT = {"log": "rate ratio", "logit": "odds ratio", "softmax": "weight ratio"}
