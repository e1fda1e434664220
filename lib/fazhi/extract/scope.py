"""To which time a figure belongs, and whether it happened, was promised or is a rule.

What the language says for it is listed in knowledge/cues.toml. The order in which the cues are asked is the annotation
guide's: an explicit time in the sentence, the last one before the number; then the part of the report; then the codebook
entry's own, which is set with the code.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import ahocorasick_rs

from fazhi.extract.numerals import Number, units
from fazhi.extract.phrases import phrase
from fazhi.extract.places import Place
from fazhi.extract.prefilter import required
from fazhi.extract.rows import Quantity
from fazhi.extract.tabular import BARE_YEAR
from fazhi.knowledge import KnowledgeError, compiled, load_toml, require

_FEATURES = {
    "scope": {"relative", "since", "cumulative", "year", "partial", "previous", "next", "stock"},
    "status": {"target", "norm"},
    "change": {"up", "down"},
}
STANDING = frozenset(("person", "entity", "item"))  # what stands on a day, even where its sentence says until when
_OPENERS = "，,；;：:。！？!?\n\t (（、"
_OTHER = re.compile(r"\d|的?频[次率]|的要求|的标准")  # another number, or what a rule was only the manner of
_YEARS = re.compile(r"20\d\d年?(?:(?P<to>[至到—–~-]{1,2})|[、和,，])20\d\d年(?:[、和,，]20\d\d年)*")
_LIST_END = re.compile("[,，;；。]")
_NUMBER = re.compile(r"\d[\d,.]*")
_SEMICOLON = re.compile("[;；]")
_LISTED = re.compile(r"\(?[^,，;；:：()。\d]{0,8}\d[\d,.]*[^,，;；:：()。\d年月日]{1,4}、[^,，;；:：()。\d]*")
_YEAR = re.compile(r"(?P<y>(?:19|20)\d{2})年")
_MONTH = re.compile(r"\d{1,2}月份?|第?[一二三四1-4]季度|[上下]半年")
_HALF = re.compile("[上下]半年")
_UNTIL = re.compile(r"[至到截止\-—–~](?:(?:19|20)\d{2}年)?(?P<m>1[0-2]|[1-9])月(?P<d>\d{1,2})?")


@dataclass(frozen=True, slots=True)
class Cue:
    """One entry of cues.toml, compiled."""

    feature: str
    value: str
    where: str
    pattern: re.Pattern[str]


@cache
def cues(feature: str) -> tuple[Cue, ...]:
    """The cues of one feature (scope, status, change). Raises KnowledgeError for an entry that cannot be used."""
    out = []
    for entry in load_toml("cues.toml")["cue"]:
        name = f"[[cue]] {entry.get('feature')} {entry.get('value')}"
        require("cues.toml", name, entry, {"feature": str, "value": str, "where": str, "pattern": str, "yes": list, "no": list})
        if entry["value"] not in _FEATURES.get(entry["feature"], set()):
            raise KnowledgeError("cues.toml", name, "unknown feature or value", f"use one of {_FEATURES}")
        if entry["where"] not in ("clause", "sentence", "before"):
            raise KnowledgeError("cues.toml", name, f"unknown place {entry['where']!r}", "use clause, sentence or before")
        cue = Cue(entry["feature"], entry["value"], entry["where"], compiled("cues.toml", name, entry["pattern"]))
        if cue.feature == feature:
            out.append(cue)
    return tuple(out)


@cache
def _stock() -> re.Pattern[str]:
    return re.compile("|".join(cue.pattern.pattern for cue in cues("scope") if cue.value == "stock"))


@cache
def _anchors() -> tuple[ahocorasick_rs.AhoCorasick, list[int], int]:
    """The strings of which a cue of time holds one, which cues hold each (as bits), and the cues of which none is known."""
    holders: dict[str, int] = {}
    always = 0
    for i, cue in enumerate(cues("scope")):
        if cue.value != "stock":
            strings = required(cue.pattern.pattern)
            always |= 0 if strings else 1 << i
            for string in strings:
                holders[string] = holders.get(string, 0) | 1 << i
    return ahocorasick_rs.AhoCorasick(list(holders)), list(holders.values()), always


class Times:
    """The cues of time in a text, sentence by sentence; a cue is looked for only where one of its strings stands."""

    def __init__(self, folded: str) -> None:
        self.folded = folded
        self.known: dict[tuple[int, int], list[tuple[int, re.Match[str]]]] = {}

    def of(self, start: int, end: int) -> list[tuple[int, re.Match[str]]]:
        """Every cue of time in folded[start:end], a sentence: the index of the cue and its match, each cue's in reading order."""
        found = self.known.get((start, end))
        if found is None:
            automaton, holders, possible = _anchors()
            for string, _, _ in automaton.find_matches_as_indexes(self.folded[start:end], overlapping=True):
                possible |= holders[string]
            named = enumerate(cues("scope")) if possible else ()
            found = self.known[start, end] = [
                (i, m)
                for i, cue in named
                if possible >> i & 1
                for m in cue.pattern.finditer(self.folded, start, end)
                if not self._in_title(start, m.start())
            ]
        return found

    def _in_title(self, start: int, at: int) -> bool:
        """Whether an offset stands inside 《》: the years of an outline's title are not the figure's time."""
        return self.folded.rfind("《", start, at) > self.folded.rfind("》", start, at)


