"""The page of an executed notebook: whole, harmless, small, and its links alive."""

from __future__ import annotations

import base64
import gzip
import itertools
import json
import re
from typing import Any

import pytest
from brief_sample import HARM, panel, report_tables
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from fazhi.brief import bundle, figures, page, show
from fazhi.brief.page import PLOTLY, Capsule, DeadLink, Unrenderable, export


def put(*outputs: Any) -> Any:
    return new_code_cell("secret_code = 1", outputs=list(outputs))


def html_output(shown: Any) -> Any:
    return new_output("execute_result", data={"text/html": shown._repr_html_(), "text/plain": "x"})


def figure_output(fig: Any) -> Any:
    return new_output("display_data", data={PLOTLY: json.loads(fig.to_json())})


def essay() -> Any:
    return new_notebook(cells=[
        new_markdown_cell("# 笔记本的标题\n\n**问题**：多少件？<script>window.harmed=1</script>"),
        put(html_output(show.sentence(f"最高是甲市{HARM}")), figure_output(figures.dots(panel(), year=2022))),
        new_markdown_cell("#### 跳级的标题"),
        put(html_output(show.table(panel(), "各机关的数值")), html_output(show.sources(report_tables(), panel()))),
    ])


@pytest.fixture(scope="module")
def made() -> str:
    return export(essay(), Capsule("三个指标 & <b>", report_tables("javascript:window.harmed=1"), parameters={"codes": ["x"], "year": None, "tables": "/secret"},
                                   build={"id": "b1", "date": "2026-01-01"},
                                   codes=[{"code": "x", "name_zh": "指标", "definition": "Cases closed in the year"}]))


def test_a_page_is_one_small_file_that_asks_for_nothing(made: str) -> None:
    assert len(made.encode()) < page.LIMIT
    root = lxml_html.fromstring(made)
    assert not root.xpath("//link | //iframe | //script[@src] | //img[not(starts-with(@src, 'data:'))]")
    assert not re.search(r"@import|url\((?![\"']?(data:|#))", re.sub(r"<script.*?</script>", "", made, flags=re.DOTALL))
    assert root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0].startswith("default-src 'none'")


def test_the_page_says_its_language_title_origin_parameters_and_build(made: str) -> None:
    root = lxml_html.fromstring(made)
    assert root.get("lang") == "zh-CN"
    assert root.xpath("string(//title)") == root.xpath("string(//h1)") == "三个指标 & <b>"
    told = root.text_content()
    assert "虚构样例 4 份" in root.xpath("string(//p[contains(@class, 'fz-origin')])")
    assert "构建 b1" in told and "Cases closed in the year" in told and "/secret" not in told


def test_code_is_not_shown_and_the_notebooks_title_gives_way(made: str) -> None:
    assert "secret_code" not in made and "笔记本的标题" not in made


def test_headings_are_in_order(made: str) -> None:
    levels = [int(name[1]) for name in re.findall(r"<(h[1-6])[ >]", made)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_every_link_inside_the_page_has_its_target_once(made: str) -> None:
    root = lxml_html.fromstring(made)
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in root.xpath("//a/@href") if link.startswith("#")} <= set(ids)
    data = json.loads(root.xpath("//script[@id='fig-1-data']")[0].text)
    assert {target for trace in data["data"] for target in trace.get("customdata", []) if target} <= set(ids)


def test_report_text_is_harmless(made: str) -> None:
    root = lxml_html.fromstring(made)
    nonce = root.xpath("//script[@nonce]/@nonce")
    assert len(nonce) == 1
    for script in root.xpath("//script[not(@nonce)]"):
        assert script.get("type") in ("application/json", "text/plain")
    assert not [link for link in root.xpath("//a/@href") if link.startswith("javascript")]
    assert not root.xpath("//@onerror | //@onclick | //*[@src='x']")


