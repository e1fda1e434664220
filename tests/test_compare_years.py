"""Reports held against each other and against themselves, against the truth of the samples and on panels made by hand."""

from __future__ import annotations

import csv
import io
import json
import math
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_compare import SAMPLES, figure, frames, report, truth
from typer.testing import CliRunner

from fazhi.cli import app
from fazhi.compare import (
    CompareError,
    breaks,
    changes,
    compare,
    growth,
    per_case,
    per_inhabitants,
    rank,
    restated,
    say,
    sentences,
    totals,
    unbroken,
)
from fazhi.compare.checks import READ, knowledge, spread, step, within
from fazhi.compare.claims import CHANGES, RESTATED
from fazhi.compare.sheet import NOTHING, places
from fazhi.compare.totals import TOTALS
from fazhi.tables import Tables, tables

ROOT = Path(__file__).resolve().parents[1]
TRUTH = tomllib.loads((ROOT / "tests/samples/truth.toml").read_text("utf-8"))


def stem(source: str) -> str:
    return source.rpartition("/")[2].partition(".")[0]


def claims_of(t: Tables) -> dict[tuple[str, str, float], dict[str, Any]]:
    return {(stem(r["source"]), r["code"], r["claimed"]): r for r in changes(t).frame.iter_rows(named=True)}


def key(entry: dict[str, Any]) -> tuple[str, str, float]:
    return entry["report"], entry["code"], float(entry["printed"] if entry["direction"] == "up" else -entry["printed"])


def assert_change(found: dict[str, Any], entry: dict[str, Any]) -> None:
    assert found["verdict"] == entry["verdict"], (entry, found)
    assert found["reason"] if entry["verdict"] == "cannot_tell" else True
    assert "now" not in entry or found["now"] == entry["now"], (entry, found)
    assert "before" not in entry or found["before"] == entry["before"], (entry, found)
    if entry["verdict"] != "cannot_tell":
        assert found["quote"] in entry["claim"] or entry["claim"] in found["quote"]
        assert found["before_quote"] in entry["before_quote"] or entry["before_quote"] in found["before_quote"]


# --- the truth of the samples


def test_every_change_as_read_is_the_truth(sample_tables: Tables) -> None:
    found = claims_of(sample_tables)
    for entry in TRUTH["change"]:
        assert_change(found.pop(key(entry)), entry)
    # what is left is of reports that were restated, which have no year before
    assert all(row["reason"] == "no_report" for row in found.values()) and len(found) <= 1


def test_every_change_as_marked_is_the_truth() -> None:
    """The gold names no change_of and no direction: the truth gives both, and the check all else."""
    t = truth(SAMPLES)
    reports = {r["report_id"]: stem(r["source"]) for r in t.reports.collect().iter_rows(named=True)}
    rows = t.indicators.collect().to_dicts()
    for entry in TRUTH["change"]:
        mine = [r for r in rows if reports[r["report_id"]] == entry["report"] and r["kind"] == "change"]
        near = [r for r in mine if r["value"] == entry["printed"] and r["change_of"] is None and r["quote"][-4:] in entry["claim"]]
        near[0].update(change_of=entry["code"], direction=entry["direction"])
    marked = tables({"reports": t.reports.collect(), "sections": t.sections.collect(),
                     "indicators": pl.DataFrame(rows, schema=t.indicators.collect_schema())})  # fmt: skip
    found = claims_of(marked)
    assert len(found) == len(TRUTH["change"])
    for entry in TRUTH["change"]:
        assert_change(found[key(entry)], entry)


def test_what_explains_a_contradiction(sample_tables: Tables) -> None:
    reasons = {(k[0], k[1]): r["reason"] for k, r in claims_of(sample_tables).items() if r["verdict"] == "contradicts"}
    assert reasons["shiqiao-2021", "reconsideration_received"] == "fits_restated"
    assert reasons["bailu-2023", "reconsideration_accepted"] == "other_code"
    assert reasons["anxihe-2024", "peoples_mediations"] == "opposite"


