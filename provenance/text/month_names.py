"""Names of months and weekdays, as newspapers in some twenty languages print them."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# One line a language: twelve months; variants of one month are joined by |. Written without marks where
# `name_key` drops them anyway.
_MONTHS = """
january|jan february|feb march|mar april|apr may june|jun july|jul august|aug september|sep|sept october|oct november|nov december|dec
janvier|janv fevrier|fevr|fev mars avril|avr mai juin juillet|juil aout septembre octobre novembre decembre|dec
enero|ene febrero marzo abril|abr mayo junio julio agosto|ago septiembre|setiembre octubre noviembre diciembre|dic
janeiro fevereiro marco abril maio|mai junho julho agosto setembro|set outubro|out novembro dezembro|dez
gennaio|gen febbraio marzo aprile maggio|mag giugno|giu luglio|lug agosto settembre|set ottobre|ott novembre dicembre
januar|janner februar|feber marz|maerz|mrz april mai juni juli august september oktober|okt november dezember|dez
januari februari maart|mrt april mei juni juli augustus september oktober november december
januari februari mars april maj juni juli augusti september oktober november december
januar februar marts april maj juni juli august september oktober november desember
januari februari|pebruari maret april mei juni juli agustus|agt september oktober november|nopember desember|des
ocak|oca subat|sub mart nisan|nis mayis|may haziran|haz temmuz|tem agustos|agu eylul|eyl ekim|eki kasim|kas aralik|ara
stycznia|styczen lutego|luty marca|marzec kwietnia|kwiecien maja|maj czerwca|czerwiec lipca|lipiec sierpnia|sierpien wrzesnia|wrzesien pazdziernika|pazdziernik listopada|listopad grudnia|grudzien
января|январь|янв февраля|февраль|фев марта|март|мар апреля|апрель|апр мая|май июня|июнь|июн июля|июль|июл августа|август|авг сентября|сентябрь|сен октября|октябрь|окт ноября|ноябрь|ноя декабря|декабрь|дек
січня|січень лютого|лютий березня|березень квітня|квітень травня|травень червня|червень липня|липень серпня|серпень вересня|вересень жовтня|жовтень листопада|листопад грудня|грудень
يناير فبراير مارس أبريل|إبريل مايو يونيو|يونيه يوليو|يوليه أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
كانون_الثاني شباط آذار نيسان أيار حزيران تموز آب أيلول تشرين_الأول تشرين_الثاني كانون_الأول
جانفي فيفري مارس أفريل ماي جوان جويلية أوت سبتمبر أكتوبر نوفمبر ديسمبر
ژانویه فوریه مارس آوریل مه ژوئن ژوئیه|جولای اوت|آگوست سپتامبر اکتبر نوامبر دسامبر
ינואר פברואר מרץ|מרס אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר
ιανουαριου φεβρουαριου μαρτιου απριλιου μαιου ιουνιου ιουλιου αυγουστου σεπτεμβριου οκτωβριου νοεμβριου δεκεμβριου
"""  # noqa: E501  one language a line

# Monday first.
_WEEKDAYS = """
monday|mon tuesday|tue|tues wednesday|wed thursday|thu|thur|thurs friday|fri saturday|sat sunday|sun
lundi|lun mardi|mar mercredi|mer jeudi|jeu vendredi|ven samedi|sam dimanche|dim
lunes martes miercoles|mie jueves|jue viernes|vie sabado|sab domingo|dom
segunda-feira|segunda terca-feira|terca quarta-feira|quarta quinta-feira|quinta sexta-feira|sexta sabado domingo
lunedi martedi mercoledi giovedi venerdi sabato domenica
montag|mo dienstag|di mittwoch|mi donnerstag|do freitag|fr samstag|sonnabend|sa sonntag|so
maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
senin selasa rabu kamis jumat sabtu minggu
pazartesi sali carsamba persembe cuma cumartesi pazar
понедельник|пн вторник|вт среда|ср четверг|чт пятница|пт суббота|сб воскресенье|вс
الاثنين|الإثنين الثلاثاء الأربعاء|الاربعاء الخميس الجمعة السبت الأحد|الاحد
دوشنبه سهشنبه چهارشنبه پنجشنبه جمعه شنبه یکشنبه
"""


@lru_cache(1 << 12)
def name_key(name: str) -> str:
    """A printed name -> the form in which the tables hold it: no case, no marks, no hyphens.

    >>> name_key("Février"), name_key("KASIM"), name_key("Kasım")
    ('fevrier', 'kasim', 'kasim')
    """
    folded = unicodedata.normalize("NFKD", name.casefold())
    kept = (letter for letter in folded if letter.isalpha() and not unicodedata.combining(letter))
    return "".join(kept).replace("ı", "i")


def _table(lines: str) -> dict[str, int]:
    return {
        name_key(variant): number
        for line in lines.strip().splitlines()
        for number, names in enumerate(line.split())
        for variant in names.split("|")
    }


#: name_key -> 1 to 12
MONTHS = {name: number + 1 for name, number in _table(_MONTHS).items()}
#: name_key -> 0 (Monday) to 6
WEEKDAYS = _table(_WEEKDAYS)
