// Two articles side by side: passages aligned and numbered, one step to the next, what differs marked inside them.

import { count, dayOnly, el, percent, plural, published, say, slot } from "./dom.js";
import { article as articleOf, numberOf, pair as pairOf } from "./blocks.js";
import { drawPassage, plain } from "./aligned.js";
import { Text, folded, missing, roleMarks } from "./text.js";
import { RELATIONS, evidence, heading, setting, takenFrom } from "./parts.js";

const DRAWN = 200; // passages drawn before the reader asks for more

export async function pair(run, [first, second]) {
  const numbers = await Promise.all([numberOf(first), numberOf(second)]);
  if (numbers.includes(null)) return [el("h1", {}, "No such pair"), el("p", {}, "The page does not hold both articles; ", el("code", {}, "provenance explain DIR A B"), " tells of any two.")];
  const shown = await Promise.all(numbers.map(articleOf));
  const match = await pairOf(...numbers);
  const sides = shown.map((article) => ({ article, text: new Text(article.text), roles: roleMarks(article).filter((mark) => mark.role === "quote" || mark.role === "boilerplate") }));
  const passages = passagesOf(match, sides);
  const body = el("div", { class: "pair" });
  drawRows(body, sides, passages);
  return [
    el("p", { class: "crumbs" }, el("a", { href: cameFrom(shown[0]), "data-up": true }, "← Back")),
    el("h1", {}, "Side by side"),
    el("div", { class: "cells heads" }, shown.map((article, at) => el("div", { class: "cell", "data-side": "AB"[at] }, heading(article), missing(article)))),
    why(run, match, shown, passages),
    slot("pair", first, second),
    controls(body, passages),
    !match && el("p", { class: "note" }, run.totals.pairs > 100000 ? "The page holds the closest pairs of a large run; this one is not among them. " : "These two are not matched. ", el("code", {}, "provenance explain DIR A B"), " says why."),
    body,
  ];
}

