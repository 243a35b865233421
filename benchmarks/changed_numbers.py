"""Whether `check-numbers` finds every number that was changed in a run's own page and report.

    python benchmarks/changed_numbers.py [SEEDS]

Every tenth number of the printed page and of the HTML report of both markets is changed at random,
by default over 50 seeds; it prints how many were changed, missed, and said to differ unchanged.
"""

import random
import re
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests")]

from both_markets import MARKETS, market_and_drivers, scenario_of  # noqa: E402

from ismarket import forecast  # noqa: E402
from ismarket.reading.against_a_run import DIFFERS, check  # noqa: E402
from ismarket.reading.documents import NUMBER, passages_of  # noqa: E402
from ismarket.reading.run_figures import known_figures  # noqa: E402
from ismarket.report.html_page import as_page  # noqa: E402

EVERY = 10
SEEDS = 50


def numbers(source):
    """Where the numbers that a reader sees stand in a text or page."""
    source = source.replace("\N{MINUS SIGN}", "-").replace("\N{EN DASH}", "-")
    if "<html" in source:
        hidden = r"<style.*?</style>|<[^>]*>|&#?\w+;"
        source = re.sub(hidden, lambda found: "<" * len(found.group()), source, flags=re.DOTALL)
    return [match.span() for match in NUMBER.finditer(source)]


def changed(source, seed):
    """The source with every tenth number changed, and the numbers now there, as written."""
    draw = random.Random(seed)
    spans, put = numbers(source)[draw.randrange(EVERY) :: EVERY], []
    parts, at = [], 0
    for start, end in spans:
        old = source[start:end]
        new = old
        while new == old or float(plain(new)) == float(plain(old)):
            new = re.sub(r"\d", lambda _: str(draw.randrange(10)), old)
        parts += [source[at:start], new]
        put.append(new)
        at = end
    return "".join([*parts, source[at:]]), put


def plain(text):
    """A number as Python reads it."""
    return text.replace("\N{MINUS SIGN}", "-").replace("\N{EN DASH}", "-").replace(",", "")


def missed_and_false(result, source, put):
    """How many of the numbers ``put`` are not found, and how many others are said to differ."""
    own = passages_of(as_page(result) if "<html" in source else str(result))
    found = check(passages_of(source), known_figures(result.to_dict()), own)
    differing = Counter(one.figure.value for one in found if one.state == DIFFERS)
    wanted = Counter(float(plain(text)) for text in put)
    return (wanted - differing).total(), (differing - wanted).total()


def main():
    """Print a line for each market and document."""
    seeds = range(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS)
    for name in MARKETS:
        result = forecast(*market_and_drivers(name), scenario_of(name, draws=1024))
        for kind, source in (("page", str(result)), ("report", as_page(result))):
            _, unchanged = missed_and_false(result, source, [])
            total, missed, false = 0, 0, 0
            for seed in seeds:
                text, put = changed(source, seed)
                less, more = missed_and_false(result, text, put)
                total, missed, false = total + len(put), missed + less, false + more
            print(
                f"{name}, {kind}: {len(numbers(source))} numbers, {unchanged} false unchanged;"
                f" {total} changed over {len(seeds)} seeds, {missed} missed, {false} false"
            )


if __name__ == "__main__":
    main()
