"""English: every text that the code puts has a translation, with the same values; what reports say stays as it is."""

from __future__ import annotations

import ast
import json
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from fazhi.brief import essay, figures, show, theme
from fazhi.compare import CORE, changes, compare, coverage, language, promises, quality, reuse, say, sentences, words
from fazhi.compare.language import put, singular, unit, word
from fazhi.knowledge import load_toml
from fazhi.tables import Tables

ROOT = Path(__file__).resolve().parents[1]
CHINESE = re.compile("[\u4e00-\u9fff]")
LABELS = ("comparison.toml", "checks.toml", "reuse.toml", "keyness.toml")


@pytest.fixture
def english() -> Iterator[None]:
    """The process speaks English until the test has ended."""
    language.speak("en")
    yield
    language.speak("zh")


def values(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def texts() -> set[str]:
    """Every Chinese text that a call of `put` names, and those that modules name for it in capitals (EMPTY)."""
    found: set[str] = set()
    for path in (ROOT / "lib/fazhi/compare").glob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "put" and node.args
            named = isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "EMPTY"
            if called or named:
                inside = ast.walk(node.args[0] if isinstance(node, ast.Call) else node.value)
                found |= {one.value for one in inside if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return {text for text in found if CHINESE.search(text) or re.search("[，；、。（]", text)}


def captions() -> set[str]:
    """Every Chinese text in the code of a notebook but for its parameters: titles, captions, names of columns."""
    found: set[str] = set()
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            if cell["cell_type"] == "code" and "parameters" not in cell["metadata"].get("tags", []):
                tree = ast.walk(ast.parse("".join(cell["source"])))
                found |= {n.value for n in tree if isinstance(n, ast.Constant) and isinstance(n.value, str) and CHINESE.search(n.value)}
    return found


def labels() -> set[str]:
    """Every Chinese name under [label] of the knowledge files that figures and tables print."""
    def under(held: Any) -> Iterator[str]:
        for value in held.values():
            yield from under(value) if isinstance(value, dict) else [value]

    # what only the command line says is on no page
    shown = [{k: v for k, v in load_toml(file)["label"].items() if k != "qualifier"} for file in LABELS]
    return {text for label in shown for text in under(label) if isinstance(text, str) and CHINESE.search(text)}


@pytest.mark.parametrize("said", [texts, captions, labels], ids=["sentences", "notebooks", "labels"])
def test_everything_that_is_said_has_english(said: Any) -> None:
    wanted = said()
    assert len(wanted) > 50 and not sorted(wanted - language.english().keys()), "write them into compare/english.toml"


def test_english_fills_in_no_more_than_the_chinese_does() -> None:
    wrong = {zh: en for zh, en in language.english().items() if values(en) - values(zh) - ({"people"} if "{many}" in zh else set())}
    assert not wrong
    left = {en for en in language.english().values() if CHINESE.search(re.sub("一[是些家]?|二要|余|近|约", "", en))}
    assert not left


def test_a_text_is_put_in_the_language_that_is_spoken(english: None) -> None:
    assert put("{state}的{n}个", state="报告未写", n=3) == "not stated: 3"
    assert put("{n}份报告的页面上没有公开日期，是否按时无从判断。", n=1).startswith("Without a date of publication on the page: 1 report;")
    assert put("没有这样一句{n}", n=2) == "没有这样一句2"
    language.speak("zh")
    assert put("{state}的{n}个", state="报告未写", n=3) == "报告未写的3个" and word("报告未写") == "报告未写"
    with pytest.raises(ValueError, match="zh"):
        language.speak("fr")


def test_names_in_a_row_and_units() -> None:
    assert word("累计数；只是界限", "en").startswith("cumulative") and "; " not in word("甲、乙", "en")
    assert word("已做、计划", "en") == "done、planned" or word("已做、计划", "en") == "done, planned"
    assert word("甲县人民政府", "en") == "甲县人民政府"
    assert [unit(u, "en") for u in ("件", "人", "元/件", "件/10万人", "公里")] == ["", "persons", "yuan per case", "per 100,000 inhabitants", "公里"]
    assert singular("1 reports, 21 reports, 1,001 reports, 0.1 reports, 1 annual reports") == "1 report, 21 reports, 1,001 reports, 0.1 reports, 1 annual report"


def without_names(said: str, t: Tables) -> str:
    """A sentence without what stays Chinese: quoted text, and the names of authorities."""
    names = t.reports.select("issuer").collect()["issuer"].drop_nulls().unique().to_list()
    said = re.sub("“.*”", "", re.sub("“[^“”]*”", "", said))
    for name in sorted(names, key=len, reverse=True):
        said = said.replace(name, "")
    return said


def test_every_computed_sentence_is_in_english(sample_tables: Tables, english: None) -> None:
    t = sample_tables
    one, many = compare(t, CORE, years=2022), compare(t, ["litigation_cases"], allow=["level", "issuer_kind", "trade"])
    told, p, r, w, q = changes(t), promises(t), reuse(t), words(t, "year"), quality(t)
    said = [say.gist(one), *sentences(one), say.empties(one), one.overrides, say.gist(many), *sentences(many), many.overrides, *many.notes, *one.notes,
            say.gist(coverage(t)), *sentences(coverage(t)), told.said(), p.gist(), p.of("dimension"), p.of("issuer"), p.shortfalls(), p.silences(),
            *r.sentences(), r.sharing(), r.trend(), r.longest(), w.caption(), *w.sentences(), q.gist(), q.accounted(), q.unsure(), q.reach(20)]
    assert not [text for text in said if CHINESE.search(without_names(text, t).replace("一是, 二要", ""))]
    assert all(len(text) > 10 for text in said if text)


def test_figures_and_tables_are_in_english_once_it_is_spoken(sample_tables: Tables, english: None) -> None:
    t = sample_tables
    c = compare(t, ["litigation_cases"], allow=["level", "issuer_kind", "trade"])
    p = promises(t)
    for fig in (figures.chart(c), figures.slopes(c, first=-1), figures.coverage(c), figures.claims(changes(t)),
                figures.shares(p.outcomes("dimension"), title="各方面承诺的结果", order=p.order)):
        told = json.loads(fig.to_json())
        axes = [axis.get("title", {}).get("text", "") for name, axis in told["layout"].items() if re.match("[xy]axis", name)]
        names = [trace.get("name") or "" for trace in told["data"]]
        shown = " ".join([fig.layout.meta["title"], fig.layout.meta["alt"], fig.layout.meta["source"], *axes, *names])
        assert not CHINESE.search(without_names(shown, t)), shown
    assert not [name for name in p.labels.values() if CHINESE.search(word(name))]
    made = show.table(c.rows.head(3), "各机关的数值与状态", labels={"reason_zh": "说明"}).html
    assert "Values and states by authority" in made and ">remarks<" in made and "Administrative litigation cases" in made
    assert theme.say("page.skip") == "Skip to content" and theme.amount(3.0, None, "件", "over") == "over 3"


def test_what_a_report_says_is_not_translated(english: None) -> None:
    frame = pl.DataFrame({"issuer": ["计划"], "quote": ["不足"], "word": ["计划"], "dimension": ["行政执法"]})
    made = show.table(frame, "计划").html
    assert made.count("计划") == 2 and "不足" in made and "enforcement" in made


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda p: p.stem)
def test_every_notebook_has_its_text_in_english_cell_by_cell(path: Path) -> None:
    own = [c["source"] for c in json.loads(path.read_text("utf-8"))["cells"] if c["cell_type"] == "markdown"]
    told = essay.texts(path)
    assert told is not None and len(told) == len(own)
    for mine, other in zip(map("".join, own), told, strict=True):
        assert re.findall("^(#+) ", mine, re.MULTILINE) == re.findall("^(#+) ", other, re.MULTILINE)
        assert len(re.findall("^- ", mine, re.MULTILINE)) == len(re.findall("^- ", other, re.MULTILINE)), other
