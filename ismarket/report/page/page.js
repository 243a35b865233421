// The page: what its reader sets, computed here and shown; nothing is asked of anybody else.

const LEVELS = { p5: 0.05, p25: 0.25, p50: 0.5, p75: 0.75, p95: 0.95 };
const GESTURE = 1000; // ms within which changes of one control are one step back
const REST = 150; // ms after which what takes long follows
const VIEWS = [["forecast", "Forecast"], ["why", "Why"], ["where", "Where"]];

/** What the reader sets, changed as the controls say; `told` is called with each setting. */
function createSetting(model, structure) {
  const sent = model.setting;
  const prices = model.drivers.filter((driver) => driver.prices).map(({ name }) => name);
  const keysOf = (name) => structure.drivers.find((driver) => driver.name === name).causes.flatMap(({ inputs }) => inputs.map(({ key }) => key));
  let now = structuredClone(sent);
  let former = [];
  let gesture = ["", 0];

  /** A table of a setting without a key, or as it was sent there. */
  function put(table, key, value, absent) {
    const { [key]: _, ...rest } = now[table];
    if (value === null && key in sent[table]) return { ...rest, [key]: sent[table][key] };
    return value === null || value === absent ? rest : { ...rest, [key]: value };
  }

  function turned(name, on) {
    const off = on === null ? sent.without.includes(name) : !on;
    return [...now.without.filter((one) => one !== name), ...(off ? [name] : [])];
  }

  function changed(kind, key, value) {
    if (kind === "driver") return { ...now, without: turned(key, value) };
    if (kind === "strength") return { ...now, strength: put("strength", key, value, 1) };
    if (kind === "fixed") return { ...now, fixed: put("fixed", key, value) };
    if (kind !== "reset") return { ...now, [kind]: value };
    if (!key) return { ...structuredClone(sent), without: [...sent.without.filter((name) => !prices.includes(name)), ...now.without.filter((name) => prices.includes(name))] };
    const before = now;
    for (const [what, one] of [["driver", key], ["strength", key], ...keysOf(key).map((each) => ["fixed", each])]) now = changed(what, one, null);
    const after = now;
    now = before;
    return after;
  }

  /** In how many places the reader moved; the dollars shown are none. */
  function moves() {
    const differs = (table) => [...new Set([...Object.keys(now[table]), ...Object.keys(sent[table])])].filter((key) => now[table][key] !== sent[table][key]).length;
    const off = (setting) => setting.without.filter((name) => !prices.includes(name));
    const switched = [...off(now), ...off(sent)].filter((name, i, all) => all.indexOf(name) === all.lastIndexOf(name)).length;
    return switched + differs("fixed") + differs("strength") + (now.overlap !== sent.overlap) + (now.price_basis !== sent.price_basis);
  }

  return {
    prices,
    change(kind, key, value) {
      const [name, when] = gesture;
      if (`${kind} ${key}` !== name || performance.now() - when > GESTURE) former.push(now);
      gesture = [`${kind} ${key}`, performance.now()];
      now = changed(kind, key, value);
    },
    undo() {
      now = former.pop() ?? now;
      gesture = ["", 0];
    },
    moves,
    get now() {
      return now;
    },
    get undoable() {
      return former.length > 0;
    },
    /** The page as sent, in the dollars shown now. */
    get sent() {
      return { ...sent, without: [...sent.without.filter((name) => !prices.includes(name)), ...now.without.filter((name) => prices.includes(name))] };
    },
  };
}

/** The fan of a computation: quantiles by year, and the reference. */
function fanFrom({ total }) {
  const every = total.map((values) => quantiles(values, Object.values(LEVELS)));
  const by = Object.fromEntries(Object.keys(LEVELS).map((name, i) => [name, every.map((levels) => levels[i])]));
  return { ...by, reference: total.map((values) => values[0]) };
}

/** A part of the forecast in the reference case and 9 in 10 draws. */
function interval(values) {
  const [low, high] = quantiles(values, [0.05, 0.95]);
  return { value: values[0], low, high };
}

const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);
const shareOfDraws = (values, holds) => values.subarray(1).reduce((count, value) => count + holds(value), 0) / (values.length - 1);

