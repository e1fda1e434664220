"""Quantities get their codes: which entry of the codebook a figure meets, what nearly did, and what was ruled out.

Every word of every rule in knowledge/codebook.toml is found in one scan of the sentences that hold a number. A rule bids for a
number with the words it found: longer words nearer to the number bid higher, the usual unit keeps the bid, an unusual one lowers it.
The highest bid gives the code; a bid under the floor gives none.
"""
from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import ahocorasick_rs

from fazhi.extract.numerals import FOLD, units
from fazhi.extract.phrases import phrase
from fazhi.extract.places import CLAUSE, Place
from fazhi.extract.rows import Quantity, Section
from fazhi.knowledge import KnowledgeError, load_toml, require

FLOOR = 0.9
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


@dataclass(frozen=True, slots=True)
class Bid:
    """What a rule offered for a number."""

    code: str
    rule: str
    score: float
    words: tuple[str, ...]


def parse_rule(code: str, name: str, rule: str) -> Rule:
    """Read `A|B & ^C|D ! E !! F`; KnowledgeError when it has no first group or an empty word."""
    parts = _SPLIT.split(rule.translate(FOLD))
    groups, near_not, any_not = [], set(), set()
    for op, body in zip(["&", *parts[1::2]], parts[::2], strict=True):
        body = body.strip()
        near, side = not groups, ""
        while body[:1] in "^<>" and body:
            near, side = True, body[0] if body[0] in "<>" else side
            body = body[1:]
        terms = [t.strip() for t in body.split("|")]
        if not all(terms):
            raise KnowledgeError("codebook.toml", name, f"an empty word in {rule!r}", "write words between the bars")
        if op == "&":
            groups.append(Group(frozenset(terms), near, side))
        else:
            (near_not if op == "!" else any_not).update(terms)
    right = frozenset(t[1:] for t in near_not if t[0] == ">")
    return Rule(code, name, tuple(groups), frozenset(t.lstrip(">") for t in near_not), right, frozenset(any_not))


class Codebook:
    """The entries, their rules, and one automaton over all their words."""

    def __init__(self) -> None:
        know = load_toml("codebook.toml")
        classes = units()
        self.entries: dict[str, Entry] = {}
        self.rules: list[Rule] = []
        for e in know["entry"]:
            name = f"[[entry]] {e.get('code', '?')}"
            require("codebook.toml", name, e,
                    {"code": str, "dimension": str, "name_zh": str, "name_en": str, "kind": str, "units": list, "definition": str,
                     "rules": list, "yes": list, "no": list}, {"scope", "also"})
            if e["code"] in self.entries:
                raise KnowledgeError("codebook.toml", name, "the code stands twice", "keep one entry")
            if len(e["yes"]) < 2 or not e["no"]:
                raise KnowledgeError("codebook.toml", name, "too few examples", "give two `yes` and one `no` at least")
            if e["kind"] not in ("count", "rate", "amount"):
                raise KnowledgeError("codebook.toml", name, f"kind {e['kind']!r}", "use count, rate or amount")
            for unit in e["units"]:
                if unit not in classes and unit not in ("万元", "亿元"):
                    raise KnowledgeError("codebook.toml", name, f"unit {unit!r} is not in units.toml", "add it there first")
            self.entries[e["code"]] = Entry(e["code"], e["kind"], frozenset(e["units"]), frozenset([*(classes[u] for u in e["units"] if u in classes), *e.get("also", [])]),
                                            e.get("scope", "year"), e["name_zh"], e["dimension"])
            self.rules += [parse_rule(e["code"], f"{e['code']}/{i + 1}", r) for i, r in enumerate(e["rules"])]
        for e in know.get("none", []):
            require("codebook.toml", f"[[none]] {e.get('name', '?')}", e, {"name": str, "zh": str, "rules": list, "yes": list, "no": list}, {"kind"})
            self.rules += [parse_rule("", f"none:{e['name']}/{i + 1}", r) for i, r in enumerate(e["rules"])]
        self.first: dict[str, list[Rule]] = {}
        words: set[str] = set()
        for rule in self.rules:
            for term in rule.groups[0].terms:
                self.first.setdefault(term, []).append(rule)
            words |= rule.near_not | rule.any_not
            for group in rule.groups:
                words |= group.terms
        self.words = sorted(words)
        self.automaton = ahocorasick_rs.AhoCorasick(self.words)
        self.none_kinds = {f"none:{e['name']}": e.get("kind", "") for e in know.get("none", [])}


