"""The site: pages of this folder, the notebooks, and a reference made from the package.

python -m sphinx -W docs site      (extra ``docs``; without network)
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import made
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from ismarket import __version__

project, author, project_copyright = "ismarket", "The ismarket authors", "the ismarket authors"
version = release = __version__
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx_click"]
exclude_patterns = ["jupyter_execute"]
html_theme = "furo"
html_title = "ismarket"
html_static_path = ["_static"]
html_css_files = ["site.css"]
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
autodoc_use_type_comments = False
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = os.environ.get("ISMARKET_EXECUTE", "force")
nb_execution_timeout = 300
nb_execution_raise_on_error = True
nb_mime_priority_overrides = [
    ("html", "application/vnd.jupyter.widget-view+json", None),
    ("html", "application/vnd.vegalite.v6+json", None),
]

LARGEST = 300_000
"""Size of a notebook that has run, bytes."""


class Made(SphinxDirective):
    """``made:: NAME``: what the function of that name in made.py writes, as MyST."""

    required_arguments = 1

    def run(self):
        """The nodes of the text, parsed where the directive stands."""
        text = getattr(made, self.arguments[0])(Path(self.env.srcdir))
        return self.parse_text_to_nodes(text, allow_section_headings=True)


def links(app, docname, source):
    """Links of a page as the site has them."""
    if (page := f"{docname}.md") and Path(app.srcdir, page).exists():
        source[0] = made.with_links(Path(app.srcdir), page, source[0])


def notebooks(app, failed):
    """Notebooks stay small when they have run, and leave nothing in their folder."""
    folder = Path(app.srcdir, "notebooks")
    left = [path.name for path in folder.iterdir() if path.suffix not in (".ipynb", ".md")]
    ran = Path(app.outdir, "jupyter_execute", "notebooks").glob("*.ipynb")
    large = [path.name for path in ran if path.stat().st_size > LARGEST]
    if not failed and (left or large):
        raise ExtensionError(f"notebooks: files left behind {left}, larger than {LARGEST} {large}")


def setup(app):
    """Copies are pages, made before the sources are read."""
    app.add_directive("made", Made)
    app.connect("builder-inited", lambda app: made.copies(Path(app.srcdir)))
    app.connect("source-read", links)
    app.connect("build-finished", notebooks)
    return {"parallel_read_safe": True}
