"""The check of a finished page: a good one passes, each fault is named."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from brief_sample import report_tables
from nbformat.v4 import new_notebook
from test_brief_page import figure_output, html_output, put

from fazhi.brief import figures, page, show
from fazhi.brief.bundle import pack, unpack
from fazhi.brief.check import faults


def made(*outputs: Any) -> str:
    return page.export(new_notebook(cells=[put(*outputs)]), page.Capsule("题", report_tables(), build={"id": "b", "date": "d"}))


@pytest.fixture(scope="module")
def figures_of_the_tables() -> pl.DataFrame:
    t = report_tables()
    issuers = t.reports.select("report_id", "issuer", "year").collect()
    return t.indicators.select("report_id", "indicator_id", "code", "value", "high", "unit", "qualifier").collect().join(issuers, on="report_id")


@pytest.fixture(scope="module")
def good(figures_of_the_tables: pl.DataFrame) -> str:
    return made(html_output(show.table(figures_of_the_tables, "表")), figure_output(figures.dots(figures_of_the_tables)),
                figure_output(figures.lines(figures_of_the_tables)))


def test_a_good_page_passes(good: str) -> None:
    assert faults(good, report_tables()) == []


def test_a_list_of_sentences_that_is_packed_is_looked_into(good: str) -> None:
    listing = re.search(r'<div class="fz-sources".*?</ol></section></div>', good, re.DOTALL)
    assert listing is not None
    packed = f'<script type="text/plain" id="fz-packed-sources">{pack(listing[0].encode())}</script>'
    assert unpack(pack(listing[0].encode())).decode() == listing[0]
    assert faults(good.replace(listing[0], packed), report_tables()) == []
    assert faults(good.replace(listing[0], ""), report_tables()) != []


@pytest.mark.parametrize(("before", "after", "told"), [
    ('<a class="fz-skip" href="#content">', '<a class="fz-skip" href="#contents">', "#contents"),
    ('id="fig-2"', 'id="fig-1"', "重复"),
    ('href="index.html"', 'href="javascript:alert(1)"', "不是网址"),
    ("<body>", '<body><img alt="x" src="https://example.org/a.png">', "别处"),
    ("<body>", '<body><p class="fz-more fz-lost">本页有 1 个字符没有可用字形</p>', "字形"),
    ("40 余 件</a>", "41 余 件</a>", "41 余 件"),
    ('<div class="fz-static"', '<div class="gone" hidden><figure></figure></div><div class="fz-static"', "没有静态的样子"),
])
def test_each_fault_is_named(good: str, before: str, after: str, told: str) -> None:
    assert before in good
    found = faults(good.replace(before, after, 1), report_tables())
    assert any(told in line for line in found), found


def test_a_number_without_a_sentence(figures_of_the_tables: pl.DataFrame) -> None:
    typed = made(html_output(show.table(figures_of_the_tables.drop("report_id", "indicator_id").with_columns(value=pl.lit(5.0)), "表")))
    assert any("没有原句" in line for line in faults(typed, report_tables()))


def test_a_sentence_that_the_tables_lack(good: str) -> None:
    emptied = report_tables()
    gone = replace(emptied, indicators=emptied.indicators.filter(pl.col("report_id") != f"{0:016x}"))
    assert any("不在数据表里" in line for line in faults(good, gone))


# --- the points of figures


def drawn(page_: str) -> list[dict[str, Any]]:
    """The data of the page's figures."""
    return [json.loads(told) for told in re.findall(r'<script type="application/json" id="fig-\d+-data">(.*?)</script>', page_, re.DOTALL)]


def redrawn(page_: str, number: int, change: Any) -> str:
    """The page with the first trace that has targets in a figure's data changed."""
    told = drawn(page_)[number - 1]
    change(next(trace for trace in told["data"] if trace.get("customdata")))
    return re.sub(rf'(id="fig-{number}-data">).*?(</script>)', lambda m: m[1] + page._json(told) + m[2], page_, count=1, flags=re.DOTALL)


def test_points_are_looked_at(good: str) -> None:
    assert sum(1 for told in drawn(good) for trace in told["data"] for target in trace.get("customdata") or () if target) == 8


