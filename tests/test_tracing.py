"""Who had it from whom: edges and origins of small hand-made stories."""

from __future__ import annotations

import itertools
import random
from datetime import timedelta

import polars as pl

from provenance.tables import (
    CLUSTERS,
    ORIGINS,
    check,
    empty,
)
from provenance.tracing.conclusions.absent import find_known, leave_known
from provenance.tracing.conclusions.roots import mark_origins
from tests.tracing import DAY, EXTRA, STORY, origin, trace


def test_a_credited_agency_in_the_dump_is_the_parent_and_siblings_are_a_star() -> None:
    rows = [
        {
            "doc_id": "agency",
            "text": f"ELLENPORT (Northwire) — {STORY}",
            "outlet": "Northwire",
            "published": DAY,
        },
        *(
            {
                "doc_id": f"paper{n}",
                "text": f"ELLENPORT (Northwire) — {STORY}",
                "outlet": f"Paper {n}",
                "published": DAY + timedelta(hours=3 * n),
            }
            for n in range(1, 4)
        ),
    ]
    pairs = list(itertools.combinations(["agency", "paper1", "paper2", "paper3"], 2))
    edges, origins, _ = trace(rows, pairs)
    assert sorted(edges.select("from_id", "to_id").rows()) == [("agency", f"paper{n}") for n in (1, 2, 3)]
    assert set(edges["kind"]) == {"syndicated"}
    assert set(edges["verdict"]) == {"established"}
    assert [origin(origins, f"paper{n}")["origin_id"] for n in (1, 2, 3)] == ["agency"] * 3
    assert origin(origins, "agency")["kind"] == "itself"


def test_siblings_of_an_absent_agency_are_a_star() -> None:
    rows = [
        {
            "doc_id": name,
            "text": f"ELLENPORT (Reuters) - {STORY}",
            "outlet": f"Paper {name}",
            "published": DAY + timedelta(days=n),
        }
        for n, name in enumerate("abc")
    ]
    edges, origins, _ = trace(rows, list(itertools.combinations("abc", 2)))
    assert set(edges["from_id"]) == {"source:Reuters"}
    assert set(origins["origin_id"]) == {"source:Reuters"}


def test_a_date_alone_never_establishes() -> None:
    rows = [
        {"doc_id": "a", "text": STORY, "outlet": "One", "published": DAY},
        {"doc_id": "b", "text": STORY, "outlet": "Two", "published": DAY + timedelta(days=400)},
    ]
    edges, origins, _ = trace(rows, [("a", "b")])
    assert edges.select("from_id", "to_id").rows() == [("a", "b")]
    assert edges["verdict"].to_list() == ["likely"]
    assert origin(origins, "b")["origin_id"] == "a"


def test_without_evidence_there_is_no_direction() -> None:
    rows = [{"doc_id": name, "text": STORY, "outlet": name} for name in ("One", "Two")]
    edges, origins, _ = trace(rows, [("One", "Two")])
    assert edges.is_empty()
    assert origins["kind"].to_list() == ["itself", "itself"]


def test_text_contradicts_a_false_date() -> None:
    rows = [
        {"doc_id": "a", "text": STORY, "outlet": "Ellen Daily News", "published": DAY + timedelta(days=2)},
        {"doc_id": "b", "text": f"{STORY}\n\nSource: Ellen Daily News", "outlet": "Blog", "published": DAY},
    ]
    edges, _, _ = trace(rows, [("a", "b")])
    assert edges.select("from_id", "to_id").rows() == [("a", "b")]
    weights = {item["family"]: item["weight"] for item in edges["evidence"][0]}
    assert weights["attribution"] > 0 > weights["date"]


def test_a_cut_text_comes_from_the_whole() -> None:
    rows = [
        {"doc_id": "cut", "text": STORY[:230] + " […]", "outlet": "Feed"},
        {"doc_id": "whole", "text": STORY + EXTRA, "outlet": "Paper"},
    ]
    edges, origins, _ = trace(rows, [("cut", "whole")])
    assert edges.select("from_id", "to_id", "kind").rows() == [("whole", "cut", "excerpt")]
    assert origin(origins, "cut")["origin_id"] == "whole"


