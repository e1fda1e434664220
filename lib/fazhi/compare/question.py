"""Which reports a question is about: the options that all comparisons share, checked once and applied in one place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from fazhi.compare.guards import KINDS, LEVELS, CompareError, one_of

SEAT = ["province", "prefecture", "county", "zone"]
Years = int | str | Iterable[int] | None  # a year, any years, or text such as `2019-2023`
Names = str | Sequence[str] | None  # one name, several or none


@dataclass(frozen=True, slots=True)
class Question:
    """The reports of these years, regions, levels and kinds of issuers; an empty field asks for all.

    `regions` are names (宝山区, a zone, an issuer), paths (上海市/宝山区) or codes of GB/T 2260. The fields that name issuers
    (`seats`) choose a panel, the years what is asked of it: a year before may be looked up all the same.
    """

    years: tuple[int, ...] = ()
    regions: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, years: Years = None, regions: Names = None, level: Names = None, issuer_kind: Names = None, issuer: Names = None
    ) -> Question:
        """The question as typed. Raises CompareError for a level, a kind or a year that is none, with the nearest names."""
        levels, kinds = one_of("层级", texts(level), LEVELS), one_of("机关类型", texts(issuer_kind), KINDS)
        return cls(years_of(years), tuple(texts(regions)), tuple(levels), tuple(kinds), tuple(texts(issuer)))

    @property
    def seats(self) -> bool:
        """Whether only some issuers are asked for."""
        return bool(self.regions or self.levels or self.kinds or self.issuers)

    def seated(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows of the issuers asked for, of all years. Raises CompareError for an issuer who is none of these."""
        if self.levels:
            frame = frame.filter(pl.col("level").is_in(self.levels))
        if self.kinds:
            frame = frame.filter(pl.col("issuer_kind").is_in(self.kinds))
        if self.regions:
            frame = frame.filter(pl.any_horizontal([within(region).fill_null(False) for region in self.regions]))
        if self.issuers:
            one_of("机关", self.issuers, frame["issuer"].unique(maintain_order=True).to_list())
            frame = frame.filter(pl.col("issuer").is_in(self.issuers))
        return frame

    def dated(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows of the years asked for."""
        return frame.filter(pl.col("year").is_in(self.years)) if self.years else frame

    def told(self, **more: Any) -> dict[str, Any]:
        """What was asked for, by the names of the options, with more of them; without those that were not given."""
        asked = {"years": self.years, "regions": self.regions, "level": self.levels, "issuer_kind": self.kinds}
        return {name: value for name, value in (more | asked | {"issuer": self.issuers}).items() if value}


def texts(given: Names) -> list[str]:
    """One text, several or none as a list."""
    return [] if not given else [given] if isinstance(given, str) else [str(g) for g in given]


def years_of(years: Years) -> tuple[int, ...]:
    """The years asked for, in order; empty for none. Raises CompareError for text that is no year."""
    if years is None or years == "":
        return ()
    try:
        if isinstance(years, str):
            spans = [part.partition("-") for part in re.split("[,，、 ]+", re.sub("[–—]", "-", years.strip()))]
            return tuple(sorted({year for low, _, high in spans for year in range(int(low), int(high or low) + 1)}))
        return (years,) if isinstance(years, int) else tuple(sorted({int(y) for y in years}))
    except (TypeError, ValueError):
        raise CompareError(f"看不懂年度 {years!r}：写 2020、2019-2023、2020,2022 或一列年份 (no year in {years!r})") from None


def within(region: str) -> pl.Expr:
    """Whether a row's issuer sits in the region: a code of GB/T 2260, a path, or a name."""
    if region.isdigit():
        stem = region.rstrip("0")
        return pl.col("region_code").str.starts_with(stem + "0" * (len(stem) % 2))
    if "/" in region:
        return (pl.col("region") == region) | pl.col("region").str.starts_with(region + "/")
    return pl.any_horizontal([pl.col(c) == region for c in (*SEAT, "issuer")])
