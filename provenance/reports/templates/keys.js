// Everything by keyboard; `?` shows the keys.

import { el, say } from "./dom.js";

const KEYS = [
  ["?", "these keys"], ["/", "search"], ["j", "next cluster, member or passage"], ["k", "the one before"], ["o", "open or close it"],
  ["n", "next passage of a pair"], ["p", "previous passage"], ["m", "only what matches"], ["e", "unfold all"],
  ["u", "up: to the group or list"], ["s", "summary"], ["c", "articles that repeat"], ["r", "repeated passages"], ["d", "dark or light"],
];

const typing = (node) => node.closest("input:not([type=checkbox]), textarea, select, [contenteditable]") !== null;

const go = (address) => () => { window.location.hash = address; };
const press = (selector) => () => document.querySelector(selector)?.click();

const ACTIONS = {
  "?": () => document.getElementById("help").click(), "/": () => document.getElementById("search")?.focus(),
  j: () => step(1), k: () => step(-1), o: open, n: press("[data-step=next]"), p: press("[data-step=previous]"), m: press("#only"),
  e: press("[data-unfold]"), u: press("[data-up]"), s: go("#/"), c: go("#/clusters"), r: go("#/passages"), d: press("#theme"),
};

// Keys of others (the review page) join these: register("a", "the two are the same", () => ...).
export function register(key, words, action) {
  KEYS.push([key, words]);
  ACTIONS[key] = action;
}

export function listen() {
  const dialog = document.getElementById("keys");
  document.getElementById("help").addEventListener("click", () => {
    dialog.querySelector("dl").replaceChildren(...KEYS.flatMap(([key, words]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, words)]));
    dialog.showModal();
  });
  document.getElementById("keys-close").addEventListener("click", () => dialog.close());
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
    if (event.key === "Escape" && typing(event.target)) event.target.blur();
    if (typing(event.target) || !(event.key in ACTIONS)) return;
    event.preventDefault();
    ACTIONS[event.key]();
  });
}

// The item after or before the one that has the focus.
function step(by) {
  const items = [...document.querySelectorAll("#view [data-item], #view .card")].filter((item) => item.getClientRects().length);
  if (!items.length) return;
  const at = items.findIndex((item) => item === document.activeElement || item.contains(document.activeElement));
  const next = items[at < 0 ? (by > 0 ? 0 : items.length - 1) : Math.max(0, Math.min(items.length - 1, at + by))];
  const target = next.querySelector(":scope > summary") ?? next;
  if (target === next) next.tabIndex = -1;
  target.focus();
  target.scrollIntoView({ block: "nearest" });
  say(`${items.indexOf(next) + 1} of ${items.length}`);
}

function open() {
  const item = document.activeElement.closest("details, .card");
  if (item?.tagName === "DETAILS") item.open = !item.open;
  else item?.querySelector("a")?.click();
}
