"""Every picture that README and the pages show, drawn anew: ``python docs/figures.py``.

``python docs/figures.py --views FOLDER`` draws every view of the panel, of both markets, the page
that computes and the report instead, each 1,280, 900 and 470 px wide, light and dark, to be looked
at.  Extra ``browser`` and Debian's ``chromium`` (or one like it); without network.
"""

import itertools
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

SIZE = {"width": 1560, "height": 1500}
"""Window in which a panel stands whole, px."""
WIDTHS = (1280, 900, 470)
THEMES = {"light": "true", "dark": "false"}
MARKETS = {"published": ("pricing", "diagnosis"), "dravet-anchored": ("dravet_rebates",)}
"""Scenarios of which every view is drawn, each with the drivers that are switched first."""
EXAMPLE = ROOT / "examples" / "ismarket-dravet"


def explorer(place: Path) -> None:
    """The panel on the published forecast, pinned; then pricing in and diagnosis left out."""
    from benchmarks.explorer import browser_and_lab
    from tests.browser import steps

    with browser_and_lab() as (lab, fresh), fresh(viewport=SIZE, device_scale_factor=1.5) as page:
        _open(lab, page, "published")
        page.locator(steps.PANEL).screenshot(path=place)


def _study(name: str) -> str:
    """What makes the study of a scenario; the second market is a plugin of the examples."""
    if name == "published":
        return 'import ismarket\nmade = ismarket.study("published")\n'
    from dravet import as_installed

    where = as_installed(Path(tempfile.mkdtemp())).split(":")
    return (
        f"import os, sys\nsys.path[:0] = {where!r}\nos.environ['ISMARKET_PLUGINS'] = 'dravet'\n"
        f"import ismarket\nmade = ismarket.study({str(EXAMPLE / name)!r} + '.toml')\n"
    )


def _open(lab, page, scenario: str, editions: bool = False) -> None:
    """A panel on a scenario, pinned, with some drivers switched; there may be kept editions."""
    from tests.browser import steps

    keep = "for name in ('first', 'second'):\n    made.keep(f'runs/{name}')\n" * bool(editions)
    lab.write("panel.ipynb", f"{_study(scenario)}{keep}made.explore()")
    lab.run(page, "panel.ipynb")
    steps.ready(page)
    page.get_by_role("button", name="Pin to compare").click()
    for driver in MARKETS[scenario]:
        steps.after(page, page.locator(f"[data-driver={driver}] .switch").click)
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur()")


def views(folder: Path, scenario: str) -> None:
    """Every view of the panel of a scenario in each width and theme, whatever it can be asked."""
    from benchmarks.explorer import browser_and_lab
    from tests.browser import steps

    with browser_and_lab() as (lab, fresh), fresh(viewport={"width": 1900, "height": 4800}) as page:
        _open(lab, page, scenario, editions=True)
        for tab in page.locator("[data-tab]").evaluate_all("all => all.map(t => t.dataset.tab)"):
            steps.open_tab(page, tab)
            for button in page.locator(".analysis:not([hidden]) .asked > button").all():
                button.click()
                page.wait_for_selector(".analysis[aria-busy]", state="detached", timeout=60_000)
            for width in WIDTHS:
                page.evaluate(f"document.querySelector('.ism').style.width = '{width}px'")
                for theme, light in THEMES.items():
                    page.evaluate(f"document.body.dataset.jpThemeLight = '{light}'")
                    page.wait_for_timeout(300)
                    place = folder / f"{scenario}-{tab}-{width}-{theme}.png".replace(" ", "-")
                    page.locator(steps.PANEL).screenshot(path=place)


def pages(folder: Path, scenario: str) -> None:
    """The page that computes and the report of a scenario in each width and theme."""
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import CHROMIUM, FLAGS

    made = "made = made.changed(without=())\n" if scenario == "published" else ""
    code = (
        f"{_study(scenario)}{made}from pathlib import Path\n"
        "from ismarket.explorer.standalone import as_page\n"
        "from ismarket.report.html_page import as_page as as_report\n"
        f"folder = Path({str(folder)!r})\n"
        f"(folder / '{scenario}-page.html').write_text(as_page(made, made.forecast()), 'utf-8')\n"
        f"(folder / '{scenario}-report.html').write_text(as_report(made.forecast()), 'utf-8')\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for width, theme, kind in itertools.product(WIDTHS, THEMES, ("page", "report")):
            size = {"width": width, "height": 1000}
            page = browser.new_page(viewport=size, color_scheme=theme)
            page.goto((folder / f"{scenario}-{kind}.html").as_uri())
            page.wait_for_timeout(500)
            place = folder / f"{scenario}-{kind}-{width}-{theme}.png"
            page.screenshot(path=place, full_page=True)
            page.close()
        browser.close()


FIGURES: dict[str, Callable[[Path], None]] = {"docs/explorer.png": explorer}
"""By place in the repository what draws each."""

if __name__ == "__main__":
    if sys.argv[1:2] == ["--views"]:
        for scenario in MARKETS:
            for draw in (pages, views):
                draw(Path(sys.argv[2]).resolve(), scenario)
        sys.exit()
    for name in sys.argv[1:] or FIGURES:
        FIGURES[name](ROOT / name)
        print(f"{name}: {(ROOT / name).stat().st_size:,} bytes")
