"""A panel: every issuer, year and code that was asked for, with a value or with the kind of empty that it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from fazhi.compare.cells import candidates, choose
from fazhi.compare.comparison import FRAME, LEFT_OUT, Comparison
from fazhi.compare.guards import BOUNDS, SCOPES, bits, codebook, one_of, rules, spelled
from fazhi.compare.language import put
from fazhi.compare.lineage import GUARD, joined, redrawn
from fazhi.compare.members import Tables, between, members, nearest_regions, one_a_year, roll, strangers, unread
from fazhi.compare.question import Names, Question, Years, texts
from fazhi.compare.roster import absences, expecting

THERE = ["issuer", "year", "title", "url", "source", "origin", "report_id"]  # what a row says of its report


def compare(
    t: Tables,
    code: str | Sequence[str],
    years: Years = None,
    regions: Names = None,
    level: Names = None,
    issuer_kind: Names = None,
    scope: str | None = None,
    allow: str | Sequence[str] = (),
    roster: Path | pl.DataFrame | None = None,
) -> Comparison:
    """Set like beside like: one row for each issuer, year and code, value or not, with its state.

    `years` is a year, any years, or text such as `2019-2023`; without it all between the first and the last report. `regions`
    are names (宝山区, a zone, an issuer), paths (上海市/宝山区) or codes of GB/T 2260; `level` and `issuer_kind` are those
    of the tables. Without `scope` a code has its usual one. `allow` overrides guards by name (`bound`, `cumulative`, `level`);
    `region_changed` joins the series of an authority whose region was renamed, upgraded or put under another prefecture, too.
    `roster` is a frame or a file as `fazhi.compare.roster` describes; without it a `roster.csv` above the tables is taken.

    Raises CompareError (a ValueError) for a code, level, kind, scope or rule that does not exist, with the nearest names.
    """
    codes = one_of("指标", list(dict.fromkeys(texts(code))), codebook())
    guards = [name for name, words in rules().caveats.items() if words.guard]
    allowed = one_of("比较规则", list(dict.fromkeys(texts(allow))), guards)
    asked, scopes = Question.of(years, regions, level, issuer_kind), one_of("时间范围", texts(scope), SCOPES)
    # whoever asks for several levels or kinds by name wants them side by side
    several = (("level", asked.levels), ("issuer_kind", asked.kinds))
    allowed += [name for name, names in several if len(names) > 1 and name not in allowed]
    reports, nobody = members(t, asked)
    reports, lineage = joined(reports, allowed)
    lost = unread(t)
    expected = expecting(t, roster, lost, asked)
    span = asked.years or between(reports, expected)
    issuers = roll(reports, expected)
    reports, second = one_a_year(reports.filter(pl.col("year").is_in(list(span))))
    reports, notes = strangers(reports, allowed)
    before = pl.col("report_id").is_in(redrawn(reports)["report_id"].to_list())
    reports = reports.with_columns(strange=pl.when(before).then(pl.col("strange") | bits()[GUARD]).otherwise("strange"))
    notes += lineage
    if issuers.is_empty():
        notes.append(put("没有符合条件的机关。") + nearest_regions(t, asked.regions))
    chosen, others = choose(candidates(t, reports, codes, scopes), allowed)
    frame = spelled(filled(issuers, span, codes, reports, chosen, absences(expected, span), lost), "caveats")
    return Comparison(
        framed(frame, FRAME),
        set_aside(reports, chosen, others, nobody, second),
        tuple(codes),
        tuple(span),
        asked.told(scope=scope),
        tuple(allowed),
        tuple(notes),
    )


def filled(
    issuers: pl.DataFrame,
    span: Sequence[int],
    codes: Sequence[str],
    reports: pl.DataFrame,
    chosen: pl.DataFrame,
    absent: pl.DataFrame,
    lost: pl.DataFrame,
) -> pl.DataFrame:
    """The cells in order of the codes, seats and years, each with its value, its report and its state."""
    book = pl.DataFrame(
        [(c, e.name_zh, e.name_en, e.dimension) for c, e in ((c, codebook()[c]) for c in codes)],
        schema=["code", "name_zh", "name_en", "dimension"],
        orient="row",
    )
    years = pl.DataFrame({"year": list(span)}, schema={"year": pl.Int32})
    cells = book.with_row_index("nth").join(issuers.with_row_index("row"), how="cross").join(years, how="cross")
    of_report = reports.select(*THERE, level_then="level", kind_then="issuer_kind", code_then="region_code")
    state = (
        pl.when(pl.col("state").is_not_null())
        .then("state")
        .when(pl.col("report_id").is_not_null())
        .then(pl.lit("not_stated"))
        .when(pl.col("lost").is_not_null())
        .then(pl.lit("unreadable"))
        .when(pl.col("absent").fill_null(False))
        .then(pl.lit("not_published"))
        .otherwise(pl.lit("not_collected"))
    )
    figures = chosen.rename({"caveats": "marked"}).drop("strange", "place")
    return (
        cells.join(of_report, on=["issuer", "year"], how="left")
        .join(figures, on=["report_id", "code"], how="left")
        .join(absent, on=["issuer", "year"], how="left")
        .join(lost, on=["issuer", "year"], how="left")
        .with_columns(
            state=state,
            level=pl.coalesce("level_then", "level"),
            issuer_kind=pl.coalesce("kind_then", "issuer_kind"),
            region_code=pl.coalesce("code_then", "region_code"),
            source=pl.coalesce("source", "lost"),
            bound=pl.when(pl.col("qualifier").is_in(BOUNDS)).then("qualifier"),
        )
        .sort("nth", "row", "year")
    )


def set_aside(
    reports: pl.DataFrame, chosen: pl.DataFrame, others: pl.DataFrame, nobody: pl.DataFrame, second: pl.DataFrame
) -> pl.DataFrame:
    """All that does not stand in the comparison as comparable, with the reason."""
    there = reports.select(THERE)
    values = [part.join(there, on="report_id", how="left") for part in (chosen.filter(pl.col("state") != "comparable"), others)]
    pieces = [framed(part, LEFT_OUT | {"reason": pl.UInt32}) for part in (*values, nobody, second)]
    names = {c: e.name_zh for c, e in codebook().items()}
    left = spelled(pl.concat(pieces).with_columns(marked=pl.lit(None, pl.List(pl.String))), "reason").with_columns(
        name_zh=pl.col("code").replace_strict(names, default=None, return_dtype=pl.String)
    )
    return framed(left, LEFT_OUT).sort("issuer", "year", "code", "report_id", "indicator_id", nulls_last=True)


def framed(frame: pl.DataFrame, schema: dict[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    """The columns of the schema, of its types; one that the frame does not have is null."""
    return frame.select(
        pl.col(name).cast(kind) if name in frame.columns else pl.lit(None, kind).alias(name) for name, kind in schema.items()
    )
