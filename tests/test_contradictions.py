"""Where a report contradicts itself: each check speaks where no reading of the sentence fits, and keeps silent where one does."""
from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fazhi.extract import figures
from fazhi.extract.contradictions import contradictions, plain
from fazhi.extract.rows import Finding


def found(text: str) -> list[Finding]:
    quantities, places, _, _ = figures(text, [], 2020)
    return contradictions(text, quantities, places)


def rules(text: str) -> list[str]:
    return [f.rule for f in found(text)]


@pytest.mark.parametrize(("text", "rule"), [
    ("全年查处违法案件40件，其中食品类12件、药品类8件、医疗器械类20件。", None),
    ("全年查处违法案件30件，其中食品类12件、药品类8件、医疗器械类20件。", "parts_exceed_total"),
    ("全年审结行政复议案件18件，其中维持15件，撤销4件，终止8件。", "parts_exceed_total"),
    ("清理规范性文件29件，保留29件、修改5件、废止7件。", "parts_exceed_total"),
    ("全年查处违法案件50件，其中食品类12件、药品类8件、医疗器械类20件。", None),  # the list need not be all of it
    ("全年查处违法案件50件，其中食品类12件、药品类8件、其他20件。", "parts_below_total"),
    ("全年查处违法案件50件，其中食品类12件。", None),
    ("全年查处违法案件30余件，其中食品类12件、药品类8件、医疗器械类20件。", None),
    ("全年查处违法案件30件，其中食品类12件、药品类近8件、医疗器械类20件。", None),
    ("全省现有调解员1.32万人，其中行业性2106人，乡镇3847人，村级7290人。", None),  # 13,243 rounds to it
    ("公布服务事项清单1629项，其中“最多跑一次”1571项，可全程网办904项。", None),  # they overlap
    ("立案23起，其中事故类3起，结案21起。", None),  # 结案 is a step, no kind
    ("审结12件（含上年结转2件），其中维持5件、撤销1件、终止6件。", None),
    ("调处纠纷153件，其中重大4件，一般149件；婚姻家庭61件，山林38件，劳务29件，其他25件。", None),  # divided twice
])  # fmt: skip
def test_parts_against_their_total(text: str, rule: str | None) -> None:
    assert rules(text) == ([rule] if rule else [])


@settings(deadline=None)
@given(st.lists(st.integers(1, 200), min_size=2, max_size=5), st.integers(-50, 50))
def test_parts_are_added_up(parts: list[int], off: int) -> None:
    total = max(sum(parts) + off, *parts)
    kinds = "甲乙丙丁戊"[: len(parts) - 1] + "她"
    listed = "、".join(f"{'其他' if k == '她' else k + '类'}{n}件" for k, n in zip(kinds, parts, strict=True))
    expected = [] if total == sum(parts) else ["parts_exceed_total" if total < sum(parts) else "parts_below_total"]
    assert rules(f"全年查处违法案件{total}件，其中{listed}。") == expected


def test_the_message_gives_both_figures() -> None:
    text = "全年查处违法案件30件，其中食品类12件、药品类8件、医疗器械类20件。"
    [f] = found(text)
    assert f.severity == "warning" and "40件" in f.message and "30件" in f.message
    assert text[f.start : f.end] == "30件，其中食品类12件、药品类8件、医疗器械类20件"


TABLE = "案件情况如下：\n| 领域 | 立案（件） | 结案（件） |\n| 市场监管 | 263 | 184 |\n| 自然资源 | 71 | 36 |\n| 合计 | 334 | 220 |\n"


def test_a_tables_column_that_does_not_add_up_where_another_one_does() -> None:
    assert rules(TABLE) == []
    assert rules(TABLE.replace("220", "230")) == ["parts_below_total"]
    assert rules(TABLE.replace("220", "210")) == ["parts_exceed_total"]
    assert rules(TABLE.replace("220", "210").replace("334", "344")) == []  # then the row is the total of something else


