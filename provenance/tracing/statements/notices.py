"""Head, tail and short lines of an article -> credits, bylines and notices.

A credit in a caption is the picture's: its scope is `caption`, and no origin is ever read from it.
"""

from __future__ import annotations

import re
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from provenance.text import calendar
from provenance.text.margins import trim
from provenance.text.month_names import MONTHS, WEEKDAYS
from provenance.tracing.statements import credit_lines, names
from provenance.tracing.statements.cues import fold_case, holds, match_at, match_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

DATE_LINE = 45  # characters of a line that holds a date and perhaps a time
HEAD = 2500  # code points in which bylines and bare credit lines are looked for
TAIL = 700
ALONE = 45  # code points of a line that names an agency and nothing else
SIGNED = 31  # at most, of a name signed on a line of its own: the line break, 4 spaces, 25 signs and a full stop
MOST_CUES = 100  # a text with more is made of notices


class Found(NamedTuple):
    """One attribution in a text; places in code points."""

    start: int
    end: int
    source: str | None
    kind: str
    scope: str = "article"
    place: str | None = None


_NAME = r"[^\W\d_a-z][^\n()|;]{1,48}?"
_PICTURE = re.compile(
    r"photo|picture|image|illustrat|getty|screenshot|file\b|courtesy|video|via ap\b|stringer|pool\b|صورة|الصورة|crédit",
    re.IGNORECASE,
)
_PICTURE_AGENCIES = re.compile(
    r"\b(?:Getty Images|Shutterstock|iStock|EPA-EFE|EPA|AP Photo|AP Images|Zuma|Alamy|Invision"
    r"|NurPhoto|Flickr|Wikimedia)\b",
    re.IGNORECASE,
)
_REPORTING = re.compile(
    r"\((?:Additional )?(?:[Rr]eporting|[Ww]riting|[Ee]diting|[Cc]ompiled|Report) (?:by|for) [^()\n]{3,240}\)"
)
_REPORTED = re.compile(r"(?m)^[ \t]*(?:Additional )?[Rr]eporting by (?:the )?(?P<name>[A-Z][^\n.,;()]{1,40})[. ]*$")
_SOURCE_LINE = re.compile(
    r"^[ \t/*•(-]*(?:Source|SOURCE|Sources|Credit|Courtesy|Via|Quelle|Fuente|Fonte|Kaynak|Haber|Bron|Źródło|Källa|Kilde"
    r"|Источник|Джерело|来源|來源|Source de l'article|المصدر|المصدر الأصلي|منبع)s?\s?[:：]\s?"
    r"(?P<name>(?:[^\n.]|\.(?=\w)){2,60}?)[ \t*)]*(?:\.(?: [^\n]{0,400})?)?$",
    re.MULTILINE,
)
_SOURCES = (
    "ource", "SOURCE", "Credit", "Courtesy", "Via", "Quelle", "Fuente", "Fonte", "Kaynak", "Haber", "Bron", "ródło",
    "älla", "Kilde", "сточник", "жерело", "来源", "來源", "المصدر", "منبع",
)  # fmt: skip
#: How a company's release ends: `SOURCE Halden Marine, Inc.`
_RELEASED = re.compile(r"(?m)^SOURCE (?P<name>[A-Z][^\n]{1,60}?)[ \t]*$")
_FROM_HEAD = re.compile(
    r"\A\s*+(?:\S[^\n]{0,199}+\n\s*+){0,3}From (?:the )?(?P<name>[A-Z][^\n,:]{2,40})(?:, an? [^\n:]{3,60})?:"
)
_SOURCE_MIDLINE = re.compile(r"(?:^|\s)/ Source: (?P<name>[^\n./]{2,40})")
_COPYRIGHT = re.compile(
    r"(?:(?:©|\([cC]\)|[Cc]opyright|COPYRIGHT|(?<!\w)c\.(?=19|20)):?[ \t]{0,2}){1,2}(?:(?:19"
    r"|20)\d\d(?:[-–]\d{2,4})?,?[ \t])?(?:by )?(?P<the>[Tt]he )?(?P<name>[^\n©]{2,60})"
)
_BYLINE = re.compile(r"^[ \t]*(?:By|BY|Par|Von|Por|بقلم|كتب)[ \t:](?P<person>[^\n]{0,90})$", re.MULTILINE)
_FROM = re.compile(
    r"(?i:this (?:article|story|report|piece|post|content|interview)[^.\n]{0,40}? (?:originally "
    r"|first |was |is |has been ){0,4}"
    r"(?:appeared|published|republished|reprinted|reproduced|posted|written|produced|translated|provided)[^.\n]{0,40}? "
    r"(?:in|on|by|at|from|with) )(?:the )?(?!a syndicated)(?P<name>[^\n.,;:()]{2,50})"
    r"|(?i:(?:(?:originally|first) (?:published|appeared|posted)|appeared first)"
    r"(?: (?:as [^.\n]{0,60} ))?(?: (?:in|on|by"
    r"|at|via))+:? )(?:the )?(?P<name2>[^\n.,;:()]{2,50})"
    r"|(?i:(?:republished|reprinted|reproduced)(?: here)?(?: with(?: the)? (?:kind )?permission)?"
    r"(?: (?:of|from|by))+ )(?:the )?(?P<name3>[^\n.,;:()]{2,50})"
    r"|(?i:syndicated feed (?:of|from|by) |this (?:story|report|article) by )(?:the )?(?P<name5>[^\n.,;:()]{2,50}?)"
    r"(?= (?:was|is|has|and) |[\n.,;:()]|$)"
    r"|(?i:read (?:the )?(?:full |original |rest of the |whole |entire )+(?:article|story|report|post"
    r"|piece|text)?,? ?(?:here )?(?:on|at|in|from) )(?:the )?(?P<name4>[^\n.,;:()]{2,50})"
)
_COPYRIGHT_CUES = ("©", "opyright", "COPYRIGHT", "(c) ", "(C) ", "(c)2", "(C)2", "c.19", "c.20")
_FROM_CUES = (
    "syndicated feed", "story by", "report by", "article by", "appeared", "published", "reprinted", "reproduced",
    "posted", "produced", "translated", "provided", "written", "read the full", "read the orig",
    "read the rest", "read the whole", "read the entire",
)  # fmt: skip
_CONTRIBUTED = re.compile(r"(?: also)? contributed(?: (?:\w+ )?(?:to this|to the|reporting|from)|\.)")
_OF_AGENCY = re.compile(r" (?:writers?|reporters?|correspondents?|journalists?|staff)\b.*| and |, | of (?:the )?")
#: Who sends a column or a story to papers.
_DISTRIBUTED = re.compile(
    r"(?i:(?<!\w)distributed(?: exclusively)? (?:by|through|via) )(?:the )?(?P<name>[^\n.;()]{2,60})"
)
_SYNDICATE = re.compile(r" (?i:syndicate|syndication|features|news service|newswire|news agency|content agency)$")
_CONTRIBUTOR = re.compile(r"[A-Z][^\n.;()]{1,60}+\Z")
_TRAILING = re.compile(
    r"(?:[.!?”\"»)。」][ \t]*|\n[ \t]*)(?:[-–—=|/]{1,2}[ \t]*(?P<dash>[^\n().]{2,40}+)[.]?"
    r"|[(（【](?P<bracket>[^()（）【】\n]{2,40}+)[)）】][.]?)[ \t\n]*\Z"
)
_SIGNED_CAPS = re.compile(r"[.!?”\"»)] ?(?P<name>[A-Z]{2,5})[.]?\s*\Z")
_SIGN_OFF = re.compile(r"[.!?”\"»)\d][ \t]*\n\s{0,4}(?P<name>[^\W\d_][\w /-]{1,24})[.]?\s*\Z")
_BRACKET_END = re.compile(r"\((?P<inside>[^()\n]{2,70})\)[ \t]*(?=\n|\Z)")
_PICTURE_LINE = re.compile(
    r"^(?P<line>[^\n]{0,160}?(?:[Pp]hoto|PHOTO|[Pp]icture|[Ii]mage|[Cc]redit|Crédit)s?(?: (?:by|credit"
    r"|courtesy))?[ \t]?[:/][ \t]?(?P<name>[^\n]{2,60}))$",
    re.MULTILINE,
)
_PICTURE_CUES = ("hoto", "HOTO", "icture", "mage", "redit", "rédit")
_SLASHED = re.compile(r"^[^\n.!?]{3,90}?[/|] ?(?P<name>[A-Z][\w .-]{1,24})[ \t]*$", re.MULTILINE)
_SUBSCRIPTION = re.compile(
    r"[Ff]or (?P<who>[A-Z][\w&’' -]{1,40}?) subscription information"
    r"|subscription information from (?:the )?(?P<who2>[A-Z][\w&’'-]{1,30}(?: [A-Z][\w&’'-]{1,30}){0,4})"
)
_NOTICE = re.compile(
    r"[Ss]ubscribe to (?:the )?(?P<e>[A-Z][\w&’'-]{1,30}(?: [A-Z][\w&’'-]{1,30}){0,4})(?=[.!\n]|$)"
    r"|(?:[Ss]ubscribe to|[Ss]ign up (?:for|to)|[Dd]ownload|[Gg]et|[Jj]oin)(?: the"
    r"| our)? (?P<a>[A-Z][\w&’' -]{1,40}?)(?:’s|'s)? (?:newsletter|app|podcast|channel|Telegram"
    r"|WhatsApp)\b"
    r"|[Ff]ollow (?:the )?(?P<b>[A-Z@][\w&’' -]{1,40}?) on (?:Twitter|Facebook|Telegram|Instagram|X"
    r"|Google News|YouTube|WhatsApp|social)\b"
    r"|(?<![\w’'-])(?P<c>(?:The )?[A-Z][\w&’'-]{1,24}(?: [\w&’'-]{1,24}){0,3})(?:\.? |, "
    r"| - )[Aa]ll [Rr]ights [Rr]eserved"
    r"|(?<![\w’'-])(?P<d>(?:The )?[A-Z][\w&’'-]{1,24}(?: [\w&’'-]{1,24}){0,3})"
    r" is not responsible for the content of external"
    r"|(?P<s>[Gg]et a? ?short [Uu][Rr][Ll])"
)
_NOTICE_CUE = re.compile(
    r"ubscribe to|ign up |ownload |[Ff]ollow |ights [Rr]eserved|is not responsible|hort [Uu][Rr][Ll]"
    r"|newsletter|podcast|[Jj]oin "
)
_NOTICE_CUES = (
    "ubscribe to", "ign up ", "ownload ", "Follow ", "follow ", "ights ", "is not responsible", "hort ", "newsletter",
    "podcast", "Join ", "join ",
)  # fmt: skip
#: A widget's wording that only one publisher prints.
_WIDGETS = {"get a short url": "Sputnik", "get short url": "RT", "get a short": "Sputnik"}
_LINE = re.compile(r"[^\n]+")

