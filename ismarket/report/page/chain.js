// The chain: a market's value as the product of its stages, each moved by its drivers.
//
// The law of the package's engine on the plain data that `portable` writes: a stage is a base b moved
// by r, the exponential of a sum of shifts (log: b r; logit: b r / (1 - b + b r); softmax: b r over
// its sum over the classes), and never below what its table says.
//
// A *case* is a year in which everyone acts, or a coalition of drivers in one year.  A *number* holds
// arrays (region or 1, draw), one for each way in which cases move it, and `which` way each case
// takes: what moves alike is computed once.  Draw 0 is the reference case.

const LARGEST_SHIFT = 300;
const STEPS = 4095; // between the ends of a range
const EVERYONE = -1; // the coalition with every bit
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const WORTHS = new Map([...LETTERS].map((letter, worth) => [letter.charCodeAt(), worth]));

/** Places of 12 bits, two letters each, the higher first. */
function unpacked(text) {
  const [places, worths] = [new Uint16Array(text.length / 2), Uint8Array.from({ length: 128 }, (_, code) => WORTHS.get(code))];
  return each(places, (_, i) => 64 * worths[text.charCodeAt(2 * i)] + worths[text.charCodeAt(2 * i + 1)], places);
}

/** A function of each value and its place. */
function each(values, change, found = new Float64Array(values.length)) {
  for (let i = 0; i < values.length; i++) found[i] = change(values[i], i);
  return found;
}

/** What was made for a key in this computation or the one before is not made again. */
function createMemory() {
  const numbers = new WeakMap();
  let [now, before, count] = [new Map(), new Map(), 0];
  return {
    kept(key, make) {
      if (!now.has(key)) now.set(key, before.get(key) ?? make());
      return now.get(key);
    },
    /** The number of an array, which stands for it in a key. */
    numberOf(array) {
      if (!numbers.has(array)) numbers.set(array, ++count);
      return numbers.get(array);
    },
    next() {
      [now, before] = [new Map(), now];
    },
  };
}

/** One weight from the strengths of those who bring a shift: the largest once, at overlap 1. */
const combine = (strengths, overlap) => overlap * Math.max(0, ...strengths) + (1 - overlap) * strengths.reduce((a, b) => a + b, 0);

