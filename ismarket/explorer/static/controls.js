// The controls at the left, made from what market and drivers declare.

/** `send(kind, key, value)` makes a change; `ask(message)` calls for an action. */
function createControls(structure, send, ask) {
  const changes = h("span", { class: "changes" });
  const undo = h("button", { type: "button", class: "small", click: () => ask({ type: "undo" }) }, "Undo");
  const reset = h("button", { type: "button", class: "small", click: () => send("reset", "", true) }, "Reset all");
  const choices = Object.fromEntries(structure.choices.map((choice) => [choice.name, createChoice(choice, send)]));
  const { anchor, price_basis: basis, through, draws, ...rest } = choices;
  const drivers = structure.drivers.map((driver) => createDriver(driver, send, opened));
  const countGroup = createCount(structure, send, opened);
  const groups = Object.fromEntries([["money", "Money"], ["named", "Named by the report"], ["added", "Not in the report, adds on top"]].map(([name, title], i) => [name, createGroup(title, !i)]));
  const key = h("p", { class: "key" }, s("svg", { viewBox: "0 0 12 8", width: 12, height: 8, "aria-hidden": "true" }, s("path", { d: "M0,8 L6,0 L12,8Z", class: "humped" })), " uncertain, drawn ", h("i", { class: "dot" }), " set by you");
  const lost = structure.problems.map((text) => h("p", { class: "line warn" }, h("b", {}, "1 driver left out. "), text));
  const root = h(
    "section",
    { class: "controls", "aria-label": "Scenario" },
    h("div", { class: "bar" }, h("h3", {}, "Scenario"), changes, h("span", { class: "grow" }), undo, reset),
    anchor.root,
    basis.root,
    h("div", { class: "two" }, through.root, draws.root),
    h("div", { class: "bar ruled" }, h("h3", {}, "Drivers"), h("span", { class: "grow" }), key),
    Object.values(groups).map((group) => group.root),
    lost,
    countGroup.root,
    h("div", { class: "two ruled" }, Object.values(rest).map((choice) => choice.root)),
  );

  /** One accordion open at a time. */
  function opened(which) {
    for (const driver of [...drivers, countGroup]) if (driver !== which) driver.close();
  }

  return {
    root,
    update(state, waiting) {
      say(changes, state.changes ? `${state.changes} change${state.changes > 1 ? "s" : ""}` : "as opened");
      changes.dataset.changed = state.changes > 0;
      undo.disabled = !state.undo;
      reset.disabled = !state.changes;
      through.range.min = state.through_low;
      draws.options(state.draws_offered.map((n) => [String(n), n.toLocaleString("en")]));
      for (const [name, choice] of Object.entries(choices)) if (!waiting.has(`${name} `)) choice.update(state[name]);
      for (const driver of drivers) {
        const home = groups[state.drivers[driver.name].group].root;
        if (driver.root.parentNode !== home) home.append(driver.root);
        driver.update(state.drivers[driver.name], state.fixed, waiting);
      }
      say(groups.named.title, state.published ? "Named by the report" : "On the count");
      for (const { root: group } of Object.values(groups)) group.hidden = group.children.length === 1;
      basis.root.hidden = !state.basis;
      if (state.basis) basis.said(state.basis);
      countGroup.update(state.fixed, waiting);
    },
  };
}

/** Drivers under one head; the first head names the columns. */
function createGroup(words, first) {
  const title = h("b", {}, words);
  const head = h("div", { class: "heads" }, title, first ? [h("span", {}, "strength"), h("span", {}, "points")] : null);
  return { title, root: h("div", { class: "group" }, head) };
}

/** A choice of the scenario: some options, a slider within its range, or else what is typed. */
function createChoice({ name, label, options, low, high, step, sent }, send) {
  const change = (value) => send(name, "", value);
  if (sent) return createStanding(label, sent);
  if (name === "price_basis") return createBasis(label, options, change);
  if (options) return select(label, options, change);
  const words = step < 1 ? (value) => value.toFixed(2) : String;
  if (step) return createSlider(label, { range: { min: low, max: high, step }, words, class: name }, change);
  return typed(label, change);
}

