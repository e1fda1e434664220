"""What became of regions: renamed, upgraded, moved, merged, split, with the year, and what that does to a series.

The changes are those of knowledge/regions.tsv, from 2015 on. A region that only took another name or rank goes on: its authority
has a new name, and the two series may be joined on request. One that was split or merged does not: what absorbed a part of it
is not the same before and after, which is the caveat `region_changed` on the years before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache

import polars as pl

from fazhi.knowledge import load_tsv, regions
from fazhi.knowledge.regions import Region

CHANGES: dict[str, pl.DataType | type[pl.DataType]] = {
    "year": pl.Int32, "kind": pl.String, "code": pl.String, "name": pl.String, "to_code": pl.String, "to_name": pl.String,
}  # fmt: skip
GUARD = "region_changed"


@cache
def changes() -> pl.DataFrame:
    """Every dated change, one row for each region that ended and each that came after it, in order of years and codes: columns of
    CHANGES. `kind` is renamed, upgraded (another rank: 县 to 区 or 市), moved (to another
    prefecture, under the same name), merged (several went into one, or one into a neighbour) or split (into several)."""
    rows = []
    for old, new, year in ends():
        if len(old.successors) > 1:
            kind = "split"
        elif len(heirs_of(new)) > 1 or stood_before(new, old):
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
def predecessors() -> dict[str, frozenset[str]]:
    """The codes that went into each code."""
    found: dict[str, set[str]] = defaultdict(set)
    for old, new, _ in ends():
        found[new.code].add(old.code)
    return {code: frozenset(codes) for code, codes in found.items()}


def heirs_of(new: Region) -> frozenset[str]:
    """The codes that went into a region."""
    return predecessors()[new.code]


def stood_before(new: Region, old: Region) -> bool:
    """Whether the new one stood already, under a code of its own, when the old one ended."""
    return new.code != old.code and (new.valid_from is None or (old.valid_to or 0) - new.valid_from > 1)


def redrawn(reports: pl.DataFrame) -> pl.DataFrame:
    """Of reports (issuer, year, region_code, report_id) those from before their region took in or gave up a part, where the same
    issuer has one from after it: report_id."""
    cuts = changes().filter(pl.col("kind").is_in(["merged", "split"])).select(region_code="to_code", cut="year").unique()
    told = reports.join(cuts, on="region_code", how="inner").select("issuer", "report_id", "year", "cut")
    last = pl.col("year").max().over("issuer")
    return told.filter((pl.col("year") < pl.col("cut")) & (last >= pl.col("cut"))).select("report_id").unique()


def heirs(reports: pl.DataFrame) -> pl.DataFrame:
    """Issuers whose region only took another name or rank, where the issuer under the new name reports too: issuer, heir, year,
    kind, name, to_name. 密云县人民政府 goes on as 密云区人民政府."""
    kept = changes().filter(pl.col("kind").is_in(["renamed", "upgraded"]))
    seats = reports.select("issuer", "region_code").drop_nulls().unique()
    old = seats.join(kept, left_on="region_code", right_on="code", how="inner")
    found = [row | {"heir": row["issuer"].replace(row["name"], row["to_name"])} for row in old.iter_rows(named=True)]
    schema = {"issuer": pl.String, "heir": pl.String, "year": pl.Int32, "kind": pl.String, "name": pl.String,
              "to_name": pl.String, "to_code": pl.String}  # fmt: skip
    table = pl.DataFrame([{c: row[c] for c in schema} for row in found], schema=schema)
    table = table.filter(pl.col("issuer") != pl.col("heir"))
    there = seats.select(heir="issuer", to_code="region_code")
    return table.join(there, on=["heir", "to_code"], how="semi").drop("to_code").unique().sort("issuer", "year")


def joined(reports: pl.DataFrame, allowed: Sequence[str]) -> tuple[pl.DataFrame, list[str]]:
    """The reports, where `region_changed` is allowed with the new name of an issuer that goes on under one; and notes on what was
    joined, or on series that stand apart."""
    table = heirs(reports)
    if table.is_empty():
        return reports, []
    word = {"renamed": "更名", "upgraded": "改设"}
    told = [f"{r['issuer']}的区划{r['year']}年{word[r['kind']]}为{r['to_name']}" for r in table.iter_rows(named=True)]
    if GUARD not in allowed:
        return reports, [f"{'；'.join(told)}：前后两个序列没有接续，放行 {GUARD} 可以接续。"]
    names = dict(table.select("issuer", "heir").iter_rows())
    for name in list(names):  # one that was renamed twice goes to the last name
        while names[name] in names and names[names[name]] != name:
            names[name] = names[names[name]]
    return reports.with_columns(pl.col("issuer").replace(names)), [f"{'；'.join(told)}：前后两个序列已按要求接续。"]
