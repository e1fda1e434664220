"""From one clean page to all its rows: outline -> identity -> measures -> numerals -> quantities -> indicators -> findings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fazhi.extract import findings as _findings
from fazhi.extract.codebook import codebook
from fazhi.extract.genre import not_a_report
from fazhi.extract.identity import identify
from fazhi.extract.indicators import Bid, code
from fazhi.extract.learned import Scores, model, review, review_dimensions
from fazhi.extract.measures import measures
from fazhi.extract.numerals import fold, scan
from fazhi.extract.outline import outline, outline_findings
from fazhi.extract.places import Place
from fazhi.extract.quantities import quantities
from fazhi.extract.rows import Finding, Instrument, Quantity, Reading, RuledOut, Section
from fazhi.extract.scope import period
from fazhi.extract.subjects import subjects
from fazhi.extract.ties import changes, levels_of, tie, whole_lists
from fazhi.read.page import Page

__all__ = ["explain", "extract", "figures", "instruments"]

_TITLE = re.compile(r"《([^《》]*(?:《[^《》]*》[^《》]*)*)》")


def instruments(text: str) -> list[Instrument]:
    """The titles inside 《》, once each in order of first appearance, with how often they are named."""
    first: dict[str, int] = {}
    count: dict[str, int] = {}
    for m in _TITLE.finditer(text):
        title = m[1].replace("\n", "").strip()
        if title and len(title) <= 120:
            first.setdefault(title, m.start(1))
            count[title] = count.get(title, 0) + 1
    return [Instrument(title, at, count[title]) for title, at in first.items()]


def ruled(
    text: str, sections: list[Section], year: int | None, issuer_kind: str = ""
) -> tuple[list[Quantity], list[Place], list[list[Bid]], list[RuledOut]]:
    """The figures of a text as the rules alone read them; the place of each; the bids for each; and the numerals ruled out."""
    numbers, out = scan(text)
    found, where, more = quantities(text, numbers, sections, year)
    offers = code(text, found, where, sections, issuer_kind)
    tie(text, found, where)
    return found, where, offers, out + more


def figures(
    text: str, sections: list[Section], year: int | None, issuer_kind: str = ""
) -> tuple[list[Quantity], list[Place], list[list[Bid]], list[RuledOut]]:
    """Every figure of a text, complete; the place of each; the rules' bids for each; and the numerals ruled out, with reasons."""
    found, where, offers, out, _ = _settled(text, sections, year, issuer_kind)
    return found, where, offers, _completed(text, found, where, out, sections, year)


def _settled(
    text: str, sections: list[Section], year: int | None, issuer_kind: str
) -> tuple[list[Quantity], list[Place], list[list[Bid]], list[RuledOut], Scores]:
    """As `ruled`, with the learned model's opinion taken, and its scores."""
    found, where, offers, out = ruled(text, sections, year, issuer_kind)
    scores = review(fold(text), found, where, sections, issuer_kind)
    whole_lists(text, found, where)
    return found, where, offers, out, scores


def _completed(
    text: str, found: list[Quantity], where: list[Place], out: list[RuledOut], sections: list[Section], year: int | None
) -> list[RuledOut]:
    """Say of each figure what it counts or is a change of, for which days, and how it compares, in place.

    Returns the numerals that are neither a figure nor within one, in reading order, those of headings' labels named so.
    """
    folded = fold(text)
    levels = levels_of(text, found, where)
    changes(found, where, levels)
    subjects(text, found, where, levels)
    for q, place in zip(found, where, strict=True):
        q.period_start, q.period_end = period(folded, q, place, year)
    _findings.caveats(found, year)
    taken = bytearray(len(text) + 1)
    for q in found:
        taken[q.start : q.end] = b"\1" * (q.end - q.start)
    labels = bytearray(len(text) + 1)
    for s in sections:
        labels[s.start : s.start + len(s.label or "")] = b"\1" * len(s.label or "")
    loose = [
        RuledOut(r.start, r.end, "label") if r.reason == "no_unit" and labels[r.start] else r
        for r in out
        if taken.find(1, r.start, r.end) < 0
    ]
    return sorted(loose, key=lambda r: r.start)


