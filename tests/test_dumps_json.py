"""JSON of any shape: records are found wherever they stand in it, and texts that come in parts are joined."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from provenance.dumps.pieces import find_list
from provenance.dumps.records import json_files
from provenance.dumps.records.articles import text_of_parts
from provenance.settings import Settings
from tests.dumps import PARAGRAPHS, TEXT, scan, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    "wrapped", [lambda rows: rows, lambda rows: {"a": 1, "b": {"docs": rows}}, lambda rows: {"x": rows}]
)
def test_json_of_any_shape_gives_its_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrapped: Any, indent: int | None
) -> None:
    rows = [{"id": f"{at}", "article": {"body": f"{TEXT} {at}", "meta": {"title": f"T{at}"}}} for at in range(50)]
    path = write(tmp_path, "x.json", json.dumps(wrapped(rows), indent=indent))
    expected = [(row["id"], row["article"]["body"], row["article"]["meta"]["title"]) for row in rows]
    for limit in (32 << 20, 2000):  # the second is too small for the whole value: lists are read element by element
        monkeypatch.setattr(json_files, "MOST_LINE", limit)
        found = scan(path)
        assert found.documents.select("doc_id", "text", "title").rows() == expected
        assert not found.rejects.height
    cut = write(tmp_path, "y.json", path.read_bytes()[:4000])
    found = scan(cut)
    assert found.rejects.select("reason", "action").rows() == [("broken_json", "partial")]
    assert 0 < found.documents.height < 50
    named = scan(path, text="article.body", title="id")
    assert named.documents["title"].to_list() == [row["id"] for row in rows]


A_TEXT, B_TEXT, C_TEXT = (f"{at} the council of the harbour agreed to pay for a second dredger" for at in range(3))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"n": [1, 2], "top": [{"id": "a", "text": A_TEXT}], "more": {"list": [{"id": "b", "text": B_TEXT}]}}, "ab"),
        ({"x": {"text": A_TEXT, "title": "A"}, "y": {"text": B_TEXT}, "z": {"id": "c", "text": C_TEXT}}, "xyc"),
        ({"data": {"x": {"text": A_TEXT}, "y": {"text": B_TEXT}}, "count": 2}, "xy"),
        ({"id": "a", "page": {"body": A_TEXT, "by": {"name": "Q"}}, "comments": [{"id": "b", "text": B_TEXT}]}, "ab"),
        ({"id": "a", "text": A_TEXT, "comments": [{"text": B_TEXT}]}, "a"),
    ],
)  # fmt: skip
def test_no_record_in_an_object_is_left_out_without_a_word(
    tmp_path: Path, value: dict[str, object], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = json.dumps(value)
    found = scan(write(tmp_path, "x.json", whole))
    assert sorted(found.documents["doc_id"]) == sorted(told)
    assert found.rejects.rows() == []
    if "id" not in value and "n" not in value:  # too long to be held: its members are looked at one by one
        monkeypatch.setattr(json_files, "MOST_LINE", 300)
        found = scan(write(tmp_path, "y.json", whole[0] + " " * (1 << 20) + whole[1:]))
        assert sorted(found.documents["doc_id"]) == sorted(told)


def test_a_text_of_runs_is_joined_as_it_stands(tmp_path: Path) -> None:
    """Telegram's export has a message with anything bold or linked in it as a list: it was a reject."""
    texts: list[Any] = [
        [
            "The council bought a ",
            {"type": "bold", "text": "second"},
            " dredger.\n\n",
            {"type": "hashtag", "text": "#q"},
        ],
        ["", {"type": "text_link", "text": "A dredger", "href": "https://q.example"}],
        [{"type": "custom_emoji", "text": "!", "document_id": "1"}, {"type": "bold", "text": "Bought"}],
        [{"text": "One."}, {"text": "Two."}],
        ["One ", {"type": ["bold"]}],
        [{"type": ["bold"], "text": "One"}],
    ]
    service = {"id": 0, "type": "service", "date": "2024-03-04T09:00:00", "text": ""}
    messages = [
        {"id": number, "type": "message", "date": "2024-03-04T10:00:00", "text": text, "text_entities": []}
        for number, text in enumerate(texts, 1)
    ]
    export = {"name": "Quay Post", "type": "public_channel", "id": 7, "messages": [service, *messages]}
    found = scan(write(tmp_path, "result.json", json.dumps(export)))
    told = ["The council bought a second dredger.\n\n#q", "A dredger", "!Bought"]
    assert found.documents.select("doc_id", "text").rows() == list(zip("123", told, strict=True))
    assert found.rejects["reason"].to_list() == ["blank", "not_text", "not_text", "not_text"]


