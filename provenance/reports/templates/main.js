// The page opens, reads where it is asked to be, and draws that view.

import { add, el, setUnseen } from "./dom.js";
import { openRun } from "./blocks.js";
import { summary } from "./summary.js";
import { articleClusters, passageClusters } from "./clusters.js";
import { cluster } from "./cluster.js";
import { pair } from "./pair.js";
import { allArticles, article } from "./article.js";
import { listen } from "./keys.js";

const VIEWS = { "": summary, clusters: articleClusters, passages: passageClusters, articles: allArticles, cluster, pair, article };
const main = document.getElementById("view");
let run = null;
let shown = null; // the address whose view stands on the page
let entry = null; // which of the browser's history that is: a link makes a new one
const tops = new Map();
let turn = 0; // a view that comes late, after another was asked for, is thrown away

// "#/pair/a/b?query" -> the view, its names and its query.
function address() {
  const [path, query] = window.location.hash.replace(/^#\/?/, "").split("?");
  const [name, ...names] = path.split("/").map(decode);
  return { name, names, query: decode(query ?? "") };
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function draw() {
  const hash = window.location.hash;
  if (!/^(#\/.*)?$/.test(hash)) return jump(hash.slice(1));
  window.cameFrom = shown;
  const top = turnTo();
  const { name, names, query } = address();
  const mine = ++turn;
  main.setAttribute("aria-busy", "true");
  let nodes;
  try {
    nodes = await (Object.hasOwn(VIEWS, name) ? VIEWS[name] : unknown)(run, names, query);
  } catch (error) {
    nodes = [el("h1", {}, "This view cannot be drawn"), el("p", { class: "note" }, error.message)];
  }
  if (mine !== turn) return undefined;
  main.replaceChildren();
  add(main, nodes);
  main.removeAttribute("aria-busy");
  for (const link of document.querySelectorAll("header nav a")) {
    if (link.getAttribute("href") === `#/${name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${main.querySelector("h1")?.textContent ?? ""} · provenance`;
  if (shown !== null) main.focus({ preventScroll: true });
  window.scrollTo(0, top);
  shown = hash;
  return undefined;
}

// Note how far down the view that is left stands -> how far the one to be drawn stood when the reader left it.
function turnTo() {
  tops.set(entry, window.scrollY);
  entry = history.state?.entry ?? Date.now() + Math.random(); // those of before a reload are still in the history
  history.replaceState({ ...history.state, entry }, "");
  return tops.get(entry) ?? 0;
}

const unknown = () => [el("h1", {}, "No such view"), el("p", {}, "This page has no view of that name.")];

// A place inside the view; the address stays that of the view.
function jump(id) {
  const target = document.getElementById(id);
  history.replaceState(history.state, "", shown || "#/");
  if (!target) return;
  for (let one = target; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
  target.scrollIntoView();
  if (target.id !== "view" && !target.hasAttribute("tabindex")) target.tabIndex = -1;
  target.focus({ preventScroll: true });
}

// Tell the review page, where there is one, which slots for its controls have come with a view or into it.
function announceSlots() {
  const observer = new MutationObserver((changes) => {
    const added = changes.flatMap((change) => [...change.addedNodes]).filter((node) => node instanceof Element);
    const slots = added.flatMap((node) => (node.matches("aside.slot") ? [node] : [...node.querySelectorAll("aside.slot")]));
    if (!slots.length) return;
    const { name, names } = address();
    document.dispatchEvent(new CustomEvent("provenance:drawn", { detail: { view: name || "summary", names, run, slots } }));
  });
  observer.observe(main, { childList: true, subtree: true });
}

function chooseTheme() {
  const button = document.getElementById("theme");
  const dark = () => document.documentElement.dataset.theme === "dark" || (!document.documentElement.dataset.theme && window.matchMedia("(prefers-color-scheme: dark)").matches);
  const label = () => { button.textContent = dark() ? "Light" : "Dark"; };
  button.addEventListener("click", () => {
    document.documentElement.dataset.theme = dark() ? "light" : "dark";
    label();
  });
  label();
}

async function open() {
  chooseTheme();
  listen();
  announceSlots();
  try {
    run = await openRun();
  } catch (error) {
    main.replaceChildren(el("h1", {}, "This page cannot be opened"), el("p", { class: "note" }, error.message));
    return;
  }
  setUnseen(run.unseen);
  window.addEventListener("hashchange", draw);
  // The browser would scroll back before the view is drawn; a link leads to a view's beginning.
  history.scrollRestoration = "manual";
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-jump], a.skip");
    if (!link) return;
    event.preventDefault();
    jump(link.dataset.jump ?? "view");
  });
  await draw();
  document.documentElement.dataset.drawn = "true";
}

open();
