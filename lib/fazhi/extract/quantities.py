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

from fazhi.extract.numerals import FOLD, Number, units
from fazhi.extract.rows import Quantity, RuledOut, Section
from fazhi.extract.tabular import cells
from fazhi.knowledge import KnowledgeError, load_toml, require

SENTENCE_END = re.compile(r"[。！？!?\n]")
CLAUSE = re.compile(r"[，,；;：:。！？!?\n\t]|(?<=[^\d])\s{2,}")
_FEATURES = {"scope": {"relative", "since", "cumulative", "year", "partial", "previous", "next", "stock"}, "status": {"target", "norm"}, "change": {"up", "down"}}
_COMPARED = re.compile(r"同比|环比|(?:比|较|与)(?:上一?年度?|去年|前一?年|上年|(?:19|20)\d{2}年度?)|相比|以往|之前|原来")
_OF_LAST = re.compile(r"(?:为|占|相当于|是|达)(?:上年度?|去年|前一年|(?:19|20)\d{2}年)(?:同期)?的$")
_FROM = re.compile(r"(?:由|从)(?:(?:19|20)\d{2}年度?|上年度?|去年|原来|原先|过去|最初|年初|此前|之前|法定|以前)?(?:同期)?的?[^,，。;；、]{0,6}$")
_TO = re.compile(r"^[^,，。;；]{0,8}?(?:增至|增加到|增加至|增长到|增长至|减至|减少到|减少至|降至|下降到|下降至|降到|合并为|整合为|升至|上升到|上升至|提高到|提高至|提升到|提升至|压缩到|压缩至|压减到|压减至|缩短到|缩短至|缩减到|缩减至|精简到|精简至|扩大到|扩大至|扩展到|扩展至|调整为|变为|缩短为|压缩为|减为|增为)")
_ACHIEVED = re.compile(r"压缩|缩至|缩到|压减|缩短|减至|减少|精简|提速|由|从|平均|用时|仅需|只需|降至|优良|控制在|时长|累计|共计|达到|停课|历时|审限")
_MADE = re.compile(r"新|设立|成立|建成|组建|取得|增设|打造|聘任|挂牌|配发|培训|组织|开展|审查|审核|办理|受理|检查|评查|清理|发放|派出|处理|查处|走访|完成|参加|对|派")
_LEVEL = re.compile(r"(?:增至|增加到|增加至|扩大到|扩大至|总量达?到?|总数达?到?|存量|精简至|压减至|合并为|调整为|[镇县市区乡]达到)$|(?:可办|上线|行政权力|权力|进驻)事项$|权力清单(?:共)?$|(?:专职|专业|执法|从业|工作|编制)(?:办案)?人员(?:共|达|仅)?$|总投资$|电子证照$|面积$")
_LEAST = re.compile(r"(至少|不少于|不低于|约为|约占|约是|约有|约|近)[^\d,，、]{0,14}$")
_LEAST_SENSE = {"至少": "at_least", "不少于": "at_least", "不低于": "at_least", "约为": "about", "约占": "about", "约是": "about", "约有": "about", "约": "about", "近": "exact"}


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
    left: int  # from here to `left_end` stand the words that are the number's own
    left_end: int  # the number's start, unless a list before it parts the words among several numbers
    right: int  # from the number's end to here
    label: tuple[int, int] | None = None  # of a table's row: its words belong to the number too


_STOP = re.compile(r"[、，,；;。：:（()）\s\"]|(?<=.)(?:和|以及|并|且|均|全部|其中|等)")
_JOIN = re.compile(r"[、，,和及与\s]*(?:以及|并)?$")
_RESPECTIVELY = re.compile(r"分别(?:为|是|达到?|有|完成|办理|约为?)?\s*$")
_EACH = re.compile(r"各(?:有|为|开展|举办|组织|完成|发生)?\s*$")
_RATES = re.compile(r"率(?=[、和及与]|以及)")


def places(text: str, numbers: Sequence[Number], starts: Sequence[int] = ()) -> list[Place]:
    """For each number its place in the folded text; `starts` are further offsets where a sentence begins (after headings)."""
    ends = sorted({m.end() for m in SENTENCE_END.finditer(text)} | set(starts))
    marks = sorted({m.end() for m in CLAUSE.finditer(text)} | set(starts))
    out: list[Place] = []
    for i, n in enumerate(numbers):
        k = bisect_right(ends, n.start)
        sentence = ends[k - 1] if k else 0
        sentence_end = ends[k] if k < len(ends) else len(text)
        if sentence and text.startswith(("其中", "包括", "其余"), sentence):
            j = bisect_right(ends, sentence - 1)
            sentence = ends[j - 1] if j else 0  # the sentence before says what these are parts of
        k = bisect_right(marks, n.start)
        clause = max(sentence, marks[k - 1] if k else 0)
        k = bisect_right(marks, n.end)
        clause_end = min(sentence_end, marks[k] if k < len(marks) else len(text))
        if clause_end > n.end and text[clause_end - 1] in "，,；;：:。！？!?\n\t ":
            clause_end -= 1
        clause_end = max(clause_end, n.end)
        left = max(clause, numbers[i - 1].end if i else 0)
        if i and _JOIN.fullmatch(text, numbers[i - 1].end, n.start) and n.start - numbers[i - 1].end < 4 and n.group != numbers[i - 1].group:
            left = max(sentence, out[-1].left)  # 执法培训12期、1,430人次: both count the same thing
        elif i and left == numbers[i - 1].end and _FROM.search(text, out[-1].left, numbers[i - 1].start) and _TO.match(text[n.start - 12 : n.end][12 - (n.start - left) :]):
            left = out[-1].left  # 公职律师由3人增至6人
        right = min(clause_end, numbers[i + 1].start if i + 1 < len(numbers) else len(text))
        if right < clause_end:
            right = min(right, n.end + 7)  # what stands nearer to the next number is the next number's
        stop = _STOP.search(text, n.end, right)
        if stop:
            right = stop.start()
        out.append(Place(sentence, sentence_end, clause, clause_end, left, n.start, max(right, n.end)))
    return _part_lists(text, numbers, out)


