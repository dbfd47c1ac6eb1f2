// Elements from text nodes: nothing from a dump is ever parsed as markup, and links lead to http, https or this page.

const SVG = "http://www.w3.org/2000/svg";

// el("p", {class: "quiet"}, "three ", el("b", {}, count)): attributes that are null or false are left out.
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  return add(node, children);
}

// Children may be nodes, texts and lists of them; what is null or false is left out.
export function add(node, ...children) {
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

// The name of a source that is not in the dump, from the id that an edge or an origin has; null for an article's id.
const SOURCE = "source:"; // tables.py
export const absentName = (id) => (id.startsWith(SOURCE) ? id.slice(SOURCE.length) : null);

// -- hostile text -----------------------------------------------------------------------------------------

let unseen = /[^\s\S]/gu;
let names = {};

// What cannot be seen is shown as a labelled chip; the ranges come from escaping.py, so that terminal and page agree.
export function setUnseen(about) {
  const ranges = about.ranges.map(([first, last]) => `\\u{${first.toString(16)}}-\\u{${last.toString(16)}}`);
  unseen = new RegExp(`[${ranges.join("")}]`, "gu");
  names = about.names;
}

// Text -> nodes. A carriage return before a line feed is no news and is left out.
export function seen(text) {
  const nodes = [];
  let at = 0;
  for (const found of String(text).matchAll(unseen)) {
    const code = found[0].codePointAt(0);
    nodes.push(text.slice(at, found.index));
    at = found.index + found[0].length;
    if (code === 13 && text[at] === "\n") continue;
    const hex = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
    nodes.push(el("span", { class: "chip", title: `hidden character ${hex}` }, names[code] ?? hex));
  }
  nodes.push(at ? text.slice(at) : text);
  return nodes.filter((node) => node !== "");
}

// A field of a document, kept apart from the direction of what stands around it.
export function field(text, attributes = {}) {
  return el("bdi", attributes, seen(text ?? ""));
}

// A long field, cut at a word; the whole of it stands in the title.
export function brief(text, length = 90) {
  const whole = String(text ?? "").replace(/\s+/g, " ").trim();
  if (whole.length <= length) return field(whole);
  const room = whole.slice(0, length);
  const end = room.lastIndexOf(" ");
  return field(`${end > length / 2 ? room.slice(0, end) : [...room].slice(0, -1).join("")} …`, { title: whole.slice(0, 500) });
}

// A link out of the page if the address is one of the web; else its text.
export function outward(address) {
  let url = null;
  try {
    url = new URL(address);
  } catch {
    return field(address);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") return field(address);
  return el("a", { href: url.href, rel: "noopener noreferrer nofollow", target: "_blank", title: url.host }, field(address));
}

// -- numbers and moments ----------------------------------------------------------------------------------

export const count = (number) => (number ?? 0).toLocaleString("en");
// A share that is not all is never 100 %, and one that is not nothing never 0 %: a confidence of .995 read as certainty.
export function percent(share) {
  const shown = Math.round(100 * (share ?? 0));
  if (shown === 100 && share < 1) return "over 99 %";
  return shown === 0 && share > 0 ? "under 1 %" : `${shown} %`;
}

export const plural = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;

// Seconds since 1970 -> 2024-05-01 12:00 UTC, or less of it where the date claims less.
export function moment(seconds, precision = "second") {
  if (seconds === null || seconds === undefined) return "no date";
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return "no date";
  const iso = date.toISOString();
  const length = { year: 4, month: 7, day: 10 }[precision];
  return length ? iso.slice(0, iso.indexOf("T") - 10 + length) : `${iso.slice(0, -8).replace("T", " ")} UTC`;
}

// Midnight to the second is a day of which nobody knows the hour, as the table of dates has it.
export const dayOnly = (seconds) => seconds % 86400 === 0;
export const published = (seconds) => moment(seconds, dayOnly(seconds) ? "day" : "second");

// The days between two moments, or the one day of both.
export function days(first, last) {
  const [from, to] = [moment(first, "day"), moment(last, "day")];
  return from === to ? from : `${from} to ${to}`;
}

export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "";
  const size = Math.abs(seconds);
  const units = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  const [unit, name] = units.find(([length]) => size >= length) ?? [1, "s"];
  return `${seconds < 0 ? "−" : ""}${Math.round((10 * size) / unit) / 10} ${name}`;
}

// -- places in the page -----------------------------------------------------------------------------------

// "#/pair/a/b": names may hold anything, a slash too.
export const place = (view, ...names) => `#/${[view, ...names].map(encodeURIComponent).join("/")}`;
export const to = (label, view, ...names) => el("a", { href: place(view, ...names) }, label);

// Tell those who cannot see it what has happened.
export function say(text) {
  document.getElementById("said").textContent = text;
}

// What a program computed, and an editor who decides blind does not want to see.
export const score = (...words) => el("span", { class: "score" }, words);

// Where the review page puts its controls; see the README beside the templates.
export function slot(kind, ...ids) {
  return el("aside", { class: "slot", "data-kind": kind, "data-ids": JSON.stringify(ids), hidden: true });
}
