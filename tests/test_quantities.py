"""Quantities: their kind, direction, time, status and words, by the cues and turns of phrase that the files list."""
from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fazhi.extract import figures, ruled
from fazhi.extract.numerals import fold
from fazhi.extract.rows import Quantity, Section
from fazhi.knowledge import load_toml

YEAR = 2020
CUES = load_toml("cues.toml")["cue"]
PHRASES = load_toml("phrases.toml")["phrase"]
FIELD = {"scope": "scope", "status": "status", "change": "direction"}
SENSE = {"since": "cumulative"}  # what a cue that compares years comes to in its examples


def read(text: str, sections: list[Section] | None = None, year: int | None = YEAR) -> list[Quantity]:
    return figures(text, sections or [], year)[0]


def one(text: str, sections: list[Section] | None = None, year: int | None = YEAR) -> Quantity:
    found = read(text, sections, year)
    assert len(found) == 1, (text, found)
    return found[0]


def reasons(text: str) -> set[str]:
    return {r.reason for r in figures(text, [], YEAR)[3]}


def part(text: str, kind: str | None, level: int = 1, heading: str | None = "工作情况") -> tuple[str, list[Section]]:
    """A text that is one section of that kind, with its heading on a line of its own."""
    head = f"一、{heading}\n" if heading else ""
    top = Section(0, None, 1, "一、", heading, kind, None, 0, len(head), len(head + text))
    if level == 1:
        return head + text, [top]
    below = Section(1, 0, 2, "（一）", "其他", None, None, len(head), len(head) + 6, len(head + text) + 6)
    return head + "（一）其他\n" + text, [top, below]


# ---------------------------------------------------------------- the examples of the files


@pytest.mark.parametrize(("cue", "sentence"), [(c, s) for c in CUES for s in c["yes"]], ids=lambda x: x if isinstance(x, str) else x["value"])
def test_cues_yes(cue: dict[str, Any], sentence: str) -> None:
    assert getattr(read(sentence)[0], FIELD[cue["feature"]]) == SENSE.get(cue["value"], cue["value"])


@pytest.mark.parametrize(("cue", "sentence"), [(c, s) for c in CUES for s in c["no"]], ids=lambda x: x if isinstance(x, str) else x["value"])
def test_cues_no(cue: dict[str, Any], sentence: str) -> None:
    assert getattr(read(sentence)[0], FIELD[cue["feature"]]) != SENSE.get(cue["value"], cue["value"])


@pytest.mark.parametrize("entry", PHRASES, ids=lambda p: p["name"])
def test_phrases(entry: dict[str, Any]) -> None:
    pattern = re.compile(entry["pattern"])
    assert entry["yes"] and entry["no"]
    for sentence in entry["yes"]:
        assert pattern.search(fold(sentence)), sentence
    for sentence in entry["no"]:
        assert not pattern.search(fold(sentence)), sentence


# ---------------------------------------------------------------- kind, direction, change


@pytest.mark.parametrize(("text", "kind", "direction"), [
    ("同比分别上升 25.4%。", "change", "up"), ("一年净增512名。", "change", "up"),
    ("核减工程款1.1亿元。", "amount", None), ("平均减材料56%。", "change", "down"), ("涉企检查减少2870次。", "change", "down"),
    ("压减率93.2%。", "rate", None),
    ("全年受理案件22件。", "count", None),
    ("按期办结率98.5%。", "rate", None),
    ("持证率达百分之九十八。", "rate", None),
    ("参训率超九成。", "rate", None),
    ("罚没款3.2万元。", "amount", None),
    ("挽回经济损失1.2亿元。", "amount", None),
    ("案件数同比增长29.4%。", "change", "up"),
    ("案件数同比上升百分之三十。", "change", "up"),
    ("案件数同比下降8.9%。", "change", "down"),
    ("败诉率较2019年下降2.3个百分点。", "change", "down"),
    ("出庭率比上年提高2.3个百分点。", "change", "up"),
    ("办件量增长2倍。", "change", "up"),
    ("立案数比2019年少63件。", "change", "down"),
    ("案件数比上年多12件。", "change", "up"),
    ("案件数较去年同期减少12件。", "change", "down"),
    ("办件量是上年的1.5倍。", "change", None),
    ("取消事项12项。", "count", None),
    ("罚没款增加3.2万元。", "change", "up"),
    ("审批时限压缩60%以上。", "change", "down"),
    ("办结率提高到98%。", "rate", None),
    ("新增公职律师12名。", "count", None),
    ("比省定时间提前3个月。", "change", "up"),
    ("较上届增加2名。", "change", "up"),
    ("申请材料再减19份。", "change", "down"),
    ("事项精简比例58.2%。", "rate", None),
    ("案件数增加到12件。", "count", None),
])
def test_kind_and_direction(text: str, kind: str, direction: str | None) -> None:
    q = one(text)
    assert (q.kind, q.direction) == (kind, direction)


