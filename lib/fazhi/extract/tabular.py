"""Figures in tables: a cell that is a bare number takes its unit and its words from the head of its column and from its row.

Rows are lines with cells parted by a tab, by two blanks or more, or by `|`, as the reading stage leaves them. The guide: a
table's figures count like any other, and a unit that only the header names is applied.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fazhi.extract.numerals import Number, fold, units

_CELL = re.compile(r"[^\t| ]+(?: [^\t| ]+)*")
_BARE = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(%)?")
_UNIT = re.compile(r"[((/:]\s*(?:单位[::]?)?(万|亿|千)?([^()\d\s]{1,4}?)\s*(?:[))]|$)")
_CAPTION_UNIT = re.compile(r"单位\s*[::]\s*(万|亿|千)?([^\s,,;;、()\d]{1,3})")
_WORD_UNIT = re.compile(r"(万|亿|千)?(\S{1,3})")
_SCALE = {"万": 1e4, "亿": 1e8, "千": 1e3}


@dataclass(frozen=True, slots=True)
class Cell:
    """A bare number in a table: the number, the spans of its column's head and its row's label, the span of table and row."""

    number: Number
    head: tuple[int, int]
    label: tuple[int, int] | None
    table: tuple[int, int]
    row: int


def _cells(folded: str, start: int, end: int) -> list[tuple[int, int]]:
    return [m.span() for m in _CELL.finditer(folded, start, end)]


def cells(text: str) -> list[Cell]:
    """Every bare number that stands in a table with a head, in reading order."""
    folded = fold(text)
    out: list[Cell] = []
    block: list[list[tuple[int, int]]] = []
    at = before = 0
    for line in folded.split("\n"):
        end = at + len(line)
        row = _cells(folded, at, end) if "\t" in line or "|" in line or "  " in line else []
        if len(row) >= 2:
            block.append(row)
        else:
            out += _table(folded, block, before)
            block, before = [], at
        at = end + 1
    return out + _table(folded, block, before)


def _table(folded: str, block: list[list[tuple[int, int]]], before: int) -> list[Cell]:
    if len(block) < 2:
        return []
    bare = [[_BARE.fullmatch(folded, a, b) for a, b in row] for row in block]
    head = next((i for i, row in enumerate(bare) if not any(row)), None)
    if head is None or head + 1 >= len(block):
        return []
    known = units()
    columns = block[head]
    caption = _CAPTION_UNIT.search(folded, before, columns[0][0])
    span = (before, block[-1][-1][1])
    units_at = next((i for i, (a, b) in enumerate(columns) if folded[a:b] in ("单位", "计量单位")), None)
    out = []
    for row, matches in zip(block[head + 1 :], bare[head + 1 :], strict=True):
        label = row[0] if matches[0] is None else None
        shift = len(columns) - len(row)
        for i, m in enumerate(matches):
            if m is None or not 0 <= i + shift < len(columns):
                continue
            a, b = columns[i + shift]
            unit = _UNIT.search(folded, a, b) or caption
            if m[3]:
                name, scale = "%", 1.0
            elif (
                units_at is not None and shift == 0 and (own := _WORD_UNIT.fullmatch(folded, *row[units_at])) and own[2] in known
            ):
                name, scale = own[2], _SCALE.get(own[1] or "", 1.0)
            elif unit and unit[2] in known:
                name, scale = unit[2], _SCALE.get(unit[1] or "", 1.0)
            elif label and (own := _UNIT.search(folded, *label)) and own[2] in known:
                name, scale = own[2], _SCALE.get(own[1] or "", 1.0)
            elif folded[b - 1] == "率":
                name, scale = "%", 1.0
            else:
                continue
            value = round(float(m[1].replace(",", "") + (m[2] or "")) * scale, 6)
            number = Number(m.start(), m.end(), value, None, name, "exact", known.get(name, "rate"), False)
            out.append(Cell(number, (a, unit.start() if unit and unit.start() > a else b), label, span, row[0][0]))
    return out
