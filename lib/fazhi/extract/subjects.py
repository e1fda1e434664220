"""What is counted, in the report's words: the shortest phrase beside the number that says it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from fazhi.extract.phrases import phrase
from fazhi.extract.places import Place
from fazhi.extract.rows import Quantity
from fazhi.knowledge import load_toml, require

_YEAR = r"(?:19|20)\d{2}年度?"


@dataclass(frozen=True, slots=True)
class Rules:
    """subjects.toml, compiled; the characters with which a word of `lead` begins, and one of `tail` ends."""

    lead: re.Pattern[str]
    tail: re.Pattern[str]
    skip: re.Pattern[str]
    heads: frozenset[str]
    bare: frozenset[str]
    begins: frozenset[str]
    ends: frozenset[str]


@cache
def _rules() -> Rules:
    know = load_toml("subjects.toml")
    require("subjects.toml", "lists", know, {"lead": list, "tail": list, "skip": list, "heads": list, "bare": list})

    def alternatives(words: list[str]) -> str:
        return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))

    return Rules(
        re.compile(rf"{alternatives(know['lead'])}|{_YEAR}"),
        re.compile(rf"(?:{alternatives(know['tail'])})+$"),
        re.compile(alternatives(know["skip"])),
        frozenset(know["heads"]),
        frozenset(know["bare"]),
        frozenset("12").union(word[0] for word in know["lead"]),
        frozenset(word[-1] for word in know["tail"]),
    )


def subjects(text: str, found: Sequence[Quantity], where: Sequence[Place], levels: Mapping[int, int]) -> None:
    """Set what each figure counts, in place; `levels` are those that changes are of.

    A change (同比增长29.4%), and last year's figure beside this year's (上年为17件), count what the level before them counts.
    """
    for i, (q, place) in enumerate(zip(found, where, strict=True)):
        q.subject = subject(text, q, place)
        level = levels.get(i) if q.kind == "change" else _this_years(q, found, place, i)
        if level is not None and not phrase("change_words").sub("", text[place.left : place.left_end]):
            q.subject = found[level].subject or q.subject


def _this_years(q: Quantity, found: Sequence[Quantity], place: Place, i: int) -> int | None:
    """The figure of this year that last year's is given beside."""
    beside = q.scope == "previous" and i and found[i - 1].end > place.sentence and found[i - 1].unit == q.unit
    return i - 1 if beside and found[i - 1].scope != "previous" else None


def subject(text: str, q: Quantity, place: Place) -> str:
    """The words for what `q` counts, an exact substring of `text` beside it; empty when the report gives none."""
    rules = _rules()
    before = text[place.left : place.left_end]
    if place.label and before in rules.heads:
        return text[slice(*place.label)]
    after = text[q.end : place.right]
    if len(after) > 1 and not rules.skip.match(after) and not phrase("to").match(after):
        return _without_tail(after).strip() or after.strip()
    cut = max(before.rfind("由"), before.rfind("从"))
    if cut > 0 and (place.own != place.left or phrase("from").search(before)):
        before = before[:cut]  # 公职律师由3人增至6人
    whole = _without_tail(before).strip(" 、，,；;：:（(")
    at = 0
    while whole[at : at + 1] in rules.begins and (m := rules.lead.match(whole, at)) and m.end() < len(whole):
        if whole[m.end() :] in rules.bare:
            break
        at = m.end()
    return whole[at:]


def _without_tail(words: str) -> str:
    """The words without those of `tail` at their end; `$` also stands before a last line break."""
    rules = _rules()
    return rules.tail.sub("", words) if words[-1:] in rules.ends or words[-1:] == "\n" else words
