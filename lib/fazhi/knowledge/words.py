"""The word cutter with the field's own words (words.tsv), the same for whoever cuts.

rjieba gives jieba's tokens in a thirtieth of the time; tests/test_measures.py holds them equal.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from fazhi.knowledge import load_tsv

WORD_WEIGHT = 20000  # the frequency that keeps a word of the field whole, in rjieba and jieba alike


@cache
def own_words() -> frozenset[str]:
    """The words of the field, as words.tsv lists them."""
    return frozenset(row["word"] for row in load_tsv("words.tsv"))


@cache
def segmenter() -> Any:
    """The word cutter with the field's words added, once a process; `segmenter().cut(text)` gives its words."""
    import rjieba  # its dictionary takes a tenth of a second, which only who cuts words needs

    for row in load_tsv("words.tsv"):
        rjieba.add_word(row["word"], WORD_WEIGHT, "n")
    return rjieba
