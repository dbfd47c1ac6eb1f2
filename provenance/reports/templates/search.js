// What a reader types -> which rows are shown: words, and fields such as outlet:beacon or score:>0.9.

const NUMBERS = { score: "score", cohesion: "least", size: "size", articles: "documents" };
const WORDED = {
  outlet: (row) => row.outlets ?? [],
  role: (row) => [row.role ?? ""],
  kind: (row) => row.kinds ?? [],
  verdict: (row) => row.verdicts ?? [],
  sign: (row) => row.signs ?? [],
  id: (row) => [row.id],
};
export const FIELDS = [...Object.keys(NUMBERS), ...Object.keys(WORDED), "after", "before"];

const lower = (text) => String(text ?? "").toLowerCase();

// A query -> {tests, problem}: a row is shown if every test holds for it.
export function parse(query) {
  const tests = [];
  const problems = [];
  for (const [, minus, name, quoted, plain] of query.matchAll(/(-?)(?:([a-z]+):)?(?:"([^"]*)"|(\S+))/gi)) {
    const value = quoted ?? plain;
    const test = name ? fieldTest(name.toLowerCase(), value) : wordTest(value);
    if (typeof test === "string") problems.push(test);
    else tests.push(minus ? (row) => !test(row) : test);
  }
  return { tests, problem: problems.join(" ") };
}

function wordTest(value) {
  const wanted = lower(value);
  return (row) => haystack(row).includes(wanted);
}

function fieldTest(name, value) {
  if (name in NUMBERS) return numberTest(NUMBERS[name], name, value);
  if (name === "after" || name === "before") return dateTest(name, value);
  if (!(name in WORDED)) return `${name}: is not a field; fields are ${FIELDS.join(", ")}.`;
  const wanted = lower(value);
  return (row) => WORDED[name](row).some((text) => lower(text).includes(wanted));
}

// A choice among the values that rows have, or a day: the value itself, for "Outlet 1" is no part of "Outlet 10".
export function choiceTest(name, value) {
  return name in WORDED ? (row) => WORDED[name](row).includes(value) : dateTest(name, value);
}

function numberTest(column, name, value) {
  const found = /^(>=|<=|>|<|=)?(\d*\.?\d+)$/.exec(value);
  if (!found) return `${name}: wants a number, such as ${name}:>0.9.`;
  const wanted = Number(found[2]);
  const compare = {
    ">": (number) => number > wanted, "<": (number) => number < wanted,
    ">=": (number) => number >= wanted, "<=": (number) => number <= wanted,
  }[found[1]] ?? ((number) => Math.abs(number - wanted) < 0.005);
  return (row) => row[column] !== null && compare(row[column]);
}

function dateTest(name, value) {
  const at = Date.parse(value) / 1000;
  if (Number.isNaN(at)) return `${name}: wants a day, such as ${name}:2025-05-14.`;
  return name === "after" ? (row) => row.last !== null && row.last >= at : (row) => row.first !== null && row.first < at;
}

function haystack(row) {
  row.text ??= lower([row.id, row.title, row.names, row.words, ...(row.outlets ?? [])].join(" "));
  return row.text;
}

// -- orders -----------------------------------------------------------------------------------------------

export const ORDERS = {
  suspicious: ["Worth a look first", (one, other) => other.signs.length - one.signs.length || one.least - other.least || other.size - one.size],
  largest: ["Largest first", (one, other) => other.size - one.size],
  newest: ["Newest first", (one, other) => (other.last ?? -Infinity) - (one.last ?? -Infinity)],
};

// Rows that pass the query and the choices, in an order; rows that tie keep the order of the page.
export function select(rows, query, choices, order) {
  const { tests, problem } = parse(query);
  const every = [...choices, ...tests];
  const passed = rows.filter((row) => every.every((test) => test(row)));
  const sorted = passed.map((row, at) => [row, at]).sort(([one, a], [other, b]) => ORDERS[order][1](one, other) || a - b);
  return { rows: sorted.map(([row]) => row), problem };
}
