"""The measures: where they begin and end, what status they have, and that both word cutters give the same words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fazhi.extract.measures import measures, status_of
from fazhi.extract.outline import outline
from fazhi.knowledge import load_toml, load_tsv
from fazhi.knowledge.words import WORD_WEIGHT, segmenter

DATA = load_toml("measures.toml")
LEAD = "2021年，我局扎实推进法治政府建设，现将有关情况报告如下：\n"


def rows(text: str) -> list[tuple[str, str]]:
    return [(text[m.start : m.end], m.status) for m in measures(text, outline(text))]


@pytest.mark.parametrize("entry", DATA["status"], ids=lambda e: e["status"])
def test_status_by_words(entry: dict[str, list[str]]) -> None:
    for example in entry["yes"]:
        assert status_of(example, "none") == entry["status"], example
    for example in entry["no"]:
        assert status_of(example, "none") != entry["status"], example


def test_items_split() -> None:
    for example in DATA["split"]["yes"]:
        assert len(rows("某局报告。" + example + "。")) + example.startswith(("其次", "①")) >= 2, example
    for example in DATA["split"]["no"]:
        assert len(rows(example + "和任务需要落实。")) == 1, example


def test_sentences_and_items() -> None:
    text = (
        LEAD
        + "一、主要做法\n（一）规范执法。开展检查12次。主要做法有：一是完善制度；二是强化监督。\n"
        + "二、存在问题\n一是力量薄弱；二是能力不足。\n三、下步打算\n加强培训。\n某市水务局\n2022年1月10日\n"
    )
    assert rows(text) == [
        ("开展检查12次。", "done"),
        ("一是完善制度；", "done"),
        ("二是强化监督。", "done"),
        ("一是力量薄弱；", "problem"),
        ("二是能力不足。", "problem"),
        ("加强培训。", "planned"),
    ]


def test_merged_part_by_its_sentences() -> None:
    text = (
        LEAD
        + "一、主要做法\n开展检查12次。\n二、存在问题及下一步打算\n当前，执法力量薄弱。2022年，一要建成站点6处；二要组织学习。\n"
    )
    assert [status for _, status in rows(text)] == ["done", "problem", "planned", "planned"]


def test_a_lead_in_is_no_measure_and_turns_the_status() -> None:
    text = LEAD + "一、主要做法\n开展检查12次。\n二、存在不足及2024年打算\n执法力量薄弱。\n下一步：一是开展专项行动；二是推动平台上线。\n"
    assert rows(text)[1:] == [("执法力量薄弱。", "problem"), ("一是开展专项行动；", "planned"), ("二是推动平台上线。", "planned")]


def test_headings_of_a_merged_part_settle_the_status() -> None:
    text = LEAD + ("一、主要做法\n开展检查12次。\n二、存在的短板及2026年打算\n（一）存在的短板\n村级调解员五十岁以上的占到七成。\n"
                   "（二）2026年打算\n开展法治讲座12场。\n")
    assert [status for _, status in rows(text)] == ["done", "problem", "planned"]


@pytest.mark.parametrize(("sentence", "status"), [
    ("下一步，我局将加强培训，补齐短板。", "planned"), ("计划执行的刚性不足，执法人员力争上游的意识不强。", "problem"),
])
def test_a_part_on_faults_may_end_in_a_plan(sentence: str, status: str) -> None:
    text = LEAD + f"一、主要做法\n开展检查12次。\n二、存在问题\n执法力量薄弱。{sentence}\n三、下步打算\n加强培训。\n"
    assert [s for _, s in rows(text)] == ["done", "problem", status, "planned"]


@pytest.mark.parametrize("date", ["2022年1月10日", "二〇二四年二月五日", "二〇一六年二月二十九日"])
def test_what_closes_a_report_is_no_measure(date: str) -> None:
    text = LEAD + f"一、主要做法\n开展检查12次。\n二、下步打算\n加强培训。\n特此报告。\n某市水务局\n{date}\n"
    assert rows(text)[1:] == [("加强培训。", "planned")]


def test_closing_lines() -> None:
    closing = re.compile(DATA["split"]["closing"])
    assert all(closing.search(line) for line in DATA["split"]["closing_yes"])
    assert not any(closing.search(line) for line in DATA["split"]["closing_no"])


def test_a_sentence_speaks_before_its_heading() -> None:
    text = LEAD + ("一、主要做法\n（一）科学民主决策\n组织应急演练8场，修编预案6部。\n有关工作按期完成。\n"
                   "二、存在问题\n有关工作仍需加强。\n")
    assert [m.dimension for m in measures(text, outline(text))] == ["emergencies", "decisions", "other"]


def test_a_sentence_with_a_label_is_a_measure_of_its_own() -> None:
    text = LEAD + "一、存在问题\n（一）部分执法人员业务能力有待进一步提高。\n（二）法律顾问作用发挥还不够充分。\n"
    assert rows(text) == [("部分执法人员业务能力有待进一步提高。", "problem"), ("法律顾问作用发挥还不够充分。", "problem")]


def test_dimension_and_keywords() -> None:
    text = LEAD + "一、主要做法\n共办结行政复议案件153件，推进行政争议实质性化解。\n"
    [m] = measures(text, outline(text))
    assert m.dimension == "disputes"
    assert "行政复议" in m.keywords
    assert "推进" not in m.keywords


def test_words_of_the_field_stay_whole() -> None:
    cut = segmenter().cut
    for row in load_tsv("words.tsv"):
        assert row["word"] in cut(f"全面推进{row['word']}，成效明显"), row["word"]


def test_the_fast_cutter_gives_jiebas_words() -> None:
    jieba = pytest.importorskip("jieba")
    slow = jieba.Tokenizer()
    for row in load_tsv("words.tsv"):
        slow.add_word(row["word"], WORD_WEIGHT, "n")
    han = re.compile(r"[\u4e00-\u9fff]+")
    texts = [p.read_text("utf-8") for p in sorted((Path(__file__).parent / "samples").glob("*.txt"))[:12]]
    assert texts
    for text in texts:
        for run in han.findall(text):
            assert segmenter().cut(run) == slow.lcut(run)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "一、",
                "（一）",
                "1.",
                "一是",
                "二是",
                "①",
                "主要做法",
                "存在问题",
                "开展检查12次",
                "。",
                "；",
                "：",
                "，",
                "\n",
                "”",
                "“",
                "某局",
                "2022年1月1日",
                " ",
                "\t",
            ]
        ),
        max_size=40,
    ).map("".join)
)
def test_measures_lie_in_order_inside_their_sections(text: str) -> None:
    sections = outline(text)
    at = 0
    for i, m in enumerate(measures(text, sections)):
        assert m.measure_id == i
        assert at <= m.start < m.end
        section = sections[m.section_id]
        assert section.start <= m.start
        assert m.end <= section.end
        assert text[m.start : m.end] == text[m.start : m.end].strip()
        at = m.end
