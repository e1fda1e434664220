"""Rich display for notebooks: tables whose numbers lead to their sentences, computed sentences, lists of sources.

Each object shows itself in JupyterLab and in a briefing by the same HTML, in which every text is escaped, because report text is
untrusted. A number's link goes to `#s-REPORT-INDICATOR`; `sources` prints those targets, and a briefing adds the ones that
are missing.
"""

from __future__ import annotations

import base64
import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from typing import Any

import polars as pl

from fazhi.brief.theme import amount, number, say
from fazhi.compare.language import spoken, word

ROWS, FEW = 200, 40  # a table of more rows than ROWS would be read by nobody: it shows FEW of them, all are in the CSV
CSV_PLAIN = 100_000  # bytes of CSV that are linked as they are; beyond it the link is to a .csv.gz
BASIS = "fazhi_reports"  # the metadata of an output that holds the reports which the page rests on
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the start of a formula
_BESIDE_VALUE = ("unit", "qualifier", "high")  # shown in the value's own cell
# columns of what reports say, which is shown as it stands in any language
_QUOTED = (
    "issuer",
    "title",
    "quote",
    "text",
    "word",
    "phrase",
    "message",
    "example",
    "around",
    "words_zh",
    "before_zh",
    "原文",
    "内容",
)
_HIDDEN = ("report_id", "indicator_id", "section_id", "measure_id", "start", "end")


def anchor(report_id: object, indicator_id: object) -> str:
    """The id of an indicator's sentence on a page."""
    return f"s-{report_id}-{indicator_id}"


def safe_csv(frame: pl.DataFrame) -> str:
    """A frame as CSV that a spreadsheet opens without running anything: texts that would start a formula get an apostrophe.

    Lists are joined with `; `. Numbers stay numbers, so a negative one is left alone.
    """
    columns = []
    for name, kind in frame.schema.items():
        column = pl.col(name)
        if isinstance(kind, pl.List):
            column = column.cast(pl.List(pl.String)).list.join("; ")
        elif isinstance(kind, pl.Struct):
            column = column.struct.json_encode()
        elif kind != pl.String and not isinstance(kind, (pl.Enum, pl.Categorical)):
            columns.append(column)
            continue
        column = column.cast(pl.String)
        columns.append(
            pl.when(pl.any_horizontal(column.str.starts_with(sign) for sign in _FORMULA))
            .then("'" + column)
            .otherwise(column)
            .alias(name)
        )
    return frame.select(columns).write_csv()


def _csv_link(frame: pl.DataFrame, caption: str, language: str) -> str:
    data = ("\ufeff" + safe_csv(frame)).encode()  # the mark tells Excel that it is UTF-8
    if len(data) > CSV_PLAIN:  # rows of one report side by side take half the bytes
        order = [name for name in ("issuer", "report_id") if name in frame.columns]
        data = ("\ufeff" + safe_csv(frame.sort(order, maintain_order=True) if order else frame)).encode()
    kind, name = "text/csv;charset=utf-8", f"{caption or 'fazhi'}.csv"
    if len(data) > CSV_PLAIN:
        data, kind, name = gzip.compress(data, 9, mtime=0), "application/gzip", f"{name}.gz"
    return (
        f'<a class="fz-csv" download="{escape(name)}" href="data:{kind};base64,{base64.b64encode(data).decode()}">'
        f"{escape(say('page.save_csv', language))}</a>"
    )


def _cell(value: object, language: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (list, tuple, pl.Series)):
        return word("、", language).join(
            say(f"caveat.{item}", language) if isinstance(item, str) else str(item) for item in value
        )
    return str(value)


@dataclass(frozen=True)
class Html:
    """A piece of a page that shows itself; `html` is complete and escaped, `plain` is what a terminal prints. `reports` are those
    that the page rests on besides the ones whose sentences it shows: its line on origins counts them."""

    html: str
    plain: str = ""
    reports: tuple[str, ...] = ()

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, str], dict[str, Any]]:
        return {"text/html": self.html, "text/plain": self.plain}, {BASIS: list(self.reports)} if self.reports else {}

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.plain


def sentence(text: str, *, links: Mapping[str, str] | None = None, language: str | None = None) -> Html:
    """A finding in words. `links` maps a piece of the text to the anchor (see `anchor`) of the sentence that it rests on."""
    language = spoken(language)
    text, tag = text.strip(), "en" if language == "en" else "zh-CN"
    shown = escape(text)
    for piece, target in (links or {}).items():
        shown = shown.replace(escape(piece), f'<a href="#{escape(target)}">{escape(piece)}</a>', 1)
    return Html(f'<p class="fz-sentence" lang="{tag}">{shown}</p>', text)