#: Literal strings, one of which a head or tail must hold before any expression above is tried.
CUES = (
    "eporting by", "riting by", "diting by", "Source:", "Sources:", "SOURCE:", "Source :", "Sources :",
    "Credit:", "Courtesy:", "Via:",
    "Quelle:", "Fuente:", "Fonte:", "Kaynak:", "Bron:", "ródło:", "älla:", "Kilde:", "сточник:", "жерело:", "来源",
    "來源", "المصدر", "منبع",
    "©", "opyright", "COPYRIGHT", "(c) ", "(C) ", "(c)2", "(C)2", "c.19", "c.20", "riginally",
    "irst published", "irst appeared", "ppeared first",
    "eprinted", "epublished", "eproduced", "ead the full", "ead the original", "ead the rest", "contributed", "ubscri",
    "ign up", "ownload the", "ollow ", "ights reserved", "ights Reserved", "is not responsible", "hort url", "hort URL",
    "This article", "this article", "This story", "This report", "this story", "istributed by", "istributed through",
    "ISTRIBUTED BY", "yndicated feed ", "Haber:", "\nSOURCE ",
)  # fmt: skip


def _resolve(text: str | None, shape: bool = False) -> str | None:
    """The outlet that a credit names; with `shape` also a name that only looks like an outlet's."""
    if not text:
        return None
    bare = " ".join(text.replace("’s ", " ").split()).strip(" .,:;*'\"“”’-–|")
    found = names.resolve(bare)
    if found:
        return found
    for part in re.split(r"[,/|&]| and | via | with |\. |-", bare):
        if (part := part.strip()) and (found := names.resolve(part)):
            return found
    words = bare.split()
    for size in range(min(len(words), 5), 0, -1):
        if found := names.resolve(" ".join(words[:size]), size > 1 or len(words) == 1):
            return found
    if host := names.host_of(bare):
        return names.canonical(host)
    if shape and names.looks_like_outlet(bare) and len(words) <= 6 and bare[0].isupper():
        return bare
    return None