def test_every_restated_figure_is_the_truth(sample_tables: Tables) -> None:
    found = restated(sample_tables)
    (entry,) = TRUTH["restated"]
    (row,) = [r for r in found.frame.iter_rows(named=True) if r["verdict"] != "cannot_tell"]
    assert (row["issuer"], row["year"], row["code"], row["said"], row["before"], row["of_year"]) == (
        entry["issuer"], entry["year"], entry["code"], entry["value"], entry["before"], entry["year"] - 1)  # fmt: skip
    assert row["verdict"] == "restated" and entry["before_quote"] in row["before_quote"] and entry["quote"] in row["quote"]


def test_every_total_is_the_truth(sample_tables: Tables) -> None:
    rows = totals(sample_tables).frame.to_dicts()
    found = {(stem(r["source"]), r["code"], r["total"], tuple(r["parts"])): r for r in rows}
    for entry in [*TRUTH["total"], *TRUTH["parts"]]:
        row = found.pop((entry["report"], entry["code"], float(entry["total"]), tuple(map(float, entry["parts"]))))
        assert row["verdict"] == entry.get("verdict", "part"), (entry, row)
        assert entry["quote"] in row["quote"] and row["difference"] == entry["total"] - sum(entry["parts"])
    assert {r["verdict"] for r in found.values()} <= {"part", "sums"}


# --- how exact a number is


@pytest.mark.parametrize(
    ("value", "printed", "size"),
    [(40.5, "40.5%", 0.1), (8.0, "8.0%", 0.1), (10, "10%", 1), (314000, "31.4万件", 1000), (12863, "12,863条", 1), (2, "两次", 1),
     (15683000, "1568.3万元", 1000), (17020000, "1702万元", 10000), (30, "约三成", 10), (98.5, "百分之九十八点五", 0.1),
     (123, "１２３件", 1), (1126, "1 126件", 1), (0, "0件", 1), (3.2, "3.2个百分点", 0.1), (20000, "近两万件", 10000)],
)  # fmt: skip
def test_step(value: float, printed: str, size: float) -> None:
    assert math.isclose(step(value, printed), size)


def test_spread() -> None:
    assert spread(52, "52份", "count") == (52, 52)
    assert spread(314000, "31.4万件", "count") == (313500, 314500)
    low, high = spread(95.6, "95.6%", "rate")
    assert math.isclose(low, 95.55) and math.isclose(high, 95.65)


def panel(now: dict[str, Any], before: dict[str, Any] | None, claim: dict[str, Any], **more: Any) -> Tables:
    """Two reports of one county: last year's figure, and this year's with a claim after it."""
    text = f"{now.get('quote', '')}，{claim.get('quote', '')}。"
    usual = {"kind": "change", "change_of": "litigation_cases", "direction": "up", "unit": "%", "quote": claim.get("value_text", "")}
    rows = [
        figure(2, **({"value_text": f"{now['value']:g}件", "end": 5} | now)),
        figure(2, **(usual | claim | {"code": None, "indicator": 1, "end": 20})),
    ]
    rows += [figure(1, **({"value_text": f"{before['value']:g}件"} | before))] if before else []
    rows += more.get("rows", [])
    return frames(reports=[report(1, year=2019), report(2, year=2020, text=text)], indicators=rows)


def verdict(t: Tables) -> tuple[str, str | None]:
    (row,) = changes(t).frame.iter_rows(named=True)
    return row["verdict"], row["reason"]


@given(st.integers(1, 5000), st.integers(1, 5000), st.integers(0, 2), st.booleans())
def test_a_true_claim_agrees_however_it_was_rounded(before: int, now: int, places: int, cut: bool) -> None:
    """Rounded or cut off to any number of places, the change that two counts give is found to agree; two steps off it is not."""
    true = 100 * (now - before) / before
    size = 10.0**-places
    magnitude = abs(true) / size
    printed = (math.floor(magnitude + 1e-9) if cut else round(magnitude)) * size
    rate = (abs(true), abs(true))
    assert within(rate, printed, step(printed, f"{printed:.{places}f}%"))
    assert not within(rate, printed + 2 * size, size) and not within(rate, printed - 2 * size, size)


