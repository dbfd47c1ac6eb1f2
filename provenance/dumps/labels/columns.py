"""Which column holds what: named in the settings, else guessed where the name is obvious."""

from __future__ import annotations

import re
import unicodedata
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from provenance.dumps.labels.native_names import IN_OTHER_SCRIPTS
from provenance.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from provenance.settings import Settings

#: Columns of a page's source, which is read as a page is; `content.rendered` is how the commonest publishing system
#: answers its programming interface.
OF_MARKUP = (
    "contentrendered", "html", "rawhtml", "pagehtml", "htmlcontent", "contenthtml", "bodyhtml", "htmlbody",
    "articlehtml",
)  # fmt: skip
#: Field -> usual column names, best first; compared without case, accents, spaces, dots and underscores. A body's
#: text goes before the body: some give both, and the body is markup (the Guardian's answers). Of a news agency's item
#: (IPTC's ninjs) the first version's time goes before that of this one, which is later than copies of the first.
#: WordPress and Telegram give the time in Greenwich beside that on a wall, which names no zone.
USUAL = {
    "text": (
        "text", "bodytext", "body", "content", "article", "maintext", "fulltext", "articletext", "articlebody",
        "articlecontent", "postcontent", "contenttext", "storytext", "newstext", "plaintext", "textcontent", "rawtext",
        "rawcontent", "story", "selftext", "introtext", "wtext", "stext", "texte",
        "contenu", "texto", "contenido", "conteudo", "cuerpo", "corpo", "inhalt", "testo", "contenuto",
        "tekst", "metin", "icerik", "artikeltext", "volltext", "textoarticulo", "textocompleto", "corpsarticle",
        "paragraphs", "contentelements", *OF_MARKUP,
    ),
    "id": (
        "docid", "itemid", "id", "guid", "articleid", "documentid", "uuid", "newsid", "storyid", "uid", "identifier",
        "docno", "newid", "idstr",
    ),
    "published": (
        "published", "publishedat", "publisheddate", "publicationdate", "pubdate", "datepublished", "datepublish",
        "publishdate", "publishedon", "publishtime", "publishedtime", "pubtime", "webpublicationdate", "dategmt",
        "datetimepub", "datetime", "dateunixtime", "date", "articledate", "posted", "postedat", "postdategmt",
        "postdate", "firstcreated", "versioncreated", "timestamp", "fecha", "datum", "tarih", "erscheinungsdatum",
        "veroffentlichungsdatum", "veroffentlichtam", "fechadepublicacion", "fechapublicacion", "datedepublication",
        "datepublication", "datadepublicacao", "datapublicacao", "datadipubblicazione", "datapubblicazione",
        "publicatiedatum", "datapublikacji", "yayintarihi",
        "createdutc", "createdtime", "createdat", "created", "data",
    ),
    "outlet": (
        "outlet", "source", "publisher", "site", "sitename", "sourcename", "newspaper", "publication", "newsoutlet",
        "quelle", "medium", "zeitung", "fuente", "medio", "periodico", "fonte", "jornal", "testata", "giornale", "bron",
        "krant", "kaynak", "gazete", "zrodlo", "medianame", "mediaoutlet", "newssource", "namesource", "publishername",
        "publicationname", "sourcehostname", "domain", "sourcedomain", "hostname",
    ),
    "title": (
        "title", "headline", "articletitle", "heading", "titre", "titulo", "titel", "titolo", "titlerendered",
        "posttitle", "uberschrift", "schlagzeile", "titular", "baslik", "tytul", "kop",
    ),
    "url": (
        "url", "link", "weburl", "articleurl", "sourceurl", "permalink", "canonicalurl", "href", "enlace", "lien",
        "mainentityofpage",
    ),
    "byline": (
        "byline", "author", "authors", "creator", "writer", "autor", "autoren", "autores", "auteur", "auteurs",
        "autore", "autori", "verfasser", "yazar", "from",
    ),
    "language": ("language", "lang", "languagecode", "langcode", "sprache", "langue", "idioma", "lingua", "taal"),
    # No day of publication (Found.updated): taken for one, it made sources look later than their copies.
    "updated": (
        "updated", "updatedat", "updatedon", "lastupdated", "lastupdate", "updatedate", "dateupdated", "updatedtime",
        "updatetime", "modified", "modifiedat", "lastmodified", "datemodified", "modifieddate", "modifiedtime",
        "modificationdate", "webmodificationdate", "postmodified",
    ),
}  # fmt: skip
_SIGNS = re.compile(r"[\W_]")  # marks over letters are no letters
#: A name of more characters is no column's: a line of text was taken for a header.
MOST_NAME = 200
#: As much of a name is shown in a message.
MOST_SHOWN = 60
#: How deep the objects in a record are looked into, and how many fields of a record are.
MOST_DEPTH, MOST_FIELDS = 4, 1000
#: Where an object says what it is called; the last two are those of a newspaper's archive.
NAMES = ("name", "title", "main", "original")
#: Who may have a title in place of a name.
PUBLISHERS = ("source", "publisher", "outlet", "site", "publication", "newspaper")
#: The address of a page, and not of a whole site.
PAGE_ADDRESS = r"^https?://[^/\s]+/\S"
#: Where an object has what it is called for: a body of Drupal's, of block editors (Editor.js, Draft.js, Lexical); and
#: as Contentful has every field, by its language.
INNER = ("value", "processed", "rendered", "blocks", "children", "root")
_LOCALE = re.compile("[a-z]{2}-[A-Z]{2}")
#: Italian, Portuguese and Polish for a date, and anything elsewhere; and how a date looks.
PERHAPS_DATES = ("data",)
DATED = r"^[^\[{<]{0,30}\b(?:1[5-9]|20)\d\d(?:\b|T)[^\[{<]{0,30}$"
#: Where an article stands in two columns, in the two halves that its author parted by "read more" (Joomla).
_SECOND_HALF, _FIRST_HALF = "fulltext", "introtext"
#: Objects that say what a text is, beside it.
ABOUT = ("meta", "metadata", "thread")
#: Fields whose column a setting can name.
ASKED = ("text", "id", "published", "outlet", "title", "url")


