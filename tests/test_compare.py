"""The comparison against the truth: the gold of the sample reports as tables, and small panels made by hand."""

from __future__ import annotations

import ast
import hashlib
import json
import re
import sys
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fazhi.compare as package
from fazhi.compare import CORE, CompareError, compare, coverage, dossier, fullest_year, say, sentences
from fazhi.compare.comparison import FRAME, LEFT_OUT
from fazhi.compare.coverage import law_of, laws, part_patterns
from fazhi.compare.guards import bits, codebook, rules
from fazhi.compare.question import years_of
from fazhi.contract import TABLES
from fazhi.tables import Tables, tables

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = sorted((ROOT / "tests/samples").glob("*.txt"))
sys.path.insert(0, str(ROOT / "tests/practice"))
from unmark import unmark  # noqa: E402


def frames(**rows: list[dict[str, Any]]) -> Tables:
    """Rows as tables; a column that is not given is null, and origin, issuer_kind and the like have their usual value."""
    usual = {
        "reports": {"origin": "synthetic", "issuer_kind": "government", "text": ""},
        "sources": {"status": "report", "media_type": "text/plain"},
        "indicators": {
            "qualifier": "exact",
            "kind": "count",
            "status": "actual",
            "scope": "year",
            "unit": "件",
            "section_id": 1,
            "subject": "",
            "value_text": "",
            "quote": "",
            "start": 0,
            "end": 0,
            "comparable": True,
            "caveats": [],
        },
    }
    return tables(
        {
            name: pl.DataFrame(
                [dict.fromkeys(TABLES[name].schema) | usual.get(name, {}) | row for row in given_], schema=TABLES[name].schema
            )
            for name, given_ in rows.items()
        }
    )


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def truth(paths: list[Path]) -> Tables:
    """The gold of marked reports as tables: what a perfect reading would give."""
    reports, sections, indicators, sources = [], [], [], []
    for path in paths:
        text, gold = unmark(path.read_text("utf-8"), path.name)
        one, said = hashlib.sha256(text.encode()).hexdigest()[:16], gold["report"]
        seat = [*(said["region"] or "").split("/"), None, None, None][:3]
        reports.append(
            {k: said[k] for k in ("title", "issuer", "issuer_kind", "region_code", "level", "year")}
            | {
                "report_id": one,
                "source": path.name,
                "province": seat[0] or None,
                "prefecture": seat[1],
                "county": seat[2],
                "text": text,
                "published_on": day(said["published_on"]),
                "signed_on": day(said["signed_on"]),
                "origin": "restated" if path.name.startswith("restated") else "synthetic",
            }
        )
        sources.append({"source": path.name, "report_id": one, "sha256": one, "size": len(text)})
        sections += [
            {"report_id": one, "section_id": i, "level": s["level"], "heading": s["heading"], "kind": s["kind"]}
            for i, s in enumerate(gold["sections"], 1)
        ]
        for i, q in enumerate(gold["quantities"]):
            start = text.index(q["quote"]) + q["quote"].index(q["value_text"])
            indicators.append(
                {k: q[k] for k in ("code", "subject", "unit", "qualifier", "kind", "status", "scope", "value_text", "quote")}
                | {
                    "report_id": one,
                    "indicator_id": i,
                    "section_id": 1,
                    "value": float(q["value"]),
                    "high": q["high"],
                    "start": start,
                    "end": start + len(q["value_text"]),
                }
            )
    return frames(reports=reports, sections=sections, indicators=indicators, sources=sources)


@pytest.fixture(scope="module")
def samples() -> Tables:
    return truth(SAMPLES)


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    return tomllib.loads((ROOT / "tests/samples/truth.toml").read_text("utf-8"))


def report(number: int, issuer: str | None = "甲县人民政府", year: int | None = 2020, **more: Any) -> dict[str, Any]:
    seat = {"province": "云岭省", "prefecture": "清岚市", "county": (issuer or "")[:2], "level": "county"}
    return {"report_id": f"{number:016x}", "source": f"{number}.txt", "issuer": issuer, "year": year} | seat | more


def figure(number: int, value: float, code: str = "litigation_cases", indicator: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "report_id": f"{number:016x}",
        "indicator_id": indicator,
        "code": code,
        "value": value,
        "start": indicator * 10,
    } | more