/** A choice that stands as it was sent, in a page without a kernel. */
function createStanding(label, words) {
  const still = () => {};
  return { root: h("div", { class: "field" }, h("span", {}, label), h("p", { class: "standing" }, h("span", {}, words), h("span", {}, "as sent"))), range: {}, options: still, update: still, said: still };
}

/** How the report's dollars are read, and who says so. */
function createBasis(label, options, change) {
  const segments = createSegments(label, options, change);
  const sign = h("span");
  const words = h("span", { class: "said" });
  return {
    root: h("div", { class: "field basis" }, h("p", { class: "bar" }, h("span", {}, label), h("span", { class: "grow" }), sign, words), segments.root),
    update: segments.update,
    said({ status, words: text }) {
      words.dataset.yours = status === "chosen";
      if (words.dataset.said !== text) sign.replaceChildren(status === "chosen" ? "" : statusSign(status));
      say(words, text);
    },
  };
}

function select(label, choices, change) {
  const id = uid("select");
  const node = h("select", { id, "data-lm-suppress-shortcuts": "true", change: (e) => change(e.target.value) });
  let known = "";
  const options = (list) => {
    if (JSON.stringify(list) === known) return;
    known = JSON.stringify(list);
    node.replaceChildren(...list.map(([value, text]) => h("option", { value }, text)));
  };
  options(choices);
  return {
    root: h("div", { class: "field" }, h("label", { for: id }, label), node),
    options,
    update: (value) => {
      if (node.value !== String(value)) node.value = value;
    },
  };
}

function typed(label, change) {
  const id = uid("typed");
  const node = h("input", { id, type: "text", inputmode: "numeric", "data-lm-suppress-shortcuts": "true", change: (e) => change(e.target.value), keydown: (e) => e.stopPropagation() });
  return {
    root: h("div", { class: "field" }, h("label", { for: id }, label), node),
    update: (value) => {
      if (document.activeElement !== node) node.value = value;
    },
  };
}

/** A driver: switch, points, strength, and an accordion with its causes. */
function createDriver(driver, send, opened) {
  const id = uid("driver");
  const toggle = h("input", { type: "checkbox", role: "switch", id, "data-lm-suppress-shortcuts": "true", change: (e) => send("driver", driver.name, e.target.checked) });
  const back = h("button", { class: "reset", type: "button", "aria-label": `Reset ${driver.title}`, title: "Reset this driver", click: () => send("reset", driver.name, true) }, "\u21ba");
  const points = h("span", { class: "points" });
  const body = h("div", { class: "causes", id: uid("causes"), hidden: true });
  const words = h("span");
  const fold = h("button", { class: "fold", type: "button", "aria-expanded": "false", "aria-controls": body.id, click: turn }, words);
  const strength = createSlider(`Strength of ${driver.title}`, { range: { min: 0, max: 2, step: 0.02 }, words: (v) => `\u00d7 ${v.toFixed(2)}`, class: "strength", unseen: true }, (value) => send("strength", driver.name, value));
  const root = h(
    "div",
    { class: "driver", "data-driver": driver.name },
    h("div", { class: "first" }, h("label", { class: "switch", for: id, title: driver.description }, toggle, h("i", { "aria-hidden": "true" }), h("span", {}, driver.title)), h("span", { class: "grow" }), back, points),
    h("div", { class: "second" }, fold, strength.root),
    body,
  );
  const options = driver.options.map((option) => [option.name, createChoice(option, (_name, _key, value) => send("options", option.name, value))]);
  if (options.length) body.append(h("div", { class: "cause options" }, options.map(([, one]) => one.root)));
  const inputs = new Map();
  const keys = driver.causes.flatMap((cause) => cause.inputs.map((input) => input.key));
  let fixedNow = {};
  const me = { name: driver.name, root, update, open: () => turn(null, true), close: () => turn(null, false) };

  function turn(_, open = body.hidden) {
    if (open && !inputs.size) {
      buildCauses(driver, body, inputs, send);
      for (const [key, input] of inputs) for (const one of input) one.update(fixedNow[key]);
    }
    body.hidden = !open;
    fold.setAttribute("aria-expanded", String(open));
    if (open) opened(me);
  }

  function update(state, fixed, waiting) {
    fixedNow = fixed;
    const touched = keys.filter((key) => key in fixed).length;
    if (!waiting.has(`driver ${driver.name}`)) toggle.checked = state.on;
    root.dataset.on = state.on;
    root.dataset.changed = state.on !== state.was_on;
    root.dataset.stronger = state.strength !== 1;
    back.hidden = state.on === state.was_on && state.strength === 1 && !touched && !state.chosen;
    say(points, state.points);
    const causes = state.what || `${driver.causes.length} cause${driver.causes.length === 1 ? "" : "s"}`;
    say(words, touched ? `${causes}, **${touched} fixed**` : causes);
    strength.range.disabled = !state.on;
    for (const [name, one] of options) if (!waiting.has(`options ${name}`)) one.update(state.options[name]);
    if (!waiting.has(`strength ${driver.name}`)) strength.update(state.strength);
    for (const [key, list] of inputs) if (!waiting.has(`fixed ${key}`)) for (const one of list) one.update(fixed[key]);
  }

  return me;
}

