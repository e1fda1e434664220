"""Figures relative to something: to the year before, to a number of cases, to the inhabitants, to the others.

`data/denominators.csv` (UTF-8) is optional and the user's own; one line for each place and year:

    region_code   six digits of GB/T 2260, or
    region        the path, as the reports table has it (浙江省/杭州市), or
    issuer        the full name of an authority; what names the authority goes before what names its region
    year          empty: every year that has no line of its own
    population    inhabitants, in persons
    source        where the number is from (printed under whatever is made from it)

A township or a zone has the figures of its own line only, by `issuer`: the code in its row is that of the county or city around
it. Nothing is carried from one year to another or estimated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from fazhi.compare.checks import Checked
from fazhi.compare.comparison import Comparison
from fazhi.compare.guards import CompareError, codebook, one_of, rules
from fazhi.compare.language import put
from fazhi.compare.question import texts

PEOPLE = 100_000
KEYS = ("issuer", "region", "region_code")
GROWTH: dict[str, Any] = {
    "issuer": pl.String, "code": pl.String, "name_zh": pl.String, "year": pl.Int32, "before": pl.Float64,
    "before_unit": pl.String, "before_id": pl.Int32, "before_report": pl.String, "value": pl.Float64, "unit": pl.String,
    "change": pl.Float64, "change_unit": pl.String, "percent": pl.Float64, "percent_unit": pl.String, "claimed": pl.Float64,
    "claimed_unit": pl.String, "claimed_id": pl.Int32, "verdict": pl.String, "verdict_zh": pl.String, "report_id": pl.String,
    "indicator_id": pl.Int32,
}  # fmt: skip
RANKS: dict[str, Any] = {
    "code": pl.String, "name_zh": pl.String, "year": pl.Int32, "rank": pl.UInt32, "tied": pl.UInt32, "ranked": pl.UInt32,
    "issuers": pl.UInt32, "issuer": pl.String, "value": pl.Float64, "high": pl.Float64, "unit": pl.String, "qualifier": pl.String,
    "state": pl.String, "quote": pl.String, "report_id": pl.String, "indicator_id": pl.Int32,
}  # fmt: skip


def growth(c: Comparison, claims: Checked | None = None) -> pl.DataFrame:
    """The change on the year before wherever two years running are comparable and exact, from the levels: columns of GROWTH.

    `change` is in the figure's own unit (percentage points for a rate); `percent` is null for a rate and where the year before
    is zero. With `claims`, the answer of `changes`, the report's own claim and its verdict stand beside.
    """
    level = c.frame.filter((pl.col("state") == "comparable") & (pl.col("qualifier").fill_null("exact") == "exact"))
    there = {"before": "value", "before_unit": "unit", "before_id": "indicator_id", "before_report": "report_id"}
    last = level.select("issuer", "code", pl.col("year") + 1, **there)
    pairs = level.join(last, on=["issuer", "code", "year"], how="inner", maintain_order="left")
    rate, change = pl.col("unit") == "%", pl.col("value") - pl.col("before")
    pairs = pairs.with_columns(
        change=change.round(6),
        change_unit=pl.when(rate).then(pl.lit("个百分点")).otherwise("unit"),
        percent=pl.when(~rate.fill_null(False) & (pl.col("before") > 0)).then((100 * change / pl.col("before")).round(6)),
        percent_unit=pl.lit("%"),
    )
    if claims is not None:
        own = ("claimed", "claimed_unit", "claimed_id", "verdict", "verdict_zh")
        key = ["report_id", "code"]  # not the issuer, who may go on under another name
        told = claims.frame.select(*key, *own, id="now_id")
        # of several claims on one code, the one that speaks of the figure shown
        told = pairs.select(*key, "indicator_id").join(told, on=key)
        told = told.sort(pl.col("id") != pl.col("indicator_id"), "claimed_id", nulls_last=True).unique(key, keep="first")
        pairs = pairs.join(told.drop("id", "indicator_id"), on=key, how="left", maintain_order="left")
    return pairs.select(
        pl.col(name).cast(kind) if name in pairs.columns else pl.lit(None, kind).alias(name) for name, kind in GROWTH.items()
    )


def rank(c: Comparison, *, lowest_first: bool = False) -> pl.DataFrame:
    """Each code's issuers in order, year by year: columns of RANKS, those that cannot be ranked last, with `rank` null.

    Equal values share the better place and the next ones are skipped (1, 2, 2, 4); `tied` is how many share it. `ranked` is how
    many could be ranked, `issuers` how many were asked for. A bound that `allow` let in has no place.
    """
    able = (pl.col("state") == "comparable") & (pl.col("qualifier").fill_null("exact") == "exact")
    within = ["code", "year"]
    nth = pl.col("code").replace_strict({code: n for n, code in enumerate(c.codes)}, default=len(c.codes), return_dtype=pl.Int64)
    frame = c.frame.with_columns(able=able, nth=nth).with_columns(able_value=pl.when("able").then("value"))
    frame = frame.with_columns(
        rank=pl.col("able_value").rank("min", descending=not lowest_first).over(within).cast(pl.UInt32),
        ranked=pl.col("able").sum().over(within).cast(pl.UInt32),
        issuers=pl.len().over(within).cast(pl.UInt32),
    )
    frame = frame.with_columns(tied=pl.when("able").then(pl.len().over([*within, "rank"])).cast(pl.UInt32))
    ordered = frame.sort("nth", "year", "rank", "issuer", nulls_last=True)
    return ordered.select(pl.col(name).cast(kind) for name, kind in RANKS.items())


def per_case(c: Comparison, code: str | Sequence[str], by: str) -> Comparison:
    """Codes of the comparison divided by another (罚没金额 per 处罚案件), for each issuer and year: a comparison of its own.

    A cell is comparable where both are; where the divisor is missing, zero or not comparable, it says so (`no_denominator`).
    Raises CompareError for a code that is not in the comparison, or for a rate.
    """
    codes = one_of("本次比较的指标", texts(code), c.codes)
    one_of("本次比较的指标", [by], c.codes)
    if by in codes:
        raise CompareError(f"{codebook()[by].name_zh}（{by}）不能除以它自己 ({by} cannot be divided by itself)")
    countable(*codes, by)
    divisor = c.frame.filter((pl.col("code") == by) & (pl.col("state") == "comparable") & (pl.col("value") > 0))
    divisor = divisor.select("issuer", "year", divisor="value", divisor_unit="unit", divisor_bound="bound")
    rows = c.frame.filter(pl.col("code").is_in(codes)).join(divisor, on=["issuer", "year"], how="left", maintain_order="left")
    zh, en = codebook()[by].name_zh, codebook()[by].name_en
    unit = pl.concat_str(pl.col("unit").fill_null(""), pl.lit("/"), pl.col("divisor_unit").fill_null(""))
    c = replace(c, question=c.question | {"per": by})
    return divided(c, rows, unit, f"÷{zh}", f" ÷ {en}", put("各数已除以同一报告的{by}。", by=zh))


def per_inhabitants(
    c: Comparison, denominators: Path | str | pl.DataFrame | None = None, t: Any = None, people: int = PEOPLE
) -> Comparison:
    """All counts and amounts of the comparison per 100,000 inhabitants (or as many as `people` says): a comparison of its own.

    `denominators` is a frame or file as this module describes; without it the `denominators.csv` in the folders above the
    tables `t` is taken. A cell without a denominator is kept and says so (`no_denominator`). Raises CompareError for a file that
    cannot be used, when there is none, and for a comparison of rates.
    """
    countable(*c.codes)
    rows = inhabitants(c.frame, read_denominators(denominators, t))
    rows = rows.with_columns(divisor=pl.col("population") / people, divisor_bound=pl.lit(None, pl.String))
    many = f"{people // 10_000}万人" if people % 10_000 == 0 else f"{people:,}人"
    unit = pl.concat_str(pl.col("unit").fill_null(""), pl.lit(f"/{many}"))
    sources = put("、").join(sorted(set(rows["named"].drop_nulls()))) or put("未注明")
    note = put("各数已按人口折算为每{many}；人口数来源：{sources}。", many=many, people=f"{people:,}", sources=sources)
    c = replace(c, question=c.question | {"per_inhabitants": people})
    return divided(c, rows, unit, f"（每{many}）", f" (per {people:,} inhabitants)", note)


def inhabitants(frame: pl.DataFrame, table: pl.DataFrame) -> pl.DataFrame:
    """The rows of `frame` (issuer, region, region_code, issuer_kind, level, zone, year) with `population` and `named`, who says
    so, of the denominators `table`; null where it has no line for them."""
    frame = frame.with_row_index("row")
    ordinary = pl.col("issuer_kind").is_in(["government", "department"]) & (pl.col("level") != "township")
    ordinary &= pl.col("zone").is_null()
    found = []
    for order, key in enumerate(KEYS):
        here = frame if key == "issuer" else frame.filter(ordinary)
        lines = table.filter(pl.col(key).is_not_null())
        for exact in (True, False):
            some = lines.filter(pl.col("year").is_not_null() if exact else pl.col("year").is_null())
            on = [key, "year"] if exact else [key]
            hits = here.select("row", *on).join(some.select(*on, "population", "source"), on=on)
            found.append(hits.select("row", "population", "source", order=pl.lit(2 * order + (not exact))))
    best = pl.concat(found).sort("row", "order").unique("row", keep="first", maintain_order=True)
    joined = frame.join(best.select("row", "population", named="source"), on="row", how="left", maintain_order="left")
    return joined.drop("row")


def divided(c: Comparison, rows: pl.DataFrame, unit: pl.Expr, zh: str, en: str, note: str) -> Comparison:
    """The comparison with each value divided by the column `divisor`; one without a divisor stays as it is, not comparable."""
    lacking = pl.col("value").is_not_null() & pl.col("divisor").is_null()
    able = pl.col("value").is_not_null() & pl.col("divisor").is_not_null()
    words = rules().caveats["no_denominator"]
    # a figure divided by a bound is bounded from the other side: no more is claimed of it than that it is near
    near = able & pl.col("bound").is_null() & pl.col("divisor_bound").is_not_null()

    def said(column: str, extra: str, joint: str) -> pl.Expr:
        both = pl.concat_str([pl.col(column), pl.lit(extra)], separator=joint, ignore_nulls=True)
        return pl.when(lacking).then(both).otherwise(column)

    frame = rows.with_columns(
        value=pl.when(able).then((pl.col("value") / pl.col("divisor")).round_sig_figs(12)).otherwise("value"),
        high=pl.when(able).then((pl.col("high") / pl.col("divisor")).round_sig_figs(12)).otherwise("high"),
        unit=pl.when(able).then(unit).otherwise("unit"),
        state=pl.when(lacking).then(pl.lit("not_comparable")).otherwise("state"),
        caveats=pl.when(lacking).then(pl.concat_list("caveats", pl.lit("no_denominator"))).otherwise("caveats"),
        reason_zh=said("reason_zh", words.zh, "；"),
        reason_en=said("reason_en", words.en, "; "),
        bound=pl.when(near).then(pl.lit("about")).otherwise("bound"),
        qualifier=pl.when(near).then(pl.lit("about")).otherwise("qualifier"),
        name_zh=pl.col("name_zh") + zh,
        name_en=pl.col("name_en") + en,
    ).select(c.frame.columns)
    codes = tuple(code for code in c.codes if code in set(frame["code"]))
    return replace(c, frame=frame, codes=codes or c.codes, notes=(*c.notes, note))


def countable(*codes: str) -> None:
    """Refuse rates: a rate is relative already."""
    for code in codes:
        if codebook()[code].kind == "rate":
            raise CompareError(f"{codebook()[code].name_zh}（{code}）本身是比率，不能再相除 ({code} is a rate already)")


def read_denominators(given: Path | str | pl.DataFrame | None, tables: Any = None) -> pl.DataFrame:
    """The denominators with the columns issuer, region, region_code, year (null: any), population, source.

    Raises CompareError where there is no file, or it cannot be used, with line and remedy.
    """
    if given is None:
        folder = getattr(tables, "folder", None)
        places = [p / "denominators.csv" for p in Path(folder).absolute().parents[:3]] if folder else []
        given = next((p for p in places if p.is_file()), None)
        if given is None:
            raise CompareError(
                "没有人口数：在 data 里放一个 denominators.csv，列名 region_code,year,population,source (no denominators)"
            )
    name = "denominators" if isinstance(given, pl.DataFrame) else str(given)
    if not isinstance(given, pl.DataFrame):
        try:
            given = pl.read_csv(given, infer_schema=False)
        except (OSError, pl.exceptions.PolarsError) as fault:
            raise CompareError(f"{name} 读不出来：{fault}；请存为带表头的 UTF-8 CSV (cannot read the denominators)") from None
    if "population" not in given.columns or not set(KEYS) & set(given.columns):
        raise CompareError(f"{name} 的列名应有 population 和 issuer、region、region_code 之一 (columns are missing)")
    held = given.select(
        pl.col(c).cast(pl.String).str.strip_chars().replace("", None) if c in given.columns else pl.lit(None, pl.String).alias(c)
        for c in (*KEYS, "year", "population", "source")
    ).with_row_index("line", offset=2)
    held = held.with_columns(
        read=pl.col("population").str.replace_all("[,，]", "").cast(pl.Float64, strict=False),
        when=pl.col("year").cast(pl.Int32, strict=False),
    )
    faults: Mapping[str, pl.Expr] = {
        "population 应是大于零的人数": ~(pl.col("read") > 0).fill_null(False),
        "year 应是四位年份，或留空表示各年": ~(pl.col("year").is_null() | pl.col("when").is_between(1900, 2100).fill_null(False)),
        "应写明 issuer、region 或 region_code": pl.all_horizontal(pl.col(c).is_null() for c in KEYS),
        "与前面一行是同一地方同一年": pl.struct(*KEYS, "year").is_duplicated(),
    }
    for words, test in faults.items():
        if (bad := held.filter(test)).height:
            raise CompareError(f"{name} 第{bad['line'][-1]}行：{words} (line {bad['line'][-1]} cannot be used)")
    return held.select(*KEYS, year="when", population="read", source="source")
