"""Short lines -> what their own words say: a date, an author, a picture's credit, page furniture."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from provenance.text import furniture, role_kernels
from provenance.text.month_names import MONTHS, WEEKDAYS

if TYPE_CHECKING:
    import polars as pl

    from provenance.arrays import Array
    from provenance.text.tokens import Folded

# Polars' engine reads these: linear in the line, whatever it holds.
_PICTURE_WORDS = (
    "photos?|images?|pictures?|photographs?|fotos?|imagen|immagine|bild|illustration|"
    "фото|صورة|الصورة|עکس|عکس|צילום|fotoğraf|φωτογραφία"
)
_KINDS = (
    "illustrative|representative|representational|file|archive|archival|stock|handout|undated|aerial|satellite|"
    "screen|courtesy"
)
_NAMED = r"\p{Lu}[\p{L}\p{M}.'’-]*(?:[ \x{a0}]\p{Lu}[\p{L}\p{M}.'’-]*){0,4}"
PICTURE = "|".join(
    (
        # how a caption begins
        rf"(?i)^\W{{0,3}}(?:{_KINDS})\s?(?:{_PICTURE_WORDS}|pics?|footage|shot|grab)\b",
        r"(?i)^\W{0,3}file\s?[-–—:]\s?\S",
        rf"(?i)^\W{{0,3}}(?:{_PICTURE_WORDS}|credits?|crédits?|crédito|archivbild|symbolbild)(?:\s(?:credits?|source|crédit))?\s?(?:[:©/|]|\b(?:by|par|von|courtesy)\b)",
        r"(?i)^in this .{0,80}\b(?:photo|photograph|image|picture|file)\b",
        # how it ends: the credit in parentheses, or behind a slash or colon
        rf"(?i)\([^()]{{0,80}}\b(?:{_PICTURE_WORDS}|file|getty|handout|archive|courtesy|shutterstock|screengrab|screenshot|credit|via)\b[^()]{{0,80}}\)\W{{0,2}}$",
        rf"\({_NAMED}\s?/\s?{_NAMED}\)\W{{0,2}}$",
        rf"(?i)\b(?:{_PICTURE_WORDS}|credits?|crédit)\s?[:/©]\s?\w[^.:]{{0,60}}$",
        r"(?i)\b(?:getty images|ap photo|afp photo|shutterstock|istock|epa-efe)\b[^.]{0,40}$",
        rf"^{_NAMED}\s?/\s?{_NAMED}$",
    )
)
#: Agencies by the names with which they sign.
_WIRES = (
    "AP|AFP|afp|UPI|EFE|DPA|dpa|PTI|ANI|IANS|UNI|TASS|ANSA|Xinhua|AAP|PA|PA Media|ANP|ATS|ats|SDA|sda|APA|DHA|[İI]HA|"
    "AA|Anadolu(?: Agency)?|Lusa|LUSA|Belga|BELGA|Kyodo|KYODO|Jiji|JIJI|Yonhap|Bernama|BERNAMA|SPA|WAM|QNA|KUNA|APS|"
    "IRNA|FNA|SANA|WAFA|Adnkronos|LaPresse|Reuters|REUTERS|Europa Press|رويترز|أ\\s?\\.?ف\\s?\\.?ب\\.?|"
    "ا\\s?\\.?ف\\s?\\.?ب\\.?|أ\\s?\\.?ب\\.?|الأناضول|فرانس برس|واس|وام|قنا|كونا|سانا|Рейтер|РИА Новости|ТАСС|Интерфакс"
)
# An agency alone in parentheses credits the picture only where a caption may stand.
CREDIT = rf"\(\s?(?:{_WIRES}|EPA|Bloomberg|Twitter|Facebook|Telegram|X|وكالات)\s?\)\W{{0,2}}$"
_TRADES = (
    "staff|staff writer|writer|correspondent|reporter|editor|contributor|bureau|bureau chief|agencies|news agency|"
    "associated press|the associated press|cnn|bbc|reuters|afp"
)
_MADE = "written|reported|posted|words|text|story|analysis|report"
AUTHOR = "|".join(
    (
        rf"^(?i:by|(?:as )?(?:{_MADE}) by|author:)[\s:]+\s?\p{{Lu}}.{{0,90}}$",
        r"^(?:Par|Por|Von|Door|Av|Oleh|Autor|Autora|Auteur|Autore|Yazan|Автор|Текст|Tekst|Text)[\s:]+\s?\p{Lu}[^.]{0,60}$",
        r"^(?:بقلم|إعداد|تحرير|كتب\s?[:/]|كتبت\s?[:/]|نویسنده)\s?[:/]?\s?\S",
        r"(?i:\b(?:written|prepared|compiled|edited|translated|authored|submitted) by)\s(?:\p{Lu}|\p{Lo})",
        r"(?i)^\W?(?:additional )?(?:reporting|writing|editing|research) (?:by|from)\s",
        r"(?i)^\W?with (?:reporting|files|contributions|additional reporting) (?:by|from)\s",
        r"(?i)\bcontributed to this (?:report|story|article)\W{0,2}$",
        rf"^{_NAMED}(?:,? (?:and|et|y|und|و) {_NAMED})?\s?[,|–—-]\s?(?:{_NAMED}\s)?(?i:{_TRADES})$",
        # a paper's desk beside an agency: `Redacción / EFE`, which has the shape of a picture's credit
        r"^(?i:redacci[oó]n|reda[cç][aã]o|r[eé]daction|redaktion|redazione|agencias|agences)\s?[/|,].{1,60}$",
        rf"^\W{{0,3}}(?:{_WIRES}|EPA|CNN|BBC)\W{{0,3}}$",
    )
)
# A form is tried on the lines that hold one of its hints: three quarters of the time otherwise goes here.
_PICTURE_HINTS = """photo Photo PHOTO image Image IMAGE icture PICTURE oto FOTO magen mmagine ild BILD llustra ILLUSTRA
фото Фото صورة عکس צילום fotoğraf Fotoğraf φωτο Φωτο / : file File FILE etty redit CREDIT rédit rédito andout rchive via
hutterstock creen ourtesy tock footage"""
_AUTHOR_HINTS = """by BY By uthor Par Por Von Door Av Oleh Aut Yazan Автор Текст Tekst Text بقلم إعداد تحرير كتب نویسنده
eporting riting diting esearch with With ontributed taff writer correspondent reporter editor contributor bureau agenc
edac EDAC édac ÉDAC Redak Redaz Agenc AGENC
CNN BBC cnn bbc euters EUTERS AFP AP UPI EPA EFE DPA dpa PTI ANI TASS ANSA inhua رويترز ssociated Writer Correspondent
IANS UNI PA ANP ATS ats SDA sda DHA HA AA nadolu usa LUSA elga ELGA yodo YODO iji IJI onhap ernama ERNAMA WAM QNA KUNA
IRNA FNA SANA WAFA dnkronos LaPresse uropa فرانس واس وام قنا كونا سانا الأناضول Рейтер РИА ТАСС Интерфакс
Reporter Editor Contributor Bureau"""
_FORMS = (
    (role_kernels.PICTURE, _PICTURE_HINTS.split(), PICTURE),
    (role_kernels.CREDIT, [")"], CREDIT),
    (role_kernels.AUTHOR, _AUTHOR_HINTS.split(), AUTHOR),
)
GLUED = r"^\p{Lu}[\p{Ll}\p{Lu}]*\p{Ll}\p{Lu}\p{Ll}+[\p{Ll}\p{Lu}]*$"  # "IraqSyria": the tags of a page, run together
_TIME_WORDS = """published updated posted last modified update first on at am pm a p m h t z gmt utc est edt et pt pst
pdt ist bst cet cest ct cst local time hours hour hrs minutes minute mins min days day weeks week ago read date
dated created edited le la el los las de del da do di il les lo um uhr den der vom alle ore kl klo publie
publiee mis mise jour modifie modifiee heures actualizado actualizada publicado publicada hora aktualisiert
veroffentlicht stand pubblicato aggiornato atualizado em as opublikowano aktualizacja godz yayınlanma
guncelleme tarihi saat
опубликовано обновлено в г تاريخ النشر نشر تحديث اخر آخر في الساعه الساعة منذ بتوقيت ص م جرينتش غرينتش تم التحديث
st nd rd th er o ap afp reuters cnn bbc upi"""


_SHARE_WORDS = """share shares shared facebook twitter whatsapp telegram linkedin reddit pinterest pin tumblr
flipboard google plus stumbleupon digg email mail e print printer tweet tweets retweet like likes x instagram youtube
messenger line viber vk copy link url save more comment comments views view k m fb sms rss subscribe follow total buffer
pocket mix xing partager compartir teilen condividi paylas drucken imprimer imprimir فيسبوك تويتر واتساب تلغرام"""
_COPYRIGHT = r"(?i)^\W{0,3}(?:©|\(c\)|copyright|&copy;)\W{0,3}(?:(?:by\s)?.{0,60}\b\d{4}\b|.{0,60}$)"

#: What the commonest publishing system adds to each item of its feed, in its own translations.
_FEED_FOOT = (
    r"^\W{0,3}(?:The post \S.{0,300} (?:appeared first on|first appeared on)|"
    r"La entrada \S.{0,300} (?:se publicó primero|"
    r"apareció primero|aparece primero) en|"
    r"L[’'](?:article|articolo) \S.{0,300} (?:est apparu en premier sur|proviene da)|"
    r"Der Beitrag \S.{0,300} erschien zuerst auf|O post \S.{0,300} apareceu primeiro em|Запись \S.{0,300} "
    r"впервые появилась|ظهرت المقالة \S.{0,300} أولاً على)\s?.{2,80}$"
)
_FEED_FOOT_HINTS = [
    "The post ",
    "La entrada ",
    "article ",
    "articolo ",
    "Der Beitrag ",
    "O post ",
    "Запись ",
    "ظهرت المقالة",
]


@lru_cache(maxsize=1)
def _share_line() -> str:
    """A folded line of nothing but counts and the names of networks: a bar of buttons."""
    word = "|".join(sorted(_SHARE_WORDS.split(), key=lambda name: (-len(name), name)))
    return rf"^(?:(?:\d{{1,7}}[km]?|{word}) ){{1,19}}(?:{word})$"


@lru_cache(maxsize=1)
def _date_line() -> str:
    """A folded line of nothing but numbers and the words of dates, with at least one number."""
    names = sorted({*_TIME_WORDS.split(), *MONTHS, *WEEKDAYS, *WEEKDAYS_BESIDE}, key=lambda name: (-len(name), name))
    word = "|".join(re.escape(name) for name in names)
    piece = rf"(?:\d{{1,4}}(?:st|nd|rd|th|h|am|pm)?\d{{0,2}}|{word})"
    return rf"^(?:{piece} ){{0,13}}{piece}$"


#: Parts of two-word names, which the tables hold joined ("segunda-feira", "kanun al-thani").
WEEKDAYS_BESIDE = ("feira", "كانون", "تشرين", "الاول", "الثاني")


def mark_lines(lines: pl.Series, folded: Folded, plain: pl.Series) -> Array:
    """Short lines as printed, as FOLDED and as folded strings -> bits of role_kernels, DATE to WIDGET (int32)."""
    mark = np.zeros(len(lines), np.int32)
    for bit, hints, form in _FORMS:
        at = np.flatnonzero(lines.str.contains_any(hints).to_numpy())
        mark[at[lines.gather(at).str.contains(form).to_numpy()]] |= bit
    single = np.flatnonzero(np.diff(folded.tokens.bounds) == 1)
    mark[single[lines.gather(single).str.contains(GLUED).to_numpy()]] |= role_kernels.WIDGET
    dated = plain.str.contains_any(list("0123456789")) & (plain.str.len_bytes() <= 100)
    at = np.flatnonzero(dated.to_numpy())
    mark[at[plain.gather(at).str.contains(_date_line()).to_numpy()]] |= role_kernels.DATE
    bars = plain.str.contains_any(["share", "twitter", "facebook", "email", "print", "whatsapp", "tweet", "comment"])
    at = np.flatnonzero(bars.to_numpy())
    mark[at[plain.gather(at).str.contains(_share_line()).to_numpy()]] |= role_kernels.WIDGET
    at = np.flatnonzero(lines.str.contains_any(["©", "(c)", "(C)", "opyright", "COPYRIGHT", "&copy"]).to_numpy())
    mark[at[lines.gather(at).str.contains(_COPYRIGHT).to_numpy()]] |= role_kernels.FURNITURE
    at = np.flatnonzero(lines.str.contains_any(_FEED_FOOT_HINTS).to_numpy())
    mark[at[lines.gather(at).str.contains(_FEED_FOOT).to_numpy()]] |= role_kernels.WIDGET
    tokens = folded.tokens
    found, _, _ = furniture.find_furniture(tokens, tokens.bounds[:-1], tokens.bounds[1:])
    sure = furniture.WHOLE | furniture.START | furniture.NOTICE | furniture.CUES
    few = (found & furniture.BRIEF > 0) & (np.diff(tokens.bounds) <= furniture.BRIEF_WORDS)
    mark[((found & sure) > 0) | few] |= role_kernels.FURNITURE
    return mark
