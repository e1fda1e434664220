"""The map of provinces: what a tile says, which kind of empty it is, where it leads, and when there is no map at all."""

from __future__ import annotations

import itertools
from typing import Any

import plotly.graph_objects as go
import polars as pl
import pytest
from test_compare import figure, frames, report

from fazhi.brief import figures, static, theme
from fazhi.compare import by_province, compare
from fazhi.compare.comparison import Comparison
from fazhi.compare.provinces import own, provinces

NAMES = {"310000": "上海市", "110000": "北京市", "420000": "湖北省", "510000": "四川省", "530000": "云南省", "440000": "广东省"}


def seat(code: str) -> dict[str, Any]:
    return {"province": NAMES[code], "prefecture": None, "county": None, "region_code": code[:2] + "0101"}


def counties() -> Comparison:
    """Three of Shanghai (one a bound), one each of Hubei (not stated), Sichuan (a part of the year), Yunnan (not read), Guangdong
    (not published), one of no known province."""
    places = ["310000"] * 3 + ["420000", "510000"]
    t = frames(
        reports=[report(n, f"{'甲乙丙丁戊'[n]}县人民政府", **seat(code)) for n, code in enumerate(places)] + [report(9, "癸县人民政府", province="云岭省")],
        indicators=[figure(0, 12, quote="办12件"), figure(1, 20), figure(2, 30, qualifier="over"), figure(4, 5, scope="partial"), figure(9, 7)],
        sources=[{"source": "x.pdf", "status": "unreadable", "issuer": "己县人民政府", "year": 2020}],
    )
    roster = pl.DataFrame({"issuer": ["己县人民政府", "庚县人民政府"], "year": [2020, 2020], "published": ["", "no"], "level": ["county"] * 2,
                           "issuer_kind": ["government"] * 2, "region_code": ["530101", "440101"]})
    return compare(t, "litigation_cases", years=2020, roster=roster)


def governments(values: dict[str, tuple[float, str]], years: tuple[int, ...] = (2020,)) -> Comparison:
    """Provinces' own governments, with what they report."""
    every = [(code, value, qualifier, year) for code, (value, qualifier) in values.items() for year in years]
    return compare(
        frames(
            reports=[report(n, f"{NAMES[code]}人民政府", year, **seat(code) | {"region_code": code, "level": "province"})
                     for n, (code, _, _, year) in enumerate(every)],
            indicators=[figure(n, value, qualifier=qualifier) for n, (_, value, qualifier, _) in enumerate(every)],
        ),
        "litigation_cases",
    )


def tile_of(fig: go.Figure, name: str) -> tuple[go.Bar, int]:
    """The trace of a province's tile, and its place there."""
    for trace in fig.data:
        for place, text in enumerate(trace.text if trace.text is not None else ()):
            if text.partition("<br>")[0] == name:
                return trace, place
    raise AssertionError(f"no tile {name}")


def printed(fig: go.Figure, name: str) -> str:
    trace, place = tile_of(fig, name)
    return str(trace.text[place].partition("<br>")[2])


def test_a_tile_prints_how_many_of_those_asked_are_comparable() -> None:
    fig = figures.tile_map(counties())
    assert printed(fig, "上海") == "2/3"
    trace, _place = tile_of(fig, "上海")
    assert trace.marker.color in theme.RAMP and "2/3" in fig.layout.meta["alt"]
    assert sum(len(t.text) for t in fig.data if t.text is not None) == 34  # every province once
    assert [held.tile.short for held in provinces(counties().frame).values()] == ["四川", "湖北", "云南", "上海", "广东"]  # as the map has them


def test_provinces_without_a_value_are_empty_each_in_its_kind() -> None:
    fig = figures.tile_map(counties())
    kinds = {"湖北": "not_stated", "四川": "not_comparable", "云南": "unreadable", "广东": "not_published"}
    looks = set()
    for name, state in kinds.items():
        trace, _ = tile_of(fig, name)
        colour, hatch, sign = theme.STATES[state]
        assert (trace.marker.color, trace.marker.pattern.shape, printed(fig, name)) == (colour, hatch, sign)
        assert theme.say(f"state.{state}") in trace.name and theme.say(f"state.{state}") in fig.layout.meta["alt"]
        looks.add((colour, hatch, sign))
    other, _ = tile_of(fig, "新疆")
    assert other.name == theme.say("state.not_asked") and other.customdata is None
    assert len(looks) == 4 and other.marker.color not in theme.RAMP


def test_a_tile_leads_to_all_its_sentences() -> None:
    trace, place = tile_of(figures.tile_map(counties()), "上海")
    first, second, last = trace.customdata[place].split()
    assert {first, second} == {f"s-{n:016x}-0" for n in (0, 1)} and last == f"s-{2:016x}-0"  # the comparable ones, then the bound
    assert theme.say("figure.click_more") in figures.tile_map(counties()).layout.meta["hint"]


def test_bounds_are_framed() -> None:
    (frame,) = [trace for trace in figures.tile_map(counties()).data if trace.name == theme.say("figure.tile_bound")]
    shanghai, place = tile_of(figures.tile_map(counties()), "上海")
    assert list(zip(frame.y, frame.base, strict=True)) == [(shanghai.y[place], shanghai.base[place])]
    assert frame.marker.line.color == theme.BOUND and frame.hoverinfo == "skip"


