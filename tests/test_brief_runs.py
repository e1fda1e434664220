"""Runs of notebooks: parameters checked first, pages only when all went well, the last good page kept, nothing run twice."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from brief_sample import ISSUERS, report_tables
from lxml import html as lxml_html
from nbformat import write
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from fazhi.brief import parameters
from fazhi.brief.index import write_index
from fazhi.brief.parameters import ParameterError
from fazhi.brief.runs import run
from fazhi.compare.release import FRAME, Release
from fazhi.contract import TABLES
from fazhi.tables import write as write_tables

GOOD = """from pathlib import Path
import polars as pl
from fazhi.brief import figures, show
rows = pl.read_parquet(Path(tables) / "indicators.parquet").with_columns(issuer=pl.col("report_id"), year=pl.lit(2022), state=pl.lit("comparable"))"""


def notebook(folder: Path, name: str, *sources: str, defaults: str = "tables = None\ncodes = ['law_study_sessions']\nyear = None") -> Path:
    cells = [new_markdown_cell("# 题目"), new_code_cell(defaults, metadata={"tags": ["parameters"]}), *map(new_code_cell, sources)]
    made = new_notebook(cells=cells, metadata={"kernelspec": {"name": "no-such-kernel", "display_name": "x", "language": "python"}})
    write(made, folder / f"{name}.ipynb")
    return folder / f"{name}.ipynb"


def briefing(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.yml"
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A workshop: notebooks, briefings, tables."""
    for name in ("notebooks", "briefings", "tables"):
        (tmp_path / name).mkdir()
    t = report_tables()
    write_tables(tmp_path / "tables", {name: t[name].collect() for name in TABLES})
    return tmp_path


def go(place: Path, names: list[str] | None = None, **options: Any) -> dict[str, Any]:
    outcomes = run(names, place / "tables", place / "out", briefings=place / "briefings", notebooks=place / "notebooks", **options)
    return {outcome.name: outcome for outcome in outcomes}


def status(place: Path) -> dict[str, Any]:
    return {entry["name"]: entry for entry in json.loads((place / "out" / "status.json").read_text("utf-8"))}


@pytest.mark.slow
def test_a_run_makes_pages_keeps_good_ones_and_tells_of_faults(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(place / "home-that-is-not-there"))  # no kernelspec, no profile, no cache of a user
    source = notebook(place / "notebooks", "essay", GOOD, "figures.dots(rows)", "show.table(rows.select('issuer','value','unit','report_id','indicator_id'), '表')")
    notebook(place / "notebooks", "broken", "1 / 0")
    briefing(place / "briefings", "good", "notebook: essay\ntitle: 好的一篇\nparameters: {codes: [reconsideration_closed]}\n")
    briefing(place / "briefings", "bad", "notebook: broken\ntitle: 坏的一篇\n")
    briefing(place / "briefings", "wrong", "notebook: essay\ntitle: 参数错了\nparameters: {codes: [reconsideration_close]}\n")
    told: list[tuple[str, int, int]] = []
    first = go(place, progress=lambda outcome, done, total: told.append((outcome.name, done, total)))
    assert {name: outcome.status for name, outcome in first.items()} == {"good": "made", "bad": "failed", "wrong": "failed"}, first
    assert sorted(told) == [("bad", 1, 3), ("good", 2, 3), ("wrong", 3, 3)]
    assert "ZeroDivisionError" in (first["bad"].error or "") and "reconsideration_closed" in (first["wrong"].error or "")
    assert {path.name for path in (place / "out").iterdir()} == {"good.html", "index.html", "status.json"}
    made = (place / "out" / "good.html").read_bytes()
    assert "好的一篇" in made.decode() and "行政复议" in made.decode()
    index = lxml_html.parse(str(place / "out" / "index.html")).getroot()
    assert index.xpath("//tbody//a/@href") == ["good.html"] and "ZeroDivisionError" in index.text_content()

    again = go(place, ["good"])
    assert again["good"].status == "unchanged" and again["good"].seconds < 2
    assert set(status(place)) == {"good", "bad", "wrong"}

    source.write_text(source.read_text("utf-8").replace("figures.dots(rows)", "raise SystemError('今天不行')"), "utf-8")
    broken = go(place, ["good"])
    assert broken["good"].status == "failed" and broken["good"].path == place / "out" / "good.html"
    assert (place / "out" / "good.html").read_bytes() == made
    assert status(place)["good"]["status"] == "failed" and "今天不行" in status(place)["good"]["error"]
    assert "保留" in (place / "out" / "index.html").read_text("utf-8")


