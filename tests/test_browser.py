"""A briefing in a real browser: opened from disk, network off, no Chinese font on the machine.

Needs Debian's chromium (`apt-get install chromium`); skipped with a word where there is none. Screenshots stay in build/browser.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from brief_sample import HARM, panel, report_tables
from nbformat.v4 import new_markdown_cell, new_notebook
from test_brief_page import figure_output, html_output, put

from fazhi.brief import figures, page, show
from fazhi.brief.index import write_index

CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
KEPT = Path(__file__).resolve().parents[1] / "build" / "browser"
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: apt-get install chromium")]
# an installation whose only fonts have no Chinese: what is drawn must come from the page itself
NO_CHINESE = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>"""


def briefing() -> str:
    """All kinds of figures, a table, harmful text, a hundred issuers."""
    crowd = [figures.dots(crowded(100)), figures.lines(crowded(100)), figures.coverage(crowded(50))]
    cells = [
        new_markdown_cell(f"# 题\n\n{HARM}"),
        put(html_output(show.sentence(f"最高是{HARM}")), figure_output(figures.dots(panel(), year=2022)), figure_output(figures.lines(panel())),
            figure_output(figures.slopes(panel())), figure_output(figures.multiples(panel(), by="issuer")), figure_output(figures.coverage(panel())),
            *map(figure_output, crowd), figure_output(figures.tile_map(placed()))),
        new_markdown_cell("## 全部数值"), put(html_output(show.table(panel(), f"表{HARM}"))),
    ]
    capsule = page.Capsule("浏览器里的一篇", report_tables("javascript:window.harmed=1"), build={"id": "b", "date": "2026-01-01"})
    return page.export(new_notebook(cells=cells), capsule)


def placed() -> Any:
    import polars as pl

    return panel().with_columns(region_code=pl.Series(["310101", "110101", "440101"] * 4))


def crowded(count: int) -> Any:
    import polars as pl

    return pl.DataFrame([{"issuer": f"第{i}县人民政府", "year": 2019 + year, "code": "x", "name_zh": "指标", "value": float(i + year), "unit": "件",
                          "qualifier": "exact", "state": "comparable"} for i in range(count) for year in range(5)])


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
    folder = tmp_path_factory.mktemp("fontconfig")
    fonts = next((f for f in ("/usr/share/fonts/truetype/dejavu", "/usr/share/fonts/truetype/liberation") if Path(f).is_dir()), str(folder))
    (folder / "fonts.conf").write_text(NO_CHINESE.format(fonts=fonts, cache=folder / "cache"), "utf-8")
    with sync_api.sync_playwright() as play:
        running = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"], env={**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf")})
        yield running
        running.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "briefing.html"
    path.write_text(briefing(), "utf-8")
    KEPT.mkdir(parents=True, exist_ok=True)
    return path


class Visit:
    """A page opened from disk, with what it asked for and what it said."""

    def __init__(self, browser: Any, path: Path, **options: Any) -> None:
        self.context = browser.new_context(offline=True, **options)
        self.page = self.context.new_page()
        self.requests: list[str] = []
        self.said: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda fault: self.said.append(str(fault)))
        self.page.goto(path.as_uri())

    def read(self) -> Visit:
        """Go down the page as a reader does; a figure is drawn when it comes near."""
        for figure in self.page.locator(".fz-figure[id]").all():
            figure.scroll_into_view_if_needed()
            self.page.wait_for_selector(f"#{figure.get_attribute('id')}.fz-drawn", state="attached", timeout=60_000)
        self.page.evaluate("scrollTo(0, 0)")
        return self


@pytest.fixture(scope="module")
def visit(browser: Any, file: Path) -> Iterator[Visit]:
    opened = Visit(browser, file, viewport={"width": 1280, "height": 900}).read()
    yield opened
    opened.context.close()


def test_it_asks_for_nothing_and_complains_of_nothing(visit: Visit, file: Path) -> None:
    assert visit.requests == [file.as_uri()]
    assert visit.said == []


def test_all_figures_are_drawn_with_their_points(visit: Visit) -> None:
    drawn = visit.page.evaluate("""() => [...document.querySelectorAll('.fz-plot')].map((plot) =>
        plot.querySelectorAll('.scatterlayer path.point, .barlayer path, .scatterlayer path.js-line').length)""")
    assert len(drawn) == 9 and all(drawn)


def test_no_text_is_drawn_as_boxes(visit: Visit) -> None:
    """Every Chinese character that the page shows is in its own font, and that font is loaded; the machine has no other."""
    assert visit.page.evaluate("[...document.fonts].every((font) => font.family.includes('Fazhi Sans') && font.status === 'loaded')")
    widths = visit.page.evaluate("""() => {
        const ink = (text, family) => {
            const canvas = document.createElement('canvas'); canvas.width = canvas.height = 40;
            const pen = canvas.getContext('2d', {willReadFrequently: true}); pen.font = `32px ${family}`; pen.fillText(text, 4, 34);
            return pen.getImageData(0, 0, 40, 40).data.filter((_, i) => i % 4 === 3).join();
        };
        const shown = new Set([...document.body.innerText].filter((c) => /\\p{Script=Han}/u.test(c)));
        const tofu = ink('\\u{2ffff}', '"Fazhi Sans"'), bare = [...shown].filter((c) => ink(c, '"Fazhi Sans"') === ink(c, 'no-such-font'));
        return {count: shown.size, tofu: [...shown].filter((c) => ink(c, '"Fazhi Sans"') === tofu), bare};
    }""")
    assert widths["count"] > 50 and widths["tofu"] == [] and widths["bare"] == []


