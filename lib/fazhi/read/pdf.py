"""PDF to paragraphs: the lines of each page with where they stand, joined where a line only broke at the margin.

pdfium reads the text (other readers give radical code points for ideographs in what browsers print); it is not safe for
threads, so a build reads in processes.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from statistics import median

import pypdfium2
from pypdfium2.raw import FPDFText_GetFontSize

from .furniture import rules
from .page import Draft, Unreadable
from .pdf_tables import Table, tables
from .text import IDEOGRAPH, RUNNING, tidy

MEDIA = "application/pdf"
NUMBER = re.compile(
    r"[—–\-－_·\s]*\d{1,3}[—–\-－_·\s]*|第\s*\d{1,3}\s*页(?:\s*[/，,]?\s*共\s*\d{1,3}\s*页)?|\d{1,3}\s*/\s*\d{1,3}"
)
# what a browser prints above and below a page: when and what, where from and which of how many pages
PRINTED = re.compile(
    r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}[,，]?\s+(?:[上下]午\s*)?\d{1,2}:\d\d(?::\d\d)?(?:\s*[AP]M)?(?:\s+(?P<title>\S.*))?"
    r"|(?P<url>(?:https?|file)://\S+?)(?:\s+\d{1,3}/\d{1,3})?"
)
TOKEN = re.compile(r"[“‘（(《〈【]?[!-~％]+")
BLANK = re.compile(r"(?<=[^\s：:]) +(?=\S)")
APART = re.compile(r"[A-Za-z]\n[A-Za-z]|\d\n\d\d?:\d\d")  # words, and a date with its clock
PROSE = re.compile("[，,。；]")
FIGURE = re.compile(r"[+-]?\d[\d,.]*\S{0,3}")
STOPS, CLOSING = "。：；:;！？", "，。、；：！？”’）》〉】〕,;!?)"
PAGES = 400  # a report has a few dozen


@dataclass(slots=True)
class Line:
    """A line of a page; `left`, `right` and `base` in points, `size` the height of its first character, `font` its type's size
    in the measure of the page's maker.
    """

    text: str
    page: int
    left: float
    right: float
    base: float
    size: float
    font: float
    row: bool = False  # of a ruled table, its cells parted by tabs


def parse(data: bytes) -> Draft:
    """The paragraphs of a PDF. Raises Unreadable for one that is locked, broken, or pictures of pages."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as fault:
        if "password" in str(fault).lower():
            raise Unreadable("PDF 加了密码，请解除保护后再放入", MEDIA) from None
        raise Unreadable("PDF 已损坏，打不开，请重新下载", MEDIA) from None
    try:
        heights = []
        lines: list[Line] = []
        for number in range(min(len(document), PAGES)):
            try:
                page = document[number]
                heights.append(page.get_height())
                text = page.get_textpage()
                lines += _with_tables(_page_lines(text, number), tables(page, text))
            except pypdfium2.PdfiumError:
                heights.append(842.0)
        titles = [(document.get_metadata_value("Title") or "").strip()]
    finally:
        document.close()
    text = "".join(line.text for line in lines)
    ideographs = len(IDEOGRAPH.findall(text))
    if ideographs < 30 and len(text.strip()) < 100 * max(1, len(heights)):
        raise Unreadable("PDF 里没有文字，是扫描件，请先做文字识别（OCR）", MEDIA)
    if sum("\ue000" <= c <= "\uf8ff" or c == "\ufffd" for c in text) > 0.3 * len(text):
        raise Unreadable("PDF 的字体没有字符编码，取不出文字，请先做文字识别（OCR）", MEDIA)
    told = [m for line in lines if _marginal(line, heights) and (m := PRINTED.fullmatch(line.text))]
    titles += dict.fromkeys(m["title"].strip() for m in told if m["title"])
    urls = [m["url"] for m in told if (m["url"] or "").startswith("http")]
    return Draft(
        _paragraphs(_with_rows(_resumed(_without_margins(lines, heights)))),
        titles=[title for title in titles if 6 <= len(title) <= 120 and IDEOGRAPH.search(title)],
        fields={"url": urls[0]} if urls else {},
    )


def _page_lines(page: pypdfium2.PdfTextPage, number: int) -> list[Line]:
    text = page.get_text_range()
    known = len(text) == page.count_chars()  # else offsets are no character numbers, and places are unknown
    lines: list[Line] = []
    at = 0
    for piece in text.split("\n"):
        start, at = at, at + len(piece) + 1
        stripped = tidy(_with_tabs(page, piece, start) if known else piece).strip()
        if not stripped:
            continue
        left = right = base = font = 0.0
        size = 12.0
        if known:
            first = start + len(piece) - len(piece.lstrip("\r \u3000\xa0"))
            last = start + len(piece.rstrip("\r \u3000\xa0")) - 1
            left, base, _, top = page.get_charbox(first, loose=True)
            right = page.get_charbox(last, loose=True)[2]
            size = max(top - base, 1.0)
            font = FPDFText_GetFontSize(page, first)
        # signs set close (”，) overlap, and pdfium then begins a line
        if lines and known and abs(lines[-1].base - base) < 0.3 * size and left > lines[-1].right - size:
            lines[-1].text += ("\t" if left - lines[-1].right > size else "") + stripped
            lines[-1].right = right
        else:
            lines.append(Line(stripped, number, left, right, base, size, font))
    return lines


