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
LEAST = 2  # marks of a line or of bold that plain text has not


def is_markdown(lines: list[str]) -> bool:
    """Is a text written in Markdown? Lines that begin with `#`, bold between asterisks and rules of tables say so."""
    headings = sum(HEADING.match(line) is not None for line in lines)
    bold = sum(len(STRONG.findall(line)) for line in lines if "**" in line or "__" in line)
    rules = sum(line.startswith("|") and RULE.fullmatch(line) is not None for line in lines)
    return headings + bold + rules >= LEAST


def parse(lines: list[str]) -> Draft:
    """The lines of a text in Markdown without its marks, its first heading as a title, and what is in bold before plain type."""
    title = next((plain(line) for line in lines if HEADING.match(line)), "")
    told, leads = parted([plain(line) for line in lines if not RULE.fullmatch(line.strip()) or not line.strip()])
    return Draft(told, titles=[title] if title else [], leads=leads, broken=True)


def plain(line: str) -> str:
    """A line without its marks; a table's row has its cells parted by tabs."""
    line = LIST.sub("", HEADING.sub("", QUOTE.sub("", line.rstrip(), count=1), count=1), count=1)
    line = LINK.sub(r"\1", IMAGE.sub("", line))
    line = STRONG.sub(f"{BOLD}\\2{PLAIN}", line)
    line = EMPHASIS.sub(r"\1", line)
    if CELLS.fullmatch(line.strip()):
        line = "\t".join(cell.strip() for cell in line.strip()[1:-1].split("|"))
    return ESCAPED.sub(r"\1", line)
