// One article: its text with every repeated passage marked, where else each stands, and where it came from.

import { count, el, field, moment, outward, percent, place, plural, published, score, seen, slot } from "./dom.js";
import { article as articleOf, articleCount, articles, clusters, idOf, members, numberOf } from "./blocks.js";
import { Text, dressed, folded, missing, pieces, roleMarks, stretch } from "./text.js";
import { evidence, heading, named, originBox, takenFrom, verdict } from "./parts.js";

const LISTED = 60; // repeated passages whose places are listed
const PAGE = 50;

export async function article(run, [id]) {
  const number = await numberOf(id);
  if (number === null) return [el("h1", {}, "No such article"), el("p", {}, "The page has no article ", field(id), ".")];
  const one = await articleOf(number);
  const rows = one.marks?.length ? await clusters("passage") : [];
  const passages = numbered(one, rows);
  const row = one.cluster === null ? null : (await clusters("document"))[one.cluster];
  return [
    el("p", { class: "crumbs" }, el("a", { href: row ? place("cluster", row.id) : "#/articles", "data-up": true }, row ? "← Its group" : "← All articles")),
    el("h1", { dir: "auto" }, seen(one.title ?? one.doc_id)),
    facts(one, row),
    slot("article", id),
    el("div", { class: "reading" },
      el("section", { class: "body" }, el("h2", {}, "Its text"), tally(run, one, passages), missing(one), drawText(one, passages)),
      el("div", { class: "beside" },
        el("section", {}, el("h2", {}, "Where it came from"), originBox(one), evidence(one)),
        await elsewhere(one, passages, rows),
        await matched(run, one),
        copies(one))),
  ];
}

// Marks with a number of their own for each repeated passage, in the order of the text.
function numbered(one, rows) {
  const found = new Map();
  for (const [start, end, cluster] of one.marks ?? []) {
    if (!found.has(cluster)) found.set(cluster, { cluster, number: found.size + 1, places: [], furniture: rows[cluster]?.role === "boilerplate" });
    found.get(cluster).places.push({ start, end, passage: found.get(cluster) });
  }
  return [...found.values()];
}

function facts(one, row) {
  const line = (name, ...value) => [el("dt", {}, name), el("dd", {}, value)];
  return el("dl", { class: "facts" },
    line("Article", el("span", { class: "id" }, field(one.doc_id))), line("Outlet", one.outlet ? field(one.outlet) : "unknown"),
    line("Published", published(one.published)), one.byline && line("By", field(one.byline)),
    one.dates?.length > 0 && line("Dates", one.dates.map((date, at) => [at ? "; " : "", `${{ published: "published", updated: "updated", crawled: "first seen" }[date.kind] ?? date.kind} ${moment(date.value, date.precision)}${date.trusted ? "" : " (doubtful)"}`])),
    one.url && line("Address", outward(one.url)), line("File", field(one.path)),
    one.credits?.length > 0 && line("Credits", one.credits.slice(0, 12).map((credit, at) => [at ? "; " : "", field(credit.source ?? credit.place ?? "–"), ` (${credit.kind.replaceAll("_", " ")})`])),
    one.origin && [el("dt", { class: "score" }, "Source"), el("dd", { class: "score" }, takenFrom(one.origin))],
    row && line("Group", el("a", { href: place("cluster", row.id) }, `one of ${plural(row.size, "article")} that repeat each other`)));
}

// A run at level document, or until matches, has no repeated passages: that none was sought is not that there is none.
function tally(run, one, passages) {
  const places = passages.reduce((sum, passage) => sum + passage.places.length, 0);
  const share = one.repeated ? `${percent(one.repeated)} of the text stands in another article, page furniture left out` : null;
  const said = !run.made.includes("spans") ? "This run compared whole articles: passages were not looked for."
    : places ? `${plural(passages.length, "repeated passage")} at ${plural(places, "place")}; ${share ?? "none of the text stands in another article, page furniture left out"}.`
      : !run.made.includes("clusters") && share ? `${share}; this run stopped before it told which passages those are.`
        : share ? `${share}; no stretch of it is long enough to be told as a passage.` : "No passage of this text stands elsewhere, or twice in it.";
  return el("p", { class: "quiet" }, said);
}

function drawText(one, passages) {
  const text = new Text(one.text);
  const marks = passages.flatMap((passage) => passage.places).filter((mark) => mark.start < text.length);
  const roles = roleMarks(one).filter((mark) => mark.role === "quote" || mark.role === "boilerplate");
  const box = el("div", { class: "text whole", dir: "auto" });
  for (const piece of pieces(0, text.length, marks)) {
    const draw = (from, to) => pieces(from, to, roles).flatMap((part) => dressed(text, part));
    if (!piece.marks.length) {
      box.append(...(piece.end - piece.start > 2000 ? folded(text, piece.start, piece.end, { first: 600, last: 300, said: "characters that stand only here" }) : draw(piece.start, piece.end)));
      continue;
    }
    const numbers = piece.marks.map((mark) => mark.passage.number);
    box.append(...piece.begins.map((mark) => el("a", { class: "number", href: `#where-${mark.passage.number}`, "data-jump": `where-${mark.passage.number}`, "aria-label": `repeated passage ${mark.passage.number}` }, mark.passage.number)),
      el("mark", { class: piece.marks.every((mark) => mark.passage.furniture) ? "furniture" : null, title: `repeated passage ${numbers.join(", ")}` }, stretch(text, piece.start, piece.end, draw)));
  }
  return box;
}

