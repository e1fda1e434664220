"""Promises and the law: the truth of the sample reports, and small panels made by hand for each rule."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from fazhi.build import BuildResult
from fazhi.cli import app
from fazhi.compare import CompareError, law, promises
from fazhi.compare.language import speaking
from fazhi.compare.law import ALL, TABLE
from fazhi.compare.pledge import VERDICTS, alike, grams, judge, knowledge, often, others, sentences, spread
from fazhi.compare.promises import FRAME
from fazhi.contract import TABLES
from fazhi.tables import Tables, tables

ROOT = Path(__file__).resolve().parents[1]
TRUTH = tomllib.loads((ROOT / "tests/samples/truth.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def folder(sample_build: BuildResult) -> Path:
    return sample_build.folder


@pytest.fixture(scope="module")
def built(sample_tables: Tables) -> Tables:
    return sample_tables


# --- the truth


def stem(column: str) -> pl.Expr:
    return pl.col(column).str.split(".").list.first()


@pytest.mark.parametrize("said", TRUTH["promise"], ids=lambda p: f"{p['report']}-{p['target'][:8]}")
def test_every_promise_of_the_samples(said: dict[str, Any], built: Tables) -> None:
    text = dict(built.reports.select(stem("source"), "text").collect().iter_rows())
    at = text[said["report"]].index(said["target"])
    frame = promises(built).frame.with_columns(found_stem=stem("found_source"))
    [row] = frame.filter(
        stem("source") == said["report"],
        pl.col("form").is_in(["figure", "date"]),
        pl.col("start") < at + len(said["target"]),
        pl.col("end") > at,
    ).to_dicts()
    assert row["verdict"] == said["verdict"], row["reason"]
    assert row["found_stem"] == said.get("next_report")
    assert said["target"].rpartition("，")[2] in row["quote"]
    if "next_quote" in said:
        there = text[said["next_report"]].index(said["next_quote"])
        assert row["found_start"] < there + len(said["next_quote"]) and row["found_end"] > there
        assert said["next_quote"].rpartition("，")[2] in row["found_quote"]


def test_no_promise_that_the_samples_do_not_make(built: Tables) -> None:
    """The truth lists all targets with a number and the one with a date; the restated reports are not in it."""
    synthetic = built.reports.filter(pl.col("origin") == "synthetic").select("report_id").collect()
    frame = promises(built).frame.join(synthetic, on="report_id", how="semi")
    assert frame.filter(pl.col("form").is_in(["figure", "date"])).height == len(TRUTH["promise"])


def test_counts_follow_from_the_rows(built: Tables) -> None:
    p = promises(built)
    assert p.frame.columns == list(FRAME) and set(p.frame["verdict"]) <= set(VERDICTS)
    for table in (p.by(), p.by("issuer"), p.by("issuer", "year")):
        assert table["promises"].sum() == len(p) == table.select(VERDICTS).sum_horizontal().sum()
    row = p.by("issuer").filter(pl.col("issuer") == "清岚市石桥区人民政府").row(0, named=True)
    assert row["kept_share"] == pytest.approx(row["kept"] / (row["promises"] - row["no_report"]) * 100)
    assert p.outcomes().height == p.checked.height
    assert f"{p.frame.height}项" in p.gist() and p.rows.height == len(p)
    assert {"found", "found_id"} <= set(p.pairs("missed").columns) and "found" not in p.pairs("no_report").columns


@pytest.mark.parametrize("command", ["promises", "law"])
def test_on_the_command_line(command: str, folder: Path) -> None:
    def run(*more: str) -> str:
        done = CliRunner().invoke(app, [command, "--tables", str(folder), "--years", "2019-2021", *more])
        assert done.exit_code == 0, done.output
        return done.stdout

    assert "清岚市石桥区人民政府" in run("--level", "county") and "清岚市人民政府\t" not in run("--level", "county")
    assert all(row["year"] in (2019, 2020, 2021) for row in json.loads(run("--format", "json"))["rows"])
    assert run("--format", "csv").startswith("issuer,year,")
    assert CliRunner().invoke(app, [command, "--tables", str(folder), "--format", "xml"]).exit_code == 2


# --- by hand


def world(
    *reports: tuple[int, list[tuple[str, str, list[dict[str, Any]]]]], seats: dict[int, dict[str, Any]] | None = None
) -> Tables:
    """Reports of one county: (year, [(status, sentence, figures)]); a figure's place is found by its `value_text`.

    `seats` are other columns of `reports`, by year.
    """
    rows: dict[str, list[dict[str, Any]]] = {"reports": [], "measures": [], "indicators": [], "sections": [], "sources": []}
    for year, told in reports:
        one, text = f"{year:016x}", ""
        for number, (status, sentence, figures) in enumerate(told):
            start = len(text)
            text += sentence + "\n"
            rows["measures"].append({
                "report_id": one, "measure_id": number, "section_id": 1, "text": sentence, "start": start,
                "end": start + len(sentence), "status": status, "dimension": "enforcement", "keywords": [],
            })
            for figure in figures:
                at = start + sentence.index(figure["value_text"])
                usual = {
                    "qualifier": "exact", "kind": "count", "unit": "件", "subject": "", "comparable": True, "caveats": [],
                    "status": "target" if status == "planned" else "actual", "scope": "next" if status == "planned" else "year",
                    "quote": sentence, "quote_start": start, "start": at, "end": at + len(figure["value_text"]),
                }
                rows["indicators"].append(
                    usual | {"report_id": one, "measure_id": number, "section_id": 1, "indicator_id": len(rows["indicators"])}
                    | figure
                )
        rows["reports"].append({
            "report_id": one, "source": f"{year}.txt", "issuer": "甲县人民政府", "issuer_kind": "government", "level": "county",
            "county": "甲县", "year": year, "origin": "synthetic", "text": text,
        } | (seats or {}).get(year, {}))
        rows["sources"].append({"source": f"{year}.txt", "status": "report", "report_id": one, "media_type": "text/plain"})
    return tables({
        name: pl.DataFrame([dict.fromkeys(TABLES[name].schema) | row for row in held], schema=TABLES[name].schema)
        for name, held in rows.items()
    })


def only(t: Tables) -> dict[str, Any]:
    [row] = promises(t).frame.to_dicts()
    return row


def pledge(sentence: str, text: str, value: float, **more: Any) -> tuple[int, list[tuple[str, str, list[dict[str, Any]]]]]:
    return 2020, [("planned", sentence, [{"value_text": text, "value": value} | more])]


def later(sentence: str, text: str, value: float, **more: Any) -> tuple[int, list[tuple[str, str, list[dict[str, Any]]]]]:
    return 2021, [("done", sentence, [{"value_text": text, "value": value} | more])]


CODE = {"code": "case_file_reviews", "subject": "评查案卷"}


@pytest.mark.parametrize(
    ("found", "verdict", "reason"),
    [
        ({"value": 200}, "kept", "met"),
        ({"value": 199}, "missed", "short"),
        ({"value": 200, "qualifier": "over"}, "kept", "met"),
        ({"value": 200, "qualifier": "under"}, "missed", "short"),
        ({"value": 300, "qualifier": "under"}, "cannot_tell", "bound"),
        ({"value": 190, "qualifier": "over"}, "cannot_tell", "bound"),
        ({"value": 195, "qualifier": "about"}, "cannot_tell", "bound"),
        ({"value": 100, "qualifier": "about"}, "missed", "short"),
        ({"value": 180, "high": 220, "qualifier": "range"}, "cannot_tell", "bound"),
        ({"value": 150, "scope": "partial"}, "cannot_tell", "partial"),
        ({"value": 220, "scope": "partial"}, "kept", "met"),
        ({"value": 900, "scope": "cumulative"}, "cannot_tell", "cumulative"),
        ({"value": 150, "scope": "cumulative"}, "missed", "short"),
        ({"value": 300, "unit": "人"}, "not_mentioned", "silent"),
        ({"value": 300, "code": "penalty_cases"}, "not_mentioned", "silent"),
        ({"value": 300, "status": "norm"}, "not_mentioned", "silent"),
        ({"value": 300, "scope": "previous"}, "not_mentioned", "silent"),
    ],
)
def test_a_figure_to_reach(found: dict[str, Any], verdict: str, reason: str) -> None:
    row = only(world(pledge("评查案卷200件。", "200件", 200, **CODE), later("评查案卷9件。", "9件", **{**CODE, **found})))
    assert (row["verdict"], row["reason"]) == (verdict, reason)
    assert row["reason_zh"] and row["reason_en"] and row["dimension"] == "enforcement"


@pytest.mark.parametrize(
    ("sentence", "more", "value", "verdict"),
    [
        ("被纠错案件控制在2件以内。", {"qualifier": "at_most"}, 2, "kept"),
        ("被纠错案件控制在2件以内。", {"qualifier": "at_most"}, 3, "missed"),
        ("被纠错案件压减到2件。", {}, 3, "missed"),
        ("被纠错案件压减到2件。", {}, 0, "kept"),
    ],
)
def test_a_ceiling(sentence: str, more: dict[str, Any], value: float, verdict: str) -> None:
    code = {"code": "reconsideration_corrected", "subject": "被纠错案件"}
    row = only(world(pledge(sentence, "2件", 2, **code, **more), later(f"被纠错案件{value}件。", f"{value}件", value, **code)))
    assert row["verdict"] == verdict and row["ceiling"]


def test_a_ceiling_is_that_of_its_own_figure() -> None:
    """力争败诉率降至15%以下、出庭率达到80%: only the first is not to be passed."""
    sentence, rate = "力争败诉率降至15%以下、出庭率达到80%。", {"unit": "%", "kind": "rate"}
    figures = [
        {"value_text": "15%以下", "value": 15, "code": "litigation_loss_rate", "qualifier": "at_most", **rate},
        {"value_text": "80%", "value": 80, "code": "appearance_rate", **rate},
    ]
    frame = promises(world((2020, [("planned", sentence, figures)]))).frame
    assert frame["ceiling"].to_list() == [True, False]


@pytest.mark.parametrize(
    ("subject", "found", "quote", "verdict"),
    [
        ("行政处罚案件网上公示率", "行政处罚案件网上公示率", "行政处罚案件网上公示率98%", "missed"),
        ("行政处罚案件网上公示率", "网上公示率", "行政处罚案件做到网上公示率100%", "kept"),
        ("行政处罚案件网上公示率", "按期办结率", "群众来信按期办结率100%", "not_mentioned"),
        ("行政处罚案件网上公示率", "行政处罚案件占比", "行政处罚案件占比100%", "not_mentioned"),
        ("行政复议案件按期审结率", "行政复议案件按期受理率", "行政复议案件按期受理率98%", "not_mentioned"),
    ],
)
def test_without_a_code_by_the_words(subject: str, found: str, quote: str, verdict: str) -> None:
    rate, said = {"unit": "%", "kind": "rate"}, quote[len(quote.rstrip("0123456789%")) :]
    t = world(
        pledge(f"{subject}达到100%。", "100%", 100, subject=subject, **rate),
        later(quote + "。", said, float(said[:-1]), subject=found, **rate),
    )
    assert only(t)["verdict"] == verdict


def test_the_same_code_of_what_is_named_differently_is_not_judged() -> None:
    code = {"code": "law_training_sessions", "unit": "期"}
    t = world(
        pledge("机关干部培训班4期。", "4期", 4, subject="机关干部培训班", **code),
        later("村居法律明白人轮训2期。", "2期", 2, subject="村居法律明白人轮训", **code),
    )
    assert (only(t)["verdict"], only(t)["reason"]) == ("cannot_tell", "subject")


def test_one_meeting_does_not_answer_for_another() -> None:
    code = {"code": "law_study_sessions", "unit": "次"}
    t = world(
        pledge("常务会议学法6次。", "6次", 6, subject="常务会议学法", **code),
        later("中心组学法2次。", "2次", 2, subject="中心组学法", **code),
    )
    assert only(t)["verdict"] == "not_mentioned"


@pytest.mark.parametrize(
    ("promise", "value", "answer", "found", "verdict"),
    [
        ("每季度学法1次。", 1, "全年学法4次。", 4, "kept"),
        ("每季度学法1次。", 1, "全年学法3次。", 3, "missed"),
        ("全年学法4次。", 4, "每季度学法1次。", 1, "kept"),
        ("每个街道至少学法2次。", 2, "全年学法30次。", 30, "cannot_tell"),
        ("到2025年，学法达到10次。", 10, "全年学法4次。", 4, "no_report"),
    ],
)
def test_how_often_for_whom_and_by_when(promise: str, value: float, answer: str, found: float, verdict: str) -> None:
    code = {"code": "law_study_sessions", "unit": "次", "subject": "学法"}
    t = world(pledge(promise, f"{value}次", value, **code), later(answer, f"{found}次", found, **code))
    assert only(t)["verdict"] == verdict


@pytest.mark.parametrize(
    ("promise", "answer", "scope", "verdict"),
    [
        ("新聘法律顾问5名。", "法律顾问3名。", "stock", "missed"),  # not even three in all
        ("新聘法律顾问5名。", "法律顾问8名。", "stock", "cannot_tell"),
        ("新聘法律顾问5名。", "新聘法律顾问6名。", "year", "kept"),
    ],
)
def test_how_many_more_is_not_how_many(promise: str, answer: str, scope: str, verdict: str) -> None:
    code, number = {"code": "legal_advisers", "unit": "名", "subject": "法律顾问"}, answer[-3:-1]
    t = world(pledge(promise, "5名", 5, **code), later(answer, number, float(number[0]), scope=scope, **code))
    assert only(t)["verdict"] == verdict


@pytest.mark.parametrize(("now", "verdict"), [(88, "kept"), (90, "kept"), (91, "missed")])
def test_a_promised_change_by_the_levels_of_both_years(now: float, verdict: str) -> None:
    code = {"code": "inspections", "unit": "户次", "subject": "检查"}
    change = {"kind": "change", "unit": "%", "change_of": "inspections", "direction": "down", "qualifier": "over"}
    base = ("done", "检查100户次。", [{"value_text": "100户次", "value": 100, **code}])
    year, plan = pledge("检查压减10%以上。", "10%以上", 10, **change)
    row = only(world((year, [base, *plan]), later(f"检查{now}户次。", f"{now}户次", now, **code)))
    assert (row["verdict"], row["found"]) == (verdict, now)


def test_a_number_that_is_only_a_way_of_speaking_and_one_outside_the_plan() -> None:
    figures = [{"value_text": "两个", "value": 2, "unit": "个", "subject": "关键词"}]
    assert promises(world((2020, [("planned", "围绕两个关键词推进改革。", figures)]))).frame.is_empty()
    done = [("done", "拟废止文件2件。", [{"value_text": "2件", "value": 2, "status": "target", "scope": "next"}])]
    assert promises(world((2020, done))).frame.is_empty()


@pytest.mark.parametrize(
    ("promise", "answer", "form", "verdict", "reason"),
    [
        ("出台行政争议调解办法。", "印发《甲县行政争议调解办法》。", "document", "kept", "done"),
        ("出台行政争议调解办法。", "行政争议调解办法尚未出台。", "document", "missed", "not_done"),
        ("出台行政争议调解办法。", "正在起草行政争议调解办法。", "document", "cannot_tell", "underway"),
        ("出台行政争议调解办法。", "印发行政执法公示办法。", "document", "not_mentioned", "silent"),
        ("出台行政争议调解办法。", "行政争议调解中心建成。", "document", "not_mentioned", "silent"),
        ("6月底前出台行政争议调解办法。", "5月印发行政争议调解办法。", "document", "kept", "in_time"),
        ("6月底前出台行政争议调解办法。", "8月印发行政争议调解办法。", "document", "missed", "too_late"),
        ("6月底前出台行政争议调解办法。", "印发行政争议调解办法。", "document", "cannot_tell", "undated"),
        ("年底前出台行政争议调解办法。", "印发行政争议调解办法。", "document", "kept", "done"),
        ("建成湿地争议调解工作室。", "湿地争议调解工作室挂牌运行。", "thing", "kept", "done"),
        ("建设复议办案平台，6月底前上线。", "7月1日，复议办案平台上线。", "thing", "missed", "too_late"),
        ("确保上半年完成复议职责划转。", "3月31日完成复议职责划转。", "date", "kept", "in_time"),
        ("确保上半年完成复议职责划转。", "9月1日起，复议职责划转到位。", "date", "missed", "too_late"),
        ("确保上半年完成复议职责划转。", "接待群众来访12批。", "date", "not_mentioned", "silent"),
    ],
)
def test_promises_in_words(promise: str, answer: str, form: str, verdict: str, reason: str) -> None:
    row = only(world((2020, [("planned", promise, [])]), (2021, [("done", answer, [])])))
    assert (row["form"], row["verdict"], row["reason"]) == (form, verdict, reason)
    if verdict not in ("not_mentioned", "no_report"):
        assert row["found_quote"] == answer.rstrip("。")
        assert promise.rstrip("。") == row["quote"]


@pytest.mark.parametrize(
    "sentence", ["制定相关实施方案。", "对照出台的办法查漏补缺。", "政策出台之前听取意见。", "两年内实现城区全覆盖。", "提高执法水平。"]
)
def test_what_nobody_could_check_is_no_promise(sentence: str) -> None:
    assert promises(world((2020, [("planned", sentence, [])]))).frame.is_empty()


def test_why_there_is_no_report_to_look_in() -> None:
    t = world(pledge("评查案卷200件。", "200件", 200, **CODE))
    assert only(t)["reason"] == "not_collected"
    roster = pl.DataFrame({"issuer": ["甲县人民政府"], "year": ["2021"], "published": ["no"]})
    [row] = promises(t, roster=roster).frame.to_dicts()
    assert row["reason"] == "not_published"


def test_a_county_that_became_a_district_answers_under_its_new_name() -> None:
    miyun = {
        2014: {"issuer": "北京市密云县人民政府", "region_code": "110228", "province": "北京市", "county": "密云县"},
        2015: {"issuer": "北京市密云区人民政府", "region_code": "110118", "province": "北京市", "county": "密云区"},
    }
    promised = (2014, pledge("评查案卷200件。", "200件", 200, **CODE)[1])
    kept = (2015, later("全年评查案卷200件。", "200件", 200, **CODE)[1])
    row = only(world(promised, kept, seats=miyun))
    assert (row["issuer"], row["verdict"], row["reason"]) == (miyun[2014]["issuer"], "kept", "met")
    other = {**miyun, 2015: {**miyun[2015], "issuer": "北京市平谷区人民政府", "region_code": "110117", "county": "平谷区"}}
    assert only(world(promised, kept, seats=other))["verdict"] == "no_report"


def test_none_at_all_says_so() -> None:
    p = promises(tables({}))
    assert p.frame.is_empty() and "没有" in p.gist() and all("没有" in said for said in p.sentences())
    assert json.loads(p.text("json"))["rows"] == [] and "没有" in repr(p) and "没有" in p.silences()
    assert p.by().is_empty() and p.outcomes().is_empty() and p.pairs("kept").is_empty()


def test_a_report_cannot_smuggle_markup_or_formulas() -> None:
    p = promises(world(pledge("=评查<script>案卷200件。", "200件", 200, **CODE)))
    assert "<script>" not in p._repr_html_() and "'=评查" in p.text("csv")
    with pytest.raises(ValueError, match="no form"):
        p.text("xml")
    with pytest.raises(CompareError):
        promises(tables({}), level="conty")


# --- words and numbers


def test_pieces() -> None:
    assert list(sentences("一、先学法；再考试。")) == [(0, "一、先学法"), (6, "再考试")]
    assert grams("2021年") == frozenset() and alike("", "什么") == 0
    assert alike("行政复议", "行政复议职责") == 1 > alike("行政复议", "行政处罚") > 0
    assert others("常务会议学法", "党组学法") and not others("常务会议学法", "学法") and often("每季度一次") == 4


def test_bounds_as_intervals() -> None:
    row = {"value": 10.0, "high": None, "qualifier": "exact", "scope": "year", "kind": "count", "words": ""}
    assert spread(row) == (10, 10) and spread(row | {"qualifier": "range", "high": 12.0}) == (10, 12)
    assert spread(row | {"qualifier": "under"})[1] < 10 < spread(row | {"qualifier": "about"})[1]
    both = row | {"direction": None, "extent": "own", "ceiling": False}
    assert judge(both, both | {"extent": "whole"}) == ("cannot_tell", "extent")


def test_the_words_of_all_verdicts_and_reasons() -> None:
    words = knowledge()
    assert tuple(words.verdicts) == VERDICTS and set(words.forms) == {"figure", "date", *words.made}
    assert set(words.alike) >= set(words.forms)


# --- the law


def spans(table: str) -> Iterator[tuple[str, int]]:
    return ((row["issuer"], row["year"]) for row in TRUTH[table])


def test_late_and_incomplete_as_the_truth_says(built: Tables) -> None:
    s = law(built)
    ours = s.frame.filter(~pl.col("origin").eq_missing("restated"))
    rows = {(r["issuer"], r["year"]): r for r in ours.iter_rows(named=True)}
    assert {key for key, r in rows.items() if r["on_time"] is False} == set(spans("late"))
    assert all(rows[key]["on_time"] for key in spans("on_time"))
    assert {key: r["missing"] for key, r in rows.items() if r["complete"] is False} == {
        (r["issuer"], r["year"]): r["missing"] for r in TRUTH["incomplete"]
    }
    named = set(s.faults.select("issuer", "year").iter_rows())
    assert set(spans("late")) | set(spans("incomplete")) <= named


def test_the_table_of_an_evaluation(built: Tables) -> None:
    s = law(built, regions=["清岚市", "安溪河县", "白鹭县", "石桥区"])
    assert s.table.columns == list(TABLE)
    gaps = [(gap["issuer"], year) for gap in TRUTH["gap"] for year in gap["years"]]
    for row in s.table.filter(pl.col("level") == ALL).iter_rows(named=True):
        year = row["year"]
        assert (row["expected"], row["reports"]) == (5, 5 - sum(y == year for _, y in gaps))
        assert row["judged"] - row["complete"] == sum(y == year for _, y in spans("incomplete"))
        assert row["dated"] - row["on_time"] == sum(y == year for _, y in spans("late"))
        parts = s.table.filter(pl.col("year") == year, pl.col("level") != ALL)
        assert all(parts[c].sum() == row[c] for c in ("expected", "reports", "dated", "on_time", "judged", "complete"))
        assert row["reports_share"] == pytest.approx(row["reports"] / row["expected"] * 100) and row["rule"] == "article_24"
        assert row["deadline"] == date(year + 1, 4, 1)
    printed, counted = s.printed, s.table
    assert printed.columns == ["year", "level_zh", "reports", "on_time", "complete"] and printed.height == counted.height
    for row, told in zip(counted.iter_rows(named=True), printed.iter_rows(named=True), strict=True):
        whole = f"{row['reports']}/{row['expected']}（{row['reports'] / row['expected']:.0%}）"
        assert (told["year"], told["level_zh"], told["reports"]) == (row["year"], row["level_zh"], whole)
        assert told["complete"].startswith(f"{row['complete']}/{row['judged']}（")
    missing = s.missing.group_by("part").agg(pl.col("reports").sum())
    assert dict(missing.iter_rows()) == {"problems": 2, "first_responsible_person": 2, "plan": 1}


def test_the_rule_applies_from_the_reports_of_2019() -> None:
    def dated(year: int) -> dict[str, Any]:
        return {
            "report_id": f"{year:016x}", "source": f"{year}.txt", "issuer": "甲县人民政府", "issuer_kind": "government",
            "level": "county", "year": year, "origin": "synthetic", "text": "", "published_on": date(year + 1, 4, 1),
        }

    schema = TABLES["reports"].schema
    t = tables({"reports": pl.DataFrame([dict.fromkeys(schema) | dated(year) for year in (2014, 2018, 2019)], schema=schema)})
    s = law(t)
    rows = {row["year"]: row for row in s.table.iter_rows(named=True)}
    assert [rows[y]["rule"] for y in (2014, 2018, 2019)] == [None, "outline_2015", "article_24"]
    assert [rows[y]["on_time_share"] for y in (2014, 2018, 2019)] == [None, None, 0]
    assert s.printed["on_time"].to_list() == ["－"] * 5 + ["0/1（0%）"]
    with speaking("en"):
        assert s.printed["on_time"].to_list() == ["－"] * 5 + ["0/1 (0%)"]
    assert [r["first_year"] for r in s.rules.iter_rows(named=True)] == [2015, 2019]
    said = "\n".join(s.sentences())
    assert "2014年度还没有规定可依" in said and "2019年度起：《法治政府建设与责任落实督察工作规定》第二十四条" in said
    assert "1/1" not in s.text().splitlines()[-1] and "迟" in said
    assert law(tables({})).table.is_empty() and "没有" in law(tables({})).text()
    with pytest.raises(ValueError, match="no form"):
        s.text("xml")
