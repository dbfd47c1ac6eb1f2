"""Pairs of documents that share text -> signed evidence of who had it first, family by family.

Every weight is in log odds; more than 0 says that `right` took it from `left`. Signs are fixed in advance:
a free model learns the habits of the texts it was trained on and turns round on others (measured: .885 at
home, .714 away; with fixed signs .817 and .774). Each family is capped, so that cues that go together do
not add up. Length and containment count only through the prefix and truncation test, for "longer is the
original" is worse than chance where replies and local paragraphs are added.
"""

from __future__ import annotations

import polars as pl

from provenance.tracing import names

#: How strongly an attribution in one text to the other's outlet says that it was copied from there.
ATTRIBUTION = {
    "dateline": 4.0, "credit": 4.0, "byline": 3.5, "template": 3.5, "first_party": 3.0, "link": 2.0, "cited": 2.0
}  # fmt: skip
#: Kinds that say who wrote the article, not only whom it heard.
CREDITS = ("dateline", "credit", "byline", "template")
CAPS = {
    "attribution": 4.5, "date": 2.2, "truncation": 2.5, "loss": 2.5,
    "translation": 1.5, "quoting": 4.0, "dateline": 1.2, "prior": 1.0,
}  # fmt: skip
FAMILIES = tuple(CAPS)

#: Code points of each side of a span whose edits are counted: a lead shows the hand as well as the whole.
PIECE = 1500
_CUT_TAIL = r"(?:\[(?:…|\.\.\.)\]|…|\.\.\.|[Rr]ead more(?: »)?|[Cc]ontinue reading[^\n]{0,40}|\[\+\d+ chars\])[\s\]>]*$"
_HEDGE = r"(?:about|around|nearly|almost|more than|over|some|roughly|approximately|at least|up to) \d"
_NUMBER = r"\d[\d.,]*\d|\d"
_FULL_NAME = r"[A-ZÀ-Þ][a-zß-ÿ]+ [A-ZÀ-Þ][a-zß-ÿ]+"
_GLOSS = r"\([^()\n]{3,40}\)|\[[^\[\]\n]{2,40}\]"
_MACHINE = r"\][a-zA-Z]|[^.]\.\.(?:[^.]|$)|[a-z] [,.] [a-zA-Z]|“ | ”[a-zA-Z]|[a-z]‘ "


def pair_features(
    pairs: pl.DataFrame,
    documents: pl.DataFrame,
    spans: pl.DataFrame,
    attributions: pl.DataFrame,
    dates: pl.DataFrame,
) -> pl.DataFrame:
    """Pairs (`left_doc`, `right_doc`, containments) -> the same with one column a family and `common`.

    `common` is what speaks for a source that both took it from. All of it is done in Polars over the pairs
    alone; texts are cut only for spans that are not equal word for word.
    """
    facts = _facts(pairs, documents, attributions, dates)
    for side in ("left", "right"):
        renamed = {name: f"{side}_{name}" for name in facts.columns if name != "doc_id"}
        pairs = pairs.join(
            facts.rename(renamed | {"doc_id": f"{side}_doc"}),
            on=f"{side}_doc",
            how="left",
            maintain_order="left",
        )
    pairs = _attribution(pairs, attributions)
    pairs = _edits(pairs, documents, spans)
    return pairs.with_columns(
        date=_dates(),
        # An outlet's own later version grows and is cut again: there only a mark of cutting counts.
        truncation=pl.when(_same_outlet() & ~pl.col("right_marked") & ~pl.col("left_marked"))
        .then(0.0)
        .otherwise(_truncation("right") - _truncation("left")),
        translation=((pl.col("right_machine") - pl.col("left_machine")) * 0.5).clip(
            -CAPS["translation"], CAPS["translation"]
        ),
        quoting=((pl.col("right_quoting") - pl.col("left_quoting")) * 2.0).clip(-CAPS["quoting"], CAPS["quoting"]),
        dateline=(pl.col("left_dateline").cast(pl.Int8) - pl.col("right_dateline").cast(pl.Int8)) * 1.0,
        prior=(_logit("right_prior") - _logit("left_prior")).clip(-CAPS["prior"], CAPS["prior"]),
    )


def _logit(column: str) -> pl.Expr:
    return (pl.col(column) / (1 - pl.col(column))).log()


def _same_outlet() -> pl.Expr:
    return (pl.col("left_key") == pl.col("right_key")).fill_null(value=False)