class Columns(NamedTuple):
    """The column of each field that has one, or the reason why the table cannot be read."""

    of: dict[str, str]
    problem: tuple[str, str] | None = None
    others: tuple[tuple[str, str], ...] = ()  # fields with the next columns that may hold them, best first

    def beside(self, field: str) -> list[str]:
        """The next columns that may hold a field, for rows in which the chosen one is empty."""
        return [column for name, column in self.others if name == field]

    def all(self) -> list[str]:
        """Every column that may be read, each once."""
        return list(dict.fromkeys([*self.of.values(), *(column for _, column in self.others)]))


def choose_columns(found: Collection[str], settings: Settings, asks: str = "--{}") -> Columns:
    """The columns of a table -> which holds what; `asks` is how whoever reads the problem would name a column.

    A column that the settings name as one thing is not guessed to be another.

    >>> from provenance.settings import Settings
    >>> choose_columns(["ID", "Body", "pub_date"], Settings()).of
    {'text': 'Body', 'id': 'ID', 'published': 'pub_date'}
    """
    keys: dict[str, str] = {}
    named = [column for column in found if len(column) <= MOST_NAME]
    for column in named:
        keys.setdefault(_key(column), column)
    for column in named:  # a path of a nested record is called by its last part that says what it is
        keys.setdefault(_key(_last_part(column)), column)
    asked = {field: column for field in ASKED if (column := getattr(settings, field)) is not None}
    for field, column in asked.items():
        if column not in found:
            return Columns({}, ("no_column", f"no column {column!r} ({asks.format(field)}): it has {_listed(found)}"))
    chosen = dict(asked)
    free = {key: column for key, column in keys.items() if column not in asked.values()}
    others: list[tuple[str, str]] = []
    for field in USUAL:
        usual = [free[name] for name in _KEYS[field] if name in free]
        if field not in asked and usual:
            chosen[field] = usual.pop(0)
        if field not in asked or field != "text":  # a text that was asked for by name is not looked for elsewhere
            others += [(field, column) for column in usual]
    if "text" not in chosen:
        named_by = asks.format("text")
        return Columns({}, ("no_text_column", f"it has {_listed(found)}: name the one with the text with {named_by}"))
    return Columns({field: chosen[field] for field in USUAL if field in chosen}, None, tuple(others))