def test_lost_information_points_to_the_copy() -> None:
    vague = STORY.replace("1,215 crates", "more than 1,200 crates").replace(
        "Maren Holt, who owns the barge,", "the owner"
    )
    rows = [
        {"doc_id": "exact", "text": STORY, "outlet": "One"},
        {"doc_id": "vague", "text": vague, "outlet": "Two"},
    ]
    edges, _, _ = trace(rows, [("exact", "vague")], kind="edited")
    assert edges.select("from_id", "to_id").rows() == [("exact", "vague")]
    turned, _, _ = trace(
        [{"doc_id": "a", "text": vague, "outlet": "Two"}, {"doc_id": "b", "text": STORY, "outlet": "One"}],
        [("a", "b")],
        "edited",
    )
    assert turned.select("from_id", "to_id").rows() == [("b", "a")]
    assert turned["confidence"].to_list() == edges["confidence"].to_list()


def test_a_later_version_of_one_outlet_is_a_revision() -> None:
    rows = [
        {"doc_id": "v1", "text": STORY, "outlet": "Ellen Daily", "published": DAY},
        {
            "doc_id": "v2",
            "text": STORY + EXTRA,
            "outlet": "Ellen Daily",
            "published": DAY + timedelta(hours=4),
        },
    ]
    edges, origins, _ = trace(rows, [("v1", "v2")])
    assert edges.select("from_id", "to_id", "kind").rows() == [("v1", "v2", "revision")]
    assert "later version" in origin(origins, "v2")["reason"]


def test_a_shared_quotation_is_nobodys_copy_but_an_article_all_of_quotations_is() -> None:
    rows = [
        {"doc_id": "a", "text": STORY + 6 * EXTRA, "outlet": "One", "published": DAY},
        {"doc_id": "b", "text": STORY + 6 * EXTRA[::-1], "outlet": "Two", "published": DAY + timedelta(days=1)},
    ]
    _, origins, _ = trace(rows, [("a", "b")], role="quote")
    assert origins["kind"].to_list() == ["itself", "itself"]
    whole = [row | {"text": STORY} for row in rows]
    _, origins, _ = trace(whole, [("a", "b")], role="quote")
    assert origins["kind"].to_list() == ["itself", "document"]


def test_every_item_of_evidence_has_words_to_check() -> None:
    plain = STORY.replace("1,215", "about 1,200")
    marked = f"ELLENPORT — {STORY} “We wait,” he said – “and hope.”"
    rows = [
        {"doc_id": "a", "text": marked, "outlet": "One", "published": DAY},
        {"doc_id": "b", "text": plain, "outlet": "Two"},
    ]
    edges, _, _ = trace(rows, [("a", "b")], kind="edited")
    items = [item for evidence in edges["evidence"].to_list() for item in evidence]
    assert all(item["text"].strip() for item in items)
    assert all(abs(item["weight"]) >= 0.005 for item in items if item["family"] != "text")
    told = {item["family"]: item["text"] for item in items}
    assert told["letters"] == "a has typographic quotation marks and dashes, b none"


def test_evidence_shows_the_words_where_they_stand() -> None:
    rows = [
        {"doc_id": "a", "text": STORY, "outlet": "Ellen Daily News", "published": DAY},
        {
            "doc_id": "b",
            "text": f"{STORY}\n\nSource: Ellen Daily News",
            "outlet": "Blog",
            "published": DAY + timedelta(1),
        },
    ]
    edges, _, named = trace(rows, [("a", "b")])
    texts = dict(named.select("doc_id", "text").iter_rows())
    items = [item for items in edges["evidence"] for item in items]
    assert items
    for item in items:
        if item["start"] is None:
            assert item["family"] in ("date", "habit", "letters")
            assert item["family"] != "date" or item["text"] == "a 2024-05-06 08:30; b 2024-05-07 08:30"
            assert item["text"]
        else:
            assert texts[item["doc_id"]][item["start"] : item["end"]] == item["text"]


def test_order_of_documents_and_matches_changes_nothing() -> None:
    rows = [
        {
            "doc_id": f"d{n}",
            "text": STORY + (EXTRA if n % 3 else ""),
            "outlet": f"Paper {n % 5}",
            "published": DAY + timedelta(hours=n),
        }
        for n in range(9)
    ]
    pairs = list(itertools.combinations([row["doc_id"] for row in rows], 2))
    edges, origins, _ = trace(rows, pairs)
    shuffler = random.Random(7)
    shuffler.shuffle(rows)
    shuffler.shuffle(pairs)
    again, others, _ = trace(rows, pairs)
    assert again.equals(edges)
    assert others.sort("doc_id").equals(origins.sort("doc_id"))


