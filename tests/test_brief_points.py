"""The points, bars and tiles of figures held against the tables: what is drawn by the project passes, another number is told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from brief_sample import report_tables
from nbformat.v4 import new_notebook
from test_brief_page import figure_output, html_output, put

import fazhi
from fazhi.brief import empties, figures, page, show
from fazhi.brief.check import faults
from fazhi.brief.held import Held
from fazhi.compare import changes, per_case, per_inhabitants
from fazhi.tables import Tables

ROOT = Path(__file__).resolve().parents[1]
Trace = dict[str, Any]


def made(t: Tables, *outputs: Any, language: str = "zh") -> str:
    return page.export(new_notebook(cells=[put(*outputs)]), page.Capsule("题", t, language=language, build={"id": "b", "date": "d"}))


def redrawn(page_: str, change: Callable[[Trace], object], kind: str = "bar", led: bool = True) -> str:
    """The page with the first trace of its figure that is of a kind, and leads somewhere or not, changed."""
    found = re.search(r'(<script type="application/json" id="fig-1-data">)(.*?)(</script>)', page_, re.DOTALL)
    assert found is not None
    told = json.loads(found[2])
    change(next(trace for trace in told["data"] if trace.get("type", "scatter") == kind and any(trace.get("customdata") or ()) is led))
    return page_.replace(found[0], found[1] + page._json(told) + found[3])


def setting(key: str, value: Any) -> Callable[[Trace], object]:
    return lambda trace: trace[key].__setitem__(0, value)


def replacing(key: str, old: str, new: str) -> Callable[[Trace], object]:
    def change(trace: Trace) -> None:
        assert old in trace[key][0], trace[key][0]
        trace[key][0] = trace[key][0].replace(old, new)
    return change


# --- bars


def counted() -> list[Any]:
    """A figure of each kind that has bars: counts in order, outcomes end to end, a distribution, the empties of a crowd."""
    kinds = pl.DataFrame({"band": ["低", "高"], "n": [1234, 7], "part": [30, 2]})
    outcomes = pl.DataFrame({"group": ["甲", "甲", "乙"], "state": ["kept", "missed", "kept"], "state_zh": ["兑现", "未兑现", "兑现"], "report_id": ["a"] * 3})
    crowd = pl.DataFrame([{"issuer": f"{n}号机关", "year": 2022, "code": "c", "value": float(n % 7), "state": "comparable"} for n in range(80)])
    return [figures.bars(kinds, by="band", counts=["n", "part"], names=["全部", "其中"], title="数"), figures.shares(outcomes, title="结果"),
            figures.dots(crowd), empties.coverage(crowd)]


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_bar_is_as_long_as_it_says(place: int, language: str) -> None:
    t = report_tables()
    good = made(t, figure_output(counted()[place]), language=language)
    assert faults(good, t) == []
    length = "x" if place == 1 else "y"
    told = faults(redrawn(good, setting(length, 99), led=False), t)
    assert len(told) == 1 and "fig-1 的条长 99，写的是" in told[0]


def test_a_grid_of_cells_has_no_length_to_look_at() -> None:
    t = report_tables()
    few = pl.DataFrame([{"issuer": "1号机关", "year": year, "code": "c", "value": 1.0, "state": "comparable"} for year in (2021, 2022)])
    assert faults(made(t, figure_output(empties.coverage(few))), t) == []


# --- tiles


def provincial() -> pl.DataFrame:
    """Two provinces' own governments, each with a sentence of the tables."""
    rows = [{"issuer": name, "issuer_kind": "government", "level": "province", "province": name[:3], "region_code": code, "year": 2022,
             "code": "reconsideration_closed", "name_zh": "办结数", "name_en": "Closed", "value": 40.0 + place, "high": None, "unit": "件", "qualifier": "over",
             "state": "comparable", "caveats": ["bound"], "quote": f"办结{40 + place}余件", "report_id": f"{place:016x}", "indicator_id": 7}
            for place, (name, code) in enumerate([("四川省人民政府", "510000"), ("湖北省人民政府", "420000")])]
    return pl.DataFrame(rows, schema_overrides={"indicator_id": pl.Int32})


