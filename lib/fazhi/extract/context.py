"""What stands around each number: zones of the text, and what is known of the number beside its words.

A linear model sees the zones as character n-grams, each with the zone that it stands in. An n-gram of a zone is a row of the
model's table of weights. Which row follows from its characters by arithmetic alone (feature hashing), so the model needs no list
of n-grams, and the rows of all numbers of a text come from a few array operations.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from fazhi.extract.numerals import units
from fazhi.extract.places import Place
from fazhi.extract.rows import Quantity, Section

BITS = 17
ROWS = 1 << BITS
_PRIMES = (0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35, 0x27D4EB2F)  # odd, and unlike in their bits
Ints = NDArray[np.int64]
FACTS, VERDICTS = 8, 4  # how many names `Around` has of each number, and how many of what the rules say of it


@lru_cache(maxsize=4096)
def _salt(name: str) -> int:
    return zlib.crc32(name.encode()) | 1


@lru_cache(maxsize=65536)
def row(name: str, bits: int = BITS) -> int:
    """The row of a feature by its name, in a table of 2 ** bits rows: a unit, the class of one, the code of the number before."""
    return (zlib.crc32(name.encode()) * _PRIMES[0] & 0xFFFFFFFF) >> (32 - bits)


class Grams:
    """The n-grams of a text, in which every figure is one sign."""

    def __init__(self, folded: str) -> None:
        signs = np.frombuffer(folded.encode("utf-32-le", "surrogatepass"), np.uint32)
        digits = (signs >= 48) & (signs <= 57)
        kept = np.ones(len(signs), bool)
        kept[1:] = ~(digits[1:] & digits[:-1])
        self._places = np.concatenate(([0], np.cumsum(kept)))
        signs = np.where(digits, np.uint32(48), signs)[kept]
        self.of = [signs]
        for n in range(1, 4):  # of[n]: the n + 1 signs from a place on, as one number
            self.of.append(self.of[-1][: max(0, len(signs) - n)] * np.uint32(_PRIMES[n]) + signs[n:])

    def places(self, offsets: Sequence[int]) -> Ints:
        """Of offsets of the text their places among the signs."""
        found: Ints = self._places[np.array(offsets, np.int64)]
        return found

    def keys(self, zone: str, n: int, starts: Ints, ends: Ints, salts: NDArray[np.uint32]) -> Ints:
        """For windows of the signs, one a number: number * ROWS + row of each n-gram within, as seen in a zone.

        Each number's `salt` tells its n-grams from those of others (1 for none).
        """
        counts = np.maximum(ends - starts - n + 1, 0)
        numbers = np.repeat(np.arange(len(starts)), counts)
        within = np.arange(len(numbers)) - np.repeat(np.cumsum(counts) - counts, counts)
        grams = self.of[n - 1][np.repeat(starts, counts) + within]
        rows = grams * salts[numbers] * np.uint32(_salt(f"{zone} {n}")) >> np.uint32(32 - BITS)
        keys: Ints = numbers * ROWS + rows
        return keys


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around each number of a text, for both of the models that look at it."""

    grams: Grams
    zones: dict[str, tuple[Ints, Ints]]  # where each zone of each number begins and ends among the signs
    groups: list[str]  # the class of each number's unit
    names: list[tuple[str, ...]]  # what is known of each number beside its words; all say the same things in the same order
    verdicts: list[tuple[str, ...]]  # and what the rules have made of it, likewise


def around(
    folded: str, found: Sequence[Quantity], where: Sequence[Place], sections: Sequence[Section], issuer_kind: str
) -> Around:
    """The surroundings of every number of a text.

    The numbers must have their codes from the rules: that of the number before is told.
    """
    grams = Grams(folded)
    at = grams.places
    start, end = at([q.start for q in found]), at([q.end for q in found])
    own_end = at([p.left_end for p in where])
    own = np.maximum(at([p.left for p in where]), own_end - 24)
    line = [folded.find("\n", q.end, q.end + 40) for q in found]
    ahead = np.minimum(at([len(folded) if stop < 0 else stop for stop in line]), end + 16)
    tops = _Tops(sections)
    heads = [tops.head(q.start) for q in found]
    zones = {
        "own": (own, own_end),
        "tail": (np.maximum(own, own_end - 6), own_end),
        "clause": (np.maximum(at([p.clause for p in where]), start - 36), start),
        "sentence": (np.maximum(at([p.sentence for p in where]), start - 60), start),
        "itself": (start, end),
        "right": (end, at([p.right for p in where])),
        "ahead": (end, ahead),
        "next": (end, np.minimum(ahead, end + 4)),
        "label": (at([p.label[0] if p.label else 0 for p in where]), at([p.label[1] if p.label else 0 for p in where])),
        "head": (at([a for a, _ in heads]), at([b for _, b in heads])),
    }
    groups = [units().get(q.unit or "", "") for q in found]
    names: list[tuple[str, ...]] = []
    verdicts: list[tuple[str, ...]] = []
    for i, (q, p, group) in enumerate(zip(found, where, groups, strict=True)):
        bare = not folded[p.left : p.left_end].strip("、,; ")
        before = found[i - 1] if i else None
        names.append((
            f"unit {q.unit}",
            f"class {group}",
            f"kind {q.kind}",
            f"part {tops.part(q.start)}",
            f"issuer {issuer_kind}",
            f"bare {bare}",
            f"before {before.code} {bare}" if before else "",
            f"same {before.unit == q.unit}" if before else "",
        ))
        verdicts.append((f"code {q.code}", f"rule {q.rule}", f"scope {q.scope}", f"scope after {before.scope}" if before else ""))
    return Around(grams, zones, groups, names, verdicts)


