"""Figures: what is drawn, what is only told, and that plotly and matplotlib say the same."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import plotly.graph_objects as go
import polars as pl
import pytest
from brief_sample import HARM, ISSUERS, panel

from fazhi.brief import figures, static, theme
from fazhi.brief.plot import drawable

MAKERS: list[Callable[..., go.Figure]] = [
    figures.dots, figures.lines, figures.slopes, figures.coverage, figures.chart, figures.multiples,
    lambda frame, **options: figures.multiples(frame, by="issuer", **options),
    lambda frame, **options: figures.multiples(frame, by="level", **options), figures.tile_map]


def crowd(count: int = 200) -> pl.DataFrame:
    """Many issuers, five years, whose values rank them."""
    return pl.DataFrame([{"issuer": f"第{i}县人民政府", "year": year, "code": "x", "name_zh": "指标", "value": float(i + year - 2020), "unit": "件",
                          "qualifier": "exact", "state": "comparable", "report_id": f"r{i}", "indicator_id": year} for i in range(count)
                         for year in range(2020, 2025)])


def markers(fig: go.Figure) -> list[Any]:
    return [trace for trace in fig.data if trace.type == "scatter" and "markers" in (trace.mode or "")]


@pytest.mark.parametrize("maker", MAKERS)
def test_every_figure_has_words_a_static_twin_and_no_markup_of_reports(maker: Callable[..., go.Figure]) -> None:
    fig = maker(panel())
    assert fig.layout.meta["alt"] and fig.layout.meta["title"]
    assert "<script" not in fig.to_json().replace("\\u003c", "<") and "<img" not in fig.to_json().replace("\\u003c", "<")
    made = static.element(fig)
    assert made.startswith(("<svg", "<img")) and "<script" not in made


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("rows", ["none", "no_value", "one"])
def test_figures_stand_little_data(maker: Callable[..., go.Figure], rows: str) -> None:
    frame = {"none": panel().clear(), "no_value": panel().filter(pl.col("value").is_null()), "one": panel().head(1)}[rows]
    fig = maker(frame)
    static.element(fig)
    if not fig.data:
        assert theme.say("figure.no_rows") in fig.layout.annotations[0].text


@pytest.mark.parametrize("maker", MAKERS)
def test_figures_stand_many_issuers_without_a_row_for_each(maker: Callable[..., go.Figure]) -> None:
    fig = maker(crowd())
    assert fig.layout.height < 4500
    assert len(fig.data) <= 20 + 2 * 60
    static.element(fig)


def test_dots_draw_each_drawable_value_once_with_its_source() -> None:
    frame = panel()
    fig = figures.dots(frame, year=2022)
    rows = [row for row in frame.filter(pl.col("year") == 2022).to_dicts() if drawable(row)]
    drawn = sorted(value for trace in markers(fig) for value in trace.x)
    assert drawn == sorted(row["value"] for row in rows)
    targets = {target for trace in markers(fig) for target in trace.customdata}
    assert targets == {f"s-{row['report_id']}-{row['indicator_id']}" for row in rows}


def test_a_bound_is_hollow_and_open_on_its_own_side() -> None:
    base = {"issuer": ["甲", "乙", "丙"], "year": [2022] * 3, "code": ["x"] * 3, "state": ["comparable", "not_comparable", "not_comparable"],
            "caveats": [[], ["bound"], ["bound"]], "value": [10.0, 20.0, 30.0], "qualifier": ["exact", "over", "under"]}
    solid, hollow = markers(figures.dots(pl.DataFrame(base)))
    assert solid.marker.color != "white" and hollow.marker.color == "white"
    assert next(iter(hollow.error_x.array)) > 0 and next(iter(hollow.error_x.arrayminus)) == 0
    assert list(hollow.error_x.array)[1] == 0 and list(hollow.error_x.arrayminus)[1] > 0


def test_a_value_set_aside_for_its_scope_is_counted_not_drawn() -> None:
    fig = figures.dots(panel(), year=2023)
    assert 48.0 not in [value for trace in markers(fig) for value in trace.x]
    assert "另有 1 个机关" in fig.layout.meta["source"] and "另有 1 个机关" in fig.layout.meta["alt"]


def test_missing_years_are_gaps() -> None:
    fig = figures.lines(panel().filter(pl.col("issuer") == ISSUERS[0]))
    (line,) = markers(fig)
    assert list(line.x) == [2020, 2021, 2022, 2023]
    assert line.y[1] is None or math.isnan(line.y[1])
    assert not line.connectgaps


def test_many_lines_show_the_middle_half_and_the_extremes() -> None:
    fig = figures.lines(crowd())
    assert {"50%", "25%–75%"} <= {trace.name for trace in fig.data}
    assert "第199县人民政府" in {trace.name for trace in fig.data}


def test_many_dots_show_a_distribution_that_counts_all() -> None:
    fig = figures.dots(crowd(), year=2022)
    (bars,) = [trace for trace in fig.data if trace.type == "bar"]
    assert sum(bars.y) == 200
    assert max(max(trace.x) for trace in markers(fig)) == 201.0


def test_coverage_draws_the_kinds_of_empty_apart_in_colour_pattern_and_sign() -> None:
    states = ["comparable", "not_comparable", "not_stated", "unreadable", "not_collected", "not_published"]
    frame = pl.DataFrame({"issuer": ["甲"] * 6, "year": list(range(2019, 2025)), "state": states})
    fig = figures.coverage(frame)
    looks = {(trace.marker.color, trace.marker.pattern.shape, trace.text[0]) for trace in fig.data}
    assert len(looks) == 6 and len({sign for _, _, sign in looks}) == 6 and len({(colour, shape) for colour, shape, _ in looks}) == 6
    assert all(theme.say(f"state.{state}") in fig.layout.meta["alt"] for state in states)


def test_coverage_takes_the_best_state_of_a_cell_and_any_unknown_one() -> None:
    frame = pl.DataFrame({"issuer": ["甲", "甲", "乙"], "year": [2020] * 3, "state": ["not_stated", "comparable", "quite_new"]})
    names = [trace.name for trace in figures.coverage(frame).data]
    assert len(names) == 2 and any("可比" in name for name in names) and any("quite_new" in name for name in names)


def test_slopes_tell_how_many_rose_and_fell() -> None:
    frame = pl.DataFrame({"issuer": ["甲", "甲", "乙", "乙", "丙"], "year": [2020, 2022, 2020, 2022, 2022], "value": [1.0, 2.0, 5.0, 3.0, 9.0],
                          "code": ["x"] * 5, "state": ["comparable"] * 5})
    assert "1 个上升，1 个下降，0 个持平" in figures.slopes(frame).layout.meta["alt"]


def test_a_slope_claims_no_direction_that_a_bound_leaves_open() -> None:
    ends = {"甲": (("over", 20.0), ("exact", 25.0)), "乙": (("over", 20.0), ("exact", 15.0)), "丙": (("exact", 20.0), ("over", 20.5)),
            "丁": (("about", 20.0), ("exact", 30.0)), "戊": (("exact", 3.0), ("exact", 3.0)), "己": (("under", 20.0), ("exact", 20.5))}
    rows = [{"issuer": issuer, "year": year, "value": value, "qualifier": qualifier, "code": "x", "state": "comparable"}
            for issuer, pair in ends.items() for year, (qualifier, value) in zip((2020, 2021), pair, strict=True)]
    fig = figures.slopes(pl.DataFrame(rows))
    alt = fig.layout.meta["alt"]
    assert "2 个上升，1 个下降，1 个持平" in alt and "2 个因是界限而说不准" in alt  # 丙 and 己 rose, 乙 fell, 戊 stayed
    assert {trace.line.dash for trace in markers(fig)} == {"solid", "dash", "dot"}


def test_slopes_of_the_last_step_leave_out_who_lacks_a_year() -> None:
    frame = pl.DataFrame({"issuer": ["甲", "甲", "甲", "乙", "乙"], "year": [2020, 2021, 2022, 2020, 2022], "value": [1.0, 2.0, 3.0, 4.0, 5.0],
                          "code": ["x"] * 5, "state": ["comparable"] * 5})
    told = figures.slopes(frame, first=-1).layout.meta
    assert "2021–2022" in told["title"] and "1 个上升" in told["alt"] and "另有 1 个机关" in told["source"]


def panel_of(codes: int, years: int, issuers: int = 3, levels: int = 1) -> pl.DataFrame:
    return pl.DataFrame([{"issuer": f"第{i}县", "year": 2020 + y, "code": f"c{c}", "name_zh": f"指标{c}", "value": float(i + y + c), "unit": "件",
                          "state": "comparable", "level": ("county", "prefecture")[i % levels]}
                         for c in range(codes) for y in range(years) for i in range(issuers)])


@pytest.mark.parametrize(("shape", "words"), [
    ({"codes": 1, "years": 1}, ["点图"]), ({"codes": 1, "years": 2}, ["坡度图"]), ({"codes": 1, "years": 3}, ["折线图"]),
    ({"codes": 1, "years": 2, "issuers": 1}, ["折线图"]), ({"codes": 2, "years": 1}, ["点图", "点图"]), ({"codes": 3, "years": 3}, ["折线图"] * 3),
    ({"codes": 1, "years": 1, "levels": 2}, ["点图", "点图"])])
def test_chart_takes_what_suits_the_comparison(shape: dict[str, int], words: list[str]) -> None:
    alt = figures.chart(panel_of(**shape)).layout.meta["alt"]
    assert [kind for kind in alt.replace("：", " ").split() if kind in ("点图", "坡度图", "折线图")] == words
    assert [kind for kind in ("点图", "坡度图", "折线图") if kind in figures.chart(panel_of(2, 3), code="c1").layout.meta["alt"]] == ["折线图"]


def test_panels_of_levels_keep_their_issuers_apart() -> None:
    fig = figures.multiples(panel_of(1, 1, issuers=5, levels=2), by="level")
    drawn = {trace.xaxis: len(trace.x) for trace in markers(fig)}
    assert drawn == {"x": 2, "x2": 3} and "地市级" in fig.layout.xaxis.title.text and "县级" in fig.layout.xaxis2.title.text


def test_a_crowded_panel_shows_its_two_ends_and_how_many_are_between() -> None:
    fig = figures.multiples(pl.concat([panel_of(1, 1, issuers=100), panel_of(2, 1, issuers=3).filter(pl.col("code") == "c1")]))
    many, few = markers(fig)
    assert (len(many.x), len(few.x)) == (16, 3)
    assert any("其余 84 个机关" in text for text in fig.layout.yaxis.ticktext)


def test_lines_of_several_codes_keep_an_issuer_in_its_colour() -> None:
    fig = figures.multiples(panel_of(2, 3))
    colours: dict[str, set[str]] = {}
    for trace in markers(fig):
        colours.setdefault(trace.name, set()).add(trace.line.color)
    assert len(colours) == 3 and all(len(held) == 1 for held in colours.values())
    assert sum(bool(trace.showlegend) for trace in fig.data) == 3
    crowded = figures.multiples(panel_of(2, 3, issuers=100))
    assert [trace.name for trace in crowded.data if trace.showlegend] == ["25%–75%", "50%"] and len(crowded.data) == 6
    static.element(crowded)


def test_labels_of_slopes_keep_apart() -> None:
    from fazhi.brief.series import _apart

    places = sorted(_apart([1.0, 1.0, 1.1, 9.0], 0.5))
    assert all(after - before >= 0.5 - 1e-9 for before, after in itertools.pairwise(places))


def test_the_colours_are_told_apart_by_the_colour_blind() -> None:
    """Every pair of series colours differs in lightness or hue after the usual simulation of red-green blindness (Viénot 1999)."""
    def seen(colour: str) -> tuple[float, float, float]:
        red, green, blue = (int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5))
        both = 0.11238 * red ** 2.2 + 0.88762 * green ** 2.2
        return both ** (1 / 2.2), both ** (1 / 2.2), blue

    for place, one in enumerate(theme.SERIES):
        for other in theme.SERIES[place + 1:]:
            assert math.dist(seen(one), seen(other)) > 0.08, (one, other)


def test_a_trace_without_static_form_is_named() -> None:
    with pytest.raises(static.NoStaticForm, match="pie"):
        static.element(go.Figure(go.Pie(values=[1, 2])))


def test_static_text_stays_text_and_harmless() -> None:
    made = static.element(figures.dots(panel(), year=2022))
    assert "甲市人民政府" in made and 'font-family' in made or "font:" in made
    assert HARM not in made


def test_the_numbers_over_bars_stand_over_them_in_the_twin_too() -> None:
    fig = figures.bars(pl.DataFrame({"band": ["不到80%", "80%–90%"], "n": [600, 4]}), by="band", counts="n", title="数")
    assert fig.layout.xaxis.ticktext == ("不到<br>80%", "80%–<br>90%") and fig.layout.xaxis.tickangle == 0  # side by side on a phone
    with theme.matplotlib_style("不到–数"):
        drawn = [text for text in static.draw(fig).axes[0].texts if text.get_text() in ("600", "4")]
    assert [(text.get_ha(), text.get_va()) for text in drawn] == [("center", "bottom")] * 2


def test_words_on_a_pattern_stand_on_a_plain_patch_in_the_twin() -> None:
    fig = go.Figure([go.Bar(x=[0, 1], y=[1, 1], text=["四川<br>·", "·"], marker={"color": "#F6F8FA", "pattern": {"shape": "."}}),
                     go.Bar(x=[2], y=[1], text=["湖北<br>1/2"], marker={"color": "#cfe8f6"})])
    with theme.matplotlib_style("四川湖北·"):
        patches = [text.get_bbox_patch() for text in static.draw(fig).axes[0].texts]
    assert [patch is not None for patch in patches] == [True, False, False]


def test_english_figures_have_english_words() -> None:
    fig = figures.dots(panel(), year=2022, language="en")
    assert "issuers" in fig.layout.meta["alt"] and fig.layout.meta["title"].startswith("Cases closed")


def test_rows_that_are_no_issuers_are_called_what_they_are() -> None:
    told = figures.dots(panel(), year=2022, noun="方面").layout.meta
    assert "个方面有数" in told["alt"] and "个机关" not in told["alt"] + told["source"]
    assert "个机关有数" in figures.dots(panel(), year=2022).layout.meta["alt"]
