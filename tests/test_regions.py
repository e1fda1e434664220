"""The table of divisions: names, homonyms, changes, and the chain above a division."""

from __future__ import annotations

import pytest

from fazhi.knowledge import load_tsv, regions


def codes(name: str, year: int | None = None) -> set[str]:
    return {r.code for r in regions.find(name, year)}


def test_every_line_has_a_parent_in_the_table_and_names_its_years_in_order() -> None:
    rows = load_tsv("regions.tsv")
    known = {r["code"] for r in rows}
    assert len(rows) > 3300
    for row in rows:
        assert row["parent"] in known or (row["level"] == "province" and not row["parent"]), row
        if row["valid_from"] and row["valid_to"]:
            assert row["valid_from"] <= row["valid_to"], row
        assert set(row["successors"].split()) <= known, row


@pytest.mark.parametrize(
    ("name", "bearers"),
    [
        ("宝山区", {"310113", "230506"}),
        ("鼓楼区", {"320106", "320302", "350102", "410204"}),
        ("朝阳区", {"110105", "220104"}),
        ("昆山", {"320583"}),
        ("内蒙古", {"150000"}),
        ("恩施州", {"422800"}),
        ("长阳县", {"420528"}),
        ("没有这个地方", set()),
    ],
)
def test_a_name_gives_all_who_bear_it(name: str, bearers: set[str]) -> None:
    assert codes(name) == bearers


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("310113", ["上海市", "宝山区"]),  # no 市辖区
        ("500235", ["重庆市", "云阳县"]),
        ("320583", ["江苏省", "苏州市", "昆山市"]),
        ("429004", ["湖北省", "仙桃市"]),
        ("659001", ["新疆维吾尔自治区", "石河子市"]),
        ("469002", ["海南省", "琼海市"]),
        ("441900", ["广东省", "东莞市"]),
        ("000000", []),
    ],
)
def test_path(code: str, names: list[str]) -> None:
    assert [r.name for r in regions.path(code)] == names


@pytest.mark.parametrize(
    ("before", "after", "year"),
    [("郫县", "郫都区", 2016), ("海安县", "海安市", 2018), ("新津县", "新津区", 2020), ("孟津县", "孟津区", 2021)],
)
def test_a_change_ends_one_name_and_begins_another(before: str, after: str, year: int) -> None:
    [old], [new] = regions.find(before), regions.find(after)
    assert (old.valid_to, new.valid_from) == (year, year)
    assert new.code in old.successors
    assert not regions.find(before, year + 3)
    assert not regions.find(after, year - 3)


def test_a_code_gives_the_name_of_the_year() -> None:
    assert regions.by_code("130502", 2018).name == "桥东区"  # type: ignore[union-attr]
    assert regions.by_code("130502", 2022).name == "襄都区"  # type: ignore[union-attr]
    assert regions.by_code("130502").name == "襄都区"  # type: ignore[union-attr]


def test_scan_finds_the_longest_names_with_their_spans() -> None:
    text = "嘉定区、温州市、昆山市和太仓市人大"
    found = regions.scan(text)
    assert [p.name for p in found] == ["嘉定区", "温州市", "昆山市", "太仓市"]
    assert all(text[p.start : p.end] == p.name for p in found)


def test_at_reads_the_longest_name_there() -> None:
    assert regions.at("内江市市中区司法局", 3)[0] == "市中区"
    assert regions.at("我局坚持", 0) == ("", [])


def test_within_and_towns() -> None:
    assert regions.within("310113", "310000")
    assert not regions.within("230506", "310000")
    assert "511525" in regions.towns("沙河镇")
    assert regions.towns("没有镇") == ()