def states(t: Tables, **asked: Any) -> dict[tuple[str, int], tuple[str, list[str]]]:
    frame = compare(t, asked.pop("code", "litigation_cases"), **asked).frame
    return {(r["issuer"], r["year"]): (r["state"], r["caveats"]) for r in frame.iter_rows(named=True)}


# --- the samples' truth


def test_every_comparable_value_is_the_truth(samples: Tables) -> None:
    """Whatever stands as comparable is an exact actual figure of that report, code and year; and most stated cells are."""
    c = compare(samples, list(codebook()), level="county", issuer_kind="government")
    gold: dict[tuple[str, int, str], set[float]] = {}
    for path in SAMPLES:
        _, marked = unmark(path.read_text("utf-8"), path.name)
        said = marked["report"]
        for q in marked["quantities"]:
            if q["code"] and q["status"] == "actual" and q["scope"] in ("year", "stock") and q["qualifier"] == "exact":
                gold.setdefault((said["issuer"], said["year"], q["code"]), set()).add(float(q["value"]))
    good = {(r["issuer"], r["year"], r["code"]): r["value"] for r in c.comparable.iter_rows(named=True)}
    assert len(good) > 200
    assert all(value in gold[cell] for cell, value in good.items())
    plain = {cell: values for cell, values in gold.items() if len(values) == 1 and cell[0] in set(c.frame["issuer"])}
    assert sum(cell in good for cell in plain) / len(plain) > 0.9


def test_panel_is_complete_and_nothing_is_dropped(samples: Tables) -> None:
    c = compare(samples, CORE)
    assert c.frame.schema == pl.Schema(FRAME) and c.left_out.schema == pl.Schema(LEFT_OUT)
    assert c.frame.height == c.frame["issuer"].n_unique() * len(c.years) * len(CORE)
    assert not c.frame.select("issuer", "year", "code").is_duplicated().any()
    assert set(c.frame["state"]) <= set(rules().states)
    every = samples.indicators.filter(pl.col("code").is_in(CORE)).select("report_id", "indicator_id").collect()
    shown = pl.concat([c.comparable.select("report_id", "indicator_id"), c.left_out.select("report_id", "indicator_id")])
    assert shown.drop_nulls().unique().height == every.height  # each value is comparable or left out, with a reason
    assert c.left_out["reason_zh"].null_count() == 0 and c.left_out["reason_en"].null_count() == 0


def test_rows_for_a_reader_lose_nothing(samples: Tables) -> None:
    c = compare(samples, CORE)
    assert c.rows.height == len(c) and c.aside.height == c.left_out.height
    for code in CORE:
        empty = c.rows.filter(pl.col("name_zh") == codebook()[code].name_zh)["value"].is_null().to_list()
        assert empty == sorted(empty)


def test_values_carry_their_sentence(samples: Tables) -> None:
    texts = dict(samples.reports.select("report_id", "text").collect().iter_rows())
    for row in compare(samples, CORE).frame.filter(pl.col("value").is_not_null()).iter_rows(named=True):
        assert row["quote"] in texts[row["report_id"]] and row["value_text"] in row["quote"]


def test_late_and_incomplete_reports_are_those_of_the_truth(samples: Tables, answers: dict[str, Any]) -> None:
    cov = coverage(samples)
    made_up = cov.reports.filter(pl.col("origin") == "synthetic")
    late = {Path(s).stem for s in made_up.filter(~pl.col("on_time"))["source"]}
    assert late == {one["report"] for one in answers["late"]}
    missing = {Path(r["source"]).stem: set(r["missing"]) for r in made_up.filter(~pl.col("complete")).iter_rows(named=True)}
    assert missing == {one["report"]: set(one["missing"]) for one in answers["incomplete"]}
    for edge in answers["on_time"]:
        assert made_up.filter(pl.col("source") == f"{edge['report']}.txt")["standing"].to_list() == ["on_time"]


def test_gaps_are_those_of_the_truth(samples: Tables, answers: dict[str, Any]) -> None:
    cov = coverage(samples, years="2019-2024")
    for gap in answers["gap"]:
        rows = cov.frame.filter((pl.col("issuer") == gap["issuer"]) & (pl.col("state") != "report"))
        assert rows["year"].to_list() == sorted(gap["years"])


# --- states


