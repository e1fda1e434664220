"""Tables, sentences and sources as HTML: right, linked, and harmless."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import re
from dataclasses import replace

import polars as pl
import pytest
from brief_sample import HARM, ISSUERS, panel, report_tables
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from fazhi.brief import show
from fazhi.brief.sanitize import clean
from fazhi.brief.sources import CUT, ENDS, entries, listing, passages, safe_url
from fazhi.brief.theme import amount, interval, number, say


@pytest.mark.parametrize(("value", "high", "unit", "qualifier", "printed"), [
    (2080, None, "件", "over", "2,080 余 件"), (98.21, None, "%", "exact", "98.21%"), (1, 2, "次", "range", "1–2 次"), (0, None, "件", "exact", "0 件"),
    (None, None, "件", "exact", ""), (5, None, None, "at_least", "不少于 5"), (12.5, None, "万元", "about", "约 12.5 万元")])
def test_amounts_are_printed_with_bound_and_unit(value: float | None, high: float | None, unit: str | None, qualifier: str, printed: str) -> None:
    assert amount(value, high, unit, qualifier) == printed


@given(st.floats(-1e12, 1e12))
def test_a_printed_number_reads_back(value: float) -> None:
    assert float(number(value).replace(",", "")) == pytest.approx(value, abs=0.0051)


def test_bounds_are_open_on_their_own_side() -> None:
    assert interval(5, None, "over") == (5, None) and interval(5, None, "under") == (None, 5)
    assert interval(5, 9, "range") == (5, 9) and interval(5, None, "exact") is None


def test_wording_knows_both_languages_and_gives_back_what_it_does_not_know() -> None:
    assert say("state.not_stated") == "报告未写" and say("state.not_stated", "en") == "not stated"
    assert say("caveat.quite_new") == "quite_new"
    with pytest.raises(KeyError):
        say("page.quite_new")


def test_a_number_in_a_table_leads_to_its_sentence_and_an_empty_cell_leads_nowhere() -> None:
    root = lxml_html.fromstring(show.table(panel(), "各机关")._repr_html_())
    links = root.xpath("//tbody//a/@href")
    assert len(links) == panel()["value"].drop_nulls().len()
    assert f"#{show.anchor('0' * 16, 7)}" in links
    assert root.xpath("string(//caption)") == "各机关"
    assert set(root.xpath("//thead//th/@scope")) == {"col"} and set(root.xpath("//tbody//th/@scope")) == {"row"}


def test_wide_tables_link_each_column_by_its_own_number() -> None:
    frame = pl.DataFrame({"issuer": ["甲"], "report_id": ["r"], "cases": [3.0], "cases_id": [4], "cases_unit": ["件"]})
    made = show.table(frame, "宽表", sources=["cases"])._repr_html_()
    assert '<a href="#s-r-4">3 件</a>' in made and "cases_id" not in made.split("data:")[0]


def test_text_of_reports_is_escaped_everywhere() -> None:
    t = report_tables("javascript:window.harmed=1")
    for made in (show.table(panel(), HARM), show.sentence(HARM), show.notes([HARM], HARM), show.sources(t, panel())):
        root = lxml_html.fromstring(made._repr_html_() or "<p></p>")
        assert not root.xpath("//script | //img | //@onerror") and "javascript:" not in made.html
        assert "window.harmed" in root.text_content()


def test_the_csv_is_whole_and_starts_no_formula() -> None:
    frame = pl.DataFrame({"a": ["=1+1", "+2", "-3", "@x", "甲,乙"], "n": [-1, 2, 3, 4, 5], "list": [["a", "b"], [], ["=c"], None, ["d"]]})
    rows = list(csv.reader(io.StringIO(show.safe_csv(frame))))
    assert rows[1:] == [["'=1+1", "-1", "a; b"], ["'+2", "2", ""], ["'-3", "3", "'=c"], ["'@x", "4", ""], ["甲,乙", "5", "d"]]


@given(st.lists(st.text(max_size=8), min_size=1, max_size=5))
def test_no_text_cell_of_a_csv_begins_like_a_formula(texts: list[str]) -> None:
    rows = list(csv.reader(io.StringIO(show.safe_csv(pl.DataFrame({"a": texts})), newline="")))
    assert not [row for row in rows[1:] if row and row[0][:1] in ("=", "+", "-", "@", "\t", "\r")]


def test_a_long_table_shows_a_part_and_saves_all() -> None:
    frame = pl.DataFrame({"issuer": [f"第{i}县" for i in range(9000)], "value": [float(i) for i in range(9000)]})
    made = show.table(frame, "很长", limit=10)._repr_html_()
    assert made.count("<tr>") == 11 and "9000" in made
    packed = re.search(r'download="很长.csv.gz" href="data:application/gzip;base64,([^"]+)"', made)
    assert packed is not None
    assert len(gzip.decompress(base64.b64decode(packed[1])).decode().splitlines()) == 9001


def test_a_table_without_rows_says_so() -> None:
    assert say("page.no_table_rows") in show.table(panel().clear(), "空")._repr_html_()


def test_entries_quote_the_sentence_with_its_path() -> None:
    t = report_tables()
    pair = ("0" * 15 + "1", 7)
    (entry,) = entries(t, [pair, ("none", 1)])
    text = t.reports.collect().filter(pl.col("report_id") == pair[0])["text"][0]
    assert entry.sentence in text and entry.number == "41余件"
    assert entry.path == ("一、主要举措和成效", "（一）化解争议")
    assert entry.before.startswith("全年办结") and entry.after.endswith("其中撤销3件。")
    assert entry.title.startswith(ISSUERS[1])


def test_a_sentence_without_end_is_cut_and_says_so() -> None:
    t = report_tables()
    reports = t.reports.collect().with_columns(text=pl.lit("数" * 500 + "41余件" + "字" * 500))
    indicators = t.indicators.collect().with_columns(start=pl.lit(500, pl.Int64), end=pl.lit(504, pl.Int64))
    import dataclasses

    (entry,) = entries(dataclasses.replace(t, reports=reports.lazy(), indicators=indicators.lazy()), [("0" * 16, 7)])
    assert entry.cut_before and entry.cut_after and len(entry.sentence) < 260
    assert "…" in listing([entry])


@pytest.mark.parametrize(("url", "kept"), [("https://a.cn/x?y=1", True), ("http://a.cn", True), ("javascript:alert(1)", False), ("data:text/html,x", False),
                                           ("//a.cn/x", False), ("", False), (None, False), ("http://[", False)])
def test_only_web_addresses_become_links(url: str | None, kept: bool) -> None:
    assert (safe_url(url) is not None) == kept


@pytest.mark.parametrize("harm", [
    "<script>x()</script>", '<img src="http://a/x.png">', '<a href="javascript:x()">a</a>', '<p onclick="x()">a</p>', "<svg><script>x()</script></svg>",
    "<iframe src=a></iframe>", '<div style="background:url(http://a)">b</div>', "<style>*{}</style>", '<a href="data:text/html,<script>x()</script>">a</a>',
    "<!--[if IE]><script>x()</script><![endif]-->", "<form action=x><input></form>", "<math><mtext><script>x()</script></mtext></math>",
    '<a href=" javascript:x()">a</a>', '<a href="java\nscript:x()">a</a>', '<noscript><p title="</noscript><img src=x onerror=x()>"></noscript>'])
def test_what_runs_or_loads_is_taken_out(harm: str) -> None:
    made = clean(f"<p>前</p>{harm}<p>后</p>")
    assert "x()" not in made and "http" not in made and "url(" not in made
    assert "前" in made and "后" in made


def test_what_our_own_tables_say_stays_as_it_is() -> None:
    made = show.table(panel(), "各机关", limit=3)._repr_html_()
    assert lxml_html.tostring(lxml_html.fromstring(clean(made))) == lxml_html.tostring(lxml_html.fromstring(made))


@given(st.text(max_size=60))
def test_cleaned_text_never_holds_an_element_that_runs(text: str) -> None:
    made = clean(f"<p>{text}</p>")
    assert not re.search(r"<(script|iframe|object|embed|svg|style|link|meta|base)\b", made, re.IGNORECASE)


@pytest.mark.parametrize("sign", ["\x08", "&#8;", "&#x8;", "&#x1F;", "&#11", "&#0;", "\ufffe", "&#xFFFE;", "&#xD800;", "\x00"])
def test_signs_that_no_element_can_hold_are_left_out(sign: str) -> None:
    assert clean(f"<p>前{sign}<c>中{sign}</c>{sign}后</p>") == "<p>前中后</p>"
    assert "&#183;" not in clean("<p>甲&#183;乙</p>") and "甲·乙" in clean("<p>甲&#183;乙</p>") and "1" in clean("&#49;")


# --- repeated passages


def repeated(start: int, end: int, later: int = 1) -> pl.DataFrame:
    """A passage that stands at the same place in two reports."""
    return pl.DataFrame({"later": ["乙县 2022年"], "earlier": ["甲市 2022年"], "later_report": [f"{later:016x}"], "later_id": [f"{start}-{end}"],
                         "earlier_report": [f"{0:016x}"], "earlier_id": [f"{start}-{end}"]})


def test_a_passage_leads_to_its_place_in_both_reports() -> None:
    t = report_tables()
    text = t.reports.collect()["text"][1]
    start, end = text.index("其中"), text.index("。此后")
    rows = repeated(start, end)
    made = show.table(rows, "表", sources=["later", "earlier"]).html + show.passages(t, rows).html
    root = lxml_html.fragment_fromstring(clean(made), create_parent="div")
    links = [link[1:] for link in root.xpath(".//table//a[starts-with(@href, '#')]/@href")]
    assert links == [f"s-{1:016x}-{start}-{end}", f"s-{0:016x}-{start}-{end}"] and sorted(links) == sorted(root.xpath(".//li/@id"))
    item = root.xpath(f".//li[@id='{links[0]}']")[0]
    assert item.xpath(".//mark")[0].text_content() == text[start:end] == "其中撤销3件" and HARM[-20:] in item.text_content()
    assert item.xpath(".//*[@class='fz-path']")[0].text_content() == "一、主要举措和成效 › （一）化解争议"
    assert not root.xpath(".//script | .//img")


def test_a_long_passage_is_shown_by_its_ends_and_one_that_is_not_there_not_at_all() -> None:
    t = report_tables()
    text = t.reports.collect()["text"][0]
    long = replace(t, reports=t.reports.with_columns(text=pl.col("text") + "长" * 500))
    (entry,) = passages(long, [(f"{0:016x}", f"5-{len(text) + 400}")])
    assert len(entry.number) == sum(ENDS) + len(CUT) and entry.number.startswith(text[5:50]) and entry.cut_after
    assert passages(t, [("0" * 15 + "f", "1-2"), (f"{0:016x}", f"3-{len(text) + 1}"), (f"{0:016x}", "3-3")]) == []
    assert show.passages(t, repeated(1, 2).head(0)).html == ""


def test_reports_are_a_table_that_tells_the_page_what_it_rests_on() -> None:
    made = show.reports(report_tables().reports.collect(), "依据")
    shown, told = made._repr_mimebundle_()
    assert told == {show.BASIS: [f"{n:016x}" for n in range(4)]} and ISSUERS[0] in shown["text/html"]
    assert show.sentence("句")._repr_mimebundle_() == ({"text/html": show.sentence("句").html, "text/plain": "句"}, {})


def test_a_date_stays_in_one_line() -> None:
    frame = pl.DataFrame({"issuer": ["甲县"], "published_on": ["2021-02-23"], "source": ["baoshan-2020.html"]}).with_columns(pl.col("published_on").str.to_date())
    row = lxml_html.fragment_fromstring(show.table(frame, "表").html, create_parent="div").xpath(".//tbody/tr/*")
    assert [cell.get("class") for cell in row] == ["fz-s", "fz-s", "fz-m"]
