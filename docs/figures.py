"""Every picture that README and the pages show, drawn anew: ``python docs/figures.py``.

``python docs/figures.py --views FOLDER`` draws every view of the panel, of both markets, the page
that computes and the report instead, each 1,280, 900 and 470 px wide, light and dark, to be looked
at.  Extra ``browser`` and Debian's ``chromium`` (or one like it); without network.
"""

import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

SIZE = {"width": 1560, "height": 1500}
"""Window in which a panel stands whole, px."""
WIDTHS = (1280, 900, 470)
THEMES = {"light": "true", "dark": "false"}
MARKETS = {"published": ("pricing", "diagnosis"), "dravet-published": ("competitors",)}
"""Scenarios of which every view is drawn, each with the drivers that are switched first."""
PRESSED = ("grid", "track", "audit")
"""Analyses that fill a view of their own."""


def explorer(place: Path) -> None:
    """The panel on the published forecast, pinned; then pricing in and diagnosis left out."""
    from benchmarks.explorer import browser_and_lab
    from tests.browser import steps

    with browser_and_lab() as (lab, fresh), fresh(viewport=SIZE, device_scale_factor=1.5) as page:
        _open(lab, page, "published", MARKETS["published"])
        page.locator(steps.PANEL).screenshot(path=place)


def _open(lab, page, scenario: str, switched: tuple[str, ...]) -> None:
    """A panel on a scenario, pinned, with some drivers switched."""
    from tests.browser import steps

    lab.write("panel.ipynb", f"import ismarket\nismarket.study({scenario!r}).explore()")
    lab.run(page, "panel.ipynb")
    steps.ready(page)
    page.get_by_role("button", name="Pin to compare").click()
    for driver in switched:
        steps.after(page, page.locator(f"[data-driver={driver}] .switch").click)
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur()")


def views(folder: Path, scenarios: tuple[str, ...]) -> None:
    """Every view of the panel of each scenario in each width and theme, once it is asked for."""
    from benchmarks.explorer import browser_and_lab
    from tests.browser import steps

    with browser_and_lab() as (lab, fresh):
        for scenario in scenarios:
            with fresh(viewport={"width": 1900, "height": 2400}) as page:
                _open(lab, page, scenario, MARKETS[scenario])
                tabs = page.locator("[data-tab]").evaluate_all("all => all.map(t => t.dataset.tab)")
                for tab in tabs:
                    steps.open_tab(page, tab)
                    for button in page.locator(".analysis:not([hidden]) .asked > button").all():
                        button.click()
                        page.wait_for_selector(".analysis[aria-busy]", state="detached")
                    for width in WIDTHS:
                        page.evaluate(f"document.querySelector('.ism').style.width = '{width}px'")
                        page.wait_for_timeout(250)
                        for theme, light in THEMES.items():
                            page.evaluate(f"document.body.dataset.jpThemeLight = '{light}'")
                            page.wait_for_timeout(250)
                            place = folder / f"{scenario}-{tab}-{width}-{theme}.png"
                            page.locator(steps.PANEL).screenshot(path=place)


FIGURES: dict[str, Callable[[Path], None]] = {"docs/explorer.png": explorer}
"""By place in the repository what draws each."""

if __name__ == "__main__":
    if sys.argv[1:2] == ["--views"]:
        views(Path(sys.argv[2]), tuple(sys.argv[3:]) or tuple(MARKETS))
        sys.exit()
    for name in sys.argv[1:] or FIGURES:
        FIGURES[name](ROOT / name)
        print(f"{name}: {(ROOT / name).stat().st_size:,} bytes")