def test_report_text_does_no_harm(visit: Visit) -> None:
    assert visit.page.evaluate("window.harmed") is None
    assert visit.page.evaluate("document.querySelectorAll('a[href^=javascript]').length") == 0


def test_a_number_leads_to_its_sentence_and_back_by_keyboard(visit: Visit) -> None:
    link = visit.page.locator("td a[href^='#s-']").first
    link.focus()
    visit.page.keyboard.press("Enter")
    focused = visit.page.evaluate("document.activeElement.id")
    assert focused == link.get_attribute("href").removeprefix("#")
    assert visit.page.locator(f"[id='{focused}'] mark").count() == 1
    visit.page.locator(".fz-back").click()
    assert visit.page.evaluate("document.activeElement.getAttribute('href')") == f"#{focused}"


def test_a_point_leads_to_its_sentence(visit: Visit) -> None:
    visit.page.evaluate("""() => { const plot = document.querySelector('#fig-1 .fz-plot');
        plot.emit('plotly_click', {points: [{customdata: plot.data.flatMap((t) => t.customdata || []).find(Boolean)}]}); }""")
    assert visit.page.evaluate("document.activeElement.id").startswith("s-")


def test_the_points_of_a_figure_are_walked_by_keyboard(visit: Visit) -> None:
    visit.page.locator("#fig-1 .fz-plot").focus()
    for key in ("ArrowDown", "ArrowRight"):
        visit.page.keyboard.press(key)
    assert visit.page.locator("#fig-1 .hoverlayer .hovertext").count() == 1
    assert "人民政府" in visit.page.locator(".fz-said").inner_text() and visit.page.locator("#fig-1-keys").is_visible()
    visit.page.keyboard.press("Enter")
    assert visit.page.evaluate("document.activeElement.id").startswith("s-")
    visit.page.locator(".fz-back").click()
    assert visit.page.evaluate("document.activeElement.className").startswith("fz-plot")


def test_a_figure_stands_before_it_is_drawn_and_is_drawn_when_it_comes_near(browser: Any, file: Path) -> None:
    opened = Visit(browser, file, viewport={"width": 1280, "height": 900})
    assert opened.page.locator("#fig-1 .fz-static svg, #fig-1 .fz-plot .main-svg").first.is_visible()
    opened.page.wait_for_selector("#fig-1.fz-drawn", state="attached", timeout=60_000)
    opened.page.wait_for_timeout(500)
    assert opened.page.locator("#fig-8 .fz-static").is_visible() and not opened.page.locator("#fig-8.fz-drawn").count()
    opened.read()
    assert not opened.page.locator("#fig-8 .fz-static").is_visible()
    opened.context.close()


def test_on_a_phone_a_row_with_prose_is_a_card(browser: Any, file: Path) -> None:
    opened = Visit(browser, file, viewport={"width": 390, "height": 844})
    cell = opened.page.locator(".fz-cards td.fz-l").first
    assert cell.get_attribute("data-name") and cell.bounding_box()["x"] + cell.bounding_box()["width"] <= 390
    opened.context.close()


def test_a_point_of_several_sentences_shows_the_next_one_each_time(visit: Visit) -> None:
    at = visit.page.evaluate("""() => { const plot = document.querySelector('#fig-1 .fz-plot');
        const [one, two] = plot.data.flatMap((t) => t.customdata || []).filter(Boolean);
        return [0, 1, 2].map(() => { plot.emit('plotly_click', {points: [{customdata: `${one} ${two}`}]}); return document.activeElement.id; }); }""")
    assert at[0].startswith("s-") and at[1].startswith("s-") and at[0] != at[1] and at[2] == at[0]


def test_a_map_takes_no_more_height_than_its_tiles_need(browser: Any, file: Path) -> None:
    heights = {}
    for width in (1280, 390):
        opened = Visit(browser, file, viewport={"width": width, "height": 844}).read()
        heights[width] = opened.page.evaluate("""() => { const plot = [...document.querySelectorAll('.fz-plot')].find((p) => p.layout.meta && p.layout.meta.shape);
            const tiles = [...plot.querySelectorAll('.bars .point path')].map((t) => t.getBoundingClientRect());
            return [plot.clientHeight, Math.max(...tiles.map((t) => Math.abs(t.width / t.height - 1))), Math.max(...tiles.map((t) => t.bottom)) - Math.min(...tiles.map((t) => t.top))]; }""")
        opened.context.close()
    assert all(skew < 0.05 and spread > 0.6 * height for height, skew, spread in heights.values()), heights
    assert heights[390][0] < heights[1280][0]


