"""Which figures are parts of which: under 其中, in brackets, behind a colon or `N件中`, above a table's total.

A list ends where it has come to its total, where its bracket closes, and where a further step of the work is told (其中事故类
3起，结案21起). What adds up to a total exactly is taken for its parts, whatever the words say. Rates and changes are parts of
nothing. The words are in knowledge/phrases.toml.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from fazhi.extract.numerals import fold, units
from fazhi.extract.phrases import phrase
from fazhi.extract.places import Place
from fazhi.extract.rows import Quantity

LEAST_TOTAL = 20  # smaller figures add up by chance
_PRINTED = re.compile(r"\d[\d,]*(?:\.(\d+))?\s*([万亿千百]?)")
_SCALE = {"万": 1e4, "亿": 1e8, "千": 1e3, "百": 1e2}
_STOP = re.compile("[;；。\n]")
_REMARK = re.compile(r"\([^()]*\)")


@dataclass(slots=True)
class _List:
    """Parts as they are read: their total, and whether a bracket or a colon holds them together."""

    total: int
    held: str = ""  # bracket, colon, or nothing
    members: list[int] = field(default_factory=list)


def slack(folded: str, q: Quantity) -> float:
    """How far the number may be from what was counted, by the digits that it is printed with (1.32万: 50)."""
    m = _PRINTED.search(folded, q.start, q.end)
    return _SCALE[m[2]] * 10.0 ** -len(m[1] or "") / 2 if m and m[2] else 0.0


def alike(one: str | None, other: str | None) -> bool:
    """Whether figures of the two units can be of one list: the same unit, or the same class of units but that of items."""
    kinds = units()
    return one == other or kinds.get(one or "") == kinds.get(other or "", "") != "item"


def lists(found: Sequence[Quantity]) -> Iterator[tuple[int, list[int]]]:
    """Each total with the parts of one list of it; a total that is divided in several ways comes once for each."""
    members: dict[tuple[int, int | None], list[int]] = defaultdict(list)
    for i, q in enumerate(found):
        if q.part_of is not None:
            members[q.part_of, q.division].append(i)
    for (total, _), of_it in members.items():
        yield total, of_it


def parts(text: str, found: Sequence[Quantity], where: Sequence[Place]) -> None:
    """Set `part_of` (an index into `found`) of every figure that the text puts under another one, in place."""
    folded = fold(text)
    group: list[int] = []
    for i, (q, place) in enumerate(zip(found, where, strict=True)):
        if place.label is not None or q.kind == "rate":
            continue
        if group and not _together(folded, where[group[-1]], place):
            _Passage(folded, found, where, group).read()
            group = []
        group.append(i)
    _Passage(folded, found, where, group).read()
    _columns(folded, found, where)


def _together(folded: str, one: Place, other: Place) -> bool:
    """Whether two figures stand in one sentence, or the second's divides what the one before it counts (在已审结案件中，…)."""
    if one.sentence == other.sentence:
        return True
    return one.sentence_end == other.sentence and bool(phrase("divides").match(folded[other.sentence : other.sentence + 24]))