@pytest.mark.parametrize("kind", ["public_channel", "public_supergroup"])
def test_a_channel_published_its_messages_and_a_group_did_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    messages = [{"id": at, "type": "message", "from": "Ann", "text": text} for at, text in enumerate(PARAGRAPHS)]
    chat = {"name": "Quay Post", "type": kind, "id": 7, "messages": messages}
    both = {"about": "Chats", "list": [chat, {"name": "Lee", "type": "personal_chat", "messages": [{"text": TEXT}]}]}
    told = ["Quay Post" if kind == "public_channel" else None] * 3
    for limit in (32 << 20, 800, 200):  # the last two are too small for the whole, and for a chat
        monkeypatch.setattr(json_files, "MOST_LINE", limit)
        for whole, outlets in ((chat, told), ({"chats": both}, [*told, None])):
            text = json.dumps(whole)
            found = scan(write(tmp_path, "result.json", text[0] + " " * (1 << 20) + text[1:]))
            assert found.documents["outlet"].to_list() == outlets


@pytest.mark.parametrize("kind", ["public_channel", "private_supergroup"])
def test_a_message_has_its_sender_and_its_time_in_greenwich(tmp_path: Path, kind: str) -> None:
    """`date` is the time on the wall of whoever exported; a channel signs with its own name."""
    said = {"from": "Quay Post", "date": "2024-03-04T13:00:00", "date_unixtime": "1709546400", "text": PARAGRAPHS[0]}
    chat = {"name": "Quay Post", "type": kind, "id": 7, "messages": [{"id": 1, "type": "message", **said}]}
    (found,) = scan(write(tmp_path, "result.json", json.dumps(chat))).documents.iter_rows(named=True)
    assert found["published"] == datetime(2024, 3, 4, 10, tzinfo=UTC)
    assert (found["outlet"], found["byline"]) == (
        ("Quay Post", None) if kind == "public_channel" else (None, "Quay Post")
    )


@pytest.mark.parametrize("by", ["columns", "split"])
def test_a_table_written_by_columns_is_its_rows(tmp_path: Path, by: str) -> None:
    """As pandas writes one unless it is told otherwise: it was a reject, with the names of all its cells."""
    rows = [{"title": f"T{at}", "text": text, "source": "Quay Post"} for at, text in enumerate(PARAGRAPHS)]
    columns: dict[str, Any] = {name: {str(at): row[name] for at, row in enumerate(rows)} for name in rows[0]}
    split = {"columns": list(rows[0]), "index": [0, 1, 2], "data": [list(row.values()) for row in rows]}
    found = scan(write(tmp_path, "x.json", json.dumps(columns if by == "columns" else split)))
    assert found.documents.select("title", "text", "outlet").rows() == [tuple(row.values()) for row in rows]
    assert found.rejects.is_empty()
    del columns["text"]
    assert scan(write(tmp_path, "y.json", json.dumps(columns))).rejects["reason"].to_list() == ["no_text_column"]


def test_a_picture_among_paragraphs_is_no_part_of_their_lines() -> None:
    """Of strings and one object all were joined without a space between them."""
    parts = [PARAGRAPHS[0], {"type": "image", "text": "A dredger at work"}, PARAGRAPHS[1]]
    assert text_of_parts(parts) == "\n\n".join((PARAGRAPHS[0], "A dredger at work", PARAGRAPHS[1]))
    assert text_of_parts(["The ", {"text": "second"}, " dredger"]) == "The second dredger"


@pytest.mark.parametrize("chats", [1, 3])
def test_messages_of_several_chats_are_read_wherever_their_list_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chats: int
) -> None:
    """Telegram's export of all chats has them in a list of chats: it was one reject."""
    told = [f"{chat}: {paragraph}" for chat in range(chats) for paragraph in PARAGRAPHS]
    held = [
        {
            "name": f"Chat {chat}",
            "id": chat,
            "messages": [{"id": f"{chat}-{at}", "text": f"{chat}: {text}"} for at, text in enumerate(PARAGRAPHS)],
        }
        for chat in range(chats)
    ]
    whole = json.dumps({"about": "An export", "chats": {"about": "Chats", "list": held}})
    found = scan(write(tmp_path, "result.json", whole))
    assert sorted(found.documents["text"]) == told
    assert found.rejects.rows() == []
    places = find_list(whole, Settings())
    assert (places is not None) == (chats == 1)
    assert places is None or [place.value["text"] for place in places] == told
    for most in (900, 400):  # the list of chats is too long to be held; each chat is
        monkeypatch.setattr(json_files, "MOST_LINE", most)
        long = scan(write(tmp_path, "long.json", whole[0] + " " * (1 << 20) + whole[1:]))
        assert sorted(long.documents["text"]) == told


