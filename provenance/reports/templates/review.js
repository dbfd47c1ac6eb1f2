// What an editor needs to decide: controls in the slots of the page, the log, and the way back. Served pages only.

import { absentName, count, el, field, moment, plural, say, seen } from "./dom.js";
import { register } from "./keys.js";

const WORDS = {
  same: "Same", different: "Different", revision: "Revision", agency_copy: "Agency copy", unsure: "Unsure", boilerplate: "Boilerplate",
  out: "Taken out", split: "Split", origin: "Origin", note: "Note", undo: "Undone",
};
// Verdict -> its key, and what the next run makes of it.
const CHOICES = {
  pair: {
    same: ["y", "always joined"], different: ["x", "never joined"], revision: ["v", "a later version by the same outlet"],
    agency_copy: ["w", "both print a shared or agency text"], unsure: ["q", "looked at, left as it is"],
  },
  cluster: { same: ["y", "all of them are always joined"], unsure: ["q", "looked at, left as it is"] },
  passage: { boilerplate: ["i", "ignored wherever it stands"], same: ["y", "a real repeat, looked at"], unsure: ["q", "looked at, left as it is"] },
};
const POLL = 4000; // milliseconds between looks at what others wrote
const SAVED = "provenance-review";

const token = document.body.dataset.token;
const saved = JSON.parse(sessionStorage.getItem(SAVED) ?? "{}");
let editor = saved.editor ?? document.body.dataset.editor;
let state = { rows: -1, standing: [], latest: [], decided: [], undecided: {}, progress: {} };
let bySlot = new Map();
const slots = new Set(); // those that stand on the page
const chosen = new Map(); // cluster_id -> doc_ids of members that are ticked

// -- talking to the server --------------------------------------------------------------------------------

async function ask(path, said = null) {
  const options = said === null ? {} : { method: "POST", headers: { "content-type": "application/json", "x-provenance-token": token }, body: JSON.stringify(said) };
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Error("The command that serves this page has ended; what was decided is in its log.");
  }
  const told = answer.headers.get("content-type")?.startsWith("application/json") ? await answer.json() : { error: await answer.text() };
  if (!answer.ok) throw new Error(told.error ?? `refused (${answer.status})`);
  return told;
}

function take(next) {
  state = next;
  bySlot = new Map();
  for (const one of state.standing) for (const [kind, ...ids] of one.slots) {
    const key = JSON.stringify([kind, ...ids]);
    bySlot.set(key, [...(bySlot.get(key) ?? []), one]);
  }
  for (const slot of slots) if (slot.isConnected) refresh(slot); else slots.delete(slot);
  showProgress();
  if (history_.open) fillHistory();
}

async function guarded(work) {
  try {
    return await work();
  } catch (error) {
    tell(error.message, true);
    return null;
  }
}

// What a slot is called to the server: the page's slots of passages are clusters there.
function subjectOf(slot) {
  const ids = JSON.parse(slot.dataset.ids);
  const kind = { passage: "cluster", pair: "pair", cluster: "cluster", origin: "origin", member: "part" }[slot.dataset.kind];
  return [kind, ...(kind === "pair" ? [...ids].sort(byCodePoint) : ids)];
}

// As the server sorts: JavaScript compares halves of characters.
function byCodePoint(one, other) {
  const [first, second] = [[...one], [...other]];
  for (let at = 0; at < Math.min(first.length, second.length); at += 1) {
    if (first[at] !== second[at]) return first[at].codePointAt(0) - second[at].codePointAt(0);
  }
  return first.length - second.length;
}

const standingOf = (slot) => bySlot.get(JSON.stringify(subjectOf(slot).slice(0, slot.dataset.kind === "origin" ? 2 : 3))) ?? [];

