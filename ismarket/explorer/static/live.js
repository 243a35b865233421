// One chart on its own: the same drawing as in the panel, in the theme of the page around it.

function renderLive({ model, el }) {
  const spec = model.get("spec");
  const themed = (spec.params ?? []).some((parameter) => parameter.name === "theme");
  const holder = h("div", { class: "ism-live" });
  el.append(holder);
  const chart = createChart(holder, spec, themed ? model.get("themes") : null, () => loadRuntime(() => askRuntime(model)));
  const show = () => chart.update({ datasets: model.get("datasets"), params: model.get("params"), alt: model.get("alt"), height: themed ? spec.height : 0 });
  model.on("change:datasets", show);
  const stop = onTheme(() => chart.repaint());
  const uncover = hideSaved(model.get("key"));
  show();
  return () => {
    model.off("change:datasets", show);
    stop();
    uncover();
    chart.finalize();
    holder.remove();
  };
}

export default { render: renderLive };
