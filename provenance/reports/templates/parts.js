// Parts that several views draw: names of articles, shared text, an origin with its evidence.

import { absentName, brief, count, el, field, percent, place, plural, published, score, seen, slot, to } from "./dom.js";
import { articles, members as membersOf } from "./blocks.js";
import { Text, missing, roleMarks } from "./text.js";

const SHARED = 600; // characters of shared text on a member's card
const CARDS = 12; // cards drawn before the reader asks for more

export const RELATIONS = {
  duplicate: "the same words in the same order", near_duplicate: "nearly the same text", contained: "most of this one stands in the other",
  contains: "this one holds most of the other", overlap: "they share some of their text", boilerplate: "they share page furniture only",
  same: "an editor said that they are the same", different: "an editor said that they are different",
};
export const SIGNS = {
  loose: "a member shares less than half with the centre", undecided: "where one member came from could not be decided",
  doubtful: "a date may be wrong", hidden: "hidden characters in a text", single: "a member hangs on by one match only",
};
const FAMILIES = {
  attribution: "a credit", cited: "a citation", first_party: "told to", date: "dates", truncation: "a cut text", template: "another outlet's notice",
  editor: "an editor", loss: "details lost", habit: "habit", head: "dateline or head", link: "a link", text: "the shared text", paragraph: "paragraphs", quote: "quotations",
};

// The value of a setting of the run.
export const setting = (run, name) => run.settings.find((one) => one.name === name)?.value;

// An article's id as a link to its view.
export const named = (id) => el("a", { class: "id", href: place("article", id) }, field(id));

// doc_id, outlet, title and date of an article in two lines.
export function heading(article) {
  return [
    el("p", { class: "what" }, named(article.doc_id), article.title && el("span", { class: "title" }, brief(article.title, 120))),
    el("p", { class: "about" }, el("b", {}, article.outlet ? field(article.outlet) : "outlet unknown"), " · ", published(article.published),
      article.byline && [" · ", brief(article.byline, 40)], article.language && [" · ", field(article.language)]),
  ];
}

// -- shared text ------------------------------------------------------------------------------------------

// Numbers of the repeated passages that stand in two or more of these articles, or twice in one.
function sharedNumbers(shown) {
  const seenIn = new Map();
  for (const article of shown) for (const [, , number] of article.marks ?? []) seenIn.set(number, (seenIn.get(number) ?? 0) + 1);
  return new Set([...seenIn].filter(([, times]) => times > 1).map(([number]) => number));
}

// The passages of an article with these numbers, one after the other; its beginning where there is none.
function sharedText(article, numbers, most = SHARED) {
  const text = new Text(article.text);
  const marks = (article.marks ?? []).filter(([, , number]) => numbers.has(number)).map(([start, end]) => ({ start, end }));
  if (!marks.length) return el("blockquote", { class: "text plain", dir: "auto" }, excerpt(text, 0, text.length, most / 2));
  const furniture = roleMarks(article).filter((mark) => mark.role === "boilerplate");
  const nodes = [];
  let room = most;
  for (const piece of joined(marks)) {
    if (room <= 0) break;
    const grey = furniture.some((mark) => mark.start <= piece.start && mark.end >= piece.end);
    nodes.push(nodes.length ? el("span", { class: "gap" }, " … ") : null, el("mark", { class: grey ? "furniture" : null }, excerpt(text, piece.start, piece.end, room)));
    room -= piece.end - piece.start;
  }
  return el("blockquote", { class: "text", dir: "auto" }, nodes);
}

function joined(marks) {
  const found = [];
  for (const mark of [...marks].sort((one, other) => one.start - other.start)) {
    const last = found.at(-1);
    if (last && mark.start <= last.end) last.end = Math.max(last.end, mark.end);
    else found.push({ ...mark });
  }
  return found;
}

function excerpt(text, start, end, room) {
  if (end - start <= room + 40) return seen(text.slice(start, end));
  const stop = text.wordBefore(start + room);
  return [...seen(text.slice(start, stop)), el("bdi", { class: "gap", dir: "ltr" }, ` … ${count(end - stop)} more characters`)];
}

// The place of a passage in an article, with as much of it as fits.
function passageText(article, member, most) {
  const text = new Text(article.text);
  if (member.start >= text.length) return missing(article);
  const furniture = roleMarks(article).some((mark) => mark.role === "boilerplate" && mark.start <= member.start && mark.end >= member.end);
  return el("blockquote", { class: "text", dir: "auto" }, el("mark", { class: furniture ? "furniture" : null }, excerpt(text, member.start, member.end, most)));
}

// -- a cluster's members ----------------------------------------------------------------------------------

// Cards of a cluster's members, each with doc_id, outlet and shared text; more of them when the reader asks.
export async function memberCards(level, number, row, { most = CARDS, length = SHARED, controls = null } = {}) {
  const list = await membersOf(level, number);
  const box = el("ol", { class: "cards" });
  let drawn = 0;
  const more = el("button", { type: "button", class: "more", click: () => draw(50) });
  const draw = async (room) => {
    const next = list.slice(drawn, drawn + room);
    const shown = await articles(next.map((member) => member.article));
    const numbers = level === "document" ? sharedNumbers(shown) : null;
    box.append(...next.map((member, at) => card(row, shown[at], member, numbers, length, controls)));
    drawn += next.length;
    more.hidden = drawn >= list.length;
    more.textContent = `Show ${count(Math.min(50, list.length - drawn))} more of ${plural(list.length, "member")}`;
  };
  await draw(most);
  const rest = row.size - list.length;
  return [box, more, rest > 0 && el("p", { class: "note" }, `${plural(rest, "more member")} stand in clusters.parquet.`)];
}

