"""Tables: a cell's bare number takes its unit and its words from its column's head, its row and the caption."""
from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fazhi.extract import figures
from fazhi.extract.tabular import cells

HEAD = ["单位", "行政检查（次）", "行政处罚（件）", "罚没金额（万元）"]
ROWS = [["城管局", "1,234", "56", "7.8"], ["市场监管局", "300", "20", "12.5"]]
PARTED = ["\t", "  ", "    ", " | ", "|"]


def table(rows: list[list[str]], parted: str = "\t", before: str = "行政执法情况如下。\n", after: str = "\n以上数据来自统计报表。\n") -> str:
    return before + "\n".join(parted.join(row) for row in rows) + after


def values(text: str) -> list[tuple[float, str]]:
    return [(c.number.value, c.number.unit) for c in cells(text)]


@pytest.mark.parametrize("parted", PARTED)
def test_cells_however_they_are_parted(parted: str) -> None:
    text = table([HEAD, *ROWS], parted)
    assert values(text) == [(1234, "次"), (56, "件"), (78000, "元"), (300, "次"), (20, "件"), (125000, "元")]
    first = cells(text)[0]
    assert text[first.number.start : first.number.end] == "1,234"
    assert text[slice(*first.head)].rstrip("（") == "行政检查"
    assert first.label and text[slice(*first.label)] == "城管局"
    assert first.table[0] <= first.row <= first.number.start < first.number.end <= first.table[1]


def test_single_blanks_part_the_cells_of_three_rows_of_one_width() -> None:
    rows = [["项目", "单位", "2020年", "2019年"], ["行政检查", "家次", "412", "365"], ["罚款金额", "万元", "7.84", "6.2"]]
    assert values(table(rows, " ")) == [(412, "家次"), (365, "家次"), (78400, "元"), (62000, "元")]
    assert values(table(rows[:2], " ")) == []
    assert values(table([*rows, ["以上 均为 快报数"]], " ")) == []


def test_a_head_of_two_rows() -> None:
    rows = [["类别", "事项名称", "办结量（件）"], ["2024年", "2023年"], ["行政许可", "环评审批", "126", "143"], ["辐射安全许可", "382", "365"]]
    text = table(rows)
    assert values(text) == [(126, "件"), (143, "件"), (382, "件"), (365, "件")]
    assert [text[slice(*c.head)] for c in cells(text)][:2] == ["2024年", "2023年"]
    assert [text[slice(*c.label)] for c in cells(text) if c.label][::2] == ["行政许可\t环评审批", "辐射安全许可"]


def test_a_table_without_a_head_has_its_captions_unit() -> None:
    rows = [["道路运输", "普通货运许可", "1208"], ["车辆年审", "7953"]]
    text = table(rows, before="主要许可业务办理量（单位：件）\n")
    assert values(text) == [(1208, "件"), (7953, "件")]
    assert values(table(rows)) == []


def test_cells_that_are_lacking_at_a_rows_end() -> None:
    rows = [["项目", "数量", "单位", "备注"], ["合法性审核", "9", "件", "通过率100%"], ["合同审核", "226", "份"]]
    assert values(table(rows)) == [(9, "件"), (226, "份")]


def test_cells_become_figures_with_codes() -> None:
    found = figures(table([HEAD, ROWS[0]]), [], 2020)[0]
    assert [(q.value, q.unit, q.kind, q.code) for q in found] == [
        (1234, "次", "count", "inspections"), (56, "件", "count", "penalty_cases"), (78000, "元", "amount", "penalty_amount")]
    assert [q.scope for q in found] == ["year"] * 3


def test_the_row_says_what_the_column_does_not() -> None:
    text = table([["类别", "受理", "审结"], ["行政复议", "22", "20"]], before="案件情况（单位：件）\n")
    found = figures(text, [], 2020)[0]
    assert [(q.value, q.unit, q.code) for q in found] == [(22, "件", "reconsideration_accepted"), (20, "件", "reconsideration_closed")]


@pytest.mark.parametrize("caption", ["行政执法情况（单位：件）\n", "行政执法情况 单位: 件\n", "单位：件\n"])
def test_a_unit_in_the_caption(caption: str) -> None:
    assert values(table([["机关", "处罚", "强制"], ["城管局", "5", "6"]], before=caption)) == [(5, "件"), (6, "件")]


