// Elicitation: a row of number boxes for each expert; the kernel answers with what they imply.

const ASKED = [["P10", "1 in 10 lies below"], ["P50", "half lies below"], ["P90", "1 in 10 lies above"]];
const SAID = [["P5", "1 in 20 below"], ["P95", "1 in 20 above"]];
const PAUSE = 60;

/** One expert: name, three numbers and a weight to type, two numbers said back. */
function createExpert(unit, changed, removed) {
  const typed = { "data-lm-suppress-shortcuts": "true", input: changed, keydown: (event) => event.stopPropagation() };
  const name = h("input", { type: "text", class: "who", "aria-label": "Name of the expert", ...typed, input: () => {
    label();
    changed();
  } });
  const boxes = [...ASKED.map(([level]) => level), "weight"].map((level) => ({ level, box: h("input", { type: "text", inputmode: "decimal", ...typed }) }));
  const back = SAID.map(() => h("td", { class: "right said" }));
  const remove = h("button", { type: "button", class: "small", click: removed }, "Remove");
  const wrong = h("p", { class: "wrong", role: "alert", id: uid("wrong") });
  const root = h(
    "tbody",
    {},
    h("tr", {}, h("th", { scope: "row" }, name), ...boxes.slice(0, 3).map(({ box }) => h("td", { class: "right" }, box)), ...back, h("td", { class: "right" }, boxes[3].box), h("td", { class: "right" }, remove)),
    h("tr", { class: "below" }, h("td", { colspan: 8 }, wrong)),
  );

  function label() {
    const who = name.value || "expert";
    for (const { level, box } of boxes) box.setAttribute("aria-label", level === "weight" ? `Weight of ${who}` : `${level} of ${who}, ${unit}`);
    remove.setAttribute("aria-label", `Remove ${who}`);
  }

  for (const { box } of boxes) box.setAttribute("aria-describedby", wrong.id);
  return {
    root,
    name,
    row: () => ({ expert: name.value, values: boxes.map(({ box }) => box.value) }),
    fill(row) {
      name.value = row.expert;
      boxes.forEach(({ box }, i) => (box.value = row.values[i]));
      label();
    },
    show(row, alone) {
      [row.p5, row.p95].forEach((words, i) => say(back[i], words));
      say(wrong, row.error);
      root.lastChild.hidden = !row.error;
      for (const { box } of boxes) box.setAttribute("aria-invalid", String(Boolean(row.error)));
      remove.disabled = alone;
    },
  };
}

/** Densities on one axis: the experts as lines, the parameter as an area with P5, P50 and P95. */
function densities(picture) {
  const [width, height, base] = [760, 132, 108];
  const at = ([x, y]) => `${(10 + x * (width - 20)).toFixed(1)},${(base - y * (base - 10)).toFixed(1)}`;
  const shape = (curve) => curve.map(at).join(" ");
  const last = picture.curves.length - 1;
  const curves = picture.curves.map((curve, i) => s(i === last ? "polygon" : "polyline", { points: i === last ? `${at([0, 0])} ${shape(curve)} ${at([1, 0])}` : shape(curve.filter(([, y]) => y > 0)), class: i === last ? "fitted" : "expert" }));
  const marks = picture.marks.flatMap(([x, words]) => {
    const [left] = at([x, 0]).split(",");
    return [s("line", { x1: left, x2: left, y1: base, y2: base + 5, class: "tick" }), s("text", { x: left, y: base + 18, "text-anchor": "middle" }, words)];
  });
  return s("svg", { class: "density", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": picture.alt }, curves.reverse(), s("line", { x1: 10, x2: width - 10, y1: base, y2: base, class: "tick" }), marks);
}

function renderElicitation({ model, el }) {
  const { title, unit } = model.get("question");
  let experts = [];
  let turn = -1;
  let waiting = 0;
  const table = h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Expert"), [...ASKED, ...SAID].map(([level, words]) => h("th", { scope: "col", class: "right" }, h("b", {}, level), h("br"), words)), h("th", { scope: "col", class: "right" }, "Weight"), h("th", {}, h("span", { class: "unseen" }, "Remove")))));
  const totals = h("tbody", { class: "totals" });
  const add = h("button", { type: "button", class: "small", click: another }, "Add an expert");
  const scaleId = uid("scale");
  const scale = h("select", { id: scaleId, change: changed }, h("option", { value: "natural" }, "natural: sums and shares"), h("option", { value: "log" }, "log: ratios and prices"));
  const sentence = h("p", { class: "sentence", role: "status", "aria-live": "polite" });
  const caveat = h("p", { class: "line warn" });
  const holder = h("div", { class: "picture" });
  const code = h("pre", { class: "code", tabindex: 0, role: "region", "aria-label": "Python for this parameter" });
  const copy = h("button", { type: "button", class: "small", click: copied }, "Copy as Python");
  const root = h(
    "div",
    { class: "ism ism-elicit", role: "region", "aria-label": `Elicitation of ${title}` },
    h("h2", {}, `${title}, ${unit}`),
    h("p", { class: "aid" }, "Ask each expert for the value that only 1 case in 10 stays below, then the one that 1 in 10 exceeds, then the middle."),
    h("div", { class: "scroll" }, table),
    h("div", { class: "bar" }, add, h("span", { class: "grow" }), h("label", { for: scaleId }, "Scale"), scale),
    sentence,
    caveat,
    holder,
    h("div", { class: "coded" }, code, copy),
  );
  el.append(root);

  function rows() {
    return experts.map((expert) => expert.row());
  }

  function changed() {
    clearTimeout(waiting);
    waiting = setTimeout(() => model.send({ type: "answers", rows: rows(), scale: scale.value }), PAUSE);
  }

  function append(row) {
    const expert = createExpert(unit, changed, () => {
      experts = experts.filter((other) => other !== expert);
      expert.root.remove();
      add.focus();
      changed();
    });
    expert.fill(row);
    experts.push(expert);
    table.insertBefore(expert.root, totals);
    return expert;
  }

  function another() {
    const taken = new Set(experts.map((expert) => expert.name.value));
    let number = experts.length + 1;
    while (taken.has(`Expert ${number}`)) number += 1;
    append({ expert: `Expert ${number}`, values: ["", "", "", "1"] }).name.focus();
    changed();
  }

  async function copied() {
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      getSelection().selectAllChildren(code);
    }
  }

  function show() {
    const page = model.get("page");
    if (page.turn !== turn) {
      turn = page.turn;
      for (const expert of experts) expert.root.remove();
      experts = [];
      for (const row of page.rows) append(row);
      scale.value = page.scale;
    }
    experts.forEach((expert, i) => page.rows[i] && expert.show(page.rows[i], experts.length === 1));
    totals.replaceChildren(...page.totals.map(([words, ...cells]) => h("tr", {}, h("th", { scope: "row" }, words), cells.map((cell) => h("td", { class: "right" }, cell)), h("td"), h("td"))));
    say(sentence, page.sentence);
    say(caveat, page.caveat);
    caveat.hidden = !page.caveat;
    holder.replaceChildren(...(page.picture.curves.length ? [densities(page.picture)] : []));
    code.textContent = page.code;
    code.parentElement.hidden = !page.code;
  }

  function dressed() {
    root.dataset.theme = pageTheme();
  }

  table.append(totals);
  const undress = onTheme(dressed);
  model.on("change:page", show);
  dressed();
  show();
  return () => {
    model.off("change:page", show);
    clearTimeout(waiting);
    undress();
    root.remove();
  };
}

export default { render: renderElicitation };
