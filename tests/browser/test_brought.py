"""What plugins bring, in a browser: a view behind the others, and options as controls."""

from pathlib import Path

from . import steps

MACRO = Path(__file__).parents[2] / "examples" / "drivers" / "macro.py"
CODE = f"""
from pathlib import Path
from ismarket import Scenario, explore, load_market
from ismarket.plugins.installed import drivers_at
panel = explore(load_market(), drivers_at(Path({str(MACRO)!r})),
                Scenario(anchor="bottom-up", without=(), draws=1024))
panel
"""


def test_a_view_and_the_options_of_a_driver_in_a_browser(lab, watched):
    lab.write("brought.ipynb", CODE)
    page = watched.page
    lab.run(page, "brought.ipynb")
    steps.ready(page)
    row = page.locator('.driver[data-driver="macro"]')
    row.locator(".fold").click()
    weight = row.get_by_label("Weight of the table")
    assert row.get_by_label("path of a CSV").input_value() == "income.csv"
    steps.after(page, lambda: row.get_by_label("Path of income").select_option("slow"))
    steps.rest(page)
    assert page.get_by_text("macro.path set to slow").first.is_visible()
    assert row.get_by_label("Path of income").input_value() == "slow"
    assert weight.count() >= 1
    page.get_by_role("tab", name="Price and volume").click()
    page.wait_for_selector('.chart[data-kind^="own-"][data-painted]', timeout=30_000)
    assert "Most is" in page.locator(".ism .finding").first.inner_text()
    chart = page.locator('.chart[data-kind^="own-"]')
    assert chart.locator("svg path, svg rect").count() > 5
    assert "Price" in chart.locator("svg").first.text_content()
    assert watched.outside == []
    assert [one for one in watched.errors if "/lsp/status" not in one] == []  # JupyterLab's own
