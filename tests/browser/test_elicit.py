"""The elicitation widget in a real browser: typed with keys, said back, read in the next cell."""

import pytest

from . import steps

CELLS = (
    "import ismarket\n"
    "asked = ismarket.elicit('half_time', unit='years', title='Years to half', experts=['Anna'])\n"
    "asked",
    "print(asked.parameter)",
)


@pytest.fixture
def elicitation(lab, watched):
    lab.write("elicit.ipynb", *CELLS)
    lab.run(watched.page, "elicit.ipynb")
    watched.page.wait_for_selector(".ism-elicit")
    yield watched.page
    watched.clean()


def type_into(page, name, text):
    page.get_by_role("textbox", name=name, exact=True).click()
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def fill(page, who, *values):
    for level, value in zip(("P10", "P50", "P90"), values, strict=True):
        type_into(page, f"{level} of {who}, years", value)


def test_what_is_typed_is_said_back_and_reaches_python(elicitation):
    page = elicitation
    fill(page, "Anna", "2.5", "4", "x")
    page.get_by_text("numbers are written like 1250 or 2.5").wait_for()
    type_into(page, "P90 of Anna, years", "6.5")
    page.get_by_role("status").get_by_text("So 1 case in 20 lies below").wait_for()
    below = page.locator(".jp-CodeCell").nth(1)
    below.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    below.locator(".jp-OutputArea", has_text="source='elicited from Anna'").wait_for()
    page.get_by_role("button", name="Add an expert").click()
    fill(page, "Expert 2", "3", "5", "8.5")
    type_into(page, "Weight of Expert 2", "2")
    page.get_by_role("img", name="beside it 2 experts").wait_for()
    code = page.get_by_role("region", name="Python for this parameter")
    code.get_by_text("weights=(1, 2)").wait_for()
    page.get_by_role("button", name="Remove Anna").click()
    code.filter(has_not_text="weights").wait_for()
    assert code.inner_text().startswith("Parameter.from_quantiles('half_time', 3, 5, 8.5, ")


@steps.needs_axe
@pytest.mark.parametrize("theme", ["true", "false"], ids=["light", "dark"])
def test_axe_finds_nothing_serious(elicitation, theme):
    page = elicitation
    page.evaluate(f"document.body.dataset.jpThemeLight = '{theme}'")
    fill(page, "Anna", "2.5", "4", "x")
    page.get_by_text("numbers are written like 1250 or 2.5").wait_for()
    page.evaluate(steps.AXE.read_text(encoding="utf-8"))
    for last in ("x", "6.5"):
        type_into(page, "P90 of Anna, years", last)
        page.wait_for_timeout(300)
        result = page.evaluate("axe.run('.ism-elicit', {resultTypes: ['violations']})")
        found = [(v["id"], v["nodes"][0]["html"][:200]) for v in result["violations"]]
        assert found == []
