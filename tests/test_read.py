"""Reading: every format, the ways in which pages are broken, and the furniture's own examples."""
from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from itertools import chain

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fazhi.extract import extract
from fazhi.knowledge import load_toml
from fazhi.read import Page, Unreadable, read
from fazhi.read.dates import parse_date
from fazhi.read.docx import numeral
from fazhi.read.furniture import rules, spread
from fazhi.read.text import closed
from fazhi.read.wrapped import run_together, unpaged, unwrap

BODY = ["2021年，我区坚持依法行政，法治政府建设取得新成效。现将有关情况报告如下：", "一、主要做法", "（一）依法决策。全年审查文件58件，提出意见131条。",
        "办理行政复议案件12件，调解成功率98.2%。", "二、存在不足", "一是力量不足；二是能力不强。"]
TITLE = "甲县人民政府2021年法治政府建设情况报告"
SIGNED = ["甲县人民政府", "2022年1月25日"]
REPORT = "\n".join([TITLE, *BODY, *SIGNED])
ENTRIES = load_toml("furniture.toml")["line"]


def html(body: str, head: str = "", charset: str = "utf-8") -> bytes:
    return f'<html><head><meta charset="{charset}">{head}</head><body>{body}</body></html>'.encode(charset)


def paragraphs(lines: list[str]) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


@pytest.mark.parametrize("entry", ENTRIES, ids=[e["name"] for e in ENTRIES])
def test_furniture_knows_its_own_examples(entry: dict) -> None:
    import re

    pattern = re.compile(spread(entry["pattern"]))
    squeezed = [" ".join(line.split()) for line in entry["yes"]]
    assert entry["yes"] and entry["no"]
    assert [line for line in squeezed if not pattern.fullmatch(line)] == []
    assert [line for line in entry["no"] if pattern.fullmatch(line)] == []


# Plain text

def test_a_text_dump_loses_its_furniture_and_keeps_its_report() -> None:
    page = read("\n".join(["首页 > 政务公开 > 法治政府", "今天是:2024年3月1日 星期五", TITLE + "_法治政府_甲县人民政府门户网站", "", TITLE, "",
                           "信息来源: 县政府办公室 发布时间 2022-02-23", "【字号", "  • 索 引 号: 12", *BODY, "", *SIGNED, "", "【打印本页】",
                           "相关链接：甲县2019年法治政府建设报告", "主办：甲县人民政府办公室  闽ICP备1号"]).encode())
    assert page.text == REPORT
    assert page.titles[0] == TITLE
    assert page.published_on == date(2022, 2, 23)
    assert page.publisher == "县政府办公室"
    assert page.site == "甲县人民政府门户网站"
    assert "相关链接" in page.furniture


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_encodings_give_one_text(encoding: str) -> None:
    assert read(REPORT.encode(encoding)).text == REPORT


def test_big5_and_a_rare_name_in_gb18030() -> None:
    traditional = "法治政府建設情況報告\n" + "我區堅持依法行政，全年辦理行政複議案件12件，調解成功率98.2%。\n" * 5
    assert read(traditional.encode("big5")).encoding == "big5"
    assert "䶮" in read((REPORT + "\n刘䶮").encode("gb18030")).text


def test_a_declared_gb2312_page_decodes_as_gb18030() -> None:
    page = read(html(paragraphs([TITLE, *BODY, "𬭎"]), charset="utf-8").replace(b"utf-8", b"gb2312").decode().encode("gb18030"))
    assert page.encoding == "gb18030" and "𬭎" in page.text


def test_mojibake_is_turned_back_only_where_certain() -> None:
    assert read(REPORT.encode().decode("latin-1").encode()).text == REPORT
    assert "cafÃ©" in read((REPORT + "cafÃ©").encode()).text


def test_odd_characters_go_or_become_plain_one_for_one() -> None:
    page = read("\ufeff⼀、⼈⺠政府\u200b的\xad工作\n全年\xa0办理\u3000案件12\x00件，提出意见。\n".encode())
    assert page.text == "一、人民政府的工作\n全年 办理 案件12件，提出意见。"


def test_hard_wrapped_lines_are_joined_and_headings_are_not() -> None:
    long = "坚持把学习宣传贯彻法治思想作为重大政治任务，全年组织学法12次，培训执法人员340人次，办理案件58件，提出意见131条。" * 3
    lines = []
    for paragraph in (long, "一、主要做法", long, "（一）依法决策", long):
        whole = "　　" + paragraph
        lines += [whole[i:i + 36] for i in range(0, len(whole), 36)]
    assert read("\n".join(lines).encode()).text.split("\n") == [long, "一、主要做法", long, "（一）依法决策", long]


def wrapped(*paragraphs: str, width: int = 28) -> list[str]:
    return [paragraph[i:i + width] for paragraph in paragraphs for i in range(0, len(paragraph), width)]


def test_a_sentence_runs_over_the_number_and_the_head_of_a_printed_page() -> None:
    told = "坚持把学习宣传贯彻法治思想作为重大政治任务，组织学法，培训执法人员，办理案件，提出意见" * 3 + "。"
    more = told.replace("，组织学法", "、不断完善各项制度")
    lines, other, head = wrapped(told), wrapped(more), "甲县烟草专卖局党组文件"
    pages = [[*lines[:3], "", "— 1 —", "", head, "", *lines[3:]], [*other[:2], "", "— 2 —", "", head, "", *other[2:]], ["— 3 —"]]
    assert read("\n".join([TITLE, *chain(*pages)]).encode()).text.split("\n") == [TITLE, told, more]


