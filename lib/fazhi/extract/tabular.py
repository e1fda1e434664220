"""Figures in tables: a cell that is a number takes its words, and where it is bare its unit, from its column's head and its row.

Rows are lines with cells parted by a tab, by two blanks or more, or by `|`, as the reading stage leaves them; where all cells are
parted by single blanks, three rows of one width and more are a table. The guide: a table's figures count like any other, and a
unit that only the header names is applied.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from fazhi.extract.numerals import Number, fold, units

_CELL = re.compile(r"[^\t| ]+(?: [^\t| ]+)*")
_WORD = re.compile(r"[^ ]+")
_PARTED = re.compile(r"[\t|]|  ")
_RUNNING = re.compile(r"[，。；：:、]|.{61}")  # what a row of cells parted by single blanks has not
_PROSE = 60  # characters of a line in which two blanks part a heading from its text: 1.6 权力监督  重大执法决定……。
_FIGURE = re.compile(r"[+-]?(\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)(\.\d+)?(?:[余多+]?([^\d,.\s]{1,4}))?")
_UNIT = re.compile(r"[((/:]\s*(?:单位[::]?)?(万|亿|千)?([^()\d\s]{1,4}?)\s*(?:[))]|$)")
_CAPTION_UNIT = re.compile(r"单位\s*[::]\s*(万|亿|千)?([^\s,,;；、()“”\d]{1,3})")
BARE_YEAR = re.compile(r"((?:19|20)\d{2})(?:年度?|年[末底])?")
# A column of cases counts 件, if it names no unit; another one of numbers the unit that it names, or none.
_CASES = re.compile(
    r"(?:案|件|申请|受理|复议|诉讼|处罚|许可)[^\s|]{0,4}数量?$|(?:接收|受理|办理|办结|投诉|举报|咨询|收件)量$"
)
_COUNTED = re.compile(r"(\S)数$|[一-鿿]量$")
_SHARE = re.compile(r"(?:率|比例|占比|比重)$")
_WORD_UNIT = re.compile(r"(万|亿|千)?(\S{1,3})")
_COUNTERS = frozenset(("序号", "编号", "项次", "号", "名次"))  # heads of columns that count or rank the rows
_SCALE = {"万": 1e4, "亿": 1e8, "千": 1e3}


@dataclass(frozen=True, slots=True)
class Cell:
    """A number that fills a cell of a table, with the spans of its column's head, its row's label and the table, and its row."""

    number: Number
    head: tuple[int, int]
    label: tuple[int, int] | None
    table: tuple[int, int]
    row: int


def _cells(folded: str, start: int, line: str) -> list[tuple[int, int]]:
    end = start + len(line)
    if "\t" in line or "|" in line or ("  " in line and not ("。" in line and len(line) > _PROSE)):
        return [m.span() for m in _CELL.finditer(folded, start, end)]
    if line.count(" ") < 2 or _RUNNING.search(line):
        return []
    return [m.span() for m in _WORD.finditer(folded, start, end)]


def cells(text: str) -> list[Cell]:
    """Every number that fills a cell of a table with a head, with its unit or bare, in reading order."""
    folded = fold(text)
    out: list[Cell] = []
    block: list[list[tuple[int, int]]] = []
    at = before = 0
    for line in folded.split("\n"):
        end = at + len(line)
        row = _cells(folded, at, line)
        if len(row) >= 2:
            block.append(row)
        else:
            out += _table(folded, block, before)
            block, before = [], at + line.rfind("。") + 1  # what is said before the caption is none of the table's
        at = end + 1
    return out + _table(folded, block, before)


def _figure(folded: str, start: int, end: int, known: Mapping[str, str]) -> re.Match[str] | None:
    """The match of a cell that holds a number and nothing else than its unit."""
    m = _FIGURE.fullmatch(folded, start, end)
    if m is None or m[3] is None or m[3] == "%":
        return m
    unit = _WORD_UNIT.fullmatch(m[3])
    return m if unit and unit[2] in known else None


def _number(m: re.Match[str], unit: str, scale: str | None) -> Number:
    """The number of a cell's match with its unit, of which a 万 or the like may stand in the head."""
    value = round(float(re.sub("[, ]", "", m[1]) + (m[2] or "")) * _SCALE.get(scale or "", 1.0), 6)
    return Number(m.start(1), m.end(), value, None, unit, "exact", units().get(unit, ""), False)


def _one(unit: str, known: Mapping[str, str]) -> str:
    """A column's unit, the first where its head names several: 处、起."""
    return unit if unit in known else re.split("[、/]", unit)[0]


def _headless(
    folded: str,
    block: list[list[tuple[int, int]]],
    figures: list[list[re.Match[str] | None]],
    caption: re.Match[str] | None,
    before: int,
) -> list[Cell]:
    """The figures of a table that has no head but a caption with its unit: one at the end of each row, behind its label."""
    if caption is None or not all(row[-1] and not any(row[:-1]) for row in figures):
        return []
    unit, out = caption[2], []
    if unit not in units():
        return []
    for row, matches in zip(block, figures, strict=True):
        m = matches[-1]
        if m is None or m[3]:
            continue
        number = _number(m, unit, caption[1])
        out.append(Cell(number, (before, caption.start()), row[-2], (before, block[-1][-1][1]), row[0][0]))
    return out


def _last_lack(matches: list[re.Match[str] | None], full: list[list[bool]], shift: int) -> bool:
    """Whether a row's figures stand rather below those of the whole rows if its last cells are lacking than if its first are."""
    own = [bool(m) for m in matches]
    left = sum(a == b for row in full for a, b in zip(own, row, strict=False))
    return left > sum(a == b for row in full for a, b in zip(own, row[shift:], strict=True))


