"""What the tables hold of the sentences that a page leads to, and what a number printed with one of them may be: the sentence's
own value, or, where the print says `per` something, that value divided.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from fazhi.compare.guards import CompareError
from fazhi.compare.members import members
from fazhi.compare.question import Question
from fazhi.compare.relative import inhabitants, read_denominators

ANCHOR = re.compile(r"#?s-([0-9a-zA-Z_.]+)-(\d+)\Z")
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
SCALES = {"亿": 1e8, "万": 1e4}
# 6.56 件/10万人, 6.56 per 100,000 inhabitants; a name with a `per` in it begins with a capital
_PER = re.compile(r"\d[^\dA-Z/]{1,30}?(?:/|\bper )(?!cent\b)(?P<base>[^\s/<>]+)")
_PEOPLE = re.compile(r"(?:/|\bper )(?P<n>\d[\d,]*)(?P<myriad>万)?(?:人|\s*inhabitants)")


@dataclass(frozen=True, slots=True)
class Figure:
    """A row of the indicators, as far as a page may print it."""

    report: str
    value: float
    high: float | None
    kind: str
    unit: str | None


class Held:
    """The figures of the tables that `links` (anchors, with or without `#`) lead to."""

    def __init__(self, tables: Any, links: Iterable[str]) -> None:
        self._tables = tables
        self._reports = sorted({match[1] for link in links if (match := ANCHOR.match(link))})
        columns = ["report_id", "indicator_id", "value", "high", "kind", "unit"]
        rows = tables.indicators.filter(pl.col("report_id").is_in(self._reports)).select(columns).collect()
        self._figures = {(report, str(place)): Figure(report, *rest) for report, place, *rest in rows.iter_rows()}

    def get(self, link: str) -> Figure | None:
        """The figure behind a link; None where the tables have none."""
        match = ANCHOR.match(link)
        return self._figures.get((match[1], match[2])) if match else None

    def may_be(self, figure: Figure, text: str) -> list[float] | None:
        """The values that `text` (a number with its unit) may print of a figure: its own; divided by another figure of its report
        (`元/件`), or by the inhabitants of its place (`件/10万人`). None where nobody knows how many these are."""
        per = _PER.search(text)
        if not per:
            return [figure.value]
        if people := _PEOPLE.search(text, per.start()):
            some = float(people["n"].replace(",", "")) * (1e4 if people["myriad"] else 1)
            there = self._inhabitants.get(figure.report)
            return [figure.value * some / there] if there else None
        own = [figure.value] if "/" in (figure.unit or "") else []  # a report that itself says 元/件
        others = [other for other in self._figures.values() if other.report == figure.report and other.value > 0]
        alike = [other for other in others if other.unit == per["base"]] or others  # in English, bases have no unit of their own
        return own + [figure.value / other.value for other in alike]

    @cached_property
    def _inhabitants(self) -> dict[str, float]:
        """Report -> inhabitants of its place in its year, by the denominators beside the tables."""
        try:
            table = read_denominators(None, self._tables)
        except CompareError:  # there is none
            return {}
        mine = members(self._tables, Question.of(None, None, None, None))[0].filter(pl.col("report_id").is_in(self._reports))
        found = inhabitants(mine, table).filter(pl.col("population").is_not_null())
        return dict(found.select("report_id", "population").iter_rows())


def told(text: str) -> Iterator[str]:
    """The numbers of a text, each with the sign of its scale."""
    for match in NUMBER.finditer(text):
        after = text[match.end() :].lstrip()[:1]
        yield match[0] + (after if after in SCALES else "")


def near(printed: str, value: float) -> bool:
    """Whether a printed number is the value, without its sign, rounded to the places that were printed."""
    scale = SCALES.get(printed[-1], 1.0)
    digits = printed.rstrip("".join(SCALES)).replace(",", "")
    return abs(float(digits) - abs(value) / scale) <= 0.5 * 10.0 ** -len(digits.partition(".")[2]) + 1e-9 * abs(value)
