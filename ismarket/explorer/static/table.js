// Strip, finding and table of a view: rows keep their nodes while their number stays.

/** The five cells above the tabs; `dollars` is the switch that stands by the growth taken apart. */
function createStrip(dollars = null) {
  const root = h("dl", { class: "strip", "aria-label": "Headline" });
  return {
    root,
    update(cells) {
      while (root.children.length < cells.length) root.append(createCell().root);
      cells.forEach((cell, i) => fillCell(root.children[i], cell, dollars));
    },
  };
}

/** Words where there is room and where there is little: those that do not fit are not shown. */
function twice() {
  return [h("span", { class: "roomy" }), h("span", { class: "tight" })];
}

function createCell() {
  const figure = h("dd", { class: "figure" }, h("b"), " ", twice());
  return { root: h("div", { class: "cell" }, h("dt", {}, twice()), figure, h("dd", { class: "words" }, twice())) };
}

function fillCell(node, cell, dollars) {
  const [title, figure, words] = ["dt", ".figure", ".words"].map((one) => node.querySelector(one));
  node.dataset.tone = cell.tone;
  both(title, cell.title, cell.brief ?? cell.title);
  figure.hidden = !cell.value;
  say(figure.children[0], cell.value);
  both(figure, cell.unit, cell.short_unit);
  both(words, cell.words, cell.short);
  if (!cell.parts) return;
  node.classList.add("apart");
  if (dollars && dollars.parentNode?.parentNode !== node) title.after(h("dd", { class: "dollars" }, dollars));
  if (node.dataset.parts === JSON.stringify(cell.parts)) return;
  node.dataset.parts = JSON.stringify(cell.parts);
  node.querySelector(".parts")?.remove();
  if (cell.parts.length) words.before(createParts(cell));
}

function both(node, roomy, tight) {
  say(node.querySelector(".roomy"), roomy);
  say(node.querySelector(".tight"), tight);
}

/** A growth as one bar of parts, and under it the word of each, in the colour of its part. */
function createParts({ parts, zero }) {
  const piece = (part) => h("i", { class: `of-${part.kind}`, "data-out": part.out, style: `left:${part.from}%;width:${part.to - part.from}%` });
  const tick = zero ? h("i", { class: "zero", style: `left:${zero}%` }) : null;
  const word = (part) => h("span", { class: `of-${part.kind}` }, part.word);
  const carried = parts.filter((part) => part.kind !== "left");
  const end = Math.max(...carried.map((part) => part.to));
  return h("dd", { class: "parts" }, h("span", { class: "whole", "aria-hidden": "true" }, parts.map(piece), tick), h("span", { class: "names" }, h("span", { style: `flex:0 1 ${end}%` }, carried.map(word)), parts.filter((part) => part.kind === "left").map(word)));
}

function kindOf({ right, wide, spare }) {
  return `${right ? "right" : ""} ${wide ? "wide" : ""} ${spare ? "spare" : ""}`;
}

