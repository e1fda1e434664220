"""A comparison by province: how many of the figures asked for each has, or what its own government reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from fazhi.compare.comparison import Comparison
from fazhi.compare.guards import BOUNDS, rules
from fazhi.compare.language import put, spoken
from fazhi.compare.say import number, some
from fazhi.knowledge.tiles import Tile, tiles

MOST = 6  # provinces that a sentence names
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Province:
    """The cells of a comparison whose authorities sit in one province; `tile.code` is its own."""

    tile: Tile
    rows: tuple[Row, ...]

    @property
    def comparable(self) -> list[Row]:
        """The cells that may stand side by side."""
        return [row for row in self.rows if row["state"] == "comparable"]

    @property
    def bounds(self) -> list[Row]:
        """The cells whose value is only a bound, with nothing else against it, let in or not."""
        return [r for r in self.rows if bounded(r) and (r["state"] == "comparable" or set(r["caveats"] or ()) <= {"bound"})]

    @property
    def share(self) -> float:
        """The part of the cells that is comparable."""
        return len(self.comparable) / len(self.rows)

    @property
    def state(self) -> str:
        """The best state among the cells: of a province without a comparable value, what kind of empty it is."""
        order = list(rules().states)
        states: list[str] = [row["state"] for row in self.rows]
        return min(states, key=lambda state: order.index(state) if state in order else len(order))

    @property
    def issuers(self) -> int:
        """How many authorities were asked."""
        return len({row["issuer"] for row in self.rows})


def provinces(frame: pl.DataFrame) -> dict[str, Province]:
    """The rows of a comparison's frame by province (six digits), in the order of the map; those whose province nobody knows are
    left out."""
    names = {tile.name: tile.code for tile in tiles()}
    by_code = pl.col("region_code").str.head(2) + "0000"
    code = pl.coalesce(by_code, pl.col("province").replace_strict(names, default=None, return_dtype=pl.String))
    held: dict[str, list[Row]] = {}
    for row in frame.filter(pl.col("state").is_not_null()).with_columns(_of=code).iter_rows(named=True):
        held.setdefault(row["_of"], []).append(row)
    return {tile.code: Province(tile, tuple(held[tile.code])) for tile in tiles() if tile.code in held}


def own(frame: pl.DataFrame) -> bool:
    """Whether all authorities of the comparison are governments of provinces, so that a province has one value."""
    asked = frame.filter(pl.col("state").is_not_null())
    ours = (pl.col("level") == "province") & (pl.col("issuer_kind") == "government")
    return asked.height > 0 and bool(asked.select(ours.fill_null(False).all()).item())


def bounded(row: Row) -> bool:
    """Whether a cell's value is a bound or an approximation."""
    return row["value"] is not None and row["qualifier"] in BOUNDS


def _name(tile: Tile) -> str:
    """A province's short name, in the language that is spoken."""
    return tile.en if spoken() == "en" else tile.short


def by_province(c: Comparison) -> str:
    """Where the comparable figures come from, in Chinese: how many provinces, which have them, and what the others are."""
    frame = c.frame
    found = provinces(frame)
    known = {row["issuer"] for held in found.values() for row in held.rows}
    issuers = frame["issuer"].n_unique()
    nowhere = issuers - len(known)
    lost = put("另有{n}个机关看不出在哪个省，没有计入。", n=nowhere) if nowhere else ""
    if issuers == 0:
        return put("没有符合条件的机关，无从分省。")
    if not found:
        return put("{issuers}个机关都看不出在哪个省，不画地图。", issuers=issuers)
    if len(found) == 1:
        (only,) = found.values()
        told = put(
            "{issuers}个机关都在{name}，不画地图；{cells}格中{comparable}格有可比的数。",
            issuers=len(known),
            name=only.tile.name if spoken() == "zh" else only.tile.en,
            cells=len(only.rows),
            comparable=len(only.comparable),
        )
        return told + lost
    some_ = [held for held in found.values() if held.comparable]
    ranked = sorted(some_, key=lambda held: (-held.share, -len(held.rows), held.tile.code))
    parts = put("，").join(
        put(
            "{name}{cells}格中{comparable}格（{share:.0%}）",
            name=_name(h.tile),
            cells=len(h.rows),
            comparable=len(h.comparable),
            share=h.share,
        )
        for h in ranked[:MOST]
    )
    more = put("等{n}个省级行政区", n=len(ranked)) if len(ranked) > MOST else ""
    told = put("{issuers}个机关分在{n}个省级行政区", issuers=len(known), n=len(found))
    if own(frame):
        told, parts = put("{n}个省级行政区的政府列入比较", n=len(found)), put("{n}个", n=len(some_))
        more = ""
    told += put("，有可比数的：{parts}{more}。", parts=parts, more=more) if some_ else put("，都没有可比的数。")
    without = put("；").join(
        put("{state}的{names}", state=words.zh, names=some((_name(h.tile) for h in held), MOST))
        for name, words in rules().states.items()
        if (held := [h for h in found.values() if not h.comparable and h.state == name])
    )
    limits = [_name(h.tile) for h in found.values() if h.bounds]
    told += put("没有可比数的：{without}。", without=without) if without else ""
    told += put("{names}有只是界限或约数的数。", names=some(limits, MOST)) if limits else ""
    away = len(tiles()) - len(found)
    return told + (put("其余{n}个省级行政区没有机关列入比较。", n=number(away)) if away else "") + lost
