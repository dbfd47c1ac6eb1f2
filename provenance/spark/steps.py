"""The rounds in order, over whatever runs them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from provenance.matching.groups.completion import MOST_PAIRS
from provenance.spark import (
    articles,
    choosing,
    clusters,
    crowds,
    names,
    naming,
    origins,
    related,
    routing,
    runs,
    shorts,
    stories,
    stretches,
    whole,
    widespread_runs,
)
from provenance.spark.plan import Part, together
from provenance.tracing.stories.unseen import BEGUN_OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Callable

    from provenance.cleaning.choosing import Policy
    from provenance.spark.flow import Flow


class Made(NamedTuple):
    """Where the tables of a run are, each in one part or several, and what was counted."""

    tables: dict[str, list[Part]]
    counts: dict[str, int]
    clustered: Callable[[], list[Part]] = list  # waits for clusters of passages


def scan(flow: Flow, documents: Part) -> Made:
    """DOCUMENTS by home -> all tables that level and until ask for."""
    settings = flow.plan.settings
    compare = compare_passages if settings.level == "passage" else compare_documents
    made = compare(flow, documents)
    found = made.tables | {"documents": [documents]}
    if settings.until == "origins":
        found |= trace(flow, documents, found, made.clustered)
    else:
        found["clusters"] = [*found["clusters"], *made.clustered()]
    if settings.until == "matches":
        del found["clusters"]
    if settings.level == "document":
        found.pop("passages", None)
    return Made(found, made.counts)


def name_publishers(flow: Flow, marked: str) -> Part:
    """The round that read CREDITS and NAMES -> PUBLISHERS of all documents."""
    sites = flow.round("files", naming.find_files, Part(marked, "slices"))
    owned = names.meet(flow, "owners", naming.find_owners, Part(marked, "owners"), Part(marked, "voices"))
    named = [Part(marked, "namings"), Part(marked, "credits"), Part(sites, "sites"), Part(owned, "owned")]
    return Part(flow.round("named", naming.name_home, *named), "publishers")


class Told(NamedTuple):
    """What tracing has to know of the whole dump."""

    keyed: Part
    told: Part
    habits: Part
    frequency: Part


def know_names(flow: Flow, marked: str, publishers: Part) -> Told:
    """CREDITS and PUBLISHERS -> what is known of the names in them, and the FREQUENCY of words."""
    named = (Part(publishers.path, name) for name in ("shortened", "sources"))
    spoken = names.meet(flow, "spoken", naming.find_spoken, *named)
    credits_ = [Part(marked, "credits"), publishers, Part(spoken, "spoken")]
    keyed = flow.round("keyed", naming.key_home, *credits_)
    counted = ("crediting", "wires", "spellings", "known_keys")
    told = names.meet(flow, "told", naming.sum_names, *(Part(keyed, name) for name in counted))
    frequency = Part(flow.round("frequency", naming.find_frequency, Part(flow.path("texts"), "words")), "frequency")
    return Told(Part(keyed, "keyed"), Part(told, "told"), Part(told, "habits"), frequency)


def trace(
    flow: Flow, documents: Part, found: dict[str, list[Part]], clustered: Callable[[], list[Part]]
) -> dict[str, list[Part]]:
    """The tables so far, CLUSTERS of passages once they are there -> those of tracing, and which are COPIED."""
    marked, matched = found["passages"][0].path, [part.path for part in found["matches"]]
    publishers = name_publishers(flow, marked)
    known = flow.later(know_names, flow, marked, publishers)
    labels = flow.label("stories", [Part(path, "ties") for path in matched])
    named = flow.round("story-labels", related.tell_labels, *(Part(path, "wants") for path in matched), labels)
    ties = [Part(path, "related") for path in matched]
    pairs = flow.round("story-pairs", related.place_pairs, *ties, labels, Part(named, "labels"))
    keyed, told, habits, frequency = known()
    credited = [publishers, keyed, told]
    dates, calls = Part(marked, "dates"), Part(pairs, "calls")
    called = flow.round(
        "called", stories.call_home, documents, calls, Part(marked, "passages"), dates, habits,
        Part(matched[-1], "belongs"), *credited,
    )  # fmt: skip
    whole = [Part(called, name) for name in ("facts", "documents", "keyed", "passages")] + [Part(pairs, "inner")]
    compared = flow.round("compared", partial(stories.compare_stories, flow.rows(frequency)), *whole)
    shared = Part(flow.round("shares", stories.share_false, Part(compared, "sampled")), "shares")
    shares = flow.rows(shared).sort("number")["share"].to_list()
    weighed = [Part(compared, name) for name in ("evidence", "twins", "choices", "numbers")]
    grown = flow.round("grown", partial(stories.grow_stories, shares), *whole, *weighed)
    flow.forget(Part(called, "documents"))
    outside = Part(flow.round("unseen", origins.sum_unseen, Part(grown, "flaws")), "unseen")
    unseen = max(flow.rows(outside)["share"].to_list(), default=BEGUN_OUTSIDE)
    cards = Part(grown, "cards")
    carded = flow.round("carded", stories.tell_cards, Part(pairs, "wants"), cards)
    crossed = flow.round(
        "crossed", partial(stories.trace_cross, shares), Part(pairs, "cross"), Part(carded, "cards"), cards
    )
    both = [Part(path, name) for path in (grown, crossed) for name in ("known", "copies", "copying_rows")]
    drawn = flow.round("absent", origins.draw_home, *credited, calls, *both)
    taken = (Part(path, "taken") for path in (grown, crossed, drawn))
    houses = flow.later(flow.round, "houses", origins.sum_outlets, *taken)
    copies = [Part(path, "copies") for path in (grown, crossed)]
    alone = [publishers, Part(grown, "sourced"), Part(grown, "lone"), Part(drawn, "claims"), dates, *copies]
    at_home = flow.later(choose_at_home, flow, Part(drawn, "copying"), alone, shares)
    told_of = [Part(drawn, "claims_asked"), Part(drawn, "counted"), Part(grown, "ancestry"), Part(grown, "kinds")]
    in_story = flow.round("descended", partial(origins.choose_story, shares, unseen), Part(called, "facts"), *told_of)
    placed = flow.round("placed", origins.place_parents, *found["clusters"], *clustered(), Part(in_story, "parents"))
    clusters_ = flow.round("rooted", origins.mark_clusters, Part(placed, "placed_clusters"))
    return {
        "documents": [Part(called, "named")],
        "attributions": [keyed],
        "dates": [dates],
        "edges": [Part(path, "edges") for path in (grown, crossed, drawn)],
        "origins": [Part(at_home(), "origins"), Part(in_story, "origins")],
        "copied": [Part(in_story, "copied")],
        "clusters": [Part(clusters_, "clusters")],
        "outlets": [Part(houses(), "outlets")],
    }


def choose_at_home(flow: Flow, copying: Part, alone: list[Part], shares: list[float]) -> str:
    """COPYING and what homes know of articles without a source in the dump -> the round that made their ORIGINS."""
    copiers = names.meet(flow, "copiers", origins.sum_copying, copying)
    return flow.round("origins", partial(origins.choose_home, shares), *alone, Part(copiers, "copiers"))


def choose(flow: Flow, documents: Part, made: Made, policy: Policy) -> Part:
    """What `scan` made of DOCUMENTS, and a policy -> what is GONE."""
    matches = made.tables["matches"]
    linked = flow.round("like", partial(choosing.link_alike, policy), *matches)
    labels = flow.label("likenesses", [Part(linked, "links")])
    grouped = flow.round("grouped", choosing.group_alike, Part(linked, "matches"), labels)
    copied = made.tables.get("copied", [])
    gathered = flow.round("gathered", choosing.gather_alike, documents, Part(grouped, "labels"), *copied)
    chosen = partial(choosing.choose_some, policy)
    return Part(flow.round("chosen", chosen, Part(gathered, "alike"), Part(grouped, "matches")), "gone")


def compare_documents(flow: Flow, documents: Part) -> Made:
    """DOCUMENTS by home -> MATCHES by whole documents, and CLUSTERS; PASSAGES if tracing will read them."""
    groups, proposed, cut = propose(flow, documents)
    pairs = proposed()
    blocks = flow.round("blocks", routing.cut_blocks, Part(pairs, "pairs"))
    asked = flow.round("asked", routing.answer, documents, Part(groups, "members"), Part(blocks, "asks"))
    alike = flow.round(
        "alike", whole.match_block, Part(blocks, "pairs"), Part(asked, "documents"), Part(asked, "members")
    )
    made = complete(flow, [documents], [groups, alike], whole.match_missing)
    del made.tables["spans"]
    if flow.plan.settings.until == "origins":
        made.tables["passages"] = [Part(mark_passages(flow, documents, cut), "passages")]
    return Made(made.tables, made.counts | {"over_cap": flow.total(pairs, "over_cap")})


def propose(flow: Flow, documents: Part) -> tuple[str, Callable[[], str], str]:
    """DOCUMENTS -> the rounds that made groups of equal texts, PAIRS of first texts that may be alike, and PASSAGES.

    The second goes on beside what comes next.
    """
    settings = flow.plan.settings
    if settings.level == "passage":
        texts = flow.round("texts", together(whole.sketch, articles.cut_passages, runs.send_tags), documents)
    elif settings.until == "origins":
        texts = flow.round("texts", together(whole.sketch, articles.cut_passages), documents)
    else:
        texts = flow.round("texts", whole.sketch, documents)
    groups = flow.round("groups", whole.group_texts, Part(texts, "texts"))
    if flow.plan.exhaustive:
        return groups, flow.later(flow.round, "candidates", whole.pair_all, documents._replace(bucket=0)), texts
    return groups, flow.later(flow.round, "candidates", whole.pair_bands, Part(groups, "bands")), texts


def mark_passages(flow: Flow, documents: Part, cut: str, wanted: Part | None = None) -> str:
    """DOCUMENTS and the round that cut them -> what made PASSAGES with boilerplate; with `wanted` also POSTINGS."""
    tracing = flow.plan.settings.until == "origins"
    shared = flow.later(flow.round, "shared", runs.share_tags, Part(cut, "tags"))
    furnished = flow.later(find_furniture, flow, Part(cut, "lines"))
    counted = flow.round("outlets", articles.count_outlets, Part(cut, "articles"))
    totals = names.meet(flow, "totals", articles.sum_outlets, Part(counted, "totals"), Part(cut, "homes"))
    parts = [documents, Part(cut, "passages"), Part(furnished(), "frequent"), Part(totals, "totals")]
    if tracing:
        constants = names.meet(flow, "constants", naming.find_constants, Part(cut, "times"))
        parts.append(Part(constants, "constant"))
    if wanted is None:
        return flow.round("marked", articles.mark_home, *parts)
    postings = together(articles.mark_home, runs.send_postings)
    return flow.round("marked", postings, *parts, wanted, Part(shared(), "shared"))


def find_furniture(flow: Flow, lines: Part) -> str:
    """LINES -> the round that made FREQUENT ones; counted by groups of articles, where homes are in groups."""
    if flow.plan.groups == 1:
        return flow.round("furniture", articles.find_furniture, lines)
    counted = Part(flow.round("furniture-groups", articles.count_furniture, lines), "line_counts")
    chosen = Part(flow.round("furniture-told", articles.choose_furniture, counted), "frequent")
    return flow.round("furniture", articles.tell_furniture, lines, chosen)


def compare_passages(flow: Flow, documents: Part) -> Made:
    """DOCUMENTS by home -> PASSAGES, SPANS, MATCHES and CLUSTERS."""
    groups, candidates, cut = propose(flow, documents)
    marked = mark_passages(flow, documents, cut, Part(groups, "wanted"))
    passages, postings = Part(marked, "passages"), Part(marked, "postings")
    linked = flow.later(link_shorts, flow, Part(marked, "shorts"))
    naming_ = flow.later(name_publishers, flow, marked) if flow.plan.settings.until == "origins" else None
    told = flow.later(tell_widespread, flow, Part(marked, "run_counts"))
    hot = flow.round("hot", runs.mark_hot, postings)
    links, over = told()
    widespread = Part(marked, "widespread")
    masks = flow.round("masks", runs.mask_home, Part(marked, "placed"), Part(hot, "hot"), widespread, links)
    masked = [Part(masks, name) for name in ("postings", "masks", "few_runs")]
    tied = flow.round("runs", together(runs.pair_runs, widespread_runs.few_pairs), postings, *masked)
    pairs = candidates()
    flow.forget(Part(groups, "bands"), postings, widespread)
    sharing = [Part(path, "linked") for path in (hot, masks, tied)]
    firsts = flow.round("firsts", routing.cut_blocks, Part(pairs, "pairs"), *sharing)
    asks = Part(firsts, "asks")
    members = flow.round("members", routing.answer, Part(groups, "members"), asks)
    spelt = flow.round("spelt", whole.spell_block, Part(firsts, "pairs"), Part(members, "members"))
    short = linked()
    found = [Part(groups, "linked"), Part(spelt, "linked"), Part(spelt, "pairs")]
    if flow.plan.rewritten:
        found = rewrite(flow, documents, passages, found)
    proposed = [*found, *(Part(path, "stretches") for path in short)]
    blocks = block_pairs(flow, proposed)
    given = [Part(blocks, name) for name in ("pairs", "stretches", "across", "jaccards")]
    texts = [documents, *([naming_()] if naming_ else []), passages]
    repeated = (Part(path, "repeated") for path in short)
    asked = flow.round(
        "asked", together(routing.answer, stretches.repeat_home), *texts, Part(blocks, "asks"), *repeated
    )
    settled = flow.round("settled", stretches.settle_block, *given, Part(asked, "documents"), Part(asked, "passages"))
    flow.forget(Part(asked, "documents"), Part(asked, "passages"))
    made = complete(flow, texts, [settled], stretches.match_missing)
    spans = [Part(asked, "spans"), Part(settled, "spans"), *made.tables["spans"]]
    paths = [part.path for part in spans]
    clustered = flow.later(cluster_passages, flow, paths) if flow.plan.settings.until != "matches" else list
    counts = made.counts | {"over_cap": sum(flow.total(path, "over_cap") for path in (pairs, hot, over))}
    return Made(made.tables | {"passages": [passages], "spans": spans}, counts, clustered)


def block_pairs(flow: Flow, proposed: list[Part]) -> str:
    """Whatever has pairs -> the round that cut it into blocks of pairs, which mostly need the same few texts."""
    nearest = flow.round("nearest", routing.find_nearest, *proposed)
    if flow.plan.groups > 1:
        asked = [Part(nearest, name) for name in ("nearest", "wants")]
        nearest = flow.round("nearest-told", routing.tell_nearest, *asked)
    near = flow.round("near", routing.gather_pairs, *proposed, Part(nearest, "nearest"))
    return flow.round("blocks", routing.cut_blocks, *(Part(near, name) for name in ("pairs", *routing.BESIDES)))


def tell_widespread(flow: Flow, counts: Part) -> tuple[Part, str]:
    """RUN_COUNTS of homes -> RUN_LINKS to these, and the round that counted runs over the cap."""
    added = Part(flow.round("run-quarters", widespread_runs.add_counts, counts), "run_counts")
    found = flow.round("run-links", widespread_runs.find_links, added)
    told = flow.round("run-homes", widespread_runs.tell_homes, counts, Part(found, "run_links"))
    return Part(told, "run_links"), found


def link_shorts(flow: Flow, listed: Part) -> list[str]:
    """SHORTS by text and quarter -> the rounds that made STRETCHES and REPEATED, of equal texts and of those alike."""
    counted = flow.round("short-places", shorts.count_texts, listed)
    texts = Part(counted, "short_texts")
    equal = flow.round("short-texts", shorts.link_texts, texts, Part(counted, "heads"))
    seeds = Part(equal, "seeds")
    marked = flow.round("short-hot", shorts.mark_seeds, seeds)
    paired = flow.round("short-pairs", shorts.pair_texts, seeds, Part(marked, "heat"))
    likes = [Part(marked, "likes"), Part(paired, "likes")]
    told = flow.round("short-likes", shorts.tell_quarters, texts, *likes)
    linked = flow.round("short-links", shorts.link_quarter, listed, Part(equal, "short_links"), Part(told, "liked"))
    return [counted, equal, linked, flow.round("short-met", shorts.meet_likes, Part(linked, "meeting"))]


def rewrite(flow: Flow, documents: Part, passages: Part, found: list[Part]) -> list[Part]:
    """Candidates -> those that hold, and the stretches of both channels; for dumps up to rewritten_limit."""
    blocks = flow.round("exact-blocks", routing.cut_blocks, *found)
    asked = flow.round("exact-asked", routing.answer, documents, passages, Part(blocks, "asks"))
    exact = flow.round(
        "exact", stretches.verify_block, Part(blocks, "pairs"), Part(asked, "documents"), Part(asked, "passages")
    )
    whole_dump = (part._replace(bucket=0) for part in (documents, passages, Part(exact, "exact")))
    across = flow.round("rewritten", stretches.rewrite_all, *whole_dump)
    return [Part(exact, "jaccards"), Part(across, "across")]


def complete(flow: Flow, texts: list[Part], found: list[str], compare: Any) -> Made:
    """MATCHES and LINKS as found -> MATCHES with all pairs of what is linked, SPANS of these, CLUSTERS of documents."""
    labels = flow.label("linked", [Part(path, "links") for path in found])
    matches = [Part(path, "matches") for path in found]
    told = flow.round("linked-labels", related.tell_labels, *(Part(path, "wants") for path in found), labels)
    inside = Part(flow.round("inside", routing.label_matches, *matches, labels, Part(told, "labels")), "matches")
    lacking = flow.round("lacking", routing.find_lacking, inside)
    missing = flow.total(lacking, "lacking")
    more, spans = [], []
    if 0 < missing <= MOST_PAIRS:
        blocks = flow.round("lacking-blocks", routing.cut_blocks, Part(lacking, "pairs"))
        asks = Part(blocks, "asks")
        asked = flow.round("lacking-asked", routing.answer, *texts, asks, asked=asks)
        answers = [Part(asked, part.table) for part in texts if part.table != "publishers"]
        compared = flow.round("lacking-alike", compare, Part(blocks, "pairs"), *answers)
        more, spans = [Part(compared, "more"), Part(compared, "more_related")], [Part(compared, "spans")]
    done = flow.round("components", routing.finish_components, inside, *more)
    return Made(
        {"matches": [*matches, Part(done, "matches")], "clusters": [Part(done, "clusters")], "spans": spans},
        {"implied_pairs": flow.total(done, "implied_pairs"), "lacking": missing},
    )


def cluster_passages(flow: Flow, found: list[str]) -> list[Part]:
    """The rounds that made SPANS and their sides -> CLUSTERS of passages."""
    sides = [Part(path, "sides") for path in found]
    if flow.plan.groups > 1:
        sides = [Part(flow.round("sides", clusters.merge_sides, *sides), "sides")]
    leaders = flow.round("leaders", clusters.lead_sides, *sides)
    labels = flow.label("passage-links", [Part(path, "side_links") for path in (*found, leaders)])
    crowded = flow.rows(Part(labels.path, "crowds"))["label"]
    spans = (Part(path, "tied") for path in found)
    tied = flow.round("tied", partial(clusters.label_spans, crowded), *spans, labels)
    made = [Part(flow.round("passage-clusters", clusters.cluster_spans, Part(tied, "spans")), "clusters")]
    return [*made, crowds.cluster_crowds(flow, Part(tied, "crowd"))] if len(crowded) else made
