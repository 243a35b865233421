// One input: a native range with its label, the sampled density on the track, a number box, a reset.

/** The control of an input; `change(value)` is called with a number, or null to let it vary again. */
function createInput(input, change) {
  const id = uid("input");
  const range = h("input", { type: "range", id, min: 0, max: 100, step: 1, "data-lm-suppress-shortcuts": "true", input: slid, focus: showSource, blur: hideSource });
  const box = h("input", { class: "box", type: "text", inputmode: "decimal", "aria-label": `${input.name}, value`, "data-lm-suppress-shortcuts": "true", change: typed, keydown: stop });
  const state = h("span", { class: "state" });
  const reset = h("button", { class: "reset", type: "button", title: "Reset", "aria-label": `Reset ${input.name}`, hidden: true, click: () => change(null) }, "\u21ba");
  const refused = h("span");
  const anyway = h("button", { class: "link", type: "button", click: () => change(asked, true) }, "Use it all the same, outside the evidence");
  const wrong = h("p", { class: "wrong", role: "alert", hidden: true }, refused, " ", anyway);
  const source = h("p", { class: "source", id: uid("source"), hidden: true }, input.source);
  const more = h("button", { class: "link", type: "button", "aria-expanded": "false", "aria-controls": source.id, "aria-label": `Source of ${input.name}`, title: input.source, click: pinSource }, "source");
  const dots = chances(input);
  const root = h(
    "div",
    { class: "input", "data-key": input.key },
    h("div", { class: "top" }, h("label", { for: id }, input.label), h("span", { class: "grow" }), state, box, reset),
    h("div", { class: "track" }, input.curve.length ? hump(input) : dots, range),
    h("div", { class: "foot" }, h("span", {}, written(input, input.low)), h("span", { class: "mid" }, `${input.unit} \u00b7 `, statusSign(input.status), ` ${input.status} \u00b7 `, more), h("span", {}, written(input, input.high))),
    wrong,
    source,
  );
  let kept = input.mode;
  let asked = input.mode;
  let pinned = false;

  function showSource() {
    source.hidden = false;
  }

  function hideSource() {
    source.hidden = !pinned;
  }

  function pinSource() {
    pinned = !pinned;
    source.hidden = !pinned;
    more.setAttribute("aria-expanded", String(pinned));
  }

  function stop(event) {
    event.stopPropagation();
  }

  function slid() {
    const value = valueAt(input, Number(range.value) / 100);
    show(value, true);
    change(value);
  }

  function typed() {
    const text = box.value.replaceAll(",", "").replace("\u2212", "-");
    const value = text.trim().endsWith("%") ? Number(text.trim().slice(0, -1)) / 100 : Number(text);
    if (!(value >= input.low && value <= input.high)) {
      say(refused, `${box.value} is outside ${written(input, input.low)} to ${written(input, input.high)} (${input.unit}). The forecast keeps ${written(input, kept)}.`);
      asked = value;
      anyway.hidden = !Number.isFinite(value);
      wrong.hidden = false;
      return;
    }
    show(value, true);
    change(value);
  }

  /** Touched means fixed, at rest means uncertain; both look different. */
  function show(value, fixed) {
    const [words, now] = [written(input, value), fixed ? "fixed" : "rest"];
    if (value === kept && now === root.dataset.state && words === box.value) return;
    if (value !== kept || now !== root.dataset.state) wrong.hidden = true;
    kept = value;
    root.dataset.state = now;
    const place = Math.round(100 * placeOf(input, value));
    if (Number(range.value) !== place) range.value = place;
    range.style.setProperty("--at", `${placeOf(input, value) * 100}%`);
    range.setAttribute("aria-valuetext", `${fixed ? "fixed at" : "uncertain, about"} ${words} ${input.unit}`);
    say(state, fixed ? "fixed" : "about");
    if (document.activeElement !== box) box.value = words;
    box.style.width = `${Math.max(4, words.length) + 2}ch`;
    [...dots.querySelectorAll("rect")].forEach((dot, i) => toggleAttribute(dot, "data-on", i + 0.5 < CHANCES * value));
    reset.hidden = !fixed;
  }

  range.setAttribute("aria-describedby", source.id);
  show(input.mode, false);
  return {
    root,
    update(value) {
      if (value === undefined) show(input.mode, false);
      else show(value, true);
    },
  };
}

