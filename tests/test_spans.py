"""Spans: what every row quotes stands in the clean text where the row says, for real reports and for anything at all."""
from __future__ import annotations

import re
import sys
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fazhi.extract import extract
from fazhi.extract.codebook import codebook
from fazhi.extract.findings import BLOCKING, comparable
from fazhi.extract.rows import Reading
from fazhi.read import Unreadable, read

sys.path.insert(0, str(Path(__file__).parent / "practice"))
from unmark import unmark

HERE = Path(__file__).parent
MARKED = sorted([*(HERE / "practice" / "open").glob("*.*"), *(HERE / "samples").glob("*.txt")])
RAW = sorted(p for p in (HERE.parent / "data" / "raw").glob("*.*") if p.suffix in (".html", ".txt", ".docx", ".pdf"))


@cache
def reading(path: Path) -> Reading:
    data = unmark(path.read_text("utf-8"), path.name)[0].encode() if path in MARKED else path.read_bytes()
    return extract(read(data, path.name), path.name)


def check(r: Reading) -> None:
    """Every rule that spans keep, with the row that breaks it in the message."""
    size = len(r.text)
    for s in r.sections:
        assert 0 <= s.start <= s.body <= s.end <= size, s
        assert (s.label or "") in r.text[s.start : s.body] and (s.heading or "") in r.text[s.start : s.body].replace("\n", ""), s
        if s.parent_id is not None:
            parent = r.sections[s.parent_id]
            assert parent.section_id == s.parent_id < s.section_id and parent.level < s.level, s
            assert parent.start <= s.start and s.end <= parent.end, s
    assert [s.section_id for s in r.sections] == list(range(len(r.sections)))
    assert all(a.start <= b.start for a, b in pairwise(r.sections))
    for m in r.measures:
        section = r.sections[m.section_id]
        assert section.start <= m.start < m.end <= section.end <= size, m
        assert r.text[m.start : m.end].strip(), m
    assert all(a.end <= b.start for a, b in pairwise(r.measures))
    for i, q in enumerate(r.quantities):
        assert 0 <= q.quote_start <= q.start < q.end <= q.quote_end <= size, q
        printed, quote = r.text[q.start : q.end], r.text[q.quote_start : q.quote_end]
        assert printed in quote and printed == printed.strip() and quote.strip(), q
        assert q.subject in r.text, q
        assert q.code is None or q.code in codebook().entries, q
        assert not (q.kind == "change" and q.code) and (q.direction is None or q.kind == "change"), q
        assert (q.high is None) == (q.qualifier != "range") and q.value >= 0, q
        assert q.part_of is None or (0 <= q.part_of < len(r.quantities) and q.part_of != i), q
        assert comparable(q) == (q.code is not None and not BLOCKING & set(q.caveats)), q
        assert not (q.period_start and q.period_end and q.period_start > q.period_end), q
    for a, b in pairwise(r.quantities):
        assert a.end <= b.start or (a.start, a.end, a.value) == (b.start, b.end, b.value), (a, b)  # the same number for two things
    for ruled in r.ruled_out:
        assert 0 <= ruled.start < ruled.end <= size and ruled.reason, ruled
    assert all(a.start <= b.start for a, b in pairwise(r.ruled_out))
    for t in r.instruments:
        at = r.text[t.first_start :]
        assert r.text[t.first_start - 1] == "《" and at.replace("\n", "").lstrip().startswith(t.title) and t.mentions >= 1, t
    assert len({t.title for t in r.instruments}) == len(r.instruments)
    assert all(a.first_start < b.first_start for a, b in pairwise(r.instruments))
    for f in r.findings:
        assert f.message.strip() and f.severity in ("info", "warning", "error"), f
        assert (f.start is None) == (f.end is None) and (f.start is None or 0 <= f.start <= (f.end or 0) <= size), f


@pytest.mark.parametrize("path", [*MARKED, *RAW], ids=lambda p: f"{p.parent.name}/{p.name}")
def test_reports(path: Path) -> None:
    r = reading(path)
    figured = "practice" not in path.parts or re.search(r"⟦(?![^⟧]*\|opt)", path.read_text("utf-8")) is not None  # an opening may hold none
    assert bool(r.quantities) >= figured and r.sections and not [q.subject for q in r.quantities if "\n" in q.subject]
    check(r)


@pytest.mark.parametrize("path", [*MARKED, *RAW], ids=lambda p: f"{p.parent.name}/{p.name}")
def test_no_figure_is_also_ruled_out(path: Path) -> None:
    r = reading(path)
    taken = {i for q in r.quantities for i in range(q.start, q.end)}
    twice = [(r.text[x.start - 6 : x.end + 6], x.reason) for x in r.ruled_out if taken.intersection(range(x.start, x.end))]
    assert not twice


HEADINGS = ["一、主要举措和成效", "（一）", "(二)规范执法。", "1.", "① ", "三、下一步打算", "二、存在的问题", "一是", "二是", "表1 情况（单位：件）\n", "单位\t检查（次）\t罚没（万元）\n", "城管局\t12\t3,126.5\n"]
TIMES = ["", "全年", "截至11月底，", "2018年以来，", "2019年", "累计", "2021年计划", "每年", "其中", "包括", "现有", "12月4日", "15日内", "按国发〔2020〕3号", "落实三项制度，", "由", "《法治政府建设实施纲要（2015—2020年）》"]
THINGS = ["受理行政复议案件", "办结", "学法", "培训", "公职律师", "罚没款", "备案率、审核率均达", "甲、乙分别为", "复议、诉讼各", "同比增长", "比上年减少", "增至", "12345热线", "“四风”", "第一责任人", ""]
NUMBERS = ["22件", "1,234件", "１２３件", "1 126人次", "3.2万余元", "两次", "百分之九十八点五", "100%", "五成以上", "40%-50%", "1至2次", "5名", "2.3个百分点", "2倍", "2个工作日", "近30家次", "12大类", "三十八个"]
ENDS = ["，", "、", "。", "；", "：", "（", "）", "“", "”", "《", "》", "\n", "  ", "\t", " | ", "和", "𠮷", "\u200b", "\ufeff", "é", "<b>", "&nbsp;", "\r\n", "\n\n"]
CLAUSES = st.tuples(st.sampled_from(TIMES), st.sampled_from(THINGS), st.sampled_from(NUMBERS), st.one_of(st.sampled_from(ENDS), st.text(max_size=3))).map("".join)
LINES = st.tuples(st.sampled_from(["", *HEADINGS]), st.lists(CLAUSES, max_size=6).map("".join), st.sampled_from(["。\n", "\n", "。", ""])).map("".join)
TEXTS = st.lists(LINES, min_size=1, max_size=10).map(lambda lines: "某区2020年法治政府建设情况报告\n2020年，我区认真推进法治政府建设，现将有关情况报告如下：\n" + "".join(lines) + "\n2021年3月1日\n")


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.sampled_from(["utf-8", "gb18030", "utf-8-sig", "utf-16"]))
def test_anything(text: str, encoding: str) -> None:
    try:
        page = read(text.encode(encoding, "ignore"))
    except Unreadable:
        return
    r = extract(page)
    assert r.text == page.text
    check(r)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    try:
        page = read(data)
    except Unreadable:
        return
    check(extract(page))