def read_head(text: str) -> Iterator[Found]:
    """The head of an article -> bylines that name an outlet, bare credit lines."""
    if (match := _FROM_HEAD.match(text)) and (source := names.resolve(match["name"]) or _shaped(match["name"])):
        yield Found(match.start("name"), match.end("name"), source, "cited")
    for match in _BYLINE.finditer(text):
        person = match["person"]
        parts = [part.strip() for part in re.split(r"[,|/;]| for | of | - | – |\(|\)", person)]
        for part in parts:
            found = names.resolve(part) if part[:1].isupper() else None
            if found:
                break
        else:
            found = credit_lines.read_signed(person)
        if found:
            yield Found(*trim(text, match.start(), match.end()), found, "byline")
    previous, above, run, last, begun = "", "", 0, 0, False
    for match in _LINE.finditer(text):
        run = match.end() - match.start() + (run if match.start() - last <= 1 else 0)
        last = match.end()
        # The body may have begun: then a lone name is a picture's credit or a sign-off, unless a date follows it.
        begun = begun or max(len(previous), run) > 240
        line = match.group().strip(" \t-–—|*•./\u00a0")
        fits = 2 <= len(line) <= ALONE and (not begun or _is_dated(text, match.end()))
        found = credit_lines.read_alone(line) if fits else None
        if found and not _bare(previous, text, match.end()):
            found = None
        if found := found or (None if begun else credit_lines.read_line(line, above)):
            yield Found(*trim(text, match.start(), match.end()), found, "byline")
        previous, above = line or previous, match.group().rstrip() or above


