"""Mutated scenarios and tables, seeded: what strangers send, and what editors do to files."""

import random

from drafts import ANCHOR

SCENARIO = """\
# A scenario as somebody would write it.
title = "The published forecast, with one value fixed"
anchor = "techsci-2022"
through = 2028
without = ["pricing", "innovation"]
overlap = 0.75
draws = 2_000
seed = 20717

[fixed]
video_eeg.ratio = 1.9   # odds ratio
"genetic_testing.half_time" = 6.5
funnel.births.europe = 6.4e6

[strength]
diagnosis = 1.5
technology = 1
"""
TOML_BITS = [
    '"', "'", '"""', "'''", "[", "]", "[[", "]]", "{", "}", "=", ".", ",", "#", "\n", "\r\n", "\\",
    "inf", "nan", "-nan", "1e400", "-1e400", "1e-400", "0x1F", "0o17", "0b1", "1_0", "1__0", "01",
    "9" * 30, "9" * 400, "9" * 5000, "0x" + "f" * 4000, "1979-05-27", "07:32:00", "true", "false",
    "\x00", "\x1b[31m", "\ufeff", "\u2028", "\u202e", "é", "\\u001b", "\\ud800", "\\U00110000",
    "draws = 5\n", "[fixed]\n", "[strength]\n", "fixed.a.b = 1\n", "fixed = {a = 1}\n",
    "a." * 30, "a." * 9000, "[" * 200, "{a=" * 200, "k = 1\n" * 50, "[[fixed]]\n", "NA", "1,5",
    "0,75", "-0.0", "+5", "5.", ".5", "  ", "\t", "overlap = 1e400\n", '"\\n"', "None", "null",
]  # fmt: skip
TABLE = '''\
stage,region,low,mode,high,unit,status,source,note
incidence,North America,0.00024,0.00031,0.00043,cases a birth,estimated,"Smith J, Doe A, 2019",
incidence,Europe,0.0002,0.0003,0.0004,cases a birth,measured,Registry 2020,NA
diagnosed,Asia Pacific,0.3,0.45,0.6,share,assumed,"assumption: ""low"" access, see note",wide
treated,"South America, all",0.5,0.6,0.7,share,measured,Survey,
'''  # fmt: skip
COLUMNS = ["stage", "region", "low", "mode", "high", "unit"]
CSV_BITS = [
    ",", ",,", '"', '""', "\n", "\r", "\r\n", ";", "\t", "0,25", '"0,25"', "NA", "nan", "inf",
    "1e400", "1_000", "１２", " 0.5", "0.5 ", "+.5", "5.", "0x10", "TRUE", "=1+1", "@SUM(A1)",
    "\x00", "\x1b", "\ufeff", "\u2028", "\x0b", "\x0c", "\x85", "é", "\u202e", "'", "`", "x" * 300,
    "x" * 20_000, '"' + "x\n" * 100, "status", "source", "stage,", "\n\n", "#", "\\", "-", "1.5.2",
    "١٢", "1,234.5", "1 000", "$5", "5%", "None",
]  # fmt: skip


def mutated(text, bits, chance):
    """The text with one to six edits: a bit put in, a piece cut, doubled, moved or overwritten."""
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(text) + 1)
        end = min(len(text), at + chance.choice([1, 1, 2, 5, 20, 80]))
        kind = chance.randrange(7)
        if kind <= 1:
            text = text[:at] + chance.choice(bits) + text[at:]
        elif kind == 2:
            text = text[:at] + text[end:]
        elif kind == 3:
            text = text[:end] + text[at:end] + text[end:]
        elif kind == 4:
            text = text[:at] + chance.choice(bits) + text[end:]
        elif kind == 5:
            text = text[:at] + chr(chance.choice([0, 9, 13, 34, 44, 46, 92, 127, 233])) + text[end:]
        else:
            lines = text.splitlines(keepends=True)
            chance.shuffle(lines)
            text = "".join(lines)
    return text


def scenarios(count, seed):
    chance = random.Random(seed)
    return (mutated(SCENARIO, TOML_BITS, chance) for _ in range(count))


def anchors(count, seed):
    chance = random.Random(seed)
    return (mutated(ANCHOR, TOML_BITS, chance) for _ in range(count))


def tables(count, seed):
    chance = random.Random(seed)
    return (mutated(TABLE, CSV_BITS, chance) for _ in range(count))
