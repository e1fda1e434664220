"""From one source's bytes to its rows in every table: reading and extracting, whatever may go wrong on the way.

`rows` gives plain values (they are cached as JSON and cross processes), `frames` makes polars frames of many sources' rows.
"""
from __future__ import annotations

import hashlib
import re
import sys
import traceback
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from fazhi.contract import TABLES
from fazhi.extract import extract
from fazhi.extract.findings import comparable
from fazhi.extract.rows import Measure, Reading, Section
from fazhi.read import Page, Unreadable, read

Row = list[Any]
Rows = dict[str, list[Row]]  # by table; each row in the order of the table's columns
UNKNOWN = "application/octet-stream"
_DIGITS = re.compile("[0-9０-９]+")


def rows(data: bytes, source: str, overrides: Mapping[str, str] | None = None) -> Rows:
    """The rows of one source: always one of `sources`, and those of its report when it holds one. Never raises.

    `source` is its path below the raw folder, `overrides` its line of sources.csv.
    """
    given = dict(overrides or {})
    file = [source, hashlib.sha256(data).hexdigest(), len(data)]
    told = _told(given)
    page: Page | None = None
    try:
        page = read(data, Path(source).name)
        reading = extract(page, Path(source).name, given)
        if reading.not_a_report:
            return {"sources": [[*file, page.media_type, page.encoding, "not_a_report", reading.not_a_report, None, *told]]}
        report_id = identifier(reading.text)
        found = report(reading, report_id, source, page, given)
    except Unreadable as fault:
        return {"sources": [[*file, fault.media_type, None, "unreadable", str(fault), None, *told]]}
    except Exception as fault:  # a fault of ours must not stop the other sources; it is recorded with its type and place
        kind = (page.media_type, page.encoding) if page else (UNKNOWN, None)
        return {"sources": [[*file, *kind, "unreadable", _place(fault), None, *told]]}
    found["sources"] = [[*file, page.media_type, page.encoding, "report", None, report_id, *told]]
    return found


def identifier(text: str) -> str:
    """The report_id of a clean text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def unreadable(source: str, sha256: str, size: int, given: Mapping[str, str], reason: str) -> Rows:
    """The row of a source whose bytes could not be had."""
    return {"sources": [[source, sha256, size, UNKNOWN, None, "unreadable", reason, None, *_told(given)]]}


def _place(fault: Exception) -> str:
    """An unexpected exception in one sentence: its type and the line of the library where it rose."""
    frames = traceback.extract_tb(fault.__traceback__)
    inner = next((f for f in reversed(frames) if f"{Path(__file__).parent}" in f.filename), frames[-1])
    where = f"{Path(inner.filename).name}:{inner.lineno}"
    return f"程序处理时出错（{type(fault).__name__}，{where}：{str(fault)[:120]}），这是程序的缺陷，请连同文件报告"


def _told(given: Mapping[str, str]) -> Row:
    """What sources.csv says of a source, in the order of the table's last columns."""
    year = int(given["year"]) if "year" in given else None
    return [given.get("url"), given.get("publisher"), given.get("accessed_on"), given.get("issuer"), year]


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def report(reading: Reading, report_id: str, source: str, page: Page, given: Mapping[str, str]) -> Rows:
    """A reading's rows in every table but `sources`."""
    text, who = reading.text, reading.identity
    section_at = _inner(reading.sections)
    measure_at = _nearest(reading.measures)
    found: Rows = {}
    found["reports"] = [[
        report_id, source, given.get("url") or page.url, who.title, who.issuer, who.issuer_kind, who.region_code, who.province,
        who.prefecture, who.county, who.zone, who.level, who.year, _day(who.published_on), _day(who.signed_on),
        given.get("origin", "published"), text, given.get("publisher") or page.publisher, page.site]]
    found["sections"] = [
        [report_id, s.section_id, s.parent_id, s.level, s.label, s.heading, s.kind, s.dimension, s.start, s.end, s.body]
        for s in reading.sections]
    found["measures"] = [
        [report_id, m.measure_id, m.section_id, text[m.start:m.end], m.start, m.end, m.status, m.dimension, list(m.keywords)]
        for m in reading.measures]
    found["indicators"] = [
        [report_id, number, measure_at(q.start), section_at(q.start), q.code, q.subject, float(q.value), q.high, q.unit,
         q.qualifier, q.kind, q.direction, q.change_of, q.status, q.scope, _day(q.period_start), _day(q.period_end), q.part_of,
         text[q.start:q.end], text[q.quote_start:q.quote_end], q.start, q.end, comparable(q), list(q.caveats), q.quote_start,
         q.confidence, q.rule, False]
        for number, q in enumerate(reading.quantities)]
    found["instruments"] = [[report_id, i.title, i.first_start, i.mentions] for i in reading.instruments]
    found["findings"] = [[report_id, f.rule, f.severity, f.message, f.start, f.end] for f in reading.findings]
    ruled = {r.start: r for r in reading.ruled_out}.values()
    found["ruled_out"] = [[report_id, r.reason, text[r.start:r.end], r.start, r.end] for r in ruled]
    covered = sorted([(q.start, q.end) for q in reading.quantities] + [(r.start, r.end) for r in ruled])
    loose = sum(r.reason == "no_unit" for r in ruled)
    uncovered = _uncovered(text, covered)
    numerals = len(reading.quantities) + len(ruled) + uncovered
    found["quality"] = [[
        report_id, len(text), numerals, len(reading.quantities), sum(q.code is not None for q in reading.quantities),
        sum(map(comparable, reading.quantities)), len(ruled) - loose, loose + uncovered,
        (loose + uncovered) / numerals if numerals else 0.0, sum(f.severity != "info" for f in reading.findings)]]
    return found