def test_changes_in_a_list_are_all_changes() -> None:
    found = read("收案数、结案数同比分别上升12%、7.5%。")
    assert [(q.kind, q.direction, q.value) for q in found] == [("change", "up", 12), ("change", "up", 7.5)]


@settings(deadline=None)
@given(st.integers(1, 999).map(lambda n: n / 10), st.sampled_from(["同比增长", "较上年增长", "比2019年上升", "比去年同期增加"]), st.sampled_from(["同比下降", "较上年减少", "比2019年降低"]))
def test_a_change_keeps_its_printed_positive_number(value: float, up: str, down: str) -> None:
    for words, direction in ((up, "up"), (down, "down")):
        q = one(f"案件总数{words}{value}%。")
        assert (q.kind, q.direction, q.value, q.code) == ("change", direction, value, None)


def test_a_level_before_and_after_are_no_changes() -> None:
    first, second = read("全市行政机关负责人出庭应诉率由上年的61.3%升至84.9%。")
    assert (first.kind, first.scope, second.kind, second.scope) == ("rate", "previous", "rate", "year")
    assert first.code == second.code == "appearance_rate"


# ---------------------------------------------------------------- status and scope


@pytest.mark.parametrize(("text", "status", "scope"), [
    ("全年学法4次。", "actual", "year"),
    ("2019年受理案件12件。", "actual", "previous"),
    ("2020年受理案件12件。", "actual", "year"),
    ("2020年，共受理案件12件。", "actual", "year"),
    ("2021年计划举办培训3期。", "target", "next"),
    ("到11月底，受理案件12件。", "actual", "partial"),
    ("截至11月中旬，受理案件12件。", "actual", "partial"),
    ("自10月1日起至年底受理案件12件。", "actual", "partial"),
    ("案卷评查上、下半年各1次。", "actual", "year"),
    ("与上年58个相比有所增加。", "actual", "previous"),
    ("同比2018年（83件）下降。", "actual", "previous"),
    ("落实《法治实施纲要（2016—2018年）》，举办培训3期。", "actual", "year"),
    ("清理2000年至2016年期间的98件文件。", "actual", "year"),
    ("清理2015年12月31日以前制发的文件21件。", "actual", "year"),
    ("为企业争取再贷款资金4亿元。", "actual", "year"),
    ("对拟提交会议研究的文件提出意见132份。", "actual", "year"),
    ("禁毒宣讲一个月至少2场次。", "norm", "year"),
    ("平均每月到岗1次。", "actual", "year"),
    ("明年将举办培训3期。", "target", "next"),
    ("2018年以来受理案件12件。", "actual", "cumulative"),
    ("2020年以来受理案件12件。", "actual", "year"),
    ("近三年共培训1200人次。", "actual", "cumulative"),
    ("截至11月底，受理案件12件。", "actual", "partial"),
    ("上半年举办培训3期。", "actual", "partial"),
    ("下半年举办培训3期。", "actual", "partial"),
    ("下半年恢复线下宣传，举办培训3期。", "actual", "year"),
    ("对2012年底前县政府印发的286件文件进行清理。", "actual", "year"),
    ("去年受理案件12件。", "actual", "previous"),
    ("现有公职律师5名。", "actual", "stock"),
    ("每季度至少召开会议1次。", "norm", "year"),
    ("党政主要负责人每年不少于2次专题学法。", "norm", "year"),
    ("每周安排法治课2节。", "norm", "year"),
    ("与达到15%的问责线还有距离。", "norm", "year"),
    ("5年来累计推出创新举措36项。", "actual", "cumulative"),
    ("至此已脱钩142家。", "actual", "cumulative"),
    ("全年累计有74家社会组织受益。", "actual", "year"),
    ("3至6月集中清理文件712件。", "actual", "year"),
    ("7月至9月,对截至2018年底的文件进行清理,废止40件。", "actual", "year"),
    ("20201月至11月检查企业312家次。", "actual", "partial"),
    ("接收计划分配军转干部31名。", "actual", "year"),
    ("2021年要抓好立法，提请审议草案2件。", "target", "next"),
    ("2021年重点做好以下工作：抽查比例提高到6%。", "target", "next"),
    ("审结案件171件。", "actual", "year"),
])
def test_status_and_scope(text: str, status: str, scope: str) -> None:
    q = one(text)
    assert (q.status, q.scope) == (status, scope)


