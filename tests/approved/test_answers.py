"""What is printed and what tables hold, on both markets, as it was when somebody looked at it.

Laws have tests of their own; here a change of any figure or word has to be meant.
"""

import pytest
from dravet import ANCHORED, SCENARIO
from written import approve, plain, said, said_of_twists

from ismarket import Decision, Observation, Sample, Scenario, load_scenario, update
from ismarket.analysis.audit import claim_sheet
from ismarket.analysis.payers import as_columns, purchases
from ismarket.analysis.tornado import causes_alone, tornado
from ismarket.analysis.track import Told, track
from ismarket.studies import Study

pytestmark = pytest.mark.slow(reason="every analysis on both markets")


@pytest.fixture(scope="session", params=["published", "counted", "anchored", "second"])
def asked(request, market, drivers, second):
    """A study with few draws, and its forecast: each market on its anchor, and counted."""
    made = {
        "published": Scenario(),
        "counted": Scenario(anchor="bottom-up", without=(), overlap=0.5, price_basis="real",
                            strength={"diagnosis": 1.5}, fixed={"video_eeg.ratio": 2.2},
                            correlation={"video_eeg.ratio ~ genetic_testing.ratio": 0.6}),
        "anchored": load_scenario(ANCHORED),
        "second": load_scenario(SCENARIO),
    }  # fmt: skip
    held = second if request.param in ("anchored", "second") else (market, drivers)
    study = Study(*held, made[request.param].changed(draws=256, name=request.param))
    return study, study.forecast()


def last(forecast):
    return forecast.columns["reference"]["value"][-1]


def worth(study, forecast, by=("input", "cause"), *studies):
    decision = Decision(margin=0.3, share=0.1, cost=0.15 * last(forecast), discount=0.08)
    return study.changed(draws=1024).voi(decision, by, studies)


def worth_of_studies(study, forecast):
    own = next(p.key for p in study.plan.parameters if p.key.endswith(".ratio"))
    studies = Sample(own, 50, 1e5, 0.3), Sample("all", 300, 2e6)
    return worth(study, forecast, ("stage", "status", "source", "launch"), *studies)


def seen(forecast):
    """Two actuals near the middle of the forecast."""
    path = forecast.columns["summary"]
    return [Observation(path["year"][i], up * path["p50"][i], 0.2)
            for i, up in ((1, 1.02), (2, 0.97))]  # fmt: skip


def followed(study, forecast):
    """Two kept runs, the second on other draws, against two actuals."""
    runs = []
    for finished, one in (
        ("2023-05-01T00:00:00Z", forecast),
        ("2024-05-01T00:00:00Z", study.changed(seed=7).forecast()),
    ):
        table = one.columns["summary"]
        path = {year: {k: table[k][i] for k in table if k != "year"}
                for i, year in enumerate(table["year"])}  # fmt: skip
        name = f"run of {finished[:4]}"
        runs.append(Told(name, finished, study.market.name, study.scenario.name, one.usd(), path))
    return track(runs, seen(forecast))


def tables(_, forecast):
    rows = [("year",), ("region",), ("driver",), ("stage",), ("launch",), ("drug_class", "region"),
            ("year", "region", "drug_class"), ("year", "stage", "drug_class")]  # fmt: skip
    names = ["region", "drug_class", "launch"]
    found = {" ".join(by): forecast.table(by).to_dict("list") for by in rows}
    found |= {f"by {name}": forecast.by(name).to_dict("list") for name in names}
    return plain({**found, "errors": dict(forecast.standard_errors)})


def inputs_alone(_, forecast):
    swings = [vars(x) | {"parameter": x.parameter.key, "width": x.width} for x in tornado(forecast)]
    return [*plain(swings, "inputs"), *plain([vars(x) for x in causes_alone(forecast)], "causes")]


EVERYWHERE = {
    "run": lambda s, f: said(f),
    "study": lambda s, f: [str(s)],
    "tables": tables,
    "whole waterfall": lambda s, f: f.waterfall(),
    "waterfall": lambda s, f: f.waterfall(f.years[1]).only(s.market.regions[0]),
    "price and volume": lambda s, f: f.price_volume(f.years[1]),
    "inputs alone": inputs_alone,
}
ON_ONE_MARKET = {
    "worth": worth,
    "grid": lambda s, f: s.grid(overlap=[0.0, 1.0], through=[f.years[-2], f.years[-1]],
                                probability={"overlap": [0.25, 0.75]}),
    "track": followed,
    "update": lambda s, f: update(f, seen(f)),
}  # fmt: skip
ON_AN_ANCHOR = {
    "html": lambda s, f: [f._repr_html_().replace("><", ">\n<")],
    "real terms": lambda s, f: said(f.in_real_terms()),
    "another overlap": lambda s, f: f.price_volume(to=s.forecast(overlap=0.3)),
    "sensitivity": lambda s, f: s.sensitivity(points=64),
    "growth required": lambda s, f: s.require(cagr=f.growth.total / 100 + 0.004),
    "discovery": lambda s, f: s.changed(draws=1024).discover(cagr=f.growth.total / 100),
    "triangulation": lambda s, f: s.triangulate(),
}
COUNTED = {
    "sensitivity by cause": lambda s, f: s.sensitivity(points=64, by="mechanism", output="cagr"),
    "value required": lambda s, f: s.require(value=1.1 * last(f)),
    "value out of reach": lambda s, f: s.require(value=90 * last(f)),
    "discovery": lambda s, f: s.changed(draws=1024).discover(value=last(f), reached=True),
    "studies": worth_of_studies,
    "purchases": lambda s, f: plain(as_columns(purchases(f.plan))),
}
WITH_A_PAST = {"audit": lambda s, f: s.audit(), "backtest": lambda s, f: s.backtest()}


ASKED = [
    (world, question, find)
    for worlds, questions in (
        (("published", "counted", "anchored", "second"), EVERYWHERE),
        (("published", "counted"), ON_ONE_MARKET),
        (("published", "anchored"), ON_AN_ANCHOR),
        (("counted", "second"), COUNTED),
        (("published",), WITH_A_PAST),
    )
    for world in worlds
    for question, find in questions.items()
]


@pytest.mark.parametrize(
    ("asked", "question", "find"), ASKED, indirect=["asked"], ids=[f"{w}-{q}" for w, q, _ in ASKED]
)
def test_an_answer_is_the_approved_one(asked, question, find):
    """Of the first market also what is said where one thing in the answer is another."""
    study, forecast = asked
    found, world = find(study, forecast), study.scenario.name
    if isinstance(found, list):
        approve(world, question, found)
        return
    approve(world, question, said(found))
    if world == "published" or (world == "counted" and question in COUNTED):
        approve(f"{world}_otherwise", question, said_of_twists(found))
    if question == "audit":
        approve(world, "claims", [str(claim_sheet(found, one)) for one in ("H1", "D1", "T3")])
