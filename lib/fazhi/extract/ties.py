"""What ties figures of one sentence together: parts to their total, last year's to this year's, changes to what changes.

A part of a total that is a narrower kind, place or period of the same thing carries the total's code; an outcome does not
(annotation guide, «code»). The words for outcomes are listed in knowledge/ties.toml.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache

from fazhi.extract.numerals import fold
from fazhi.extract.parts import LEAST_TOTAL, lists, parts
from fazhi.extract.phrases import phrase
from fazhi.extract.places import Place
from fazhi.extract.rows import Quantity
from fazhi.extract.run_in import line_end
from fazhi.knowledge import load_toml, require, wholes

MEDIATIONS, SETTLED = "peoples_mediations", "screened_and_settled"
SHORT, HEAD = 30, 24  # characters of a line of a list, and of what heads the list, at most
ABOVE = 16  # figures before a table among which stands what its rows add up to


@cache
def _outcomes() -> re.Pattern[str]:
    know = load_toml("ties.toml")
    require("ties.toml", "outcomes", know, {"outcomes": list, "yes": list, "no": list})
    return re.compile("|".join(map(re.escape, sorted(know["outcomes"], key=len, reverse=True))))


@cache
def _wholes() -> dict[frozenset[str | None], str]:
    """The codes that are by definition the sum of others, by these."""
    return {frozenset(parts): code for code, parts in wholes().items()}


def _words(folded: str, q: Quantity, place: Place) -> str:
    """The words of a figure: those before it and, on another line, those behind it."""
    return folded[place.left : place.left_end] + "\n" + folded[q.end : place.right]


def tie(text: str, found: list[Quantity], where: Sequence[Place]) -> None:
    """Set `part_of` (an index into `found`), and the codes that figures take from their neighbours, in place."""
    folded = fold(text)
    parts(text, found, where)
    earlier: list[int] = []  # the figures before this one in its sentence, changes left out
    for i, (q, place) in enumerate(zip(found, where, strict=True)):
        if earlier and found[earlier[-1]].end <= place.sentence:
            earlier = []
        if q.kind == "change":
            continue
        words = _words(folded, q, place)
        if q.part_of is not None and q.part_of < i:
            _join_total(q, words, found[q.part_of])
        if earlier:
            _join(folded, q, place, words, found, earlier)
            _all_of_them(folded, q, found[earlier[-1]], where[earlier[-1]])
        earlier.append(i)
    _add_up(folded, found, where)


def whole_lists(text: str, found: Sequence[Quantity], where: Sequence[Place]) -> None:
    """Give the parts of a list that is all of its total the total's code where they have none and are no outcomes, in place.

    3宗案由为行政处罚、1宗林权登记、1宗不履行 of 受理5宗: whatever their words, they are kinds of what was counted. So is what a
    total holds of last year's (受理33件（含上年结转4件）). A total of what is another code together has that one
    (建议63件和提案52件共115件).
    """
    folded = fold(text)
    for q, place in zip(found, where, strict=True):
        whole = found[q.part_of] if q.part_of is not None else q
        lacks = q is not whole and q.code != whole.code and q.unit == whole.unit and whole.code
        if lacks and phrase("carried_within").search(folded, place.left, q.start):
            q.code, q.rule, q.confidence = whole.code, "part_of_total", whole.confidence
    for at, members in lists(found):
        total = found[at]
        added, of_all = sum(found[i].value for i in members), _wholes().get(frozenset(found[i].code for i in members))
        if of_all and total.code != of_all and added == total.value:
            total.code, total.rule, total.confidence = of_all, "whole_of_parts", min(found[i].confidence or 0.0 for i in members)
            continue
        if not total.code or len(members) < 2 or abs(added - total.value) > 1e-6 * total.value:
            continue
        if any(_outcomes().search(_words(folded, found[i], where[i])) for i in members):
            continue
        for i in members:
            alike = (found[i].unit, found[i].kind) == (total.unit, total.kind)
            if alike and found[i].code is None and not (found[i].rule or "").startswith("none:"):
                found[i].code, found[i].rule, found[i].confidence = total.code, "part_of_total", total.confidence


def changes(found: Sequence[Quantity], where: Sequence[Place], levels: Mapping[int, int]) -> None:
    """Set `change_of` of each change that names nothing itself (同比增长29.4%): the code of the level that it is a change of.

    `levels` are those of `levels_of`. Behind a change that names what changes it is that (现场检查减少2870次，同比降29.6%).
    """
    named = False  # whether the change before named what changes
    for i, (q, place) in enumerate(zip(found, where, strict=True)):
        goes_on = named and found[i - 1].end > place.sentence and levels.get(i) == levels.get(i - 1)
        named = q.kind == "change" and (q.change_of is not None or goes_on)
        if q.kind == "change" and q.change_of is None:
            q.change_of = found[i - 1].change_of if goes_on else found[levels[i]].code if i in levels else None
        q.change_of = q.change_of or None


def levels_of(text: str, found: Sequence[Quantity], where: Sequence[Place]) -> dict[int, int]:
    """For each change the index of the level in its sentence that it is a change of, if its own words name no other.

    Several changes in a row after as many levels take one each (受理12件、审结9件，同比分别上升20%、12.5%), others in a row the
    same one (增加67件，增幅为19.42%); points are of a rate.
    """
    folded, out = fold(text), dict[int, int]()
    levels: list[int] = []  # of the sentence so far, last year's left out
    run: list[int] = []  # changes in a row
    for i, (q, place) in enumerate(zip(found, where, strict=True)):
        levels = [k for k in levels if found[k].end > place.sentence]
        if q.kind != "change":
            levels += [i] if q.scope != "previous" else []
            run = []
            continue
        run = [*(k for k in run if found[k].end > place.sentence), i]
        if not levels:
            continue
        each = phrase("each_changed").search(folded, found[levels[-1]].end, q.start)
        if each and 1 < len(run) <= len(levels):
            out |= zip(run, levels[-len(run) :], strict=True)
        elif len(run) > 1 and run[-2] in out and not each:
            out[i] = out[run[-2]]
        elif (level := _level_of(q, found, levels)) is not None:
            out[i] = level
    return out


def _level_of(q: Quantity, found: Sequence[Quantity], levels: Sequence[int]) -> int | None:
    """The level that a change is of: for points the nearest rate, for a number one of its unit and no part if there is one."""
    if q.unit and "百分点" in q.unit:
        levels = [k for k in levels if found[k].kind == "rate"]
    elif q.unit != "%":
        same = [k for k in levels if found[k].unit == q.unit]
        levels = [k for k in same if found[k].part_of is None] or same or levels
    return levels[-1] if levels else None


def _add_up(folded: str, found: list[Quantity], where: Sequence[Place]) -> None:
    """Figures that add up to a coded one before them in their paragraph are its parts: 处罚24件：市场监管14件、水利10件.

    A list of short lines goes on the paragraph before it.
    """
    alike: dict[tuple[int, str | None], list[int]] = defaultdict(list)  # of one paragraph and unit
    paragraph = stop = -1
    for i, q in enumerate(found):
        if q.end > stop:
            start, above = folded.rfind("\n", 0, q.start) + 1, stop
            stop = line_end(folded, q.end)
            listed = above >= 0 and start - above <= HEAD and stop - start <= SHORT and "。" not in folded[start:stop]
            paragraph = paragraph if listed else start
        if q.kind == "count" and q.high is None and q.value >= 1:
            alike[paragraph, q.unit].append(i)
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
                if found[i].code != total.code:
                    found[i].code = None
                _take(found[i], total, "adds_up")
            break


def _kinds_of(folded: str, total: Quantity, parts: Sequence[tuple[Quantity, Place]]) -> bool:
    """Whether figures can be kinds of the total: of its time, few with another code, none an outcome of it."""
    others = sum(q.code not in (None, total.code) for q, _ in parts)
    return others * 4 <= len(parts) and all(
        q.part_of is None
        and (q.scope, q.status) == (total.scope, total.status)
        and not _outcomes().search(_words(folded, q, p))
        for q, p in parts
    )


def _join_total(q: Quantity, words: str, whole: Quantity) -> None:
    """Give a part its total's time where that stands, and its code where its own words have none."""
    if q.kind == "count" and whole.scope == "stock" and q.scope == "year" and not phrase("made").search(words):
        q.scope = "stock"
    if whole.scope in ("partial", "cumulative") and (q.scope, q.dated) == ("year", False):
        q.scope = whole.scope  # 截至11月底办理214件。一般程序案件中，市容151件
    if whole.unit == q.unit and not _outcomes().search(words):
        _take(q, whole, "part_of_total")


