"""A comparison by province: how many of the figures asked for each has, or what its own government reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from fazhi.compare.comparison import Comparison
from fazhi.compare.guards import BOUNDS, rules
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


def by_province(c: Comparison) -> str:
    """Where the comparable figures come from, in Chinese: how many provinces, which have them, and what the others are."""
    frame = c.frame
    found = provinces(frame)
    known = {row["issuer"] for held in found.values() for row in held.rows}
    issuers = frame["issuer"].n_unique()
    nowhere = issuers - len(known)
    lost = f"另有{nowhere}个机关看不出在哪个省，没有计入。" if nowhere else ""
    if issuers == 0:
        return "没有符合条件的机关，无从分省。"
    if not found:
        return f"{issuers}个机关都看不出在哪个省，不画地图。"
    if len(found) == 1:
        (only,) = found.values()
        told = f"{len(known)}个机关都在{only.tile.name}，不画地图；{len(only.rows)}格中{len(only.comparable)}格有可比的数。"
        return told + lost
    some_ = [held for held in found.values() if held.comparable]
    ranked = sorted(some_, key=lambda held: (-held.share, -len(held.rows), held.tile.code))
    parts = "，".join(f"{h.tile.short}{len(h.rows)}格中{len(h.comparable)}格（{h.share:.0%}）" for h in ranked[:MOST])
    more = f"等{len(ranked)}个省级行政区" if len(ranked) > MOST else ""
    told = f"{len(known)}个机关分在{len(found)}个省级行政区"
    if own(frame):
        told, parts = f"{len(found)}个省级行政区的政府列入比较", f"{len(some_)}个"
        more = ""
    told += f"，有可比数的：{parts}{more}。" if some_ else "，都没有可比的数。"
    without = "；".join(
        f"{words.zh}的{some((h.tile.short for h in held), MOST)}"
        for name, words in rules().states.items()
        if (held := [h for h in found.values() if not h.comparable and h.state == name])
    )
    limits = [h.tile.short for h in found.values() if h.bounds]
    told += f"没有可比数的：{without}。" if without else ""
    told += f"{some(limits, MOST)}有只是界限或约数的数。" if limits else ""
    away = len(tiles()) - len(found)
    return told + (f"其余{number(away)}个省级行政区没有机关列入比较。" if away else "") + lost