def _table(folded: str, block: list[list[tuple[int, int]]], before: int) -> list[Cell]:
    if len(block) < 2:
        return []
    loose = not any(_PARTED.search(folded, b, a) for row in block for (_, b), (a, _) in pairwise(row))
    if loose and (len(block) < 3 or len({len(row) for row in block}) > 1):
        return []
    known = units()
    figures = [[_figure(folded, a, b, known) for a, b in row] for row in block]
    for i, matches in enumerate(figures[:2]):  # a caption with a gap in it may stand above the head
        years = [m is not None and BARE_YEAR.fullmatch(m[0]) is not None for m in matches]
        if sum(years) > 1 and all(m is None or year for m, year in zip(matches, years, strict=True)):
            figures[i] = [None] * len(years)  # a head that names years
    if all(first is not None and BARE_YEAR.fullmatch(first[0]) for first, *_ in figures[1:]):
        for matches in figures[1:]:
            matches[0] = None  # the rows' labels do
    again = next((i for i in range(2, len(block)) if any(figures[i - 1]) and not any(figures[i])), 0)
    if again and again + 1 < len(block) and any(figures[again + 1]) and len(block[again]) >= 3:  # the head of another table
        return _table(folded, block[:again], before) + _table(folded, block[again:], block[again][0][0])
    width = max(map(len, block))  # a caption with a gap in it is no head
    heads = [i for i, row in enumerate(figures) if not any(row) and len(row) >= width - 1]
    captioned = len(heads) > 1 and heads[1] == heads[0] + 1 and len(figures[heads[0]]) < len(figures[heads[1]]) == width
    head = next(iter(heads[captioned:]), None)
    caption = _CAPTION_UNIT.search(folded, before, block[0 if head is None else head][0][0])
    caption = caption or _UNIT.search(folded, before, before + len(folded[before : block[0][0][0]].rstrip("\n |")))
    if head is None:
        return _headless(folded, block, figures, caption, before)
    if head + 1 >= len(block):
        return []
    columns = block[head]
    second = block[head + 1]
    if len(columns) - 1 + len(second) == width and len(second) > 1 and not any(figures[head + 1]):
        caption = caption or _UNIT.search(folded, *columns[-1])  # a head of two rows: the last cell of the first spans the second
        columns, head = [*columns[:-1], *second], head + 1
    counters = [i for i, (a, b) in enumerate(columns) if folded[a:b] in _COUNTERS]
    for matches in figures[head + 1 :] if counters else ():
        if len(matches) == len(columns):
            for i in counters:
                matches[i] = None  # they rank the rows, whose names stand behind them
    headed = _UNIT.search(folded, *columns[0])  # 行政处罚(宗), of all the columns
    span = (before, block[-1][-1][1])
    units_at = next((i for i, (a, b) in enumerate(columns) if folded[a:b] in ("单位", "计量单位")), None)
    out = []
    full = [[bool(m) for m in matches] for matches in figures[head + 1 :] if len(matches) == len(columns)]
    told = [i for i in range(len(columns)) if sum(row[i] for row in full) * 2 > len(full)]  # the columns of figures
    for row, matches in zip(block[head + 1 :], figures[head + 1 :], strict=True):
        first = next((i for i, m in enumerate(matches) if m), 0)
        last = first - 1 - (first > 1 and folded[slice(*row[first - 1])] in known)  # before a column of units
        label = (row[0][0], row[last][1]) if first else None
        shift = len(columns) - len(row)  # the first cells are lacking, of a label that spans rows, or else the last
        if folded[row[-1][1] :].partition("\n")[0].count("|") > 1 or (shift > 0 and _last_lack(matches, full, shift)):
            shift = 0  # … | 12 | |: the last are
        if units_at is not None and 0 < shift < len(columns) - units_at and folded[slice(*row[units_at])] in known:
            shift = 0
        below = [i + shift for i in range(len(row))]
        if len(row) < len(columns) and len(told) == sum(map(bool, matches)):
            column = iter(told)  # 合计 over the columns of numbers and names: as many figures as columns that have such
            below = [next(column) if m else -1 for m in matches]
        for i, m in zip(below, matches, strict=True):
            if m is None or not 0 <= i < len(columns):
                continue
            a, b = columns[i]
            named, marked = _UNIT.search(folded, a, b), label and _UNIT.search(folded, *label)
            apart = _WORD_UNIT.fullmatch(folded, *row[units_at]) if units_at is not None and shift == 0 else None
            printed = m[3] and _WORD_UNIT.fullmatch(m[3])
            told_units = ((u[1], _one(u[2], known)) for u in (printed, named, apart, caption, marked, headed) if u)
            scale, unit = next(((factor, u) for factor, u in told_units if u in known), (None, ""))
            cases = _CASES.search(folded, a, b)
            share = folded[b - 1] == "率" or (label and _SHARE.search(folded, *label))
            counted = _COUNTED.search(folded, a, b)
            own = folded[a:b] if folded[a:b] in known and folded[a:b] not in _COUNTERS else ""  # 场次, 人次
            if not (unit or share or cases or counted or own):
                continue
            bare = own or ("%" if share else "件" if cases else counted[1] if counted and counted[1] in known else "")
            number = _number(m, unit or bare, scale)
            out.append(Cell(number, (a, named.start() if named and named.start() > a else b), label, span, row[0][0]))
    return out
