# %% [markdown]
# # A run that reproduces
#
# A forecast is its choices and nothing else: which report sets the level, which drivers act, what is
# fixed by hand, how many draws, which seed. Written as a file of a few lines, they give a colleague
# the same numbers to the last bit.

# %%
import ismarket

market = ismarket.load_market()
drivers = ismarket.load_drivers()
scenario = ismarket.Scenario(without=(), fixed={"video_eeg.ratio": 2.6}, name="video-eeg-strong")
mine = ismarket.forecast(market, drivers, scenario)
print(ismarket.write_scenario(scenario))

# %% [markdown]
# Write it, read it back, forecast again:

# %%
from pathlib import Path
from tempfile import TemporaryDirectory

with TemporaryDirectory() as folder:
    path = Path(folder) / "video-eeg-strong.toml"
    path.write_text(ismarket.write_scenario(scenario), encoding="utf-8")
    yours = ismarket.forecast(market, drivers, ismarket.load_scenario(path))

mine.summary().equals(yours.summary())

# %% [markdown]
# Draws belong to an input, not to a position in a list. Fixing one input, adding a driver or leaving
# one out keeps every other draw as it was, so two scenarios differ by what was changed and by nothing
# else. The number of threads does not matter either:

# %%
one = ismarket.forecast(market, drivers, scenario, workers=1)
two = ismarket.forecast(market, drivers, scenario, workers=2)
one.summary().equals(two.summary())

# %% [markdown]
# In the explorer, *Save scenario* writes the same file, and *Copy as Python* and its command line give
# the same forecast without the panel.
