"""The map of equal tiles: every province once, beside its neighbours; a fault in the file is told with its line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fazhi import knowledge
from fazhi.knowledge import KnowledgeError, load_tsv, tiles

GOOD = knowledge.text(tiles.FILE)


def at() -> dict[str, tuple[int, int]]:
    return {tile.short: (tile.row, tile.column) for tile in tiles.tiles()}


def test_every_province_has_one_place_of_its_own() -> None:
    provinces = {row["code"] for row in load_tsv("regions.tsv") if row["level"] == "province"}
    assert len(provinces) == 34
    assert {tile.code for tile in tiles.tiles()} == provinces
    assert len(set(at().values())) == len({tile.en for tile in tiles.tiles()}) == 34


@pytest.mark.parametrize(("north", "south"), [("黑龙江", "吉林"), ("吉林", "辽宁"), ("北京", "河北"), ("山西", "河南"), ("河南", "湖北"),
                                              ("湖北", "湖南"), ("湖南", "广东"), ("广东", "海南"), ("内蒙古", "宁夏"), ("新疆", "西藏")])
def test_north_is_above(north: str, south: str) -> None:
    assert at()[north][0] < at()[south][0]


@pytest.mark.parametrize(("west", "east"), [("新疆", "甘肃"), ("甘肃", "宁夏"), ("陕西", "山西"), ("河北", "山东"), ("四川", "重庆"),
                                            ("云南", "贵州"), ("浙江", "上海"), ("广西", "广东"), ("福建", "台湾"), ("西藏", "四川")])
def test_west_is_left(west: str, east: str) -> None:
    assert at()[west][1] < at()[east][1]


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    yield monkeypatch
    monkeypatch.undo()
    knowledge.load_toml.cache_clear()
    tiles.tiles.cache_clear()


@pytest.mark.parametrize(("before", "after", "said"), [
    ("・・・琼澳港・・", "・・・琼澳京・・", "京 a second time"),
    ("・・・琼澳港・・", "・・・琼澳港・", "7 places where the first row has 8"),
    ("・・・琼澳港・・", "・・・琼澳港・国", "国 is no province's sign"),
    ("・・・琼澳港・・", "・・・琼澳・・・", "港 has no place left in the map"),
    ('sign = "津", code = "120000"', 'sign = "津", code = "129999"', "'129999' is no province"),
    ('sign = "津", code = "120000"', 'sign = "津", code = "110000"', "110000 a second time"),
    ('sign = "津", code = "120000"', 'sign = "津", code = 120000', "`code` is a int"),
    ('sign = "津", code', 'sign = "津", colour = "red", code', "unknown key ['colour']"),
])
def test_a_fault_is_told_with_its_line(before: str, after: str, said: str, other: pytest.MonkeyPatch) -> None:
    changed = GOOD.replace(before, after)
    assert changed != GOOD
    other.setattr(knowledge, "text", lambda name: changed)
    other.setattr(tiles, "text", lambda name: changed)
    knowledge.load_toml.cache_clear()
    tiles.tiles.cache_clear()
    with pytest.raises(KnowledgeError) as caught:
        tiles.tiles()
    told = str(caught.value)
    line = int(told.partition("line ")[2].partition(":")[0])
    assert said in told and "tiles.toml" in told
    named = changed.splitlines()[line - 1]
    # the line that was changed, or that of the province that has lost its place
    assert named == after or after in named or ('sign = "港"' in named and "港" in said)


def test_a_province_without_a_line_is_missed(other: pytest.MonkeyPatch) -> None:
    changed = "\n".join(line for line in GOOD.splitlines() if 'sign = "澳"' not in line).replace("澳", "・")
    other.setattr(knowledge, "text", lambda name: changed)
    other.setattr(tiles, "text", lambda name: changed)
    knowledge.load_toml.cache_clear()
    tiles.tiles.cache_clear()
    with pytest.raises(KnowledgeError, match="no line for 820000"):
        tiles.tiles()