def _uncovered(text: str, covered: list[tuple[int, int]]) -> int:
    """How many runs of digits stand neither in an indicator nor in a numeral that was ruled out."""
    if not covered:
        return sum(1 for _ in _DIGITS.finditer(text))
    starts = [start for start, _ in covered]
    reach: list[int] = []
    for _, end in covered:
        reach.append(max(end, reach[-1] if reach else 0))
    count = 0
    for match in _DIGITS.finditer(text):
        before = bisect_right(starts, match.start()) - 1
        inside = before >= 0 and reach[before] > match.start()
        after = before + 1 < len(starts) and starts[before + 1] < match.end()
        count += not (inside or after)
    return count


def _inner(sections: list[Section]) -> Any:
    """A function from an offset to the section_id of the innermost section there: in reading order, the last that has begun."""
    starts = [s.start for s in sections]

    def at(offset: int) -> int:
        return sections[max(bisect_right(starts, offset) - 1, 0)].section_id

    return at


def _nearest(measures: list[Measure]) -> Any:
    """A function from an offset to the measure_id of the measure there; where there is none, of the one that stands nearest."""
    starts = [m.start for m in measures]

    def at(offset: int) -> int | None:
        if not measures:
            return None
        before = max(bisect_right(starts, offset) - 1, 0)
        after = min(before + 1, len(measures) - 1)
        left, right = measures[before], measures[after]
        return (left if offset - left.end < right.start - offset or left is right else right).measure_id

    return at


def frames(many: Sequence[Rows], numbers: Sequence[int] | None = None) -> dict[str, pl.DataFrame]:
    """The rows of many sources as one frame a table, with the contract's types; `numbers` of the sources become a column."""
    out = {}
    for name, table in TABLES.items():
        gathered = [row for one in many for row in one.get(name, ())]
        columns = list(zip(*gathered, strict=True)) or [()] * len(table.columns)
        series = [pl.Series(c.name, column, pl.String if c.type == "date" else c.dtype)
                  for c, column in zip(table.columns, columns, strict=True)]
        if numbers is not None:
            repeated = [n for n, one in zip(numbers, many, strict=True) for _ in one.get(name, ())]
            series.append(pl.Series("number", repeated, pl.Int32))
        dates = [pl.col(c.name).str.to_date("%Y-%m-%d") for c in table.columns if c.type == "date"]
        out[name] = pl.DataFrame(series).with_columns(dates)
    return out


def versions() -> dict[str, str]:
    """The packages whose version can change what is read, and Python's."""
    from importlib.metadata import version

    names = ("selectolax", "lxml", "pypdfium2", "charset-normalizer", "ahocorasick-rs", "rjieba", "polars")
    return {"python": ".".join(map(str, sys.version_info[:2])), **{name: version(name) for name in names}}
