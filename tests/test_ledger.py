"""sources.csv and corrections.csv: what is read, what is refused with file and line, what a correction does and when it no longer fits."""
from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from fazhi import ledger
from fazhi.build import build
from fazhi.ledger import LedgerError
from fazhi.tables import load

ROOT = Path(__file__).resolve().parents[1]
HEAD = "report,table,column,where,expected,value,reason\n"


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "raw"
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "data" / "raw" / "qinglan-2020.pdf", folder)
    return folder


def rebuilt(raw: Path, lines: str) -> tuple[pl.DataFrame, Any]:
    (raw.parent / "corrections.csv").write_text(HEAD + lines, "utf-8")
    result = build(raw, raw.parent / "out", workers=1)
    return load(result.folder).indicators.collect(), result


def figure(frame: pl.DataFrame, value_text: str) -> dict[str, Any]:
    return frame.filter(pl.col("value_text") == value_text).row(0, named=True)


def test_sources_csv_is_read_as_utf8_or_as_excel_saves_it(tmp_path: Path) -> None:
    text = "file,url,issuer,accessed_on,year\n甲/a.html,,安溪河县人民政府,2025/5/2,2020\n\nb.html,https://example.org,,,\n"
    path = tmp_path / "sources.csv"
    for data in (text.encode(), b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(), text.encode("gb18030")):
        path.write_bytes(data)
        found = ledger.sources(path)
        assert found["甲/a.html"] == {"issuer": "安溪河县人民政府", "accessed_on": "2025-05-02", "year": "2020", "line": "2"}
        assert found["b.html"]["url"] == "https://example.org"
    assert ledger.sources(tmp_path / "none.csv") == {}


def test_a_decomposed_or_windows_path_is_the_same_file() -> None:
    assert ledger.plain("甲\\e\u0301.html") == ledger.plain("./甲/\u00e9.html") == "甲/\u00e9.html"


@pytest.mark.parametrize(("text", "said"), [
    ("url\nx\n", r"sources\.csv, line 1: no column file"),
    ("file,adress\n", "line 1: unknown column adress; the columns are file, url"),
    ("file,year\na.html,20\n", "line 2: year '20'; write four digits"),
    ("file,origin\na.html,real\n", "line 2: origin 'real'; write one of published"),
    ("file,accessed_on\na.html,May\n", "line 2: accessed_on 'May'"),
    ("file,signed_on\na.html,2021-02-30\n", "line 2: signed_on '2021-02-30'"),
    ("file,level\na.html,city\n", "line 2: level 'city'; write one of national"),
    ("file,url\na.html,x\na.html,y\n", "line 3: a.html stands in line 2 too"),
    ("file,url\n,x\n", "line 2: no file"),
    ("file,title\na.html,一,二\n", "line 2: 3 values under 2 columns"),
])
def test_a_fault_in_sources_csv_names_line_and_remedy(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "sources.csv").write_text(text, "utf-8")
    with pytest.raises(LedgerError, match=said):
        ledger.sources(tmp_path / "sources.csv")


@pytest.mark.parametrize(("line", "said"), [
    ("a,figures,value,x,1,2,", "line 2: table 'figures'; write one of reports"),
    ("a,indicators,start,x,1,2,", "column 'start' of indicators cannot be corrected; write one of code"),
    ("a,indicators,value,,1,2,", "no `where`; write words of the quote or value_text"),
    (",reports,year,,2019,2020,", "no `report`"),
    ("a,indicators,value,x,1,many,", "value 'many' or expected '1'; indicators.value is of type f64"),
    ("a,indicators,scope,x,year,always,", "value 'always'; write one of year, partial"),
    ("a,indicators,subject,x,y,,", "no `value`; indicators.subject cannot be empty"),
])
def test_a_fault_in_corrections_csv_names_line_and_remedy(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "corrections.csv").write_text(f"{HEAD}{line}\n", "utf-8")
    with pytest.raises(LedgerError, match=said):
        ledger.corrections(tmp_path / "corrections.csv")


