# %% [markdown]
# # How big is it?
#
# Growth rates of the published reports agree. Their sizes do not: the default report is 14 to 26
# times what the others print, and one of the others comes from the same publisher.

# %%
import ismarket
from ismarket import charts

market = ismarket.load_market()
drivers = ismarket.load_drivers()
published = ismarket.forecast(market, drivers)
charts.levels(published)

# %% [markdown]
# The row at the foot is a count: births, times cases, times those diagnosed, times those treated,
# times what a course costs net of rebates, each with a source or an open assumption.

# %%
charts.funnel(published)

# %% [markdown]
# A level is one factor on every cell. It changes money, not growth and not shares. The factor is
# printed with every forecast (here: published level over the count):

# %%
published.calibration.round(1)

# %% [markdown]
# ## The reader chooses
#
# Put another name here, any of the list, and run the rest again. `bottom-up` leaves the level as
# counted.

# %%
list(market.anchors)

# %%
choice = "techsci-2024"

# %%
other = ismarket.forecast(market, drivers, ismarket.Scenario(anchor=choice))
charts.levels(other)

# %%
charts.fan(other)

# %%
print(other)