/** A table with its filters; `choose` is called with the value of a chosen row. */
function createTable(choose) {
  const group = uid("choice");
  const head = h("tr");
  const body = h("tbody");
  const caption = h("caption", { class: "unseen" });
  const table = h("table", {}, caption, h("thead", {}, head), body);
  const scroll = h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Table" }, table);
  const chips = h("div", { class: "chips", role: "group", "aria-label": "Narrow the table" });
  const empty = h("p", { class: "line note", hidden: true }, "No claim matches. ", h("button", { class: "link", click: clear }, "Clear filters"));
  const find = h("input", { type: "search", placeholder: "Find", "aria-label": "Find in the table", "data-lm-suppress-shortcuts": "true", input: filter });
  const root = h("div", { class: "tabled" }, chips, scroll, empty);
  let shape = "";
  let current = null;
  let tag = null;
  let status = "";

  function clear() {
    tag = "";
    status = "";
    find.value = "";
    filter();
  }

  function build(view) {
    head.replaceChildren(
      ...view.columns.map((c) => h("th", { scope: "col", class: kindOf(c) }, c.title)),
    );
    body.replaceChildren(...view.rows.map((row) => line(view, row)));
    chips.hidden = !view.filters.length;
    chips.replaceChildren(...view.filters.map(chip), ...(view.filters.length ? [find] : []));
    tag = view.filters.length ? view.filters[0].tag : "";
    status = "";
    find.value = "";
    empty.hidden = true;
    scroll.classList.toggle("long", view.rows.length > 12);
  }

  function line(view, row) {
    const cells = row.cells.map((_, i) => {
      const column = view.columns[i];
      const kind = i ? "td" : "th";
      return h(kind, { class: kindOf(column), scope: i ? null : "row" });
    });
    if (row.choice) {
      const radio = h("input", { type: "radio", name: group, value: row.choice, "data-lm-suppress-shortcuts": "true", change: (e) => choose(e.target.value) });
      cells[0].append(h("label", { class: "choice" }, radio, h("span")));
    }
    const node = h("tr", {}, cells);
    if (row.detail.length) {
      node.classList.add("opens");
      cells[0].append(h("button", { class: "opener", type: "button", "aria-expanded": "false" }));
      node.addEventListener("click", () => open(node));
    }
    return node;
  }

  function open(node) {
    const opener = node.querySelector(".opener");
    const after = node.nextElementSibling;
    if (after?.classList.contains("detail")) {
      after.remove();
      opener.setAttribute("aria-expanded", "false");
      return;
    }
    const row = current.rows[Number(node.dataset.index)];
    const words = row.detail.map((text) => h("p", {}, linked(text)));
    node.after(h("tr", { class: "detail" }, h("td", { colspan: row.cells.length }, words)));
    opener.setAttribute("aria-expanded", "true");
  }

  function chip(entry) {
    const sign = entry.status ? statusSign(entry.status) : null;
    const press = () => {
      if (entry.status || entry.tag === "inert") status = status === entry.tag ? "" : entry.tag;
      else tag = entry.tag;
      filter();
    };
    return h("button", { class: "chip", type: "button", "data-tag": entry.tag, "data-status": entry.status || entry.tag === "inert" ? "yes" : "", click: press }, sign, entry.title);
  }

  function filter() {
    if (!current) return;
    for (const node of chips.querySelectorAll(".chip")) {
      const on = node.dataset.status ? node.dataset.tag === status : node.dataset.tag === tag;
      node.setAttribute("aria-pressed", String(on));
    }
    const wanted = find.value.trim().toLowerCase();
    let shown = 0;
    for (const node of body.children) {
      if (node.classList.contains("detail")) continue;
      const row = current.rows[Number(node.dataset.index)];
      const fits = (!tag || row.tags.includes(tag)) && (!status || row.tags.includes(status)) && row.cells.join(" ").toLowerCase().includes(wanted);
      node.hidden = !fits;
      if (node.nextElementSibling?.classList.contains("detail")) node.nextElementSibling.hidden = !fits;
      shown += fits;
    }
    empty.hidden = shown > 0;
  }

  return {
    root,
    update(view) {
      const now = JSON.stringify([view.name, view.columns, view.filters, view.rows.map((r) => [r.choice, r.detail.length > 0])]);
      current = view;
      if (now !== shape) build(view);
      shape = now;
      say(caption, view.title);
      const lines = [...body.children].filter((node) => !node.classList.contains("detail"));
      view.rows.forEach((row, i) => fill(lines[i], row, i));
      if (view.filters.length) filter();
    },
  };

  function fill(node, row, index) {
    node.dataset.index = index;
    node.dataset.tone = row.tone;
    row.cells.forEach((text, i) => {
      const cell = node.children[i];
      if (row.choice && !i) {
        cell.querySelector("input").checked = row.chosen;
        say(cell.querySelector("span"), text);
      } else if (!i && row.detail.length) {
        say(cell.firstChild, text);
      } else if (row.status && text === row.status) {
        cell.classList.add("status-cell");
        if (cell.dataset.said !== text) cell.replaceChildren(statusSign(text), ` ${text}`);
        cell.dataset.said = text;
      } else if (cell.dataset.said !== text) {
        cell.dataset.said = text;
        cell.replaceChildren(...(current.columns[i].dots ? [shareDots(text), " "] : []), h("span", { class: "clip" }, text));
      }
    });
  }
}