def claim_of(value: float, text: str, **more: Any) -> dict[str, Any]:
    return {"value": value, "value_text": text} | more


@pytest.mark.parametrize(
    ("now", "before", "claim", "said"),
    [
        ({"value": 12}, {"value": 10}, claim_of(20, "20%"), ("agrees", None)),
        ({"value": 12}, {"value": 10}, claim_of(20, "20%", direction="down"), ("contradicts", "opposite")),
        ({"value": 12}, {"value": 10}, claim_of(30, "30%"), ("contradicts", None)),
        ({"value": 12}, {"value": 10}, claim_of(2, "2件", unit="件"), ("agrees", None)),
        ({"value": 12}, {"value": 10}, claim_of(3, "3件", unit="件"), ("contradicts", None)),
        ({"value": 12}, {"value": 10}, claim_of(3, "3人", unit="人"), ("cannot_tell", "unit")),
        ({"value": 21}, {"value": 10}, claim_of(1.1, "1.1倍", unit="倍"), ("agrees", None)),
        ({"value": 21}, {"value": 10}, claim_of(2.1, "2.1倍", unit="倍"), ("cannot_tell", "times")),
        ({"value": 21}, {"value": 10}, claim_of(2.1, "2.1倍", unit="倍", quote="是上年的2.1倍"), ("agrees", None)),
        ({"value": 12}, None, claim_of(20, "20%"), ("cannot_tell", "not_stated")),
        ({"value": 12}, {"value": 0}, claim_of(20, "20%"), ("cannot_tell", "zero")),
        ({"value": 12}, {"value": 10, "qualifier": "over"}, claim_of(20, "20%"), ("cannot_tell", "bound")),
        ({"value": 12, "qualifier": "about"}, {"value": 10}, claim_of(20, "20%"), ("cannot_tell", "bound")),
        ({"value": 12}, {"value": 10}, claim_of(20, "近20%", qualifier="under"), ("cannot_tell", "bound")),
        ({"value": 12}, {"value": 10, "scope": "partial"}, claim_of(20, "20%"), ("cannot_tell", "partial")),
        ({"value": 12}, {"value": 10, "scope": "cumulative"}, claim_of(20, "20%"), ("cannot_tell", "cumulative")),
        ({"value": 12}, {"value": 10}, claim_of(20, "20%", direction=None), ("cannot_tell", "no_direction")),
        ({"value": 12}, {"value": 10}, claim_of(20, "20%", quote="环比增长20%"), ("cannot_tell", "other_base")),
        ({"value": 12}, {"value": 10}, claim_of(20, "20%", quote="比2015年增长20%"), ("cannot_tell", "other_base")),
        ({"value": 12}, {"value": 10}, claim_of(20, "20%", quote="比2019年增长20%"), ("agrees", None)),
        ({"value": 12, "quote": "全市12件"}, {"value": 10, "quote": "本级10件"}, claim_of(20, "20%"), ("cannot_tell", "extent")),
        ({"value": 12, "unit": "人次"}, {"value": 10}, claim_of(20, "20%"), ("cannot_tell", "unit")),
        ({"value": 12, "part_of": 9}, {"value": 10}, claim_of(20, "20%"), ("cannot_tell", "part")),
    ],
)  # fmt: skip
def test_verdicts(now: dict[str, Any], before: dict[str, Any] | None, claim: dict[str, Any], said: tuple[str, str | None]) -> None:
    assert verdict(panel(now, before, claim)) == said


def test_rates_in_points_and_in_per_cent() -> None:
    rate = {"code": "appearance_rate", "unit": "%", "kind": "rate"}
    now, before = ({"value": v, "value_text": f"{v}%"} | rate for v in (98.8, 95.6))
    for claim, said in ((claim_of(3.2, "3.2个百分点", unit="个百分点"), "agrees"), (claim_of(5.2, "5.2个百分点", unit="个百分点"), "contradicts"),
                        (claim_of(3.2, "3.2%"), "agrees"), (claim_of(3.3, "3.3%"), "agrees"), (claim_of(9.9, "9.9%"), "contradicts")):  # fmt: skip
        assert verdict(panel(now, before, claim | {"change_of": "appearance_rate"}))[0] == said


