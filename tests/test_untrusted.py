"""A report that means harm, the whole way: raw file, tables, notebooks, pages, a real browser, the CSV that a reader saves."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_browser import CHROMIUM, Visit, browser  # noqa: F401 (the fixture)

from fazhi.brief.runs import run
from fazhi.build import build

ROOT = Path(__file__).resolve().parents[1]
pytestmark = [pytest.mark.slow, pytest.mark.browser,
              pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: apt-get install chromium")]
SCRIPT = "<script>window.harmed=1</script>"
IMAGE = '<img src=x onerror="window.harmed=2">'
FORMULA = "=cmd|'/C calc'!A1"
# As text: what an old page's source or a careless copy leaves. As HTML: markup of the page itself.
TEXT = f"""安溪河县人民政府2023年法治政府建设年度报告{SCRIPT}

2023年，{IMAGE}安溪河县深入推进法治政府建设，现报告如下。
一、主要举措和成效
（一）{SCRIPT}化解争议
=HYPERLINK("http://evil.example","行政复议")全年办结行政复议案件42件，</script>{SCRIPT}其中{FORMULA}撤销3件。
@SUM(A1)全年开展法治培训+12场次，{IMAGE}培训"><svg onload=window.harmed=3>执法人员300人次。
-2+3 行政机关负责人出庭应诉率100%，{{{{constructor.constructor('window.harmed=4')()}}}}办理行政应诉案件9件。
印发《{SCRIPT}管理办法》，`${{window.harmed=5}}`制定行政规范性文件5件。
二、存在的不足
执法人员{SCRIPT}能力有待提高，涉及8个乡镇。
三、党政主要负责人履行推进法治建设第一责任人职责情况
县委常委会专题学法4次。
四、下一年度工作安排
计划开展执法培训20场。

安溪河县人民政府
2024年3月1日
"""
HTML = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>安溪河县人民政府2022年法治政府建设年度报告</title>{SCRIPT}</head><body onload="window.harmed=6">
<h1>安溪河县人民政府2022年法治政府建设年度报告</h1><div class="content">
<p>2022年，安溪河县深入推进法治政府建设，&lt;script&gt;window.harmed=7&lt;/script&gt;现报告如下。</p>
<p><a href="javascript:window.harmed=8">一、主要举措和成效</a></p>
<p>（一）化解争议。全年办结行政复议案件38件，&lt;img src=x onerror=window.harmed=9&gt;其中撤销2件，{FORMULA}。开展法治培训10场次。</p>
<p>二、存在的不足</p><p>执法能力有待提高。</p><p>三、党政主要负责人履职情况</p><p>县政府常务会议学法3次。</p>
<p>四、下一年度工作安排</p><p>计划开展执法培训15场。</p><p>安溪河县人民政府</p><p>2023年3月1日</p></div></body></html>"""
SOURCES = f"""file,url,publisher,origin,title
text.txt,javascript:window.harmed=10,{FORMULA},synthetic,
page.html,"data:text/html,{SCRIPT}",安溪河县,synthetic,
-2+3.txt,https://example.org/a?x=%22%3E{SCRIPT},安溪河县,synthetic,{FORMULA}
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The briefings of three harmful sources; a second build, so that the index shows what changed."""
    place = tmp_path_factory.mktemp("untrusted")
    raw = place / "raw"
    raw.mkdir()
    (raw / "page.html").write_text(HTML, "utf-8")
    (raw / "-2+3.txt").write_text(TEXT.replace("2023年", "2021年").replace("2024年", "2022年"), "utf-8")
    build(raw, place / "out", workers=1)
    (raw / "text.txt").write_text(TEXT, "utf-8")
    (raw / "sources.csv").write_text(SOURCES, "utf-8")
    done = build(raw, place / "out", workers=1)
    assert done.counts["report"] == 3
    briefings = place / "briefings"
    briefings.mkdir()
    for name, notebook, more in (("one", "1_one_report", "parameters: {report: text.txt}"), ("quality", "7_quality", ""), ("coverage", "2_coverage", "")):
        (briefings / f"{name}.yml").write_text(f"notebook: {notebook}\ntitle: '一篇{SCRIPT}'\n{more}\n", "utf-8")
    outcomes = run(None, done.folder, place / "pages", briefings=briefings, notebooks=ROOT / "notebooks", check=True)
    assert [(o.name, o.error) for o in outcomes if not o.ok] == []
    return place / "pages"


