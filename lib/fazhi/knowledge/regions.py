"""The administrative divisions of 2015 to 2026: who bears a name, what stands above whom.

Names are borne by several divisions (鼓楼区 by five): `find` gives all of them and decides nothing.
The table is read once, when first asked for.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache

import ahocorasick_rs

from . import KnowledgeError, load_tsv

LEVELS = ("province", "prefecture", "county")


@dataclass(frozen=True, slots=True)
class Region:
    """A division under one name; `valid_from` and `valid_to` are the years in which it bore it (None: before 2015, still)."""

    code: str
    name: str
    short: str
    level: str
    parent: str
    valid_from: int | None
    valid_to: int | None
    successors: tuple[str, ...]

    def stood(self, year: int | None, slack: int = 1) -> bool:
        """Whether it stood in the year; a report is written a year later, so a year's slack is given on both sides."""
        return year is None or ((self.valid_from or 0) - slack <= year <= (self.valid_to or 9999) + slack)


@dataclass(frozen=True, slots=True)
class Place:
    """A name of a division in a text; more than one region may bear it."""

    start: int
    end: int
    name: str


@dataclass(frozen=True)
class _Table:
    by_code: dict[str, tuple[Region, ...]]
    by_name: dict[str, tuple[Region, ...]]
    names: tuple[str, ...]
    full: frozenset[str]
    lengths: dict[str, tuple[int, ...]]  # of the names that begin with two characters, longest first
    automaton: ahocorasick_rs.AhoCorasick


@cache
def _table() -> _Table:
    by_code: dict[str, list[Region]] = defaultdict(list)
    by_name: dict[str, list[Region]] = defaultdict(list)
    kinded: set[str] = set()
    for row in load_tsv("regions.tsv"):
        if row["level"] not in LEVELS or len(row["code"]) != 6 or not row["name"]:
            raise KnowledgeError(
                "regions.tsv", f"{row['code']} {row['name']}", "no code of six digits, level or name", "run make_regions.py"
            )
        first, last = (int(row[k]) if row[k] else None for k in ("valid_from", "valid_to"))
        short, *called = row["short"].split()
        region = Region(
            row["code"], row["name"], short, row["level"], row["parent"], first, last, tuple(row["successors"].split())
        )
        by_code[region.code].append(region)
        by_name[region.name].append(region)
        if region.short != region.name:
            by_name[region.short].append(region)
        if region.name.endswith("自治州") or region.name.endswith("自治县"):
            called.append(region.short + region.name[-1])  # 恩施州, 长阳县
        for name in called:
            by_name[name].append(region)
        kinded.update(called)
    for found in by_code.values():
        found.sort(key=lambda r: -(r.valid_to or 9999))
    for code, found in by_code.items():
        if found[0].parent and found[0].parent not in by_code:
            raise KnowledgeError("regions.tsv", code, f"no line for its parent {found[0].parent}", "run make_regions.py")
    names = tuple(by_name)
    lengths: dict[str, set[int]] = defaultdict(set)
    for name in names:
        lengths[name[:2]].add(len(name))
    return _Table(
        {k: tuple(v) for k, v in by_code.items()},
        {k: tuple(v) for k, v in by_name.items()},
        names,
        frozenset(kinded.union(r.name for found in by_code.values() for r in found)),
        {k: tuple(sorted(v, reverse=True)) for k, v in lengths.items()},
        ahocorasick_rs.AhoCorasick(names, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest),
    )


@cache
def by_code(code: str, year: int | None = None) -> Region | None:
    """The division of a code: under the name that it bore in the year, else under its latest; None for an unknown code."""
    found = _table().by_code.get(code, ())
    return next((r for r in found if r.stood(year, slack=0)), found[0] if found else None)


def is_full(name: str) -> bool:
    """Whether a name is one with its kind (宝山区, 恩施州), not a short one (宝山)."""
    return name in _table().full


def find(name: str, year: int | None = None) -> list[Region]:
    """All who bear a name (宝山区) or are called so (宝山, 内蒙古, 恩施州), in the year where one is given."""
    found = _table().by_name.get(name)
    return [r for r in found if r.stood(year)] if found else []


def at(text: str, start: int, year: int | None = None) -> tuple[str, list[Region]]:
    """The longest name that begins at a place of a text, and who bears it; ("", []) where none does."""
    for size in _table().lengths.get(text[start : start + 2], ()):
        name = text[start : start + size]
        if len(name) == size and (found := find(name, year)):
            return name, found
    return "", []


@cache
def path(code: str, year: int | None = None) -> tuple[Region, ...]:
    """The divisions from the province down to the code's own; empty for an unknown code."""
    chain: list[Region] = []
    region = by_code(code, year)
    while region is not None:
        chain.append(region)
        region = by_code(region.parent, year) if region.parent else None
    return tuple(reversed(chain))


def within(code: str, ancestor: str) -> bool:
    """Whether a division is another or lies in it."""
    return any(r.code == ancestor for r in path(code))


def scan(text: str) -> list[Place]:
    """Every name of a division in a text, the longest at each place, in reading order."""
    table = _table()
    return [Place(start, end, table.names[i]) for i, start, end in table.automaton.find_matches_as_indexes(text)]


@cache
def _towns() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in load_tsv("townships.tsv"):
        for name in row["names"].split():
            found[name].append(row["county"])
    return {k: tuple(v) for k, v in found.items()}


def towns(name: str) -> tuple[str, ...]:
    """The codes of the counties that have a town, township or sub-district of this name (沙河镇, 北京街道)."""
    return _towns().get(name, ())
