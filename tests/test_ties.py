"""Ties: parts to their total, changes to what changes, figures of a list to the noun that they share."""
from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fazhi.extract import figures
from fazhi.extract.rows import Quantity
from fazhi.knowledge import load_toml

TIES = load_toml("ties.toml")


def read(text: str) -> list[Quantity]:
    return figures(text, [], 2020)[0]


def shown(text: str) -> list[tuple[str, str | None, int | None]]:
    return [(text[q.start : q.end], q.code, q.part_of) for q in read(text)]


def test_narrower_kinds_are_parts_and_take_the_code() -> None:
    assert shown("全年查处违法案件30件，其中食品类12件、药品类8件、医疗器械类10件。") == [
        ("30件", "penalty_cases", None), ("12件", "penalty_cases", 0), ("8件", "penalty_cases", 0), ("10件", "penalty_cases", 0)]


def test_outcomes_are_parts_without_the_code() -> None:
    assert shown("全年受理行政复议案件30件，其中维持20件、驳回5件、撤销5件。") == [
        ("30件", "reconsideration_accepted", None), ("20件", None, 0), ("5件", None, 0), ("5件", "reconsideration_corrected", 0)]


@pytest.mark.parametrize("total", ["共115件", "，共计115件", "，合计115件"])
def test_a_total_of_all_parts_of_a_code_has_that_code(total: str) -> None:
    codes = [code for _, code, _ in shown(f"办理人大代表建议63件和政协提案52件{total}。")]
    assert codes == ["deputies_suggestions", "cppcc_proposals", "suggestions_and_proposals"]


def test_a_part_with_a_code_of_its_own_keeps_it() -> None:
    assert shown("全年办理人大建议、政协提案共30件，其中人大建议8件、政协提案22件。") == [
        ("30件", "suggestions_and_proposals", None), ("8件", "deputies_suggestions", 0), ("22件", "cppcc_proposals", 0)]


@pytest.mark.parametrize("words", TIES["yes"])
def test_every_listed_outcome_stays_without_a_code(words: str) -> None:
    found = shown(f"全年查处违法案件3000件，其中{words}。")
    assert found[1][1:] == (None, 0)


@pytest.mark.parametrize("words", TIES["no"])
def test_every_listed_kind_takes_the_code(words: str) -> None:
    found = shown(f"全年承办人大代表建议3000件，其中{words}。")
    assert found[1][1:] == ("deputies_suggestions", 0)


@pytest.mark.parametrize(("text", "codes"), [
    ("全年共排查矛盾纠纷213起，调处成功207起。", ["disputes_other", "peoples_mediations"]),
    ("摸排纠纷58件，化解56件。", ["disputes_other", "peoples_mediations"]),
    ("人民调解组织受理纠纷168件，调解成功166件。", ["peoples_mediations", None]),
])  # fmt: skip
def test_what_was_settled_of_what_was_looked_for(text: str, codes: list[str | None]) -> None:
    assert [q.code for q in read(text)] == codes


def test_lines_below_a_total_that_add_up_to_it_are_its_parts() -> None:
    lines = "种子        9件\n农药        13件\n道路运输  5件\n渔政  17件\n"
    text = f"查处违法案件44件，罚没款23万元。\n按领域分为：\n{lines}全年培训12次。"
    assert [part for _, _, part in shown(text)] == [None, None, 0, 0, 0, 0, None]
    assert {code for _, code, part in shown(text) if part == 0} == {"penalty_cases"}
    assert {part for _, _, part in shown(text.replace("17件", "18件"))} == {None}


@pytest.mark.parametrize(("text", "codes"), [
    ("现有执法人员41人，持证38人。", [None, "enforcement_officers"]),
    ("现有执法人员41人，全部持证。", ["enforcement_officers"]),
    ("参加法律考试，应考289人，实考283人。", [None, "law_exams"]),
])  # fmt: skip
def test_all_of_whom_the_next_figure_tells_have_no_code(text: str, codes: list[str | None]) -> None:
    assert [q.code for q in read(text)] == codes


def test_parts_end_with_their_sentence() -> None:
    found = shown("全年查处违法案件30件，其中食品类12件。公开信息8条。")
    assert [p for _, _, p in found] == [None, 0, None]


def test_a_second_list_of_parts_has_its_own_total() -> None:
    found = shown("全年查处违法案件30件，其中食品类12件；举办培训10期，其中线上培训4期。")
    assert [p for _, _, p in found] == [None, 0, None, 2]


@pytest.mark.parametrize("text", ["全年查处违法案件30件，其中食品类120件。", "全年查处违法案件30件，其中占比20%。", "全年查处违法案件30件，其中罚款20元。"])
def test_what_is_more_or_of_another_sort_is_no_part(text: str) -> None:
    assert [p for _, _, p in shown(text)] == [None, None]


