"""Numbers with units become quantities: of what kind, of which time, whether it happened, and in which clause they stand.

What the language says for it is listed in knowledge/cues.toml; the order in which the cues are asked is here and follows the
annotation guide: an explicit time in the sentence, then the section, then the codebook entry's own (set by the indicators stage).
"""
from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from fazhi.extract.numerals import FOLD, Number
from fazhi.extract.rows import Quantity, RuledOut, Section
from fazhi.knowledge import KnowledgeError, load_toml, require

SENTENCE_END = re.compile(r"[。！？!?\n]")
CLAUSE = re.compile(r"[，,；;：:。！？!?\n\t]|(?<=[^\d])\s{2,}")
_FEATURES = {"scope": {"relative", "since", "cumulative", "year", "partial", "previous", "next", "stock"}, "status": {"target", "norm"}, "change": {"up", "down"}}
_COMPARED = re.compile(r"同比|环比|(?:比|较|与)(?:上一?年度?|去年|前一?年|上年|(?:19|20)\d{2}年度?)|相比|以往|之前|原来")
_OF_LAST = re.compile(r"(?:为|占|相当于|是|达)(?:上年度?|去年|前一年|(?:19|20)\d{2}年)(?:同期)?的$")
_FROM = re.compile(r"(?:由|从)(?:(?:19|20)\d{2}年度?|上年度?|去年|原来|原先|过去|最初|年初|此前|之前|法定|以前)?(?:同期)?的?[^,，。;；、]{0,6}$")
_TO = re.compile(r"^[^,，。;；]{0,8}?(?:增至|增加到|增加至|增长到|增长至|减至|减少到|减少至|降至|下降到|下降至|降到|升至|上升到|上升至|提高到|提高至|提升到|提升至|压缩到|压缩至|压减到|压减至|缩短到|缩短至|缩减到|缩减至|精简到|精简至|扩大到|扩大至|扩展到|扩展至|调整为|变为|缩短为|压缩为|减为|增为)")
_ACHIEVED = re.compile(r"压缩|压减|缩短|减至|减少|精简|提速|由|从|平均|用时|仅需|只需|降至|优良|控制在|时长|累计|共计|达到|停课|历时|审限")
_PARTS = re.compile(r"其中")


@dataclass(frozen=True, slots=True)
class Cue:
    """One line of cues.toml, compiled."""

    feature: str
    value: str
    where: str
    pattern: re.Pattern[str]


