// The parts of a panel: a view, the headline, controls, one input, a table; each stands alone too.

/** The view of that name in the page, which the panel shows or a part asked for. */
function viewOf(now, name) {
  return now.view.name === name ? now.view : now.views[name];
}

/** A view's finding, how to read it, its chart and its caveat; `table` stands below the chart. */
function createView(state, table) {
  const charts = new Map();
  const title = h("h4", { class: "finding" }, twice());
  const aid = h("p", { class: "aid" });
  const note = h("p", { class: "caveat" });
  const below = h("p", { class: "caveat" });
  const holders = h("div", { class: "charts" });

  function chartOf(chart) {
    const kind = chart.kind;
    if (!charts.has(kind)) {
      const holder = h("div", { class: "chart", "data-kind": kind });
      holders.append(holder);
      charts.set(kind, state.createChart(holder, chart));
    }
    for (const holder of holders.children) holder.hidden = holder.dataset.kind !== kind;
    return charts.get(kind);
  }

  return {
    title,
    aid,
    rest: [holders, note, table.root, below],
    chart: () => state.page.view.chart && chartOf(state.page.view.chart),
    update(view, aidWords = view.aid) {
      both(title, view.title, view.brief || view.title);
      say(aid, aidWords);
      say(note, view.note);
      say(below, view.below);
      holders.hidden = !view.chart;
      if (view.chart) chartOf(view.chart).update(view.chart);
      table.root.hidden = !view.columns.length;
      table.update(view);
    },
    dressed() {
      for (const one of charts.values()) one.dress();
    },
    stop() {
      for (const one of charts.values()) one.finalize();
      charts.clear();
    },
  };
}

/** The table of a view, whose rows choose the anchor or what the view says that they pick. */
function createChoosing(state, viewNow) {
  return createTable((value) => {
    if (viewNow().picks) state.ask({ type: "pick", what: viewNow().picks, value });
    else state.queue.change("anchor", "", value);
  });
}

/** The switch of the dollars shown: another handle of the drivers by which general prices move. */
function createDollars({ structure, queue, page }) {
  let drivers = page.controls.dollars?.drivers ?? [];
  const segments = createSegments("Dollars shown", structure.dollars, (value) => {
    for (const name of drivers) queue.change("driver", name, value === "current");
  });
  return {
    root: segments.root,
    update(found) {
      segments.root.hidden = !found;
      if (!found || found.drivers.some((name) => queue.waiting.has(`driver ${name}`))) return;
      drivers = found.drivers;
      segments.update(found.current ? "current" : "constant");
    },
  };
}

/** The root of a part that stands alone, in the colours of the panel. */
function partRoot(label, ...children) {
  return h("div", { class: "ism alone", role: "region", "aria-label": label }, h("div", { class: "main" }, children));
}

function viewPart(state, name) {
  const table = createChoosing(state, () => viewOf(state.page, name));
  const view = createView(state, table);
  const dollars = createDollars(state);
  const [charts, note, , below] = view.rest;
  const numbers = h("details", { class: "numbers" }, h("summary", {}, "Table"), table.root);
  const head = h("div", { class: "under" }, view.aid, dollars.root);
  const root = partRoot("View", view.title, head, charts, note, numbers, below);
  return {
    root,
    dressed: view.dressed,
    stop: view.stop,
    update(now) {
      const found = viewOf(now, name);
      if (!found) return;
      root.setAttribute("aria-label", found.tab);
      dollars.update(now.controls.dollars);
      view.update(found, now.stands);
    },
  };
}

function headlinePart(state) {
  const dollars = createDollars(state);
  const strip = createStrip(dollars.root);
  return {
    root: partRoot("Headline", strip.root),
    update(now) {
      strip.update(now.strip);
      dollars.update(now.controls.dollars);
    },
  };
}

/** The controls of one driver, its causes open; without a name all controls. */
function controlsPart(state, name) {
  const { structure, queue, ask } = state;
  if (!name) {
    const all = createControls(structure, queue.change, ask);
    return { root: partRoot("Controls", all.root), update: (now) => all.update(now.controls, queue.waiting) };
  }
  const declared = structure.drivers.find((driver) => driver.name === name);
  const driver = createDriver(declared, queue.change, () => {});
  driver.open();
  return {
    root: partRoot(`Controls of ${declared.title}`, driver.root),
    update: (now) => driver.update(now.controls.drivers[name], now.controls.fixed, queue.waiting),
  };
}

function inputPart({ structure, queue }, key) {
  const causes = [...structure.drivers.flatMap((driver) => driver.causes), ...structure.count];
  const declared = causes.flatMap((cause) => cause.inputs).find((input) => input.key === key);
  const input = createInput({ ...declared, label: declared.name }, (value, outside) => queue.change("fixed", key, value, outside));
  return {
    root: partRoot(declared.name, input.root),
    update(now) {
      if (!queue.waiting.has(`fixed ${key}`)) input.update(now.controls.fixed[key]);
    },
  };
}

function tablePart(state, name) {
  const table = createChoosing(state, () => viewOf(state.page, name));
  const root = partRoot("Table", table.root);
  return {
    root,
    update(now) {
      const found = viewOf(now, name);
      if (!found) return;
      root.setAttribute("aria-label", found.title);
      table.update(found);
    },
  };
}
