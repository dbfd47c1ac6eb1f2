// The lists of clusters: search, orders and filters; a row opens in place.

import { add, brief, count, days, el, field, percent, place, plural, score, slot } from "./dom.js";
import { clusters } from "./blocks.js";
import { memberCards, signList, sourceOf, SIGNS } from "./parts.js";
import { choiceTest, FIELDS, ORDERS, select } from "./search.js";

const PAGE = 50; // rows drawn at a time
const LEVELS = {
  document: { title: "Articles that repeat each other", view: "clusters", nothing: "No two articles share half of their words." },
  passage: { title: "Repeated passages", view: "passages", nothing: "No passage stands twice." },
};

export const articleClusters = (run, names, query) => list(run, "document", query);
export const passageClusters = (run, names, query) => list(run, "passage", query);

// One cluster as a box that opens: its head at once, its members when it is open.
export async function clusterBox(level, row, number, { open = false, most = 12, length = 600 } = {}) {
  const body = el("div", { class: "inside" });
  const fill = async () => {
    if (body.childElementCount) return;
    add(body, await inside(level, row, number, most, length));
  };
  if (open) await fill();
  const box = el("details", { class: "cluster", open, toggle: () => box.open && fill(), "data-item": true }, el("summary", {}, summaryLine(level, row)), body);
  return box;
}

async function inside(level, row, number, most, length) {
  return [
    signList(row.signs),
    await memberCards(level, number, row, { most, length }),
    el("p", {}, el("a", { href: place("cluster", row.id) }, level === "document" ? "Timeline, provenance graph and evidence" : "All places of this passage")),
    slot("cluster", row.id),
  ];
}

function summaryLine(level, row) {
  const what = level === "document" ? plural(row.size, "article")
    : row.documents === 1 ? `${row.role ?? "passage"}, ${count(row.size)} times inside one article` : `${row.role ?? "passage"}, ${count(row.size)} times in ${plural(row.documents, "article")}`;
  const outlets = row.outlets ?? [];
  return [
    el("span", { class: "what" }, el("b", {}, what), " ", el("span", { class: "title", dir: "auto" }, brief(level === "document" ? (row.title ?? row.words) : row.words, 110))),
    row.began && el("span", { class: "about" }, score("origin: ", sourceOf(row.began))),
    el("span", { class: "about" },
      outlets.length ? [outlets.slice(0, 4).map((name, at) => [at ? ", " : "", field(name)]), outlets.length > 4 && ` and ${outlets.length - 4} more`, " · "] : null,
      row.first === null ? "no date" : days(row.first, row.last),
      score(` · cohesion ${percent(row.score)}`), row.signs.length ? el("span", { class: "look" }, ` · ${plural(row.signs.length, "sign")} to look at`) : null),
  ];
}

// -- the list ---------------------------------------------------------------------------------------------

