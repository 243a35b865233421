"""What Python and the JavaScript of a page say of one model, side by side."""

import json
import shutil
import subprocess
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np

from ismarket.engine.blocks import Engine
from ismarket.engine.forecaster import unexplained
from ismarket.engine.plan import make_plan
from ismarket.engine.summaries import quantiles
from ismarket.report.places import decoded
from ismarket.report.portable import switchable

NODE = shutil.which("node")
LEVELS = (0.05, 0.5, 0.95)
PAGE = files("ismarket.report").joinpath("page")
CODE = "\n".join(
    [
        PAGE.joinpath(name).read_text("utf-8")
        for name in ("attribution.js", "chain.js", "figures.js")
    ]
    + [Path(__file__).with_name("chain_page.js").read_text("utf-8")]
)


def in_node(model, settings):
    """The answers of the page's chain, computed by node."""
    run = CODE + (
        "\nconst asked = JSON.parse(require('fs').readFileSync(0, 'utf8'));"
        "\nconsole.log(JSON.stringify(answers(asked.model, asked.settings)));"
    )
    asked = json.dumps({"model": model, "settings": settings})
    done = subprocess.run(
        [NODE, "-e", run], input=asked, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def random_settings(forecast, model, count, seed):
    """Settings that a reader may make: drivers off, strengths, inputs within their ranges."""
    random = np.random.default_rng(seed)
    names = [driver["name"] for driver in model["drivers"]]
    sent = {key for driver in model["drivers"] for key in driver["computed"]}
    free = [p for p in model["parameters"] if p["varies"] and p["key"] not in sent]
    for _ in range(count):
        some = random.choice(len(free), random.integers(0, 12), replace=False)
        yield {
            "without": [name for name in names if random.random() < 0.3],
            "strength": {n: float(random.uniform(0, 2)) for n in names if random.random() < 0.4},
            "fixed": {
                p["key"]: float(random.uniform(p["low"], p["high"]))
                for p in (free[i] for i in some)
            },
            "overlap": float(random.choice([1.0, random.random()])),
            "price_basis": str(random.choice(list(model["readings"]))),
        }


def in_python(forecast, places, setting):
    """The same from the package's engine, on the draws that the page has."""
    scenario = forecast.plan.scenario
    basis = setting["price_basis"]
    chosen = {} if basis == forecast.plan.anchor.price_basis else {"price_basis": basis}
    made = scenario.changed(
        **{name: setting[name] for name in ("without", "strength", "fixed", "overlap")},
        **chosen, through=forecast.years[-1],
    )  # fmt: skip
    plan = make_plan(forecast.plan.market, forecast.installed, made)
    whole = switchable(forecast)
    drawn = decoded(replace(whole, scenario=made), places)
    engine = Engine(plan, unexplained(plan, forecast.installed))
    reference, _ = engine.at({**plan.modes, **plan.fixed})
    rows, _ = engine.at({p.key: drawn[p.key] for p in plan.parameters})
    found = np.concatenate([reference, quantiles(rows, LEVELS).T], axis=1)
    layout = engine.reader.layout
    names = [*(driver.name for driver in plan.drivers), "unexplained", "total"]
    parts = {n: dict(zip(names, found[layout[n]].tolist(), strict=True)) for n in ("points", "usd")}
    listed = {
        "total": "total", "region": "region_final", "drug_class": "drug_class_final",
        "region_base": "region_base",
    }  # fmt: skip
    return {
        **parts,
        **{name: found[layout[rows]].tolist() for name, rows in listed.items()},
        "calibration": found[layout["calibration"]][0].tolist(),
    }