def _facts(
    pairs: pl.DataFrame, documents: pl.DataFrame, attributions: pl.DataFrame, dates: pl.DataFrame
) -> pl.DataFrame:
    """What the pair model asks of a single document, for the documents in pairs."""
    wanted = pl.concat([pairs["left_doc"], pairs["right_doc"].alias("left_doc")]).unique().sort()
    chosen = documents.select("doc_id", "outlet", "text").filter(pl.col("doc_id").is_in(wanted.implode()))
    text = pl.col("text")
    facts = chosen.select(
        "doc_id",
        outlet="outlet",
        key=keys(chosen["outlet"]),
        chars=text.str.len_chars().cast(pl.Int64),
        cut=text.str.tail(80).str.contains(_CUT_TAIL)
        | ~text.str.strip_chars_end().str.contains(r"[.!?…”\"»)\]':;।。؟’-]$"),
        marked=text.str.tail(80).str.contains(_CUT_TAIL),
        machine=text.str.count_matches(_MACHINE).cast(pl.Float64).clip(0, 6),
        quoting=(text.str.count_matches(r"(?m)^[ \t]*(?:[A-Za-z]{0,3}[>|:]){1,6}") >= 2).cast(pl.Float64),
    )
    dated = (
        dates.filter(pl.col("trusted") & (pl.col("kind") == "published"))
        .with_columns(
            rank=pl.col("start").is_not_null(),
            coarse=pl.col("precision").replace_strict({"second": 0, "day": 1, "month": 2, "year": 3}),
        )
        .sort("doc_id", "rank", "coarse", "value")
        .unique("doc_id", keep="first", maintain_order=True)
        .select("doc_id", time="value", precision="precision")
    )
    head = (
        attributions.filter((pl.col("kind") == "dateline") & (pl.col("scope") == "article")).select("doc_id").unique()
    )
    return (
        facts.join(dated, on="doc_id", how="left")
        .join(head.with_columns(dateline=pl.lit(value=True)), on="doc_id", how="left")
        .join(_prior(documents, attributions), on="outlet", how="left")
        .with_columns(pl.col("dateline").fill_null(value=False), pl.col("prior").fill_null(0.25))
        .sort("doc_id")
    )


def keys(outlets: pl.Series) -> pl.Series:
    """Names -> keys that are equal for one outlet; each name is looked up once."""
    unique = outlets.drop_nulls().unique().sort()
    table = dict(zip(unique, (names.compact(name) for name in unique), strict=True))
    return outlets.replace_strict(table, default=None, return_dtype=pl.String) if table else outlets.cast(pl.String)


def foreign_credits(documents: pl.DataFrame, attributions: pl.DataFrame) -> pl.DataFrame:
    """Attributions of an article or passage to somebody who is not its publisher, with the name's key."""
    credited = attributions.filter(pl.col("source").is_not_null() & (pl.col("scope") != "caption"))
    owner = documents.select("doc_id", owner=keys(documents["outlet"]))
    return (
        credited.with_columns(key=keys(credited["source"]))
        .join(owner, on="doc_id", how="left", maintain_order="left")
        .filter(pl.col("owner").is_null() | (pl.col("owner") != pl.col("key")))
    )


def _prior(documents: pl.DataFrame, attributions: pl.DataFrame) -> pl.DataFrame:
    """Outlet -> the share of its articles that credit somebody else, drawn towards a quarter."""
    credited = foreign_credits(documents, attributions).filter(pl.col("kind").is_in(CREDITS))["doc_id"].unique()
    return copying(documents, credited)


def copying(documents: pl.DataFrame, copies: pl.Series) -> pl.DataFrame:
    """Outlet -> `prior`: the share of its articles that are among `copies`, drawn towards a quarter."""
    return (
        documents.select("doc_id", "outlet")
        .drop_nulls("outlet")
        .with_columns(copy=pl.col("doc_id").is_in(copies.unique().implode()))
        .group_by("outlet")
        .agg(prior=(pl.col("copy").sum() + 1) / (pl.len() + 4))
    )


