"""The roster: who is expected to report, and of which years it is known that nothing was published.

`roster.csv` (UTF-8) stands beside `raw/` and is optional. One line for each authority, or for each authority and year:

    issuer        the full name, as the reports table has it (required)
    year          empty: every year of a comparison
    published     `no` when somebody looked and found none; anything else: expected, so a gap is ours
    issuer_kind, level, region_code, province, prefecture, county, zone    as in the reports table
    note          for people
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from fazhi.compare.guards import KINDS, LEVELS, CompareError, one_of
from fazhi.compare.members import Tables
from fazhi.compare.question import SEAT, Question

EXPECTED = pl.DataFrame(
    schema=dict.fromkeys(("issuer", "issuer_kind", "level", "region", "region_code", *SEAT), pl.String)
    | {"year": pl.Int32, "published": pl.Boolean}
)
TEXT = ["issuer", "issuer_kind", "level", "region_code", *SEAT]
NO = ["no", "n", "0", "false", "否", "未", "无", "未公开", "未发布"]


def read_roster(roster: Path | str | pl.DataFrame | None, tables: Any = None) -> pl.DataFrame | None:
    """The roster with text columns, `year` (null: any), `published` (bool) and `region`; None when there is none.

    Without a roster given, the nearest `roster.csv` in the three folders above the tables is read.
    Raises CompareError for a file that cannot be used, with what to mend.
    """
    if roster is None:
        folder = getattr(tables, "folder", None)
        found = [p / "roster.csv" for p in Path(folder).absolute().parents[:3] if (p / "roster.csv").is_file()] if folder else []
        if not found:
            return None
        roster = found[0]
    name = "roster" if isinstance(roster, pl.DataFrame) else str(roster)
    if not isinstance(roster, pl.DataFrame):
        try:
            roster = pl.read_csv(roster, infer_schema=False)
        except (OSError, pl.exceptions.PolarsError) as fault:
            raise CompareError(f"{name} 读不出来：{fault}；请存为带表头的 UTF-8 CSV (cannot read the roster)") from None
    if "issuer" not in roster.columns:
        raise CompareError(f"{name} 没有 issuer 一列；第一行写列名 issuer,year,published,… (the roster has no column `issuer`)")
    columns = {
        c: pl.col(c).cast(pl.String).str.strip_chars().replace("", None) if c in roster.columns else pl.lit(None, pl.String)
        for c in [*TEXT, "year", "published"]
    }
    clean = roster.select(**columns).filter(pl.col("issuer").is_not_null())
    odd = clean.filter(pl.col("year").is_not_null() & ~pl.col("year").str.contains(r"^\d{4}$"))
    if odd.height:
        raise CompareError(
            f"{name}：{odd['issuer'][0]} 的 year 是 {odd['year'][0]!r}；写四位年份，或留空表示各年 (year is no year)"
        )
    for column, known in (("level", LEVELS), ("issuer_kind", KINDS)):
        one_of(f"{column}（{name}）", clean[column].drop_nulls().unique(maintain_order=True).to_list(), known)
    return clean.with_columns(
        year=pl.col("year").cast(pl.Int32),
        published=~pl.col("published").str.to_lowercase().is_in(NO).fill_null(False),
        region=pl.concat_str(SEAT, separator="/", ignore_nulls=True),
        issuer_kind=pl.col("issuer_kind").fill_null("other"),
    )


def expecting(t: Tables, roster: Path | pl.DataFrame | None, lost: pl.DataFrame, asked: Question) -> pl.DataFrame:
    """Whose reports are expected besides those at hand: the roster's, and those of files that could not be read (`lost`).

    Of such a file only the issuer and the year are known, so that a question for a level, a kind or a region leaves it out.
    """
    held = read_roster(roster, t)
    rows = [asked.seated(held)] if held is not None else []
    if not asked.seats:
        rows.append(lost.select("issuer", "year", published=pl.lit(True), issuer_kind=pl.lit("other"), region=pl.lit("")))
    return pl.concat([EXPECTED, *rows], how="diagonal_relaxed")


def absences(expected: pl.DataFrame, span: Sequence[int]) -> pl.DataFrame:
    """Issuer and year of which the roster says that nothing was published, with `absent` true."""
    none = expected.filter(~pl.col("published"))
    every = (
        none.filter(pl.col("year").is_null())
        .drop("year")
        .join(pl.DataFrame({"year": list(span)}, schema={"year": pl.Int32}), how="cross")
    )
    rows = pl.concat([none.select("issuer", "year"), every.select("issuer", "year")]).drop_nulls().unique(maintain_order=True)
    return rows.with_columns(absent=pl.lit(True))
