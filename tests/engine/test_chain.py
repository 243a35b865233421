"""The chain: its law on any market, worked out here cell by cell from numbers and formula."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ismarket import Driver, Effect, Parameter, Scenario
from ismarket.engine.blocks import stack
from ismarket.engine.chain import Chain, people
from ismarket.engine.plan import make_plan
from ismarket.model.cause import Mechanism
from ismarket.model.market import Market
from ismarket.model.stage import RATIO_UNIT, Stage, YearPath

AXES = ((), ("region",), ("drug_class",), ("region", "drug_class"))
ABOUT = {"source": "assumption: invented for tests", "status": "assumed"}


# any chain --------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Case:
    """A market, its drivers, values for its parameters, and the shifts that they bring.

    ``brought`` are driver, stage, class (None: all) and shift (year, region, drug_class, draw).
    """

    market: Market
    drivers: tuple[Driver, ...]
    values: dict[str, np.ndarray]
    brought: list[tuple[int, str, int | None, np.ndarray]]

    @property
    def draws(self):
        return next(iter(self.values.values())).size

    def plan(self, drivers=None):
        scenario = Scenario(anchor="bottom-up", without=(), market=self.market.name)
        return make_plan(self.market, self.drivers if drivers is None else drivers, scenario)

    def chain(self, coalitions=()):
        plan = self.plan()
        return Chain(plan, coalitions), stack(plan, self.values)


def parameter(name):
    return Parameter(name, 0.01, 0.5, 0.99, unit="unit", title=name, owner="funnel", **ABOUT)


def a_stage(index, link, by, grid, path=None, least=None):
    regions, classes = grid
    names = [
        f"s{index}.r{r}c{c}"
        for r in range(regions if "region" in by else 1)
        for c in range(classes if "drug_class" in by else 1)
    ]
    role = "people" if link == "logit" and "drug_class" not in by else "price"
    return Stage(
        f"s{index}", f"S {index}", link, by, role, "unit", tuple(map(parameter, names)), path, least
    )


def path_cause(stage):
    ratio = Parameter("ratio", 1, 1, 1, unit=RATIO_UNIT["log"], title="Path", owner="p", **ABOUT)
    return Mechanism(
        f"follow_{stage}", "Path", stage, "", ratio, None, {}, {}, "", note="", **ABOUT
    )


def moves(stage, shift, drug_class):
    def effects(market, p):
        cut = shift[: len(market.years)]
        yield Effect(stage, cut, drug_class=drug_class)

    return effects


@st.composite
def cases(draw, links=("log", "logit", "softmax"), most=4):
    """Any small market: its links, axes, paths and leasts, with drivers that move any of them."""
    regions, classes, years, draws = (draw(st.integers(1, n)) for n in (3, 3, 3, 2))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    stages, causes, drivers, values, brought = [], {}, [], {}, []
    for index in range(draw(st.integers(1, most))):
        link = draw(st.sampled_from(links))
        by = draw(st.sampled_from(AXES[2:] if link == "softmax" else AXES))
        path = None
        if index and link == "log" and "drug_class" not in by and draw(st.booleans()):
            mode = rng.uniform(0.5, 2.0, (years + 1, regions if "region" in by else 1))
            wide = (np.arange(years + 1) > 0)[:, None]  # no interval in the base year
            path = YearPath(mode - 0.1 * wide * mode, mode, mode + 0.2 * wide * mode)
        least = draw(st.sampled_from([None, None, 0.3]))
        stage = a_stage(index, link, by, (regions, classes), path, least)
        stages.append(stage)
        for p in stage.parameters:
            values[p.key] = rng.uniform(0.05, 0.95, draws)
        if path is not None and draw(st.booleans()):
            for row, p in enumerate(stage.parameters):
                values[p.key] = rng.uniform(path.low[-1, row], path.high[-1, row], draws)
            causes[f"follow_{stage.name}"] = path_cause(stage.name)
            last = np.array([values[p.key] for p in stage.parameters])
            followed = np.array(
                [
                    [[follow(path, t, r, x) for x in last[r]] for r in range(len(last))]
                    for t in range(years + 1)
                ]
            )
            shift = np.log(followed / path.mode[0][:, None])[:, :, None]
            brought.append((len(drivers), stage.name, None, shift))
            drivers.append(Driver(f"d{len(drivers)}", "Follows", claims=(f"follow_{stage.name}",)))
        if draw(st.booleans()):
            which = draw(st.integers(0, classes - 1)) if stage.by_class else None
            which = draw(st.sampled_from([None, which]))
            across = classes if stage.by_class and which is None and draw(st.booleans()) else 1
            shift = rng.normal(
                0.0, 1.0, (years + 1, draw(st.sampled_from([1, regions])), across, 1)
            )
            shift[0] = 0.0
            name = "" if which is None else f"c{which}"
            brought.append((len(drivers), stage.name, which, shift))
            drivers.append(
                Driver(f"d{len(drivers)}", "Moves", effects=moves(stage.name, shift, name))
            )
    market = Market(
        "odd", "An odd market", tuple(range(2031, 2032 + years)), 2031 + years,
        tuple(f"r{r}" for r in range(regions)), tuple(f"c{c}" for c in range(classes)),
        tuple(stages), causes,
    ).with_anchors({})  # fmt: skip
    return Case(market, tuple(drivers), values, brought)


def follow(path, t, region, last):
    """The path in year ``t`` of the quantile that ends at ``last``, a number at a time."""
    mode, end = path.mode[t, region], path.mode[-1, region]
    bound = path.high if last > end else path.low
    return mode + (last - end) * (bound[t, region] - mode) / (bound[-1, region] - end)


def worked_out(case, acting=None):
    """Each stage and the value by the formula of the docstring, a number at a time."""
    market = case.market
    sizes = len(market.years), len(market.regions), len(market.drug_classes), case.draws
    stages, value = {}, np.ones(sizes)
    for stage in market.stages:
        found = np.empty(sizes)
        for t, r, d in np.ndindex(sizes[0], sizes[1], sizes[3]):
            weighed = [
                base_of(case, stage, r, c, d) * np.exp(shift_of(case, stage, acting, t, r, c, d))
                for c in range(sizes[2])
            ]
            for c in range(sizes[2]):
                base, now = base_of(case, stage, r, c, d), weighed[c]
                if stage.link == "logit":
                    now = now / (1 - base + now)
                if stage.link == "softmax":
                    now = now / sum(weighed)
                found[t, r, c, d] = now if stage.least is None else max(stage.least, now)
        stages[stage.name] = found
        value *= found
    return stages, value


def base_of(case, stage, r, c, d):
    if stage.path is not None:
        return stage.path.mode[0, r if "region" in stage.by else 0]
    row = r if "region" in stage.by else 0
    row = row * len(case.market.drug_classes) + c if stage.by_class else row
    return case.values[stage.parameters[row].key][d]


def shift_of(case, stage, acting, t, r, c, d):
    total = 0.0
    for driver, name, which, shift in case.brought:
        if name != stage.name or (acting is not None and driver not in acting):
            continue
        if which in (None, c):
            total += shift[t][
                tuple(min(i, n - 1) for i, n in zip((r, c, d), shift.shape[1:], strict=True))
            ]
    return total


@pytest.mark.slow(reason="many markets")
@settings(deadline=None, max_examples=150)
@given(cases())
def test_the_value_of_any_market_is_the_product_of_its_stages_as_the_law_says(case):
    chain, values = case.chain()
    stages, value = worked_out(case)
    found = chain.by_stage(values)
    assert list(found) == [stage.name for stage in case.market.stages]
    for name, wanted in stages.items():
        assert np.allclose(found[name], wanted, rtol=1e-10, atol=1e-14), name
    assert np.allclose(chain(values), value, rtol=1e-10)


@settings(deadline=None, max_examples=60)
@given(cases())
def test_arrays_have_year_region_class_and_draw_always(case):
    chain, values = case.chain()
    market = case.market
    whole = len(market.years), len(market.regions), len(market.drug_classes), case.draws
    assert chain(values).shape == whole
    for name, found in chain.by_stage(values).items():
        assert found.ndim == 4, name
        assert all(n in (1, full) for n, full in zip(found.shape, whole, strict=True)), name
        if "region" not in market.stage(name).by and not any(b[1] == name for b in case.brought):
            assert found.shape[1] == 1, name
        if not market.stage(name).by_class:
            assert found.shape[2] == 1, name


@settings(deadline=None, max_examples=60)
@given(cases())
def test_every_stage_stands_at_its_base_in_the_base_year(case):
    chain, values = case.chain()
    still, _ = worked_out(case, acting=())
    for name, found in chain.by_stage(values).items():
        assert np.allclose(found[0], still[name][0], rtol=1e-12), name


@settings(deadline=None, max_examples=60)
@given(cases(links=("log", "logit", "softmax", "softmax"), most=3))
def test_coalitions_grow_as_the_market_does_when_only_they_act(case):
    everyone = range(len(case.drivers))
    some = [c for n in range(len(everyone) + 1) for c in combinations(everyone, n)]
    chain, values = case.chain([sum(1 << d for d in members) for members in some])
    value, growth, _ = chain.compared(values)
    assert np.allclose(value, chain(values), rtol=1e-12)
    assert growth.shape == (len(some), case.draws)
    ends = np.array([worked_out(case, acting=c)[1][-1].sum(axis=(0, 1)) for c in some])
    assert np.allclose(growth - growth[0], np.log(ends / ends[0]), atol=1e-9)


@settings(deadline=None, max_examples=60)
@given(cases())
def test_people_are_counted_by_the_stages_of_people_alone(case):
    chain, values = case.chain()
    stages = worked_out(case)[0]
    counted = people(case.market.stages, chain.by_stage(values))
    so_far = 1.0
    for stage in case.market.stages:
        if stage.role == "people":
            so_far = so_far * stages[stage.name][:, :, 0]
            assert np.allclose(counted.pop(stage.name), so_far, rtol=1e-10)
    assert not counted


@settings(deadline=None, max_examples=40)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_stages_changes_no_value(case, random):
    chain, values = case.chain()
    turned = list(case.market.stages)
    random.shuffle(turned)
    market = Market(**{**fields_of(case.market), "stages": tuple(turned)}).with_anchors({})
    plan = make_plan(market, case.drivers, Scenario(anchor="bottom-up", without=(), market="odd"))
    assert np.allclose(Chain(plan)(stack(plan, case.values)), chain(values), rtol=1e-12)


def fields_of(market):
    names = "name title years horizon regions drug_classes stages mechanisms".split()
    return {name: getattr(market, name) for name in names}


# odd markets by name ----------------------------------------------------------------------------


def odd_market(stages, regions=1, classes=1, years=3):
    return Market(
        "odd", "An odd market", tuple(range(2031, 2031 + years)), 2030 + years,
        tuple(f"r{r}" for r in range(regions)), tuple(f"c{c}" for c in range(classes)),
        tuple(stages), {},
    ).with_anchors({})  # fmt: skip


def values_of(market, at=0.5):
    return {p.key: np.full(1, at) for s in market.stages for p in s.parameters}


def test_a_market_of_one_region_one_class_and_no_path_stands_still():
    market = odd_market([a_stage(0, "log", (), (1, 1)), a_stage(1, "logit", ("region",), (1, 1))])
    chain, values = Case(market, (), values_of(market), []).chain()
    assert np.array_equal(chain(values), np.full((3, 1, 1, 1), 0.25))


def test_a_stage_of_the_world_is_the_same_in_every_region_until_one_is_moved():
    market = odd_market([a_stage(0, "log", (), (3, 1))], regions=3)
    shift = np.zeros((3, 3, 1, 1))
    shift[-1, 1] = np.log(2.0)
    driver = Driver("d0", "Moves", effects=moves("s0", shift, ""))
    chain, values = Case(market, (driver,), values_of(market), []).chain()
    assert np.allclose(chain(values)[-1, :, 0, 0], [0.5, 1.0, 0.5])


def test_two_mixes_are_two_wholes():
    mixes = [a_stage(i, "softmax", AXES[3], (2, 3)) for i in range(2)]
    market = odd_market(mixes, regions=2, classes=3)
    shift = np.array([0.0, 1.0, 5.0])[:, None, None, None]
    driver = Driver("d0", "Moves", effects=moves("s1", shift, "c2"))
    found = (case := Case(market, (driver,), values_of(market), [])).chain()
    by_stage = found[0].by_stage(found[1])
    for mix in by_stage.values():
        assert np.allclose(mix.sum(axis=2), 1.0, atol=1e-12)
    assert np.allclose(by_stage["s0"], 1 / 3)
    assert by_stage["s1"][-1, 0, 2, 0] > 0.98
    assert case.draws == 1


def test_a_shift_of_all_weights_alike_moves_no_mix():
    market = odd_market([a_stage(0, "softmax", AXES[3], (1, 3))], classes=3)
    shift = np.array([0.0, 1.0, 5.0])[:, None, None, None]
    driver = Driver("d0", "Moves", effects=moves("s0", shift, ""))
    chain, values = Case(market, (driver,), values_of(market), []).chain()
    assert np.allclose(chain(values), 1 / 3)


@pytest.mark.parametrize("link", ["log", "logit"])
def test_a_floor_holds_in_the_value_and_in_every_coalition(link):
    market = odd_market([a_stage(0, link, ("drug_class",), (1, 2), least=0.4)], classes=2)
    shift = np.array([0.0, -5.0, -50.0])[:, None, None, None]
    driver = Driver("d0", "Moves", effects=moves("s0", shift, "c1"))
    chain, values = Case(market, (driver,), values_of(market), []).chain([0, 1])
    value, growth, _ = chain.compared(values)
    assert np.allclose(value[-1, 0, :, 0], [0.5, 0.4])
    assert np.allclose(np.exp(growth[1] - growth[0]), 0.9)