def _with_tables(lines: list[Line], found: list[Table]) -> list[Line]:
    """The lines of a page with those that stand in a ruled table as its rows."""
    for table in found:
        left, bottom, right, top = table.box
        inside = [k for k, line in enumerate(lines) if line.right and bottom <= line.base <= top and line.left >= left - line.size
                  and line.right <= right + line.size]  # fmt: skip
        if not inside:
            continue
        first = lines[inside[0]]
        rows = [
            Line("\t".join(cells).rstrip("\t"), first.page, left, right, base, first.size, first.font, row=True)
            for base, cells in table.rows
            if any(cells)
        ]
        gone = set(inside)
        kept = [line for k, line in enumerate(lines) if k not in gone]
        lines = [*kept[: inside[0]], *rows, *kept[inside[0] :]]
    return lines


def _resumed(lines: list[Line]) -> list[Line]:
    """The lines with the rows whole that a page's end parted: below it stand only the rests of some of their cells."""
    out: list[Line] = []
    for line in lines:
        above = out[-1] if out else None
        if above and above.row and line.row and line.page == above.page + 1:
            cells, rest = above.text.split("\t"), line.text.split("\t")
            if len(rest) <= len(cells) and sum(map(bool, rest)) * 2 < len(cells):
                above.text = "\t".join(cell + more for cell, more in zip_longest(cells, rest, fillvalue=""))
                continue
        out.append(line)
    return out


def _with_tabs(page: pypdfium2.PdfTextPage, piece: str, start: int) -> str:
    """A line, from character `start` of its page, with a tab for each blank as wide as a character: cells stand so in a table.

    In a sentence such blanks only fill the line.
    """
    if RUNNING.search(piece):
        return piece

    def blank(m: re.Match[str]) -> str:
        _, low, right, high = page.get_charbox(start + m.start() - 1, loose=True)
        left = page.get_charbox(start + m.end(), loose=True)[0]
        return "\t" if left - right > 1.2 * (high - low) else m[0]

    return BLANK.sub(blank, piece)


def _marginal(line: Line, heights: list[float]) -> bool:
    """Whether a line stands where page numbers and running heads do."""
    height = heights[line.page]
    return not line.right or line.base < 0.12 * height or line.base > 0.88 * height


def _without_margins(lines: list[Line], heights: list[float]) -> list[Line]:
    """The lines without page numbers, the heads that run over many pages and what a browser prints around each."""
    repeated = Counter(re.sub(r"\d+", "#", line.text) for line in lines if _marginal(line, heights))
    heads = {text for text, times in repeated.items() if times >= 3 and times * 2 > len(heights)}
    return [
        line
        for line in lines
        if not _marginal(line, heights)
        or not (NUMBER.fullmatch(line.text) or PRINTED.fullmatch(line.text) or re.sub(r"\d+", "#", line.text) in heads)
    ]


def _with_rows(lines: list[Line]) -> list[Line]:
    """The lines with those of tables parted into cells by tabs: as many pieces in each, and figures below a head without any."""
    cells = [re.split(r"[\t ]+", line.text) for line in lines]
    start = 0
    for end in range(1, len(lines) + 1):
        if end < len(lines) and len(cells[end]) == len(cells[start]) and not lines[end].row and not lines[start].row:
            continue
        head, *rows = [[bool(FIGURE.fullmatch(cell)) for cell in row] for row in cells[start:end]]
        tabs = any("\t" in line.text for line in lines[start:end])
        wide = len(head) > 1 if tabs else len(head) > 2 and all(sum(row) > 1 for row in rows)  # 某县 2021 年度报告 is no row
        if rows and wide and not any(head) and all(map(any, rows)):
            for line, row in zip(lines[start:end], cells[start:end], strict=True):
                line.text = "\t".join(row)
        start = end
    return lines


def _paragraphs(lines: list[Line]) -> list[str]:
    if not lines:
        return []
    label, heads = rules().label, rules().heads
    size = median(line.size for line in lines)
    rights = sorted(line.right for line in lines)
    right = rights[len(rights) * 9 // 10]
    left = Counter(round(line.left / 3) * 3 for line in lines if line.right > right - 2 * size).most_common(1)[0][0]
    indented = sum(left + size < line.left < left + 4 * size for line in lines) * 12 > len(lines)
    out = [lines[0].text]
    for above, line in pairwise(lines):
        token = TOKEN.match(line.text)  # what could not be broken goes down whole and leaves its line short
        full = above.right + (0.55 * size * len(token[0]) if token else 0) >= right - 1.7 * size
        if above.text[-1] not in STOPS:  # a sign that may not begin a line takes the character before it along
            full = full or above.right >= right - (6 if indented else 2.1) * size
        if not above.right:  # places unknown: go by the words
            goes_on = above.text[-1] not in STOPS and not label.match(line.text) and len(above.text) > 20
        else:
            opens = heads.match(line.text) or (not indented and label.match(line.text) and above.text[-1] in STOPS + "”）")
            aside = above.left > (left + right) / 2  # a date, a signature
            goes_on = full and line.left < left + size and not opens and not aside
        # no title goes on in what stands below it; a sentence may change its type
        same = max(above.font, line.font) <= 1.15 * min(above.font, line.font) or PROSE.search(above.text) is not None
        goes_on = same and (goes_on or line.text[0] in CLOSING)  # no paragraph begins with one
        if goes_on and not (above.row or line.row) and "\t" not in above.text and "\t" not in line.text:
            apart = APART.search(out[-1][-1:] + "\n" + line.text[:5])
            out[-1] += (" " if apart else "") + line.text
        else:
            out.append(line.text)
    return out
