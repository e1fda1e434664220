"""The check of a finished page: a good one passes, each fault is named."""

from __future__ import annotations

import re
from typing import Any

import polars as pl
import pytest
from brief_sample import panel, report_tables
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
    return t.indicators.select("report_id", "indicator_id", "value", "high", "unit", "qualifier").collect().join(issuers, on="report_id")


@pytest.fixture(scope="module")
def good(figures_of_the_tables: pl.DataFrame) -> str:
    return made(html_output(show.table(figures_of_the_tables, "表")), figure_output(figures.dots(panel(), year=2022)),
                figure_output(figures.lines(panel())))


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
    from dataclasses import replace

    gone = replace(emptied, indicators=emptied.indicators.filter(pl.col("report_id") != f"{0:016x}"))
    assert any("不在数据表里" in line for line in faults(good, gone))
