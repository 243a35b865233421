// A live chart: one Vega view that keeps its SVG node and takes new data, at most once a frame.

/** The shared runtime of this page; asked for once, whatever number of charts. */
function loadRuntime(fetchBytes) {
  globalThis.ismarketRuntime ??= fetchBytes().then(async (bytes) => {
    const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const source = await new Response(unpacked).blob();
    const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const found = await import(/* @vite-ignore */ address);
    URL.revokeObjectURL(address);
    return found;
  });
  globalThis.ismarketRuntime.catch(() => {
    globalThis.ismarketRuntime = undefined;
  });
  return globalThis.ismarketRuntime;
}

function rowsOf(columns) {
  const names = Object.keys(columns);
  const length = names.length ? columns[names[0]].length : 0;
  return Array.from({ length }, (_, i) => Object.fromEntries(names.map((n) => [n, columns[n][i]])));
}

/** A chart in `holder`, an element; `getRuntime` gives the shared runtime. */
function createChart(holder, spec, themes, getRuntime) {
  const place = h("div", { class: "plot", "aria-hidden": "true" });
  holder.replaceChildren(place);
  holder.setAttribute("role", "img");
  holder.tabIndex = 0;
  let view = null;
  let latest = null;
  let frame = 0;
  let gone = false;
  let running = false;

  async function start() {
    const { vegaEmbed } = await getRuntime();
    if (gone) return;
    const own = structuredClone(spec);
    if (themes) {
      own.background = "transparent"; // the panel's own ground shows through
      own.padding = 0;
      delete own.config.background;
    }
    const made = await vegaEmbed(place, own, { actions: false, ast: true, renderer: "svg", tooltip: false });
    if (gone) {
      made.view.finalize();
      return;
    }
    view = made.view;
    schedule();
  }

  function schedule() {
    if (!frame && view && latest) frame = requestAnimationFrame(paint);
  }

  async function paint() {
    frame = 0;
    if (running || gone) return;
    running = true;
    const chart = latest;
    for (const [name, columns] of Object.entries(chart.datasets)) view.data(name, rowsOf(columns));
    for (const [name, value] of Object.entries(chart.params)) view.signal(name, value);
    if (themes) {
      view.signal("theme", themes[pageTheme()]);
      view.width(Math.max(480, Math.floor(holder.clientWidth))).height(chart.height);
      holder.style.height = `${chart.height}px`;
    }
    await view.runAsync();
    holder.setAttribute("aria-label", chart.alt);
    holder.dataset.painted = String(Number(holder.dataset.painted ?? 0) + 1);
    running = false;
    if (latest !== chart) schedule();
  }

  /** A file needs a ground of its own. */
  async function onGround(make) {
    await view.background(themes[pageTheme()].bg).runAsync();
    const made = await make();
    await view.background("transparent").runAsync();
    return made;
  }

  const resize = new ResizeObserver(schedule);
  resize.observe(holder);
  start().catch((error) => {
    place.textContent = `The chart could not be drawn: ${error.message}. Its numbers stand in the table.`;
  });
  return {
    update(chart) {
      latest = chart;
      schedule();
    },
    repaint: schedule,
    svg: () => onGround(() => view.toSVG()),
    png: () => onGround(() => view.toImageURL("png", 2)),
    finalize() {
      gone = true;
      resize.disconnect();
      cancelAnimationFrame(frame);
      view?.finalize();
      holder.replaceChildren();
    },
  };
}
