"""What is left out before a pattern is tried could not have matched: with and without it, the same is found."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fazhi.extract.numerals import fold
from fazhi.extract.prefilter import Opening, required
from fazhi.extract.reasons import ASCII, CHINESE, listed, tried
from fazhi.extract.scope import Times, cues

ALPHABET = "0123456789一二三四十百千万年月日号第次件项条个〔〕（）()“”\"、，。；：:.%-—+至到 \n\t截底今年以来上半季度累计建成公室A市标识码电话"


@pytest.mark.parametrize(
    ("pattern", "first", "others", "after", "behind"),
    [
        (r"\d{4}年", "09", "年", "年5", "件"),
        (r"(?:第\s*)?\d{1,6}\s*号", "第5", "件", "号 ", "件"),
        (r"(?:19|20)\d{2}(?=修订|届)", "12", "3", "修届", "年"),
        (r"(?<![\d.])[1-4]季度", "14", "59", "季", "度"),
        (r"[^年]\d+", "件5", "", "件", ""),
        (r"(?i:a)\d", "aA5", "", "件", ""),
        (r"(5?)\1年", "5年", "", "件", ""),
    ],
)
def test_how_a_match_begins(pattern: str, first: str, others: str, after: str, behind: str) -> None:
    opening = Opening(pattern, ASCII)
    assert all(c in opening.first for c in first)
    assert not any(c in opening.first for c in others)
    assert all(c in opening.after for c in after)
    assert opening.after.any or not any(c in opening.after for c in behind)


def test_a_look_behind_shuts_out_the_middle_of_a_number() -> None:
    assert "2" in Opening(r"(?<!\d)2月", ASCII).first
    assert "2" not in Opening(r"(?<!\d)2月", ASCII, ASCII).first
    assert "2" not in Opening(r"(?<=[每近])2月", ASCII, ASCII).first
    assert "2" in Opening(r"(?<!1)2月", ASCII, ASCII).first


@pytest.mark.parametrize(
    ("pattern", "strings"),
    [
        ("今年以来|本年", {"今年以来", "本年"}),
        ("近[两三]+年", {"近"}),
        (r"(?:自|从)?\d{4}年", {"年"}),
        ("截[至止]到?(?=今)", {"截"}),
        ("[^年]*", set()),
        ("上半年|", set()),
        ("(?i)gdp", set()),
    ],
)
def test_the_strings_of_which_a_match_holds_one(pattern: str, strings: set[str]) -> None:
    assert required(pattern) == strings


@settings(deadline=None)
@given(st.text(ALPHABET, max_size=24))
def test_no_reason_is_missed(text: str) -> None:
    folded, reasons = fold(text), listed()
    for run in reasons.starts.finditer(folded):
        kind = ASCII if run[0][0] in ASCII else CHINESE if run[0][0] in CHINESE else ""
        for at in range(*run.span()):
            all_that_match = [p for p in reasons.patterns if p.match(folded, at)]
            after = folded[run.end() : run.end() + 1] if kind else ""
            chosen = [p for p, _ in tried(folded[at], kind, after, kind == ASCII and at > run.start())]
            assert [p for p in chosen if p.match(folded, at)] == all_that_match


@settings(deadline=None)
@given(st.text(ALPHABET, max_size=30))
def test_no_cue_of_time_is_missed(text: str) -> None:
    found = [(i, m.span()) for i, m in Times(text).of(0, len(text))]
    patterns: list[re.Pattern[str]] = [cue.pattern for cue in cues("scope")]
    plain = [(i, m.span()) for i, p in enumerate(patterns) if cues("scope")[i].value != "stock" for m in p.finditer(text)]
    assert found == plain


def test_no_cue_of_time_is_looked_for_at_every_digit() -> None:
    held = [string for cue in cues("scope") if cue.value != "stock" for string in required(cue.pattern.pattern) or ()]
    assert held and not [string for string in held if len(string) == 1 and string.isdigit()]
