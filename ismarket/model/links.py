"""The three links by which a shift moves a stage of the funnel: log, logit, softmax.

A rate is multiplied by exp(shift), a weight too before weights are divided by their whole; a share
is moved by its odds.

Axes are always ``year, region, drug_class, draw``; length 1 where constant.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Array

YEAR, REGION, DRUG_CLASS, DRAW = range(4)
LARGEST_SHIFT = 300.0
"""exp(300) and its inverse times any share are finite; a share has long reached 0 or 1 there."""


def odds_against(share: Array, out: Array) -> Array:
    """(1 - share) / share in ``out``; infinite for a share of 0."""
    np.divide(1.0, share, out=out)
    out -= 1.0
    return out


def quotient(odds_against: Array, ratio: Array) -> Array:
    """One over the moved share, written over ``ratio``, which multiplies the odds against it.

    A share of 0 is divided by infinity, and stays 0 for any finite ratio; one of 1 stays 1.
    """
    ratio *= odds_against
    ratio += 1.0
    return ratio


def bound(shift: Array) -> Array:
    """Keep a shift, in place, where its exponential is finite and above 0."""
    found: Array = np.clip(shift, -LARGEST_SHIFT, LARGEST_SHIFT, out=shift)
    return found


RATIO_UNIT = {"log": "rate ratio", "logit": "odds ratio", "softmax": "weight ratio"}
