"""Printed pages to paragraphs: page numbers and running heads go out, and lines that broke at a margin are joined.

What a line of text begins with stood on it whole: a line is full when what begins the next had no place on it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

from .text import APART, STOPS

PAGE_NUMBER = re.compile(r"[—–-]+\s*(\d{1,3})\s*[—–-]+|(\d{1,3})/\d{1,3}|第\s*(\d{1,3})\s*页(?:\s*[/，,]?\s*共\s*\d{1,3}\s*页)?")
TITLE_END = re.compile("(?:报告|总结|汇报|情况)$")
APART_CELLS = re.compile(r" {3,}|\S(?: {2,}|\t)\S[^\n]*?(?: {2,}|\t)\S")  # a row of a table: a wide gap, or three cells and more
ROW = re.compile(r"\t|\|.*\||\S(?: {2,}\S+){2}")
GAP, COMMA = re.compile(r" {3,}"), re.compile("[，,。；;]")
# what a heading that ends its line seldom has
COUNTED = re.compile(r"\d ?(?:[余多]|[万亿])*(?:[件次人项家个份起条场名期部宗户元]|[%％])")
# what begins a line stands on it whole: a number, a word, an ideograph with the signs beside it
UNBROKEN = re.compile(r"[“‘（(《〈【]*(?:[!-'*-~％]+|.)?[，。、；：！？”’）》〉】％,;:!?)]*")
AMONG = re.compile(r"[一二三四五六七八九十]{1,2}是")  # a label that begins a paragraph or a sentence
PAGE = 12  # lines that a page has at least
RUN_ON = re.compile(r" {2,}|(?<=[。；：]) ?(?=[一二三四五六七八九十]{1,2}、|[（(][一二三四五六七八九十]{1,2}[）)])")


def width(line: str) -> int:
    """How wide a line is drawn: an ideograph is two."""
    return len(line.encode("gbk", "replace"))


def _counted(line: str) -> int:
    """How wide a line is for a program that broke it at a number of characters."""
    return 2 * len(line)


def run_together(line: str, label: re.Pattern[str]) -> list[str]:
    """The paragraphs of a printed page whose lines were run together with a blank between them; another line comes back alone."""
    if len(line) < 400:
        return [line]
    pieces = [piece for piece in APART.sub("", line).split(" ") if piece]
    margin = sorted(map(width, pieces))[len(pieces) * 9 // 10]
    within = sum(  # a sentence: blanks that no paragraph's end leaves
        piece[-1] not in STOPS and not label.match(piece) and not label.match(after) for piece, after in pairwise(pieces)
    )
    if not 40 <= margin <= 120 or within < 8 or within * 3 < len(pieces):
        return [line]
    title = next((i + 1 for i, piece in enumerate(pieces[:6]) if TITLE_END.search(piece)), 0)
    return ["".join(pieces[:title])] * bool(title) + _joined(pieces[title:], label, margin, 0, width)


def unpaged(lines: list[str]) -> list[str]:
    """The lines of a printed text without its pages' numbers and the heads that run over them; others come back as they were.

    Two lines and more that are page numbers in sequence say so. What stands beside one of them and once more in the text is such
    a head; the blank lines between go too, for a sentence may run over them.
    """
    numbers = [(i, int(m[m.lastindex or 0])) for i, line in enumerate(lines) if (m := PAGE_NUMBER.fullmatch(line.strip()))]
    numbers = numbers or _bare_numbers(lines)
    if len(numbers) < 2 or any(b != a + 1 for (_, a), (_, b) in pairwise(numbers)):
        return lines
    times = Counter(line.strip() for line in lines)
    cut = set()
    for at, _ in numbers:
        cut.add(at)
        for step in (-1, 1):
            i, heads = at + step, 0
            while 0 <= i < len(lines) and (not (line := lines[i].strip()) or (times[line] > 1 and len(line) <= 40 and heads < 2)):
                cut.add(i)
                heads += bool(line)
                i += step
    return [line for i, line in enumerate(lines) if i not in cut]


def _bare_numbers(lines: list[str]) -> list[tuple[int, int]]:
    """The lines that are 1, 2, 3 … alone and a page apart, beside a blank line or the end, with their numbers. The figures of a
    table whose cells stand below one another have others beside them.
    """
    found: list[tuple[int, int]] = []
    since = 0
    around = ["", *(line.strip() for line in lines), ""]
    for i, (above, line, below) in enumerate(zip(around, around[1:], around[2:], strict=False)):
        apart = not (above and below) and not (above + below).isdigit()
        if line == str(len(found) + 1) and apart and (since >= PAGE or (found and not any(around[i + 2 :]))):
            found.append((i, len(found) + 1))
            since = 0
        since += bool(line)
    return found


def unwrap(lines: list[str], label: re.Pattern[str]) -> list[str]:
    """Lines that a printer or editor broke at a margin, as paragraphs; lines that are paragraphs come back as they were.

    A text counts as broken when most of its long lines are of one width, or nearly so, and end within a sentence. A line goes on
    in the next unless it is short of the margin, the next is indented or set apart, or the next opens with a heading's `label`.
    """
    if sum(map(bool, lines)) <= 4 and max(map(len, lines), default=0) > 800:  # line breaks lost: wide gaps and labels tell
        lines = [part for line in lines for part in RUN_ON.split(line)]
    told = [line.strip() for line in lines if line.strip()]  # 文号        签发人 tells no margin, nor do rows of tables
    told = [GAP.sub(" ", line) for line in told if not ROW.search(line)]
    if len(told) < 8:
        return lines
    drawn = _drawn(told)
    widths = sorted(map(drawn, told))
    margin = widths[len(widths) * 9 // 10]
    if not 40 <= margin <= 120 or widths[-1 - len(widths) // 50] > margin + 12:
        return lines
    for least in (margin - 4, margin * 5 // 6):  # of a ragged margin long lines tell, by what they end with
        full = [line.rstrip() for line in lines if drawn(line.strip()) >= least]
        if len(full) * 3 >= len(widths):
            break
    if len(full) * 3 < len(widths) or sum(line[-1:] in STOPS for line in full) * 2 > len(full):
        return lines
    return _joined(_single_spaced(lines), label, margin, least, drawn)


def _drawn(lines: list[str]) -> Callable[[str], int]:
    """How the lines of a text were measured when they were broken: by their width, or by their characters, whatever they are."""
    most = Counter(map(len, lines)).most_common(1)[0][0]
    alike = [width(line) for line in lines if len(line) == most]
    long = sum(len(line) * 5 > most * 4 for line in lines)
    return _counted if len(alike) * 5 > long * 3 and len(set(alike)) > 2 else width


def _single_spaced(lines: list[str]) -> list[str]:
    """The lines without the blank ones that a wide spacing sets between all of them, and without the page's left margin."""
    told = [line for line in lines if line.strip()]
    followed = [not below.strip() for line, below in pairwise([*lines, ""]) if line.strip() and not ROW.search(line.strip())]
    if sum(followed) * 5 > len(followed) * 4:
        lines = told
    left = sorted(len(line) - len(line.lstrip(" ")) for line in told)[len(told) // 10]
    return [line[left:] if line[:left].isspace() else line for line in lines] if left > 2 else lines


def _indent(lines: list[str], label: re.Pattern[str], margin: int, drawn: Callable[[str], int]) -> int:
    """How much narrower the lines are that begin a paragraph, where the blanks before them are lost."""
    first = sorted(
        drawn(line.strip())
        for above, line in pairwise(lines)
        if label.match(line) or (above.strip() and above.rstrip()[-1] in STOPS and drawn(above.strip()) < margin - 8)
    )
    return 4 if len(first) > 2 and first[len(first) * 9 // 10] <= margin - 3 else 0


def _joined(lines: list[str], label: re.Pattern[str], margin: int, least: int, drawn: Callable[[str], int]) -> list[str]:
    """Lines joined where they reach the margin, or would with what the next begins with. Those of sentences, and of headings that
    count something, are joined also where they nearly do, at `least`, and go on. The rows of a table stay apart.
    """
    indent, exact = _indent(lines, label, margin, drawn), drawn is _counted
    out: list[str] = []
    goes_on = heading = False
    for line, below in pairwise([*lines, ""]):
        if APART_CELLS.search(line.strip()):
            out.append(line)
            goes_on = heading = False
            continue
        labelled = label.match(line) is not None
        heading = labelled or (heading and goes_on)
        first = not goes_on or not line.strip() or line.startswith(("  ", "\t")) or (labelled and not AMONG.match(line))
        if first:
            out.append(line)
        else:
            tail, head = out[-1].rstrip(), line.lstrip()
            out[-1] = tail + (" " if tail[-1:].isascii() and head[:1].isascii() and tail[-1:].isalpha() else "") + head
        blanks = len(line) - len(line.lstrip())  # some print two for the four that they stand for
        wide, end = drawn(line.strip()) + (max(blanks, 4) if blanks else indent * first), line.rstrip()[-1:]
        if end in STOPS:
            apart = drawn(below.strip()) * 2 < margin and not COMMA.search(below)  # a signature, a date
            goes_on = not apart and wide >= _place(below, margin, drawn) + (not exact)
        elif heading and end in "，,、":
            goes_on = True
        else:
            told = not exact and (not heading or "。" in line or COUNTED.search(out[-1]) is not None)
            near = min(least, margin * 5 // 6) if COMMA.search(line) else least  # a sentence that has begun
            goes_on = wide >= _place(below, margin, drawn) or (told and wide >= near)
    return out


def _place(below: str, margin: int, drawn: Callable[[str], int]) -> int:
    """How wide a line is at least that had no place for what the next begins with."""
    if drawn is _counted:
        return margin
    begun = UNBROKEN.match(below.lstrip())
    return margin - 2 - (drawn(begun[0]) if begun else 0)