@pytest.mark.slow
def test_the_page_of_a_briefing_that_is_gone_goes_too(place: Path) -> None:
    notebook(place / "notebooks", "plain", "'文字'")
    one = briefing(place / "briefings", "one", "notebook: plain\ntitle: 一\n")
    briefing(place / "briefings", "two", "notebook: plain\ntitle: 二\n")
    assert all(outcome.ok for outcome in go(place).values())
    one.unlink()
    go(place)
    assert {path.name for path in (place / "out").glob("*.html")} == {"two.html", "index.html"}


def test_a_name_that_is_no_briefing_is_told_with_the_nearest(place: Path) -> None:
    briefing(place / "briefings", "regions", "notebook: x\ntitle: y\n")
    with pytest.raises(ParameterError, match="regions"):
        go(place, ["region"])


def test_no_briefings_give_an_index_that_says_so(place: Path) -> None:
    assert go(place) == {}
    assert "没有简报" in (place / "out" / "index.html").read_text("utf-8")


def test_a_damaged_status_counts_as_none(place: Path) -> None:
    (place / "out").mkdir()
    (place / "out" / "status.json").write_text("{", "utf-8")
    assert go(place) == {} and status(place) == {}


@pytest.mark.parametrize(("text", "told"), [
    ("notebook: [", "YAML"), ("just words", "notebook"), ("notebook: 3_regions", "title"), ("notebook: 3_regions\ntitle: x\ntitel: y", "title"),
    ("notebook: 3_region\ntitle: x", "3_regions"), ("notebook: 3_regions\ntitle: x\nlanguage: fr", "zh"),
    ("notebook: 3_regions\ntitle: x\nparameters: {yaer: 2020}", "year"), ("notebook: 3_regions\ntitle: x\nparameters: {level: conty}", "county"),
    ("notebook: 3_regions\ntitle: x\nparameters: {year: soon}", "soon"), ("notebook: 3_regions\ntitle: x\nparameters: {issuer_kind: departement}", "department"),
    ("notebook: 3_regions\ntitle: x\nparameters: {tables: /tmp}", "tables"), ("notebook: other\ntitle: x\nparameters: {colour: red}", "color"),
])
def test_a_faulty_briefing_is_told_with_what_to_do(tmp_path: Path, text: str, told: str) -> None:
    names = "\n".join(f"{name} = None" for name in ("tables", "codes", "year", "level", "issuer_kind", "regions", "allow"))
    notebook(tmp_path, "3_regions", defaults=names)
    notebook(tmp_path, "other", defaults="tables = None\ncolor = 'blue'")
    with pytest.raises(ParameterError, match=told):
        parameters.read(briefing(tmp_path, "x", text), tmp_path)


@pytest.mark.parametrize(("given", "told"), [
    ("codes: [law_studies]", "law_study_sessions"), ("allow: [bounds]", "bound"), ("year: 1999", "2022"), ("regions: [不存在之地]", "不存在之地"),
])
def test_values_are_checked_against_codebook_and_tables(tmp_path: Path, given: str, told: str) -> None:
    notebook(tmp_path, "3_regions", defaults="tables = None\ncodes = []\nyear = None\nregions = None\nallow = []")
    checked = parameters.read(briefing(tmp_path, "x", f"notebook: 3_regions\ntitle: x\nparameters: {{{given}}}"), tmp_path)
    with pytest.raises(ParameterError, match=told):
        parameters.check(checked, report_tables())


def test_what_fits_passes_and_years_may_be_spans(tmp_path: Path) -> None:
    notebook(tmp_path, "2_coverage", defaults="tables = None\nyears = None\nregions = None\nlevel = None")
    checked = parameters.read(briefing(tmp_path, "x", "notebook: 2_coverage\ntitle: x\nparameters: {years: 2019-2022, regions: 甲市}"), tmp_path)
    assert checked.parameters == {"years": [2019, 2020, 2021, 2022], "regions": ["甲市"]}
    parameters.check(checked, report_tables())


def test_the_projects_own_briefings_are_sound() -> None:
    root = Path(__file__).resolve().parents[1]
    for path in sorted((root / "briefings").glob("*.yml")):
        parameters.read(path, root / "notebooks")


def test_the_index_is_escaped_and_asks_for_nothing() -> None:
    record = {"name": "a", "title": "<script>x()</script>", "language": "zh", "status": "failed", "key": None, "file": None, "made": None, "build": None,
              "origins": {"synthetic": 1}, "tried": "now", "error": "<img src=x onerror=x()>"}
    made = write_index([record], {"id": "b<1>", "date": "2026"})
    root = lxml_html.fromstring(made)
    assert len(root.xpath("//script")) == 1 and not root.xpath("//img | //link | //@onerror")
    assert "虚构样例" in root.text_content() and os.sep + "tmp" not in made


