"""Prints, copies and clippings of pages: lines broken at a margin, tables whose cells came one below the other, Markdown."""
from __future__ import annotations

import re
import sys
from itertools import islice
from pathlib import Path

import pytest

from fazhi.extract import extract
from fazhi.read import read
from fazhi.read.furniture import rules
from fazhi.read.leads import BOLD, PLAIN
from fazhi.read.markdown import is_markdown, plain
from fazhi.read.stacked import unstacked, whole_rows
from fazhi.read.wrapped import UNBROKEN, unpaged, unwrap, width

sys.path.insert(0, str(Path(__file__).resolve().parent / "practice"))
from score import marked

LABEL = rules().label
TOLD = ["2021年，我区坚持依法行政，把法治建设与经济社会发展同部署、同推进、同督促、同考核、同奖惩，各项工作取得新成效。现将有关情况报告如下：",
        "一、主要做法",
        "（一）依法决策。区政府常务会议学法11次，审查规范性文件58件，其中区政府文件17件、部门文件41件，备案率、及时率和规范率均为100%。",
        "全年收到行政复议申请396件，受理341件，审结327件；12345热线受理诉求2246件，办结率99.86%，群众对“接诉即办”的满意率达到98.3%以上。",
        "（二）规范执法。办理行政处罚案件1279件，罚没款512.6万元，执法人员持证率为96.3%，评查案卷210卷，发出整改意见书14份。",
        "二、存在不足",
        "一是基层执法力量偏弱，乡镇执法队平均只有4名持证人员，与承担的任务不相适应；二是普法方式还不够新，针对性有待增强。"]


def printed(paragraphs: list[str], margin: int = 56, indent: str = "    ") -> list[str]:
    """Lines as a printer breaks them: what may not be parted goes down whole, each paragraph is indented."""
    lines = []
    for paragraph in paragraphs:
        line, rest = indent, paragraph
        while rest:
            begun = UNBROKEN.match(rest)
            assert begun
            if width(line.replace(" ", "") + begun[0]) + width(indent) * (line[:1] == " ") > margin and line.strip():
                lines.append(line)
                line = ""
            line, rest = line + begun[0], rest[begun.end():]
        lines.append(line)
    return lines


@pytest.mark.parametrize("margin", range(44, 78, 3))
def test_what_a_printer_broke_is_whole_again(margin: int) -> None:
    lines = printed(TOLD * 2, margin)
    assert [line.strip() for line in unwrap(lines, LABEL)] == TOLD * 2
    spaced = [part for line in lines for part in (line, "")]
    assert [line.strip() for line in unwrap(spaced, LABEL)] == TOLD * 2


def test_lines_whose_indent_was_lost_know_it_by_their_width() -> None:
    told = [paragraph for paragraph in TOLD if len(paragraph) > 40 or LABEL.match(paragraph)] * 2
    lines = [line.strip() for line in printed(told, 64)]
    joined = unwrap(lines, LABEL)
    assert "".join(joined) == "".join(told)
    assert sum(line in told for line in joined) >= len(told) - 2  # a paragraph whose last line is full by chance goes on


def test_lines_broken_at_a_number_of_characters_part_numbers() -> None:
    lines = [paragraph[i : i + 32] for paragraph in TOLD * 2 for i in range(0, len(paragraph), 32)]
    assert any(re.search(r"\d$", line) for line in lines)
    joined = unwrap(lines, LABEL)
    assert "受理诉求2246件" in "".join(joined) and sum(line in TOLD for line in joined) >= len(TOLD) * 2 - 2


def test_page_numbers_alone_go_out_and_a_tables_counts_stay() -> None:
    lines = [f"区政府办理了第{i}批案件，提出意见，" for i in range(40)]
    cut = 20
    pages = [*lines[:cut], "", "1", "", *lines[cut:], "", "2"]
    assert [line for line in unpaged(pages) if line] == lines
    counted = [*lines[:14], "1", *lines[14:28], "2", *lines[28:]]
    assert unpaged(counted) == counted  # nothing sets them apart


