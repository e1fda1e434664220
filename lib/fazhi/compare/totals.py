"""A report checks itself: the parts that it prints against their total.

Three ways of printing are known: parts under a total (其中一审24件、二审6件; the tables' `part_of`), a total that closes a list
(建议72件、提案85件，共计157件), and parts that divide what was just counted (办结的530件中，维持298件，驳回64件).

Parts that sum to their total say so. Parts that do not are wrong only where they claim to be all of it: a closing total, a part
named 其余 or 其他, or codes that are by definition the sum of others (checks.toml); else they are some of the parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import polars as pl

from fazhi.compare.checks import SMALL, Checked, answer, knowledge, spread
from fazhi.compare.claims import level_of
from fazhi.compare.guards import BOUNDS, codebook
from fazhi.compare.lookup import LEVELS_OF, Panel, Row, group, place, together
from fazhi.compare.members import Tables
from fazhi.compare.question import Names, Question, Years

TOTALS: dict[str, Any] = {
    "issuer": pl.String, "year": pl.Int32, "code": pl.String, "name_zh": pl.String, "name_en": pl.String, "verdict": pl.String,
    "reason": pl.String, "total": pl.Float64, "total_high": pl.Float64, "total_unit": pl.String, "total_qualifier": pl.String,
    "total_id": pl.Int32, "sum": pl.Float64, "difference": pl.Float64, "parts": pl.List(pl.Float64),
    "part_ids": pl.List(pl.Int32),
    "quote": pl.String, "subject": pl.String, "level": pl.String, "issuer_kind": pl.String, "region": pl.String,
    "source": pl.String, "url": pl.String, "report_id": pl.String, "indicator_id": pl.Int32,
}  # fmt: skip


MARK = "共|[合总]计|总[数量]|中[，,：:]?$"  # what the clause of a total may hold: a quick look before the patterns of checks.toml


def totals(
    t: Tables,
    codes: Names = None,
    years: Years = None,
    regions: Names = None,
    level: Names = None,
    issuer_kind: Names = None,
    issuer: Names = None,
) -> Checked:
    """Every total that is printed with parts: a Checked with the columns of TOTALS.

    `parts` are the values under the `total`, `sum` what they come to, `difference` the total less the sum; `quote` is the
    passage. `verdict` is sums, differs, part or cannot_tell. With `codes`, only totals of these; without, those of no code too.
    Raises CompareError for a code, level, kind or issuer that does not exist, with the nearest names.
    """
    asked = Panel.of(t, codes, Question.of(years, regions, level, issuer_kind, issuer))
    found = [row for report, figures in by_report(t, asked) for row in checked(report, figures)]
    if asked.question.get("codes"):
        found = [row for row in found if row["code"] in asked.codes]
    return answer("totals", found, TOTALS, asked.question)


def by_report(t: Tables, asked: Panel) -> Iterator[tuple[Row, list[Row]]]:
    """Each report that may hold a total, with its text, and its figures in reading order."""
    ids = asked.asked.select("report_id")
    hopeful = (
        t.indicators.filter(pl.col("part_of").is_not_null() | pl.col("quote").str.contains(MARK)).select("report_id").unique()
    )
    hopeful = hopeful.join(ids.lazy(), on="report_id", how="semi")
    reports = asked.asked.lazy().join(hopeful, on="report_id", how="semi")
    texts = t.reports.select("report_id", "text")
    level = (pl.col("kind") != "change") & (pl.col("kind") != "rate") & (pl.col("status") == "actual")
    rows = t.indicators.filter(level).select(LEVELS_OF).join(hopeful, on="report_id", how="semi").collect()
    ordered = rows.sort("report_id", "start", "indicator_id").iter_rows(named=True)
    held = {key: list(run) for key, run in groupby(ordered, key=lambda row: str(row["report_id"]))}
    for report in reports.join(texts, on="report_id", how="inner").collect().iter_rows(named=True):
        yield report, held.get(report["report_id"], [])


def checked(report: Row, figures: list[Row]) -> Iterator[Row]:
    """The totals of one report with their verdicts."""
    text, known = report["text"] or "", {row["indicator_id"]: row for row in figures}
    under: dict[int, list[Row]] = {}
    for row in figures:
        if row["part_of"] in known:
            under.setdefault(row["part_of"], []).append(row)
    for number, total in enumerate(figures):
        parts, all_of_it = under.get(total["indicator_id"], []), False
        if not parts and not re.search(MARK, total["quote"]):
            continue
        if not parts and total["part_of"] is None:
            parts, all_of_it = closed(text, figures, number), True
        if not parts:
            parts, all_of_it = divided(text, figures, number), False
        parts = [part for part in parts if group(part["unit"]) == group(total["unit"])]
        if reach(parts)[0] > reach([total])[1] + SMALL:
            # what follows the parts in the sentence may have been taken for one more: 一审9件、二审4件，败诉1件
            parts = next((parts[:size] for size in range(len(parts) - 1, 1, -1) if fits(total, parts[:size])), parts)
        if parts:
            yield verdict(report, text, total, parts, all_of_it)


def before(text: str, row: Row) -> str:
    """The words of the clause that stand before a figure's number."""
    start, _ = place(text, row)
    return str(text[start : row["start"]])


