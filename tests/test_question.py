"""The options that all comparisons share: checked once, applied in one place, and the same everywhere."""

from __future__ import annotations

import dataclasses
import inspect
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from fazhi import compare as package
from fazhi.compare import CompareError
from fazhi.compare.question import Names, Question, Years
from fazhi.tables import Tables

FOLDER = Path(package.__file__).parent
ASKING = ("changes", "compare", "coverage", "law", "promises", "quality", "restated", "reuse", "totals", "words")
FRAME = pl.DataFrame({
    "issuer": ["甲县人民政府", "乙区人民政府", "乙区某局"], "year": [2019, 2020, 2020], "level": ["county", "county", None],
    "issuer_kind": ["government", "government", "department"], "region_code": ["330122", "330205", None], "region": ["浙江省/杭州市/甲县", "浙江省/宁波市/乙区", ""],
    "province": ["浙江省"] * 3, "prefecture": ["杭州市", "宁波市", None], "county": ["甲县", "乙区", None], "zone": [None] * 3,
})


@pytest.mark.parametrize(("asked", "issuers"), [
    ({}, "甲乙乙"), ({"level": "county"}, "甲乙"), ({"issuer_kind": ["department", "zone"]}, "乙"), ({"regions": "宁波市"}, "乙"),
    ({"regions": ["330100", "乙区某局"]}, "甲乙"), ({"regions": "浙江省/杭州市"}, "甲"), ({"issuer": "甲县人民政府"}, "甲"),
    ({"level": "county", "regions": "宁波市"}, "乙"), ({"regions": "无此县"}, ""),
])
def test_rows_of_the_issuers_asked_for(asked: dict[str, Any], issuers: str) -> None:
    question = Question.of(**asked)
    assert "".join(name[0] for name in question.seated(FRAME)["issuer"]) == issuers
    assert question.seats == bool(asked) and question.dated(FRAME).height == 3


def test_years_are_asked_apart_from_issuers() -> None:
    question = Question.of("2020-2021", level=["county"])
    assert question.seated(FRAME).height == 2 and question.dated(FRAME)["year"].to_list() == [2020, 2020]
    assert question.told(scope=None, shortest=12) == {"shortest": 12, "years": (2020, 2021), "level": ("county",)}
    with pytest.raises(dataclasses.FrozenInstanceError):
        question.years = ()  # type: ignore[misc]


@pytest.mark.parametrize(("asked", "said"), [({"level": "conty"}, "county"), ({"issuer_kind": "goverment"}, "government"), ({"years": "去年"}, "2019-2023")])
def test_what_does_not_exist_is_told_with_the_nearest(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(CompareError, match=said):
        Question.of(**asked)


def test_an_issuer_who_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(CompareError, match="甲县人民政府"):
        Question.of(issuer="甲县政府").seated(FRAME)


@pytest.mark.parametrize("name", ASKING)
def test_every_function_asks_by_the_same_names(name: str, sample_tables: Tables) -> None:
    function = getattr(package, name)
    shared = {"years": Years, "regions": Names, "level": Names, "issuer_kind": Names}
    given = inspect.signature(function, eval_str=True).parameters
    assert {key: given[key].annotation for key in shared} == shared
    more = {"code": "litigation_cases"} if name == "compare" else {}
    with pytest.raises(CompareError, match="county"):
        function(sample_tables, level="conty", **more)
    with pytest.raises(CompareError, match="2019-2023"):
        function(sample_tables, years="去年", **more)
    assert function(sample_tables, years=range(2020, 2022), regions=["清岚市"], level="county", **more) is not None


def test_a_panel_is_filtered_in_one_place() -> None:
    """By level, kind or region, that is; whoever else does it does it by other rules one day."""
    tests = r'pl\.col\("(?:level|issuer_kind)"\)\.is_in\((?:levels|kinds|level|issuer_kind)\)|one_of\("(?:层级|机关类型)"'
    assert [path.name for path in FOLDER.glob("*.py") if re.search(tests, path.read_text("utf-8"))] == ["question.py"]
