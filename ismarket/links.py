"""The three links by which a shift moves a stage of the funnel.

Axes are always ``year, region, drug_class, draw``; length 1 where constant.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .arrays import Array

YEAR, REGION, DRUG_CLASS, DRAW = range(4)
LARGEST_SHIFT = 700.0
"""exp(700) is still finite; a share has long reached 0 or 1 there."""


def log(base: Array, shift: Array) -> Array:
    """``base`` times the rate ratio exp(shift); unit of ``base``."""
    return base * np.exp(shift)


def logit(base: Array, shift: Array) -> Array:
    """The share in [0, 1] whose odds are those of ``base`` times exp(shift)."""
    ratio = np.exp(np.clip(shift, -LARGEST_SHIFT, LARGEST_SHIFT))
    weighted = base * ratio
    share: Array = weighted / (1.0 - base + weighted)
    return share


def softmax(base: Array, shift: Array) -> Array:
    """Shares of a whole over the drug classes: ``base`` weighted by exp(shift), summing to 1."""
    below_largest = shift - shift.max(axis=DRUG_CLASS, keepdims=True)
    weighted = base * np.exp(np.maximum(below_largest, -LARGEST_SHIFT))
    shares: Array = weighted / weighted.sum(axis=DRUG_CLASS, keepdims=True)
    return shares


LINKS: dict[str, Callable[[Array, Array], Array]] = {"log": log, "logit": logit, "softmax": softmax}
RATIO_UNIT = {"log": "rate ratio", "logit": "odds ratio", "softmax": "weight ratio"}
