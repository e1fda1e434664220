"""Quantities get their codes: which entry of the codebook a figure meets, what nearly did, and what was ruled out.

The words of all rules are found in one scan of the sentences that hold a number. A rule bids for a number with the words it
found: longer words nearer to the number bid higher, the usual unit keeps the bid and another of its class lowers it. The
highest bid gives the code; a bid under the floor gives none.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from fazhi.extract.codebook import Codebook, Rule, codebook
from fazhi.extract.confidence import by_lead
from fazhi.extract.numerals import FOLD, fold, units
from fazhi.extract.phrases import phrase
from fazhi.extract.places import CLAUSE, Place
from fazhi.extract.rows import Quantity, Section

FLOOR = 0.9  # the least bid that gives a code; by the practice figures, which hardly move between 0.8 and 1.2
LEFT, RIGHT = 9.0, 6.0  # characters at which a word left or right of the number counts half
FAR, AFTER, ABOVE, SIGN = (
    0.45,
    0.3,
    0.15,
    0.01,
)  # weights of words earlier in the sentence, later in the clause, above it, unwritten


# What a change may be a change of: the kinds and usual units that its noun is tried with.
_LEVELS = (
    ("count", "件", "case"),
    ("count", "次", "session"),
    ("count", "人次", "person"),
    ("rate", "%", "rate"),
    ("amount", "元", "money"),
)


@dataclass(frozen=True, slots=True)
class Bid:
    """What a rule offered for a number."""

    code: str
    rule: str
    score: float
    words: tuple[str, ...]


class Stretch:
    """The codebook's words in one sentence: with their offsets in reading order, and where each word ends."""

    def __init__(self, spans: list[tuple[int, int, str]]) -> None:
        self.spans = sorted(spans)
        self.starts = [a for a, _, _ in self.spans]
        self.places: dict[str, list[tuple[int, int]]] = {}
        for a, b, word in self.spans:
            self.places.setdefault(word, []).append((a, b))

    def between(self, start: int, end: int) -> list[tuple[int, int, str]]:
        """The words that begin in [start, end)."""
        return self.spans[bisect_left(self.starts, start) : bisect_left(self.starts, end)]


class Words:
    """The codebook's words in one text, found once for each sentence that is asked for."""

    def __init__(self, folded: str, book: Codebook) -> None:
        self.folded, self.book = folded, book
        self.found: dict[tuple[int, int], Stretch] = {}

    def of(self, start: int, end: int) -> Stretch:
        """The words in folded[start:end]."""
        if (start, end) not in self.found:
            hits = self.book.automaton.find_matches_as_indexes(self.folded[start:end], overlapping=True)
            self.found[start, end] = Stretch([(start + a, start + b, self.book.words[w]) for w, a, b in hits])
        return self.found[start, end]


