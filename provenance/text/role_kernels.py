"""Kernel of roles: the lines of a text, measured and marked -> what each line is."""

from __future__ import annotations

import numpy as np
from numba import njit

from provenance.text.line_kernels import CUT, LEADS, LOWER, OPEN, RUNS_ON, SPACELESS, STOP

# Roles as indices into tables.ROLES; PULLED is a paragraph that is also a quote.
HEADLINE, CAPTION, BYLINE, TEASER, PARAGRAPH, QUOTE, BOILERPLATE, PULLED = 0, 1, 2, 3, 4, 5, 6, 7

# What the readers of single lines found; bits.
DATE, AUTHOR, CREDIT, PICTURE, FURNITURE, TITLED, EXCERPT, PULL, WIDGET, NAME = (
    1,
    2,
    4,
    8,
    16,
    32,
    64,
    128,
    256,
    512,
)

TITLE_LOW, TITLE_HIGH = 4, 25  # words; shorter lines are section names, longer ones sentences
CAPTION_HIGH = 60  # words
SENTENCE = 10  # words at least, of a line with a full stop that is no name of a site
CAPTION_LINES = 4  # unstopped lines between headline and body; more are a table or a list
HEAD_LINES = 40  # furniture above a headline included
BESIDE = DATE | AUTHOR | CREDIT | PICTURE | FURNITURE | EXCERPT | PULL | WIDGET  # never a headline by shape


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _title_like(words, ending, flags, mark):
    high = TITLE_HIGH * 2 if flags & SPACELESS else TITLE_HIGH
    open_ended = ending not in (STOP, LEADS, RUNS_ON, CUT)
    return TITLE_LOW <= words <= high and open_ended and not flags & LOWER and not mark & BESIDE


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _main_headline(top, body, stop, words, ending, gap, flags, copies, mark):
    """Row of the headline among top:body, or -1.

    One like the title field; else the first doubled title-like line, unless a sentence of the article stands over it (a
    bar of buttons under each item of a list); else the first title-like line that is no bare name and has text after;
    of those only names, the first.
    """
    for i in range(top, body):
        if mark[i] & TITLED and not mark[i] & (DATE | FURNITURE | WIDGET):
            return i
    begun = False
    for i in range(top, body):
        if copies[i] > 1 and not begun and _title_like(words[i], ending[i], flags[i], mark[i]):
            return i
        begun |= copies[i] == 1 and words[i] >= SENTENCE and ending[i] == STOP and not mark[i] & BESIDE
    name = -1
    for i in range(top, body):
        if not _title_like(words[i], ending[i], flags[i], mark[i]) or copies[i] > 1:
            continue
        runs_on = i + 1 < stop and gap[i + 1] & 3 == 1 and flags[i + 1] & LOWER and not mark[i + 1] & BESIDE
        text_follows = False
        for j in range(i + 1, stop):
            text_follows |= words[j] >= 12 and not mark[j] & BESIDE
        if runs_on or not text_follows:
            continue
        if not mark[i] & NAME:
            return i
        name = i if name < 0 else name
    return name


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _plain_role(words, ending, copies, mark, last):
    """The role of a line of the head that is neither headline nor title-like, PARAGRAPH if nothing speaks."""
    if mark & (FURNITURE | DATE | WIDGET):
        return BOILERPLATE
    if mark & AUTHOR:
        return BYLINE
    if mark & (CREDIT | PICTURE):
        return CAPTION
    if mark & EXCERPT:
        return TEASER
    if mark & PULL:
        return PULLED
    if copies > 1 and 2 <= words <= CAPTION_HIGH:
        # A teaser that stands again as the first paragraph: two copies, the last of them body text.
        return PARAGRAPH if last and copies == 2 and words >= 20 and ending == STOP else CAPTION
    if ending == CUT and 12 <= words <= 100:
        return TEASER
    return PARAGRAPH


