"""The holes of a coverage run: functions of which the tests ran less than all, the widest first.

python tests/holes.py coverage.json    writes tests/holes.md; ``nox -s coverage`` makes both
"""

import ast
import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LIST = ROOT / "tests" / "holes.md"
LEAST = 3
"""Lines that a hole has at least to be listed."""


def functions(path: Path) -> list[tuple[str, int, int]]:
    """Name, first and last line of each function and method, the innermost last."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)]
    return [(one.name, one.lineno, one.end_lineno or one.lineno) for one in found]


def holes(report: dict) -> list[tuple[int, str, str, str]]:
    """Lines missed, file, function and those lines, of each function with LEAST or more."""
    rows = []
    for file, found in report["files"].items():
        left = set(found["missing_lines"])
        for name, first, last in functions(ROOT / file) if left else ():
            own = sorted(left & set(range(first, last + 1)))
            left -= set(own)
            if len(own) >= LEAST:
                rows.append((len(own), file, name, ", ".join(map(str, own))))
    return sorted(rows, key=lambda row: (-row[0], *row[1:]))


def page(report: dict) -> str:
    """The list as Markdown."""
    share, rows = report["totals"]["percent_covered"], holes(report)
    lines = [
        "# What no test runs", "",
        f"{share:.1f}% of the lines of the package are run by the quick tests; the functions below"
        f" miss {LEAST} lines or more. Written by `nox -s coverage`.", "",
        "| lines | file | function | which |", "|---|---|---|---|",
        *(f"| {count} | {file} | `{name}` | {which} |" for count, file, name, which in rows),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    LIST.write_text(page(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))), "utf-8")
    print(f"{LIST.relative_to(ROOT)} written")
