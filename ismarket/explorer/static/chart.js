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

const NARROWEST = 440; // px; a chart with less room is drawn that wide and made smaller as a whole

function rowsOf(columns) {
  const names = Object.keys(columns);
  const length = names.length ? columns[names[0]].length : 0;
  return Array.from({ length }, (_, i) => Object.fromEntries(names.map((n) => [n, columns[n][i]])));
}

/** Text with the colours of the light theme, in those of the page. */
function dressed(text, themes) {
  if (!themes || pageTheme() !== "dark") return text;
  const dark = new Map(Object.entries(themes.light).map(([token, colour]) => [colour, themes.dark[token]]));
  return text.replace(/#[0-9A-Fa-f]{6}(?=")/g, (colour) => dark.get(colour) ?? colour);
}

/**
 * A chart in `holder`, an element; `getRuntime` gives the shared runtime.  It follows the theme of
 * the page where there are `themes`, and the width of its holder where it is filled by `update`.
 */
function createChart(holder, spec, themes, getRuntime) {
  const place = h("div", { class: "plot", "aria-hidden": "true" });
  holder.replaceChildren(place);
  holder.setAttribute("role", "img");
  holder.tabIndex = 0;
  let view = null;
  let latest = null;
  let width = 0;
  let gone = false;
  let running = false;
  let again = false; // asked for while it was being drawn
  let theme = "";
  const said = new Map(); // what each part was last set to

  async function start() {
    const { vegaEmbed } = await getRuntime();
    if (gone) return;
    const own = JSON.parse(dressed(JSON.stringify(spec), themes));
    if (themes) own.background = "transparent"; // the page's own ground shows through
    const made = await vegaEmbed(place, own, { actions: false, ast: true, renderer: "svg", tooltip: false });
    view?.finalize();
    if (gone) {
      made.view.finalize();
      return;
    }
    view = made.view;
    said.clear();
    schedule();
  }

  const schedule = oncePerFrame(() => {
    if (running) again = true;
    else if (view && latest && !gone) paint();
  });

  /** The text of a value, or nothing where that is what was set last. */
  function anew(name, value) {
    const words = JSON.stringify(value);
    if (said.get(name) === words) return "";
    said.set(name, words);
    return words;
  }

  /** The rows and the room of what is latest, as they fit in the width of the holder. */
  function fill() {
    width ||= holder.clientWidth; // read only when it may have changed: reading lays the page out
    const whole = Math.max(NARROWEST, Math.floor(width));
    const slim = whole < latest.below ? latest.narrow : null;
    const { room, height } = slim ?? latest;
    for (const [part, columns] of Object.entries({ ...latest.parts, ...slim?.parts })) {
      const words = anew(`part ${part}`, columns);
      if (words) view.data(part, rowsOf(JSON.parse(dressed(words, themes))));
    }
    view.width(whole - room.left - room.right).height(height);
    if (anew("padding", room)) view.padding(room);
    const scale = Math.min(1, width / whole || 1);
    holder.style.height = `${Math.round(scale * (room.top + height + room.bottom))}px`;
  }

  async function paint() {
    running = true;
    again = false;
    const chart = latest;
    if (chart.parts) fill();
    for (const [name, rows] of Object.entries(chart.datasets ?? {})) if (anew(`data ${name}`, rows)) view.data(name, rows);
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

  /** Draw in the theme of the page, anew if that changed. */
  function dress() {
    if (theme === pageTheme()) return;
    theme = pageTheme();
    start().catch((error) => {
      place.textContent = `The chart could not be drawn: ${error.message}. Its numbers stand in the table.`;
    });
  }

  dress();
  return {
    update(chart) {
      latest = chart;
      schedule();
    },
    dress,
    svg: () => onGround(() => view.toSVG()),
    png: () => onGround(() => view.toImageURL("png", 2)),
    finalize() {
      gone = true;
      resize.disconnect();
      view?.finalize();
      holder.replaceChildren();
    },
  };
}
