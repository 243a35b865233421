# %% [markdown]
# # A forecaster's day
#
# An actual comes in. What does it say of the editions kept so far, why did they change, which of
# twenty scenarios would move the answer, what is worth finding out, and what goes to a colleague?

# %%
import tempfile

import ismarket

# %%
s = ismarket.study("evidence", draws=4096)
s

# %% [markdown]
# ## The editions kept so far
# In January nobody had looked at prices; in July they were in.

# %%
folder = tempfile.TemporaryDirectory()
january = s.changed(without=("pricing",)).keep(f"{folder.name}/january").path
july = s.keep(f"{folder.name}/july").path

# %% [markdown]
# ## A new actual
# Say that 2026 turns out at USD 44 M, give or take 10% (made up for this page; it becomes known
# after the year). Each edition is read as it was kept, the last one updated.

# %%
actual = ismarket.Observation(2026, 44e6, 0.1)
tracked = s.track([january, july], [actual])
tracked

# %%
ismarket.charts.track(tracked)

# %% [markdown]
# ## Why the forecast changed from edition to edition
# Today's edition counts a cause that drivers share half twice. The bridges join and add up.

# %%
today = s.changed(overlap=0.5).keep(f"{folder.name}/today").path
ismarket.compare_editions(january, july, today)

# %% [markdown]
# ## Twenty scenarios, one table, one picture
# Four levels by five sets of drivers, all on the same draws.

# %%
levels = ["techsci-2022", "techsci-2024", "pooled", "bottom-up"]
left_out = [[], ["pricing"], ["pricing", "diagnosis"], ["innovation"], ["inflation"]]
grid = s.grid(anchor=levels, without=left_out)

# %%
grid

# %%
ismarket.charts.multiples(grid)

# %% [markdown]
# Where does the answer flip? Left of the line the market grows in current dollars.

# %%
strengths = [0.0, 0.5, 1.0, 1.5]
two = s.grid(**{"strength.pricing": strengths, "strength.inflation": strengths})
ismarket.charts.heat(two.two_way())

# %% [markdown]
# ## The two inputs worth finding out
# To somebody who would enter with a tenth of the market at a margin of 30% for USD 8 M: a study of
# 50 observations of any input, for USD 50,000 (both made up), net of its cost. First of all stands the
# level, that is all inputs of the count together; then:

# %%
decision = ismarket.Decision(margin=0.3, share=0.1, cost=8e6)
found = s.voi(decision, by=(), studies=[ismarket.Sample("all", 50, cost=50e3)])
found.frame("studies")[["of", "known_today", "worth", "cost", "net"]].iloc[1:3]

# %% [markdown]
# And the futures in which the market stays below USD 45 M:

# %%
s.discover(value=45e6)

# %% [markdown]
# ## One shared page
# It opens without network, and says how to make the forecast again.

# %%
ismarket.write_report(s.forecast(), html=f"{folder.name}/page.html")
folder.cleanup()
