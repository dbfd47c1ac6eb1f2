"""A line of a plain text dump, and the shapes by which a reader tells heads from bodies."""

from __future__ import annotations

import re
from dataclasses import dataclass

from provenance.text import furniture
from provenance.text.calendar import FoundDate, find_dates
from provenance.text.folding import fold_all, strings_of
from provenance.text.tokens import fold_batch

HEADLINE_WORDS = 25

_NEAR = r"(?:related|similar|popular|recent|latest|recommended|trending|more|other|top|featured|suggested)"
_KIND = r"(?:videos?|news|articles?|posts?|stor(?:y|ies)|content|topics?|coverage|links?|reading|reads|headlines)"
#: What sites print under an article, in more wordings than the lexicon of page furniture can hold; folded.
_FURNITURE = re.compile(rf"{_NEAR} {_KIND}(?: (?:and|from) .{{1,40}})?|you (?:may|might) (?:also|like).{{0,40}}")
#: Words of a site's menu, folded; a line with several and no sentence is one.
_MENU = frozenset(
    """home news sport sports culture business opinion world politics video videos contact about account subscribe login
    search notices weather magazine archive local international economy entertainment technology health menu accueil
    actualites economie culture meteo abonnes contactez inicio noticias deportes cultura economia opinion contacto
    startseite nachrichten politik wirtschaft kultur kontakt anasayfa gundem spor ekonomi главная новости политика спорт
    культура الرىيسيه الرئيسيه اخبار رياضه ثقافه اقتصاد سياسه راي اتصل""".split()  # noqa: SIM905  a list would be four times as long to read
)
_PARTS = re.compile(r"\s{0,9}[·|•»]\s{0,9}")
#: What a database writes over each article that it exports.
COUNTED = re.compile(
    r"(?P<at>\d{1,5}) of (?P<all>\d{1,5}) DOCUMENTS|"
    r"(?i:document|article|story|record) (?P<at_>\d{1,5}) of (?P<all_>\d{1,5})"
)
#: Signs on both sides of a headline, at least two of a kind: === Ferry fares rise ===.
FRAMED = re.compile(r"(([-=_~*#+])\2{1,9})(?!\2)\s?[^\s].{2,300}?\s?\1")
_RULER = re.compile(r"(?:[-=_*#~•·.—–+]\s?){3,200}|###|-\s?30\s?-|ENDS?")
#: What a desk writes behind a story: "(Reporting by Ann Lee; Editing by Bo Ek)".
_SIGN_OFF = re.compile(r"\(?(?:additional )?(?:reporting|writing|editing|compiled) by [A-Z].{0,300}[);]|"
                       r".{3,200} contributed to this (?:report|story|article)\.?$", re.IGNORECASE)  # fmt: skip