const cameFrom = (article) => (/^#\/(cluster|article|clusters|passages)/.test(window.cameFrom ?? "") ? window.cameFrom : `#/article/${encodeURIComponent(article.doc_id)}`);

// The passages of the match in the order of the left text, numbered from 1. Where whole texts were compared, all of it.
function passagesOf(match, sides) {
  if (!match) return [];
  const found = match.passages.filter((one) => one.end <= sides[0].text.length && one.otherEnd <= sides[1].text.length);
  if (!match.spans && match.relation !== "overlap") {
    found.push({ start: 0, end: sides[0].text.length, otherStart: 0, otherEnd: sides[1].text.length, identity: null, kind: match.relation === "duplicate" ? "exact" : "edited", furniture: false, whole: true });
  }
  const chain = chainOf(found);
  return found.map((one, at) => ({ ...one, number: at + 1, inOrder: chain.has(one) }));
}

// The heaviest passages that stand in the same order on both sides; the others are told apart.
function chainOf(passages) {
  const best = [];
  const before = [];
  passages.forEach((one, at) => {
    best[at] = one.end - one.start;
    before[at] = -1;
    for (let other = Math.max(0, at - 500); other < at; other += 1) {
      const weight = best[other] + one.end - one.start;
      if (passages[other].end <= one.start && passages[other].otherEnd <= one.otherStart && weight > best[at]) [best[at], before[at]] = [weight, other];
    }
  });
  const chain = new Set();
  for (let at = best.indexOf(Math.max(...best)); at >= 0; at = before[at]) chain.add(passages[at]);
  return chain;
}

// -- why matched ------------------------------------------------------------------------------------------

function why(run, match, shown, passages) {
  if (!match) return null;
  const whole = !run.made.includes("spans");
  const runs = `runs of ${setting(run, "shingle_words") ?? 5} words`;
  const what = whole ? runs : "words"; // what a share counts, where whole articles were compared
  const names = ["A", "B"];
  const kinds = Object.entries(Object.groupBy?.(passages, (one) => one.kind) ?? {}).map(([kind, list]) => `${count(list.length)} ${kind}`).join(", ");
  const edge = [[0, 1], [1, 0]].map(([to, from]) => ({ to, edge: (shown[to].edges ?? []).find((one) => one.from_id === shown[from].doc_id) })).find((one) => one.edge);
  const share = (value, own, other) => el("li", {}, el("meter", { min: 0, max: 1, value, "aria-label": `${percent(value)} of ${own} in ${other}` }), ` ${percent(value)} of the ${what} of ${own} stand in ${other}`);
  return el("section", { class: "why" }, el("h2", {}, "Why matched"),
    el("ul", {},
      el("li", {}, el("b", {}, match.relation.replaceAll("_", " ")), `: ${{ contained: "most of A stands in B", contains: "A holds most of B" }[match.relation] ?? RELATIONS[match.relation] ?? ""}`),
      whole || match.spans > 0 ? [share(match.own, ...names), share(match.theirs, "B", "A")] : el("li", {}, "no stretch that both have is long enough to be told as a passage"),
      el("li", {}, `jaccard ${match.jaccard.toFixed(2)}: of all ${runs} in either text, so many stand in both`),
      match.spans > 0 && el("li", {}, `${plural(match.spans, "verified passage")}${kinds ? `: ${kinds}` : ""}${passages.some((one) => one.furniture) ? `, ${passages.filter((one) => one.furniture).length} of them page furniture` : ""}`),
      shown.every((one) => one.published !== null) && el("li", {}, `${later(shown)}`)),
    edge ? el("div", {}, el("h3", {}, `Who took from whom: ${names[edge.to]} from ${names[1 - edge.to]}`), evidence({ ...shown[edge.to], edges: [edge.edge] }, false)) : el("p", { class: "quiet" }, "No direction between the two could be decided.", sameOrigin(shown)));
}

// Two copies of a third are alike, and neither is the other's source.
function sameOrigin([one, other]) {
  const outside = one.origin?.kind === "external" || one.origin?.kind === "document";
  return outside && one.origin.origin_id === other.origin?.origin_id ? [" Both have one likely origin: A ", takenFrom(one.origin), ", B ", takenFrom(other.origin), "."] : null;
}

function later([one, other]) {
  const byDay = dayOnly(one.published) || dayOnly(other.published);
  const unit = byDay ? 86400 : 1;
  const after = unit * Math.abs(Math.floor(one.published / unit) - Math.floor(other.published / unit));
  if (!after) return `both claim the same ${byDay ? "day" : "moment"} of publication`;
  const said = byDay || after >= 172800 ? plural(Math.round(after / 86400), "day") : after >= 7200 ? `${Math.round(after / 3600)} hours` : `${Math.round(after / 60)} minutes`;
  return `${one.published < other.published ? "A" : "B"} claims to be ${said} earlier (${published(Math.min(one.published, other.published))})`;
}

// -- rows -------------------------------------------------------------------------------------------------

function drawRows(body, sides, passages) {
  let [at, atOther] = [0, 0];
  const others = passages.filter((one) => !one.inOrder);
  const inOrder = passages.filter((one) => one.inOrder);
  for (const one of inOrder.slice(0, DRAWN)) {
    gap(body, sides, [at, one.start], [atOther, one.otherStart], others);
    passageRow(body, sides, one);
    [at, atOther] = [one.end, one.otherEnd];
  }
  if (inOrder.length > DRAWN) body.append(el("p", { class: "note" }, `${plural(inOrder.length - DRAWN, "more passage")} stand in spans.parquet; what follows holds them unmarked.`));
  gap(body, sides, [at, sides[0].text.length], [atOther, sides[1].text.length], others);
  if (others.length) {
    body.append(el("h2", { class: "across" }, "Passages that stand in another order"));
    for (const one of others.slice(0, DRAWN)) passageRow(body, sides, one);
  }
}

function passageRow(body, sides, one) {
  const cells = ["A", "B"].map((side) => el("div", { class: "cell text", dir: "auto", "data-side": side }));
  const kind = one.whole ? "whole texts compared" : one.kind === "exact" ? "word for word" : `${one.kind}, ${percent(one.identity)} of the words equal`;
  body.append(el("section", { class: `row passage ${one.kind}${one.furniture ? " furniture" : ""}`, id: `passage-${one.number}`, tabindex: "-1", "data-item": true, "aria-label": `Passage ${one.number}` },
    el("h3", {}, el("span", { class: "number" }, one.number), ` ${kind}${one.furniture ? ", page furniture" : ""}`), el("div", { class: "cells" }, cells)));
  const [left, right] = sides;
  drawPassage(cells, [{ text: left.text, start: one.start, end: one.end, roles: left.roles }, { text: right.text, start: one.otherStart, end: one.otherEnd, roles: right.roles }], one.kind === "exact");
}

// What stands between two passages, on each side for itself.
function gap(body, sides, own, other, others) {
  const places = [own, other].map(([start, end], at) => sides[at].text.trimmed(start, end));
  if (places.every(([start, end]) => start === end)) return;
  const cells = sides.map((side, at) => {
    const [start, end] = places[at];
    const cell = el("div", { class: "cell text", dir: "auto", "data-side": "AB"[at] });
    if (start === end) cell.append(el("span", { class: "quiet none" }, "nothing here"));
    else cell.append(...withJumps(side, start, end, others, at));
    return cell;
  });
  body.append(el("div", { class: "row gap-row" }, el("div", { class: "cells" }, cells)));
}

// A stretch without aligned passage; passages in another order show as numbers that lead to their row.
function withJumps(side, start, end, others, at) {
  const [from, to] = at ? ["otherStart", "otherEnd"] : ["start", "end"];
  const inside = others.filter((one) => one[from] >= start && one[to] <= end).sort((one, two) => one[from] - two[from]);
  const nodes = [];
  let here = start;
  for (const one of inside) {
    if (one[from] < here) continue;
    nodes.push(...unmatched(side, here, one[from]), el("a", { class: "number", href: `#passage-${one.number}`, "data-jump": `passage-${one.number}` }, one.number), el("mark", {}, plain(side, one[from], one[to])));
    here = one[to];
  }
  return [...nodes, ...unmatched(side, here, end)];
}

function unmatched(side, start, end) {
  if (end - start > 700) return folded(side.text, start, end, { said: "characters that stand only here" });
  return plain(side, start, end);
}

// -- stepping ---------------------------------------------------------------------------------------------

function controls(body, passages) {
  if (!passages.length) return null;
  let at = -1;
  const told = el("span", { class: "quiet" }, plural(passages.length, "passage"));
  const step = (by) => {
    at = Math.max(0, Math.min(passages.length - 1, at + by));
    const row = body.querySelector(`#passage-${passages[at].number}`);
    body.querySelector(".row.here")?.classList.remove("here");
    row?.classList.add("here");
    row?.scrollIntoView({ block: "start" });
    row?.focus({ preventScroll: true });
    told.textContent = `passage ${passages[at].number} of ${passages.length}`;
    say(told.textContent);
  };
  const only = el("input", { type: "checkbox", id: "only", change: () => body.classList.toggle("only-matches", only.checked) });
  return el("p", { class: "controls steps" },
    el("button", { type: "button", "data-step": "previous", click: () => step(-1) }, "Previous ", el("kbd", {}, "p")),
    el("button", { type: "button", "data-step": "next", click: () => step(1) }, "Next ", el("kbd", {}, "n")), told,
    el("label", {}, only, " only what matches ", el("kbd", {}, "m")),
    el("button", { type: "button", "data-unfold": true, click: () => body.querySelectorAll("button.fold").forEach((button) => button.isConnected && button.click()) }, "Unfold all ", el("kbd", {}, "e")));
}