def test_the_same_months_of_two_years_are_compared() -> None:
    def months(year: int, last: int) -> dict[str, Any]:
        return {"scope": "partial", "period_start": date(year, 1, 1), "period_end": date(year, last, 30)}

    alike = panel({"value": 12} | months(2020, 11), {"value": 10} | months(2019, 11), claim_of(20, "20%", scope="partial"))
    assert verdict(alike) == ("agrees", None)
    other = panel({"value": 12} | months(2020, 11), {"value": 10} | months(2019, 9), claim_of(20, "20%", scope="partial"))
    assert verdict(other) == ("cannot_tell", "partial")


def test_several_values_of_last_year_cannot_tell_unless_one_is_of_the_same_subject() -> None:
    more = {"rows": [figure(1, 7, indicator=5, subject="城管案件", value_text="7件")]}
    claim = claim_of(20, "20%")
    assert verdict(panel({"value": 12}, {"value": 10, "subject": "交通案件"}, claim, **more)) == ("cannot_tell", "several_values")
    assert verdict(panel({"value": 12, "subject": "交通案件"}, {"value": 10, "subject": "交通案件"}, claim, **more)) == ("agrees", None)


def test_no_report_and_targets() -> None:
    alone = frames(reports=[report(2, year=2020)],
                   indicators=[figure(2, 12), figure(2, 20, code=None, indicator=1, kind="change", change_of="litigation_cases", unit="%",
                                                     value_text="20%", direction="up")])  # fmt: skip
    assert verdict(alone) == ("cannot_tell", "no_report")
    planned = panel({"value": 12}, {"value": 10}, claim_of(20, "20%", status="target", scope="next"))
    assert changes(planned).frame.is_empty() and "没有" in changes(planned).said()


def test_totals_by_hand() -> None:
    def one(*rows: dict[str, Any], text: str) -> dict[str, Any]:
        placed, found = [], 0
        for number, row in enumerate(rows):
            found = text.index(row["value_text"], found)
            placed.append(figure(1, indicator=number, **row) | {"start": found, "end": found + len(row["value_text"])})
            found += len(row["value_text"])
        t = frames(reports=[report(1, text=text)], indicators=placed)
        rows_ = totals(t).frame.to_dicts()
        return rows_[0] if rows_ else {}

    def n(value: float, text: str, quote: str, **more: Any) -> dict[str, Any]:
        return {"value": value, "value_text": text, "quote": quote} | more

    rest = one(n(20, "20件", "共办20件"), n(12, "12件", "其中甲12件", part_of=0), n(7, "7件", "其余7件", part_of=0), text="共办20件，其中甲12件，其余7件。")
    assert (rest["verdict"], rest["difference"]) == ("differs", 1)
    some = one(n(20, "20件", "办20件"), n(12, "12件", "其中甲12件", part_of=0), n(7, "7件", "乙7件", part_of=0), text="办20件，其中甲12件，乙7件。")
    assert some["verdict"] == "part"
    rough = one(n(284000, "28.4万件", "办件28.4万件"), n(179000, "17.9万件", "其中甲17.9万件", part_of=0),
                n(105000, "10.5万件", "乙10.5万件", part_of=0), text="办件28.4万件，其中甲17.9万件，乙10.5万件。")  # fmt: skip
    assert rough["verdict"] == "sums"
    bound = one(n(12, "12件", "甲12件"), n(8, "8件", "乙8件"), n(20, "20余件", "共20余件", qualifier="over"), text="甲12件，乙8件，共20余件。")
    assert (bound["verdict"], bound["reason"]) == ("cannot_tell", "bound")
    large = one(n(5, "5件", "办5件"), n(9, "9件", "其中甲9件", part_of=0), text="办5件，其中甲9件。")
    assert (large["verdict"], large["reason"]) == ("differs", "exceeds")
    # 公共 closes no list, and another sentence's figures are none of it
    assert one(n(12, "12件", "甲12件"), n(8, "8件", "乙8件"), n(30, "30件", "公共30件"), text="甲12件，乙8件，公共30件。") == {}
    assert one(n(12, "12件", "甲12件"), n(8, "8件", "乙8件"), n(30, "30件", "共30件"), text="甲12件，乙8件。共30件。") == {}