# ---------------------------------------------------------------- one file, several briefings
EACH = "tables = None\nissuer = None\nreport = None\nregions = None\nyear = None"


def several(place: Path, text: str, defaults: str = EACH) -> list[parameters.Briefing]:
    notebook(place / "notebooks", "essay", "'文字'", defaults=defaults)
    path = briefing(place / "briefings", "each", f"notebook: essay\ntitle: {text}\n")
    return parameters.expand(parameters.read(path, place / "notebooks"), report_tables())


def test_for_each_issuer_of_the_tables_or_of_a_list(place: Path) -> None:
    every = several(place, "'{issuer}怎么样'\nfor_each: issuer")
    assert [one.parameters["issuer"] for one in every] == sorted(ISSUERS)
    assert [one.title for one in every] == [f"{issuer}怎么样" for issuer in sorted(ISSUERS)]
    assert len({one.name for one in every}) == len(every) and every[0].name.startswith("each-")
    two = several(place, "看一看\nfor_each: [乙县人民政府, 甲市人民政府, 乙县人民政府]")
    assert [one.title for one in two] == ["看一看：乙县人民政府", "看一看：甲市人民政府"]
    assert [one.parameters for one in several(place, "x\nfor_each: {year: [2021, 2022]}")] == [{"year": 2021}, {"year": 2022}]
    where = several(place, "x\nfor_each: issuer", "tables = None\nregions = None")
    assert [one.parameters for one in where] == [{"regions": issuer} for issuer in sorted(ISSUERS)]


@pytest.mark.parametrize(("text", "told"), [
    ("x\nfor_each: isuer", "issuer"), ("x\nfor_each: []", "for_each"), ("x\nfor_each: {year: []}", "for_each"), ("x\nfor_each: {yaer: [1]}", "year"),
    ("x\nfor_each: {a: [1], b: [2]}", "for_each"), ("x\nfor_each: 3", "for_each"),
])
def test_a_faulty_for_each_is_told(place: Path, text: str, told: str) -> None:
    with pytest.raises(ParameterError, match=told):
        several(place, text)


def test_names_of_files_are_safe_and_their_own(place: Path) -> None:
    made = several(place, "x\nfor_each: {issuer: ['../../etc/passwd', 'a/b', 'a b', 'A\\\\b:c', '" + "长" * 300 + "']}")
    assert len({one.name.lower() for one in made}) == 5
    assert all("/" not in one.name and "\\" not in one.name and ".." not in one.name and len(f"{one.name}.html".encode()) < 255 for one in made)


@pytest.mark.slow
def test_each_gets_its_page_and_a_fault_of_one_is_its_own(place: Path) -> None:
    notebook(place / "notebooks", "essay", "assert '丙' not in issuer, issuer", "issuer", defaults=EACH)
    path = briefing(place / "briefings", "each", "notebook: essay\ntitle: '{issuer}'\nfor_each: issuer\n")
    told = go(place, ["each"], workers=2)
    assert {outcome.title: outcome.status for outcome in told.values()} == {issuer: "failed" if "丙" in issuer else "made" for issuer in ISSUERS}
    assert {page.stem for page in (place / "out").glob("*.html")} == {"index"} | {name for name, outcome in told.items() if outcome.ok}
    one = next(name for name, outcome in told.items() if outcome.ok)
    assert go(place, [one])[one].status == "unchanged"
    path.write_text("notebook: essay\ntitle: [", "utf-8")  # nobody knows what it asks for now: its pages stay
    assert go(place)["each"].status == "failed"
    assert len(list((place / "out").glob("each-*.html"))) == 3
    path.write_text("notebook: essay\ntitle: '{issuer}'\nfor_each: [甲市人民政府]\n", "utf-8")
    go(place)
    assert len(list((place / "out").glob("each-*.html"))) == 1


@pytest.mark.slow
def test_check_looks_at_pages_that_stand_unchanged_too(place: Path) -> None:
    notebook(place / "notebooks", "essay", GOOD, "show.table(rows.select('value', 'report_id', 'indicator_id'), '表')", "show.sentence('第\\ue000章')")
    briefing(place / "briefings", "lost", "notebook: essay\ntitle: 缺字\n")
    assert go(place)["lost"].status == "made"
    checked = go(place, check=True)["lost"]
    assert checked.status == "failed" and "U+E000" in (checked.error or "")


def test_the_index_says_what_changed_and_escapes_it() -> None:
    row = dict.fromkeys(FRAME) | {"change": "changed", "table": "indicators", "issuer": "<b>甲</b>", "year": 2020, "column": "value", "old": "=1", "new": "2", "cause": "source"}
    found = Release(pl.DataFrame([row], schema=FRAME), "a1", "b2", ("原始文件",))
    root = lxml_html.fromstring(write_index([], {"id": "b2", "date": "2026"}, changes=found))
    assert "原始文件1处" in root.text_content() and "<b>甲</b>" in root.text_content() and not root.xpath("//table//b")
    assert not lxml_html.fromstring(write_index([], {"id": "b2", "date": "2026"})).xpath("//section")


