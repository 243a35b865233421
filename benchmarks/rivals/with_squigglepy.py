"""The market with squigglepy's distributions, and NumPy for the rest.

Its PERT is NumPy's beta under one seeded generator, so the draws equal those of ``plain``: it
adds a yardstick of time, not a second witness of the answer.
"""

import numpy as np
import squigglepy as sq

from . import plain


def sample(inputs, draws, seed):
    """Draws of every parameter by key, each from squigglepy's own PERT."""
    sq.set_seed(seed)
    drawn = {}
    for r in inputs.ranges:
        ends = r.low, r.mode, r.high
        if r.constant:
            drawn[r.key] = np.full(draws, r.mode)
            continue
        low, mode, high = np.log(ends) if r.scale == "log" else ends
        known = sq.bernoulli(mode) if r.scale == "chance" else sq.pert(low, mode, high)
        value = np.asarray(sq.sample(known, n=draws), float)
        drawn[r.key] = np.exp(value) if r.scale == "log" else value
    return drawn


def run(inputs, draws, seed=1, threads=1):
    """The market of ``draws`` draws."""
    return plain.answer(inputs, sample(inputs, draws, seed))