def with_habits(
    features: pl.DataFrame, documents: pl.DataFrame, foreign: pl.DataFrame, draft: pl.DataFrame
) -> pl.DataFrame:
    """Pairs after a first decision -> the same, with what is now known of each outlet's habit of copying."""
    taken = draft.filter(pl.col("from_key").ne_missing(pl.col("to_key")))["to_id"]
    credited = foreign.filter(pl.col("kind").is_in(CREDITS))["doc_id"]
    habit = copying(documents, pl.concat([taken, credited]).unique())
    for side in ("left", "right"):
        renamed = habit.rename({"outlet": f"{side}_outlet", "prior": f"{side}_prior"})
        features = features.drop(f"{side}_prior").join(renamed, on=f"{side}_outlet", how="left", maintain_order="left")
    features = features.with_columns(pl.col("left_prior", "right_prior").fill_null(0.25))
    difference = _logit("right_prior") - _logit("left_prior")
    return features.with_columns(prior=difference.clip(-CAPS["prior"], CAPS["prior"]))


def _attribution(pairs: pl.DataFrame, attributions: pl.DataFrame) -> pl.DataFrame:
    """Whether one text credits the other's outlet, and whether both credit a third."""
    source = attributions.filter(pl.col("source").is_not_null() & (pl.col("scope") != "caption"))
    weight = pl.col("kind").replace_strict(ATTRIBUTION, default=0.0, return_dtype=pl.Float64)
    claims = source.select("doc_id", "kind", key=keys(source["source"]), weight=weight)
    best = claims.group_by("doc_id", "key").agg(pl.col("weight").max())
    for side, other in (("left", "right"), ("right", "left")):
        named = best.rename({"doc_id": f"{side}_doc", "key": f"{other}_key", "weight": f"{side}_names"})
        pairs = pairs.join(named, on=[f"{side}_doc", f"{other}_key"], how="left", maintain_order="left")
    different = pl.col("left_key").ne_missing(pl.col("right_key"))
    toward = (
        pl.when(different).then(pl.col("right_names").fill_null(0) - pl.col("left_names").fill_null(0)).otherwise(0.0)
    )
    written = claims.filter(pl.col("kind").is_in(CREDITS)).select("doc_id", "key").unique()
    both = (
        pairs.select("left_doc", "right_doc", "left_key", "right_key")
        .join(written.rename({"doc_id": "left_doc"}), on="left_doc")
        .join(written.rename({"doc_id": "right_doc"}), on=["right_doc", "key"])
        .filter(pl.col("key").ne_missing(pl.col("left_key")) & pl.col("key").ne_missing(pl.col("right_key")))
        .group_by("left_doc", "right_doc")
        .agg(shared_source=pl.col("key").min())
    )
    return pairs.with_columns(attribution=toward.clip(-CAPS["attribution"], CAPS["attribution"])).join(
        both, on=["left_doc", "right_doc"], how="left", maintain_order="left"
    )


def _dates() -> pl.Expr:
    """Later took it from earlier; a day apart says much, the same day little, unequal precision less."""
    hours = (pl.col("right_time") - pl.col("left_time")).dt.total_seconds() / 3600
    fine = (pl.col("left_precision") == "second") & (pl.col("right_precision") == "second")
    coarse = pl.col("left_precision").is_in(["month", "year"]) | pl.col("right_precision").is_in(["month", "year"])
    size = hours.abs()
    weight = (
        pl.when(coarse).then(pl.when(size >= 24 * 45).then(1.0).otherwise(0.0))
        .when(fine & (size >= 20)).then(2.2).when(fine & (size >= 2)).then(1.8)
        .when(fine & (size >= 0.15)).then(1.3).when(fine).then(0.0)
        .when(size >= 47).then(2.2).when(size >= 24).then(1.3).otherwise(0.0)
    )  # fmt: skip
    return (weight * hours.sign()).fill_null(0.0)


def _truncation(side: str) -> pl.Expr:
    """Whether `side` is the other cut short: all of it is in the other, which is longer, and its end shows it."""
    other = "left" if side == "right" else "right"
    inside = (pl.col(f"{side}_containment") >= 0.8) & (pl.col(f"{other}_chars") > pl.col(f"{side}_chars") * 1.15)
    marked = pl.col(f"{side}_marked") & ~pl.col(f"{other}_marked")
    prefix = pl.col(f"{side}_prefix").fill_null(value=False)
    weight = (
        pl.when(inside & marked).then(2.5)
        .when(inside & prefix & pl.col(f"{side}_cut")).then(2.0)
        .when(inside & prefix).then(1.3)
        .otherwise(0.0)
    )  # fmt: skip
    return weight.clip(0, CAPS["truncation"])