// A verdict on one subject or several: of several rows the editor first sees what they are.
async function decide(verdict, about, { note = "", seen: before = [], done = null } = {}) {
  return guarded(async () => {
    const said = { verdict, about, note, editor, seen: before.map((one) => one.key) };
    const plan = await ask("/preview", said);
    if (plan.count > 1 && !(await confirmed(verdict, about, plan))) return tell("Nothing was decided.");
    const answer = await ask("/decide", { ...said, expect: plan.count });
    take(answer.state);
    done?.();
    if (answer.conflict.length && before.length !== undefined) {
      const other = answer.conflict.filter((one) => one.editor !== editor)[0];
      if (other) return tell(`${WORDS[verdict]}. ${other.editor} had said “${WORDS[other.verdict]}”; both are kept, and yours holds.`, true);
    }
    return tell(`${WORDS[verdict]}: ${plural(plan.count, "decision")} kept. Undo with z.`);
  });
}

async function undo(key, words = "Undone.") {
  return guarded(async () => {
    take((await ask("/undo", { key, editor })).state);
    tell(words);
  });
}

// The latest of this editor's decisions that stands; again, the one before it, without end.
function undoLast() {
  const mine = state.latest.filter((one) => one.stands && one.verdict !== "undo" && one.editor === editor);
  if (!mine.length) return tell("You have no decision left to undo among the latest; older ones stand in the history.");
  return undo(mine[0].key, `Undone: ${WORDS[mine[0].verdict]}, ${mine[0].about}.`);
}

// -- a window before many rows are written ----------------------------------------------------------------

const window_ = el("dialog", { id: "plan", "aria-labelledby": "plan-title" });

function confirmed(verdict, about, plan) {
  return new Promise((resolve) => {
    const close = (answer) => () => { window_.close(); resolve(answer); };
    const yes = el("button", { type: "button", class: "yes", click: close(true) }, `Decide ${count(plan.count)}`);
    window_.replaceChildren(
      el("h2", { id: "plan-title" }, `${WORDS[verdict]}: ${plural(plan.count, "decision")}`),
      el("p", {}, `${plural(about.length, "place")} of the page${plan.articles ? `, ${plural(plan.articles, "article")}` : ""}. Each decision is a row of the log and can be undone by itself.`),
      plan.before.length ? [el("p", {}, "These were decided before, and will be superseded:"), el("ul", {}, plan.before.slice(0, 10).map((one) => el("li", {}, `${WORDS[one.verdict]}, ${one.about}, by `, field(one.editor)))), plan.before.length > 10 && el("p", {}, `and ${count(plan.before.length - 10)} more.`)].flat() : [],
      el("p", { class: "controls" }, yes, el("button", { type: "button", click: close(false) }, "Cancel")));
    window_.replaceChildren(...[...window_.childNodes].filter((node) => node.nodeType === 1));
    window_.oncancel = close(false);
    window_.showModal();
    yes.focus();
  });
}

// -- slots ------------------------------------------------------------------------------------------------

document.addEventListener("provenance:drawn", (event) => {
  for (const slot of event.detail.slots) {
    if (slots.has(slot) || slot.dataset.kind === "article") continue;
    slots.add(slot);
    slot.hidden = false;
    slot.setAttribute("role", "none"); // a landmark for each of a hundred cards leads nobody anywhere
    if (slot.dataset.kind === "list") bulk(slot);
    else refresh(slot);
  }
});

function refresh(slot) {
  if (slot.dataset.kind === "list") return;
  const had = slot.contains(document.activeElement) ? document.activeElement.dataset.act : null;
  const open = [...slot.querySelectorAll("details[open]")].map((node) => node.dataset.part);
  const kept = [...slot.querySelectorAll("input[name], textarea[name]")].map((node) => [node.name, node.value]);
  slot.replaceChildren(...draw(slot, slot.dataset.kind));
  for (const part of open) slot.querySelector(`details[data-part="${part}"]`)?.setAttribute("open", "");
  for (const [name, value] of kept) { const node = slot.querySelector(`[name="${name}"]`); if (node && value) node.value = value; }
  if (had) slot.querySelector(`[data-act="${had}"]`)?.focus();
}