def test_a_season_ends_with_its_semicolon_and_a_date_does_not() -> None:
    assert [q.scope for q in read("上半年受理案件12件，办结9件；举办培训3期。")] == ["partial", "partial", "year"]
    assert [q.scope for q in read("截至11月底受理案件12件，办结9件；举办培训3期。")] == ["partial", "partial", "partial"]


def test_every_clause_has_its_own_year() -> None:
    found = read("去年受理行政复议案件20件，今年受理22件，2021年预计受理25件。")
    assert [(q.value, q.status, q.scope) for q in found] == [(20, "actual", "previous"), (22, "actual", "year"), (25, "target", "next")]


def test_since_reaches_over_commas_to_the_full_stop() -> None:
    found = read("2018年以来，受理案件12件，办结10件。全年学法4次。")
    assert [q.scope for q in found] == ["cumulative", "cumulative", "year"]


def test_what_is_in_the_year_of_a_longer_total() -> None:
    assert [(q.value, q.scope) for q in read("近三年共培训1200人次，其中2020年培训400人次。")] == [(1200, "cumulative"), (400, "year")]


def test_last_years_figure_in_brackets() -> None:
    found = read("全年受理行政复议案件22件（2019年为17件），同比增长29.4%。")
    assert [(q.value, q.scope, q.kind) for q in found] == [(22, "year", "count"), (17, "previous", "count"), (29.4, "year", "change")]
    assert found[0].code == found[1].code == found[2].change_of == "reconsideration_accepted" and found[2].code is None


def test_what_a_total_holds_of_last_years_is_the_years_and_has_its_code() -> None:
    found = read("收到行政复议申请38件，受理33件（含上年结转4件），审结30件。")
    assert [(q.value, q.scope, q.code) for q in found][1:3] == [(33, "year", "reconsideration_accepted"), (4, "year", "reconsideration_accepted")]
    assert [q.scope for q in read("连同上年结转3件，共办结行政复议案件29件。")] == ["previous", "year"]


def test_a_year_that_names_what_a_sentence_tells_reaches_to_its_end() -> None:
    found = read("2019年度卫片检查违法用地127宗，面积34亩，其中耕地16亩。全年整改80宗。")
    assert [q.scope for q in found] == ["previous", "previous", "previous", "year"]


def test_so_many_for_each_place_says_how_it_is() -> None:
    assert [q.status for q in read("培育示范户260户，每村不少于1户。")] == ["actual", "actual"]
    assert [q.status for q in read("培育示范户260户，每年不少于10户。")] == ["actual", "norm"]


def test_the_sum_behind_the_new_ones_is_over_the_years() -> None:
    assert [q.scope for q in read("通过高级资格考试累计29人(其中2020年新通过4人)。")] == ["cumulative", "year"]
    assert [q.scope for q in read("将原有权力事项3016项调整为2893项。")] == ["previous", "stock"]
    assert [q.scope for q in read("新培育“法律明白人”215名，累计1402名。")] == ["year", "cumulative"]


def test_a_time_in_brackets_that_are_shut_says_nothing_of_what_follows() -> None:
    assert [q.scope for q in read("立案1562起，同比下降11.2%（2019年立1759起）；破获743起。")] == ["year", "year", "previous", "year"]
    assert [q.scope for q in read("分析会上通报《条例》（2019年修正）学习12次。")] == ["year"]
    assert [q.scope for q in read("较2019年（27份，245.3万元）上升62.5%，另有4宗。")] == ["previous", "previous", "year", "year"]


def test_last_years_list_reaches_over_its_commas_and_no_further() -> None:
    assert [q.scope for q in read("去年同期立案6起、罚款19.8万元，今年立案9起。")] == ["previous", "previous", "year"]
    assert [q.scope for q in read("出庭率由上年的61.3%升至84.9%。")] == ["previous", "year"]


