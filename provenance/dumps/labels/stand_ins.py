"""Texts that stand in an article's place: an error, a wall of scripts, cookies or payment, a text that was removed.

Each says nothing else from its first sentence to its last, so that a report of such a page, or a teaser over a notice,
is none. A record is a document whatever it holds, so these are told and no more: a hundred pages behind one wall are
copies of each other, and whoever sees the cluster should know why.
"""

from __future__ import annotations

import re

import polars as pl

#: No wall of the usual systems is longer, and no longer text is looked at.
LONGEST = 600
#: What stands alone in a field whose text was taken away, or never came.
_REMOVED = re.compile(
    r"[\[(<]?\s?(?:removed|deleted|redacted|content removed|article removed|text removed|no content|no text|empty"
    r"|deleted by user|removed by (?:moderator|reddit))\s?[\])>]?\.?|n/?a|null|none|nan|undefined|\[object object\]",
    re.IGNORECASE,
)
#: How the sentences of such texts begin, an expression a line, in small letters with one space for what is none.
_ERROR = r"""
(?:error |http |code )*(?:40[0134]|410|429|451|50[0234])(?: (?:error|page|http|not|forbidden|unauthori[sz]ed|gone)\b|$)
(?:error |http |code )*(?:40[0134]|410|429|451|50[0234]) (?:too many|internal|bad|service|gateway|access|sorry)
PAGE (?:that )?you (?:are|were|re|requested|have|tried)
PAGE (?:could ?not|can ?not|can t|couldn t) be
PAGE (?:is |was )?not (?:be )?found
PAGE (?:does ?n o?t exist|does not exist|no longer exists|has expired)
PAGE (?:is (?:no longer |not |currently not |temporarily )?(?:un)?available|has been removed)
(?:sorry )?(?:page|file|article) not found
access to this (?:page|site|resource) (?:is |has been |was )?(?:denied|forbidden|blocked)
access (?:is |was )?(?:denied|forbidden)(?:$| you | on this| error| reference)
you (?:don t|do not) have permission to (?:access|view)
forbidden$|not found$|bad gateway|gateway time ?out|too many requests|internal server error
service (?:is )?(?:temporarily )?unavailable|unavailable (?:due to|for) legal reasons
the (?:requested )?(?:url|resource) .{0,80}was not found
(?:our|this) (?:web ?site|content|site) is (?:currently |not |temporarily )*(?:un)?available in (?:most|your)
page (?:introuvable|non trouvée)|seite nicht gefunden|página no encontrada|pagina non trovata|pagina niet gevonden
página não encontrada|страница не найдена|sayfa bulunamadı|strona nie istnieje
accès refusé|zugriff verweigert|acceso denegado|accesso negato|acesso negado|доступ запрещ[её]н
"""
_MACHINES = r"""
(?:please |you (?:need|have) to |to continue please )?(?:enable|turn on|activate) (?:your )?(?:js|java ?script|cookies)
(?:this (?:site|page|app|website|application) )?(?:requires|needs) (?:js|java ?script|cookies)
(?:js|java ?script) (?:is|must be|needs to be|seems to be|appears to be) (?:not )?(?:disabled|required|enabled)
(?:it (?:looks|seems) like |we(?: ve| have)? detected that )?(?:java ?script|your browser) .{0,40}disabled
your browser (?:does not|doesn t) support
your browser .{0,40}(?:no longer supported|out of date)
(?:checking|verifying) (?:your browser|that you are|you are|if the site)|verify (?:that )?you are
just a moment$|one more step$|are you (?:a )?(?:robot|human)|i m not a robot|attention required
(?:please )?complete the (?:security check|captcha)|(?:our systems|we) have detected unusual (?:traffic|activity)
activez java ?script|veuillez activer|bitte (?:aktivieren sie )?java ?script|attiva java ?script
(?:por favor )?(?:active|habilite|activa) java ?script|включите java ?script
"""
_COOKIES = r"""
(?:we|this (?:web ?site|site|page)|our (?:web ?site|site)) (?:uses?|stores?) cookies
(?:we )?(?:and (?:our|its) (?:\d+ )?partners )?(?:use|store|need) (?:cookies|your consent|and access|and or access)
(?:accept|reject|manage|allow) (?:all |your )?(?:cookies|preferences|settings)|cookie (?:settings|policy|consent)
by (?:clicking|continuing|using) .{0,80}(?:cookies|agree|accept|consent)|before you continue
wir verwenden cookies|nous utilisons des cookies|utilizamos cookies|usamos cookies|utilizziamo (?:i )?cookie
"""
_PAYMENT = r"""
(?:please )?(?:subscribe|sign in|log ?in|register|sign up) (?:(?:now|today|here|or [a-z ]{3,20}) )?(?:to|and) ENJOY
(?:please )?(?:create (?:an?|your) (?:free )?account|become a (?:member|subscriber)|start your (?:free )?trial) to\b
to (?:continue|keep|finish|read) .{0,40}(?:subscribe|sign in|log in|register|account|subscription|subscriber)
TEXT (?:only |exclusively |reserved |available )*(?:for|to) .{0,40}(?:subscribers|members)
you(?: ve| have)? (?:reached|read|used|hit) (?:your|the|all)[a-z0-9 ]{0,40}(?:limit|articles?|allowance)
(?:already|not) (?:a|an) (?:subscriber|member)|subscribers only|premium content|unlimited (?:digital )?access
(?:unlock|get) (?:this article|unlimited access|full access)|cancel any ?time
(?:cet|l) ?article (?:complet )?est réservé|la suite (?:de cet article )?est réservée|abonnez vous (?:pour|afin)
déjà abonné|il vous reste .{0,20}de cet article
weiterlesen mit|jetzt (?:abonnieren|weiterlesen)|diese[rn] (?:artikel|inhalt) .{0,40}(?:abonnenten|abo)
suscr[ií]be(?:te|se) para|(?:contenido|artículo) exclusivo para suscriptores|ya eres suscriptor
(?:conteúdo|matéria) exclusiv[oa] para assinantes|assine para (?:ler|continuar)|abbonati per
"""
#: What stands among such sentences and says nothing alone.
_AMONG = r"""
(?:nginx|apache|cloudflare|openresty|varnish|squid|server|performance security by|ddos protection by|ray id|reference)\b
(?:incident|request id|error|please|sorry|oops|whoops|thank you|thanks|go (?:back|to)|return to|back to|home|search)\b
(?:try again|contact|help|support|menu|subscribe|sign (?:in|up)|log (?:in|out)|login|register|accept|decline|continue)\b
(?:ok|close|learn more|find out more|read more|more information|if you|you can|you may|we apologi[sz]e)\b
why (?:did|do|have) i\b
(?:privacy|terms|copyright|all rights reserved|block reference|your ip|https?|this (?:process|may|page|will)|loading)\b
(?:redirecting|click|tap|choose|consent|connectez|se connecter|anmelden|iniciar|accedi|entrar)\b
"""


