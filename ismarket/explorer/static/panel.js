// The panel: sends changes one computation at a time, always the last value, and shows the answers.

const BUSY = 150;
const REST = 250;
const LOST = 20000;

/** Changes waiting for the kernel: the last of each control, sent when the former are answered. */
function createQueue(send) {
  const pending = new Map();
  const sent = new Set(); // a control that moved on keeps its place until its own answer is there
  let busy = false;
  let rest = 0;
  let lost = 0;

  function flush() {
    if (busy || !pending.size) return;
    const changes = [...pending.values()];
    for (const key of pending.keys()) sent.add(key);
    pending.clear();
    ask({ type: "changes", changes, quick: true });
  }

  function ask(message) {
    busy = true;
    clearTimeout(rest);
    clearTimeout(lost);
    lost = setTimeout(() => answered(true), LOST);
    send(message);
  }

  function answered(settled) {
    busy = false;
    sent.clear();
    clearTimeout(lost);
    clearTimeout(rest);
    if (pending.size) flush();
    else if (!settled) rest = setTimeout(() => ask({ type: "settle" }), REST);
  }

  return {
    waiting: { has: (key) => pending.has(key) || sent.has(key) },
    change(kind, key, value, outside = false) {
      pending.delete(`${kind} ${key}`);
      pending.set(`${kind} ${key}`, { kind, key, value, outside });
      flush();
    },
    answered,
    get busy() {
      return busy;
    },
    stop() {
      clearTimeout(rest);
      clearTimeout(lost);
    },
  };
}

function createTabs(titles, choose) {
  const panelId = uid("view");
  const tabs = titles.map(([name, title]) => h("button", { type: "button", role: "tab", id: uid("tab"), "aria-controls": panelId, "data-tab": name, click: () => choose(name) }, title));
  const root = h("div", { class: "tabs", role: "tablist", "aria-label": "Views", keydown: (e) => {
    const at = tabs.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[e.key];
    if (to === undefined) return;
    e.preventDefault();
    e.stopPropagation();
    const next = tabs[(to + tabs.length) % tabs.length];
    next.focus();
    choose(next.dataset.tab);
  } }, tabs);
  return {
    root,
    panelId,
    update(name) {
      for (const tab of tabs) {
        const on = tab.dataset.tab === name;
        tab.setAttribute("aria-selected", String(on));
        tab.tabIndex = on ? 0 : -1;
      }
      return tabs.find((tab) => tab.dataset.tab === name).id;
    },
  };
}

function askRuntime(model) {
  return new Promise((resolve) => {
    const hear = (message, buffers) => {
      if (message.type !== "runtime") return;
      model.off("msg:custom", hear);
      const found = buffers[0];
      resolve(new Uint8Array(found.buffer ?? found, found.byteOffset ?? 0, found.byteLength));
    };
    model.on("msg:custom", hear);
    model.send({ type: "runtime" });
  });
}