class _Passage:
    """The counts, amounts and changes of one sentence, and of those that divide what it counts, read from left to right."""

    def __init__(self, folded: str, found: Sequence[Quantity], where: Sequence[Place], group: list[int]) -> None:
        self.folded, self.found, self.where = folded, found, where
        self.group = group
        self.levels = [i for i in group if found[i].kind != "change"]
        self.lists: list[_List] = []
        self.aside: set[int] = set()  # what stood in brackets that are closed

    def read(self) -> None:
        """Set `part_of` and `division` of the passage's parts."""
        for at in range(1, len(self.levels)):
            self._place(at)

    def _place(self, at: int) -> None:
        """Make one figure a part of the list that goes on or begins with it, if there is one."""
        i, before = self.levels[at], self.levels[at - 1]
        if self.found[before].start == self.found[i].start:  # 各1件
            self._join_same(before, i)
            return
        gap = self._gap(at)
        self._close(gap)
        total, held = self._opened(at, gap)
        if self._closes_list(at):
            return
        if total is None and self.lists and self._goes_on(at, gap, self.lists[-1]):
            self._join(at, self.lists[-1])
            return
        if held != "bracket":
            self.lists = [one for one in self.lists if one.held == "bracket"]
        total = self._summed(at) if total is None else total
        if total is not None:
            self.lists.append(_List(total, held))
            self._join(at, self.lists[-1])

    def _gap(self, at: int) -> str:
        """What stands between a figure and the one before it, but for brackets that hold no figure (含上年结转)."""
        before, i = self.levels[at - 1], self.levels[at]
        gap = self.folded[self.found[before].end : self.found[i].start]
        return _REMARK.sub("", gap) if "(" in gap else gap

    def _join_same(self, before: int, i: int) -> None:
        if self.lists and before in self.lists[-1].members:
            self.found[i].part_of, self.found[i].division = self.found[before].part_of, self.found[before].division
            self.lists[-1].members.append(i)

    def _join(self, at: int, into: _List) -> None:
        """Make a figure a part of the list's total, or of the figure of its own unit that stands beside that.

        处罚167次，罚款1284万元，其中煤矿93次，罚款906万元: the money of a part is a part of the money.
        """
        i, total, members = self.levels[at], into.total, into.members
        q, t = self.found[i], self.found[total]
        whole = alike(q.unit, t.unit) or self._adds_up(at, total, members)
        if whole and self._fits(i, total, past=bool(members)):
            members.append(i)
            q.part_of, q.division = total, members[0]
            return
        beside = (
            self.levels[self.levels.index(total) : self.levels.index(members[0] if members else i)]
            if total in self.levels
            else []
        )
        for k in reversed(beside):
            if self.found[k].unit == q.unit and self._fits(i, k):
                q.part_of, q.division = k, i
                return

    def _fits(self, i: int, total: int, past: bool = False) -> bool:
        """Whether a figure can be a part of another; with `past` also where the text gives more than there is."""
        q, t = self.found[i], self.found[total]
        if q.kind != t.kind and t.kind != "change":
            return False
        carried = phrase("carried_over").search(self._own(i))  # 审结79件（含上年结转6件）
        if (q.scope == "previous" and not carried) != (t.scope == "previous"):
            return False
        return past or q.value <= (t.high or t.value) + slack(self.folded, t) + slack(self.folded, q)

    def _close(self, gap: str) -> None:
        """End the lists whose bracket or sentence ends before the next figure."""
        for sign in gap:
            if sign == ")" and any(one.held == "bracket" for one in self.lists):
                while (ended := self.lists.pop()).held != "bracket":
                    pass
                self.aside.update(ended.members)
            elif sign in "。\n":
                self.lists = [one for one in self.lists if one.held == "colon"]

    def _opened(self, at: int, gap: str) -> tuple[int | None, str]:
        """The total whose list begins with this figure, and what holds the list together."""
        i, before = self.levels[at], self.levels[at - 1]
        if phrase("list_cue").search(gap):  # a quick look before the phrases
            inside = gap.rfind("(") > gap.rfind(")")
            if inside and phrase("bracket_opens").match(gap):
                return self._whole(at, "bracket"), "bracket"
            cut = _STOP.split(gap[gap.rfind("(") + 1 :] if inside else gap)[-1]
            if phrase("part").search(cut):
                return self._whole(at, ""), ""
            if (named := phrase("among").search(cut)) and (whole := self._among(at, named["of"] or "")) is not None:
                return whole, ""
            if phrase("colon_opens").match(gap) and self._run(at, before) >= 2 and self._fits(i, before):
                return before, "colon"
        if self._outcomes(at) and self._fits(i, before):
            return before, ""
        return None, ""

    def _outcomes(self, at: int) -> bool:
        """Whether this figure and the next say what became of the ones before: 清理文件98件，保留44件、修改5件."""
        before, pair = self.levels[at - 1], self.levels[at : at + 2]
        if not phrase("outcome").match(self._own(pair[0])):
            return False
        same = len(pair) == 2 and len({(self.found[k].unit, self.where[k].sentence) for k in (before, *pair)}) == 1
        told = same and phrase("sorted_out").search(self._own(before))
        return bool(told) and all(phrase("outcome").match(self._own(k)) for k in pair)

    def _candidates(self, at: int) -> Iterator[int]:
        """The figures before this one that could be its total, the nearest first."""
        i = self.levels[at]
        for k in reversed(self.group):
            if k < i and k not in self.aside and self._fits(i, k) and self.found[k].unit not in ("%", "‰"):
                yield k

    def _whole(self, at: int, held: str) -> int | None:
        """The total of a list that begins here: what its items add up to, else the nearest of its unit, else of its sort."""
        q = self.found[self.levels[at]]
        near = list(self._candidates(at))
        if held == "bracket":
            near = near[:2]
        for k in near:
            if self._adds_up(at, k):
                return k
        levels = [k for k in near if self.found[k].kind != "change"]
        same = [k for k in levels if self.found[k].unit == q.unit]
        rough = [k for k in levels if alike(self.found[k].unit, q.unit) and self.found[k].kind == q.kind]
        return next(iter(same or rough), None)

    def _among(self, at: int, named: str) -> int | None:
        """The total that `N件中` or `在已审结案件中` names: the nearest one that is told with the same word, else the nearest."""
        word = phrase("bare_noun").sub("", named)
        near = list(self._candidates(at))
        for k in near:
            if len(word) > 1 and word in self._own(k):
                return k
        before = self.levels[at - 1]
        return before if before in near else None

    def _run(self, at: int, total: int) -> int:
        """How many figures of the total's unit follow one another from here."""
        unit, n = self.found[total].unit, 0
        for k in self.levels[at:]:
            if self.found[k].unit != unit:
                break
            n += 1
        return n

    def _adds_up(self, at: int, total: int, so_far: Sequence[int] = ()) -> int:
        """How many figures from here on come, with those so far, to the total exactly; 0 where none do."""
        t = self.found[total]
        left, loose = t.value - sum(self.found[k].value for k in so_far), slack(self.folded, t)
        n = len(so_far)
        for later, k in enumerate(self.levels[at:], at):
            q = self.found[k]
            if q.kind == "amount" != t.kind or q.high is not None or q.value == 0:
                continue  # 食品类36件、罚款118万元，药品类3件 …
            if later > at and self._marked(later):
                return 0
            left -= q.value
            loose += slack(self.folded, q)
            n += 1
            if abs(left) <= loose + 1e-6 * t.value:
                return n if n > 1 else 0
            if left < -loose:
                return 0
        return 0

    def _marked(self, at: int) -> bool:
        """Whether a list begins with this figure."""
        gap = self._gap(at)
        return "(" in gap or phrase("part").search(gap) is not None

    def _goes_on(self, at: int, gap: str, into: _List) -> bool:
        """Whether a figure is one more part of the list before it."""
        i, total, members = self.levels[at], self.found[into.total], into.members
        if not members:
            return into.held == "bracket"
        done = sum(self.found[k].value for k in members)
        loose = slack(self.folded, total) + sum(slack(self.folded, self.found[k]) for k in members)
        if len(members) > 1 and abs(done - total.value) <= loose + 1e-6 * total.value:
            if not self._adds_up(at, into.total):
                return False
            into.members = []  # divided a second time
            return True
        stopped = _STOP.search(gap) is not None and into.held != "colon"
        step = gap[:1] != "、" and phrase("step").search(self._own(i)) and not any(map(self._is_step, members))
        if self._adds_up(at, into.total, members) - len(members) > (1 if stopped and step else 0):
            return True
        if into.held == "bracket":
            return True
        if stopped or (step and alike(self.found[i].unit, total.unit)):
            return False
        if not alike(self.found[i].unit, total.unit):
            return True  # what is told of a part beside its number: 煤矿93次，罚款906万元
        return done + self.found[i].value <= total.value + loose or self._parallel(i, gap, members)

    def _is_step(self, i: int) -> bool:
        return phrase("step").search(self._own(i)) is not None

    def _own(self, i: int) -> str:
        return self.folded[self.where[i].left : self.found[i].start]

    def _parallel(self, i: int, gap: str, members: Sequence[int]) -> bool:
        """Whether a figure is told in the very form of the parts before it, so that too much is the text's own fault."""
        all_, between = (*members, i), [self.folded[self.found[a].end : self.found[b].start] for a, b in pairwise(members)]
        if len({self.found[k].unit for k in all_}) > 1 or any(map(self._is_step, all_)):
            return False
        return all(phrase("listed_part").fullmatch(one) for one in (*between, gap))

    def _summed(self, at: int) -> int | None:
        """The figure before that this and the next ones add up to, where no word says that they are its parts."""
        i = self.levels[at]
        for k in reversed(self.levels[:at]):
            t = self.found[k]
            free = t.value >= LEAST_TOTAL and t.unit == self.found[i].unit and t.part_of is None
            if free and self._fits(i, k) and self._run(at, k) > 1 and self._adds_up(at, k):
                return k
        return None

    def _closes_list(self, at: int) -> bool:
        """Whether a figure is the sum of a list before it, which are its parts then: 建议72件、提案85件，共计157件."""
        i = self.levels[at]
        if not phrase("sum").match(self._own(i)):
            return False
        left, listed = self.found[i].value, []
        for k in reversed(self.levels[:at]):
            if self.found[k].unit != self.found[i].unit or self.found[k].part_of is not None or left <= 0:
                break
            listed.append(k)
            left -= self.found[k].value
        if left or len(listed) < 2:
            return False
        for k in listed:
            self.found[k].part_of, self.found[k].division = i, listed[-1]
        return True


