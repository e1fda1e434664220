"""The outline: label styles, where headings end, levels without label, kinds, findings; and what holds of every text."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fazhi.extract import run_in
from fazhi.extract.kinds import named_kinds
from fazhi.extract.labels import knowledge, value
from fazhi.extract.outline import outline, outline_findings
from fazhi.extract.rows import Section
from fazhi.extract.run_in import heading_end, places
from fazhi.knowledge import KnowledgeError, load_toml

DATA = load_toml("sections.toml")
STYLES = {entry["name"]: entry for entry in DATA["style"]}
LEAD = "某市水务局2021年度法治政府建设情况报告\n2021年，我局扎实推进法治政府建设，现将有关情况报告如下：\n"
PROSE = "全年召开会议3次，听取汇报2次，各项任务按期完成，群众满意度稳步提升，工作机制更加健全。"


def shown(text: str) -> list[tuple[int, str, str]]:
    return [(s.level, s.label or "", s.heading) for s in outline(text) if s.heading]


@pytest.mark.parametrize(("name", "example"), [(n, e) for n, entry in STYLES.items() for e in entry["yes"]])
def test_label_styles_say_yes(name: str, example: str) -> None:
    m = knowledge().label.match(example)
    assert m
    assert knowledge().styles[int((m.lastgroup or "s0")[1:])].name == name


@pytest.mark.parametrize(("name", "example"), [(n, e) for n, entry in STYLES.items() for e in entry["no"]])
def test_label_styles_say_no(name: str, example: str) -> None:
    style = next(s for s in knowledge().styles if s.name == name)
    m = style.pattern.match(example)
    assert m is None or (
        example.startswith("（三）项")
    )  # a reference to an item stands inside a sentence, never at a line's beginning


@pytest.mark.parametrize("entry", DATA["kind"], ids=lambda e: e["name"])
def test_kinds_by_their_words(entry: dict[str, list[str]]) -> None:
    for example in entry["yes"]:
        assert entry["name"] in named_kinds(example), example
    for example in entry["no"]:
        assert entry["name"] not in named_kinds(example), example


@pytest.mark.parametrize("example", [e for entry in DATA["merged"] for e in entry["yes"]])
def test_merged_parts(example: str) -> None:
    heading, kind = example.split(" = ")
    text = f"{LEAD}一、主要做法\n{PROSE}\n二、{heading}\n{PROSE}\n"
    sections = outline(text)
    assert next(s.kind for s in sections if s.heading == heading) == kind
    assert "merged_section" in {f.rule for f in outline_findings(text, sections)}


def test_lines_that_never_head() -> None:
    lines = DATA["lines"]
    for example in lines["yes"]:
        assert knowledge().never.search(example), example
    for example in lines["no"]:
        assert not knowledge().never.search(example), example


@pytest.mark.parametrize("example", [
    "强化统筹协调，推进法治机关建设|局党组把依法行政列入年度重点任务，与业务工作同部署、同检查、同考核",
    "抓实培训，增强干部履职能力|把学法用法情况列入年度考核，作为评先评优的依据，坚持自学与集体学相结合",
    "依法化解行政争议|发挥复议监督纠错功能，收到行政复议申请9件，受理8件，全部按期办结",
])
def test_a_heading_whose_full_stop_is_lost_ends_where_the_telling_begins(example: str) -> None:
    heading, told = example.split("|")
    sections = outline(f"{LEAD}一、主要做法\n（一）{heading}{told}。\n（二）依法决策。{PROSE}\n")
    assert [s.heading for s in sections if s.level == 2] == [heading, "依法决策"]
    assert [s.body - s.start for s in sections if s.heading == heading] == [len("（一）" + heading)]


@pytest.mark.parametrize("example", [
    "认真履行党政主要负责人推进法治建设第一责任人职责，推动法治政府建设各项工作落实落地见效",
    "持续深化综合行政执法改革，严格规范公正文明执法，行政执法质量和效能全面提升",
])
def test_a_long_heading_is_not_cut(example: str) -> None:
    assert (2, "（一）", example) in shown(f"{LEAD}一、主要做法\n（一）{example}\n{PROSE}\n（二）依法决策\n{PROSE}\n")


def test_items_end_a_heading_without_a_stop() -> None:
    text = f"{LEAD}一、主要做法\n（一）压实法治建设责任一是健全领导小组。二是开展述法。\n（二）依法决策。{PROSE}\n"
    assert [h for level, _, h in shown(text) if level == 2] == ["压实法治建设责任", "依法决策"]


def test_a_preface_and_a_part_above_the_first_label() -> None:
    text = f"{LEAD}引言\n{PROSE}\n一、主要做法\n{PROSE}\n"
    assert (1, "", "引言") in shown(text)
    text = f"{LEAD}主要工作举措及成效\n一、依法履行职责\n{PROSE}\n二、依法决策\n{PROSE}\n"
    assert shown(text)[0] == (1, "", "主要工作举措及成效")


@pytest.mark.parametrize(
    ("numeral", "number"),
    [("一", 1), ("十", 10), ("十二", 12), ("二十", 20), ("二十三", 23), ("7", 7), ("③", 3), ("⑵", 2), ("㈣", 4), ("ㄒ唬", 1)],
)
def test_label_numbers(numeral: str, number: int) -> None:
    assert value(numeral) == number


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            f"一、主要做法\n（一）加强组织领导。{PROSE}\n1.健全机制。{PROSE}\n（1）明确责任。{PROSE}\n二、存在的问题\n{PROSE}\n",
            [
                (1, "一、", "主要做法"),
                (2, "（一）", "加强组织领导"),
                (3, "1.", "健全机制"),
                (4, "（1）", "明确责任"),
                (1, "二、", "存在的问题"),
            ],
        ),
        (
            f"一、主要做法\n1、加强组织领导。{PROSE}\n2、规范行政执法。{PROSE}\n",
            [(1, "一、", "主要做法"), (3, "1、", "加强组织领导"), (3, "2、", "规范行政执法")],
        ),
        (
            f"主要工作\n{PROSE}\n存在问题\n{PROSE}\n下一步打算\n{PROSE}\n",
            [(1, "", "主要工作"), (1, "", "存在问题"), (1, "", "下一步打算")],
        ),
        (
            f"一、主要工作\n加强组织领导，压实责任\n{PROSE}\n（二）规范行政执法\n{PROSE}\n",
            [(1, "一、", "主要工作"), (2, "", "加强组织领导，压实责任"), (2, "（二）", "规范行政执法")],
        ),
        (f"一、主要工作\n?。ㄒ唬┘忧苛斓嫉\n{PROSE}\n", [(1, "一、", "主要工作"), (2, "?。ㄒ唬", "┘忧苛斓嫉")]),
        (
            f"一、加强组织领导。{PROSE}\n二、规范行政执法：全年查处各类违法案件12件，罚没款3万元，同比下降10%。\n",
            [(1, "一、", "加强组织领导"), (1, "二、", "规范行政执法")],
        ),
        (
            f"一、主要工作\n（一）坚持党建引领 压实法治责任。{PROSE}\n",
            [(1, "一、", "主要工作"), (2, "（一）", "坚持党建引领 压实法治责任")],
        ),
        (
            f"一、主要工作\n4.加强市场监管。(1)深化商事制度改革。{PROSE}2)加强事中事后监管。{PROSE}\n",
            [(1, "一、", "主要工作"), (3, "4.", "加强市场监管"), (4, "(1)", "深化商事制度改革"), (4, "2)", "加强事中事后监管")],
        ),
        (f"一、主要工作\n（一）加强执法，\n规范行为\n{PROSE}\n", [(1, "一、", "主要工作"), (2, "（一）", "加强执法，规范行为")]),
        (f"一、主要工作\n一、主要工作\n{PROSE}\n二、存在问题\n{PROSE}\n", [(1, "一、", "主要工作"), (1, "二、", "存在问题")]),
        (
            f"一、主要工作\n{PROSE}重点抓好：①完善制度；②强化监督；③加强培训。一是抓学习。二是抓执法。\n3.5万件案件已办结，2021.3.1起施行。\n附件1：指标表\n",
            [(1, "一、", "主要工作")],
        ),
        (
            f"二、下一步打算\n{PROSE}\n（1）推进数字化建设；（2）全域推开改革，新增赋权乡镇6个；（3）打造法治公园2处。\n{PROSE}\n",
            [(1, "二、", "下一步打算")],
        ),
        (f"二、存在的问题\n（一）执法力量不足；（二）培训不够，全年仅4期；（三）应诉不规范。\n{PROSE}\n", [(1, "二、", "存在的问题")]),
        (
            f"二、下一步打算\n（一）抓学习。集中学法12次。（二）强队伍。每村培养3名。（三）促化解。{PROSE}\n",
            [(1, "二、", "下一步打算"), (2, "（一）", "抓学习"), (2, "（二）", "强队伍"), (2, "（三）", "促化解")],
        ),
        (
            f"一、主要工作\n1.党组中心组专题学法4次，会前学法11次，举办全市培训班2期，组织旁听庭审，以考促学。{PROSE}\n",
            [(1, "一、", "主要工作"), (3, "1.", "党组中心组专题学法4次，会前学法11次，举办全市培训班2期，组织旁听庭审，以考促学")],
        ),
        (
            f"一、主要工作\n{PROSE}\n2020年行政执法情况统计表（单位：件）\n部门\t立案\t结案\n城管\t12\t9\n{PROSE}\n",
            [(1, "一、", "主要工作")],
        ),
    ],
)
def test_headings(body: str, expected: list[tuple[int, str, str]]) -> None:
    assert shown(LEAD + body) == expected


def test_titles_and_signatures_are_no_headings() -> None:
    text = f"某市水务局\n关于2021年度法治政府建设情况的报告\n各位代表：\n2021年{PROSE}\n"
    text += f"一、主要工作\n{PROSE}\n某市水务局\n2022年1月10日\n"
    assert shown(text) == [(1, "一、", "主要工作")]


def test_kinds_from_words_place_and_text() -> None:
    text = f"{LEAD}一、强化学习，法治根基更牢\n{PROSE}\n二、严格执法\n{PROSE}\n三、短板弱项\n执法力量薄弱。\n"
    text += f"四、党政主要负责人履职情况\n{PROSE}\n五、2022年重点\n将继续加强执法。\n"
    assert [s.kind for s in outline(text) if s.level == 1] == [
        "achievements",
        "achievements",
        "problems",
        "first_responsible_person",
        "plan",
    ]


def test_dimension_only_below_achievements() -> None:
    text = f"{LEAD}一、主要工作\n（一）规范行政执法\n查处违法案件12件。\n二、下一步打算\n（一）规范行政执法\n将查处违法案件。\n"
    assert [s.dimension for s in outline(text)] == [None, None, "enforcement", None, None]


def test_findings_of_labels() -> None:
    text = f"{LEAD}一、主要工作\n（一）加强领导\n{PROSE}\n（三）规范执法\n{PROSE}\n（三）化解纠纷\n{PROSE}\n"
    rules = [f.rule for f in outline_findings(text, outline(text))]
    assert rules == ["label_skipped", "label_doubled"]


def test_no_headings_and_nothing() -> None:
    assert outline("") == []
    only = outline(LEAD)
    assert [(s.level, s.heading) for s in only] == [(0, None)]


PIECES = st.sampled_from(
    [
        "一、",
        "二、",
        "（一）",
        "(二)",
        "1.",
        "2、",
        "（1）",
        "①",
        "第一部分",
        "ㄒ唬",
        "加强领导",
        "存在的问题",
        "下一步打算",
        "。",
        "，",
        "；",
        "：",
        " ",
        "\n",
        "\n\n",
        PROSE,
        "2021年1月1日",
        "12件",
        "“",
        "”",
        "《条例》",
        "附件",
        "\t",
        "、",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_sections_nest_and_offsets_hold(text: str) -> None:
    sections = outline(text)
    assert [s.section_id for s in sections] == list(range(len(sections)))
    by_id: dict[int, Section] = {}
    for before, s in zip([None, *sections], sections, strict=False):
        assert 0 <= s.start <= s.body <= s.end <= len(text)
        assert before is None or before.start < s.start or (before.level == 0 and before.start <= s.start)
        if s.heading is not None:
            assert text[s.start :].startswith(s.label or s.heading.split("\n")[0][:1])
            plain = re.sub(r"\s", "", s.heading)
            assert plain in re.sub(r"\s", "", text[s.start : s.body])
        if s.parent_id is not None:
            parent = by_id[s.parent_id]
            assert parent.level < s.level
            assert parent.start < s.start
            assert s.end <= parent.end
        assert (s.kind is not None) == (s.level == 1)
        by_id[s.section_id] = s
    outline_findings(text, sections)


def test_a_plan_by_its_heading_must_promise() -> None:
    """高标准谋划法治建设 heads what was done, where parts of the same kind follow; a plan that promises stays one."""
    text = f"{LEAD}一、加强党的领导，高标准谋划法治建设\n{PROSE}\n二、严格执法\n{PROSE}\n三、存在问题\n力量薄弱。\n四、扛起责任，谋划下一步工作\n将继续加强执法。\n"
    assert [s.kind for s in outline(text) if s.level == 1] == ["achievements", "achievements", "problems", "plan"]


def test_a_heading_of_two_clauses_is_about_its_first() -> None:
    assert named_kinds("学思践悟习近平法治思想，全面压实第一责任人职责") == []
    assert named_kinds("切实履行第一责任人职责，依法全面履行部门职能") == ["first_responsible_person"]


def test_topic_sentences_behind_a_dash_are_headings_where_they_are_a_series() -> None:
    one = f"——强化组织领导，压实法治责任。{PROSE}\n"
    text = f"{LEAD}一、主要做法\n{one}——规范决策程序。{PROSE}\n二、存在问题\n力量薄弱。\n"
    assert shown(text) == [(1, "一、", "主要做法"), (2, "", "强化组织领导，压实法治责任"), (2, "", "规范决策程序"), (1, "二、", "存在问题")]
    assert shown(f"{LEAD}一、主要做法\n{one}二、存在问题\n力量薄弱。\n") == [(1, "一、", "主要做法"), (1, "二、", "存在问题")]


def test_no_heading_ends_before_what_its_clause_counts() -> None:
    ends = {line[:at] for line in ("完善监督，每个分局至少配备审核人员一名", "强化监管，拟投入85万元对六家机构安装设备") for at in places(line)}
    assert ends and not ends & {"完善监督，每个分局至少", "强化监管，拟投入85万元"}


@given(st.text("加强依法行政，、“”《》（）推进全年开展3件", max_size=60))
def test_a_heading_never_ends_inside_brackets_or_beside_a_comma(line: str) -> None:
    end = heading_end(line)
    assert end in (0, *places(line))
    assert not end or (line[:end].count("《") == line[:end].count("》") and line[end - 1] not in "，、" and line[end] not in "，、")


def test_a_model_of_headings_ends_that_does_not_fit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    np.savez(tmp_path / run_in.FILE, weights=np.zeros(3, np.int8), bias=0)
    monkeypatch.setattr("fazhi.knowledge.files", lambda _: tmp_path)
    run_in.model.cache_clear()
    with pytest.raises(KnowledgeError, match=r"run_in\.npz.*make learn"):
        run_in.model()
    monkeypatch.undo()
    run_in.model.cache_clear()


def test_two_clauses_parted_by_blanks_are_one_heading_as_printed() -> None:
    text = f"{LEAD}{PROSE}\n聚焦服务效能  营商环境持续优化\n{PROSE}\n规范权力运行  执法公信力明显增强\n{PROSE}\n"
    assert shown(text) == [(1, "", "聚焦服务效能  营商环境持续优化"), (1, "", "规范权力运行  执法公信力明显增强")]


def test_a_heading_in_one_line_with_the_lead_and_one_behind_a_blank() -> None:
    text = LEAD.strip() + " 一、主要举措和成效\n（一）打牢基础\n" + PROSE + " （二）抓好整改 " + PROSE + "\n二、存在问题\n" + PROSE + "\n"
    assert shown(text) == [(1, "一、", "主要举措和成效"), (2, "（一）", "打牢基础"), (2, "（二）", "抓好整改"), (1, "二、", "存在问题")]


def test_a_line_of_figures_without_a_stop_is_headed_too() -> None:
    text = f"{LEAD}一、完成情况\n加强组织领导\n{PROSE}\n依法管理资产\n调剂用房2100平方米，处置车辆6辆\n二、存在问题\n{PROSE}\n"
    assert shown(text)[1:3] == [(2, "", "加强组织领导"), (2, "", "依法管理资产")]


def test_what_is_in_bold_ends_a_heading_and_heads_in_a_series() -> None:
    told = PROSE.rstrip("。")
    text = f"{LEAD}一、主要工作\n（一）规范执法行为{told}。\n学法用法。{PROSE}\n普法宣传。{PROSE}\n一是抓学习。{PROSE}\n二、存在问题\n{PROSE}\n"

    def heads(*leads: str) -> list[tuple[str | None, str | None]]:
        return [(s.label, s.heading) for s in outline(text, leads) if s.heading]

    assert heads("（一）规范执法行为", "学法用法。", "普法宣传。", "一是抓学习。") == [
        ("一、", "主要工作"), ("（一）", "规范执法行为"), (None, "学法用法"), (None, "普法宣传"), ("二、", "存在问题")]
    assert (None, "学法用法") not in heads("学法用法。")  # one is none


def test_a_line_longer_than_any_heading_is_none_whole() -> None:
    line = "（一）" + "扛牢法治部门建设责任突出理论武装把学习作为重点" + "，纳入第一议题和学习安排" * 6 + "。"
    assert len(next(s.heading or "" for s in outline(f"一、主要工作\n{line}\n") if s.level == 2)) < 50


def test_the_first_heading_behind_a_colon_is_one_where_its_own_follow() -> None:
    text = LEAD.strip().rstrip("。") + "，现总结如下：一、工作完成情况\n（一）打牢基础。" + PROSE + "\n二、存在问题\n" + PROSE + "\n"
    assert shown(text) == [(1, "一、", "工作完成情况"), (2, "（一）", "打牢基础"), (1, "二、", "存在问题")]
    assert shown(f"{LEAD}一、主要工作\n{PROSE}重点抓好：一、完善制度\n") == [(1, "一、", "主要工作")]


def test_topic_sentences_are_headings_where_nearly_every_paragraph_begins_with_one() -> None:
    topics = ["领导带头学习，打牢思想基础", "坚持党的领导，扛牢主体责任", "规范执法行为"]
    told = "\n".join(f"{topic}。{PROSE}" for topic in topics)
    plan = f"二、存在问题\n{PROSE}\n"
    assert shown(f"{LEAD}一、主要工作\n{told}\n{plan}")[1:4] == [(2, "", topic) for topic in topics]
    assert len(shown(f"{LEAD}一、主要工作\n{told}\n{PROSE}\n{PROSE}\n{plan}")) == 2  # two of five tell
    assert len(shown(f"{LEAD}一、主要工作\n" + told.replace("规范", "我局规范") + f"\n{plan}")) == 2  # and so does one with its teller
    bare = told.replace("规范执法行为", "存在的主要问题")
    assert shown(f"{LEAD}{bare}\n") == [(1, "", topics[0]), (1, "", topics[1]), (1, "", "存在的主要问题")]
    assert shown(f"{LEAD}{told}\n") == []  # no part of a report among them


def test_what_heads_other_headings_without_labels_stands_above_them() -> None:
    text = (f"{LEAD}{PROSE}\n坚持党建引领\n{PROSE}\n坚持改革赋能\n推动极简审批\n{PROSE}\n落实公平竞争\n{PROSE}\n坚持程序规范\n严格合法性审核\n{PROSE}\n"
            f"存在问题\n{PROSE}\n")
    assert [(level, heading) for level, _, heading in shown(text)] == [
        (1, "坚持党建引领"), (1, "坚持改革赋能"), (2, "推动极简审批"), (2, "落实公平竞争"), (1, "坚持程序规范"), (2, "严格合法性审核"), (1, "存在问题")]


def test_what_heads_labelled_parts_is_a_part_itself() -> None:
    text = f"{LEAD}{PROSE}\n2021年法治政府建设工作\n一、强化引领\n{PROSE}\n二、规范执法\n{PROSE}\n2022年工作安排\n一、提升能力\n{PROSE}\n"
    assert shown(text) == [(1, "", "2021年法治政府建设工作"), (1, "一、", "强化引领"), (1, "二、", "规范执法"), (1, "", "2022年工作安排"),
                           (1, "一、", "提升能力")]


def test_sentences_with_labels_inside_a_paragraph_are_headings_to_the_last_one() -> None:
    text = ("一、存在问题\n(一)基层所力量不足,有的所仅有2名工作人员。(二)历史遗留的登记错误较多,成为引发诉讼的主要原因。"
            "(三)部分干部对新旧法律衔接把握不准,习惯凭经验办事,告知、送达、听证等程序性义务履行不到位。(四)全年仅组织培训4期。\n二、下一步工作\n加强培训。")
    assert [s.label for s in outline(text) if s.level == 2] == ["(一)", "(二)", "(三)", "(四)"]


def test_a_page_cut_off_above_its_headings_has_dimensions() -> None:
    text = "(三)健全制度体系。制定规范性文件3件，备案率100%。\n(四)规范行政执法。办理处罚案件12件。\n二、存在的问题\n执法力量不足。"
    assert [s.dimension for s in outline(text) if s.level == 2] == ["institutions", "enforcement"]
    assert [s.dimension for s in outline(text.replace("二、", "一、")) if s.level == 2] == [None, None]


def test_decimal_labels_and_starred_topics() -> None:
    text = f"{LEAD}1 主要做法\n1.1 党委领导。{PROSE}\n1.2 执法力量。{PROSE}\n2 不足之处\n{PROSE}\n"
    assert [(level, label) for level, label, _ in shown(text) if label.startswith("1.")] == [(2, "1.1"), (2, "1.2")]
    text = f"{LEAD}一、主要成效\n★ 立法起步。{PROSE}\n★ 重大决策。{PROSE}\n"
    assert [h for _, _, h in shown(text)] == ["主要成效", "立法起步", "重大决策"]


def test_parts_that_their_first_words_name() -> None:
    text = f"{LEAD}一、主要成效\n{PROSE}\n存在的问题：一是{PROSE}\n2022年打算。力争{PROSE}\n"
    assert [(s.heading, s.kind) for s in outline(text) if s.heading] == [
        ("主要成效", "achievements"), ("存在的问题", "problems"), ("2022年打算", "plan")]  # fmt: skip
    text = f"{LEAD}一、主要成效\n{PROSE}\n二、存在的问题\n问题：一是{PROSE}\n"
    assert [h for _, _, h in shown(text)] == ["主要成效", "存在的问题"]


def test_a_blank_beside_a_figure_ends_no_heading() -> None:
    text = f"{LEAD}一、工作计划\n1.申办执法证8个,使持证人数达到 27人。\n2.窗口累计受理申请1 386件，均已办结。\n"
    assert [h for _, _, h in shown(text)][1:] == ["申办执法证8个,使持证人数达到 27人", "窗口累计受理申请1 386件，均已办结"]


def test_a_first_part_that_says_what_body_it_is() -> None:
    text = f"{LEAD}一、基本情况\n{PROSE}\n二、主要做法\n{PROSE}\n三、存在问题\n{PROSE}\n"
    assert [s.kind for s in outline(text) if s.level == 1] == ["other", "achievements", "problems"]
    text = f"{LEAD}一、基本情况\n{PROSE}\n二、存在问题\n{PROSE}\n"
    assert [s.kind for s in outline(text) if s.level == 1] == ["achievements", "problems"]


def test_chapters_above_and_below_the_first_label() -> None:
    text = f"{LEAD}第一部分 工作成效\n一、执法\n1.总体数据。{PROSE}\n第二部分 存在问题\n{PROSE}\n"
    assert [level for level, _, _ in shown(text)] == [1, 2, 3, 1]
    text = f"{LEAD}一、工作情况\n第一部分 职能转变\n{PROSE}\n第二部分 依法决策\n{PROSE}\n二、存在的问题\n{PROSE}\n"
    assert [level for level, _, _ in shown(text)] == [1, 2, 2, 1]


def test_a_label_printed_twice_is_one() -> None:
    assert shown(f"{LEAD}一、成效\n（一）（一）规范执法。{PROSE}\n")[1] == (2, "（一）", "规范执法")


def test_parts_go_on_behind_a_table_that_is_called_an_annex() -> None:
    text = f"{LEAD}一、主要成效\n{PROSE * 9}\n附:2021年度行政执法主要数据\n类别\t数量\n立案\t43起\n二、存在的问题\n{PROSE}\n三、工作打算\n{PROSE}\n附件：名单\n四、名单\n{PROSE}\n"
    assert [h for level, _, h in shown(text) if level == 1][:3] == ["主要成效", "存在的问题", "工作打算"]
    text = f"{LEAD}一、主要成效\n{PROSE * 9}\n附件：名单\n一、名单\n{PROSE}\n"
    assert [h for _, _, h in shown(text)] == ["主要成效"]
