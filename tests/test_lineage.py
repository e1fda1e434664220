"""What became of regions, and what it does to a series."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from fazhi.compare import compare
from fazhi.compare.lineage import CHANGES, changes, joined, redrawn
from fazhi.contract import TABLES
from fazhi.tables import Tables, tables


def kinds(name: str) -> set[tuple[int, str, str]]:
    return set(changes().filter(pl.col("name") == name).select("year", "kind", "to_name").iter_rows())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("密云县", (2015, "upgraded", "密云区")),
        ("滦县", (2018, "upgraded", "滦州市")),
        ("闸北区", (2015, "merged", "静安区")),
        ("崇安区", (2015, "merged", "梁溪区")),
        ("枞阳县", (2015, "moved", "枞阳县")),
        ("桥东区", (2020, "renamed", "襄都区")),
    ],
)
def test_dated_changes(name: str, said: tuple[int, str, str]) -> None:
    assert said in kinds(name)


def test_every_change_has_a_year_and_two_names() -> None:
    frame = changes()
    assert frame.columns == list(CHANGES) and frame.height > 100 and frame.null_count().sum_horizontal().item() == 0
    assert set(frame["kind"]) <= {"renamed", "upgraded", "moved", "merged", "split"}
    assert frame["year"].is_between(2014, 2026).all()
    assert frame.filter((pl.col("code") == pl.col("to_code")) & (pl.col("name") == pl.col("to_name"))).is_empty()


def panel(*told: tuple[str, str, str, int, float]) -> Tables:
    """Reports as (issuer, region's code, county, year, cases)."""
    reports, figures = [], []
    for number, (issuer, code, county, year, value) in enumerate(told):
        one = f"{number:016x}"
        reports.append({"report_id": one, "source": f"{number}.txt", "issuer": issuer, "issuer_kind": "government", "year": year,
                        "level": "county", "region_code": code, "county": county, "origin": "synthetic", "text": ""})
        figures.append({"report_id": one, "indicator_id": 0, "measure_id": 0, "section_id": 0, "code": "litigation_cases", "value": value, "unit": "件",
                        "qualifier": "exact", "kind": "count", "status": "actual", "scope": "year", "subject": "", "value_text": "", "quote": "",
                        "start": 0, "end": 0, "comparable": True, "caveats": [], "quote_start": 0, "corrected": False})
    return tables({
        name: pl.DataFrame([dict.fromkeys(TABLES[name].schema) | row for row in rows], schema=TABLES[name].schema)
        for name, rows in (("reports", reports), ("indicators", figures))
    })


MERGED = [("上海市静安区人民政府", "310106", "静安区", year, 10.0 * (year - 2000)) for year in (2013, 2014, 2015, 2016)]
UPGRADED = [("北京市密云县人民政府", "110228", "密云县", 2013, 5.0), ("北京市密云县人民政府", "110228", "密云县", 2014, 6.0),
            ("北京市密云区人民政府", "110118", "密云区", 2015, 7.0), ("北京市密云区人民政府", "110118", "密云区", 2016, 8.0)]


def states(t: Tables, **asked: Any) -> dict[tuple[str, int], str]:
    return {(r["issuer"][3:6], r["year"]): r["state"] for r in compare(t, "litigation_cases", **asked).frame.iter_rows(named=True)}


def test_a_region_that_took_in_another_is_not_the_same_before() -> None:
    t = panel(*MERGED)
    found = compare(t, "litigation_cases")
    rows = {row["year"]: row for row in found.frame.iter_rows(named=True)}
    assert [rows[y]["state"] for y in (2013, 2014, 2015, 2016)] == ["not_comparable"] * 2 + ["comparable"] * 2
    assert rows[2014]["caveats"] == ["region_changed"] and rows[2014]["reason_zh"] and rows[2014]["value"] == 140
    assert set(found.left_out["year"]) == {2013, 2014}
    assert set(states(t, allow=["region_changed"]).values()) == {"comparable"}
    assert set(states(t, years="2013-2014").values()) == {"comparable"}  # nothing after it to differ from


def test_a_region_of_a_higher_rank_goes_on_when_asked() -> None:
    t = panel(*UPGRADED)
    apart = compare(t, "litigation_cases")
    assert apart.frame["issuer"].n_unique() == 2 and (apart.frame["state"] == "not_collected").sum() == 4
    assert any("密云县" in note and "没有接续" in note for note in apart.notes)
    together = compare(t, "litigation_cases", allow=["region_changed"])
    assert together.frame["issuer"].unique().to_list() == ["北京市密云区人民政府"]
    assert together.frame.sort("year")["value"].to_list() == [5, 6, 7, 8] and set(together.frame["state"]) == {"comparable"}
    assert any("已按要求接续" in note for note in together.notes) and "region_changed" in together.overrides


def test_nothing_to_join_leaves_reports_as_they_are() -> None:
    reports = panel(*MERGED).reports.collect()
    same, notes = joined(reports, ["region_changed"])
    assert same.equals(reports) and notes == [] and redrawn(reports).height == 2
    assert redrawn(reports.filter(pl.col("year") > 2014)).is_empty()