def test_a_caption_in_ten_thousands_of_yuan() -> None:
    assert values(table([["机关", "罚款", "没收"], ["城管局", "5", "6.25"]], before="单位：万元\n")) == [(50000, "元"), (62500, "元")]


def test_the_columns_own_unit_wins_over_the_captions() -> None:
    assert values(table([["机关", "处罚", "罚款（万元）"], ["城管局", "5", "6"]], before="单位：件\n")) == [(5, "件"), (60000, "元")]


@pytest.mark.parametrize("name", ["单位", "计量单位"])
def test_a_column_of_units(name: str) -> None:
    text = table([["指标", name, "数值"], ["受理行政复议案件", "件", "22"], ["罚没款", "万元", "3.5"], ["负责人出庭应诉率", "%", "98"]])
    assert values(text) == [(22, "件"), (35000, "元"), (98, "%")]
    assert [q.code for q in figures(text, [], 2020)[0]] == ["reconsideration_accepted", "penalty_amount", "appearance_rate"]


def test_a_unit_in_the_row() -> None:
    assert values(table([["指标", "数值"], ["受理行政复议案件（件）", "22"], ["办结率", "98.5%"]])) == [(22, "件"), (98.5, "%")]


def test_a_rate_needs_no_unit() -> None:
    assert values(table([["机关", "办结率"], ["城管局", "98.5"]])) == [(98.5, "%")]


def test_a_row_that_lacks_its_first_cells_is_set_right() -> None:
    """A cell that spans rows is printed once: the row below is shorter and its numbers belong to the last columns."""
    text = table([["机关", "名称", "处罚（件）", "检查（次）"], ["市局", "一队", "5", "6"], ["二队", "7", "8"]])
    assert values(text) == [(5, "件"), (6, "次"), (7, "件"), (8, "次")]


@pytest.mark.parametrize("text", [
    "",
    "全年受理案件12件，办结10件。",
    "城管局\t12\t5\n市场监管局\t3\t4\n",  # no head
    table([HEAD]),  # nothing but a head
    table([["机关", "备注"], ["城管局", "12"]]),  # no unit anywhere
    table([["机关", "数量（光年）"], ["城管局", "12"]]),  # a unit that nobody knows
])
def test_what_is_no_table_of_figures_gives_none(text: str) -> None:
    assert cells(text) == []


def test_running_text_in_a_table_is_read_as_text() -> None:
    text = table([["机关", "情况"], ["城管局", "全年学法4次"]])
    assert cells(text) == []
    assert [(q.value, q.unit, q.code) for q in figures(text, [], 2020)[0]] == [(4, "次", "law_study_sessions")]


def test_a_tables_numbers_are_accounted_for_once() -> None:
    text = "表1 执法情况\n" + table([HEAD, *ROWS], before="")
    found, _, _, ruled_out = figures(text, [], 2020)
    taken = {i for q in found for i in range(q.start, q.end)}
    assert len(found) == 6 and not [r for r in ruled_out if r.reason == "no_unit" or taken & set(range(r.start, r.end))]


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from(["", "单位", "办结率", "处罚（件）", "金额(万元)", "12", "1,234", "98.5%", "城管局", "－", "/", "（", "单位：件"]), max_size=5), max_size=6),
       st.sampled_from(PARTED))
def test_any_grid_is_read_without_fault_inside_the_text(rows: list[list[str]], parted: str) -> None:
    text = table(rows, parted)
    at = 0
    for c in cells(text):
        assert at <= c.number.start < c.number.end <= len(text)
        assert text[c.number.start : c.number.end].translate(str.maketrans("", "", ",.%")).isdigit()
        assert 0 <= c.head[0] <= c.head[1] <= len(text)
        at = c.number.end


def figures_of(rows: list[list[str]], parted: str = "\t") -> list[tuple[float, str | None, str, str]]:
    return [(q.value, q.unit, q.scope, q.kind) for q in figures(table(rows, parted), [], 2023)[0]]