def test_a_tile_prints_its_sentences_value() -> None:
    t = report_tables()
    good = made(t, figure_output(figures.tile_map(provincial(), show="value")))
    assert "40 余" in good and faults(good, t) == []
    assert any("格子写着 44 余" in told for told in faults(redrawn(good, replacing("text", "40", "44")), t))
    assert any("44 余 件" in told and "不符" in told for told in faults(redrawn(good, replacing("hovertext", "40 余", "44 余")), t))
    assert any("不在数据表里" in told for told in faults(redrawn(good, setting("customdata", f"s-{0:016x}-99")), t))


def test_a_tile_counts_no_more_cells_than_it_has_sentences() -> None:
    t = report_tables()
    rows = provincial()
    more = rows.with_columns(year=pl.lit(2023, pl.Int64), value=pl.lit(None, pl.Float64), state=pl.lit("not_stated"), report_id=pl.lit(None, pl.String))
    good = made(t, figure_output(figures.tile_map(pl.concat([rows, more]), show="share")))
    assert "1/2" in good and faults(good, t) == []
    for wrong in ("2/2", "3/2"):
        assert any(f"格子写着 {wrong}，只有 1 条原句" in told for told in faults(redrawn(good, replacing("text", "1/2", wrong)), t))


# --- values divided, and changes


@pytest.fixture(scope="module")
def sample(sample_tables: Tables, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """The sample's tables where the project's denominators stand above them, as they do in a project."""
    data = tmp_path_factory.mktemp("data")
    (data / "denominators.csv").write_bytes((ROOT / "data" / "denominators.csv").read_bytes())
    return replace(sample_tables, folder=data / "processed" / "latest")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("per", ["inhabitants", "few", "case"])
def test_a_divided_value_is_the_sentences_divided(sample: Tables, per: str, language: str) -> None:
    codes = ["penalty_amount", "penalty_cases"]
    c = fazhi.compare(sample, codes, allow=["level", "issuer_kind", "trade"])
    c = per_case(c, codes[0], codes[1]) if per == "case" else per_inhabitants(c, t=sample, people=100_000 if per == "inhabitants" else 5000)
    rows = c.frame.filter(pl.col("state") == "comparable")
    assert rows.height > 2 and ("/" in rows["unit"][0])
    good = made(sample, html_output(show.table(rows, "表", language=language)), figure_output(figures.dots(rows, language=language)), language=language)
    assert faults(good, sample) == []
    moved = redrawn(good, lambda trace: trace["x"].__setitem__(0, trace["x"][0] * 1.1), "scatter")
    assert any("画在" in told for told in faults(moved, sample))
    words = redrawn(good, lambda trace: trace["hovertext"].__setitem__(0, re.sub(r"[\d,.]+(?= (?:元|件|yuan|per))", "987,654.32", trace["hovertext"][0])), "scatter")
    assert any("987,654.32" in told for told in faults(words, sample))
    cells = re.sub(r'(<td class="[^"]*fz-v"><a [^>]*>)[\d,.]+', r"\g<1>987,654.32", good, count=1)
    assert cells != good and any("表中的数“987,654.32" in told for told in faults(cells, sample))


def test_without_denominators_nobody_knows_what_was_divided_by(sample: Tables, tmp_path: Path) -> None:
    row = sample.indicators.filter(pl.col("code") == "penalty_cases").collect().row(0, named=True)
    link = f"#s-{row['report_id']}-{row['indicator_id']}"
    away = replace(sample, folder=tmp_path / "a" / "b" / "c")
    for t, known in ((sample, True), (away, False)):
        held = Held(t, [link])
        figure = held.get(link)
        assert figure is not None and (held.may_be(figure, "6.56 件/10万人") is not None) is known
    assert held.may_be(figure, "12 件") == [row["value"]] == held.may_be(figure, "2020 Fines per case 12%")


def test_a_printed_change_is_that_of_its_first_sentence(sample_tables: Tables) -> None:
    t = sample_tables
    good = made(t, figure_output(figures.claims(changes(t))))
    assert faults(good, t) == []
    for old in ("17,020,000", "15,683,000", "10.2%"):
        wrong = good.replace(old, "19,999,999", 1) if old != "10.2%" else good.replace("报告所说 -10.2%", "报告所说 -11.2%", 1)
        assert wrong != good
        assert bool(faults(wrong, t)) is (old != "15,683,000"), old  # the other number has no sentence of its own