def contexts(seen: Around) -> tuple[Ints, Ints]:
    """The rows of the features of every number of a text, number after number, and where each number's begin among them."""
    grams, zones = seen.grams, seen.zones
    one = np.ones(len(seen.names), np.uint32)
    groups = np.array([_salt(group) for group in seen.groups], np.uint32)
    (own, own_end), (end, ahead) = zones["own"], zones["ahead"]
    windows = [
        ("own", (2, 3, 4), *zones["own"], one),
        ("own", (2, 3, 4), *zones["label"], one),
        ("tail", (1, 2, 3, 4), *zones["tail"], one),
        ("clause", (2, 3), *zones["clause"], one),
        ("sentence", (2, 3), *zones["sentence"], one),
        ("right", (2, 3), *zones["right"], one),
        ("ahead", (2, 3), *zones["ahead"], one),
        ("class", (2, 3), own, own_end, groups),
        ("head", (2,), *zones["head"], one),
        *(("last", (n,), np.maximum(own, own_end - n), own_end, groups) for n in (1, 2, 3, 4)),
        *(("next", (n,), end, np.minimum(ahead, end + n), groups) for n in (1, 2, 3, 4)),
    ]
    keys = [grams.keys(zone, n, a, b, salts) for zone, sizes, a, b, salts in windows for n in sizes]
    keys += [np.array([i * ROWS + row(name) for name in names if name], np.int64) for i, names in enumerate(seen.names)]
    return _parted(keys, len(seen.names))


def _parted(keys: list[Ints], count: int) -> tuple[Ints, Ints]:
    """The rows of each of `count` numbers, every row once, number after number, and where each number's begin."""
    narrow = np.int32 if count < 1 << (31 - BITS) else np.int64
    every = np.sort(np.concatenate(keys).astype(narrow))  # a sort of small integers is many times as fast as np.unique
    every = every[np.concatenate(([True], every[1:] != every[:-1]))]
    return every & (ROWS - 1), np.searchsorted(every, np.arange(count) * ROWS)


BODY = 600  # characters of a section's text that tell what it is about


def heading_contexts(folded: str, sections: Sequence[Section]) -> tuple[Ints, Ints]:
    """As `contexts`, for sections with a heading: the rows of its words, of its text's and of the heading's above it."""
    grams = Grams(folded)
    by_id = {s.section_id: s for s in sections}
    above = [by_id.get(s.parent_id) if s.parent_id is not None else None for s in sections]
    one = np.ones(len(sections), np.uint32)
    at = grams.places

    words = at([s.start + len(s.label or "") for s in sections]), at([s.body for s in sections])
    text = at([s.body for s in sections]), at([min(s.end, s.body + BODY) for s in sections])
    higher = at([s.start if s else 0 for s in above]), at([s.body if s else 0 for s in above])
    windows = (("heading", (1, 2, 3, 4), words), ("text", (2, 3), text), ("higher", (2, 3), higher))
    keys = [grams.keys(zone, n, *window, one) for zone, sizes, window in windows for n in sizes]
    keys.append(np.array([i * ROWS + row(f"level {s.level}") for i, s in enumerate(sections)], np.int64))
    return _parted(keys, len(sections))


class _Tops:
    """The headings of a report, asked by offset: the words of the one above, and the kind of the part that it stands in."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self.heads = sorted((s for s in sections if s.heading), key=lambda s: s.start)
        self.starts = [s.start for s in self.heads]
        kinds = {s.section_id: s.kind for s in sections}
        self.kinds: list[str] = []
        for s in self.heads:
            above = kinds.get(s.parent_id) if s.parent_id is not None else None
            kinds[s.section_id] = s.kind or above
            self.kinds.append(s.kind or above or "")

    def head(self, offset: int) -> tuple[int, int]:
        k = bisect_right(self.starts, offset) - 1
        return (self.heads[k].start, min(self.heads[k].body, offset)) if k >= 0 else (0, 0)

    def part(self, offset: int) -> str:
        k = bisect_right(self.starts, offset) - 1
        return self.kinds[k] if k >= 0 else ""