function draw(slot, kind) {
  if (kind === "member") return member(slot);
  const level = kind === "cluster" ? levelOf(slot) : kind;
  const standing = standingOf(slot);
  const said = el("ul", { class: "said-before" }, standing.map((one) => decision(one)));
  if (kind === "origin") return [standing.length ? said : null, originForm(slot, standing)].filter(Boolean);
  const holds = new Set(standing.map((one) => one.verdict));
  const buttons = Object.entries(CHOICES[level]).map(([verdict, [key, effect]]) => el("button", {
    type: "button", class: `choice ${verdict}`, "data-act": verdict, title: effect, "aria-pressed": String(holds.has(verdict)),
    click: () => decide(verdict, [subjectOf(slot)], { seen: standing }),
  }, WORDS[verdict], " ", el("kbd", { "aria-hidden": "true" }, key)));
  return [
    el("div", { class: "choices", role: "group", "aria-label": "Decision" }, buttons, level === "cluster" && memberButton(slot, standing)),
    noteForm(slot, standing), standing.length ? said : null,
  ].filter(Boolean);
}

const levelOf = (slot) => (JSON.parse(slot.dataset.ids)[0].startsWith("p:") ? "passage" : "cluster");

// Who said what, when, and the way back.
function decision(one) {
  const target = one.target ? [" ", field(absentName(one.target) ?? one.target)] : null;
  return el("li", {}, el("b", { class: `word ${one.verdict}` }, WORDS[one.verdict] ?? one.verdict), target, one.note && [": ", field(one.note)], " ",
    el("span", { class: "quiet" }, "by ", field(one.editor), ", ", moment(Date.parse(one.decided) / 1000)), " ",
    el("button", { type: "button", class: "small", "data-act": `undo-${one.key}`, "aria-label": `Undo ${WORDS[one.verdict]}`, click: () => undo(one.key) }, "Undo"));
}

function noteForm(slot, standing) {
  const input = el("input", { type: "text", name: "note", maxlength: 2000, "aria-label": "Note", autocomplete: "off", dir: "auto" });
  return el("details", { class: "note-form", "data-part": "note" }, el("summary", { "data-act": "note" }, "Note"),
    el("form", { submit: (event) => {
      event.preventDefault();
      if (input.value.trim()) decide("note", [subjectOf(slot)], { note: input.value.trim(), seen: standing, done: () => { slot.querySelector("[name=note]").value = ""; } });
    } }, input, " ", el("button", { type: "submit" }, "Keep")));
}

// -- origins ----------------------------------------------------------------------------------------------

function originForm(slot, standing) {
  const [id] = JSON.parse(slot.dataset.ids);
  const group = `origin-${id}`;
  const set = (origin) => decide("origin", [["origin", id, origin]], { seen: standing });
  const article = el("input", { type: "text", name: "article", "aria-label": "Id of an article", placeholder: "id of an article", autocomplete: "off", dir: "auto" });
  const source = el("input", { type: "text", name: "source", maxlength: 113, "aria-label": "Name of a source", placeholder: "name of a source that is not in the dump", autocomplete: "off", dir: "auto" });
  const sending = (input, make) => (event) => { event.preventDefault(); if (input.value.trim()) set(make(input.value.trim())); };
  return el("details", { class: "origin-form", "data-part": group }, el("summary", { "data-act": "origin" }, "Correct the origin"),
    el("p", {}, el("button", { type: "button", "data-act": "itself", click: () => set(id) }, "It is its own origin")),
    el("form", { submit: sending(article, (name) => name) }, article, " ", el("button", { type: "submit" }, "It came from this article")),
    el("form", { submit: sending(source, (name) => `source:${name}`) }, source, " ", el("button", { type: "submit" }, "It came from this source")));
}

// -- members ----------------------------------------------------------------------------------------------