def test_answers_have_their_columns_and_forms(sample_tables: Tables) -> None:
    for check, schema in ((changes, CHANGES), (restated, RESTATED), (totals, TOTALS)):
        found = check(sample_tables, level="county")
        assert set(schema) < set(found.frame.columns) and set(found.frame["level"]) == {"county"}
        assert found.frame.select(pl.col("verdict_zh", "verdict_en").null_count()).row(0) == (0, 0)
        assert set(READ[found.check]) <= set(found.rows.columns) and set(found.links) <= set(found.rows.columns)
        assert sum(found.counts().values()) == len(found) == len(found.rows)
        body = json.loads(found.text("json"))
        assert body["question"] == {"level": ["county"]} and len(body["rows"]) == len(found)
        assert len(found.text("csv").splitlines()) >= len(found) + 1 and found.said() in found.text()
        assert found.said() in found._repr_html_() and "<script" not in found._repr_html_()
        with pytest.raises(ValueError, match="table, csv or json"):
            found.text("xml")
        with pytest.raises(CompareError, match="安溪河县人民政府"):
            check(sample_tables, issuer="安溪河县政府")
    assert set(changes(sample_tables, years=2021, issuer="清岚市石桥区人民政府").frame["year"]) == {2021}
    none = changes(sample_tables, regions="无此县")
    assert none.frame.is_empty() and none.rows.is_empty() and none.reasons().is_empty()


def test_on_the_command_line(sample_build: Any) -> None:
    def run(*words: str) -> Any:
        return CliRunner().invoke(app, [*words, "--tables", str(sample_build.folder)])

    body = json.loads(run("changes", "litigation_cases", "--years", "2020-2022", "--level", "county", "--format", "json").stdout)
    assert body["counts"]["agrees"] > 0 and {r["code"] for r in body["rows"]} == {"litigation_cases"}
    assert "82" in run("changes", "--restated", "--issuer", "清岚市石桥区人民政府", "--format", "csv").stdout
    assert "各部分不合总数" in run("totals", "--years", "2022").stdout
    assert run("totals", "--format", "xml").exit_code == 2
    assert run("changes", "--issuer", "无此县").exit_code != 0


# --- relative figures


def counties(*values: float | None, **more: Any) -> Tables:
    """One report a county, 2020, with a number of cases or none."""
    names = [f"{'甲乙丙丁戊己'[n]}县人民政府" for n in range(len(values))]
    return frames(
        reports=[report(n + 1, name) for n, name in enumerate(names)],
        indicators=[figure(n + 1, v, **more) for n, v in enumerate(values) if v is not None],
    )


def test_rank_with_ties_and_the_number_ranked() -> None:
    t = counties(5, 9, 9, None, 2)
    rows = rank(compare(t, "litigation_cases"))
    assert list(zip(rows["issuer"].str.head(1), rows["rank"], rows["tied"], strict=True)) == [
        ("丙", 1, 2), ("乙", 1, 2), ("甲", 3, 1), ("戊", 4, 1), ("丁", None, None)]  # fmt: skip
    assert set(rows["ranked"]) == {4} and set(rows["issuers"]) == {5}
    assert rank(compare(t, "litigation_cases"), lowest_first=True)["issuer"][0] == "戊县人民政府"
    bounded = rank(compare(counties(5, 9, qualifier="over"), "litigation_cases", allow="bound"))
    assert set(bounded["rank"]) == {None} and set(bounded["ranked"]) == {0}


