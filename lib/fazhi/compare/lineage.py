"""What became of regions: renamed, upgraded, moved, merged, split, with the year, and what that does to a series.

The changes are those of knowledge/regions.tsv, from 2015 on. A region that only took another name, rank or prefecture goes on:
its authority has a new name, claims are checked across it, and the two series may be joined on request. One that was split or
merged does not: what absorbed a part of it is not the same before and after, which is the caveat `region_changed` on the years
before, and the reason why a claim across it cannot be told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import polars as pl

from fazhi.compare.language import put
from fazhi.knowledge import load_tsv, regions
from fazhi.knowledge.regions import Region

CHANGES: dict[str, pl.DataType | type[pl.DataType]] = {
    "year": pl.Int32, "kind": pl.String, "code": pl.String, "name": pl.String, "to_code": pl.String, "to_name": pl.String,
}  # fmt: skip
HEIRS: dict[str, pl.DataType | type[pl.DataType]] = {
    "issuer": pl.String, "heir": pl.String, "year": pl.Int32, "kind": pl.String, "name": pl.String, "to_name": pl.String,
    "said": pl.String,
}  # fmt: skip
GUARD = "region_changed"
GOES_ON = {"renamed": "更名为", "upgraded": "改设为", "moved": "改属"}  # the region is the same before and after
CUTS = ("merged", "split")  # it is not


@dataclass(frozen=True, slots=True)
class Forebear:
    """The name under which an issuer reported before its region took another; `said` is what happened, in words."""

    issuer: str
    said: str


@cache
def changes() -> pl.DataFrame:
    """Every dated change, one row for each region that ended and each that came after it, in order of years and codes: columns of
    CHANGES. `kind` is renamed, upgraded (another rank: 县 to 区 or 市), moved (to another
    prefecture, under the same name), merged (several went into one, or one into a neighbour) or split (into several)."""
    rows = []
    for old, new, year in ends():
        if len(old.successors) > 1:
            kind = "split"
        elif len(merging(new.code, year)) > 1 or stood_before(new, old):
            kind = "merged"
        elif old.name == new.name:
            kind = "moved"
        else:
            kind = "renamed" if old.name[-1] == new.name[-1] else "upgraded"
        rows.append((year, kind, old.code, old.name, new.code, new.name))
    return pl.DataFrame(rows, schema=CHANGES, orient="row").unique().sort("year", "code", "to_code")


@cache
def ends() -> tuple[tuple[Region, Region, int], ...]:
    """Each region that ended, one that came after it, and the year: the new one's first, else the old one's last."""
    found = []
    for row in load_tsv("regions.tsv"):
        if not row["successors"] or not row["valid_to"]:
            continue
        old = next(r for r in regions.find(row["name"]) if r.code == row["code"] and str(r.valid_to) == row["valid_to"])
        for code in old.successors:
            new = regions.by_code(code)
            if new is not None and (new.code, new.name) != (old.code, old.name):
                fresh = new.valid_from is not None and abs(new.valid_from - int(row["valid_to"])) <= 1
                found.append((old, new, new.valid_from if fresh and new.valid_from else int(row["valid_to"])))
    return tuple(found)


@cache
def merging(code: str, year: int) -> frozenset[str]:
    """The names of those that went into a region in a year; one that the table has under two codes counts once."""
    return frozenset(old.name for old, new, when in ends() if new.code == code and abs(when - year) <= 1)


def stood_before(new: Region, old: Region) -> bool:
    """Whether the new one stood already, under a code of its own, when the old one ended."""
    return new.code != old.code and (new.valid_from is None or (old.valid_to or 0) - new.valid_from > 1)


def redrawn(reports: pl.DataFrame) -> pl.DataFrame:
    """Of reports (issuer, year, region_code, report_id …) those from before their region took in or gave up a part, where the
    same issuer has one from after it: report_id."""
    cuts = changes().filter(pl.col("kind").is_in(CUTS)).select(region_code="to_code", cut="year").unique()
    told = reports.filter(of_a_region()).join(cuts, on="region_code", how="inner").select("issuer", "report_id", "year", "cut")
    last = pl.col("year").max().over("issuer")
    return told.filter((pl.col("year") < pl.col("cut")) & (last >= pl.col("cut"))).select("report_id").unique()


def of_a_region() -> pl.Expr:
    """Whether a report speaks for the region of its code: a township or a zone has the code of what is around it."""
    return pl.col("issuer_kind").is_in(["government", "department"]) & (pl.col("level") != "township") & pl.col("zone").is_null()


def cut(code: str | None, first: int, last: int) -> str:
    """What makes a region another than it was, between two years, in words: 闸北区2015年并入静安区; empty where nothing does."""
    told = []
    for (year, kind, name), rows in cuts().get(code or "", {}).items():
        if first < year <= last:
            parts = "、".join(row for row in rows if row != name) or name
            told.append(
                put("{parts}{year}年并入{name}", parts=parts, year=year, name=name)
                if kind == "merged"
                else put("{parts}{year}年分设{name}", parts=parts, year=year, name=name)
            )
    return put("；").join(told)


@cache
def cuts() -> dict[str, dict[tuple[int, str, str], list[str]]]:
    """For each code that took in or came out of others: year, kind and its name, with the names of the others."""
    found: dict[str, dict[tuple[int, str, str], list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in changes().filter(pl.col("kind").is_in(CUTS)).iter_rows(named=True):
        found[row["to_code"]][row["year"], row["kind"], row["to_name"]].append(row["name"])
    return found


def heirs(reports: pl.DataFrame) -> pl.DataFrame:
    """Issuers whose region only took another name, rank or prefecture, where the issuer under the new one reports too: columns of
    HEIRS, with what happened in words. 密云县人民政府 goes on as 密云区人民政府."""
    seats: dict[str, set[tuple[str, str]]] = defaultdict(set)
    held = reports.select("issuer", "region_code", "province", "prefecture").drop_nulls("region_code").unique()
    for issuer, code, province, prefecture in held.iter_rows():
        seats[code].add((issuer, bare(issuer, province, prefecture)))
    rows: list[tuple[Any, ...]] = []
    for row in changes().filter(pl.col("kind").is_in(list(GOES_ON))).iter_rows(named=True):
        for issuer, name in seats.get(row["code"], ()):
            wanted = name.replace(row["name"], row["to_name"])
            alike = (heir for heir, other in seats.get(row["to_code"], ()) if heir != issuer and other == wanted)
            rows += [(issuer, heir, row["year"], row["kind"], row["name"], row["to_name"], said(row)) for heir in alike]
    return pl.DataFrame(rows, schema=HEIRS, orient="row").unique().sort("issuer", "year", "heir")


def bare(issuer: str, province: str | None, prefecture: str | None) -> str:
    """An issuer's name without what stands above its region, and without the words that tell two of one name apart."""
    name = issuer.partition("（")[0]
    for place in (province, prefecture):
        if place and len(rest := name.removeprefix(place)) > 4:  # the prefecture's own 人民政府 keeps its name
            name = rest
    return name.replace("行政公署", "人民政府")


