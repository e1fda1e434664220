"""What the analyst wrote beside the sources: raw/sources.csv says where they come from, corrections.csv what was read wrongly.

Both are read as UTF-8, or GB18030 where Excel saved them so. A fault names file and line. docs/corrections.md shows the forms.
"""
from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from fazhi.contract import ORIGINS, TABLES
from fazhi.extract.findings import caveats, comparable
from fazhi.extract.rows import Quantity

# The columns of sources.csv after `file`; each may be absent or empty. Those after `origin` override what the page says.
SOURCE_COLUMNS = ("url", "publisher", "accessed_on", "origin", "issuer", "year", "title", "issuer_kind", "level", "published_on",
                  "signed_on")
CORRECTION_COLUMNS = ("report", "table", "column", "where", "expected", "value", "reason")
# Where a correction's `where` is looked for: the place, in the words of the report.
PLACES = {"reports": (), "sections": ("label", "heading"), "measures": ("text",), "indicators": ("quote", "value_text")}
# What a correction may not touch: keys, spans and what they quote, and what follows from the rest.
FIXED = {"report_id", "source", "text", "section_id", "parent_id", "measure_id", "indicator_id", "part_of", "start", "end",
         "body", "quote", "quote_start", "value_text", "caveats", "keywords", "corrected"}
_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")


class LedgerError(ValueError):
    """A line of sources.csv or corrections.csv that cannot be used; the message names file, line and remedy."""

    def __init__(self, path: Path, line: int, fault: str, remedy: str) -> None:
        super().__init__(f"{path}, line {line}: {fault}; {remedy}")


@dataclass(frozen=True, slots=True)
class Correction:
    """One line of corrections.csv: in `report` (source path or report_id), `column` at `where` is not `expected` but `value`."""

    line: int
    report: str
    table: str
    column: str
    where: str
    expected: str
    value: str
    reason: str


