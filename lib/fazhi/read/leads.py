"""What a paragraph begins with in bold before it goes on in plain type: as a rule a heading that runs into its text.

HTML and DOCX set the marks; the lines are cleaned without them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

BOLD, PLAIN = "\x05", "\x06"  # before and after what is in bold
LEAST = 3  # ideographs that a heading has
_MARKS = re.compile(f"([{BOLD}{PLAIN}])")
_LABEL = re.compile(r"[（(]?[一二三四五六七八九十\d]{1,3}[)）、.．]{0,2}")
_HAN = re.compile("[一-鿿]")
_RUN = re.compile(f"{BOLD}[^{BOLD}{PLAIN}]+{PLAIN}")
_SHORT = re.compile("[一-鿿“”]{4,16}[。：:]?")
TOLD = 12  # ideographs of plain text behind each of several phrases in bold that head it


def parted(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """The lines without marks, and what of them stands in bold before plain text, its label with it."""
    lines = [part for line in lines for part in (_paragraphs(line) if line.count(BOLD) > 1 else [line])]
    found = [lead for line in lines if BOLD in line and (lead := _lead(line))]
    plain = [unmarked(line) for line in lines]
    kept = [text for text, line in zip(plain, lines, strict=True) if text or not line]  # a line of marks alone was none
    return kept, list(dict.fromkeys(found))


def _paragraphs(line: str) -> list[str]:
    """A line in which several short phrases in bold head the plain text behind each, a paragraph for each; else the line."""
    runs = _RUN.findall(line)
    heads = [run for run in runs if _SHORT.fullmatch(unmarked(run).strip())]
    if not line.strip().startswith(BOLD) or len(runs) < 2 or len(heads) < len(runs):
        return [line]
    parts = [part for part in re.split(f"(?={_RUN.pattern})", line) if part.strip()]
    told = all(len(_HAN.findall(unmarked(_RUN.sub("", part)))) >= TOLD for part in parts)
    return parts if told else [line]


def unmarked(line: str) -> str:
    """A line without marks."""
    return _MARKS.sub("", line)


def _lead(line: str) -> str:
    """The words in bold with which a line begins, or nothing where it begins or ends with no others."""
    depth, lead = 0, ""
    for piece in _MARKS.split(line):
        if piece in (BOLD, PLAIN):
            depth += 1 if piece == BOLD else -1
        elif depth > 0 or not piece.strip() or (not lead.strip() and _LABEL.fullmatch(piece.strip())):
            lead += piece
        else:
            return lead.strip() if len(_HAN.findall(lead)) >= LEAST and re.search(r"[^\s。，：；:;,.]", piece) else ""
    return ""
