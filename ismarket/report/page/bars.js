// Bars: what each row carries, with its interval, beside its name and its figure.

const BARS = { row: 38, top: 8, foot: 26 };

/** Diagonal strokes for what no cause carries. */
function createHatch(id) {
  return s("pattern", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, s("rect", { class: "hatch", width: 6, height: 6 }), s("line", { class: "stroke", x1: 0, x2: 0, y1: 0, y2: 6 }));
}

/** A picture of bars; rows are {title, note, value, low, high, kind, figure}, value null where one is off. */
function createBars() {
  const root = s("svg", { role: "img", class: "bars" });
  const hatch = createHatch(uid("hatch"));
  return { root, update: (view, width) => root.replaceChildren(hatch, ...barsOf(root, view, Math.max(340, width), hatch.id)) };
}

function barsOf(root, { rows, words, unit }, width, hatch) {
  const { row, top, foot } = BARS;
  const small = width < 560;
  const left = small ? 146 : 190;
  const right = width - 62;
  const height = top + row * rows.length + foot;
  const told = rows.filter(({ value }) => value !== null);
  const marks = ticks(Math.min(0, ...told.map(({ low, value }) => Math.min(low, value))), Math.max(0, ...told.map(({ high, value }) => Math.max(high, value))));
  const [low, high] = [marks[0], marks.at(-1)];
  const x = (value) => left + ((right - left) * (value - low)) / (high - low);
  const decimals = decimalsOf(marks);
  const text = (said, at, down, kind = "", anchor = "start") => s("text", { x: at, y: down + 4, class: kind, "text-anchor": anchor }, said);
  const nodes = marks.flatMap((mark) => [
    s("line", { class: mark ? "grid" : "axis", x1: x(mark), x2: x(mark), y1: top, y2: height - foot }),
    text(number(mark, decimals), x(mark), height - foot + 14, "muted small", "middle"),
  ]);
  nodes.push(text(small ? unit[1] : unit[0], 0, height - foot + 14, "muted small"));
  rows.forEach((one, i) => {
    const middle = top + row * (i + 0.5);
    const ends = one.value === null ? [0, 0] : [Math.min(0, one.value), Math.max(0, one.value)];
    if (one.kind === "total") nodes.push(s("line", { class: "axis", x1: 0, x2: width, y1: middle - row / 2, y2: middle - row / 2 }));
    nodes.push(text(one.title, 0, middle - 7, "strong"), text(one.note, 0, middle + 8, "muted small"));
    nodes.push(text(one.figure, width, middle, one.value === null ? "muted" : "strong", "end"));
    if (one.value === null) return;
    nodes.push(s("rect", { class: `bar of-${one.kind}`, fill: one.kind === "left" ? `url(#${hatch})` : null, x: x(ends[0]), y: middle - 10, width: Math.max(1, x(ends[1]) - x(ends[0])), height: 20 }));
    nodes.push(s("line", { class: "whisker", x1: x(one.low), x2: x(one.high), y1: middle, y2: middle }));
    for (const end of [one.low, one.high]) nodes.push(s("line", { class: "whisker", x1: x(end), x2: x(end), y1: middle - 4, y2: middle + 4 }));
    nodes.push(s("circle", { class: "mode", cx: x(one.value), cy: middle, r: 4 }));
  });
  root.setAttribute("viewBox", `0 0 ${width} ${height}`);
  root.setAttribute("width", width);
  root.setAttribute("height", height);
  root.setAttribute("aria-label", words);
  return nodes;
}
