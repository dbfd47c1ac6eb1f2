"""Names of agencies and outlets -> one canonical spelling, by the package's table and by shape."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple
from urllib.parse import urlsplit


def words(text: str) -> frozenset[str]:
    """The words of a list written as running text."""
    return frozenset(text.split())


#: Last words that make an unknown capitalised phrase look like an outlet.
OUTLET_WORDS = words(
    """
    news times post tribune herald journal gazette press agency radio tv television today daily observer monitor
    chronicle mail express online media weekly review magazine star globe mirror standard sentinel courier
    dispatch examiner inquirer telegraph independent echo broadcasting insider newspaper bulletin register argus
    advertiser record citizen eye newswire wire zeitung presse diario globo fm newsroom reporter
    newsletter digest ledger beacon lantern banner leader bee eagle messenger enterprise republic zeit
    jornal correio gazeta kurier post-gazette sun-times free-press union-tribune
    """
)
_ENDS_IN_DOMAIN = re.compile(r"\.(?<=[\w-]{3}\.)(?:com|org|net|info|tv|news|co|io|me|ru|ir|iq)$", re.IGNORECASE)
_AGENCY = re.compile(r"(?: (?:News|Press|Telegraph|Information|Wire))?(?: (?:Agency|Newswire|Service))$")
_THE = re.compile(r"^[Tt]he (?=\S)")
#: Words behind an agency's name that say which part of its news this is: the title of a feed or a section.
SECTIONS = words(
    """
    world news top latest breaking headlines international national politics business markets economy finance money
    sport sports science health technology tech entertainment culture lifestyle environment live wire rss feed english
    """
)
_NOT_WORD = re.compile(r"[\W_]+")
#: Where an outlet is printed, as databases write it behind the name: The Guardian (London), Daily News (New York).
_PRINTED_IN = re.compile(r"^(?P<name>[^()]{3,60}?) ?\((?P<place>[^()]{3,40})\)$")
#: The countries that such places are in, as the table of outlets writes them and as that of places does.
_COUNTRIES = {
    "AE": "United Arab Emirates", "AU": "Australia", "BD": "Bangladesh", "CA": "Canada", "DE": "Germany", "EG": "Egypt",
    "ES": "Spain", "FR": "France", "GB": "United Kingdom", "GH": "Ghana", "IE": "Ireland", "IN": "India",
    "IL": "Israel", "IT": "Italy", "KE": "Kenya", "LB": "Lebanon", "LK": "Sri Lanka", "MY": "Malaysia", "NG": "Nigeria",
    "NZ": "New Zealand", "PH": "Philippines", "PK": "Pakistan", "SA": "Saudi Arabia", "SG": "Singapore",
    "TR": "Turkey", "UG": "Uganda", "US": "United States", "ZA": "South Africa", "ZW": "Zimbabwe",
}  # fmt: skip
_PARTS = dict.fromkeys(("england", "scotland", "wales", "northern ireland", "uk"), "United Kingdom")
_APOSTROPHES = str.maketrans("", "", "'’‘`ʼʻ´")


class Lexicon(NamedTuple):
    """The table of outlets, indexed."""

    plain: dict[str, str]  # key of a spelling that needs no cue -> canonical name
    cued: dict[str, str]  # key of a spelling that is a name only beside a cue -> canonical name
    exact: dict[str, frozenset[str]]  # key of a short cued spelling -> how it must be written
    kinds: dict[str, str]  # canonical name -> agency or outlet
    countries: dict[str, str]  # canonical name -> country
    domains: dict[str, str]  # host without www -> canonical name
    spellings: tuple[str, ...]  # all that need no cue, as they are written
    agencies: tuple[str, ...]  # all of agencies, as the table has them


@lru_cache(1 << 16)
def key(name: str) -> str:
    """The folded words of a name, joined by a space; two spellings of one name have one key."""
    if name.isascii():
        return _NOT_WORD.sub(" ", name.replace("'", "").replace("`", "").lower()).strip()
    bare = unicodedata.normalize("NFKD", name.translate(_APOSTROPHES)).casefold()
    letters = bare if bare.isascii() else "".join(sign for sign in bare if not unicodedata.combining(sign))
    return _NOT_WORD.sub(" ", letters).strip()


def _rows(table: str) -> list[list[str]]:
    text = resources.files("provenance.tracing.statements").joinpath(table).read_text("utf-8")
    return [line.split("\t") for line in text.splitlines()[1:]]


def _written(spelling: str) -> set[str]:
    """The ways in which one spelling is written: Al-X, al-X, Al X, capitals, either apostrophe."""
    ways = {spelling}
    if spelling[:3].casefold() in ("al-", "al "):
        rest = spelling[3:]
        ways |= {"Al-" + rest, "al-" + rest, "Al " + rest}
    if len(spelling) >= 6:
        ways.add(spelling.upper())
    return ways | {way.replace("'", "’") for way in ways}


@cache
def lexicon() -> Lexicon:
    """The package's table of outlets, read once."""
    plain: dict[str, str] = {}
    cued: dict[str, str] = {}
    exact: dict[str, set[str]] = {}
    kinds: dict[str, str] = {}
    countries: dict[str, str] = {}
    domains: dict[str, str] = {}
    spellings: set[str] = set()
    agencies: set[str] = set()
    for name, kind, country, aliases, short, hosts in _rows("outlets.tsv"):
        kinds[name] = kind
        countries[name] = country
        weak = [word for word in short.split("|") if word]
        strong = [word for word in [name, *aliases.split("|")] if word and word not in weak]
        agencies |= {*strong, *weak} if kind == "agency" else set()
        for word in strong:
            plain.setdefault(key(word), name)
            spellings |= _written(word)
        for word in weak:
            cued.setdefault(key(word), name)
            if len(word) <= 4:
                exact.setdefault(key(word), set()).add(word)
        for host in hosts.split("|"):
            if host:
                domains.setdefault(host, name)
    frozen = {word: frozenset(ways) for word, ways in exact.items()}
    return Lexicon(plain, cued, frozen, kinds, countries, domains, tuple(sorted(spellings)), tuple(sorted(agencies)))


