"""The codebook as the engine needs it: entries, rules that say how the language puts them, one automaton over all their words.

The language of the rules is explained at the head of knowledge/codebook.toml.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import ahocorasick_rs

from fazhi.extract.numerals import FOLD, units
from fazhi.knowledge import KnowledgeError, load_toml, require

_SPLIT = re.compile(r"\s(&|!!?)\s")


@dataclass(frozen=True, slots=True)
class Group:
    """Alternatives, one of which must be found: `near` beside the number, `side` left or right only."""

    terms: frozenset[str]
    near: bool
    side: str  # "", "<", ">"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of an entry; its first group is always beside the number."""

    code: str  # of the entry; "" for a near miss that is none of ours
    name: str
    groups: tuple[Group, ...]
    near_not: frozenset[str]
    right_not: frozenset[str]  # those of near_not that count only right of the number
    any_not: frozenset[str]


@dataclass(frozen=True, slots=True)
class Entry:
    """A codebook entry as the engine needs it."""

    code: str
    kind: str
    units: frozenset[str]
    classes: frozenset[str]
    scope: str
    name_zh: str
    dimension: str


def parse_rule(code: str, name: str, rule: str) -> Rule:
    """Read `A|B & ^C|D ! E !! F`; KnowledgeError when it has an empty word."""
    parts = _SPLIT.split(rule.translate(FOLD))
    groups: list[Group] = []
    near_not: set[str] = set()
    any_not: set[str] = set()
    for op, body in zip(["&", *parts[1::2]], parts[::2], strict=True):
        words = body.strip()
        near, side = not groups, ""
        while op == "&" and words[:1] in ("^", "<", ">"):
            near, side = True, words[0].strip("^") or side
            words = words[1:]
        terms = [t.strip() for t in words.split("|")]
        if not all(terms):
            raise KnowledgeError("codebook.toml", name, f"an empty word in {rule!r}", "write words between the bars")
        if op == "&":
            groups.append(Group(frozenset(terms), near, side))
        else:
            (near_not if op == "!" else any_not).update(terms)
    right = frozenset(t[1:] for t in near_not if t[0] == ">")
    return Rule(code, name, tuple(groups), frozenset(t.lstrip(">") for t in near_not), right, frozenset(any_not))


_ENTRY: dict[str, type] = {
    "code": str,
    "dimension": str,
    "name_zh": str,
    "name_en": str,
    "kind": str,
    "units": list,
    "definition": str,
    "rules": list,
    "yes": list,
    "no": list,
}
_NONE: dict[str, type] = {"name": str, "zh": str, "rules": list, "yes": list, "no": list}


def _entry(e: dict[str, Any]) -> Entry:
    """One entry of the file, checked."""
    name = f"[[entry]] {e.get('code', '?')}"
    require("codebook.toml", name, e, _ENTRY, {"scope", "also"})
    if len(e["yes"]) < 2 or not e["no"]:
        raise KnowledgeError("codebook.toml", name, "too few examples", "give two `yes` and one `no` at least")
    if e["kind"] not in ("count", "rate", "amount"):
        raise KnowledgeError("codebook.toml", name, f"kind {e['kind']!r}", "use count, rate or amount")
    known = units()
    if strange := [u for u in e["units"] if u not in known and u not in ("万元", "亿元")]:
        raise KnowledgeError("codebook.toml", name, f"unit {strange[0]!r} is not in units.toml", "add it there first")
    classes = {known[u] for u in e["units"] if u in known} | set(e.get("also", []))
    return Entry(
        e["code"], e["kind"], frozenset(e["units"]), frozenset(classes), e.get("scope", "year"), e["name_zh"], e["dimension"]
    )


class Codebook:
    """The entries, their rules, and one automaton over all their words."""

    def __init__(self) -> None:
        know = load_toml("codebook.toml")
        self.entries: dict[str, Entry] = {}
        self.rules: list[Rule] = []
        self.none_kinds: dict[str, str] = {}  # of a near miss, by its name: the kind it is limited to, or ""
        for e in know["entry"]:
            entry = _entry(e)
            if entry.code in self.entries:
                raise KnowledgeError("codebook.toml", f"[[entry]] {entry.code}", "the code stands twice", "keep one entry")
            self.entries[entry.code] = entry
            self.rules += [parse_rule(entry.code, f"{entry.code}/{i}", r) for i, r in enumerate(e["rules"], 1)]
        for e in know.get("none", []):
            require("codebook.toml", f"[[none]] {e.get('name', '?')}", e, _NONE, {"kind"})
            self.none_kinds[f"none:{e['name']}"] = e.get("kind", "")
            self.rules += [parse_rule("", f"none:{e['name']}/{i}", r) for i, r in enumerate(e["rules"], 1)]
        self.first: dict[str, list[Rule]] = {}
        words: set[str] = set()
        for rule in self.rules:
            for term in rule.groups[0].terms:
                self.first.setdefault(term, []).append(rule)
            words.update(rule.near_not, rule.any_not, *(g.terms for g in rule.groups))
        self.words = sorted(words)
        self.automaton = ahocorasick_rs.AhoCorasick(self.words)


@cache
def codebook() -> Codebook:
    """The codebook of knowledge/codebook.toml, loaded and checked once."""
    return Codebook()
