"""Quantities get their codes: which entry of the codebook a figure meets, what nearly did, and what was ruled out.

The words of all rules are found in one scan of a sentence. A rule bids for a number with the words it found: longer words nearer
to the number bid higher, the usual unit keeps the bid and another of its class lowers it. The highest bid gives the code; a bid
under the floor gives none.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from typing import NamedTuple

from fazhi.extract.codebook import Asked, Codebook, Rule, codebook
from fazhi.extract.numerals import fold, units
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


class Bid(NamedTuple):
    """What a rule offered for a number, and with which words of the codebook."""

    rule: Rule
    score: float
    found: list[int]

    @property
    def words(self) -> list[str]:
        """The words that the bid was made with."""
        return [codebook().words[word] for word in self.found]


class Sentence:
    """The codebook's words in one sentence; their offsets count from its `start`."""

    __slots__ = ("barred", "bars", "ends", "hits", "start", "words")

    def __init__(self, folded: str, start: int, end: int, book: Codebook) -> None:
        self.start = start
        self.hits = book.automaton.find_matches_as_indexes(folded[start:end], overlapping=True)  # word, start, end, as they end
        self.ends = [end for _, _, end in self.hits]
        self.words = frozenset([word for word, _, _ in self.hits])
        self.bars = [(a, book.bars[word]) for word, a, _ in self.hits if word in book.bars]  # rules shut out, and from where
        self.barred = 0  # all these rules
        for _, rules in self.bars:
            self.barred |= rules

    def ending(self, start: int, end: int) -> list[tuple[int, int, int]]:
        """The words that end between two offsets, as they end; the first ones may begin before."""
        low = bisect_right(self.ends, start)
        return self.hits[low : bisect_right(self.ends, end, low)]


class Words:
    """The codebook's words in one text, sentence by sentence."""

    def __init__(self, folded: str, book: Codebook) -> None:
        self.folded, self.book = folded, book
        self.sentences: dict[tuple[int, int], Sentence] = {}

    def of(self, start: int, end: int) -> Sentence:
        """The words of the sentence folded[start:end]."""
        found = self.sentences.get((start, end))
        if found is None:
            found = self.sentences[start, end] = Sentence(self.folded, start, end, self.book)
        return found


class Surroundings:
    """What stands around one number: words beside it, words farther off, and which rules these leave in play."""

    __slots__ = ("after", "book", "near", "rules", "sentence", "start")

    def __init__(self, q: Quantity, place: Place, words: Words, left: int) -> None:
        self.book = words.book
        self.sentence = words.of(place.sentence, place.sentence_end)
        base = place.sentence
        self.start = q.start - base
        self.after = (place.right - base, place.clause_end - base)
        self.near: dict[int, tuple[float, str]] = {}  # the words beside the number: the weight and the side of the nearest
        # a line break may part a list from the number that one of its items belongs to
        around = self.sentence if left >= base else words.of(left, place.sentence_end)
        self.rules = self._beside(q.end, place, around, left)
        if self.rules & self.sentence.barred:
            self.rules &= ~self._barred(words.folded, base)

    def _beside(self, end: int, place: Place, around: Sentence, left: int) -> int:
        """Note the words left of the number, right of it and in its row's label: the rules that they open and do not forbid."""
        near, before, after, base = self.near, self.book.left, self.book.right, around.start
        left, left_end, end = left - base, place.left_end - base, end - base
        rules = 0
        for word, a, b in around.ending(left, place.right - base):
            if a < left:
                continue
            if b <= left_end:  # the nearest is the last
                near[word] = 1 / (1 + (left_end - b) / LEFT), "<"
                rules |= before[word]
            elif a >= end:
                weight = 0.95 / (1 + (a - end) / RIGHT)
                if word not in near or weight > near[word][0]:
                    near[word] = weight, ">"
                    rules |= after[word]
        label, label_end = (place.label[0] - base, place.label[1] - base) if place.label else (0, 0)
        for word, a, b in around.ending(label, label_end) if place.label else ():
            weight = 1 / (1 + (label_end - b + 3) / LEFT)
            if a >= label and (word not in near or weight > near[word][0]):
                near[word] = weight, "<"
                rules |= before[word]
        return rules & ~(rules >> len(self.book.rules)) & self.book.all

    def _barred(self, folded: str, sentence: int) -> int:
        """The rules that a word of the sentence before the number, since the last semicolon, forbids."""
        semicolon = max([folded.rfind(c, sentence, sentence + self.start) for c in ";；\n"]) + 1 - sentence
        barred = 0
        for at, rules in self.sentence.bars:
            if semicolon <= at < self.start:
                barred |= rules
        return barred

    def _afar(self, word: int, above: frozenset[int], signs: Collection[int]) -> float:
        """The weight of a word that is not beside the number: earlier in the sentence, later in the clause, above it."""
        if word in signs:
            return SIGN
        best = ABOVE if word in above else 0.0
        for found, a, b in self.sentence.hits:
            if found != word:
                continue
            if a < self.start:
                best = max(best, FAR / (1 + (self.start - b) / 60))
            elif self.after[0] <= a and b <= self.after[1]:
                best = max(best, AFTER)
        return best

    def _match(
        self, rule: int, known: Collection[int], above: frozenset[int], signs: Collection[int]
    ) -> tuple[float, list[int]] | None:
        """How well the rule's groups are found, and by which words; None when one is missing."""
        near, lengths = self.near, self.book.lengths
        score = 0.0
        chosen: list[int] = []
        for terms, beside, wanted in self.book.groups[rule]:
            best, found = 0.0, -1
            for word in terms.intersection(near if beside else known):
                if word in near:
                    weight, side = near[word]
                    value = weight * lengths[word] if wanted in ("", side) else 0.0
                else:
                    value = self._afar(word, above, signs) * min(lengths[word], 4)
                if value > best or (value == best and value and word < found):
                    best, found = value, word
            if found < 0:
                return None
            score += 0.8 * best if chosen else best
            chosen.append(found)
        return score, chosen

    def bids(self, asked: Asked, above: frozenset[int]) -> list[Bid]:
        """Every rule's bid for the number, highest first; `above` are the words of the headings, or of the sentence before."""
        book, rules, out = self.book, self.rules & asked.rules, []
        known = above.union(asked.signs, self.sentence.words) if rules & ~book.single else above
        while rules:
            i = rules.bit_length() - 1
            rules ^= 1 << i
            if any(map(known.isdisjoint, book.afar[i])):
                continue
            if found := self._match(i, known, above, asked.signs):
                out.append(Bid(book.rules[i], round(found[0] * asked.fit[i], 4), found[1]))
        if len(out) > 1:
            out.sort(key=lambda b: (-b.score, b.rule.name))
        return out


