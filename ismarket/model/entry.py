"""Competitors coming and exclusivity going: shares by order of entry, erosion of volume and price.

Every function returns a plain share or ratio; its logarithm, less the one of the base year, is
the shift of a stage (``unit_price`` by a price ratio, ``class_mix`` by a share ratio).  Arguments
broadcast, and so does what comes back.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Array
from ..errors import InputError

ORDER_EXPONENT = -0.5
"""A later entrant's share over the pioneer's is about one over the square root of its order
(Kalyanaram, Robinson & Urban 1995, Marketing Science 14:G212; the log-linear form is that of
Urban, Carter, Gaskin & Mucha 1986, Management Science 32:645)."""

KEPT_AFTER_ONE_YEAR = 0.16
"""Brand share of units one year after first generic entry, mean of new molecular entities first
met by generics in 2011-2012 (Grabowski, Long & Mortimer 2014, J. Med. Econ. 17:207)."""

PRICE_BY_GENERICS = {0: 1.0, 1: 0.61, 2: 0.46, 4: 0.21, 6: 0.05}
"""Generic price over the brand's price before entry, by number of generic producers: 39%, 54%, 79%
and more than 95% lower (average manufacturer prices, first entry 2015-2017: Conrad & Lutter 2019,
U.S. Food and Drug Administration).  The last is the published bound, not a mean."""


def order_ratio(order: ArrayLike, exponent: ArrayLike = ORDER_EXPONENT) -> Array:
    """Share of the entrant that came ``order``-th (1, 2, ...) over the share of the pioneer.

    Broadcasts.  Raises InputError for an order below 1.
    """
    place = np.asarray(order, float)
    if np.any(place < 1.0):
        raise InputError("order_ratio: an order of entry is 1 or more")
    ratio: Array = place ** np.asarray(exponent, float)
    return ratio


def order_share(order: int, entrants: int, exponent: ArrayLike = ORDER_EXPONENT) -> Array:
    """Share of the ``order``-th of ``entrants`` brands that are alike but for when they came.

    As ``exponent`` broadcasts.  Raises InputError for an order that is not among them.
    """
    if not 1 <= order <= entrants:
        raise InputError(f"order_share: order {order} must lie between 1 and entrants {entrants}")
    everyone = sum(order_ratio(place, exponent) for place in range(1, entrants + 1))
    return order_ratio(order, exponent) / everyone


def kept_volume(
    years_since_loss: ArrayLike,
    *,
    after_one_year: ArrayLike = KEPT_AFTER_ONE_YEAR,
    floor: ArrayLike = 0.0,
) -> Array:
    """Share of its units that a brand keeps after losing exclusivity; 1 before and at the loss.

    ``after_one_year`` in (floor, 1]; the units above ``floor`` (who never switches; assumed 0)
    fall by the same factor every year.  Broadcasts.  Raises InputError for other shares.
    """
    years = np.maximum(np.asarray(years_since_loss, float), 0.0)
    lowest, first = np.asarray(floor, float), np.asarray(after_one_year, float)
    if np.any(first <= lowest) or np.any(first > 1.0) or np.any(lowest < 0.0):
        raise InputError("kept_volume: 0 <= floor < after_one_year <= 1 is needed")
    kept: Array = lowest + (1.0 - lowest) * ((first - lowest) / (1.0 - lowest)) ** years
    return kept


def price_ratio(generics: ArrayLike) -> Array:
    """Generic price over the brand's price before entry, for a number of generic producers.

    Between the published numbers (Conrad & Lutter 2019) the logarithm runs straight; above the last
    it stays.  Broadcasts.
    """
    known = np.array(list(PRICE_BY_GENERICS), float)
    logs = np.log(list(PRICE_BY_GENERICS.values()))
    ratio: Array = np.exp(np.interp(np.asarray(generics, float), known, logs))
    return ratio


def mean_price(kept: ArrayLike, ratio: ArrayLike) -> Array:
    """Mean price of the molecule over the brand's price before entry.

    ``kept`` is the brand's share of units at its old price, the rest pays ``ratio`` of it.
    Broadcasts.
    """
    share = np.asarray(kept, float)
    mean: Array = share + (1.0 - share) * np.asarray(ratio, float)
    return mean