def test_five_kinds_of_empty() -> None:
    t = frames(
        reports=[report(1), report(2, year=2021)],
        indicators=[figure(1, 12)],
        sources=[{"source": "x.pdf", "status": "unreadable", "issuer": "甲县人民政府", "year": 2022}],
    )
    roster = pl.DataFrame(
        {
            "issuer": ["甲县人民政府", "乙县人民政府"],
            "year": [2023, None],
            "published": ["no", ""],
            "level": ["county"] * 2,
            "issuer_kind": ["government"] * 2,
        }
    )
    found = states(t, years=range(2020, 2025), roster=roster)
    assert [found["甲县人民政府", y][0] for y in range(2020, 2025)] == [
        "comparable", "not_stated", "unreadable", "not_published", "not_collected",
    ]
    assert {found["乙县人民政府", y][0] for y in range(2020, 2025)} == {"not_collected"}


def test_a_file_that_cannot_be_read_has_its_cell_even_alone() -> None:
    t = frames(
        reports=[report(1)],
        indicators=[figure(1, 12)],
        sources=[{"source": "scan.pdf", "status": "unreadable", "issuer": "乙县人民政府", "year": 2019}],
    )
    assert states(t)["乙县人民政府", 2019] == ("unreadable", [])
    row = coverage(t).frame.filter(pl.col("state") == "unreadable").row(0, named=True)
    assert (row["issuer"], row["year"], row["source"]) == ("乙县人民政府", 2019, "scan.pdf")
    assert "乙县人民政府" not in set(compare(t, "litigation_cases", level="county").frame["issuer"])  # nobody knows its level


def test_roster_beside_the_tables_and_its_faults(tmp_path: Path) -> None:
    (tmp_path / "data/processed/builds/abc").mkdir(parents=True)
    path = tmp_path / "data/roster.csv"
    path.write_text("issuer,year,published\n丙县人民政府,,no\n", "utf-8")
    t = frames(reports=[report(1)], indicators=[figure(1, 12)])
    held = tables({"reports": t.reports, "indicators": t.indicators}, tmp_path / "data/processed/builds/abc")
    assert states(held)["丙县人民政府", 2020] == ("not_published", [])
    path.write_text("name,year\n丙县,2020\n", "utf-8")
    with pytest.raises(CompareError, match="issuer"):
        compare(held, "litigation_cases")
    path.write_text("issuer,year\n丙县,二〇二〇\n", "utf-8")
    with pytest.raises(CompareError, match="四位年份"):
        compare(held, "litigation_cases")


@pytest.mark.parametrize(
    ("more", "caveat"),
    [
        ({"qualifier": "over"}, "bound"),
        ({"qualifier": "range", "high": 20.0}, "bound"),
        ({"scope": "partial"}, "partial"),
        ({"scope": "cumulative"}, "cumulative"),
        ({"scope": "stock"}, "stock"),
        ({"comparable": False, "caveats": ["odd"]}, "unfit"),
    ],
)
def test_guards_of_a_figure_and_their_override(more: dict[str, Any], caveat: str) -> None:
    t = frames(reports=[report(1)], indicators=[figure(1, 12, **more)])
    state, caveats = states(t)["甲县人民政府", 2020]
    assert (state, caveats[0]) == ("not_comparable", caveat)
    allowed = compare(t, "litigation_cases", allow=[caveat])
    assert allowed.frame["state"].to_list() == ["comparable"] and rules().caveats[caveat].zh in allowed.overrides
    assert compare(t, "litigation_cases").left_out["reason"].to_list()[0][0] == caveat


@pytest.mark.parametrize(
    ("more", "reason"),
    [({"status": "target", "scope": "next"}, "target"), ({"status": "norm"}, "norm"), ({"scope": "previous"}, "previous")],
)
def test_what_did_not_happen_that_year_is_no_value(more: dict[str, Any], reason: str) -> None:
    c = compare(frames(reports=[report(1)], indicators=[figure(1, 12, **more)]), "litigation_cases")
    assert c.frame["state"].to_list() == ["not_stated"] and c.frame["value"].to_list() == [None]
    assert c.left_out["reason"].to_list() == [[reason]]
    with pytest.raises(CompareError, match="比较规则"):
        compare(frames(reports=[report(1)]), "litigation_cases", allow=reason)


def test_targets_can_be_asked_for() -> None:
    t = frames(reports=[report(1)], indicators=[figure(1, 6, status="target", scope="next"), figure(1, 4, indicator=1)])
    assert compare(t, "litigation_cases", scope="next").frame["value"].to_list() == [6]
    assert compare(t, "litigation_cases").frame["value"].to_list() == [4]