@pytest.mark.parametrize("text", ["起数较上一统计年度的673起下降。", "年检率低于上年的94.6%。", "占比不及“十三五”末的41%。"])
def test_what_a_figure_is_set_against_is_of_before(text: str) -> None:
    assert one(text).scope == "previous"


@pytest.mark.parametrize(("text", "scopes"), [
    ("截至11月底，持证执法人员43名。", ["stock"]),
    ("截至11月底，受理投诉43件。", ["partial"]),
    ("2013年以来累计取消许可31项，现有执法人员40名。", ["cumulative", "stock"]),
    ("中心投入使用以来累计办理案件1900起。", ["cumulative"]),
    ("今年以来累计办理案件1900起。", ["year"]),
    ("配备记录仪14台，累计达到52台。", [None, "cumulative"]),
    ("去年全年立案49起。", ["previous"]),
    ("评查2019年7月至2020年6月办结的案卷105卷。", ["year"]),
    ("1—11月，投资62亿元，为年度任务的103%。", ["partial", "partial"]),
    ("受理20件，审结18件，未结2件。", ["year", "year", "year"]),
    ("年末未结案件2件。", ["stock"]),
])  # fmt: skip
def test_what_stands_what_adds_up_and_what_is_left(text: str, scopes: list[str | None]) -> None:
    assert [None if want is None else q.scope for q, want in zip(read(text), scopes, strict=True)] == scopes


def test_a_plan_of_the_year_is_a_target_of_the_year() -> None:
    assert [(q.status, q.scope) for q in read("完成年计划1.5万人的108.7%。")] == [("target", "year"), ("actual", "year")]
    assert one("完成年计划的112.6%。").status == "actual"


def test_what_is_done_beside_what_is_proposed() -> None:
    found = read("清理文件112件，保留74件、拟修改7件、废止22件、拟废止3件。")
    assert [q.status for q in found] == ["actual", "actual", "target", "actual", "target"]


def test_a_count_in_a_plans_heading_counts_and_a_name_does_not() -> None:
    def headed(heading: str, kind: str) -> list[float]:
        text = f"一、{heading}。\n"
        return [q.value for q in read(text, [Section(0, None, 1, "一、", heading, kind, None, 0, len(text) - 1, len(text))])]

    assert headed("加强监督，每半年通报一次执法情况", "plan") == [1.0]
    assert headed("每半年通报一次执法情况", "achievements") == headed("三项机制管长远", "plan") == []


def test_a_unit_that_two_numbers_share() -> None:
    assert [q.unit for q in read("时限压缩到20个、10个工作日。")] == ["个工作日", "个工作日"]


@pytest.mark.parametrize(("text", "unit"), [("发放3万余份（个）。", "份（个）"), ("器材31台(套)。", "台(套)"), ("检查217家（次）。", "家次")])
def test_a_unit_in_brackets_is_as_printed(text: str, unit: str) -> None:
    assert one(text).unit == unit


def test_what_a_number_has_come_from() -> None:
    assert [q.scope for q in read("要件由5件精简成2件。")] == ["previous", "year"]
    assert [(q.status, q.scope) for q in read("力争由目前的88%提高到90%。")] == [("actual", "year"), ("target", "next")]


def test_what_an_age_is_said_of_is_no_sum_over_years() -> None:
    assert [q.scope for q in read("对机构改革以来出台的47件文件逐件过筛，修改6件。")] == ["year", "year"]
    assert [q.scope for q in read("卫片执法：2019年度卫片下发图斑214个，违法19个。")] == ["previous", "previous"]


def test_in_a_plan_a_number_comes_from_what_there_is() -> None:
    found = read(*part("依法行政占考核的比重由2分提到4分。", "plan"))
    assert [(q.value, q.status, q.scope) for q in found] == [(2, "actual", "year"), (4, "target", "next")]


@pytest.mark.parametrize(("text", "kind"), [
    ("同2019年比，立案数多了21起。", "change"), ("同前一年相比，项目少两个。", "change"), ("与上年相比，多拆32.3%。", "change"),
    ("全年新立案21起。", "count"), ("与上年相比，全年共立案21起。", "count"),
])
def test_more_or_less_than_what_was_named_before(text: str, kind: str) -> None:
    assert one(text).kind == kind


