"""The codebook as the engine needs it: entries, rules that say how the language puts them, one automaton over all their words.

The language of the rules is explained at the head of knowledge/codebook.toml. In the engine a word is its place in
`Codebook.words`, and a set of rules an int with a bit for each: which rules the words beside a number leave in play is then
a few `&` and `|`, and only those are looked at closely.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import ahocorasick_rs

from fazhi.extract.numerals import fold, units
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
    scope: str  # the usual one
    yearly: bool  # the year's also where its words are those of a standing list
    name_zh: str
    dimension: str


def parse_rule(code: str, name: str, rule: str) -> Rule:
    """Read `A|B & ^C|D ! E !! F`; KnowledgeError when it has an empty word."""
    parts = _SPLIT.split(fold(rule))
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
    require("codebook.toml", name, e, _ENTRY, {"scope": str, "also": list})
    if len(e["yes"]) < 2 or not e["no"]:
        raise KnowledgeError("codebook.toml", name, "too few examples", "give two `yes` and one `no` at least")
    if e["kind"] not in ("count", "rate", "amount"):
        raise KnowledgeError("codebook.toml", name, f"kind {e['kind']!r}", "use count, rate or amount")
    known = units()
    if strange := [u for u in e["units"] if u not in known and u not in ("万元", "亿元")]:
        raise KnowledgeError("codebook.toml", name, f"unit {strange[0]!r} is not in units.toml", "add it there first")
    classes = {known[u] for u in e["units"] if u in known} | set(e.get("also", []))
    scope = e.get("scope", "year")
    if scope not in ("year", "stock"):
        raise KnowledgeError("codebook.toml", name, f"scope {scope!r}", "use year or stock, or leave it out")
    return Entry(
        e["code"],
        e["kind"],
        frozenset(e["units"]),
        frozenset(classes),
        scope,
        "scope" in e and scope == "year",
        e["name_zh"],
        e["dimension"],
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What a figure of one kind and unit asks of the rules."""

    fit: tuple[float, ...]  # of each rule: how well kind and unit fit its entry
    rules: int  # those that fit at all
    signs: frozenset[int]  # `@件` for the unit, `@person` for its class, `@department` for the kind of the issuer


class Codebook:
    """The entries, their rules, one automaton over all their words, and what each word does to the rules."""

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
            require("codebook.toml", f"[[none]] {e.get('name', '?')}", e, _NONE, {"kind": str})
            self.none_kinds[f"none:{e['name']}"] = e.get("kind", "")
            self.rules += [parse_rule("", f"none:{e['name']}/{i}", r) for i, r in enumerate(e["rules"], 1)]
        self.words = sorted({w for r in self.rules for w in r.near_not.union(r.any_not, *(g.terms for g in r.groups))})
        self.lengths = [len(word) for word in self.words]
        self.automaton = ahocorasick_rs.AhoCorasick(self.words)
        self._places = {word: i for i, word in enumerate(self.words)}
        self._asked: dict[tuple[str, str, str, str], Asked] = {}
        # Of each rule its groups: the words, whether they stand beside the number, on which side.
        self.groups = [tuple((frozenset(self._numbers(g.terms)), g.near, g.side) for g in r.groups) for r in self.rules]
        self.afar = [tuple(terms for terms, near, _ in groups if not near) for groups in self.groups]
        self.single = sum(1 << i for i, groups in enumerate(self.afar) if not groups)
        # Of each word left or right of a number the rules that have it in the first group and, above all rules, those that it
        # shuts out; of the words that shut rules out of a whole sentence, these rules.
        opens = self._turned(r.groups[0].terms for r in self.rules)
        shuts_left = self._turned(r.near_not - r.right_not | r.any_not for r in self.rules)
        shuts_right = self._turned(r.near_not | r.any_not for r in self.rules)
        self.left = [a | b << len(self.rules) for a, b in zip(opens, shuts_left, strict=True)]
        self.right = [a | b << len(self.rules) for a, b in zip(opens, shuts_right, strict=True)]
        self.bars = {word: rules for word, rules in enumerate(self._turned(r.any_not for r in self.rules)) if rules}
        self.all = (1 << len(self.rules)) - 1

    def _numbers(self, words: Iterable[str]) -> Iterator[int]:
        return (self._places[word] for word in words if word in self._places)

    def _turned(self, words_of: Iterable[Iterable[str]]) -> list[int]:
        """The sets of words of all rules turned about: the set of rules of each word."""
        out = [0] * len(self.words)
        for i, words in enumerate(words_of):
            for k in self._numbers(words):
                out[k] |= 1 << i
        return out

    def _fit(self, rule: Rule, kind: str, unit: str, group: str) -> float:
        """How well kind and unit of a quantity fit the rule's entry: 0 for not at all."""
        entry = self.entries.get(rule.code)
        if entry is None:
            return 1.0 if self.none_kinds[rule.name.partition("/")[0]] in ("", kind) else 0.0
        if entry.kind != kind:
            return 0.0
        return 1.0 if unit in entry.units else 0.85 if group in entry.classes else 0.0

    def asked(self, kind: str, unit: str, group: str, issuer_kind: str) -> Asked:
        """What a figure of this kind and unit, of this class, from such an issuer, asks of the rules."""
        key = kind, unit, group, issuer_kind
        if key not in self._asked:
            signs = {"@" + unit, "@" + group, "@" + issuer_kind}
            fit = tuple(0.0 if signs & rule.near_not else self._fit(rule, kind, unit, group) for rule in self.rules)
            rules = sum(1 << i for i, weight in enumerate(fit) if weight)
            self._asked[key] = Asked(fit, rules, frozenset(self._numbers(signs)))
        return self._asked[key]


@cache
def codebook() -> Codebook:
    """The codebook of knowledge/codebook.toml, loaded and checked once."""
    return Codebook()