def test_numbers_that_count_no_pages_stay() -> None:
    lines = [TITLE, *BODY[:3], "— 3 —", BODY[3], "— 9 —", *BODY[4:]]
    assert unpaged(lines) == lines and unpaged([TITLE, "— 1 —", *BODY]) == [TITLE, "— 1 —", *BODY]


def test_a_ragged_margin_is_one() -> None:
    long = "坚持把学习宣传贯彻法治思想作为重大政治任务全年组织学法培训执法人员办理案件提出意见"
    lines = [long[:28]] * 3 + [long[:10] + "。", "一、主要做法", *[long[: 23 + k % 2] for k in range(9)], "全年有序。"]
    joined = unwrap(lines, re.compile("一、"))
    assert joined == ["".join(lines[:4]), "一、主要做法", "".join(lines[5:])]
    sentences = [line + "。" for line in lines]
    assert unwrap(sentences, re.compile("一、")) == sentences


def test_a_labelled_line_that_counts_goes_on_and_rows_of_a_table_stay_apart() -> None:
    long = "坚持把学习宣传贯彻法治思想作为重大政治任务全年组织学法培训执法人员办理案件提出意见"
    told = ["7.县政府召开常务会议17次，坚持集体讨论，涉法议", "题由法制办先提出意见。"]
    rows = ["部门                    立案（件）    结案（件）", "市场监督管理局          97            91"]
    ragged = [*[long[: 23 + k % 2] for k in range(9)], "全年有序。"]
    joined = unwrap([*[long[:28]] * 3, "结束。", *told, *rows, *ragged], re.compile(r"\d\."))
    assert joined == [long[:28] * 3 + "结束。", "".join(told), *rows, "".join(ragged)]


def test_a_gap_in_the_head_of_a_letter_tells_no_margin_and_a_sentence_goes_on_near_it() -> None:
    long = "坚持把学习宣传贯彻法治思想作为重大政治任务全年组织学法培训执法人员办理案件提出意见"
    head = "某应急〔2022〕3号" + " " * 40 + "签发人：某某"
    lines = [head, *[long[:28]] * 8, "结束。", "自觉接受人大法律监督、政协民主监督和社会各界监督，县", "政府办理建议。"]
    assert unwrap(lines, re.compile("一、")) == [head, long[:28] * 8 + "结束。", "".join(lines[-2:])]


def test_a_printed_page_run_together_gets_its_paragraphs_back() -> None:
    label = re.compile(r"[一二三]、|（[一二三]）")
    told = [PROSE_LINE * 9 + "。", "一、主要做法", PROSE_LINE * 2 + "。", "（一）依法决策", PROSE_LINE * 4 + "。"]
    assert run_together(" ".join(wrapped(*told)), label) == told
    plain = " ".join([PROSE_LINE * 9 + "。", "一、主要做法", PROSE_LINE * 5 + "。"])
    assert run_together(plain, label) == [plain]


def test_blanks_beside_figures_are_closed_where_a_page_sets_them_throughout() -> None:
    spaced = "2020 年，受理 12 件，办结率 98.2% ，其中 3 件调解，1 045 项公开。"
    assert closed(spaced) == "2020年，受理12件，办结率98.2%，其中3件调解，1 045项公开。"
    assert closed("关于 2020 年度法治政府建设情况报告 2020 年，" + spaced).startswith("关于2020年度法治政府建设情况报告 2020年，")
    assert closed(spaced + "\n一、2021 年工作安排").endswith("\n一、2021年工作安排")
    rows = f"{spaced}\n单位 立案 结案\n城管 12 9\n应急 5 3"
    assert closed(rows).split("\n")[1:] == rows.split("\n")[1:]
    loose = "受理12件，办结9件，调解3件，公开5条，（二）规范执法 2020年，培训4次，检查6家，处罚7起，约谈8人。"
    assert closed(loose) == loose


def test_what_is_in_bold_before_plain_type_leads_its_paragraph() -> None:
    body = [f"<strong>加强<b>领导</b>。</strong>{BODY[0]}", f"（一）<span style='font-weight:bold'>规范执法</span> {BODY[1]}", "<b>存在问题</b>",
            f"<b>三</b>是{BODY[2]}", f"{BODY[3]}<b>力度不减</b>。", *BODY]
    page = read(html(paragraphs([TITLE, *body])))
    assert page.leads == ("加强领导。", "（一）规范执法")
    assert page.text.split("\n")[1:4] == [f"加强领导。{BODY[0]}", f"（一）规范执法 {BODY[1]}", "存在问题"] and "\x05" not in page.text


def test_a_title_broken_over_lines_is_joined_in_titles_and_kept_in_text() -> None:
    page = read("\n".join(["甲县乙镇人民政府", "关于2019年度法治政府建设工作", "情况的报告", "", "乙府〔2019〕87号   签发人：", "", "县人民政府：", *BODY]).encode())
    assert page.titles[0] == "甲县乙镇人民政府关于2019年度法治政府建设工作情况的报告"
    assert page.text.split("\n")[:5] == ["甲县乙镇人民政府", "关于2019年度法治政府建设工作", "情况的报告", "乙府〔2019〕87号   签发人：", "县人民政府："]