def test_the_unit_of_what_ends_in_ten_thousands() -> None:
    assert [(q.value, q.unit) for q in read("基金收入38.4亿，支出35.9亿。")] == [(38.4e8, "元"), (35.9e8, "元")]
    assert [q.unit for q in read("参保218.4万人（职工24.1万、居民194.3万）。")] == ["人", "人", "人"]
    assert [q.unit for q in read("发放补贴13.2万元，去年是8.6万。")] == ["元", "元"]
    assert one("公众号阅读量28.7万。").unit is None


def test_money_that_stands_at_the_end_of_the_year() -> None:
    assert [q.scope for q in read("贷款余额2.1亿元，追缴欠税48万元。")] == ["stock", "year"]


def test_rows_and_columns_that_name_years_or_months() -> None:
    text = "数据如下（单位：件）：\n年份\t立案\t结案\n2019\t12\t9\n2020\t15\t14\n"
    assert [(q.value, q.scope) for q in read(text)] == [(12, "previous"), (9, "previous"), (15, "year"), (14, "year")]
    text = "数据如下（单位：件）：\n2020\t2019\n立案数\t12\t9\n结案数\t15\t14\n"
    assert [(q.value, q.scope) for q in read(text)] == [(12, "year"), (9, "previous"), (15, "year"), (14, "previous")]
    text = "数据如下（单位：件）：\n月份\t立案\t结案\n1月\t12\t9\n合计\t15\t14\n"
    assert [q.scope for q in read(text)] == ["partial", "partial", "year", "year"]


def test_what_is_said_before_a_tables_caption_is_none_of_its_time() -> None:
    text = "余下案件134件跨入下一年度办理。\n结果\t件数\n维持\t398件\n驳回\t126件\n"
    assert [(q.value, q.scope) for q in read(text)][1:] == [(398, "year"), (126, "year")]


@settings(deadline=None)
@given(st.integers(1990, 2040), st.integers(2010, 2030))
def test_a_named_year_is_before_in_or_after_the_reporting_year(named: int, year: int) -> None:
    q = one(f"{named}年，共办理案件12件。", year=year)
    assert q.scope == ("year" if named == year else "next" if named > year else "previous" if named >= year - 3 else q.scope)
    assert q.status == ("target" if named > year else "actual")


def test_without_a_reporting_year_no_named_year_decides() -> None:
    q = one("2019年受理案件12件。", year=None)
    assert (q.scope, q.period_start, q.period_end) == ("year", None, None)


@pytest.mark.parametrize(("text", "start", "end"), [
    ("全年学法4次。", date(2020, 1, 1), date(2020, 12, 31)),
    ("截至11月底，受理案件12件。", date(2020, 1, 1), date(2020, 11, 30)),
    ("自1月1日起至12月11日，共审查合同143份。", date(2020, 1, 1), date(2020, 12, 11)),
    ("1-2月受理案件12件。", date(2020, 1, 1), date(2020, 2, 29)),
    ("上半年举办培训3期。", date(2020, 1, 1), date(2020, 6, 30)),
    ("2018年以来受理案件12件。", date(2018, 1, 1), date(2020, 12, 31)),
    ("去年受理案件12件。", date(2019, 1, 1), date(2019, 12, 31)),
    ("2018年受理案件12件。", date(2018, 1, 1), date(2018, 12, 31)),
    ("明年将举办培训3期。", date(2021, 1, 1), date(2021, 12, 31)),
    ("现有公职律师5名。", None, date(2020, 12, 31)),
])
def test_periods(text: str, start: date | None, end: date | None) -> None:
    q = one(text)
    assert (q.period_start, q.period_end) == (start, end)


# ---------------------------------------------------------------- sections


@pytest.mark.parametrize("level", [1, 2])
def test_a_plan_promises(level: int) -> None:
    assert [(q.status, q.scope) for q in read(*part("举办培训3期。力争办结率达到98%。", "plan", level))] == [("target", "next")] * 2


def test_a_promise_outside_the_plan_is_a_promise() -> None:
    q = one("2021年，我局将开展培训不少于4次。")
    assert (q.status, q.scope, q.qualifier, q.period_start) == ("target", "next", "at_least", date(2021, 1, 1))


