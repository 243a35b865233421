"""Write each notebook (.ipynb, without outputs) from its .py: ``python notebooks/pair.py``."""

from pathlib import Path

import jupytext
import nbformat

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebook(script: Path) -> str:
    """The notebook of a script in percent format: same cells, no outputs, numbered ids."""
    made = jupytext.read(script)
    made.metadata = nbformat.from_dict(METADATA)
    for number, cell in enumerate(made.cells):
        tags = {"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {}
        cell.metadata, cell.id = nbformat.from_dict(tags), f"cell-{number}"
    made.nbformat, made.nbformat_minor = 4, 5
    return nbformat.writes(made) + "\n"


if __name__ == "__main__":
    for script in sorted(Path(__file__).parent.glob("0*.py")):
        script.with_suffix(".ipynb").write_text(notebook(script), encoding="utf-8")
