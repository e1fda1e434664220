"""The tables, declared once: names, types, meaning, and what must hold. Writing, reading, checks and docs/tables.md follow this.

Columns marked `own` are the project's additions after those of the contract, whose names, types and meaning stay as they are.
"""
from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

TYPES: dict[str, pl.DataType] = {
    "str": pl.String(), "i32": pl.Int32(), "i64": pl.Int64(), "f64": pl.Float64(), "bool": pl.Boolean(), "date": pl.Date(),
    "list[str]": pl.List(pl.String()),
}
VERSION = 1  # of the tables as a whole: a build made under another one is made anew


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `values` are all that it may hold, `of` is the table and column that its values stand in."""

    name: str
    type: str
    meaning: str
    null: bool = False
    values: tuple[str, ...] = ()
    of: str = ""
    own: bool = False

    @property
    def dtype(self) -> pl.DataType:
        """The polars type."""
        return TYPES[self.type]


@dataclass(frozen=True, slots=True)
class Span:
    """`start` and `end` are offsets in reports.text; the column `text` quotes what is between, `inside` a clause around it."""

    start: str
    end: str
    text: str = ""
    inside: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table; no two rows share a `key`."""

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    span: Span | None = None

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """Names and polars types in order."""
        return {c.name: c.dtype for c in self.columns}


def col(name: str, kind: str, meaning: str, values: str = "", of: str = "") -> Column:
    """A column of the contract; a type that ends in `?` may be null, `values` are parted by spaces."""
    return Column(name, kind.rstrip("?"), meaning, kind.endswith("?"), tuple(values.split()), of)


def own(name: str, kind: str, meaning: str) -> Column:
    """A column that the project adds."""
    return replace(col(name, kind, meaning), own=True)


ORIGINS = "published restated synthetic"
DIMENSIONS = "functions institutions decisions enforcement emergencies disputes oversight capacity leadership digital other"
REPORT_ID = col("report_id", "str", "the report", of="reports.report_id")

