"""Subjects: the report's own words for what is counted, beside the number."""
from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fazhi.extract import figures


def subjects(text: str) -> list[str]:
    return [q.subject for q in figures(text, [], 2020)[0]]


@pytest.mark.parametrize(("text", "said"), [
    ("全年办结行政复议案件22件。", ["行政复议案件"]),
    ("全市共受理信访件2080余件。", ["信访件"]),
    ("2020年以来，全市现有公职律师5名。", ["公职律师"]),
    ("查处3件行政处罚案件。", ["行政处罚案件"]),
    ("组织12场次法治宣讲活动，", ["法治宣讲活动"]),
    ("对64件增量政策措施开展公平竞争审查。", ["增量政策措施开展公平竞争审查"]),
    ("按期办结率98.5%。", ["按期办结率"]),
    ("罚没款3.2万元。", ["罚没款"]),
    ("全年食品、药品、医疗器械案件分别为12件、7件、3件。", ["食品", "药品", "医疗器械案件"]),
    ("全年受理行政复议案件30件，其中维持20件、驳回5件。", ["行政复议案件", "维持", "驳回"]),
    ("办结率达98%以上。", ["办结率"]),
    ("全市共有法律顾问30余名。", ["法律顾问"]),
    ("全市规范性文件备案率、审核率均达100%。", ["规范性文件备案率", "审核率"]),
    ("全年受理行政复议案件22件，同比增长29.4%。", ["行政复议案件", "行政复议案件"]),
    ("受理行政复议案件22件，上年为17件，比上年增加5件，增幅为29.4%。", ["行政复议案件"] * 4),
    ("罚款30万元，没收违法所得4万元，较上年分别上升12.6%、9.4%。", ["罚款", "没收违法所得", "罚款", "没收违法所得"]),
    ("行政诉讼败诉率13%，较去年下降1.5个百分点。", ["行政诉讼败诉率", "行政诉讼败诉率"]),
    ("收案数、结案数同比分别上升12%、7.5%。", ["收案数、结案数", ""]),
    ("去年受理行政复议案件20件。", ["行政复议案件"]),
    ("全市负责人出庭应诉率由61.3%升至84.9%。", ["负责人出庭应诉率", "负责人出庭应诉率"]),
    ("12件。", [""]),
])
def test_the_shortest_phrase_beside_the_number(text: str, said: list[str]) -> None:
    assert subjects(text) == said


def test_the_head_of_a_column() -> None:
    assert subjects("情况\n机关\t行政检查（次）\n城管局\t12\n") == ["行政检查"]


WORDS = ["全年", "共", "办理", "行政复议", "案件", "3件", "12次", "98%", "3.2万元", "其中", "分别为", "、", "，", "。", "（", "）", "同比增长", "公职律师", "现有", "了", "的", "各", "率", "和", "由", "增至", "\n", "\t", " "]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=20).map("".join))
def test_a_subject_stands_in_the_sentence_of_its_number(text: str) -> None:
    found, where, _, _ = figures(text, [], 2020)
    for q, place in zip(found, where, strict=True):
        begin, end = min(place.sentence, place.label[0] if place.label else place.sentence), place.sentence_end
        assert q.subject in text[begin:end]
