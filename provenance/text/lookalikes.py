"""Letters of other scripts that look like Latin ones, for words that mix scripts as no language does.

Whoever hides a copy swaps letters for their twins ("соuncil" with two Cyrillic ones). A word of one script is left as
it is, so that Russian and Greek stay what they are, but for those of one or two letters; in a mixed word the script of
the fewer letters gives way.
After Unicode Technical Standard 39 (confusables), written down anew for folded letters.
"""

from __future__ import annotations

import numpy as np

#: Folded letter -> the Latin one that it passes for: as written small or, where only the capital does, as a capital.
LATIN_FOR = {
    # signs of phonetics
    "ɑ": "a", "ɡ": "g", "ɩ": "i", "ʏ": "y",
    # Cyrillic
    "а": "a", "в": "b", "г": "r", "е": "e", "і": "i", "ј": "j", "к": "k", "м": "m", "н": "h", "о": "o", "п": "n",
    "р": "p", "с": "c", "т": "t", "у": "y", "х": "x", "ѕ": "s", "ь": "b", "ѵ": "v", "ү": "y", "һ": "h", "ӏ": "l",
    "ԁ": "d", "ԛ": "q", "ԝ": "w",
    # Greek
    "α": "a", "β": "b", "γ": "y", "ε": "e", "ζ": "z", "η": "n", "ι": "i", "κ": "k", "ν": "v", "μ": "m", "ο": "o",
    "ρ": "p",
    "σ": "c", "τ": "t", "υ": "u", "χ": "x", "ω": "w", "ϳ": "j",
    # Armenian
    "զ": "q", "հ": "h", "յ": "j", "ո": "n", "ս": "u", "ց": "g", "օ": "o",
}  # fmt: skip
LOWEST, HIGHEST = 0x250, 0x58F  # phonetics to Armenian: two bytes each in UTF-8

#: LATIN[c - LOWEST]: the Latin letter for a folded code point, 0 for none.
LATIN = np.zeros(HIGHEST + 1 - LOWEST, np.uint8)
for _letter, _latin in LATIN_FOR.items():
    LATIN[ord(_letter) - LOWEST] = ord(_latin)
#: CYRILLIC[c - 97], GREEK[c - 97]: the first letter of those scripts that passes for a Latin one, 0 for none.
CYRILLIC = np.zeros(26, np.uint16)
GREEK = np.zeros(26, np.uint16)
for _letter, _latin in reversed(LATIN_FOR.items()):
    if 0x400 <= ord(_letter) <= 0x52F:
        CYRILLIC[ord(_latin) - 97] = ord(_letter)
    elif 0x370 <= ord(_letter) < 0x400:
        GREEK[ord(_latin) - 97] = ord(_letter)