def put_into(key: str, value: Any) -> Any:
    def change(trace: dict[str, Any]) -> None:
        trace[key][0] = value
    return change


@pytest.mark.parametrize(("number", "change", "told"), [
    (1, put_into("x", 44.0), "fig-1 的点画在 44，数据表里是 40"), (2, put_into("y", 44.0), "fig-2 的点画在 44，数据表里是 4"),
    (1, put_into("hovertext", "<b>甲市人民政府</b><br>2022　44 余 件<br>“办结40余件”"), "甲市人民政府 2022 44 余 件"),
    (1, put_into("customdata", f"s-{0:016x}-99"), "99 不在数据表里"),
])
def test_a_point_that_is_not_what_the_tables_hold(good: str, number: int, change: Any, told: str) -> None:
    found = faults(redrawn(good, number, change), report_tables())
    assert any(told in line for line in found), found


def test_one_point_alone_is_looked_at(figures_of_the_tables: pl.DataFrame) -> None:
    one = made(figure_output(figures.dots(figures_of_the_tables.head(1))))
    assert faults(one, report_tables()) == []
    assert any("画在" in line for line in faults(redrawn(one, 1, put_into("x", 41.0)), report_tables()))


def test_packed_axes_are_unpacked(good: str) -> None:
    def packed(wrong: float) -> Any:
        def change(trace: dict[str, Any]) -> None:
            values = np.array(trace["x"], dtype="float64") + wrong
            trace["x"] = {"dtype": "f8", "bdata": base64.b64encode(values.tobytes()).decode()}
        return change
    assert faults(redrawn(good, 1, packed(0)), report_tables()) == []
    assert any("画在" in line for line in faults(redrawn(good, 1, packed(1)), report_tables()))


def test_what_is_made_of_a_value_is_not_taken_for_it(figures_of_the_tables: pl.DataFrame) -> None:
    """Per inhabitants, a change drawn with its sign, a point of several sentences, a tile."""
    rows = figures_of_the_tables.with_columns(value=pl.col("value") / 3, unit=pl.lit("件/10万人"))
    assert faults(made(html_output(show.table(rows, "表")), figure_output(figures.dots(rows))), report_tables()) == []
    several = made(figure_output(figures.dots(figures_of_the_tables)))
    several = redrawn(several, 1, lambda trace: trace.update(x=[7.0] * 4, customdata=[f"{c} {c}" for c in trace["customdata"]]))
    assert faults(several, report_tables()) == []
    tile = redrawn(several, 1, lambda trace: trace.update(type="bar", customdata=[c.split()[0] for c in trace["customdata"]],
                                                           hovertext=["四川<br>18 格中 1 格有可比的数"] * 4))
    assert faults(tile, report_tables()) == []
    t = report_tables()
    fall = replace(t, indicators=t.indicators.with_columns(kind=pl.lit("change")))
    off = redrawn(made(figure_output(figures.dots(figures_of_the_tables))), 1, put_into("x", -4.0))  # beyond the axis
    assert faults(off, fall) == [] != faults(off, t)


# --- passages


def test_a_passage_must_stand_where_the_page_says() -> None:
    t = report_tables()
    text = t.reports.collect()["text"][0]
    start, end = text.index("其中"), text.index("。此后")
    rows = pl.DataFrame({"later": ["甲市 2022年"], "later_report": [f"{0:016x}"], "later_id": [f"{start}-{end}"]})
    good_ = made(html_output(show.table(rows, "表", sources=["later"])), html_output(show.passages(t, rows, columns=["later"])))
    assert "<mark>其中撤销3件</mark>" in good_ and faults(good_, t) == []
    assert any("与报告原文不符" in line for line in faults(good_.replace("<mark>其中撤销3件</mark>", "<mark>其中撤销4件</mark>"), t))
    assert any("没有去处" in line for line in faults(good_.replace(f'id="s-{0:016x}-{start}-{end}"', 'id="x"'), t))
    gone = replace(t, reports=t.reports.filter(pl.col("report_id") != f"{0:016x}"))
    assert any("与报告原文不符" in line for line in faults(good_, gone))
    other = replace(t, reports=t.reports.with_columns(text=pl.col("text").str.replace("撤销", "维持")))
    assert any("与报告原文不符" in line for line in faults(good_, other))
