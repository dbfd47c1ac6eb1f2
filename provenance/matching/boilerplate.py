"""PASSAGES with the role `boilerplate`: menus, widgets, notices, told apart from text that is recycled.

Two signs. In any dump, the lexicon of page furniture (`provenance.text.furniture`) and the place of a line. In a large
one, frequency: a line that stands whole in many *different* articles of one outlet belongs to its pages; articles
count as different when their longest passages differ, so that revisions and copies of one article count once.
Sentences need far more than lines, and several outlets never make a sentence furniture: that is syndication.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import numpy as np
import polars as pl

from provenance import tables
from provenance.matching.aligning.layout import CODE, codes
from provenance.matching.aligning.places import words_inside
from provenance.matching.pairs import kernels
from provenance.text import furniture
from provenance.text.kernels import NOTHING
from provenance.text.margins import trim

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from provenance.arrays import Array
    from provenance.text.tokens import Tokens

NOTICE_WORDS = 45  # a passage this short that holds a notice is one; in a longer one only the sentences are
NOTICE_DEPTH = 60  # words; a notice inside a longer paragraph stands within this of its head or its end
PROSE_WORDS = 25  # a paragraph this long is body text: menus stand behind the last
MENU_WORDS = 20  # a line of a menu has no more

FREQUENT_WORDS = 40  # longer passages are text, however often they are printed
FEWEST_ARTICLES = 4  # that must share a line before its frequency counts
LINE_SHARE = 0.01  # of an outlet's articles: a section's furniture is on its section's pages only
FEWEST_SENTENCE = 10  # articles; an agency's background paragraph comes in eight follow-ups
SENTENCE_SHARE = 0.05  # of an outlet's articles: a background paragraph stays under it, a notice does not
PLATFORM_WORDS = 6  # "Leave a comment": publishing systems print short lines
STOPS = ".!?。؟۔।！？"
CLOSING = "\"')]»”’」』"  # signs that may follow one
PLATFORM_OUTLETS = 5  # that must print one line, for it to be taken for their publishing system's


class _Stretches(NamedTuple):
    """The passages but quotes, as arrays; one row each, in the order of PASSAGES."""

    row: NDArray[np.int64]  # row of PASSAGES
    document: NDArray[np.int64]  # row of DOCUMENTS
    role: NDArray[np.uint8]  # index into tables.ROLES
    first: NDArray[np.int64]  # words first:last of TOKENS
    last: NDArray[np.int64]
    key: NDArray[np.uint64]  # of the words


def mark_boilerplate(
    documents: pl.DataFrame,
    passages: pl.DataFrame,
    tokens: Tokens,
    *,
    frequency: bool = True,
    frequent: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """DOCUMENTS, PASSAGES and TOKENS (rows as in DOCUMENTS) -> PASSAGES with `boilerplate` added. *gather*.

    Without `frequency` each document is judged by itself, whatever company it comes in (*map*). With `frequent`, the
    lines that are frequent (find_frequent, with `total` and `stopped`) are taken from there (*map*).

    Headlines become boilerplate by frequency or as a bare wording of the lexicon only; bylines and teasers never (a
    notice inside a teaser stays part of it, so that the teaser still is a copy of the body's head). A notice that opens
    or closes a paragraph is cut off it. Cost: one look-up a word, one sort of the short passages.
    """
    stretches = _lay_out(documents, passages, tokens)
    found, begin, end = furniture.find_furniture(tokens, stretches.first, stretches.last)
    size = stretches.last - stretches.first
    named = _by_lexicon(stretches, found, size)
    if frequency:
        named |= _by_frequency(documents, passages, stretches, size, frequent)
    named |= _menus(documents, passages, stretches, size, named)
    cut = (found & furniture.NOTICE > 0) & (size > NOTICE_WORDS) & (stretches.role == CODE["paragraph"]) & ~named
    near = (begin - stretches.first < NOTICE_DEPTH) | (stretches.last - end < NOTICE_DEPTH)
    at = np.flatnonzero(cut & near)
    pieces = [_cut_notice(documents, tokens, stretches, int(i), int(begin[i]), int(end[i])) for i in at.tolist()]
    return _renamed(documents, passages, stretches, named, at, pieces)


def _lay_out(documents: pl.DataFrame, passages: pl.DataFrame, tokens: Tokens) -> _Stretches:
    rows = np.flatnonzero((passages["role"] != "quote").to_numpy())
    kept = passages.select("doc_id", "start", "end", "role")[rows]
    runs = kept["doc_id"].rle().struct.unnest()
    owners = runs.select(doc_id="value").join(
        documents.select("doc_id").with_row_index("owner"), on="doc_id", how="left", maintain_order="left"
    )
    document = np.repeat(owners["owner"].to_numpy().astype(np.int64), runs["len"].to_numpy())
    role = codes(kept["role"])
    first, last = words_inside(tokens, document, kept["start"].to_numpy(), kept["end"].to_numpy())
    key, other = np.empty(rows.size, np.uint64), np.empty(rows.size, np.uint64)
    kernels.range_keys(tokens.word, first, last, key, other)
    return _Stretches(rows, document, role, first, last, key ^ other)


def _by_lexicon(stretches: _Stretches, found: Array, size: Array) -> Array:
    text = np.isin(stretches.role, [CODE["paragraph"], CODE["caption"]])
    whole = (found & furniture.WHOLE > 0) & (text | np.isin(stretches.role, [CODE["headline"], CODE["byline"]]))
    starts = (found & furniture.START > 0) & text
    notice = (found & (furniture.NOTICE | furniture.CUES) > 0) & (size <= NOTICE_WORDS) & text
    brief = (found & furniture.BRIEF > 0) & (size <= furniture.BRIEF_WORDS) & text
    named: Array = whole | starts | notice | brief
    return named


# -- frequency -------------------------------------------------------------------------------------------


def _by_frequency(
    documents: pl.DataFrame, passages: pl.DataFrame, stretches: _Stretches, size: Array, frequent: pl.DataFrame | None
) -> Array:
    """Which stretches are furniture because they are frequent; `frequent` lines are counted here unless given."""
    named = np.zeros(size.size, np.bool_)
    names = _outlets(documents)
    outlet = names.rank("dense").to_numpy().astype(np.int64) - 1
    numbers = pl.DataFrame({"name": names, "outlet": outlet}).unique()
    lines, article = _short_lines(stretches, size, outlet)
    if frequent is None:
        articles = pl.DataFrame({"outlet": outlet, "article": article})
        hits = lines.join(find_frequent(lines).join(count_articles(articles), on="outlet"), on=["key", "outlet"])
        hits = hits.sort("at")
        hits = hits.with_columns(stopped=_sentences(documents, passages, stretches, hits))
    else:
        given = frequent.rename({"outlet": "name"}).join(numbers, on="name")
        hits = lines.join(given.drop("name"), on=["key", "outlet"]).sort("at")
    at = hits["at"].to_numpy()
    sentence = hits["stopped"].to_numpy() | (stretches.role[at] != CODE["paragraph"])
    count, most = hits["articles"].to_numpy(), hits["total"].to_numpy()
    known = hits.join(numbers, on="outlet", how="left", maintain_order="left").select(pl.col("name") != "")
    line = ~sentence & (count >= np.maximum(FEWEST_ARTICLES, LINE_SHARE * most))
    notice = known.to_series().to_numpy() & (count >= np.maximum(FEWEST_SENTENCE, SENTENCE_SHARE * most))
    platform = ~sentence & (hits["outlets"].to_numpy() >= PLATFORM_OUTLETS) & (size[at] <= PLATFORM_WORDS)
    named[at[line | notice | platform]] = True
    return named


def _short_lines(stretches: _Stretches, size: Array, outlet: Array) -> tuple[pl.DataFrame, Array]:
    """Stretches -> those that may be furniture (at, key, outlet, article), and the article of each document."""
    article = _articles(outlet.size, stretches, size)
    kept = np.flatnonzero((size > 0) & (size <= FREQUENT_WORDS) & ~_never(stretches.role))
    document = stretches.document[kept]
    columns = {"at": kept, "key": stretches.key[kept], "outlet": outlet[document], "article": article[document]}
    return pl.DataFrame(columns), article


def find_frequent(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines (key, outlet, article) -> those frequent enough to be looked at: key, outlet, articles, outlets.

    *Gather* by key: of how many articles of an outlet it is a line, and of how many outlets.
    """
    return choose_frequent(count_lines(lines.filter(pl.len().over("key") >= FEWEST_ARTICLES)))


def count_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines (key, outlet, article) -> key, outlet, articles. *Gather* by key; by key and article what may be summed."""
    return lines.group_by("key", "outlet").agg(articles=pl.col("article").n_unique())


def choose_frequent(counted: pl.DataFrame) -> pl.DataFrame:
    """What count_lines counts of whole keys -> what find_frequent finds."""
    known = counted.with_columns(outlets=pl.len().over("key"))
    return known.filter((pl.col("articles") >= FEWEST_ARTICLES) | (pl.col("outlets") >= PLATFORM_OUTLETS))


def count_articles(articles: pl.DataFrame) -> pl.DataFrame:
    """Documents (outlet, article) -> outlet, total: its different articles. *Gather* by outlet."""
    return articles.group_by("outlet").agg(total=pl.col("article").n_unique())


def list_lines(documents: pl.DataFrame, passages: pl.DataFrame, tokens: Tokens) -> tuple[pl.DataFrame, pl.DataFrame]:
    """DOCUMENTS, PASSAGES, TOKENS -> lines (document, at, key, outlet, article, stopped), documents (outlet, article).

    *Map*: what find_frequent and count_articles count over all documents, outlets by name; `document` is a row.
    """
    stretches = _lay_out(documents, passages, tokens)
    names = _outlets(documents)
    lines, article = _short_lines(stretches, stretches.last - stretches.first, np.arange(documents.height))
    stopped = _stopped(documents, passages, stretches, lines["at"].to_numpy())
    named = lines.rename({"outlet": "document"}).with_columns(outlet=names.gather(lines["outlet"]), stopped=stopped)
    return named, pl.DataFrame({"outlet": names, "article": article})


def _never(role: Array) -> Array:
    never: Array = np.isin(role, [CODE["byline"], CODE["teaser"], CODE["boilerplate"]])
    return never


def _outlets(documents: pl.DataFrame) -> pl.Series:
    """Each document's outlet: its field, else the host of its address, else nothing."""
    hosts = [_host(url) for url in documents["url"].to_list()]
    return documents["outlet"].fill_null(pl.Series(hosts, dtype=pl.String())).fill_null("")


def _host(url: str | None) -> str | None:
    try:
        return (urlsplit(url).hostname or None) if url else None
    except ValueError:  # brackets that hold no IPv6 address
        return None


def _articles(documents: int, stretches: _Stretches, size: Array) -> Array:
    """A number for each document, equal where the longest passages are."""
    longest = np.zeros(documents, np.uint64)
    order = np.argsort(size, kind="stable")
    longest[stretches.document[order]] = stretches.key[order]
    return longest


def _sentences(documents: pl.DataFrame, passages: pl.DataFrame, stretches: _Stretches, hits: pl.DataFrame) -> Array:
    """Which hits end as sentences do; the first of each key is looked at."""
    keys = hits.unique("key", keep="first", maintain_order=True)
    stopped = keys.select("key", stopped=_stopped(documents, passages, stretches, keys["at"].to_numpy()))
    return hits.select("key").join(stopped, on="key", how="left", maintain_order="left")["stopped"].to_numpy()


def _stopped(documents: pl.DataFrame, passages: pl.DataFrame, stretches: _Stretches, at: Array) -> pl.Series:
    """Which stretches end as sentences do."""
    rows, start = stretches.row[at], pl.col("start")
    placed = passages[rows].select(start, "end", text=documents["text"].gather(stretches.document[at]))
    shown = pl.col("text").str.slice(start, pl.col("end") - start).str.strip_chars_end(CLOSING)
    return placed.select(stopped=shown.str.tail(1).is_in(list(STOPS)))["stopped"]


def _last_sign(documents: pl.DataFrame, passages: pl.DataFrame, stretches: _Stretches, at: int) -> str:
    row = int(stretches.row[at])
    text = str(documents["text"][int(stretches.document[at])])
    shown = text[int(passages["start"][row]) : int(passages["end"][row])]
    return shown.rstrip(CLOSING)[-1:] or " "


# -- menus and notices -----------------------------------------------------------------------------------


def _menus(documents: pl.DataFrame, passages: pl.DataFrame, stretches: _Stretches, size: Array, named: Array) -> Array:
    """Lines without a stop that follow furniture, after a text's last paragraph: links to other articles."""
    prose = np.isin(stretches.role, [CODE["paragraph"], CODE["teaser"]]) & (size >= PROSE_WORDS)
    after = np.zeros(documents.height, np.int64)
    at = np.flatnonzero(prose)
    np.maximum.at(after, stretches.document[at], at + 1)
    tail = (np.arange(size.size) >= after[stretches.document]) & (after[stretches.document] > 0)
    found = np.zeros(size.size, np.bool_)
    line = tail & (size <= MENU_WORDS) & np.isin(stretches.role, [CODE["paragraph"], CODE["caption"]]) & ~named
    opens = named | (stretches.role == CODE["boilerplate"]) & (size >= 2)
    # Only a line right behind furniture, or behind such a line, is looked at.
    for i in np.flatnonzero(line).tolist():
        same = i > 0 and stretches.document[i - 1] == stretches.document[i]
        if same and tail[i - 1] and (opens[i - 1] or found[i - 1]):
            found[i] = _last_sign(documents, passages, stretches, i) not in STOPS + ":;,"
    return found


def _cut_notice(
    documents: pl.DataFrame, tokens: Tokens, stretches: _Stretches, i: int, begin: int, end: int
) -> tuple[int, int]:
    """The sentences of stretch i that hold the words begin:end -> where they stand, in code points.

    A border lies at the last white space between two words, so that quotation marks stay with their words.
    """
    first, last = int(stretches.first[i]), int(stretches.last[i])
    while begin > first and tokens.gap[begin] == NOTHING:
        begin -= 1
    while end < last and tokens.gap[end] == NOTHING:
        end += 1
    text = str(documents["text"][int(stretches.document[i])])

    def border(word: int) -> int:
        before, here = int(tokens.start[word - 1]) + int(tokens.size[word - 1]), int(tokens.start[word])
        while here > before and not text[here - 1].isspace():
            here -= 1
        return here

    low = -1 if begin == first else border(begin)
    high = -1 if end == last else border(end)
    return low, high


def _renamed(
    documents: pl.DataFrame,
    passages: pl.DataFrame,
    stretches: _Stretches,
    named: Array,
    cut: Array,
    pieces: list[tuple[int, int]],
) -> pl.DataFrame:
    """PASSAGES with the stretches `named` as boilerplate, and the stretches `cut` divided around their pieces."""
    now = np.zeros(passages.height, np.bool_)
    now[stretches.row[named]] = True
    marked = passages.with_columns(role=pl.when(pl.Series(now)).then(pl.lit("boilerplate")).otherwise("role"))
    divided: list[dict[str, object]] = []
    for i, (low, high) in zip(cut.tolist(), pieces, strict=True):
        whole = passages.row(int(stretches.row[i]), named=True)
        text = str(documents["text"][int(stretches.document[i])])
        start, end = whole["start"], whole["end"]
        cuts = (start if low < 0 else low), (end if high < 0 else high)
        borders = ((start, cuts[0], "paragraph"), (*cuts, "boilerplate"), (cuts[1], end, "paragraph"))
        for one, two, name in borders:
            first, last = trim(text, one, two)
            if first < last:
                divided.append({**whole, "start": first, "end": last, "role": name})
    if divided:
        keep = np.ones(passages.height, np.bool_)
        keep[stretches.row[cut]] = False
        marked = pl.concat([marked.filter(keep), pl.DataFrame(divided, schema=tables.PASSAGES)])
    return without_lost_quotes(marked)


def without_lost_quotes(passages: pl.DataFrame) -> pl.DataFrame:
    """PASSAGES in order, without the quotes that no longer lie inside a paragraph."""
    order = ["doc_id", "start", pl.col("role") == "quote"]
    frame = passages.sort(order, maintain_order=True).with_columns(
        reach=pl.when(pl.col("role") == "paragraph").then("end").forward_fill().over("doc_id").fill_null(0)
    )
    return frame.filter((pl.col("role") != "quote") | (pl.col("end") <= pl.col("reach"))).select(list(tables.PASSAGES))