def test_a_stock_is_usual_where_the_codebook_says_so() -> None:
    stock = next(code for code, entry in codebook().items() if entry.scope == "stock")
    t = frames(reports=[report(1), report(2, year=2021)], indicators=[figure(1, 12, stock, scope="stock"), figure(2, 12, stock)])
    assert {state for state, _ in states(t, code=stock).values()} == {"comparable"}


def test_level_kind_and_trade_of_most_issuers_rule() -> None:
    county = [report(i, f"{name}县人民政府") for i, name in enumerate("甲乙丙", 1)]
    city = report(4, "清岚市人民政府", county=None, level="prefecture")
    bureaus = [
        report(i, f"清岚市{name}县{trade}", issuer_kind="department", county=f"{name}县")
        for i, (name, trade) in enumerate([("甲", "教育局"), ("乙", "教育局"), ("丙", "水利局")], 5)
    ]
    t = frames(reports=[*county, city, *bureaus], indicators=[figure(i, i) for i in range(1, 8)])
    found = states(t)
    assert found["甲县人民政府", 2020] == ("comparable", [])
    assert found["清岚市人民政府", 2020] == ("not_comparable", ["level"])
    assert found["清岚市甲县教育局", 2020] == ("not_comparable", ["issuer_kind"])
    assert "县级政府" in compare(t, "litigation_cases").notes[0]
    bureau = states(t, issuer_kind="department")
    assert bureau["清岚市乙县教育局", 2020] == ("comparable", []) and bureau["清岚市丙县水利局", 2020] == (
        "not_comparable",
        ["trade"],
    )
    both = compare(t, "litigation_cases", level=["county", "prefecture"], issuer_kind="government")
    assert set(both.frame["state"]) == {"comparable"} and both.allow == ("level",)  # asked for by name, and said


def test_units_and_extents_of_most_rule() -> None:
    names = "甲乙丙丁"
    t = frames(
        reports=[report(i, f"{n}县人民政府") for i, n in enumerate(names)],
        indicators=[
            figure(0, 5, "inspections", unit="家次", quote="全县检查5家次"),
            figure(1, 5, "inspections", unit="家次", quote="全县检查5家次"),
            figure(2, 5, "inspections", unit="户次", quote="县本级检查5户次"),
            figure(3, 5, "inspections", unit="人次", quote="检查5人次"),
        ],
    )
    found = states(t, code="inspections")
    assert [found[f"{n}县人民政府", 2020][1] for n in names] == [[], [], ["extent"], ["unit"]]


# --- several values for one cell


def cell(*figures: dict[str, Any], **tables_: Any) -> tuple[float, list[str]]:
    c = compare(frames(reports=[report(1)], indicators=list(figures), **tables_), "litigation_cases")
    row = c.frame.row(0, named=True)
    assert c.left_out.height == len(figures) - (row["state"] == "comparable")
    return row["value"], row["caveats"]


def test_total_over_part_year_over_partial_body_over_preamble_exact_over_bound() -> None:
    assert cell(figure(1, 8, part_of=1), figure(1, 20, indicator=1), figure(1, 12, indicator=2, part_of=1)) == (20, [])
    assert cell(figure(1, 8, scope="partial"), figure(1, 20, indicator=1)) == (20, [])
    preamble = [{"report_id": f"{1:016x}", "section_id": 0, "level": 0}]
    assert cell(figure(1, 8, section_id=0), figure(1, 20, indicator=1), sections=preamble) == (20, [])
    assert cell(figure(1, 8, qualifier="about"), figure(1, 20, indicator=1)) == (20, [])


def test_a_sum_is_a_total_and_values_at_odds_are_not_comparable() -> None:
    assert cell(figure(1, 8), figure(1, 12, indicator=1), figure(1, 20, indicator=2)) == (20, [])
    assert cell(figure(1, 8), figure(1, 13, indicator=1), figure(1, 20, indicator=2)) == (8, ["several_values"])
    assert cell(figure(1, 8), figure(1, 8, indicator=1)) == (8, [])