def test_a_figure_has_a_static_twin_and_words(made: str) -> None:
    (figure,) = lxml_html.fromstring(made).xpath("//figure[@id='fig-1']")
    assert figure.xpath(".//*[local-name()='svg']")
    assert "点图" in figure.xpath(".//div[@class='fz-plot']/@aria-label")[0]
    assert "资料来源" in figure.text_content()


def test_the_bundle_unpacks_as_the_page_does(made: str) -> None:
    packed = re.search(r'id="fz-bundle">([^<]+)<', made)
    assert packed is not None
    signs = re.search(r'SIGNS = "([^"]+)"', made)
    assert signs is not None and signs[1][:85] == bundle.DIGITS
    back = str.maketrans(bundle.DIGITS, bundle.B85)
    assert b"plotly.js" in gzip.decompress(base64.b85decode(packed[1].translate(back)))[:400]


@given(st.binary(max_size=300))
def test_packing_uses_no_sign_that_ends_a_script(data: bytes) -> None:
    packed = bundle.pack(data)
    assert not set(packed) & set("<&\"'\\>`")
    assert bundle.unpack(packed) == data


def test_the_library_is_carried_without_what_no_page_draws() -> None:
    from plotly.offline import get_plotlyjs

    whole = bundle.unwrapped(get_plotlyjs())
    lean = bundle.lean(whole)
    kinds = set(re.findall(r'moduleType:"trace",name:"(\w+)"', lean))
    assert set(bundle.DRAWN) <= kinds and len(kinds) < 10
    assert all(mark in whole and mark not in lean for mark in ("alpha_shape:", "createREGL"))  # three dimensions, graphics cards
    assert len(lean) < 0.5 * len(whole) and lean.startswith(whole[:200]) and "Licensed under the MIT license" in lean
    assert bundle.lean(lean) == lean  # there is nothing more to take


@pytest.mark.parametrize("script", ["", "var Plotly={};", 'var W=(e,t)=>()=>{};var a=W((b,c)=>{c.exports=1});', "x" * 9000])
def test_a_library_that_is_made_in_another_way_is_kept_whole(script: str) -> None:
    assert bundle.lean(script) == script


def test_a_page_without_figures_carries_no_bundle() -> None:
    made = export(new_notebook(cells=[new_markdown_cell("# x\n\n文字")]), Capsule("无图", report_tables()))
    assert "fz-bundle\">" not in made and len(made.encode()) < 200_000


@pytest.mark.parametrize(("output", "told"), [
    (new_output("error", ename="ValueError", evalue="bad", traceback=[]), "ValueError"),
    (new_output("display_data", data={"application/vnd.jupyter.widget-view+json": {}, "text/plain": "w"}), "widget"),
    (new_output("display_data", data={"application/vnd.vega.v5+json": {}, "text/plain": "v"}), "vega"),
    (new_output("display_data", data={}), "nothing"),
    (new_output("display_data", data={PLOTLY: {"data": [{"type": "pie", "values": [1]}], "layout": {}}}), "pie"),
    (new_output("display_data", data={PLOTLY: {"data": [{"type": "nonsense"}], "layout": {}}}), "plotly"),
    (new_output("stream", name="stderr", text="Glyph 21 missing from font(s) DejaVu Sans."), "matplotlib_style"),
])
def test_an_output_that_a_page_cannot_show_stops_the_export(output: Any, told: str) -> None:
    with pytest.raises(Unrenderable, match=told):
        export(new_notebook(cells=[put(output)]), Capsule("x", report_tables()))


def test_a_number_that_leads_nowhere_stops_the_export() -> None:
    frame = panel().with_columns(indicator_id=99).filter(panel()["value"].is_not_null())
    with pytest.raises(DeadLink, match="99"):
        export(new_notebook(cells=[put(html_output(show.table(frame, "x")))]), Capsule("x", report_tables()))


def test_too_large_a_page_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "LIMIT", 1000)
    with pytest.raises(Unrenderable, match="MB"):
        export(new_notebook(cells=[]), Capsule("x", report_tables()))