@cache
def codebook() -> Codebook:
    """The codebook of knowledge/codebook.toml, loaded and checked once."""
    return Codebook()


def _near_weight(gap: int, side: str) -> float:
    """How much a word `gap` characters from the number counts: the head of a Chinese noun phrase stands at its end."""
    return (1.0 if side == "<" else 0.95) / (1.0 + max(gap, 0) / (9.0 if side == "<" else 6.0))


def bids(q: Quantity, place: Place, hits: list[tuple[int, int, str]], heading: frozenset[str], group: str, signs: Sequence[str],
         span: int = 0, left: int | None = None) -> list[Bid]:
    """Every rule's bid for one quantity, highest first.

    `hits` are the codebook's words in its sentence with their spans, `heading` those of the headings above it; `signs` are words that
    stand for what is not written: `@件` its unit, `@person` its unit's class, `@department` the kind of the issuer, `@plan` the part.
    """
    book = codebook()
    start, end = q.start, q.end
    left = place.left if left is None else left
    near: dict[str, tuple[float, str]] = {}
    context: dict[str, float] = {}
    beside: set[str] = set()  # since the last semicolon: where `!!` looks
    for a, b, word in hits:
        if left <= a and b <= place.left_end:
            w, side = _near_weight(place.left_end - b, "<"), "<"
        elif place.label and place.label[0] <= a and b <= place.label[1]:
            w, side = _near_weight(place.label[1] - b + 3, "<"), "<"
        elif a >= end and b <= place.right:
            w, side = _near_weight(a - end, ">"), ">"
        elif a < start:
            if a >= span:
                beside.add(word)
            d = 0.45 / (1.0 + (start - b) / 60.0)
            if d > context.get(word, 0):
                context[word] = d
            continue
        elif a >= place.right and b <= place.clause_end:
            context[word] = max(context.get(word, 0), 0.3)
            continue
        else:
            continue
        if word not in near or w > near[word][0]:
            near[word] = (w, side)
    for word in heading:
        context.setdefault(word, 0.15)
    for sign in signs:
        context[sign] = 0.01
    out: list[Bid] = []
    seen: set[int] = set()
    for word in near:
        for rule in book.first.get(word, ()):
            if id(rule) in seen:
                continue
            seen.add(id(rule))
            bid = _bid(rule, q, near, context, beside, group, book)
            if bid is not None:
                out.append(bid)
    out.sort(key=lambda b: -b.score)
    return out


def _bid(rule: Rule, q: Quantity, near: dict[str, tuple[float, str]], context: dict[str, float], beside: set[str],
         group: str, book: Codebook) -> Bid | None:
    if any((t in near and (t not in rule.right_not or near[t][1] == ">")) or t[0] == "@" and t in context for t in rule.near_not):
        return None
    if any(t in near or t in beside for t in rule.any_not):
        return None
    entry = book.entries.get(rule.code)
    if entry is not None:
        if entry.kind != q.kind:
            return None
        fit = 1.0 if q.unit in entry.units else 0.85 if group in entry.classes else 0.0
        if not fit:
            return None
    else:
        kind = book.none_kinds[rule.name.split("/")[0]]
        if kind and kind != q.kind:
            return None
        fit = 1.0
    score, words = 0.0, []
    for i, g in enumerate(rule.groups):
        best, chosen = 0.0, ""
        for t in g.terms:
            if t in near:
                w, side = near[t]
                if g.side and side != g.side:
                    continue
                v = w * len(t)
            elif not g.near and t in context:
                v = context[t] * min(len(t), 4)
            else:
                continue
            if v > best:
                best, chosen = v, t
        if not chosen:
            return None
        score += best if i == 0 else 0.8 * best
        words.append(chosen)
    return Bid(rule.code, rule.name, round(score * fit, 4), tuple(words))


