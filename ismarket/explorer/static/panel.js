// The panel: controls, headline, the views behind their tabs, and the buttons, as one widget.

/** The tabs of the views; those that do not fit in a row stand in a list of their own. */
function createTabs(titles, choose) {
  const panelId = uid("view");
  const more = h("select", { class: "more", "aria-label": "More views", "data-lm-suppress-shortcuts": "true", change: () => choose(more.value) });
  const tabs = titles.map(([name, title]) => h("button", { type: "button", role: "tab", id: uid("tab"), "aria-controls": panelId, "data-tab": name, click: () => choose(name) }, title));
  const list = h("div", { class: "tabs", role: "tablist", "aria-label": "Views", keydown: (e) => {
    const fitting = tabs.filter((tab) => !tab.hidden);
    const at = fitting.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: fitting.length - 1 }[e.key];
    if (to === undefined) return;
    e.preventDefault();
    e.stopPropagation();
    const next = fitting[(to + fitting.length) % fitting.length];
    next.focus();
    choose(next.dataset.tab);
  } }, tabs);
  let shown = "";

  /** What does not fit is in the list, which says its name while it is open. */
  function fit() {
    for (const tab of tabs) tab.hidden = false;
    more.hidden = list.scrollWidth <= list.clientWidth;
    for (const tab of [...tabs].reverse()) {
      if (list.scrollWidth <= list.clientWidth) break;
      tab.hidden = true;
    }
    const rest = tabs.filter((tab) => tab.hidden);
    more.replaceChildren(h("option", { value: "", disabled: true, hidden: true }, "More"), ...rest.map((tab) => h("option", { value: tab.dataset.tab }, tab.textContent)));
    select();
  }

  function select() {
    const open = tabs.find((tab) => tab.dataset.tab === shown);
    more.value = open?.hidden ? shown : "";
    more.classList.toggle("open", Boolean(open?.hidden));
    if (open?.hidden) tabs[0].tabIndex = 0;
  }

  return {
    root: h("div", { class: "row-of-tabs" }, list, more),
    panelId,
    fit,
    update(name) {
      shown = name;
      for (const tab of tabs) {
        const on = tab.dataset.tab === name;
        tab.setAttribute("aria-selected", String(on));
        tab.tabIndex = on ? 0 : -1;
      }
      select();
      return tabs.find((tab) => tab.dataset.tab === name).id;
    },
  };
}

/** Lines of words, made anew only where they differ. */
function createLines() {
  const root = h("div", { class: "lines" });
  return {
    root,
    update(found) {
      const now = JSON.stringify(found);
      if (root.dataset.said === now) return;
      root.dataset.said = now;
      root.replaceChildren(...found.map((line) => h("p", { class: `line ${line.tone}` }, rich(line.text))));
    },
  };
}

const SMALL = 720;
const NARROW = 1000;

function createPanel(state) {
  const { model, structure, queue, ask } = state;
  const controls = createControls(structure, queue.change, ask);
  const dollars = createDollars(state);
  const strip = createStrip(dollars.root);
  const tabs = createTabs(structure.tabs, (name) => {
    model.set("tab", name);
    model.save_changes();
  });
  const view = createView(state, createChoosing(state, () => state.page.view));
  const actions = createActions(ask, view.chart, () => `${state.page.controls.scenario}-${state.page.view.name}`);
  const analyses = createAnalyses(model.get("offered"), ask, queue.change);
  const messages = createLines();
  const notices = createLines();
  notices.root.classList.add("notices");
  const status = h("p", { class: "status" });
  const live = h("p", { class: "unseen", role: "status", "aria-live": "polite" });
  const viewRoot = h("div", { class: "view", role: "tabpanel", id: tabs.panelId }, h("div", { class: "running", "aria-hidden": "true" }), messages.root, view.title, view.aid, view.rest, notices.root, analyses.root, status);
  const scenario = h("p", { class: "scenario" });
  const summary = h("span");
  const box = h("details", { class: "boxed", open: true }, h("summary", {}, summary), controls.root);
  const head = h("div", { class: "head" }, h("h2", {}, structure.title), scenario);
  const main = h("div", { class: "main" }, strip.root, tabs.root, viewRoot);
  const root = h("div", { class: "ism", role: "region", "aria-label": "Explorer" }, head, box, main, actions.root, live);

  function showScenario({ controls: now, pinned }) {
    const changed = now.changes ? ` (${now.changes} change${now.changes > 1 ? "s" : ""})` : "";
    const title = now.title ? `: ${now.title}` : "";
    const pin = pinned ? [" \u00b7 compared with pinned ", h("b", {}, pinned), " ", h("button", { class: "unpin", type: "button", "aria-label": "Remove the pin", click: () => ask({ type: "unpin" }) }, "\u00d7")] : [];
    const words = JSON.stringify([now.scenario, title, changed, pinned]);
    if (scenario.dataset.said === words) return;
    scenario.dataset.said = words;
    const name = h("b", { class: now.changes ? "yours" : "" }, now.scenario);
    scenario.replaceChildren(now.named ? "scenario " : "", name, title, changed, ...pin);
    say(summary, `Controls${changed}`);
  }

  const resized = new ResizeObserver(() => {
    const width = root.clientWidth;
    const size = width < SMALL ? "small" : width < NARROW ? "narrow" : "";
    if ((root.dataset.size ?? "") !== size) {
      box.open = size !== "small";
      toggleAttribute(root, "data-size", size, size);
    }
    tabs.fit();
  });
  resized.observe(root);

  return {
    root,
    dressed: view.dressed,
    analysed: analyses.update,
    offered: analyses.offered,
    update(now) {
      showScenario(now);
      controls.update(now.controls, queue.waiting);
      strip.update(now.strip);
      dollars.update(now.controls.dollars);
      viewRoot.setAttribute("aria-labelledby", tabs.update(now.view.name));
      viewRoot.dataset.view = now.view.name;
      analyses.open(now.view.name);
      view.update(now.view);
      messages.update(now.message ? [now.message] : []);
      notices.update(now.notices);
      say(status, now.status);
      if (now.settled) say(live, now.live);
    },
    wait: () => say(status, "Computing \u2026"),
    hear(message, buffers) {
      if (message.type === "progress") analyses.progress(message.name, message.share);
      if (message.type === "analysed") analyses.update(model.get("analyses"));
      actions.answered(message, buffers);
    },
    stop() {
      resized.disconnect();
      view.stop();
    },
  };
}

const PARTS = { panel: createPanel, view: viewPart, headline: headlinePart, controls: controlsPart, input: inputPart, table: tablePart };

/** A widget that shows the panel, and whose exports mount a part of it anywhere in the page. */
export default () => {
  let state;
  return {
    initialize({ model, signal }) {
      state = createState(model, signal, (kind, of, name) => PARTS[kind](of, name));
      return { mount: state.mount };
    },
    render: ({ model, el }) => state.mount(el, "panel", "", model.get("key")),
  };
};