def _part_lists(text: str, numbers: Sequence[Number], where: list[Place]) -> list[Place]:
    """`甲、乙、丙分别为1件、2件、3件`: each number gets the words of its own item."""
    for i, n in enumerate(numbers):
        m = _RESPECTIVELY.search(text, where[i].left, n.start)
        if not m:
            continue
        chain = [i]
        while chain[-1] + 1 < len(numbers) and _JOIN.fullmatch(text, numbers[chain[-1]].end, numbers[chain[-1] + 1].start):
            chain.append(chain[-1] + 1)
        items = _items(text, where[i].left, m.start())
        if len(items) > len(chain) > 1:
            items = items[-len(chain) :]
        if len(items) == len(chain) > 1:
            for k, (a, b) in zip(chain, items, strict=True):
                where[k] = replace(where[k], left=a, left_end=b, right=numbers[k].end)
    return where


def split_shared(text: str, numbers: Sequence[Number], where: Sequence[Place]) -> tuple[list[Number], list[Place]]:
    """One number for several things stands once for each, with that thing's words: `备案率、审核率均达100%`, `复议、诉讼各1件`."""
    out_n: list[Number] = []
    out_p: list[Place] = []
    for n, p in zip(numbers, where, strict=True):
        cuts = [m.end() for m in _RATES.finditer(text, p.left, p.left_end)] if n.unit == "%" else []
        last = text.rfind("率", p.left, p.left_end) + 1
        if cuts and last > cuts[-1] and last - cuts[-1] <= 14:
            at = p.left
            for cut in [*cuts, last]:
                out_n.append(n)
                out_p.append(replace(p, left=at, left_end=cut, right=n.end))
                at = cut
        elif (each := _EACH.search(text, p.left, p.left_end)) and (items := _items(text, p.left, each.start())) and len(items) > 1:
            for a, b in items:
                out_n.append(n)
                out_p.append(replace(p, left=a, left_end=b))
        else:
            out_n.append(n)
            out_p.append(p)
    return out_n, out_p


def _items(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The items of a list in running text, as spans."""
    cuts = list(re.compile(r"[、和及与]|以及").finditer(text, start, end))
    return list(zip([start, *(m.end() for m in cuts)], [*(m.start() for m in cuts), end], strict=True))


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
    if previous is not None and previous.kind == "change" and previous.unit == n.unit and _JOIN.fullmatch(before):
        return "change", previous.direction  # 同比分别上升12%、7.5%
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
        if value == "previous" and _OF_LAST.search(folded[place.left : n.start]):
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


def _in_tables(text: str, numbers: Sequence[Number], where: list[Place]) -> tuple[list[Number], list[Place]]:
    """The running text's numbers and the tables' bare ones together, in reading order."""
    found = cells(text)
    if not found:
        return list(numbers), where
    taken = {n.start for n in numbers}
    merged = [(n.start, i, n, p) for i, (n, p) in enumerate(zip(numbers, where, strict=True))]
    for c in found:
        if c.number.start not in taken:
            place = Place(c.table[0], c.table[1], c.row, c.number.end, c.head[0], c.head[1], c.number.end, c.label)
            merged.append((c.number.start, len(merged), c.number, place))
    merged.sort(key=lambda m: m[:2])
    return [m[2] for m in merged], [m[3] for m in merged]


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
    numbers, where = _in_tables(text, *split_shared(folded, numbers, places(folded, numbers, starts)))
    out, kept, ruled = [], [], []
    for n, place in zip(numbers, where, strict=True):
        k = bisect_right(begins, n.start) - 1
        section = order[k] if k >= 0 else None
        top = section
        while top is not None and top.level > 1 and top.parent_id is not None:
            top = by_id[top.parent_id]
        planned = top is not None and top.kind == "plan"
        if n.group == "duration" and place.label is None and not _ACHIEVED.search(folded, place.clause, n.start):
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
        if status == "norm":
            scope = "year"
        if scope == "next" and status == "actual":
            status = "target"
        if q_least := n.qualifier == "exact" and _LEAST.search(folded, place.left, n.start):
            n = replace(n, qualifier=_LEAST_SENSE[q_least[1]])
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
        return not _MADE.search(words)
    if _LEVEL.search(words):
        return True
    if previous is not None and previous.scope == "stock" and previous.end > place.clause and words[:1] in "、和" and not _MADE.search(words):
        return units_alike(previous.unit, n.unit)
    return top is not None and top.kind == "problems" and n.group in ("person", "entity") and not _MADE.search(words)


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