TABLES: dict[str, Table] = {table.name: table for table in (
    Table("sources", "one row for every file under data/raw, whatever became of it", ("source",), (
        col("source", "str", "path below the raw folder, `/` between parts"),
        col("sha256", "str", "of the file's bytes"),
        col("size", "i64", "bytes"),
        col("media_type", "str", "as found in the bytes, not by the name"),
        col("encoding", "str?", "of a text or HTML file, as decoded"),
        col("status", "str", "what became of it", "report duplicate not_a_report unreadable"),
        col("reason", "str?", "for every status but `report`: one sentence a reader can act on"),
        col("report_id", "str?", "the report it holds or duplicates", of="reports.report_id"),
        own("url", "str?", "where it was fetched, as sources.csv says"),
        own("publisher", "str?", "who put it up, as sources.csv says"),
        own("accessed_on", "date?", "when it was fetched, as sources.csv says"),
        own("issuer", "str?", "who reports, where sources.csv overrides the page or stands in for one that cannot be read"),
        own("year", "i32?", "the year reported on, where sources.csv says"),
    )),
    Table("reports", "one row for each distinct report", ("report_id",), (
        col("report_id", "str", "16 hex digits of the SHA-256 of the clean text, so that a page fetched twice under two site "
                                "skins is one report"),
        col("source", "str", "the source it was read from", of="sources.source"),
        col("url", "str?", "where it was published, when the page or data/raw/sources.csv says"),
        col("title", "str?", "as printed, without the site's suffixes"),
        col("issuer", "str?", "the full name of the body that reports"),
        col("issuer_kind", "str", "what kind of body it is", "government department zone township other"),
        col("region_code", "str?", "GB/T 2260, six digits, of the smallest ordinary division"),
        col("province", "str?", "name"),
        col("prefecture", "str?", "name"),
        col("county", "str?", "name"),
        col("zone", "str?", "name of the development zone"),
        col("level", "str?", "level of government; a department has that of its government",
            "national province prefecture county township"),
        col("year", "i32?", "the year reported on"),
        col("published_on", "date?", "on the page"),
        col("signed_on", "date?", "under the text"),
        col("origin", "str", "`published`, `restated` (a real report's figures in other words), `synthetic`", ORIGINS),
        col("text", "str", "the clean text: title, body and signature, no furniture, no blanks that are set beside all figures"),
        own("publisher", "str?", "who put it up, when the page or sources.csv says"),
        own("site", "str?", "the site's name, when the page says"),
    )),
    Table("sections", "one row for each heading, and one for a preamble without one", ("report_id", "section_id"), (
        REPORT_ID,
        col("section_id", "i32", "counts from 0 in reading order"),
        col("parent_id", "i32?", "the section it stands in", of="sections.section_id"),
        col("level", "i32", "1 for `一、`, 2 for `（一）`, 3 for `1.`, 4 for `（1）` and `①`; 0 for the preamble"),
        col("label", "str?", "`（一）` apart from the heading's words; null for the preamble and a heading without one"),
        col("heading", "str?", "the heading's words; null for the preamble"),
        col("kind", "str?", "of level 1", "achievements problems first_responsible_person plan other"),
        col("dimension", "str?", "below `achievements`: one of the dimensions of the codebook, or `other`", DIMENSIONS),
        col("start", "i64", "where the label begins"),
        col("end", "i64", "where all that stands in the section ends"),
        own("body", "i64", "where the section's own text begins, after its heading"),
    ), Span("start", "end")),
    Table("measures", "one row for each thing done, found wanting or planned", ("report_id", "measure_id"), (
        REPORT_ID,
        col("measure_id", "i32", "counts from 0 in reading order"),
        col("section_id", "i32", "where it stands", of="sections.section_id"),
        col("text", "str", "the sentence or inline item (`一是……;`); `text` = reports.text[start:end]"),
        col("start", "i64", "of the text"),
        col("end", "i64", "of the text"),
        col("status", "str", "done, found wanting, or promised", "done problem planned"),
        col("dimension", "str", "of the measure itself", DIMENSIONS),
        col("keywords", "list[str]", "segmented with jieba and the project's own dictionary"),
    ), Span("start", "end", "text")),
    Table("indicators", "one row for each quantity that measures something, coded or not", ("report_id", "indicator_id"), (
        REPORT_ID,
        col("indicator_id", "i32", "counts from 0 in reading order"),
        col("measure_id", "i32", "the measure it stands in; in a heading or a line that is no measure, the nearest one",
            of="measures.measure_id"),
        col("section_id", "i32", "where it stands", of="sections.section_id"),
        col("code", "str?", "the codebook's entry"),
        col("subject", "str", "what is counted, in the report's words"),
        col("value", "f64", "multiplied out; a rate in percent, money in yuan; the lower end of a range"),
        col("high", "f64?", "the upper end of a range"),
        col("unit", "str?", "`件`, `人次`, `%`, `元`, …"),
        col("qualifier", "str", "what the number says of the value", "exact over under about at_least at_most range"),
        col("kind", "str", "what sort of figure", "count rate amount change"),
        col("direction", "str?", "of a change (the value itself stays as printed, positive)", "up down"),
        col("change_of", "str?", "of a change: the code of what changes; its own `code` is null"),
        col("status", "str", "it happened, is promised, or is a standing rule", "actual target norm"),
        col("scope", "str", "the time it covers", "year partial cumulative previous stock next"),
        col("period_start", "date?", "as the text says, or the reporting year"),
        col("period_end", "date?", "as the text says, or the reporting year"),
        col("part_of", "i32?", "the indicator_id of the total that an `其中` part belongs to", of="indicators.indicator_id"),
        col("value_text", "str", "the number as printed, with qualifier and unit; exact substring of reports.text"),
        col("quote", "str", "the clause it stands in; exact substring of reports.text"),
        col("start", "i64", "of value_text"),
        col("end", "i64", "of value_text"),
        col("comparable", "bool", "fit to stand beside other issuers' and years' figures of its code"),
        col("caveats", "list[str]", "why not, or with what care, as short codes that docs/caveats.md explains"),
        own("quote_start", "i64", "of quote"),
        own("confidence", "f64?", "of the code, 0 to 1: how often one with such a lead was right in practice reports not seen"),
        own("rule", "str?", "the codebook rule that gave the code, or `learned`"),
        own("corrected", "bool", "an analyst's correction (data/corrections.csv) changed this row"),
    ), Span("start", "end", "value_text", "quote")),
    Table("instruments", "one row for each title in 《》, a report", ("report_id", "title"), (
        REPORT_ID,
        col("title", "str", "as printed"),
        col("first_start", "i64", "where it is first named"),
        col("mentions", "i32", "how often it is named"),
    )),
    Table("findings", "one row for each thing that a reader should know before trusting a figure", (), (
        col("report_id", "str?", "the report; null where it is about a source or a correction", of="reports.report_id"),
        col("rule", "str", "its name"),
        col("severity", "str", "how much it matters", "info warning error"),
        col("message", "str", "one sentence"),
        col("start", "i64?", "where in the text"),
        col("end", "i64?", "where in the text"),
    ), Span("start", "end")),
    Table("ruled_out", "one row for each numeral that measures nothing, with the reason", ("report_id", "start"), (
        REPORT_ID,
        own("reason", "str", "why it is no figure: `date`, `idiom`, `document_number`, …"),
        own("text", "str", "the numeral as printed"),
        own("start", "i64", "of the text"),
        own("end", "i64", "of the text"),
    ), Span("start", "end", "text")),
    Table("quality", "one row for each report: how much of it was understood", ("report_id",), (
        REPORT_ID,
        own("characters", "i32", "length of the clean text"),
        own("numerals", "i32", "indicators, ruled out and unaccounted together"),
        own("indicators", "i32", "that became rows"),
        own("coded", "i32", "of these, with a code"),
        own("comparable", "i32", "of these, fit to compare"),
        own("ruled_out", "i32", "numerals with a reason to measure nothing"),
        own("unaccounted", "i32", "numerals without a unit or a reason, and digits that neither table covers"),
        own("unaccounted_share", "f64", "of all numerals; 0 where there are none"),
        own("findings", "i32", "of severity `warning` or `error`"),
    )),
)}