function startPage(root, { model, structure, state, words, stamp, strips }, fingerprint) {
  const chain = createChain(model);
  const atModes = createChain(model, 0);
  const setting = createSetting(model, structure);
  const { years } = model;
  const last = years.length - 1;
  const span = years[last] - years[0];
  const sentAs = new Map();
  const waiting = { has: () => false };
  let view = "forecast";
  let lastChange = "";
  let rest = 0;
  let found = null;

  const change = (kind, key, value) => {
    setting.change(kind, key, value);
    lastChange = described(kind, key, value);
    soon();
  };
  const ask = ({ type }) => {
    if (type !== "undo") return;
    setting.undo();
    lastChange = "last change undone";
    soon();
  };
  const controls = createControls(structure, change, ask);
  const dollars = createSegments("Dollars shown", structure.dollars, (value) => {
    for (const name of setting.prices) setting.change("driver", name, value === "current");
    soon();
  });
  const strip = createStrip(dollars.root);
  const tabs = createSegments("View", VIEWS, (value) => {
    view = value;
    show();
  });
  const table = createTable(() => {});
  const fan = createFan();
  const bars = createBars();
  const title = h("h2", { class: "finding" });
  const aid = h("p", { class: "aid" });
  const status = h("p", { class: "status" });
  const live = h("p", { class: "unseen", role: "status", "aria-live": "polite" });
  const chart = h("div", { class: "chart" }, fan.root, bars.root);
  const scenario = h("p", { class: "scenario" });
  const back = h("button", { type: "button", click: () => change("reset", "", true) }, "Back to the page as sent");
  const code = h("pre", { class: "code", tabindex: 0, hidden: true, "aria-label": "The scenario in Python" });
  const copy = h("button", { type: "button", click: copied }, "Copy as Python");
  const download = h("button", { type: "button", click: saved }, "Download CSV");
  const band = createBand(words, stamp, fingerprint);
  const box = h("details", { class: "boxed", open: true }, h("summary", {}, "Scenario and drivers"), controls.root);
  root.replaceChildren(
    h("header", { class: "head" }, h("h1", {}, structure.title), scenario),
    h("div", { class: "actions" }, back, copy, download, code),
    band.root,
    box,
    h("div", { class: "main" }, strip.root, h("div", { class: "views" }, tabs.root), title, aid, chart, table.root, status),
    live,
  );

  function described(kind, key, value) {
    const input = [...structure.drivers.flatMap(({ causes }) => causes), ...structure.count].flatMap(({ inputs }) => inputs).find((one) => one.key === key);
    const driver = structure.drivers.find(({ name }) => name === key);
    if (kind === "fixed") return value === null ? `${input.name} reset` : `${input.name} fixed at ${written(input, value)}`;
    if (kind === "strength") return `strength of ${driver.title} \u00d7 ${value.toFixed(2)}`;
    if (kind === "driver") return `${driver.title} ${value ? "on" : "off"}`;
    if (kind === "reset") return key ? `${driver.title} reset` : "back to the page as sent";
    return kind === "overlap" ? `overlap ${value.toFixed(2)}` : `the report read as counting ${value === "real" ? "constant" : "current"} dollars`;
  }

  const soon = oncePerFrame(compute);

  function compute() {
    const begun = performance.now();
    const slow = String(model.drivers.length - setting.now.without.length) in model.orders;
    clearTimeout(rest);
    found = computed(setting.now, !slow);
    if (slow) rest = setTimeout(() => {
      found = computed(setting.now, true);
      show();
    }, REST);
    show();
    const took = Math.max(1, Math.round(performance.now() - begun));
    say(status, `${words.draws} \u00b7 computed here in ${took} ms.${lastChange ? ` Last change: ${lastChange}.` : ""} This page keeps no memory: \u201cCopy as Python\u201d carries your changes back.`);
    say(live, lastChange ? `${lastChange}: ${headline()}` : "");
  }

  /** A computation: what drivers carry in the reference case, if that is `told`; in all draws once asked. */
  function computed(asked, told = true) {
    const made = chain.compute(asked);
    const points = new Map([...atModes.compute(asked).carried(told).points].map(([name, [value]]) => [name, value]));
    let carried = null;
    return { ...made, told, points, fan: fanFrom(made), carried: () => (carried ??= made.carried(told)) };
  }

  /** What the reader would see untouched, in the dollars shown: computed once for each. */
  function asSent() {
    const key = JSON.stringify(setting.sent.without);
    if (!sentAs.has(key)) {
      const { fan: path, points, split } = computed(setting.sent);
      sentAs.set(key, { fan: path, points, region: split().final.region.map((values) => values[0]) });
    }
    return sentAs.get(key);
  }

  /** Growth between two years, percent a year. */
  const growthOf = (first, final) => interval(final.map((value, d) => 100 * Math.expm1(Math.log(value / first[d]) / span)));

  function headline() {
    const { fan: { reference, p5, p95 } } = found;
    return `${money(reference[last])} in ${years[last]}, ${moneyRange(p5[last], p95[last])} in 9 of 10 draws`;
  }

  function show() {
    const moves = setting.moves();
    controls.update(stateOf(moves), waiting);
    strip.update(stripOf());
    if (structure.dollars.length) dollars.update(found.current ? "current" : "constant");
    dollars.root.hidden = !structure.dollars.length;
    tabs.update(view);
    back.disabled = !moves;
    scenario.dataset.changed = moves > 0;
    const by = moves ? ` \u00b7 **${moves} by you**` : " \u00b7 as sent";
    say(scenario, `a page that computes by itself: no kernel, no network, nothing is sent \u00b7 scenario ${words.scenario}${by}`);
    const shownNow = { forecast: forecastView, why: whyView, where: whereView }[view](moves);
    say(title, shownNow.title);
    say(aid, shownNow.aid);
    fan.root.toggleAttribute("hidden", view !== "forecast");
    bars.root.toggleAttribute("hidden", view === "forecast");
    (view === "forecast" ? fan : bars).update(shownNow.chart, chart.clientWidth);
    table.update({ name: view, title: shownNow.title, filters: [], ...shownNow.table });
  }

  const row = (cells, tone = "plain") => ({ cells, tone, choice: "", chosen: false, detail: [], tags: [], status: "" });
  /** The heads of a table; those of `spare` are left out where there is little room. */
  const heads = (first, rest, spare = []) => [{ title: first, right: false }, ...rest.map((one, i) => ({ title: one, right: true, spare: spare.includes(i) }))];
  const usd = (unit = "") => words.usd[found.current ? "current" : "constant"].replace("@", unit).replace("  ", " ").trim();

  /** The report's path in the dollars shown. */
  function reportPath() {
    const { printed } = model.readings[setting.now.price_basis];
    return printed.map((value, t) => (found.current ? value : value / model.prices[t]));
  }

  function forecastView(moves) {
    const { reference, ...levels } = found.fan;
    const unit = unitOf(reference[0]);
    const report = reportPath();
    const prices = model.prices && model.prices.map((level) => reference[0] * (found.current ? level / model.prices[0] : 1));
    const ghost = moves ? asSent().fan : null;
    const both = (values) => (model.prices ? [...values, ...values.map((value, t) => value * model.prices[t] ** (found.current ? -1 : 1))] : values);
    const held = [levels.p5, levels.p95, report, ...(ghost ? [ghost.p5, ghost.p95] : [])].flatMap(both).map((value) => value / unit.size);
    const [least, most] = [Math.min(...held), Math.max(...held)];
    const marks = ticks(Math.max(0, least - 0.14 * (most - least)), most);
    const ends = `${shown(reference[last], unit)} ${unit.name} in ${years[last]}`;
    const moved = `Moved by you the market reaches ${ends}; the page was sent with ${ghost && shown(ghost.reference[last], unit)}`;
    const reached = report.length === years.length ? `${percent(shareOfDraws(found.total[last], (value) => value >= report[last] * (1 - 1e-12)))} of draws reach the ${words.speaker}\u2019s value; ` : "";
    const below = `${percent(shareOfDraws(found.total[last], (value) => value < reference[0]))} ${reached ? "end" : "of draws end"} below ${years[0]}.`;
    const cells = (values) => years.map((_, t) => (t in values ? number(values[t] / unit.size, unit.cells) : ""));
    const basis = found.current ? "current" : "constant";
    return {
      title: moves ? moved : words.findings[basis].forecast,
      aid: `${words.place}, ${usd(unit.name)} a year.${moves ? " Grey: as sent." : ""} ${reached}${below}${marks[0] > 0 ? " The axis does not start at 0." : ""}`,
      chart: {
        years, fan: levels, reference, report, prices, ghost, unit, levels: marks, current: found.current,
        usd: `${usd(unit.name)}`, speaker: words.speaker, start: words.start[basis], opens: words.opens,
        dots: quantiles(found.total[last], Array.from({ length: 20 }, (_, i) => (i + 0.5) / 20)),
        words: `Fan by year, ${usd()}. Reference ${money(reference[0])} in ${years[0]}, ${headline()}.`,
      },
      table: {
        columns: heads(usd(unit.name), years.map(String), years.length > 7 ? [...years.keys()].filter((t) => t % 3 && t !== last) : []),
        rows: [
          ...(report.length ? [row([capital(words.speaker), ...cells(report)], "report")] : []),
          row(["Reference", ...cells(reference)], "strong"),
          row(["Median draw", ...cells(levels.p50)]),
          row(["9 in 10 draws: low", ...cells(levels.p5)]),
          row(["9 in 10 draws: high", ...cells(levels.p95)]),
          ...(prices ? [row(["General prices alone", ...cells(prices)], "prices")] : []),
          ...(ghost ? [row(["As sent: reference", ...cells(ghost.reference)], "muted")] : []),
        ],
      },
    };
  }

  function whyView(moves) {
    const { points, usd: usdOf } = found.carried();
    const parts = new Map([...points].map(([name, values]) => [name, interval(values)]));
    const acting = model.drivers.filter(({ name }) => parts.has(name));
    const size = ({ name, prices }) => (prices ? Infinity : Math.abs(parts.get(name).value));
    const off = model.drivers.filter(({ name, prices }) => setting.now.without.includes(name) && !prices);
    const published = model.readings[setting.now.price_basis].printed.length > 0;
    const bar = (title, note, name, kind) => ({ title, note, kind, ...parts.get(name), figure: signed(parts.get(name).value, 2) });
    const notes = { true: `named by the ${words.speaker}`, false: published ? `not in the ${words.speaker}` : "on the count" };
    const rows = [
      ...acting.sort((a, b) => size(b) - size(a)).map(({ name, title: words_, prices, named }) => bar(words_, prices ? `inside ${usd()}` : notes[named], name, prices ? "prices" : "causes")),
      ...off.map(({ title: words_ }) => ({ title: words_, note: "switched off", kind: "off", value: null, figure: "off" })),
      ...(published ? [bar("Unexplained", "printed, no cause found", "unexplained", "left")] : []),
      bar("All together", `a year, ${years[0]} to ${years[last]}`, "total", "total"),
    ];
    const sent = asSent().points;
    const inUsd = usdOf();
    const money_ = (name) => signed(inUsd.get(name)[0] / 1e6, Math.abs(found.total[last][0]) >= 9.5e7 ? 0 : 1);
    const line = (title, name, tone) => {
      const { value, low, high } = parts.get(name);
      return row([title, signed(value, 2), `${signed(low, 2)} to ${signed(high, 2)}`, money_(name), sent.has(name) ? signed(sent.get(name), 2) : "off"], tone);
    };
    const growth = parts.get("total").value;
    return {
      title: moves ? `Moved by you the market grows ${number(growth, 1)}% a year; the page was sent with ${number(sent.get("total"), 1)}%` : words.findings[found.current ? "current" : "constant"].why,
      aid: `Points of growth a year ${years[0]} to ${years[last]}: bars are the reference, lines 9 in 10 draws. Rows add up to the last.${found.told ? "" : " What each driver carries follows once you rest."}`,
      chart: { rows, unit: ["points of growth a year", "points a year"], words: `Bars of points of growth a year: ${rows.map(({ title: name, figure: said }) => `${name} ${said}`).join(", ")}.` },
      table: {
        columns: heads("Driver", ["Points a year", "9 in 10 draws", `${usd("M")} in ${years[last]}`, "As sent"], [2]),
        rows: [
          ...acting.map(({ name, title: words_, prices }) => line(words_, name, prices ? "prices" : "plain")),
          ...(published ? [line("Unexplained", "unexplained", "report")] : []),
          line("All together", "total", "strong"),
        ],
      },
    };
  }

  function whereView(moves) {
    const total = found.total[last];
    const split = found.split();
    const share = (values) => interval(values.map((value, d) => (100 * value) / total[d]));
    const parts = [["region", model.regions], ["drug_class", model.classes]].flatMap(([axis, names]) =>
      names.map((name, i) => ({ name, axis, first: split.first[axis][i], final: split.final[axis][i] })));
    const most = parts.slice(0, model.regions.length).reduce((a, b) => (b.final[0] > a.final[0] ? b : a));
    const sentShare = asSent().region[model.regions.indexOf(most.name)] / asSent().fan.reference[last];
    const decimals = total[0] >= 9.5e7 ? 0 : 1;
    const rows = parts.map(({ name, axis, first, final }) => {
      const held = share(final);
      return { title: capital(name), note: `${money(first[0])} in ${years[0]}`, kind: axis === "region" ? "causes" : "class", ...held, figure: `${number(held.value, 1)}%` };
    });
    return {
      title: moves ? `Moved by you ${most.name} has ${percent(most.final[0] / total[0])} of the value in ${years[last]}; the page was sent with ${percent(sentShare)}` : words.findings[found.current ? "current" : "constant"].where,
      aid: `Share of value in ${years[last]}: bars are the reference, lines 9 in 10 draws. Regions first, then drug classes. Shares come from the count; no publisher prints any.`,
      chart: { rows, unit: ["% of value", "% of value"], words: `Bars of shares of value: ${rows.map(({ title: name, figure: said }) => `${name} ${said}`).join(", ")}.` },
      table: {
        columns: heads("Region or class", [`${usd("M")} in ${years[last]}`, "9 in 10 draws", "Share, %", `${years[0]}`, "Growth a year, %"], [1, 3]),
        rows: parts.map(({ name, first, final }) => {
          const [value, held, grown] = [interval(final), share(final), growthOf(first, final)];
          const millions = (amount) => number(amount / 1e6, decimals);
          return row([capital(name), millions(value.value), `${millions(value.low)} to ${millions(value.high)}`, number(held.value, 1), millions(first[0]), `${number(grown.value, 1)} (${number(grown.low, 1)} to ${number(grown.high, 1)})`]);
        }),
      },
    };
  }

  function stateOf(moves) {
    const { now } = setting;
    const drivers = Object.fromEntries(model.drivers.map(({ name, prices }) => {
      const on = !now.without.includes(name);
      const points = found.points.get(name);
      const said = points !== undefined ? signed(points, 2) : on ? "\u2026" : prices ? "taken out" : "off";
      return [name, { ...state.drivers[name], on, was_on: prices ? on : !model.setting.without.includes(name), strength: now.strength[name] ?? 1, points: said, what: prices ? (on ? "inside current dollars" : "follows the switch") : "" }];
    }));
    const basis = now.price_basis === model.setting.price_basis ? state.basis : state.basis && { status: "chosen", words: "set by you" };
    return { ...state, ...now, drivers, basis, changes: moves, undo: setting.undoable };
  }

  /** The strip of Python's words for the dollars shown, with the figures computed here. */
  function stripOf() {
    const cells = strips[`${setting.now.price_basis} ${found.current ? "current" : "constant"}`].map((cell) => ({ ...cell }));
    const { reference, p5, p95 } = found.fan;
    const anew = (cell, value, ends, name) => {
      const put = (text) => text.replace(/\*\*[^*]*\*\*/, `**${ends}**`);
      const unit = (text) => (name ? text.replace(/\b(bn|M)$/, name) : text);
      Object.assign(cell, { value, words: put(cell.words), short: put(cell.short), unit: unit(cell.unit), short_unit: unit(cell.short_unit) });
    };
    const published = model.readings[setting.now.price_basis].printed.length > 0;
    if (!published) anew(cells[0], shown(reference[0], unitOf(reference[0])), moneyRange(p5[0], p95[0]), unitOf(reference[0]).name);
    const unit = unitOf(reference[last]);
    anew(cells[1], shown(reference[last], unit), `${shown(p5[last], unit)} to ${shown(p95[last], unit)}`, unit.name);
    const cagr = growthOf(found.total[0], found.total[last]);
    anew(cells[2], number(cagr.value, 1), `${number(cagr.low, 1)} to ${number(cagr.high, 1)}`);
    if (!published) return cells;
    const [count, factor] = [interval(found.count), found.factor[0]];
    const atList = found.listed ? `**${times((factor * count.value) / found.listed)}** at list` : "";
    const counted = `**${moneyRange(count.low, count.high)}**`;
    const net = found.listed ? " net" : "";
    Object.assign(cells[4], {
      value: times(factor), short_unit: `times ${money(count.value)}${net}`,
      words: `${atList}${atList && " price. "}The count: ${money(count.value)}${net}, ${counted} in 9 of 10`, short: `${counted}${atList && `; ${atList}`}`,
    });
    return cells;
  }

  /** The scenario as Python: as it was sent, then what the reader changed. */
  function asPython() {
    const { now } = setting;
    const choices = { without: now.without, fixed: now.fixed, outside: Object.keys(now.fixed), strength: now.strength, overlap: now.overlap };
    if (now.price_basis !== model.setting.price_basis) choices.price_basis = now.price_basis;
    const lines = Object.entries(choices).map(([name, value]) => `    ${name}=${JSON.stringify(value)},`);
    return [words.python[0], `scenario = scenario.changed(\n${lines.join("\n")}\n)`, words.python[1]].join("\n");
  }

  async function copied() {
    code.textContent = asPython();
    code.hidden = false;
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      getSelection().selectAllChildren(code);
    }
  }

  function saved() {
    const quoted = (cell) => `"${cell.replaceAll('"', '""').replaceAll(MINUS, "-")}"`;
    const lines = [forecastView, whyView, whereView].flatMap((make) => {
      const { title: name, table: { columns, rows } } = make(setting.moves());
      return [[name], columns.map((column) => column.title), ...rows.map(({ cells }) => cells), []];
    });
    give(`${words.file}.csv`, "text/csv", `\ufeff${lines.map((cells) => cells.map(quoted).join(",")).join("\r\n")}`);
  }

  function fit() {
    const width = root.clientWidth;
    const name = width < 820 ? "small" : width < 1000 ? "narrow" : "";
    if ((root.dataset.size ?? "") !== name) box.open = name !== "small";
    toggleAttribute(root, "data-size", name, name);
    if (found) show();
  }

  const dress = () => (root.dataset.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  dress();
  onTheme(dress);
  compute();
  band.checked(Math.max(...found.total.map((values, t) => Math.abs(values[0] / model.figures.reference[t] - 1))));
  new ResizeObserver(fit).observe(root);
  root.dataset.ready = "true";
  return { band };
}

