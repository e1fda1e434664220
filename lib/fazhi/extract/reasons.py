"""Which numerals measure nothing, and why: ordinals, dates, names, idioms, rules of duration, labels.

The reasons, idioms and names are listed in knowledge/numerals.toml.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import ahocorasick_rs

from fazhi.extract.prefilter import Opening
from fazhi.extract.rows import RuledOut
from fazhi.knowledge import compiled, exemplified, load_toml, require

ASCII = "0123456789"
CHINESE = "零〇一二两三四五六七八九十百千万亿"
ANY = rf"(?<![\d.{CHINESE}])(?<!\d,)(?:\d+(?:\.\d+)?|[{CHINESE}]+)"
FAR = 16  # how far before a numeral it is said how often: 每半年听取一次
_NUMERAL = CHINESE + ASCII
_TITLE = re.compile(r"《[^《》\n]{0,120}(?:《[^《》\n]*》[^《》\n]{0,80})*》")


@dataclass(frozen=True, slots=True)
class Reasons:
    """What rules numerals out: the patterns of numerals.toml, each with its reason, where a match can begin, and the names."""

    names: tuple[str, ...]  # of the reason of each pattern
    patterns: tuple[re.Pattern[str], ...]
    unless: dict[str, re.Pattern[str]]  # of a reason, what may stand up to the unit of a numeral that counts after all
    starts: re.Pattern[str]  # a run of numerals of one kind, or one other character
    automaton: ahocorasick_rs.AhoCorasick
    idiom: str
    places: re.Pattern[str]  # the names of places that a text tells


@cache
def listed() -> Reasons:
    """What numerals.toml lists, compiled. Raises KnowledgeError for an entry that cannot be used."""
    know = load_toml("numerals.toml")
    names: list[str] = []
    patterns: list[re.Pattern[str]] = []
    unless: dict[str, re.Pattern[str]] = {}
    starts = "0-9" + CHINESE
    for entry in know["reason"]:
        where = f"[[reason]] {entry.get('name')}"
        needed = {"name": str, "zh": str, "patterns": list, "yes": list, "no": list}
        require("numerals.toml", where, entry, needed, {"starts": str, "unless": str})
        if "unless" in entry:
            unless[entry["name"]] = compiled("numerals.toml", where, entry["unless"])
        starts += entry.get("starts", "")
        bodies = [p.replace("{A}", ANY).replace("{N}", r"\d+").replace("{C}", f"[{CHINESE}]+") for p in entry["patterns"]]
        patterns += [compiled("numerals.toml", where, body) for body in bodies]
        names += [entry["name"]] * len(bodies)
    idioms = know["names"][0]
    require("numerals.toml", "[[names]]", idioms, {"reason": str, "zh": str, "list": list, "yes": list, "no": list})
    words = list(dict.fromkeys(idioms["list"]))
    automaton = ahocorasick_rs.AhoCorasick(words, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)
    leap = re.compile(f"[{starts}](?:(?<=[0-9])[0-9]+|(?<=[{CHINESE}])[{CHINESE}]+)?")
    places = know["places"]
    require("numerals.toml", "[places]", places, {"pattern": str, "yes": list, "no": list})
    told = exemplified("numerals.toml", "[places]", places["pattern"], places["yes"], places["no"])
    return Reasons(tuple(names), tuple(patterns), unless, leap, automaton, idioms["reason"], told)


@cache
def _openings(run: str, before: str = "") -> tuple[Opening, ...]:
    return tuple(Opening(pattern.pattern, run, before) for pattern in listed().patterns)


@cache
def tried(first: str, run: str, after: str, inside: bool) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The patterns, with their reasons, that may match from a character `first` on.

    It stands in a `run` of such ones, behind which stands `after`; `inside`: a digit stands before.
    """
    reasons = listed()
    begun = _openings(ASCII, ASCII if inside else "")
    followed = _openings(run or ASCII)
    return tuple(
        (pattern, name)
        for pattern, name, begins, goes_on in zip(reasons.patterns, reasons.names, begun, followed, strict=True)
        if first in begins.first and (not run or goes_on.after.any or (after and after in goes_on.after))
    )


def ruled_out(folded: str) -> list[RuledOut]:
    """The spans that listed names and reasons cover, the longest first where they overlap, in reading order."""
    reasons = listed()
    candidates = [RuledOut(m.start(), m.end(), "title") for m in _TITLE.finditer(folded)]
    for _, start, end in reasons.automaton.find_matches_as_indexes(folded):
        # a name neither begins nor ends inside a longer numeral: 三十二道 is no 二道
        begins = folded[start] in CHINESE and start > 0 and folded[start - 1] in _NUMERAL
        ends = folded[end - 1] in CHINESE and folded[end : end + 1] in _NUMERAL and end < len(folded)
        if not begins and not ends:
            candidates.append(RuledOut(start, end, reasons.idiom))
    for name in {m[0] for m in reasons.places.finditer(folded)}:
        candidates += [RuledOut(m.start(), m.end(), reasons.idiom) for m in re.finditer(re.escape(name), folded)]
    at = 0
    for possible in reasons.starts.finditer(folded):
        first, end = possible.span()
        if end <= at:
            continue
        run = ASCII if folded[first] in ASCII else CHINESE if folded[first] in CHINESE else ""
        after = folded[end : end + 1] if run else ""
        for start in range(first, end):
            if start < at:
                continue
            for pattern, name in tried(folded[start], run, after, run is ASCII and start > first):
                if m := pattern.match(folded, start):
                    counts = reasons.unless.get(name)
                    if counts and counts.search(folded, max(0, start - FAR), start + 2):
                        continue
                    if m.end() > start:
                        at = m.end()
                        candidates.append(RuledOut(start, at, name))
                    break
    taken = bytearray(len(folded) + 1)
    out = []
    for c in sorted(candidates, key=lambda r: (r.start - r.end, r.start)):
        if taken.find(1, c.start, c.end) < 0:
            taken[c.start : c.end] = b"\1" * (c.end - c.start)
            out.append(c)
    return sorted(out, key=lambda r: r.start)
