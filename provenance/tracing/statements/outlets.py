"""Who published each document, and who copies whom.

`name_outlets` and `count_outlets` are the two stages. Each is a chain of steps, so that Spark can take those marked
*map* document by document, and the others with all rows of a file or of a pair of outlets at hand (spark/naming.py).
"""

from __future__ import annotations

import re

import polars as pl

from provenance.tables import OUTLETS, PAIR, PLACE, SOURCE, TEXT
from provenance.tracing.statements import names
from provenance.tracing.statements.facts import keys

FIRST_LINE = 300  # code points; no site's header is longer
_EXCLUSIVELY = re.compile(r"exclusive(?:ly)?,? (?:for|to) $")
#: What articles say of their publisher (read_names), what files do (find_sites), and what outlets copied (list_taken).
NAMES = pl.Schema(
    {
        "doc_id": TEXT,
        "path": TEXT,
        "start": PLACE,
        "outlet": TEXT,
        "opens": pl.Boolean(),
        "kept": TEXT,
        "dropped": TEXT,
        "voices": pl.List(TEXT),
    }
)
SITES = pl.Schema({"path": TEXT, "header": TEXT, "members": pl.Int64(), "own": TEXT})
TAKEN = pl.Schema(
    {"from_outlet": TEXT, "to_outlet": TEXT, "to_id": TEXT, "words": pl.Int64(), "lag": pl.Duration("us")}
)


def name_outlets(documents: pl.DataFrame, attributions: pl.DataFrame) -> pl.DataFrame:
    """DOCUMENTS, ATTRIBUTIONS -> DOCUMENTS with every outlet by its canonical name, and missing ones completed.

    In this order: the column; `exclusively for X`; the suffix of the title; a site's header; the address's
    domain, if the table knows it; the one outlet that its first-party wording names (`told Asharq
    Al-Awsat`), unless that outlet's own articles are in the dump, or known others say so, too. *gather*; under a
    second for 100,000 documents.
    """
    read = read_names(documents, attributions)
    return give_outlets(documents, choose_names(read, find_sites(read), list_owners(read, attributions)))