RECORD = {"language": "en", "status": "ok", "key": None, "made": "2026", "build": "b", "origins": {"synthetic": 1, "real": 2}, "tried": "now", "error": None}


def test_the_index_of_english_briefings_is_english() -> None:
    from fazhi.compare.language import spoken

    rows = [dict.fromkeys(FRAME) | {"change": change, "table": table, "column": "comparable", "old": "能", "cause": "knowledge or code"}
            for change in ("added", "removed", "changed") for table in ("sources", "reports", "indicators")]
    found = Release(pl.DataFrame(rows, schema=FRAME), "a1", "b2", ("原始文件", "程序"))
    every = [RECORD | {"name": "a", "title": "Coverage", "file": "a.html"}]
    for changes in (found, Release(found.frame.clear(), "a1", "b2", ("程序",)), Release(found.frame.clear(), "b2", "b2", ())):
        made = lxml_html.fromstring(write_index(every, {"id": "b2", "date": "2026"}, changes=changes))
        assert made.get("lang") == "en" and not re.search("[\u4e00-\u9fff，。：；、（）]", "".join(made.xpath("//body//text()")))
    assert spoken() == "zh"  # who asked for it speaks on as before


def test_the_index_of_briefings_in_both_languages_is_chinese_and_marks_each_title() -> None:
    both = [RECORD | {"name": "a", "title": "Coverage", "file": "a.html"}, RECORD | {"name": "b", "title": "覆盖", "file": "b.html", "language": "zh"}]
    made = lxml_html.fromstring(write_index(both, {"id": "b2", "date": "2026"}))
    assert made.get("lang") == "zh-CN" and made.xpath("//tbody/tr/th/@lang") == ["en", "zh-CN"]
    assert lxml_html.fromstring(write_index([], {"id": "b2", "date": "2026"})).get("lang") == "zh-CN"


@pytest.mark.slow
def test_the_line_on_origins_counts_what_the_page_rests_on(place: Path) -> None:
    read = "reports = pl.read_parquet(Path(tables) / 'reports.parquet').with_columns(origin=pl.lit('synthetic'))"
    one = "show.table(rows.head(1).select('issuer','value','unit','report_id','indicator_id'), '表')"
    notebook(place / "notebooks", "quoting", GOOD, read, one)
    notebook(place / "notebooks", "judging", GOOD, read, one, "show.reports(reports.head(3), '依据')")
    for name in ("quoting", "judging"):
        briefing(place / "briefings", name, f"notebook: {name}\ntitle: {name}\n")
    assert {outcome.status for outcome in go(place).values()} == {"made"}
    assert {name: record["origins"] for name, record in status(place).items()} == {"quoting": {"synthetic": 1}, "judging": {"synthetic": 3}}


def test_an_english_briefing_tells_its_notebook_so_and_shows_the_english_text(place: Path) -> None:
    notebook(place / "notebooks", "n", "print('spoken', language)", defaults="tables = None\nlanguage = 'zh'")
    briefing(place / "briefings", "one", "notebook: n\ntitle: One\nlanguage: en")
    briefing(place / "briefings", "two", "notebook: n\ntitle: 二")
    (place / "notebooks" / "en").mkdir()
    told = place / "notebooks" / "en" / "n.md"
    told.write_text("# Title\n\nIn other words.\n", "utf-8")
    done = go(place)
    made, own = (done[name].path.read_text("utf-8") for name in ("one", "two"))
    assert "spoken en" in made and "In other words." in made and '<html lang="en">' in made and "<code>language</code>" not in made
    assert "spoken zh" in own and "In other words." not in own
    assert go(place)["one"].status == "unchanged"
    told.write_text("# Title\n\nIn still other words.\n", "utf-8")
    again = go(place)
    assert (again["one"].status, "still other" in again["one"].path.read_text("utf-8")) == ("made", True)
    told.write_text("# Title\n\n---\n\nA cell that the notebook has not.\n", "utf-8")
    assert go(place)["one"].status == "failed" and "notebooks/en/n.md" in str(status(place)["one"]["error"])


def test_the_language_is_no_parameter(place: Path) -> None:
    notebook(place / "notebooks", "n", defaults="tables = None\nlanguage = 'zh'")
    with pytest.raises(ParameterError, match="language"):
        parameters.read(briefing(place / "briefings", "one", "notebook: n\ntitle: x\nparameters: {language: en}"), place / "notebooks")
