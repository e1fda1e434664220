"""Pages that are no report are turned away with a reason; real reports never are."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from fazhi.extract.genre import Genre, genres, not_a_report
from fazhi.extract.identity import identify
from fazhi.knowledge import load_toml
from fazhi.read import read
from fazhi.read.page import Page

BODY = """
一、主要举措和成效
（一）依法履行职能。全年办理行政许可1200件，行政处罚案件36件，罚款12.5万元，组织执法培训4次，参加行政执法资格考试的人员全部合格。
（二）健全制度。制发行政规范性文件3件，合法性审核率达到100%，公开征求意见2次，清理文件18件，废止2件。
（三）化解纠纷。收到行政复议申请12件，审结11件，负责人出庭应诉率100%，开展调解80余件，办结信访事项45件。
二、存在的问题
执法力量不足，培训的针对性不强，有的单位重实体轻程序，法制审核人员少。
三、下一步打算
继续加强执法规范化建设，抓好学法用法，让群众在每一次执法中感受到公平。"""


def page(text: str, title: str = "") -> Page:
    return Page(text, "text/plain", "utf-8", (title,) if title else (), None, None, None, None, "")


def verdict(text: str, title: str = "") -> str | None:
    p = page(text, title)
    return not_a_report(p, identify(p))


EXAMPLES = [(i, kind, s) for i, row in enumerate(load_toml("genres.toml")["genre"]) for kind in ("yes", "no") for s in row[kind]]


@pytest.mark.parametrize(("number", "kind", "example"), EXAMPLES)
def test_examples_of_the_knowledge_file(number: int, kind: str, example: str) -> None:
    genre: Genre = genres()[number]
    fits = genre.fits("", example) if genre.title is None else genre.fits(example, "")
    assert fits == (kind == "yes")


@pytest.mark.parametrize(
    "title",
    [
        "宝山区人民政府2020年法治政府建设情况报告",
        "关于2017年度法治政府建设情况的报告",
        "2016年依法行政工作总结",
        "市中区综合行政执法局2022年度法治政府建设工作情况",
        "公布2021年度法治政府建设情况",
        "2021年法治政府建设工作总结及2022年工作计划",
        "2023年法治政府建设年度报告（公告）",
        "2021年党政主要负责人履行推进法治建设第一责任人职责情况的报告",
    ],
)
def test_reports_stay(title: str) -> None:
    assert verdict(title + BODY, title) is None


def test_a_report_without_title_or_with_odd_words_stays() -> None:
    assert verdict("2023年，我局坚持依法行政。" + BODY) is None
    assert verdict("2023年，我局制定本方案落实措施。近日，区政府召开会议。" + BODY) is None
    assert verdict("（在第十四届人大常委会第十七次会议上）\n主任、各位委员：\n2023年，法治政府建设取得成效。现将有关情况报告如下：\n一、主要举措\n各级行政机关依法履行职责，行政执法更加规范有序。化解矛盾纠纷成效明显，群众满意。", "") is None


@pytest.mark.parametrize(
    ("text", "title", "word"),
    [
        (
            "西政办〔2020〕20号\n西平县人民政府办公室\n关于印发西平县2020年度法治政府建设\n工作安排的通知\n各乡镇人民政府：\n现就做好有关工作安排如下："
            + BODY,
            "",
            "计划",
        ),
        ("6月25日，某县组织召开法治政府建设年度报告评议会，对各单位报告进行评议。参评人员逐一打分，提出意见建议。", "", "消息"),
        ("为推进法治政府建设，结合我区实际，制定本要点。" + BODY, "宝山区2021年法治政府建设工作要点", "要点"),
        ("根据《政府信息公开条例》编制本报告。" + BODY, "宝山区2020年政府信息公开工作年度报告", "政府信息公开"),
        ("一、起草背景" + BODY, "《2023年法治政府建设年度报告》解读", "解读"),
        ("20__年，**区坚持依法行政，**区政府办理案件。20__年，**局……" + BODY, "法治政府建设情况报告", "范文"),
        ("404 您访问的页面不存在", "", "出错"),
        ("近日，区司法局召开法治政府建设推进会，各单位参加。会议强调，要提高认识。", "我区召开法治政府建设推进会", "消息"),
        ("\n".join(f"{y}年度法治政府建设情况报告" for y in range(2015, 2024)), "法治政府建设年度报告", "目录"),
        ("2023年法治政府建设情况报告", "2023年法治政府建设情况报告", "附件"),
        ("各单位要认真学习，积极种树，爱护花草，不得随意践踏草坪。园内禁止吸烟，请大家互相监督，共同维护。" * 5, "", "法治"),
    ],
)
def test_other_pages_go_with_a_reason(text: str, title: str, word: str) -> None:
    reason = verdict(text, title)
    assert reason is not None
    assert word in reason


OTHERS = Path(__file__).parent / "practice" / "others"


def page_of(name: str) -> str | None:
    p = read((OTHERS / name).read_bytes(), name)
    return not_a_report(p, identify(p, name))


def test_pages_beside_the_reports() -> None:
    """222 pages by four writers who did not know the rules: every report is taken, and few others are (list.tsv says what each is)."""
    taken, refused = [], []
    with (OTHERS / "list.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            why = page_of(row["file"])
            if row["is"] == "report" and why:
                refused.append((row["file"], row["what"], why))
            if row["is"] == "other" and not why and not row["doubt"]:
                taken.append((row["file"], row["what"]))
    assert refused == [] and len(taken) <= 6, taken


def test_a_report_that_quotes_other_kinds_of_pages_stays() -> None:
    quoted = "印发《法治政府建设实施方案》《普法责任清单》，公布行政复议白皮书，听取审计工作报告，向人大常委会报告落实审议意见情况。"
    assert verdict("2023年度法治政府建设情况报告\n" + quoted + BODY, "2023年度法治政府建设情况报告") is None


def test_a_table_in_the_opening_is_no_title() -> None:
    text = "2025年，我局坚持依法行政，" + "严格规范公正文明执法，" * 6 + "现将工作报告如下：\n2025年度行政处罚实施情况统计表\n| 数量 | 件 |"
    assert verdict(text + BODY) is None


def test_a_page_of_links_and_the_note_above_them_is_no_report() -> None:
    note = "说明：依据有关规定，各部门、各乡镇年度报告在每年4月1日前于本栏目公开。涉密内容依法不予公开。\n"
    links = "\n".join(f"2024-03-{d}某山县第{d}局2023年度法治政府建设情况报告" for d in range(10, 20))
    assert "目录" in (verdict(note + links, "法治政府建设年度报告") or "")


def test_a_text_that_speaks_for_no_body_is_no_report() -> None:
    text = "年度报告是观察依法行政的一扇窗。多数文本写明了培训和宣传，少数写明了败诉率，读者难以比较。" * 5
    assert "哪个机关" in (verdict(text) or "")


def test_the_title_in_a_files_properties_is_no_title() -> None:
    """A report written over another document keeps that one's title in the properties of its file."""
    p = replace(page("2023年，我局坚持依法行政。现将有关情况报告如下：" + BODY, "2020年法治宣传教育工作要点"), media_type="application/pdf")
    assert not_a_report(p, identify(p)) is None
    assert not_a_report(replace(p, text="2020年法治宣传教育工作要点\n" + p.text), identify(p)) is not None
