"""Reports check each other: what a report says of the year before, against what was said then.

`changes` recomputes every printed change on the year before (同比增长8%) from this year's figure and the one in last year's own
report of the same issuer. `restated` sets a figure of an earlier year that is quoted this year beside that year's own report.

How exact a number was printed decides: a count to the last one is exact, 31.4万 stands for all that rounds to it, and a change
may have been rounded or cut off to its last printed place. A bound, a part of a year or a missing figure cannot tell; nothing
is guessed, and a chance fit with a year further back is not looked for.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from fazhi.compare import guards
from fazhi.compare.checks import SMALL, Checked, answer, knowledge, spread, step, within
from fazhi.compare.guards import BOUNDS, codebook
from fazhi.compare.lookup import LEVELS_OF, Book, Panel, Row, group, place, together
from fazhi.compare.members import Tables
from fazhi.compare.question import Names, Question, Years

CHANGES: dict[str, Any] = {
    "issuer": pl.String, "year": pl.Int32, "code": pl.String, "name_zh": pl.String, "name_en": pl.String, "verdict": pl.String,
    "reason": pl.String, "claimed": pl.Float64, "claimed_unit": pl.String, "claimed_id": pl.Int32, "computed": pl.Float64,
    "computed_unit": pl.String, "now": pl.Float64, "now_high": pl.Float64, "now_unit": pl.String, "now_qualifier": pl.String,
    "now_id": pl.Int32, "before": pl.Float64, "before_high": pl.Float64, "before_unit": pl.String, "before_qualifier": pl.String,
    "before_id": pl.Int32, "before_report": pl.String, "before_issuer": pl.String,
    "lineage": pl.String, "quote": pl.String, "before_quote": pl.String, "direction": pl.String,
    "qualifier": pl.String, "level": pl.String, "issuer_kind": pl.String, "region": pl.String, "source": pl.String,
    "url": pl.String, "before_url": pl.String, "report_id": pl.String, "indicator_id": pl.Int32,
}  # fmt: skip
RESTATED: dict[str, Any] = {
    name: kind
    for name, kind in CHANGES.items()
    if not name.startswith(("claimed", "now")) and name not in ("direction", "computed_unit")
} | {"said": pl.Float64, "said_high": pl.Float64, "said_unit": pl.String, "said_qualifier": pl.String, "said_id": pl.Int32,
     "of_year": pl.Int32}  # fmt: skip


def changes(
    t: Tables,
    codes: Names = None,
    years: Years = None,
    regions: Names = None,
    level: Names = None,
    issuer_kind: Names = None,
    issuer: Names = None,
) -> Checked:
    """Every printed change on the year before, recomputed: a Checked with the columns of CHANGES.

    `claimed` is the change as printed and `computed` what the two reports give, both negative for a fall and in
    `claimed_unit`; `now` is this year's figure, `before` that of last year's own report, each with its unit, qualifier and
    indicator; `quote` and `before_quote` are the sentences. `verdict` is agrees, contradicts or cannot_tell. Where the region
    took another name, rank or prefecture in between, last year's report is that of `before_issuer`; `lineage` says what happened.
    Raises CompareError for a code, level, kind or issuer that does not exist, with the nearest names.
    """
    asked = Panel.of(t, codes, Question.of(years, regions, level, issuer_kind, issuer))
    of_these = (pl.col("kind") == "change") & pl.col("change_of").is_in(asked.codes)
    claims = asked.figures(of_these & ~pl.col("scope").is_in(["next", "previous"]))
    book = Book.of(t, asked, claims, "change_of")
    found = [change(row, book) for row in claims]
    others = figures_of(t, [row["before_report"] for row in found if row["verdict"] == "contradicts"])
    for row, claim in zip(found, claims, strict=True):
        if row["verdict"] == "contradicts":
            row["reason"] = explained(claim, row, book, others.get(row["before_report"], []))
    return answer("changes", found, CHANGES, asked.question)


def restated(
    t: Tables,
    codes: Names = None,
    years: Years = None,
    regions: Names = None,
    level: Names = None,
    issuer_kind: Names = None,
    issuer: Names = None,
) -> Checked:
    """Every figure of an earlier year that a report quotes, against that year's own report: a Checked with the columns of
    RESTATED.

    `said` is the figure as quoted, `of_year` the year that it is of, `before` what the report of that year said and `computed`
    the difference. `verdict` is agrees, restated or cannot_tell. Raises CompareError as `changes` does.
    """
    asked = Panel.of(t, codes, Question.of(years, regions, level, issuer_kind, issuer))
    carried = pl.col("quote").str.contains(knowledge().words["carried"].pattern)
    last = (pl.col("scope") == "previous") & ~carried
    quoted = asked.figures((pl.col("kind") != "change") & pl.col("code").is_in(asked.codes) & last)
    book = Book.of(t, asked, quoted, "code")
    return answer("restated", (requoted(row, book) for row in quoted), RESTATED, asked.question)


# --- a change


def change(row: Row, book: Book) -> Row:
    """One printed change with its verdict."""
    code, year = row["change_of"], row["year"]
    now = subject_of(row, book)
    last, lineage, same = book.before(row, year - 1)
    before, why = earlier(now, last, code, book)
    why = why if same else "region_changed"
    sign = {"up": 1.0, "down": -1.0}.get(row["direction"] or "", 0.0)
    reason = other_base(row) or (None if now else "no_now") or why
    if reason is None and row["qualifier"] in BOUNDS:
        reason = "bound"
    if reason is None and not sign:
        reason = "no_direction"
    found: tuple[float, float] | None = None
    verdict = "cannot_tell"
    if reason is None and now and before:
        readings = computed(row, now, before)
        if isinstance(readings, str):
            reason = readings
        else:
            size = step(row["value"], row["value_text"])
            fits = [within(turned(r, sign), row["value"], size) for r in readings]
            found = readings[fits.index(True) if any(fits) else 0]
            verdict = "agrees" if any(fits) else "contradicts"
            if row["unit"] == "倍" and not fits[0] and any(fits):
                verdict, reason = "cannot_tell", "times"
    entry = codebook()[code]
    return (
        told(row, last, before, lineage)
        | {
            "code": code,
            "name_zh": entry.name_zh,
            "name_en": entry.name_en,
            "verdict": verdict,
            "reason": reason,
            "claimed": row["value"] * (sign or 1.0),
            "claimed_unit": row["unit"],
            "claimed_id": row["indicator_id"],
            "computed": (found[0] + found[1]) / 2 if found else None,
            "computed_unit": row["unit"] if found else None,
            "quote": sentence(row, now, book),
            "direction": row["direction"],
        }
        | level_of("now", now)
    )


def told(row: Row, last: Row | None, before: Row | None, lineage: str) -> Row:
    """What both checks say of the two reports, of the region in between and of the figure of the year before."""
    shared = ("issuer", "year", "qualifier", "level", "issuer_kind", "region", "source", "url", "report_id", "indicator_id")
    names = {"before_report": "report_id", "before_issuer": "issuer", "before_url": "url"}
    there = {name: last[column] for name, column in names.items()} if last else {}
    there["lineage"] = lineage or None
    quote = before["quote"] if before else None
    return {k: row[k] for k in shared} | there | level_of("before", before) | {"before_quote": quote}


def level_of(name: str, row: Row | None) -> Row:
    """A figure's value, high, unit, qualifier and number as columns of that name."""
    if row is None:
        return {}
    parts = {f"{name}_high": "high", f"{name}_unit": "unit", f"{name}_qualifier": "qualifier", f"{name}_id": "indicator_id"}
    return {name: row["value"]} | {column: row[part] for column, part in parts.items()}