_BYLINE = re.compile(
    r"(?:written |reported |posted |story )?(?:by|byline:(?:\s+by)?|par|von|por|di|автор:|بقلم:?|كتب:?|كتبت:?|تقرير:?)"
    r"\s+(?P<name>\S.{1,100})",
    re.IGNORECASE,
)
_BEHIND_NAME = re.compile(
    r"\s[|•·–—-]\s|,\s|\s\(|\s{2,}|\s(?:on|in|at|for|from|with|[Pp]osted|[Pp]ublished|[Uu]pdated)\s"
)
#: What stands small inside a name.
_PARTICLES = frozenset("and de da von van der el al bin et und y e la le di".split())  # noqa: SIM905  as above
_CAPS = r"[A-ZÀ-ÞΑ-ΩА-Я][A-ZÀ-ÞΑ-ΩА-Я.'’]{1,19}"
#: "LONDON, March 4 (AP) -": the day between the place and the agency.
_DAY = r"(?:,? (?:[A-Z][a-z]{2,8}\.? \d{1,2}|\d{1,2} [A-Z][a-z]{2,8}\.?))?"
_DATELINE = re.compile(
    rf"{_CAPS}(?:[ ,/-]{{1,2}}[A-ZÀ-Þ][\w.'’]{{0,19}}){{0,6}}?{_DAY}[ ,]{{0,2}}"
    r"(?P<agency>\([A-Z][\w /.&-]{1,28}\))?\s?(?P<dash>[-–—:])"
)
#: With its agency in parentheses a place need not be in capitals ("Washington (AFP) - ").
_AGENCY_DATELINE = re.compile(
    rf"[A-ZÀ-Þ][\w.'’]{{1,19}}(?:[ ,/-]{{1,2}}[A-ZÀ-Þ][\w.'’]{{0,19}}){{0,4}}?{_DAY}"
    r",? \([A-Z][\w /.&-]{1,28}\)\s?[-–—]"
)
#: A picture's credit: a short line that holds one is no headline, a long one that ends in one is a caption.
CREDIT = (
    r"(?:getty|ap photo|photo ?(?:by\b|:|/|credit)|photograph|images?:|credits?:|courtesy|file photo|"
    r"/ ?reuters|/ ?afp|/ ?ap\b|shutterstock|caption\b)"
)
_ANY_CREDIT = re.compile(CREDIT, re.IGNORECASE)
#: The end of a sentence inside a line; abbreviations have fewer small letters ("Sen. Lee", "Prof. Lee").
_SENTENCE_END = re.compile(r"(?:[a-zà-ÿ]{4}|\d\d|[>)])\. [A-ZÀ-Þ]")
#: The number of a headline in a list of them.
_NUMBER = re.compile(r"\d{1,5}[.)] ")
#: What an agency's desk files a story under, over its headline: AFP's, with the take behind a comma
#: (`Ukraine-conflict-energy,2ndlead-WRAP`), and Reuters' (`UKRAINE-CRISIS/ENERGY (UPDATE 2, PIX)`).
_KEYWORDS = re.compile(
    r"[A-Z][\w'’]{0,29}(?:-[\w'’]{1,30}){1,6}(?:,[\w-]{1,30}){1,3}"
    r"|[A-Z][\w'’]{0,29}(?:-(?!(?:and|to|of|the|in|on|up|by|for|or|at|not|as|me|et|de|la|und|y)\b)[\w'’]{1,30}){2,6}"
    r"|[A-Z\d-]{2,40}(?:/[A-Z\d-]{0,40}){1,3}(?: \([A-Z\d ,/&-]{1,60}\))?"
)
_BAR_BEFORE, _BAR_AFTER = re.compile(r"^[^|]{2,60}\s\|\s*$"), re.compile(r"^\s*[|/]\s[^|/]{2,60}$")
#: What stands behind a year in Russian and Ukrainian, and ends no sentence.
_OF_THE_YEAR = re.compile(r"(?<=\d)\s?(?:г|р)\.$")
_ADDRESS = re.compile(r"(?:(?:source|link|via|url|original)\s?:?\s)?\s?(?:https?://|www\.)\S+", re.IGNORECASE)
#: Letters of Chinese, Japanese and Korean, which have no capitals.
EAST_ASIAN = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_SCRIPTS = (
    ("arabic", re.compile(r"[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]")),
    ("cyrillic", re.compile(r"[\u0400-\u052f]")),
    ("hebrew", re.compile(r"[\u0590-\u05ff]")),
    ("greek", re.compile(r"[\u0370-\u03ff]")),
    ("han", EAST_ASIAN),
    ("indic", re.compile(r"[\u0900-\u0dff]")),
    ("latin", re.compile(r"[A-Za-z\u00c0-\u024f]")),
)
#: Letters of scripts that have no spaces between words: two are taken for a word.
WIDE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\u0e00-\u0eff]")
_CLOSERS = " \t\"'”’»)]）」\u00a0\u200f\u200e"


