"""Files and command lines of strangers against every command: one line, a known code, no delay.

    python tests/fuzz/trust.py                       the whole campaign, about an hour
    python tests/fuzz/trust.py --share 0.01 --seed 1 --only pages

No traceback, no exit code but 0 to 4, at most a second of processor time for a file up to 2 MB
beyond what the command takes on a sound file, and no control character on any output.
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))  # where the other helpers of the tests stand

from command_line import ismarket
from drafts import ANCHOR
from mutations import CSV_BITS, TOML_BITS, mutated
from parcels import OWN_ROW, OWN_TABLE
from sealed import resealed

from ismarket import Scenario, keep_run, study
from ismarket.text.wording import ODD

SIZES = {
    "anchors": 10_000, "tables": 10_000, "lines": 10_000, "pages": 10_000, "office": 500,
    "runs": 200,
}  # fmt: skip
PAGES = sorted((Path(__file__).parents[1] / "reading/texts").glob("*.*"))
PAGE_BITS = ["<", ">", "<![", "<!--", "-->", "<script>", "&#x1b;", "&#xffffffff;", "&", "\x1b[2J",
             "\u202e", "\x00", "<a href='", "</table>", "<td>", "USD ", " billion", "%", "CAGR",
             "9" * 400, "2028", "\ud7ff", "<title>", "'", '"']  # fmt: skip
WORDS = ["run", "read", "drivers", "anchors", "check", "new-driver", "audit", "verify", "rerun",
         "compare", "export", "import", "report", "scenario", "check-numbers", "--json", "--draws",
         "--workers", "--until", "--set", "--strength", "--overlap", "--anchor", "--through",
         "--no-keep", "--out", "--into", "--title", "--table", "--without", "--seed", "--zip",
         "--strict", "--market", "--correlate", "published", "evidence", "diagnosis", "mine",
         "video_eeg.ratio=2", "video_eeg.ratio=9!", "=", "0", "-1", "1e400", "nan", "64", "2", "",
         "\x1b[2J", "\u202e", "../x", "/dev/null", "/dev/zero", "a b", "é", "--", "-p", "x.toml",
         "mine.toml", "mine.csv", "page.html", "run.zip", "x" * 5000]  # fmt: skip
ACTUALS = """\
year,value_usd,error,known,dollars,status,source
2023,3.31e9,0.05,2024-03-01,current USD,estimated,"Some House, 2024"
2024,3.40e9,0.08,,,assumed,assumption: for a test
"""
AT_ONCE = ["--no-keep", "--draws", "16"]


class Bench:
    """A folder with a sound file of each kind, and the problems that were found."""

    def __init__(self, folder, seed):
        self.folder, self.chance, self.found, self.tried = folder, random.Random(seed), [], 0
        self.kept = keep_run(Scenario(draws=16), folder / "kept")

    def hold(self, what, *arguments, usual=1.0):
        """Type a command and note what it breaks; Ctrl-C is nobody's here."""
        self.tried += 1
        start = time.process_time()
        try:
            done = ismarket(*arguments, cwd=self.folder)
        except BaseException as error:
            self.found.append(f"{what}: {type(error).__name__}: {error}")
            return
        took = time.process_time() - start
        if done.returncode not in range(5):
            self.found.append(f"{what}: exit code {done.returncode}")
        if ODD.search((done.stdout + done.stderr).replace("\n", "").replace("\t", "")):
            self.found.append(f"{what}: a control character on its output")
        if done.returncode == 2 and len(done.stderr.splitlines()) > 1:
            self.found.append(f"{what}: more than one line: {done.stderr!r:.200}")
        if took > usual + 1.0:
            self.found.append(f"{what}: {took:.1f} s")


def anchors(bench, count):
    for number in range(count):
        text = mutated(ANCHOR, TOML_BITS, bench.chance)
        (bench.folder / "mine.toml").write_text(text, "utf-8", errors="surrogatepass")
        bench.hold(f"anchor {number}", "run", *AT_ONCE, "--anchor", "mine.toml")


