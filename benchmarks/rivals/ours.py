"""The engine's values alone, for a comparison with rivals that attribute nothing."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from ismarket import Scenario, forecast, load_drivers, load_market
from ismarket.blas import one_thread
from ismarket.blocks import CHUNK, Engine, market_value
from ismarket.sampling import BLOCK
from ismarket.summaries import statistics

from .plain import Answer


class Ours:
    """ismarket on its own market, with and without what the rivals leave out."""

    def __init__(self):
        self.market, self.drivers = load_market(), load_drivers()
        made = self.forecast(1)
        self.plan, self.left = made.plan, made.unexplained_factor
        self.level = self.plan.anchor.at(self.plan.years[0])
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
        means = np.zeros(len(rows))

        def block(number):
            drawn = engine.values(engine.points(number))
            first = number * BLOCK
            for low in range(0, min(BLOCK, draws - first), CHUNK):
                values = {key: value[low : low + CHUNK] for key, value in drawn.items()}
                self._write(values, rows[:, first + low : first + min(low + CHUNK, BLOCK)])

        def summary(part):
            means[part] = rows[part].mean(axis=1, dtype=np.float64)
            return statistics(rows[part], means[part])

        with one_thread(), ThreadPoolExecutor(threads) as pool:
            list(pool.map(block, range(-(-draws // BLOCK))))
            parts = [slice(low, low + years) for low in range(0, len(rows), years)]
            found = np.concatenate(list(pool.map(summary, parts)), axis=1)
        return Answer(found[:, :years], found[:, years:].reshape(-1, *self.shape))

    def forecast_plan(self, seed):
        """The plan with that seed."""
        return replace(self.plan, scenario=self.plan.scenario.changed(seed=seed))

    def _write(self, values, out):
        """Totals, then cells, at the published level (row, draw)."""
        years, regions, classes = self.shape
        by_class, _ = market_value(self.plan, values)
        total = sum(by_class).sum(axis=1)
        scale = self.left[:, None] * (self.level / total[0])
        draws = out.shape[1]
        np.multiply(total[:, :draws], scale[:, :draws], out=out[:years], casting="same_kind")
        cells = out[years:].reshape(years, regions, classes, draws)
        for c, value in enumerate(by_class):
            np.multiply(
                value[..., :draws], scale[:, None, :draws], out=cells[:, :, c], casting="same_kind"
            )