def subject_of(row: Row, book: Book) -> Row | None:
    """The figure that a change is of: the nearest of its code before it in the sentence, else after it, else the report's own."""
    text = book.texts.get(row["report_id"]) or ""
    mine = book.held.get((row["report_id"], row["change_of"]), [])
    before = [v for v in mine if v["end"] <= row["start"] and together(text, v["end"], row["start"])]
    if before:
        return max(before, key=lambda v: v["end"])
    after = [v for v in mine if v["start"] >= row["end"] and together(text, row["end"], v["start"])]
    if after:
        return min(after, key=lambda v: v["start"])
    return book.chosen.get((row["report_id"], row["change_of"]))


def sentence(row: Row, now: Row | None, book: Book) -> str:
    """The words from the figure's clause to the change's, as they stand; else both clauses."""
    if now is None or now["quote"] == row["quote"]:
        return str(row["quote"])
    text, pair = book.texts.get(row["report_id"]) or "", sorted((now, row), key=lambda v: v["start"])
    begin, finish = (place(text, v) for v in pair)
    if together(text, pair[0]["end"], pair[1]["start"]) and finish[1] - begin[0] < 200:
        return text[begin[0] : max(begin[1], finish[1])]
    return f"{pair[0]['quote']}……{pair[1]['quote']}"


