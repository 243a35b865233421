// A live chart: one Vega view that keeps its SVG node and takes what changed, at most once a frame.

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

/** The bytes of the runtime, from the kernel. */
function askRuntime(model) {
  return new Promise((resolve) => {
    const hear = (message, buffers) => {
      if (message.type !== "runtime") return;
      model.off("msg:custom", hear);
      const found = buffers[0];
      resolve(new Uint8Array(found.buffer ?? found, found.byteOffset ?? 0, found.byteLength));
    };
    model.on("msg:custom", hear);
    model.send({ type: "runtime" });
  });
}

function rowsOf(columns) {
  const names = Object.keys(columns);
  const length = names.length ? columns[names[0]].length : 0;
  return Array.from({ length }, (_, i) => Object.fromEntries(names.map((n) => [n, columns[n][i]])));
}

const NARROWEST = 480; // px; a chart with less room is drawn that wide and made smaller as a whole

/** A chart in `holder`, an element; `getRuntime` gives the shared runtime. */
function createChart(holder, spec, themes, getRuntime) {
  const place = h("div", { class: "plot", "aria-hidden": "true" });
  holder.replaceChildren(place);
  holder.setAttribute("role", "img");
  holder.tabIndex = 0;
  let view = null;
  let latest = null;
  let frame = 0;
  let drawn = false; // in this frame
  let width = 0;
  let gone = false;
  let running = false;
  let again = false; // asked for while it was being drawn
  const said = new Map(); // what each dataset and parameter was last set to

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

  /** The first change of a frame is drawn at once, later ones together in the next. */
  function schedule() {
    if (!view || !latest || frame) return;
    if (running) again = true;
    else if (drawn) frame = requestAnimationFrame(nextFrame);
    else paint();
  }

  function nextFrame() {
    frame = 0;
    drawn = false;
    paint();
  }

  function differs(name, value) {
    const words = JSON.stringify(value);
    if (said.get(name) === words) return false;
    said.set(name, words);
    return true;
  }

  async function paint() {
    if (gone) return;
    running = drawn = true;
    again = false;
    requestAnimationFrame(() => {
      drawn = false;
    });
    const chart = latest;
    for (const [name, columns] of Object.entries(chart.datasets)) if (differs(`data ${name}`, columns)) view.data(name, rowsOf(columns));
    for (const [name, value] of Object.entries(chart.params)) view.signal(name, value);
    if (themes) {
      view.signal("theme", themes[pageTheme()]);
      width ||= holder.clientWidth; // read only when it may have changed: reading lays the page out
      const wide = Math.max(NARROWEST, Math.floor(width));
      view.width(wide).height(chart.height);
      holder.style.height = `${Math.round(chart.height * Math.min(1, width / wide || 1))}px`;
    }
    await view.runAsync();
    holder.setAttribute("aria-label", chart.alt);
    holder.dataset.painted = String(Number(holder.dataset.painted ?? 0) + 1);
    running = false;
    if (again) schedule();
  }

  /** A file needs a ground of its own. */
  async function onGround(make) {
    if (!themes) return make();
    await view.background(themes[pageTheme()].bg).runAsync();
    const made = await make();
    await view.background("transparent").runAsync();
    return made;
  }

  const resize = new ResizeObserver(() => {
    width = 0;
    schedule();
  });
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
