// The page's data: compressed blocks, inflated once when a view asks for them.

import { dayOnly } from "./dom.js";

const cache = new Map();
const waiting = new Map();

// Blocks beside the page are scripts that hand their content over.
window.provenance = Object.assign(window.provenance ?? {}, {
  take(name, content) {
    waiting.get(name)?.(content);
  },
});

function beside(name, address) {
  return new Promise((resolve, reject) => {
    waiting.set(name, resolve);
    const script = document.createElement("script");
    script.src = address;
    script.onerror = () => reject(new Error(`${address} is missing: the page needs the folder that was written beside it`));
    document.head.append(script);
  });
}

async function inflate(content) {
  const packed = Uint8Array.fromBase64?.(content) ?? Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

// A block by its name -> its JSON.
export function block(name) {
  if (!cache.has(name)) {
    const node = document.querySelector(`script[data-block="${name}"]`);
    if (!node) return Promise.reject(new Error(`the page has no block ${name}`));
    const content = node.dataset.beside ? beside(name, node.dataset.beside) : Promise.resolve(node.textContent);
    cache.set(name, content.then(inflate));
  }
  return cache.get(name);
}

let contents = null;

export async function openRun() {
  const run = await block("run");
  contents = run.contents;
  return run;
}

// The last of `starts` that is not after `wanted`.
function chunkOf(starts, wanted, compare = (one, other) => one - other) {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (compare(starts[middle], wanted) <= 0) low = middle;
    else high = middle - 1;
  }
  return low;
}

async function row(name, number) {
  const starts = contents[name];
  const chunk = chunkOf(starts, number);
  return (await block(`${name}-${chunk}`))[number - starts[chunk]];
}

// -- what views ask for -----------------------------------------------------------------------------------

export const articleCount = () => contents.counts.articles;

export async function article(number) {
  const found = await row("articles", number);
  if (found.number === undefined) complete(found, number);
  return found;
}

const RELATIONS = ["duplicate", "boilerplate", "near_duplicate", "contained", "contains", "overlap", "same", "different"];

// Lists of whole numbers -> records; the date of the field is among the dates unless they doubt it.
function complete(found, number) {
  found.number = number;
  found.pairs = (found.pairs ?? []).map(([other, relation, jaccard, own, theirs, spans]) => ({
    other, relation: RELATIONS[relation], jaccard: jaccard / 1000, own: own / 1000, theirs: theirs / 1000, spans,
  }));
  found.dates ??= [];
  if (found.published !== null && !found.dates.some((date) => date.kind === "published")) {
    found.dates.unshift({ kind: "published", value: found.published, precision: dayOnly(found.published) ? "day" : "second", trusted: true, start: null, end: null });
  }
}

export const articles = (numbers) => Promise.all(numbers.map(article));

let numbers = null;

// A doc_id -> its number on the page, or null.
export async function numberOf(id) {
  if (!numbers) numbers = new Map((await block("ids")).map((name, number) => [name, number]));
  return numbers.get(id) ?? null;
}

export async function idOf(number) {
  return (await block("ids"))[number];
}

export const clusters = (level) => block(`${level}_clusters`);

// The members of a cluster: {article, start, end, cohesion, origin}, the origin first.
export async function members(level, number) {
  const found = await row(`${level}_members`, number);
  return (found?.members ?? []).map(([one, start, end, cohesion, origin]) => ({
    article: one, start, end, cohesion: cohesion / 1000, origin: Boolean(origin),
  }));
}

const FIELDS = ["start", "end", "otherStart", "otherEnd"];

// The match of two articles as seen from the first, or null where the page has none.
export async function pair(first, second) {
  const [low, high] = first < second ? [first, second] : [second, first];
  if (!contents.pairs.length) return null;
  const chunk = chunkOf(contents.pairs, [low, high], (one, other) => one[0] - other[0] || one[1] - other[1]);
  const found = (await block(`pairs-${chunk}`)).find((one) => one.low === low && one.high === high);
  if (!found) return null;
  const leftFirst = (found.turned ? high : low) === first;
  const passages = (found.places ?? []).map(([a, b, c, d, identity, kind, furniture]) => {
    const place = leftFirst ? [a, b, c, d] : [c, d, a, b];
    const named = Object.fromEntries(FIELDS.map((name, at) => [name, place[at]]));
    return { ...named, identity: identity / 1000, kind: ["exact", "edited", "rewritten"][kind], furniture: Boolean(furniture) };
  });
  const turned = { contains: "contained", contained: "contains" };
  return {
    jaccard: found.jaccard,
    own: leftFirst ? found.left_containment : found.right_containment,
    theirs: leftFirst ? found.right_containment : found.left_containment,
    relation: leftFirst ? found.relation : (turned[found.relation] ?? found.relation),
    spans: found.spans,
    passages: passages.sort((one, other) => one.start - other.start || one.otherStart - other.otherStart),
  };
}