def test_an_attachment_name_is_a_title_but_no_text() -> None:
    page = read("\n".join([*BODY, "附件：", "甲县发展和改革局2019年度法治政府建设情况报告.pdf"]).encode())
    assert page.titles == ("甲县发展和改革局2019年度法治政府建设情况报告",)
    assert page.text == "\n".join(BODY)


def test_a_figure_in_the_body_outlives_lines_that_look_like_furniture() -> None:
    inside = ["打印材料减免费用3万元。", "相关文件清理12件。", "附件1：2021年度行政执法数据统计表", "检查\t120\t家", "主办法治讲座12场。"]
    assert read("\n".join([TITLE, *BODY, *inside, *BODY[-2:]]).encode()).text == "\n".join([TITLE, *BODY, *inside, *BODY[-2:]])


def test_a_figure_torn_from_its_unit_is_mended() -> None:
    torn = ["召开委员会会议2次、协调小组会议4", "次，制定要点。", "全年审查合同", "56", "份，提出意见214条。"]
    whole = ["召开委员会会议2次、协调小组会议4次，制定要点。", "全年审查合同56份，提出意见214条。"]
    assert read("\n".join([TITLE, *BODY, *torn]).encode()).text == "\n".join([TITLE, *BODY, *whole])


def test_a_mended_article_ends_where_it_ended() -> None:
    told = ["全年审查合同", "56", "份，提出意见214", "条。", "召开会议4", "次，制定要点。"]
    page = read(html(f"<div>首页</div><div id=zoom>{paragraphs([TITLE, *BODY, *told])}</div><div>打印</div>"))
    assert page.text.split("\n")[-2:] == ["全年审查合同56份，提出意见214条。", "召开会议4次，制定要点。"]


def test_page_numbers_between_paragraphs_go() -> None:
    assert read("\n".join([TITLE, *BODY[:3], "— 3 —", *BODY[3:]]).encode()).text == "\n".join([TITLE, *BODY])


@pytest.mark.parametrize(("printed", "day"), [
    ("发布时间：2024-03-28 09:18", date(2024, 3, 28)), ("2021/03/29 11:30:01  来源：办公室", date(2021, 3, 29)),
    ("时间 : 2017年02月28日", date(2017, 2, 28)), ("日期：09.01.2018", date(2018, 1, 9)), ("2021年03月22日 16时47分", date(2021, 3, 22)),
    ("2026-01-20 17:01 | 武汉市水务局", date(2026, 1, 20)), ("[ 成文日期 ] 2022-02-25 [ 发布日期 ] 2022-02-28", date(2022, 2, 28)),
    ("发布日期：二〇二一年二月二十六日　来源：市司法局", date(2021, 2, 26)), ("| 发布机构 | 某镇人民政府 | 发布日期 | 2026-02-09 |", date(2026, 2, 9)),
    ("某市人民政府 今天是：2018年11月07日 星期三", None), ("今天是：2019年10月31日 星期四", None), ("浏览次数：12", None)])
def test_dates_of_publication(printed: str, day: date | None) -> None:
    assert read("\n".join([TITLE, printed, *BODY]).encode()).published_on == day


@pytest.mark.parametrize(("behind", "day"), [
    ("(2024-02-27)", date(2024, 2, 27)), ("2024-01-12", date(2024, 1, 12)), ("信息来源: 发布时间:2024-01-05", date(2024, 1, 5))])
def test_what_stands_behind_the_title_on_its_line(behind: str, day: date) -> None:
    page = read("\n".join([f"{TITLE} {behind}", *BODY]).encode())
    assert page.text == "\n".join([TITLE, *BODY]) and page.published_on == day


@pytest.mark.parametrize(("above", "joins"), [("甲县全面依法治县委员会办公室", True), ("全面依法治省", False)])
def test_a_body_stands_above_its_title_and_a_column_does_not(above: str, joins: bool) -> None:
    page = read("\n".join([above, "关于2021年度全省法治政府建设情况的报告", *BODY]).encode())
    assert page.titles[0].startswith(above) is joins


def test_a_title_printed_twice_stands_once() -> None:
    assert read("\n".join([TITLE, TITLE, *BODY]).encode()).text == "\n".join([TITLE, *BODY])


def test_a_label_and_its_value_without_a_mark_between() -> None:
    page = read("\n".join(["索引号hkxxh/2026-00003", "发布机构河口县大围山镇人民政府", "发布日期2026-01-22", TITLE, *BODY]).encode())
    assert (page.publisher, page.published_on) == ("河口县大围山镇人民政府", date(2026, 1, 22))


def test_the_day_on_which_a_page_was_made_is_not_that_of_publication() -> None:
    page = read("\n".join(["索引号: | 0029742/2021-1 | 主题分类: | 农业 |", "成文日期: | 2021-02-05 | 体裁分类: | 报告 |", TITLE, *BODY]).encode())
    assert page.published_on is None


def test_the_body_beside_a_bare_date_publishes() -> None:
    assert read("\n".join([TITLE, "2025-01-09 14:07　|　市消防救援支队　|　阅读：　次", *BODY]).encode()).publisher == "市消防救援支队"


