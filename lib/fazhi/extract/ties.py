"""What ties figures of one sentence together: parts to their total, and changes to what changes.

A part of a total that is a narrower kind, place or period of the same thing carries the total's code; an outcome does not
(annotation guide, «code»). The words for outcomes are listed in knowledge/ties.toml.
"""
from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from fazhi.extract.numerals import FOLD, units
from fazhi.extract.phrases import phrase
from fazhi.extract.places import Place
from fazhi.extract.rows import Quantity
from fazhi.knowledge import load_toml, require



@cache
def _outcomes() -> re.Pattern[str]:
    know = load_toml("ties.toml")
    require("ties.toml", "outcomes", know, {"outcomes": list, "yes": list, "no": list})
    return re.compile("|".join(map(re.escape, sorted(know["outcomes"], key=len, reverse=True))))


def _alike(a: Quantity, b: Quantity) -> bool:
    kinds = units()
    return a.kind == b.kind and (a.unit == b.unit or kinds.get(a.unit or "") == kinds.get(b.unit or "") != "item")


def tie(text: str, found: list[Quantity], where: Sequence[Place]) -> None:
    """Set `part_of` (an index into `found`), `change_of`, and the codes that parts take from their totals, in place."""
    folded = text.translate(FOLD)
    outcomes = _outcomes()
    total: int | None = None  # the figure that the running list of parts belongs to
    opened = -1  # where that list began
    last: int | None = None  # the latest figure that is not a change
    for i, (q, place) in enumerate(zip(found, where, strict=True)):
        if last is not None and found[last].end <= place.sentence:
            total = None
        if q.kind == "change":
            if last is not None and found[last].end > place.sentence:
                q.change_of = found[last].code
            continue
        begin = found[last].end if last is not None and found[last].end > place.sentence - 60 else place.sentence
        between = folded[begin : q.start]
        words = folded[place.left : place.left_end] + folded[q.end : place.right]
        marker = phrase("part").search(between)
        if marker and last is not None and total is None or marker and "其中" in between and last is not None:
            if "。" not in between or between.find("。") < between.find(marker[0]):
                total, opened = last, begin
        elif total is not None and ("。" in between or ";" in between or "；" in between):
            total = None
        if total is not None and total != i and q.start > opened:
            whole = found[total]
            if _alike(whole, q) and q.value <= (whole.high or whole.value) * 1.000001 or q.kind == "rate" == whole.kind:
                if q.kind == "count":
                    q.part_of = total
                    if whole.scope == "stock" and q.scope == "year" and not phrase("made").search(words):
                        q.scope = "stock"
                own = q.code is not None
                if not own and whole.code and not (q.rule or "").startswith("none:") and not outcomes.search(words) and whole.unit == q.unit:
                    q.code, q.rule, q.confidence = whole.code, "part_of_total", whole.confidence
        if q.code is None and q.scope == "previous" and last is not None and found[last].unit == q.unit and found[last].end > place.sentence and phrase("year_before").search(folded[place.left : place.left_end]):
            q.code, q.rule, q.confidence = found[last].code, "year_before", found[last].confidence
        if q.code is None and last is not None and found[last].code and found[last].end == place.left and folded[place.left] == "、" and found[last].unit == q.unit \
                and not (q.rule or "").startswith("none:") and not outcomes.search(words) and not phrase("verb").search(words) and place.left_end == q.start:
            q.code, q.rule, q.confidence = found[last].code, "list", found[last].confidence
        last = i
