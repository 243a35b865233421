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
# times courses, units, list price and what is kept of it, each with a source or an open assumption.

# %%
charts.funnel(published)

# %%
published.waterfall()

# %% [markdown]
# A level is one factor on every cell. It changes money, not growth and not shares. The factor is
# printed with every forecast (here: published level over the count):

# %%
published.calibration.round(1)

# %% [markdown]
# ## Which one to believe
#
# All six beside each other in one year, with what each would mean for a case and for a treated
# patient, each publisher checked against its own end points, and the ceilings that no level can
# pass. They are pooled on the log scale as a main cluster and outliers; nothing is averaged.

# %%
levels = ismarket.triangulate(market, drivers)
levels

# %% [markdown]
# How likely each estimate is an outlier, and what the pooled level becomes without it:

# %%
levels.frame()[["anchor", "level_usd", "outlier", "usd_per_patient"]]

# %%
levels.frame("without")

# %% [markdown]
# ## The reader chooses
#
# Put another name here, any of the list, and run the rest again. `bottom-up` leaves the level as
# counted, `pooled` draws it from the main cluster.

# %%
list(market.anchors)

# %%
choice = "pooled"

# %%
other = ismarket.forecast(market, drivers, ismarket.Scenario(anchor=choice))
charts.levels(other)

# %%
charts.fan(other)

# %%
print(other)

# %% [markdown]
# ## A page that is not on file
#
# A press release becomes a draft anchor: each field with the words it came from, what is not there
# left open, and where the page contradicts itself. `ismarket read FILE` does it for a file.

# %%
page = """Infantile Spasms Therapeutics Market, by Quillmark Research
The infantile spasms therapeutics market was valued at US$ 171.5 Mn in 2024 and is projected to
reach US$ 230.0 Mn by 2031, at a CAGR of 3.9% from 2025 to 2031. North America dominated the market.
"""
ismarket.read_text(page)
