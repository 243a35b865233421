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