@dataclass(slots=True)
class Line:
    """A line that is not blank; `start` and `end` are code points in the decoded file, margins cut off."""

    start: int
    end: int
    text: str
    blank_before: int
    words: int
    folded: str = ""
    #: An earlier line close by says the same; `first` is the other way round.
    echo: bool = False
    first: bool = False
    #: Whether this is a paragraph of an article's body.
    is_body: bool = False
    #: What the lexicon of page furniture says of it, in bits (`provenance.text.furniture`).
    wordings: int = 0

    @property
    def is_furniture(self) -> bool:
        """Whether a site prints this around its articles."""
        if self.wordings & (furniture.WHOLE | furniture.START):
            return True
        if self.words > 12:
            return False
        if _FURNITURE.fullmatch(self.folded) or self.is_ruler:
            return True
        parts = [part for part in _PARTS.split(self.text) if part]
        return len(parts) > 1 and 2 * sum(bits & furniture.WHOLE > 0 for bits in fold_lines(parts)[1]) >= len(parts)

    @property
    def is_ruler(self) -> bool:
        """Whether this is a line drawn across the page, or says that a story ends."""
        return _RULER.fullmatch(self.text) is not None

    @property
    def is_sign_off(self) -> bool:
        """Whether this is what a desk or a publisher writes behind a story."""
        return bool(_SIGN_OFF.match(self.text)) or bool(self.wordings & furniture.NOTICE and not self.is_body)

    @property
    def is_menu(self) -> bool:
        """Whether this is a site's menu, run together in one line."""
        return self.words <= 40 and is_menu(self.folded, folded=True)

    @property
    def is_keywords(self) -> bool:
        """Whether this is an agency's line of keywords, and no headline."""
        return self.words <= 12 and _KEYWORDS.fullmatch(self.text) is not None

    @property
    def is_title_like(self) -> bool:
        """Whether this could be a headline: some words, no sentence end, no list mark, no byline or date."""
        if not 3 <= self.words <= HEADLINE_WORDS or len(self.text) > 250 or self.is_keywords:
            return False
        last = self.text.rstrip(_CLOSERS)[-1:]
        if (self.words <= 12 and _ANY_CREDIT.search(self.text)) or COUNTED.fullmatch(self.text):
            return False
        if last in ".:;,،。" or (self.text[0] in "•-*–—·▪[(>|←→‹›" and not FRAMED.fullmatch(self.text)):
            return False
        number = _NUMBER.match(self.text)
        if _SENTENCE_END.search(self.text, number.end() if number else 0):
            return False
        return not (self.is_furniture or self.is_menu or self.is_byline or self.is_address or self.date is not None)

    @property
    def ends(self) -> bool:
        """Whether a sentence ends with this line, as hardly a headline does."""
        return self.text.rstrip(_CLOSERS)[-1:] in (".", "。", "…")

    @property
    def is_sentence(self) -> bool:
        """Whether this is a paragraph that may be short, and neither doubled nor a picture's caption."""
        if self.is_body:
            return True
        whole = self.ends and self.words >= 6 and not self.first and not self.echo
        return whole and not (self.is_furniture or self.is_sign_off or _ANY_CREDIT.search(self.text))

    @property
    def is_short_title(self) -> bool:
        """Whether this could be a headline of one or two words; evidence only beside better."""
        return (
            self.words <= 2
            and self.text[:1].isupper()
            and (self.text[-1].isalnum() or self.text[-1] in "!?")
            and not self.is_furniture
        )

    @property
    def is_byline(self) -> bool:
        """Whether this is a `By NAME` line."""
        return self.words <= 14 and byline_name(self.text) is not None

    @property
    def is_address(self) -> bool:
        """Whether this holds nothing but a web address, or `Source:` and one."""
        return self.words <= 4 and _ADDRESS.fullmatch(self.text) is not None

    @property
    def date(self) -> FoundDate | None:
        """The full date to which this line is given over, if it is."""
        return line_date(self.text) if self.words <= 14 else None

    @property
    def dateline(self) -> float:
        """2 for a paragraph that opens `PLACE (AGENCY) -`, 1.5 for `PLACE -`, else 0."""
        if _AGENCY_DATELINE.match(self.text[:120]):
            return 2
        match = _DATELINE.match(self.text[:120])
        if match is None or (match["dash"] == ":" and not match["agency"]):
            return 0
        return 2 if match["agency"] else 1.5

    @property
    def script(self) -> str:
        """The script of most of its letters."""
        counts = [(len(pattern.findall(self.text[:400])), name) for name, pattern in _SCRIPTS]
        most = max(counts, key=lambda item: item[0])
        return most[1] if most[0] else ""


def is_menu(text: str, *, folded: bool = False) -> bool:
    """Whether half of the words, and at least three, are those of a site's menu.

    >>> is_menu("Home News Farming Sport Notices My account"), is_menu("World news of sport in one line")
    (True, False)
    """
    words = (text if folded else fold_all([text])[0]).split()
    hits = sum(word in _MENU for word in words)
    return hits >= 3 and 2 * hits >= len(words)


def byline_name(text: str) -> str | None:
    """A line -> the name in it if it is a byline (`By Zeinab Daher`), else None.

    >>> byline_name("By Zeinab Daher"), byline_name("By the evening of July 29 it was over.")
    ('Zeinab Daher', None)
    """
    match = _BYLINE.fullmatch(text.strip())
    if match is None:
        return None
    name = _BEHIND_NAME.split(match["name"].strip(), maxsplit=1)[0].rstrip(" .,:")
    words = name.split()
    if not 1 <= len(words) <= 8 or any(letter.isdigit() for letter in name):
        return None
    small = [word for word in words if word[0].islower()]
    if words[0][0].islower() or any(word.lower() not in _PARTICLES and "-" not in word for word in small):
        return None
    return name if text.strip()[-1] not in "!?:;" and words[0].lower() not in ("the", "this", "that", "all") else None


def line_date(text: str) -> FoundDate | None:
    """A line -> the date in it if the line says little else (`Published: 4 March 2020, 11:00`), else None."""
    text = _OF_THE_YEAR.sub("", text)
    # A dash or a handle before the date signs a quoted message ("— Ann Lee (@annlee) May 4, 2020").
    if len(text) > 120 or text[0] in "—–-(" or text[-1] == "." or "@" in text or not any(map(str.isdecimal, text)):
        return None
    found = find_dates(text)
    if not found:
        return None
    rest = text[: found[0].start] + " " + text[found[-1].end :]
    words = re.findall(r"[^\W\d_]{2,}", rest)
    # no sentence parts its words from a date by a bar: `Le Courrier du Rhône | 2025-03-05`
    barred = len(found) == 1 and (_BAR_BEFORE.search(text[: found[0].start]) or _BAR_AFTER.match(text[found[0].end :]))
    return found[0] if len(words) <= (6 if barred else 3) else None


def fold_lines(texts: list[str]) -> tuple[list[str], list[int]]:
    """Lines -> the fold of each, and what the lexicon of page furniture says of it, in bits."""
    if not texts:
        return [], []
    folded = fold_batch(texts)
    words = folded.tokens.bounds
    found, _, _ = furniture.find_furniture(folded.tokens, words[:-1], words[1:])
    return strings_of(folded), found.tolist()
