"""What is counted, in the report's words: the shortest phrase beside the number that says it."""

from __future__ import annotations

import re
from functools import cache

from fazhi.extract.places import Place
from fazhi.extract.rows import Quantity
from fazhi.knowledge import load_toml, require


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    know = load_toml("subjects.toml")
    require("subjects.toml", "lists", know, {"lead": list, "tail": list, "skip": list})

    def alternatives(words: list[str]) -> str:
        return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))

    return (
        re.compile(rf"^(?:{alternatives(know['lead'])})+"),
        re.compile(rf"(?:{alternatives(know['tail'])})+$"),
        re.compile(alternatives(know["skip"])),
    )


def subject(text: str, q: Quantity, place: Place) -> str:
    """The words for what `q` counts, an exact substring of `text` beside it; empty when the report gives none."""
    lead, tail, skip = _patterns()
    after = text[q.end : place.right]
    if len(after) > 1 and not skip.match(after):
        return tail.sub("", after).strip() or after.strip()
    before = text[place.left : place.left_end]
    whole = tail.sub("", before).strip()
    short = lead.sub("", whole)
    return short or whole