def code(text: str, found: list[Quantity], where: Sequence[Place], sections: Sequence[Section], issuer_kind: str = "") -> list[list[Bid]]:
    """Give each quantity its code, subject, parts and caveats in place; returns the bids for each, highest first."""
    folded = text.translate(FOLD)
    book = codebook()
    classes = units()
    spans: dict[tuple[int, int], list[tuple[int, int, str]]] = {}
    titles: dict[int, frozenset[str]] = {}
    order = sorted((s for s in sections), key=lambda s: s.start)
    by_id = {s.section_id: s for s in sections}
    all_bids: list[list[Bid]] = []
    k = 0
    for i, (q, place) in enumerate(zip(found, where, strict=True)):
        key = (place.sentence, place.sentence_end)
        if key not in spans:
            chunk = folded[place.sentence : place.sentence_end]
            spans[key] = [(place.sentence + a, place.sentence + b, book.words[w]) for w, a, b in
                                     book.automaton.find_matches_as_indexes(chunk, overlapping=True)]
        while k + 1 < len(order) and order[k + 1].start <= q.start:
            k += 1
        section = order[k] if order and order[k].start <= q.start else None
        if section is not None and section.section_id not in titles:
            head = section.heading or ""
            if section.parent_id is not None and section.level > 2:
                head = (by_id[section.parent_id].heading or "") + "\n" + head
            titles[section.section_id] = frozenset(book.words[w] for w, _, _ in book.automaton.find_matches_as_indexes(head.translate(FOLD), overlapping=True))
        heading = titles[section.section_id] if section is not None else frozenset()
        hits = spans[key]
        group = classes.get(q.unit or "", "")
        signs = ("@" + (q.unit or ""), "@" + group, "@" + issuer_kind)
        if q.kind == "change" or phrase("aspect").search(folded[q.end : q.end + 4]):
            mine: list[Bid] = []
        else:
            span = max(folded.rfind(c, place.sentence, q.start) for c in ";；\n") + 1
            mine = bids(q, place, hits, heading, group, signs, span)
            if not (mine and mine[0].score >= FLOOR) and phrase("bare").search(folded[place.left : place.left_end]) and place.right - q.end <= 4:
                before = max([place.sentence, *(m.end() for m in CLAUSE.finditer(folded, place.sentence, max(place.sentence, place.left - 1)))])
                mine = bids(q, place, hits, heading, group, signs, span, left=before) or mine
            if not (mine and mine[0].score >= FLOOR) and key[0]:
                at = max(folded.rfind(c, 0, key[0] - 1) for c in "。！？\n") + 1
                if section is None or at >= section.start:
                    earlier = frozenset(book.words[w] for w, _, _ in book.automaton.find_matches_as_indexes(folded[at : key[0]], overlapping=True))
                    mine = bids(q, place, hits, heading | earlier, group, signs, span) or mine
        all_bids.append(mine)
        q.quote_start, q.quote_end = place.clause, place.clause_end
        if mine and mine[0].score >= FLOOR and mine[0].code:
            q.code, q.confidence = mine[0].code, mine[0].score
            said, q.rule = q.rule, mine[0].rule
            if said is None and q.status == "actual" and q.scope == "year" and book.entries[q.code].scope == "stock" and not phrase("new").search(folded, place.left, q.start):
                q.scope = "stock"
        else:
            q.rule = mine[0].rule if mine else None
    return all_bids
