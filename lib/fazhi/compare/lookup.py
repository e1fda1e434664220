"""Where the checks look figures up: the reports asked for, their levels by report and code, the words between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from fazhi.compare.cells import candidates, choose
from fazhi.compare.guards import codebook, one_of, rules
from fazhi.compare.lineage import Forebear, cut, forebears, of_a_region
from fazhi.compare.members import Tables, members, one_a_year
from fazhi.compare.question import Names, Question, texts

Row = dict[str, Any]
LEVELS_OF = [
    "report_id", "indicator_id", "code", "subject", "value", "high", "unit", "qualifier", "kind", "direction", "change_of",
    "status", "scope", "period_start", "period_end", "part_of", "value_text", "quote", "start", "end",
]  # fmt: skip
NEEDED = [  # of a candidate, what a check asks of it
    "report_id", "indicator_id", "cell", "code", "subject", "value", "high", "unit", "qualifier", "kind", "status", "scope",
    "part_of", "value_text", "quote", "start", "end", "total", "preamble", "extent", "rank", "open", "happened", "found",
    "strange",
]  # fmt: skip
STOPS = frozenset("。；;！？!?\n")


@dataclass(frozen=True, slots=True)
class Panel:
    """The reports that were asked for, all others that may be looked up, and the codes."""

    t: Tables
    codes: list[str]
    reports: pl.DataFrame  # one for each issuer and year, of all issuers: last year's may bear another name
    asked: pl.DataFrame  # of these, those of the years asked for
    question: dict[str, Any]

    @classmethod
    def of(cls, t: Tables, codes: Names, asked: Question) -> Panel:
        """Check the question against codebook and tables, as `compare` does."""
        wanted = one_of("指标", list(dict.fromkeys(texts(codes))), codebook()) or list(codebook())
        reports, _ = one_a_year(members(t, Question())[0])
        reports = reports.with_columns(strange=pl.lit(0, pl.UInt32), whole=of_a_region().fill_null(False))
        return cls(t, wanted, reports, asked.dated(asked.seated(reports)), asked.told(codes=texts(codes)))

    def figures(self, test: pl.Expr) -> list[Row]:
        """The actual figures of the asked reports that pass the test, each with what its report says of itself."""
        rows = self.t.indicators.filter(test & (pl.col("status") == "actual")).select(LEVELS_OF).collect()
        columns = ("report_id", "issuer", "year", "level", "issuer_kind", "region", "region_code", "whole", "source", "url")
        there = self.asked.select(columns)
        return rows.join(there, on="report_id", how="inner").sort("report_id", "start", "indicator_id").to_dicts()


@dataclass(frozen=True, slots=True)
class Book:
    """The levels that a check looks up: by report and code, the chosen one of each, and the texts between them."""

    held: dict[tuple[str, str], list[Row]]
    chosen: dict[tuple[str, str], Row]
    quoted: dict[tuple[str, str], list[Row]]  # figures of the year before as this report quotes them
    reports: dict[tuple[str, int], Row]  # issuer, year -> report
    texts: dict[str, str]
    kin: dict[str, tuple[Forebear, ...]]  # issuer -> the names that it had before

    @classmethod
    def of(cls, t: Tables, asked: Panel, rows: list[Row], code: str) -> Book:
        """The figures of the codes that the rows speak of, in the reports of their issuers."""
        said = {row[code] for row in rows}
        codes = [c for c in codebook() if c in said]
        issuers = {row["issuer"] for row in rows}
        kin = {issuer: found for issuer, found in forebears(asked.reports).items() if issuer in issuers}
        issuers |= {one.issuer for found in kin.values() for one in found}
        reports = asked.reports.filter(pl.col("issuer").is_in(list(issuers)))
        by_year = {(r["issuer"], r["year"]): r for r in reports.to_dicts()}
        ids = list({row["report_id"] for row in rows})
        words = dict(t.reports.filter(pl.col("report_id").is_in(ids)).select("report_id", "text").collect().iter_rows())
        if not codes:
            return cls({}, {}, {}, by_year, words, kin)
        periods = t.indicators.select("report_id", "indicator_id", "period_start", "period_end").collect()
        values = candidates(t, reports, codes, []).filter(pl.col("kind") != "change").select(NEEDED)
        values = values.join(near(rows, code, reports, kin), on=["report_id", "code"], how="semi")
        values = values.join(periods, on=["report_id", "indicator_id"], how="left", maintain_order="left")
        held: dict[tuple[str, str], list[Row]] = {}
        quoted: dict[tuple[str, str], list[Row]] = {}
        for row in values.sort("report_id", "rank", "start").iter_rows(named=True):
            if row["open"]:
                held.setdefault((row["report_id"], row["code"]), []).append(row)
            elif row["scope"] == "previous" and row["happened"]:
                quoted.setdefault((row["report_id"], row["code"]), []).append(row)
        best, _ = choose(values, [])
        chosen = {(row["report_id"], row["code"]): row for row in best.iter_rows(named=True)}
        return cls(held, chosen, quoted, by_year, words, kin)

    def before(self, row: Row, year: int) -> tuple[Row | None, str, bool]:
        """The report of the row's issuer on an earlier year, under whatever name; what became of the region in between, in words;
        and whether the region is still the same."""
        report, said = self.reports.get((row["issuer"], year)), ""
        for one in self.kin.get(row["issuer"], ()) if report is None else ():
            if report := self.reports.get((one.issuer, year)):
                said = one.said
                break
        parted = cut(row["region_code"], year, row["year"]) if row["whole"] else ""
        return report, "；".join(filter(None, (said, parted))), not parted


def near(rows: list[Row], code: str, reports: pl.DataFrame, kin: dict[str, tuple[Forebear, ...]]) -> pl.DataFrame:
    """The report and code of all levels that the rows may look up: of the row's own report and of the issuer's earlier ones, for
    a change on the year before only of that year's."""
    pairs = [(row["issuer"], row[code], row["year"]) for row in rows]
    pairs += [(one.issuer, row[code], row["year"]) for row in rows for one in kin.get(row["issuer"], ())]
    wanted = pl.DataFrame(pairs, schema={"issuer": pl.String, "code": pl.String, "said": pl.Int32}, orient="row").unique()
    back = pl.col("said") - pl.col("year")
    looked = reports.select("issuer", "year", "report_id").join(wanted, on="issuer").filter(back >= 0)
    return (looked.filter(back <= 1) if code == "change_of" else looked).select("report_id", "code").unique()


def together(text: str, end: int, start: int) -> bool:
    """Whether what stands between two places is one sentence."""
    return start >= end and STOPS.isdisjoint(text[end:start])


def place(text: str, row: Row) -> tuple[int, int]:
    """Where a figure's clause stands in the text."""
    offset = row["quote"].find(row["value_text"])
    while offset >= 0 and not text.startswith(row["quote"], row["start"] - offset):
        offset = row["quote"].find(row["value_text"], offset + 1)
    start = row["start"] - max(offset, 0)
    return (start, start + len(row["quote"])) if offset >= 0 else (row["start"], row["end"])


def group(unit: str | None) -> str:
    """What a unit's figures count."""
    return rules().units.get(unit or "", unit or "")
