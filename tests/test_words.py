"""Distinctive words: counts, log-likelihood and spread by hand, and what the samples are known to speak of."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from fazhi.compare import CompareError, words
from fazhi.compare.words import keyness, knowledge
from fazhi.contract import TABLES
from fazhi.tables import load, tables

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from fazhi.build import build

    return load(build(ROOT / "data/raw", tmp_path_factory.mktemp("words"), workers=1).folder)


def counts(*rows: tuple[str, str, str, int]) -> pl.DataFrame:
    """group, report, word, n; each report its own issuer."""
    frame = pl.DataFrame(rows, schema={"group": pl.String, "report_id": pl.String, "word": pl.String, "n": pl.Int64}, orient="row")
    return frame.with_columns(issuer="report_id")


def test_log_likelihood_and_ratio_by_hand() -> None:
    told = keyness(counts(("甲", "1", "湿地", 30), ("甲", "1", "其它", 970), ("乙", "2", "湿地", 10), ("乙", "2", "其它", 1990)))
    row = told.filter(pl.col("word") == "湿地").row(0, named=True)
    expected = 40 * 1000 / 3000, 40 * 2000 / 3000
    assert row["group"] == "甲" and row["ratio"] == 6.0 and (row["per_10k"], row["rest_per_10k"]) == (300.0, 50.0)
    assert row["keyness"] == pytest.approx(2 * (30 * math.log(30 / expected[0]) + 10 * math.log(10 / expected[1])), abs=0.01)


def test_dispersion_runs_from_even_to_one_report() -> None:
    rows = [("甲", r, "填充", 90) for r in "1234"] + [("甲", r, "均匀", 10) for r in "1234"] + [("乙", "9", "别的", 400)]
    even = keyness(counts(*rows)).filter(pl.col("word") == "均匀").row(0, named=True)
    assert even["dispersion"] == 0 and even["reports"] == 4 and even["ratio"] is None
    rows = [("甲", r, "填充", 90 if r == "1" else 100) for r in "1234"] + [("甲", "1", "独家", 10), ("乙", "9", "别的", 400)]
    alone = keyness(counts(*rows)).filter(pl.col("word") == "独家").row(0, named=True)
    assert alone["dispersion"] == 1 and alone["reports"] == 1


def test_a_group_alone_has_nothing_to_stand_against(samples: Any) -> None:
    answer = words(samples, by="year", years=2020)
    assert answer.frame.is_empty() and answer.alone and "没有可以对照" in answer.sentences()[0]


def test_years_regions_and_dimensions_of_the_samples(samples: Any) -> None:
    years = words(samples)
    assert "疫情" in years.top(2020)["word"].to_list() and "疫情" not in years.frame.filter(pl.col("group") != "2020")["word"].to_list()
    lake = words(samples, by="region", only="白鹭县")
    assert {"湖区", "湿地"} <= set(lake.frame["word"]) and lake.groups["group"].to_list() == ["白鹭县"]
    assert not [word for word in lake.frame["word"] if word in "白鹭县"]
    sides = words(samples, by="dimension", only="disputes")
    assert sides.frame["group"].unique().to_list() == ["纠纷化解"] and {"行政复议", "调解"} <= set(sides.frame["word"])
    assert "纠纷化解" in sides.caption() and "行政复议" in sides.text()


def test_each_row_counts_what_stands_in_the_measures_and_shows_a_sentence(samples: Any) -> None:
    from fazhi.knowledge.words import segmenter

    answer = words(samples, by="issuer", only="白鹭县人民政府")
    issuers = dict(samples.reports.select("report_id", "issuer").collect().iter_rows())
    rows = samples.measures.select("report_id", "text").collect().rows()
    for row in answer.frame.to_dicts():
        assert row["word"] in row["quote"] and (row["report_id"], row["quote"]) in rows
        assert row["keyness"] >= knowledge()[0].keyness and row["reports"] >= 2
    top = answer.frame.row(0, named=True)
    cut = [issuers[r] for r, text in rows for word in segmenter().cut(text) if word == top["word"]]
    assert cut.count("白鹭县人民政府") == top["count"] and len(cut) - top["count"] == top["rest_count"]


def test_one_authors_habit_is_no_trait_of_a_year() -> None:
    def report(n: int, issuer: str, year: int) -> dict[str, Any]:
        return {"report_id": f"{n:016x}", "source": f"{n}.txt", "issuer": issuer, "issuer_kind": "government", "level": "county",
                "year": year, "origin": "synthetic", "text": "x"}  # fmt: skip

    said = {0: "湿地" * 30 + "，学法考核。", 1: "防汛抗旱，防汛抗旱，防汛抗旱，防汛抗旱。", 2: "防汛抗旱，防汛抗旱，防汛抗旱，防汛抗旱。", 3: "学法考核。" * 20, 4: "学法考核。" * 20}
    reports = [report(0, "甲县人民政府", 2020), report(1, "乙县人民政府", 2020), report(2, "丙县人民政府", 2020), report(3, "乙县人民政府", 2021), report(4, "丙县人民政府", 2021)]
    measures = [
        {"report_id": f"{n:016x}", "measure_id": 0, "section_id": 0, "text": text, "start": 0, "end": 1, "status": "done", "dimension": "other", "keywords": []}
        for n, text in said.items()
    ]
    t = tables({"reports": pl.DataFrame(reports, schema=TABLES["reports"].schema), "measures": pl.DataFrame(measures, schema=TABLES["measures"].schema)})
    found = words(t, only=2020).frame["word"].to_list()
    assert "湿地" not in found and set(found) & {"防汛", "抗旱", "防汛抗旱"}


def test_nothing_fits_and_questions_that_cannot_be_asked(samples: Any) -> None:
    assert words(tables({})).sentences() == ["没有符合条件的报告，无从比较。"]
    for wrong, near in (({"by": "yeer"}, "year"), ({"by": "dimension", "only": "dispute"}, "disputes"), ({"only": 1999}, "2019"),
                        ({"by": "region", "only": "白露县"}, "白鹭县"), ({"status": "plan"}, "planned"), ({"dimension": "digit"}, "digital")):  # fmt: skip
        with pytest.raises(CompareError, match=near):
            words(samples, **wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="csv"):
        words(samples).text("xml")
    assert words(samples).text("csv").startswith("by,group,word,count")