def test_parts_of_the_sentence_before() -> None:
    assert shown("全年查处违法案件30件。其中食品类12件。") == [("30件", "penalty_cases", None), ("12件", "penalty_cases", 0)]


def test_a_change_names_what_changes() -> None:
    level, change = read("全年受理行政复议案件22件，同比增长29.4%。")
    assert (change.code, change.change_of, level.change_of) == (None, "reconsideration_accepted", None)
    [alone] = read("同比增长29.4%。")
    assert alone.change_of is None
    assert read("全年受理行政复议案件22件。学法次数同比增长29.4%。")[1].change_of == "law_study_sessions"
    assert read("全年受理行政复议案件22件，货运量同比增长29.4%。")[1].change_of is None


@pytest.mark.parametrize(("text", "of"), [
    ("全年受理行政复议案件22件，审结行政复议案件20件，同比分别增长29.4%、12.5%。", ["reconsideration_accepted", "reconsideration_closed"]),
    ("行政诉讼败诉率13%，低于上年度4.6个百分点。", ["litigation_loss_rate"]),  # points are of a rate
    ("全年受理行政复议案件22件，其中食品类4件，比上年增加5件。", ["reconsideration_accepted"]),  # of the whole
    ("全年受理行政复议案件22件，与去年17件相比上升29.4%。", ["reconsideration_accepted"]),
    ("全年办结行政复议案件22件。涉企行政检查减少2870次，同比降29.6%。", ["inspections", "inspections"]),  # both of what the first names
    ("全年受理行政复议案件22件，比上年增加5件，增幅为29.4%。", ["reconsideration_accepted", "reconsideration_accepted"]),
])  # fmt: skip
def test_what_several_changes_are_of(text: str, of: list[str]) -> None:
    assert [q.change_of for q in read(text) if q.kind == "change"] == of


@pytest.mark.parametrize(("text", "direction"), [
    ("败诉率13%，低于上年度4.6个百分点。", "down"), ("公开率98%，高于全市平均1.1个百分点。", "up"), ("败诉率较上年变动4.6个百分点。", None),
])  # fmt: skip
def test_where_points_go(text: str, direction: str | None) -> None:
    assert [q.direction for q in read(text) if q.kind == "change"] == [direction]


def test_the_sign_says_where_a_column_of_changes_goes() -> None:
    table = "数据\n指标\t单位\t2022年\t增减（％）\n行政检查\t户次\t112,076\t13.9\n行政处罚案件\t件\t19,874\t-7.7\n"
    assert [q.direction for q in figures(table, [], 2022)[0] if q.kind == "change"] == ["up", "down"]


def test_last_years_figure_takes_the_code() -> None:
    assert [q.code for q in read("全年受理行政复议案件22件，上年为17件。")] == ["reconsideration_accepted"] * 2


@settings(deadline=None)
@given(st.lists(st.integers(1, 999), min_size=2, max_size=6), st.sampled_from(["其中", "包括", "其中，"]))
def test_every_part_points_to_an_earlier_figure_that_is_no_smaller(parts: list[int], marker: str) -> None:
    kinds = ["食品类", "药品类", "器械类", "广告类", "价格类", "商标类"]
    text = f"全年查处违法案件{sum(parts)}件，{marker}" + "、".join(f"{k}{n}件" for k, n in zip(kinds, parts, strict=False)) + "。"
    found = read(text)
    assert [q.part_of for q in found] == [None] + [0] * len(parts)
    assert all(q.value <= found[0].value for q in found)


@pytest.mark.parametrize("between", ["：", "，罚款40万元；", "。行政处罚案件里，"])
def test_figures_that_add_up_are_parts_and_take_the_code(between: str) -> None:
    """No word says that they are parts; their sum does."""
    found = {q.value: (q.code, q.part_of) for q in read(f"全年立案查处违法案件2,236件{between}水资源类1,020件、河道类612件、水土保持类604件。")}
    assert [found[v] for v in (1020, 612, 604)] == [("penalty_cases", 0)] * 3


@pytest.mark.parametrize("text", [
    "全年立案查处违法案件2,236件。水资源类1,020件、河道类612件、水土保持类603件。",  # one short of the total
    "全年立案查处违法案件2,236件。\n水资源类1,020件、河道类612件、水土保持类604件。",  # another paragraph
    "全年立案查处违法案件9件。水资源类5件、河道类4件。",  # adds up by chance
    "全年受理行政复议案件2,236件。维持1,020件、驳回612件、终止604件。",  # outcomes
])
def test_what_is_no_sum_of_parts_belongs_to_no_total(text: str) -> None:
    parts = read(text)[1:]
    assert len(parts) > 1 and {(q.part_of, q.rule == "adds_up") for q in parts} == {(None, False)}