def _last_part(path: str) -> str:
    """What a field in other objects is called: `attributes.body.value` is a body."""
    *outer, last = path.split(".")
    while outer and (last in INNER or _LOCALE.fullmatch(last)):
        last = outer.pop()
    return last


def columns_of_frame(found: Collection[str], settings: Settings) -> Columns:
    """The columns of a frame that was given in Python -> which holds what. Raises UsageError where none has the text.

    >>> from provenance.settings import Settings
    >>> columns_of_frame(["key", "words"], Settings())
    Traceback (most recent call last):
    provenance.errors.UsageError: frame: it has columns key, words: name the one with the text with text=
    """
    columns = choose_columns(found, settings, "{}=")
    if columns.problem:
        raise UsageError(f"frame: {columns.problem[1]}")
    return columns


def refuse_absent(found: Collection[str], settings: Settings) -> None:
    """Raise UsageError where the settings name a column that is not among those of all inputs; without any, none is.

    >>> from provenance.settings import Settings
    >>> refuse_absent(["key", "words"], Settings(text="word"))
    Traceback (most recent call last):
    provenance.errors.UsageError: no input has a column 'word' (--text): there are columns key, words
    """
    for field in ASKED:
        asked = getattr(settings, field)
        if asked is not None and found and asked not in found:
            raise UsageError(f"no input has a column {asked!r} (--{field}): there are {_listed(found)}")


def usual_among(found: Collection[str]) -> list[str]:
    """Those of some columns that are called as one of a field usually is."""
    return [name for name in found if field_of(name) or field_of(name.rsplit(".", 1)[-1])]


def field_of(name: str) -> str | None:
    """Which field a column of this name holds, by its name alone.

    >>> field_of("Publication Date"), field_of("Length")
    ('published', None)
    """
    return _FIELDS.get(_key(name))


def holds_markup(column: str) -> bool:
    """Whether a column is called as those of pages' sources are."""
    return _key(column) in OF_MARKUP


def first_half(column: str, found: Iterable[str], settings: Settings) -> str | None:
    """The column of a text -> that with what stands before it, if there is one and no text was asked for by name.

    >>> from provenance.settings import Settings
    >>> first_half("fulltext", ["introtext", "fulltext"], Settings()), first_half("text", ["introtext"], Settings())
    ('introtext', None)
    """
    if _key(column) != _SECOND_HALF or settings.text is not None:
        return None
    return next((name for name in found if _key(name) == _FIRST_HALF), None)


def is_perhaps_date(column: str) -> bool:
    """Whether a column that is taken for one of dates may well hold other things, so that only dates in it count."""
    return _key(_last_part(column)) in PERHAPS_DATES


def _key(column: str) -> str:
    """A column's name without case, accents and signs."""
    plain = column if column.isascii() else unicodedata.normalize("NFKD", column).translate(_PLAIN)
    return _SIGNS.sub("", plain.lower())


#: Letters with a stroke or without a dot, which come apart into no letter and mark.
_PLAIN = str.maketrans("ıłŁ", "ilL")
_KEYS = {
    field: tuple(map(_key, (*usual, *filter(None, IN_OTHER_SCRIPTS.get(field, "").split(",")))))
    for field, usual in USUAL.items()
}
_FIELDS = {name: field for field, usual in _KEYS.items() for name in usual}


def _listed(found: Collection[str]) -> str:
    shown = ", ".join(name if len(name) <= MOST_SHOWN else name[:MOST_SHOWN] + "…" for name in islice(found, 20)) + (
        f" and {len(found) - 20} more" if len(found) > 20 else ""
    )
    return f"columns {shown}" if shown else "no columns"
