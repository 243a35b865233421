// One chart on its own: the same drawing as in the panel, in the theme of the page around it.

function renderLive({ model, el }) {
  const spec = model.get("spec");
  const ours = JSON.stringify(spec).includes('"part":"ends"');
  const holder = h("div", { class: "ism-live" });
  el.append(holder);
  const chart = createChart(holder, spec, ours ? model.get("themes") : null, () => loadRuntime(() => askRuntime(model)));
  const show = () => chart.update({ alt: spec.description ?? "Chart", ...model.get("picture") });
  model.on("change:picture", show);
  const stop = onTheme(() => chart.dress());
  const uncover = hideSaved(model.get("key"));
  show();
  return () => {
    model.off("change:picture", show);
    stop();
    uncover();
    chart.finalize();
    holder.remove();
  };
}

export default { render: renderLive };
