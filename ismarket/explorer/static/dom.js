// Elements of the page: made once, then only their words and attributes change.

const SVG = "http://www.w3.org/2000/svg";
const OWN = Math.random().toString(36).slice(2, 10); // each widget has a copy of this module
let count = 0;

function uid(name) {
  count += 1;
  return `ism-${OWN}-${name}-${count}`;
}

/** An element with attributes (functions become listeners) and children. */
function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  return dress(node, attributes, children);
}

/** The same for SVG. */
function s(tag, attributes = {}, ...children) {
  return dress(document.createElementNS(SVG, tag), attributes, children);
}

function dress(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

/** Words with **bold** parts, as nodes. */
function rich(text) {
  return text.split("**").map((part, i) => (i % 2 ? h("b", {}, part) : document.createTextNode(part)));
}

/** Set words only where they differ, so that nothing is laid out anew for nothing. */
function say(node, text) {
  if (node.dataset.said === text) return;
  node.dataset.said = text;
  node.replaceChildren(...rich(text));
}

/** A text with its addresses as links, which open beside the panel. */
function linked(text) {
  return text.split(/(https?:\/\/[^\s<>"']+)/).map((part, i) => (i % 2 ? h("a", { href: part, target: "_blank", rel: "noopener" }, part) : part));
}

function toggleAttribute(node, name, on, value = "") {
  if (on) node.setAttribute(name, value);
  else node.removeAttribute(name);
}

const SIGNS = {
  measured: "full", supported: "full", estimated: "half", open: "half", assumed: "ring", contradicted: "cross",
  "not shown": "dash", "no effect": "dash",
};

/** The sign of a status or a verdict: a full, half or hollow dot, a cross, a dash; the word stands beside it. */
function statusSign(status) {
  const kind = SIGNS[status] ?? "point";
  const path = { half: "M6,1.5A4.5,4.5,0,0,0,6,10.5Z", cross: "M2,2L10,10M10,2L2,10", dash: "M1.5,6H10.5" }[kind];
  const radius = { full: 4.5, half: 4.5, ring: 4.5, point: 1 }[kind];
  return s(
    "svg",
    { class: `sign is-${status.replaceAll(" ", "-")}`, viewBox: "0 0 12 12", width: 11, height: 11, "aria-hidden": "true" },
    radius && s("circle", { cx: 6, cy: 6, r: radius, class: kind === "full" || kind === "point" ? "full" : "ring" }),
    path && s("path", { d: path, class: kind === "half" ? "full" : "stroke" }),
  );
}

/** A share as twenty dots, 1 in 20 each. */
function shareDots(text) {
  const full = Math.round(Number.parseFloat(text) / 5);
  return h("span", { class: "share-dots", "aria-hidden": "true" }, Array.from({ length: 20 }, (_, i) => h("i", { class: i < full ? "full" : "" })));
}

/** Light or dark, as the page around is. */
function pageTheme() {
  const body = document.body;
  if (body.dataset.jpThemeLight) return body.dataset.jpThemeLight === "false" ? "dark" : "light";
  if (body.dataset.vscodeThemeKind) return body.dataset.vscodeThemeKind.includes("light") ? "light" : "dark";
  const ground = getComputedStyle(body).backgroundColor.match(/[\d.]+/g)?.map(Number) ?? [];
  if (ground.length >= 3 && ground[3] !== 0) return ground[0] + ground[1] + ground[2] < 384 ? "dark" : "light";
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Call back when the theme of the page may have changed; returns the way to stop. */
function onTheme(callback) {
  const watch = new MutationObserver(callback);
  watch.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-vscode-theme-kind", "class"] });
  const media = matchMedia("(prefers-color-scheme: dark)");
  media.addEventListener("change", callback);
  return () => {
    watch.disconnect();
    media.removeEventListener("change", callback);
  };
}

/** Hide what a notebook keeps for those who open it without a kernel; returns the way back. */
function hideSaved(key) {
  const rule = h("style", {}, `.ism-saved[data-of="${key}"] { display: none; }`);
  document.head.append(rule);
  return () => rule.remove();
}

/** What does `act` at once; what asks again in the same frame is done together in the next. */
function oncePerFrame(act) {
  let [done, again] = [false, false];
  return function ask() {
    again = done;
    if (done) return;
    done = true;
    requestAnimationFrame(() => {
      done = false;
      if (again) ask();
    });
    act();
  };
}

/** Four figures are as many as a control is worth. */
function rounded(value) {
  return Number(value.toPrecision(4));
}

function figure(value) {
  const size = Math.abs(value);
  if (size >= 1e6) return `${(value / 1e6).toFixed(2)} M`;
  if (size >= 1000) return Math.round(value).toLocaleString("en");
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 || size === 0 ? 2 : 1 - Math.floor(Math.log10(size));
  return value.toFixed(digits);
}

/** Hand a file to the reader: kernel bytes, a blob, a link. */
function give(name, mime, bytes) {
  const address = URL.createObjectURL(new Blob([bytes], { type: mime }));
  const link = h("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
