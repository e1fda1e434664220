"""The rows that a report's text becomes, before they are tables. Offsets count code points of the clean text."""
from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a reader should know before trusting a figure; `message` is one Chinese sentence."""

    rule: str
    severity: str  # info, warning, error
    message: str
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and all that stands in it, from `start` (its label) to `end`; `body` is where its own text begins."""

    section_id: int
    parent_id: int | None
    level: int  # 0 for a preamble without heading
    label: str | None
    heading: str | None
    kind: str | None  # level 1 only
    dimension: str | None  # below achievements only
    start: int
    body: int
    end: int


@dataclass(frozen=True, slots=True)
class Measure:
    """A sentence or inline item: one thing done, found wanting or planned."""

    measure_id: int
    section_id: int
    start: int
    end: int
    status: str  # done, problem, planned
    dimension: str
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose report this is, on which year, and what the page says of itself; what it does not say is None."""

    title: str | None = None
    issuer: str | None = None
    issuer_kind: str = "other"  # government, department, zone, township, other
    region_code: str | None = None
    province: str | None = None
    prefecture: str | None = None
    county: str | None = None
    zone: str | None = None
    level: str | None = None  # national, province, prefecture, county, township
    year: int | None = None
    published_on: date | None = None
    signed_on: date | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(slots=True)
class Quantity:
    """A number that measures something, as annotation.md asks; `code` is set by the indicators stage."""

    start: int  # of value_text
    end: int
    value: float
    high: float | None
    unit: str | None
    qualifier: str  # exact over under about at_least at_most range
    kind: str  # count rate amount change
    direction: str | None  # of a change: up, down
    status: str  # actual target norm
    scope: str  # year partial cumulative previous stock next
    subject: str
    quote_start: int
    quote_end: int
    dated: bool = False  # the sentence itself says the time
    code: str | None = None
    change_of: str | None = None
    period_start: date | None = None
    period_end: date | None = None
    part_of: int | None = None  # index of the total in the list of quantities
    division: int | None = None  # of a part: index of the first part of its list; one total may be divided in several ways
    confidence: float | None = None
    rule: str | None = None  # the knowledge entry that gave the code
    caveats: list[str] = field(default_factory=list)


class RuledOut(NamedTuple):
    """A numeral that measures nothing, and the named reason why."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Instrument:
    """A title in 《》 and how often the report names it."""

    title: str
    first_start: int
    mentions: int


@dataclass(frozen=True, slots=True)
class Reading:
    """All that the extract wing makes of one page; `not_a_report` says why the page is none, in one Chinese sentence."""

    text: str
    identity: Identity
    sections: list[Section]
    measures: list[Measure]
    quantities: list[Quantity]
    instruments: list[Instrument]
    findings: list[Finding]
    ruled_out: list[RuledOut]
    not_a_report: str | None = None