function render({ model, el }) {
  const specs = model.get("specs");
  const getRuntime = () => loadRuntime(() => askRuntime(model));
  const queue = createQueue((message) => {
    setTimeout(() => {
      if (!queue.busy) return;
      root.classList.add("busy");
      say(status, "Computing \u2026");
    }, BUSY);
    root.dataset.rest = "false";
    model.send(message);
  });
  const ask = (message) => model.send(message);
  const charts = new Map();
  const controls = createControls(model.get("structure"), queue.change, ask);
  const dollars = createSegments("Dollars shown", model.get("structure").dollars, (value) => {
    for (const name of page().controls.dollars.drivers) queue.change("driver", name, value === "current");
  });
  const strip = createStrip(dollars.root);
  const tabs = createTabs(model.get("structure").tabs, (name) => {
    model.set("tab", name);
    model.save_changes();
  });
  const table = createTable((value) => (page().view.picks ? ask({ type: "pick", value }) : queue.change("anchor", "", value)));
  const actions = createActions(ask, () => charts.get(page().view.chart.kind), () => page().controls.scenario);
  const analyses = createAnalyses(model.get("offered"), ask, queue.change);
  const title = h("h4", { class: "finding" });
  const aid = h("p", { class: "aid" });
  const caveat = h("p", { class: "caveat" });
  const below = h("p", { class: "caveat" });
  const status = h("p", { class: "status" });
  const live = h("p", { class: "unseen", role: "status", "aria-live": "polite" });
  const lines = h("div", { class: "lines" });
  const holders = h("div", { class: "charts" });
  const viewRoot = h("div", { class: "view", role: "tabpanel", id: tabs.panelId }, h("div", { class: "running", "aria-hidden": "true" }), title, aid, lines, holders, caveat, table.root, below, analyses.root, status);
  const scenario = h("p", { class: "scenario" });
  const summary = h("span");
  const box = h("details", { class: "boxed", open: true }, h("summary", {}, summary), controls.root);
  const root = h(
    "div",
    { class: "ism", role: "region", "aria-label": "Explorer" },
    h("div", { class: "head" }, h("h2", {}, model.get("structure").title), scenario),
    box,
    h("div", { class: "main" }, strip.root, tabs.root, viewRoot),
    actions.root,
    live,
  );
  el.append(root);

  function page() {
    return model.get("page");
  }

  function chart(kind) {
    if (!charts.has(kind)) {
      const holder = h("div", { class: "chart", "data-kind": kind });
      holders.append(holder);
      charts.set(kind, createChart(holder, specs[kind], specs.themes, getRuntime));
    }
    for (const holder of holders.children) holder.hidden = holder.dataset.kind !== kind;
    return charts.get(kind);
  }

  function line(message) {
    return h("p", { class: `line ${message.tone}` }, rich(message.text));
  }

  function showScenario(now) {
    const state = now.controls;
    const changed = state.changes ? ` (${state.changes} change${state.changes > 1 ? "s" : ""})` : "";
    const title = state.title ? `: ${state.title}` : "";
    const pin = now.pinned ? [" \u00b7 compared with pinned ", h("b", {}, now.pinned), " ", h("button", { class: "unpin", type: "button", "aria-label": "Remove the pin", click: () => ask({ type: "unpin" }) }, "\u00d7")] : [];
    const words = JSON.stringify([state.scenario, title, changed, now.pinned]);
    if (scenario.dataset.said === words) return;
    scenario.dataset.said = words;
    scenario.replaceChildren("scenario ", h("b", { class: state.changes ? "yours" : "" }, state.scenario), title, changed, ...pin);
    say(summary, `${state.scenario}${changed}`);
  }

  /** The switch is another handle of the drivers by which general prices move. */
  function showDollars(state) {
    dollars.root.hidden = !state;
    if (!state || state.drivers.some((name) => queue.waiting.has(`driver ${name}`))) return;
    dollars.update(state.current ? "current" : "constant");
  }

  function show() {
    const now = page();
    queue.answered(now.settled);
    root.classList.remove("busy");
    root.classList.toggle("stale", now.stale);
    showScenario(now);
    controls.update(now.controls, queue.waiting);
    strip.update(now.strip);
    showDollars(now.controls.dollars);
    viewRoot.setAttribute("aria-labelledby", tabs.update(now.view.name));
    viewRoot.dataset.view = now.view.name;
    analyses.open(now.view.name);
    say(title, now.view.title);
    say(aid, now.view.aid);
    say(caveat, now.view.note);
    say(below, now.view.below);
    chart(now.view.chart.kind).update(now.view.chart);
    table.update(now.view);
    const found = [...now.notices, ...(now.message ? [now.message] : [])];
    if (lines.dataset.said !== JSON.stringify(found)) {
      lines.dataset.said = JSON.stringify(found);
      lines.replaceChildren(...found.map(line));
    }
    say(status, now.status);
    if (now.settled) say(live, now.live);
    root.dataset.seq = now.seq;
    root.dataset.rest = String(now.settled && !queue.busy);
  }

  function hear(message, buffers) {
    if (message.type === "progress") analyses.progress(message.name, message.share);
    if (message.type === "analysed") analysed();
    if (message.type === "text") actions.copied(message.text);
    if (message.type === "file") give(message.name, message.mime, buffers[0]);
  }

  function analysed() {
    analyses.update(model.get("analyses"));
  }

  function dress() {
    root.dataset.theme = pageTheme();
    for (const one of charts.values()) one.dress();
  }

  const narrow = new ResizeObserver(() => {
    const width = root.clientWidth;
    const size = width < 820 ? "small" : width < 1000 ? "narrow" : "wide";
    if (root.dataset.size === size) return;
    box.open = size !== "small";
    root.dataset.size = size;
  });
  narrow.observe(root);
  const undress = onTheme(dress);
  model.on("change:page", show);
  model.on("change:analyses", analysed);
  model.on("msg:custom", hear);
  dress();
  show();
  analysed();
  return () => {
    model.off("change:page", show);
    model.off("change:analyses", analysed);
    model.off("msg:custom", hear);
    queue.stop();
    narrow.disconnect();
    undress();
    for (const one of charts.values()) one.finalize();
    charts.clear();
    root.remove();
  };
}

export default { render };