@lru_cache(1 << 16)
def resolve(name: str, cue: bool = True) -> str | None:
    """The canonical name of a spelling in the table, or None.

    With `cue` the short and ordinary-word spellings count too (AP, Time, The Sun); short ones only as written.
    """
    table = lexicon()
    full = key(name)
    bare = full.removeprefix("the ")
    found = table.plain.get(full) or table.plain.get(bare)
    if found or not cue:
        return found
    for word in (full, bare):
        hit = table.cued.get(word)
        if hit and (word not in table.exact or _THE.sub("", name.strip()) in table.exact[word]):
            return hit
    return None


def canonical(name: str) -> str:
    """The canonical name of an outlet: the table's, or the name itself without odd white space."""
    tidy = " ".join(name.split())
    host = host_of(tidy)
    if host:
        return lexicon().domains.get(host, host)
    bare = re.sub(r" (?:Newspaper|newspaper|English)$", "", tidy)
    return resolve(tidy) or resolve(bare) or _agency_of_section(tidy) or _printed_in(tidy) or tidy


def _agency_of_section(name: str) -> str | None:
    """The agency of a name with nothing but sections behind it: `AP News`, `Reuters: Top News`.

    An abbreviation is taken for an agency's only if its site is called so (ap.org): AIP News is of physicists, and not
    of afghanislamicpress.com; RTRS News is of Banja Luka, and not of Reuters.
    """
    parts = name.split()
    while len(parts) > 1 and key(parts[-1]) in SECTIONS:
        parts.pop()
    called = " ".join(parts).rstrip(" :|-–—")
    found = resolve(called) if len(parts) < len(name.split()) else None
    if found is None or not is_agency(found):
        return None
    short = key(called).replace(" ", "")
    sites = (label for host, owner in lexicon().domains.items() if owner == found for label in host.split("."))
    return found if resolve(called, cue=False) or any(label.startswith(short) for label in sites) else None


