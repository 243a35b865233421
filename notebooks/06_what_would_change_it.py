# %% [markdown]
# # What would change it?
#
# A forecast with ninety inputs hangs on a few of them. Each bar moves one input to its own P10 and
# P90, everything else at its most likely value.

# %%
import ismarket
from ismarket import charts

market = ismarket.load_market()
drivers = ismarket.load_drivers()
scenario = ismarket.Scenario(anchor="bottom-up", without=())
forecast = ismarket.forecast(market, drivers, scenario)
charts.tornado(forecast)

# %% [markdown]
# A full dot is measured, a half dot estimated, a hollow one assumed. Most of the large bars are not
# measured: that is where a study would be worth its money.
#
# The same from the side of the causes: each dot is one cause, at the growth it would carry alone.

# %%
charts.causes(forecast)

# %% [markdown]
# ## All at once
#
# One bar at a time says nothing of what inputs do together. Shares of the variance do; where the
# draws cannot tell two of them apart, both share a place. `by` groups them by cause, driver, stage,
# source or status.

# %%
ismarket.sensitivity_of(market, drivers, scenario, by="stage", points=1024)

# %% [markdown]
# ## What would have to be true
#
# The report says 3.9% a year. The count falls. The least implausible way to get from one to the
# other, and how far out it lies:

# %%
needed = ismarket.require(market, drivers, scenario, cagr=0.039)
needed

# %% [markdown]
# The setting is a scenario. Run, it gives the target:

# %%
ismarket.forecast(market, drivers, needed.scenario()).cagr()[["reference"]]

# %% [markdown]
# ## What knowing more is worth
#
# To somebody who would enter with a tenth of the market at a margin of 30% for USD 8 M: no study
# is worth more than the figure beside what it informs.

# %%
decision = ismarket.Decision(margin=0.3, share=0.1, cost=8e6)
ismarket.value_of_information(forecast, decision, by=("input", "stage"))

# %% [markdown]
# ## If one input were known
#
# Fix the effect of oral steroids before ACTH near its low end, and near its high end, and compare.
# These are what-ifs, not findings: the range of the input is an estimate.

# %%
ratio = market.parameters["steroid_first.ratio"]
low, high = ratio.quantile([0.1, 0.9])
weak = ismarket.forecast(market, drivers, scenario.changed(fixed={ratio.key: float(high)}))
strong = ismarket.forecast(market, drivers, scenario.changed(fixed={ratio.key: float(low)}))
charts.compare(
    forecast, weak, strong, names=("as drawn", "few turn to steroids", "most turn to steroids")
)

# %% [markdown]
# ## When an actual comes in
#
# Say that 2024 turns out at USD 60 M, give or take 10% (made up for this page). The draws are
# weighted by it; where they do not reach it the update is refused.

# %%
ismarket.update(forecast, [ismarket.Observation(2024, 60e6, 0.1)])

# %% [markdown]
# ## How well has the past been forecast?
#
# Verified figures only. There are few: nearly all series are too short to judge anything by.

# %%
ismarket.backtest_of(forecast)