def test_blocks_of_a_publishing_system_are_paragraphs(tmp_path: Path) -> None:
    """One picture without a text made a reject of each article, and so did paragraphs that are all objects."""
    blocks = [
        {"type": "paragraph", "text": PARAGRAPHS[0]},
        {"type": "image", "url": "https://q.example/1.jpg", "caption": "The dredger"},
        {"type": "embed", "url": "https://q.example/2"},
        {"type": "raw_html", "content": f"<p>{PARAGRAPHS[1]}</p>"},
    ]
    lists = [{"type": "list", "items": ["One", "Two"]}, blocks[0]]
    bold = [{"type": "bold", "text": "One "}, {"type": "plain", "text": "two"}]
    lines = [json.dumps({"id": at, "body": body}) for at, body in enumerate((blocks, lists, bold, blocks[2:3]))]
    found = scan(write(tmp_path, "a.jsonl", "\n".join(lines)))
    told = "\n\n".join((PARAGRAPHS[0], "The dredger", PARAGRAPHS[1]))
    listed = f"One\n\nTwo\n\n{PARAGRAPHS[0]}"
    assert found.documents.select("doc_id", "text").rows() == [("0", told), ("1", listed), ("2", "One two")]
    assert found.rejects["reason"].to_list() == ["not_text"]


@pytest.mark.parametrize("levels", [10, 300, 600, 900])
@pytest.mark.parametrize(("opens", "closes"), [("[", "]"), ('{"a":', "}")])
def test_a_block_that_is_nested_deep_is_a_reject(tmp_path: Path, levels: int, opens: str, closes: str) -> None:
    """What Python's parser could just read, nested 900 deep, ended the run with an internal error."""
    deep = f'{{"content": [{{"type": "embed", "data": {opens * levels}"one two three four"{closes * levels}}}]}}'
    found = scan(write(tmp_path, "a.jsonl", f'{deep}\n{{"text": "{A_TEXT}"}}\n'))
    assert found.documents["text"].to_list() == [A_TEXT]
    assert found.rejects["reason"].item() in ("not_text", "broken_json")  # by how deep the caller stands already


def test_wordpress_says_who_wrote_in_figures_and_when_in_greenwich(tmp_path: Path) -> None:
    """`author: 3` was a byline, and the time on the site's own wall was taken for one in UTC."""
    post = {"id": 1, "date": "2024-11-03T08:15:00", "date_gmt": "2024-11-03T13:15:00", "author": 3, "content": A_TEXT}
    found = scan(write(tmp_path, "a.json", json.dumps([post]))).documents
    assert found.select("byline", "published").rows() == [(None, datetime(2024, 11, 3, 13, 15, tzinfo=UTC))]


def _drupal(text: str) -> dict[str, Any]:
    body = {"value": f"<p>{text}</p>", "format": "basic_html", "processed": f"<p>{text}</p>", "summary": ""}
    return {"data": [{"type": "node--article", "id": "u1", "attributes": {"title": "A dredger", "body": body}}]}


def _ghost(text: str) -> dict[str, Any]:
    posts = [{"id": "u1", "title": "A dredger", "html": f"<p>{text}</p>", "published_at": None}]
    tables = {"tags": [{"id": "t", "name": "News"}], "posts": posts, "settings": [{"key": "title", "value": "Post"}]}
    return {"db": [{"meta": {"version": "5"}, "data": tables}]}


def _contentful(text: str) -> dict[str, Any]:
    fields = {"title": {"en-US": "A dredger"}, "body": {"en-US": text}}
    return {"entries": [{"sys": {"id": "u1", "type": "Entry"}, "fields": fields}], "assets": []}


@pytest.mark.parametrize("export", [_drupal, _ghost, _contentful])
def test_exports_of_publishing_systems(tmp_path: Path, export: Callable[[str], dict[str, Any]]) -> None:
    found = scan(write(tmp_path, "a.json", json.dumps(export(PARAGRAPHS[0]))))
    assert found.documents.select("doc_id", "title", "text").rows() == [("u1", "A dredger", PARAGRAPHS[0])]
    assert found.rejects.is_empty()


LINK = [{"text": "The "}, {"type": "link", "url": "https://q.example", "children": [{"text": "harbour"}]}]