def test_growth_beside_the_claim(sample_tables: Tables) -> None:
    c = compare(sample_tables, ["litigation_cases", "appearance_rate"], regions="清岚市石桥区人民政府")
    rows = {(r["code"], r["year"]): r for r in growth(c, changes(sample_tables)).iter_rows(named=True)}
    cases, appearing = rows["litigation_cases", 2021], rows["appearance_rate", 2021]
    assert (cases["change"], cases["before"], cases["claimed"], cases["verdict"]) == (13, 68, 11, "contradicts")
    assert math.isclose(cases["percent"], 100 * 13 / 68, abs_tol=1e-5)
    assert (appearing["change"], appearing["change_unit"], appearing["percent"]) == (3.2, "个百分点", None)
    assert ("litigation_cases", 2023) not in rows  # no report for 2022: nothing is taken over a gap


def test_per_case() -> None:
    cells = [("penalty_amount", 9000.0, "元", "amount"), ("penalty_cases", 3.0, "件", "count")]
    rows = [figure(1, v, code=code, indicator=n, unit=unit, kind=kind) for n, (code, v, unit, kind) in enumerate(cells)]
    rows += [figure(2, 9000, code="penalty_amount", unit="元", kind="amount")]
    t = frames(reports=[report(1), report(2, "乙县人民政府")], indicators=rows)
    c = per_case(compare(t, ["penalty_amount", "penalty_cases"]), "penalty_amount", "penalty_cases")
    found = {r["issuer"][0]: (r["state"], r["value"], r["unit"], r["caveats"]) for r in c.frame.iter_rows(named=True)}
    assert found == {"甲": ("comparable", 3000, "元/件", []), "乙": ("not_comparable", 9000, "元", ["no_denominator"])}
    assert c.codes == ("penalty_amount",) and "÷" in say.gist(c) and "没有可除的数的1个" in sentences(c)[0]
    with pytest.raises(CompareError, match="比率"):
        per_case(compare(t, ["appearance_rate", "penalty_cases"]), "appearance_rate", "penalty_cases")
    with pytest.raises(CompareError, match="penalty_cases"):
        per_case(compare(t, ["penalty_amount", "penalty_cases"]), "penalty_amount", "permit_cases")


def test_per_inhabitants_takes_the_nearest_line() -> None:
    t = frames(
        reports=[report(1, region_code="110101"), report(2, "乙县人民政府", region_code="110102"), report(3, "丙县人民政府"),
                 report(4, "某镇人民政府", region_code="110101", level="township", issuer_kind="township")],
        indicators=[figure(n, 30) for n in (1, 2, 3, 4)],
    )  # fmt: skip
    lines = pl.DataFrame(
        {"issuer": [None, None, "乙县人民政府"], "region_code": ["110101", "110101", "110102"], "year": ["2020", None, None],
         "population": ["300,000", "1", "60000"], "source": ["年鉴", "旧", "公报"]})  # fmt: skip
    c = per_inhabitants(compare(t, "litigation_cases", allow=["level", "issuer_kind"]), lines)
    found = {r["issuer"][0]: (r["state"], r["value"], r["unit"]) for r in c.frame.iter_rows(named=True)}
    assert found["甲"] == ("comparable", 10, "件/10万人") and found["乙"] == ("comparable", 50, "件/10万人")
    assert found["丙"] == found["某"] == ("not_comparable", 30, "件")
    assert "公报、年鉴" in c.notes[-1]
    with pytest.raises(CompareError, match="比率"):
        per_inhabitants(compare(t, "appearance_rate"), lines)


@pytest.mark.parametrize(
    ("lines", "said"),
    [("region_code,year\n110101,2020\n", "population"), ("region_code,population\n110101,很多\n", "第2行"),
     ("region_code,year,population\n110101,二〇二〇,5\n", "year"), ("region_code,population\n,5\n", "region_code"),
     ("region_code,population\n110101,5\n110101,6\n", "第3行"), ("region_code,population\n110101,0\n", "大于零")],
)  # fmt: skip
def test_denominators_that_cannot_be_used_are_told(lines: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "denominators.csv"
    path.write_text(lines, "utf-8")
    with pytest.raises(CompareError, match=said):
        per_inhabitants(compare(counties(5), "litigation_cases"), path)


def test_denominators_of_the_project_are_found_and_usable(sample_tables: Tables) -> None:
    c = compare(sample_tables, "litigation_cases", years=2024, level="county", issuer_kind="government")
    found = per_inhabitants(c, ROOT / "data/denominators.csv").comparable
    assert found.height == 3 and "虚构" in per_inhabitants(c, ROOT / "data/denominators.csv").notes[-1]
    with pytest.raises(CompareError, match="没有人口数"):
        per_inhabitants(c, t=sample_tables)


# --- the same on the command line


def asked(build: Any, *words: str) -> Any:
    done = CliRunner().invoke(app, ["compare", *words, "--tables", str(build.folder)])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout) if "json" in words else list(csv.DictReader(io.StringIO(done.stdout))) if "csv" in words else done.stdout