/** The chain of a model in its reference case and in the first of its draws, by default in all. */
function createChain(model, some = model.draws) {
  const { years, parameters, stages } = model;
  const regions = model.regions.length;
  const classes = model.classes.length;
  const draws = some + 1;
  const last = years.length - 1;
  const memory = createMemory();
  const places = unpacked(model.places);
  const onesByRegion = new Float64Array(regions * draws).fill(1);
  const ones = onesByRegion.subarray(0, draws);
  const rowOf = new Map(parameters.filter(({ varies }) => varies).map(({ key }, row) => [key, row]));
  const moves = groupsOf(model);
  let [fixed, overlap, acting, strengths, cases] = [{}, 1, [], [], []];
  let bits = []; // of each driver in a coalition; 0 of one that does not act

  /** What the values of a parameter hang on. */
  const said = (row) => (parameters[row].key in fixed ? `${row}=${fixed[parameters[row].key]}` : row);

  /** A parameter in the reference case and in every draw. */
  function valuesOf(row) {
    return memory.kept(`values ${said(row)}`, () => {
      const { key, low, mode, high, scale, varies } = parameters[row];
      const at = fixed[key] ?? mode;
      const found = new Float64Array(draws).fill(at);
      if (!varies || (key in fixed && scale !== "chance")) return found;
      const valueAt = {
        chance: (place) => place + 0.5 < (STEPS + 1) * at,
        log: (place) => low * (high / low) ** (place / STEPS),
        natural: (place) => low + (high - low) * (place / STEPS),
      };
      const first = rowOf.get(key) * model.draws;
      each(places.subarray(first, first + some), valueAt[scale], found.subarray(1));
      return found;
    });
  }

  /** Values by region and draw: `valueIn(r)` gives the value of a draw in a region. */
  function byRegion(many, valueIn) {
    const found = new Float64Array(many * draws);
    for (let r = 0; r < many; r++) {
      const valueOf = valueIn(r);
      for (let d = 0; d < draws; d++) found[r * draws + d] = valueOf(d);
    }
    return found;
  }

  /** The share that a cause has gained on its logistic curve, from today's share to the ceiling. */
  function gained({ name, half_time: half, share, ceiling }, t) {
    return memory.kept(`gained ${name} ${t} ${said(half)}`, () => byRegion(regions, (r) => {
      const [halfTime, gap] = [valuesOf(half), ceiling[r] - share[r]];
      const pace = -Math.log1p(ceiling[r] / share[r]) * (years[t] - model.base);
      return (d) => {
        const left = Math.exp(pace / halfTime[d]);
        return gap && (share[r] * gap * (1 - left)) / (share[r] + gap * left);
      };
    }));
  }

  function spreadShift(causes, t) {
    const found = new Float64Array(regions * draws);
    for (const cause of causes) {
      const effect = memory.kept(`log ${said(cause.ratio)}`, () => valuesOf(cause.ratio).map(Math.log));
      const share = gained(cause, t);
      for (let r = 0, i = 0; r < regions; r++) for (let d = 0; d < draws; d++, i++) found[i] += effect[d] * share[i];
    }
    return found;
  }

  /** Log of a stage's path over its value in the base year; it ends at what is drawn. */
  const pathShift = ({ path, parameters: ends }, t) => byRegion(ends.length, (r) => {
    const end = valuesOf(ends[r]);
    return (d) => {
      const off = end[d] - path.last[r];
      const value = path.mode[t][r] + off * (off > 0 ? path.up : path.down)[t][r];
      return Math.log(value / path.first[r]);
    };
  });

  /** What a driver computed itself, as it was sent: a few rows of draws, weighed by year and region. */
  const ownShift = ({ reference, weights, rows }, t) => byRegion(reference[t].length, (r) => {
    const mine = weights[t * reference[t].length + r];
    const placeIn = (row, d) => row[row.length > 1 ? d - 1 : 0]; // one alone is alike in every draw
    const drawn = ({ low, high, places: row }, d) => low + ((high - low) * placeIn(row, d)) / STEPS;
    return (d) => (d ? rows.reduce((sum, row, k) => sum + mine[k] * drawn(row, d), 0) : reference[t][r]);
  });

  function shiftOf(group, t) {
    return memory.kept(`shift ${group.id} ${t} ${group.rows.map(said)}`, () => {
      if (group.own) return ownShift(group.own, t);
      return group.path ? pathShift(group.path, t) : spreadShift(group.causes, t);
    });
  }

  /** A number that is made once for each key that some case has. */
  function numbered(keyOf, make) {
    const known = new Map();
    const ways = [];
    const which = Uint16Array.from(cases, (_, i) => {
      const key = keyOf(i);
      if (!known.has(key)) known.set(key, ways.push(make(i)) - 1);
      return known.get(key);
    });
    return { ways, which };
  }

  /** The ratio of a target: 1 where nobody acts, else by year and the weights of those who do. */
  function moved(movers, key, make) {
    const weightOf = ({ drivers }, i) => combine(drivers.filter((who) => cases[i].coalition & bits[who]).map((who) => strengths[who]), overlap);
    const weights = cases.map((_, i) => movers.map((mover) => weightOf(mover, i)));
    const still = (i) => (cases[i].year === 0 && !model.start) || weights[i].every((weight) => !weight);
    const keyOf = (i) => (still(i) ? "" : `${key} ${cases[i].year} ${weights[i]}`);
    return numbered(keyOf, (i) => (still(i) ? ones : memory.kept(keyOf(i), () => make(cases[i].year, weights[i]))));
  }

  /** exp of the weighted sum of shifts, for the groups that move one target. */
  function shiftedRatio(groups) {
    const key = `ratio ${groups[0].id} ${groups.flatMap((group) => group.rows).map(said)}`;
    return moved(groups, key, (year, weights) => {
      const shifts = groups.map((group) => shiftOf(group, year));
      const found = new Float64Array(Math.max(...shifts.map((shift) => shift.length)));
      shifts.forEach((shift, g) => {
        for (let start = 0; start < found.length; start += shift.length) {
          for (let i = 0; i < shift.length; i++) found[start + i] += weights[g] * shift[i];
        }
      });
      for (let i = 0; i < found.length; i++) found[i] = Math.exp(Math.min(LARGEST_SHIFT, Math.max(-LARGEST_SHIFT, found[i])));
      return found;
    });
  }

  /** The mean price of a class over its price without launches, where some, [launch, weight], are sold. */
  const meanPrice = (sold, year) => memory.kept(`mean ${year} ${sold.map(([one, weight]) => [one.name, weight, ...one.parameters.map(said)])}`, () => {
    const [taken, mean] = [new Float64Array(draws), new Float64Array(draws)];
    for (const [one, weight] of sold) {
      const [chance, start, peak, toPeak, price] = one.parameters.map(valuesOf);
      for (let d = 0; d < draws; d++) {
        const share = weight * peak[d] * chance[d] * Math.min(1, Math.max(0, (year + 0.5 - start[d]) / toPeak[d]));
        taken[d] += share;
        mean[d] += share * (price[d] - 1);
      }
    }
    return each(mean, (value, d) => 1 + value / Math.max(taken[d], 1), mean);
  });

  /** What the launches into one class make of its price, over that of the base year. */
  function launchedRatio(launches) {
    const key = `launches ${launches[0].name} ${launches.flatMap((one) => one.parameters.map(said))}`;
    return moved(launches, key, (year, weights) => byRegion(regions, (r) => {
      const sold = launches.map((one, l) => [one, weights[l] * one.sold[r]]).filter(([, weight]) => weight);
      const [now, before] = [years[year], model.base].map((when) => meanPrice(sold, when));
      return (d) => now[d] / before[d];
    }));
  }

  const constant = (array) => ({ ways: [array], which: new Uint16Array(cases.length) });
  const size = ({ ways }) => ways.length * ways[0].length;
  /** The function of a number, by the name that it has in keys. */
  function eachWay({ ways, which }, name, change) {
    return { ways: ways.map((way) => memory.kept(`${name} ${memory.numberOf(way)}`, () => each(way, change))), which };
  }

  /** The function of two numbers, for each pair of ways that some case takes; or its sum over regions. */
  function both(first, second, fill, summed = false) {
    const filled = (a, b) => {
      const length = Math.max(a.length, b.length);
      const found = new Float64Array(summed ? draws : length);
      for (let start = 0; start < length; start += draws) fill(found, summed ? 0 : start, a, a.length > draws ? start : 0, b, b.length > draws ? start : 0);
      return found;
    };
    return numbered((i) => first.which[i] * 65536 + second.which[i], (i) => {
      const [a, b] = [first, second].map(({ ways, which }) => ways[which[i]]);
      return memory.kept(`${fill.name} ${memory.numberOf(a)} ${memory.numberOf(b)}`, () => filled(a, b));
    });
  }

  function times(found, start, a, i, b, j) {
    for (let d = 0; d < draws; d++) found[start + d] = a[i + d] * b[j + d];
  }

  function plus(found, start, a, i, b, j) {
    for (let d = 0; d < draws; d++) found[start + d] = a[i + d] + b[j + d];
  }

  function addTimes(found, start, a, i, b, j) {
    for (let d = 0; d < draws; d++) found[start + d] += a[i + d] * b[j + d];
  }

  /** Odds a over a + (1 - b): the share that odds times 1 - b stand for. */
  function asShare(found, start, a, i, b, j) {
    for (let d = 0; d < draws; d++) found[start + d] = a[i + d] / (a[i + d] + (1 - b[j + d]));
  }

  /** The numbers brought together, those that vary least first. */
  const reduced = (numbers, fill) => [...numbers].sort((a, b) => size(a) - size(b)).reduce((a, b) => both(a, b, fill));
  const product = (numbers) => (numbers.length ? reduced(numbers, times) : constant(ones));

  /** The stage before any driver moves it, by drug class or one. */
  function baseOf(stage) {
    const many = stage.by_class ? classes : 1;
    return Array.from({ length: many }, (_, c) => {
      const rows = stage.parameters.filter((_, i) => i % many === c);
      return constant(memory.kept(`base ${stage.name} ${c} ${stage.path ? "" : rows.map(said)}`, () => {
        const parts = stage.path ? stage.path.first.map((value) => each(ones, () => value)) : rows.map(valuesOf);
        return byRegion(parts.length, (r) => (d) => parts[r][d]);
      }));
    });
  }

  /** The stage as a product: what its classes have in common, and what each has of its own. */
  function factorsOf(stage) {
    const base = baseOf(stage);
    const ratios = new Map();
    for (const move of moves.get(stage.name)) {
      const ratio = move.launches ? launchedRatio(move.launches) : shiftedRatio(move.groups);
      ratios.set(move.drug_class, ratios.has(move.drug_class) ? both(ratios.get(move.drug_class), ratio, times) : ratio);
    }
    const alike = ratios.has(null) ? [ratios.get(null)] : [];
    let own = base.map((b, c) => (ratios.has(c) ? both(b, ratios.get(c), times) : b));
    let common = [];
    if (stage.link === "log") common = alike;
    else if (stage.link === "logit") own = own.map((part, c) => (part === base[c] && !alike.length ? part : both(reduced([part, ...alike], times), base[c], asShare)));
    else common = [eachWay(reduced(own, plus), "inverse", (sum) => 1 / sum)];
    if (stage.least !== null) {
      own = own.map((part) => eachWay(reduced([...common, part], times), `least ${stage.least}`, (value) => Math.max(value, stage.least)));
      common = [];
    }
    return { role: stage.role, common: own.length === 1 ? [...common, ...own] : common, own: own.length === 1 ? null : own };
  }

  /** The value of the market in each of some cases: in the world, and its parts by region and class. */
  function marketIn(asked) {
    cases = asked;
    const factors = stages.map(factorsOf);
    const common = factors.flatMap((one) => one.common);
    const everywhere = (number) => number.ways.every((way) => way.length === draws);
    const world = product(common.filter(everywhere));
    const regional = product([constant(onesByRegion), ...common.filter((number) => !everywhere(number))]);
    const ofClass = model.classes.map((_, c) => product(factors.filter((one) => one.own).map((one) => one.own[c])));
    return { factors, world, regional, ofClass, whole: both(world, both(regional, reduced(ofClass, plus), addTimes, true), times) };
  }

  /** From here on what drivers bring is that of a setting. */
  function take(setting) {
    ({ fixed, overlap } = setting);
    acting = [...model.drivers.keys()].filter((i) => !setting.without.includes(model.drivers[i].name));
    bits = model.drivers.map((_, i) => (acting.includes(i) ? 1 << acting.indexOf(i) : 0));
    strengths = model.drivers.map(({ name }) => setting.strength[name] ?? 1);
  }

  /** All that a page shows of a setting; `carried` and `split` are worked out once they are asked for. */
  function compute(setting) {
    memory.next();
    take(setting);
    const { factors, whole, ...parts } = marketIn(years.map((_, year) => ({ year, coalition: EVERYONE })));
    const totalOf = (i) => whole.ways[whole.which[i]];
    const { left, level, current } = scaling(setting);
    const count = totalOf(0).slice();
    const factor = each(count, (value, d) => (level ? level[d] / value : 1));
    const total = years.map((_, t) => each(totalOf(t), (value, d) => value * (left[t] * factor[d])));
    if (level) total[0] = Float64Array.from(level);
    return {
      current, count, factor, total, listed: listed(factors),
      carried: (told = true) => carried(setting, told, total, left),
      split: () => split(parts, left, factor),
    };
  }

  /** Points of growth a year, and if asked for money in the last year, by the logarithmic mean. */
  function carried(setting, told, total, left) {
    take(setting);
    const [span, growth] = [years[last] - years[0], each(total[last], (value, d) => Math.log(value / total[0][d]))];
    const unexplained = new Float64Array(draws).fill(Math.log(left[last]));
    const parts = [...(told ? attributed() : []), ["unexplained", unexplained], ["total", growth]];
    const scaled = (unit) => new Map(parts.map(([name, part]) => [name, each(part, (value, d) => value * unit[d])]));
    const points = scaled(each(growth, (log) => (100 * expm1Ratio(log / span)) / span));
    return { points, usd: () => scaled(each(growth, (log, d) => total[0][d] * expm1Ratio(log))) };
  }

  /** What each driver carries of log growth, exactly, from the growth of every coalition. */
  function attributed() {
    const players = acting.length;
    const { coalitions, weights } = memory.kept(`players ${players}`, () => attribution(players, model.orders[players]));
    if (!coalitions.length) return [];
    const comparedIn = (year) => coalitions.map((coalition) => ({ year, coalition }));
    const { whole } = marketIn([...comparedIn(last), ...(model.start ? comparedIn(0) : [])]);
    const { ways, which } = eachWay(whole, "log", Math.log);
    return weights.map((row, i) => {
      const weightOf = new Float64Array(ways.length);
      row.forEach((weight, n) => {
        weightOf[which[n]] += weight;
        if (model.start) weightOf[which[coalitions.length + n]] -= weight;
      });
      const found = new Float64Array(draws);
      ways.forEach((logs, way) => {
        for (let d = 0; d < draws; d++) found[d] += weightOf[way] * logs[d];
      });
      return [model.drivers[acting[i]].name, found];
    });
  }

  /** The level to meet in the first year, in the dollars shown, and the unexplained growth by year. */
  function scaling(setting) {
    const { left, printed } = model.readings[setting.price_basis];
    const current = !model.prices || acting.some((i) => model.drivers[i].prices);
    if (!printed.length) return { left, level: null, current };
    const level = new Float64Array(draws).fill(printed[0] / (current ? 1 : model.prices[0]));
    return { left, level: model.level === null ? level : valuesOf(model.level), current };
  }

  /** Regions and drug classes in the first and the last year. */
  function split({ world, regional, ofClass }, left, factor) {
    const [first, final] = [0, last].map((t) => {
      const [same, common, ...own] = [world, regional, ...ofClass].map(({ ways, which }) => ways[which[t]]);
      const [region, drugClass] = [model.regions, model.classes].map((names) => names.map(() => new Float64Array(draws)));
      region.forEach((inRegion, r) => own.forEach((inClass, c) => {
        const [i, j] = [r * draws, inClass.length > draws ? r * draws : 0];
        for (let d = 0; d < draws; d++) {
          const value = same[d] * common[i + d] * inClass[j + d] * (left[t] * factor[d]);
          inRegion[d] += value;
          drugClass[c][d] += value;
        }
      }));
      return { region, drug_class: drugClass };
    });
    return { first, final };
  }

  /** The count of the first year in the reference case at list price; 0 in a market without rebates. */
  function listed(factors) {
    const kept = factors.filter(({ role }) => role !== "net");
    if (kept.length === factors.length) return 0;
    const waysOf = (c) => kept.flatMap(({ common, own }) => (own ? [...common, own[c]] : common)).map(({ ways, which }) => ways[which[0]]);
    const valueOf = (r, c) => waysOf(c).reduce((found, way) => found * way[way.length > draws ? r * draws : 0], 1);
    return model.regions.flatMap((_, r) => model.classes.map((__, c) => valueOf(r, c))).reduce((sum, value) => sum + value, 0);
  }

  return { compute };
}