def notes(lines: Sequence[str], heading: str | None = None, language: str | None = None) -> Html:
    """Caveats and what was left out, one line each; nothing at all when there are no lines."""
    language = spoken(language)
    if not lines:
        return Html("")
    lines = [word(line, language).strip() for line in lines]
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    title = word(heading or say("page.caveats", language), language)
    return Html(
        f'<div class="fz-notes" role="note"><p><strong>{escape(title)}</strong></p><ul>{items}</ul></div>', "\n".join(lines)
    )


def table(
    frame: pl.DataFrame | pl.LazyFrame,
    caption: str,
    *,
    sources: Mapping[str, str] | Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    columns: Sequence[str] | None = None,
    limit: int | None = None,
    ends: str | None = None,
    language: str | None = None,
) -> Html:
    """A frame as a table with caption, scoped headings and a CSV of all its rows.

    A number leads to its sentence when the row has `report_id` and the indicator's number: `sources` maps a column of values
    to the column that holds the number (default: `value` to `indicator_id`); as a plain list of columns, each has its number in
    `COLUMN_id`, and its report in `COLUMN_report` where there is one. `value` is printed with the row's `unit`, `qualifier` and
    `high`; so is a column `X` with `X_unit`, `X_qualifier`, `X_high`. `labels` names columns; `columns` chooses and orders them.
    Of more than `limit` rows (None: ROWS, then FEW) the first are shown, or those with the largest and smallest `ends` of each
    indicator.
    """
    language = spoken(language)
    caption = word(caption, language)
    if isinstance(frame, pl.LazyFrame):
        frame = frame.collect()
    where = dict(sources) if isinstance(sources, Mapping) else {c: f"{c}_id" for c in sources or ()} or {"value": "indicator_id"}
    where = {value: number_ for value, number_ in where.items() if value in frame.columns and number_ in frame.columns}
    has_value = "value" in frame.columns
    beside = {f"{c}_{part}" for c in frame.columns for part in (*_BESIDE_VALUE, "id", "report")} | set(where.values())
    shown = (
        list(columns)
        if columns
        else [c for c in frame.columns if c not in _HIDDEN and c not in beside and not (has_value and c in _BESIDE_VALUE)]
    )
    names = {c: word((labels or {}).get(c) or say(f"column.{c}", language), language) for c in shown}
    limit = limit or (ROWS if frame.height <= ROWS else FEW)
    rows = frame.head(limit)
    if ends and frame.height > limit:
        rows = _extremes(frame, ends, limit)
    texts = {c: [_printed(row, c, has_value, language) for row in rows.iter_rows(named=True)] for c in shown}
    kinds = {c: _kind(c, frame.schema[c], texts[c]) for c in shown}
    head = "".join(f'<th scope="col" class="{kinds[c]}">{escape(names[c])}</th>' for c in shown)
    body = []
    for number_, row in enumerate(rows.iter_rows(named=True)):
        cells = []
        for place, column in enumerate(shown):
            printed = escape(texts[column][number_])
            if column in where and row[where[column]] is not None and printed:
                report = row.get(f"{column}_report") or row.get("report_id")
                printed = f'<a href="#{escape(anchor(report, row[where[column]]))}">{printed}</a>'
            tag, scope = ("th", ' scope="row"') if place == 0 else ("td", "")
            kind = f"{kinds[column]} fz-v" if column in where or column == "value" else kinds[column]  # looked at by `check`
            cells.append(f'<{tag}{scope} class="{kind}">{printed}</{tag}>')
        body.append(f"<tr>{''.join(cells)}</tr>")
    if not body:
        body = [f'<tr><td colspan="{max(len(shown), 1)}">{escape(say("page.no_table_rows", language))}</td></tr>']
    told = "page.rows_ends" if ends else "page.rows_shown"
    more = f'<p class="fz-more">{escape(say(told, language, n=frame.height, k=rows.height))}</p>' if frame.height > limit else ""
    link = _csv_link(_savable(frame), caption, language) if frame.height else ""
    html = (
        f'<div class="fz-table" role="region" tabindex="0" aria-label="{escape(caption)}">'
        f"<table><caption>{escape(caption)}</caption>"
        f'<thead><tr>{head}</tr></thead><tbody>{"".join(body)}</tbody></table></div>{more}<p class="fz-save">{link}</p>'
    )
    return Html(html, str(frame.select(shown)))


