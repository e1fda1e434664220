"""Confidence rises with the lead and never leaves 0 to 1; a broken curve is named."""
from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fazhi.extract import explain, figures
from fazhi.extract.confidence import _curve, by_lead, by_rule
from fazhi.knowledge import KnowledgeError, load_toml


@given(st.floats(-1, 20), st.floats(0, 5))
def test_it_rises_with_the_lead(lead: float, more: float) -> None:
    assert 0 <= by_lead(lead) <= by_lead(lead + more) <= 1


def test_the_points_of_the_file_are_on_the_curve() -> None:
    for point in load_toml("confidence.toml")["points"]:
        assert by_lead(point["lead"]) == point["share"]


def test_a_code_from_the_total_is_less_sure_than_a_clear_one() -> None:
    found, *_ = figures("查处各类违法案件300件，其中食品类120件。", [], 2020)
    assert [q.rule for q in found] == [found[0].rule, "part_of_total"]
    assert found[1].confidence == by_rule("part_of_total")
    assert not [r for r in explain("满意率98%。") if r.get("code")]


def test_a_curve_that_falls_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = {"points": [{"lead": 0.0, "share": 0.9}, {"lead": 1.0, "share": 0.8}], "taken": {}}
    monkeypatch.setattr(sys.modules[by_lead.__module__], "load_toml", lambda name: broken)
    _curve.cache_clear()
    with pytest.raises(KnowledgeError, match=r"confidence\.toml: points"):
        by_lead(1.0)
    monkeypatch.undo()
    _curve.cache_clear()
