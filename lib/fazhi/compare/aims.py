"""Promises with a figure: the targets of plans, and which figure of the next report answers each.

A figure is answered by one of the same code, or, where one of the two has none, by one of the same words, unit and kind; a
promised change by a printed change, or else by the levels of both years.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from fazhi.compare import guards
from fazhi.compare.guards import codebook
from fazhi.compare.members import Tables
from fazhi.compare.pledge import alike, around, grams, judge, knowledge, other_rates, others

FIGURE = [
    "report_id", "indicator_id", "measure_id", "code", "subject", "value", "high", "unit", "qualifier", "kind", "direction",
    "change_of", "scope", "part_of", "quote", "quote_start", "start", "end",
]
SCOPES = ("year", "stock", "partial", "cumulative")  # of an answer, the best first
PIECE = re.compile(r"[，,、：:]")
Row = dict[str, Any]


def figures_of(t: Tables, reports: Sequence[str], status: str, scopes: Sequence[str]) -> pl.DataFrame:
    """Figures of reports with the measure that they stand in (`whole`, `whole_start`), their `group` of units and `extent`."""
    rows = t.indicators.filter(
        pl.col("report_id").is_in(list(reports)), pl.col("status") == status, pl.col("scope").is_in(list(scopes))
    ).select(FIGURE)
    whole = t.measures.select("report_id", "measure_id", "dimension", planned=pl.col("status") == "planned", whole="text",
                              whole_start="start")
    return (
        rows.join(whole, on=["report_id", "measure_id"], how="left")
        .with_columns(group=guards.unit_group("unit"), extent=guards.extent("quote"),
                      code=pl.when(pl.col("kind") == "change").then("change_of").otherwise("code"))
        .collect()
        .sort("report_id", "indicator_id")
    )


def targets(t: Tables, reports: pl.DataFrame) -> list[Row]:
    """The figures that the reports' plans aim at, as rows; a number that is only a way of speaking (围绕三个重点) is none."""
    words, found = knowledge().words, []
    years = dict(reports.select("report_id", "year").iter_rows())
    for row in figures_of(t, reports["report_id"].to_list(), "target", ["next"]).filter("planned").iter_rows(named=True):
        row = sentence_of(row)
        before = row["quote"][: row["start"] - row["quote_start"]]
        if words["background"].search(before.replace(",", "，").rpartition("，")[2]) and row["kind"] == "count":
            continue
        book = codebook().get(row["code"] or "")
        row |= {"form": "figure", "ceiling": bool(words["ceiling"].search(row["words"]))}
        row["dimension"] = book.dimension if book else row["dimension"] or "other"
        by = words["target_year"].search(before)
        if by and int(by[1]) > years[row["report_id"]] + 1:
            row["due"] = int(by[1])
        found.append(row)
    return found


def sentence_of(row: Row) -> Row:
    """A figure with the sentence or item around it as `quote`, and as `words` the piece that is the figure's alone."""
    first, last = row["start"] - row["quote_start"], row["end"] - row["quote_start"]
    before, after = PIECE.split(row["quote"][:first])[-1], PIECE.split(row["quote"][last:])[0]
    row["words"] = before + row["quote"][first:last] + after
    whole, base = row["whole"], row["whole_start"]
    if whole and base is not None and base <= row["start"] and row["end"] <= base + len(whole):
        first, last = around(whole, row["start"] - base, row["end"] - base)
        row["quote"], row["quote_start"] = whole[first:last], base + first
    return row