#: Names of what several expressions hold.
_NAMED = {
    "PAGE": "(?:the |this |that |sorry |oops |we re sorry )*(?:requested )?(?:page|url|file|article|content|site)",
    "TEXT": "(?:this|the full|the rest of this) (?:article|content|story|page|text) is",
    "ENJOY": "(?:continue|read|keep|unlock|access|view|get|see|finish)",
}


def _any(lines: str) -> str:
    for name, meant in _NAMED.items():
        lines = lines.replace(name, meant)
    return "|".join(lines.strip().split("\n"))


_STRONG = {
    "an error": re.compile(_any(_ERROR)),
    "a wall for machines": re.compile(_any(_MACHINES)),
    "a wall of cookies": re.compile(_any(_COOKIES)),
    "a wall of payment": re.compile(_any(_PAYMENT)),
}
_WEAK = re.compile(_any(_AMONG))
#: Either at the beginning of a text: for Polars, and what ends a sentence here goes on there.
_BEGINS = "^(?:" + "|".join(map(_any, (_ERROR, _MACHINES, _COOKIES, _PAYMENT, _AMONG))).replace("$", "") + ")"
_RULES = r"(?i)^\s*(?:#|(?:user-agent|(?:dis)?allow|sitemap)\s{0,9}:)"  # how rules for crawlers begin
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_SIGNS = re.compile(r"[\W_]+")
_MOST_WORDS = 40  # of a sentence


