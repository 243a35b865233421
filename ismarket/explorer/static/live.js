// One chart on its own: the same drawing as in the panel, in the theme of the page around it.

function renderLive({ model, el }) {
  const spec = model.get("spec");
  const ours = JSON.stringify(spec).includes('"part":"ends"');
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
  const chart = createChart(holder, spec, ours ? model.get("themes") : null, () => loadRuntime(askBytes));
  const show = () => chart.update({ alt: spec.description ?? "Chart" , ...model.get("picture") });
  model.on("change:picture", show);
  const stop = onTheme(() => chart.dress());
  show();
  return () => {
    model.off("change:picture", show);
    stop();
    chart.finalize();
    holder.remove();
  };
}

export default { render: renderLive };
