"""An outlet's versions of one article, and what others take from them, scanned whole."""

from __future__ import annotations

from tests.test_tracing_newsroom import scanned, told

FIRST = (
    "A freight train carrying ethanol derailed near the town of Colby, Kansas, early on Friday, and officials ordered "
    "people within a mile of the tracks to leave their homes.\n\n"
    "At least 14 cars left the rails at about 3:40 a.m., the county sheriff, Ron Beckett, said. Two of them were "
    "burning. No injuries have been reported.\n\n"
    '"We are asking folks to get out now and ask questions later," Beckett said.'
)
LATER = FIRST.replace("14 cars", "22 cars").replace("Two of", "Five of").replace(
    "No injuries have been reported.", "One firefighter was treated for smoke inhalation."
) + (
    "\n\nThe railroad, Plains Western, said the train had 81 cars and was bound from Goodland to Kansas City. Crews "
    "were building a dam of earth to keep ethanol out of Prairie Dog Creek.\n\n"
    "Schools in the county were closed for the day, and a shelter was opened at the fairgrounds, where about 300 "
    "people had gathered by noon."
)  # fmt: skip


def test_a_version_of_before_is_no_later_version() -> None:
    """The first report was "a later version of the same outlet's" one of seven hours later, "likely"."""
    run = scanned(
        {"id": "one", "outlet": "Kansas Plainsman", "published": "2025-03-07T11:02:00Z", "text": FIRST},
        {"id": "two", "outlet": "Kansas Plainsman", "published": "2025-03-07T18:30:00Z", "text": LATER},
        {
            "id": "three", "outlet": "Kansas Plainsman", "published": "2025-03-08T01:10:00Z",
            "text": f"{LATER}\n\nCorrection: An earlier version misspelled the first name of the sheriff.",
        },
    )  # fmt: skip
    order = ["one", "two", "three"]
    edges = run.edges.select("from_id", "to_id", "kind").rows()
    assert {kind for *_, kind in edges} == {"revision"}
    assert all(order.index(source) < order.index(copy) for source, copy, _ in edges)
    assert told(run)["one"]["origin_id"] == "one"
