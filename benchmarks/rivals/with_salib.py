"""Sobol indices of the last year with SALib: its design and its analysis, the model in NumPy."""

from SALib.analyze import sobol as analysis
from SALib.sample import sobol as design

from . import plain
from .kernel import drawn_at, quantile_table


class Indices:
    """First-order and total indices of the last year's total on SALib's Saltelli design."""

    def __init__(self, inputs):
        self.inputs = inputs
        self.names = [r.key for r in inputs.ranges]
        self.tables = [quantile_table(r) for r in inputs.ranges]
        count = len(self.names)
        self.problem = {"num_vars": count, "names": self.names, "bounds": [[0.0, 1.0]] * count}

    def evaluations(self, base):
        """How many draws the design of ``base`` points holds."""
        return base * (len(self.names) + 2)

    def run(self, base, seed=1):
        """First-order indices (parameter,) from ``base`` points."""
        points = design.sample(self.problem, base, calc_second_order=False, seed=seed)
        drawn = {
            r.key: drawn_at(r, table, points[:, i])
            for i, (r, table) in enumerate(zip(self.inputs.ranges, self.tables, strict=True))
        }
        last = plain.calibrated(self.inputs, drawn)[:, -1].sum(axis=(1, 2))
        found = analysis.analyze(
            self.problem, last, calc_second_order=False, num_resamples=10, seed=seed
        )
        return found["S1"]
