// What every part of a panel shares: its page, one queue to the kernel, one runtime of the charts.

const BUSY = 150;
const REST = 250;
const LOST = 20000;

/** Changes waiting for the kernel: the last of each control, sent when the former are answered. */
function createQueue(send) {
  const pending = new Map();
  const sent = new Set(); // a control that moved on keeps its place until its own answer is there
  let busy = false;
  let rest = 0;
  let lost = 0;

  function flush() {
    if (busy || !pending.size) return;
    const changes = [...pending.values()];
    for (const key of pending.keys()) sent.add(key);
    pending.clear();
    ask({ type: "changes", changes, quick: true });
  }

  function ask(message) {
    busy = true;
    clearTimeout(rest);
    clearTimeout(lost);
    lost = setTimeout(() => answered(true), LOST);
    send(message);
  }

  function answered(settled) {
    busy = false;
    sent.clear();
    clearTimeout(lost);
    clearTimeout(rest);
    if (pending.size) flush();
    else if (!settled) rest = setTimeout(() => ask({ type: "settle" }), REST);
  }

  return {
    waiting: { has: (key) => pending.has(key) || sent.has(key) },
    change(kind, key, value, outside = false) {
      pending.delete(`${kind} ${key}`);
      pending.set(`${kind} ${key}`, { kind, key, value, outside });
      flush();
    },
    answered,
    get busy() {
      return busy;
    },
    stop() {
      clearTimeout(rest);
      clearTimeout(lost);
    },
  };
}

/**
 * The state behind the parts of one panel, whose model is `model`.
 *
 * A part is `{ root, update(page) }`, and may `wait`, `hear` messages, take `analysed` results and
 * what is `offered`, be `dressed` for a theme and `stop`; `make(kind, state, name)` gives one.
 */
function createState(model, signal, make) {
  const parts = new Set();
  const specs = model.get("specs");
  const getRuntime = () => loadRuntime(() => askRuntime(model));
  const ask = (message) => model.send(message);
  const queue = createQueue((message) => {
    setTimeout(() => {
      if (queue.busy) for (const part of parts) wait(part);
    }, BUSY);
    for (const { root } of parts) root.dataset.rest = "false";
    ask(message);
  });
  const state = {
    model,
    queue,
    ask,
    mount,
    structure: model.get("structure"),
    get page() {
      return model.get("page");
    },
    createChart: (holder, chart) => createChart(holder, chart.spec ?? specs[chart.kind], chart.spec ? null : specs.themes, getRuntime),
  };

  function wait(part) {
    part.root.classList.add("busy");
    part.wait?.();
  }

  function show(part, now) {
    const { root } = part;
    root.classList.remove("busy");
    root.classList.toggle("stale", now.stale);
    part.update(now);
    root.dataset.seq = now.seq;
    root.dataset.rest = String(now.settled && !queue.busy);
  }

  function shown() {
    const now = state.page;
    queue.answered(now.settled);
    for (const part of parts) show(part, now);
  }

  function dress(part) {
    part.root.dataset.theme = pageTheme();
    part.dressed?.();
  }

  /** Show a part in `el`; returns the way to take it out again. */
  function mount(el, kind, name, key) {
    const part = make(kind, state, name);
    const undress = onTheme(() => dress(part));
    const uncover = hideSaved(key);
    el.append(part.root);
    parts.add(part);
    dress(part);
    show(part, state.page);
    part.analysed?.(model.get("analyses"));
    return () => {
      parts.delete(part);
      undress();
      uncover();
      part.stop?.();
      part.root.remove();
    };
  }

  model.on("change:page", shown);
  model.on("change:analyses", () => {
    for (const part of parts) part.analysed?.(model.get("analyses"));
  });
  model.on("change:offered", () => {
    for (const part of parts) part.offered?.(model.get("offered"));
  });
  model.on("msg:custom", (message, buffers) => {
    for (const part of parts) part.hear?.(message, buffers);
  });
  signal.addEventListener("abort", () => {
    queue.stop();
    for (const { root } of parts) root.classList.add("left");
  });
  queue.answered(state.page.settled);
  return state;
}