def _shaped(name: str) -> str | None:
    return name.strip() if ":" not in name and names.looks_like_outlet(name) else None  # `Source: World Update 24`


def _is_dated(text: str, end: int) -> bool:
    """Whether the next line is a date and little else."""
    following = text[end : end + 120].strip("\n ").partition("\n")[0]
    return len(following) <= DATE_LINE and bool(calendar.find_dates(following))


def _bare(previous: str, text: str, end: int) -> bool:
    """Whether an agency alone on a line credits the text, and is neither a picture's credit nor an entry of a menu."""
    return not _PICTURE.search(previous[-60:]) and not text[end : end + 120].strip("\n ").startswith(("©", "/"))


def read_credits(text: str, base: int, foreign: bool) -> Iterator[Found]:
    """A head or tail with a cue -> credits, moved by `base`; with `foreign` also the copyright of unlisted outlets."""
    for match in _REPORTING.finditer(text) if "ing by" in text else ():
        parts = re.split(r"[,;]|\bfor\b|\bby\b|\bin\b|\bof\b", match.group()[1:-1])
        found = next((hit for part in parts if (hit := names.resolve(part.strip()))), None)
        if not found and "diting by" in match.group() and "eporting by" in match.group():
            found = "Reuters"  # its house form: (Reporting by A; Editing by B)
        if found:
            yield Found(base + match.start(), base + match.end(), found, "credit")
    midline = _SOURCE_MIDLINE.finditer(text) if "/ Source: " in text else ()
    reported = match_lines(_REPORTED, text, ("eporting by ",))
    released = match_lines(_RELEASED, text, ("SOURCE ",))
    named = chain(match_lines(_SOURCE_LINE, text, _SOURCES), midline, released)
    for any_name, lines in ((True, named), (False, reported)):
        for match in lines:
            several = re.split(r"[,/]", match["name"]) if "," in match["name"] else []
            wire = next(filter(None, map(credit_lines.agency_of, several)), None)
            # a paper that names itself goes first: `Quelle: ntv.de, dpa`
            found = wire or _resolve(match["name"], shape=True)
            found = found or (_any_name(match["name"]) if any_name else None)  # `Reporting by` names a person
            before = text[max(0, match.start() - 80) : match.start()].rpartition("\n")[2]
            if found:
                scope = "caption" if _PICTURE.search(before) or _PICTURE_AGENCIES.search(match["name"]) else "article"
                yield Found(base + match.start("name"), base + match.end("name"), found, "credit", scope)
    for match in _COPYRIGHT.finditer(text) if holds(text, _COPYRIGHT_CUES) else ():
        printed = (match["the"] or "") + match["name"].partition(". ")[0]
        found = _resolve(match["name"]) or (_shaped(printed) if foreign else None)
        if found:
            line = text[text.rfind("\n", 0, match.start()) + 1 : match.end()]
            caption = _PICTURE_AGENCIES.search(line) or _PICTURE.search(line)
            kind, scope = ("credit", "caption") if caption else ("template", "article")
            end = match.start("name") + len(match["name"].rstrip())
            yield Found(base + match.start(), base + end, found, kind, scope)
    for match in _FROM.finditer(text) if holds(fold_case(text), _FROM_CUES) else ():
        phrase = match["name"] or match["name2"] or match["name3"] or match["name4"] or match["name5"]
        found = _resolve(phrase, shape=True)
        said, before = match.group(), text[max(0, match.start() - 60) : match.start()].rpartition("\n")[2]
        if not found and re.search("publish|appear", said) and " in " not in said and not _PICTURE.search(before):
            found = _printed_by(phrase)
        if found:
            yield Found(base + match.start(), base + match.end(), found, "credit")
    for match in _CONTRIBUTED.finditer(text) if "contributed" in text else ():
        name = _CONTRIBUTOR.search(text, max(0, match.start() - 61), match.start())
        writers = _OF_AGENCY.split(name.group()) if name else []
        if name and (found := next(filter(None, map(credit_lines.agency_of, writers)), None)):
            yield Found(base + name.start(), base + match.end(), found, "credit", "passage")
    for match in _DISTRIBUTED.finditer(text) if "istributed" in text or "ISTRIBUTED" in text else ():
        phrase = match["name"].partition(",")[0].strip()
        if found := names.resolve(phrase) or (phrase if _SYNDICATE.search(phrase) else None):
            yield Found(base + match.start(), base + match.start("name") + len(phrase), found, "credit")


