"""A sentence with a cue or an outlet's name -> who is cited, and who heard it first-hand.

`told the Middle East Eye` names the place where the words were first printed (`first_party`); `Reuters reported` names
a source (`cited`). Persons, ministries and armies are kept out by shape: a name that is not in the table counts only
beside a word for a medium, or with a last word that outlets have. One without either (`told the Kansas Plainsman`) is
open: it counts if the dump has articles of an outlet of that name.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from provenance.tracing.statements import names

BEFORE, AFTER = 110, 130  # bytes of context; a cue further off speaks of something else

_UPPER = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĘĚĞĪĶĹĽŁŃŇŌŐŒŘŚŞŠŤŪŮŰŽŻА-ЯЄІЇҐΑ-Ω"
_WORD = rf"(?:[{_UPPER}][\w’'&./!-]{{0,40}}|al-[{_UPPER}][\w’'-]{{0,40}}|24|[0-9]{{1,2}}(?!\d)|(?:dpa|sda|ats|epd)\b)"
_PHRASE = rf"{_WORD}(?: (?:of the |of |de |del |della |la |le |and |& |for )?{_WORD}){{0,5}}"
_ARTICLE = (
    r"(?:the |The |an? |its |[lL]['’]|all['’]|dell['’]|la |le |les |au |à |el |los |las |al |o |os |as |um |una? "
    r"|il |lo |gli |de |het |een |der |dem |den |die |das |eine[rmns]? )?"
)
_ADJECTIVE = r"(?:[\w’'-]{1,30} ){0,4}?"
KIND_WORD = (
    r"(?:news agency|news service|newswire|wire service|newspaper|newspapers|daily newspaper|daily"
    r"|weekly|magazine|news website|"
    r"news site|website|web site|news portal|news outlet|news network|news channel|news program"
    r"|news programme|outlet|broadcaster|television network|"
    r"television station|television channel|television|TV channel|TV station|TV network|TV"
    r"|satellite channel|channel|radio station|radio|network|tabloid|portal|"
    r"journal|agency|paper|quotidien|hebdomadaire|chaîne|site|agence(?: de presse)?|Nachrichtenagentur|Tageszeitung"
    r"|Zeitung|Zeitschrift|Magazin|Sender|agencia(?: de noticias)?|diario|periódico|revista|cadena"
    r"|agência(?: de notícias)?|jornal|emissora|agenzia(?: di stampa)?|quotidiano|giornale|emittente"
    r"|persbureau|krant|dagblad|omroep)"
)
_VERB = (
    r"(?:reported|reports|has reported|had reported|have reported|quoted|quotes|cited|revealed|reveals"
    r"|has revealed|said|says|wrote|writes|published|broadcast|aired|"
    r"claimed|claims|first reported|earlier reported|also reported|has learned|had learned|has learnt"
    r"|learned|can reveal|understands|disclosed|noted|announced|reporting|rapporte|a rapporté|indique"
    r"|confirmed|found|obtained|asked|argued|argues|suggested|suggests|observed|pointed out|points out|put it"
    r"|described|describes|detailed|documented|estimated|estimates|uncovered|exposed|explained"
    r"|responded|calls|called|characterized|warned|warns|notes|noticed|predicted|concluded)"
)
#: Between a name and its verb.
_ADVERB = r"(?:earlier|also|first|has|had|have|later|previously|recently|originally|exclusively|even|then|since|now)"
_FIRST_VERB = re.compile(r"(?:has learned|had learned|has learnt|learned|can reveal|understands)$")

#: Words after which whoever heard it first-hand is named.
_HEARD = (
    "told ", "tells ", "telling ", "interview with ", "interview to ", "interviewed by ", "spoke to ", "spoke with ",
    "speaking to ", "speaking with ", "spoken to ", "spoken with ", "talked to ", "talking to ", "talks to ",
    "statement to ", "statements to ", "comments to ", "remarks to ", "informed ", "confirmed to ", "exclusively for ",
    "exclusively to ", "exclusive to ", "obtained by ", "seen by ", "reviewed by ", "said to ", "said on ",
    "confided to ", "interview on ", "interview by ", "explained to ", "déclaré à ", "dit à ", "confié à ",
    "indiqué à ", "affirmé à ", "interview à ", "entretien à ", "entretien avec ", "Speaking to ", "Told ", "sent to ",
    "email to ", "emails to ", "provided to ", "shared with ", "sagte der ", "sagte dem ", "sagte er der ",
    "sagte er dem ", "sagte sie der ", "sagte sie dem ", "Interview mit der ", "Interview mit dem ",
    "Gespräch mit der ", "Gespräch mit dem ", "déclaré au ", "dit au ", "confié au ", "expliqué à ", "expliqué au ",
    "affirmé au ", "indiqué au ", "annoncé à ", "assuré à ", "interrogé par ", "interrogée par ", "contacté par ",
    "entretien au ", "interview au ", "accordé au ", "au micro de ", "dijo a ", "dijo al ", "declaró a ",
    "declaró al ", "explicó a ", "aseguró a ", "afirmó a ", "indicó a ", "señaló a ", "contó a ", "comentó a ",
    "confirmó a ", "entrevista con ", "entrevista a ", "declaraciones a ", "declaraciones al ", "disse à ",
    "disse ao ", "afirmou à ", "afirmou ao ", "declarou à ", "declarou ao ", "contou à ", "contou ao ", "explicou à ",
    "explicou ao ", "entrevista à ", "entrevista ao ", "declarações à ", "declarações ao ", "detto a ", "detto al ",
    "detto alla ", "detto all'", "detto all’", "dichiarato a ", "dichiarato al ", "dichiarato all'", "dichiarato all’",
    "spiegato a ", "spiegato al ", "raccontato a ", "raccontato al ", "intervista a ", "intervista al ",
    "intervista alla ", "intervista all'", "intervista all’", "zegt hij tegen ", "zegt ze tegen ", "zei hij tegen ",
    "zei ze tegen ", "zegt tegen ", "interview met ",
)  # fmt: skip
#: After these stands who is cited.
_CITED = (
    "according to ", "citing ", "cited by ", "quoting ", "quoted by ", "quoted in ", "report by ", "report in ",
    "report from ", "reports by ", "reports in ", "reported by ", "reported in ", "published by ", "published in ",
    "article in ", "article by ", "investigation by ", "broadcast by ", "aired by ", "aired on ", "carried by ",
    "released by ", "published on ", "story in ", "story by ", "writing in ", "wrote in ", "posted by ", "account in ",
    "editorial in ", "op-ed in ", "column in ", "analysis by ", "review by ", "poll by ", "poll from ", "polls from ",
    "poll conducted by ", "survey by ", "survey conducted by ", ", per ", "selon ", "Selon ", "d'après ", "d’après ",
    "rapporté par ", "citant ", "cité par ", "According to ", "Citing ", "Quoting ", "laut ", "Laut ", "Angaben der ",
    "Angaben von ", "Informationen der ", "Informationen des ", "Informationen von ", "Bericht der ", "Bericht des ",
    "berichtet die ", "berichtet der ", "berichtete die ", "berichtete der ", "meldet die ", "meldete die ",
    "Berufung auf ", "Nachrichtenagentur ", "rapporte ", "révèle ", "informations de ", "informations du ",
    "citée par ", "cités par ", "relayé par ", "révélé par ", "según ", "Según ", "informó ", "publica ", "publicó ",
    "reportó ", "citado por ", "citada por ", "de acuerdo con ", "De acuerdo con ", "segundo ", "Segundo ",
    "de acordo com ", "De acordo com ", "informou ", "noticiou ", "citado pela ", "citado pelo ", "secondo ",
    "Secondo ", "riferisce ", "riporta ", "riferito da ", "riportato da ", "citato da ", "volgens ", "Volgens ",
    "meldt ", "meldde ", "schrijft ",
)  # fmt: skip
#: Cue -> whether the name that follows heard it first-hand.
FOLLOW: dict[str, bool] = dict.fromkeys(_HEARD, True) | dict.fromkeys(_CITED, False)
#: What outlets do, behind their initials: `CNN said`, `ABC moderator Ann Lee`. So a word is sought that has both.
VOICES = (
    "said", "says", "found", "moderator", "anchor", "host", "reporter", "correspondent", "journalist", "survey",
    "exit poll",
)  # fmt: skip
#: Words for a medium or its reporting, before which a name that the table does not have counts.
AROUND = (
    " newspaper", " news agency", " news website", " news site", " news outlet", " website quoted",
    " magazine reported", " news channel", " TV channel", " daily reported", " reported", ", reported", " reports",
    " noted", " pointed out", " put it", " poll ", " survey ",
)  # fmt: skip

_FOLLOWING = re.compile(
    rf"(?P<article>{_ARTICLE})(?P<adjective>{_ADJECTIVE})(?:(?P<kind>{KIND_WORD}) )?"
    rf"[\"“„«‘]?(?P<name>{_PHRASE})[\"”“»’]?(?P<rest>[^\n]{{0,60}})"
)
_PRECEDING = re.compile(
    rf"(?<!\w)(?P<name>{_PHRASE})[\"”»’]?,? ?(?:\([^()]{{2,12}}\),? ?)?(?P<kind>{KIND_WORD})?,?(?: on \w+,?)?"
    rf"(?: {_ADVERB}){{0,2}} ?$"
)
#: Not these after a word for a medium: with them the name before it is a person's.
_ROLE = r"(?! (?:reporter|correspondent|journalist|anchor|host|presenter|personality|producer|editor|star|critic)\b)"
_APPOSITION = re.compile(rf"^, (?:an? |the |its )(?:[\w’'-]+[ -]){{0,6}}?(?P<kind>{KIND_WORD})\b{_ROLE}")
_KIND_AFTER = re.compile(rf"^ (?P<kind>{KIND_WORD})\b{_ROLE}")
_THEN_NAMED = re.compile(rf" (?P<kind>{KIND_WORD}) [\"“«‘]?(?P<name>{_PHRASE})[\"”»’]?(?P<rest>[^\n]{{0,60}})")
_VERB_AFTER = re.compile(
    rf"^(?:['’]s)?(?: (?:{KIND_WORD}))?(?:,? ?\([^()\n]{{2,16}}\))?(?:,[^,\n]{{3,70}},)?,?(?: (?:on|last"
    rf"|{_ADVERB})(?: [A-Z]\w+)?){{0,2}},? (?P<verb>{_VERB})\b"
)
_ROLE_AFTER = re.compile(
    r"^(?:['’]s?)? (?:\w+ )?(?:reporter|correspondent|journalist|anchor|host|moderator|columnist"
    r"|contributor|interview|report|article|story|investigation|analysis|editorial|poll|survey"
    r"|exclusive|count|tally|coverage|exit poll)s?\b"
    r"|^(?:/[A-Z][\w.&-]{1,20}(?: [A-Z][\w.&-]{1,20}){0,3}){0,2}(?: [\w-]{1,20}){0,2} (?:[Pp]oll|[Ss]urvey|polling)\b"
)
#: A person of the outlet, whose word is the outlet's: Fox News’ Bret Baier
_PERSON_AFTER = re.compile(
    rf"^['’]s? (?!The |One )[{_UPPER}][\w’'-]{{1,20}} (?:[{_UPPER}][\w.’'-]{{0,20}} )?[{_UPPER}][\w’'-]{{1,20}}\b"
)
_INVERTED_BEFORE = re.compile(
    r"(?:,|”|\") (?:reported|reports|said|wrote|writes|quoted|noted|rapporte|selon) (?:the )?(?:\w+ ){0,2}$"
)
#: `повідомляє Укрінформ`, `со ссылкой на ТАСС`.
_SLAVIC_BEFORE = re.compile(
    r"(?<!\w)(?:повідомля(?:є|ють)|повідомив|повідомила|передає|пише|сообща(?:ет|ют)|сообщил[аио]?|переда[её]т"
    r"|пиш(?:ет|ут)|рассказал[аи]?|заявил[аи]?(?: он[аи]?)?|отмечает|уточняет|цитирует"
    r"|(?:з )?посиланням на|(?:со )?ссылкой на|за даними|по данным)(?: [\w-]{3,20}){0,2} [«\"]?$"
)
#: `Anadolu Ajansı'nın haberine göre`, `पीटीआई के अनुसार`.
_SUFFIXED = re.compile(
    r"[\"”»]?(?:['’]\w{1,4})? (?:haberine göre|bildirdiğine göre|aktardığına göre|bildirdi|duyurdu"
    r"|के (?:अनुसार|मुताबिक|हवाले)|ने (?:बताया|कहा|रिपोर्ट)|کے مطابق)"
)
#: `据新华社报道`, `共同通信によると`.
_HAN_BEFORE = re.compile(r"(?:据|據|援引|引述|引用|引)[^\W\d_a-z]{0,3}$")
_HAN_AFTER = re.compile(
    r"[」』》]?(?:\d{1,2}日)?(?:报道|報道|報導|报导|消息|引述|援引|によると|によれば|が報じ|は報じ|が伝え|の取材)"
)
_FOLLOW_BEFORE = re.compile(
    r"(?P<cue>"
    + "|".join(sorted((re.escape(cue) for cue in FOLLOW), key=len, reverse=True))
    + rf")(?:an? |the |The |its |with |l['’]|la |le )?(?:[\w’'-]+ ){{0,4}}?(?:{KIND_WORD},? )?[\"“«‘]?$"
)
_ARABIC_BEFORE = re.compile(
    r"(?P<first>(?:قال|صر[ّ]?ح|تصريح|حديث|أكد|أبلغ|مقابلة)\w*(?: [^\s]+){0,5} (?:ل|مع|إلى)\S{0,2} ?|(?:^|\s)لـ? ?)?"
    r"(?P<cite>(?:بحسب|حسب|وفق\w*|نقلا|نقلاً|نقلت|ذكرت|أفادت|أوردت|نشرت|عن|به گزارش|به نقل از)(?: [^\s]{1,10}){0,2} ?)?"
    r"(?P<kind>(?:لل?|ل|ب)?(?:وكالة|صحيفة|قناة|موقع|شبكة|مجلة)(?: [^\s]{1,10})? )?[\"“«']?$"
)
_WEEKDAYS = names.words(
    """
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december
    """
)
_NEVER = names.words(
    """
    congress parliament senate house reporters journalists ministry minister president government army police
    court committee council commission department embassy pentagon white state united nations un eu nato
    university institute center centre office authority authorities organization organisation foundation party
    union bank hospital officials conference assembly force forces corps command movement brigade brigades front
    group association federation
    """
)
_PRONOUNS = names.words(
    """
    her his its their our my your he she they we i it this that these those all some no one two three many
    several in on at if as when while after before but and or so a an the
    """
)
_TITLES = names.words("mr mrs ms dr sir lord lady sen rep gov gen prof president prince king queen pope")
#: Words that only describe a medium. Those that end in -ian, -ish, -ese or -ican do so too, and need not be listed.
_DESCRIBES = names.words(
    """
    state local arabic arab hebrew us the news media national french german dutch greek czech swiss thai danish welsh
    iraqi israeli saudi kuwaiti pakistani bangladeshi yemeni emirati omani qatari bahraini afghan somali kenyan
    moroccan korean african european american mexican chilean cuban western foreign private public official daily
    weekly farsi pashto urdu hindi bengali tamil regional independent opposition leading
    argentine soviet yugoslav west east north south
    """
)
_JOINED = re.compile(r"[/–-](?=[A-Z])")  # between two outlets of one poll: a New York Times/CBS News poll
#: Words that open a sentence before a name.
_OPENING = re.compile(
    r"^(?:(?:As|But|And|So|Yet|Still|Only|While|When|If|In|Even|Or|For|Since|Because|Although|Though) )+"
)
_ONE_OF = re.compile(r"^(?:(?:A|An|The|Another|New|Recent|Latest|In) )+")
#: The end of the sentence before: `… in September. The Guardian reported`. St. and U.S. end none.
_ENDED = re.compile(r"^.*\w[^\W.][^\W.][^\W.]\. ")
_BREAKS_AFTER = re.compile(r"['’]s?$")


#: An article that belongs to the name, or has run together with a word before it.
_CONTRACTED = {"The ": "The ", "au ": "Le ", "du ": "Le ", "ao ": "O ", "al ": "Il "}
_POLL = re.compile(r" (?:[\w-]{1,20} ){0,2}(?:[Pp]oll|[Ss]urvey)")


class Cited(NamedTuple):
    """An outlet named in a window; places count characters in the window."""

    start: int
    end: int
    source: str
    first_party: bool
    sure: bool = True  # not, if only the dump's own outlets can tell whether the name is one's


def after_cue(window: str, cue: str, at: int) -> Cited | None:
    """The window and the cue that ends at `at` -> the outlet that the cue names."""
    match = _FOLLOWING.match(window, at)
    if not match or match.end("adjective") - match.start("adjective") > 45:
        return None
    adjective, article = match["adjective"], match["article"]
    if adjective and not (match["kind"] or _news_like(adjective) or _KIND_AFTER.match(match["rest"])):
        return None
    told = _THEN_NAMED.match(window, match.end("name"))  # the Argentine newspaper Clarin
    bare = not match["kind"] and not names.resolve(match["name"]) and not names.looks_like_outlet(match["name"])
    if told and bare and names.key(told["name"].split(" ")[0]) not in _WEEKDAYS:
        match = told
    name, start, first = match["name"], match.start("name"), FOLLOW[cue]
    lost = _CONTRACTED.get(article or cue[-3:])
    if lost and not adjective and (found := names.resolve(lost + name.rstrip(".,"))):  # told The Sun; déclaré au Monde
        return Cited(start - 4 * (article == "The "), start + len(name.rstrip(".,")), found, first)
    return _choose(name, start, first, match["kind"], match["rest"], cue)


def _news_like(adjective: str) -> bool:
    return adjective.endswith("-language ") or "state-" in adjective or "news" in adjective or "based " in adjective


def _choose(phrase: str, start: int, first: bool, kind: str | None, rest: str, cue: str) -> Cited | None:
    """The outlet that a capitalised phrase begins with: the longest name in the table, else one by its shape."""
    words = _cut(phrase.split(" "))
    opens = words[0].lower() in _PRONOUNS and not (words[0] == "The" and names.resolve(" ".join(words)))
    if (
        opens
        or names.key(words[0]) in _WEEKDAYS
        or names.key(words[0]) in _TITLES
        or words[0].endswith(("-language", "-based", "-run", "-owned", "-backed"))
    ):
        return None
    rest = rest if " ".join(words) == phrase else ""  # what follows a phrase that is cut belongs to what was cut off
    if words[0].endswith("-published"):
        start, words = start + len(words[0]) + 1, words[1:] or words
    own = [*words[:-1], re.sub(r"['’]s?$", "", words[-1]).rstrip(".,")]
    for joint in ("of", "for", "from"):
        if joint in own[1:-1]:  # Megyn Kelly of Fox News
            at = own.index(joint, 1)
            whole, house = names.resolve(" ".join(own)), " ".join(own[at + 1 :])
            if not whole and (names.resolve(house) or (at >= 2 and names.looks_like_outlet(house))):
                own, start = own[at + 1 :], start + len(" ".join(words[: at + 1])) + 1
    for size in range(len(own), 0, -1):
        name = " ".join(own[:size]).rstrip(".,")
        if found := names.resolve(name):
            cut = size < len(own)
            if cut and names.resolve(name, cue=False) is None and names.key(own[size]) not in _WEEKDAYS:
                return None  # Time Warner, The Sun King: an ordinary word at the head of another name
            return Cited(start, start + len(name), found, first)
    name = " ".join(own).rstrip(".,")
    for between in _JOINED.finditer(name):
        polled = _POLL.match(rest) or names.resolve(name[between.end() :])  # a CNN/ORC poll
        if polled and (one := names.resolve(name[: between.start()])):
            return Cited(start, start + between.start(), one, first)
    second = name.partition(" and ")[2]
    if found := names.resolve(second):  # Quinnipiac and Fox News
        return Cited(start + len(name) - len(second), start + len(name), found, first)
    owned = own[-1] != words[-1].rstrip(".,")  # Glenn Beck’s radio program is a person's
    after = None if owned else _KIND_AFTER.match(rest) or _APPOSITION.match(rest)
    if names.key(name) in names.places() and not rest.startswith(" magazine"):
        return None  # a New Hampshire paper and the Paris daily name a place; New York magazine is an outlet
    if names.key(own[-1].rstrip(".,")) in _NEVER or names.key(own[0]) in _NEVER:
        return None
    return Cited(start, start + len(name), name, first, sure=_has_shape(own, name, bool(kind or after), cue))


def _cut(words: list[str]) -> list[str]:
    """A capitalised phrase up to the end of a sentence, a weekday, or an owner."""
    for count, word in enumerate(words[:-1], 1):
        if word.endswith(".") and len(word) > 4 and "." not in word[:-1]:
            words = words[:count]  # in `told the Ellen Gazette. The mayor` a sentence ends; St. and U.S. end none
            break
    for count, word in enumerate(words):
        if names.key(word) in _WEEKDAYS and count:
            words = words[:count]
            break
    for count, word in enumerate(words[:-1], 1):
        if _BREAKS_AFTER.search(word) and word[-1] in "s'’":
            return words[:count]
    return words


def _has_shape(words: list[str], name: str, by_kind: bool, cue: str) -> bool:
    """Whether a name that the table does not know is an outlet's, by what it is called or by its own words."""
    if _generic(words):
        return False
    if by_kind and len(words) <= 5 and (name[0].isupper() or name.startswith("al-")):
        return True
    return names.looks_like_outlet(name) and not cue.startswith(("seen", "obtained", "released", "posted"))