def _lines(path: Path, needed: tuple[str, ...], known: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV with their line numbers; no file, no rows. Raises LedgerError for a head or a row of the wrong shape."""
    if not path.exists():
        return
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", "replace")
    reader = csv.reader(io.StringIO(text, newline=""))
    head = [cell.strip() for cell in next(reader, [])]
    if lost := [c for c in needed if c not in head]:
        raise LedgerError(path, 1, f"no column {', '.join(lost)}", f"the first line names the columns: {', '.join(known)}")
    if strange := [c for c in head if c and c not in known]:
        raise LedgerError(path, 1, f"unknown column {', '.join(strange)}", f"the columns are {', '.join(known)}")
    for row in reader:
        if any(cell.strip() for cell in row):
            if len(row) > len(head) and any(row[len(head):]):
                raise LedgerError(path, reader.line_num, f"{len(row)} values under {len(head)} columns",
                                  'put a value that holds a comma into "…"')
            yield reader.line_num, {name: cell.strip() for name, cell in zip(head, row, strict=False) if name}


def plain(name: str) -> str:
    """A path as it is compared: `/` between parts, composed characters (macOS decomposes them)."""
    return unicodedata.normalize("NFC", name.replace("\\", "/")).removeprefix("./")


def as_date(text: str) -> date:
    """`2020-3-1`, or with the `/` that Excel puts there, as a date; ValueError for anything else."""
    match = _DATE.fullmatch(text)
    if not match:
        raise ValueError(f"no date: {text!r}")
    return date(*map(int, match.groups()))


def sources(path: Path) -> dict[str, dict[str, str]]:
    """sources.csv as a dict from the file's path below raw to its non-empty columns; dates as YYYY-MM-DD, `line` among them.

    Raises LedgerError for a line that cannot be used.
    """
    found: dict[str, dict[str, str]] = {}
    for line, row in _lines(path, ("file",), ("file", *SOURCE_COLUMNS)):
        name = plain(row.pop("file", ""))
        given = {key: value for key, value in row.items() if value}
        if not name:
            raise LedgerError(path, line, "no file", "write its path below the raw folder in the column `file`")
        if name in found:
            raise LedgerError(path, line, f"{name} stands in line {found[name]['line']} too", "keep one of the two")
        if given.get("origin", "published") not in ORIGINS.split():
            raise LedgerError(path, line, f"origin {given['origin']!r}", f"write one of {ORIGINS.replace(' ', ', ')}")
        if "year" in given and not re.fullmatch(r"(19|20)\d\d", given["year"]):
            raise LedgerError(path, line, f"year {given['year']!r}", "write four digits")
        for key, column in (("issuer_kind", "issuer_kind"), ("level", "level")):
            values = next(c.values for c in TABLES["reports"].columns if c.name == column)
            if key in given and given[key] not in values:
                raise LedgerError(path, line, f"{key} {given[key]!r}", f"write one of {', '.join(values)}")
        for key in ("accessed_on", "published_on", "signed_on"):
            if key in given:
                try:
                    given[key] = as_date(given[key]).isoformat()
                except ValueError:
                    raise LedgerError(path, line, f"{key} {given[key]!r}", "write a day as YYYY-MM-DD") from None
        found[name] = given | {"line": str(line)}
    return found


def corrections(path: Path) -> list[Correction]:
    """corrections.csv; LedgerError for a line that names no table or column, one that is fixed, or a value that is none."""
    found = []
    for line, row in _lines(path, ("report", "table", "column", "value"), CORRECTION_COLUMNS):
        c = Correction(line, **{key: row.get(key, "") for key in CORRECTION_COLUMNS})
        if c.table not in PLACES:
            raise LedgerError(path, line, f"table {c.table!r}", f"write one of {', '.join(PLACES)}")
        columns = {k.name: k for k in TABLES[c.table].columns if k.name not in FIXED}
        if c.column not in columns:
            raise LedgerError(path, line, f"column {c.column!r} of {c.table} cannot be corrected",
                              f"write one of {', '.join(columns)}")
        if PLACES[c.table] and not c.where:
            raise LedgerError(path, line, "no `where`",
                              f"write words of the {' or '.join(PLACES[c.table])} that only this row has")
        if not c.report:
            raise LedgerError(path, line, "no `report`", "write the source's path below the raw folder, or the report_id")
        column = columns[c.column]
        try:
            value, _ = parse(c.value, column.type), parse(c.expected, column.type)
        except ValueError:
            raise LedgerError(path, line, f"value {c.value!r} or expected {c.expected!r}",
                              f"{c.table}.{c.column} is of type {column.type}") from None
        if value is None and not column.null:
            raise LedgerError(path, line, "no `value`", f"{c.table}.{c.column} cannot be empty")
        if value is not None and column.values and value not in column.values:
            raise LedgerError(path, line, f"value {c.value!r}", f"write one of {', '.join(column.values)}")
        found.append(c)
    return found


def parse(text: str, kind: str) -> object:
    """A cell as a value of a contract type; empty is None. ValueError where it is none."""
    if text == "":
        return None
    if kind in ("i32", "i64"):
        return int(text)
    if kind == "f64":
        return float(text.replace(",", ""))
    if kind == "date":
        return as_date(text)
    if kind == "bool":
        if text.lower() not in ("true", "false", "1", "0"):
            raise ValueError(text)
        return text.lower() in ("true", "1")
    return text


def correct(frames: Mapping[str, pl.DataFrame],
            wanted: Sequence[Correction]) -> tuple[dict[str, pl.DataFrame], list[tuple[str | None, str]]]:
    """The frames with the corrections made, and (report_id, message) for each that found no row, several, or another value.

    A corrected indicator says so in `corrected`; caveats and `comparable` follow what was corrected, then `comparable` itself is.
    """
    out = dict(frames)
    stale: list[tuple[str | None, str]] = []
    ids = {plain(s): i for s, i in frames["sources"].select("source", "report_id").iter_rows() if i}
    ids |= {i: i for i in frames["reports"]["report_id"]}
    last = [c for c in wanted if c.column == "comparable"]
    touched = {ids.get(plain(c.report)) for c in wanted if c not in last and _apply(c, ids, out, stale)}
    for report_id in sorted(filter(None, touched)):
        year = out["reports"].filter(pl.col("report_id") == report_id)["year"].item()
        out["indicators"] = _refit(out["indicators"], report_id, year)
    for c in last:
        _apply(c, ids, out, stale)
    return out, stale


def _apply(c: Correction, ids: Mapping[str, str], out: dict[str, pl.DataFrame], stale: list[tuple[str | None, str]]) -> bool:
    """Make one correction in `out`, or say in `stale` why it was not made."""
    column = next(k for k in TABLES[c.table].columns if k.name == c.column)
    expected, value = parse(c.expected, column.type), parse(c.value, column.type)
    report_id = ids.get(plain(c.report))

    def miss(what: str) -> bool:
        stale.append((report_id, f"corrections.csv 第 {c.line} 行（{c.report}，{c.table}.{c.column}）未采用：{what}。"))
        return False

    if report_id is None:
        return miss("没有这份报告，请核对文件名")
    test = pl.col("report_id") == report_id
    if PLACES[c.table]:
        test &= pl.any_horizontal(pl.col(name).str.contains(c.where, literal=True) for name in PLACES[c.table])
    frame = out[c.table].with_row_index("row")
    rows = frame.filter(test)
    if rows.height > 1:  # several figures stand in one clause: the value that is expected tells them apart
        rows = rows.filter(pl.col(c.column).eq_missing(pl.lit(expected, column.dtype)))
    if rows.height != 1:
        return miss(f"“{c.where}”处值为“{c.expected}”的有 {rows.height} 行，应恰有一行，请把原文写长一些")
    now = rows[c.column].item()
    if now != expected:
        done = "，已与更正值相同，可删去此行" if now == value else ""
        return miss(f"现在的值是“{'' if now is None else now}”，不是“{c.expected}”{done}")
    here = pl.col("row") == rows["row"].item()
    change = [pl.when(here).then(pl.lit(value, column.dtype)).otherwise(pl.col(c.column)).alias(c.column)]
    if c.table == "indicators":
        change.append((pl.col("corrected") | here).alias("corrected"))
    out[c.table] = frame.with_columns(change).drop("row")
    return True


def _refit(indicators: pl.DataFrame, report_id: str, year: int | None) -> pl.DataFrame:
    """The indicators of one report with the caveats that they have after a correction."""
    mine = indicators.with_row_index("row").filter(pl.col("report_id") == report_id).sort("indicator_id")
    fields = [f for f in Quantity.__dataclass_fields__ if f in mine.columns and f != "caveats"]
    found = [Quantity(**{f: row[f] for f in fields}, quote_end=row["quote_start"] + len(row["quote"]))
             for row in mine.iter_rows(named=True)]
    caveats(found, year)
    new = mine.select("row").with_columns(caveats=pl.Series([q.caveats for q in found], dtype=pl.List(pl.String)),
                                          comparable=pl.Series([comparable(q) for q in found], dtype=pl.Boolean))
    return indicators.with_row_index("row").update(new, on="row").drop("row")