def test_places_on_the_command_line(sample_build: Any, sample_tables: Tables) -> None:
    words = ("reconsideration_closed", "--years", "2020-2021", "--level", "county", "--rank")
    rows, body = asked(sample_build, *words, "--format", "csv"), asked(sample_build, *words, "--format", "json")
    wanted = rank(compare(sample_tables, "reconsideration_closed", years="2020-2021", level="county"))
    assert body["rows"] == wanted.to_dicts() and len(rows) == wanted.height and body["question"]["rank"] is True
    assert [r["rank"] for r in rows] == ["" if r is None else str(r) for r in wanted["rank"]]
    table = asked(sample_build, *words)
    first = wanted.row(0, named=True)
    assert f"{first['issuers']} 个机关，可排 {first['ranked']} 个" in table and f"1\t{first['issuer']}\t" in table and "－\t" in table
    last = asked(sample_build, *words[:-1], "--lowest-first", "--format", "json")["rows"]
    assert [r["value"] for r in last if r["year"] == 2020 and r["rank"]] == sorted(r["value"] for r in last if r["year"] == 2020 and r["rank"])


def test_ties_are_marked_in_a_table_of_places() -> None:
    table = places(compare(counties(5, 9, 9, None, 2), "litigation_cases"))
    assert table.splitlines()[:6] == ["2020\t行政应诉案件数\t5 个机关，可排 4 个", "1=\t丙县人民政府\t9件", "1=\t乙县人民政府\t9件",
                                      "3\t甲县人民政府\t5件", "4\t戊县人民政府\t2件", "－\t丁县人民政府\t报告未写"]  # fmt: skip
    with pytest.raises(ValueError, match="table, csv or json"):
        places(compare(counties(5), "litigation_cases"), "xml")


def test_changes_on_the_year_before_on_the_command_line(sample_build: Any) -> None:
    words = ("litigation_cases", "--years", "2021", "--change")
    (row,) = [r for r in asked(sample_build, *words, "--format", "json")["rows"] if r["issuer"] == "清岚市石桥区人民政府"]
    assert (row["year"], row["before"], row["value"], row["change"], row["claimed"], row["verdict"]) == (2021, 68, 81, 13, 11, "contradicts")
    assert {r["year"] for r in asked(sample_build, *words, "--format", "csv")} == {"2021"}
    assert "68 -> 81件\t+13件\t+19.1%\t自称+11%：不符" in asked(sample_build, *words)
    assert NOTHING in asked(sample_build, "litigation_cases", "--years", "1999", "--change")


def test_divided_figures_on_the_command_line(sample_build: Any) -> None:
    people = ("litigation_cases", "--years", "2024", "--level", "county", "--kind", "government", "--denominators", str(ROOT / "data/denominators.csv"))
    rows = {r["issuer"]: r for r in asked(sample_build, *people, "--format", "csv")}
    assert rows["安溪河县人民政府"]["unit"] == "件/10万人" and "虚构" in asked(sample_build, *people)
    fewer = {r["issuer"]: r for r in asked(sample_build, *people, "--people", "10000", "--format", "csv")}
    assert fewer["安溪河县人民政府"]["unit"] == "件/1万人"
    assert math.isclose(float(fewer["安溪河县人民政府"]["value"]) * 10, float(rows["安溪河县人民政府"]["value"]))
    ranked = asked(sample_build, *people, "--rank", "--format", "json")
    assert ranked["rows"][0]["unit"] == "件/10万人" and ranked["question"]["per_inhabitants"] == 100000
    moved = asked(sample_build, *people[:2], "2023-2024", *people[3:], "--change", "--format", "json")["rows"]
    assert moved and {r["unit"] for r in moved} == {"件/10万人"} and {r["claimed"] for r in moved} == {None}
    case = asked(sample_build, "reconsideration_closed", "--per", "reconsideration_received", "--format", "csv")
    assert {r["code"] for r in case} == {"reconsideration_closed"} and "件/件" in {r["unit"] for r in case if r["state"] == "comparable"}