def tables(bench, count):
    """Causes and actuals in turn; of a table of causes that is sound every law is tried."""
    regions = "North America", "Europe", "Asia Pacific", "South America", "Middle East & Africa"
    causes = "\n".join([OWN_TABLE, *[OWN_ROW.format(region=one) for one in regions], ""])
    update = ["update", "published", "--draws", "128", "--actuals"]
    for number in range(count):
        text, command = [(causes, ["check"]), (ACTUALS, update)][number % 2]
        made = mutated(text, CSV_BITS, bench.chance)
        (bench.folder / "mine.csv").write_text(made, "utf-8", errors="surrogatepass")
        bench.hold(f"table {number} of {command[0]}", *command, "mine.csv", usual=9.0)


def lines(bench, count):
    (bench.folder / "mine.toml").write_text("draws = 16\n")
    for number in range(count):
        words = bench.chance.choices(WORDS, k=bench.chance.randint(1, 6))
        words = [word for word in words if word not in ("lab", "app")]
        if "run" in words:
            words += AT_ONCE
        bench.hold(f"line {number} {words!r:.150}", *words, usual=20.0)


def pages(bench, count):
    for number in range(count):
        source = bench.chance.choice(PAGES)
        made = mutated(source.read_text("utf-8"), PAGE_BITS, bench.chance)
        page = bench.folder / f"page{source.suffix}"
        page.write_text(made, "utf-8", errors="surrogatepass")
        bench.hold(f"page {number} of {source.name}", "read", page.name)


def office(bench, count):
    made = study("published", draws=16).forecast()
    from ismarket.report.deck import write_deck
    from ismarket.report.workbook import write_workbook

    write_workbook(made, bench.folder / "sound.xlsx")
    write_deck(made, bench.folder / "sound.pptx")
    for number in range(count):
        kind = bench.chance.choice(["xlsx", "pptx"])
        data = bytearray((bench.folder / f"sound.{kind}").read_bytes())
        for _ in range(bench.chance.randint(1, 8)):
            at = bench.chance.randrange(len(data))
            data[at : at + bench.chance.choice([1, 1, 40])] = bench.chance.randbytes(1)
        (bench.folder / f"broken.{kind}").write_bytes(bytes(data))
        command = ["check-numbers", f"broken.{kind}", "kept"]
        bench.hold(f"office file {number} ({kind})", *command, usual=4.0)


def runs(bench, count):
    """Plans with something left out, of another type or of another kind, sealed again."""
    odd = [None, True, -1, 1.5, "", "x" * 300, [], {}, ["a"], {"a": 1}, "\u202e", [[]], "1" * 400]
    for number in range(count):
        run = bench.folder / "run"
        shutil.rmtree(run, ignore_errors=True)
        shutil.copytree(bench.kept, run)

        def change(plan):
            for _ in range(bench.chance.randint(1, 3)):
                place, key = bench.chance.choice(list(places(plan)))
                if bench.chance.random() < 0.3 and isinstance(place, dict):
                    del place[key]
                else:
                    place[key] = json.loads(json.dumps(bench.chance.choice(odd)))

        try:
            resealed(run, change)
        except Exception as error:
            raise RuntimeError(f"run {number} cannot be made") from error
        for command in (["verify"], ["rerun"], ["compare", "kept"], ["export", "--csv", "tables"]):
            bench.hold(f"run {number}: {command[0]}", command[0], "run", *command[1:], usual=4.0)
            shutil.rmtree(bench.folder / "tables", ignore_errors=True)


def places(value):
    for key, item in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        if isinstance(item, (dict, list)):
            yield from places(item)


KINDS = {"anchors": anchors, "tables": tables, "lines": lines, "pages": pages, "office": office,
         "runs": runs}  # fmt: skip


def campaign(share=1.0, seed=20717, only=None):
    """How many were tried of each kind, and every problem found."""
    tried, found = {}, []
    for kind in [only] if only else KINDS:
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(Path(folder), f"{seed} {kind}")
            KINDS[kind](bench, max(1, round(share * SIZES[kind])))
            tried[kind] = bench.tried
            found += bench.found
    return tried, found


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--share", type=float, default=1.0)
    options.add_argument("--seed", type=int, default=20717)
    options.add_argument("--only", choices=KINDS)
    asked = options.parse_args()
    start = time.monotonic()
    tried, found = campaign(asked.share, asked.seed, asked.only)
    for problem in found:
        print(ascii(problem))
    counts = ", ".join(f"{kind} {n}" for kind, n in tried.items())
    print(f"{counts}: {len(found)} problems, {time.monotonic() - start:.0f} s")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