function member(slot) {
  const [cluster, id] = JSON.parse(slot.dataset.ids);
  if (cluster.startsWith("p:")) return [];
  const ticked = el("input", { type: "checkbox", "data-act": "tick", checked: chosen.get(cluster)?.has(id) ?? false, change: () => tick(cluster, id, ticked.checked) });
  return [el("div", { class: "choices" },
    el("button", { type: "button", class: "choice small out", "data-act": "out", title: "never joined with the others", click: () => decide("out", [["part", cluster, id]]) }, "Take out ", el("kbd", { "aria-hidden": "true" }, "t")),
    el("button", { type: "button", class: "choice small", "data-act": "all-from", title: "the others came from this one", click: () => allFrom(cluster, id) }, "Origin of all"),
    el("label", { class: "tick" }, ticked, " mark"))];
}

function tick(cluster, id, on) {
  const marked = chosen.get(cluster) ?? new Set();
  if (on) marked.add(id); else marked.delete(id);
  chosen.set(cluster, marked);
  for (const slot of slots) if (slot.dataset.kind === "cluster" && JSON.parse(slot.dataset.ids)[0] === cluster) refresh(slot);
}

function memberButton(slot) {
  const [cluster] = JSON.parse(slot.dataset.ids);
  const marked = [...(chosen.get(cluster) ?? [])];
  return el("button", { type: "button", class: "choice split", "data-act": "split", disabled: !marked.length, title: "marked members are never joined with the others",
    click: () => decide("split", [["part", cluster, ...marked]], { done: () => chosen.delete(cluster) }) }, marked.length ? `Split off ${count(marked.length)} marked` : "Split off marked");
}

function allFrom(cluster, id) {
  const others = [...document.querySelectorAll(`#view aside.slot[data-kind=member]`)].map((slot) => JSON.parse(slot.dataset.ids)).filter(([one, other]) => one === cluster && other !== id);
  return decide("origin", [...new Set(others.map(([, other]) => other))].map((other) => ["origin", other, id]));
}

// -- many at once -----------------------------------------------------------------------------------------

function bulk(slot) {
  const [level] = JSON.parse(slot.dataset.ids);
  const kind = level === "document" ? "cluster" : "passage";
  const only = () => JSON.parse(slot.dataset.found ?? "[]").filter((id) => !state.decided.includes(id));
  const buttons = Object.keys(CHOICES[kind]).map((verdict) => el("button", { type: "button", class: "choice small", click: () => {
    const open = only().slice(0, 2000);
    if (!open.length) return tell("All that is listed is decided.");
    return decide(verdict, open.map((id) => ["cluster", id]));
  } }, WORDS[verdict]));
  slot.replaceChildren(el("details", { "data-part": "bulk" }, el("summary", {}, "Decide many"),
    el("p", { class: "quiet" }, "All that the search left and that is not decided yet, after a preview that counts them."), el("div", { class: "choices" }, buttons)));
}

// -- the bar ----------------------------------------------------------------------------------------------

const progress = el("span", { id: "progress", class: "quiet" });
const name = el("input", { type: "text", id: "editor", maxlength: 120, value: editor, autocomplete: "off", dir: "auto", change: () => { editor = name.value.trim() || document.body.dataset.editor; name.value = editor; keep(); } });
const blind = el("button", { type: "button", id: "blind", "aria-pressed": "false", title: "hide scores, evidence and origins", click: () => setBlind(!document.body.classList.contains("blind")) }, "Blind ", el("kbd", { "aria-hidden": "true" }, "b"));
const message = el("p", { id: "message", role: "status" });
const history_ = el("dialog", { id: "history", "aria-labelledby": "history-title" });
const bar = el("section", { class: "review-bar", "aria-label": "Review" },
  el("label", {}, "Editor ", name), progress,
  el("button", { type: "button", id: "next", click: nextOpen }, "Next undecided ", el("kbd", { "aria-hidden": "true" }, "]")),
  el("button", { type: "button", id: "undo", click: undoLast }, "Undo ", el("kbd", { "aria-hidden": "true" }, "z")),
  el("button", { type: "button", id: "history-open", click: openHistory }, "History ", el("kbd", { "aria-hidden": "true" }, "h")),
  blind, message);
document.querySelector("header.top").after(bar);
document.body.append(window_, history_);
setBlind(saved.blind ?? false);

function keep() {
  sessionStorage.setItem(SAVED, JSON.stringify({ editor, blind: document.body.classList.contains("blind") }));
}

