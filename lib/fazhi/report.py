"""One report as an object: its rows, and how it shows itself in Jupyter and in a terminal; a sentence's rows; a figure's source.

A report's text is untrusted: everything is escaped, and only http and https addresses become links.
"""
from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import polars as pl

from fazhi import contract, fill, ledger
from fazhi.extract import extract
from fazhi.read import Page
from fazhi.read import read as read_page
from fazhi.tables import Tables

STYLE = """<style>
.fazhi{max-width:52em;line-height:1.7}.fazhi mark{background:#fde68a;color:#111;padding:0 .1em}.fazhi mark.no{background:#e5e7eb}
.fazhi table{border-collapse:collapse}.fazhi td,.fazhi th{text-align:left;padding:.15em .6em;border-bottom:1px solid #d1d5db}
.fazhi td.n{text-align:right;font-variant-numeric:tabular-nums}.fazhi p{margin:.3em 0;text-indent:2em}.fazhi ul{list-style:none}
</style>"""
MADE = {"restated": "改写样本", "synthetic": "虚构样本"}  # what stands beside a report that no authority published
SIGNS = {"over": ">", "under": "<", "about": "≈", "at_least": "≥", "at_most": "≤", "exact": "", "range": ""}


def read(source: str | Path | bytes, **given: str | int) -> Report:
    """One file (or its bytes) as a Report.

    The file's line in a `sources.csv` beside it is followed, as a build does; `given` (issuer, year, title, url, origin …) goes
    before it. Raises Unreadable, whose message says what to do, and LedgerError for a fault in sources.csv.
    """
    told: dict[str, str] = {}
    if isinstance(source, bytes):
        data, name = source, ""
    else:
        path = Path(source)
        data, name = path.read_bytes(), path.name
        told = ledger.sources(path.parent / "sources.csv").get(ledger.plain(name), {})
    if unknown := set(given) - set(ledger.SOURCE_COLUMNS):
        raise TypeError(f"unknown {', '.join(sorted(unknown))}; what can be given is {', '.join(ledger.SOURCE_COLUMNS)}")
    told |= {key: str(value) for key, value in given.items()}
    page = read_page(data, name)
    return _of(page, name, told)


def _of(page: Page, name: str, told: Mapping[str, str]) -> Report:
    reading = extract(page, name, told)
    report_id = fill.identifier(reading.text)
    frames = fill.frames([fill.report(reading, report_id, name, page, told)])
    return Report(frames["reports"].row(0, named=True), frames, reading.not_a_report)


def find(text: str, *, year: int | None = None) -> pl.DataFrame:
    """A sentence as rows of `indicators`: each figure in it with value, unit, qualifier, status, scope, code and caveats.

    `year` is the year that it speaks of; without it the figures have the caveat `year_unknown` and are not comparable.
    """
    page = Page(text, "text/plain", None, (), None, None, None, None, "")
    rows = _of(page, "", {"year": str(year)} if year else {}).indicators
    return rows.drop("report_id", "measure_id", "section_id", "corrected")


def source(t: Tables, row: Mapping[str, Any] | tuple[str, int]) -> Sentence:
    """The sentence that a figure comes from, in its section, highlighted, with the link to the page.

    `row` is a row with `report_id` and `indicator_id` (as `frame.row(0, named=True)` gives), or the pair of them.
    Raises KeyError when the tables do not have it.
    """
    report_id, number = (row["report_id"], row["indicator_id"]) if isinstance(row, Mapping) else row
    figure = t.indicators.filter((pl.col("report_id") == report_id) & (pl.col("indicator_id") == number)).collect()
    if figure.is_empty():
        raise KeyError(f"no indicator {number} of report {report_id!r} in these tables; take both from one row of t.indicators")
    report = t.reports.filter(pl.col("report_id") == report_id).collect().row(0, named=True)
    sections = {s["section_id"]: s for s in t.sections.filter(pl.col("report_id") == report_id).collect().iter_rows(named=True)}
    start, end, section = figure["start"].item(), figure["end"].item(), figure["section_id"].item()
    path: list[str] = []
    while section is not None and section in sections:
        path.insert(0, f"{sections[section]['label'] or ''}{sections[section]['heading'] or ''}")
        section = sections[section]["parent_id"]
    text = report["text"]
    left = max(text.rfind(stop, 0, start) + 1 for stop in "。\n")
    right = min(place + 1 if place >= 0 else len(text) for place in (text.find(stop, end) for stop in "。\n"))
    return Sentence(_title(report), report["url"], tuple(filter(None, path)), text[left:start], text[start:end],
                    text[end:right].rstrip())


