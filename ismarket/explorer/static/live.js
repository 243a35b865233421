// One chart on its own: the same drawing as in the panel, in the theme of the page around it.

function renderLive({ model, el }) {
  const spec = model.get("spec");
  const themed = (spec.params ?? []).some((parameter) => parameter.name === "theme");
  const holder = h("div", { class: "ism-live" });
  el.append(holder);
  const askBytes = () => new Promise((resolve) => {
    const hear = (message, buffers) => {
      if (message.type !== "runtime") return;
      model.off("msg:custom", hear);
      const found = buffers[0];
      resolve(new Uint8Array(found.buffer ?? found, found.byteOffset ?? 0, found.byteLength));
    };
    model.on("msg:custom", hear);
    model.send({ type: "runtime" });
  });
  const chart = createChart(holder, spec, themed ? model.get("themes") : null, () => loadRuntime(askBytes));
  const show = () => chart.update({ datasets: model.get("datasets"), params: model.get("params"), alt: model.get("alt"), height: themed ? spec.height : 0 });
  model.on("change:datasets", show);
  const stop = onTheme(() => chart.repaint());
  show();
  return () => {
    model.off("change:datasets", show);
    stop();
    chart.finalize();
    holder.remove();
  };
}

export default { render: renderLive };