@pytest.mark.parametrize("parted", PARTED)
@pytest.mark.parametrize("head", [("2022年", "2023年"), ("上年", "本年"), ("去年同期", "今年")])
def test_a_columns_head_tells_the_year(head: tuple[str, str], parted: str) -> None:
    rows = [["指标", "单位", *head], ["行政处罚", "件", "1,358", "1127"], ["罚款", "万元", "2.5", "3"]]
    assert figures_of(rows, parted) == [
        (1358, "件", "previous", "count"), (1127, "件", "year", "count"), (25000, "元", "previous", "amount"), (30000, "元", "year", "amount")]


@pytest.mark.parametrize("parted", PARTED)
def test_cells_that_print_their_unit_have_the_tables_words_too(parted: str) -> None:
    text = table([["项目", "2022年", "2023年"], ["行政复议受理", "12件", "1,500余件"], ["罚款", "3万元", "4.5万元"]], parted)
    found = figures(text, [], 2023)[0]
    assert [(q.value, q.unit, q.scope, q.qualifier) for q in found] == [
        (12, "件", "previous", "exact"), (1500, "件", "year", "over"), (30000, "元", "previous", "exact"), (45000, "元", "year", "exact")]
    assert [q.code for q in found] == ["reconsideration_accepted"] * 2 + ["penalty_amount"] * 2


def test_a_column_of_changes() -> None:
    rows = [["指标", "单位", "2023年", "同比增长（%）"], ["行政处罚", "件", "1127", "-11.5"], ["行政检查", "次", "300", "20%"]]
    assert figures_of(rows) == [(1127, "件", "year", "count"), (11.5, "%", "year", "change"), (300, "次", "year", "count"), (20, "%", "year", "change")]
    assert [q.direction for q in figures(table(rows), [], 2023)[0] if q.kind == "change"] == ["down", "up"]


@pytest.mark.parametrize("after", ["\n包括受理行政复议案件22件。\n", "\n次年三月公布。\n", "\n"])
def test_a_cells_number_ends_with_its_line(after: str) -> None:
    text = table([["单位", "检查（次）", "罚没（万元）"], ["城管局", "12", "3,126.5"]], after=after)
    found = figures(text, [], 2020)[0]
    assert [(q.value, q.unit) for q in found[:2]] == [(12, "次"), (31265000, "元")]
    assert all(q.quote_start <= q.start < q.end <= q.quote_end for q in found)


def test_the_unit_stands_in_the_caption_or_in_the_first_head() -> None:
    rows = [["警告", "罚款", "合计", "罚没金额（万元）"], ["18", "462", "480", "35.6"]]
    assert values(table(rows, " | ", before="2022年行政处罚实施数量（宗）\n")) == [(18, "宗"), (462, "宗"), (480, "宗"), (356000, "元")]
    rows = [["行政处罚（宗）", "罚款", "警告"], ["数量", "316", "52"]]
    assert values(table(rows, " | ")) == [(316, "宗"), (52, "宗")]


def test_a_column_that_counts_cases_counts_them_in_件() -> None:
    rows = [["部门", "收案数", "名次"], ["市人社局", "15", "2"], ["市公安局", "13", "3"]]
    assert values(table(rows, " | ")) == [(15, "件"), (13, "件")]


def test_a_column_of_numbers_counts_what_its_head_names_or_nothing_said() -> None:
    rows = [["来源", "派遣数", "人数", "办结量", "完成率"], ["数字平台", "4172", "12", "39", "99.2%"]]
    assert values(table(rows)) == [(4172, ""), (12, "人"), (39, "件"), (99.2, "%")]


def test_the_last_cells_are_lacking_where_the_whole_rows_have_no_figures_there() -> None:
    rows = [["事项", "2020年（件）", "2021年（件）", "备注"], ["成立登记", "19", "17"], ["变更登记", "30", "38", "含法人"], ["注销登记", "9", "11"]]
    text = table(rows)
    assert [(c.number.value, text[slice(*c.head)]) for c in cells(text)][:2] == [(19, "2020年"), (17, "2021年")]


def test_two_tables_that_follow_each_other_have_each_its_head() -> None:
    rows = [["行政处罚（宗）", "罚款", "警告"], ["数量", "316", "52"], ["行政检查（次）", "日常", "专项"], ["数量", "41", "7"]]
    assert values(table(rows, " | ")) == [(316, "宗"), (52, "宗"), (41, "次"), (7, "次")]


