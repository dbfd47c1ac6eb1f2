// A passage that stands on both sides, drawn into two cells: what differs is marked, long equal runs are folded.

import { count, el, seen } from "./dom.js";
import { Text, dressed, pieces, stretch } from "./text.js";
import { equalWords, segments, words } from "./words.js";

const WINDOW = 20000; // characters of a side compared at a time
const LONG = 900; // an equal run up to this length is drawn whole
const EDGE = 200; // characters left standing at each end of a folded run

// Fill `cells` with the passage. `sides` are {text, start, end, roles}; equal passages need no comparing.
export function drawPassage(cells, sides, exact) {
  if (exact) drawRun(cells, sides);
  else drawCompared(cells, sides);
}

// A run that is the same on both sides, its middle folded on both at once.
function drawRun(cells, sides) {
  const length = Math.max(...sides.map((side) => side.end - side.start));
  if (length <= LONG) {
    cells.forEach((cell, at) => cell.append(...plain(sides[at], sides[at].start, sides[at].end)));
    return;
  }
  const buttons = sides.map((side, at) => {
    const from = side.text.wordBefore(side.start + EDGE);
    const to = Math.max(from, side.text.wordBefore(side.end - EDGE));
    const button = el("button", { type: "button", class: "fold", dir: "ltr" }, `… ${count(to - from)} characters, the same on both sides …`);
    cells[at].append(...plain(side, side.start, from), button, ...plain(side, to, side.end));
    return { button, open: () => button.replaceWith(...plain(side, from, to)) };
  });
  for (const { button } of buttons) button.addEventListener("click", () => buttons.forEach((one) => one.open()));
}

// A stretch with quotes and furniture told apart.
export function plain(side, start, end) {
  return stretch(side.text, start, end, (from, to) => pieces(from, to, side.roles).flatMap((piece) => dressed(side.text, piece)));
}

// Both sides word by word, a window at a time: the next one begins after the last equal word of this one.
function drawCompared(cells, sides) {
  const ends = sides.map((side) => (side.end - side.start > WINDOW ? side.text.wordBefore(side.start + WINDOW) : side.end));
  const strings = sides.map((side, at) => side.text.slice(side.start, ends[at]));
  const lists = strings.map(words);
  const equal = equalWords(...lists);
  const whole = sides.every((side, at) => ends[at] === side.end);
  if (!whole && equal.length > 0) {
    const last = equal.at(-1);
    sides.forEach((side, at) => {
      const stop = lists[at][last[at]].end;
      lists[at].length = last[at] + 1;
      strings[at] = strings[at].slice(0, stop);
      ends[at] = side.start + new Text(strings[at]).length;
    });
  }
  for (const segment of segments(...strings, ...lists, equal)) {
    const parts = sides.map((side, at) => within(side, strings[at], segment[at ? "right" : "left"]));
    if (segment.same) drawRun(cells, parts);
    else parts.forEach((part, at) => cells[at].append(differing(part)));
  }
  if (!whole) continueLater(cells, sides.map((side, at) => ({ ...side, start: ends[at] })));
}

// A place in UTF-16 units of a string that begins at side.start -> the same in code points of the text.
function within(side, string, [from, to]) {
  if (!side.text.points) return { ...side, start: side.start + from, end: side.start + to };
  const start = side.start + new Text(string.slice(0, from)).length;
  return { ...side, start, end: start + new Text(string.slice(from, to)).length };
}

function differing(part) {
  if (part.start === part.end) return "";
  const words = part.text.slice(part.start, part.end);
  const [, before, inner, after] = /^(\s*)([\s\S]*?)(\s*)$/.exec(words);
  return el("span", {}, before, inner && el("em", { class: "only", title: "only on this side, or in other words" }, inner.length > WINDOW ? stretch(part.text, part.start, part.end) : seen(inner)), after);
}

function continueLater(cells, rest) {
  const left = Math.max(...rest.map((side) => side.end - side.start));
  const buttons = cells.map((cell) => {
    const button = el("button", { type: "button", class: "fold", dir: "ltr" }, `… ${count(left)} more characters: too long to compare at once; compare the next ${count(Math.min(WINDOW, left))}`);
    cell.append(button);
    return button;
  });
  for (const button of buttons) {
    button.addEventListener("click", () => {
      buttons.forEach((one) => one.remove());
      drawCompared(cells, rest);
    });
  }
}