def other_base(row: Row) -> str | None:
    """`other_base` for a change whose words name another base than the year before."""
    words = knowledge().words
    named = words["base_year"].search(row["quote"])
    if (named and int(named[1]) != row["year"] - 1) or words["other_base"].search(row["quote"]) or row["scope"] == "cumulative":
        return "other_base"
    return None


def earlier(now: Row | None, last: Row | None, code: str, book: Book) -> tuple[Row | None, str | None]:
    """The figure of the report `last` that is like `now`, and why it cannot be set beside it (None: it can)."""
    if last is None:
        return None, "no_report"
    values = book.held.get((last["report_id"], code), [])
    chosen = book.chosen.get((last["report_id"], code))
    if not values or chosen is None:
        return None, "not_stated"
    if now is None:
        return chosen, "no_now"
    if is_part(now):
        same = [v for v in values if is_part(v) and v["subject"] == now["subject"]]
        return (same[0], unlike(now, same[0])) if len(same) == 1 else (chosen, "part")
    if chosen["reason"] & guards.bits()["several_values"]:
        best = [v for v in values if v["rank"] == chosen["rank"] and v["subject"] == now["subject"]]
        if len({v["value"] for v in best}) != 1:
            return chosen, unlike(now, chosen) or "several_values"
        chosen = best[0]
    if unlike(now, chosen):
        # the panel preferred another unit, extent or part of the year than this issuer's figure has
        chosen = next((v for v in values if not is_part(v) and unlike(now, v) is None), chosen)
    return chosen, unlike(now, chosen)


def is_part(row: Row) -> bool:
    """Whether a figure is printed as part of another, and has no parts itself."""
    return row["part_of"] is not None and not row.get("total")


def unlike(now: Row, before: Row) -> str | None:
    """Why two figures cannot be set beside each other; None when they can."""
    if "partial" in (now["scope"], before["scope"]):
        if not same_months(now, before):
            return "partial"
    elif "cumulative" in (now["scope"], before["scope"]):
        return "cumulative"
    if now["qualifier"] in BOUNDS or before["qualifier"] in BOUNDS:
        return "bound"
    if group(now["unit"]) != group(before["unit"]):
        return "unit"
    if None not in (extents := (now.get("extent"), before.get("extent"))) and extents[0] != extents[1]:
        return "extent"
    unfit = guards.bits()["unfit"]
    return "unfit" if now.get("found", 0) & unfit or before.get("found", 0) & unfit else None


def same_months(now: Row, before: Row) -> bool:
    """Whether two parts of a year are the same part of theirs."""
    days = [[v[k] and (v[k].month, v[k].day) for k in ("period_start", "period_end")] for v in (now, before)]
    return now["scope"] == before["scope"] and None not in days[0] and days[0] == days[1]


def turned(found: tuple[float, float], sign: float) -> tuple[float, float]:
    """An interval as seen by one who claims a rise (1) or a fall (-1)."""
    return found if sign >= 0 else (-found[1], -found[0])