def test_a_row_that_adds_up_to_a_figure_above_has_its_code() -> None:
    """受理案件所涉事项见下表: what the columns are kinds of stands in the text, and the sum says which figure of it."""
    before = "全年收到行政复议申请32件，依法受理28件，审结25件。受理案件所涉事项见下表：\n\n"
    rows = [["申请事项", "行政处罚", "行政确权", "信息公开"], ["数量（件）", "11", "8", "9"]]
    found = figures(table(rows, " | ", before=before), [], 2023)[0]
    assert [(q.value, q.code, q.part_of) for q in found if q.value in (28, 11, 8, 9)] == [
        (28, "reconsideration_accepted", None), *((v, "reconsideration_accepted", 1) for v in (11, 8, 9))]
    other = figures(table(rows, " | ", before=before.replace("28", "27")), [], 2023)[0]
    assert all(q.part_of is None for q in other if q.value in (11, 8, 9))


def test_an_empty_cell_at_the_end_moves_nothing() -> None:
    rows = [["执法种类", "2023年", "2022年", "备注"], ["行政许可（件）", "63", "49", "劳务派遣"]]
    text = table(rows, " | ").replace("劳务派遣\n", "劳务派遣 |\n不予许可（件） | 4 | 1 | |\n")
    assert [(q.value, q.scope) for q in figures(text, [], 2023)[0]] == [(63, "year"), (49, "previous"), (4, "year"), (1, "previous")]


def test_a_sum_over_merged_cells_stands_below_the_columns_of_figures() -> None:
    head = ["序号", "类别", "立案数（宗）", "备注"]
    rows = [["1", "食品", "148", "含移送"], ["2", "药品", "57", "含复核"], ["3", "价格", "89", "玉器为主"], ["合计", "294"]]
    assert values(table([head, *rows])) == [(148, "宗"), (57, "宗"), (89, "宗"), (294, "宗")]


def test_a_head_that_is_a_unit_gives_it() -> None:
    rows = [["活动名称", "时间", "场次", "参加人数（人次）"], ["开学第一课", "3月、9月", "70", "24500"], ["专题讲座", "全年", "38", "16020"]]
    assert values(table(rows)) == [(70, "场次"), (24500, "人次"), (38, "场次"), (16020, "人次")]


def test_a_caption_with_a_gap_stands_above_a_head_of_years_and_blanks_part_thousands() -> None:
    caption = "表2  近三年对照\n项 目         2023      2024\n检查单位（家次）  4460      4871\n行政处罚（件）   173       195\n"
    assert [(c.number.value, c.number.unit, caption[slice(*c.head)]) for c in cells(caption)] == [
        (4460, "家次", "2023"), (4871, "家次", "2024"), (173, "件", "2023"), (195, "件", "2024")]  # fmt: skip
    prose = "1.6 权力监督  " + "重大执法决定法制审核，执法音视频按月抽看，着装、亮证不到位的点名通报。" * 2 + "\n"
    assert len(cells(prose + caption)) == 4
    spaced = "月份\t立案（件）\t罚款（万元）\n1月\t40\t1 286.4\n合计\t1 150\t5 194.0\n"
    assert [c.number.value for c in cells(spaced)] == [40, 12864000, 1150, 51940000]


def test_of_several_units_in_a_head_the_first_counts() -> None:
    table = "领域\t发现问题（处、起）\n甲\t27\n乙\t388\n"
    assert [(c.number.value, c.number.unit) for c in cells(table)] == [(27, "处"), (388, "处")]


def test_a_column_that_counts_the_rows_is_not_their_name() -> None:
    table = "序号  类别  合计\n1  行政处罚（件）  13295\n2  行政检查（次）  26532\n"
    found = cells(table)
    assert [(c.number.value, c.number.unit) for c in found] == [(13295, "件"), (26532, "次")]
    assert "行政处罚" in table[slice(*(found[0].label or (0, 0)))]


def test_a_column_of_comparisons_holds_changes() -> None:
    found, *_ = figures("执法门类\t案件数（件）\t同比（件）\n道路运输\t317\t+41\n公路路政\t58\t-12\n", [], 2019)
    assert [(q.value, q.kind, q.direction, q.code) for q in found] == [
        (317, "count", None, "penalty_cases"), (41, "change", "up", None),
        (58, "count", None, "penalty_cases"), (12, "change", "down", None)]  # fmt: skip
