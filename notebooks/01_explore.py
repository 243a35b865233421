# %% [markdown]
# # Explore the forecast
#
# A published report puts the world market for infantile-spasms therapeutics at USD 3.20 billion in
# 2022 and lets it grow 3.90% a year to 2028. Below, that sentence is taken apart. Every switch is a
# driver, every slider an uncertain input with its source; what you touch is fixed, what you leave
# alone stays uncertain.

# %%
import ismarket

panel = ismarket.explore()
panel

# %% [markdown]
# Three things to try:
#
# 1. Open **Why**. The largest block is the part of the growth that no cause carries.
# 2. Press **Pin to compare**, then switch on *Pricing and mix*, which the report leaves out.
# 3. Open **How big** and choose another publisher. The growth hardly moves; the size falls by a
#    factor of about twenty.
#
# The panel is an ordinary widget, and so are its parts: `panel.view("why")` or
# `panel.controls("diagnosis")` in a cell of their own move with it. `panel.scenario` and
# `panel.forecast` follow your hand, so a cell below goes on where you left off:

# %%
panel.forecast

# %% [markdown]
# The same choices as a file that a colleague can run (`ismarket run my-scenario.toml`):

# %%
print(ismarket.write_scenario(panel.scenario))
