"""Bytes -> text: which encoding they are in, by what that was decided, how surely, and what cannot be text."""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import NamedTuple

BLOCK = 1 << 16
#: As much is looked at to tell an encoding.
_LOOKED_AT = 1 << 18

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_XML_CHARSET = re.compile(rb"^\s*<\?xml[^<>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_:.-]{2,40})")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_PRINTED = re.compile(rb"[\t\n\r -~]")
#: Encodings in seven bits: they look like ASCII, but for the escapes with which they change sets.
_ESCAPED = re.compile(rb"\x1b(?:\$[@AB()]|\([BIJ])")
_GUESSED = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "koi8_r", "iso8859_2",
    "iso8859_9", "iso8859_15", "mac_roman", "mac_cyrillic", "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr",
]  # fmt: skip
#: What a page means by these names: browsers have read them so for twenty years (WHATWG Encoding, section 4.2).
_MEANT = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030"}

_OF_SEVERAL_BYTES = ("shift_jis", "euc_jp", "gb18030", "big5", "euc_kr")
_LATIN = ("cp1252", "cp1250", "cp1254", "cp1257", "iso8859_2", "iso8859_9", "iso8859_15", "mac_roman")
#: Best first: of two that fit alike the earlier is taken. cp1252 holds all of Latin-1.
_LATIN_LETTERS = {
    "cp1252": frozenset("àáâäãåæçèéêëìíîïñòóôöõøœùúûüß"),
    "cp1250": frozenset("ąćęłńóśźżáčďéěíňřšťúůýžöőüűâăîşţđäôëçß"),
    "iso8859_2": frozenset("ąćęłńóśźżáčďéěíňřšťúůýžöőüűâăîşţđäôëçß"),
    "cp1254": frozenset("çğıöşüâîûi̇"),
    "cp1257": frozenset("āčēģīķļņšūžąęėįųõäöü"),
    "mac_roman": frozenset("àáâäãåæçèéêëìíîïñòóôöõøœùúûüß"),
}
_MARKS = frozenset("«»“”„‘’‚‹›–—…•·§¶©®°£€¥¢¤™¿¡ªº¹²³½¼¾±×÷†‡‰\u00a0\u00ad")
#: Of these the ones that stand inside words.
_IN_WORDS = frozenset("’‘–—·\u00ad")
#: And the ones that no letter stands before.
_BEFORE_WORDS = frozenset("±×÷¶¤¢£¥¿¡½¼¾„")


class Decoded(NamedTuple):
    """A text without its BOM, newlines as they stand; or why there is none.

    `encoding` is None where the bytes are no text. `decided` says by what it was chosen: `bom`, `valid` (strict
    UTF-8), `shape` (UTF-16 without BOM, UTF-8 with a few bad bytes), `declared`, `statistics`; `certainty` how
    surely: 1 where the encoding proves itself, the detector's share of plausible text, null where it was taken at
    its word. `bad_bytes` were replaced by U+FFFD, one for each run, the first at byte `first_bad`.
    """

    text: str
    encoding: str | None
    decided: str = ""
    certainty: float | None = None
    bad_bytes: int = 0
    first_bad: int = 0


def decode_text(content: bytes, declared: str | None = None) -> Decoded:
    """Bytes -> text: by BOM, strict UTF-8, UTF-16 without BOM, what is declared, then by statistics."""
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return _replacing(content[len(bom) :], encoding, "bom", 1.0)
    wide = _wide_encoding(content)
    if wide:
        return _replacing(content, wide, "shape", 1.0)
    named = _codec(declared)
    if is_binary(content):
        return Decoded("", None)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        if _ESCAPED.search(content):
            return _by_escapes(content, text)
        return Decoded(text, "utf-8", "valid", 1.0)
    damaged = _replacing(content, "utf-8", "shape", None)
    accented = sum(byte >= 0xC0 for byte in content[: 1 << 20])
    # Broken UTF-8 still has sound sequences by the dozen; an eight-bit encoding has next to none.
    if damaged.bad_bytes * 10 <= accented:
        return damaged._replace(certainty=round(1 - damaged.bad_bytes / max(1, accented), 3))
    if named is not None:
        told = _replacing(content, named, "declared", None)
        # A server that says the wrong thing of all its pages is common; one bad byte in a page is as well.
        if told.bad_bytes * 20 <= accented:
            return told
    return _by_statistics(content)


def is_binary(content: bytes) -> bool:
    """Whether the first 64 kB hold more control characters than any text would (1 in 50)."""
    head = content[:BLOCK]
    return len(_CONTROL.findall(head)) * 50 > len(head)


def _codec(name: str | None) -> str | None:
    """A declared encoding -> Python's name of it, as browsers mean it; None if it is none or no encoding of text."""
    if not name or len(name) > 40 or not name.isascii():
        return None
    try:
        found = codecs.lookup(name.strip().strip("\"'")).name
        bytes(4).decode(found)  # rot13 and uu are codecs too, and no encodings: decoding nothing would not tell
    except (LookupError, ValueError):
        return None
    return None if found in ("idna", "punycode", "utf-7", "unicode_escape") else _MEANT.get(found, found)


