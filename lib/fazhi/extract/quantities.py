"""Numbers with units become quantities: count, rate, amount or change, with their time and whether they happened."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache

from fazhi.extract.numerals import Number, fold, qualifiers, units
from fazhi.extract.phrases import phrase
from fazhi.extract.places import Place, places, split_shared, with_tables
from fazhi.extract.rows import Quantity, RuledOut, Section
from fazhi.extract.scope import STANDING, Times, comes_from, cues, scope, standing, status

_COMPARING = frozenset("多增升高涨进少减降低退")  # one of these stands just before a number that `more_or_less` is said of


@cache
def _apart() -> re.Pattern[str]:
    words = "|".join(sorted(qualifiers("apart"), key=len, reverse=True))
    return re.compile(rf"({words})[^\d,，、]{{0,14}}$")


def _kind(folded: str, n: Number, place: Place, previous: Quantity | None) -> tuple[str, str | None]:
    """The kind of a quantity and, of a change, its direction."""
    before = folded[place.left : n.start if place.label is None else place.left_end].removeprefix(")")
    share = n.unit in ("%", "‰")
    level = "rate" if share else "amount" if n.group in ("money", "currency") else "count"
    if previous is not None and previous.kind == "change":
        between = folded[previous.end : n.start]
        joined = phrase("join").search(between) and (previous.unit == n.unit or "分别" in folded[place.clause : previous.start])
        if joined or (previous.unit == n.unit == "%" and phrase("same_change").match(between)):
            return "change", previous.direction  # 同比分别上升12%、7.5%; 压减环节61%、材料52%
    if phrase("level_reached").search(before):
        return level, None
    compares = level != "amount" and not _COMPARING.isdisjoint(folded[max(0, n.start - 3) : n.start])
    if compares and (m := phrase("more_or_less").search(folded, place.sentence, n.start)):
        return "change", m.lastgroup
    relative = n.group in ("points", "times") or phrase("of_last").search(before) is not None
    if relative or level != "count" or phrase("compared").search(folded, place.clause, n.start):
        for cue in cues("change"):
            if cue.pattern.search(before):
                up = phrase("either_way").search(before) is not None  # 增减(%): the sign says which
                return "change", "down" if folded[n.start - 1] == "-" else "up" if up else cue.value
    if place.label is not None and level == "count" and phrase("compared").search(before):
        return "change", {"-": "down", "+": "up"}.get(folded[n.start - 1])  # a column headed 同比(件)
    if relative:
        stands = phrase("stands").search(before)
        return "change", stands.lastgroup if stands else None
    return level, None


class Parts:
    """The parts (headings of level 1) of a report, asked by offset.

    A paragraph that turns to what comes next (下一步, or the year after the report's) is a plan. Inside a part on problems, one
    that merges both, and the last one, the plan goes on to the end; a lower heading can begin it there too.
    """

    def __init__(self, text: str, sections: Sequence[Section], year: int | None) -> None:
        tops = [s for s in sections if s.level == 1]
        marks: dict[int, tuple[str | None, int]] = {s.start: (s.kind, s.end) for s in tops}
        ends = {s.section_id: s for s in sections}
        for s in sections:
            top = s
            while top.level > 1 and top.parent_id is not None:
                top = ends[top.parent_id]
            if s.level > 1 and s.heading and top.kind in ("problems", "other") and phrase("plan_heading").search(s.heading):
                marks[s.start] = ("plan", s.end)
        for kind, start, end in [(s.kind, max(0, s.body - 1), s.end) for s in tops] or [(None, 0, len(text))]:
            for m in phrase("plan_paragraph").finditer(text, start, end):
                lacking = kind in ("problems", "other")
                if (m["y"] and (year is None or int(m["y"]) <= year)) or (text[m.start()] == "。" and not lacking):
                    continue
                if lacking or end == len(text):
                    marks[m.end()] = ("plan", end)
                    break
                stop = text.find("\n", m.end(), end)
                marks[m.end()] = ("plan", end if stop < 0 else stop)
                if stop >= 0:
                    marks[stop] = (kind, end)
        self.starts = sorted(marks)
        self.marks = [marks[start] for start in self.starts]

    def kind(self, at: int) -> str | None:
        """The kind of the part that stands at an offset, None before the first."""
        k = bisect_right(self.starts, at) - 1
        return self.marks[k][0] if k >= 0 and at < self.marks[k][1] else None


def quantities(
    text: str, numbers: Sequence[Number], sections: Sequence[Section], year: int | None
) -> tuple[list[Quantity], list[Place], list[RuledOut]]:
    """Each number as a quantity without code, its place, and the numbers that the guide leaves out after all.

    Offsets count code points of `text`; `year` is the reporting year or None. Rates are in percent, money in yuan.
    """
    folded = fold(text)
    headings = [(s.start, s.body) for s in sections if s.heading]
    parts = Parts(folded, sections, year)
    times = Times(folded)
    shared = split_shared(folded, numbers, places(folded, numbers, [s.body for s in sections]))
    out: list[Quantity] = []
    kept: list[Place] = []
    ruled: list[RuledOut] = []
    every, where = with_tables(text, *shared)
    for n, place, after in zip(every, where, [*every, None][1:], strict=True):
        before = out[-1] if out else None
        if "(" in n.unit and "（" in text[n.start : n.end]:
            n = n._replace(unit=n.unit.replace("(", "（").replace(")", "）"))  # as it is printed
        unit = before.unit or "" if before and n.unit == "个" else ""
        to = phrase("to").match(folded[before.end : n.start]) if before and unit.startswith("个") else None
        if before and to and before.end + to.end() == n.start:
            n = n._replace(unit=unit, group=units()[unit])  # 由14个工作日压到4个
        elif n.unit == "个" and after and after.unit.startswith("个") and folded[n.end : after.start] in ("、", "和", "或"):
            n = n._replace(unit=after.unit, group=after.group)  # 压缩到20个、10个工作日
        elif not n.unit and folded[n.end - 1] in "万亿" and (unit := _lent(folded, n, place, before)):
            n = n._replace(unit=unit, group=units()[unit])
        part = parts.kind(n.start)
        if n.group == "duration" and place.label is None and not _achieved(folded, n, place):
            ruled.append(RuledOut(n.start, n.end, "rule_duration"))
        elif n.chinese and _names(n, part) and any(a <= n.start < b for a, b in headings):
            ruled.append(RuledOut(n.start, n.end, "heading"))
        else:
            out.append(_quantity(times, n, place, before, part, year))
            kept.append(place)
    return out, kept, ruled


def _lent(folded: str, n: Number, place: Place, before: Quantity | None) -> str:
    """The unit of a number that ends in 万 or 亿: money by its noun, or that of the total whose part it is, or ""."""
    if phrase("of_money").search(folded, place.own, n.start):
        return "元"
    if before is None:
        return ""
    between = folded[before.end : n.start]
    if before.kind == "amount" and phrase("year_before").search(between):
        return "元"  # 补贴13.2万元，去年是8.6万
    part = between.startswith("(") or (between.startswith("、") and folded[before.end - 1] in "万亿")
    return before.unit or "" if part and len(between) < 12 else ""


def _achieved(folded: str, n: Number, place: Place) -> bool:
    """Whether a duration was reached rather than only set as a rule."""
    before = phrase("achieved").search(folded, place.clause, n.start)
    return before is not None or phrase("done_in").match(folded[n.end : n.end + 4]) is not None


def _names(n: Number, part: str | None) -> bool:
    """Whether a Chinese numeral of a heading is part of its name (三项机制), not a count: 每半年通报一次 in a plan."""
    return n.unit != "%" and (part not in ("plan", "problems") or n.group not in ("session", "case"))


def _came(folded: str, n: Number, place: Place) -> bool:
    """Whether a count is one that came about in the year by its own words: what is new, or the sum of cases."""
    words = folded[place.left : place.left_end]
    summed = n.group == "case" and phrase("sum_of_cases").search(words)
    return bool(summed or phrase("came_new").search(words))


def _quantity(times: Times, n: Number, place: Place, previous: Quantity | None, part: str | None, year: int | None) -> Quantity:
    folded = times.folded
    kind, direction = _kind(folded, n, place, previous if previous and previous.end > place.clause else None)
    source = comes_from(folded, n, place)
    said = scope(times, n, place, year, source)
    if said is None and previous and previous.scope == "previous" and phrase("join").search(folded[previous.end : n.start]):
        said = "previous"  # 去年为143份、1,015万元
    real = status(folded, n, place, source)
    if real == "norm" and previous and previous.unit == n.unit and previous.end > place.sentence:
        each = previous.status == "actual" and phrase("each_has").search(folded[previous.end : n.start])
        real = "actual" if each else real  # 培育示范户260户，每村不少于1户
    time = said or "year"
    if part == "plan" and source:
        real, time = "actual", "year"  # in a plan: 占比由2分提到4分, 由目前的56%提高到65%以上
    elif part == "plan" and (
        real != "actual"
        or said in (None, "next")
        or (said == "partial" and not phrase("until").search(folded, place.sentence, n.start))
        or (time == "year" and not re.search(rf"(?<![较比与同]){year}年", folded[place.sentence : n.start]))
    ):
        real, time = "target", "next"
    elif real == "target" and said in (None, "year"):
        planned = phrase("planned").search(folded, place.own, n.start)
        time = "year" if planned or phrase("carried_out").search(folded, n.end, place.sentence_end) else "next"
    elif real == "norm":
        time = "year"
    elif real == "actual" and time == "next":
        real = "target"
    elif said in (None, "year") and real == "actual" and kind == "count":
        if _came(folded, n, place):
            said = "year"
        elif standing(folded, n, place, previous, part):
            time = "stock"
    elif said in ("partial", "cumulative") and real == "actual" and kind == "count" and n.group in STANDING:
        name, begin = ("until", place.sentence) if said == "partial" else ("kept", place.left)
        if phrase(name).search(folded, begin, n.start) and standing(folded, n, place, previous, part):
            time = "stock"  # 截至11月底，持证人员43名; 累计取消31项，现保留14项
    elif said is None and real == "actual" and kind == "amount" and phrase("money_standing").search(folded, place.left, n.start):
        time = "stock"
    apart = _apart().search(folded, place.left, n.start) if n.qualifier == "exact" else None
    qualifier = qualifiers("apart")[apart[1]] if apart else n.qualifier
    return Quantity(
        n.start,
        n.end,
        n.value,
        n.high,
        n.unit or None,
        qualifier,
        kind,
        direction,
        real,
        time,
        "",
        place.clause,
        place.clause_end,
        dated=said is not None,
    )