function card(row, article, member, numbers, length, controls) {
  const where = member.start === null ? null : el("span", { class: "quiet" }, `characters ${count(member.start)} to ${count(member.end)}`);
  return el("li", { class: "card", "data-id": article.doc_id },
    heading(article),
    el("p", { class: "about" }, member.origin && row.documents > 1 && originBadge(article), " ",
      numbers && score(takenFrom(article.origin), article.origin && " · ", `shares ${percent(member.cohesion)} with the centre`), where, controls?.(article, member)),
    numbers ? sharedText(article, numbers, length) : passageText(article, member, length),
    slot("member", row.id, article.doc_id));
}

// -- origins and evidence ---------------------------------------------------------------------------------

// Of the member of a group that the others lead to: what it was itself taken from may lie outside the dump.
export const originBadge = ({ origin }) =>
  el("strong", { class: "badge origin" }, origin?.kind !== "itself" ? "nearest the source" : origin.verdict === "undetermined" ? "perhaps the origin" : "likely origin");

// Where a text began, and how sure that is: the name of an outlet in the dump or outside it.
export const sourceOf = ({ name, outside, verdict: word, confidence }) => (name === null ? "unknown"
  : [el("b", {}, field(name)), outside && ", its text not found in the dump", ` (${word}, ${percent(confidence)})`]);

// The same of one article, in a few words; null where origins were not traced.
export function takenFrom(origin) {
  if (!origin) return null;
  if (origin.kind === "unknown" || origin.origin_id === null) return "source unknown";
  const about = ` (${origin.verdict}, ${percent(origin.confidence)})`;
  if (origin.kind === "itself") return origin.verdict === "undetermined" ? `source undetermined (perhaps none, ${percent(origin.confidence)})` : `no other source${about}`;
  const outside = origin.kind === "external";
  const name = field(origin.outlet ?? absentName(origin.origin_id) ?? origin.origin_id);
  return [origin.relation === "cites" ? "cites " : "from ", el("b", {}, outside ? name : el("a", { href: place("article", origin.origin_id) }, name)), outside && ", its text not found in the dump", about];
}

function sourceName(id) {
  const absent = absentName(id);
  return absent === null ? named(id) : [field(absent), el("span", { class: "quiet" }, " (text not found in the dump)")];
}

export function originBox(article) {
  const origin = article.origin;
  if (!origin) return el("p", { class: "quiet" }, "Origins were not traced in this run.");
  const what = { itself: "this article", unknown: "unknown" }[origin.kind] ?? [origin.outlet && [field(origin.outlet), " "], sourceName(origin.origin_id)];
  return el("div", { class: "origin-box" },
    el("p", {}, el("b", {}, origin.verdict === "undetermined" ? "Not determined; likeliest: " : "Likely origin: ", what), " ", verdict(origin.verdict), el("span", { class: "quiet" }, ` confidence ${percent(origin.confidence)}`)),
    el("p", { dir: "auto" }, seen(origin.reason ?? "")),
    origin.runner_up && el("p", { class: "quiet" }, "Runner-up: ", origin.runner_up === article.doc_id ? "no other source" : sourceName(origin.runner_up)),
    slot("origin", article.doc_id));
}

export const verdict = (word) => el("span", { class: `badge ${word}` }, word);

// The edges that lead to an article, each with what the texts say.
export function evidence(article, open = true) {
  const edges = article.edges ?? [];
  if (!edges.length) return null;
  return edges.map((edge, at) => edgeBox(edge, article, open && at === 0));
}

function edgeBox(edge, article, open) {
  const absent = absentName(edge.from_id);
  return el("details", { class: "evidence", open },
    el("summary", {}, edge.relation === "cites" ? "Cites " : "Copied from ", absent === null ? [edge.outlet ? [field(edge.outlet), ", "] : null, field(edge.from_id)] : field(absent),
      " ", el("span", { class: "quiet" }, `${edge.kind}, ${edge.verdict}, ${percent(edge.confidence)}`)),
    absent === null && el("p", {}, named(edge.from_id), " · ", to("side by side", "pair", edge.from_id, article.doc_id)),
    edge.evidence?.length ? el("ul", { class: "signs" }, edge.evidence.filter((item) => item.text || item.weight).map(sign)) : null);
}

function sign(item) {
  const weight = item.weight ?? 0;
  const speaks = weight > 0 ? "for it" : weight < 0 ? "against it" : "what is shared";
  return el("li", {},
    el("span", { class: `weight ${weight > 0 ? "for" : weight < 0 ? "against" : ""}` }, weight ? `${weight > 0 ? "+" : "−"}${Math.abs(weight).toFixed(1)}` : "±0"),
    el("span", {}, el("b", {}, FAMILIES[item.family] ?? item.family), el("span", { class: "quiet" }, ` ${speaks} `),
      item.text && (item.start === null ? el("span", { dir: "auto" }, brief(item.text, 260)) : el("q", { dir: "auto" }, brief(item.text, 260))),
      item.doc_id && item.start !== null && [" ", el("span", { class: "quiet" }, "in "), named(item.doc_id)]));
}

export function signList(codes) {
  return codes.length ? el("ul", { class: "flags" }, codes.map((code) => el("li", {}, SIGNS[code] ?? code))) : null;
}