/** The band under the header: where the page is from, what moves, what stands still, how to check. */
function createBand(words, stamp, fingerprint) {
  const agrees = h("dd", {}, "checking \u2026");
  const wrong = h("p", { class: "line wrong", role: "alert", hidden: true });
  const pieces = fingerprint.match(/.{4}/g).slice(0, 4);
  const copy = h("button", { type: "button", class: "link", click: () => navigator.clipboard?.writeText(fingerprint) }, "copy");
  const lines = stamp.flatMap(([name, text]) => [h("dt", {}, name), h("dd", {}, rich(text))]);
  const column = (name, kind, ...rest) => h("section", { class: `column ${kind}` }, h("h2", {}, name), ...rest);
  const root = h(
    "div",
    { class: "band" },
    column("Stamp", "stamp", h("dl", {}, lines, h("dt", {}, "here"), agrees)),
    column("Moves here", "moves", words.moves.map((text) => h("p", {}, text))),
    column("Stands still", "stands", words.stands.map((text) => h("p", {}, text))),
    column("How to verify", "verify", h("p", {}, "The page as sent has the fingerprint"), h("p", {}, h("code", { title: fingerprint }, `${pieces[0]} ${pieces[1]} \u00b7 ${pieces[2]} ${pieces[3]}`), " ", copy), h("p", {}, h("code", {}, words.verify)), h("p", { class: "muted" }, words.verified)),
    wrong,
  );
  const fail = (text) => {
    wrong.hidden = false;
    say(wrong, `**Not the page as made:** ${text}`);
  };
  return {
    root,
    fail,
    checked(apart) {
      say(agrees, `reference equals Python\u2019s to ${apart.toExponential(0)}, computed on opening`);
      if (!(apart < 1e-9)) fail("its reference differs from the one it was sent with.");
    },
  };
}

/** Hash what the page was made of, where the browser can, and say if it is not that any more. */
async function checkFingerprint(text, fingerprint, band) {
  const bytes = await crypto.subtle?.digest("SHA-256", new TextEncoder().encode(text));
  const hash = bytes && [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (hash && hash !== fingerprint) band.fail("its numbers were changed after it was made.");
}

{
  const data = document.getElementById("data");
  const main = document.getElementById("page");
  const { band } = startPage(main, JSON.parse(data.textContent), data.dataset.fingerprint);
  checkFingerprint(data.textContent, data.dataset.fingerprint, band);
}
