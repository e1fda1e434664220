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
