"""What ties figures of one sentence together: parts to their total, last year's to this year's, changes to what changes.

A part of a total that is a narrower kind, place or period of the same thing carries the total's code; an outcome does not
(annotation guide, «code»). The words for outcomes are listed in knowledge/ties.toml.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from fazhi.extract.confidence import by_rule
from fazhi.extract.numerals import fold, units
from fazhi.extract.phrases import phrase
from fazhi.extract.places import Place
from fazhi.extract.rows import Quantity
from fazhi.knowledge import load_toml, require


@cache
def _outcomes() -> re.Pattern[str]:
    know = load_toml("ties.toml")
    require("ties.toml", "outcomes", know, {"outcomes": list, "yes": list, "no": list})
    return re.compile("|".join(map(re.escape, sorted(know["outcomes"], key=len, reverse=True))))


def _fits(part: Quantity, total: Quantity) -> bool:
    """Whether one figure can be a part of another: the same kind and sort of unit, and not more of it."""
    if part.kind != total.kind:
        return False
    kinds = units()
    alike = part.unit == total.unit or kinds.get(part.unit or "") == kinds.get(total.unit or "") != "item"
    return part.kind == "rate" or (alike and part.value <= (total.high or total.value) * 1.000001)


def tie(text: str, found: list[Quantity], where: Sequence[Place]) -> None:
    """Set `part_of` (an index into `found`), `change_of`, and the codes that figures take from their neighbours, in place."""
    folded = fold(text)
    total: int | None = None  # the figure that the running list of parts belongs to
    last: int | None = None  # the latest figure that is not a change
    for i, (q, place) in enumerate(zip(found, where, strict=True)):
        before = found[last] if last is not None and found[last].end > place.sentence else None
        if before is None:
            total = None
        if q.kind == "change":
            q.change_of = before.code if before else None
            continue
        if before is not None:
            total = _total(folded, q, before, last, total)
            words = folded[place.left : place.left_end] + "\n" + folded[q.end : place.right]
            open_to_code = q.code is None and not (q.rule or "").startswith("none:")
            inherits = open_to_code and not _outcomes().search(words)
            if total is not None and _fits(q, found[total]):
                whole = found[total]
                if q.kind in ("count", "amount"):
                    q.part_of = total
                if q.kind == "count" and whole.scope == "stock" and q.scope == "year" and not phrase("made").search(words):
                    q.scope = "stock"
                if inherits and whole.unit == q.unit:
                    _take(q, whole, "part_of_total")
            if (
                q.code is None
                and q.scope == "previous"
                and before.unit == q.unit
                and phrase("year_before").search(words.split("\n")[0])
            ):
                _take(q, before, "year_before")
        last = i


def _total(folded: str, q: Quantity, before: Quantity, last: int | None, total: int | None) -> int | None:
    """The total that a figure may be a part of, given the one before it and the total of the running list."""
    between = folded[before.end : q.start]
    marker = phrase("part").search(between)
    if marker and (total is None or marker[0] == "其中"):
        return last
    return None if phrase("list_ends").search(between) else total


def _take(q: Quantity, other: Quantity, rule: str) -> None:
    if other.code:
        q.code, q.rule, q.confidence = other.code, rule, by_rule(rule)