@pytest.mark.parametrize(("text", "scopes"), [
    ("办结率由上半年的92%提高到下半年的95%。", ["partial", "partial"]),
    ("将原有67项事项精简至49项。", ["previous", "stock"]),
    ("由2019年底的24项整合到19项。", ["previous", "stock"]),
    ("将进驻大厅的64个窗口合并为39个。", ["previous", "stock"]),
])
def test_from_one_to_the_other(text: str, scopes: list[str]) -> None:
    assert [q.scope for q in read(text)] == scopes


def test_the_unit_of_a_duration_goes_on_only_to_where_it_came() -> None:
    assert [q.unit for q in read("时限由14个工作日压到4个。")] == ["个工作日", "个工作日"]
    assert [q.unit for q in read("由5个工作日缩短为即时办结，设立服务站115个。")] == ["个工作日", "个"]


def test_last_years_figures_may_be_two() -> None:
    assert [q.scope for q in read("办理143份，去年为120份、1,015万元。")] == ["year", "previous", "previous"]


@pytest.mark.parametrize(("text", "status"), [
    ("坚持依法行政。\n2021年，我局将抓好落实。举办培训3期。", ["target"]),
    ("坚持依法行政。\n2021年是决胜之年。我局将抓好落实。举办培训3期。", ["target"]),
    ("坚持依法行政。\n下一步，抓好落实。举办培训3期。", ["target"]),
    ("坚持依法行政。\n2020年，我局将法治纳入考核。举办培训3期。", ["actual"]),
])
@pytest.mark.parametrize("headed", [True, False])
def test_a_paragraph_on_the_year_to_come_is_a_plan(text: str, status: list[str], headed: bool) -> None:
    assert [q.status for q in (read(*part(text, "achievements")) if headed else read(text))] == status


def test_a_plan_inside_a_part_ends_with_its_paragraph() -> None:
    text, sections = part("2021年，我局将抓好落实。举办培训3期。\n全年办案5件。", "achievements")
    text += "\n二、队伍\n"
    sections += [replace(sections[0], section_id=9, start=sections[0].end, body=len(text), end=len(text))]
    assert [q.status for q in read(text, sections)] == ["target", "actual"]


def test_a_rate_of_the_sum_of_two_is_one() -> None:
    assert [q.value for q in read("满意率、基本满意率合计为98.6%。")] == [98.6]


@pytest.mark.parametrize("text", ["全流程压到70个工作日以内。", "播放音频1500余小时。", "律师驻村服务24天。"])
def test_a_duration_that_was_reached_counts(text: str) -> None:
    assert len(read(text)) == 1


def test_what_a_plan_says_of_the_reporting_year_has_happened() -> None:
    q = one(*part("2020年共举办培训3期。", "plan"))
    assert (q.status, q.scope) == ("actual", "year")


@pytest.mark.parametrize("kind", ["achievements", "first_responsible_person", "other"])
def test_other_parts_report(kind: str) -> None:
    q = one(*part("举办培训3期。", kind))
    assert (q.status, q.scope) == ("actual", "year")


def test_what_is_lacking_stands_at_the_end_of_the_year() -> None:
    assert one(*part("全局具有法律职业资格的人员仅3人。", "problems")).scope == "stock"


def test_a_heading_counts_in_digits_only() -> None:
    text, sections = part("全年学法4次。", "achievements", heading="抓实六项任务")
    assert [q.value for q in read(text, sections)] == [4]
    assert "heading" in {r.reason for r in figures(text, sections, YEAR)[3]}
    text, sections = part("全年学法4次。", "achievements", heading="抓实6项任务")
    assert [q.value for q in read(text, sections)] == [6, 4]
    text, sections = part("全年学法4次。", "problems", heading="拆迁案件占六成以上")
    assert [(q.value, q.unit) for q in read(text, sections)] == [(60, "%"), (4, "次")]


# ---------------------------------------------------------------- durations


def test_durations_count_where_they_were_achieved() -> None:
    assert reasons("自文件印发之日起15日内向区政府备案。") == {"rule_duration"}
    q = one("企业开办时间压缩至2个工作日。")
    assert (q.value, q.unit, q.code) == (2, "个工作日", None)
    assert not read("对当事人提出的申请在5个工作日办理。")


# ---------------------------------------------------------------- lists


def test_respectively_gives_each_number_its_item() -> None:
    text = "全年食品、药品、医疗器械案件分别为12件、7件、3件。"
    assert [(q.subject, q.value) for q in read(text)] == [("食品", 12), ("药品", 7), ("医疗器械案件", 3)]


