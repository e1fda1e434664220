"""One report as an object: its rows, its display, and that a hostile one does no harm."""
from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

import fazhi
from fazhi.read import Unreadable
from fazhi.report import aligned, amount, document
from fazhi.tables import Tables

RAW = Path(__file__).resolve().parents[1] / "data" / "raw"


class Page(HTMLParser):
    """The tags, ids and links of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open.append(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name == "href"]
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_file_is_a_report_with_the_rows_that_a_build_gives(sample_tables: Tables) -> None:
    report = fazhi.read(RAW / "baoshan-2020.html")
    assert (report.issuer, report.year, report.row["origin"]) == ("上海市宝山区人民政府", 2020, "restated")
    for name in ("sections", "measures", "indicators", "instruments", "ruled_out", "quality"):
        assert report.frames[name].equals(sample_tables[name].filter(pl.col("report_id") == report.row["report_id"]).collect()), name


def test_bytes_and_overrides() -> None:
    data = (RAW / "qinglan-2023.docx").read_bytes()
    assert fazhi.read(data, year=2011, issuer="白鹭县人民政府").line().startswith("白鹭县人民政府 · 2011年度")
    with pytest.raises(TypeError, match="unknown colour"):
        fazhi.read(data, colour="red")
    with pytest.raises(Unreadable):
        fazhi.read(b"")


def test_it_prints_well_in_a_terminal() -> None:
    report = fazhi.read(RAW / "shiqiao-2021.html")
    shown = repr(report)
    assert shown.startswith(f"{report.title}\n{report.issuer} · 2021年度")
    for heading in report.sections["heading"].drop_nulls():
        assert heading in shown
    for text in report.indicators["value_text"]:
        assert text in shown
    assert report.marked().count("【") == report.text.count("【") + report.indicators.height
    assert report.marked("", "") == report.text


def test_it_shows_itself_in_jupyter() -> None:
    report = fazhi.read(RAW / "shiqiao-2021.html")
    page = Page(report._repr_html_())
    assert not page.open and page.tags.count("mark") == report.indicators.height
    assert {link[1:] for link in page.links if link.startswith("#")} == set(page.ids)
    assert 'lang="zh-CN"' in report._repr_html_()


def test_a_hostile_report_is_harmless() -> None:
    text = ("安溪河县人民政府2020年法治政府建设情况报告\n一、<script>alert(1)</script>主要举措\n全年办结行政复议案件12件，<img src=x onerror=alert(1)>"
            "培训“><svg onload=alert(2)>”执法人员34人次。\n二、存在的问题\n力量不足。\n安溪河县人民政府\n2021年3月1日")
    report = fazhi.read(text.encode(), url="javascript:alert(3)")
    page = Page(report._repr_html_())
    assert not {"script", "img", "svg"} & set(page.tags)
    assert not [link for link in page.links if not link.startswith("#")]


def test_what_is_no_report_says_so() -> None:
    report = fazhi.read(("番茄炒蛋的做法。鸡蛋3个，番茄2个，盐适量，大火快炒。" * 20).encode())
    assert report.not_a_report and report.not_a_report in repr(report) and report.not_a_report in report._repr_html_()


def test_a_sentence_gives_rows() -> None:
    rows = fazhi.find("全年办结行政复议案件1,126件，同比增长29.4%。", year=2022)
    assert rows.select("value", "unit", "kind", "code", "comparable").rows() == [
        (1126.0, "件", "count", "reconsideration_closed", True), (29.4, "%", "change", None, False)]
    assert str(rows["period_end"][0]) == "2022-12-31"
    assert fazhi.find("没有数字。").is_empty() and fazhi.find("").is_empty()


def test_the_source_of_a_figure(sample_tables: Tables) -> None:
    row = sample_tables.indicators.filter(pl.col("code") == "reconsideration_closed").collect().row(0, named=True)
    found = fazhi.source(sample_tables, row)
    assert found.number == row["value_text"] and found.path and row["quote"] in found.before + found.number + found.after
    assert f"【{row['value_text']}】" in repr(found) and "<mark>" in found._repr_html_()
    assert fazhi.source(sample_tables, (row["report_id"], row["indicator_id"])) == found
    with pytest.raises(KeyError, match="no indicator 9999"):
        fazhi.source(sample_tables, (row["report_id"], 9999))


def test_json_has_every_table_of_the_report() -> None:
    report = fazhi.read(RAW / "bailu-2020.txt")
    held = json.loads(json.dumps(document(report), default=str, ensure_ascii=False))
    assert len(held["indicators"]) == report.indicators.height and held["reports"][0]["text"] == report.text


@pytest.mark.parametrize(("row", "shown"), [
    ({"value": 2080.0, "high": None, "unit": "件", "qualifier": "over"}, ">2,080件"),
    ({"value": 1.0, "high": 2.0, "unit": "次", "qualifier": "range"}, "1–2次"),
    ({"value": 98.21, "high": None, "unit": "%", "qualifier": "exact"}, "98.21%"),
    ({"value": 1234567.5, "high": None, "unit": None, "qualifier": "about"}, "≈1,234,567.5"),
])
def test_amounts(row: dict[str, object], shown: str) -> None:
    assert amount(row) == shown


def test_columns_are_straight_with_wide_characters() -> None:
    assert aligned([("一二", "x", "末"), ("a", "三", "末")]) == ["一二  x   末", "a     三  末"]
    long, other = aligned([("很长" * 20, "x"), ("a", "y")])
    assert "…" in long and long.index("x") < len(long) and other.endswith("y")