def _edits(pairs: pl.DataFrame, documents: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """What was lost or added between the two sides of the spans that differ: numbers, names, hedges, glosses."""
    chosen = spans.filter((pl.col("left_doc") != pl.col("right_doc")) & (pl.col("role") != "boilerplate"))
    chosen = chosen.join(pairs.select("left_doc", "right_doc"), on=["left_doc", "right_doc"], how="semi")
    where = chosen.group_by("left_doc", "right_doc").agg(
        *(pl.col(f"{side}_start").min().alias(f"{side}_first") for side in ("left", "right")),
        *(pl.col(f"{side}_end").max().alias(f"{side}_last") for side in ("left", "right")),
        quotes=(pl.col("role") == "quote").all(),
    )  # fmt: skip
    pairs = pairs.join(where, on=["left_doc", "right_doc"], how="left", maintain_order="left").with_columns(
        *(
            (
                (pl.col(f"{other}_first") < pl.max_horizontal(pl.lit(400), pl.col(f"{other}_chars") * 0.15))
                & (pl.col(f"{other}_last") < pl.col(f"{other}_chars") * 0.85)
            ).alias(f"{side}_prefix")
            for side, other in (("left", "right"), ("right", "left"))
        )
    )
    edited = chosen.filter(pl.col("kind") != "exact")
    if edited.is_empty():
        return pairs.with_columns(loss=pl.lit(0.0))
    texts = documents.select("doc_id", "text").join(
        pl.concat([edited.select(doc_id="left_doc"), edited.select(doc_id="right_doc")]).unique(),
        on="doc_id",
        how="semi",
    )
    for side in ("left", "right"):
        edited = edited.join(
            texts.rename({"doc_id": f"{side}_doc", "text": f"{side}_text"}),
            on=f"{side}_doc",
            how="left",
            maintain_order="left",
        )
        length = (pl.col(f"{side}_end") - pl.col(f"{side}_start")).clip(0, PIECE)
        piece = pl.col(f"{side}_text").str.slice(pl.col(f"{side}_start"), length)
        edited = (
            edited.with_columns(piece.alias(f"{side}_text"))
            .with_columns(
                pl.col(f"{side}_text").str.extract_all(_NUMBER).list.unique().alias(f"{side}_numbers"),
                pl.col(f"{side}_text").str.extract_all(_FULL_NAME).list.unique().alias(f"{side}_people"),
                pl.col(f"{side}_text").str.count_matches(_HEDGE).cast(pl.Int64).alias(f"{side}_hedges"),
                pl.col(f"{side}_text").str.count_matches(_GLOSS).cast(pl.Int64).alias(f"{side}_glosses"),
            )
            .drop(f"{side}_text")
        )
    lost = edited.with_columns(
        *(
            pl.col(f"{a}_{what}").list.set_difference(pl.col(f"{b}_{what}")).alias(f"{a}_only_{what}")
            for what in ("numbers", "people")
            for a, b in (("left", "right"), ("right", "left"))
        )
    ).select("left_doc", "right_doc", score=_loss("left", "right") - _loss("right", "left"))
    summed = lost.group_by("left_doc", "right_doc").agg(loss=pl.col("score").sum().clip(-CAPS["loss"], CAPS["loss"]))
    return pairs.join(summed, on=["left_doc", "right_doc"], how="left", maintain_order="left").with_columns(
        pl.col("loss").fill_null(0.0)
    )


def _loss(full: str, bare: str) -> pl.Expr:
    """How much `bare` looks like `full` with its numbers rounded, its names dropped, its figures hedged."""
    exact = pl.col(f"{full}_only_numbers").list.eval(pl.element().str.contains(r"[1-9]$")).list.sum()
    round_ = pl.col(f"{bare}_only_numbers").list.eval(pl.element().str.contains(r"0$")).list.sum()
    rounded = ((exact > 0) & (round_ > 0)).cast(pl.Float64) * 1.2
    hedged = (pl.col(f"{bare}_hedges") > pl.col(f"{full}_hedges")).cast(pl.Float64) * 0.6
    numbers = (pl.col(f"{full}_only_numbers").list.len() > pl.col(f"{bare}_only_numbers").list.len()).cast(
        pl.Float64
    ) * 0.4
    people = (pl.col(f"{full}_only_people").list.len() > pl.col(f"{bare}_only_people").list.len()).cast(
        pl.Float64
    ) * 0.5
    glossed = (pl.col(f"{bare}_glosses") > pl.col(f"{full}_glosses")).cast(pl.Float64) * 0.3
    return rounded + hedged + numbers + people + glossed
