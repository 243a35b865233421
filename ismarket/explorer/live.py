"""One live chart: an Altair chart shown without network, its data replaced in place."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import anywidget
import traitlets
from IPython.core.interactiveshell import InteractiveShell

from ..charts.picture import Picture
from ..charts.theme import THEMES
from .parts import new_key
from .runtime import VEGA_LITE, runtime, text
from .saved import Saved, image, keep


class LiveChart(anywidget.AnyWidget):
    """A chart as a widget, in the theme of the page; ``update`` fills it and keeps its SVG."""

    _esm = text("dom.js", "chart.js", "live.js")
    spec = traitlets.Dict().tag(sync=True)
    themes = traitlets.Dict(THEMES).tag(sync=True)
    picture = traitlets.Dict().tag(sync=True)
    key = traitlets.Unicode().tag(sync=True)

    def __init__(self, spec: Mapping[str, Any], **traits: Any) -> None:
        super().__init__(spec=dict(spec), key=new_key(), **traits)
        self.on_msg(self._receive)

    def update(self, picture: Picture) -> None:
        """Show other rows in a chart that was sent without any."""
        self.picture = picture.as_page()

    def _receive(self, _: object, content: dict[str, Any], buffers: list[Any]) -> None:
        if content.get("type") == "runtime":
            self.send({"type": "runtime"}, buffers=[runtime()])


def renderer(spec: dict[str, Any], **_: Any) -> dict[str, Any]:
    """The Altair renderer ``ismarket``: a chart in a notebook, drawn without network.

    The notebook keeps its picture where the extra ``export`` is installed, else its words.
    """
    chart, words = LiveChart(spec), str(spec.get("description", "Chart"))
    if InteractiveShell.initialized():
        keep(chart.key, Saved(words, _picture(spec, words) or f"<p>{escape(words)}</p>"))
    bundle: Any = chart._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    return {**data, "text/plain": words}


def _picture(spec: dict[str, Any], words: str) -> str:
    """The chart as an image in HTML, empty where nothing is there to draw it."""
    try:
        import vl_convert
    except ImportError:
        return ""
    svg = vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE)
    return image(svg, words)