def test_a_date_that_is_none() -> None:
    assert parse_date("2022-13-45") is None and parse_date("2018161702810013697") is None


# HTML

def test_html_with_menus_metadata_and_related_pages() -> None:
    page = read(html(
        "<script>var a='一、2020年';</script><div>您的浏览器版本过低，请升级。</div><ul><li>首页</li><li>政务公开</li></ul>"
        f"<h1>甲县人民政府<br>2021年法治政府建设情况报告</h1><div><span>发布时间：2022-02-20 09:41</span><span>来源：县府办</span><span>阅读：6次</span></div>"
        f"<div id=x>{paragraphs(BODY)}<p style='text-align:right'>{SIGNED[0]}<p>{SIGNED[1]}</div>"
        "<div><h3>相关信息</h3><ul><li>甲县2019年法治政府建设报告 2020-02-11</li></ul></div><p style='display:none'>藏起来的。</p><div>主办单位：甲县人民政府　ICP备1号</div>",
        f'<title>{TITLE}-甲县人民政府网</title><link rel="canonical" href="https://a.example/b.html">'))
    assert page.text == "\n".join(["甲县人民政府", "2021年法治政府建设情况报告", *BODY, *SIGNED])
    assert (page.titles[0], page.published_on, page.publisher, page.site) == (TITLE, date(2022, 2, 20), "县府办", "甲县人民政府网")
    assert page.url == "https://a.example/b.html" and page.media_type == "text/html"


def test_html_cells_are_their_words_however_the_source_breaks_its_lines() -> None:
    cell = '\n\t\t<td width="103"><p align="left">\n\t\t\t<font face="Cambria">{}</font></p>\n\t\t</td>'
    rows = [["领域", "检查（次）"], ["市容环\n境卫生", "504"], ["违法建筑", "1\n316"]]
    table = "<table>" + "".join(f"<tr>{''.join(cell.format(c) for c in row)}\n</tr>" for row in rows) + "</table>"
    text = read(html(paragraphs([TITLE, *BODY[:3]]) + table + paragraphs(BODY[3:]))).text
    assert text.split("\n")[4:7] == ["领域\t检查（次）", "市容环境卫生\t504", "违法建筑\t1 316"]


def test_a_metadata_tables_row_is_cut_though_one_blank_parts_its_cells() -> None:
    rows = ["索引号 0145/2019-02 文号", "发布单位 甲县人民政府 来源 县府办", "公开时限 常年公开 统一登记号"]
    page = read("\n".join([*rows, TITLE, *BODY]).encode(), "x.txt")
    assert page.text == "\n".join([TITLE, *BODY])
    told = "发布机构改革方案，文件名称 由甲县统一，来源 很多。"  # a sentence of the report
    assert told in read("\n".join([TITLE, *BODY, told]).encode(), "x.txt").text


def test_html_span_soup_nested_paragraphs_and_unclosed_tags() -> None:
    soup = "".join(f"<p><p class=MsoNormal><b><span>{line[:3]}</span><span lang=EN-US>{line[3:7]}</span></b>\n<o:p></o:p>{line[7:]}" for line in BODY)
    assert read(html(f"<div class=TRS_Editor>{soup}")).text == "\n".join(BODY)


def test_html_tables_give_a_line_for_each_row_and_layout_tables_do_not() -> None:
    table = "<table><tr><td><p>地区</p></td><td>立案数（件）</td></tr><tr><td>市本级</td><td><p>64</p></td></tr></table>"
    page = read(html(f"<table><tr><td>{paragraphs([TITLE, *BODY])}{table}{paragraphs(BODY[-2:])}</td><td>菜单</td></tr></table>"))
    assert page.text == "\n".join([TITLE, *BODY, "地区\t立案数（件）", "市本级\t64", *BODY[-2:]])


