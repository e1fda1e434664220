"""Caveats of figures and findings on a report: each rule fires where it should, keeps silent where it should, and the docs know it."""
from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fazhi.extract import figures
from fazhi.extract.findings import BLOCKING, caveats, comparable, findings
from fazhi.extract.rows import Finding, Quantity, RuledOut, Section

DOCS = Path(__file__).parents[1] / "docs" / "caveats.md"


def read(text: str, year: int | None = 2020) -> list[Quantity]:
    return figures(text, [], year)[0]


def found(text: str, year: int | None = 2020) -> dict[str, Finding]:
    quantities, places, _, ruled_out = figures(text, [], year)
    out = findings(text, quantities, places, ruled_out)
    assert len({f.rule for f in out}) == len(out)
    return {f.rule: f for f in out}


# ---------------------------------------------------------------- caveats


@pytest.mark.parametrize(("text", "caveat"), [
    ("在册民营企业12345家。", "uncoded"),
    ("受理信访件2080余件。", "bound"),
    ("全局学法不少于4次。", "bound"),
    ("全年学法1至2次。", "range"),
    ("上半年受理行政复议案件8件。", "partial"),
    ("2018年以来受理行政复议案件8件。", "cumulative"),
    ("去年受理行政复议案件8件。", "previous"),
    ("明年将举办培训3期。", "next"),
    ("计划举办培训3期。", "target"),
    ("每年学法不少于4次。", "norm"),
    ("案件数同比增长29.4%。", "change"),
])
def test_what_blocks(text: str, caveat: str) -> None:
    [q] = read(text)
    assert caveat in q.caveats and caveat in BLOCKING and not comparable(q)


def test_a_plain_figure_is_comparable() -> None:
    [q] = read("全年受理行政复议案件8件。")
    assert q.caveats == [] and comparable(q)


def test_a_part_is_not_comparable_but_its_total_is() -> None:
    total, part, outcome = read("全年查处违法案件30件，其中食品类12件、维持8件。")
    assert comparable(total) and part.caveats == ["part", "code_from_total"] and not comparable(part)
    assert outcome.caveats == ["uncoded"]


def test_a_part_with_a_code_of_its_own_is_comparable() -> None:
    assert [comparable(q) for q in read("全年办理人大建议、政协提案共30件，其中人大建议8件、政协提案22件。")] == [True] * 3


def test_amounts_have_parts_too() -> None:
    assert [comparable(q) for q in read("罚没款3.2万元，其中食品类1万元、药品类2.2万元。")] == [True, False, False]
    assert not found("罚没款3.2万元，其中食品类1万元、药品类2.2万元。")


def test_without_a_year_nothing_is_comparable() -> None:
    [q] = read("全年受理行政复议案件8件。", year=None)
    assert q.caveats == ["year_unknown"] and not comparable(q)


def test_two_values_are_noted_and_stay_comparable() -> None:
    for q in read("全年受理行政复议案件22件。全年受理行政复议案件25件。"):
        assert q.caveats == ["several_values"] and comparable(q)
    for q in read("全年受理行政复议案件22件。全年受理行政复议案件22件。"):
        assert q.caveats == []


def quantity(code: str | None = "public_lawyers", unit: str = "名", scope: str = "stock", **more: object) -> Quantity:
    q = Quantity(0, 2, 5.0, None, unit, "exact", "count", None, "actual", scope, "", 0, 2)
    for name, value in {"code": code, **more}.items():
        setattr(q, name, value)
    return q


@pytest.mark.parametrize(("q", "caveat"), [
    (quantity(scope="year"), "scope_unusual"),
    (quantity("law_study_sessions", "次", "stock"), "scope_unusual"),
    (quantity(unit="家"), "unit_unusual"),
    (quantity(rule="part_of_total"), "code_from_total"),
])
def test_what_is_noted_only(q: Quantity, caveat: str) -> None:
    caveats([q], 2020)
    assert q.caveats == [caveat] and caveat not in BLOCKING and comparable(q)


@settings(deadline=None)
@given(st.sampled_from(["public_lawyers", None]), st.sampled_from(["exact", "over", "under", "about", "at_least", "at_most", "range"]),
       st.sampled_from(["year", "partial", "cumulative", "previous", "stock", "next"]), st.sampled_from(["actual", "target", "norm"]),
       st.sampled_from(["count", "change"]), st.sampled_from([2020, None]))
def test_comparable_is_coded_exact_actual_and_of_the_year(code: str | None, qualifier: str, scope: str, status: str, kind: str, year: int | None) -> None:
    q = quantity(code if kind == "count" else None, scope=scope, qualifier=qualifier, status=status, kind=kind)
    caveats([q], year)
    plain = code and qualifier == "exact" and status == "actual" and scope in ("year", "stock") and kind == "count" and year
    assert comparable(q) is bool(plain)
    assert len(set(q.caveats)) == len(q.caveats)


# ---------------------------------------------------------------- findings


def test_two_values_of_one_code() -> None:
    f = found("全年受理行政复议案件22件。全年受理行政复议案件25件。")["two_values"]
    assert f.severity == "info" and "22" in f.message and "25" in f.message
    assert not found("全年受理行政复议案件22件。全年受理行政复议案件22件。")
    assert not found("全年受理行政复议案件22件。上半年受理行政复议案件10件。")


def test_numerals_that_nothing_accounts_for() -> None:
    text = "依法行政指数为876。"
    f = findings(text, [], [], [RuledOut(7, 10, "no_unit"), RuledOut(0, 1, "date")])
    assert [x.rule for x in f] == ["numeral_unaccounted"] and "1 个" in f[0].message and (f[0].start, f[0].end) == (7, 10)
    assert found(text).keys() == {"numeral_unaccounted"}


def test_a_clean_report_has_no_finding() -> None:
    assert found("全年受理行政复议案件22件，审结20件。现有公职律师5名。") == {}


# ---------------------------------------------------------------- the docs know every name


def test_every_caveat_blocks_or_notes_as_the_docs_say() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (blocks|notes) \|", DOCS.read_text("utf-8"), re.MULTILINE))
    assert {name for name, what in rows.items() if what == "blocks"} == BLOCKING
    assert {name for name, what in rows.items() if what == "notes"} == {"scope_unusual", "unit_unusual", "several_values", "code_from_total"}


def test_every_finding_has_the_severity_of_the_docs() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (info|warning|error) \|", DOCS.read_text("utf-8"), re.MULTILINE))
    texts = ["全年查处违法案件30件，其中食品类12件、药品类28件。", "全年查处违法案件30件，其中食品类12件、其他8件。", "按期办结率达102%。", "指数876。",
             "全年审结行政复议案件100件，直接纠错12件，纠错率15%。", "全年受理行政复议案件22件，去年受理17件，同比增长39.4%。", "公职律师22名。公职律师25名。"]
    fired = {name: f.severity for text in texts for name, f in found(text).items()}
    assert len(fired) == 8 and fired.items() <= rows.items()


def test_findings_of_nothing() -> None:
    assert findings("", [], [], []) == [] and figures("", [Section(0, None, 0, None, None, None, None, 0, 0, 0)], 2020) == ([], [], [], [])
