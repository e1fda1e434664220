"""Tables of plain text whose rows are broken: rows again, their cells parted by tabs.

Copies of pages and prints of columns give the cells one below the other: as many names stand above the first row as it has
cells, and each row begins with its name, so that the figures between tell how wide it is. A print that was copied column by
column is such a table too, its heads the names of the rows. Prints that keep the layout break the cells of a head.
"""

from __future__ import annotations

import re

NAME = re.compile(r"(?=.*[\u3400-\u9fff])[^，。；！？!?;\t]+(?<![：:])")
FIGURE = re.compile(r"[+-]?\d[\d,，.]*(?:[%％]|[\u3400-\u9fff]{1,3})?|[-—–/／]{1,2}")
YEAR = re.compile(r"(?:19|20)\d\d年?度?")
BARS = " |｜"
WIDEST = 16  # cells of a row
LONGEST = 24  # characters of a cell


CELL = re.compile(r"\S+(?: \S+)*")
SUM = re.compile(r"^(\s*[合总小]) +(?=计 )")  # 合    计
SHORT = 10  # characters of what a cell goes on with
ASIDE = 2  # characters by which the parts of a broken cell are out of line


def whole_rows(lines: list[str]) -> list[str]:
    """The lines of a print that keeps the layout, with the rows whole whose cells go on in the line below, each below its own."""
    out: list[str] = []
    above: list[tuple[int, str]] = []  # where the cells of the row above begin, and their words
    for line in lines:
        line = SUM.sub(r"\1", line)
        cells = [(m.start(), m[0]) for m in CELL.finditer(line)]
        parts = line.startswith("  ") and all(len(c) <= SHORT and not FIGURE.fullmatch(c) for _, c in cells)
        under = [next((k for k, (at, _) in enumerate(above) if abs(at - start) <= ASIDE), -1) for start, _ in cells]
        if len(above) > 2 and cells and parts and -1 not in under:
            for k, (_, words) in zip(under, cells, strict=True):
                above[k] = above[k][0], above[k][1] + words
            out[-1] = "\t".join(words for _, words in above)
        else:
            out.append(line)
            above = [] if "\t" in line or "|" in line or any(FIGURE.fullmatch(c) for _, c in cells) else cells
    return out


def _kind(cell: str, label: re.Pattern[str]) -> str:
    """`y` of a year, `n` of another figure, `t` of a name, `-` of an empty line, nothing of a sentence or a heading."""
    if not cell or len(cell) > LONGEST:
        return "" if cell else "-"
    if YEAR.fullmatch(cell):
        return "y"
    if FIGURE.fullmatch(cell):
        return "n"
    return "t" if NAME.fullmatch(cell) and not label.match(cell) else ""


def unstacked(lines: list[str], label: re.Pattern[str]) -> list[str]:
    """The lines with the cells of such tables as rows, one a line, parted by tabs; others come back as they were.

    A table has two rows and more, of two cells and more, below a head. `label` is how a heading begins.
    """
    cells = [line.strip(BARS) for line in lines]
    if not any(cell[-1:].isdigit() or FIGURE.fullmatch(cell) for cell in cells if len(cell) <= LONGEST):
        return lines
    kinds = [_kind(cell, label) for cell in cells]
    out: list[str] = []
    at = 0  # what is done
    while at < len(lines):
        end = at
        while end < len(lines) and kinds[end]:
            end += 1
        told = [i for i in range(at, end) if kinds[i] != "-"]  # the cells of a run of short lines
        found = _table([cells[i] for i in told], "".join(kinds[i] for i in told)) if len(told) >= 6 else None
        if found:
            first, width, rows = found
            begin, close = told[first], told[first + width * (rows + 1) - 1] + 1
            out += lines[at:begin]
            out += ["\t".join(cells[i] for i in told[k : k + width]) for k in range(first, first + width * (rows + 1), width)]
            at = close
        else:
            out += lines[at : end + 1]
            at = end + 1
    return out


def _table(cells: list[str], kinds: str) -> tuple[int, int, int] | None:
    """Where the first table of a run begins, how many cells a row of it has and how many rows stand below its head."""
    best: tuple[int, int, int] | None = None
    first = kinds.find("n")
    if first < 0:
        return None
    for row in range(max(2, first - WIDEST), first + 1):  # a row begins with its name, its year or its number
        for width in range(2, min(row, WIDEST) + 1):
            head = row - width
            if kinds[head] != "t" or "n" in kinds[head:row]:
                continue
            rows, at = 0, row
            while at + width <= len(kinds) and _row(kinds, at, row, width, cells[at] == str(rows + 1)):
                rows, at = rows + 1, at + width
            if rows > 1 and (best is None or rows * width > best[1] * best[2]):
                best = head, width, rows
    return best


def _row(kinds: str, at: int, first: int, width: int, counted: bool) -> bool:
    """Whether a row begins at a cell: with a name, a year or the next number, and figures where the first row has them."""
    own, theirs = kinds[at : at + width], kinds[first : first + width]
    told = own[1:].replace("y", "n")  # 1987 may be a year's count of cases
    named = own[0] in "ty" or (counted and told.startswith("t"))
    return named and own[0] == theirs[0] and "n" in told and told == theirs[1:].replace("y", "n")
