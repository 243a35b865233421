# %% [markdown]
# # Why does it grow?
#
# The report names three causes: better diagnosis, growing incidence, new technology. Its overview
# adds innovation. How much of the 3.90% a year can they carry, once each is given the numbers that
# the evidence has for it?

# %%
import ismarket
from ismarket import charts

market = ismarket.load_market()
drivers = ismarket.load_drivers()
published = ismarket.forecast(market, drivers)

# %%
charts.contributions(published)

# %% [markdown]
# The hatched bar is growth that the report prints and no cause carries. The bars below it are exact
# Shapley values: a driver is credited with its mean gain over every order in which the drivers could
# have joined, so the order in which they are listed changes nothing and the rows add up.

# %%
published.attribution()[["title", "points", "p5", "p95", "usd"]].round(2)

# %% [markdown]
# Incidence is the surprise. Births fall in four of five regions, and in the regions where the money
# is; what the report files under "incidence" and does grow is mostly the price of new therapies.
#
# The report lists several causes under two headings: video-EEG is both diagnosis and technology. Here
# one cause counts once. Counted under every heading, the same evidence would be worth this much more
# (USD million in the last year):

# %%
round(published.stacking_premium / 1e6)

# %% [markdown]
# ## What the report leaves out
#
# Generic vigabatrin, oral steroids before ACTH, rebates: *pricing and mix* is in the evidence but not
# in the report, so the shipped scenario leaves it out. Put it on top:

# %%
with_pricing = ismarket.forecast(market, drivers, ismarket.Scenario(without=()))
charts.fan(with_pricing, pinned=published)

# %%
charts.compare(published, with_pricing, names=("as published", "with pricing and mix"))

# %% [markdown]
# Dashed is the report, the thick line the reference case, the bands hold half and 9 in 10 of the
# draws; grey is the published scenario for comparison. The fan opens in 2024 because births up to
# 2023 are counted and later ones are projections.

# %%
print(with_pricing)