def _join(folded: str, q: Quantity, place: Place, words: str, found: list[Quantity], earlier: list[int]) -> None:
    """Give a figure the code of a neighbour where its own words have none."""
    before, own = found[earlier[-1]], words.split("\n")[0]
    if q.scope == "previous" and before.unit == q.unit and "结转" not in own and phrase("year_before").search(own):
        _take(q, before, "year_before")
    if before.unit == q.unit and q.value > before.value and phrase("total_after").search(own):
        _take(q, before, "total_after")
    alike = (before.unit, before.kind) == (q.unit, q.kind)
    if alike and q.rule is None and phrase("listed").search(own) and not _outcomes().search(words):
        _take(q, before, "listed")
    settled = alike and q.code in (None, MEDIATIONS) and phrase("settled").match(own)
    if settled and phrase("screened").search(folded, place.sentence, before.start):
        q.code, q.rule = MEDIATIONS, SETTLED  # 排查纠纷188件，调处成功185件
    if phrase("sum").match(own):
        same = [found[k] for k in earlier if found[k].unit == q.unit]
        codes = {f.code for f in same}
        if len(codes) == 1 and len(same) > 1 and abs(sum(f.value for f in same) - q.value) < 1e-6 * max(1.0, q.value):
            _take(q, same[0], "sum_of_list")


def _all_of_them(folded: str, q: Quantity, before: Quantity, place: Place) -> None:
    """Take the code of all officers of whom the next figure says how many are certified, and of all who ought to sit an exam."""
    if q.unit != before.unit or before.kind != "count":
        return
    own, between = folded[place.left : place.left_end], folded[before.end : q.start]
    for all_, some in (("all_officers", "certified_of_them"), ("due", "came_of_them")):
        if phrase(all_).search(own) and phrase(some).match(between):
            before.code, before.rule = None, "none:all_of_them"


def _take(q: Quantity, other: Quantity, rule: str) -> None:
    if q.code is None and other.code and not (q.rule or "").startswith("none:"):
        q.code, q.rule = other.code, rule
        if rule == "listed" and other.scope == "stock" and q.scope == "year" and not q.dated:
            q.scope = "stock"
