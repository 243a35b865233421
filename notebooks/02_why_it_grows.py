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
# Most of it is general prices: the report does not say which dollars it counts, and current ones are
# assumed. The hatched bar is growth that it prints and nothing carries. The others are exact Shapley
# values: a driver is credited with its mean gain over every order in which the drivers could
# have joined, so the order in which they are listed changes nothing and the rows add up.

# %%
published.attribution()[["title", "points", "p5", "p95", "usd"]].round(2)

# %% [markdown]
# The printed growth on its own terms, and the same path in dollars of 2022:

# %%
published.printed_growth.points

# %%
published.in_real_terms().summary().round(-6)

# %% [markdown]
# Read as constant dollars (`price_basis="real"`), the same report leaves nearly all of its growth
# unexplained:

# %%
constant = published.plan.scenario.changed(price_basis="real", without=("pricing", "inflation"))
ismarket.forecast(market, drivers, constant).printed_growth.points

# %% [markdown]
# Incidence is the surprise. Births fall in four of five regions, and in the regions where the money
# is, and fewer second courses are needed where the first one works early.
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
#
# What exactly falls: the change from 2022 to 2028 by people, volume, mix, price, rebates and general
# prices, without a residual, and the launches that it takes in.

# %%
with_pricing.price_volume()

# %%
with_pricing.by("launch")[["product", "chance", "reference", "p5", "p95"]]

# %%
print(with_pricing)