class Surroundings:
    """What stands around one number: words beside it, words farther off, and the signs for what is not written.

    `signs` are `@件` for its unit, `@person` for its unit's class, `@department` for the kind of the issuer.
    """

    def __init__(
        self, q: Quantity, place: Place, words: Words, above: Collection[str], signs: Collection[str], left: int
    ) -> None:
        self.start, self.above, self.signs = q.start, above, signs
        self.stretch = words.of(place.sentence, place.sentence_end)
        self.semicolon = max(words.folded.rfind(c, place.sentence, q.start) for c in ";；\n") + 1
        self.after = (place.right, place.clause_end)
        self.near: dict[str, tuple[float, str]] = {}
        for _, b, word in self.stretch.between(left, place.left_end):
            if b <= place.left_end:
                self._beside(word, 1 / (1 + (place.left_end - b) / LEFT), "<")
        for a, b, word in self.stretch.between(q.end, place.right):
            if b <= place.right:
                self._beside(word, 0.95 / (1 + (a - q.end) / RIGHT), ">")
        if place.label:
            for _, b, word in self.stretch.between(*place.label):
                if b <= place.label[1]:
                    self._beside(word, 1 / (1 + (place.label[1] - b + 3) / LEFT), "<")

    def _beside(self, word: str, weight: float, side: str) -> None:
        if word not in self.near or weight > self.near[word][0]:
            self.near[word] = (weight, side)

    def context(self, word: str) -> float:
        """The weight of a word that is not beside the number: earlier in the sentence, later in the clause, above it."""
        if word in self.signs:
            return SIGN
        best = ABOVE if word in self.above else 0.0
        for a, b in self.stretch.places.get(word, ()):
            if a < self.start:
                best = max(best, FAR / (1 + (self.start - b) / 60))
            elif self.after[0] <= a and b <= self.after[1]:
                best = max(best, AFTER)
        return best

    def _since_semicolon(self, word: str) -> bool:
        return any(self.semicolon <= a < self.start for a, _ in self.stretch.places.get(word, ()))

    def forbids(self, rule: Rule) -> bool:
        """Whether a word stands there that the rule excludes."""
        for word in rule.near_not:
            if word in self.near:
                if word not in rule.right_not or self.near[word][1] == ">":
                    return True
            elif word in self.signs:
                return True
        return any(word in self.near or self._since_semicolon(word) for word in rule.any_not)

    def match(self, rule: Rule) -> tuple[float, tuple[str, ...]] | None:
        """How well the rule's groups are found, and by which words; None when one is missing."""
        score = 0.0
        chosen: list[str] = []
        for group in rule.groups:
            best, word = 0.0, ""
            for term in group.terms:
                if term in self.near:
                    weight, side = self.near[term]
                    value = weight * len(term) if group.side in ("", side) else 0.0
                elif group.near:
                    continue
                else:
                    value = self.context(term) * min(len(term), 4)
                if value > best or (value == best and value and term < word):
                    best, word = value, term
            if not word:
                return None
            score += 0.8 * best if chosen else best
            chosen.append(word)
        return score, tuple(chosen)


def _fit(rule: Rule, q: Quantity, group: str, book: Codebook) -> float:
    """How well kind and unit of a quantity fit the rule's entry: 0 for not at all."""
    entry = book.entries.get(rule.code)
    if entry is None:
        kind = book.none_kinds[rule.name.partition("/")[0]]
        return 1.0 if kind in ("", q.kind) else 0.0
    if entry.kind != q.kind:
        return 0.0
    return 1.0 if q.unit in entry.units else 0.85 if group in entry.classes else 0.0


def bids(q: Quantity, around: Surroundings, group: str, book: Codebook) -> list[Bid]:
    """Every rule's bid for one quantity, highest first."""
    out = []
    for rule in {id(r): r for word in around.near for r in book.first.get(word, ())}.values():
        fit = _fit(rule, q, group, book)
        if fit and not around.forbids(rule) and (found := around.match(rule)):
            out.append(Bid(rule.code, rule.name, round(found[0] * fit, 4), found[1]))
    out.sort(key=lambda b: (-b.score, b.rule))
    return out


class Headings:
    """The codebook's words in the headings above an offset: its own section's, and of a low one its parent's."""

    def __init__(self, sections: Sequence[Section], book: Codebook) -> None:
        self.order = sorted(sections, key=lambda s: s.start)
        self.starts = [s.start for s in self.order]
        self.by_id = {s.section_id: s for s in sections}
        self.book = book
        self.known: dict[int, frozenset[str]] = {}

    def at(self, offset: int) -> tuple[Section | None, frozenset[str]]:
        """The section at an offset and the words of its headings."""
        k = bisect_right(self.starts, offset) - 1
        if k < 0:
            return None, frozenset()
        section = self.order[k]
        if section.section_id not in self.known:
            parent = self.by_id.get(section.parent_id) if section.parent_id is not None and section.level > 2 else None
            heads = f"{parent.heading or '' if parent else ''}\n{section.heading or ''}".translate(FOLD)
            hits = self.book.automaton.find_matches_as_indexes(heads, overlapping=True)
            self.known[section.section_id] = frozenset(self.book.words[w] for w, _, _ in hits)
        return section, self.known[section.section_id]