def find_stand_ins(texts: pl.Series, titles: pl.Series) -> pl.Series:
    """Texts and titles -> what each text is in an article's place, null where it is an article. *map*.

    Only texts that begin as such do are read sentence by sentence: 10,000 stories of 1 kB take .025 processor seconds.
    """
    told: list[str | None] = [None] * len(texts)
    for row in may_stand_in(texts).arg_true():
        told[row] = stands_in(texts[row], titles[row])
    return pl.Series(texts.name, told, dtype=pl.String)


def stands_in(text: str, title: str | None = None) -> str | None:
    """What stands in an article's place, if a text says nothing else; None for an article.

    >>> stands_in("[Removed]"), stands_in("Access denied"), stands_in("Access denied: how a dredger was locked out.")
    ('a text that was removed', 'an error', None)
    """
    if is_rules_for_crawlers(text):
        return "rules for crawlers"
    if len(text) > LONGEST:
        return None
    text = text.strip()
    if _REMOVED.fullmatch(text):
        return "a text that was removed"
    named = ""
    for sentence in filter(None, map(_plain, _SENTENCE.split(text))):
        what = _what_of(sentence)
        if what is None:
            return None
        named = named or what
    if not named and text and title:
        named = _what_of(_plain(title)) or ""
    return named or None


def may_stand_in(texts: pl.Series) -> pl.Series:
    """Which texts begin as those that stand in an article's place."""
    rows = (texts.str.len_chars() <= LONGEST).arg_true()
    begins = texts.gather(rows).str.slice(0, 200).str.to_lowercase().str.replace_all(r"[\W_]+", " ")
    likely = begins.str.strip_chars().str.contains(_BEGINS) | (texts.gather(rows).str.len_bytes() <= 40)
    return texts.str.contains(_RULES).scatter(rows.filter(likely), True)  # noqa: FBT003  scatter has no names


def _plain(sentence: str) -> str:
    return _SIGNS.sub(" ", sentence.lower()).strip()


def _what_of(sentence: str) -> str | None:
    """A sentence in small letters -> what it belongs to; empty where it says nothing alone, None for any other."""
    if len(sentence.split()) > _MOST_WORDS:
        return None
    told = next((what for what, begins in _STRONG.items() if begins.match(sentence)), None)
    return told or ("" if _WEAK.match(sentence) else None)


#: A line of the rules that a site gives to crawlers (RFC 9309, section 2.2, and what search engines added).
_RULE = re.compile(
    r"(?:user-agent|(?:dis)?allow|sitemap|crawl-delay|host|noindex|clean-param|request-rate|visit-time|content-signal)"
    r"\s{0,9}:.{0,2000}",
    re.IGNORECASE,
)


def is_rules_for_crawlers(text: str) -> bool:
    """Whether a text is a robots.txt: a rule or a comment a line.

    >>> is_rules_for_crawlers("User-agent: *"), is_rules_for_crawlers("Host: Ann Lee")
    (True, False)
    """
    if "user-agent" not in text[:20_000].lower():
        return False
    lines = [line.strip() for line in text.splitlines()]
    return all(_RULE.fullmatch(line) for line in lines if line and not line.startswith("#"))