@pytest.mark.parametrize(("words", "said"), [
    (("litigation_cases", "--rank", "--change"), "not for both"), (("penalty_cases", "--per", "penalty_amount", "--per-inhabitants"), "not by both"),
    (("litigation_cases", "--per", "litigation_cases"), "不能除以它自己"), (("appearance_rate", "--per", "litigation_cases"), "比率"),
    (("litigation_cases", "--per", "no_such_code"), "no_such_code"), (("litigation_cases", "--per-inhabitants"), "没有人口数"),
    (("litigation_cases", "--people", "0"), "people"), (("litigation_cases", "--denominators", "no/such.csv"), "denominators"),
])  # fmt: skip
def test_what_cannot_be_divided_or_ranked_is_said(words: tuple[str, ...], said: str, sample_build: Any) -> None:
    done = CliRunner().invoke(app, ["compare", *words, "--tables", str(sample_build.folder)])
    assert done.exit_code != 0 and said in f"{done.output}{done.exception}"


# --- series


def test_breaks_of_the_samples_are_their_gaps(sample_tables: Tables) -> None:
    c = compare(sample_tables, "litigation_cases", allow=["level", "issuer_kind", "trade"])
    found = breaks(c)
    gaps = {(r["issuer"], r["year"]) for r in found.iter_rows(named=True) if r["reason_zh"] == "未收集"}
    # a year before the first figure is no gap of the series
    assert gaps == {(e["issuer"], y) for e in TRUTH["gap"] for y in e["years"] if e["issuer"] != "白鹭县人民政府"}
    assert {r["reason_zh"] for r in found.iter_rows(named=True) if r["issuer"] == "清岚市人民政府"} == {"报告未写"}
    assert "没有中断" in unbroken(c, found)


def test_breaks_by_hand() -> None:
    def year(number: int, y: int, value: float, **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        place = {k: more.pop(k) for k in ("level", "region_code") if k in more}
        return report(number, year=y, **place), figure(number, value, **more)

    made = [
        year(1, 2015, 10, unit="件", region_code="110228"),  # 密云县 until 2015, 密云区 (110118) from then on
        year(2, 2016, 12, unit="件", quote="全县12件", region_code="110118"),
        year(3, 2019, 14, unit="人次", quote="本级14人次", region_code="110118"),
        year(4, 2020, 15, unit="人次", qualifier="over", region_code="110118", level="prefecture"),
    ]
    t = frames(reports=[r for r, _ in made], indicators=[f for _, f in made])
    rows = breaks(compare(t, "litigation_cases", allow=["level", "unit", "extent"]))
    kinds = [(r["kind"], r["span"]) for r in rows.iter_rows(named=True)]
    assert kinds == [("region", "2016"), ("gap", "2017–2018"), ("unit", "2019"), ("extent", "2019"), ("standing", "2020"),
                     ("not_comparable", "2020")]  # fmt: skip
    assert "密云县" in rows["reason_zh"][0] and "密云区" in rows["reason_zh"][0]
    nothing = compare(counties(5), "litigation_cases")
    assert breaks(nothing).is_empty() and "没有一个机关" in unbroken(nothing, breaks(nothing))


def test_every_verdict_reason_and_break_has_its_words() -> None:
    known = knowledge()
    for check, verdicts in known.of.items():
        assert check in READ and "cannot_tell" in verdicts
    assert all(w.zh and w.en for w in [*known.verdicts.values(), *known.reasons.values(), *known.breaks.values()])