def test_the_hint_to_click_is_shown_only_where_points_answer(browser: Any, tmp_path: Path) -> None:
    """A figure whose points are links says so without scripts; one without links does not; print never does."""
    linked = figures.dots(panel(), year=2022)
    dumb = figures.dots(panel(), year=2022)
    for trace in dumb.data:
        trace.customdata = None
    cells = [put(figure_output(linked), figure_output(dumb))]
    path = tmp_path / "hint.html"
    path.write_text(page.export(new_notebook(cells=cells), page.Capsule("提示", report_tables())), "utf-8")
    opened = Visit(browser, path, java_script_enabled=False)
    hints = opened.page.locator(".fz-hint")
    assert hints.count() == 2 and [hints.nth(place).is_visible() for place in (0, 1)] == [True, False]
    opened.page.emulate_media(media="print")
    assert not hints.nth(0).is_visible()
    opened.context.close()


def test_it_is_quick(browser: Any, file: Path) -> None:
    opened = Visit(browser, file)
    opened.page.wait_for_selector("html[data-drawn]", state="attached", timeout=30_000)
    spent = opened.page.evaluate("Number(document.documentElement.dataset.ms)")
    opened.context.close()
    assert 0 < spent < 6_000  # the first figure: 0.7 s on an idle machine; the bound catches a page that reads too much, or hangs


@pytest.mark.parametrize(("name", "width"), [("wide", 1280), ("phone", 390)])
def test_it_fits_the_screen(browser: Any, file: Path, name: str, width: int) -> None:
    opened = Visit(browser, file, viewport={"width": width, "height": 844}, is_mobile=name == "phone", has_touch=name == "phone").read()
    opened.page.screenshot(path=KEPT / f"{name}.png", full_page=True)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    opened.context.close()


def test_print_shows_the_static_figures(browser: Any, file: Path) -> None:
    opened = Visit(browser, file).read()
    opened.page.emulate_media(media="print")
    seen = "(name) => [...document.querySelectorAll(name)].filter((e) => e.getBoundingClientRect().height > 20).length"
    assert opened.page.evaluate(seen, ".fz-static") == 9 and opened.page.evaluate(seen, ".fz-plot") == 0
    opened.page.pdf(path=KEPT / "print.pdf", prefer_css_page_size=True)
    assert (KEPT / "print.pdf").stat().st_size > 20_000
    opened.context.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_table_of_many_columns_fits_a_sheet(browser: Any, tmp_path: Path, language: str) -> None:
    """One that is wider makes the printer shrink the whole page: figures and all."""
    prose = "县政府收到行政复议申请41件，同比增长20.6%" if language == "zh" else "Applications received by the reconsideration organ"
    row = {"issuer": "清岚市市场监督管理局", "year": "2022", "code": "reconsideration_received", "verdict": "无法判断" if language == "zh" else "cannot be told",
           "a": -10.2, "b": 1568.3, "c": 15_683_000.0, "d": 17_020_000.0, "quote": prose, "before": prose,
           "url": "http://www.qinglan.gov.example/zwgk/fzzf/202003/t20200316_41027.html"}
    frame = pl.DataFrame([row] * 3).with_columns(c_unit=pl.lit("元"), d_unit=pl.lit("元"))
    table = show.table(frame, "表", columns=list(row), language=language)
    path = tmp_path / "wide.html"
    path.write_text(page.export(new_notebook(cells=[put(html_output(table))]), page.Capsule("宽表", report_tables(), language)), "utf-8")
    opened = Visit(browser, path, viewport={"width": 673, "height": 900})  # A4 without its margins
    opened.page.emulate_media(media="print")
    assert opened.page.evaluate("document.querySelector('table').getBoundingClientRect().width") <= 673
    opened.context.close()


def test_without_scripts_the_static_figures_stand(browser: Any, file: Path) -> None:
    opened = Visit(browser, file, java_script_enabled=False)
    opened.page.screenshot(path=KEPT / "no_script.png")
    assert opened.page.locator(".fz-static").first.is_visible() and not opened.page.locator(".fz-plot").first.is_visible()
    opened.context.close()


def test_the_index_can_be_searched(browser: Any, tmp_path: Path) -> None:
    record = {"language": "zh", "status": "ok", "key": None, "made": "2026", "build": "b", "origins": {"synthetic": 1}, "tried": "now", "error": None}
    records = [{**record, "name": name, "title": title, "file": f"{name}.html"} for name, title in (("a", "各地复议"), ("b", "覆盖情况"))]
    path = tmp_path / "index.html"
    path.write_text(write_index(records, {"id": "b", "date": "2026"}), "utf-8")
    opened = Visit(browser, path)
    opened.page.get_by_label("搜索简报").fill("复议")
    assert opened.page.locator("tbody tr:visible").count() == 1
    assert opened.said == [] and opened.requests == [path.as_uri()]
    opened.page.screenshot(path=KEPT / "index.png")
    opened.page.emulate_media(media="print")
    assert not opened.page.get_by_label("搜索简报").is_visible()  # nobody searches paper
    opened.context.close()
