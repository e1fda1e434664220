"""What is counted, in the report's words: the shortest phrase beside the number that says it."""
from __future__ import annotations

import re
from functools import cache

from fazhi.extract.phrases import phrase
from fazhi.extract.places import Place
from fazhi.extract.rows import Quantity
from fazhi.knowledge import load_toml, require

_YEAR = r"(?:19|20)\d{2}年度?"


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], frozenset[str], frozenset[str]]:
    know = load_toml("subjects.toml")
    require("subjects.toml", "lists", know, {"lead": list, "tail": list, "skip": list, "heads": list, "bare": list})

    def alternatives(words: list[str]) -> str:
        return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))

    lead = re.compile(rf"{alternatives(know['lead'])}|{_YEAR}")
    tail = re.compile(rf"(?:{alternatives(know['tail'])})+$")
    return lead, tail, re.compile(alternatives(know["skip"])), frozenset(know["heads"]), frozenset(know["bare"])


def subject(text: str, q: Quantity, place: Place) -> str:
    """The words for what `q` counts, an exact substring of `text` beside it; empty when the report gives none."""
    lead, tail, skip, heads, bare = _patterns()
    if place.label and text[place.left : place.left_end] in heads:
        return text[slice(*place.label)]
    after = text[q.end : place.right]
    if len(after) > 1 and not skip.match(after) and not phrase("to").match(after):
        return tail.sub("", after).strip() or after.strip()
    before = text[place.left : place.left_end]
    cut = max(before.rfind("由"), before.rfind("从"))
    if cut > 0 and (place.own != place.left or phrase("from").search(before)):
        before = before[:cut]  # 公职律师由3人增至6人
    whole = tail.sub("", before).strip(" 、，,；;：:（(")
    at = 0
    while (m := lead.match(whole, at)) and m.end() < len(whole) and whole[m.end() :] not in bare:
        at = m.end()
    return whole[at:]
