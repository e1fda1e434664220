"""Sentences in context: what stands behind each linked number of a page, and where a repeated passage has its place.

All of it is a report's own text and therefore untrusted: everything is escaped, and only http and https addresses become links.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urlsplit

import polars as pl

from fazhi.brief.show import anchor
from fazhi.brief.theme import say

AROUND = 120  # characters kept on either side of the number; a measure can fill a page
NEAR = 40  # of a passage, which is words enough by itself
ENDS = 120, 60  # characters of a long passage that are shown: its beginning and its end
CUT = "……"
_STOPS = "。；;！？!?\n"


@dataclass(frozen=True)
class Entry:
    """One sentence with its place: `text[start:end]` of the report is `before + number + after`."""

    report_id: str
    indicator_id: int | str  # of a passage its span, START-END
    title: str
    issuer: str
    year: int | None
    url: str | None
    path: tuple[str, ...]
    before: str
    number: str
    after: str
    cut_before: bool
    cut_after: bool

    @property
    def id(self) -> str:
        return anchor(self.report_id, self.indicator_id)

    @property
    def sentence(self) -> str:
        return f"{self.before}{self.number}{self.after}"


def safe_url(url: str | None) -> str | None:
    """The address when it is an http or https one, else None: `javascript:` and `data:` never become links."""
    if not url:
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    return url.strip() if parts.scheme in ("http", "https") and parts.netloc else None


def entries(tables: Any, pairs: Iterable[tuple[str, int]]) -> list[Entry]:
    """The entries of (report_id, indicator_id) pairs, in their order; pairs that the tables lack are left out.

    `tables` has the LazyFrames `reports`, `sections`, `indicators`. One pass over each table, whatever the number of pairs.
    """
    wanted = list(dict.fromkeys(pairs))
    if not wanted:
        return []
    ids = list({report for report, _ in wanted})
    keys = pl.LazyFrame(
        {"report_id": [r for r, _ in wanted], "indicator_id": [i for _, i in wanted]},
        schema={"report_id": pl.String, "indicator_id": pl.Int32},
    )
    spans = tables.indicators.filter(pl.col("report_id").is_in(ids)).join(keys, on=["report_id", "indicator_id"], how="semi")
    rows = spans.select("report_id", "indicator_id", "section_id", "start", "end").collect()
    reports = {
        r["report_id"]: r
        for r in tables.reports.filter(pl.col("report_id").is_in(ids))
        .select("report_id", "title", "issuer", "year", "url", "text")
        .collect()
        .iter_rows(named=True)
    }
    headings = {
        (s["report_id"], s["section_id"]): s
        for s in tables.sections.filter(pl.col("report_id").is_in(ids))
        .select("report_id", "section_id", "parent_id", "label", "heading")
        .collect()
        .iter_rows(named=True)
    }
    found: dict[tuple[str, int], Entry] = {}
    for row in rows.iter_rows(named=True):
        report = reports.get(row["report_id"])
        if report is None:
            continue
        text, start, end = report["text"], row["start"], row["end"]
        left, right = _around(text, start, end)
        found[row["report_id"], row["indicator_id"]] = Entry(
            row["report_id"],
            row["indicator_id"],
            report["title"] or report["issuer"] or row["report_id"],
            report["issuer"] or "",
            report["year"],
            safe_url(report["url"]),
            _path(headings, row["report_id"], row["section_id"]),
            text[left:start].lstrip(),
            text[start:end],
            text[end:right].rstrip(),
            left > 0 and text[left - 1] not in _STOPS,
            right < len(text) and text[right - 1] not in _STOPS,
        )
    return [found[pair] for pair in wanted if pair in found]


def span(start: int, end: int) -> str:
    """What stands for a passage in the id of its place, as the number of an indicator does in that of a sentence."""
    return f"{start}-{end}"


def passages(tables: Any, spans: Iterable[tuple[str, str]]) -> list[Entry]:
    """The entries of passages, (report_id, span) pairs, by report and place; those that the tables lack are left out."""
    cut = {(report, *place.partition("-")) for report, place in spans}
    wanted = sorted((report, int(start), int(end)) for report, start, _, end in cut)
    ids = list({report for report, *_ in wanted})
    columns = ["report_id", "title", "issuer", "year", "url", "text"]
    held = tables.reports.filter(pl.col("report_id").is_in(ids)).select(columns).collect().to_dicts()
    reports = {row["report_id"]: row for row in held}
    inside: dict[str, list[dict[str, Any]]] = {}
    for row in tables.sections.filter(pl.col("report_id").is_in(ids)).sort("report_id", "section_id").collect().to_dicts():
        inside.setdefault(row["report_id"], []).append(row)
    found = []
    for one, start, end in wanted:
        report = reports.get(one)
        if report is None or not 0 <= start < end <= len(report["text"]):
            continue
        text, sections = report["text"], inside.get(one, [])
        section = next((s["section_id"] for s in reversed(sections) if s["start"] <= start < s["end"]), None)
        left, right = _around(text, start, end, NEAR)
        words = text[start:end]
        shown = words if len(words) <= sum(ENDS) + len(CUT) else f"{words[: ENDS[0]]}{CUT}{words[-ENDS[1] :]}"
        found.append(
            Entry(
                one, span(start, end), report["title"] or report["issuer"] or one, report["issuer"] or "", report["year"],
                safe_url(report["url"]), _path({(one, s["section_id"]): s for s in sections}, one, section),
                text[left:start].lstrip(), shown, text[end:right].rstrip(), left > 0 and text[left - 1] not in _STOPS,
                right < len(text) and text[right - 1] not in _STOPS,
            )
        )  # fmt: skip
    return found


def _around(text: str, start: int, end: int, most: int = AROUND) -> tuple[int, int]:
    """The sentence around a span, no more than so many characters to either side."""
    low, high = max(0, start - most), min(len(text), end + most)
    left = max((text.rfind(stop, low, start) + 1 for stop in _STOPS), default=0)
    stops = [place + 1 for place in (text.find(stop, end, high) for stop in _STOPS) if place >= 0]
    return max(left, low), min(stops, default=high)


def _path(headings: dict[tuple[str, int], dict[str, Any]], report: str, section: int | None) -> tuple[str, ...]:
    """The headings above a section, outermost first."""
    path: list[str] = []
    seen: set[int] = set()
    while section is not None and section not in seen and (found := headings.get((report, section))):
        seen.add(section)
        if name := f"{found['label'] or ''}{found['heading'] or ''}":
            path.append(name)
        section = found["parent_id"]
    return tuple(reversed(path))


def listing(found: Sequence[Entry], language: str | None = None, *, kind: str = "fz-sources") -> str:
    """The entries as HTML, grouped by report, each with the id that the numbers' links lead to."""
    groups: dict[str, list[Entry]] = {}
    for entry in found:
        groups.setdefault(entry.report_id, []).append(entry)
    parts = []
    for group in groups.values():
        first = group[0]
        link = (
            f' <a class="fz-out" href="{escape(first.url)}" rel="noreferrer noopener external">'
            f"{escape(say('page.original', language))}</a>"
            if first.url
            else ""
        )
        items = "".join(_item(entry) for entry in group)
        parts.append(
            f'<section class="fz-report"><p class="fz-report-title">{escape(first.title)}{link}</p><ol>{items}</ol></section>'
        )
    return f'<div class="{kind}" lang="zh-CN">{"".join(parts)}</div>'


def _item(entry: Entry) -> str:
    path = " › ".join(entry.path)
    where = f'<span class="fz-path">{escape(path)}</span>' if path else ""
    return (
        f'<li id="{escape(entry.id)}" tabindex="-1">{where}<q>{"…" if entry.cut_before else ""}{escape(entry.before)}'
        f"<mark>{escape(entry.number)}</mark>{escape(entry.after)}{'…' if entry.cut_after else ''}</q></li>"
    )
