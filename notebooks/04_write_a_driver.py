# %% [markdown]
# # Write a driver
#
# Suppose you believe that newborn screening will spread and find more infants in time. A driver is
# data and one function: it says which stage of the funnel it moves, by what ratio, and how the change
# spreads over the years.

# %%
from dataclasses import replace

import numpy as np

import ismarket
from ismarket import Driver, Effect, Parameter, adoption


# %%
def effects(market, p):
    """Screening reaches more newborns and raises the odds of being diagnosed."""
    reached = adoption.logistic(market.elapsed, start=0.02, ceiling=0.5, half_time=p.half_time)
    yield Effect("diagnosed", np.log(p.odds_ratio) * reached)


screening = Driver(
    name="screening",
    title="Newborn screening",
    effects=effects,
    parameters=(
        Parameter("odds_ratio", low=1.0, mode=1.3, high=2.0, unit="odds ratio",
                  title="Effect", source="assumption: for this notebook"),
        Parameter("half_time", low=3, mode=6, high=12, unit="years",
                  title="Half time", source="assumption: for this notebook"),
    ),
)  # fmt: skip

# %% [markdown]
# That is all. The panel below has its switch, its strength and its two sliders; nobody wrote a line of
# interface for it. The report does not name it, so it adds on top.

# %%
market = ismarket.load_market()
panel = ismarket.explore(market, (*ismarket.load_drivers(), screening))
panel

# %%
panel.forecast.attribution()[["title", "named", "points", "p5", "p95"]].round(2)

# %% [markdown]
# Three rules keep drivers honest. A shift is exactly 0 in the base year, so the level stays. Drivers
# never see each other, so their order does not matter. A ratio is applied by the core on the link of
# its stage, so no share can pass 1. A driver that breaks one stops the run with a line that names it.
#
# ## Ask people
#
# The half time above is made up. People who know can say what only 1 case in 10 stays below, what 1 in 10
# exceeds, and the middle. The widget fits a parameter to what they say, pools several of them, and says
# at once what nobody was asked: P5 and P95. Type over the numbers, they are invented.

# %%
asked = ismarket.elicit("half_time", unit="years", title="Years to half of the gap")
asked.answer("A paediatrician (invented)", 3, 5, 8)
asked.answer("A screening laboratory (invented)", 5, 8, 13)
asked

# %% [markdown]
# `asked.parameter` is what they come to, `asked.code` the lines to copy into a driver. Run the next cell
# again after you have typed.

# %%
informed = replace(screening, parameters=(screening.parameters[0], asked.parameter))
made = ismarket.forecast(market, (*ismarket.load_drivers(), informed), panel.scenario)
made.attribution().query("driver == 'screening'")[["title", "points", "p5", "p95"]].round(2)

# %% [markdown]
# ## As a package
#
# To share it, let `ismarket new-driver screening` write a package with its tests (extra `sdk`), and put
# the lines above in its module. What makes it a plugin is the hook, and an entry point that names the
# module; `ismarket drivers` lists it as soon as the package is installed.
#
# ```python
# from ismarket import hookimpl
#
# @hookimpl
# def register_drivers():
#     return [screening]
# ```
#
# ```toml
# [project.entry-points.ismarket]
# screening = "ismarket_screening"
# ```
