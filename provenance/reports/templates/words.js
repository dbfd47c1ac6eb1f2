// What differs between two stretches, word by word: a small diff that takes time in proportion to their length.

// A letter or digit run; a sign of a script without spaces stands alone.
const WORD = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Khmer}\p{sc=Lao}\p{sc=Myanmar}]|[\p{L}\p{N}\p{M}\p{Cf}'’]+/gu;
const MOST = 40000; // cells of the table between two anchors, 200 words by 200: a tenth of a millisecond

// The folded form under which the program compares words: case, marks, hidden characters and apostrophes dropped.
export function fold(word) {
  return word.normalize("NFKD").replace(/[\p{M}\p{Cf}'’]/gu, "").toLowerCase();
}

// A string -> its words {start, end, key}, in UTF-16 units.
export function words(string) {
  return Array.from(string.matchAll(WORD), (found) => ({
    start: found.index, end: found.index + found[0].length, key: fold(found[0]),
  })).filter((word) => word.key !== "");
}

// Two lists of words -> [[i, j], ...] of equal words in order. Unique words that stand in both are the anchors
// (patience diff); between two anchors stands a table of bounded size, so the whole is close to linear.
export function equalWords(left, right) {
  const found = [];
  let [i, j] = [0, 0];
  for (const [anchorI, anchorJ] of [...anchors(left, right), [left.length, right.length]]) {
    if (anchorI < i || anchorJ < j) continue;
    between(left, right, i, anchorI, j, anchorJ, found);
    if (anchorI < left.length) found.push([anchorI, anchorJ]);
    [i, j] = [anchorI + 1, anchorJ + 1];
  }
  return found;
}

// Words that stand once on each side, those of them that keep their order (longest increasing subsequence).
function anchors(left, right) {
  const once = (list) => {
    const places = new Map();
    list.forEach((word, at) => places.set(word.key, places.has(word.key) ? -1 : at));
    return places;
  };
  const there = once(right);
  const both = [];
  for (const [key, at] of once(left)) if (at >= 0 && (there.get(key) ?? -1) >= 0) both.push([at, there.get(key)]);
  const tails = []; // indexes into `both`: the chain of each length that ends lowest
  const before = new Array(both.length).fill(-1);
  both.forEach(([, j], at) => {
    let [low, high] = [0, tails.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (both[tails[middle]][1] < j) low = middle + 1;
      else high = middle;
    }
    if (low > 0) before[at] = tails[low - 1];
    tails[low] = at;
  });
  const chain = [];
  for (let at = tails.at(-1) ?? -1; at >= 0; at = before[at]) chain.push(both[at]);
  return chain.reverse();
}

function between(left, right, fromI, toI, fromJ, toJ, found) {
  let [i, j, endI, endJ] = [fromI, fromJ, toI, toJ];
  const tail = [];
  while (i < endI && j < endJ && left[i].key === right[j].key) found.push([i++, j++]);
  while (endI > i && endJ > j && left[endI - 1].key === right[endJ - 1].key) tail.push([--endI, --endJ]);
  if (endI > i && endJ > j) common(left, right, i, endI, j, endJ, found);
  found.push(...tail.reverse());
}

// The longest common subsequence by the table of its lengths; two stretches whose table would be larger than MOST
// cells differ as a whole.
function common(left, right, fromI, toI, fromJ, toJ, found) {
  const [height, width] = [toI - fromI, toJ - fromJ + 1];
  if (height * width > MOST) return;
  const longest = new Uint16Array((height + 1) * width);
  for (let i = height - 1; i >= 0; i -= 1) {
    for (let j = width - 2; j >= 0; j -= 1) {
      const [here, below] = [i * width + j, (i + 1) * width + j];
      longest[here] = left[fromI + i].key === right[fromJ + j].key
        ? longest[below + 1] + 1
        : Math.max(longest[below], longest[here + 1]);
    }
  }
  for (let [i, j] = [0, 0]; i < height && j < width - 1;) {
    if (left[fromI + i].key === right[fromJ + j].key) found.push([fromI + i++, fromJ + j++]);
    else if (longest[(i + 1) * width + j] >= longest[i * width + j + 1]) i += 1;
    else j += 1;
  }
}

const CHANCE = 2; // equal words in a row that stand together by chance where more than as many differ on both their sides

// Equal words without those that chance put between two differing stretches: "to" and "the" stand in any two sentences.
function withoutChance(equal, leftLength, rightLength) {
  const runs = [];
  for (const [i, j] of equal) {
    const last = runs.at(-1);
    if (last && i === last.i + last.length && j === last.j + last.length) last.length += 1;
    else runs.push({ i, j, length: 1 });
  }
  const differing = (one, other) => Math.max((other?.i ?? leftLength) - (one ? one.i + one.length : 0), (other?.j ?? rightLength) - (one ? one.j + one.length : 0));
  return runs.filter((run, at) => run.length > CHANCE || Math.min(differing(runs[at - 1], run), differing(run, runs[at + 1])) <= CHANCE);
}

// Two strings with their words and the equal ones -> stretches in order, {same, left: [start, end], right: [start, end]},
// that together are both strings; what stands between two words goes with the word before it.
export function segments(left, right, leftWords, rightWords, equal) {
  const found = [];
  let [i, j] = [0, 0];
  const startOf = (list, at, whole) => (at === 0 ? 0 : at < list.length ? list[at].start : whole.length);
  const push = (same, toI, toJ) => {
    if (toI === i && toJ === j) return;
    const place = [[startOf(leftWords, i, left), startOf(leftWords, toI, left)], [startOf(rightWords, j, right), startOf(rightWords, toJ, right)]];
    found.push({ same, left: place[0], right: place[1] });
    [i, j] = [toI, toJ];
  };
  for (const run of withoutChance(equal, leftWords.length, rightWords.length)) {
    push(false, run.i, run.j);
    push(true, run.i + run.length, run.j + run.length);
  }
  push(false, leftWords.length, rightWords.length);
  if (!found.length) return [{ same: false, left: [0, left.length], right: [0, right.length] }];
  [found.at(-1).left[1], found.at(-1).right[1]] = [left.length, right.length];
  return found;
}
