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
const STEPS = 65535; // between the ends of a range

/** Places of 16 bits, the lower byte first, as they are packed. */
function unpacked(text) {
  const bytes = atob(text);
  return Uint16Array.from({ length: bytes.length / 2 }, (_, i) => bytes.charCodeAt(2 * i) | (bytes.charCodeAt(2 * i + 1) << 8));
}

/** What was made for a key in this computation or the one before is not made again. */
function createMemory() {
  let now = new Map();
  let before = new Map();
  return {
    kept(key, make) {
      if (!now.has(key)) now.set(key, before.get(key) ?? make());
      return now.get(key);
    },
    next() {
      before = now;
      now = new Map();
    },
  };
}

/** Arrays by length that are used anew in every computation. */
function createRoom() {
  const arrays = new Map();
  const taken = new Map();
  return {
    take(length) {
      if (!arrays.has(length)) arrays.set(length, []);
      const number = taken.get(length) ?? 0;
      taken.set(length, number + 1);
      return (arrays.get(length)[number] ??= new Float64Array(length));
    },
    clear: () => taken.clear(),
  };
}

/** One weight from the strengths of those who bring a shift: the largest once, at overlap 1. */
function combine(strengths, overlap) {
  if (strengths.length < 2) return strengths[0] ?? 0;
  const sum = strengths.reduce((a, b) => a + b);
  return overlap * Math.max(...strengths) + (1 - overlap) * sum;
}