@cache
def cues() -> tuple[Cue, ...]:
    """The cues of knowledge/cues.toml. Raises KnowledgeError for an entry that cannot be used."""
    out = []
    for entry in load_toml("cues.toml")["cue"]:
        name = f"[[cue]] {entry.get('feature')} {entry.get('value')}"
        require("cues.toml", name, entry, {"feature": str, "value": str, "where": str, "pattern": str, "yes": list, "no": list})
        if entry["value"] not in _FEATURES.get(entry["feature"], set()):
            raise KnowledgeError("cues.toml", name, "unknown feature or value", f"use one of {_FEATURES}")
        if entry["where"] not in ("clause", "sentence", "before"):
            raise KnowledgeError("cues.toml", name, f"unknown place {entry['where']!r}", "use clause, sentence or before")
        try:
            out.append(Cue(entry["feature"], entry["value"], entry["where"], re.compile(entry["pattern"])))
        except re.error as fault:
            raise KnowledgeError("cues.toml", name, f"the pattern fails: {fault}", "mend it") from None
    return tuple(out)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a number stands: its sentence, its clause and the words that are its own, between its neighbours."""

    sentence: int
    sentence_end: int
    clause: int
    clause_end: int
    left: int  # from here to the number nothing else is counted
    right: int  # from the number to here


def places(text: str, numbers: Sequence[Number], starts: Sequence[int] = ()) -> list[Place]:
    """For each number its place; `starts` are further offsets where a sentence begins (after headings and labels)."""
    ends = sorted({m.end() for m in SENTENCE_END.finditer(text)} | set(starts))
    marks = sorted({m.end() for m in CLAUSE.finditer(text)} | set(starts))
    out = []
    for i, n in enumerate(numbers):
        k = bisect_right(ends, n.start)
        sentence = ends[k - 1] if k else 0
        sentence_end = ends[k] if k < len(ends) else len(text)
        k = bisect_right(marks, n.start)
        clause = max(sentence, marks[k - 1] if k else 0)
        k = bisect_right(marks, n.end)
        clause_end = min(sentence_end, marks[k] if k < len(marks) else len(text))
        if clause_end > n.end and text[clause_end - 1] in "，,；;：:。！？!?\n\t ":
            clause_end -= 1
        clause_end = max(clause_end, n.end)
        left = max(clause, numbers[i - 1].end if i else 0)
        right = min(clause_end, numbers[i + 1].start if i + 1 < len(numbers) else len(text))
        out.append(Place(sentence, sentence_end, clause, clause_end, left, max(right, n.end)))
    return out


def _last(pattern: re.Pattern[str], text: str, start: int, end: int) -> re.Match[str] | None:
    found = None
    for found in pattern.finditer(text, start, end):
        pass
    return found


def _kind(folded: str, n: Number, place: Place) -> tuple[str, str | None]:
    """The kind of a quantity and, of a change, its direction."""
    before = folded[place.left : n.start]
    if before.startswith(")"):
        before = before[1:]
    share = n.unit in ("%", "‰")
    if n.group in ("points", "times") or _OF_LAST.search(before):
        for cue in cues():
            if cue.feature == "change" and cue.pattern.search(before):
                return "change", cue.value
        return "change", None
    context = folded[place.clause : n.start]
    compared = _COMPARED.search(before) or _COMPARED.search(context)
    for cue in cues():
        if cue.feature == "change" and (share or compared or n.group == "duration") and (m := cue.pattern.search(before)):
            if n.group == "duration" and not (compared or m):
                continue
            if not share and not compared:
                continue
            return "change", cue.value
    if share:
        return "rate", None
    return ("amount" if n.unit == "元" else "count"), None


def _scope(folded: str, n: Number, place: Place, year: int | None, planned: bool) -> tuple[str, bool]:
    """The scope that the sentence itself gives to a number, and whether it says so (False: nothing said)."""
    before = folded[place.left : n.start]
    if _FROM.search(before) and _TO.match(folded[n.end : place.sentence_end]):
        return "previous", True
    best: tuple[int, str] | None = None
    for cue in cues():
        if cue.feature != "scope" or cue.value == "stock":
            continue
        start = place.sentence if cue.where == "sentence" else place.clause
        m = _last(cue.pattern, folded, start, n.start)
        if m is None:
            continue
        value = cue.value
        if value in ("relative", "since"):
            y = int(m["y"])
            if year is None:
                continue
            if value == "since":
                value = "cumulative" if y < year else "year"
            elif y == year:
                value = "year"
            elif y < year:
                tail = folded[m.end() : m.end() + 6]
                head = folded[max(0, m.start() - 2) : m.start()]
                if re.match(r"同期|相比|增|减|下降|上升|少|多|底|末", tail) or re.search(r"比|较|与$", head):
                    continue
                value = "previous" if y >= year - 3 else "year"
            else:
                value = "next"
        if value == "previous" and re.search(r"[比较与同]$", folded[max(0, m.start() - 1) : m.start()]):
            continue
        if value == "previous" and re.match(r"[^,，。;；]{0,4}(?:增长|增加|下降|上升|减少|提高|提升|降低|多|少)", folded[m.end() : n.start + 1]):
            continue
        # a reporting-year cue never ends what a part of the year began in the same clause
        at = m.end() if value != "year" else m.start()
        if best is None or at > best[0] or (value == "cumulative" and best[1] == "year" and m.start() < n.start):
            best = (at, value)
    if best is not None:
        return best[1], True
    return ("next" if planned else "year"), False


def quantities(
    text: str, numbers: Sequence[Number], sections: Sequence[Section], year: int | None
) -> tuple[list[Quantity], list[Place], list[RuledOut]]:
    """Each number as a quantity without code, its place, and the numbers that the guide leaves out after all.

    Offsets count code points of `text`; `year` is the reporting year or None. Rates are in percent, money in yuan.
    """
    folded = text.translate(FOLD)
    ranges = [(s.start, s.body) for s in sections if s.heading]
    starts = sorted({s.body for s in sections})
    order = sorted(sections, key=lambda s: s.start)
    begins = [s.start for s in order]
    by_id = {s.section_id: s for s in sections}
    where = places(folded, numbers, starts)
    out, kept, ruled = [], [], []
    for n, place in zip(numbers, where, strict=True):
        k = bisect_right(begins, n.start) - 1
        section = order[k] if k >= 0 else None
        top = section
        while top is not None and top.level > 1 and top.parent_id is not None:
            top = by_id[top.parent_id]
        planned = top is not None and top.kind == "plan"
        if n.group == "duration" and not _ACHIEVED.search(folded, place.clause, n.start):
            ruled.append(RuledOut(n.start, n.end, "rule_duration"))
            continue
        if n.chinese and any(a <= n.start < b for a, b in ranges):
            ruled.append(RuledOut(n.start, n.end, "heading"))
            continue
        kind, direction = _kind(folded, n, place)
        scope, said = _scope(folded, n, place, year, planned)
        status = "actual"
        for cue in cues():
            if cue.feature == "status" and cue.pattern.search(folded, place.clause, min(place.clause_end, n.end + 4)):
                status = cue.value
        if planned and status == "actual" and scope in ("year", "next") and not (said and scope == "year" and year and str(year) in folded[place.sentence : n.start]):
            status, scope = "target", "next"
        elif planned and status == "target":
            scope = "next"
        if status == "target" and scope == "year" and not said:
            scope = "next"
        if status == "norm":
            scope = "year"
        if scope == "next" and status == "actual":
            status = "target"
        q = Quantity(n.start, n.end, n.value, n.high, n.unit, n.qualifier, kind, direction, status, scope, "", place.clause, place.clause_end)
        q.rule = "said" if said else None
        if not said and status == "actual" and kind == "count":
            for cue in cues():
                if cue.value == "stock" and cue.pattern.search(folded, place.left, min(place.right, n.end + 8)):
                    q.scope = "stock"
        q.period_start, q.period_end = _period(folded, place, n, q.scope, year)
        out.append(q)
        kept.append(place)
    return out, kept, ruled


def _period(folded: str, place: Place, n: Number, scope: str, year: int | None) -> tuple[date | None, date | None]:
    """The days that the figure covers, as far as the text or the reporting year says."""
    if year is None:
        return None, None
    if scope == "previous":
        m = _last(re.compile(r"(?P<y>(?:19|20)\d{2})年"), folded, place.sentence, n.start)
        y = int(m["y"]) if m and int(m["y"]) < year else year - 1
        return date(y, 1, 1), date(y, 12, 31)
    if scope == "next":
        return date(year + 1, 1, 1), date(year + 1, 12, 31)
    if scope == "stock":
        return None, date(year, 12, 31)
    if scope == "cumulative":
        m = _last(re.compile(r"(?P<y>(?:19|20)\d{2})年"), folded, place.sentence, n.start)
        return (date(int(m["y"]), 1, 1) if m and int(m["y"]) < year else None), date(year, 12, 31)
    if scope == "partial":
        m = _last(re.compile(r"(?:[至到截止\-—–~])(?:(?:19|20)\d{2}年)?(?P<m>1[0-2]|[1-9])月(?P<d>\d{1,2})?"), folded, place.sentence, n.start)
        if m:
            month = int(m["m"])
            last = date(year + (month == 12), month % 12 + 1, 1).toordinal() - 1
            try:
                return date(year, 1, 1), date(year, month, int(m["d"])) if m["d"] else date.fromordinal(last)
            except ValueError:
                return date(year, 1, 1), date.fromordinal(last)
        if "上半年" in folded[place.sentence : n.start]:
            return date(year, 1, 1), date(year, 6, 30)
        return None, None
    return date(year, 1, 1), date(year, 12, 31)