def test_the_order_of_preference_is_the_documented_one() -> None:
    """Each step of docs/comparison.md against all that follow: the better one by this step is the worse one by every later step."""
    steps: list[dict[str, Any]] = [  # what makes a figure the worse one; without parts is what all are but one
        {"part_of": 9}, {}, {"scope": "partial"}, {"section_id": 0}, {"unit": "人次"}, {"quote": "市本级"}, {"qualifier": "about"},
    ]
    text = (ROOT / "docs/comparison.md").read_text("utf-8")
    assert len(re.findall(r"^\d\. ", text, re.MULTILINE)) == len(steps)
    others = [figure(n, 3, quote="全市", unit="件") for n in (2, 3, 4)]  # what most use and mean
    sections = [{"report_id": f"{1:016x}", "section_id": 0, "level": 0}]
    for n, worse in enumerate(steps):
        better = {key: value for step in steps[n + 1 :] for key, value in step.items()}
        rows = [figure(1, 8 + nth, indicator=nth, **({"quote": "全市"} | marks)) for nth, marks in enumerate((worse, better))]
        if n == 1:
            rows.append(figure(1, 1, code="penalty_cases", indicator=5, part_of=1))
        t = frames(reports=[report(1), *(report(k, f"{'乙丙丁'[k - 2]}县人民政府") for k in (2, 3, 4))], indicators=[*rows, *others], sections=sections)
        row = compare(t, "litigation_cases").frame.filter(pl.col("issuer") == "甲县人民政府").row(0, named=True)
        assert row["value"] == 9, (steps[n], row["value"], row["caveats"])


def test_one_report_a_year_and_reports_of_nobody() -> None:
    t = frames(
        reports=[
            report(1, published_on=date(2021, 3, 1)),
            report(2, published_on=date(2021, 5, 1)),
            report(3, issuer=None),
            report(4, year=None),
        ],
        indicators=[figure(1, 8), figure(2, 9), figure(3, 1), figure(4, 1)],
    )
    c = compare(t, "litigation_cases")
    assert c.frame["value"].to_list() == [9]
    assert sorted(r[0] for r in c.left_out["reason"].to_list()) == ["no_issuer", "no_year", "second_report"]


def test_bodies_of_one_name_are_told_apart() -> None:
    t = frames(
        reports=[report(1, "鼓楼区人民政府"), report(2, "鼓楼区人民政府", prefecture="白石市")],
        indicators=[figure(1, 1), figure(2, 2)],
    )
    assert sorted(compare(t, "litigation_cases").frame["value"].to_list()) == [1, 2]


# --- questions


@pytest.mark.parametrize(
    ("given_", "years"),
    [
        ("2019-2021", (2019, 2020, 2021)),
        ("2020", (2020,)),
        (2020, (2020,)),
        (None, ()),
        (range(2019, 2021), (2019, 2020)),
        ([2021, 2019], (2019, 2021)),
        ("2019—2020", (2019, 2020)),
    ],
)
def test_years(given_: Any, years: tuple[int, ...]) -> None:
    assert years_of(given_) == years


@pytest.mark.parametrize(
    "asked",
    [
        {"code": "litigation_case"},
        {"level": "city"},
        {"issuer_kind": "bureau"},
        {"scope": "yearly"},
        {"allow": "bounds"},
        {"years": "去年"},
    ],
)
def test_wrong_questions_name_the_nearest(samples: Tables, asked: dict[str, Any]) -> None:
    with pytest.raises(CompareError) as fault:
        compare(samples, **({"code": "litigation_cases"} | asked))
    if asked == {"code": "litigation_case"}:
        assert "litigation_cases" in str(fault.value)


@pytest.mark.parametrize("region", ["石桥区", "云岭省/清岚市/石桥区", "清岚市石桥区人民政府"])
def test_regions_by_name_path_and_issuer(samples: Tables, region: str) -> None:
    assert set(compare(samples, "litigation_cases", regions=region).frame["issuer"]) == {"清岚市石桥区人民政府"}


def test_regions_by_code(samples: Tables) -> None:
    assert set(compare(samples, "litigation_cases", regions="310000").frame["province"]) == {"上海市"}


def test_nothing_that_fits_is_said_in_words(samples: Tables) -> None:
    c = compare(samples, CORE, regions="石桥")
    assert len(c) == 0 and "石桥区" in c.notes[0] and sentences(c) == [say.EMPTY]
    assert "没有符合条件" in repr(c) and "<table>" in c._repr_html_()
    none = frames()
    assert len(compare(none, CORE)) == 0 and sentences(coverage(none)) == [say.EMPTY] and fullest_year(none) is None
    assert dossier(none).sentences() and dossier(none).figures().is_empty() and dossier(none).about().is_empty()