/** The chain of a model; `compute(setting)` gives all that a page shows, by driver only if `told`. */
function createChain(model) {
  const { years, parameters, stages } = model;
  const regions = model.regions.length;
  const classes = model.classes.length;
  const draws = model.draws + 1;
  const last = years.length - 1;
  const memory = createMemory();
  const room = createRoom();
  const places = unpacked(model.places);
  const rowOf = new Map(parameters.filter(({ varies }) => varies).map(({ key }, row) => [key, row]));
  const moves = groupsOf(model);
  let [fixed, overlap, acting, strengths, cases] = [{}, 1, [], [], []];
  let bits = []; // of each driver in a coalition; 0 of one that does not act

  const ones = () => memory.kept("ones", () => new Float64Array(draws).fill(1));

  /** What the values of a parameter hang on. */
  const said = (row) => (parameters[row].key in fixed ? `${row}=${fixed[parameters[row].key]}` : row);

  /** A parameter in the reference case and in every draw. */
  function valuesOf(row) {
    return memory.kept(`values ${said(row)}`, () => {
      const { key, low, mode, high, scale, varies } = parameters[row];
      const at = fixed[key] ?? mode;
      const found = new Float64Array(draws).fill(at);
      if (!varies) return found;
      const first = rowOf.get(key) * model.draws;
      const drawn = places.subarray(first, first + model.draws);
      if (scale === "chance") drawn.forEach((place, d) => (found[d + 1] = place + 0.5 < 65536 * at));
      else if (key in fixed) return found;
      else if (scale === "log") drawn.forEach((place, d) => (found[d + 1] = low * (high / low) ** (place / STEPS)));
      else drawn.forEach((place, d) => (found[d + 1] = low + (high - low) * (place / STEPS)));
      return found;
    });
  }

  /** The share that a cause has gained on its logistic curve, from today's share to the ceiling. */
  function gained({ name, half_time: half, share, ceiling }, t) {
    return memory.kept(`gained ${name} ${t} ${said(half)}`, () => {
      const halfTime = valuesOf(half);
      const found = new Float64Array(regions * draws);
      for (let r = 0; r < regions; r++) {
        const gap = ceiling[r] - share[r];
        if (gap === 0) continue;
        const pace = -Math.log1p(ceiling[r] / share[r]) * (years[t] - model.base);
        for (let d = 0; d < draws; d++) {
          const left = Math.exp(pace / halfTime[d]);
          found[r * draws + d] = (share[r] * gap * (1 - left)) / (share[r] + gap * left);
        }
      }
      return found;
    });
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
  function pathShift({ path, parameters: ends }, t) {
    const found = new Float64Array(ends.length * draws);
    ends.forEach((row, r) => {
      const end = valuesOf(row);
      for (let d = 0; d < draws; d++) {
        const off = end[d] - path.last[r];
        const value = path.mode[t][r] + off * (off > 0 ? path.up : path.down)[t][r];
        found[r * draws + d] = Math.log(value / path.first[r]);
      }
    });
    return found;
  }

  /** What a driver computed itself, as it was sent: a few rows of draws, weighed by year and region. */
  function ownShift({ reference, weights, rows }, t) {
    const many = reference[t].length;
    const found = new Float64Array(many * draws);
    for (let r = 0; r < many; r++) {
      const at = r * draws;
      rows.forEach(({ low, high, places: drawn }, k) => {
        const weight = weights[t * many + r][k];
        const drawnAt = drawn.length > 1 ? 1 : 0; // or alike in every draw
        for (let d = 1; d < draws; d++) found[at + d] += weight * (low + ((high - low) * drawn[drawnAt * (d - 1)]) / STEPS);
      });
      found[at] = reference[t][r];
    }
    return found;
  }

  function shiftOf(group, t) {
    return memory.kept(`shift ${group.id} ${t} ${group.rows.map(said)}`, () => {
      if (group.own) return ownShift(group.own, t);
      return group.path ? pathShift(group.path, t) : spreadShift(group.causes, t);
    });
  }

  const weightsOf = (movers, coalition) => movers.map(({ drivers }) => combine(drivers.filter((i) => coalition & bits[i]).map((i) => strengths[i]), overlap));

  /** The ratio of a target by case: 1 where nobody acts, else made once for each way. */
  function moved(movers, key, make) {
    const known = new Map();
    const ways = [];
    const which = Uint16Array.from(cases, (one) => {
      const weights = weightsOf(movers, one.coalition);
      const still = (one.year === 0 && !model.start) || weights.every((weight) => !weight);
      const way = still ? "ones" : `${key} ${one.year} ${weights}`;
      if (!known.has(way)) known.set(way, ways.push(still ? ones() : memory.kept(way, () => make(one, weights))) - 1);
      return known.get(way);
    });
    return { ways, which };
  }

  /** exp of the weighted sum of shifts, for the groups that move one target. */
  function shiftedRatio(groups) {
    const key = `ratio ${groups[0].id} ${groups.flatMap((group) => group.rows).map(said)}`;
    return moved(groups, key, ({ year }, weights) => {
      const shifts = groups.map((group) => shiftOf(group, year));
      const found = new Float64Array(Math.max(...shifts.map((shift) => shift.length)));
      shifts.forEach((shift, g) => {
        const [weight, wide] = [weights[g], shift.length === found.length];
        for (let i = 0; i < found.length; i++) found[i] += weight * shift[wide ? i : i % draws];
      });
      for (let i = 0; i < found.length; i++) found[i] = Math.exp(Math.min(LARGEST_SHIFT, Math.max(-LARGEST_SHIFT, found[i])));
      return found;
    });
  }

  /** What a launch takes of its class where it is sold. */
  function shareOf({ name, parameters: rows }, year) {
    return memory.kept(`share ${name} ${year} ${rows.map(said)}`, () => {
      const [chance, start, peak, toPeak] = rows.map(valuesOf);
      return peak.map((value, d) => value * chance[d] * Math.min(1, Math.max(0, (year + 0.5 - start[d]) / toPeak[d])));
    });
  }

  /** The mean price of a class in a region over its price without the launches. */
  function meanPrice(launches, weights, year, r) {
    const taken = new Float64Array(draws);
    const mean = new Float64Array(draws);
    launches.forEach((one, l) => {
      const weight = weights[l] * one.sold[r];
      if (!weight) return;
      const share = shareOf(one, year);
      const price = valuesOf(one.parameters[4]);
      for (let d = 0; d < draws; d++) {
        taken[d] += weight * share[d];
        mean[d] += weight * share[d] * (price[d] - 1);
      }
    });
    for (let d = 0; d < draws; d++) mean[d] = 1 + mean[d] / Math.max(taken[d], 1);
    return mean;
  }

  /** What the launches into one class make of its price, over that of the base year. */
  function launchedRatio(launches) {
    const key = `launches ${launches[0].name} ${launches.flatMap((one) => one.parameters.map(said))}`;
    return moved(launches, key, ({ year }, weights) => {
      const found = new Float64Array(regions * draws);
      for (let r = 0; r < regions; r++) {
        const [now, before] = [years[year], model.base].map((when) => meanPrice(launches, weights, when, r));
        for (let d = 0; d < draws; d++) found[r * draws + d] = now[d] / before[d];
      }
      return found;
    });
  }

  const constant = (array) => ({ ways: [array], which: new Uint16Array(cases.length) });
  const size = ({ ways }) => ways.length * ways[0].length;
  const eachWay = ({ ways, which }, change) => ({ ways: ways.map((way) => way.map(change)), which });

  /** The function of two numbers, for each pair of ways that some case takes; or its sum over regions. */
  function both(one, other, fill, summed = false) {
    const known = new Map();
    const ways = [];
    const which = Uint16Array.from(cases, (_, i) => {
      const pair = one.which[i] * 65536 + other.which[i];
      if (!known.has(pair)) {
        const a = one.ways[one.which[i]];
        const b = other.ways[other.which[i]];
        const length = Math.max(a.length, b.length);
        const found = summed ? room.take(draws).fill(0) : room.take(length);
        for (let start = 0; start < length; start += draws) fill(found, summed ? 0 : start, a, a.length > draws ? start : 0, b, b.length > draws ? start : 0);
        known.set(pair, ways.push(found) - 1);
      }
      return known.get(pair);
    });
    return { ways, which };
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
  const product = (numbers) => reduced([constant(ones()), ...numbers], times);

  /** The stage before any driver moves it, by drug class or one. */
  function baseOf(stage) {
    const many = stage.by_class ? classes : 1;
    return Array.from({ length: many }, (_, c) => {
      const rows = stage.parameters.filter((_, i) => i % many === c);
      return constant(memory.kept(`base ${stage.name} ${c} ${stage.path ? "" : rows.map(said)}`, () => {
        const parts = stage.path ? stage.path.first.map((value) => new Float64Array(draws).fill(value)) : rows.map(valuesOf);
        const found = new Float64Array(parts.length * draws);
        parts.forEach((part, r) => found.set(part, r * draws));
        return found;
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
    else common = [eachWay(reduced(own, plus), (sum) => 1 / sum)];
    if (stage.least !== null) {
      own = own.map((part) => eachWay(reduced([...common, part], times), (value) => Math.max(value, stage.least)));
      common = [];
    }
    return { role: stage.role, common: own.length === 1 ? [...common, ...own] : common, own: own.length === 1 ? null : own };
  }

  function compute(setting, told = true) {
    room.clear();
    memory.next();
    ({ fixed, overlap } = setting);
    acting = [...model.drivers.keys()].filter((i) => !setting.without.includes(model.drivers[i].name));
    bits = model.drivers.map((_, i) => (acting.includes(i) ? 1 << acting.indexOf(i) : 0));
    strengths = model.drivers.map(({ name }) => setting.strength[name] ?? 1);
    const everyone = (1 << acting.length) - 1;
    const { coalitions, weights } = told ? attribution(acting.length, model.orders[acting.length]) : { coalitions: [], weights: [] };
    cases = years.map((_, year) => ({ year, coalition: everyone }));
    cases.push(...coalitions.map((coalition) => ({ year: last, coalition })));
    if (model.start) cases.push(...coalitions.map((coalition) => ({ year: 0, coalition })));
    const factors = stages.map(factorsOf);
    const common = factors.flatMap((one) => one.common);
    const everywhere = (number) => number.ways.every((way) => way.length === draws);
    const world = product(common.filter(everywhere));
    const byRegion = constant(memory.kept("ones by region", () => new Float64Array(regions * draws).fill(1)));
    const regional = product([byRegion, ...common.filter((number) => !everywhere(number))]);
    const ofClass = model.classes.map((_, c) => product(factors.filter((one) => one.own).map((one) => one.own[c])));
    const whole = both(world, both(regional, reduced(ofClass, plus), addTimes, true), times);
    const totalOf = (i) => whole.ways[whole.which[i]];
    const { left, level, current } = scaling(setting);
    const count = totalOf(0).slice();
    const factor = count.map((value, d) => (level ? level[d] / value : 1));
    const total = years.map((_, t) => totalOf(t).map((value, d) => value * (left[t] * factor[d])));
    if (level) total[0] = Float64Array.from(level);
    const parts = attributed(coalitions, weights, totalOf, total, left);
    return { current, count, factor, total, listed: listed(factors), ...shared(parts, total[0]), ...split(world, regional, ofClass, left, factor) };
  }

  /** What each driver carries of log growth, exactly; what is unexplained, and the whole. */
  function attributed(coalitions, weights, totalOf, total, left) {
    const names = weights.map((_, i) => model.drivers[acting[i]].name);
    const parts = new Map(names.map((name) => [name, new Float64Array(draws)]));
    const logs = new Float64Array(draws);
    coalitions.forEach((_, n) => {
      const [end, begin] = [totalOf(years.length + n), model.start ? totalOf(years.length + coalitions.length + n) : ones()];
      for (let d = 0; d < draws; d++) logs[d] = Math.log(end[d] / begin[d]);
      names.forEach((name, i) => {
        const [found, weight] = [parts.get(name), weights[i][n]];
        for (let d = 0; d < draws; d++) found[d] += weight * logs[d];
      });
    });
    parts.set("unexplained", new Float64Array(draws).fill(Math.log(left[last])));
    return parts.set("total", total[last].map((value, d) => Math.log(value / total[0][d])));
  }

  /** Points of growth a year and money in the last year, by the logarithmic mean. */
  function shared(parts, first) {
    const [span, growth] = [years[last] - years[0], parts.get("total")];
    const scaled = (unit) => new Map([...parts].map(([name, part]) => [name, part.map((value, d) => value * unit[d])]));
    return { points: scaled(growth.map((log) => (100 * expm1Ratio(log / span)) / span)), usd: scaled(growth.map((log, d) => first[d] * expm1Ratio(log))) };
  }

  /** The level to meet in the first year, in the dollars shown, and the unexplained growth by year. */
  function scaling(setting) {
    const { left, printed } = model.readings[setting.price_basis];
    const current = !model.prices || acting.some((i) => model.drivers[i].prices);
    if (!printed.length) return { left, level: null, current };
    const level = new Float64Array(draws).fill(printed[0] / (current ? 1 : model.prices[0]));
    return { left, level: model.level === null ? level : valuesOf(model.level), current };
  }

  /** Regions and drug classes in the first and the last year, and each cell of the reference case. */
  function split(world, regional, ofClass, left, factor) {
    const found = [0, last].map((t) => {
      const [same, common] = [world, regional].map(({ ways, which }) => ways[which[t]]);
      const region = model.regions.map(() => new Float64Array(draws));
      const drugClass = model.classes.map(() => new Float64Array(draws));
      const cells = region.map(() => new Float64Array(classes));
      ofClass.forEach((number, c) => {
        const own = number.ways[number.which[t]];
        for (let r = 0; r < regions; r++) {
          const [i, j] = [common.length > draws ? r * draws : 0, own.length > draws ? r * draws : 0];
          for (let d = 0; d < draws; d++) {
            const value = same[d] * common[i + d] * own[j + d] * (left[t] * factor[d]);
            region[r][d] += value;
            drugClass[c][d] += value;
            if (!d) cells[r][c] = value;
          }
        }
      });
      return { region, drug_class: drugClass, cells };
    });
    return { first: found[0], final: found[1] };
  }

  /** The count of the first year in the reference case at list price; 0 in a market without rebates. */
  function listed(factors) {
    if (!factors.some(({ role }) => role === "net")) return 0;
    const kept = factors.filter(({ role }) => role !== "net");
    const valueAt = (r, c) => {
      const parts = kept.flatMap(({ common, own }) => [...common, ...(own ? [own[c]] : [])]).map(({ ways, which }) => ways[which[0]]);
      return parts.reduce((found, way) => found * way[way.length > draws ? r * draws : 0], 1);
    };
    return model.regions.flatMap((_, r) => model.classes.map((__, c) => valueAt(r, c))).reduce((sum, value) => sum + value, 0);
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