STACK = ["各单位办案情况见下表。", "单位", "处罚（件）", "罚没款（万元）", "市场监管局", "208", "163.42", "交通运输局", "1,174", "286.9",
         "合计", "1,382", "450.32", "以上数据由各单位报送。"]  # fmt: skip
ROWS = ["单位\t处罚（件）\t罚没款（万元）", "市场监管局\t208\t163.42", "交通运输局\t1,174\t286.9", "合计\t1,382\t450.32"]


@pytest.mark.parametrize("form", ["{}", "| {}\n|", "{} |", "\n{}"])
def test_cells_below_one_another_are_rows(form: str) -> None:
    lines = [STACK[0], *"\n".join(form.format(cell) for cell in STACK[1:-1]).split("\n"), STACK[-1]]
    assert [line for line in unstacked(lines, LABEL) if line.strip(" |")] == [STACK[0], *ROWS, STACK[-1]]


def test_a_heads_cells_go_on_in_the_line_below() -> None:
    lines = ["单位        处罚(件)   罚没金额(万   不予处罚", "                   元)       (件)", "市场监管局     208     163.42   95", "合    计      208     163.42   95"]
    assert whole_rows(lines) == ["单位\t处罚(件)\t罚没金额(万元)\t不予处罚(件)", lines[2], "合计      208     163.42   95"]
    apart = [lines[0], "    以上数据由各单位报送。", lines[2], "        17"]
    assert whole_rows(apart) == apart
    page = read("\n".join([*printed(TOLD[:4]), *lines, *printed(TOLD[4:])]).encode())
    assert [(q.value, q.unit, q.code) for q in extract(page).quantities if page.text[q.start : q.end] in ("208", "163.42")] == [
        (208, "件", "penalty_cases"), (1634200, "元", "penalty_amount")] * 2  # fmt: skip


def test_columns_and_years_below_one_another_are_rows() -> None:
    columns = [STACK[0], "单位", "市场监管局", "交通运输局", "", "处罚（件）", "208", "1174", "", "罚没款（万元）", "163.42", "286.9"]
    assert unstacked(columns, LABEL)[1:] == ["单位\t市场监管局\t交通运输局", "处罚（件）\t208\t1174", "罚没款（万元）\t163.42\t286.9"]
    years = ["年度", "林业案件（起）", "草原案件（起）", "2019", "31", "16", "2020", "1987", "15"]
    assert unstacked(years, LABEL) == ["年度\t林业案件（起）\t草原案件（起）", "2019\t31\t16", "2020\t1987\t15"]
    counted = ["序号", "类别", "合计", "1", "行政处罚（件）", "13295", "2", "行政检查（次）", "26532", "罚没款合计5126万元。"]
    assert unstacked(counted, LABEL) == ["序号\t类别\t合计", "1\t行政处罚（件）\t13295", "2\t行政检查（次）\t26532", counted[-1]]
    heads = ["县区", "2023年", "2024年", "甲县", "1987", "42", "乙县", "27", "25"]
    assert unstacked(heads, LABEL) == ["县区\t2023年\t2024年", "甲县\t1987\t42", "乙县\t27\t25"]


@pytest.mark.parametrize("lines", [
    ["一、主要做法", "12", "二、存在不足", "9", "三、打算", "8"],  # headings name no row
    ["单位", "处罚（件）", "市场监管局", "208"],  # a single row
    ["全年受理12件，办结9件。", "单位", "甲局", "乙局"],
    ["单位", "208", "163", "209"],  # no names above
])  # fmt: skip
def test_short_lines_that_are_no_table_stay(lines: list[str]) -> None:
    assert unstacked(lines, LABEL) == lines