def test_who_credits_another_outlet_than_those_of_its_sources_has_it_from_there() -> None:
    short = STORY.partition("\n\n")[0]
    rows = [
        {"doc_id": "a", "text": STORY + EXTRA, "outlet": "Quay Journal", "published": DAY},
        {"doc_id": "b", "text": f"{short}\n\nSource: Lowick Post", "outlet": "Harbour Mail", "published": DAY},
    ]
    origins = trace(rows, [("a", "b")])[1]
    assert origin(origins, "b")["origin_id"] == "source:Lowick Post"
    # the same words in the paper that is credited: it is in the dump, whichever of the two stands for them
    twin = {"doc_id": "c", "text": STORY + EXTRA, "outlet": "Lowick Post", "published": DAY + timedelta(hours=3)}
    edges, origins, _ = trace([*rows, twin], [("a", "b"), ("a", "c"), ("b", "c")])
    assert origin(origins, "b")["origin_id"] == "a"
    assert not edges["from_id"].str.starts_with("source:").any()


def test_credited_sources_are_not_absent_where_a_copy_has_them_from_its_source() -> None:
    """A pair that only ties two stories knows of no other outlet with the same words, and passes nothing on."""
    copies = [("a", "b", 0.9, 0.1), ("a", "c", 0.1, 0.29), ("a", "d", 0.1, 0.3), ("a", "e", 0.3, 0.1)]
    parents = pl.DataFrame(copies, ["from_id", "to_id", "share", "back"], orient="row")
    parents = parents.with_columns(from_key=pl.lit("post"), alike_keys=pl.lit(["mail", "post"]))
    cited = [("a", "wire", "cited"), ("a", "agency", "dateline"), ("b", "echo", "cited")]
    foreign = pl.DataFrame(cited, ["doc_id", "key", "kind"], orient="row")
    known = find_known(foreign, parents)
    in_dump = known.filter(~pl.col("passed")).sort("doc_id", "key").select("doc_id", "key").rows()
    assert in_dump == [(name, key) for name in "bcde" for key in ("mail", "post") if (name, key) != ("c", "mail")]
    assert sorted(known.filter("passed").select("doc_id", "key").rows()) == [("b", "wire"), ("e", "wire")]


def test_of_credits_to_absent_sources_a_copy_keeps_those_that_were_not_copied_with_the_words() -> None:
    """Of the cited ones one was passed on; a dateline says whose words the copy itself prints, and a link does not."""
    rows = [("b", "wire", kind) for kind in ("cited", "dateline", "link")]
    rows += [("b", "post", "dateline"), ("b", "echo", "cited"), ("b", "mail", "link"), ("c", "wire", "cited")]
    foreign = pl.DataFrame(rows, ["doc_id", "key", "kind"], orient="row")
    known = pl.DataFrame([("b", "wire", True), ("b", "post", False)], ["doc_id", "key", "passed"], orient="row")
    left = leave_known(foreign, known)
    assert sorted(left.rows()) == [("b", "echo", "cited"), ("b", "wire", "dateline"), ("c", "wire", "cited")]


def test_a_document_with_a_passage_twice_in_a_cluster_is_marked_in_each_of_its_rows() -> None:
    rows = [("k", "passage", name, start, start + 9, "caption", 1.0, None) for name in "ab" for start in (0, 9)]
    clusters = pl.DataFrame(rows, schema=CLUSTERS, orient="row")
    said = [("a", "a", "itself", None), ("b", "a", "document", "copied_from")]
    origins = pl.DataFrame([(*row, 0.8, "likely", None, "x.") for row in said], schema=ORIGINS, orient="row")
    assert mark_origins(clusters, origins)["is_origin"].to_list() == [True, True, False, False]


def test_roots_of_clusters_are_marked() -> None:
    clusters = pl.DataFrame(
        [("k", "document", name, None, None, "paragraph", 1.0, None) for name in "ab"],
        schema=CLUSTERS,
        orient="row",
    )
    origins = pl.DataFrame(
        [
            ("a", "a", "itself", None, 0.8, "likely", None, "x."),
            ("b", "a", "document", "copied_from", 0.8, "likely", None, "x."),
        ],
        schema=ORIGINS,
        orient="row",
    )
    assert mark_origins(clusters, origins)["is_origin"].to_list() == [True, False]
    assert check(mark_origins(empty(CLUSTERS), origins), CLUSTERS, "clusters").is_empty()


def test_empty_tables() -> None:
    edges, origins, _ = trace([], [])
    assert edges.is_empty()
    assert origins.is_empty()
