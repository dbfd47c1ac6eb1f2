"""What stands in an article's place is told: errors, walls, texts that were removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from provenance.dumps.labels.stand_ins import LONGEST, is_rules_for_crawlers, may_stand_in, stands_in
from provenance.dumps.reading import read_frame
from provenance.dumps.rejects import is_partial
from provenance.settings import Settings
from tests.dumps import BODY, PARAGRAPHS, page, response, scan, write

if TYPE_CHECKING:
    from pathlib import Path

STAND_INS = (
    "[Removed]", "[deleted]", "N/A", "null", "Access denied", "404 Not Found", "404 - Page not found",
    'Access Denied\nYou don\'t have permission to access "http://quay.example/a" on this server.\nReference #18.2f3e1',
    "Error 403: Forbidden", "503 Service Temporarily Unavailable\nnginx", "Oops! That page can't be found.",
    "Page not found. Sorry, the page you requested could not be found. Go back to the homepage.",
    "Our website is unavailable in most European countries due to the GDPR.", "Seite nicht gefunden",
    "Please enable JavaScript to view this page.", "You need to enable JavaScript to run this app.",
    "Checking your browser before accessing quay.example.\nPlease enable JavaScript and cookies to continue",
    "Just a moment...", "We use cookies and similar technologies. Accept all cookies. Manage preferences.",
    "We and our 842 partners store and/or access information on a device, such as cookies. Click to consent.",
    "Subscribe to continue", "Sign in to continue", "To continue reading this article, please subscribe.",
    "This article is for subscribers only. Already a subscriber? Sign in.",
    "You have reached your limit of free articles. Subscribe now to keep reading.",
    "Cet article est réservé aux abonnés. Déjà abonné ? Connectez-vous",
)  # fmt: skip
ARTICLES = (
    "Access denied: how a dredger was locked out of its own harbour.", "Access denied to aid convoys, agency says",
    "404 people were injured.", "403 migrants rescued", "Forbidden city reopens", "None of the boats left.",
    "Removed from office, the mayor left.", "Home prices fell by two percent.", "Sign in the window: closed",
    "Subscribe to the theory that money matters, the mayor said.",
    f"{PARAGRAPHS[0]} Subscribe to continue reading.", f"Please enable JavaScript. {PARAGRAPHS[0]}",
    "We use cookies in this recipe because they are cheap. Bake them.", "Help arrived on Monday at the port of Quay.",
)  # fmt: skip


@pytest.mark.parametrize("text", STAND_INS)
def test_what_says_nothing_but_that_there_is_no_article_is_none(text: str) -> None:
    assert stands_in(text) is not None
    assert stands_in(f"  {text}\n") is not None
    assert stands_in(f"{text}\n{PARAGRAPHS[0]}") is None
    assert len(text) < LONGEST


@pytest.mark.parametrize("text", ARTICLES)
def test_an_article_that_begins_like_a_wall_is_one(text: str) -> None:
    assert stands_in(text) is None


def test_what_is_looked_at_is_all_that_stands_in() -> None:
    assert may_stand_in(pl.Series(STAND_INS)).all()
    assert not may_stand_in(pl.Series(PARAGRAPHS)).any()


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet"])
def test_a_record_without_an_article_is_told_and_leaves_the_exit_code(tmp_path: Path, name: str) -> None:
    texts = [PARAGRAPHS[0], "[Removed]", PARAGRAPHS[1], "Subscribe to continue reading."]
    frame = pl.DataFrame({"id": ["a", "b", "c", "d"], "text": texts})
    path = tmp_path / name
    {"a.jsonl": frame.write_ndjson, "a.csv": frame.write_csv, "a.parquet": frame.write_parquet}[name](path)
    for found in (scan(path), read_frame(frame, Settings())):
        assert found.documents["doc_id"].to_list() == ["a", "b", "c", "d"]
        rows = found.rejects.select("record", "reason", "detail", "action").rows()
        assert rows == [
            (1, "no_article", "a text that was removed", "flagged"),
            (3, "no_article", "a wall of payment", "flagged"),
        ]
        assert not is_partial(found.rejects)


@pytest.mark.parametrize(
    ("title", "body", "told"),
    [
        ("404 Not Found", "<center><h1>404 Not Found</h1></center><hr><center>nginx</center>", "an error"),
        ("One moment", "<h1>Checking your browser</h1><p>Enable JavaScript to continue</p>", "a wall for machines"),
        ("Attention!", "<h1>Access denied</h1><p>You don't have permission to access this page.</p>", "an error"),
    ],
)
def test_a_page_of_an_error_or_a_wall_is_flagged(tmp_path: Path, title: str, body: str, told: str) -> None:
    content = f"<html><head><title>{title}</title></head><body>{body}</body></html>"
    write(tmp_path, "b.html", page(BODY))
    write(tmp_path, "c.warc", response("https://q.example/a", content.encode()))
    write(tmp_path, "a.html", content)
    found = scan(tmp_path)
    rows = [(path[-6:], *row) for path, *row in found.rejects.select("path", "reason", "detail").rows()]
    assert rows == [("a.html", "no_article", told), ("c.warc", "no_article", told)]
    assert found.documents.height == 3


def test_rules_for_crawlers_are_flagged(tmp_path: Path) -> None:
    rules = "# of the Quay Post\nUser-agent: *\nDisallow: /search # none\n\nSitemap: https://q.example/map.xml\n"
    assert is_rules_for_crawlers(rules)
    assert not is_rules_for_crawlers(f"{rules}\nThe file says no more.")
    write(tmp_path, "robots.txt", rules * 30)
    found = scan(tmp_path)
    assert found.rejects.select("reason", "detail").rows() == [("no_article", "rules for crawlers")]
