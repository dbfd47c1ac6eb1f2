// Texts by code points, and texts drawn with marks: long stretches are folded, never left out without a word.

import { count, el, seen } from "./dom.js";

const WINDOW = 20000; // characters drawn of one stretch before the reader asks for more: a browser lays them out in some 20 ms
const FOLD = 700; // an unmarked stretch up to this length is drawn whole
const EDGE = 160; // characters left standing at each end of a folded stretch

// Positions of the tables are code points; JavaScript counts UTF-16 units, which differ after an emoji.
export class Text {
  constructor(whole) {
    this.whole = whole ?? "";
    this.points = /[\ud800-\udfff]/.test(this.whole) ? [...this.whole] : null;
  }

  get length() {
    return this.points ? this.points.length : this.whole.length;
  }

  slice(start, end) {
    return this.points ? this.points.slice(start, end).join("") : this.whole.slice(start, end);
  }

  // [start, end) without the white space at its ends, of which a page may have much; looked for 1,000 characters deep.
  trimmed(start, end) {
    const [head, tail] = [this.slice(start, Math.min(end, start + 1000)), this.slice(Math.max(start, end - 1000), end)];
    const from = start + (head.length - head.trimStart().length);
    return from >= end ? [end, end] : [from, end - (tail.length - tail.trimEnd().length)];
  }

  // The nearest place at or before `at`, at most `room` away, where a word begins.
  wordBefore(at, room = 40) {
    const shown = this.slice(Math.max(0, at - room), at);
    const found = Math.max(shown.lastIndexOf(" "), shown.lastIndexOf("\n"));
    return found < 0 ? at : at - (shown.length - found) + 1;
  }
}

// A stretch as nodes, at most WINDOW characters at a time: one line of a megabyte must not hold the page up.
export function stretch(text, start, end, draw = (from, to) => seen(text.slice(from, to))) {
  if (end - start <= WINDOW) return draw(start, end);
  const stop = text.wordBefore(start + WINDOW);
  const more = el("button", { type: "button", class: "fold", dir: "ltr" }, `… ${count(end - stop)} more characters: too long to draw at once; show ${count(Math.min(WINDOW, end - stop))}`);
  more.addEventListener("click", () => more.replaceWith(...stretch(text, stop, end, draw)));
  return [...draw(start, stop), more];
}

// A stretch of which nothing is said: its ends, and a button that tells how much stands between.
export function folded(text, start, end, { first = EDGE, last = EDGE, said = "characters" } = {}) {
  if (end - start <= Math.max(FOLD, first + last + 80)) return stretch(text, start, end);
  const from = first ? text.wordBefore(start + first) : start;
  const to = last ? text.wordBefore(end - last) : end;
  const button = el("button", { type: "button", class: "fold", dir: "ltr" }, `… ${count(to - from)} ${said} …`);
  button.addEventListener("click", () => button.replaceWith(...stretch(text, from, to)));
  return [...seen(text.slice(start, from)), button, ...seen(text.slice(to, end))];
}

// Cut [start, end) wherever a mark begins or ends -> [{start, end, marks}], in order; marks may overlap.
export function pieces(start, end, marks) {
  const inside = marks.filter((mark) => mark.end > start && mark.start < end).sort((one, other) => one.start - other.start);
  const borders = new Set([start, end]);
  for (const mark of inside) {
    borders.add(Math.max(mark.start, start));
    borders.add(Math.min(mark.end, end));
  }
  const sorted = [...borders].sort((one, other) => one - other);
  const found = [];
  let active = [];
  let next = 0;
  for (let at = 0; at + 1 < sorted.length; at += 1) {
    const [from, to] = [sorted[at], sorted[at + 1]];
    active = active.filter((mark) => mark.end > from);
    while (next < inside.length && inside[next].start <= from) active.push(inside[next++]);
    found.push({ start: from, end: to, marks: [...active], begins: active.filter((mark) => Math.max(mark.start, start) === from) });
  }
  return found;
}

// What a text's record says of roles -> marks of quotes and of furniture.
export function roleMarks(article) {
  const roles = ["headline", "caption", "teaser", "quote", "boilerplate"];
  return (article.passages ?? []).map(([start, end, role]) => ({ start, end, role: roles[role] }));
}

// A piece as nodes: furniture grey, quotes underlined with dots.
export function dressed(text, piece) {
  const roles = new Set(piece.marks.map((mark) => mark.role));
  const kind = roles.has("boilerplate") ? "furniture" : roles.has("quote") ? "quoted" : null;
  const nodes = seen(text.slice(piece.start, piece.end));
  if (!kind) return nodes;
  return [el("span", { class: kind, title: kind === "furniture" ? "page furniture: left out of the scores" : "quoted words" }, nodes)];
}

// A text cut for the page: what is missing, in words.
export function missing(article) {
  if (!article.cut) return null;
  return el("p", { class: "note" }, `The page holds the first ${count(article.length - article.cut)} of ${count(article.length)} characters of this text; all of it stands in documents.parquet.`);
}