@njit(cache=True, nogil=True)
def assign_roles(doc, words, capitals, ending, gap, flags, twin, copies, prose, mark, role):
    """Lines of some texts -> `role` (uint8) of each; a text's lines are looked at together, and apart from others'.

    The head is what stands before the first line of prose. In the head: the main headline and its like; lines above
    a doubled or titled headline are the site's; names are bylines; other lines without an end stop, captions.
    Behind the head only twins (an unsplit dump has another article there) and lines that name a picture or an
    author count.
    """
    i = np.int64(0)  # a bare 0 would have the helpers compiled twice
    while i < doc.size:
        top, stop = i, i
        while stop < doc.size and doc[stop] == doc[top]:
            stop += 1
        body = top
        while body < stop and not prose[body]:
            body += 1
        body = min(body, top + HEAD_LINES)
        after = stop
        while after > body and not prose[after - 1]:
            after -= 1
        main = _main_headline(top, body, stop, words, ending, gap, flags, copies, mark)
        _label_head(top, body, body < stop, main, words, capitals, ending, flags, twin, copies, prose, mark, role)
        _label_rest(body, after, stop, main, words, ending, flags, twin, copies, mark, role)
        i = stop


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _label_head(top, body, doc_goes_on, main, words, capitals, ending, flags, twin, copies, prose, mark, role):
    # A text without prose is a table or a list, and its lines are no captions.
    unstopped = 0 if doc_goes_on and prose[body] else CAPTION_LINES + 1
    for i in range(max(main, top), body):
        unstopped += i != main and _title_like(words[i], ending[i], flags[i], mark[i]) and copies[i] == 1
    sure = main >= 0 and (copies[main] > 1 or mark[main] & TITLED)
    for i in range(top, body):
        last = i + 1 < prose.size and i + 1 == body and prose[i + 1]
        role[i] = _plain_role(words[i], ending[i], copies[i], mark[i], last)
        if i == main or (main >= 0 and twin[i] == twin[main]) or mark[i] & TITLED:
            role[i] = HEADLINE
            continue
        if role[i] != PARAGRAPH or ending[i] != OPEN:
            continue
        titled = _title_like(words[i], ending[i], flags[i], mark[i])
        if mark[i] & NAME and words[i] <= 4:
            role[i] = BYLINE
        elif sure and i < main and (titled or words[i] < TITLE_LOW):
            role[i] = BOILERPLATE
        elif main >= 0 and i > main and titled and unstopped <= CAPTION_LINES:
            upper = 10 * capitals[i] >= 7 * words[i]  # title case: a second deck, not a caption
            role[i] = HEADLINE if upper and role[i - 1] == HEADLINE else CAPTION


@njit(cache=True, nogil=True, no_cpython_wrapper=True)
def _label_rest(body, after, stop, main, words, ending, flags, twin, copies, mark, role):
    head = -1  # the twin that leads the series of twins we are in
    for i in range(body, stop):
        role[i] = PARAGRAPH
        tail = i >= after
        if mark[i] & WIDGET or (tail and mark[i] & (FURNITURE | DATE)):
            role[i] = BOILERPLATE
        elif mark[i] & EXCERPT:
            role[i] = TEASER
        elif mark[i] & PULL:
            role[i] = PULLED
        elif mark[i] & PICTURE and words[i] <= CAPTION_HIGH:
            role[i] = CAPTION
        elif tail and mark[i] & AUTHOR:
            role[i] = BYLINE
        elif main >= 0 and twin[i] == twin[main]:
            role[i] = HEADLINE
        elif copies[i] > 1 and TITLE_LOW <= words[i] <= CAPTION_HIGH and not mark[i] & BESIDE:
            if twin[i] == head or (head < 0 and _title_like(words[i], ending[i], flags[i], mark[i])):
                head, role[i] = twin[i], HEADLINE
            elif head >= 0 or ending[i] != STOP:
                role[i] = CAPTION
        if words[i] > CAPTION_HIGH or (words[i] >= 25 and ending[i] == STOP and copies[i] == 1):
            head = -1