def _wide_encoding(content: bytes) -> str | None:
    """UTF-16 without a BOM: no control character stays one, and text keeps to a few blocks of 256 letters.

    Read in the wrong order, or if it is no text at all, every other letter is of another block.
    """
    head = content[: 1 << 12]
    if len(head) < 4 or len(content) % 2 or not _CONTROL.search(head):
        return None
    # Of two bytes to a letter half are none that ASCII prints, in Chinese two fifths; text in ASCII with one NUL in it
    # is as well Chinese that nobody wrote.
    if len(_PRINTED.findall(head)) * 4 > len(head) * 3:
        return None
    found: list[tuple[int, str]] = []
    for encoding, high in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        try:
            letters = head.decode(encoding)
        except UnicodeDecodeError as error:
            if error.end < len(head):
                continue
            letters = head[: error.start].decode(encoding)
        blocks, many = len(set(high)), len(letters)
        strange = sum(unicodedata.category(letter) in _NO_TEXT and letter not in "\t\n\r\f" for letter in letters)
        spaces = sum(letter in " \n\u3000\u3001\u3002\uff0c" for letter in letters)
        # Chinese news uses eighty blocks; but then a space, a line end or a full stop comes every few words.
        few = blocks <= max(2, many // 8) or (many >= 40 and spaces * 50 >= many)
        if few and strange * 50 <= many:
            found.append((blocks, encoding))
    return min(found)[1] if found else None


#: Categories of characters that text does not hold: controls, halves of pairs, private ones and unassigned ones.
_NO_TEXT = frozenset(("Cc", "Cs", "Co", "Cn"))


def _replacing(content: bytes, encoding: str, decided: str, certainty: float | None) -> Decoded:
    try:
        return Decoded(content.decode(encoding), encoding, decided, certainty)
    except UnicodeDecodeError as error:
        text = content.decode(encoding, "replace")
        bad = max(1, text.count("\ufffd"))
        return Decoded(text, encoding, decided, certainty, bad, error.start)


def _by_escapes(content: bytes, plain: str) -> Decoded:
    """Text with the escapes of ISO 2022 -> read as such, if that works without an error."""
    for encoding in ("iso2022_jp_2", "iso2022_kr"):
        try:
            return Decoded(content.decode(encoding), encoding, "shape", 1.0)
        except UnicodeDecodeError:
            continue
    return Decoded(plain, "utf-8", "valid", 1.0)


def _by_statistics(content: bytes) -> Decoded:
    from charset_normalizer import from_bytes  # noqa: PLC0415  40 ms that UTF-8 never pays

    matches = from_bytes(content[:_LOOKED_AT], cp_isolation=_GUESSED, threshold=0.15)
    best = matches.best()
    if best is None:
        return Decoded("", None)
    encoding = best.encoding
    if encoding in _LATIN:
        encoding, share = _likeliest_latin(content)
        # In ASCII with a few signs of a wide encoding, these are letters that no language of Latin script writes so.
        wide = next((one.encoding for one in matches if one.encoding in _OF_SEVERAL_BYTES), None)
        encoding = wide if wide is not None and share < 0.5 else encoding
    told = _replacing(content, encoding, "statistics", round(1 - best.chaos, 3))
    # Past what the detector has read, a few bytes may have no letter; more, and it was the wrong encoding.
    return told if told.bad_bytes * 1000 <= len(content) else Decoded("", None)


def _likeliest_latin(content: bytes) -> tuple[str, float]:
    """Of the Latin encodings the one under which most accented letters are such as its languages write; what share.

    The detector's figures for these are equal, and it then takes cp1250: "trčs" for "très". A capital behind a small
    letter, a letter beside a digit, a sign inside a word: nobody writes those, they are of another encoding.
    """
    shares: dict[str, float] = {}
    for encoding, letters in _LATIN_LETTERS.items():
        text = f" {content[:_LOOKED_AT].decode(encoding, 'replace')} "
        good = all_letters = 0
        for before, letter, after in zip(text, text[1:], text[2:], strict=False):
            inside = before.isalpha() and (letter in _BEFORE_WORDS or (after.isalpha() and letter not in _IN_WORDS))
            if letter >= "\x80" and (inside or letter not in _MARKS):
                odd = (before.islower() and letter.isupper()) or before.isdecimal() or after.isdecimal()
                all_letters, good = all_letters + 1, good + (letter.lower() in letters and not odd)
        shares[encoding] = good / all_letters if all_letters else 1.0
    return max(shares.items(), key=lambda item: item[1])


def xml_charset(content: bytes) -> str | None:
    """The encoding that an XML declaration names."""
    match = _XML_CHARSET.match(content[:300])
    return match[1].decode() if match else None
