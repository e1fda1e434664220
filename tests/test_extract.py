"""The whole reading: two small reports from bytes to rows, the same each time; `explain`; faults of the files named."""
from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fazhi import knowledge
from fazhi.extract import explain, extract, instruments
from fazhi.extract.rows import Reading
from fazhi.knowledge import KnowledgeError
from fazhi.read import read

COUNTY = """浦江县人民政府2020年法治政府建设情况报告
发布时间：2021-03-26 10:22
2020年，我县认真贯彻《法治政府建设实施纲要（2015—2020年）》，扎实推进法治政府建设。现将有关情况报告如下：
一、主要举措和成效
（一）依法全面履行政府职能。取消证明事项17项，“一网通办”窗口共受理各类业务6.3万件。
（二）规范行政执法。落实行政执法三项制度。全年查处违法案件30件，其中食品类12件、药品类8件、医疗器械类20件，罚没款3.2万余元。
（三）化解社会矛盾。全年受理行政复议案件22件（2019年为17件），同比增长29.4%；制发规范性文件备案率、审核率均达100%。
二、存在的主要问题
一是执法力量不足；二是部分单位学法不够。
三、党政主要负责人履行推进法治建设第一责任人职责情况
县政府常务会议学法4次。
四、2021年工作安排
计划举办执法培训6期。修订《法治政府建设实施纲要（2015—2020年）》落实方案。
浦江县人民政府
2021年3月20日
"""
BUREAU = """<html><head><title>2021年度法治政府建设工作总结_青岛市市场监督管理局</title></head><body>
<div class="nav"><a href="/">首页</a> &gt; <a href="/zwgk">政务公开</a></div>
<div class="article"><h1>青岛市市场监督管理局2021年度法治政府建设工作总结</h1>
<p>2021年，我局持续加强法治建设，现将工作情况总结如下：</p>
<p><b>一、主要工作</b></p><p>截至11月底，受理信访件2080余件，按期办结率98.5%。党组会学法两次。</p>
<p><b>二、下一步打算</b></p><p>力争办结率达到99%。</p>
<p>青岛市市场监督管理局</p><p>2022年1月10日</p></div></body></html>"""


def whole(source: str, name: str = "") -> Reading:
    return extract(read(source.encode(), name), name)


def shown(r: Reading) -> list[tuple[object, ...]]:
    return [(r.text[q.start : q.end], q.value, q.unit, q.kind, q.status, q.scope, q.code) for q in r.quantities]


def test_a_countys_report() -> None:
    r = whole(COUNTY)
    assert r.not_a_report is None
    assert (r.identity.issuer, r.identity.year, r.identity.level, r.identity.issuer_kind) == ("浦江县人民政府", 2020, "county", "government")
    assert (r.identity.published_on, r.identity.signed_on, r.identity.region_code) == (date(2021, 3, 26), date(2021, 3, 20), "330726")
    assert [(s.level, s.label, s.kind, s.dimension) for s in r.sections if s.heading] == [
        (1, "一、", "achievements", None), (2, "（一）", None, "functions"), (2, "（二）", None, "enforcement"), (2, "（三）", None, "disputes"),
        (1, "二、", "problems", None), (1, "三、", "first_responsible_person", None), (1, "四、", "plan", None)]
    assert shown(r) == [
        ("17项", 17, "项", "count", "actual", "year", "cancelled_items"),
        ("6.3万件", 63000, "件", "count", "actual", "year", "service_cases"),
        ("30件", 30, "件", "count", "actual", "year", "penalty_cases"),
        ("12件", 12, "件", "count", "actual", "year", "penalty_cases"),
        ("8件", 8, "件", "count", "actual", "year", "penalty_cases"),
        ("20件", 20, "件", "count", "actual", "year", "penalty_cases"),
        ("3.2万余元", 32000, "元", "amount", "actual", "year", "penalty_amount"),
        ("22件", 22, "件", "count", "actual", "year", "reconsideration_accepted"),
        ("17件", 17, "件", "count", "actual", "previous", "reconsideration_accepted"),
        ("29.4%", 29.4, "%", "change", "actual", "year", None),
        ("100%", 100, "%", "rate", "actual", "year", "filing_rate"),
        ("100%", 100, "%", "rate", "actual", "year", "legality_review_rate"),
        ("4次", 4, "次", "count", "actual", "year", "law_study_sessions"),
        ("6期", 6, "期", "count", "target", "next", "enforcement_training"),
    ]
    assert [(i.title, i.mentions) for i in r.instruments] == [("法治政府建设实施纲要（2015—2020年）", 2)]
    assert "parts_exceed_total" in {f.rule for f in r.findings}
    assert {m.status for m in r.measures} == {"done", "problem", "planned"}
    assert {r.text[x.start : x.end] for x in r.ruled_out} >= {"一网通办", "三项制度"}