# --- how it shows itself


def test_text_for_scripts(samples: Tables) -> None:
    t = frames(reports=[report(1)], indicators=[figure(1, 12, quote="=1+1应诉12件")])
    c = compare(t, "litigation_cases")
    rows = json.loads(c.text("json"))["rows"]
    assert rows[0]["value"] == 12 and set(rows[0]) == set(FRAME)
    assert "'=1+1" in c.text("csv") and "12件" in c.text()
    with pytest.raises(ValueError, match="csv"):
        c.text("xlsx")


def test_html_is_escaped() -> None:
    t = frames(reports=[report(1, "<script>局", title="<b>")], indicators=[figure(1, 12, quote="<img src=x onerror=alert(1)>")])
    shown = compare(t, "litigation_cases")._repr_html_()
    assert "<script>" not in shown and "<img" not in shown and "&lt;img" in shown


def test_pandas_keeps_integers_and_nulls(samples: Tables) -> None:
    frame = compare(samples, "litigation_cases").pandas()
    assert str(frame["year"].dtype) == "int32[pyarrow]" and frame["indicator_id"].isna().any()
    assert str(frame["indicator_id"].dtype) == "int32[pyarrow]"


def test_chart_is_drawn_by_the_other_wing(samples: Tables) -> None:
    figure_ = compare(samples, "litigation_cases", level="county", issuer_kind="government").chart()
    assert figure_.data and "行政应诉案件数" in figure_.layout.meta["title"]


def test_sentences_are_computed(samples: Tables) -> None:
    (series,) = sentences(compare(samples, "litigation_cases", regions="石桥区"))
    assert "由2019年的74件增至2024年的90件（+16件）" in series and "6年中5年可比" in series
    (year,) = sentences(compare(samples, "litigation_cases", years=2020, level="county", issuer_kind="government"))
    assert "清岚市石桥区人民政府（68件）" in year and "安溪河县人民政府（9件）" in year and "没有数的：报告未写的1个" in year
    assert "空白不等于零" in say.empties(compare(samples, CORE))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.integers(2019, 2022),
            st.integers(0, 9),
            st.sampled_from(["exact", "over"]),
            st.sampled_from(["year", "partial", "previous"]),
        ),
        max_size=12,
    )
)
def test_any_panel_keeps_its_promises(rows: list[tuple[int, int, int, str, str]]) -> None:
    seats = sorted({(who, year) for who, year, *_ in rows})
    number = {seat: i for i, seat in enumerate(seats)}
    t = frames(
        reports=[report(i, f"{'甲乙丙丁'[who]}县人民政府", year) for (who, year), i in number.items()],
        indicators=[
            figure(number[who, year], value, indicator=i, qualifier=q, scope=s) for i, (who, year, value, q, s) in enumerate(rows)
        ],
    )
    c = compare(t, "litigation_cases")
    assert c.frame.height == c.frame["issuer"].n_unique() * len(c.years)
    assert c.comparable.height + c.left_out.height == len(rows)
    for row in c.frame.iter_rows(named=True):
        assert (row["value"] is not None) == (row["state"] in ("comparable", "not_comparable"))
        assert (row["state"] == "not_comparable") == bool(row["caveats"]) == (row["reason_zh"] is not None)
    assert all(said.endswith("。") or said == say.EMPTY for said in sentences(c))


# --- coverage and the law


def test_a_rule_does_not_reach_back() -> None:
    late = {"published_on": date(2019, 9, 1)}
    cov = coverage(
        frames(
            reports=[report(1, year=2018, **late)],
            sections=[{"report_id": f"{1:016x}", "section_id": 1, "level": 1, "heading": "成效"}],
        )
    )
    row = cov.frame.row(0, named=True)
    assert (row["standing"], row["on_time"], row["complete"], row["rule"]) == ("published", None, None, "outline_2015")
    assert law_of(2014) is None and law_of(2019) is not None and law_of(2030) == laws()[-1]


@pytest.mark.parametrize(
    ("published", "signed", "standing"),
    [
        (date(2021, 3, 31), None, "on_time"),
        (date(2021, 4, 1), None, "late"),
        (None, date(2021, 4, 2), "late"),
        (None, date(2021, 3, 1), "undated"),
    ],
)
def test_edges_of_the_deadline(published: date | None, signed: date | None, standing: str) -> None:
    cov = coverage(frames(reports=[report(1, published_on=published, signed_on=signed)]))
    assert cov.frame["standing"].to_list() == [standing]
    assert cov.frame["complete"].to_list() == [None]  # no heading was read: not judged


