"""Numbers with units become quantities: of what kind, of which time, whether it happened, and in which clause they stand.

What the language says for it is listed in knowledge/cues.toml; the order in which the cues are asked is here and follows the
annotation guide: an explicit time in the sentence, then the section, then the codebook entry's own (set by the indicators stage).
"""
from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from fazhi.extract.numerals import FOLD, Number, qualifiers, units
from fazhi.extract.phrases import phrase
from fazhi.extract.places import Place, places, split_shared, with_tables
from fazhi.extract.rows import Quantity, RuledOut, Section
from fazhi.knowledge import KnowledgeError, load_toml, require

_FEATURES = {"scope": {"relative", "since", "cumulative", "year", "partial", "previous", "next", "stock"}, "status": {"target", "norm"}, "change": {"up", "down"}}


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


@cache
def _apart() -> re.Pattern[str]:
    words = "|".join(sorted(qualifiers("apart"), key=len, reverse=True))
    return re.compile(rf"({words})[^\d,，、]{{0,14}}$")


def _last(pattern: re.Pattern[str], text: str, start: int, end: int) -> re.Match[str] | None:
    found = None
    for found in pattern.finditer(text, start, end):
        pass
    return found


def _kind(folded: str, n: Number, place: Place, previous: Quantity | None) -> tuple[str, str | None]:
    """The kind of a quantity and, of a change, its direction."""
    before = folded[place.left : n.start]
    if before.startswith(")"):
        before = before[1:]
    share = n.unit in ("%", "‰")
    if previous is not None and previous.kind == "change" and previous.unit == n.unit and phrase("join").fullmatch(before):
        return "change", previous.direction  # 同比分别上升12%、7.5%
    if n.group in ("points", "times") or phrase("of_last").search(before):
        for cue in cues():
            if cue.feature == "change" and cue.pattern.search(before):
                return "change", cue.value
        return "change", None
    context = folded[place.clause : n.start]
    compared = phrase("compared").search(before) or phrase("compared").search(context)
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
    if phrase("from").search(before) and phrase("to").match(folded[n.end : place.sentence_end]):
        return "previous", True
    if phrase("year_before").search(before):
        return "previous", True
    if n.group in ("item", "entity") and phrase("cumulative").search(before):
        return "cumulative", True
    best: tuple[int, str] | None = None
    for cue in cues():
        if cue.feature != "scope" or cue.value == "stock":
            continue
        start = place.sentence if cue.where == "sentence" else place.clause
        m = _last(cue.pattern, folded, start, n.start)
        if m is None:
            continue
        value = cue.value
        opens = m.start() == 0 or folded[m.start() - 1] in "，,；;：:。！？!?\n\t (（、 " or m.start() in (place.sentence, place.clause)
        if value in ("relative", "since"):
            y = int(m["y"])
            if year is None:
                continue
            if value == "since":
                if not opens:
                    continue  # 清理2010年以来文件: the documents' age, not the figure's time
                value = "cumulative" if y < year else "year"
            elif y == year:
                value = "year"
            elif y < year:
                tail = folded[m.end() : m.end() + 6]
                head = folded[max(0, m.start() - 2) : m.start()]
                if re.match(r"同期|相比|增|减|下降|上升|少|多|底|末", tail) or re.search(r"比|较|与$", head):
                    continue
                value = "previous" if y >= year - 3 else "year"
                if m.end() <= place.left and not (opens and folded[m.end() : m.end() + 1] in "，,、"):
                    continue  # a year in an earlier clause reaches on only as the frame of the sentence
            else:
                value = "next"
        if cue.value == "previous" and m.end() <= place.left and not (opens and folded[m.end() : m.end() + 1] in "，,"):
            continue
        if cue.value == "partial" and m.end() <= place.clause and not opens:
            continue
        if value == "previous" and phrase("of_last").search(folded[place.left : n.start]):
            continue
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
    numbers, where = with_tables(text, *split_shared(folded, numbers, places(folded, numbers, starts)))
    out, kept, ruled = [], [], []
    for n, place in zip(numbers, where, strict=True):
        k = bisect_right(begins, n.start) - 1
        section = order[k] if k >= 0 else None
        top = section
        while top is not None and top.level > 1 and top.parent_id is not None:
            top = by_id[top.parent_id]
        planned = top is not None and top.kind == "plan"
        if n.group == "duration" and place.label is None and not phrase("achieved").search(folded, place.clause, n.start):
            ruled.append(RuledOut(n.start, n.end, "rule_duration"))
            continue
        if n.chinese and any(a <= n.start < b for a, b in ranges):
            ruled.append(RuledOut(n.start, n.end, "heading"))
            continue
        kind, direction = _kind(folded, n, place, out[-1] if out and out[-1].end > place.clause else None)
        scope, said = _scope(folded, n, place, year, planned)
        status = "actual"
        for cue in cues():
            if cue.feature == "status" and cue.pattern.search(folded, place.clause, n.end if cue.value == "norm" else n.start):
                status = cue.value
        if planned and status == "actual" and scope in ("year", "next") and not (said and scope == "year" and year and str(year) in folded[place.sentence : n.start]):
            status, scope = "target", "next"
        elif planned and status != "actual":
            status, scope = "target", "next"
        if status == "target" and not said:
            scope = "next"
        if status == "norm":
            scope = "year"
        if scope == "next" and status == "actual":
            status = "target"
        if n.qualifier == "exact" and (m := _apart().search(folded, place.left, n.start)):
            n = replace(n, qualifier=qualifiers("apart")[m[1]])
        q = Quantity(n.start, n.end, n.value, n.high, n.unit, n.qualifier, kind, direction, status, scope, "", place.clause, place.clause_end)
        q.rule = "said" if said else None
        if not said and status == "actual" and kind == "count" and _standing(folded, n, place, out[-1] if out else None, top):
            q.scope = "stock"
        q.period_start, q.period_end = _period(folded, place, n, q.scope, year)
        out.append(q)
        kept.append(place)
    return out, kept, ruled


def _standing(folded: str, n: Number, place: Place, previous: Quantity | None, top: Section | None) -> bool:
    """Whether a count stands at the end of the period rather than happens in it."""
    words = folded[place.left : place.left_end]
    if any(cue.value == "stock" and cue.pattern.search(folded, place.left, max(place.left_end, min(place.right, n.end + 8))) for cue in cues()):
        return not phrase("made").search(words)
    if phrase("level").search(words):
        return not phrase("made").search(words)
    if previous is not None and previous.scope == "stock" and previous.end > place.clause and words[:1] in "、和" and not phrase("made").search(words):
        return units_alike(previous.unit, n.unit)
    return top is not None and top.kind == "problems" and n.group in ("person", "entity", "item") and not phrase("made").search(words)


def units_alike(one: str | None, other: str | None) -> bool:
    """Whether two units count the same sort of thing; persons and bodies go together."""
    kinds = units()
    a, b = kinds.get(one or "", ""), kinds.get(other or "", "")
    return a == b or {a, b} <= {"person", "entity", "item"}


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