@dataclass(frozen=True)
class Sentence:
    """A figure in its sentence: the report's title and link, the headings above, the text before, of and after the number."""

    title: str
    url: str | None
    path: tuple[str, ...]
    before: str
    number: str
    after: str

    def __repr__(self) -> str:
        lines = (self.title, " › ".join(self.path), f"{self.before}【{self.number}】{self.after}", self.url)
        return "\n".join(filter(None, lines))

    def _repr_html_(self) -> str:
        return (f'{STYLE}<div class="fazhi" lang="zh-CN"><div>{_link(self.title, self.url)}</div>'
                f"<div>{escape(' › '.join(self.path))}</div>"
                f"<blockquote>{escape(self.before)}<mark>{escape(self.number)}</mark>{escape(self.after)}</blockquote></div>")


@dataclass(frozen=True, repr=False)
class Report:
    """One report: `row` is its row of `reports`, `frames` its rows of every table; `not_a_report` says why, if it is none."""

    row: Mapping[str, Any]
    frames: Mapping[str, pl.DataFrame]
    not_a_report: str | None = None

    @property
    def text(self) -> str:
        """The clean text, which all offsets count in."""
        return str(self.row["text"])

    @property
    def title(self) -> str | None:
        """As printed."""
        title: str | None = self.row["title"]
        return title

    @property
    def issuer(self) -> str | None:
        """Who reports."""
        issuer: str | None = self.row["issuer"]
        return issuer

    @property
    def year(self) -> int | None:
        """The year reported on."""
        year: int | None = self.row["year"]
        return year

    @property
    def sections(self) -> pl.DataFrame:
        """Its headings."""
        return self.frames["sections"]

    @property
    def measures(self) -> pl.DataFrame:
        """What was done, found wanting or planned."""
        return self.frames["measures"]

    @property
    def indicators(self) -> pl.DataFrame:
        """Its figures."""
        return self.frames["indicators"]

    @property
    def instruments(self) -> pl.DataFrame:
        """The titles in 《》."""
        return self.frames["instruments"]

    @property
    def findings(self) -> pl.DataFrame:
        """What to know before trusting a figure."""
        return self.frames["findings"]

    def line(self) -> str:
        """Who reports on which year, from where, published when, in one line."""
        row = self.row
        place = "/".join(dict.fromkeys(filter(None, (row["province"], row["prefecture"], row["county"], row["zone"]))))
        parts = [row["issuer"] or "机关不明", f"{row['year']}年度" if row["year"] else "年度不明", place,
                 f"发布于 {row['published_on']}" if row["published_on"] else "", MADE.get(row["origin"], "")]
        return " · ".join(filter(None, parts))

    def marked(self, before: str = "【", after: str = "】") -> str:
        """The text with its figures marked."""
        return "".join(f"{before}{piece}{after}" if figure else piece for piece, figure in self._pieces())

    def _pieces(self) -> Iterator[tuple[str, dict[str, Any] | None]]:
        """The text in pieces: what stands between figures with None, each figure with its row."""
        at = 0
        for figure in self.indicators.sort("start", "end").iter_rows(named=True):
            if figure["start"] >= at:
                yield self.text[at : figure["start"]], None
                yield self.text[figure["start"] : figure["end"]], figure
                at = figure["end"]
        yield self.text[at:], None

    def __repr__(self) -> str:
        out = io.StringIO()
        print(_title(self.row), self.line(), sep="\n", file=out)
        if self.not_a_report:
            print(f"不是年度报告：{self.not_a_report}", file=out)
        print("", file=out)
        for s in self.sections.filter(pl.col("level") > 0).iter_rows(named=True):
            about = s["kind"] or s["dimension"]
            print(f"{'  ' * s['level']}{s['label'] or ''}{s['heading']}" + (f"  [{about}]" if about else ""), file=out)
        rows = [(r["value_text"], amount(r), r["code"] or "", r["subject"], " ".join(r["caveats"]))
                for r in self.indicators.iter_rows(named=True)]
        print("", *aligned([("原文", "数值", "指标", "说的是", "提醒"), *rows]), sep="\n", file=out)
        print(*(f"! {message}" for message in self._doubts()), sep="\n", file=out)
        counts = (f"{self.sections.height} 个部分，{self.measures.height} 项举措，{self.indicators.height} 个数量"
                  f"（{self.indicators['comparable'].sum()} 个可比），{self.instruments.height} 部文件")
        print(counts, file=out, end="")
        return out.getvalue()

    def _doubts(self) -> list[str]:
        """The findings that are more than information, in words."""
        return self.findings.filter(pl.col("severity") != "info")["message"].to_list()

    def _repr_html_(self) -> str:
        none = f"<div>不是年度报告：{escape(self.not_a_report)}</div>" if self.not_a_report else ""
        notes = "".join(f"<li>{escape(message)}</li>" for message in self._doubts())
        text = "".join(self._mark(piece, figure) for piece, figure in self._pieces())
        body = "".join(f"<p>{paragraph}</p>" for paragraph in text.split("\n"))
        head = "".join(f'<th scope="col">{name}</th>' for name in ("原文", "数值", "指标", "说的是", "状态", "时间", "提醒"))
        rows = "".join(map(self._line, self.indicators.iter_rows(named=True)))
        return (f'{STYLE}<div class="fazhi" lang="zh-CN"><div><strong>{_link(_title(self.row), self.row["url"])}</strong></div>'
                f"<div>{escape(self.line())}</div>{none}{f'<ul>{notes}</ul>' if notes else ''}"
                f"<details><summary>结构（{self.sections.height}）</summary><ul>{self._outline()}</ul></details>"
                f"<details open><summary>正文</summary>{body}</details>"
                f"<details open><summary>数量（{self.indicators.height}）</summary><table><thead><tr>{head}</tr></thead>"
                f"<tbody>{rows}</tbody></table></details></div>")

    def _outline(self) -> str:
        items = []
        for s in self.sections.filter(pl.col("level") > 0).iter_rows(named=True):
            words, about = f"{s['label'] or ''}{s['heading']}", s["kind"] or s["dimension"] or ""
            items.append(f'<li style="margin-left:{s["level"]}em">{escape(words)} <small>{escape(about)}</small></li>')
        return "".join(items)

    def _mark(self, piece: str, figure: Mapping[str, Any] | None) -> str:
        if figure is None:
            return escape(piece)
        tone = "" if figure["comparable"] else ' class="no"'
        return f'<mark id="{_anchor(figure)}"{tone} title="{escape(figure["code"] or figure["subject"])}">{escape(piece)}</mark>'

    @staticmethod
    def _line(figure: Mapping[str, Any]) -> str:
        cells = (figure["code"] or "", figure["subject"], figure["status"], figure["scope"], " ".join(figure["caveats"]))
        return (f'<tr><th scope="row"><a href="#{_anchor(figure)}">{escape(figure["value_text"])}</a></th>'
                f'<td class="n">{escape(amount(figure))}</td>' + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>")


def _anchor(figure: Mapping[str, Any]) -> str:
    return f"r-{figure['report_id']}-{figure['indicator_id']}"


def _title(row: Mapping[str, Any]) -> str:
    return str(row["title"] or f"{row['issuer'] or '机关不明'}{row['year'] or ''}年法治政府建设报告（标题不明）")


def _link(words: str, url: str | None) -> str:
    if url and url.startswith(("http://", "https://")):
        return f'<a href="{escape(url)}" rel="noreferrer noopener">{escape(words)}</a>'
    return escape(words)


def amount(row: Mapping[str, Any]) -> str:
    """A figure as it is read: sign of a bound, number or range, unit."""
    number = f"{row['value']:,.10g}" + (f"–{row['high']:,.10g}" if row["high"] is not None else "")
    return f"{SIGNS[row['qualifier']]}{number}{row['unit'] or ''}"


def aligned(rows: list[tuple[str, ...]], widest: int = 32) -> list[str]:
    """Rows of cells as lines with straight columns; a Chinese character is two columns wide."""
    def width(text: str) -> int:
        return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)

    def short(cell: str) -> str:
        return cell if width(cell) <= widest else cell[: widest // 2 - 1] + "…"

    cut = [(*map(short, row[:-1]), row[-1]) for row in rows]
    sizes = [max(map(width, column)) for column in zip(*cut, strict=True)]
    return ["  ".join(cell + " " * (size - width(cell)) for cell, size in zip(row, sizes, strict=True)).rstrip() for row in cut]


def document(report: Report) -> dict[str, Any]:
    """A report as plain values for JSON: one list of rows for each table but `sources`."""
    return {name: report.frames[name].to_dicts() for name in contract.TABLES if name != "sources"}
