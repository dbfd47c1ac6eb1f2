// The provenance graph of a cluster: who took from whom, sources that are not in the dump in a shape of their own.

import { absentName, el, percent, place, plural, published, svg } from "./dom.js";
import { shortName } from "./charts.js";

const MOST = 40; // articles drawn; a graph of more is a knot, and the table beside it has them all
const [WIDTH, HEIGHT, ACROSS, DOWN] = [170, 38, 250, 54];

// Articles with `edges` -> a drawing from left (source) to right (copies), a line for each edge between them.
export function provenanceGraph(articles) {
  const shown = articles.slice(0, MOST);
  const nodes = new Map(shown.map((article) => [article.doc_id, { id: article.doc_id, article }]));
  const edges = [];
  for (const article of shown) {
    for (const edge of article.edges ?? []) {
      const name = absentName(edge.from_id);
      if (name !== null && !nodes.has(edge.from_id)) nodes.set(edge.from_id, { id: edge.from_id, name });
      if (nodes.has(edge.from_id)) edges.push({ ...edge, to_id: article.doc_id });
    }
  }
  if (!edges.length) return el("p", { class: "quiet" }, "No direction could be decided between these articles, and no other source is named.");
  layers(nodes, edges);
  const all = [...nodes.values()];
  const width = Math.max(...all.map((node) => node.x)) + WIDTH + 20;
  const height = Math.max(...all.map((node) => node.y)) + HEIGHT + 16;
  const said = edges.map((edge) => `${nameOf(nodes.get(edge.to_id))} ${verb(edge)} ${nameOf(nodes.get(edge.from_id))}, ${edge.kind}, ${edge.verdict}, confidence ${percent(edge.confidence)}`).join("; ");
  const tip = svg("marker", { id: "tip", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 9, markerHeight: 9, markerUnits: "userSpaceOnUse", orient: "auto" }, svg("path", { class: "tip", d: "M0 0l8 4l-8 4z" }));
  return [
    el("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Provenance graph" },
      svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, class: "graph", role: "group", "aria-label": said }, svg("defs", {}, tip), edges.map((edge) => arrow(edge, nodes)), all.map(node))),
    el("p", { class: "legend" },
      "An arrow leads from a source to what was made of it: the thicker, the surer; dashed where the text only cites it. A slanted box is a source that is not in the dump; a double frame is the likely origin."),
    articles.length > shown.length && el("p", { class: "quiet" }, `${plural(articles.length - shown.length, "more article")} not drawn; the table has them.`),
  ];
}

const verb = (edge) => (edge.relation === "cites" ? "cites" : "was copied from");
const nameOf = (node) => node.name ?? shortName(node.article, 40);

// Each node one column right of its surest source; within a column in the order of dates.
function layers(nodes, edges) {
  const surest = new Map();
  for (const edge of [...edges].sort((one, other) => other.confidence - one.confidence)) {
    if (!surest.has(edge.to_id)) surest.set(edge.to_id, edge.from_id);
  }
  const depth = (id, seen = new Set()) => {
    const from = surest.get(id);
    if (from === undefined || seen.has(id)) return 0;
    return 1 + depth(from, seen.add(id));
  };
  const columns = new Map();
  for (const one of nodes.values()) {
    const at = depth(one.id);
    columns.set(at, [...(columns.get(at) ?? []), one]);
  }
  const order = [...columns].sort(([one], [other]) => one - other);
  order.forEach(([, column], at) => {
    const above = (one) => nodes.get(surest.get(one.id))?.y ?? 0;
    column.sort((one, other) => above(one) - above(other) || (one.article?.published ?? Infinity) - (other.article?.published ?? Infinity));
    column.forEach((one, row) => Object.assign(one, { x: 10 + at * ACROSS, y: 10 + row * DOWN, root: !surest.has(one.id) && Boolean(one.article) }));
  });
}

function arrow(edge, nodes) {
  const [from, to] = [nodes.get(edge.from_id), nodes.get(edge.to_id)];
  const [x1, y1, x2, y2] = [from.x + WIDTH, from.y + HEIGHT / 2, to.x, to.y + HEIGHT / 2];
  const back = x2 <= x1;
  const path = back ? `M${x1 - WIDTH / 2} ${from.y + (to.y > from.y ? HEIGHT : 0)}L${to.x + WIDTH / 2} ${to.y > from.y ? to.y : to.y + HEIGHT}` : `M${x1} ${y1}C${x1 + 40} ${y1} ${x2 - 40} ${y2} ${x2} ${y2}`;
  return svg("path", { class: `edge ${edge.relation === "cites" ? "cites" : ""}`, d: path, "stroke-width": (0.8 + 3.2 * edge.confidence).toFixed(1), "marker-end": "url(#tip)" },
    svg("title", {}, `${nameOf(to)} ${verb(edge)} ${nameOf(from)}: ${edge.kind}, ${edge.verdict}, ${percent(edge.confidence)}`));
}

function node(one) {
  const { x, y } = one;
  const label = (words, dy, kind) => svg("text", { class: kind, x: x + WIDTH / 2, y: y + dy, "text-anchor": "middle" }, words);
  if (!one.article) {
    const short = shortName({ outlet: one.name }, 20);
    return svg("g", { class: "absent" }, svg("path", { d: `M${x + 14} ${y}h${WIDTH - 14}l-14 ${HEIGHT}h${14 - WIDTH}z` }), svg("title", {}, `${one.name}: its text was not found in the dump`), label(short, 16, "name"), label("not found in the dump", 30, "tiny"));
  }
  const frame = (inset) => svg("rect", { x: x + inset, y: y + inset, width: WIDTH - 2 * inset, height: HEIGHT - 2 * inset, rx: 5 });
  const day = published(one.article.published).replace(" UTC", "");
  return svg("a", { href: place("article", one.id), class: "present" }, frame(0), one.root && frame(3), svg("title", {}, one.article.title ?? one.id), label(shortName(one.article, 20), 16, "name"), label(day, 30, "tiny"));
}