def said(change: dict[str, Any]) -> str:
    """What became of a region, in words."""
    to = change["to_name"]
    if change["kind"] == "moved":
        above = regions.path(change["to_code"])[:-1]
        to = above[-1].name if above else to
    return put("{name}{year}年{turned}{to}", name=change["name"], year=change["year"], turned=GOES_ON[change["kind"]], to=to)


def forebears(reports: pl.DataFrame) -> dict[str, tuple[Forebear, ...]]:
    """For each issuer that reported under another name before, those names, the last one first."""
    table = heirs(reports)
    before: dict[str, list[Forebear]] = defaultdict(list)
    for row in table.sort("year", descending=True).iter_rows(named=True):
        before[row["heir"]].append(Forebear(row["issuer"], row["said"]))
    found: dict[str, tuple[Forebear, ...]] = {}
    for heir in before:
        line: dict[str, Forebear] = {}
        todo = list(before[heir])
        for one in todo:  # grows while it is walked: a region may have been renamed twice
            if one.issuer != heir and one.issuer not in line:
                line[one.issuer] = one
                todo += [
                    Forebear(older.issuer, put("{before}，{after}", before=older.said, after=one.said))
                    for older in before.get(one.issuer, ())
                ]
        found[heir] = tuple(line.values())
    return found


def later_names(reports: pl.DataFrame) -> dict[str, tuple[str, ...]]:
    """For each issuer that goes on under other names, those names."""
    names: dict[str, list[str]] = defaultdict(list)
    for heir, line in forebears(reports).items():
        for one in line:
            names[one.issuer].append(heir)
    return {issuer: tuple(heirs) for issuer, heirs in names.items()}


def joined(reports: pl.DataFrame, allowed: Sequence[str]) -> tuple[pl.DataFrame, list[str]]:
    """The reports, where `region_changed` is allowed with the new name of an issuer that goes on under one; and notes on what was
    joined, or on series that stand apart."""
    table = heirs(reports)
    if table.is_empty():
        return reports, []
    told = put("；").join(
        put("{issuer}：{words}", issuer=issuer, words=words) for issuer, words in table.select("issuer", "said").iter_rows()
    )
    if GUARD not in allowed:
        return reports, [put("{told}。前后两个序列没有接续，放行 {rule} 可以接续。", told=told, rule=GUARD)]
    names = dict(table.select("issuer", "heir").iter_rows())
    for name in list(names):  # one that was renamed twice goes to the last name
        while names[name] in names and names[names[name]] != name:
            names[name] = names[names[name]]
    return reports.with_columns(pl.col("issuer").replace(names)), [put("{told}。前后两个序列已按要求接续。", told=told)]
