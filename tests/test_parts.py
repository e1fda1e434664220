"""Which figures are parts of which: where lists begin and end, and how well that is told on paragraphs that two readers judged."""
from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fazhi.extract import figures
from fazhi.extract.numerals import fold
from fazhi.extract.parts import slack
from fazhi.extract.phrases import phrase
from fazhi.knowledge import load_toml

JUDGED = Path(__file__).parent / "practice" / "parts.tsv"
MARK = re.compile(r"⟨(\d+):([^⟨⟩]*)⟩")


def told(text: str) -> list[tuple[str, str | None]]:
    """Each figure as printed, and the figure that it is a part of."""
    found = figures(text, [], 2020)[0]
    return [(text[q.start : q.end], None if q.part_of is None else text[(t := found[q.part_of]).start : t.end]) for q in found]


def parts(text: str) -> dict[str, str | None]:
    return dict(told(text))


@pytest.mark.parametrize(("text", "expected"), [
    # lists under a word
    ("查处违法案件30件，其中食品类12件、药品类8件。", {"12件": "30件", "8件": "30件"}),
    ("查处违法案件30件。其中，食品类12件。", {"12件": "30件"}),
    ("窗口受理业务38.6万笔，含异地备案9844笔。", {"9844笔": "38.6万笔"}),
    ("办理代表建议78件，其中财经类11件，占14.1%；城建类26件，占33.3%；农业类41件，占52.6%。", {"11件": "78件", "26件": "78件", "41件": "78件"}),
    # in brackets, behind a colon, N件中
    ("承办建议96件（主办31件、会办65件）、提案118件（主办42件）。", {"31件": "96件", "65件": "96件", "118件": None, "42件": "118件"}),
    ("调委会22个（镇级1个，村级21个），专职调解员8人。", {"1个": "22个", "21个": "22个", "8人": None}),
    ("审结案件85件（含上年结转），其中维持41件、纠错（含撤销、确认违法）12件。", {"41件": "85件", "12件": "85件"}),
    ("审结案件79件（含上年结转6件），其中撤销11件。", {"6件": "79件", "11件": "79件"}),
    ("立案84起：食品类50起、药品类20起。", {"50起": "84起", "20起": "84起"}),
    ("对83件文件清理，83件中继续有效54件，拟修订9件，失效20件。", {"54件": "83件", "9件": "83件", "20件": "83件"}),
    ("受理79件，审结74件，未结5件；审结案件中，撤销4件、确认违法2件。", {"74件": "79件", "5件": "79件", "4件": "74件", "2件": "74件"}),
    ("受理675件。其中，已审结604件，未审结71件。在已审结案件中，维持246件。", {"604件": "675件", "71件": "675件", "246件": "604件"}),
    # what it adds up to
    ("受理援助案件743件，办结688件，其中民事451件，刑事291件，行政1件。", {"688件": None, "451件": "743件", "291件": "743件", "1件": "743件"}),
    ("建议提案任务38件，人大建议15件、政协提案23件。", {"15件": "38件", "23件": "38件"}),
    ("人员104人，较上年减少9人，其中退休6人，调离3人。", {"6人": "9人", "3人": "9人"}),
    ("现有调解员1.32万人，其中行业性2106人，乡镇3847人，村级7290人，全年调解2000人次。", {"2106人": "1.32万人", "7290人": "1.32万人", "2000人次": None}),
    ("代表建议72件、政协提案85件，共计157件。", {"72件": "157件", "85件": "157件"}),
    ("清理文件276件，废止52件、宣布失效38件。", {"52件": "276件", "38件": "276件"}),
    # divided a second time
    ("调处纠纷153件，其中重大4件，一般149件；婚姻家庭61件，山林38件，劳务29件，其他25件。", {"4件": "153件", "61件": "153件", "25件": "153件"}),
    # where a list ends
    ("立案23起，其中事故类3起，结案21起。", {"3起": "23起", "21起": None}),
    ("立案617件（简易程序485件，普通程序132件），实施强制措施6件。", {"485件": "617件", "132件": "617件", "6件": None}),
    ("收到申请27件，受理24件，审结21件。", {"24件": None, "21件": None}),
    ("查处案件30件，其中食品类12件；公开信息8条。", {"12件": "30件", "8条": None}),
    ("投诉1573件，去年同期1208件；其中投诉641件。", {"1208件": None, "641件": "1573件"}),
    ("处罚167次，罚款1284万元，其中煤矿93次，罚款906万元。", {"93次": "167次", "906万元": "1284万元"}),
    ("党组第一议题23期，其中专题7期；理论学习中心组学法4次。", {"7期": "23期", "4次": None}),
    ("草案2部，其中《条例》已进入二审；出台规章1部。", {"1部": None}),
    # what is no part
    ("查处案件30件，其中占比20%。", {"20%": None}),
    ("查处案件30件，其中食品类120件。", {"120件": None}),
])  # fmt: skip
def test_where_lists_begin_and_end(text: str, expected: dict[str, str | None]) -> None:
    found = parts(text)
    assert {k: found[k] for k in expected} == expected


