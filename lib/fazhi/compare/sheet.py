"""The places of a comparison's issuers, and their changes on the year before, for a terminal, a spreadsheet or a script."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from fazhi.compare.checks import Checked, flat
from fazhi.compare.comparison import Comparison
from fazhi.compare.relative import growth, rank

Row = dict[str, Any]
NOTHING = "没有相邻两年都可比的准确数。"


def places(c: Comparison, form: str = "table", *, lowest_first: bool = False) -> str:
    """The rows of `rank` as text: `table` (people), `csv` (safe in a spreadsheet) or `json`."""
    frame = rank(c, lowest_first=lowest_first)
    return _text(frame, c, form, list(_placed(frame, c)), rank=True, lowest_first=lowest_first)


def moves(c: Comparison, claims: Checked | None = None, years: Sequence[int] = (), form: str = "table") -> str:
    """The rows of `growth` as text, of `years` where some are given; the comparison must hold the years before, too."""
    frame = growth(c, claims)
    frame = frame.filter(pl.col("year").is_in(list(years))) if years else frame
    lines = [_moved(row) for row in frame.iter_rows(named=True)] or [NOTHING]
    return _text(frame, c, form, lines, change=True, years=tuple(years))


def _text(frame: pl.DataFrame, c: Comparison, form: str, lines: list[str], **more: Any) -> str:
    if form == "json":
        body = {"question": c.question | {k: v for k, v in more.items() if v}, "codes": c.codes, "years": c.years,
                "allow": c.allow, "notes": c.notes, "rows": frame.to_dicts()}  # fmt: skip
        return json.dumps(body, ensure_ascii=False, indent=1, default=str)
    if form == "csv":
        return flat(frame).write_csv()
    if form != "table":
        raise ValueError(f"no form {form!r}; it is table, csv or json")
    return "\n".join([*lines, "", repr(c), *c.notes, *filter(None, [c.overrides])])


def _placed(frame: pl.DataFrame, c: Comparison) -> Iterator[str]:
    """A line for each code and year, then one for each issuer: its place, `=` where it shares it, its name and value."""
    why = {(r["issuer"], r["code"], r["year"]): r["reason_zh"] for r in c.frame.iter_rows(named=True)}
    head = None
    for row in frame.iter_rows(named=True):
        if head != (head := (row["code"], row["year"])):
            yield f"{row['year']}\t{row['name_zh']}\t{row['issuers']} 个机关，可排 {row['ranked']} 个"
        place = "－" if row["rank"] is None else f"{row['rank']}{'=' if row['tied'] > 1 else ''}"
        told = row | {"reason_zh": why[row["issuer"], row["code"], row["year"]]}
        yield f"{place}\t{row['issuer']}\t{Comparison.cell(told)}"


def _moved(row: Row) -> str:
    """Who, when, what, the two levels, the change, in per cent, and what the report itself says of it."""
    percent = "" if row["percent"] is None else f"{row['percent']:+.1f}%"
    claim = "" if row["claimed"] is None else f"自称{row['claimed']:+g}{row['claimed_unit']}：{row['verdict_zh']}"
    levels = f"{row['before']:g} -> {row['value']:g}{row['unit'] or ''}"
    change = f"{row['change']:+g}{row['change_unit'] or ''}"
    return "\t".join((row["issuer"], str(row["year"]), row["name_zh"], levels, change, percent, claim))