MARKDOWN = f"""# 甲县人民政府2021年法治政府建设情况报告

{TOLD[0]}

## 一、主要做法

**（一）依法决策。**审查文件58件，见[公告](https://example.org/a "全文")。![印章](seal.png)

- 2\\.办理提案12件

| 单位 | 处罚（件） |
| --- | ---: |
| 市场监管局 | 208 |
| 交通运输局 | 117 |

### 二、存在不足
"""


def test_markdown_loses_its_marks_and_keeps_its_lines() -> None:
    page = read(MARKDOWN.encode())
    assert page.media_type == "text/markdown" and page.titles[0] == "甲县人民政府2021年法治政府建设情况报告"
    assert page.text.split("\n")[1:] == [
        TOLD[0], "一、主要做法", "（一）依法决策。审查文件58件，见公告。", "2.办理提案12件",
        "单位\t处罚（件）", "市场监管局\t208", "交通运输局\t117", "二、存在不足"]  # fmt: skip
    assert page.leads == ("（一）依法决策。",)
    assert {(1, "主要做法"), (2, "依法决策"), (1, "存在不足")} <= {(s.level, s.heading) for s in extract(page).sections}


def test_what_a_clipper_notes_of_a_page_is_known_and_goes() -> None:
    title = "甲县人民政府2021年法治政府建设情况报告"
    notes = [f'title: "{title}_甲县人民政府"', 'source: "https://www.jia.gov.cn/1.html"', "author:", "published: 2022-01-25", "tags:", '  - "clip"']
    noted = "\n".join(["---", *notes, "---", ""])
    page = read((noted + "\n".join(TOLD)).encode())
    assert page.media_type == "text/markdown" and page.text.split("\n") == TOLD
    assert (page.titles[0], page.url, str(page.published_on)) == (
        title, "https://www.jia.gov.cn/1.html", "2022-01-25")  # fmt: skip
    rule = "---\n" + "\n".join(TOLD)
    assert read(rule.encode()).media_type == "text/plain"


def clipped(paragraphs: list[str]) -> list[str]:
    """Paragraphs as a clipper writes them in Markdown."""
    lines = [f"## {line}" if LABEL.match(line) and len(line) < 30 else re.sub(r"^(（.）[^。]{4,30}。)(?=.)", r"**\1**", line) for line in paragraphs]
    return [part for line in lines for part in (line, "")] + ["## 附", "", "**注**"]


FORMS = {
    "print": lambda told: printed(told, 64),
    "print without indents": lambda told: [line.strip() for line in printed(told, 76)],
    "print with a wide spacing": lambda told: [part for line in printed(told, 56) for part in (line, "")],
    "at a number of characters": lambda told: [line[i : i + 36] for line in told for i in range(0, len(line), 36)],
    "with gaps": lambda told: [part for line in told for part in ("　　" + line, "")],
    "Markdown": clipped,
}


@pytest.mark.parametrize("form", FORMS)
def test_practice_reports_in_other_forms_keep_their_paragraphs(form: str) -> None:
    found = told = 0
    for name, raw, _ in islice(marked("shut"), 20):
        lines = [line for line in read(raw, name).text.split("\n") if "\t" not in line and "  " not in line and "|" not in line]
        again = set(read("\n".join(FORMS[form](lines)).encode()).text.replace(" ", "").split("\n"))
        told += len(lines)
        found += sum(line.replace(" ", "") in again for line in lines)
    assert found / told > 0.96, f"{found} of {told}"


def test_plain_text_is_no_markdown() -> None:
    assert not is_markdown([*TOLD, "# 1 楼", "A*B", "----"])
    assert plain("3 * 4 = 12，占 2 * 1 倍") == "3 * 4 = 12，占 2 * 1 倍"
    assert plain("1\\. 办理") == "1. 办理"
    assert plain('> ## **一、**办理 [12件](<http://a.cn/b> "全")') == f"{BOLD}一、{PLAIN}办理 12件"