def test_coverage_counts_as_evaluations_do(samples: Tables) -> None:
    table = coverage(samples).by("year", "level")
    assert (
        table["reports"].sum() == len(SAMPLES)
        and (table["on_time"] <= table["dated"]).all()
        and (table["complete"] <= table["judged"]).all()
    )


def test_parts_have_patterns() -> None:
    assert set(part_patterns()) == set(rules().labels["part"]) == {p for law in laws() for p in law.parts}


# --- one report


def test_dossier_follows_one_report(samples: Tables) -> None:
    one = dossier(samples, "bailu-2021.txt")
    assert one.report["issuer"] == "白鹭县人民政府" and "白鹭县" in one.sentences()[0]
    assert one.figures().height == samples.indicators.filter(pl.col("report_id") == one.report["report_id"]).collect().height
    assert dossier(samples, one.report["report_id"][:10]).report["source"] == "bailu-2021.txt"
    assert dossier(samples).report["source"] == SAMPLES[0].name
    assert one.example().height == 1 and one.opening(10).endswith("……")
    assert one.numerals["个数"][0] == one.indicators.height
    with pytest.raises(CompareError, match=r"bailu-2021\.txt"):
        dossier(samples, "bailu-2021.html")


# --- shape


def test_the_module_answers_when_called(samples: Tables) -> None:
    assert package(samples, "litigation_cases").codes == ("litigation_cases",)  # type: ignore[operator]


def test_rules_are_whole() -> None:
    assert list(rules().states) == ["comparable", "not_comparable", "not_stated", "unreadable", "not_collected", "not_published"]
    assert set(CORE) <= set(codebook()) and len(bits()) <= 32


def test_compare_imports_nothing_of_the_other_wing() -> None:
    for path in (ROOT / "lib/fazhi/compare").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = (
                [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            ours = [n for n in names if n.split(".")[0] == "fazhi"]
            assert all(n.startswith(("fazhi.compare", "fazhi.knowledge", "fazhi.tables")) for n in ours), f"{path.name}: {ours}"


def test_a_large_panel_is_quick() -> None:
    import time

    n = 20_000
    held = pl.DataFrame({"i": range(n)})
    reports = held.select(
        pl.format("{}", "i").alias("report_id"),
        pl.format("{}", "i").alias("source"),
        (pl.format("某{}县", pl.col("i") // 10)).alias("issuer"),
        (2015 + pl.col("i") % 10).cast(pl.Int32).alias("year"),
        level=pl.lit("county"),
        issuer_kind=pl.lit("government"),
        origin=pl.lit("published"),
    )
    values = held.select(
        pl.format("{}", "i").alias("report_id"),
        pl.lit(0, pl.Int32).alias("indicator_id"),
        code=pl.lit("litigation_cases"),
        value=pl.col("i").cast(pl.Float64),
        qualifier=pl.lit("exact"),
        kind=pl.lit("count"),
        status=pl.lit("actual"),
        scope=pl.lit("year"),
        comparable=pl.lit(True),
        quote=pl.lit("应诉12件"),
        unit=pl.lit("件"),
    )
    missing = {
        name: [pl.lit(None, kind).alias(c) for c, kind in TABLES[name].schema.items() if c not in frame.columns]
        for name, frame in (("reports", reports), ("indicators", values))
    }
    t = tables({"reports": reports.with_columns(missing["reports"]), "indicators": values.with_columns(missing["indicators"])})
    start = time.perf_counter()
    assert compare(t, "litigation_cases").comparable.height == n
    assert time.perf_counter() - start < 5  # 0.1 s on the machine it was written on


# --- pages in traditional characters


def test_a_unit_as_a_page_in_traditional_characters_prints_it_is_no_other_unit() -> None:
    names = "甲乙丙"
    t = frames(
        reports=[report(i, f"{n}县人民政府") for i, n in enumerate(names)],
        indicators=[figure(0, 5, unit="场"), figure(1, 6, unit="場"), figure(2, 7, unit="場次")],
    )
    assert [found[1] for found in states(t).values()] == [[], [], []]