def _printed_in(name: str) -> str | None:
    """The outlet of a name with its place behind it: `The Guardian (London)`, `Daily News (New York)`.

    The place must be in the outlet's country: The Nation (Nairobi) is not that of New York.
    """
    found = _PRINTED_IN.match(name)
    if not found:
        return None
    bare, place = found["name"], found["place"].split(",")[0]
    country = regions().get(key(found["place"].rpartition(",")[2])) or regions().get(key(place))
    known = resolve(bare)
    if known and country and _COUNTRIES.get(lexicon().countries[known]) == country:
        return known
    return resolve(f"{bare} ({country})") or resolve(f"{place} {_THE.sub('', bare)}")


def is_section(name: str) -> bool:
    """Whether a name is only that of a section: `World News`."""
    return set(key(name).split()) <= SECTIONS


@lru_cache(1 << 16)
def same(left: str, right: str) -> bool:
    """Whether two names are one outlet: equal keys without spaces and a leading The."""
    return compact(left) == compact(right)


@lru_cache(1 << 16)
def compact(name: str) -> str:
    """The key of a name's canonical form without spaces: SouthFront, South Front and southfront.org are one."""
    known = canonical(name)
    host = host_of(known)
    if host and host.count(".") == 1:
        known = host.partition(".")[0]
    return key(known).removeprefix("the ").replace(" ", "")


def is_agency(name: str) -> bool:
    """Whether the table, or the name itself, says that this is a news agency."""
    kind = lexicon().kinds.get(name)
    return kind == "agency" if kind else name.casefold().endswith(("agency", "newswire", "wire service"))


@lru_cache(1 << 16)
def shorten(name: str) -> frozenset[str]:
    """Short names of an outlet that is not in the table: OTA for Osprey Telegraph Agency, Osprey for its news."""
    if resolve(name):
        return frozenset()
    parts = [part for part in name.replace("-", " ").split() if part[:1].isupper()]
    short = {"".join(part[0] for part in parts)} if len(parts) >= 2 else set()
    if is_agency(name):
        bare = _AGENCY.sub("", name)
        short |= {bare} if bare != name else set()
    return frozenset(short)


def host_of(address: str) -> str | None:
    """The host of an address or a bare host, without www; None if it is neither."""
    if "//" not in address:
        if not _ENDS_IN_DOMAIN.search(address.split("/", maxsplit=1)[0]) or " " in address.strip():
            return None
        address = "//" + address
    try:
        host = urlsplit(address).hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None


def outlet_of_address(address: str) -> str | None:
    """The outlet of the table whose domain an address is under, or None."""
    host = host_of(address)
    while host and "." in host:
        if found := lexicon().domains.get(host):
            return found
        host = host.partition(".")[2]
    return None


def looks_like_outlet(name: str) -> bool:
    """Whether a capitalised phrase that is not in the table has the shape of an outlet's name."""
    words = name.split()
    if not words:
        return False
    if _ENDS_IN_DOMAIN.search(words[-1]):
        return True
    last = key(words[-1])
    if last == "agency" and not {key(word) for word in words} & {"news", "press", "wire", "telegraph", "information"}:
        return False  # of energy, space, intelligence
    return len(words) >= 2 and (last in OUTLET_WORDS or (last == "24" and words[0][0].isupper()))


@cache
def places() -> dict[str, str]:
    """Folded place -> what it is: city, region, or an abbreviation of a region."""
    return {key(name): kind for name, _, kind in _rows("places.tsv")}


@cache
def regions() -> dict[str, str]:
    """Folded place -> the country that it is in."""
    return {key(name): region for name, region, _ in _rows("places.tsv") if region} | _PARTS