def wanted(figures: pl.DataFrame, rows: list[Row]) -> pl.DataFrame:
    """Those of the figures that could answer one of the promises at all: of its report, with its code or its unit."""
    schema = {"report_id": pl.String, "group": pl.String, "code": pl.String}
    asked_of = [(row[place], row["group"], row["code"]) for row in rows if row["form"] == "figure" for place in ends(row)]
    asks = pl.DataFrame(asked_of, schema=schema, orient="row").unique()
    coded = figures.join(asks.drop_nulls("code"), on=["report_id", "code"], how="semi").select("report_id", "indicator_id")
    like = figures.filter(pl.col("code").is_null()).join(asks, on=["report_id", "group"], how="semi")
    bare = figures.join(asks.filter(pl.col("code").is_null()), on=["report_id", "group"], how="semi")
    keys = pl.concat([coded, *(part.select("report_id", "indicator_id") for part in (like, bare))])
    return figures.join(keys, on=["report_id", "indicator_id"], how="semi", maintain_order="left")


def ends(row: Row) -> list[str]:
    """The columns that name the reports to look in: for a promised change that of the year before too."""
    return ["found_report", "report_id"] if row["kind"] == "change" else ["found_report"]


def moved(target: Row, before: Iterable[Row], after: Iterable[Row]) -> Row:
    """The answer to a promised change by the levels of both years, where both are exact and of the same code; {} otherwise."""
    point = target["unit"] == "个百分点"
    ends = []
    for year in (before, after):
        fit = [r for r in year if r["code"] == target["code"] is not None and r["kind"] != "change" and r["part_of"] is None]
        fit = [r for r in fit if r["qualifier"] == "exact" and r["scope"] in ("year", "stock")]
        ends.append(fit if len({r["value"] for r in fit}) == 1 else [])
    if not ends[0] or not ends[1] or not target["direction"] or (ends[0][0]["value"] == 0 and not point):
        return {}
    one, two = ends[0][0], ends[1][0]
    if one["group"] != two["group"] or (one["extent"] or two["extent"]) != (two["extent"] or one["extent"]):
        return {}
    change = two["value"] - one["value"] if point else (two["value"] / one["value"] - 1) * 100
    reached = round(change if target["direction"] == "up" else -change, 6)
    good = reached >= target["value"]
    found = sentence_of(dict(two))
    return told_by_figure(found, 1.0) | {
        "verdict": "kept" if good else "missed", "reason": "changed_enough" if good else "changed_less"
    }


def match(target: Row, candidates: Iterable[Row]) -> Row:
    """The best answer among a report's figures, with its verdict; not mentioned when there is none."""
    least, best = knowledge().alike, None
    # a subject such as 2021年 says nothing: then the clause does, or the sentence
    about = next((text for text in (target["subject"], target["words"]) if grams(text)), target["quote"])
    for raw in candidates:
        if raw["group"] != target["group"] or (raw["kind"] == "change") != (target["kind"] == "change"):
            continue
        same = target["code"] is not None and raw["code"] == target["code"]
        if not same and target["code"] is not None and raw["code"] is not None:
            continue
        found = sentence_of(dict(raw))
        if others(target["quote"], found["quote"]):
            continue
        score = max(alike(about, found["quote"]), alike(target["words"], found["quote"]))
        if not same:
            counted = max(alike(about, found["subject"]), alike(found["subject"], about))
            if score < least["figure"] or counted < least["counted"] or other_rates(about, found["subject"]):
                continue
        rank = (same, score >= least["code"], found["part_of"] is None, round(score, 1), -SCOPES.index(found["scope"]))
        if best is None or rank > best[0]:
            best = (rank, score, found)
    if best is None:
        return {"verdict": "not_mentioned", "reason": "silent"}
    _, score, found = best
    verdict, reason = judge(target, found) if score >= least["code"] else ("cannot_tell", "subject")
    return told_by_figure(found, score) | {"verdict": verdict, "reason": reason}


def told_by_figure(found: Row, score: float) -> Row:
    """What a row says of the figure that answers it."""
    return {
        "score": score, "found": found["value"], "found_high": found["high"], "found_unit": found["unit"],
        "found_qualifier": found["qualifier"], "found_scope": found["scope"], "found_id": found["indicator_id"],
        "found_quote": found["quote"], "found_start": found["start"], "found_end": found["end"],
    }
