"""The practice reports: their marks are read rightly, the scorer counts rightly, and the reading is no worse than it was."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from practice import score as scoring
from unmark import MarkError, unmark

ROOM = 0.002  # a line may fall by this much before the test says so
MARKED = """+++
title = "甲市水务局2023年法治政府建设情况报告"
issuer = "甲市水务局"
issuer_kind = "department"
year = 2023
published_on = 2024-03-01
+++
⟪1 achievements|一、|主要成效⟫
⟪2 enforcement|（一）|严格执法⟫。全年办结行政处罚案件⟦1,234件|c=penalty_cases|s=行政处罚案件⟧，罚款⟦1.5万余元|s=罚款⟧，
同比下降⟦5.2%|k=change⟧，执行《水法》。备案率、审核率均达⟦100%|s=备案率||s=审核率⟧，围绕⟦两个|v=2|u=个|opt⟧重点。
"""


def perfect(gold: dict[str, Any], text: str) -> scoring.Read:
    """A reading that says what the gold says."""
    rows, at = [], 0
    for q in gold["quantities"]:
        start = text.index(q["value_text"], at)
        rows.append(q | {"start": start, "end": start + len(q["value_text"])})
        at = start
    sections = [s | {"start": i} for i, s in enumerate(gold["sections"])]
    return scoring.Read(text, dict(gold["report"]), sections, rows, gold["instruments"])


@pytest.fixture
def gold() -> tuple[str, dict[str, Any]]:
    return unmark(MARKED, "甲.txt")


def scored(gold: dict[str, Any], read: scoring.Read | None) -> scoring.Score:
    score = scoring.Score()
    scoring.score_one(score, "甲.txt", gold, read)
    return score


def test_marks_become_a_raw_text_and_its_gold(gold: tuple[str, dict[str, Any]]) -> None:
    text, found = gold
    assert "⟦" not in text
    assert "（一）严格执法。全年办结行政处罚案件1,234件，罚款1.5万余元" in text
    assert [(q["value"], q["unit"], q["qualifier"], q["kind"]) for q in found["quantities"]] == [
        (1234, "件", "exact", "count"), (15000, "元", "over", "amount"), (5.2, "%", "exact", "change"),
        (100, "%", "exact", "rate"), (100, "%", "exact", "rate"), (2, "个", "exact", "count")]
    assert found["report"]["published_on"] == "2024-03-01"
    assert found["report"]["signed_on"] is None
    assert found["sections"][1] == {"level": 2, "label": "（一）", "heading": "严格执法", "kind": None,
                                    "dimension": "enforcement"}
    assert found["instruments"] == ["水法"]


@pytest.mark.parametrize("wrong", ["⟦12件|x=1⟧", "⟦12件|p=tomorrow⟧", "⟦若干⟧", "⟦12件", "⟪1 success|一、|成效⟫"])
def test_a_wrong_mark_is_named(wrong: str) -> None:
    with pytest.raises(MarkError, match=r"甲\.txt"):
        unmark(MARKED + wrong, "甲.txt")


def test_a_perfect_reading_scores_one_on_every_line(gold: tuple[str, dict[str, Any]]) -> None:
    text, found = gold
    score = scored(found, perfect(found, text))
    assert {name for name, t in score.lines.items() if t.f1 != 1.0} == {"region_code", "level"}  # of which the gold is silent
    assert score.misses == []


def test_what_the_gold_calls_optional_costs_nothing(gold: tuple[str, dict[str, Any]]) -> None:
    text, found = gold
    read = perfect(found, text)
    read.quantities.pop()
    assert scored(found, read).lines["quantities"] == scoring.Tally(5, 5, 5)


def test_each_fault_costs_its_own_lines(gold: tuple[str, dict[str, Any]]) -> None:
    text, found = gold
    read = perfect(found, text)
    read.quantities[0] = {**read.quantities[0], "code": "licence_cases"}
    read.quantities[1] = {**read.quantities[1], "scope": "cumulative"}
    read.quantities[2] = {**read.quantities[2], "value": 5.3}
    read.sections[1] = {**read.sections[1], "dimension": "disputes"}
    read.report["year"] = 2024  # type: ignore[index]
    score = scored(found, read)
    assert score.lines["quantities"] == scoring.Tally(4, 5, 5)
    assert score.lines["quantities, every attribute"] == scoring.Tally(3, 5, 5)
    assert score.lines["coded indicators"] == scoring.Tally(0, 1, 1)
    assert score.codes == {"penalty_cases": scoring.Tally(0, 0, 1), "licence_cases": scoring.Tally(0, 1, 0)}
    assert score.lines["heading dimensions"] == scoring.Tally(0, 1, 1)
    assert score.lines["headings"] == scoring.Tally(2, 2, 2)
    assert score.lines["year"] == scoring.Tally(0, 1, 1)
    assert len(score.misses) == 7


def test_a_value_that_stands_elsewhere_is_not_found(gold: tuple[str, dict[str, Any]]) -> None:
    text, found = gold
    read = perfect(found, text)
    read.quantities[0] = {**read.quantities[0], "start": 0, "end": 5}
    assert scored(found, read).lines["quantities"] == scoring.Tally(4, 5, 5)


def test_measures_are_found_by_where_they_begin(gold: tuple[str, dict[str, Any]]) -> None:
    text, found = gold
    starts = ["严格执法", "全年办结", "备案率"]
    found["measures"] = [{"start": s, "status": "done", "dimensions": d.split("/"), "optional": o} for s, d, o in zip(
        starts, ("other", "enforcement/functions", "institutions"), (True, False, False), strict=True)]
    read = perfect(found, text)
    read.measures = [{"start": text.index(s), "end": text.index(s) + 6, "status": status, "dimension": "functions"}
                     for s, status in zip([*starts, "围绕"], ("done", "planned", "done", "done"), strict=True)]
    score = scored(found, read)
    assert score.measures == {"measures": scoring.Tally(2, 3, 2), "measures, status": scoring.Tally(1, 2, 2),
                              "measures, dimension": scoring.Tally(1, 2, 2)}
    assert score.dimensions == {"functions": scoring.Tally(0, 1, 0), "institutions": scoring.Tally(0, 0, 1)}
    assert len(score.misses) == 3
    assert scored(found, None).measures["measures"] == scoring.Tally(0, 0, 2)


def test_gold_measures_stand_in_their_reports() -> None:
    golds = {name: gold["measures"] for name, _, gold in scoring.marked("open") if gold["measures"]}
    assert len(golds) >= 20
    for name, raw, gold in scoring.marked("open"):
        folded = scoring.fold(raw.decode())
        for m in gold["measures"]:
            assert scoring.fold(m["start"]) in folded, (name, m)


@pytest.mark.parametrize("row", ["开展检查\tdone\tpolicing", "开展检查\tpast\tother", "\tdone\tother", "开展检查\tdone\tother\tmaybe"])
def test_a_wrong_gold_measure_is_named(row: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "01.tsv").write_text(f"start\tstatus\tdimension\toptional\n{row}\n", "utf-8")
    monkeypatch.setitem(scoring.MEASURES, "open", tmp_path)
    with pytest.raises(MarkError, match=r"01\.tsv"):
        scoring.gold_measures("open", "01")


def test_a_report_that_was_not_read_is_missed_as_a_whole(gold: tuple[str, dict[str, Any]]) -> None:
    score = scored(gold[1], None)
    assert score.lines["quantities"] == scoring.Tally(0, 0, 5)
    assert score.lines["title"] == scoring.Tally(0, 0, 1)


def test_confidence_is_told_in_bins_of_one_size() -> None:
    score = scoring.Score(confidence=[(i / 10, i >= 2) for i in range(10)])
    assert score.curve(2) == [{"from": 0.0, "to": 0.4, "n": 5, "right": 0.6}, {"from": 0.5, "to": 0.9, "n": 5, "right": 1.0}]
    assert scoring.Score().curve() == []


def test_a_code_counts_as_right_only_where_the_gold_has_it(gold: tuple[str, dict[str, Any]]) -> None:
    text, found = gold
    read = perfect(found, text)
    read.quantities = [{**q, "code": "penalty_cases", "confidence": 3.0 - i} for i, q in enumerate(read.quantities)]
    assert scored(found, read).confidence == [(3.0, True), (2.0, False), (1.0, False), (0.0, False), (-1.0, False)]


def test_folding_keeps_offsets() -> None:
    folded, at = scoring.fold_with_offsets("（１２３ 件），Ａ％")
    assert folded == "123件a%"
    assert [folded[at[i]] for i in (1, 2, 3, 5, 8, 9)] == list("123件a%")
    assert at[-1] == len(folded)


@pytest.mark.parametrize("part", ["open", "phrases", "samples"])
def test_a_part_reads_no_worse_than_the_record(part: str) -> None:
    """`python tests/practice/score.py --write` records a new standing; a fall needs a reason in the commit that records it."""
    last = json.loads(scoring.LAST.read_text("utf-8"))[part]
    assert last["marks"] == scoring.marks(part), f"the part has other reports than the record: score.py --part {part} --write"
    now = scoring.score_part(part)
    tallies = now.lines | now.measures
    fallen = {name: (was["f1"], round(tallies[name].f1, 4)) for name, was in (last["lines"] | last.get("measures", {})).items()
              if tallies[name].f1 < was["f1"] - ROOM}
    assert not fallen, f"line: (recorded, now) {fallen}\n" + "\n".join(now.misses[:60])