def closed(text: str, figures: list[Row], number: int) -> list[Row]:
    """The figures that a total closes: those of its unit before it in the sentence, where its words say that it is one."""
    total = figures[number]
    if not knowledge().words["total"].search(before(text, total)):
        return []
    run: list[Row] = []
    for row in reversed(figures[:number]):
        nearest = run[-1] if run else total
        if row["unit"] != total["unit"] or row["part_of"] is not None or not together(text, row["end"], nearest["start"]):
            break
        if knowledge().words["total"].search(before(text, row)):
            break  # another total ends its own list
        run.append(row)
    run.reverse()
    # the list may begin later than the sentence: two figures at least, all of them unless fewer fit
    for first in range(len(run) - 1):
        if fits(total, run[first:]):
            return run[first:]
    return run if len(run) > 1 else []


def divided(text: str, figures: list[Row], number: int) -> list[Row]:
    """The figures after `N件中，` that come to the total; only a sum is taken for its parts, as nothing else says so."""
    total = figures[number]
    _, end = place(text, total)
    if not knowledge().words["among"].search(text[total["end"] : end]):
        return []
    run: list[Row] = []
    for row in figures[number + 1 :]:
        last = run[-1] if run else total
        if row["unit"] != total["unit"] or not together(text, last["end"], row["start"]):
            break
        run.append(row)
        if len(run) > 1 and fits(total, run):
            return run
    return []


def reach(rows: list[Row]) -> tuple[float, float]:
    """What the rows sum to, as an interval by how exact they were printed."""
    ends = [spread(row["value"], row["value_text"], row["kind"]) for row in rows]
    return sum(low for low, _ in ends), sum(high for _, high in ends)


def fits(total: Row, parts: list[Row]) -> bool:
    """Whether the parts come to the total."""
    (a, b), (c, d) = reach([total]), reach(parts)
    return a <= d + SMALL and c <= b + SMALL


def verdict(report: Row, text: str, total: Row, parts: list[Row], all_of_it: bool) -> Row:
    """One total with its parts, and what they say of each other."""
    rows = sorted([total, *parts], key=lambda row: row["start"])
    begin, finish = place(text, rows[0])[0], max(place(text, row)[1] for row in rows)
    passage = text[begin:finish] if finish - begin < 400 else "……".join(dict.fromkeys(row["quote"] for row in rows))
    whole = knowledge().wholes.get(total["code"] or "")
    claims = all_of_it or (whole is not None and set(whole) <= {part["code"] for part in parts})
    claims = claims or any(knowledge().words["rest"].search(before(text, part)) for part in parts)
    bound = any(row["qualifier"] in BOUNDS for row in rows)
    summed = sum(part["value"] for part in parts)
    result, reason = "part", None
    if bound:
        result, reason = ("cannot_tell", "bound") if claims or len(parts) > 1 else ("part", None)
    elif len(parts) > 1 and fits(total, parts):
        result = "sums"
    elif claims and len(parts) > 1:
        result = "differs"
    elif max(reach([part])[0] for part in parts) > reach([total])[1] + SMALL:
        result, reason = "differs", "exceeds"
    elif reach(parts)[0] > reach([total])[1] + SMALL:
        result, reason = "cannot_tell", "overlap"
    entry = codebook().get(total["code"] or "")
    shared = ("issuer", "year", "level", "issuer_kind", "region", "source", "url", "report_id")
    return (
        {k: report[k] for k in shared}
        | {
            "code": total["code"],
            "name_zh": entry.name_zh if entry else total["subject"],
            "name_en": entry.name_en if entry else None,
            "verdict": result,
            "reason": reason,
            "sum": summed,
            "difference": total["value"] - summed,
            "parts": [part["value"] for part in parts],
            "part_ids": [part["indicator_id"] for part in parts],
            "quote": passage,
            "subject": total["subject"],
            "indicator_id": total["indicator_id"],
        }
        | level_of("total", total)
    )