@pytest.mark.parametrize(
    "body",
    [
        {"blocks": [{"type": "h", "data": {"text": "The harbour"}}, {"type": "p", "data": {"text": "Two."}}]},
        {"blocks": [{"type": "unstyled", "text": "The harbour", "key": "a"}, {"type": "unstyled", "text": "Two."}]},
        {"type": "doc", "content": [{"type": "p", "content": LINK}, {"type": "p", "content": [{"text": "Two."}]}]},
        {"root": {"type": "root", "children": [
            {"type": "p", "children": LINK}, {"type": "image", "src": {"id": 3, "alt": "Quay"}},
            {"type": "p", "children": [{"text": "Two.", "type": "text"}]}]}},
        {"nodeType": "document", "content": [
            {"nodeType": "paragraph", "content": [{"nodeType": "text", "value": "The harbour"}]},
            {"nodeType": "paragraph", "content": [{"nodeType": "text", "value": "Two."}]}]},
        [{"_type": "block", "children": [{"_type": "span", "text": "The harbour"}]},
         {"_type": "block", "children": [{"_type": "span", "text": "Tw"}, {"_type": "span", "text": "o."}]}],
    ],
)  # fmt: skip
def test_trees_of_block_editors(tmp_path: Path, body: Any) -> None:
    found = scan(write(tmp_path, "a.jsonl", json.dumps({"id": 1, "title": "A dredger", "body": body}) + "\n"))
    assert found.documents["text"].to_list() == ["The harbour\n\nTwo."], found.rejects.rows()


def test_a_block_with_words_that_are_not_found_is_no_text(tmp_path: Path) -> None:
    body = [{"type": "p", "text": "One."}, {"type": "card", "of": {"said": "Words that would be lost without a word."}}]
    (row,) = scan(write(tmp_path, "a.jsonl", json.dumps({"body": body}) + "\n")).rejects.to_dicts()
    assert row["reason"] == "not_text"


def test_what_is_said_of_a_text_beside_it(tmp_path: Path) -> None:
    """Data sets of texts have address, date and publisher in an object `meta`; all of it was lost."""
    meta = {"url": "https://q.example/1", "timestamp": "2024-03-05T08:15:00Z", "source": "Quay Post"}
    rows = [{"text": TEXT, "meta": meta}, {"text": "Another.", "meta": meta}]
    pl.DataFrame(rows).write_parquet(tmp_path / "a.parquet")
    write(tmp_path, "a.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    for name in ("a.jsonl", "a.parquet"):
        found = scan(tmp_path / name).documents
        assert found.select("text", "outlet", "url").rows()[0] == (TEXT, "Quay Post", "https://q.example/1")
        assert found["published"].dt.hour().to_list() == [8, 8]


@pytest.mark.parametrize("many", [1, 3])
def test_json_that_is_given_to_a_name(tmp_path: Path, many: int) -> None:
    """As the archive of an account of Twitter's holds it; it was one article, brackets and all."""
    posts = [{"tweet": {"id_str": str(at), "full_text": PARAGRAPHS[at], "created_at": "Tue Mar 05 08:15:00 +0000 2024"}}
             for at in range(many)]  # fmt: skip
    text = f"window.YTD.tweets.part0 = {json.dumps(posts, indent=1)};\n"
    found = scan(write(tmp_path, "tweets.js", text))
    assert found.documents.select("doc_id", "text").rows() == [(str(at), PARAGRAPHS[at]) for at in range(many)]
    assert found.rejects.is_empty()
    assert found.documents["published"].null_count() == 0
    assert scan(write(tmp_path, "b.txt", f"const dredgers = 2\n\n{TEXT}")).inputs["format"].to_list() == ["text"]


def test_lines_of_a_bulk_request_name_the_document_behind_them(tmp_path: Path) -> None:
    """Half the lines of such an export were rejects, and the exit code 3."""
    lines: list[Any] = [
        {"index": {"_index": "news", "_id": "a"}}, {"body": PARAGRAPHS[0]}, {"create": {}}, {"body": PARAGRAPHS[1]},
        {"index": {"_id": "c"}}, {"id": "own", "body": PARAGRAPHS[2]}, {"index": {"body": TEXT}},
    ]  # fmt: skip
    found = scan(write(tmp_path, "a.ndjson", "".join(json.dumps(line) + "\n" for line in lines)))
    names = found.documents["doc_id"].to_list()
    assert [name.rpartition("/")[2] for name in names] == ["a", "a.ndjson#4", "own", "a.ndjson#7"]
    (row,) = found.rejects.to_dicts()
    assert (row["reason"], row["detail"][:9]) == ("left_out", "3 records")


@pytest.mark.parametrize("form", ["{},\n{},\n{},\n", "[\n{},\n{},\n{}\n]\n", "[\n  {} ,\r\n  {} ,\r\n{}\r\n],\r\n"])
def test_a_list_that_is_called_lines_is_read_by_its_lines(tmp_path: Path, form: str) -> None:
    lines = [json.dumps({"text": text}) for text in PARAGRAPHS]
    found = scan(write(tmp_path, "news.jsonl", form.replace(" ,", ",").format(*lines)))
    assert found.documents["text"].to_list() == list(PARAGRAPHS)
    assert found.rejects.is_empty()
    broken = scan(write(tmp_path, "broken.jsonl", f"{lines[0]},\n{lines[1]},,\n[]\n"))
    assert broken.rejects["reason"].to_list() == ["broken_json", "not_a_record"]
