// Charts drawn by hand: a histogram, a matrix of outlets, a timeline. Each has its numbers in words beside it.

import { count, duration, el, field, moment, plural, svg } from "./dom.js";

// Counts of matches by score -> bars; a switch for a logarithmic scale, which shows the few next to the many.
export function histogram(counts, { label, line, lineName, log }) {
  const [width, height, left, bottom] = [560, 190, 44, 36];
  const scale = (number) => (log ? Math.log10(number + 1) : number);
  const most = Math.max(1, ...counts.map(scale));
  const step = (width - left) / counts.length;
  const top = 22;
  const tall = (number) => (scale(number) / most) * (height - bottom - top);
  const bars = counts.map((number, at) => svg("rect", {
    class: "bar", x: left + at * step + 1, width: step - 2, y: height - bottom - tall(number), height: tall(number),
  }, svg("title", {}, `${label} ${(at / counts.length).toFixed(2)} to ${((at + 1) / counts.length).toFixed(2)}: ${plural(number, "pair")}`)));
  const labels = counts.map((number, at) => number > 0 && svg("text", {
    class: "tiny", x: left + (at + 0.5) * step, y: height - bottom - tall(number) - 4, "text-anchor": "middle",
  }, number >= 10000 ? `${Math.round(number / 1000)}k` : String(number)));
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((at) => svg("text", {
    class: "tick", x: left + at * (width - left), y: height - bottom + 16, "text-anchor": at === 1 ? "end" : at ? "middle" : "start",
  }, String(at)));
  const mark = line === undefined ? [] : [
    svg("line", { class: "gate", x1: left + line * (width - left), x2: left + line * (width - left), y1: 14, y2: height - bottom }),
    svg("text", { class: "tick", x: left + line * (width - left) - 4, y: 11, "text-anchor": "end" }, lineName),
  ];
  const axis = svg("line", { class: "axis", x1: left, x2: width, y1: height - bottom, y2: height - bottom });
  const name = svg("text", { class: "tick", x: left + (width - left) / 2, y: height - 4, "text-anchor": "middle" }, label);
  const said = `Pairs of articles by ${label}: ${counts.map((number, at) => number && `${count(number)} from ${(at / counts.length).toFixed(2)}`).filter(Boolean).join(", ") || "none"}.`;
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": said, class: "chart" }, axis, bars, labels, ticks, mark, name);
}

// Rows {from_outlet, to_outlet, documents, words, lag} -> a table: rows copy from columns, darker is more, with lags.
export function matrix(rows, most = 12) {
  const weight = new Map();
  for (const row of rows) {
    for (const name of [row.from_outlet, row.to_outlet]) weight.set(name, (weight.get(name) ?? 0) + row.documents);
  }
  const names = [...weight].sort((one, other) => other[1] - one[1]).slice(0, most).map(([name]) => name);
  const kept = rows.filter((row) => names.includes(row.from_outlet) && names.includes(row.to_outlet));
  const sources = names.filter((name) => kept.some((row) => row.from_outlet === name));
  const takers = names.filter((name) => kept.some((row) => row.to_outlet === name));
  const top = Math.max(1, ...kept.map((row) => row.documents));
  const cell = (source, taker) => {
    const row = kept.find((one) => one.from_outlet === source && one.to_outlet === taker);
    if (!row) return el("td", { class: "none" }, el("span", { "aria-hidden": "true" }, "·"));
    const shade = Math.ceil((4 * row.documents) / top);
    const lag = row.lag === null ? "" : duration(row.lag);
    const when = lag && `, ${row.lag < 0 ? `${duration(-row.lag)} earlier` : `${lag} later`}`;
    const words = row.words > 0 ? `, ${plural(row.words, "word")}` : ""; // none are counted of a source outside the dump
    return el("td", { class: `shade${shade}` },
      el("b", {}, count(row.documents)), lag && el("small", {}, lag),
      el("span", { class: "unseen" }, ` ${row.documents === 1 ? "article" : "articles"} from ${source}${words}${when}`));
  };
  const table = el("table", { class: "matrix" },
    el("caption", {}, "Number of articles that took text from the outlet of the column, and how long after it (median)."),
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "took from →"), sources.map((name) => el("th", { scope: "col", class: "turned" }, field(name))))),
    el("tbody", {}, takers.map((taker) => el("tr", {}, el("th", { scope: "row" }, field(taker)), sources.map((source) => cell(source, taker))))));
  const rest = rows.length - kept.length;
  return [
    el("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Who copies whom" }, table),
    rest > 0 && el("p", { class: "quiet" }, `${plural(rest, "more pair")} of outlets stand in outlets.parquet.`),
  ];
}

