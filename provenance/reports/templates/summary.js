// The first view: how much repeats, where, what was not read, and the clusters themselves if they are few.

import { count, el, field, percent, plural } from "./dom.js";
import { histogram, matrix } from "./charts.js";
import { articleCount } from "./blocks.js";
import { clusterBox } from "./clusters.js";
import { setting } from "./parts.js";

const OPEN = 20; // clusters of a level shown open, each with all its members
const SMALL = 1000; // articles of a page whose first clusters are open however many there are: a block or two holds them

export async function summary(run) {
  const { facts, totals } = run;
  const counts = facts.counts;
  const [told, grouped] = ["spans", "clusters"].map((table) => run.made.includes(table));
  return [
    el("h1", {}, "What repeats, and where it came from"),
    el("p", { class: "lead" }, sentence(run)),
    el("p", { class: "pointer" }, el("b", {}, "A pointer, not a verdict. "), "Shared words show that two texts are related, not that anybody did wrong: agencies sell their copy, outlets quote each other, and pages repeat their own furniture. Look at the passages before you decide."),
    el("dl", { class: "figures" },
      figure(count(counts.read), "articles read"), figure(count(counts.repeated), `share ${part(run)} of their words with another, or hold ${part(run)} of one`),
      grouped && figure(count(totals.document), "groups of articles that repeat each other", "#/clusters"),
      grouped && told && figure(count(totals.passage), "passages that stand more than once", "#/passages"),
      told && figure(count(totals.inner), `repeats inside ${plural(totals.inner_articles, "article")}`), figure(count(counts.rejected), "inputs not read whole", counts.rejected || run.rejects.length ? "#rejects" : null)),
    await level(run, "document", "Articles that repeat each other", `No two articles share ${part(run)} of their words.`, "clusters"),
    run.made.includes("passages") && await level(run, "passage", "Repeated passages", "No passage stands twice.", "passages"),
    byOutlet(run),
    copying(run),
    scores(run),
    rejects(run),
    settings(run),
  ];
}

function sentence(run) {
  const counts = run.facts.counts;
  const share = counts.read ? counts.repeated / counts.read : 0;
  const { characters, shared } = run.outlets.total;
  const text = characters && run.made.includes("spans") ? `; ${percent(shared / characters)} of all text stands in more than one article, page furniture left out` : "";
  return `${plural(counts.read, "article")} read, ${count(counts.unique)} unique, ${count(counts.repeated)} repeated (${percent(share)})${text}.`;
}

// The share of its words from which an article counts as repeated; it is a setting.
function part(run) {
  const share = setting(run, "link_containment") ?? 0.5;
  return share === 0.5 ? "half" : percent(share);
}

function figure(number, words, href = null) {
  return el("div", {}, el("dt", {}, href ? el("a", { href }, words) : words), el("dd", {}, number));
}

async function level(run, name, title, nothing, view) {
  const rows = run.first[name];
  const total = run.totals[name];
  const open = total <= OPEN || articleCount() <= SMALL;
  const body = !run.made.includes("clusters") ? [el("p", {}, "This run stopped before clusters: it was asked for matches only.")]
    : !rows.length ? [el("p", { class: "quiet" }, nothing)]
      : await Promise.all(rows.map((row, number) => clusterBox(name, row, number, { open, most: total <= OPEN ? 100 : 6, length: 400 })));
  const all = el("p", { class: "all" }, el("a", { href: `#/${view}` }, total > rows.length ? `All ${count(total)}: search, sort and filter` : "Search, sort and filter"));
  return el("section", { id: view }, el("h2", {}, title, total > 0 && [" ", el("span", { class: "count" }, count(total))]), body, rows.length > 0 && all);
}

// -- tables -----------------------------------------------------------------------------------------------

function byOutlet(run) {
  const { rows, count: all } = run.outlets;
  const shown = rows.slice(0, 30);
  const told = run.made.includes("spans"); // without them no share of a text is known
  const bar = (share) => el("td", { class: "share" }, el("meter", { min: 0, max: 1, value: share, "aria-label": percent(share) }), ` ${percent(share)}`);
  return el("section", { id: "by-outlet" }, el("h2", {}, "How much of each outlet repeats"),
    el("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "By outlet" }, el("table", {},
      el("thead", {}, el("tr", {}, head("Outlet"), head("Articles", true), head("Repeated", true), head("Of its articles"), told && head("Of its text"))),
      el("tbody", {}, shown.map((row) => el("tr", {}, el("th", { scope: "row" }, row.outlet === null ? el("i", {}, "outlet unknown") : el("a", { href: `#/clusters?${encodeURIComponent(`outlet:"${row.outlet}"`)}` }, field(row.outlet))),
        number(row.articles), number(row.repeated), bar(row.repeated / Math.max(1, row.articles)), told && bar(row.shared / Math.max(1, row.characters))))))),
    all > shown.length && el("p", { class: "quiet" }, `${plural(all - shown.length, "more outlet")} in documents.parquet.`));
}

function copying(run) {
  return el("section", { id: "who" }, el("h2", {}, "Who copies whom"),
    run.copying.rows.length ? matrix(run.copying.rows) : el("p", { class: "quiet" }, "No direction between two outlets was found."));
}

