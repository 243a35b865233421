// What the chain of a page says of some settings: run in node, and in a browser, by the tests.

function answers(model, settings) {
  const chain = createChain(model);
  const levels = [0.05, 0.5, 0.95];
  const told = (values) => [values[0], ...quantiles(values, levels)];
  return settings.map((setting) => {
    const found = chain.compute(setting);
    const { first, final } = found.split();
    const { points, usd } = found.carried();
    const parts = (map) => Object.fromEntries([...map].map(([name, values]) => [name, told(values)]));
    return {
      total: found.total.map(told),
      points: parts(points),
      usd: parts(usd()),
      region: final.region.map(told),
      drug_class: final.drug_class.map(told),
      region_base: first.region.map(told),
      calibration: told(found.factor),
      listed: found.listed,
    };
  });
}