// -- the timeline -----------------------------------------------------------------------------------------

const MARKS = {
  published: (x, y, hollow) => svg("circle", { class: hollow ? "hollow" : "full", cx: x, cy: y, r: 5.5 }),
  updated: (x, y, hollow) => svg("path", { class: hollow ? "hollow" : "full", d: `M${x} ${y - 6.5}l6 11h-12z` }),
  crawled: (x, y, hollow) => svg("rect", { class: hollow ? "hollow" : "full", x: x - 5, y: y - 5, width: 10, height: 10 }),
};
const SAID = { published: "published", updated: "updated", crawled: "first seen" };

// Articles with their dates, earliest first -> one line each; a date that may be wrong is drawn hollow.
export function timeline(articles) {
  const claims = articles.map((article) => ({ article, dates: claimed(article) }));
  const dated = claims.filter((one) => one.dates.length).sort((one, other) => one.dates[0].value - other.dates[0].value);
  const undated = claims.length - dated.length;
  const without = undated > 0 && el("p", { class: "quiet" }, `${plural(undated, "article")} without a date.`);
  if (!dated.length) return el("p", { class: "quiet" }, "No article of this cluster has a date.");
  const values = dated.flatMap((one) => one.dates.map((date) => date.value));
  const [first, last] = [Math.min(...values), Math.max(...values)];
  const width = Math.min(760, document.documentElement.clientWidth - 32); // a telephone shows all of it
  const [left, right, line, top] = [Math.min(190, Math.round(0.36 * width)), 20, 26, 30];
  const height = top + line * dated.length + 6;
  const x = (value) => (last === first ? left + 20 : left + 10 + ((value - first) / (last - first)) * (width - left - right - 20));
  const rows = dated.map(({ article, dates }, at) => {
    const y = top + line * (at + 0.5);
    return [
      svg("line", { class: "rule", x1: left, x2: width - right, y1: y, y2: y }),
      svg("text", { class: "name", x: left - 10, y: y + 4, "text-anchor": "end" }, shortName(article, Math.floor((left - 10) / 7.3))),
      dates.map((date) => svg("g", {}, MARKS[date.kind](x(date.value), y, !date.trusted),
        svg("title", {}, `${article.doc_id}: ${SAID[date.kind]} ${moment(date.value, date.precision)}${date.trusted ? "" : " (doubtful)"}`))),
    ];
  });
  const ends = [
    svg("text", { class: "tick", x: x(first) - 6, y: 16, "text-anchor": "start" }, moment(first, "day")),
    last > first && svg("text", { class: "tick", x: x(last) + 6, y: 16, "text-anchor": "end" }, `${moment(last, "day")} (${duration(last - first)})`),
  ];
  const said = dated.map(({ article, dates }) => `${article.doc_id} ${dates.map((date) => `${SAID[date.kind]} ${moment(date.value, date.precision)}${date.trusted ? "" : ", doubtful"}`).join(", ")}`).join("; ");
  return [
    el("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Timeline" },
      svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": `When each appeared: ${said}`, class: "timeline" }, ends, rows)),
    legend(),
    without,
  ];
}

function claimed(article) {
  const dates = article.dates.filter((date) => date.kind in MARKS);
  return dates.sort((one, other) => one.value - other.value);
}

function legend() {
  const sign = (kind, hollow) => svg("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" }, MARKS[kind](8, 8, hollow));
  return el("p", { class: "legend" }, Object.keys(MARKS).map((kind) => el("span", {}, sign(kind, false), ` ${SAID[kind]}`)), el("span", {}, sign("published", true), " doubtful: the date may be wrong"));
}

export function shortName(article, length) {
  const name = article.outlet ?? article.doc_id.split("/").at(-1);
  const letters = [...name.replace(/[\p{Cc}\p{Cf}]/gu, "")];
  return letters.length > length ? `${letters.slice(0, length - 1).join("")}…` : letters.join("");
}