def _any_name(text: str) -> str | None:
    """The name on a line `Source: NAME`, whoever it is: a university, a company, a ministry's statement."""
    bare = text.strip(" .*")
    words = bare.split()
    capitals = all(word[0].isupper() or word in ("of", "the", "for", "and", "de", "du", "la", "al") for word in words)
    return bare if 1 <= len(words) <= 7 and capitals and not re.search(r"[\d<>@#{}=]|media wing|author", bare) else None


def _printed_by(phrase: str) -> str | None:
    """The name after `originally published by`, of any shape but a date's, a place's or a long one's."""
    words = phrase.split()
    known = names.places()
    capitals = all(word[0].isupper() or word[0].isdigit() or word in ("of", "the", "and", "de", "al") for word in words)
    if not capitals or not 1 <= len(words) <= 4 or not words[0][0].isupper() or names.key(phrase) in known:
        return None
    return None if any(names.key(word) in MONTHS or names.key(word) in WEEKDAYS for word in words) else phrase.strip()


def read_notices(text: str, foreign: bool) -> Iterator[Found]:
    """Another outlet's furniture left in a text: subscription notes, widgets, `follow X on Twitter`."""
    for match in _SUBSCRIPTION.finditer(text) if "subscription information" in text else ():
        who = match["who"] or match["who2"]
        found = names.resolve(who) or _owner_of(who, text)
        end = match.end()
        yield Found(match.start(), end, found or " ".join(who.split()), "template")
    for match in _around_cues(text):
        if widget := match["s"]:
            found = _WIDGETS.get(widget.casefold())
        else:
            phrase = match["a"] or match["b"] or match["c"] or match["d"] or match["e"]
            shape = match["e"] or (foreign and not match["a"])
            found = names.resolve(phrase.strip().lstrip("@")) or (_shaped(phrase) if shape else None)
        if found:
            yield Found(match.start(), match.end(), found, "template")