const FIRST = 2;

function buildCauses(driver, body, inputs, send) {
  const nodes = driver.causes.map((cause) => {
    const also = cause.also.length ? h("span", { class: "also" }, `also in ${cause.also.join(", ")}`) : null;
    if (!cause.inputs.length) {
      return h("div", { class: "cause none" }, h("div", { class: "top" }, h("span", {}, cause.title), h("span", { class: "grow" }), h("span", { class: "muted" }, cause.word ?? (cause.reason.startsWith("follows") ? "path" : "no effect"))), h("p", { class: "source" }, cause.reason));
    }
    return h("div", { class: "cause" }, h("p", { class: "name" }, h("b", {}, cause.title), " ", also), cause.inputs.map((input) => control(input, inputs, send)));
  });
  const rest = nodes.slice(FIRST);
  const hidden = driver.causes.slice(FIRST).flatMap((cause) => cause.inputs).length;
  body.append(...nodes.slice(0, FIRST));
  if (!rest.length) return;
  const more = h("div", { hidden: true }, rest);
  const button = h("button", { class: "link more", type: "button", click: () => {
    more.hidden = false;
    button.remove();
  } }, `${hidden} more inputs in this driver \u25be`);
  body.append(button, more);
}

function control(input, inputs, send) {
  const made = createInput(input, (value, outside) => send("fixed", input.key, value, outside));
  inputs.set(input.key, [...(inputs.get(input.key) ?? []), made]);
  return made.root;
}

/** The inputs of the count itself, by stage. */
function createCount({ count: stages, chain }, send, opened) {
  const inputs = new Map();
  const total = stages.flatMap((stage) => stage.inputs).length;
  const body = h("div", { class: "causes", id: uid("count"), hidden: true });
  const words = h("span");
  const fold = h("button", { class: "fold", type: "button", "aria-expanded": "false", "aria-controls": body.id, click: turn }, words);
  const root = h("div", { class: "driver" }, h("div", { class: "heads" }, h("b", {}, "The count")), h("div", { class: "second" }, fold), body);
  let fixedNow = {};
  const me = { root, update, close: () => turn(null, false) };

  function turn(_, open = body.hidden) {
    if (open && !inputs.size) {
      for (const stage of stages) {
        body.append(h("div", { class: "cause" }, h("p", { class: "name" }, h("b", {}, stage.title), " ", h("span", { class: "also" }, stage.unit)), stage.inputs.map((input) => control(input, inputs, send))));
      }
      update(fixedNow, new Set());
    }
    body.hidden = !open;
    fold.setAttribute("aria-expanded", String(open));
    if (open) opened(me);
  }

  function update(fixed, waiting) {
    fixedNow = fixed;
    const touched = stages.flatMap((stage) => stage.inputs).filter((input) => input.key in fixed).length;
    say(words, touched ? `${total} inputs, **${touched} fixed**` : `${total} inputs: ${chain}`);
    for (const [key, list] of inputs) if (!waiting.has(`fixed ${key}`)) for (const one of list) one.update(fixed[key]);
  }

  return me;
}
