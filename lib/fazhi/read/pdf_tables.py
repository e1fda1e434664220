"""The ruled tables of a PDF's page, row by row: what stands in a cell belongs together, however often it is broken.

A page has lines and boxes, no tables: where they cross they make a grid, and a cell goes on where no line parts it from the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pypdfium2
from pypdfium2.raw import FPDF_PAGEOBJ_PATH

THIN = 2.5  # points: a path no wider is a line
NEAR = 3.0  # lines so close are one
LEAST = 6.0  # a shorter line rules no table
MOST = 300  # characters of a cell; a longer one is a box around text
PATHS = 20_000  # a page with more is a drawing
BLANK = re.compile(r"(?<=[\u2e80-\uffef]) +| +(?=[\u2e80-\uffef])")
Box = tuple[float, float, float, float]  # left, bottom, right, top, in points


@dataclass(frozen=True, slots=True)
class Table:
    """Where a table stands on its page, and its rows from the top: the base of each and what its cells hold."""

    box: Box
    rows: list[tuple[float, list[str]]]


def tables(page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage) -> list[Table]:
    """The tables of a page that have two columns at least, in no certain order; one may be the rest of the page before's."""
    lines = _lines(page)
    found = (_table(group, text) for group in _connected(lines)) if lines else ()
    return [table for table in found if table]


def _lines(page: pypdfium2.PdfPage) -> list[Box]:
    """The lines of a page, those around its boxes among them."""
    out: list[Box] = []
    for i, path in enumerate(page.get_objects(filter=[FPDF_PAGEOBJ_PATH], max_depth=2)):
        if i >= PATHS:
            return []
        left, bottom, right, top = path.get_bounds()
        wide, high = right - left, top - bottom
        if min(wide, high) <= THIN < LEAST <= max(wide, high):
            out.append((left, bottom, right, top))
        elif min(wide, high) >= LEAST:
            out += [(left, y, right, y) for y in (bottom, top)] + [(x, bottom, x, top) for x in (left, right)]
    return out


def _touch(a: Box, b: Box) -> bool:
    return a[0] <= b[2] + NEAR and b[0] <= a[2] + NEAR and a[1] <= b[3] + NEAR and b[1] <= a[3] + NEAR


def _around(boxes: Iterable[Box]) -> Box:
    left, bottom, right, top = zip(*boxes, strict=True)
    return min(left), min(bottom), max(right), max(top)


def _connected(lines: Sequence[Box]) -> list[list[Box]]:
    """The lines of each table: those whose surroundings touch."""
    groups: list[tuple[Box, list[Box]]] = []
    for line in sorted(lines, key=lambda box: -box[3]):
        joined = [group for group in groups if _touch(group[0], line)]
        groups = [group for group in groups if group not in joined]
        members = [line, *(other for _, others in joined for other in others)]
        groups.append((_around([line, *(box for box, _ in joined)]), members))
    return [members for _, members in groups]


def _stops(values: Iterable[float]) -> list[float]:
    """Values in order, those that are near each other as one."""
    out: list[float] = []
    for value in sorted(values):
        if not out or value - out[-1] > NEAR:
            out.append(value)
    return out


def _table(lines: Sequence[Box], text: pypdfium2.PdfTextPage) -> Table | None:
    flat = [line for line in lines if line[2] - line[0] >= line[3] - line[1]]
    upright = [line for line in lines if line[2] - line[0] < line[3] - line[1]]
    columns, levels = _stops(line[0] for line in upright), _stops(line[1] for line in flat)[::-1]
    if len(columns) < 3 or len(levels) < 2:
        return None

    def parted(x: float, y: float) -> bool:  # is there an upright line at a place?
        return any(abs(line[0] - x) <= NEAR and line[1] - NEAR <= y <= line[3] + NEAR for line in upright)

    def ruled(x: float, y: float) -> bool:  # or a flat one?
        return any(abs(line[1] - y) <= NEAR and line[0] - NEAR <= x <= line[2] + NEAR for line in flat)

    covers: dict[tuple[int, int], tuple[int, int]] = {}  # a place in the grid -> where the cell that covers it begins
    rows: list[tuple[float, list[str]]] = []
    for i, (top, bottom) in enumerate(pairwise(levels)):
        cells = []
        for j in range(len(columns) - 1):
            if (i, j) in covers:
                begun = covers[i, j]
                if begun[0] < i and begun[1] == j:
                    cells.append("")
                continue
            across, down = j + 1, i + 1
            while across < len(columns) - 1 and not parted(columns[across], (top + bottom) / 2):
                across += 1
            while down < len(levels) - 1 and not ruled((columns[j] + columns[j + 1]) / 2, levels[down]):
                down += 1
            covers |= {(row, column): (i, j) for row in range(i, down) for column in range(j, across)}
            words = text.get_text_bounded(columns[j], levels[down], columns[across], top)
            cells.append(BLANK.sub("", " ".join("".join(words.splitlines()).split())))
        rows.append((bottom, cells))
    if any(len(cell) > MOST for _, cells in rows for cell in cells) or all(sum(map(bool, cells)) < 2 for _, cells in rows):
        return None
    return Table(_around(lines), rows)
