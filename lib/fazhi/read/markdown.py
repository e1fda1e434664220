"""Markdown to lines: what browsers' clippers and crawlers save of a page. Every line stays a line, for they often break where the
page does; marks go, and what is set in bold is marked as in HTML and DOCX.
"""

from __future__ import annotations

import re

from .leads import BOLD, PLAIN, parted
from .page import Draft

HEADING = re.compile(r"^#{1,6}[ \t]+(?=\S)")
STRONG = re.compile(r"(\*\*|__)(?=\S)([^\n]*?\S)\1")
RULE = re.compile(r"\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?")  # of a table, or across the page
LIST = re.compile(r"^[*+-][ \t]+(?=\S)")
QUOTE = re.compile(r"^(?:>[ \t]?)+")
IMAGE = re.compile(r"!\[[^\]\n]*\]\([^()\s]*(?:\s+\"[^\"\n]*\")?\)")
LINK = re.compile(r"\[([^\]\n]+)\]\(<?[^()\s]*>?(?:\s+\"[^\"\n]*\")?\)")
ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!|<>~-])")
EMPHASIS = re.compile(r"(?<![*\w])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![*\w])")
CELLS = re.compile(r"\|.*\|")
FENCE = re.compile(r"-{3,}[ \t]*")  # above and below what a clipper notes of a page
NOTE = re.compile(r"(\w+):[ \t]*[\"']?(.*?)[\"']?[ \t]*")
NOTES = {"url": ("source", "url", "link"), "published": ("published", "date"), "site": ("site",)}
LEAST = 2  # marks of a line or of bold that plain text has not


def is_markdown(lines: list[str]) -> bool:
    """Is a text written in Markdown? Lines that begin with `#`, bold between asterisks and rules of tables say so, or a clipper's
    notes above it.
    """
    headings = sum(HEADING.match(line) is not None for line in lines)
    bold = sum(len(STRONG.findall(line)) for line in lines if "**" in line or "__" in line)
    rules = sum(line.startswith("|") and RULE.fullmatch(line) is not None for line in lines)
    return headings + bold + rules + LEAST * bool(_noted(lines)[0]) >= LEAST


def parse(lines: list[str]) -> Draft:
    """The lines of a text in Markdown without its marks, with what a clipper noted of the page, its first heading as a title, and
    what is in bold before plain type.
    """
    notes, lines = _noted(lines)
    first = next((plain(line) for line in lines if HEADING.match(line)), "")
    fields = {field: note for field, keys in NOTES.items() if (note := next((notes[k] for k in keys if notes.get(k)), ""))}
    told, leads = parted([plain(line) for line in lines if not RULE.fullmatch(line.strip()) or not line.strip()])
    return Draft(told, titles=[t for t in (notes.get("title", ""), first) if t], fields=fields, leads=leads, broken=True)


def _noted(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    """What stands between two rules above a text, by its keys, and the lines below."""
    if not lines or not FENCE.fullmatch(lines[0]):
        return {}, lines
    end = next((i for i, line in enumerate(lines[1:40], 1) if FENCE.fullmatch(line)), 0)
    notes = {m[1].lower(): m[2] for line in lines[1:end] if (m := NOTE.fullmatch(line))}
    return (notes, lines[end + 1 :]) if notes else ({}, lines)


def plain(line: str) -> str:
    """A line without its marks; a table's row has its cells parted by tabs."""
    line = LIST.sub("", HEADING.sub("", QUOTE.sub("", line.rstrip(), count=1), count=1), count=1)
    line = LINK.sub(r"\1", IMAGE.sub("", line))
    line = STRONG.sub(f"{BOLD}\\2{PLAIN}", line)
    line = EMPHASIS.sub(r"\1", line)
    if CELLS.fullmatch(line.strip()):
        line = "\t".join(cell.strip() for cell in line.strip()[1:-1].split("|"))
    return ESCAPED.sub(r"\1", line)