def computed(row: Row, now: Row, before: Row) -> list[tuple[float, float]] | str:
    """The change between two levels in the unit of the claim, as an interval, by each way that the claim can be read; or the
    reason that there is none."""
    (a, b), (c, d) = (spread(v["value"], v["value_text"], v["kind"]) for v in (now, before))
    unit, difference = row["unit"] or "", (a - d, b - c)
    if unit in ("个百分点", "百分点"):
        return [difference] if now["unit"] == "%" else "unit"
    if unit in ("%", "倍"):
        if c <= 0:
            return "zero"
        per = 100.0 if unit == "%" else 1.0
        rate = (per * (a / d - 1), per * (b / c - 1))
        if unit == "倍":
            times = (a / d, b / c)
            return [times] if knowledge().words["ratio"].search(row["quote"]) else [rate, times]
        # a rate that rose by 3% may mean 3 points as well
        return [rate, difference] if now["unit"] == "%" else [rate]
    return [difference] if group(unit) == group(now["unit"]) else "unit"


def figures_of(t: Tables, reports: list[str]) -> dict[str, list[Row]]:
    """The exact figures of the year in these reports, by report."""
    year = (pl.col("status") == "actual") & (pl.col("scope") == "year") & (pl.col("qualifier") == "exact")
    coded = year & pl.col("code").is_not_null() & pl.col("report_id").is_in(list(set(reports)))
    held: dict[str, list[Row]] = {}
    for row in t.indicators.filter(coded).select(LEVELS_OF).collect().iter_rows(named=True):
        held.setdefault(row["report_id"], []).append(row)
    return held


def explained(claim: Row, row: Row, book: Book, others: list[Row]) -> str | None:
    """What explains a contradiction, where something does: `others` are the figures of last year's report."""
    now, before = subject_of(claim, book), row["before_id"]
    assert now is not None  # else nothing was contradicted
    sign = -1.0 if claim["direction"] == "down" else 1.0
    size = step(claim["value"], claim["value_text"])

    def fits(other: Row) -> bool:
        readings = computed(claim, now, other)
        return not isinstance(readings, str) and any(within(turned(r, sign), claim["value"], size) for r in readings)

    if any(fits(v) for v in book.quoted.get((claim["report_id"], claim["change_of"]), [])):
        return "fits_restated"
    mine = codebook()[claim["change_of"]].dimension
    near = [v for v in others if v["code"] != claim["change_of"] and codebook()[v["code"]].dimension == mine]
    if any(fits(v) for v in near if group(v["unit"]) == group(now["unit"])):
        return "other_code"
    if row["computed"] * sign < 0:
        return "opposite"
    said = next((v["subject"] for v in others if v["indicator_id"] == before), "")
    return "subject" if said and now["subject"] and said not in now["subject"] and now["subject"] not in said else None


# --- a figure quoted a second time


def requoted(row: Row, book: Book) -> Row:
    """One figure of an earlier year as this report quotes it, with its verdict."""
    year = row["period_end"].year if row["period_end"] and row["period_end"].year < row["year"] else row["year"] - 1
    last, lineage, same = book.before(row, year)
    like = row | {"scope": "year", "extent": None}
    before, reason = earlier(like, last, row["code"], book)
    reason = reason if same else "region_changed"
    verdict, difference = "cannot_tell", None
    if reason is None and before:
        difference = row["value"] - before["value"]
        (a, b), (c, d) = (spread(v["value"], v["value_text"], v["kind"]) for v in (row, before))
        verdict = "agrees" if a <= d + SMALL and c <= b + SMALL else "restated"
    entry = codebook()[row["code"]]
    return (
        told(row, last, before, lineage)
        | {
            "code": row["code"],
            "name_zh": entry.name_zh,
            "name_en": entry.name_en,
            "verdict": verdict,
            "reason": reason,
            "computed": difference,
            "quote": row["quote"],
            "of_year": year,
        }
        | level_of("said", row)
    )
