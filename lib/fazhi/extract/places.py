"""Where a number stands: its sentence, its clause, and the words that are its own, between its neighbours.

Lists share words in ways of their own: 甲、乙分别为1件、2件 gives each number its item; 备案率、审核率均达100% and
复议、诉讼各1件 state one number for several things; a bare number in a table has its column's head and its row's label.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from fazhi.extract.numerals import Number
from fazhi.extract.phrases import phrase
from fazhi.extract.tabular import cells

SENTENCE_END = re.compile(r"[。！？!?\n]")
# A stop (no thousands separator), or a gap that no digit stands before; one class of characters in front, so that the scan
# leaps from stop to stop.
CLAUSE = re.compile(r"[，,；;：:。！？!?\n\t\s](?:(?<=[，,；;：:。！？!?\n\t])(?!(?<=\d,)\d{3}(?!\d))|(?<=[^\d]\s)\s+)")
_COUNTED = re.compile(r"[^，。；：,;:\d]{2,16}(?:[、和及与]|以及)")
_NOUN = re.compile(r"[一-鿿]{2}")
_LIST = re.compile(r"[、和及与]|以及")


class Place(NamedTuple):
    """Where a number stands: its sentence, its clause and the words that are its own, between its neighbours."""

    sentence: int
    sentence_end: int
    clause: int
    clause_end: int
    left: int  # from here to `left_end` stand the words that are the number's own
    left_end: int  # the number's start, unless a list before it parts the words among several numbers
    right: int  # from the number's end to here
    own: int  # as `left`, but never before the number's own neighbour: where cues of time are looked for
    label: tuple[int, int] | None = None  # of a table's row: its words belong to the number too
    shared: tuple[int, int] | None = None  # the words of the last item of its list, asked when its own say nothing


def places(text: str, numbers: Sequence[Number], starts: Sequence[int] = ()) -> list[Place]:
    """For each number its place in the folded text; `starts` are further offsets where a sentence begins (after headings)."""
    ends = [0, *sorted({m.end() for m in SENTENCE_END.finditer(text)}.union(starts)), len(text)]
    marks = [0, *sorted({m.end() for m in CLAUSE.finditer(text)}.union(starts)), len(text) + 1]
    out: list[Place] = []
    stop, before, last = phrase("stop"), None, len(numbers) - 1
    for i, n in enumerate(numbers):
        start, end = n.start, n.end
        k = bisect_right(ends, start)
        sentence, sentence_end = ends[k - 1], ends[k]
        if sentence and text.startswith(("其中", "包括", "其余"), sentence):
            sentence = ends[k - 2]  # the sentence before says what these are parts of
        k = bisect_right(marks, start)
        clause = max(sentence, marks[k - 1])
        clause_end = min(sentence_end, marks[bisect_right(marks, end, k)])
        if clause_end > end and text[clause_end - 1] in "，,；;：:。！？!?\n\t ":
            clause_end -= 1
        clause_end = max(clause_end, end)
        own = left = max(clause, before.end) if before else clause
        if before and left == before.end and _COUNTED.fullmatch(text, left, start) and _NOUN.match(text, end):
            own = left = start  # 6件人大代表建议、9件政协提案: the words between are the other number's
        elif before and _shares(text, before, n, out[-1], left):
            left = max(sentence, out[-1].left)
        right = clause_end
        shared = i < last and numbers[i + 1].start < right
        if shared:
            right = numbers[i + 1].start
        if right > end and (stopped := stop.search(text, end, right)):
            right = stopped.start()
        elif shared:
            right = min(right, end + 7)  # what stands nearer to the next number is the next number's
        out.append(Place(sentence, sentence_end, clause, clause_end, left, start, max(right, end), own))
        before = n
    return _part_lists(text, numbers, out)


def _shares(text: str, before: Number, n: Number, place: Place, left: int) -> bool:
    """Whether a number counts what its neighbour counts: 执法培训12期、1,430人次; 公职律师由3人增至6人."""
    between = text[before.end : n.start].strip()
    if between == "+" or (n.group != before.group and between in ("、", "和", "")):
        return True
    rises = left == before.end and phrase("to").match(text[left : n.end])
    return bool(rises and phrase("from").search(text, place.left, before.start))


def _part_lists(text: str, numbers: Sequence[Number], where: list[Place]) -> list[Place]:
    """`甲、乙、丙分别为1件、2件、3件`: each number gets the words of its own item."""
    respectively = phrase("respectively")
    for i, n in enumerate(numbers):
        m = respectively.search(text, where[i].left, n.start)
        if not m:
            continue
        chain = [i]
        while chain[-1] + 1 < len(numbers) and phrase("join").search(text[numbers[chain[-1]].end : numbers[chain[-1] + 1].start]):
            chain.append(chain[-1] + 1)
        items = _items(text, where[i].left, m.start())
        if len(items) > len(chain) > 1:
            items = items[-len(chain) :]
        if len(items) == len(chain) > 1:
            for k, (a, b) in zip(chain, items, strict=True):
                shared = None if k == chain[-1] else items[-1]  # 市、县两级事项分别为: the last item's noun is everybody's
                where[k] = where[k]._replace(left=a, left_end=b, right=numbers[k].end, shared=shared)
    return where


def split_shared(text: str, numbers: Sequence[Number], where: Sequence[Place]) -> tuple[list[Number], list[Place]]:
    """One number for several things (备案率、审核率均达100%; 复议、诉讼各1件) stands once for each, with that thing's words."""
    out_n: list[Number] = []
    out_p: list[Place] = []
    for n, p in zip(numbers, where, strict=True):
        cuts = (
            [m.end() for m in phrase("rates").finditer(text, p.left, p.left_end)]
            if n.unit == "%" and "合计" not in text[p.left : p.left_end]
            else []
        )
        last = text.rfind("率", p.left, p.left_end) + 1 if cuts else 0
        if cuts and last > cuts[-1] and last - cuts[-1] <= 14:
            at = p.left
            for cut in [*cuts, last]:
                out_n.append(n)
                out_p.append(p._replace(left=at, left_end=cut, right=n.end))
                at = cut
        elif (
            n.unit == "%"
            and (all_ := phrase("rates_all").search(text, p.left, p.left_end))
            and len(items := _items(text, p.left, all_.start() + 1)) > 1
        ):
            out_n += [n] * len(items)
            out_p += [p._replace(left=a, left_end=b, right=n.end, shared=items[-1]) for a, b in items]
        elif (
            (each := phrase("each").search(text, p.left, p.left_end))
            and (items := _items(text, p.left, each.start()))
            and len(items) > 1
            and "《" not in text[p.left : each.start()]  # titles in a list are what was dealt with, not things that are counted
            and not phrase("each_did").match(text, *items[-1])
        ):
            for a, b in items:
                out_n.append(n)
                out_p.append(p._replace(left=a, left_end=b))
        else:
            out_n.append(n)
            out_p.append(p)
    return out_n, out_p


def _items(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The items of a list in running text, as spans."""
    cuts = list(_LIST.finditer(text, start, end))
    return list(zip([start, *(m.end() for m in cuts)], [*(m.start() for m in cuts), end], strict=True))


def with_tables(text: str, numbers: Sequence[Number], where: list[Place]) -> tuple[list[Number], list[Place]]:
    """The running text's numbers and those that fill the cells of tables together, in reading order."""
    found = {
        c.number.start: (
            c.number,
            Place(c.table[0], c.table[1], c.row, c.number.end, c.head[0], c.head[1], c.number.end, c.row, c.label),
        )
        for c in cells(text)
    }
    if not found:
        return list(numbers), where
    # what the grammar of numbers made of a cell stands; its words are those of the table
    merged = [(n, found.pop(n.start)[1] if n.start in found else p) for n, p in zip(numbers, where, strict=True)]
    merged = sorted([*merged, *found.values()], key=lambda pair: pair[0].start)
    return [n for n, _ in merged], [p for _, p in merged]