@pytest.mark.parametrize(("text", "fires"), [
    ("全年受理行政复议案件22件，审结20件。\n2020年共受理行政复议案件25件。", True),
    ("全年受理行政复议案件22件。\n2020年共受理行政复议案件22件。", False),
    ("全年受理行政复议案件22件。上半年受理行政复议案件10件。", False),
    ("全年受理行政复议案件22件。市级部门受理行政复议案件10件。", False),
    ("查处案件30件，罚款20万元。其中简易程序案件12件，罚款6万元。", False),
    ("食品：查处案件12件。\n药品：查处案件7件。", False),
    ("受理行政复议案件近22件。\n受理行政复议案件25件。", False),
])  # fmt: skip
def test_the_same_words_with_two_numbers(text: str, fires: bool) -> None:
    assert ("told_differently" in rules(text)) is fires


@pytest.mark.parametrize(("text", "fires"), [
    ("按期办结率达102%。", True), ("按期办结率达100%。", False), ("办件量同比增长120%。", False), ("年度任务完成率103.6%。", False),
    ("拆除违建4.1万平方米，完成年度任务量的127%。", False), ("审计项目24个，为年初下达计划22个的109%。", False),
])  # fmt: skip
def test_a_rate_above_a_hundred(text: str, fires: bool) -> None:
    assert ("rate_above_100" in rules(text)) is fires


@pytest.mark.parametrize(("text", "fires"), [
    ("受理信访件120件，办结114件，办结率95%。", False),
    ("受理信访件120件，办结114件，办结率85%。", True),
    ("受理信访件120件，办结113件，办结率94%。", False),  # 94.17, rounded or cut off
    ("受理信访件120件，办结113件，办结率95%。", False),
    ("受理信访件120件，办结113件，办结率96%。", True),
    ("受理信访件120件，办结114件，按期办结率85%。", False),  # of another count
    ("受理信访件120件，办结114件，办结率近85%。", False),
    ("受理信访件120件，办结114件（含上年结转8件），办结率88%。", False),
    ("排查纠纷130件，受理120件，调解成功114件，成功率87.7%。", False),  # of the first one
    ("全年审结行政复议案件100件，直接纠错12件，纠错率12%。", False),
    ("全年审结行政复议案件100件，直接纠错12件，纠错率15%。", True),
    ("全年受理行政复议案件100件，直接纠错12件，纠错率15%。", False),  # of those that were closed
    ("全年审结行政复议案件100件，直接纠错12件，综合纠错率15%。", False),
    ("一审应诉案件36件，负责人出庭33件，出庭率100%。", False),  # of those that were heard
])  # fmt: skip
def test_a_rate_is_recomputed(text: str, fires: bool) -> None:
    assert rules(text) == (["rate_recomputed"] if fires else [])


def test_a_recomputed_rate_is_in_the_message() -> None:
    [f] = found("受理信访件120件，办结114件，办结率85%。")
    assert "114÷120" in f.message and "95.00%" in f.message and f.severity == "warning"


@pytest.mark.parametrize(("change", "fires"), [("增长29.4%", False), ("增长29%", False), ("增长39.4%", True), ("下降29.4%", True)])
@pytest.mark.parametrize("before", ["，去年受理17件，", "（2019年为17件），", "，上年为17件，"])
def test_a_change_against_its_levels(before: str, change: str, fires: bool) -> None:
    assert rules(f"全年受理行政复议案件22件{before}同比{change}。") == (["change_contradicts_levels"] if fires else [])


@pytest.mark.parametrize(("change", "fires"), [("增长29.4%", False), ("增长39.4%", True), ("下降29.4%", False)])  # a fall is of another thing
def test_a_change_in_per_cent_against_the_one_in_numbers(change: str, fires: bool) -> None:
    text = f"全年受理行政复议案件22件，同比增加5件，同比{change}。"
    assert rules(text) == (["change_contradicts_levels"] if fires else [])


@pytest.mark.parametrize("text", [
    "企业设立用时由7个工作日减少为1个工作日，审批时限平均压缩64%。",  # of another thing
    "许可事项由86项整合为41项，平均办理时限压缩78.5%。",
    "全年受理行政复议案件22件，审结20件，同比增长29.4%。",  # nothing to set it against
    "全年受理行政复议案件22件，上年为20余件，同比增长29.4%。",
])
def test_a_change_that_nothing_can_be_set_against(text: str) -> None:
    assert rules(text) == []


@pytest.mark.parametrize(("value", "shown"), [(12.0, "12"), (12.5, "12.5"), (0.0, "0"), (1286400000.0, "1286400000")])
def test_numbers_in_messages_have_no_needless_zeros(value: float, shown: str) -> None:
    assert plain(value) == shown
