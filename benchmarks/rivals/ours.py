"""The engine's values alone, for a comparison with rivals that attribute nothing."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from ismarket import Scenario, forecast, load_drivers, load_market
from ismarket.engine.blocks import Engine, one_thread
from ismarket.engine.chain import Chain, total_of
from ismarket.engine.summaries import LEVELS, quantiles
from ismarket.sampling.points import BLOCK

from .plain import Answer


class Ours:
    """ismarket on its own market, with and without what the rivals leave out."""

    def __init__(self):
        self.market, self.drivers = load_market(), load_drivers()
        made = self.forecast(1)
        self.plan, self.left = made.plan, made.unexplained_factor
        self.level = self.plan.level
        self.engine = Engine(self.plan, self.left)

    def forecast(self, draws, seed=1, threads=1, **choices):
        """A whole forecast: every cell, table and attribution."""
        scenario = Scenario(draws=draws, seed=seed, **choices)
        made = forecast(self.market, self.drivers, scenario, workers=threads)
        assert made.drawn.statistics.size
        assert made.drawn.cells.size
        return made

    def whole(self, draws, seed=1, threads=1):
        """Mean and quantiles of every total and cell out of a whole forecast."""
        made = self.forecast(draws, seed, threads)
        totals = made.drawn.statistics[:, made.layout["total"]]
        return Answer(totals, made.drawn.cells.reshape(len(totals), *self.shape))

    @property
    def shape(self):
        """Years, regions and drug classes."""
        market = self.plan.market
        return len(self.plan.years), len(market.regions), len(market.drug_classes)

    def values(self, draws, seed=1, threads=1):
        """The same without attribution and without any other table."""
        years, regions, classes = self.shape
        rows = np.empty((years * (1 + regions * classes), draws), np.float32)
        engine = Engine(self.forecast_plan(seed), self.left)
        chain = Chain(engine.plan)

        def block(number):
            part = rows[:, number * BLOCK : (number + 1) * BLOCK]
            return self._write(chain(engine.drawing.values(number)[:, : part.shape[1]]), part)

        def summary(part):
            return quantiles(rows[part], LEVELS)

        with one_thread(), ThreadPoolExecutor(threads) as pool:
            means = sum(pool.map(block, range(-(-draws // BLOCK)))) / draws
            parts = [slice(low, low + years) for low in range(0, len(rows), years)]
            found = np.concatenate(list(pool.map(summary, parts)), axis=1)
        found = np.concatenate([means[None], found])
        return Answer(found[:, :years], found[:, years:].reshape(-1, *self.shape))

    def forecast_plan(self, seed):
        """The plan with that seed."""
        return replace(self.plan, scenario=self.plan.scenario.changed(seed=seed))

    def _write(self, value, out):
        """Totals, then cells, at the published level (row, draw); their sums."""
        years, draws = self.shape[0], out.shape[1]
        total, value = total_of(value)[:, :draws], value[..., :draws]
        scale = self.left[:, None] * (self.level / total[0])
        total *= scale
        value *= scale[:, None, None]
        out[:years] = total
        out[years:] = value.reshape(-1, draws)
        return np.concatenate([total.sum(axis=1), value.sum(axis=3).reshape(-1)])