def _around_cues(text: str) -> Iterator[re.Match[str]]:
    """Notices near one of their cues, each once; the text between is never searched."""
    done = 0
    for cue in islice(match_at(_NOTICE_CUE, text, _NOTICE_CUES), MOST_CUES):
        low, high = max(done, cue.start() - 110), cue.end() + 120
        if high <= done:
            continue
        for match in _NOTICE.finditer(text, low, high):
            yield match
            done = match.end()


def _owner_of(acronym: str, text: str) -> str | None:
    """The publisher of what a notice calls by its initials alone, where the text has `X’s Long Name (LN)`."""
    place = text.find(f"({acronym})")
    if place < 0:
        return None
    before = text[max(0, place - 90) : place]
    words = re.findall(r"[^\W_][\w’'.-]*", before)
    for size in (3, 2, 1):
        for first in range(len(words) - size, -1, -1):
            phrase = re.sub(r"[’']s?$", "", " ".join(words[first : first + size]))
            if phrase[:1].isupper() and (found := names.resolve(phrase)):
                return found
    return None


def search_sign_off(text: str) -> re.Match[str] | None:
    """The match of _SIGN_OFF in a text, searched near its end: it has at most SIGNED signs from the line break on."""
    last = len(text.rstrip())
    line = text.find("\n", max(0, last - SIGNED), last)
    return _SIGN_OFF.search(text, max(0, len(text[:line].rstrip(" \t")) - 1)) if line >= 0 else None


def read_tail(text: str, base: int) -> Iterator[Found]:
    """The last characters of an article -> `- Reuters.`, `(AP)` at the very end."""
    bare = search_sign_off(text)
    bare = None if bare and bare["name"] == "TT" else bare
    for last in (bare, _SIGNED_CAPS.search(text, max(0, len(text.rstrip()) - SIGNED))):
        if last and (source := credit_lines.agency_of(last["name"])):
            yield Found(base + last.start("name"), base + last.end("name"), source, "credit")
            return
    if over := credit_lines.read_over_author(text):
        yield Found(base + over[0], base + over[1], over[2], "credit")
        return
    match = _TRAILING.search(text)
    if match:
        group = "dash" if match["dash"] else "bracket"
        # a name on a line of its own need not be in the table if it has the shape of an outlet's
        said = match[group].strip()
        found = names.resolve(said) or credit_lines.read_among(said)
        found = found or (_shaped(said) if text[match.start()] == "\n" and not credit_lines.is_led(said) else None)
        before = text[: match.start(group)].rstrip(" \t\n-–—=|/(（【")
        line = before.rpartition("\n")[2]
        prose = len(line) > 90 or line.endswith((".", "!", "?", "”", '"', "»", "。", "」"))
        if found and not _PICTURE.search(match[group]) and not match[group].startswith("With ") and prose:
            yield Found(base + match.start(group), base + match.end(group), found, "credit")


def read_picture_credits(text: str) -> Iterator[Found]:
    """Credits of pictures: a name in brackets that closes a line, `Photo: AFP`, `NAME / Reuters`."""
    for match in _BRACKET_END.finditer(text):
        inside = match["inside"]
        found = _resolve_picture(inside)
        if found and match.end() < len(text.rstrip()):
            yield Found(match.start(), match.end(), found, "credit", "caption")
    for match in match_lines(_PICTURE_LINE, text, _PICTURE_CUES):
        if found := _resolve_picture(match["name"]):
            yield Found(match.start("name"), match.end("name"), found, "credit", "caption")
    for match in match_lines(_SLASHED, text, "/|"):
        found = names.resolve(match["name"])
        if found and len(match.group().split()) <= 9:
            yield Found(match.start("name"), match.end("name"), found, "credit", "caption")


def _resolve_picture(text: str) -> str | None:
    found = names.resolve(text.strip())
    if found:
        return found
    if not re.search(r"[/,:]|[Pp]hoto|via|courtesy", text):
        return None
    parts = [part.strip() for part in re.split(r"[/,:|]| via | by |[Pp]hoto|courtesy of", text)]
    return next((hit for part in reversed(parts) if part[:1].isupper() and (hit := names.resolve(part))), None)