def test_a_bureaus_page() -> None:
    r = whole(BUREAU)
    assert (r.identity.issuer, r.identity.issuer_kind, r.identity.year, r.identity.level) == ("青岛市市场监督管理局", "department", 2021, "prefecture")
    assert "首页" not in r.text
    assert shown(r) == [
        ("2080余件", 2080, "件", "count", "actual", "partial", "petition_cases"),
        ("98.5%", 98.5, "%", "rate", "actual", "partial", "handling_rate"),
        ("两次", 2, "次", "count", "actual", "year", "law_study_sessions"),
        ("99%", 99, "%", "rate", "target", "next", "handling_rate"),
    ]
    assert r.quantities[0].period_end == date(2021, 11, 30) and r.quantities[0].caveats == ["bound", "partial"]


@pytest.mark.parametrize("source", [COUNTY, BUREAU])
def test_the_same_bytes_give_the_same_rows(source: str) -> None:
    assert whole(source) == whole(source)


def test_an_analysts_overrides_win() -> None:
    page = read(COUNTY.encode())
    r = extract(page, overrides={"issuer": "义乌市人民政府", "year": "2019"})
    assert (r.identity.issuer, r.identity.year) == ("义乌市人民政府", 2019)
    assert {q.period_end for q in r.quantities if r.text[q.start : q.end] == "30件"} == {date(2019, 12, 31)}


def test_text_without_a_report_gives_a_reason_and_no_fault() -> None:
    r = whole("今天天气很好，适合外出散步，公园里有很多人在跳舞。\n")
    assert r.not_a_report and r.quantities == []


def test_instruments_once_each_in_order() -> None:
    found = instruments("学习《民法典》《行政处罚法》，宣传《民法典》和《关于〈纲要〉的《解读》》。")
    assert [(i.title, i.mentions) for i in found] == [("民法典", 2), ("行政处罚法", 1), ("关于〈纲要〉的《解读》", 1)]
    assert instruments("没有《闭合的书名号") == []


# ---------------------------------------------------------------- explain


def test_explain_a_sentence() -> None:
    [row] = explain("全年开展调解2080余件")
    assert row["text"] == "2080余件" and row["value"] == 2080 and row["unit"] == "件" and row["qualifier"] == "over"
    assert row["code"] and row["name_zh"] and row["subject"] and row["caveats"] == ["bound", "year_unknown"]
    assert row["offers"][0]["rule"].split("/")[0] == row["code"] and row["offers"][0]["words"]


def test_explain_gives_each_numeral_once_in_order() -> None:
    text = "2020年落实三项制度，全年学法4次，《2021年要点》提出3项。"
    rows = explain(text, 2020)
    assert [r["text"] for r in rows] == ["2020年", "三项制度", "4次", "《2021年要点》", "3项"]
    assert [r.get("ruled_out") for r in rows] == ["date", "idiom", None, "title", None]
    assert all(text[r["start"] : r["end"]] == r["text"] for r in rows)