def _columns(folded: str, found: Sequence[Quantity], where: Sequence[Place]) -> None:
    """The figures of a table's columns are parts of those in the row that is called 合计, where a column adds up to its own."""
    tables: dict[int, dict[tuple[int, str | None], list[int]]] = defaultdict(lambda: defaultdict(list))
    for i, (q, place) in enumerate(zip(found, where, strict=True)):
        if place.label is not None and q.kind in ("count", "amount"):
            tables[place.sentence][place.left, q.unit].append(i)
    for columns in tables.values():
        known = [_rows(folded, found, where, cells) for cells in columns.values()]
        totals = [(total, rows) for total, rows in known if total is not None]
        if any(abs(sum(found[i].value for i in rows) - found[total].value) < 1e-6 for total, rows in totals):
            for total, rows in totals:
                for i in rows:
                    found[i].part_of, found[i].division = total, rows[0]


def _rows(folded: str, found: Sequence[Quantity], where: Sequence[Place], cells: Sequence[int]) -> tuple[int | None, list[int]]:
    """The one figure of a column in the row of totals, or None, and those of the rows that it is the total of."""
    names = {i: folded[slice(*label)].replace(" ", "") for i in cells if (label := where[i].label)}
    totals = [i for i, name in names.items() if phrase("total_row").fullmatch(name)]
    rows = [i for i, name in names.items() if i not in totals and not phrase("within_row").match(name)]
    return (totals[0], rows) if len(totals) == 1 and len(rows) > 1 else (None, [])
