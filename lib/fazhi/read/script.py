"""Pages in traditional characters, as mirrors and official gateways serve them: read in simplified ones, shown as printed.

Every character becomes one character, so that a place in one text is a place in the other; a mirror's reading aids (設(shè))
are not read, and shown where they are printed. The characters' pairs are OpenCC's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import accumulate

from .page import Draft, Page

COMMON = frozenset("會國們關務為個發與門機構該對規範辦執決證處進員監業體實黨學習條據設準權責導區縣鎮鄉廳標")
SHARE = 0.05  # of a page's ideographs: quotations and names in a simplified page stay far below it
IDEOGRAPHS = re.compile("[一-鿿]")
GLOSS = re.compile(r"(?<=[一-鿿])[（(][a-züāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]{1,6}[）)]")  # 現(xiàn)將: a mirror's reading aid


@cache
def _pairs() -> dict[int, str]:
    import opencc  # only pages in traditional characters need it

    every = [chr(i) for i in range(0x4E00, 0xA000)]
    simple = opencc.OpenCC("t2s").convert("\n".join(every)).split("\n")
    return {ord(a): b for a, b in zip(every, simple, strict=True) if a != b and len(b) == 1}


def traditional(lines: Sequence[str]) -> bool:
    """Whether a page's lines are in traditional characters."""
    text = "".join(lines)
    seen = sum(map(text.count, COMMON))
    return seen > 20 and seen > SHARE * len(IDEOGRAPHS.findall(text))


def simplified(text: str) -> str:
    """A text in simplified characters, of the same length."""
    return text.translate(_pairs())


def simplified_draft(draft: Draft) -> Draft:
    """A draft in simplified characters, without the reading aids of mirrors."""
    plain = {key: simplified(value) for key, value in draft.fields.items()}
    lines = [simplified(GLOSS.sub("", line)) for line in draft.lines]
    titles, leads = ([simplified(GLOSS.sub("", t)) for t in named] for named in (draft.titles, draft.leads))
    return replace(draft, lines=lines, titles=titles, fields=plain, leads=leads)


def as_printed(page: Page, lines: Sequence[str]) -> Page:
    """The page with its text as the draft's lines print it, and where each character of the text that is read stands there."""
    whole, aids = _aids(re.sub(r"\s+", "", "".join(lines)))
    plain = simplified(whole)
    usual = dict(zip(plain, whole, strict=True))
    out, at = [], 0
    for piece in re.split(r"(\s+)", page.text):
        found = plain.find(piece, at) if piece and not piece.isspace() else -1
        if found >= 0:
            at = found + len(piece)
            out += [whole[k] + aids.get(k, "") for k in range(found, at)]
        else:  # joined or tidied on the way: character by character, as this page prints each
            out += [usual.get(c, c) for c in piece]
    return replace(page, printed="".join(out), places=tuple(accumulate(map(len, out), initial=0)))


def _aids(line: str) -> tuple[str, dict[int, str]]:
    """A line without reading aids, and those, by the place of the character that each stands behind."""
    parts, aids, at, size = [], {}, 0, 0
    for m in GLOSS.finditer(line):
        parts.append(line[at : m.start()])
        size += m.start() - at
        aids[size - 1] = m[0]
        at = m.end()
    return "".join(parts) + line[at:], aids
