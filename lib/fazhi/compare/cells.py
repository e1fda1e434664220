"""Which value fills a cell, an issuer's figure for a code and a year, and what keeps it from standing beside the others.

Several values for one cell: those that happened in the year, or in part of it, come before all else; among them a total before
its parts, the whole year before a part of it or a cumulative figure, the body of the report before its preamble, the unit and
the extent (本级, 全区) that most of the panel use before others, an exact figure before a bound. Where values that differ are
still level, one that is the sum of the rest is taken as their total; failing that the first is shown, with the caveat
`several_values`.
"""

from __future__ import annotations

import polars as pl

from fazhi.compare import guards
from fazhi.compare.guards import BOUNDS, bits, codebook, mask
from fazhi.compare.members import Tables

FIGURE = [
    "report_id", "indicator_id", "section_id", "code", "subject", "value", "high", "unit", "qualifier", "kind", "status",
    "scope", "part_of", "value_text", "quote", "start", "end", "comparable", "caveats",
]


def candidates(t: Tables, reports: pl.DataFrame, codes: list[str], scopes: list[str]) -> pl.DataFrame:
    """All values of the codes in the reports, each with its `cell`, its `rank` there (lowest best), its caveats (`found`, a mask)
    and whether it may fill the cell at all (`open`)."""
    numbers = {code: number for number, code in enumerate(codes)}
    figures = t.indicators.filter(pl.col("code").is_in(codes)).select(FIGURE).collect()
    figures = figures.join(reports.with_row_index("place").select("report_id", "place", "strange"), on="report_id", how="inner")
    held = figures.lazy().select("report_id").unique()
    totals = (
        t.indicators.filter(pl.col("part_of").is_not_null())
        .select("report_id", indicator_id="part_of")
        .unique()
        .join(held, on="report_id", how="semi")
        .with_columns(total=pl.lit(True))
        .collect()
    )
    preambles = (
        t.sections.filter(pl.col("level") == 0)
        .select("report_id", "section_id")
        .join(held, on="report_id", how="semi")
        .with_columns(preamble=pl.lit(True))
        .collect()
    )
    figures = (
        figures.join(totals, on=["report_id", "indicator_id"], how="left")
        .join(preambles, on=["report_id", "section_id"], how="left")
        .with_columns(
            pl.col("total", "preamble").fill_null(False),
            group=guards.unit_group("unit"),
            extent=guards.extent("quote"),
            wanted=fits(codes, scopes),
            happened=pl.col("status") == ("target" if scopes == ["next"] else "actual"),
            cell=pl.col("place") * len(codes) + pl.col("code").replace_strict(numbers, return_dtype=pl.UInt32),
        )
    )
    usable = figures.filter("wanted", "happened").select("cell", "code", "group", "extent")
    for column in ("group", "extent"):  # one vote a cell
        figures = with_reference(figures, column, usable.unique(["cell", column]))
    open_ = pl.col("happened") & (pl.col("wanted") | ~pl.col("scope").is_in(["previous", "next"]))
    other_unit = (pl.col("group") != pl.col("group_ref")) & (pl.col("kind") != "rate")
    other_extent = pl.col("extent").is_not_null() & (pl.col("extent") != pl.col("extent_ref"))
    bound = pl.col("qualifier").is_in(BOUNDS)
    ranks = [
        ~open_,
        pl.col("part_of").is_not_null() & ~pl.col("total"),
        ~pl.col("total"),
        ~pl.col("wanted"),
        pl.col("preamble"),
        other_unit,
        other_extent,
        bound,
    ]
    rank = pl.sum_horizontal([test.fill_null(False).cast(pl.UInt32) * 2 ** (len(ranks) - i) for i, test in enumerate(ranks)])
    tests = {"bound": bound, "unit": other_unit, "extent": other_extent}
    tests |= {name: (pl.col("scope") == name) & ~pl.col("wanted") for name in ("partial", "cumulative", "stock")}
    tests["other_scope"] = (pl.col("scope") == "year") & ~pl.col("wanted")
    # what the reading marked is a caveat of its own only where nothing here explains it
    return figures.with_columns(open=open_, rank=rank, found=mask(tests)).with_columns(
        found=pl.when(~pl.col("comparable") & (pl.col("found") == 0)).then(pl.lit(bits()["unfit"], pl.UInt32)).otherwise("found")
    )