def test_one_number_for_two_rates_is_two_figures() -> None:
    found = read("全市规范性文件备案率、审核率均达100%。")
    assert [(q.value, q.kind, q.code) for q in found] == [(100, "rate", "filing_rate"), (100, "rate", "legality_review_rate")]
    assert len({(q.start, q.end) for q in found}) == 1


def test_a_thousands_separator_parts_no_clause() -> None:
    assert [q.kind for q in read("较2018年的1,870户增加276户。")] == ["count", "change"]


def test_titles_in_a_list_are_not_counted_each() -> None:
    assert [q.value for q in read("邀请老师讲授《行政许可法》《行政处罚法》各1次。")] == [1]


def test_last_years_figures_in_a_list_are_all_last_years() -> None:
    found = read("办理人大代表建议72件、政协提案105件，去年分别为68、113件。")
    assert [(q.value, q.scope) for q in found][2:] == [(68, "previous"), (113, "previous")]


def test_a_duration_that_was_reached() -> None:
    assert [(q.value, q.unit) for q in read("抵押登记1个工作日办结。")] == [(1, "个工作日")]
    assert read("企业开办时间压缩至1个工作日内。")[0].qualifier == "at_most" and not read("应当在5个工作日内审查。")


def test_one_number_for_each_of_several_things() -> None:
    found = read("全年办理行政赔偿、行政诉讼各2件。")
    assert [(q.value, q.code) for q in found][1:] == [(2, "litigation_cases")] and len(found) == 2


def test_rates_of_a_list_are_all_rates() -> None:
    assert [(q.value, q.kind) for q in read("合格率分别为32.4%、12.5%和10.4%。")] == [(32.4, "rate"), (12.5, "rate"), (10.4, "rate")]


def test_a_noun_is_carried_over_its_outcomes() -> None:
    found = read("办理行政复议案件12件，其中：维持3件，驳回2件，撤销1件，终止6件。")
    assert [q.code for q in found] == ["reconsideration_closed", None, None, "reconsideration_corrected", None]


def test_a_word_that_lies_across_two_others_gives_no_code() -> None:
    assert ruled("上年结转行政复议案件5件。", [], YEAR)[0][0].code is None  # 复|议案|件


def test_two_units_of_one_thing() -> None:
    found = read("全市举办执法培训12期、1,430人次。")
    assert [(q.value, q.unit, q.code) for q in found] == [(12, "期", "enforcement_training"), (1430, "人次", "law_training_participants")]


def test_a_bound_that_stands_apart() -> None:
    assert one("至少组织学法活动4次。").qualifier == "at_least"


# ---------------------------------------------------------------- what came about in the year


@pytest.mark.parametrize(("text", "scope"), [
    ("2020年新增持证执法人员4名。", "year"), ("现有持证执法人员21名。", "stock"),
    ("2020年全县行政处罚总数为2316宗。", "year"), ("全县市场主体总数为2316户。", "stock"),
    ("一至三季度，开展巡江执法141次。", "partial"),
])
def test_new_ones_and_sums_of_cases_are_the_years(text: str, scope: str) -> None:
    assert one(text).scope == scope


def test_a_rule_is_not_the_figure_whose_manner_it_is() -> None:
    found = read("按照每季1次的频率对全区92个村的净水设施开展巡检。")
    assert [(q.value, q.status) for q in found] == [(1, "norm"), (92, "actual")]


@pytest.mark.parametrize(("text", "kinds"), [
    ("平均用时由原来的2天压缩至平均1.5小时。", ["count", "count"]), ("审批缩短办理时间30天以上。", ["change"]),
    ("综合排名较去年前移5位。", ["change"]), ("精简事项15项（精简率28.3%）。", ["count", "rate"]), ("平均答复时间缩短3个工作日。", ["change"]),
])
def test_changes_and_what_they_come_to(text: str, kinds: list[str]) -> None:
    assert [q.kind for q in read(text)] == kinds


def test_bounds_behind_a_blank_and_zeroes_without_a_unit() -> None:
    assert one("“零跑动”事项占比 92% 以上。").qualifier == "over"
    q = one("复议后败诉案件为0。")
    assert (q.value, q.unit, q.kind) == (0, "件", "count")
