# %% [markdown]
# # A run that a colleague can trust, check and compute again
#
# A *run* is a forecast kept on disk with everything it was made from. Here is the whole circle:
# keep one, check it, see tampering found, open it, compute it again, say what changed between two
# runs, and send one as a single file.

# %% tags=["parameters"]
draws = 10_000
overlap = 0.5

# %%
import shutil
import tempfile
from pathlib import Path

import ismarket

folder = Path(tempfile.mkdtemp())

# %% [markdown]
# ## Keep
# `keep_run` computes a scenario and keeps it: the scenario as given and with every default filled
# in, the evidence tables, the drivers and packages with hashes, the results with full-precision
# numbers, and the page. Without `out` the run goes to `runs/`, as with `ismarket run`; `extras` adds
# the draws, a histogram, charts and a workbook. An interrupted run goes on with
# `ismarket run --resume`.

# %%
published = ismarket.load_scenario("published").changed(draws=draws)
run = ismarket.keep_run(published, folder / "published", extras=["histogram"])
print(*sorted(str(path.relative_to(run)) for path in run.rglob("*") if path.is_file()), sep="\n")

# %%
print((run / "README.txt").read_text())

# %% [markdown]
# ## Check
# Every byte is accounted for. No plugin is loaded, so this is safe with a run from a stranger. The
# *seal* is one line that stands for the whole run: a sender can pass it on by another way.

# %%
check = ismarket.verify_run(run)
assert check.sound
print(len(check.record.contents), "files, every byte as written")

# %% [markdown]
# Somebody makes one figure look better, and mends the line of that file in `SHA256SUMS`:

# %%
forged = folder / "forged"
shutil.copytree(run, forged)
summary = forged / "outputs" / "summary.csv"
summary.write_text(summary.read_text().replace("2028,4", "2028,5"))
ismarket.verify_run(forged)

# %% [markdown]
# ## Open and compute again
# `open_run` checks the run and gives its forecast, computed from the run's own scenario and tables.

# %%
forecast = ismarket.open_run(run)
forecast.summary()

# %% [markdown]
# `rerun` says at which level a second computation agrees: *identical* bytes, *equal* to a relative
# 1e-12 with the reason (another NumPy, another processor), or *different* and where first.

# %%
ismarket.rerun(run)

# %% [markdown]
# ## What changed between two runs
# A second run with other choices. The bridge adds up exactly: each row is the Shapley value of one
# change, so no row depends on the order of the changes, and shared draws leave no noise between
# them.

# %%
other = ismarket.keep_run(
    published.changed(overlap=overlap, without=(), fixed={"video_eeg.ratio": 2.6}),
    folder / "other",
)
bridge = ismarket.compare_runs(run, other)
print(bridge)

# %%
moved = sum(step.reference for step in bridge.steps)
assert abs(moved - (bridge.end.reference - bridge.start.reference)) < 1e-3  # USD

# %% [markdown]
# ## An estimate of your own
# An anchor may be a file, written by hand or drafted by `ismarket read`. The run holds that file, so
# whoever receives it needs nothing else.

# %%
(folder / "mine.toml").write_text("""\
name = "our-own"
market = "infantile-spasms"
publisher = "Our own desk research, an example"
base_year = 2022
value_usd = 160e6
cagr = 0.045
last_year = 2028
drivers_named = ["diagnosis"]
""")
own = ismarket.keep_run(published.changed(anchor=str(folder / "mine.toml")), folder / "own")
(folder / "mine.toml").unlink()
assert ismarket.open_run(own).plan.anchor.name == "our-own"
print(ismarket.compare_runs(run, own))

# %% [markdown]
# ## Send
# One file, the same bytes each time; `with_wheels=True` puts the packages that it needs beside it.
# `import_run` refuses links, paths that leave the folder and bombs, and checks the run before it
# stands there.

# %%
archive = ismarket.export_run(run, folder / "published.zip")
received = ismarket.import_run(archive, folder / "received")
assert ismarket.verify_run(received).sound
print(f"{archive.name}: {archive.stat().st_size / 1000:.0f} kB")

# %% [markdown]
# ## This notebook as a run
# `ismarket run --notebook 05_reproducible_run.ipynb -p overlap=0.2` executes a notebook with other
# parameters into a run directory, with the same guarantees.

# %%
shutil.rmtree(folder)