def fits(codes: list[str], scopes: list[str]) -> pl.Expr:
    """Whether a figure has the scope asked for, or its code's usual one; a list that bears the year does for a stock."""
    if scopes:
        return pl.col("scope").is_in(scopes)
    stocks = [code for code in codes if codebook()[code].scope == "stock"]
    return (pl.col("scope") == "year") | (pl.col("code").is_in(stocks) & (pl.col("scope") == "stock"))


def with_reference(figures: pl.DataFrame, column: str, votes: pl.DataFrame) -> pl.DataFrame:
    """Add `COLUMN_ref`: what most have for the code; null where nobody says."""
    found = {key[0]: value for key, value in guards.reference(votes, ["code"], column).items()}
    return figures.with_columns(pl.col("code").replace_strict(found, default=None, return_dtype=pl.String).alias(f"{column}_ref"))


def choose(values: pl.DataFrame, allowed: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The value of each cell with its caveats (`reason`, a mask) and state; and all other values, with the reason."""
    # an open value competes for its cell, a closed one is only told of
    open_ = values.filter("open")
    best = open_.group_by("cell").agg(pl.min("rank").alias("best"))
    top = open_.join(best, on="cell").filter(pl.col("rank") == pl.col("best"))
    level = top.group_by("cell").agg(
        values=pl.col("value").n_unique(), rows=pl.len(), largest=pl.max("value"), whole=pl.sum("value")
    )
    sums = (pl.col("rows") > 2) & (pl.col("kind") != "rate") & ((pl.col("whole") - 2 * pl.col("largest")).abs() < 1e-6)
    top = top.join(level, on="cell").with_columns(sums=sums)
    chosen = (
        top.with_columns(later=pl.col("sums") & (pl.col("value") != pl.col("largest")))
        .sort("cell", "later", "start")
        .unique("cell", keep="first", maintain_order=True)
    )
    unclear = (
        pl.when((pl.col("values") > 1) & ~pl.col("sums"))
        .then(pl.lit(bits()["several_values"], pl.UInt32))
        .otherwise(pl.lit(0, pl.UInt32))
    )
    chosen = chosen.with_columns(reason=pl.col("strange") | pl.col("found") | unclear)
    let_in = pl.lit(sum(bits()[name] for name in allowed), pl.UInt32)
    chosen = chosen.with_columns(
        state=pl.when((pl.col("reason") | let_in) == let_in).then(pl.lit("comparable")).otherwise(pl.lit("not_comparable"))
    )
    rest = values.join(chosen.select("report_id", "indicator_id"), on=["report_id", "indicator_id"], how="anti").join(
        chosen.select("cell", kept="value", kept_total="total"), on="cell", how="left"
    )
    return chosen, rest.with_columns(reason=why())


def why() -> pl.Expr:
    """The reason why a value did not fill its cell, as a mask."""
    bit = {name: pl.lit(number, pl.UInt32) for name, number in bits().items()}
    status = pl.col("status").replace_strict(
        {name: bits()[name] for name in ("actual", "target", "norm")}, default=0, return_dtype=pl.UInt32
    )
    scope = pl.col("scope").replace_strict(
        {name: bits()[name] for name in ("previous", "next")}, default=bits()["other_scope"], return_dtype=pl.UInt32
    )
    return (
        pl.when(~pl.col("happened"))
        .then(status)
        .when(~pl.col("open"))
        .then(scope)
        .when(pl.col("value") == pl.col("kept"))
        .then(bit["repeated"])
        .when(pl.col("part_of").is_not_null() & pl.col("kept_total"))
        .then(bit["part"])
        .when(pl.col("found") > 0)
        .then("found")
        .when(pl.col("preamble"))
        .then(bit["summary"])
        .otherwise(bit["less_preferred"])
    )