async function list(run, level, asked = "") {
  const { title, view, nothing } = LEVELS[level];
  const rows = run.made.includes("clusters") ? await clusters(level) : [];
  const numbers = new Map(rows.map((row, number) => [row, number]));
  const search = el("input", { type: "search", id: "search", value: asked, autocomplete: "off", spellcheck: "false", "aria-describedby": "search-help" });
  const order = el("select", { id: "order", name: "order" }, Object.entries(ORDERS).map(([name, [label]]) => el("option", { value: name }, label)));
  const filters = choices(rows, level);
  const found = el("p", { class: "quiet", id: "found", role: "status" });
  const box = el("div", { class: "clusters" });
  const more = el("button", { type: "button", class: "more" });
  const decide = slot("list", level);
  const kept = history.state?.list; // of a list to which the reader comes back: a link begins anew
  const open = new Set(kept?.open);
  let chosen = [];
  let drawn = 0;
  const keep = () => {
    if (!window.location.hash.startsWith(`#/${view}`)) return; // the reader has gone on before this list came
    const address = `#/${view}${search.value ? `?${encodeURIComponent(search.value)}` : ""}`;
    const values = Object.fromEntries([order, ...filters].map((one) => [one.name, one.value]));
    history.replaceState({ ...history.state, list: { values, drawn, open: [...open] } }, "", address);
  };
  const draw = async (many = PAGE) => {
    const next = chosen.slice(drawn, drawn + many);
    drawn += next.length;
    keep();
    box.append(...(await Promise.all(next.map((row) => clusterBox(level, row, numbers.get(row), { open: open.has(row.id) })))));
    more.hidden = drawn >= chosen.length;
    more.textContent = `Show ${count(Math.min(PAGE, chosen.length - drawn))} more`;
  };
  const apply = (many = PAGE) => {
    const choices = filters.filter((one) => one.value).map((one) => choiceTest(one.name, one.value));
    const result = select(rows, search.value, choices, order.value);
    chosen = result.rows;
    drawn = 0;
    decide.dataset.found = JSON.stringify(chosen.map((row) => row.id));
    box.replaceChildren();
    found.textContent = result.problem || `${count(chosen.length)} of ${count(rows.length)}`;
    return draw(many);
  };
  for (const control of [order, ...filters]) control.addEventListener("change", () => apply());
  search.addEventListener("input", () => apply());
  more.addEventListener("click", () => draw());
  box.addEventListener("toggle", ({ target }) => {
    const row = chosen[[...box.children].indexOf(target)];
    if (!row || !box.isConnected) return; // inside a member's card, or of a list that was left
    if (target.open) open.add(row.id);
    else open.delete(row.id);
    keep();
  }, true);
  for (const one of kept ? [order, ...filters] : []) {
    one.value = kept.values[one.name] ?? "";
    if (one.selectedIndex === -1) one.selectedIndex = 0; // the page was made anew, and has no such choice
  }
  const total = run.totals[level];
  const nodes = [
    el("h1", {}, title, [" ", el("span", { class: "count" }, count(total))]),
    rows.length ? [
      el("form", { class: "controls", role: "search", submit: (event) => event.preventDefault() },
        el("label", { class: "grow" }, "Search ", search), el("label", {}, "Order ", order),
        filters.map((one) => el("label", {}, `${one.title} `, one))),
      el("p", { class: "quiet", id: "search-help" }, "Words of titles, ids, outlets and passages; or fields: ", el("code", {}, "outlet:beacon score:>0.9 after:2025-05-14 -role:boilerplate"), ` (${FIELDS.join(", ")}).`),
      found,
    ] : el("p", { class: "quiet" }, nothing),
    total > rows.length && el("p", { class: "note" }, `The ${count(rows.length)} largest are listed; all ${count(total)} stand in clusters.parquet.`),
    decide, box, more,
  ];
  if (rows.length) await apply(Math.max(PAGE, kept?.drawn ?? 0));
  else more.hidden = true;
  return nodes;
}

// Two days, and a choice for each filter with more than one value.
function choices(rows, level) {
  const wanted = {
    outlet: ["Outlet", (row) => row.outlets ?? []], kind: ["Kind", (row) => row.kinds ?? []],
    role: ["Role", (row) => (level === "passage" && row.role ? [row.role] : [])],
    verdict: ["Verdict", (row) => row.verdicts ?? []], sign: ["Sign", (row) => row.signs],
  };
  const dated = rows.some((row) => row.first !== null);
  const days = dated ? [["after", "From"], ["before", "Before"]].map(([name, title]) => Object.assign(el("input", { type: "date" }), { name, title })) : [];
  const chosen = Object.entries(wanted).map(([name, [title, of]]) => {
    const values = [...new Set(rows.flatMap(of))].sort().slice(0, 500);
    if (!values.length || (values.length < 2 && name !== "sign")) return null;
    const control = el("select", { "data-filter": name }, el("option", { value: "" }, "any"), values.map((value) => el("option", { value }, name === "sign" ? SIGNS[value] : [...value].slice(0, 50).join(""))));
    return Object.assign(control, { name, title });
  });
  return [...days, ...chosen].filter(Boolean);
}
