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
scenario = ismarket.Scenario(without=())
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
