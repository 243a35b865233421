// The fan: the path with its draws, the report's path and that of general prices, the page as sent.

const FAN = { height: 320, top: 22, bottom: 52, left: 36, dot: 8.6 };

/** A picture of the fan; `update(view)` draws it anew, in USD by year. */
function createFan() {
  const root = s("svg", { role: "img", class: "fan" });
  return { root, update: (view, width) => root.replaceChildren(...fanOf(root, view, Math.max(340, width))) };
}

function fanOf(root, view, width) {
  const { years, fan, reference, report, prices, ghost, unit, levels } = view;
  const { height, top, bottom, left } = FAN;
  const small = width < 560;
  const right = width - (small ? 118 : 226);
  const last = years.length - 1;
  const [low, high] = [levels[0], levels.at(-1)];
  const x = (t) => left + ((right - left) * t) / last;
  const y = (usd) => top + (height - top - bottom) * (1 - (usd / unit.size - low) / (high - low));
  const line = (values, kind) => s("polyline", { class: kind, points: values.map((value, t) => `${x(t).toFixed(1)},${y(value).toFixed(1)}`).join(" ") });
  const band = (under, over, kind) => s("polygon", { class: kind, points: [...over.map((v, t) => [t, v]), ...under.map((v, t) => [t, v]).reverse()].map(([t, v]) => `${x(t).toFixed(1)},${y(v).toFixed(1)}`).join(" ") });
  const text = (words, at, down, kind = "", anchor = "start") => s("text", { x: at, y: down + 4, class: kind, "text-anchor": anchor }, words);
  const decimals = decimalsOf(levels);
  const nodes = levels.flatMap((level) => {
    const down = y(level * unit.size);
    return [s("line", { class: "grid", x1: left, x2: right, y1: down, y2: down }), text(number(level, decimals), left - 6, down, "muted small", "end")];
  });
  nodes.push(text(view.usd, 0, 7, "muted small"));
  if (ghost) nodes.push(band(ghost.p5, ghost.p95, "ghost"));
  nodes.push(band(fan.p5, fan.p95, "band90"), band(fan.p25, fan.p75, "band50"));
  if (ghost) nodes.push(line(ghost.p5, "as-sent"), line(ghost.p95, "as-sent"), line(ghost.reference, "as-sent"));
  if (prices) nodes.push(line(prices, "prices"));
  nodes.push(line(fan.p50, "median"));
  nodes.push(line(reference, "reference"));
  if (report.length) nodes.push(line(report, "report"));
  nodes.push(s("circle", { class: report.length ? "printed" : "start", cx: x(0), cy: y(reference[0]), r: 4 }));
  if (view.start) nodes.push(text(view.start, x(0), Math.min(y(reference[0]) + 18, height - bottom - 8), "report-text halo"));
  if (view.opens && !small) {
    const at = x(view.opens.at);
    nodes.push(s("line", { class: "axis", x1: at, x2: at, y1: height - bottom, y2: height - bottom + 12 }), text(view.opens.words, at + 6, height - bottom + 7, "muted small"));
  }
  nodes.push(s("line", { class: "axis", x1: left, x2: right, y1: height - bottom + 20, y2: height - bottom + 20 }));
  const step = Math.ceil(years.length / (small ? 4 : 8));
  years.forEach((year, t) => {
    const end = t === 0 || t === last;
    if (end || (t % step === 0 && last - t >= step)) nodes.push(text(small ? `\u2019${String(year).slice(2)}` : year, x(t), height - bottom + 36, end ? "strong" : "muted", "middle"));
  });
  if (!small) nodes.push(...dotsOf(view, right + 14, y), text("1 dot: 1 draw in 20", right + 30, height - bottom + 36, "muted small"));
  nodes.push(...labelsOf(view, right + (small ? 8 : 56), small, y, text));
  root.setAttribute("viewBox", `0 0 ${width} ${height}`);
  root.setAttribute("width", width);
  root.setAttribute("height", height);
  root.setAttribute("aria-label", view.words);
  return nodes;
}

/** Twenty dots beside the last year, each 1 draw in 20. */
function dotsOf({ dots, report, years }, left, y) {
  const taken = new Map();
  return dots.map((value) => {
    const row = Math.round(y(value) / FAN.dot);
    const rank = (taken.get(row) ?? -1) + 1;
    taken.set(row, rank);
    const reached = report.length === years.length && value >= report.at(-1);
    return s("circle", { class: reached ? "dot reached" : "dot", cx: left + Math.min(rank, 4) * FAN.dot, cy: row * FAN.dot, r: 3.6 });
  });
}

/** Every line's last value with its name, kept apart. */
function labelsOf({ years, fan, reference, report, prices, ghost, unit, speaker, current }, left, small, y, text) {
  const last = years.length - 1;
  const lines = [
    [fan.p95[last], small ? "high" : "9 in 10, high", "ink2"],
    [fan.p50[last], small ? "median" : "median draw", "ink2"],
    [reference[last], small ? "reference" : "reference", "model-text"],
    [fan.p5[last], small ? "low" : "9 in 10, low", "ink2"],
  ];
  if (!small) lines.push([fan.p25[last], `to ${shown(fan.p75[last], unit)}: half of draws`, "ink2"]);
  if (report.length === years.length) lines.push([report[last], speaker, "report-text"]);
  if (prices) lines.push([prices[last], small ? "prices" : `prices alone${current ? "" : ", flat"}`, "prices-text"]);
  if (ghost) lines.push([ghost.reference[last], small ? "as sent" : "as sent, reference", "muted"]);
  lines.sort((a, b) => b[0] - a[0]);
  const places = spread(lines.map(([value]) => y(value)), FAN.top - 14, FAN.height - FAN.bottom + 10, 16);
  return lines.flatMap(([value, name, kind], i) => [text(shown(value, unit), left + 32, places[i], `${kind} strong`, "end"), text(name, left + 36, places[i], kind)]);
}
