// Below a view: a button for each heavy analysis, its progress, and the sheet that came of it.

const SHARE = /^(\d+(?:\.\d+)?)%/;
const LONG = 14;

/** The analyses of all views; `ask` sends a press to the kernel, `change` moves a control. */
function createAnalyses(offers, ask, change) {
  const root = h("div", { class: "analyses" });
  const sections = new Map(offers.map((offer) => [offer.name, createAnalysis(offer, ask, change)]));
  root.append(...[...sections.values()].map((section) => section.root));
  return {
    root,
    open(tab) {
      for (const offer of offers) sections.get(offer.name).root.hidden = offer.tab !== tab;
    },
    update(found) {
      for (const [name, result] of Object.entries(found)) sections.get(name)?.update(result);
    },
    offered(now) {
      for (const { name, fields } of now) sections.get(name).offered(fields);
    },
    progress(name, share) {
      sections.get(name)?.progress(share);
    },
  };
}

function createAnalysis(offer, ask, change) {
  const heading = h("h3", { id: uid("analysis") }, offer.title);
  const fields = offer.fields.map(createField);
  const button = h("button", { type: "submit" }, offer.button);
  const bar = h("progress", { hidden: true, max: 1, "aria-label": `${offer.title}: progress` });
  const said = h("p", { class: "unseen", role: "status", "aria-live": "polite" });
  const stale = h("p", { class: "line warn", hidden: true }, "The scenario has moved since. What stands below is of the one before: run it again.");
  const wrong = h("p", { class: "line wrong", hidden: true });
  const result = h("div", { class: "sheet" });
  const form = h("form", { class: "asked", submit: press }, fields.map((f) => f.root), button, bar);
  const root = h("section", { class: "analysis", "aria-labelledby": heading.id, "data-name": offer.name }, heading, h("p", { class: "aid" }, offer.about), form, said, wrong, stale, result);
  const adopt = h("button", { type: "button", hidden: true, click: () => Object.entries(setting).forEach(([key, value]) => change("fixed", key, value)) });
  root.append(adopt);
  let shown = "";
  let setting = {};

  function press(event) {
    event.preventDefault();
    wait(true);
    say(said, `${offer.title}: computing`);
    ask({ type: "analyse", name: offer.name, values: Object.fromEntries(fields.map((f) => [f.name, f.value])) });
  }

  function wait(on) {
    button.disabled = on;
    bar.hidden = !on;
    bar.removeAttribute("value");
    toggleAttribute(root, "aria-busy", on, "true");
  }

  return {
    root,
    offered(now) {
      now.forEach(({ value }, i) => fields[i].offered(value));
    },
    progress(share) {
      bar.value = share;
    },
    update(found) {
      const now = JSON.stringify([found.title, found.said, found.parts, found.error, found.verdicts]);
      stale.hidden = !found.stale || Boolean(found.error);
      result.classList.toggle("old", found.stale);
      wait(false);
      if (now === shown) return;
      shown = now;
      setting = found.setting;
      const inputs = Object.keys(setting).length;
      adopt.hidden = Boolean(found.error) || !inputs;
      say(adopt, `Set ${inputs === 1 ? "this input" : `these ${inputs} inputs`} in the panel`);
      wrong.hidden = !found.error;
      say(wrong, found.error ? `**Not done.** ${found.error}` : "");
      const parts = found.error ? [] : found.parts;
      const ledger = found.verdicts.length ? [createLedger(found.verdicts)] : [];
      result.replaceChildren(...(parts.length ? [...ledger, h("h4", { class: found.title === offer.title ? "unseen" : "" }, found.title), ...parts.map(part)] : []));
      const first = parts.find((p) => p.text);
      say(said, found.error ? `${offer.title}: not done. ${found.error}` : `${offer.title}: done. ${first ? first.text : ""}`);
    },
  };
}

function createField(field) {
  const id = uid("asked");
  let first = field.value;
  const options = field.options.map(([value, title]) => h("option", { value, selected: value === field.value }, title));
  const hint = field.hint ? h("small", { id: `${id}-hint` }, field.hint) : null;
  const rest = { id, "data-lm-suppress-shortcuts": "true", "aria-describedby": hint ? hint.id : null };
  const input = options.length
    ? h("select", rest, options)
    : h("input", { ...rest, type: "text", value: field.value, size: Math.max(6, field.value.length + 2), keydown: (e) => e.stopPropagation() });
  return {
    name: field.name,
    root: h("div", { class: "field" }, h("label", { for: id }, field.label), input, hint),
    /** Another first value, as the scenario moved; what was typed stays. */
    offered(value) {
      if (input.value === first) input.value = value;
      first = value;
    },
    get value() {
      return input.value;
    },
  };
}

/** A row a verdict: its mark and meaning, a tick a claim, and the claims, which open in place. */
function createLedger(verdicts) {
  const head = h("tr", {}, ["Verdict, what it means", "Claims", "Which, and the effect alone in points a year"].map((title) => h("th", { scope: "col" }, title)));
  const told = (lines) => lines.map((text) => h("p", {}, linked(text)));
  const cause = ({ ids, words, opened }) => h("details", { class: "claim" }, h("summary", {}, h("b", {}, ids), ` ${words}`), opened.flatMap(told));
  const row = ({ verdict, means, count, causes, small, fold }) => {
    const ticks = h("span", { class: "ticks", "aria-hidden": "true" }, Array.from({ length: count }, () => h("i")));
    const rest = fold && h("details", { class: "claim" }, h("summary", {}, h("b", {}, fold)), small.map(cause));
    return h("tr", { "data-verdict": verdict }, h("th", { scope: "row" }, statusSign(verdict), " ", h("b", {}, verdict), h("small", {}, means)), h("td", {}, `${count} `, ticks), h("td", {}, causes.map(cause), rest));
  };
  return h("table", { class: "ledger" }, h("caption", { class: "unseen" }, "Claims by verdict"), h("thead", {}, head), h("tbody", {}, verdicts.map(row)));
}

/** A sentence, a note or a table of a sheet. */
function part(found) {
  if (found.text) return h("p", { class: found.note ? "caveat" : "said" }, found.text);
  const head = h("tr", {}, found.header.map((title, i) => h("th", { scope: "col", class: i < found.words ? "" : "right" }, title)));
  const rows = found.rows.map((row) => h("tr", {}, row.map((text, i) => cell(text, i, found))));
  const label = found.title || `Table: ${found.header.join(", ")}`;
  const caption = h("caption", { class: found.title ? "" : "unseen" }, label);
  const table = h("table", {}, caption, h("thead", {}, head), h("tbody", {}, rows));
  return h("div", { class: `scroll ${found.rows.length > LONG ? "long" : ""}`, tabindex: 0, role: "region", "aria-label": label }, table);
}

/** A cell; a share of a whole has a bar of its length behind it. */
function cell(text, i, table) {
  const node = h(i ? "td" : "th", { scope: i ? null : "row", class: i < table.words ? "" : "right" }, text);
  const share = table.shares.includes(i) && text.match(SHARE);
  if (share && Number(share[1]) <= 100) {
    node.classList.add("shared");
    node.style.setProperty("--share", `${share[1]}%`);
  }
  return node;
}
