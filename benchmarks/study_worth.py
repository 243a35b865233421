"""What a study is worth, by regression and by nested draws: ``python benchmarks/study_worth.py``.

For each study of an input the worth that ``voi`` prints, and that of nested Monte Carlo: a true
value is drawn and what the study finds of it simulated; draws of another seed, weighed by how
likely each makes the finding, give the mean gain of entering after it (Ades, Lu & Claxton 2004,
Medical Decision Making 24:207).  Each input is studied with 1, 10 and 100 observations, with an
error of its own and, where it is a share, by counting.  Exits with 1 where the two differ by more
than 3 standard errors of both and a hundredth of what knowing everything is worth.
"""

import argparse
import math
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

import ismarket
from ismarket.analysis.information import drawn_values
from ismarket.analysis.sample_information import is_share

SIZES, INPUTS = (1, 10, 100), 4


def nested(plan, sample, truth, prior, gain):
    """Worth of a study of one input, USD, and its standard error: one simulated for each truth.

    ``prior`` and ``gain`` are draws of the input, and of entering in them.
    """
    known, many = {p.key: p for p in plan.parameters}, sample.observations
    chance = np.random.default_rng(plan.scenario.seed)
    counted = is_share(plan, known[sample.of]) and sample.error is None
    if not counted and prior.min() > 0 and not known[sample.of].happens:
        prior, truth = np.log(prior), np.log(truth)
    error = (prior.std() if sample.error is None else sample.error) / math.sqrt(many)
    seen = chance.binomial(many, truth) if counted else chance.normal(truth, error)
    after = []
    for one in seen:
        if counted:
            likely = one * np.log(prior) + (many - one) * np.log1p(-prior)
        else:
            likely = -((one - prior) ** 2) / (2 * error**2)
        after.append(np.average(gain, weights=np.exp(likely - likely.max())))
    enters, after = gain.mean() > 0, np.array(after)
    worth = np.maximum(after, 0.0) - enters * after
    return float(worth.mean()), float(worth.std(ddof=1) / math.sqrt(len(worth)))


def open_decision(asked):
    """Entering for what the average draw earns: whether to is open."""
    total = asked.forecast().draws.total
    return ismarket.Decision(0.3, 0.1, 0.03 * float(total[1:].sum(axis=0).mean()))


def compared(asked, inputs, sizes, studies):
    """For each study: what is printed, nested, each with its error, and what all is worth."""
    decision, apart = open_decision(asked), asked.changed(seed=asked.scenario.seed + 1)
    gain = decision.net_benefit(apart.forecast().draws.total)
    truth, prior = drawn_values(asked.plan), drawn_values(apart.plan)
    best = [one.name for one in asked.voi(decision, by=("input",)).partial["input"][:inputs]]
    for error in (None, 0.5):
        samples = {(of, n): ismarket.Sample(of, n, error=error) for of in best for n in sizes}
        found = asked.voi(decision, by=(), studies=list(samples.values()))
        for one in found.studies:
            sample = samples[one.of, one.observations]
            worth = nested(asked.plan, sample, truth[one.of][:studies], prior[one.of], gain)
            yield sample, (one.worth, one.standard_error), worth, found.perfect.value


def differ(one, other, everything):
    """True where they differ by more than their errors and a hundredth of everything."""
    return abs(one[0] - other[0]) > 3 * math.hypot(one[1], other[1]) + 0.01 * everything


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--draws", type=int, default=40_960)
    options.add_argument("--studies", type=int, default=8_192)
    options.add_argument("--of", nargs="*", default=["evidence"], help="scenarios, or files")
    given, failed = options.parse_args(), False
    for name in given.of:
        asked = ismarket.study(name, draws=given.draws)
        for sample, one, other, most in compared(asked, INPUTS, SIZES, given.studies):
            failed |= (wrong := differ(one, other, most))
            how = "as today" if sample.error is None else f"{sample.error:.0%}"
            print(
                f"{name:<10} {sample.of:<45} {sample.observations:>4} {how:<8}"
                f" {one[0]:>11,.0f} ± {one[1]:<9,.0f} nested {other[0]:>11,.0f} ± {other[1]:<9,.0f}"
                f"{'  DIFFER' if wrong else ''}",
                flush=True,
            )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