def extract(page: Page, name: str = "", overrides: Mapping[str, str] | None = None) -> Reading:
    """All rows of one page. `name` is the source's file name; `overrides` its columns of sources.csv (issuer, year, title …)."""
    text = page.text
    identity = identify(page, name, overrides)
    sections = review_dimensions(fold(text), outline(text, page.leads))
    found, where, _, out = figures(text, sections, identity.year, identity.issuer_kind)
    notes = [*identity.findings, *outline_findings(text, sections), *_findings.findings(text, found, where, out)]
    done = measures(text, sections)
    reading = Reading(text, identity, sections, done, found, instruments(text), notes, out, not_a_report(page, identity))
    return _as_printed(reading, page.printed, page.places) if page.printed else reading


def _as_printed(reading: Reading, printed: str, places: Sequence[int]) -> Reading:
    """A reading of simplified characters with every word of the report as, and where, it is printed, in traditional ones.

    The names of divisions and of the issuer stay in simplified ones: by them reports of one body are found.
    """
    text = reading.text
    usual = {c: printed[places[i]] for i, c in enumerate(text)}

    def shown(words: str | None, start: int = 0) -> str | None:
        if not words:
            return words
        at = max(text.find(words, start), text.rfind(words, 0, start))  # -1 for words that a line break parts
        return printed[places[at] : places[at + len(words)]] if at >= 0 else "".join(usual.get(c, c) for c in words)

    def moved(row: Any, *names: str) -> Any:
        return replace(row, **{name: places[at] for name in names if (at := getattr(row, name)) is not None})

    sections = [replace(s, label=shown(s.label, s.start), heading=shown(s.heading, s.start)) for s in reading.sections]
    found = [replace(q, subject=shown(q.subject, q.quote_start) or "", unit=shown(q.unit, q.start)) for q in reading.quantities]
    note = Finding("traditional_characters", "info", "原页为繁体字，按简体字识别，文字仍照原页显示。")
    who = reading.identity
    return replace(
        reading,
        text=printed,
        identity=replace(who, title=shown(who.title)),
        sections=[moved(s, "start", "body", "end") for s in sections],
        measures=[moved(m, "start", "end") for m in reading.measures],
        quantities=[moved(q, "start", "end", "quote_start", "quote_end") for q in found],
        instruments=instruments(printed),
        findings=[*(moved(f, "start", "end") for f in reading.findings), note],
        ruled_out=[RuledOut(places[r.start], places[r.end], r.reason) for r in reading.ruled_out],
    )


def explain(text: str, year: int | None = None) -> list[dict[str, Any]]:
    """How each numeral of a sentence is read: its value and code, the rules that bid for it, or the reason that rules it out.

    One dict a numeral in reading order: `text`, `start`, `end`, and either `ruled_out` (the reason) or `value`, `high`, `unit`,
    `qualifier`, `kind`, `status`, `scope`, `code`, `rule`, `name_zh`, `subject`, `caveats`, `offers` (rule, score, words; best
    first) and `learned` (the model's three best codes with their scores, the rules' vote among them; "" for none of ours).
    """
    found, where, offers, numerals, scores = _settled(text, [], year, "")
    ruled_out = _completed(text, found, where, numerals, [], year)
    out: list[dict[str, Any]] = [
        {"text": text[r.start : r.end], "start": r.start, "end": r.end, "ruled_out": r.reason} for r in ruled_out
    ]
    for q, bids, given in zip(found, offers, scores.tolist(), strict=True):
        row = {
            k: getattr(q, k)
            for k in ("value", "high", "unit", "qualifier", "kind", "status", "scope", "code", "rule", "subject", "caveats")
        }
        row["name_zh"] = codebook().entries[q.code].name_zh if q.code else None
        row["offers"] = [{"rule": b.rule.name, "score": b.score, "words": b.words} for b in bids]
        best = sorted(zip(given, model().codes, strict=True), reverse=True)[:3]
        row["learned"] = [{"code": code, "score": score} for score, code in best]
        out.append({"text": text[q.start : q.end], "start": q.start, "end": q.end, **row})
    return sorted(out, key=lambda row: int(row["start"]))