def test_explain_says_no_code_where_there_is_none() -> None:
    [row] = explain("种植树木300株。", 2020)
    assert row["code"] is None and row["name_zh"] is None and row["caveats"] == ["uncoded"]


def test_explain_nothing() -> None:
    assert explain("") == explain("依法行政") == []


@settings(max_examples=150, deadline=None)
@given(st.text("0123456789,.%一二三十百千万件次人年月日第、，。《》（）“”其中同比增长学法案 \n\t", max_size=40), st.sampled_from([None, 2020]))
def test_explain_takes_any_text(text: str, year: int | None) -> None:
    rows = explain(text, year)
    assert [r["start"] for r in rows] == sorted(r["start"] for r in rows)
    assert all(text[r["start"] : r["end"]] == r["text"] and ("ruled_out" in r) != ("value" in r) for r in rows)


# ---------------------------------------------------------------- a fault in a file is named, with entry and remedy


def forget() -> None:
    """Drop everything that the modules keep of the knowledge files."""
    for name, module in list(sys.modules.items()):
        if name.startswith("fazhi"):
            for thing in vars(module).values():
                if callable(getattr(thing, "cache_clear", None)):
                    thing.cache_clear()


@pytest.fixture
def edit(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """Change a knowledge file for one test, in memory only."""
    original = knowledge.text

    def change(file: str, old: str, new: str) -> None:
        assert old in original(file), f"{file} no longer says {old!r}"
        monkeypatch.setattr(knowledge, "text", lambda name: original(name).replace(old, new, 1) if name == file else original(name))
        forget()

    yield change
    monkeypatch.undo()
    forget()


@pytest.mark.parametrize(("file", "old", "new", "said"), [
    ("units.toml", 'class = "case"', 'kind = "case"', "class"),
    ("units.toml", 'names = ["条次",', 'names = ["件", "条次",', "件"),
    ("units.toml", 'yes = ["受理案件12件"', 'yas = ["受理案件12件"', "yes"),
    ("units.toml", "[[unit]]", "[[unit]", "syntax"),
    ("numerals.toml", 'name = "date"', 'nome = "date"', "name"),
    ("numerals.toml", "patterns = [", "patterns = ['(',", "pattern"),
    ("numerals.toml", 'reason = "idiom"', 'raison = "idiom"', "reason"),
    ("cues.toml", 'value = "cumulative"', 'value = "cumulated"', "cumulated"),
    ("cues.toml", 'where = "clause"', 'where = "chapter"', "chapter"),
    ("cues.toml", "pattern = '累计", "pattern = '(累计", "pattern"),
    ("phrases.toml", 'name = "compared"', 'name = "compered"', "compared"),
    ("phrases.toml", "pattern = '同比", "pattern = '(同比", "pattern"),
    ("ties.toml", "outcomes = ", "outcames = ", "outcomes"),
    ("subjects.toml", "lead = ", "load = ", "lead"),
    ("codebook.toml", 'kind = "count"', 'kind = "heap"', "heap"),
])
def test_a_fault_in_a_file(edit: object, file: str, old: str, new: str, said: str) -> None:
    edit(file, old, new)  # type: ignore[operator]
    with pytest.raises(KnowledgeError) as caught:
        explain("全年查处违法案件30件，其中食品类12件，同比增长2%。", 2020)
    message = str(caught.value)
    assert caught.value.file == file and f"lib/fazhi/knowledge/{file}: " in message and said in message
    assert caught.value.remedy and message.endswith(caught.value.remedy)


def test_an_added_name_rules_out(edit: object) -> None:
    assert "value" in explain("推进五件实事", 2020)[0]
    edit("numerals.toml", '"一网通办",', '"一网通办", "五件实事",')  # type: ignore[operator]
    assert [r.get("ruled_out") for r in explain("推进五件实事", 2020)] == ["idiom"]
