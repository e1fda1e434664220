"""What became of regions, and what it does to a series."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from fazhi.compare import claims, compare, lineage
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


# --- a claim against last year's report, whatever its name was


def claiming(*told: tuple[str, str, str, int, float], claim: float = 20.0, **more: Any) -> Tables:
    """The panel, with a claim of a rise in the last report, right behind its figure."""
    t = panel(*told)
    last = t.reports.collect().row(-1, named=True)["report_id"]
    figures = t.indicators.collect().to_dicts()
    figures.append(figures[-1] | {"indicator_id": 1, "code": None, "change_of": "litigation_cases", "value": claim, "unit": "%", "kind": "change",
                                  "direction": "up", "value_text": f"{claim:g}%", "quote": "增长", "start": 5, "end": 6, "report_id": last})
    reports = t.reports.collect()
    return tables({"reports": reports.with_columns(pl.lit(value).alias(name) for name, value in more.items()),
                   "indicators": pl.DataFrame(figures, schema=TABLES["indicators"].schema)})


def checked(t: Tables, **asked: Any) -> dict[str, Any]:
    (row,) = claims.changes(t, **asked).frame.iter_rows(named=True)
    return row


OLD, NEW = ("北京市密云县人民政府", "110228", "密云县", 2014, 100.0), ("北京市密云区人民政府", "110118", "密云区", 2015, 120.0)


def test_a_county_that_became_a_district_is_still_checked() -> None:
    row = checked(claiming(OLD, NEW))
    assert (row["verdict"], row["now"], row["before"], round(row["computed"], 9)) == ("agrees", 120, 100, 20)
    assert row["issuer"] == NEW[0] and row["before_issuer"] == OLD[0] and row["lineage"] == "密云县2015年改设为密云区"
    assert checked(claiming(OLD, NEW, claim=30.0))["verdict"] == "contradicts"


@pytest.mark.parametrize("asked", [{"regions": "密云区"}, {"issuer": NEW[0]}, {"years": 2015}, {"level": "county"}])
def test_the_report_of_the_old_name_is_found_whatever_was_asked(asked: dict[str, Any]) -> None:
    assert checked(claiming(OLD, NEW), **asked)["verdict"] == "agrees"


def test_the_row_names_the_lineage_wherever_it_is_shown() -> None:
    found = claims.changes(claiming(OLD, NEW))
    assert found.rows["reason_zh"].to_list() == ["密云县2015年改设为密云区"]
    for shown in (found.text(), found.text("csv"), found.text("json"), found._repr_html_()):
        assert "密云县2015年改设为密云区" in shown


def test_departments_go_on_with_their_region() -> None:
    names = {"密云县": "密云县司法局", "密云区": "密云区司法局"}
    told = [(names[row[2]], *row[1:]) for row in (OLD, NEW)]
    assert checked(claiming(*told, issuer_kind="department"))["before_issuer"] == "密云县司法局"
    other = [("密云县公安局", *OLD[1:]), ("密云区司法局", *NEW[1:])]
    assert checked(claiming(*other, issuer_kind="department"))["reason"] == "no_report"


def test_a_region_that_took_in_another_cannot_tell() -> None:
    told = [("上海市静安区人民政府", "310106", "静安区", 2014, 100.0), ("上海市静安区人民政府", "310106", "静安区", 2015, 120.0)]
    row = checked(claiming(*told))
    assert (row["verdict"], row["reason"], row["lineage"], row["before"]) == ("cannot_tell", "region_changed", "闸北区2015年并入静安区", 100)
    later = [(*told[0][:3], 2016, 100.0), (*told[1][:3], 2017, 120.0)]
    assert checked(claiming(*later))["verdict"] == "agrees" and checked(claiming(*later))["lineage"] is None
    street = checked(claiming(*told, level="township", issuer_kind="township"))  # a street of it has not changed
    assert (street["verdict"], street["lineage"]) == ("agrees", None)


def test_a_region_made_of_others_says_so_instead_of_a_missing_report() -> None:
    told = [("无锡市崇安区人民政府", "320202", "崇安区", 2014, 100.0), ("无锡市梁溪区人民政府", "320213", "梁溪区", 2015, 120.0)]
    row = checked(claiming(*told))
    assert (row["verdict"], row["reason"], row["before"]) == ("cannot_tell", "region_changed", None)
    assert row["lineage"] == "崇安区、南长区、北塘区2015年并入梁溪区"


def test_a_county_under_another_prefecture_goes_on() -> None:
    told = [("安庆市枞阳县人民政府", "340823", "枞阳县", 2014, 100.0), ("铜陵市枞阳县人民政府", "340722", "枞阳县", 2015, 120.0)]
    t = claiming(*told)
    seats = pl.Series("prefecture", ["安庆市", "铜陵市"])
    t = tables({"reports": t.reports.collect().with_columns(seats), "indicators": t.indicators.collect()})
    row = checked(t)
    assert (row["verdict"], row["lineage"]) == ("agrees", "枞阳县2015年改属铜陵市")
    assert compare(t, "litigation_cases", allow=["region_changed"]).frame["issuer"].n_unique() == 1


def test_a_figure_quoted_again_is_looked_up_under_the_old_name() -> None:
    t = panel(OLD, NEW)
    figures = t.indicators.collect().to_dicts()
    figures.append(figures[-1] | {"indicator_id": 1, "scope": "previous", "value": 90.0, "start": 5, "end": 6})
    t = tables({"reports": t.reports.collect(), "indicators": pl.DataFrame(figures, schema=TABLES["indicators"].schema)})
    (row,) = claims.restated(t).frame.iter_rows(named=True)
    assert (row["verdict"], row["said"], row["before"], row["lineage"]) == ("restated", 90, 100, "密云县2015年改设为密云区")


def test_a_line_of_names_is_followed_to_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [(2016, "upgraded", "110001", "甲县", "110002", "甲市"), (2018, "renamed", "110002", "甲市", "110003", "乙市")]
    monkeypatch.setattr(lineage, "changes", lambda: pl.DataFrame(steps, schema=CHANGES, orient="row"))
    t = panel(("甲县人民政府", "110001", "甲县", 2015, 1.0), ("甲市人民政府", "110002", "甲市", 2017, 1.0), ("乙市人民政府", "110003", "乙市", 2019, 1.0))
    line = lineage.forebears(t.reports.collect())["乙市人民政府"]
    assert [one.issuer for one in line] == ["甲市人民政府", "甲县人民政府"]
    assert line[1].said == "甲县2016年改设为甲市，甲市2018年更名为乙市"


def test_one_that_only_took_a_rank_is_not_merged_with_what_joined_it_years_later() -> None:
    assert (2015, "upgraded", "新建区") in kinds("新建县") and (2019, "merged", "新建区") in kinds("湾里区")
    assert (2016, "upgraded", "赣县区") in kinds("赣县")
