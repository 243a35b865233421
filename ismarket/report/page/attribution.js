// Attribution: what each driver carries of the growth, by Shapley values on log growth.

/** The coalitions that are compared, as bit masks, and the weight of each for each player.
 *
 * Every one, or beyond the engine's exact limit those along `orders`, each with its reverse.
 */
function attribution(players, orders) {
  if (!orders) return exactly(players);
  const number = new Map();
  const weights = Array.from({ length: players }, () => []);
  const numberOf = (mask) => number.get(mask) ?? number.set(mask, number.size).get(mask);
  const add = (player, mask, weight) => (weights[player][numberOf(mask)] = (weights[player][numberOf(mask)] ?? 0) + weight);
  for (const order of orders.flatMap((one) => [one, [...one].reverse()])) {
    let mask = 0;
    for (const player of order) {
      add(player, mask, -0.5 / orders.length);
      add(player, (mask |= 1 << player), 0.5 / orders.length);
    }
  }
  const coalitions = [...number.keys()];
  return { coalitions, weights: weights.map((row) => coalitions.map((_, n) => row[n] ?? 0)) };
}

/** Every coalition: the weights are the mean over all orders in which players may join. */
function exactly(players) {
  const coalitions = players ? Array.from({ length: 1 << players }, (_, mask) => mask) : [];
  const choose = (n, k) => (k ? (choose(n - 1, k - 1) * n) / k : 1);
  const weight = (player, mask) => {
    const inside = (mask >> player) & 1;
    const others = mask.toString(2).replaceAll("0", "").length - inside;
    return (2 * inside - 1) / (players * choose(players - 1, others));
  };
  return { coalitions, weights: Array.from({ length: players }, (_, player) => coalitions.map((mask) => weight(player, mask))) };
}

/** (exp(x) - 1) / x, and 1 at 0. */
const expm1Ratio = (x) => (x ? Math.expm1(x) / x : 1);