def test_a_correction_is_made_and_what_follows_from_it(raw: Path) -> None:
    before, _ = rebuilt(raw, "")
    old = figure(before, "7件")
    assert (old["code"], old["comparable"], old["caveats"]) == (None, False, ["uncoded"])
    after, result = rebuilt(raw, "qinglan-2020.pdf,indicators,code,提请修改7件,,normative_docs_filed,说的是文件\n")
    new = figure(after, "7件")
    assert result.notes == () and result.fresh == 0
    assert new["code"] == "normative_docs_filed" and new["corrected"] and "uncoded" not in new["caveats"] and new["comparable"]
    # the other figure of this code now has a rival
    assert "several_values" in figure(after, "52件")["caveats"]
    rest = pl.col("value_text").is_in(["7件", "52件"]).not_()
    assert after.filter(rest).equals(before.filter(rest))


def test_a_bound_that_is_corrected_away_is_comparable_again_and_last_comes_comparable_itself(raw: Path) -> None:
    lines = ("qinglan-2020.pdf,indicators,qualifier,修订市级专项应急预案38部,exact,about,\n"
             "qinglan-2020.pdf,indicators,comparable,出台贯彻措施46条,true,false,不是一类\n")
    after, result = rebuilt(raw, lines)
    assert result.notes == ()
    assert (figure(after, "38部")["comparable"], figure(after, "38部")["caveats"]) == (False, ["bound"])
    assert (figure(after, "46条")["comparable"], figure(after, "46条")["caveats"]) == (False, [])


def test_a_year_that_is_corrected_away_makes_nothing_comparable(raw: Path) -> None:
    after, _ = rebuilt(raw, "qinglan-2020.pdf,reports,year,,2020,,不知道\n")
    assert not after["comparable"].any() and all("year_unknown" in caveats for caveats in after["caveats"])


@pytest.mark.parametrize(("line", "said"), [
    ("qinglan-2020.pdf,indicators,value,修订市级专项应急预案38部,37,39,", "现在的值是“38.0”，不是“37”"),
    ("qinglan-2020.pdf,indicators,value,修订市级专项应急预案38部,37,38,", "可删去此行"),
    ("qinglan-2020.pdf,indicators,value,没有这句话,1,2,", "有 0 行"),
    ("qinglan-2020.pdf,indicators,status,市,actual,target,", "应恰有一行"),
    ("gone.pdf,reports,year,,2020,2021,", "没有这份报告"),
])
def test_a_correction_that_no_longer_fits_is_a_finding_and_changes_nothing(raw: Path, line: str, said: str) -> None:
    before, _ = rebuilt(raw, "")
    after, result = rebuilt(raw, line + "\n")
    assert after.equals(before)
    note, = result.notes
    assert said in note and "第 2 行" in note
    assert note in load(result.folder).findings.filter(pl.col("rule") == "correction_unused").collect()["message"].to_list()


def test_a_row_of_sources_csv_without_its_file_is_told(raw: Path) -> None:
    (raw / "sources.csv").write_text("file,url\nqinglan-2020.pdf,\nlost.html,\n", "utf-8")
    note, = build(raw, raw.parent / "out", workers=1).notes
    assert "第 3 行" in note and "lost.html" in note


def test_an_override_goes_before_the_page(raw: Path) -> None:
    (raw / "sources.csv").write_text("file,url,publisher,accessed_on,origin,issuer,year,title\n"
                                     "qinglan-2020.pdf,https://example.org/x,某局,2025-1-2,synthetic,白鹭县人民政府,2017,别的标题\n", "utf-8")
    t = load(build(raw, raw.parent / "out", workers=1).folder)
    row, source = t.reports.collect().row(0, named=True), t.sources.collect().row(0, named=True)
    assert (row["issuer"], row["year"], row["title"], row["origin"]) == ("白鹭县人民政府", 2017, "别的标题", "synthetic")
    assert (source["url"], source["publisher"], str(source["accessed_on"]), source["issuer"], source["year"]) == (
        "https://example.org/x", "某局", "2025-01-02", "白鹭县人民政府", 2017)