def _extremes(frame: pl.DataFrame, column: str, limit: int) -> pl.DataFrame:
    """The rows with the largest and the smallest values of each indicator, largest first, about `limit` in all."""
    by = next((name for name in ("code", "name_zh") if name in frame.columns), None)
    groups = frame.partition_by(by, maintain_order=True) if by else [frame]
    each = max(3, limit // (2 * len(groups)))
    told = [group.drop_nulls(column).sort(column, descending=True, maintain_order=True) for group in groups]
    return pl.concat([part for group in told for part in (group.head(each), group[each:].tail(each))])


def _printed(row: Mapping[str, Any], column: str, has_value: bool, language: str) -> str:
    """The text of a cell: a value with what stands beside it, a state in words, a year without a comma."""
    value = row[column]
    if column == "value" and has_value:
        return amount(value, row.get("high"), row.get("unit"), row.get("qualifier"), language)
    if f"{column}_unit" in row or f"{column}_qualifier" in row:
        return amount(value, row.get(f"{column}_high"), row.get(f"{column}_unit"), row.get(f"{column}_qualifier"), language)
    if column == "year" and value is not None:
        return str(value)
    if column in ("state", "origin") and isinstance(value, str):
        return say(f"{column}.{value}", language)
    if language == "en" and isinstance(value, str) and column not in _QUOTED:
        beside = row.get(f"{column.removesuffix('_zh')}_en") if column.endswith("_zh") else None
        return beside or word(value, language)
    return _cell(value, language)


def _kind(column: str, kind: pl.DataType, texts: Sequence[str]) -> str:
    """The class of a column: numbers, else by its longest text: one line (a date, too), a few words, prose."""
    if kind.is_numeric() and column != "year":
        return "fz-n"
    if kind.is_temporal():
        return "fz-s"
    longest = max(map(len, texts), default=0)
    return "fz-s" if longest <= 8 else "fz-m" if longest <= 24 else "fz-l"


def _longest(texts: pl.Series) -> int:
    longest = texts.str.len_chars().max()
    return longest if isinstance(longest, int) else 0


def _savable(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame without columns of a whole report's text, which a data slice need not repeat."""
    return frame.drop(
        [c for c in ("text", "html") if c in frame.columns and frame[c].dtype == pl.String and _longest(frame[c]) > 2000]
    )


def sources(tables: Any, frame: pl.DataFrame | pl.LazyFrame, *, limit: int = 300, language: str | None = None) -> Html:
    """The sentences of all indicators in `frame` (columns `report_id`, `indicator_id`, and `X_id` as in `table`), in context.

    `tables` is what `fazhi.load()` gives. Each entry: the report's title and link, the path of headings, the sentence with
    the number marked.
    """
    language = spoken(language)
    from fazhi.brief.sources import entries, listing

    wanted = frame.lazy().collect() if isinstance(frame, pl.LazyFrame) else frame
    pairs: dict[tuple[str, int], None] = {}
    numbers = [
        c
        for c in wanted.columns
        if c == "indicator_id" or (c.endswith("_id") and c not in _HIDDEN and wanted.schema[c].is_integer())
    ]
    for row in wanted.iter_rows(named=True):
        for column in numbers:
            report = row.get(f"{column.removesuffix('_id')}_report") or row.get("report_id")
            if report is not None and row[column] is not None:
                pairs[report, row[column]] = None
    found = entries(tables, list(pairs)[:limit])
    return Html(listing(found, language), "\n".join(entry.sentence for entry in found))


def passages(
    tables: Any, frame: pl.DataFrame, *, columns: Sequence[str] = ("later", "earlier"), language: str | None = None
) -> Html:
    """The places of the passages in `frame` (columns `X_report` and `X_id`, their spans), in their reports: what the links of a
    table with `sources=columns` lead to. A long passage is shown by its beginning and its end."""
    language = spoken(language)
    from fazhi.brief.sources import listing
    from fazhi.brief.sources import passages as found_passages

    pairs = [pair for column in columns for pair in frame.select(f"{column}_report", f"{column}_id").drop_nulls().iter_rows()]
    found = found_passages(tables, pairs)
    # not of the class that a page gathers in its appendix, which is of the sentences of numbers
    return Html(listing(found, language, kind="fz-sources fz-passages") if found else "", "\n".join(e.sentence for e in found))


def reports(
    frame: pl.DataFrame,
    caption: str,
    *,
    columns: Sequence[str] = ("issuer", "year", "title", "source", "url"),
    labels: Mapping[str, str] | None = None,
    language: str | None = None,
) -> Html:
    """A table of the reports that a page rests on (`report_id` and the columns to show); its line on origins counts all of
    them."""
    language = spoken(language)
    shown = [c for c in columns if c in frame.columns]
    made = table(frame.select(*shown, "report_id"), caption, labels=labels, columns=shown, language=language)
    return Html(made.html, made.plain, tuple(frame["report_id"].unique(maintain_order=True)))