TABLE = """罚没情况如下：
| 领域 | 立案（件） | 罚没款（万元） |
| 市场监管 | 263 | 184.5 |
| 自然资源 | 71 | 236.8 |
| 交通运输 | 518 | 97.1 |
| 合 计 | 852 | 518.4 |
"""


def test_rows_of_a_table_are_parts_of_its_total() -> None:
    assert told(TABLE) == [("263", "852"), ("184.5", "518.4"), ("71", "852"), ("236.8", "518.4"), ("518", "852"), ("97.1", "518.4"), ("852", None), ("518.4", None)]


def test_a_table_none_of_whose_columns_adds_up_has_no_parts() -> None:
    assert {whole for _, whole in told(TABLE.replace("852", "900").replace("518.4", "600.4"))} == {None}


def test_rows_within_rows_are_not_counted_twice() -> None:
    text = TABLE.replace("| 自然", "| 其中：食品 | 100 | 80 |\n| 自然")
    assert parts(text)["100"] is None and parts(text)["263"] == "852"


@settings(deadline=None)
@given(st.lists(st.integers(1, 999), min_size=2, max_size=6), st.sampled_from(["其中", "：", "（", "，按类型分："]))
def test_what_adds_up_is_found_whatever_introduces_it(values: list[int], opener: str) -> None:
    kinds = ["食品类", "药品类", "器械类", "广告类", "价格类", "商标类"]
    total = sum(values) if sum(values) >= 20 else 0
    text = f"全年查处违法案件{sum(values)}件{opener}" + "、".join(f"{k}{n}件" for k, n in zip(kinds, values, strict=False)) + "）。"
    wholes = [q.part_of for q in figures(text, [], 2020)[0]]
    assert wholes == [None] + [0] * len(values) or not total


@settings(deadline=None)
@given(st.text("其中包括（）()：；。，、件起万1234567890上年结转审结维持合计", max_size=60))
def test_any_text_is_read_and_no_figure_is_part_of_itself(text: str) -> None:
    found = figures(text, [], 2020)[0]
    assert all(q.part_of is None or (q.part_of != i and found[q.part_of] is not q) for i, q in enumerate(found))


@pytest.mark.parametrize(("printed", "room"), [("1.32万件", 50), ("1,234.5万件", 500), ("158.6万件", 500), ("12件", 0), ("3亿元", 5e7), ("2.25亿元", 500000)])
def test_how_far_a_printed_number_may_be_off(printed: str, room: float) -> None:
    [q] = figures(f"全年受理{printed}。", [], 2020)[0]
    assert slack(fold(f"全年受理{printed}。"), q) == pytest.approx(room)


def test_the_quick_look_sees_all_that_opens_a_list() -> None:
    entries = {entry["name"]: entry for entry in load_toml("phrases.toml")["phrase"]}
    words = [fold(w) for name in ("part", "bracket_opens", "colon_opens", "among") for w in entries[name]["yes"]]
    assert len(words) > 7 and [w for w in words if not phrase("list_cue").search(w)] == []


def judged() -> tuple[int, int, int]:
    """Parts found, found wrongly and missed in the paragraphs of parts.tsv; those that readers doubt count neither way."""
    right = wrong = missed = 0
    with JUDGED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            marks, text, at = {}, "", 0
            for m in MARK.finditer(row["paragraph"]):
                text += row["paragraph"][at : m.start()]
                marks[len(text)] = int(m[1])
                text, at = text + m[2], m.end()
            text += row["paragraph"][at:]
            pairs = [] if row["parts"] == "-" else row["parts"].split()
            sure = {tuple(map(int, p.split(">"))) for p in pairs if not p.endswith("?")}
            doubted = {tuple(map(int, p.rstrip("?").split(">"))) for p in pairs if p.endswith("?")}
            found = figures(text, [], 2020)[0]
            got = {
                (marks[q.start], marks[found[q.part_of].start])
                for q in found
                if q.part_of is not None and q.start in marks and found[q.part_of].start in marks
            }
            right += len(got & sure)
            wrong += len(got - sure - doubted)
            missed += len(sure - got)
    return right, wrong, missed


def test_parts_are_found_as_well_as_before() -> None:
    """180 paragraphs of practice reports, judged by readers who did not know the rules."""
    right, wrong, missed = judged()
    assert right / (right + wrong) > 0.97 and right / (right + missed) > 0.95, (right, wrong, missed)