function setBlind(on) {
  document.body.classList.toggle("blind", on);
  blind.setAttribute("aria-pressed", String(on));
  keep();
}

function tell(words, grave = false) {
  message.replaceChildren(...seen(words));
  message.classList.toggle("grave", grave);
}

function showProgress() {
  const said = [["document", "group"], ["passage", "passage"]].filter(([level]) => state.progress[level]?.[1]).map(([level, word]) => `${count(state.progress[level][0])} of ${plural(state.progress[level][1], word)}`);
  progress.textContent = said.length ? `decided: ${said.join(", ")}` : "nothing to decide";
}

// The first cluster that is not decided, behind the one that is open.
function nextOpen() {
  const here = decodeURIComponent(window.location.hash.match(/^#\/cluster\/([^/?]*)/)?.[1] ?? "");
  const passages = here.startsWith("p:") || window.location.hash.startsWith("#/passages");
  const levels = passages ? ["passage", "document"] : ["document", "passage"];
  const open = levels.flatMap((level) => state.undecided[level] ?? []).filter((id) => id !== here);
  if (!open.length) return tell("Everything is decided.");
  window.location.hash = `#/cluster/${encodeURIComponent(open[0])}`;
  return undefined;
}

function openHistory() {
  fillHistory();
  history_.showModal();
}

function fillHistory() {
  history_.replaceChildren(el("h2", { id: "history-title" }, "What was decided"),
    el("p", { class: "quiet" }, `${plural(state.rows, "row")} in the log; nothing is ever deleted. `, el("a", { href: "/export", download: "verdicts.jsonl" }, "Export as JSON lines")),
    state.latest.length ? el("ol", { class: "history", tabindex: "0", "aria-label": "Decisions, the latest first" }, state.latest.map((one) => el("li", { class: one.stands ? null : "fallen" },
      el("b", {}, WORDS[one.verdict] ?? one.verdict), ", ", one.about, one.names.map((name, at) => [at ? " and " : " ", field(name)]), one.note && [": ", field(one.note)], " ",
      el("span", { class: "quiet" }, "by ", field(one.editor), ", ", moment(Date.parse(one.decided) / 1000), one.stands ? "" : ", undone"), " ",
      one.stands && el("button", { type: "button", class: "small", click: () => undo(one.key) }, one.verdict === "undo" ? "Restore" : "Undo")))) : el("p", {}, "Nothing yet."),
    el("p", {}, el("button", { type: "button", click: () => history_.close() }, "Close")));
}

// -- keys -------------------------------------------------------------------------------------------------

// A key decides on what has the focus, else on what the view is about.
function press(verdict) {
  const near = document.activeElement.closest?.(".cluster, .card");
  const inside = near && [...near.querySelectorAll(`[data-act="${verdict}"]`)].at(-1);
  const button = inside ?? document.querySelector(`#view > aside.slot [data-act="${verdict}"]`);
  if (!button) return say(`There is nothing here to call ${WORDS[verdict] ?? verdict}`);
  if (button.tagName === "SUMMARY") { button.parentElement.open = true; button.parentElement.querySelector("input").focus(); } else button.click();
  return undefined;
}

const VERDICT_KEYS = Object.fromEntries(Object.values(CHOICES).flatMap((some) => Object.entries(some).map(([verdict, [key]]) => [verdict, key])));
for (const [verdict, key] of Object.entries(VERDICT_KEYS)) register(key, `decide: ${WORDS[verdict].toLowerCase()}`, () => press(verdict));
register("t", "take the member out", () => press("out"));
register("g", "write a note", () => press("note"));
register("z", "undo your latest decision", undoLast);
register("h", "history", openHistory);
register("b", "blind: hide scores", () => blind.click());
register("]", "next undecided", nextOpen);

async function look() {
  if (document.hidden) return;
  const told = await guarded(() => ask("/rows"));
  if (told && told.rows !== state.rows) take(await ask("/state"));
}

guarded(async () => take(await ask("/state")));
window.setInterval(look, POLL);