def test_governments_of_provinces_show_their_value() -> None:
    c = governments({"310000": (1126.0, "exact"), "110000": (40.0, "over"), "420000": (7.5, "exact")})
    assert own(c.frame) and not own(counties().frame)
    fig = figures.tile_map(c)
    assert [printed(fig, name) for name in ("上海", "北京", "湖北")] == ["1,126", "40 余", "7.5"]
    colours = [tile_of(fig, name)[0].marker.color for name in ("湖北", "北京", "上海")]
    assert colours == sorted(colours, key=theme.RAMP.index) and len(set(colours)) == 3  # darker is more
    assert "（件）" in fig.layout.meta["title"] and "上海 1,126" in fig.layout.meta["alt"]
    assert printed(figures.tile_map(c, show="share"), "上海") == "1/1"
    with pytest.raises(ValueError, match="'share' or 'value', not 'colour'"):
        figures.tile_map(c, show="colour")


def test_equal_values_have_one_colour() -> None:
    fig = figures.tile_map(governments(dict.fromkeys(NAMES, (5.0, "exact"))))
    assert len([trace for trace in fig.data if trace.marker.color in theme.RAMP]) == 1


def test_a_map_of_values_is_of_one_year() -> None:
    c = governments({"310000": (3.0, "exact"), "110000": (4.0, "exact")}, years=(2020, 2021))
    assert "2021" in figures.tile_map(c).layout.meta["title"] and "2020" in figures.tile_map(c, year=2020).layout.meta["title"]
    assert printed(figures.tile_map(c, show="share"), "上海") == "2/2"


def test_no_map_of_a_single_province() -> None:
    few = governments({"310000": (3.0, "exact")})
    assert figures.maps(few) == [] and "都在上海市，不画地图" in by_province(few)
    assert len(figures.maps(counties())) == 1
    none = compare(frames(reports=[report(1)], indicators=[figure(1, 2)]), "litigation_cases")
    assert figures.maps(none) == [] and "都看不出在哪个省" in by_province(none)
    nobody = compare(frames(reports=[]), "litigation_cases")
    assert figures.maps(nobody) == [] and "没有符合条件的机关" in by_province(nobody)


def test_the_sentence_counts_what_the_map_draws() -> None:
    said = by_province(counties())
    assert "7个机关分在5个省级行政区" in said and "上海3格中2格（67%）" in said
    assert "报告未写的湖北" in said and "未公布的广东" in said and "有数但不可比的四川" in said and "无法读取的云南" in said
    assert "其余29个省级行政区没有机关列入比较" in said and "另有1个机关看不出在哪个省" in said
    assert "上海有只是界限或约数的数" in said
    ours = by_province(governments({"310000": (3.0, "exact"), "110000": (4.0, "over")}))
    assert "2个省级行政区的政府列入比较，有可比数的：1个" in ours and "有数但不可比的北京" in ours


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_static_twin_says_the_same(language: str) -> None:
    made = static.element(figures.tile_map(counties(), language=language))
    assert made.startswith("<svg") and "2/3" in made and ("Shanghai" if language == "en" else "上海") in made


def test_the_ramp_gets_darker_also_without_colour() -> None:
    def grey(colour: str) -> float:
        red, green, blue = ((int(colour[i : i + 2], 16) / 255) ** 2.2 for i in (1, 3, 5))
        return (0.2126 * red + 0.7152 * green + 0.0722 * blue) ** (1 / 2.2)

    shades = [grey(colour) for colour in theme.RAMP]
    assert all(lighter - darker > 0.1 for lighter, darker in itertools.pairwise(shades))
    assert theme.ramp(2) == [theme.RAMP[0], theme.RAMP[-1]] and len(set(theme.ramp(4))) == 4


@pytest.mark.parametrize(("good", "asked", "said"), [(1, 4, "share_third"), (1, 3, "share_two_thirds"), (2, 3, "share_most"), (3, 3, "share_all")])
def test_a_share_has_the_colour_of_its_class(good: int, asked: int, said: str) -> None:
    rows = [{"issuer": f"第{n}县", "year": 2020, "code": "x", "value": 1.0 if n < good else None, "region_code": "310101",
             "state": "comparable" if n < good else "not_stated"} for n in range(asked)]
    fig = figures.tile_map(pl.DataFrame(rows))
    trace, _ = tile_of(fig, "上海")
    order = ["share_third", "share_two_thirds", "share_most", "share_all"]
    assert trace.name == theme.say(f"figure.{said}") and trace.marker.color == theme.ramp(4)[order.index(said)]
    assert printed(fig, "上海") == f"{good}/{asked}"


def test_a_province_without_a_value_takes_the_best_of_its_kinds_of_empty() -> None:
    rows = [{"issuer": f"第{n}县", "year": 2020, "code": "x", "value": None, "region_code": "310101", "state": state}
            for n, state in enumerate(["not_collected", "not_stated", "not_published"])]
    fig = figures.tile_map(pl.DataFrame(rows, schema_overrides={"value": pl.Float64}))
    trace, place = tile_of(fig, "上海")
    assert theme.say("state.not_stated") in trace.name
    assert all(theme.say("state." + str(row["state"])) + " 1" in trace.hovertext[place] for row in rows)