def _offers(q: Quantity, place: Place, words: Words, headings: Headings, signs: Sequence[str], group: str) -> list[Bid]:
    """The bids for a quantity: from its own words; else from the clause before, then from the sentence before."""
    folded, book = words.folded, words.book
    if phrase("aspect").search(folded[q.end : q.end + 4]):
        return []
    section, above = headings.at(q.start)
    around = Surroundings(q, place, words, above, signs, place.left)
    mine = bids(q, around, group, book)
    if mine and mine[0].score >= FLOOR:
        return mine
    if place.shared and not around.near:
        listed = bids(q, Surroundings(q, replace(place, label=place.shared), words, above, signs, place.left), group, book)
        return listed or mine
    if phrase("bare").search(folded[place.left : place.left_end]) and place.right - q.end <= 4:
        clauses = [m.end() for m in CLAUSE.finditer(folded, place.sentence, max(place.sentence, place.left - 1))]
        wider = bids(q, Surroundings(q, place, words, above, signs, max([place.sentence, *clauses])), group, book)
        if wider and wider[0].score >= FLOOR:
            return wider
        mine = wider or mine
    earlier = max(folded.rfind(c, 0, max(0, place.sentence - 1)) for c in "。！？\n") + 1
    if place.sentence and (section is None or earlier >= section.start):
        above = above | words.of(earlier, place.sentence).places.keys()
        return bids(q, Surroundings(q, place, words, above, signs, place.left), group, book) or mine
    return mine


def _what_changes(q: Quantity, place: Place, words: Words, headings: Headings, issuer: str) -> str | None:
    """The code of the noun that a change names itself (受理量同比上升45.4%), "" where it names one that is none of ours.

    None where it names nothing (同比增长29.4%): then it is the figure before that changes.
    """
    before = phrase("change_words").sub("", words.folded[place.left : place.left_end])
    if len(before) < 2:
        return None
    best = Bid("", "", FLOOR, ())
    for kind, unit, group in _LEVELS:
        level = replace(q, kind=kind, unit=unit)
        for bid in _offers(level, place, words, headings, ("@" + unit, "@" + group, issuer), group)[:1]:
            best = max(best, bid, key=lambda b: b.score)
    return best.code


def code(
    text: str, found: Sequence[Quantity], where: Sequence[Place], sections: Sequence[Section], issuer_kind: str = ""
) -> list[list[Bid]]:
    """Give each quantity the code of its highest bid, and that entry's scope where the text says no time, in place.

    Returns the bids for each quantity, highest first. `issuer_kind` is that of tables.md, "" where it is not known.
    """
    book = codebook()
    words = Words(fold(text), book)
    headings = Headings(sections, book)
    classes = units()
    out: list[list[Bid]] = []
    for q, place in zip(found, where, strict=True):
        if q.kind == "change":
            q.change_of = _what_changes(q, place, words, headings, "@" + issuer_kind)
            out.append([])
            continue
        group = classes.get(q.unit or "", "")
        mine = _offers(q, place, words, headings, ("@" + (q.unit or ""), "@" + group, "@" + issuer_kind), group)
        out.append(mine)
        q.rule = mine[0].rule if mine else None
        if mine and mine[0].score >= FLOOR and mine[0].code:
            rival = next((b.score for b in mine if b.code != mine[0].code), 0.0)
            q.code, q.confidence = mine[0].code, by_lead(mine[0].score - rival)
            standing = book.entries[q.code].scope == "stock" and not q.dated and q.status == "actual" and q.scope == "year"
            if standing and not phrase("new").search(words.folded, place.left, q.start):
                q.scope = "stock"
    return out