/** What moves each stage: groups of shifts with the same bringers by drug class, then launches. */
function groupsOf(model) {
  const found = new Map(model.stages.map(({ name }) => [name, []]));
  let id = 0;
  const into = ({ stage, drug_class: drugClass }, kind) => {
    let one = found.get(stage).find((each) => each[kind] && each.drug_class === drugClass);
    if (!one) found.get(stage).push((one = { drug_class: drugClass, [kind]: [] }));
    return one[kind];
  };
  for (const cause of model.causes) {
    const groups = into(cause, "groups");
    const path = "ratio" in cause ? null : model.stages.find(({ name }) => name === cause.stage);
    let group = groups.find((one) => one.path === path && String(one.drivers) === String(cause.drivers));
    if (!group) groups.push((group = { id: id++, drivers: cause.drivers, path, causes: [], rows: path ? [...path.parameters] : [] }));
    if (path) continue;
    group.causes.push(cause);
    group.rows.push(cause.ratio, cause.half_time);
  }
  for (const own of model.own) into(own, "groups").push({ id: id++, drivers: own.drivers, rows: [], own: { ...own, rows: own.rows.map((row) => ({ ...row, places: unpacked(row.places) })) } });
  for (const one of model.launches) into(one, "launches").push(one);
  return found;
}