def _generic(words: list[str]) -> bool:
    """Whether the words only describe: Russian State Television, Lebanese Daily, a weekday."""
    return all(
        names.key(word).endswith(("ian", "ish", "ese", "ican"))
        or names.key(word) in _DESCRIBES
        or names.key(word) in names.OUTLET_WORDS
        for word in words
    )


def before_cue(window: str, at: int) -> Cited | None:
    """The window and the place where ` newspaper`, ` reported` or the like begins -> the outlet before it."""
    match = _PRECEDING.search(window, max(0, at - 90), at)
    if not match:
        return None
    rest = window[match.end("name") : match.end("name") + 60]
    polled = window.startswith((" poll ", " survey "), at)
    name = _OPENING.sub("", _ENDED.sub("", match["name"]))
    name = _ONE_OF.sub("", name) if polled else name
    if name.startswith("The ") and not names.resolve(name):
        name = name[4:]
    hit = _choose(name, match.end("name") - len(name), FOLLOW["citing "], match["kind"], rest, "")
    if not hit:
        return None
    if polled:
        return hit if names.resolve(hit.source) else None
    if hit.end < match.end("name") - 3:
        return None
    tail = window[hit.end : hit.end + 90]
    if not _VERB_AFTER.match(tail) and not _FOLLOW_BEFORE.search(window[: hit.start]):
        return None
    return hit


