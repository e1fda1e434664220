"""The figure of printed changes against recomputed ones, and the sentences beside it."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl
import pytest
from test_compare import figure, frames, report

from fazhi.brief import figures, static, theme
from fazhi.brief.claims import LEAST, MOST
from fazhi.compare import apart, changes, compare, last_step
from fazhi.compare.checks import Checked
from fazhi.compare.claims import CHANGES
from fazhi.tables import Tables


def row(number: int, verdict: str, claimed: float, computed: float | None, **more: Any) -> dict[str, Any]:
    told = {"issuer": f"第{number}县人民政府", "year": 2021, "code": "x", "name_zh": "案件数", "verdict": verdict, "claimed": claimed,
            "claimed_unit": "%", "claimed_id": 2, "computed": computed, "now": 12.0, "before": 10.0, "before_id": 1, "quote": f"增长{claimed}%",
            "before_quote": "办理10件", "report_id": f"now{number}", "before_report": f"then{number}"}
    return dict.fromkeys([*CHANGES, "reason_zh", "reason_en"]) | told | more


def checked(*rows: dict[str, Any]) -> Checked:
    extra = {"reason_zh": pl.String, "reason_en": pl.String}
    return Checked("changes", pl.DataFrame(list(rows), schema={**CHANGES, **extra}, orient="row"))


def three() -> Checked:
    return checked(row(1, "agrees", 20.0, 20.0), row(2, "contradicts", 10.0, 30.0), row(3, "cannot_tell", 5.0, None, before=None),
                   row(4, "contradicts", 10.0, -40.0, reason_zh="升降相反"))


def points(fig: go.Figure, symbol: str, hollow: bool) -> Any:
    (found,) = [trace for trace in fig.data if trace.mode == "markers" and trace.marker.symbol == symbol
                and (trace.marker.color == "rgba(0,0,0,0)") is hollow]
    return found


def test_contradictions_stand_on_top_the_widest_first() -> None:
    fig = figures.claims(three())
    assert [name.partition("<br>")[0] for name in fig.layout.yaxis.ticktext][::-1] == ["第4县人民政府", "第2县人民政府", "第1县人民政府", "第3县人民政府"]
    assert "不符 2，相符 1，无法判断 1" in fig.layout.meta["alt"] and "差得最远的是第4县人民政府 2021 案件数：说 +10%，算出 -40%" in fig.layout.meta["alt"]


def test_verdicts_differ_in_shape_and_colour() -> None:
    looks = set(theme.VERDICTS.values())
    assert len({colour for colour, _ in looks}) == len({symbol for _, symbol in looks}) == 3
    fig = figures.claims(three())
    assert list(points(fig, "diamond", hollow=False).x) == [10.0, 10.0] and list(points(fig, "diamond", hollow=True).x) == [30.0, -40.0]
    assert list(points(fig, "x", hollow=False).x) == [5.0] and list(points(fig, "x", hollow=True).x) == []


def test_each_point_opens_both_sentences_its_own_first() -> None:
    fig = figures.claims(three())
    assert points(fig, "circle", hollow=False).customdata[0] == "s-now1-2 s-then1-1"
    assert points(fig, "circle", hollow=True).customdata[0] == "s-then1-1 s-now1-2"
    unknown = checked(row(5, "cannot_tell", 5.0, None, before_id=None, before_report=None))
    assert points(figures.claims(unknown), "x", hollow=False).customdata[0] == "s-now5-2"
    assert "“增长20.0%”" in points(fig, "circle", hollow=False).hovertext[0] and "“办理10件”" in points(fig, "circle", hollow=True).hovertext[0]


def test_a_panel_for_each_unit() -> None:
    fig = figures.claims(checked(row(1, "agrees", 20.0, 20.0), row(2, "agrees", 3.0, 3.0, claimed_unit="个百分点")))
    assert "%" in fig.layout.xaxis.title.text and "个百分点" in fig.layout.xaxis2.title.text
    assert len(fig.layout.yaxis.ticktext) == len(fig.layout.yaxis2.ticktext) == 1


def test_many_claims_leave_room_for_each_verdict_and_the_rest_is_told() -> None:
    rows = [row(n, verdict, 10.0 + n, None if verdict == "cannot_tell" else 50.0) for n, verdict in
            enumerate(["contradicts"] * 40 + ["agrees"] * 40 + ["cannot_tell"] * 40)]
    fig = figures.claims(checked(*rows))
    drawn = [len(points(fig, symbol, hollow=False).x) for _, symbol in theme.VERDICTS.values()]
    assert drawn == [MOST - 2 * LEAST, LEAST, LEAST] and "另有 90 处没有画出" in fig.layout.meta["source"]
    assert fig.layout.height < 1400


def test_one_huge_claim_does_not_crush_the_others() -> None:
    fig = figures.claims(checked(*[row(n, "agrees", 10.0, 10.0) for n in range(9)], row(9, "agrees", 4000.0, 4000.0)))
    assert max(points(fig, "circle", hollow=False).x) < 100 and "画在边上" in fig.layout.meta["source"]
    assert any("+4,000%" in text for trace in fig.data if trace.mode == "text" for text in trace.text)
    assert "画在边上" not in figures.claims(three()).layout.meta["source"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_samples_are_drawn_and_have_a_static_twin(sample_tables: Tables, language: str) -> None:
    fig = figures.claims(changes(sample_tables), language=language)
    assert static.element(fig).startswith("<svg") and fig.layout.meta["alt"].startswith("Dumbbells" if language == "en" else "哑铃图")
    counts = changes(sample_tables).counts()
    assert len(points(fig, "diamond", hollow=True).x) == counts["contradicts"]


def test_nothing_to_check_is_said() -> None:
    fig = figures.claims(checked())
    assert theme.say("figure.no_rows") in fig.layout.annotations[0].text
    assert apart(checked()) == "没有可以重算的增减，说不上相符还是不符。"


def test_the_sentence_names_the_widest_and_what_explains() -> None:
    said = apart(three())
    assert "不符的2处" in said and "升降相反（1处）" in said and "找不到线索的1处" in said
    assert "第4县人民政府2021年的案件数：报告说增长10%，由两年的报告算出下降40%" in said
    assert apart(checked(row(1, "agrees", 20.0, 20.0))) == "没有一处与重算的结果不符。"


def test_the_last_step_counts_exact_figures_only() -> None:
    values = {"甲县人民政府": (10, 12), "乙县人民政府": (10, 7), "丙县人民政府": (5, 5), "丁县人民政府": (1, 9)}
    reports = [report(2 * n + y, issuer, 2020 + y) for n, issuer in enumerate(values) for y in (0, 1)]
    indicators = [figure(2 * n + y, ends[y], qualifier="over" if (n, y) == (3, 1) else "exact")
                  for n, ends in enumerate(values.values()) for y in (0, 1)]
    c = compare(frames(reports=reports, indicators=indicators), "litigation_cases")
    said = last_step(c, "litigation_cases")
    assert "2020年到2021年" in said and "机关3个：升1个、降1个、平1个" in said
    assert "升得最多的是甲县人民政府（+2件）" in said and "降得最多的是乙县人民政府（-3件）" in said
    alone = compare(frames(reports=reports[:1], indicators=indicators[:1]), "litigation_cases")
    assert "没有一个机关两年都有准确的" in last_step(alone, "litigation_cases")
    none = compare(frames(reports=reports[:1]), "litigation_cases")
    assert "没有可以连起两年的" in last_step(none, "litigation_cases")
