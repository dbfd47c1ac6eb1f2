"""All Hypothesis strategies."""

from __future__ import annotations

from hypothesis import strategies as st

WORDS = ("alder", "birch", "cedar", "été", "Ἰλιάς", "زيتون", "дуб", "I", "42", "don't", "co-op", "ﬁr")
SEPARATORS = (" ", " ", " ", ", ", ". ", "\n", "\n\n", " ", " — ", "\u200b ", "\x00 ")


@st.composite
def texts(draw: st.DrawFn, most: int = 40) -> str:
    """Small texts of few words, so that shared runs are common; hostile separators."""
    words = draw(st.lists(st.sampled_from(WORDS), max_size=most))
    gaps = draw(st.lists(st.sampled_from(SEPARATORS), min_size=len(words), max_size=len(words)))
    return "".join(word + gap for word, gap in zip(words, gaps, strict=True))


@st.composite
def intervals(draw: st.DrawFn, length: int) -> tuple[int, int]:
    """A stretch of something `length` long; it may be empty only if that is."""
    start = draw(st.integers(0, max(length - 1, 0)))
    return start, draw(st.integers(min(start + 1, length), length))


#: Shares with ties and both sides of every limit.
shares = st.sampled_from([0.0, 0.1, 0.25, 0.29, 0.3, 0.31, 0.49, 0.5, 0.51, 0.7, 0.8, 0.9, 1.0])


@st.composite
def graphs(draw: st.DrawFn, most: int = 12) -> tuple[int, list[tuple[int, int, float]]]:
    """A number of nodes, and weighted links between them, each pair once."""
    nodes = draw(st.integers(1, most))
    pairs = [(a, b) for a in range(nodes) for b in range(a + 1, nodes)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    return nodes, [(a, b, draw(shares)) for a, b in chosen]


@st.composite
def sides(draw: st.DrawFn, documents: int = 3, length: int = 30) -> list[tuple[int, int, int]]:
    """Sides of spans: document, start, end; many of them overlap."""
    one = st.tuples(st.integers(0, documents - 1), intervals(length))
    return [(document, *place) for document, place in draw(st.lists(one, max_size=14))]


#: Sentences of invented news; long enough (15 words) to be spans, and some that are not.
SENTENCES = (
    "The harbour board voted on Tuesday to close the northern quay for repairs until the first week of May.",
    "Fishermen said that nobody had asked them, and that the smaller boats could not reach the southern basin.",
    "“We were promised a ramp in the spring, and what we got is a fence,” said a skipper who asked not to be named.",
    "Engineers found cracks in eleven of the forty piles which carry the crane, the oldest of them from 1931.",
    "أغلقت الهيئة الرصيف الشمالي حتى الأسبوع الأول من أيار بسبب أعمال الصيانة التي طال انتظارها كما قالت",
    "Le conseil du port a décidé mardi de fermer le quai nord jusqu'à la première semaine de mai pour des travaux.",
    "Quay to close until May",
    "A crane at the northern quay, seen from the lighthouse.",
    "Sign up for our newsletter",
)
EDITS = (("Tuesday", "Wednesday"), ("northern", "north"), (", and", " and"), ("who asked not to be named", "of Orle"))


@st.composite
def dumps(draw: st.DrawFn, prefix: str = "doc") -> dict[str, str]:
    """A few articles made of the same sentences, some edited: ids -> texts."""
    sentence = st.sampled_from(SENTENCES)
    found = {}
    for number in range(draw(st.integers(2, 5))):
        parts = draw(st.lists(sentence, min_size=1, max_size=6))
        text = draw(st.sampled_from(["\n\n", " ", "\n"])).join(parts)
        for old, new in draw(st.lists(st.sampled_from(EDITS), max_size=2)):
            text = text.replace(old, new)
        found[f"{prefix}{number}"] = text
    return found


#: Short texts of letters, digits and marks of one to four bytes each; most are ASCII throughout.
marked = st.one_of(
    st.text(st.sampled_from("aZ09 \t\n.,:;!?()[]<>\"'_\x00\x7f"), max_size=30),
    st.text(st.sampled_from("aZ09 .,()[]<>«»“”…é\u0301\u00a0٣ж二𝔄😀½"), max_size=30),
)
