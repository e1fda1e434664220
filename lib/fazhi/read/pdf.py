"""PDF to paragraphs: the lines of each page with where they stand, joined where a line only broke at the margin.

pdfium reads the text (other readers give radical code points for ideographs in what browsers print); it is not safe for
threads, so a build reads in processes.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import pypdfium2

from .clean import rules
from .page import Draft, Unreadable
from .text import IDEOGRAPH, tidy

MEDIA = "application/pdf"
NUMBER = re.compile(
    r"[—–\-－_·\s]*\d{1,3}[—–\-－_·\s]*|第\s*\d{1,3}\s*页(?:\s*[/，,]?\s*共\s*\d{1,3}\s*页)?|\d{1,3}\s*/\s*\d{1,3}"
)
TOKEN = re.compile(r"[“‘（(《〈【]?[!-~％]+")
PAGES = 400  # a report has a few dozen


@dataclass(slots=True)
class Line:
    """A line of a page; `left`, `right` and `base` in points, `size` the height of its characters."""

    text: str
    page: int
    left: float
    right: float
    base: float
    size: float


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
                lines += _page_lines(page.get_textpage(), number)
            except pypdfium2.PdfiumError:
                heights.append(842.0)
        title = (document.get_metadata_value("Title") or "").strip()
    finally:
        document.close()
    text = "".join(line.text for line in lines)
    ideographs = len(IDEOGRAPH.findall(text))
    if ideographs < 30 and len(text.strip()) < 100 * max(1, len(heights)):
        raise Unreadable("PDF 里没有文字，是扫描件，请先做文字识别（OCR）", MEDIA)
    if sum("\ue000" <= c <= "\uf8ff" or c == "\ufffd" for c in text) > 0.3 * len(text):
        raise Unreadable("PDF 的字体没有字符编码，取不出文字，请先做文字识别（OCR）", MEDIA)
    return Draft(
        _paragraphs(_without_margins(lines, heights)),
        titles=[title] if 6 <= len(title) <= 120 and IDEOGRAPH.search(title) else [],
    )


def _page_lines(page: pypdfium2.PdfTextPage, number: int) -> list[Line]:
    text = page.get_text_range()
    known = len(text) == page.count_chars()  # else offsets are no character numbers, and places are unknown
    lines: list[Line] = []
    at = 0
    for piece in text.split("\n"):
        start, at = at, at + len(piece) + 1
        stripped = tidy(piece).strip()
        if not stripped:
            continue
        left = right = base = 0.0
        size = 12.0
        if known:
            first = start + len(piece) - len(piece.lstrip("\r \u3000\xa0"))
            last = start + len(piece.rstrip("\r \u3000\xa0")) - 1
            left, base, _, top = page.get_charbox(first, loose=True)
            right = page.get_charbox(last, loose=True)[2]
            size = max(top - base, 1.0)
        if lines and known and abs(lines[-1].base - base) < 0.3 * size and left > lines[-1].right:
            lines[-1].text += ("\t" if left - lines[-1].right > size else "") + stripped
            lines[-1].right = right
        else:
            lines.append(Line(stripped, number, left, right, base, size))
    return lines


def _without_margins(lines: list[Line], heights: list[float]) -> list[Line]:
    """The lines without page numbers and the heads that run over many pages."""

    def marginal(line: Line) -> bool:
        height = heights[line.page]
        return not line.right or line.base < 0.12 * height or line.base > 0.88 * height

    repeated = Counter(re.sub(r"\d+", "#", line.text) for line in lines if marginal(line))
    heads = {text for text, times in repeated.items() if times >= 3 and times * 2 > len(heights)}
    return [
        line
        for line in lines
        if not marginal(line) or not (NUMBER.fullmatch(line.text) or re.sub(r"\d+", "#", line.text) in heads)
    ]


def _paragraphs(lines: list[Line]) -> list[str]:
    if not lines:
        return []
    label = rules().label
    size = median(line.size for line in lines)
    rights = sorted(line.right for line in lines)
    right = rights[len(rights) * 9 // 10]
    left = Counter(round(line.left / 3) * 3 for line in lines if line.right > right - 2 * size).most_common(1)[0][0]
    indented = sum(left + size < line.left < left + 4 * size for line in lines) * 12 > len(lines)
    out = [lines[0].text]
    for above, line in pairwise(lines):
        token = TOKEN.match(line.text)  # what could not be broken goes down whole and leaves its line short
        full = above.right + (0.55 * size * len(token[0]) if token else 0) >= right - 1.7 * size
        if indented and above.text[-1] not in "。：；:;！？":
            full = full or above.right >= right - 6 * size
        if not above.right:  # places unknown: go by the words
            goes_on = above.text[-1] not in "。：；:;！？" and not label.match(line.text) and len(above.text) > 20
        elif indented:
            goes_on = full and line.left < left + size
        else:
            goes_on = full and line.left < left + size and not (label.match(line.text) and above.text[-1] in "。：；:;！？”）")
        if goes_on and "\t" not in above.text and "\t" not in line.text:
            gap = (
                " "
                if out[-1][-1:].isascii() and out[-1][-1:].isalpha() and line.text[:1].isascii() and line.text[:1].isalpha()
                else ""
            )
            out[-1] += gap + line.text
        else:
            out.append(line.text)
    return out
