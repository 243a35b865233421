"""Every picture that README and the pages show, drawn anew: ``python docs/figures.py``.

Extra ``browser`` and Debian's ``chromium`` (or one like it); without network.
"""

import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

SIZE = {"width": 1560, "height": 1500}
"""Window in which a panel stands whole, px."""


def explorer(place: Path) -> None:
    """The panel on the published forecast, pinned; then pricing in and diagnosis left out."""
    from benchmarks.explorer import browser_and_lab
    from tests.browser import steps

    with browser_and_lab() as (lab, fresh), fresh(viewport=SIZE, device_scale_factor=1.5) as page:
        lab.write("panel.ipynb", 'import ismarket\nismarket.study("published").explore()')
        lab.run(page, "panel.ipynb")
        steps.ready(page)
        page.get_by_role("button", name="Pin to compare").click()
        for driver in ("pricing", "diagnosis"):
            steps.after(page, page.locator(f"[data-driver={driver}] .switch").click)
        page.mouse.move(0, 0)
        page.evaluate("document.activeElement.blur()")
        page.locator(steps.PANEL).screenshot(path=place)


FIGURES: dict[str, Callable[[Path], None]] = {"docs/explorer.png": explorer}
"""By place in the repository what draws each."""

if __name__ == "__main__":
    for name in sys.argv[1:] or FIGURES:
        FIGURES[name](ROOT / name)
        print(f"{name}: {(ROOT / name).stat().st_size:,} bytes")
