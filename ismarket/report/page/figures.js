// Figures of draws, and how they are written for people: as the package writes them.

/** Quantiles of the draws, from the second on (Hyndman & Fan 1996, type 7). */
function quantiles(values, levels) {
  const sorted = values.slice(1).sort();
  return levels.map((level) => {
    const place = level * (sorted.length - 1);
    const below = Math.floor(place);
    const share = place - below;
    return sorted[below] * (1 - share) + sorted[Math.min(below + 1, sorted.length - 1)] * share;
  });
}

const MINUS = "\u2212";

const FORMATS = [0, 1, 2, 3, 4].map((decimals) => new Intl.NumberFormat("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }));

/** A figure with a true minus sign, of which nought has none; at most four decimals. */
function number(value, decimals) {
  const text = FORMATS[decimals].format(value);
  return text.replace("-", /[1-9]/.test(text) ? MINUS : "");
}

/** A change, always with its sign. */
function signed(value, decimals) {
  const text = Math.abs(value).toFixed(decimals);
  return (value >= 0 || !Number(text) ? "+" : MINUS) + text;
}

/** A multiple, with as many figures as it is worth. */
const times = (factor) => number(factor, factor >= 9.95 ? 0 : factor >= 0.95 ? 1 : 2);

/** A share of a whole in percent: one decimal under 10, none above. */
const percent = (share) => (share ? `${number(100 * share, Math.abs(share) < 0.0995 ? 1 : 0)}%` : "0%");

/** The unit for amounts about so many USD: size, name, decimals in a sentence and in a table. */
function unitOf(usd) {
  if (Math.abs(usd) >= 0.9995e9) return { size: 1e9, name: "bn", decimals: 2, cells: 2 };
  return { size: 1e6, name: "M", decimals: Math.abs(usd) >= 9.5e6 ? 0 : 1, cells: 1 };
}

const shown = (usd, unit) => number(usd / unit.size, unit.decimals);

/** An amount with its unit. */
const money = (usd) => `${shown(usd, unitOf(usd))} ${unitOf(usd).name}`;

/** Two amounts as a range, the unit once where both have it. */
function moneyRange(low, high) {
  const same = unitOf(low).name === unitOf(high).name;
  return `${same ? shown(low, unitOf(low)) : money(low)} to ${money(high)}`;
}

/** At most six round values, evenly spaced, from at or below `low` to `high` or above. */
function ticks(low, high) {
  const [least, most] = high > low ? [low, high] : [low - 0.5, low + 0.5];
  const power = 10 ** Math.floor(Math.log10((most - least) / 6));
  for (const factor of [1, 2, 2.5, 5, 10, 20]) {
    const step = factor * power;
    const [first, last] = [Math.floor(least / step + 1e-9), Math.ceil(most / step - 1e-9)];
    if (last - first < 6) return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  }
  return [least, most];
}

/** The fewest decimals with which every mark is written as it is. */
const decimalsOf = (marks) => [0, 1, 2, 3, 4].find((d) => marks.every((mark) => Math.abs(Number(mark.toFixed(d)) - mark) < 1e-9)) ?? 4;

/** Places in their order, none nearer than `apart`; neighbours that collide share the shift. */
function spread(wanted, low, high, apart) {
  const groups = wanted.map((place) => ({ sum: place, count: 1 }));
  const middle = ({ sum, count }) => sum / count;
  for (let i = 1; i < groups.length; i++) {
    const [before, here] = [groups[i - 1], groups[i]];
    if (middle(here) - middle(before) >= (apart * (before.count + here.count)) / 2) continue;
    groups.splice(i - 1, 2, { sum: before.sum + here.sum, count: before.count + here.count });
    i = Math.max(0, i - 2);
  }
  const placed = groups.flatMap((group) => Array.from({ length: group.count }, (_, i) => middle(group) + apart * (i - (group.count - 1) / 2)));
  const over = Math.max(0, (placed.at(-1) ?? 0) - high);
  return placed.map((place, i) => Math.max(low + apart * i, place - over));
}
