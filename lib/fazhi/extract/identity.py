"""Whose report a page is, on which year, under which title: the report fields of the annotation guide.

What the page does not say is None. What is concluded rather than read leaves a finding.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import PurePath
from typing import Any

from fazhi.extract.issuer import mentions, reporter
from fazhi.extract.rows import Finding, Identity
from fazhi.extract.title import YEAR, attached, find_title, rules
from fazhi.read.dates import CHINESE_YEAR, SIGNED, spoken_date
from fazhi.read.page import Page

OVERRIDES: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(("title", "issuer", "issuer_kind", "region_code", "province", "prefecture", "county", "zone", "level"), str),
    "year": int,
    "published_on": date.fromisoformat,
    "signed_on": date.fromisoformat,
}
LEAD = 700  # characters in which a report says of which year it is
TAIL_LINES = 8  # a signature stands in these or nowhere
WIDE = re.compile(r"[０-９]")
NARROW = str.maketrans("０１２３４５６７８９", "0123456789")
NAMED = re.compile(rf"{YEAR}(?<!\d.{{4}})(?=\s*年)")
SPAN = re.compile(rf"{YEAR}\s*年?\s*(?:[-–—－~～至到]+)\s*{YEAR}")  # 2021—2025年: an outline's years


def identify(page: Page, name: str = "", overrides: Mapping[str, str] | None = None) -> Identity:
    """The report fields of a page.

    `name` is its file's name, the weakest evidence. `overrides` are an analyst's, as strings under the names of Identity's
    fields (`issuer`, `year`, `title`, `province` …); one that is no date or number where one is needed leaves a finding.
    """
    findings: list[Finding] = []
    given = _given(overrides or {}, findings)
    sent_on = None
    if letter := attached(page.text):  # whose report it is, says the report, not the letter that sends it
        sent_on, _ = _signature(page.text[: letter[0]])
        page = replace(page, text=page.text[letter[0] :], furniture=page.text[: letter[0]] + page.furniture)
    title, above = find_title(page, PurePath(name).stem.strip(), findings)
    title = given.get("title", title)
    text = page.text.translate(NARROW) if WIDE.search(page.text) else page.text
    signed_on, signature = _signature(text)
    year = given["year"] if "year" in given else _year(page, text, name, title, signed_on, findings)
    found = Identity(title=title, year=year, published_on=page.published_on, signed_on=signed_on or sent_on)
    page = replace(page, text=text)
    found = reporter(found, page, list(mentions(page, name, title, above, signature, year, given.get("issuer"))), findings)
    return replace(found, **given, findings=tuple(findings))


def _given(overrides: Mapping[str, str], findings: list[Finding]) -> dict[str, Any]:
    """The overrides that Identity has a field for, as that field's type."""
    given: dict[str, Any] = {}
    for key, value in overrides.items():
        if key not in OVERRIDES or not value:
            continue
        try:
            given[key] = OVERRIDES[key](value)
        except ValueError:
            findings.append(Finding("override_unusable", "warning", f"来源表中的 {key} 写作“{value}”，无法使用，仍按页面判断。"))
    return given


# --- dates


def _signature(text: str) -> tuple[date | None, list[str]]:
    """The date under the text, and the lines that stand where a signature stands, the nearest to the date first."""
    lines = [line.strip() for line in text.rstrip().split("\n")[-TAIL_LINES:] if line.strip()]
    signed, names = None, []
    for i in range(len(lines) - 1, -1, -1):
        line = lines[i]
        m = next(reversed(list(SIGNED.finditer(line))), None)
        if (
            m
            and len(line) - len(m[0]) <= 40
            and not re.search(r"[。，；：:]", line)
            and line[m.end() :].strip("）) 。") in ("", "印发")
        ):
            signed = spoken_date(m["y"], m["m"], m["d"])
            before = re.sub(r"[（(]$", "", line[: m.start()]).strip()
            names = [n for n in [before, *reversed(lines[max(0, i - 3) : i])] if n]
            break
    return signed, names if signed else list(reversed(lines))


# --- year


def _years(text: str) -> list[int]:
    """The years that a text names, without those of outlines, document numbers and prizes' spans."""
    patterns = rules()
    text = SPAN.sub(lambda m: " " * len(m[0]), text)
    return [
        int(m[0].translate(CHINESE_YEAR))
        for m in NAMED.finditer(text)
        if not patterns["year.not_after"].match(text, m.end())
        and not patterns["year.not_before"].search(text, max(0, m.start() - 6), m.start())
    ]


def _year(page: Page, text: str, name: str, title: str | None, signed: date | None, findings: list[Finding]) -> int | None:
    """The year reported on, by what title, headings, lead, plan, dates and the file's name say of it together."""
    patterns = rules()
    title = title.translate(NARROW) if title else None
    votes: dict[int, float] = defaultdict(float)
    said: dict[str, int] = {}

    def vote(source: str, year: int, weight: float) -> None:
        votes[year] += weight
        said.setdefault(source, year)

    if title and (years := _years(title) or [int(y.translate(CHINESE_YEAR)) for y in re.findall(YEAR, SPAN.sub("", title))]):
        vote("标题", years[0] if patterns["year.ahead"].search(title) else years[-1], 4)  # 2021年总结和2022年计划
    for m in patterns["year.done"].finditer(text):
        if years := _years(m[0]):
            vote("成效部分的标题", years[0], 3)
            break
    after = len(title) if title and text.startswith(title) else 0
    for m in patterns["year.plan"].finditer(text, after):
        if years := _years(m[0]):
            vote("下一年安排的标题", years[0] - 1, 2.5)
            break
    body = text[after : after + LEAD]
    if (announced := patterns["year.announce"].search(text[:3000])) and (years := _years(announced[0])):
        vote("“现将”一句", years[-1], 3)
    for m in patterns["year.lead"].finditer(body):
        if years := _years(m[0]):
            vote("开头", years[0], 2.5)
            break
    else:
        for year in _years(patterns["year.plan"].sub("", body))[:1]:
            vote("开头", year, 1)
    for on, weight in ((page.published_on, 1.2), (signed, 1.2)):
        if on:
            early = on.month <= 10
            votes[on.year - 1] += weight if early else weight / 2
            votes[on.year] += 0.2 if early else weight / 2
    counted: dict[int, int] = defaultdict(int)
    for year in _years(text):
        counted[year] += 1
    for year, n in counted.items():
        votes[year] += min(1.0, 0.1 * n)
    for naming, weight in ((name, 1.0), *((t, 0.8) for t in page.titles[:2])):
        for digits in re.findall(r"(?<!\d)20[12]\d(?!\d)", naming)[:1]:
            votes[int(digits)] += weight
    if not votes:
        return None
    best = max(votes, key=lambda y: (votes[y], y))
    other = {source: y for source, y in said.items() if y != best}
    if other:
        told = "，".join(f"{source}为{y}年" for source, y in other.items())
        findings.append(Finding("year_in_doubt", "warning", f"按全文判断为{best}年度，但{told}。"))
    elif not said:
        findings.append(Finding("year_inferred", "info", f"标题和开头都没有写明年度，按日期等判断为{best}年度。"))
    return best