/** A value as it is read: a chance in percent, a date without a comma, else an amount. */
function written(input, value) {
  if (input.figure === "chance") return `${Math.round(1000 * value) / 10}%`;
  return input.figure === "date" ? String(Math.round(10 * value) / 10) : figure(value);
}

function valueAt(input, place) {
  const value = input.log ? input.low * (input.high / input.low) ** place : input.low + place * (input.high - input.low);
  return Math.min(input.high, Math.max(input.low, input.figure === "date" ? Math.round(10 * value) / 10 : rounded(value)));
}

function placeOf(input, value) {
  if (input.high === input.low) return 0.5;
  const place = input.log ? Math.log(value / input.low) / Math.log(input.high / input.low) : (value - input.low) / (input.high - input.low);
  return Math.min(1, Math.max(0, place));
}

const CHANCES = 20;

/** The track of a chance: one of 20 dots is 5 in 100 draws, with a tick at the mode. */
function chances(input) {
  const step = 100 / CHANCES;
  const dots = Array.from({ length: CHANCES }, (_, i) => s("rect", { x: (i + 0.2) * step, width: 0.6 * step, y: 5, height: 8 }));
  const mode = 100 * input.mode;
  return s("svg", { class: "hump chances", viewBox: "0 0 100 22", preserveAspectRatio: "none", "aria-hidden": "true" }, dots, s("line", { x1: mode, x2: mode, y1: 1, y2: 18, class: "tick" }));
}

/** The density on the track, with a tick at the mode. */
function hump(input) {
  const top = 18;
  const step = 100 / (input.curve.length - 1);
  const line = input.curve.map((height, i) => `${(i * step).toFixed(1)},${(top - height * (top - 2)).toFixed(1)}`);
  const mode = 100 * placeOf(input, input.mode);
  return s(
    "svg",
    { class: "hump", viewBox: `0 0 100 ${top + 4}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    s("polygon", { points: `0,${top} ${line.join(" ")} 100,${top}` }),
    s("line", { x1: 0, x2: 100, y1: top, y2: top, class: "base" }),
    s("line", { x1: mode, x2: mode, y1: top - 4, y2: top + 4, class: "tick" }),
  );
}

/** A plain slider with its label and its value in words. */
function createSlider(label, options, change) {
  const id = uid("slider");
  const out = h("output", { for: id });
  const range = h("input", { type: "range", id, ...options.range, "data-lm-suppress-shortcuts": "true", input: () => {
    tell(Number(range.value));
    change(Number(range.value));
  } });
  const name = h("label", { for: id, class: options.unseen ? "unseen" : "" }, label);
  const root = h("div", { class: `slider ${options.class ?? ""}` }, name, range, out);

  function tell(value) {
    const words = options.words(value);
    if (out.dataset.said === words) return;
    say(out, words);
    range.setAttribute("aria-valuetext", words);
  }

  return {
    root,
    range,
    update(value, low, high) {
      if (low !== undefined) range.min = low;
      if (high !== undefined) range.max = high;
      if (Number(range.value) !== value) range.value = value;
      tell(value);
    },
  };
}

/** A choice of few, side by side: native radio buttons, so arrows move between them. */
function createSegments(label, options, change) {
  const group = uid("segments");
  const radios = options.map(([value]) => h("input", { type: "radio", name: group, value, "data-lm-suppress-shortcuts": "true", change: () => change(value) }));
  const root = h("span", { class: "segments", role: "radiogroup", "aria-label": label }, options.map(([, text], i) => h("label", {}, radios[i], h("span", {}, text))));
  return {
    root,
    update(value) {
      for (const radio of radios) radio.checked = radio.value === value;
    },
  };
}
