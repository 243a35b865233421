"""The Vega runtime that draws the charts in a page, shipped with the package; no network, no node.

``python -m ismarket.explorer.runtime`` writes it anew from vl-convert (the extra ``export``); it
holds vega, vega-lite and vega-embed, each under BSD-3 (see static/NOTICES.md).
"""

from __future__ import annotations

import gzip
from importlib.resources import files

VEGA_LITE = "6.4"
NAME = "runtime.js.gz"
SNIPPET = "export { vegaEmbed, vega, vegaLite };"


def runtime() -> bytes:
    """The runtime as a JavaScript module, gzip-compressed."""
    return static(NAME)


def static(name: str) -> bytes:
    """A file that the explorer shows in the page."""
    return files(__package__).joinpath("static", name).read_bytes()


def text(*names: str) -> str:
    """Files of the explorer's page, one after the other."""
    return "\n".join(static(name).decode() for name in names)


def bundle() -> bytes:
    """The runtime built by vl-convert; the same bytes for the same version of it."""
    import vl_convert

    source = vl_convert.javascript_bundle(SNIPPET, vl_version=VEGA_LITE)
    return gzip.compress(source.encode(), mtime=0)


def _write() -> None:
    from pathlib import Path

    target = Path(__file__).with_name("static") / NAME
    target.write_bytes(bundle())
    print(f"{target.name}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    _write()
