"""Ways to hide a copy from a machine that no reader sees, and honest text that does something of the kind.

Each way changes a share of a text's characters.
"""

# ruff: noqa: E501  a sentence in each language

from __future__ import annotations

from typing import TYPE_CHECKING

from provenance.text.lookalikes import LATIN_FOR

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

HONEST = {
    "Arabic": "قرر مجلس المدينة يوم الثلاثاء شراءَ حفّارةٍ ثانيةٍ للميناء بعد شتاءٍ طويل، وقال رئيس البلدية \u200f(62 عاماً)\u200f إن \u202bAFP\u202c نقلت ذلك.",
    "Persian": "شورای شهر می\u200cگوید که کشتی\u200cهای ماهیگیری نمی\u200cتوانند در جزر بندر را ترک کنند و بودجه\u200cای برای آن هست.",
    "Russian": "Совет портового города решил во вторник купить второй земснаряд: IT-компания и Windows-версия ни при чём, сказал мэр.",
    "Hindi": "नगर परिषद ने मंगलवार को दूसरा ड्रेजर खरीदने का फैसला किया; क्\u200dष और श्री\u200cमान जैसे शब्द भी यहाँ हैं।",
    "Chinese": "港口城市议会周二决定购买第二艘挖泥船，因为第一艘整个冬天都闲置着，市长说资金已经到位。ＣＣＴＶ报道。",
    "Japanese": "港町の議会は火曜日、二隻目の浚渫船を購入することを決めた。ＮＨＫによると、市長は資金があると述べた。",
    "Thai": "สภาเมือง\u200bท่าเรือ\u200bตัดสินใจ\u200bเมื่อวันอังคาร\u200bว่า\u200bจะซื้อ\u200bเรือขุด\u200bลำที่สอง\u200bเพราะ\u200bลำแรก\u200bจอดอยู่\u200bตลอด\u200bฤดูหนาว",
    "Hebrew": "מועצת עיר הנמל החליטה ביום שלישי לקנות מחפר שני, אמר ראש העיר \u200e(62)\u200e לסוכנות \u2066Reuters\u2069.",
    "German": "Der Ge\u00admein\u00adde\u00adrat der Ha\u00adfen\u00adstadt be\u00adschloss am Diens\u00adtag, einen zwei\u00adten Bag\u00adger zu kau\u00adfen.",
    "Vietnamese": "Hội đồng thành phố cảng đã quyết định hôm thứ Ba mua tàu nạo vét thứ hai vì chiếc đầu tiên nằm không suốt mùa đông.",
    "English": "The café’s “naïve” façade, 5 µm thick, cost €30 \u2013 a 3\u00a0m² job 👩\u200d🚒 for A.\u00a0B. O’Neill & Sons\u2122, said Σίσυφος in a Δt of 5 μm.",
}  # fmt: skip

ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"
TAGS = "".join(map(chr, range(0xE0061, 0xE007B)))
SELECTORS = "\ufe00\ufe01\ufe0e\ufe0f"
MARKS = "".join(map(chr, range(0x300, 0x370)))
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
CAPITALS = {
    "A": "АΑ", "B": "ВΒ", "C": "С", "E": "ЕΕ", "H": "Н", "K": "КΚ", "M": "М", "O": "ОΟ", "P": "РΡ", "T": "ТΤ",
}  # fmt: skip
TWINS = CAPITALS | {
    small: "".join(letter for letter, latin in LATIN_FOR.items() if latin == small) for small in LETTERS[:26]
}


def inserting(pieces: str, most: int = 1) -> Callable[[str, float, random.Random], str]:
    def attack(text: str, rate: float, chance: random.Random) -> str:
        return "".join(
            letter + "".join(chance.choices(pieces, k=chance.randint(1, most))) if chance.random() < rate else letter
            for letter in text
        )

    return attack


def homoglyphs(text: str, rate: float, chance: random.Random) -> str:
    return "".join(
        chance.choice(TWINS[letter]) if TWINS.get(letter) and chance.random() < rate else letter for letter in text
    )


def full_width(text: str, rate: float, chance: random.Random) -> str:
    return "".join(
        chr(ord(letter) + 0xFEE0) if letter in LETTERS and chance.random() < rate else letter for letter in text
    )


ATTACKS: dict[str, Callable[[str, float, random.Random], str]] = {
    "zero-width characters": inserting(ZERO_WIDTH, 3),
    "bidi controls": inserting(BIDI),
    "soft hyphens": inserting("\u00ad"),
    "tags": inserting(TAGS, 3),
    "variation selectors": inserting(SELECTORS),
    "combining marks": inserting(MARKS, 6),
    "homoglyphs": homoglyphs,
    "full width": full_width,
}
RATES = (0.01, 0.05, 0.2)