def test_a_full_page_keeps_its_figures_as_still_images(made: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "LIMIT", len(made.encode()) - 100_000)
    still = export(essay(), Capsule("x", report_tables()))
    assert "fz-bundle\">" not in still and "fig-1-data" not in still and "静态图形" in still
    assert "静态图形" not in made
    points = lxml_html.fromstring(still).xpath("//figure[@id='fig-1']//*[local-name()='svg']//a[starts-with(@href, '#s-')]")
    assert len(points) == 4 and not {point.get("href")[1:] for point in points} - set(lxml_html.fromstring(still).xpath("//li/@id"))
    assert "甲市人民政府 2022" in {point.xpath("string(*[local-name()='title'])").partition("　")[0] for point in points}


def test_a_still_point_whose_sentence_is_not_on_the_page_is_no_link(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "POINTS", 1)
    made = export(new_notebook(cells=[put(figure_output(figures.dots(panel(), year=2022)))]), Capsule("x", report_tables()))
    assert made.count('class="fz-pt"') == 1 and made.count('<title>甲市人民政府') <= 1


def test_the_bundle_loses_its_wrapper_only() -> None:
    wrapper = "/* licence */\n(function(root, factory) {} (self, () => {\n\"use strict\";var Plotly=(()=>{})();window.Plotly = Plotly;\nreturn Plotly;\n}));"
    assert bundle.unwrapped(wrapper) == '/* licence */"use strict";var Plotly=(()=>{})();window.Plotly = Plotly;\n'
    assert bundle.unwrapped("made otherwise") == "made otherwise"


def test_foreign_html_and_text_are_cleaned() -> None:
    output = new_output("display_data", data={"text/html": "<style>*{}</style><table border=1><tr><td onclick=x()>格</td></tr></table>"})
    made = export(new_notebook(cells=[put(output, new_output("stream", name="stdout", text="<b>印</b>"))]), Capsule("x", report_tables()))
    assert "<td>格</td>" in made and "&lt;b&gt;印&lt;/b&gt;" in made


def test_a_character_without_glyph_is_shown_as_such_and_counted() -> None:
    capsule = Capsule("x", report_tables())
    made = export(new_notebook(cells=[put(html_output(show.sentence("甲\ue5e5乙")))]), capsule)
    assert capsule.lost == {"\ue5e5"} and "甲〓乙" in made and "U+E5E5" in made


def test_many_sentences_are_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "PACKED_FROM", 10)
    monkeypatch.setattr(page, "INLINE", 0)
    made = export(essay(), Capsule("x", report_tables()))
    packed = re.search(r'id="fz-packed-sources">([^<]+)<', made)
    assert packed is not None
    inner = gzip.decompress(base64.b85decode(packed[1].translate(str.maketrans(bundle.DIGITS, bundle.B85)))).decode()
    assert show.anchor("0" * 16, 7) in inner


def test_the_font_has_every_character_that_the_page_shows(made: str) -> None:
    import io

    from fontTools.ttLib import TTFont

    fonts = re.findall(r'url\("data:font/woff;base64,([^"]+)"', made)
    have = set(TTFont(io.BytesIO(base64.b64decode(fonts[0]))).getBestCmap())
    root = lxml_html.fromstring(made)
    for element in root.xpath("//style | //script[not(@type='application/json')]"):
        element.drop_tree()
    shown = {c for c in root.text_content() if c.isprintable()}
    assert not {c for c in shown if ord(c) not in have}


def test_the_same_notebook_gives_the_same_page(made: str) -> None:
    one, two = (export(essay(), Capsule("x", report_tables())) for _ in range(2))
    assert one == two


def test_what_a_page_says_of_itself_is_in_its_language() -> None:
    codes = [{"code": "x", "name_zh": "指标", "definition": "Cases closed in the year"}]
    made = lxml_html.fromstring(export(new_notebook(), Capsule("题", report_tables(), parameters={"per_people": False, "strict": True}, codes=codes)))
    assert [cell.text_content() for cell in made.xpath("//tr[th/code]/td")] == ["否", "是"]
    assert "definition" not in "".join(made.xpath("//thead//th/text()"))