function scores(run) {
  const box = el("div", { class: "chart-box" });
  const log = el("input", { type: "checkbox", id: "log" });
  const which = el("select", { id: "which" }, el("option", { value: "containment" }, "share of the shorter text that stands in the other"), el("option", { value: "jaccard" }, "jaccard: what both share of what either has"));
  const near = setting(run, "near_duplicate");
  const link = setting(run, "link_containment");
  const draw = () => {
    const jaccard = which.value === "jaccard";
    box.replaceChildren(histogram(run.scores[which.value], { label: jaccard ? "jaccard" : "containment", log: log.checked, line: jaccard ? near : link, lineName: jaccard ? "near duplicate" : "linked" }));
  };
  log.addEventListener("change", draw);
  which.addEventListener("change", draw);
  draw();
  return el("section", { id: "scores" }, el("h2", {}, "How alike the pairs are"),
    run.totals.pairs ? [el("p", { class: "controls" }, el("label", {}, "Score ", which), el("label", {}, log, " logarithmic")), box] : el("p", { class: "quiet" }, "No two articles match."));
}

function rejects(run) {
  const rows = run.rejects;
  const total = run.reject_reasons.reduce((sum, row) => sum + row.count, 0);
  return el("section", { id: "rejects" }, el("h2", {}, "What was not read, and why", total > 0 && [" ", el("span", { class: "count" }, count(total))]),
    rows.length ? el("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Inputs not read" }, el("table", {},
      el("thead", {}, el("tr", {}, head("Input"), head("Record", true), head("What was done"), head("Why"))),
      el("tbody", {}, rows.map((row) => el("tr", {}, el("th", { scope: "row" }, field(row.path)), number(row.record), el("td", {}, field(row.action)), el("td", {}, field(row.reason), row.detail && [": ", field(row.detail)]))))))
      : el("p", { class: "quiet" }, "Everything was read."),
    total > rows.length && el("p", { class: "quiet" }, `${count(total - rows.length)} more stand in rejects.parquet.`));
}

function settings(run) {
  const { facts } = run;
  return el("section", { id: "run" }, el("h2", {}, "This run"),
    el("p", {}, `provenance ${facts.version}, settings `, el("code", {}, facts.fingerprint), ". Every number here stands in the tables beside this file; run.json tells how long each stage took."),
    el("details", {}, el("summary", {}, "What it may have missed"), recall(facts.recall ?? {})),
    el("details", {}, el("summary", {}, `All settings (${plural(run.settings.filter((row) => row.changed).length, "changed", "changed")})`),
      el("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Settings" }, el("table", {}, el("thead", {}, el("tr", {}, head("Setting"), head("Value", true), head("Unit"), head("Reason for its default"))),
        el("tbody", {}, run.settings.map((row) => el("tr", {}, el("th", { scope: "row" }, el("code", {}, row.name), row.changed && el("b", {}, " changed")), el("td", { class: "number" }, field(row.value ?? "not set")), el("td", {}, row.unit), el("td", {}, row.reason))))))),
    el("details", {}, el("summary", {}, `Inputs (${count(run.input_count)})`),
      el("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Inputs" }, el("table", {}, el("thead", {}, el("tr", {}, head("Input"), head("Articles", true), head("Bytes", true), head("xxh3-128"))),
        el("tbody", {}, run.inputs.map((row) => el("tr", {}, el("th", { scope: "row" }, field(row.path)), number(row.documents), number(row.bytes), el("td", {}, el("code", {}, row.xxh3_128 ?? ""))))))),
      run.input_count > run.inputs.length && el("p", { class: "quiet" }, `${count(run.input_count - run.inputs.length)} more stand in run.json.`)));
}

function recall(statement) {
  const rows = Object.entries(statement).filter(([name]) => name !== "measured").map(([name, value]) => [
    el("dt", {}, name.replaceAll("_", " ")),
    el("dd", {}, value !== null && typeof value === "object" ? Object.entries(value).map(([jaccard, share]) => `jaccard ${jaccard}: ${Number(share).toPrecision(4)}`).join("; ") : String(value)),
  ]);
  const measured = statement.measured;
  const found = (row) => !row.pairs ? `no pair with jaccard ${row.jaccard} or more was among them`
    : `of ${plural(row.pairs, "pair")} with jaccard ${row.jaccard} or more ${count(row.matched)} are matched${row.implied ? ` and ${count(row.implied)} more stand in one cluster` : ""} (recall ${row.recall}, with 95 % confidence ${row.interval[0]} to ${row.interval[1]})`;
  return el("dl", { class: "facts" }, rows, measured && [el("dt", {}, "measured"),
    el("dd", {}, `${plural(measured.documents, "article")}, chosen by the hashes of their texts, were compared with all ${count(measured.compared_with)} different texts; ${measured.by_jaccard.map(found).join("; ")}.`)]);
}

const head = (words, right = false) => el("th", { scope: "col", class: right ? "number" : null }, words);
const number = (value) => el("td", { class: "number" }, value === null || value === undefined ? "" : count(value));
