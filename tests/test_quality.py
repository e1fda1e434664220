"""What the tables say of themselves: every numeral once, every code in one band, samples that repeat themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from fazhi.compare import CompareError, quality
from fazhi.compare.quality import BANDS, EMPTY, Quality, _needed, _upper
from fazhi.compare.quality import quality as build_quality
from fazhi.contract import TABLES
from fazhi.tables import Tables, load, tables


@pytest.fixture(scope="module")
def held(sample_build: Any) -> Tables:
    return load(sample_build.folder)


@pytest.fixture(scope="module")
def q(held: Tables) -> Quality:
    return build_quality(held)


def test_every_numeral_is_counted_once(q: Quality) -> None:
    table = q.numerals()
    assert table["个数"].sum() == q.total("numerals") > 1000
    assert table["去向"][0] == "成为数量" and table["个数"][0] == q.indicators.height
    assert abs(table["占比"].sum() - 100) < 0.1
    assert q.reasons()["value"].sum() == q.ruled_out.height
    assert not table.filter(pl.col("去向").str.contains("^[a-z_]+$")).height, "a reason without a Chinese name in comparison.toml"


def test_every_coded_figure_is_in_one_band(q: Quality) -> None:
    bands = q.confidence()
    assert bands["lower"].to_list() == list(BANDS)
    assert bands["n"].sum() == q.coded["confidence"].drop_nulls().len()
    for low, high, n in zip(BANDS, (*BANDS[1:], 9.0), bands["n"], strict=True):
        assert n == q.coded.filter(pl.col("confidence") >= low, pl.col("confidence") < high).height


def test_findings_by_rule_add_up(q: Quality) -> None:
    rules = q.rules()
    assert rules["n"].sum() == q.findings.height > 0
    assert set(rules["severity"]) <= {"错误", "警告", "提示"}
    assert f"{q.reports.height}份报告" in q.gist() and "发现" in q.gist()


def test_a_sample_repeats_itself_and_a_seed_changes_it(q: Quality) -> None:
    keys = ["report_id", "indicator_id"]
    first = q.sample(20, 1)
    assert first.equals(q.sample(20, 1)) and first.height == 20 and first.select(keys).is_unique().all()
    assert not first.select(keys).equals(q.sample(20, 2).select(keys))
    assert first.join(q.coded, on=keys, how="anti").is_empty()
    assert q.uncoded(500).join(q.coded, on=keys).is_empty()


def test_a_report_less_leaves_the_rest_of_the_sample(q: Quality) -> None:
    everything = q.sample(10_000, 1)
    gone = everything["report_id"][0]
    fewer = replace(q, indicators=q.indicators.filter(pl.col("report_id") != gone))
    assert fewer.sample(10_000, 1).equals(everything.filter(pl.col("report_id") != gone))


def test_a_numeral_is_shown_between_its_own_words(q: Quality, held: Tables) -> None:
    texts = [" ".join(text.split()) for text in held.reports.select("text").collect().to_series()]
    told = q.unread(50, 3)
    assert told.height == 50
    for row, text in zip(told["around"], told["text"], strict=True):
        assert f"〔{' '.join(text.split())}〕" in row
        words = row.replace("〔", "", 1) if "〕" not in text else row[: row.index("〔")]
        words = "".join(words.rsplit("〕", 1)).strip() if "〕" not in text else words.strip()
        assert any(words in whole for whole in texts), row


@pytest.mark.parametrize(("wrong", "drawn"), [(0, 20), (0, 149), (1, 20), (3, 60)])
def test_what_a_sample_can_say(wrong: int, drawn: int) -> None:
    from math import comb

    share = _upper(wrong, drawn)
    assert abs(sum(comb(drawn, k) * share**k * (1 - share) ** (drawn - k) for k in range(wrong + 1)) - 0.05) < 1e-6
    assert _upper(0, _needed(0.02)) <= 0.02 < _upper(0, _needed(0.02) - 1)


def test_a_part_of_the_reports(held: Tables) -> None:
    some = quality(held, years="2020-2021", regions="宝山区")
    assert some.reports["year"].to_list() == [2020] and set(some.indicators["report_id"]) == set(some.reports["report_id"])
    assert set(some.findings["report_id"]) <= set(some.reports["report_id"])
    with pytest.raises(CompareError, match="county"):
        quality(held, level="conty")


def test_all_reports_are_listed_the_doubtful_first(q: Quality) -> None:
    judged, doubtful = q.judged(), q.by_report(10_000)
    assert sorted(judged["report_id"]) == sorted(q.reports["report_id"]) and doubtful.height < judged.height
    assert judged["unaccounted_share"].is_sorted(descending=True)
    assert doubtful.equals(judged.filter((pl.col("unaccounted") > 0) | (pl.col("warnings") > 0)))


def test_no_reports_are_said_in_words() -> None:
    none = quality(tables({name: pl.DataFrame(schema=table.schema) for name, table in TABLES.items()}))
    assert none.gist() == EMPTY and none.sample().is_empty() and none.unread().is_empty() and none.loose().is_empty()
    for frame in (none.numerals(), none.rules(), none.grave(), none.caveats(), none.codes(), none.by_report(), none.reasons()):
        assert frame.is_empty()
    assert none.confidence()["n"].sum() == 0
    assert "没有" in none.accounted() + none.doubtful() and none.reach(20) and none.found() and none.unsure()
