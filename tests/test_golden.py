"""Golden reports: each of five formats gives the tables that a person has read; `make golden` rewrites them."""
from __future__ import annotations

import csv
from difflib import unified_diff
from pathlib import Path

import pytest
from golden import golden


@pytest.fixture(scope="module")
def tables() -> dict[str, str]:
    return golden.golden_tables()


def rows(table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(table.splitlines(keepends=True)))


@pytest.mark.parametrize("name", golden.NAMES)
def test_tables_are_those_that_were_read(name: str, tables: dict[str, str]) -> None:
    kept = (golden.TABLES / f"{name}.csv").read_text("utf-8")
    changes = "".join(unified_diff(kept.splitlines(keepends=True), tables[name].splitlines(keepends=True), "kept", "now", n=0))
    assert not changes, f"`make golden` and read the diff, if this is meant:\n{changes[:6000]}"


def test_every_format_is_there_and_every_report_has_figures(tables: dict[str, str]) -> None:
    reports = {r["source"]: r for r in rows(tables["reports"])}
    assert set(reports) == {p.name for p in golden.REPORTS.iterdir()}
    assert {Path(name).suffix for name in reports} == {".txt", ".html", ".docx", ".pdf"}
    for name in reports:
        assert sum(r["source"] == name for r in rows(tables["indicators"])) >= 5
        assert sum(r["source"] == name for r in rows(tables["measures"])) >= 3


def test_the_page_that_calls_itself_gb2312_is_gb18030() -> None:
    made = (golden.WRITTEN / "department.html").read_text("utf-8").encode("gb18030")
    assert made == (golden.REPORTS / "department.html").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        made.decode("gb2312")


def test_the_word_file_says_what_is_written() -> None:
    pytest.importorskip("docx")
    from fazhi.read import read

    made = golden.make_docx((golden.WRITTEN / "bureau.txt").read_text("utf-8"))
    assert read(made).text == read((golden.REPORTS / "bureau.docx").read_bytes()).text
    assert made == golden.make_docx((golden.WRITTEN / "bureau.txt").read_text("utf-8"))