def around_name(window: str, start: int, end: int, voiced: bool = False) -> Cited | None:
    """A name of the table at [start, end) of the window -> how it is used, or None for a mere mention.

    `voiced`: a verb or a person's office follows, so that short names count, too.
    """
    head, tail = window[:start], window[end:]
    spaced = window[start] < "\u2fff"
    if voiced and head.endswith((" for ", " for the ", " of ", " of the ")):
        return None  # a spokesman for CBS said
    if spaced and (tail[:1].isalnum() or (head[-1:].isalnum() and not _arabic(window[start]))):
        return None
    source = names.resolve(window[start:end], cue=voiced)
    if not source:
        return None
    if not spaced:
        here = _HAN_BEFORE.search(head[-8:]) or _HAN_AFTER.match(tail)
        return Cited(start, end, source, first_party=False) if here else None
    if _arabic(window[start]):
        return _in_arabic(head, start, end, source)
    if re.match(r"['’-]?[ -](?:[A-Z]|owned|owner|chief|parent|TV host)", tail) and not re.match(
        r"['’]s? (?:[A-Z])| (?:News|TV|Online|Arabic|English|Poll|Survey)\b| \(?[A-Z]{2,}\)?| (?:on )?(?:Mon|Tues"
        r"|Wednes|Thurs|Fri|Satur|Sun)day",
        tail,
    ):
        return None
    before = _FOLLOW_BEFORE.search(head[-100:])
    if before:
        return Cited(start, end, source, FOLLOW[before["cue"]])
    verb = _VERB_AFTER.match(tail)
    if verb:
        return Cited(start, end, source, bool(_FIRST_VERB.search(verb["verb"])))
    inverted = _INVERTED_BEFORE.search(head[-40:]) or _SLAVIC_BEFORE.search(head[-70:])
    inverted = inverted or _SUFFIXED.match(tail)
    if inverted or _ROLE_AFTER.match(tail) or _PERSON_AFTER.match(tail):
        return Cited(start, end, source, first_party=False)
    return None


def _in_arabic(head: str, start: int, end: int, source: str) -> Cited | None:
    match = _ARABIC_BEFORE.search(head[-60:])
    if match and (match["first"] or match["cite"] or match["kind"]):
        return Cited(start, end, source, bool(match["first"]))
    return None


def _arabic(sign: str) -> bool:
    return "\u0600" <= sign <= "\u06ff" or sign in '«"'
