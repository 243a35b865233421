// The buttons at the top: pin, save, load, copy, download; each also by path.

function createActions(send, chartOf, name) {
  const by = uid("actions"); // the same panel may be shown elsewhere in the page
  const ask = (message) => send({ ...message, by });
  const pin = h("button", { type: "button", click: () => ask({ type: "pin" }) }, "Pin to compare");
  const saving = byPath("Save to path", "my-scenario.toml", (path) => ask({ type: "download", kind: "toml", path }));
  const save = menu("Save scenario", [["Download TOML", () => ask({ type: "download", kind: "toml" })]], saving);
  const file = h("input", { type: "file", accept: ".toml", class: "unseen", tabindex: -1, "aria-label": "Scenario file", change: upload });
  const loading = byPath("Load from path", "published or a .toml file", (path) => ask({ type: "load", path }));
  const load = menu("Load", [["Choose a file\u2026", () => file.click()]], h("div", {}, file, loading));
  const copied = h("pre", { class: "code", tabindex: 0, hidden: true });
  const copy = menu("Copy as Python", [["Python", () => ask({ type: "copy", kind: "python" })], ["Command line", () => ask({ type: "copy", kind: "command" })]], copied);
  const kinds = [["CSV: this table", "csv"], ["XLSX: all tables", "xlsx"], ["PNG: this chart", "png"], ["SVG: this chart", "svg"], ["HTML: the report", "html"], ["HTML: a page that computes", "page.html"]];
  const target = byPath("Save to path", "forecast.csv", (path) => ask({ type: "download", kind: path.split(".").pop().toLowerCase(), path }));
  const download = menu("Download", kinds.map(([title, kind]) => [title, () => fetchFile(kind)]), target);
  const root = h("div", { class: "actions", role: "group", "aria-label": "Actions" }, pin, save, load, copy, download);

  async function fetchFile(kind) {
    const chart = chartOf();
    if (chart && kind === "svg") give(`${name()}.svg`, "image/svg+xml", await chart.svg());
    else if (chart && kind === "png") {
      const address = await chart.png();
      const bytes = Uint8Array.from(atob(address.split(",")[1]), (c) => c.charCodeAt(0));
      give(`${name()}.png`, "image/png", bytes);
    } else ask({ type: "download", kind });
  }

  async function upload() {
    const chosen = file.files[0];
    if (!chosen) return;
    ask({ type: "load", name: chosen.name, text: await chosen.text() });
    file.value = "";
  }

  async function shown(text) {
    copied.textContent = text;
    copied.hidden = false;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      getSelection().selectAllChildren(copied);
    }
  }

  return {
    root,
    answered(message, buffers) {
      if (message.by !== by) return;
      if (message.type === "file") give(message.name, message.mime, buffers[0]);
      if (message.type === "text") shown(message.text);
    },
  };
}

/** A button that opens a list of actions below it; Escape closes. */
function menu(title, entries, extra) {
  const list = h("div", { class: "menu", id: uid("menu"), hidden: true }, entries.map(([words, act]) => h("button", { type: "button", click: () => {
    act();
    if (!extra?.matches?.(".code")) turn(false);
  } }, words)), extra);
  const button = h("button", { type: "button", "aria-expanded": "false", "aria-controls": list.id, click: () => turn(list.hidden) }, `${title} \u25be`);
  const root = h("div", { class: "menued", keydown: (e) => {
    if (e.key === "Escape") {
      turn(false);
      button.focus();
    }
  }, focusout: (e) => {
    if (e.relatedTarget && !root.contains(e.relatedTarget)) turn(false);
  } }, button, list);

  function turn(open) {
    list.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
  }

  return root;
}

function byPath(label, example, act) {
  const id = uid("path");
  const input = h("input", { id, type: "text", placeholder: example, "data-lm-suppress-shortcuts": "true", keydown: (e) => {
    if (e.key !== "Escape") e.stopPropagation();
    if (e.key === "Enter" && input.value.trim()) act(input.value.trim());
  } });
  return h("div", { class: "bypath" }, h("label", { for: id }, label), h("div", {}, input, h("button", { type: "button", click: () => input.value.trim() && act(input.value.trim()) }, "Go")));
}
