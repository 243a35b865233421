"""Pages spoilt at random, and pages made to be slow: read without an error, none for a second.

``python tests/reading/mutated_pages.py 5000`` runs the campaign and prints the slowest.
"""

import random
import re
import sys
import time
import tomllib
from pathlib import Path

from ismarket.reading import installed, read_text
from ismarket.reading.claims import claims_csv
from ismarket.reading.draft import draft_anchor

SIZE = 2_097_152
"""Characters of the largest page that is read."""
HEAD = (
    "<html><head><title>Psoriasis Market</title></head><body><p>It was USD 3 billion in 2022.</p>"
)
UNITS = {
    "unclosed comments": "<!--", "unclosed tags": "<a ", "quotes in tags": "<a '>'",
    "old office marks": "<![", "bare marks": "< ", "named characters": "&amp;", "div": "<div>",
    "headings": "<h2>Psoriasis Market</h2>", "cells": "<td>2022", "spaces": "a  ",
    "prose": "The market was valued at USD 3.2 billion in 2022 and grows at a CAGR of 3%. ",
    "markets": "the psoriasis market ", "amounts": "USD 1 million ", "rates": "CAGR 3.9% ",
    "labels": "<p>Market Size (2022)</p>", "houses": "According to Alder Research, ",
    "German": "Der Markt für 1.234,5 Mio. Euro wird ", "parts": "Psoriasis | ", "digits": "1",
    "scripts": "<script>", "brackets": "(", "dots": ".", "bars": "|",
}  # fmt: skip
UNITS_OF_MONEY = (
    "million billion bn mn crore lakh euros dollars yen percent market markets markt marché mercado"
).split()
NONSENSE = "brafen klodwi mupzan reltos vingax holpim zanbra toskla".split()
PIECES = [
    "<", ">", "<!--", "-->", "<td>", "</td>", "<h1>", "|", "\n", "\n\n", ": ", "&#0;", "&nbsp;",
    "%", "USD", "$", "€", "2022", "9" * 400,
    "\x00", "\u202e", "\ud7ff", "market", "Market Size (2022)",
    "CAGR", "'", '"', "(", "<script>", "<![CDATA[", "1.234.567,89", "billion", "¿", "🙂",
]  # fmt: skip


def pages(folder):
    """The pages of a folder with what they say, by name."""
    return {
        f"{file.stem}, {name}": page
        for file in sorted((Path(__file__).parent / folder).glob("*.toml"))
        for name, page in tomllib.loads(file.read_text(encoding="utf-8")).items()
    }


def mutated(count, seed):
    """``count`` pages, each one of the sets with pieces put in, cut out, doubled or moved."""
    chance, texts = random.Random(seed), [page["text"] for page in pages("pages").values()]
    for _ in range(count):
        text = chance.choice(texts)
        for _ in range(chance.randrange(1, 12)):
            at, to = sorted(chance.randrange(len(text) + 1) for _ in range(2))
            to = min(to, at + 200)
            text = chance.choice([
                text[:at] + chance.choice(PIECES) + text[at:],
                text[:at] + text[to:],
                text[:to] + text[at:],
                text[:at] + chance.choice(texts)[: chance.randrange(300)] + text[to:],
                text[:at] + chance.choice(PIECES) * chance.randrange(1, 60) + text[at:],
            ])  # fmt: skip
        yield text[:SIZE]


def unknown_words(count, seed):
    """``count`` pages of all sets with one word in twelve replaced by one that no list holds.

    Each is its text and what the page says; names, figures and units stay.
    """
    chance, told = random.Random(seed), list((pages("pages") | pages("held")).values())
    told = [page for page in told if "market" in page and "<" not in page["text"]]
    for _ in range(count):
        page = chance.choice(told)
        kept = {*page["market"].split("-"), *UNITS_OF_MONEY}

        def other(word, kept=kept):
            return (
                word[0] if word[0] in kept or chance.random() > 1 / 12 else chance.choice(NONSENSE)
            )

        yield re.sub(r"(?<![\w&-])[a-z]{2,}(?![\w-])", other, page["text"]), page


def large(size=SIZE):
    """Pages of ``size`` characters, each of one thing repeated, by name."""
    for name, unit in UNITS.items():
        yield name, (HEAD + unit * (size // len(unit)))[:size]
    yield "a title of many parts", f"<title>{'Psoriasis | ' * (size // 12)}</title><p>x"


def timed(text, known):
    """Processor seconds of a reading with its draft and its claims; all must be well formed."""
    start = time.process_time()
    reading = read_text(text, known=known)
    took = time.process_time() - start
    tomllib.loads(draft_anchor(reading))
    claims_csv(reading)
    for found in reading.fields.values():
        assert 0 <= found.start <= found.end <= len(text)
    return took


def main(count):
    known = installed()
    slowest = max((timed(text, known), text[:60]) for text in mutated(count, seed=20717))
    print(f"{count} mutated pages, the slowest {1000 * slowest[0]:.0f} ms: {slowest[1]!r}")
    for name, text in large():
        print(f"{timed(text, known):6.3f} s  {len(text):,} characters, {name}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
