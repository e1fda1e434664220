"""What ties figures of one sentence together: parts to their total, last year's to this year's, changes to what changes.

A part of a total that is a narrower kind, place or period of the same thing carries the total's code; an outcome does not
(annotation guide, «code»). The words for outcomes are listed in knowledge/ties.toml.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cache

from fazhi.extract.numerals import fold, units
from fazhi.extract.phrases import phrase
from fazhi.extract.places import Place
from fazhi.extract.rows import Quantity
from fazhi.knowledge import load_toml, require

LEAST_TOTAL = 20  # smaller figures add up by chance
ABOVE = 16  # figures before a table among which stands what its rows add up to


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
    """Set `part_of` (an index into `found`), and the codes that figures take from their neighbours, in place."""
    folded = fold(text)
    total: int | None = None  # the figure that the running list of parts belongs to
    earlier: list[int] = []  # the figures before this one in its sentence, changes left out
    for i, (q, place) in enumerate(zip(found, where, strict=True)):
        if earlier and found[earlier[-1]].end <= place.sentence:
            earlier, total = [], None
        if q.kind == "change":
            continue
        if earlier:
            words = folded[place.left : place.left_end] + "\n" + folded[q.end : place.right]
            total = _total(folded, q, found, earlier, total)
            _join(q, words, found, earlier, total)
        earlier.append(i)
    _add_up(folded, found, where)


def changes(found: Sequence[Quantity], where: Sequence[Place]) -> None:
    """Set `change_of` of each change that names nothing itself (同比增长29.4%): the figure before it in its sentence."""
    before: Quantity | None = None
    for q, place in zip(found, where, strict=True):
        if q.kind != "change":
            before = q
        elif q.change_of is None and before and before.end > place.sentence:
            q.change_of = before.code
        q.change_of = q.change_of or None


def _add_up(folded: str, found: list[Quantity], where: Sequence[Place]) -> None:
    """Figures that add up to a coded one before them in their paragraph are its parts: 处罚24件：市场监管14件、水利10件."""
    alike: dict[tuple[int, str | None], list[int]] = defaultdict(list)  # of one paragraph and unit
    for i, q in enumerate(found):
        if q.kind == "count" and q.high is None and q.value >= 1:
            alike[folded.find("\n", q.end), q.unit].append(i)
    for counts in alike.values():
        for at, t in enumerate(counts):
            if found[t].code and found[t].value >= LEAST_TOTAL:
                _take_parts(folded, found, where, t, counts[at + 1 :])
    _rows_add_up(found, where)


def _rows_add_up(found: Sequence[Quantity], where: Sequence[Place]) -> None:
    """A table's row that adds up to a coded figure of the text above it is that figure's parts: 受理28件 over 11 | 8 | 9."""
    rows: dict[tuple[int, str | None], list[int]] = defaultdict(list)
    for i, (q, place) in enumerate(zip(found, where, strict=True)):
        if place.label is not None and q.kind == "count":
            rows[place.clause, q.unit].append(i)
    for (_, unit), cells in rows.items():
        whole = sum(found[i].value for i in cells)
        if len(cells) < 3 or whole < LEAST_TOTAL:
            continue
        for t in reversed(range(max(0, cells[0] - ABOVE), cells[0])):
            total = found[t]
            if where[t].label is None and total.code and (total.value, total.unit, total.kind) == (whole, unit, "count"):
                for i in cells:
                    found[i].part_of, found[i].code, found[i].rule = t, total.code, "row_adds_up"
                break


def _take_parts(folded: str, found: list[Quantity], where: Sequence[Place], t: int, rest: list[int]) -> None:
    """Of the figures after a total make the first ones in a row that add up to it its parts, where there are such."""
    total = found[t]
    for first in range(len(rest) - 1):
        parts: list[int] = []
        left = total.value
        for i in rest[first:]:
            parts.append(i)
            left -= found[i].value
            if left <= 0:
                break
        if left == 0 and len(parts) > 1 and _kinds_of(folded, total, [(found[i], where[i]) for i in parts]):
            for i in parts:
                found[i].part_of = t
                _take(found[i], total, "adds_up")
            break


def _kinds_of(folded: str, total: Quantity, parts: Sequence[tuple[Quantity, Place]]) -> bool:
    """Whether figures can be kinds of the total: of its time, none with another code, none an outcome of it."""
    return all(
        q.code in (None, total.code)
        and q.part_of is None
        and (q.scope, q.status) == (total.scope, total.status)
        and not _outcomes().search(folded[p.left : p.left_end] + "\n" + folded[q.end : p.right])
        for q, p in parts
    )


def _total(folded: str, q: Quantity, found: list[Quantity], earlier: list[int], total: int | None) -> int | None:
    """The total that a figure may be a part of: after 其中 the nearest figure before it that it fits into, coded ones first."""
    between = folded[found[earlier[-1]].end : q.start]
    marker = phrase("part").search(between)
    if marker and (total is None or marker[0] == "其中"):
        wholes = [k for k in reversed(earlier) if _fits(q, found[k])]
        return next((k for k in wholes if found[k].code), wholes[0] if wholes else earlier[-1])
    return None if phrase("list_ends").search(between) else total


def _join(q: Quantity, words: str, found: list[Quantity], earlier: list[int], total: int | None) -> None:
    """Make a figure the part of its total, and give it the code of a neighbour where its own words have none."""
    before, own = found[earlier[-1]], words.split("\n")[0]
    if total is not None and _fits(q, found[total]):
        whole = found[total]
        if q.kind in ("count", "amount"):
            q.part_of = total
        if q.kind == "count" and whole.scope == "stock" and q.scope == "year" and not phrase("made").search(words):
            q.scope = "stock"
        if whole.unit == q.unit and not _outcomes().search(words):
            _take(q, whole, "part_of_total")
    if q.scope == "previous" and before.unit == q.unit and "结转" not in own and phrase("year_before").search(own):
        _take(q, before, "year_before")
    if before.unit == q.unit and q.value > before.value and phrase("total_after").search(own):
        _take(q, before, "total_after")
    alike = q.rule is None and (before.unit, before.kind) == (q.unit, q.kind)
    if alike and phrase("listed").search(own) and not _outcomes().search(words):
        _take(q, before, "listed")
    if phrase("sum").match(own):
        same = [found[k] for k in earlier if found[k].unit == q.unit]
        codes = {f.code for f in same}
        if len(codes) == 1 and len(same) > 1 and abs(sum(f.value for f in same) - q.value) < 1e-6 * max(1.0, q.value):
            _take(q, same[0], "sum_of_list")


def _take(q: Quantity, other: Quantity, rule: str) -> None:
    if q.code is None and other.code and not (q.rule or "").startswith("none:"):
        q.code, q.rule = other.code, rule
        if rule == "listed" and other.scope == "stock" and q.scope == "year" and not q.dated:
            q.scope = "stock"
