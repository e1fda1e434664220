"""A series over the years: where it is interrupted, and by what.

A year without a figure, a figure that is not comparable, another unit or extent than before, an authority whose level or kind
changed, and a region that was renamed, divided, merged or upgraded (knowledge/regions.tsv) all break it. Nothing is joined over.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import polars as pl

from fazhi.compare.checks import knowledge
from fazhi.compare.comparison import Comparison
from fazhi.compare.guards import rules
from fazhi.compare.language import put
from fazhi.knowledge import regions

BREAKS: dict[str, Any] = {
    "issuer": pl.String, "code": pl.String, "name_zh": pl.String, "year": pl.Int32, "until": pl.Int32, "span": pl.String,
    "kind": pl.String, "kind_zh": pl.String, "kind_en": pl.String, "reason_zh": pl.String, "quote": pl.String,
    "report_id": pl.String, "indicator_id": pl.Int32,
}  # fmt: skip
Row = dict[str, Any]


def breaks(c: Comparison) -> pl.DataFrame:
    """What interrupts each series of a comparison, with the columns of BREAKS, in order of codes, issuers and years.

    A gap of several years is one row from `year` to `until`, in words in `span`. Years before an issuer's first
    figure of a code and after its last are no gaps of that series; an issuer without any figure has no series.
    """
    rows: list[Row] = []
    columns = ["issuer", "code", "name_zh", "year", "state", "reason_zh", "value", "unit", "extent", "level", "issuer_kind",
               "region_code", "quote", "report_id", "indicator_id"]  # fmt: skip
    told = c.frame.filter(pl.col("value").is_not_null().any().over("issuer", "code")).select(columns)
    for _, series in groupby(told.iter_rows(named=True), key=lambda row: (row["code"], row["issuer"])):
        rows += broken(list(series))
    frame = pl.DataFrame(rows, schema={name: kind for name, kind in BREAKS.items() if not name.startswith("kind_")}, orient="row")
    words = {language: {name: getattr(said, language) for name, said in knowledge().breaks.items()} for language in ("zh", "en")}
    return frame.with_columns(
        pl.col("kind").replace_strict(names, default=None, return_dtype=pl.String).alias(f"kind_{language}")
        for language, names in words.items()
    ).select(list(BREAKS))


def broken(series: list[Row]) -> Iterator[Row]:
    """The breaks of one issuer's series of one code, year by year."""
    series = sorted(series, key=lambda row: row["year"])
    stated = [place for place, row in enumerate(series) if row["value"] is not None]
    series = series[stated[0] : stated[-1] + 1]
    states = {name: words.zh for name, words in rules().states.items()}
    before: Row | None = None
    for state, run in groupby(series, key=lambda row: row["state"] if row["value"] is None else None):
        rows = list(run)
        if state is not None:
            yield of(rows[0], "gap", states[state], rows[-1]["year"])
            continue
        for row in rows:
            if before is not None:
                yield from changed(before, row)
            if row["state"] != "comparable":
                yield of(row, "not_comparable", row["reason_zh"])
            before = row


def changed(before: Row, row: Row) -> Iterator[Row]:
    """What differs between two stated figures of one series that stand next to each other."""
    units = [rules().units.get(v["unit"] or "", v["unit"]) for v in (before, row)]
    if units[0] != units[1]:
        yield of(
            row,
            "unit",
            put(
                "{before}年以{was}计，{year}年以{now}计",
                before=before["year"],
                was=before["unit"] or "个",
                year=row["year"],
                now=row["unit"] or "个",
            ),
        )
    # a clause that says nothing of its extent is not taken for either
    if None not in (before["extent"], row["extent"]) and before["extent"] != row["extent"]:
        names = {"own": "本级", "whole": "全域"}
        yield of(
            row,
            "extent",
            put(
                "{before}年为{was}数，{year}年为{now}数",
                before=before["year"],
                was=names[before["extent"]],
                year=row["year"],
                now=names[row["extent"]],
            ),
        )
    if (before["level"], before["issuer_kind"]) != (row["level"], row["issuer_kind"]):
        levels, kinds = rules().labels["level"], rules().labels["issuer_kind"]
        was, now = (
            put("{level}{kind}", level=levels.get(v["level"] or "", ""), kind=kinds.get(v["issuer_kind"] or "", ""))
            for v in (before, row)
        )
        yield of(row, "standing", put("由{was}变为{now}", was=was, now=now))
    if told := region(before, row):
        yield of(row, "region", told)


def region(before: Row, row: Row) -> str:
    """What became of the region between two years, in words; empty where nothing is known of a change."""
    codes = [v["region_code"] for v in (before, row)]
    if None in codes:
        return ""
    was, now = (regions.by_code(code, v["year"]) for code, v in zip(codes, (before, row), strict=True))
    if was is None or now is None:
        return ""
    if (was.code, was.name) != (now.code, now.name):
        return put(
            "{name}（{code}）改为{later}（{later_code}）", name=was.name, code=was.code, later=now.name, later_code=now.code
        )
    if now.valid_from is not None and before["year"] < now.valid_from <= row["year"]:
        return put("{name}自{year}年起为现在的区划", name=now.name, year=now.valid_from)
    return ""


def of(row: Row, kind: str, reason: str | None, until: int | None = None) -> Row:
    """A row of the answer."""
    shared = ("issuer", "code", "name_zh", "year", "quote", "report_id", "indicator_id")
    last = until or row["year"]
    span = str(last) if last == row["year"] else f"{row['year']}–{last}"
    return {k: row[k] for k in shared} | {"kind": kind, "reason_zh": reason, "until": last, "span": span}


def unbroken(c: Comparison, found: pl.DataFrame) -> str:
    """How many series there are, how many run through, and what breaks the others most, in one Chinese sentence."""
    stated = c.frame.filter(pl.col("value").is_not_null())
    told = stated.group_by("issuer", "code").agg(pl.len().alias("n")).filter(pl.col("n") > 1)
    if told.is_empty():
        return put("没有一个机关有两年以上的数，看不出年度变化。")
    cut = told.join(found.select("issuer", "code").unique(), on=["issuer", "code"], how="semi")
    counts = found.join(told, on=["issuer", "code"], how="semi")["kind_zh"].value_counts(name="n")
    why = put("、").join(
        put("{why}（{n}处）", why=zh, n=n) for zh, n in counts.sort(["n", "kind_zh"], descending=[True, False]).iter_rows()
    )
    whole = put("有两年以上数的序列{n}条，其中{whole}条没有中断", n=told.height, whole=told.height - cut.height)
    return put("{whole}；中断的原因：{why}。", whole=whole, why=why) if why else put("{whole}。", whole=whole)