class Headings:
    """The codebook's words in the headings above an offset: its own section's, and of a low one its parent's."""

    def __init__(self, sections: Sequence[Section], book: Codebook) -> None:
        self.order = sorted(sections, key=lambda s: s.start)
        self.starts = [s.start for s in self.order]
        self.by_id = {s.section_id: s for s in sections}
        self.book = book
        self.known: dict[int, tuple[Section | None, frozenset[int]]] = {-1: (None, frozenset())}  # by the place in `order`

    def at(self, offset: int) -> tuple[Section | None, frozenset[int]]:
        """The section at an offset and the words of its headings."""
        k = bisect_right(self.starts, offset) - 1
        if k not in self.known:
            section = self.order[k]
            parent = self.by_id.get(section.parent_id) if section.parent_id is not None and section.level > 2 else None
            heads = fold(f"{parent.heading or '' if parent else ''}\n{section.heading or ''}")
            hits = self.book.automaton.find_matches_as_indexes(heads, overlapping=True)
            self.known[k] = section, frozenset([word for word, _, _ in hits])
        return self.known[k]


class Offers:
    """The bids for one number, whatever kind and unit it is tried with."""

    __slots__ = ("above", "around", "place", "q", "section", "words")

    def __init__(self, q: Quantity, place: Place, words: Words, headings: Headings) -> None:
        self.q, self.place, self.words = q, place, words
        self.section, self.above = headings.at(q.start)
        self.around = Surroundings(q, place, words, place.left)

    def of(self, asked: Asked) -> list[Bid]:
        """The bids: from the number's own words; else from the clause before, then from the sentence before."""
        q, place, words = self.q, self.place, self.words
        if phrase("aspect").match(words.folded[q.end : q.end + 4]):
            return []
        mine = own = self.around.bids(asked, self.above)
        if own and own[0].score >= FLOOR:
            return own
        if place.shared and not self.around.near:
            return Surroundings(q, place._replace(label=place.shared), words, place.left).bids(asked, self.above) or own
        if place.right - q.end <= 4 and phrase("bare").match(words.folded[place.left : place.left_end]):
            clauses = [m.end() for m in CLAUSE.finditer(words.folded, place.sentence, max(place.sentence, place.left - 1))]
            wider = Surroundings(q, place, words, max([place.sentence, *clauses])).bids(asked, self.above)
            if wider and wider[0].score >= FLOOR:
                return wider
            mine = wider or own
        if place.sentence and (mine is not own or self.around.rules & asked.rules & ~words.book.single):
            earlier = max([words.folded.rfind(c, 0, max(0, place.sentence - 1)) for c in "。！？\n"]) + 1
            if self.section is None or earlier >= self.section.start:
                both = self.above | words.of(earlier, place.sentence).words
                return self.around.bids(asked, both) or mine
        return mine


def _what_changes(offers: Offers, issuer_kind: str) -> str | None:
    """The code of the noun that a change names itself (受理量同比上升45.4%), "" where it names one that is none of ours.

    None where it names nothing (同比增长29.4%): then it is the figure before that changes.
    """
    place, words = offers.place, offers.words
    before = phrase("change_words").sub("", words.folded[place.left : place.left_end])
    if len(before) < 2:
        return None
    best, code = FLOOR, ""
    for kind, unit, group in _LEVELS:
        for bid in offers.of(words.book.asked(kind, unit, group, issuer_kind))[:1]:
            if bid.score > best:
                best, code = bid.score, bid.rule.code
    return code


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
        offers = Offers(q, place, words, headings)
        if q.kind == "change":
            q.change_of = _what_changes(offers, issuer_kind)
            out.append([])
            continue
        unit = q.unit or ""
        mine = offers.of(book.asked(q.kind, unit, classes.get(unit, ""), issuer_kind))
        out.append(mine)
        if not mine:
            continue
        best, code = mine[0], mine[0].rule.code
        q.rule = best.rule.name
        if best.score >= FLOOR and code:
            q.code, entry = code, book.entries[code]
            if q.dated or q.status != "actual":
                continue
            if q.scope == "stock" and entry.yearly:
                q.scope = "year"
            elif q.scope == "year" and entry.scope == "stock" and not phrase("new").search(words.folded, place.left, q.start):
                q.scope = "stock"
    return out