def give_outlets(documents: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
    """DOCUMENTS, doc_id and outlet -> DOCUMENTS with these outlets in the place of their own."""
    named = documents.drop("outlet").join(chosen, on="doc_id", how="left", maintain_order="left")
    return named.select(documents.columns)


def read_names(documents: pl.DataFrame, attributions: pl.DataFrame) -> pl.DataFrame:
    """DOCUMENTS, ATTRIBUTIONS -> NAMES: what each article says of its publisher, row by row. *map*.

    `outlet` is the canonical name in its column; `opens`, whether that name stands in its first line. Without
    one, `kept` is what its text says, `dropped` what it says without its first-party wording, and `voices` are the
    names in that wording.
    """
    unique = documents["outlet"].drop_nulls().unique().sort()
    known = [names.canonical(name) if name.strip() else None for name in unique]
    table = pl.DataFrame({"outlet": unique, "name": pl.Series(known, dtype=pl.String)})
    first = pl.col("text").str.slice(0, FIRST_LINE).str.split("\n").list.first().str.to_lowercase()
    opens = first.str.contains(pl.col("outlet").str.to_lowercase(), literal=True).fill_null(value=False)
    named = documents.select("doc_id", "path", "start", "outlet", "url", opens=opens).join(
        table, on="outlet", how="left", maintain_order="left"
    )
    named = named.with_columns(name=_of_agencies(named)).drop("url")
    missing = named.filter(pl.col("name").is_null()).select("doc_id")
    asked = documents.join(missing, on="doc_id", how="semi", maintain_order="left")
    claims = _read_claims(asked, attributions)
    rows = []
    for doc_id, url, text in asked.select("doc_id", "url", "text").iter_rows():
        claim = claims.get(doc_id, {})
        voices = claim.get("first_party", [])
        kept = _choose(claim, url, text)
        without_voices = {kind: said for kind, said in claim.items() if kind != "first_party"}
        rows.append((doc_id, kept, _choose(without_voices, url, text) if voices else kept, voices))
    schema = {name: NAMES[name] for name in ("doc_id", "kept", "dropped", "voices")}
    said = pl.DataFrame(rows, schema=schema, orient="row")
    return (
        named.drop("outlet")
        .rename({"name": "outlet"})
        .join(said, on="doc_id", how="left", maintain_order="left")
        .select(pl.col(name).cast(dtype) for name, dtype in NAMES.items())
    )


def _of_agencies(named: pl.DataFrame) -> pl.Series:
    """Rows with name and url -> the names, but the agency's for a section (`World News`) at its own address."""
    unique = named["name"].drop_nulls().unique()
    sections = unique.filter(pl.Series([names.is_section(name) for name in unique], dtype=pl.Boolean))
    given = named["name"].to_list()
    for row in named["name"].is_in(sections.implode()).fill_null(value=False).arg_true():
        host = names.outlet_of_address(named["url"][row] or "")
        given[row] = host if host and names.is_agency(host) else given[row]
    return pl.Series(given, dtype=pl.String)


def _read_claims(missing: pl.DataFrame, attributions: pl.DataFrame) -> dict[str, dict[str, list[str]]]:
    """Articles without an outlet, ATTRIBUTIONS -> by id whom each names, by how, in the order of ATTRIBUTIONS.

    How: `exclusive` (written exclusively for), `first_party` (told X), `suffix` (behind a title), `foreign` (any other
    credit). An article that names nobody has no entry.
    """
    wanted = attributions.filter(
        pl.col("kind").is_in(["first_party", "credit", "dateline", "byline"]) & pl.col("source").is_not_null()
    )
    rows = wanted.join(missing.select("doc_id", "text"), on="doc_id", how="inner", maintain_order="left")
    claims: dict[str, dict[str, list[str]]] = {}
    columns = ("doc_id", "start", "end", "source", "kind", "text")
    for doc_id, start, end, source, kind, text in rows.select(columns).iter_rows():
        claim = claims.setdefault(doc_id, {})
        if kind == "first_party":
            own = bool(_EXCLUSIVELY.search(text[max(0, start - 20) : start]))
            claim.setdefault("exclusive" if own else kind, []).append(source)
        elif kind == "credit":
            # a credit without a place was read in a title that does not stand in the text
            if end == 0 or (re.search(r"[-–—|•·»] ?$", text[max(0, start - 3) : start]) and start < 400):
                claim.setdefault("suffix", []).append(source)
            else:
                claim.setdefault("foreign", []).append(source)
        else:
            claim.setdefault("foreign", []).append(source)
    return claims


def find_sites(read: pl.DataFrame) -> pl.DataFrame:
    """NAMES of whole files -> SITES: the header of each file that was cut into articles, and whose voice is its own.

    A header that stands once, over the first of a file's articles, names the publisher of them all: one on the file's
    first line, for a name under the headline is that article's alone. Without one, the articles still share a site, and
    first-party wording (`told X`) names their publisher if X is that site: the only name that stands in half of the
    articles or more (so in one of two), or in two if no other name stands in any. Other names in such wording are those
    of an origin, not of the publisher. *gather* of a file's articles.
    """
    sliced = read.filter(pl.col("start").is_not_null())
    sites = sliced.group_by("path").agg(
        header=pl.col("outlet").filter((pl.col("start") == pl.col("start").min()) & pl.col("opens")).max(),
        named=pl.col("outlet").count(),
    )
    sites = sites.with_columns(header=pl.when(pl.col("named") == 1).then("header")).drop("named")
    rest = sliced.filter(pl.col("outlet").is_null()).join(
        sites.filter(pl.col("header").is_null()), on="path", how="semi"
    )
    members = rest.group_by("path").agg(members=pl.len().cast(pl.Int64))
    voices = (
        rest.select("path", pl.col("voices").list.unique()).explode("voices").drop_nulls()
        .group_by("path", "voices").agg(times=pl.len().cast(pl.Int64))
        .join(members, on="path")
    )  # fmt: skip
    lone = pl.len().over("path") == 1
    own = voices.filter((2 * pl.col("times") >= pl.col("members")) | ((pl.col("times") >= 2) & lone))
    own = own.filter(pl.len().over("path") == 1).select("path", own="voices")
    return (
        sites.join(members, on="path", how="left")
        .join(own, on="path", how="left")
        .select(pl.col(name).cast(dtype) for name, dtype in SITES.items())
    )


def list_owners(read: pl.DataFrame, attributions: pl.DataFrame) -> pl.DataFrame:
    """NAMES, ATTRIBUTIONS -> `key`: outlets that have articles of their own, or that such of others told. *map*.

    Whose an article is, something else than its first-party wording must say for that.
    """
    known = read.select("doc_id", outlet=pl.coalesce("outlet", "dropped")).drop_nulls()
    told = attributions.filter(pl.col("kind") == "first_party").join(known, on="doc_id", how="semi")["source"]
    return pl.DataFrame({"key": keys(pl.concat([known["outlet"], told]))}).drop_nulls().unique()


def list_voices(read: pl.DataFrame) -> pl.DataFrame:
    """NAMES -> `key`: the outlets that first-party wording names. *map*."""
    return pl.DataFrame({"key": keys(read["voices"].explode())}).drop_nulls().unique()


def choose_names(read: pl.DataFrame, sites: pl.DataFrame, owners: pl.DataFrame) -> pl.DataFrame:
    """NAMES, SITES of their files, what list_owners lists of the dump -> doc_id, outlet. *map*.

    Where NPR's own articles are in the dump, or others' that say `told NPR` as well, an article that says no more of
    its publisher is as likely another's: taken for NPR's own, it made NPR's transcript its copy, "established".
    Where several articles of one file say so, the file is that outlet's all the same.
    """
    strange = pl.col("voices").list.eval(pl.element() != pl.element().first()).list.any() | (
        pl.col("voices").list.first().ne_missing(pl.col("own"))
    )
    left_out = pl.col("start").is_not_null() & (pl.col("members") > 1) & (pl.col("voices").list.len() > 0) & strange
    heard = keys(read["voices"].list.first()).is_in(owners["key"].implode())
    several = (pl.col("members") > 1) & pl.col("voices").list.first().eq_missing(pl.col("own"))
    left_out = left_out.fill_null(value=False) | (heard.fill_null(value=False) & ~several.fill_null(value=False))
    found = pl.when(left_out).then("dropped").otherwise("kept")
    header = pl.when(pl.col("start").is_not_null()).then("header")
    joined = read.join(sites, on="path", how="left", maintain_order="left")
    return joined.select("doc_id", outlet=pl.coalesce("outlet", header, found))


def _choose(claim: dict[str, list[str]], url: str | None, text: str) -> str | None:
    """Whom an article names, by how (_read_claims), its address and text -> its publisher, in name_outlets' order."""
    if "exclusive" in claim:
        return claim["exclusive"][0]
    suffix = next(iter(claim.get("suffix", [])), None)
    if suffix and _is_own(suffix, url):
        return suffix
    if header := _header(text):
        return header
    if url and (by_address := names.outlet_of_address(url)):
        return by_address
    first = dict.fromkeys(claim.get("first_party", []))
    # An agency of a dateline that heard things first-hand was copied, and is no publisher: so only a lone name is one.
    # An agency's own page has that dateline; "told Reuters" without it stands in copies.
    if len(first) == 1 and "foreign" not in claim and not suffix and not names.is_agency(next(iter(first))):
        return next(iter(first))
    return None


def _is_own(suffix: str, url: str | None) -> bool:
    """Whether the name behind a title is its site's own: it is, unless the address is another outlet's.

    The address is another's if the table has it under another name, or has the name and the host does not spell it.
    """
    host = names.host_of(url) if url else None
    if not url or not host:
        return True
    if known := names.outlet_of_address(url):
        return names.same(known, suffix)
    return names.resolve(suffix) is None or names.compact(suffix) in names.key(host).replace(" ", "")


def _header(text: str) -> str | None:
    """The site of a first line that is a known name, or says one twice: `Asharq Al-awsat … from Asharq Al-awsat`."""
    line = text[:300].strip().partition("\n")[0].strip("\u200e\u200f\u064d \t|-–")
    if not 3 <= len(line) <= 200:
        return None
    if len(line) <= 45:
        found = names.resolve(line, cue=False)
        return found if found and not names.is_agency(found) else None
    words = line.split()
    for size in (4, 3, 2):
        start = " ".join(words[:size])
        found = names.resolve(start, cue=False)
        if found and names.key(line).count(names.key(start)) >= 2:
            return found
    return None


def count_outlets(documents: pl.DataFrame, edges: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """DOCUMENTS, EDGES, SPANS -> OUTLETS: how much each outlet took from each other one.

    Only `copied_from`; `source:NAME` counts as outlet NAME, whose words nobody can count. *gather*.
    """
    return sum_taken(list_taken(documents, edges, count_shared(spans)))


def list_taken(documents: pl.DataFrame, edges: pl.DataFrame, shared: pl.DataFrame) -> pl.DataFrame:
    """DOCUMENTS, EDGES, words that pairs share -> TAKEN: a row for each copy that an outlet has of another's. *map*."""
    facts = documents.select("doc_id", "outlet", "published")
    copied = edges.filter(pl.col("relation") == "copied_from").select("from_id", "to_id")
    from_facts = facts.rename({"doc_id": "from_id", "outlet": "from_outlet", "published": "from_time"})
    to_facts = facts.rename({"doc_id": "to_id", "outlet": "to_outlet", "published": "to_time"})
    absent = pl.when(pl.col("from_id").str.starts_with(SOURCE)).then(pl.col("from_id").str.strip_prefix(SOURCE))
    return (
        copied.join(from_facts, on="from_id", how="left")
        .join(to_facts, on="to_id", how="left")
        .with_columns(
            from_outlet=pl.coalesce("from_outlet", absent),
            left_doc=pl.min_horizontal("from_id", "to_id"),
            right_doc=pl.max_horizontal("from_id", "to_id"),
        )
        .drop_nulls(["from_outlet", "to_outlet"])
        .filter(pl.col("from_outlet") != pl.col("to_outlet"))
        .join(shared, on=PAIR, how="left")
        .with_columns(lag=pl.col("to_time") - pl.col("from_time"))
        .select(pl.col(name).cast(dtype) for name, dtype in TAKEN.items())
    )


def sum_taken(rows: pl.DataFrame) -> pl.DataFrame:
    """TAKEN of whole pairs of outlets -> OUTLETS."""
    return (
        rows.group_by("from_outlet", "to_outlet")
        .agg(
            documents=pl.col("to_id").n_unique().cast(pl.Int64),
            words=pl.col("words").sum().cast(pl.Int64),
            median_lag=pl.col("lag").median().cast(pl.Duration("us")),
        )
        .select(OUTLETS.names())
        .sort("from_outlet", "to_outlet")
    )


def count_shared(spans: pl.DataFrame) -> pl.DataFrame:
    """SPANS -> left_doc, right_doc, words: what a pair shares. At six characters a word: the tokens are gone by now."""
    wanted = spans.filter((pl.col("left_doc") != pl.col("right_doc")) & (pl.col("role") != "boilerplate"))
    chars = pl.col("right_end") - pl.col("right_start")
    words = wanted.group_by(PAIR).agg(words=(chars.sum() / 6).round().cast(pl.Int64))
    ordered = pl.col("left_doc") < pl.col("right_doc")
    return words.select(
        left_doc=pl.when(ordered).then("left_doc").otherwise("right_doc"),
        right_doc=pl.when(ordered).then("right_doc").otherwise("left_doc"),
        words="words",
    )