// -- where else -------------------------------------------------------------------------------------------

async function elsewhere(one, passages, rows) {
  if (!passages.length) return null;
  const items = await Promise.all(passages.slice(0, LISTED).map(async (passage) => {
    const row = rows[passage.cluster];
    const others = [...new Set((await members("passage", passage.cluster)).map((member) => member.article))].filter((number) => number !== one.number);
    const ids = await Promise.all(others.slice(0, 5).map(idOf));
    const here = passage.places.length;
    return el("li", { id: `where-${passage.number}`, tabindex: "-1" }, el("span", { class: "number" }, passage.number), " ",
      el("b", {}, row.role ?? "passage"), here > 1 ? `, ${count(here)} times in this text` : "", ids.length ? "; also in " : "",
      ids.map((id, at) => [at ? ", " : "", el("a", { href: place("pair", one.doc_id, id) }, field(id))]), others.length > ids.length && ` and ${count(others.length - ids.length)} more`,
      " · ", el("a", { href: place("cluster", row.id) }, "all places"));
  }));
  return el("section", {}, el("h2", {}, "Where else each passage stands"), el("ul", { class: "where" }, items),
    passages.length > LISTED && el("p", { class: "note" }, `${plural(passages.length - LISTED, "more passage")} are marked in the text and not listed.`));
}

async function matched(run, one) {
  const pairs = one.pairs ?? [];
  if (!pairs.length) return null;
  const ids = await Promise.all(pairs.map((pair) => idOf(pair.other)));
  return el("section", {}, el("h2", {}, "Articles it matches", [" ", el("span", { class: "count" }, count(one.matches))]),
    el("ul", { class: "where" }, pairs.map((pair, at) => el("li", {}, el("a", { href: place("pair", one.doc_id, ids[at]) }, field(ids[at])), el("span", { class: "quiet" }, ` ${pair.relation.replaceAll("_", " ")}`, (pair.spans > 0 || !run.made.includes("spans")) && `; ${percent(pair.own)} of this one in it, ${percent(pair.theirs)} of it in this one`)))),
    one.matches > pairs.length && el("p", { class: "note" }, `The closest ${count(pairs.length)} are listed; all stand in matches.parquet.`));
}

function copies(one) {
  if (!one.copies?.length) return null;
  return el("section", {}, el("h2", {}, "What was made of it", [" ", el("span", { class: "count" }, count(one.copied))]),
    el("ul", { class: "where" }, one.copies.map((copy) => el("li", {}, named(copy.to_id), " ", el("span", { class: "quiet" }, `${copy.kind}, ${percent(copy.confidence)} `), verdict(copy.verdict)))));
}

// -- all articles -----------------------------------------------------------------------------------------

// How much of an article stands elsewhere; where passages were not looked for, how many it matches.
function standing(run, one) {
  if (!run.made.includes("spans")) return one.matches ? `matches ${plural(one.matches, "article")}` : "matches no other";
  return one.repeated ? `${percent(one.repeated)} stands elsewhere` : "nothing of it stands elsewhere";
}

const SEARCHED = 2000; // articles whose titles are searched too: of more, reading them all would take seconds

export async function allArticles(run) {
  const total = articleCount();
  const every = total <= SEARCHED;
  const ids = await Promise.all([...Array(every ? total : 0).keys()].map(articleOf));
  const lower = (text) => String(text ?? "").toLowerCase();
  const names = every ? ids.map((one) => lower([one.doc_id, one.title, one.outlet].join(" "))) : null;
  const search = el("input", { type: "search", id: "search", autocomplete: "off", spellcheck: "false" });
  const box = el("ol", { class: "cards" });
  const found = el("p", { class: "quiet", role: "status" });
  const more = el("button", { type: "button", class: "more" });
  let chosen = [];
  let drawn = 0;
  const draw = async () => {
    const next = await articles(chosen.slice(drawn, drawn + PAGE));
    drawn += next.length;
    box.append(...next.map((one) => el("li", { class: "card", "data-item": true }, heading(one), el("p", { class: "about" }, standing(run, one), one.origin && score(" · ", takenFrom(one.origin))))));
    more.hidden = drawn >= chosen.length;
    more.textContent = `Show ${count(Math.min(PAGE, chosen.length - drawn))} more`;
  };
  const apply = async () => {
    const wanted = lower(search.value).trim();
    const within = names ?? await Promise.all([...Array(total).keys()].map(idOf));
    chosen = [...Array(total).keys()].filter((number) => lower(within[number]).includes(wanted));
    drawn = 0;
    box.replaceChildren();
    found.textContent = `${count(chosen.length)} of ${count(total)}`;
    await draw();
  };
  search.addEventListener("input", apply);
  more.addEventListener("click", draw);
  await apply();
  return [
    el("h1", {}, "All articles", [" ", el("span", { class: "count" }, count(total))]),
    el("p", { class: "quiet" }, "In the order of their groups: those that repeat each other stand together, those that repeat nothing come last."),
    run.facts.counts.read > total && el("p", { class: "note" }, `${count(run.facts.counts.read - total)} more stand in documents.parquet.`),
    el("form", { class: "controls", role: "search", submit: (event) => event.preventDefault() }, el("label", { class: "grow" }, every ? "Search ids, titles and outlets " : "Search ids (titles of so many articles are not searched here) ", search)),
    found, box, more,
  ];
}