def test_a_web_archive_tells_its_address() -> None:
    archive = (b"MIME-Version: 1.0\r\nSnapshot-Content-Location: https://a.example/t.html\r\nContent-Type: multipart/related; boundary=\"b\"\r\n\r\n"
               b"--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + html(paragraphs([TITLE, *BODY])) + b"\r\n--b--\r\n")
    page = read(archive)
    assert page.url == "https://a.example/t.html" and page.text == "\n".join([TITLE, *BODY])


# DOCX

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


def docx(body: str, **parts: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
        for name, xml in parts.items():
            archive.writestr(f"word/{name}.xml", xml)
    return packed.getvalue()


def p(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def test_docx_writes_out_automatic_numbers_and_restarts_them() -> None:
    def level(n: int, kind: str, text: str) -> str:
        return f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/></w:lvl>'

    numbering = (f'<w:numbering {W}><w:abstractNum w:abstractNumId="7">{level(0, "chineseCounting", "%1、")}{level(1, "chineseCounting", "（%2）")}'
                 f'{level(2, "decimal", "%3.")}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num></w:numbering>')
    styles = f'<w:styles {W}><w:style w:styleId="h1"><w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style></w:styles>'
    one, two, three = ("<w:pStyle w:val='h1'/>", *(f'<w:numPr><w:ilvl w:val="{n}"/><w:numId w:val="1"/></w:numPr>' for n in (1, 2)))
    body = (p("做法", one) + p("依法决策", two) + p("全年审查58件。", three) + p("2021年提出意见。", three) + p("依法执法", two) + p("检查。", three)
            + p("不足", one) + p("队伍", two) + p("没有编号。", '<w:numPr><w:numId w:val="0"/></w:numPr>'))
    assert read(docx(body, numbering=numbering, styles=styles)).text.split("\n") == [
        "一、做法", "（一）依法决策", "1.全年审查58件。", "2. 2021年提出意见。", "（二）依法执法", "1.检查。", "二、不足", "（一）队伍", "没有编号。"]


@pytest.mark.parametrize(("number", "kind", "label"), [
    (10, "chineseCounting", "十"), (21, "chineseCountingThousand", "二十一"), (105, "japaneseCounting", "一百零五"), (3, "decimalEnclosedCircle", "③"),
    (4, "upperRoman", "IV"), (2, "lowerLetter", "b"), (3, "ideographTraditional", "丙"), (7, "decimalZero", "07"), (5, "unheard-of", "5")])
def test_numeral(number: int, kind: str, label: str) -> None:
    assert numeral(number, kind) == label


def test_docx_tells_what_is_in_bold_before_plain_type() -> None:
    bold = "<w:r><w:rPr><w:b/></w:rPr><w:t>{}</w:t></w:r>"
    body = (p(TITLE) + f"<w:p>{bold.format('规范执法')}{bold.format('行为')}<w:r><w:t>全年检查58次。</w:t></w:r></w:p>"
            + f"<w:p>{bold.format('存在问题')}</w:p><w:p><w:r><w:rPr><w:b w:val='0'/></w:rPr><w:t>没有加粗的话</w:t></w:r><w:r><w:t>，如此。</w:t></w:r></w:p>")
    page = read(docx(body))
    assert page.leads == ("规范执法行为",) and page.text.split("\n")[1:3] == ["规范执法行为全年检查58次。", "存在问题"]


def test_docx_changes_boxes_tables_and_hidden_text() -> None:
    body = (p(TITLE) + "<w:p><w:r><w:t>全年办理案件</w:t></w:r><w:del><w:r><w:delText>11</w:delText></w:r></w:del><w:ins><w:r><w:t>12</w:t></w:r></w:ins>"
            "<w:r><w:rPr><w:vanish/></w:rPr><w:t>暗</w:t></w:r><w:r><w:t>件，结案9件。</w:t></w:r></w:p>"
            f"<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent>{p('框内文字，共3件。')}</w:txbxContent></mc:Choice>"
            f"<mc:Fallback><w:txbxContent>{p('框内文字，共3件。')}</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p>"
            f"<w:tbl><w:tr><w:tc>{p('地区')}</w:tc><w:tc>{p('立案数')}{p('（件）')}</w:tc></w:tr></w:tbl>")
    assert read(docx(body)).text.split("\n") == [TITLE, "全年办理案件12件，结案9件。", "框内文字，共3件。", "地区\t立案数 （件）"]


# PDF

def pdf(*pages: list[tuple[int, int, str] | tuple[int, int, str, int]], drawn: str = "", drawn_next: str = "") -> bytes:
    """A PDF of lines (left, base, text, size or 16 point) and of what is drawn on the first page and the next, with a font that every reader knows by its name."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>", "",
               "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[4 0 R]>>",
               ("<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>"
                "/DW 1000/FontDescriptor 5 0 R>>"),
               "<</Type/FontDescriptor/FontName/STSong-Light/Flags 4/FontBBox[0 -200 1000 900]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 700/StemV 90>>"]
    kids = []
    for lines, paths in zip(pages, [drawn, drawn_next, *[""] * len(pages)], strict=False):
        content = paths + "".join(f"BT /F {size[0] if size else 16} Tf {x} {y} Td <{text.encode('utf-16-be').hex()}> Tj ET\n" for x, y, text, *size in lines)
        objects.append(f"<</Length {len(content)}>>stream\n{content}endstream")
        objects.append(f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {len(objects)} 0 R/Resources<</Font<</F 3 0 R>>>>>>")
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<</Type/Pages/Kids[{' '.join(kids)}]/Count {len(kids)}>>"
    out, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return (out + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer<</Size {len(objects) + 1}/Root 1 0 R>>\n"
            f"startxref\n{len(out)}\n%%EOF").encode()


def test_pdf_lines_become_paragraphs_across_pages_without_page_numbers() -> None:
    prose = "全区各级行政机关坚持依法行政，全年审查规范性文件和合同协议，提出修改意见，依法办理行政复议，化解行政争议，成效明显，群众满意。" * 3
    width = 28  # characters in a line of 448 points
    pages, written, lines = [], [], []
    for number in range(3):
        lines = [(150, 780, TITLE)] if not number else []
        base = 740
        for heading in ("一、主要做法", f"（{'一二三'[number]}）依法决策"):
            for paragraph in (heading, prose):
                whole = "　　" + paragraph
                for at in range(0, len(whole), width):
                    lines.append((72 + 32 * (at == 0), base, whole[at:at + width].strip("　")))
                    base -= 28
                written.append(paragraph)
        lines.append((280, 40, f"— {number + 1} —"))
        pages.append(lines)
    page = read(pdf(*pages))
    assert page.media_type == "application/pdf" and page.titles[0] == TITLE
    assert page.text.split("\n") == [TITLE, *written]


def pdf_body(*lines: str, flush: str = "一二三四五六七八九（") -> list[str]:
    """The text of a PDF of full lines of 28 characters and short ones; what begins with a sign of `flush` is not indented."""
    filled = [("　" + PROSE_LINE)[:26], PROSE_LINE[:28], PROSE_LINE[:20] + "。"] * 3  # tells where the margins are
    placed = [(72 if line[0] in flush or len(line) > 26 else 104, 780 - 28 * i, line.strip("　")) for i, line in enumerate([TITLE, *filled, *lines])]
    return read(pdf(placed)).text.split("\n")


PROSE_LINE = "全区各级行政机关坚持依法行政全年审查规范性文件和合同协议提出修改意见"


def test_pdf_headings_at_the_margin_open_paragraphs() -> None:
    full = "各项工作有序推进取得实效群众满意度稳步提升全年未发生重大事故。"[-28:]
    assert pdf_body(full, "二、规范行政执法", full, "（一）依法决策")[-4:] == [full, "二、规范行政执法", full, "（一）依法决策"]


def test_pdf_a_line_may_be_two_characters_short_where_a_sign_may_not_begin_the_next() -> None:
    lines = [TITLE, *[PROSE_LINE[:28]] * 4, PROSE_LINE[:24] + "六十", "起，涉及赔付423.7万元。", "”，有序推进。"]
    page = read(pdf([(72, 780 - 28 * i, line) for i, line in enumerate(lines)]))
    assert page.text.endswith(PROSE_LINE[:24] + "六十起，涉及赔付423.7万元。”，有序推进。")


def test_pdf_lines_of_other_sizes_are_no_paragraph() -> None:
    title = TITLE + "一年" * ((28 * 16 // 22 - len(TITLE)) // 2)
    placed = [(72, 780, title, 22), (72, 740, "来源：甲区人民政府"), *[(72, 700 - 28 * i, PROSE_LINE[:28]) for i in range(4)]]
    assert read(pdf(placed)).text.split("\n")[0] == title


def test_pdf_tables_keep_their_cells() -> None:
    rows = [("执法部门", "检查（家次）", "立案（件）"), ("市场监管", "5120", "216"), ("应急管理", "1846", "58")]
    page = [(72, 780, TITLE), (104, 740, "全年办案情况见下表。")]
    page += [(72 + 150 * k, 700 - 28 * i, cell) for i, row in enumerate(rows) for k, cell in enumerate(row)]
    assert read(pdf(page)).text.split("\n")[2:] == ["\t".join(row) for row in rows]
    narrow = [(72, 780, TITLE), (104, 740, "全年办案情况见下表。"), *[(72, 700 - 28 * i, " ".join(row)) for i, row in enumerate(rows)]]
    assert read(pdf(narrow)).text.split("\n")[2:] == ["\t".join(row) for row in rows]


def ruled(columns: list[int], levels: list[int]) -> str:
    """The lines of a table, as a PDF draws them."""
    flat = [f"{columns[0]} {y} m {columns[-1]} {y} l S\n" for y in levels]
    return "".join(flat + [f"{x} {levels[0]} m {x} {levels[-1]} l S\n" for x in columns])


def test_pdf_a_ruled_tables_cells_are_whole_however_they_are_broken() -> None:
    above, below = (72, 780, TITLE), (72, 600, "以上数据由各部门报送，有序推进。")
    cells = [(80, 740, "执法"), (80, 722, "部门"), (180, 740, "检查"), (180, 722, "（次）"), (280, 731, "立案（件）"),
             (80, 690, "市场监"), (80, 672, "管局"), (180, 690, "5120"), (280, 690, "216")]  # fmt: skip
    page = read(pdf([above, *cells, below], drawn=ruled([72, 172, 272, 372], [762, 712, 662])))
    assert page.text.split("\n") == [TITLE, "执法部门\t检查（次）\t立案（件）", "市场监管局\t5120\t216", below[2]]


def test_pdf_a_row_that_a_pages_end_parted_is_one() -> None:
    head = [(72, 780, TITLE), (80, 140, "部门"), (180, 140, "检查（次）"), (280, 140, "立案（件）"), (80, 110, "市场监"), (180, 110, "5120"), (280, 110, "216")]
    rest = [(80, 740, "管局"), (80, 710, "应急局"), (180, 710, "46"), (280, 710, "8")]
    page = read(pdf(head, rest, drawn=ruled([72, 172, 272, 372], [160, 130, 100]), drawn_next=ruled([72, 172, 272, 372], [762, 732, 702])))
    assert page.text.split("\n")[1:] == ["部门\t检查（次）\t立案（件）", "市场监管局\t5120\t216", "应急局\t46\t8"]


def test_pdf_cells_that_go_on_and_a_box_that_is_no_table() -> None:
    told = (72, 600, "以上数据由各部门报送，有序推进，群众满意。")
    lines = "".join(f"72 {y} m 372 {y} l S\n" for y in (762, 732, 672)) + "172 702 m 372 702 l S\n"
    lines += "72 762 m 72 672 l S\n372 762 m 372 672 l S\n172 762 m 172 672 l S\n272 732 m 272 672 l S\n"
    cells = [(80, 742, "部门"), (200, 742, "2021年（件）"), (80, 700, "甲局"), (180, 712, "受理"), (280, 712, "12"), (180, 682, "办结"), (280, 682, "9")]
    page = read(pdf([(72, 790, TITLE), *cells, told], drawn=lines))
    assert page.text.split("\n")[1:] == ["部门\t2021年（件）", "甲局\t受理\t12", "办结\t9", told[2]]
    boxed = read(pdf([(72, 780, TITLE), (80, 740, "全年受理12件，办结9件。"), told], drawn="72 730 300 30 re S\n"))
    assert "\t" not in boxed.text and "全年受理12件，办结9件。" in boxed.text


@pytest.mark.parametrize(("above", "below"), [
    ("12/1/26, 1:38 AM", "https://www.jia.gov.cn/fz/t20220125_1.html"), ("2022/1/25 17:01", "https://www.jia.gov.cn/fz/t20220125_1.html"),
    ("2022/1/25 下午5:01", "https://www.jia.gov.cn/fz/t20220125_1.html")])  # fmt: skip
def test_pdf_what_a_browser_prints_around_a_page_is_known_and_goes(above: str, below: str) -> None:
    lines = [(104, 700 - 28 * i, line) for i, line in enumerate(BODY)]
    pages = [[(24, 810, f"{above}  {TITLE}", 8), *lines, (24, 20, f"{below} {k}/2", 8)] for k in (1, 2)]
    page = read(pdf(*pages))
    assert page.url == below and page.titles[0] == TITLE and page.text.split("\n") == BODY * 2


def test_pdf_a_date_on_the_right_ends_its_paragraph_and_a_sentence_may_change_its_type() -> None:
    filled = [PROSE_LINE[:28] for _ in range(6)]
    placed = [(72, 780 - 28 * i, line) for i, line in enumerate([TITLE, *filled, PROSE_LINE[:27] + "，", "续写，完。"])]
    x, y, text = placed[-2]
    read_back = read(pdf([*placed[:-2], (x, y, text, 16), (*placed[-1], 12), (400, 500, "2022年1月25日"), (72, 470, "本报告由区司法局负责解释。")])).text
    assert read_back.split("\n")[-3:] == ["".join(filled) + PROSE_LINE[:27] + "，续写，完。", "2022年1月25日", "本报告由区司法局负责解释。"]


def test_a_pdf_without_text_is_a_scan() -> None:
    with pytest.raises(Unreadable, match="扫描件"):
        read(pdf([]))


# What cannot be read

@pytest.mark.parametrize(("data", "media_type"), [
    (b"", "application/x-empty"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "application/msword"), (b"\xff\xd8\xff\xe0" + b"x" * 99, "image/jpeg"),
    (b"Rar!\x1a\x07\x00", "application/vnd.rar"), (b"%PDF-1.4 broken", "application/pdf"), (b"<html><body><script>app()</script></body></html>", "text/html")])
def test_unreadable_says_what_it_is_and_what_to_do(data: bytes, media_type: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(data)
    assert caught.value.media_type == media_type
    assert "请" in str(caught.value)


@settings(max_examples=150, deadline=2000, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_bytes_raise_anything_but_unreadable(data: st.DataObject) -> None:
    seeds = [REPORT.encode(), REPORT.encode("gb18030"), html(paragraphs([TITLE, *BODY])), docx(p(TITLE) + p(BODY[2])), b"%PDF-1.7\n", b"PK\x03\x04", b"\x1f\x8b", b""]
    seed = bytearray(data.draw(st.sampled_from(seeds)))
    for at, junk in data.draw(st.lists(st.tuples(st.integers(0, 3000), st.binary(max_size=40)), max_size=6)):
        seed[at:at + len(junk)] = junk
    try:
        page = read(bytes(seed))
    except Unreadable:
        return
    assert isinstance(page, Page)
    assert all(line == line.strip() and line for line in page.text.split("\n"))
    assert not set(page.text) & set("\0\r\ufeff\u200b\xa0\u3000")


def test_long_lines_do_not_run_away() -> None:
    import time

    began = time.perf_counter()
    for line in ("网站首页" + "政务公开" * 3000, "打印 " * 3000, "[ " * 5000, "作者" + " " * 5000, "首页 > " * 2000, "来源：" * 3000):
        read(f"{TITLE}\n{line}\n{REPORT}".encode())
    assert time.perf_counter() - began < 5


def test_rules_are_loaded_once() -> None:
    assert rules() is rules()


def test_a_table_after_the_signature_is_no_furniture() -> None:
    annex = ["附件", "2021年行政执法统计表", "单位\t处罚（件）", "公安局\t120"]
    assert read("\n".join([REPORT, *annex]).encode()).text == "\n".join([REPORT, *annex])


def test_a_table_of_contents_is_cut() -> None:
    assert read("\n".join([TITLE, "目  录", "一、主要做法……1", "二、存在不足……3", *BODY]).encode()).text == "\n".join([TITLE, *BODY])


def test_an_article_that_a_script_would_show_is_read() -> None:
    page = read(html(f"<p>首页</p><div style='display:none'>{paragraphs([TITLE, *BODY])}</div><p style='display:none'>登录后可见</p>"))
    assert page.text == "\n".join([TITLE, *BODY])


def test_a_file_name_is_the_last_title() -> None:
    assert read("\n".join(BODY).encode(), "raw/甲县司法局2020年法治政府建设报告.txt").titles == ("甲县司法局2020年法治政府建设报告",)
    assert read(REPORT.encode(), "raw/page-12.txt").titles == (TITLE,)


def test_a_title_broken_over_lines_set_apart_is_one_title() -> None:
    lines = ["首页 > 政务公开", "", "青川市交通运输局", "", "关于2022年度法治政府部门建设", "", "工作情况的报告", "",
             "2022年，我局依法行政。现将有关情况报告如下：", "一、主要成效", "全年学法4次。"]
    page = read("\n".join(lines).encode())
    assert page.titles[0] == "青川市交通运输局关于2022年度法治政府部门建设工作情况的报告"
    assert "\n\n" not in page.text


def test_a_page_run_together_into_one_line_gets_its_paragraphs_back() -> None:
    body = "全年领导班子会议学法8次，覆盖多项内容，干部依法办事的能力有了提高。" * 12
    page = read(f"白石镇人民政府关于2024年度法治政府建设的报告 县人民政府： 2024年，我镇推进依法行政。 一、主要成效 （一）强化学习。{body} 二、存在不足 一是力量不足。".encode())
    lines = page.text.split("\n")
    assert lines[0] == page.titles[0] == "白石镇人民政府关于2024年度法治政府建设的报告"
    assert [line for line in lines if line in ("县人民政府：", "一、主要成效", "二、存在不足")] == ["县人民政府：", "一、主要成效", "二、存在不足"]


# ---------------------------------------------------------------- traditional characters

TRADITIONAL = (
    "臨江縣人民政府關於2023年度法治政府建設情況的報告\n"
    "2023年，我縣現(xiàn)將法治政府建設有關情況報告如下。\n"
    "一、主要舉措和成效\n（一）規範行政執法。全年辦理行政處罰案件128件，罰沒款36.5萬元，組織執法人員培訓6期。"
    "《行政處罰法》宣傳進機關、進鄉鎮、進學校，發放資料2萬份，主動公開政府信息245條。\n"
    "二、存在的問題\n個別單位對法治建設重視不夠，執法監督機制還須健全。\n"
    "三、下一步打算\n繼續(xù)加強執法隊伍建設，權責清單實行動態(tài)管理。\n"
)


def test_a_page_in_traditional_characters_is_read_and_shown_as_printed() -> None:
    page = read(TRADITIONAL.encode(), "x.txt")
    assert len(page.places) == len(page.text) + 1 and "xi" not in page.text and "行政处罚案件128件" in page.text
    assert "現(xiàn)將" in page.printed and page.printed[page.places[page.text.index("动态")] :].startswith("動態(tài)管理")
    reading = extract(page, "x.txt")
    assert reading.not_a_report is None and reading.text == page.printed and "行政處罰案件128件" in reading.text
    assert reading.identity.title == "臨江縣人民政府關於2023年度法治政府建設情況的報告" and reading.identity.year == 2023
    assert reading.identity.issuer == "临江县人民政府"  # by which its reports of other years are found
    codes = {reading.text[q.start : q.end]: q.code for q in reading.quantities}
    assert codes == {"128件": "penalty_cases", "36.5萬元": "penalty_amount", "6期": "enforcement_training", "2萬份": "publicity_materials",
                     "245條": "proactive_disclosures"}
    assert {q.unit for q in reading.quantities} == {"件", "元", "期", "份", "條"}  # a unit is a word of the report, as printed
    assert [s.heading for s in reading.sections if s.level == 1] == ["主要舉措和成效", "存在的問題", "下一步打算"]
    assert [i.title for i in reading.instruments] == ["行政處罰法"]
    assert "traditional_characters" in {f.rule for f in reading.findings}
    shown = [reading.text[m.start : m.end] for m in reading.measures]
    assert "繼續(xù)加強執法隊伍建設，權責清單實行動態(tài)管理。" in shown
    assert reading.sections[-1].end == len(reading.text) and reading.text[reading.sections[-1].start :].startswith("三、")


def test_a_simplified_page_that_quotes_traditional_characters_stays_as_it_is() -> None:
    quoted = "2023年，我县开展“法治為民”主题宣传12场。" + "法治宣传覆盖群众3000人次，发放资料2万份。" * 40 + "書法展出作品《國》《門》《會》。"
    assert read(quoted.encode(), "x.txt").printed == ""


def test_phrases_in_bold_that_head_what_follows_them_begin_paragraphs() -> None:
    told = "推动条例出台并组织学习培训，力争年内完成制定工作"
    html = f"<html><body><div class='content'><p><strong>加快制度供给</strong>{told}<strong>规范涉企执法</strong>{told}</p></div></body></html>"
    page = read(html.encode(), "x.html")
    assert page.text.split("\n") == [f"加快制度供给{told}", f"规范涉企执法{told}"] and page.leads == ("加快制度供给", "规范涉企执法")
    emphasis = f"<html><body><div class='content'><p>{told}<strong>加快制度供给</strong>{told}<strong>规范涉企执法</strong>{told}</p></div></body></html>"
    assert len(read(emphasis.encode(), "x.html").text.split("\n")) == 1
