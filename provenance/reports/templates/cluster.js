// One cluster: when each member appeared, who took from whom, the likely origin with its evidence, and the members.

import { count, days, el, field, percent, place, plural, published, score, seen, slot, to } from "./dom.js";
import { articles, clusters, members } from "./blocks.js";
import { timeline } from "./charts.js";
import { provenanceGraph } from "./graph.js";
import { evidence, memberCards, named, originBadge, originBox, signList, sourceOf, takenFrom } from "./parts.js";

const DRAWN = 60; // members on timeline and graph

export async function cluster(run, [id]) {
  for (const level of ["document", "passage"]) {
    const rows = await clusters(level);
    const number = rows.findIndex((row) => row.id === id);
    if (number >= 0) return level === "document" ? articleCluster(rows[number], number) : passageCluster(rows[number], number);
  }
  return [el("h1", {}, "No such cluster"), el("p", {}, "The page has no cluster ", field(id), ". The largest are listed; all stand in clusters.parquet.")];
}

async function articleCluster(row, number) {
  const list = await members("document", number);
  const shown = await articles(list.slice(0, DRAWN).map((member) => member.article));
  const origin = shown.find((article, at) => list[at].origin) ?? shown[0];
  const copies = shown.filter((article) => article !== origin && article.origin?.origin_id === origin.doc_id);
  const told = copies.sort((one, other) => other.origin.confidence - one.origin.confidence)[0] ?? origin; // the surest says it best
  const centre = origin.doc_id;
  const compare = (article) => (article.doc_id === centre ? null : [" · ", to("compare with the origin", "pair", centre, article.doc_id)]);
  return [
    crumbs("clusters", "Articles that repeat"),
    el("h1", { dir: "auto" }, seen(row.title ?? "A group of articles")),
    el("p", { class: "about" }, `${plural(row.size, "article")} · `, (row.outlets ?? []).slice(0, 12).map((name, at) => [at ? ", " : "", field(name)]), score(` · cohesion ${percent(row.score)}, weakest member ${percent(row.least)}`)),
    row.began && el("p", {}, score("Likely origin: ", sourceOf(row.began))),
    signList(row.signs),
    slot("cluster", row.id),
    el("section", { id: "timeline" }, el("h2", {}, "When each appeared"), timeline(shown)),
    el("section", { id: "graph" }, el("h2", {}, "Who took from whom"), provenanceGraph(shown)),
    list.length > shown.length && el("p", { class: "note" }, `Timeline and graph show ${count(shown.length)} of ${count(list.length)} members.`),
    el("section", { id: "origin" }, el("h2", {}, "The likely origin, and why"), el("p", {}, named(origin.doc_id), " ", origin.outlet && field(origin.outlet)), originBox(origin), evidence(origin),
      told !== origin && el("div", {}, el("h3", {}, "What speaks for it, in the words of a copy"), el("p", {}, named(told.doc_id), " ", told.outlet && field(told.outlet)), originBox(told), evidence(told))),
    el("section", { id: "members" }, el("h2", {}, "Members"), table(shown, list, centre), await memberCards("document", number, row, { controls: compare })),
  ];
}

async function passageCluster(row, number) {
  const list = await members("passage", number);
  const first = list[0];
  const shown = await articles([...new Set(list.map((member) => member.article))].slice(0, 2));
  const compare = (article) => (shown.length < 2 || article.doc_id === shown[0].doc_id ? null : [" · ", to("compare with the first", "pair", shown[0].doc_id, article.doc_id)]);
  return [
    crumbs("passages", "Repeated passages"),
    el("h1", {}, `${row.role ?? "Passage"}, ${plural(row.size, "place")} in ${plural(row.documents, "article")}`),
    el("p", { class: "about" }, (row.outlets ?? []).slice(0, 12).map((name, at) => [at ? ", " : "", field(name)]), row.first !== null && ` · ${days(row.first, row.last)}`, score(` · cohesion ${percent(row.score)}`)),
    signList(row.signs),
    slot("passage", row.id),
    first === undefined ? el("p", { class: "note" }, "None of its places is on the page.") : await memberCards("passage", number, row, { most: 30, length: 1500, controls: compare }),
  ];
}

// Members with who each was taken from; a title or language that is the origin's is no news, another outlet or date neither.
function table(shown, list, centre) {
  const origin = shown.find((article) => article.doc_id === centre);
  const fields = [["Outlet", (one) => one.outlet], ["Title", (one) => one.title, true], ["Published", (one) => (one.published === null ? null : published(one.published))], ["Language", (one) => one.language, true], ["Characters", (one) => count(one.length)]];
  const cell = (article, of, telling) => {
    const value = of(article);
    const differs = telling && article !== origin && value !== of(origin);
    return el("td", { class: differs ? "differs" : null, dir: "auto" }, value === null || value === undefined ? "–" : field(value));
  };
  return el("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Members and what differs" }, el("table", {},
    el("caption", {}, "A title or language that is not the likely origin's is underlined."),
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Article"), fields.map(([name]) => el("th", { scope: "col" }, name)), el("th", { scope: "col" }, "Source"), el("th", { scope: "col" }, "Side by side"))),
    el("tbody", {}, shown.map((article, at) => el("tr", {}, el("th", { scope: "row" }, named(article.doc_id), " ", list[at].origin && originBadge(article)), fields.map(([, of, telling]) => cell(article, of, telling)), el("td", {}, score(takenFrom(article.origin) ?? "–")), el("td", {}, article.doc_id === centre ? "" : el("a", { href: place("pair", centre, article.doc_id) }, "compare")))))));
}

export const crumbs = (view, label) => el("p", { class: "crumbs" }, el("a", { href: `#/${view}`, "data-up": true }, `← ${label}`));