@pytest.fixture(scope="module")
def visits(browser: Any, pages: Path) -> Iterator[dict[str, Visit]]:  # noqa: F811
    opened = {}
    for path in sorted(pages.glob("*.html")):
        opened[path.stem] = Visit(browser, path).read()
    yield opened
    for visit in opened.values():
        visit.context.close()


def test_nothing_of_it_runs(visits: dict[str, Visit], pages: Path) -> None:
    assert set(visits) == {"one", "quality", "coverage", "index"}
    for name, visit in visits.items():
        assert visit.page.evaluate("window.harmed === undefined"), name
        assert visit.requests == [(pages / f"{name}.html").as_uri()], name
        assert visit.said == [], name
        assert visit.page.evaluate("document.querySelectorAll('img[src=x], svg[onload], [onerror], [onload]').length") == 0, name


def test_it_is_shown_as_what_it_is(visits: dict[str, Visit]) -> None:
    """The words are kept, as words: a reader sees what the report says."""
    for name in ("one", "quality"):
        assert "<script>window.harmed=1</script>" in visits[name].page.inner_text("body"), name
    assert "<script>" in visits["one"].page.title()


def test_no_link_leads_to_code(visits: dict[str, Visit]) -> None:
    for name, visit in visits.items():
        links = visit.page.evaluate("[...document.querySelectorAll('a')].map((a) => [new URL(a.getAttribute('href'), location).protocol, a.hasAttribute('download'), a.getAttribute('href')])")
        for protocol, saved, address in links:
            assert protocol in ("file:", "https:", "http:") or (protocol == "data:" and saved), (name, address)


def test_clicking_everything_harms_nothing(visits: dict[str, Visit]) -> None:
    for name in ("one", "quality"):
        page = visits[name].page
        page.evaluate("""() => {
            document.querySelectorAll('a[href^="#"]').forEach((a) => a.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true})));
            document.querySelectorAll('.fz-plot').forEach((plot) => plot.emit && plot.emit('plotly_hover', {points: [plot._fullData ? {customdata: '\\"><img src=x onerror=window.harmed=11>'} : {}]}));
            document.querySelectorAll('.fz-plot').forEach((plot) => plot.emit && plot.emit('plotly_click', {points: [{customdata: '\\"><img src=x onerror=window.harmed=12>'}]}));
        }""")
        assert page.evaluate("window.harmed === undefined"), name


def test_a_saved_csv_opens_as_words_in_a_spreadsheet(visits: dict[str, Visit]) -> None:
    """Every CSV of every page, saved as a reader does: no cell of text begins as a formula does, and the formula is there."""
    seen, harmful = 0, False
    for name, visit in visits.items():
        links = visit.page.locator("a.fz-csv")
        for number in range(links.count()):
            if number % 8 == 0:
                visit.page.reload()  # a browser asks before it saves more than ten files of one visit
            with visit.page.expect_download() as saved:
                links.nth(number).click()
            data = Path(saved.value.path()).read_bytes()
            text = (gzip.decompress(data) if saved.value.suggested_filename.endswith(".gz") else data).decode("utf-8-sig")
            for row in list(csv.reader(io.StringIO(text)))[1:]:
                for cell in row:
                    seen += 1
                    harmful |= FORMULA in cell or "-2+3" in cell
                    assert not cell.startswith(("=", "+", "@", "\t", "\r")), (name, cell)
                    assert not cell.startswith("-") or cell.replace(".", "").lstrip("-").isdigit(), (name, cell)
    assert seen > 200 and harmful