def last(pattern: re.Pattern[str], text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
    """The last match of a pattern in text[start:end]."""
    found: re.Match[str] | None = None
    for m in pattern.finditer(text, start, end):
        found = m
    return found


def scope(times: Times, n: Number, place: Place, year: int | None, source: bool) -> str | None:
    """The scope that the sentence itself gives to a number, or None where it says nothing of time.

    `source`, here and for the status: whether another number has come from it (`comes_from`).
    """
    folded = times.folded
    if place.label is not None and (said := _column(times, place, year)):
        return said
    words = folded[place.own : n.start]
    before = n.group not in ("points", "times") and phrase("year_before").search(words)
    if before:
        return "year" if year and f"{year}年" in before[0] else "previous"
    if source:
        now = phrase("at_present").search(words) or _promised(folded, n, place)  # 力争由目前的88%提高到90%
        return "year" if now else "previous"
    said, after = folded[place.sentence : n.start], folded[n.end : n.end + 60]
    if year and "分别" in said and (named := _dealt_year(folded, n, place)):
        return _against(named, year)
    if "以来" in said and phrase("of_which_this_year").match(after):
        return "cumulative"  # 专项斗争开展以来，打掉团伙3个（其中今年2个）
    if "累计" in words and _accumulated(n.group, words, said, after):
        return "cumulative"
    best, found = -1, None
    seen = {  # of each cue the last match before the number
        which: m
        for which, m in times.of(place.sentence, place.sentence_end)
        if m.end() <= n.start
        and (m.start() >= place.clause or cues("scope")[which].where == "sentence")
        and not _shut(folded, m, n.start)
    }
    for which, m in seen.items():
        value = _reaches(folded, n, place, cues("scope")[which], m, year)
        # the reporting year itself does not end what a part of it began
        at = m.start() if value == "year" else m.end()
        if value and at > best:
            best, found = at, value
    return found


def _against(named: int, year: int) -> str:
    """The scope that a year named in a text gives in a report on `year`."""
    return "year" if named == year else "previous" if named < year else "next"


def _dealt_year(folded: str, n: Number, place: Place) -> int | None:
    """The year of a number in a list that is dealt out to as many years: 2017年至2019年分别为174件、213件、251件."""
    years = last(_YEARS, folded, place.sentence, n.start)
    dealt = folded.find("分别", years.end(), n.start) if years else -1
    if years is None or dealt < 0:
        return None
    named = [int(y) for y in re.findall(r"20\d\d", years[0])]
    if years["to"]:
        named = list(range(named[0], named[1] + 1))
    end = _LIST_END.search(folded, n.end, place.sentence_end)
    numbers = [m.start() for m in _NUMBER.finditer(folded, dealt, end.start() if end else place.sentence_end)]
    return named[numbers.index(n.start)] if len(numbers) == len(named) and n.start in numbers else None


def comes_from(folded: str, n: Number, place: Place) -> bool:
    """Whether a number is what another one has come from: 由5件精简成2件."""
    return phrase("from").search(folded[place.own : n.start]) is not None and (
        phrase("to").match(folded[n.end : place.sentence_end]) is not None
    )


def _promised(folded: str, n: Number, place: Place) -> bool:
    """Whether the clause promises something before the number."""
    return any(c.value == "target" and c.pattern.search(folded, place.clause, n.start) for c in cues("status"))


def _shut(folded: str, m: re.Match[str], start: int) -> bool:
    """Whether a cue stands in brackets that shut before `start` and say more than it: 下降11.2%(2015年立1759起)；破获743起."""
    close = folded.find(")", m.end(), start)
    if close < 0 or folded.find("(", m.end(), close) >= 0:
        return False
    opened = folded.rfind("(", 0, m.start() + 1)
    return folded.rfind(")", 0, m.start()) < opened and folded[opened + 1 : close] != m[0]


def _accumulated(group: str, words: str, before: str, after: str) -> bool:
    """Whether a number whose words hold 累计 is a total over the years: 累计取消审批事项384项.

    `before` and `after` are what its sentence says before it, and what follows it.
    """
    if phrase("of_which_this_year").match(after):
        return True  # 累计29人(其中2020年新通过4人)
    if phrase("cumulative").fullmatch(words.strip(",")) and phrase("came_new").search(before):
        return True  # 新培育法律明白人215名，累计1402名
    if (group in STANDING or group == "object") and phrase("cumulative_reached").search(words):
        return True
    if group in ("item", "entity") and phrase("cumulative").search(words) and not phrase("this_year").search(words):
        return True
    by_verb = {"item": "cumulative_items", "person": "cumulative_persons"}.get(group)
    return bool(by_verb and phrase(by_verb).search(words)) and not phrase("this_year").search(before)


def _column(times: Times, place: Place, year: int | None) -> str | None:
    """The scope that the head of a column, or a row's label, gives to the figures below or behind it (上年, 2022年, 2022)."""
    if place.label and _MONTH.fullmatch(times.folded, *place.label):
        return "partial"
    for span in (place.label, (place.left, place.left_end)):
        if year is not None and span and (m := BARE_YEAR.fullmatch(times.folded, *span)):
            return _against(int(m[1]), year)
    for which, m in times.of(place.left, place.left_end):
        value = cues("scope")[which].value
        if value == "relative" and year is not None:
            return _against(int(m["y"]), year)
        if value in ("year", "previous", "partial", "cumulative"):
            return value
    return None


def _reaches(folded: str, n: Number, place: Place, cue: Cue, m: re.Match[str], year: int | None) -> str | None:
    """The scope that a cue gives to a number after it, or None where it does not reach so far or means something else."""
    opens = m.start() in (0, place.sentence, place.clause) or folded[m.start() - 1] in _OPENERS
    behind = folded[m.end() : m.end() + 1]
    frames = opens and behind in "，,、:：" or behind == "(" and folded.find(")", m.end(), n.start) < 0
    value = cue.value
    if value == "since":
        # 清理2010年以来文件: the documents' age, not the figure's time
        told = opens or m[0][0] in "自从"
        return None if year is None or not told else "cumulative" if int(m["y"]) < year else "year"
    of_theirs = value in ("relative", "cumulative") and "的" in folded[m.end() : n.start]
    if of_theirs and phrase("looked_at").search(folded, place.sentence, m.start()):
        return None  # 评查2022年7月至2023年6月办结的案卷105卷
    if value == "cumulative" and m[0].endswith("来") and folded[m.end()] == "的":
        return None  # nor 机构改革以来的87件文件
    if value == "relative":
        if year is None:
            return None
        named = int(m["y"])
        value = "year" if named < year - 3 else _against(named, year)
    if value == "partial" and m.end() <= place.clause and not opens and folded[m.start() - 1] not in "年0123456789":
        return None  # 20171月至11月: a page that lost its 年
    if value == "partial" and m[0].endswith(("半年", "季度")) and _SEMICOLON.search(folded, m.end(), n.start):
        return None  # 上半年受理12件；举办培训3期: a date reaches on (截至11月底受理12件；办结9件), a season does not
    if value == "previous":
        # an earlier year in an earlier clause reaches on only as the frame of the sentence
        begins = m.start() == place.sentence or folded[m.start() - 1] in ":："
        topic = begins and m[0].endswith("年度")  # 2019年度卫片检查违法用地12宗，面积3亩
        listed = _LISTED.fullmatch(folded, m.end(), n.start)  # 去年同期立案6起、罚款19.8万元
        if m.end() <= place.own and not (frames or topic or listed or phrase("dealt").match(folded[m.end() : n.start])):
            return None
        before, after = folded[max(0, m.start() - 2) : m.start()], folded[m.end() : n.start + 1]
        if (
            phrase("of_last").search(folded[place.own : n.start])
            or phrase("against").search(before)
            or phrase("changed").match(after)
        ):
            return None
    return value


def status(folded: str, n: Number, place: Place, source: bool) -> str:
    """Whether the clause says that it happened (actual), is promised (target) or is a standing rule (norm)."""
    if phrase("required").match(folded[n.end : n.end + 8]):
        return "norm"  # 与95%的要求还有差距
    if source:
        return "actual"
    if n.unit != "%" and phrase("planned").search(folded, place.own, n.start):
        return "target"  # 完成年计划1.5万人的108.7%
    found = "actual"
    for cue in cues("status"):
        m = cue.pattern.search(folded, place.clause, n.end if cue.value == "norm" else n.start)
        amended = m and m.end() <= place.own and phrase("to_be_amended").match(folded, m.start())
        if amended and phrase("settled_documents").match(folded[place.own : n.start]):
            continue  # 拟修改7件、废止22件: the second is done
        # 以每两月1次的频次学习5次: the rule is said of another number
        if m and not (cue.value == "norm" and _OTHER.search(folded, m.end(), n.start)):
            found = cue.value
    return found


def standing(folded: str, n: Number, place: Place, previous: Quantity | None, part: str | None) -> bool:
    """Whether a count stands at the end of the period rather than happens in it; `part` is the kind of the report's part."""
    words = folded[place.left : place.left_end]
    if n.unit.endswith("次"):
        return False
    beside = previous if previous is not None and previous.end > place.sentence else None  # in the same sentence
    if phrase("carried_on").search(words):
        return True
    if phrase("left_over").search(words):
        # 受理20件，审结18件，未结2件: a part of the year's; 年末未结2件, 余下2,614亩 stand
        of_total = beside is not None and beside.unit == n.unit
        return not of_total or n.group not in ("case", "paper", "item") or phrase("at_year_end").search(words) is not None
    if phrase("composed").search(folded, n.end, min(place.clause_end, n.end + 10)):
        return True
    if _stock().search(folded, n.end, max(n.end, min(place.right, n.end + 8))):
        return True
    case = n.group in ("case", "paper") and not phrase("device").search(words)
    if not case and phrase("standing_items").match(folded[n.end : min(place.sentence_end, n.end + 30)]):
        return True
    if not case and n.group not in ("session", "batch", "duration") and phrase("level").search(words):
        return True
    cue = last(_stock(), words)
    if cue and not case and phrase("firm_stock").match(words, cue.start()) and not phrase("new").search(words, cue.start()):
        return True
    made = last(phrase("made"), words)
    if made and (case or not cue or cue.start() < made.start()) and not phrase("standing_list").search(words):
        return False  # the verb after the cue tells: 目前已办理
    if cue and not (case and phrase("weak_stock").match(words, cue.start())):
        return True
    if not case and any(phrase(name).search(words) for name in ("standing_noun", "standing_list", "appointed")):
        return True
    if n.group == "person" and n.unit != "人次" and phrase("staff").search(words):
        return True
    if n.unit in ("个", "家", "处", "户", "座", "名", "人", "所") and phrase("reaches").search(words):
        return True
    if beside is not None and beside.scope == "stock":
        listed = beside.end > place.clause and phrase("goes_on").match(words)
        if listed or (beside.unit == n.unit and phrase("part_of").match(words)):
            return _alike(beside.unit, n.unit)
    if beside is None and n.group in STANDING and phrase("year_end").match(folded, place.sentence, n.start):
        return not made and not phrase("happened").search(folded, place.clause, n.start)
    if part != "problems" or n.group not in STANDING:
        return False
    return not phrase("happened").search(folded, place.clause, place.clause_end)


def _alike(one: str | None, other: str | None) -> bool:
    kinds = units()
    pair = {kinds.get(one or "", ""), kinds.get(other or "", "")}
    return len(pair) == 1 or pair <= {"person", "entity", "item"}


def period(folded: str, q: Quantity, place: Place, year: int | None) -> tuple[date | None, date | None]:
    """The days that a figure covers, as far as the text or the reporting year says; (None, None) where neither does."""
    if year is None:
        return None, None
    if q.scope == "stock":
        return None, date(year, 12, 31)
    if q.scope == "next":
        return date(year + 1, 1, 1), date(year + 1, 12, 31)
    if q.scope in ("previous", "cumulative"):
        m = last(_YEAR, folded, place.sentence, q.start)
        named = int(m["y"]) if m and int(m["y"]) < year else None
        if q.scope == "previous":
            return date(named or year - 1, 1, 1), date(named or year - 1, 12, 31)
        return (date(named, 1, 1) if named else None), date(year, 12, 31)
    if q.scope == "partial":
        m = last(_UNTIL, folded, place.sentence, q.start)
        if m is None:
            half = last(_HALF, folded, place.sentence, q.start)
            if half is None:
                return None, None
            return (date(year, 1, 1), date(year, 6, 30)) if half[0] == "上半年" else (date(year, 7, 1), date(year, 12, 31))
        month = int(m["m"])
        end = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        return date(year, 1, 1), min(end, end.replace(day=min(int(m["d"] or end.day) or end.day, end.day)))
    return date(year, 1, 1), date(year, 12, 31)