def document() -> str:
    """docs/tables.md: the data dictionary, made from the declarations above."""
    lines = ["# The tables", "",
             "Made by `make docs` from `lib/fazhi/contract.py`; change it there.", "",
             "What a build leaves in `data/processed/latest/`: one Parquet table each, a file `NAME.parquet`, or a folder",
             "`NAME.parquet/` of part files when it is large; polars, pandas, DuckDB and pyarrow read either with one call.",
             "Offsets count Unicode code points in `reports.text`. A type with `?` may be null, and null means: the report does",
             "not say. It never means zero. The same input gives the same bytes. Columns marked + are the project's own, after",
             "those of the contract.", ""]
    for table in TABLES.values():
        lines += [f"## {table.name}: {table.meaning}", "", "| column | type | meaning |", "|---|---|---|"]
        for c in table.columns:
            notes = [c.meaning] if c.meaning else []
            if c.values and not all(f"`{v}`" in c.meaning for v in c.values):
                notes.append("one of " + " ".join(f"`{v}`" for v in c.values))
            if c.of and c.of.split(".")[0] != table.name:
                notes.append(f"in `{c.of}`")
            lines.append(f"| {c.name}{' +' if c.own else ''} | {c.type}{'?' if c.null else ''} | {'; '.join(notes)} |")
        if table.key:
            lines += ["", f"One row for each {', '.join(f'`{k}`' for k in table.key)}."]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"
