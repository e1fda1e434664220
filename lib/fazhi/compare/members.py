"""Whose reports a comparison is made of: the issuers and years asked for, one report each, and who is a stranger there."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any, Protocol

import polars as pl

from fazhi.compare import guards
from fazhi.compare.guards import mask, rules
from fazhi.compare.language import put
from fazhi.compare.question import SEAT, Question

REPORT = [
    "report_id", "source", "url", "title", "issuer", "issuer_kind", "region_code", *SEAT, "level", "year", "published_on",
    "signed_on", "origin",
]


class Tables(Protocol):
    """What a comparison asks of the tables: lazy frames with the columns of the contract."""

    @property
    def reports(self) -> pl.LazyFrame: ...
    @property
    def sections(self) -> pl.LazyFrame: ...
    @property
    def measures(self) -> pl.LazyFrame: ...
    @property
    def indicators(self) -> pl.LazyFrame: ...
    @property
    def sources(self) -> pl.LazyFrame: ...


def between(*frames: pl.DataFrame) -> tuple[int, ...]:
    """All years from the first to the last that the frames hold."""
    found = [y for f in frames for y in (f["year"].min(), f["year"].max()) if isinstance(y, int)]
    return tuple(range(min(found), max(found) + 1)) if found else ()


def members(t: Tables, asked: Question) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The reports of the issuers asked for, of all years, and those that belong to nobody or no year, with `reason` (a mask)."""
    reports = t.reports.select(REPORT).collect().with_columns(region=pl.concat_str(SEAT, separator="/", ignore_nulls=True))
    reports = reports.with_columns(reason=mask({"no_issuer": pl.col("issuer").is_null(), "no_year": pl.col("year").is_null()}))
    known = reports.filter(pl.col("reason") == 0).drop("reason")
    # two bodies of one name (鼓楼区人民政府) are told apart by their seats
    seats = known.group_by("issuer").agg(pl.col("province", "prefecture").drop_nulls().n_unique())
    doubled = seats.filter((pl.col("province") > 1) | (pl.col("prefecture") > 1))["issuer"].to_list()
    if doubled:
        full = pl.format("{}（{}）", "issuer", "region")
        known = known.with_columns(
            issuer=pl.when(pl.col("issuer").is_in(doubled) & (pl.col("region") != "")).then(full).otherwise("issuer")
        )
    return asked.seated(known), reports.filter(pl.col("reason") > 0)


def nearest_regions(t: Tables, regions: Sequence[str]) -> str:
    """A sentence with the names that come nearest to the regions asked for; empty when none does."""
    known = t.reports.select(*SEAT, "issuer").collect()
    names = sorted({name for column in known.columns for name in known[column].drop_nulls()})
    near = list(dict.fromkeys(n for region in regions for n in difflib.get_close_matches(region, names, 3, 0.4)))
    return put("与“{regions}”相近的有：{near}。", regions="、".join(regions), near="、".join(near)) if near else ""


def one_a_year(reports: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One report for each issuer and year: as published before restated, then the latest; and the others with their `reason`."""
    order = reports.sort(
        ["issuer", "year", pl.col("origin") != "published", "published_on", "report_id"],
        descending=[False, False, False, True, False],
        nulls_last=True,
    )
    kept = order.unique(["issuer", "year"], keep="first", maintain_order=True)
    return kept, order.join(kept, on="report_id", how="anti").with_columns(
        reason=pl.lit(guards.bits()["second_report"], pl.UInt32)
    )


def unread(t: Tables) -> pl.DataFrame:
    """Issuer, year and name (`lost`) of the sources that could not be read, where sources.csv says whose they are."""
    schema: dict[str, Any] = {"issuer": pl.String, "year": pl.Int32, "lost": pl.String}
    if not {"issuer", "year"} <= set(t.sources.collect_schema().names()):
        return pl.DataFrame(schema=schema)
    lost = (
        t.sources.filter(pl.col("status") == "unreadable")
        .select("issuer", pl.col("year").cast(pl.Int32), lost="source")
        .collect()
    )
    return lost.drop_nulls(["issuer", "year"]).unique(["issuer", "year"], keep="first", maintain_order=True)


def roll(reports: pl.DataFrame, expected: pl.DataFrame) -> pl.DataFrame:
    """The panel's issuers with their latest seat, level and kind."""
    columns = ["issuer", "issuer_kind", "level", "region", "region_code", *SEAT]
    latest = reports.sort("year", "report_id", descending=[True, False]).select(columns)
    every = pl.concat([latest, expected.select(columns)])
    return every.unique("issuer", keep="first", maintain_order=True).sort("region", "issuer")


def trades(issuers: pl.DataFrame) -> pl.DataFrame:
    """For each department its name without the places before it (`trade`): 市场监督管理局."""
    rows = []
    for row in issuers.filter(pl.col("issuer_kind") == "department").select("issuer", *SEAT).iter_rows():
        name = row[0].partition("（")[0]
        for place in row[1:]:
            name = name.removeprefix(place or "")
        rows.append((row[0], name))
    return pl.DataFrame(rows, schema={"issuer": pl.String, "trade": pl.String}, orient="row").unique("issuer", keep="last")


def strangers(reports: pl.DataFrame, allowed: list[str]) -> tuple[pl.DataFrame, list[str]]:
    """The reports with `strange`, a mask of level, kind and trade where they are not those of most; and a note on who is not."""
    # one vote an issuer: the kind of most, the level of most of that kind, the trade of most departments at that level
    issuers = reports.sort("year").unique("issuer", keep="last", maintain_order=True)
    table = trades(issuers)
    reports, issuers = (frame.join(table, on="issuer", how="left", maintain_order="left") for frame in (reports, issuers))
    kind = guards.reference(issuers, [], "issuer_kind").get((), "")
    alike = issuers if "issuer_kind" in allowed else issuers.filter(pl.col("issuer_kind") == kind)
    level = guards.reference(alike, [], "level").get((), "")
    peers = alike if "level" in allowed else alike.filter(pl.col("level") == level)
    work = guards.reference(peers, [], "trade").get((), "") if kind == "department" else ""
    # an issuer whose level nobody knows is a stranger as soon as another's is known
    tests = {
        "level": pl.col("level").fill_null("") != level,
        "issuer_kind": pl.col("issuer_kind") != kind,
        "trade": pl.col("trade") != work if work else pl.lit(False),
    }
    reports = reports.with_columns(strange=mask(tests))
    seen = reports["strange"].unique().to_list()
    if not any(guards.bits()[name] & found and name not in allowed for name in tests for found in seen):
        return reports, []
    labels = rules().labels
    who = put(
        "{level}{kind}{work}",
        level="" if "level" in allowed else labels["level"].get(level, level),
        kind="" if "issuer_kind" in allowed else labels["issuer_kind"].get(kind, kind),
        work=f"（{work}）" if work and "trade" not in allowed else "",
    )
    return reports, [put("只有{who}可以并列；其余机关的数列为不可比，原因见未采用的数。", who=who.strip())]
